/* test-mail-auth-results.c: Authentication-Results as servers write them (RFC 8601, appendix B, and worse), and whose word
 * counts. */
#include "madoguchi/mail/auth-results.h"

#include <string.h>

/* (transfer full) "spf pass example.net, dkim fail -" */
static char *
describe (GPtrArray *results)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < results->len; i++) {
    const MadoAuthResult *result = results->pdata[i];
    g_string_append_printf (out, "%s%s %s %s", i > 0 ? ", " : "", result->method, result->result,
                            result->domain != NULL ? result->domain : "-");
  }
  return g_string_free (out, FALSE);
}

static void
test_parse (void)
{
  static const struct {
    const char *value, *server, *results; /* server NULL: it has another form */
  } rows[] = {
    { "example.org 1; none", "example.org", "" },
    { "example.com; spf=pass smtp.mailfrom=example.net", "example.com", "spf pass example.net" },
    { "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net", "example.com",
      "spf pass example.net" },
    { "example.com; sender-id=fail header.from=example.com; dkim=pass (good signature) header.d=example.com", "example.com",
      "dkim pass example.com" },
    { "example.com; dkim=pass reason=\"good signature\" header.i=@mail-router.example.net; dkim=fail reason=\"bad\" "
      "header.i=@newyork.example.com",
      "example.com", "dkim pass mail-router.example.net, dkim fail newyork.example.com" },
    { "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) "
      ". (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
      "foo.example.net", "" }, /* the blank before the "/" parts the words: no result of ours, and no harm */
    { "mx.google.com; dkim=pass header.i=@example.org header.s=s header.b=x; spf=pass (google.com: domain of a@example.org "
      "designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.org; dmarc=pass (p=NONE sp=NONE dis=NONE) "
      "header.from=example.org",
      "mx.google.com", "dkim pass example.org, spf pass example.org, dmarc pass example.org" },
    { "MX.Example.ORG;\tSPF=SoftFail smtp.mailfrom=A@Example.NET", "mx.example.org", "spf softfail example.net" },
    { "\"mx example\"; dmarc=fail header.from=\"example.net\"", "mx_example", "dmarc fail example.net" },
    { "mx.example.org; spf=fail (a \\) b; dmarc=pass) smtp.mailfrom=x.example", "mx.example.org", "spf fail x.example" },
    { "mx.example.org; spf=fail reason=\"; dmarc=pass\" smtp.mailfrom=x.example", "mx.example.org", "spf fail x.example" },
    { "mx.example.org; spf=fail (((( never closed; dmarc=pass", "mx.example.org", "spf fail -" },
    { "mx.example.org; dmarc = fail ; spf =pass", "mx.example.org", "dmarc fail -, spf pass -" },
    { "mx.example.org; dmarc", "mx.example.org", "" },
    { "mx.example.org", "mx.example.org", "" },
    { "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.net; dkim=none", NULL, "" }, /* no server: as Exchange writes it */
    { "", NULL, "" },
    { ";;;", NULL, "" },
    { "(only a comment)", NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
    g_autofree char *server = NULL;
    g_test_message ("%s", rows[i].value);
    g_assert_cmpint (mado_auth_results_parse (rows[i].value, &server, results), ==, rows[i].server != NULL);
    g_autofree char *all = describe (results);
    g_assert_cmpstr (server, ==, rows[i].server);
    g_assert_cmpstr (all, ==, rows[i].results);
  }
}

/* Whoever sends a mail can write fields below those that our servers add, and under other names. */
static void
test_trust (void)
{
  static const char mail[] = "Authentication-Results: elsewhere.example; dmarc=pass header.from=example.net\r\n"
                             "Authentication-Results: mx.example.org; spf=fail smtp.mailfrom=example.net\r\n"
                             "Authentication-Results: MX.example.org; dkim=fail header.d=a.example; dkim=pass\r\n"
                             " header.d=b.example\r\n"
                             "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.net; dmarc=fail\r\n"
                             "Authentication-Results: mx.example.org; dmarc=pass; dkim=pass header.d=example.net\r\n\r\n";
  static const struct {
    const char *servers[3];
    const char *results;
  } rows[] = {
    { { NULL }, "" },
    { { "mx.example.org", NULL }, "spf fail example.net, dkim fail a.example, dkim pass b.example, dmarc fail -" },
    { { "elsewhere.example", NULL }, "dmarc pass example.net" },
    { { "example.org", NULL }, "" },
  };
  MadoStructureLimits limits = { 10, 10, 10000 };
  g_autoptr (MadoEntity) entity = mado_structure_scan ((const guint8 *) mail, strlen (mail), "1", &limits, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
    mado_auth_results_read (entity, rows[i].servers, results);
    g_autofree char *all = describe (results);
    g_assert_cmpstr (all, ==, rows[i].results);
  }
}

/* Neither many fields nor many results cost more than their caps. */
static void
test_floods (void)
{
  g_autoptr (GString) mail = g_string_new (NULL);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
  static const char *const servers[] = { "mx.example.org", NULL };
  MadoStructureLimits limits = { 10, 10, 1 << 20 };

  for (guint i = 0; i < 200; i++) {
    g_string_append (mail, "Authentication-Results: mx.example.org");
    for (guint j = 0; j < 100; j++)
      g_string_append (mail, "; spf=pass");
    g_string_append (mail, "\r\n");
  }
  g_string_append (mail, "\r\n");
  g_autoptr (MadoEntity) entity = mado_structure_scan ((const guint8 *) mail->str, mail->len, "1", &limits, NULL);
  mado_auth_results_read (entity, servers, results);
  g_assert_cmpuint (results->len, ==, 20);
}

/* Whatever stands there, what comes out is text, and little of it. */
static void
test_mutations (void)
{
  static const char alphabet[] = "()\\\";=/ .@\t\xe3\x81\xff" "aspfdkimdmarcpassfail1";
  static const char *const start = "mx.example.org 1; spf=fail (a (b) \\) c) smtp.mailfrom=\"a@b\"; dkim=pass header.d=x.example; dmarc=none";

  for (guint i = 0; i < 50000; i++) {
    g_autofree char *value = g_strdup (start);
    gsize length = strlen (value);
    g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
    g_autofree char *server = NULL;
    for (gint32 n = g_test_rand_int_range (1, 20); n > 0; n--)
      value[g_test_rand_int_range (0, (gint32) length)] = alphabet[g_test_rand_int_range (0, (gint32) sizeof alphabet)];
    gboolean ok = mado_auth_results_parse (value, &server, results);
    g_assert_cmpint (ok, ==, server != NULL);
    g_assert_true (server == NULL || g_utf8_validate (server, -1, NULL));
    g_assert_cmpuint (results->len, <=, 20);
    for (guint j = 0; j < results->len; j++) {
      const MadoAuthResult *result = results->pdata[j];
      g_assert_true (g_utf8_validate (result->result, -1, NULL));
      g_assert_true (result->domain == NULL || g_utf8_validate (result->domain, -1, NULL));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/auth-results/parse", test_parse);
  g_test_add_func ("/mail/auth-results/trust", test_trust);
  g_test_add_func ("/mail/auth-results/floods", test_floods);
  g_test_add_func ("/mail/auth-results/mutations", test_mutations);
  return g_test_run ();
}
