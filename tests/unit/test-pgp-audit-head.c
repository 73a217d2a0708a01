/* test-pgp-audit-head.c: the head that the team's key signs: gpg finds it good, and nothing else passes for one. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/audit-head.h"

#include <string.h>

#define MAC "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static GBytes *
to_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
assert_refused (const char *home, const char *const *keys, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = to_bytes (text);

  g_assert_null (mado_audit_head_check (home, keys, bytes, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

/* (transfer full) @text with its first @old replaced. */
static char *
replace (const char *text, const char *old, const char *new)
{
  const char *at = strstr (text, old);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, new, at + strlen (old));
}

static void
test_head (void)
{
  char *home = fixture_home_new (), *runtime = fixture_home_new ();
  g_autofree char *key = fixture_key (home, "Team <csirt@team.example>", "20d");
  g_autofree char *other = fixture_key (home, "Eve <eve@other.example>", "20d");
  const char *const keys[] = { key, NULL }, *const others[] = { other, NULL };
  const char *verify[] = { "--status-fd", "1", "--verify", NULL };
  const char *sign[] = { "--clear-sign", "-u", key, NULL };
  g_autoptr (MadoConf) conf = fixture_conf (home, runtime, key, "");
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpHome) worker = mado_pgp_home_new (conf, runtime, MADO_PGP_SIGN, 0, &error);
  g_autoptr (MadoSealer) sealer = mado_sealer_new (worker, key, &error);
  g_autoptr (MadoAuditHead) head = mado_audit_head_new ();

  g_assert_no_error (error);
  head->sequence = 4711;
  head->mac = g_strdup (MAC);
  head->date = 1795230000;
  g_autoptr (GBytes) made = mado_audit_head_sign (sealer, head, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_strndup (g_bytes_get_data (made, NULL), g_bytes_get_size (made));
  g_autofree char *said = fixture_gpg (home, text, verify);
  g_assert_nonnull (strstr (said, "GOODSIG"));
  g_autoptr (MadoAuditHead) read = mado_audit_head_check (mado_pgp_home_path (worker), keys, made, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->sequence, ==, 4711);
  g_assert_cmpstr (read->mac, ==, MAC);
  g_assert_cmpint (read->date, ==, 1795230000);
  g_assert_cmpstr (read->fingerprint, ==, key);
  g_autofree char *changed = replace (text, "4711", "4712");
  assert_refused (mado_pgp_home_path (worker), keys, changed);
  assert_refused (mado_pgp_home_path (worker), others, text); /* a good signature, but by somebody else */
  assert_refused (mado_pgp_home_path (worker), keys, "");
  assert_refused (mado_pgp_home_path (worker), keys, "madoguchi-audit-head: 1\nrows: 1\nmac: " MAC "\ntime: 2026-11-21T00:00:00Z\n");
  /* text around the signature says nothing */
  g_autofree char *before = g_strconcat ("madoguchi-audit-head: 1\nrows: 9\nmac: " MAC "\ntime: 2026-11-21T00:00:00Z\n\n", text, NULL);
  g_autoptr (GBytes) before_bytes = to_bytes (before);
  g_autoptr (MadoAuditHead) inner = mado_audit_head_check (mado_pgp_home_path (worker), keys, before_bytes, NULL);
  g_assert_true (inner == NULL || inner->sequence == 4711);
  /* and what the team signs otherwise is no head */
  g_autofree char *answer = fixture_gpg (home, "madoguchi-audit-heed: 1\nrows: 9\nmac: " MAC "\ntime: 2026-11-21T00:00:00Z\n", sign);
  assert_refused (mado_pgp_home_path (worker), keys, answer);
  head->mac[5] = '\n';
  g_assert_null (mado_audit_head_sign (sealer, head, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
  g_clear_pointer (&sealer, mado_sealer_free);
  g_clear_pointer (&worker, mado_pgp_home_close);
  fixture_home_free (runtime);
  fixture_home_free (home);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/audit-head/head", test_head);
  return g_test_run ();
}
