/* test-web-http-request.c: what a request holds, as it is read: fields, cookies and arguments that come twice, or are no text. */
#include "madoguchi/web/http-request.h"

#include <string.h>

static void
test_fields (void)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/a%2fb");

  mado_http_request_add (request, MADO_HTTP_FIELD, "Host", "x");
  mado_http_request_add (request, MADO_HTTP_FIELD, "Origin", "a");
  mado_http_request_add (request, MADO_HTTP_FIELD, "oRIGIN", "a");
  mado_http_request_add (request, MADO_HTTP_FIELD, "X-Bytes", "\xff\xfe");
  mado_http_request_add (request, MADO_HTTP_FIELD, "X-Nothing", NULL);
  g_assert_cmpstr (mado_http_method (request), ==, "GET");
  g_assert_cmpstr (mado_http_path (request), ==, "/a%2fb");
  g_assert_cmpstr (mado_http_header (request, "HOST"), ==, "x");
  g_assert_null (mado_http_header (request, "Origin"));
  g_assert_true (mado_http_has_header (request, "origin"));
  g_assert_cmpuint (mado_http_request_count (request, MADO_HTTP_FIELD, "origin"), ==, 2);
  g_assert_null (mado_http_header (request, "X-Bytes"));
  g_assert_true (mado_http_has_header (request, "X-Bytes"));
  g_assert_null (mado_http_header (request, "X-Nothing"));
  g_assert_false (mado_http_has_header (request, "Cookie"));
}

static void
test_cookies (void)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/");

  mado_http_request_add (request, MADO_HTTP_COOKIE, "one", "a%20+b");
  mado_http_request_add (request, MADO_HTTP_COOKIE, "two", "a");
  mado_http_request_add (request, MADO_HTTP_COOKIE, "two", "b");
  mado_http_request_add (request, MADO_HTTP_FIELD, "three", "c");
  g_autofree char *one = mado_http_cookie (request, "one");
  g_assert_cmpstr (one, ==, "a%20+b");
  g_assert_null (mado_http_cookie (request, "ONE"));
  g_assert_null (mado_http_cookie (request, "two"));
  g_assert_null (mado_http_cookie (request, "three"));
}

static void
test_query (void)
{
  static const struct {
    const char *written, *read;
  } table[] = {
    { "a", "a" }, { "a+b%2Bc", "a b+c" }, { "%E3%81%82", "あ" }, { "", "" }, { "%", NULL }, { "%4", NULL }, { "%zz", NULL },
    { "%00", NULL }, { "a%00b", NULL }, { "%ff", NULL }, { "%ed%a0%80", NULL }, { "\xff", NULL }, { "%c0%af", NULL },
    { NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/");
    mado_http_request_add (request, MADO_HTTP_ARGUMENT, "q", table[i].written);
    g_autofree char *read = mado_http_query (request, "q");
    g_assert_cmpstr (read, ==, table[i].read);
  }
}

static void
test_others (void)
{
  static const char *const names[] = { "a", "b", NULL };
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/");

  mado_http_request_add (request, MADO_HTTP_ARGUMENT, "b", "1");
  mado_http_request_add (request, MADO_HTTP_COOKIE, "c", "1");
  g_assert_false (mado_http_query_has_other (request, names));
  mado_http_request_add (request, MADO_HTTP_ARGUMENT, "B", "1");
  g_assert_true (mado_http_query_has_other (request, names));
  mado_http_request_add (request, MADO_HTTP_ARGUMENT, "b", "1");
  g_assert_null (mado_http_query (request, "b"));
}

static void
test_whole (void)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("POST", "/");
  g_autoptr (GBytes) content = g_bytes_new_static ("abc", 3);

  g_assert_cmpuint (g_bytes_get_size (mado_http_content (request)), ==, 0);
  g_assert_cmpstr (mado_http_peer (request), ==, "");
  mado_http_request_fill (request, content);
  mado_http_request_set_peer (request, "192.0.2.1");
  MadoHttpRequest *other = mado_http_request_ref (request);
  g_assert_true (g_bytes_equal (mado_http_content (other), content));
  g_assert_cmpstr (mado_http_peer (other), ==, "192.0.2.1");
  mado_http_request_unref (other);
  g_assert_cmpstr (mado_http_method (request), ==, "POST");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/http-request/fields", test_fields);
  g_test_add_func ("/web/http-request/cookies", test_cookies);
  g_test_add_func ("/web/http-request/query", test_query);
  g_test_add_func ("/web/http-request/others", test_others);
  g_test_add_func ("/web/http-request/whole", test_whole);
  return g_test_run ();
}
