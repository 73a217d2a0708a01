/* test-web-visitor.c: who sits before a browser: cookies, tokens, the proof, other sites, and whose word about an address counts. */
#include "madoguchi/web/http-request.h"
#include "madoguchi/web/visitor.h"

#include <string.h>

static MadoHttpRequest *
with (const char *const *fields)
{
  MadoHttpRequest *request = mado_http_request_new ("POST", "/");

  for (; fields[0] != NULL; fields += 2)
    mado_http_request_add (request, strcmp (fields[0], "cookie") == 0 ? MADO_HTTP_COOKIE : MADO_HTTP_FIELD,
                           strcmp (fields[0], "cookie") == 0 ? MADO_VISITOR_COOKIE : fields[0], fields[1]);
  return request;
}

static void
test_words (void)
{
  g_autofree char *longest = g_strnfill (200, 'a'), *longer = g_strnfill (201, 'a');
  const struct {
    const char *cookie, *session, *field, *token;
  } table[] = {
    { "abc", "abc", "Bearer xyz", "xyz" }, { "", NULL, "bearer   xyz ", "xyz" }, { "\xc3\xa9", NULL, "Basic xyz", NULL },
    { longest, longest, "Bearer", NULL }, { longer, NULL, longer, NULL }, { NULL, NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const char *fields[] = { "cookie", table[i].cookie, "Authorization", table[i].field, NULL };
    g_autoptr (MadoHttpRequest) request = with (fields);
    g_autofree char *session = mado_visitor_session (request), *token = mado_visitor_token (request);
    g_assert_cmpstr (session, ==, table[i].session);
    g_assert_cmpstr (token, ==, table[i].token);
  }
}

static void
test_proof (void)
{
  g_autofree char *proof = mado_visitor_proof ("session"), *other = mado_visitor_proof ("other");
  const struct {
    gboolean is_ours;
    const char *fields[9];
  } table[] = {
    { TRUE, { MADO_VISITOR_PROOF, proof } },
    { TRUE, { MADO_VISITOR_PROOF, proof, "Sec-Fetch-Site", "same-origin", "Origin", "https://a.example", "Host", "a.example" } },
    { TRUE, { MADO_VISITOR_PROOF, proof, "Sec-Fetch-Site", "none" } },
    { TRUE, { MADO_VISITOR_PROOF, proof, "Origin", "https://A.example:8443", "Host", "a.EXAMPLE:8443" } },
    { FALSE, { NULL } },
    { FALSE, { MADO_VISITOR_PROOF, other } },
    { FALSE, { MADO_VISITOR_PROOF, "none" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, MADO_VISITOR_PROOF, proof } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Sec-Fetch-Site", "same-site" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Sec-Fetch-Site", "cross-site" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "same-origin" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Origin", "null", "Host", "a.example" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Origin", "https://a.example.evil.example", "Host", "a.example" } },
    { FALSE, { MADO_VISITOR_PROOF, proof, "Origin", "https://a.example" } },
  };

  g_assert_cmpuint (strlen (proof), ==, 64);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpRequest) request = with (table[i].fields);
    g_assert_cmpint (mado_visitor_is_ours (request, "session"), ==, table[i].is_ours);
  }
  const char *fields[] = { MADO_VISITOR_PROOF, "none", NULL };
  g_autoptr (MadoHttpRequest) begins = with (fields);
  g_assert_true (mado_visitor_is_ours (begins, NULL));
}

static void
test_address (void)
{
  static const struct {
    const char *proxies, *peer, *told, *address, *vouched;
  } table[] = {
    { NULL, "", "192.0.2.1", "192.0.2.1", "hanako" },
    { NULL, "127.0.0.1", "192.0.2.1", "192.0.2.1", "hanako" },
    { NULL, "::1", "2001:DB8:0:0::1", "2001:db8::1", "hanako" },
    { NULL, "192.0.2.9", "192.0.2.1", "192.0.2.9", NULL },
    { NULL, "127.0.0.2", "192.0.2.1", "127.0.0.2", NULL },
    { NULL, "127.0.0.1", "nonsense", "127.0.0.1", "hanako" },
    { NULL, "127.0.0.1", NULL, "127.0.0.1", "hanako" },
    { NULL, "", NULL, "", "hanako" },
    { "192.0.2.9", "192.0.2.9", "192.0.2.1", "192.0.2.1", "hanako" },
    { "192.0.2.9", "127.0.0.1", "192.0.2.1", "127.0.0.1", NULL },
    { "192.0.2.9", "", "192.0.2.1", "", NULL },
    { "2001:db8:0::9", "2001:db8::9", "192.0.2.1", "192.0.2.1", "hanako" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *text = g_strdup_printf ("[web]\ntrusted-header = X-Remote-User\n%s%s\n", table[i].proxies != NULL ? "proxies = " : "",
                                             table[i].proxies != NULL ? table[i].proxies : "");
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoConf) conf = mado_conf_parse (text, "test", &error);
    g_assert_no_error (error);
    const char *fields[] = { "X-Remote-User", "hanako", table[i].told != NULL ? "X-Real-IP" : NULL, table[i].told, NULL };
    g_autoptr (MadoHttpRequest) request = with (fields);
    mado_http_request_set_peer (request, table[i].peer);
    g_autofree char *address = mado_visitor_address (conf, request);
    g_assert_cmpstr (address, ==, table[i].address);
    g_assert_cmpstr (mado_visitor_vouched (conf, request), ==, table[i].vouched);
  }
}

static void
test_cookies (void)
{
  g_autoptr (MadoHttpAnswer) answer = mado_http_answer_new (200, NULL, NULL), gone = mado_http_answer_new (204, NULL, NULL);

  mado_visitor_remember (answer, "abc", "device");
  g_assert_cmpuint (answer->headers->len, ==, 4);
  g_assert_cmpstr (answer->headers->pdata[1], ==, MADO_VISITOR_COOKIE "=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
  g_assert_true (g_str_has_prefix (answer->headers->pdata[3], MADO_VISITOR_DEVICE "=device; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="));
  mado_visitor_remember (gone, NULL, NULL);
  g_assert_cmpstr (gone->headers->pdata[1], ==, MADO_VISITOR_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

static void
test_passive (void)
{
  const char *const values[] = { "1", "0", "", "yes" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    const char *fields[] = { MADO_VISITOR_PASSIVE, values[i], NULL };
    g_autoptr (MadoHttpRequest) request = with (fields);
    g_assert_cmpint (mado_visitor_is_passive (request), ==, i == 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/visitor/words", test_words);
  g_test_add_func ("/web/visitor/proof", test_proof);
  g_test_add_func ("/web/visitor/address", test_address);
  g_test_add_func ("/web/visitor/cookies", test_cookies);
  g_test_add_func ("/web/visitor/passive", test_passive);
  return g_test_run ();
}
