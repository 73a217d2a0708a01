/* test-web-negotiate.c: what requests accept, and what they have already. */
#include "madoguchi/web/http-request.h"
#include "madoguchi/web/negotiate.h"

static MadoHttpRequest *
with (const char *name, const char *value)
{
  MadoHttpRequest *request = mado_http_request_new ("GET", "/");

  if (value != NULL)
    mado_http_request_add (request, MADO_HTTP_FIELD, name, value);
  return request;
}

static void
test_accept (void)
{
  static const struct {
    const char *field;
    gboolean is_accepted;
  } table[] = {
    { NULL, TRUE }, { "", TRUE }, { "*/*", TRUE }, { "application/json", TRUE }, { "Application/*;q=0.1", TRUE },
    { "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", TRUE }, { "text/html , application/json ; q=0.5", TRUE },
    { "text/html", FALSE }, { "text/*", FALSE }, { "application/jsonx", FALSE }, { "application/json;q=0", FALSE },
    { "*/*, application/json;q=0", FALSE }, { "application/json;q=0, */*", FALSE }, { "application/json;q=x", FALSE }, { ",;,", FALSE },
    { "application/*;q=0, application/json", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpRequest) request = with ("Accept", table[i].field);
    g_assert_cmpint (mado_negotiate_accepts (request, "application/json"), ==, table[i].is_accepted);
  }
}

static void
test_gzip (void)
{
  static const struct {
    const char *field;
    gboolean has;
  } table[] = {
    { NULL, FALSE }, { "", FALSE }, { "gzip, deflate, br", TRUE }, { "GZIP", TRUE }, { "*", TRUE }, { "identity", FALSE }, { "gzip;q=0", FALSE },
    { "gzip;q=0.0, *", FALSE }, { "br, gzip;q=0.001", TRUE }, { "xgzip", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpRequest) request = with ("Accept-Encoding", table[i].field);
    g_assert_cmpint (mado_negotiate_has_gzip (request), ==, table[i].has);
  }
}

static void
test_known (void)
{
  static const struct {
    const char *field;
    gboolean is_known;
  } table[] = {
    { NULL, FALSE }, { "", FALSE }, { "\"a\"", TRUE }, { "W/\"a\"", TRUE }, { "\"b\", \"a\"", TRUE }, { "*", TRUE }, { "a", FALSE }, { "\"A\"", FALSE },
    { "\"ab\"", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpRequest) request = with ("If-None-Match", table[i].field);
    g_assert_cmpint (mado_negotiate_is_known (request, "\"a\""), ==, table[i].is_known);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/negotiate/accept", test_accept);
  g_test_add_func ("/web/negotiate/gzip", test_gzip);
  g_test_add_func ("/web/negotiate/known", test_known);
  return g_test_run ();
}
