/* test-pgp-open.c: decryption and verification as facts, with real keys: good, foreign, changed, cut, too large, and
 * what is said while the agent is away. The rarer forms are in tests/it/open.py. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/open.h"

#include <string.h>

#define SECRET "the text\r\n"

typedef struct {
  char *keys, *runtime, *other, *key, *foreign;
  MadoConf *conf;
  MadoPgpHome *home;
  MadoPgpEngine *engine;
  MadoPgpLimits limits;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->other = fixture_home_new ();
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->foreign = fixture_key (team->other, "Other <other@x.example>", NULL);
  team->conf = fixture_conf (team->keys, team->runtime, team->key, NULL);
  team->home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, &error);
  g_assert_no_error (error);
  team->engine = mado_pgp_engine_new (team->home, &error);
  g_assert_no_error (error);
  team->limits = (MadoPgpLimits) { NULL, 1024 * 1024, 20, 5, g_get_real_time () / G_USEC_PER_SEC };
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_pgp_engine_free (team->engine);
  mado_pgp_home_close (team->home);
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  fixture_home_free (team->other);
  g_free (team->key);
  g_free (team->foreign);
}

static char *
encrypt (const char *home, const char *key, const char *text, gboolean sign)
{
  const char *arguments[] = { "--trust-model", "always", "-ar", key, sign ? "-se" : "-e", NULL };

  return fixture_gpg (home, text, arguments);
}

static char *
sign (const char *home, const char *text)
{
  const char *arguments[] = { "-ab", "--textmode", NULL };

  return fixture_gpg (home, text, arguments);
}

static MadoPgpResult *
open_it (Team *team, const char *cipher, GError **error)
{
  MadoPgpResult *result = NULL;
  gboolean ok = mado_pgp_decrypt (team->engine, &team->limits, (const guint8 *) cipher, strlen (cipher), &result, error);

  g_assert_cmpint (ok, ==, result != NULL);
  return result;
}

static MadoPgpResult *
verify_it (Team *team, const char *text, const char *signature, GError **error)
{
  MadoPgpResult *result = NULL;
  gboolean ok = mado_pgp_verify (team->engine, &team->limits, (const guint8 *) text, strlen (text), TRUE,
                                 (const guint8 *) signature, strlen (signature), &result, error);

  g_assert_cmpint (ok, ==, result != NULL);
  return result;
}

static MadoSignatureStatus
status_of (const MadoPgpResult *result)
{
  g_assert_cmpuint (result->signatures->len, ==, 1);
  return ((const MadoSignature *) result->signatures->pdata[0])->status;
}

static void
assert_plaintext (const MadoPgpResult *result, const char *text)
{
  gsize size;
  const char *bytes;

  g_assert_cmpint (result->outcome, ==, MADO_OUTCOME_OK);
  g_assert_nonnull (result->plaintext);
  bytes = g_bytes_get_data (result->plaintext, &size);
  g_assert_cmpmem (bytes, size, text, strlen (text));
}

static void
test_decrypt (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = encrypt (team->keys, team->key, SECRET, FALSE);
  g_autofree char *combined = encrypt (team->keys, team->key, SECRET, TRUE);
  g_autoptr (MadoPgpResult) first = open_it (team, plain, &error);
  g_autoptr (MadoPgpResult) second = open_it (team, combined, &error);
  const MadoSignature *signature;

  g_assert_no_error (error);
  assert_plaintext (first, SECRET);
  g_assert_true (first->was_encrypted);
  g_assert_cmpint (first->integrity, ==, MADO_INTEGRITY_MDC);
  g_assert_cmpuint (g_strv_length (first->encrypted_to), ==, 1);
  g_assert_cmpuint (first->signatures->len, ==, 0);
  assert_plaintext (second, SECRET);
  g_assert_cmpint (status_of (second), ==, MADO_SIGNATURE_GOOD_UNTRUSTED);
  signature = second->signatures->pdata[0];
  g_assert_cmpstr (signature->fingerprint, ==, team->key);
  g_assert_cmpint (signature->created, >, 0);
  g_assert_nonnull (signature->hash);
}

static void
test_withheld (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *foreign = encrypt (team->other, team->foreign, SECRET, FALSE);
  g_autofree char *long_text = g_strnfill (3000, 'x');
  g_autofree char *large = encrypt (team->keys, team->key, long_text, FALSE);
  g_autofree char *changed = encrypt (team->keys, team->key, SECRET, FALSE);
  g_autoptr (MadoPgpResult) no_key = open_it (team, foreign, &error);
  char *line = strstr (changed, "\n\n") + 70; /* in the second line of base 64: the encrypted data */

  g_assert_no_error (error);
  g_assert_cmpint (no_key->outcome, ==, MADO_OUTCOME_NO_SECRET_KEY);
  g_assert_null (no_key->plaintext);
  *line = *line == 'A' ? 'B' : 'A';
  strstr (changed, "\n=")[1] = '-'; /* and no checksum line that would tell first */
  g_autoptr (MadoPgpResult) bad = open_it (team, changed, &error);
  g_assert_no_error (error);
  g_assert_cmpint (bad->outcome, !=, MADO_OUTCOME_OK);
  g_assert_null (bad->plaintext);
  team->limits.max_plaintext = 2999;
  g_autoptr (MadoPgpResult) over = open_it (team, large, &error);
  g_assert_no_error (error);
  g_assert_cmpint (over->outcome, ==, MADO_OUTCOME_LIMIT);
  g_assert_null (over->plaintext);
  team->limits.max_plaintext = 3000;
  g_autoptr (MadoPgpResult) fits = open_it (team, large, &error);
  assert_plaintext (fits, long_text);
  g_autoptr (MadoPgpResult) junk = open_it (team, "no OpenPGP at all", &error);
  g_assert_no_error (error);
  g_assert_cmpint (junk->outcome, ==, MADO_OUTCOME_CORRUPT);
  g_assert_false (junk->was_encrypted);
  g_assert_cmpuint (junk->problems->len, >, 0);
}

static void
test_verify (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ours = sign (team->keys, "one\r\ntwo\r\n");
  g_autofree char *theirs = sign (team->other, "one\r\ntwo\r\n");
  g_autoptr (MadoPgpResult) good = verify_it (team, "one\r\ntwo\r\n", ours, &error);
  g_autoptr (MadoPgpResult) bare = verify_it (team, "one\ntwo\n", ours, &error); /* counts as CR LF */
  g_autoptr (MadoPgpResult) bad = verify_it (team, "one\r\ntwa\r\n", ours, &error);
  g_autoptr (MadoPgpResult) unknown = verify_it (team, "one\r\ntwo\r\n", theirs, &error);
  g_autoptr (MadoPgpResult) none = verify_it (team, "one\r\ntwo\r\n", "no signature", &error);

  g_assert_no_error (error);
  g_assert_cmpint (status_of (good), ==, MADO_SIGNATURE_GOOD_UNTRUSTED);
  g_assert_cmpint (status_of (bare), ==, MADO_SIGNATURE_GOOD_UNTRUSTED);
  g_assert_cmpint (status_of (bad), ==, MADO_SIGNATURE_BAD);
  g_assert_cmpint (status_of (unknown), ==, MADO_SIGNATURE_UNKNOWN_KEY);
  g_assert_cmpint (none->outcome, ==, MADO_OUTCOME_CORRUPT);
  g_assert_cmpuint (none->signatures->len, ==, 0);
}

static void
test_future (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ours = sign (team->keys, "one\r\n");

  team->limits.now -= 3 * 3600; /* for us the signature is from the future then */
  g_autoptr (MadoPgpResult) result = verify_it (team, "one\r\n", ours, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status_of (result), ==, MADO_SIGNATURE_UNSUPPORTED);
}

static void
test_agent_away (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *cipher = encrypt (team->keys, team->key, SECRET, FALSE);
  g_autofree char *lines = g_strdup_printf ("decrypt-agent = %s/none\n", team->runtime);
  g_autoptr (MadoConf) conf = fixture_conf (team->keys, team->runtime, team->key, lines);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (conf, team->runtime, MADO_PGP_DECRYPT, 7, &error);
  g_autoptr (MadoPgpEngine) engine = mado_pgp_engine_new (home, &error);
  MadoPgpResult *result = NULL;

  g_assert_no_error (error);
  g_assert_false (mado_pgp_decrypt (engine, &team->limits, (const guint8 *) cipher, strlen (cipher), &result, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_TEMP); /* and not "no secret key" */
  g_assert_null (result);
}

/* (transfer full) the bytes in armour. */
static GByteArray *
binary_of (const char *armor)
{
  const char *start = strstr (armor, "\n\n") + 2, *end = strstr (start, "\n=");
  g_autofree char *base64 = g_strndup (start, (gsize) (end - start));
  gsize length;
  guint8 *bytes = g_base64_decode (base64, &length);

  return g_byte_array_new_take (bytes, length);
}

/* A signature over nothing, behind encrypted data: gpg calls it good. */
static void
test_loose_signature (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *cipher = encrypt (team->keys, team->key, SECRET, FALSE);
  g_autofree char *nothing = sign (team->keys, "");
  g_autoptr (GByteArray) message = binary_of (cipher), signature = binary_of (nothing);
  g_autoptr (MadoPgpResult) alone = NULL, both = NULL;

  g_assert_true (mado_pgp_decrypt (team->engine, &team->limits, message->data, message->len, &alone, &error));
  g_byte_array_append (message, signature->data, signature->len);
  g_assert_true (mado_pgp_decrypt (team->engine, &team->limits, message->data, message->len, &both, &error));
  g_assert_no_error (error);
  assert_plaintext (alone, SECRET);
  g_assert_cmpint (both->outcome, ==, MADO_OUTCOME_CORRUPT);
  g_assert_null (both->plaintext);
  g_assert_cmpuint (both->signatures->len, ==, 0);
}

/* Encrypted and signed data, compressed until nobody looks inside any more: gpg opens it while it verifies. */
static void
test_hidden_cipher (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const guint8 open_ended[] = { 0xa3, 0x00 }; /* a compressed packet to the end, whose data are not compressed */
  g_autoptr (GError) error = NULL;
  g_autofree char *cipher = encrypt (team->keys, team->key, SECRET, TRUE);
  g_autoptr (GByteArray) message = binary_of (cipher);

  for (guint depth = 0; depth < 5; depth++) {
    g_autoptr (MadoPgpResult) result = NULL;
    g_assert_true (mado_pgp_verify_opaque (team->engine, &team->limits, message->data, message->len, &result, &error));
    g_assert_no_error (error);
    g_assert_cmpint (result->outcome, ==, MADO_OUTCOME_CORRUPT);
    g_assert_null (result->plaintext);
    g_assert_cmpuint (result->signatures->len, ==, 0);
    g_byte_array_prepend (message, open_ended, sizeof open_ended);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/open/decrypt", Team, NULL, set_up, test_decrypt, tear_down);
  g_test_add ("/pgp/open/withheld", Team, NULL, set_up, test_withheld, tear_down);
  g_test_add ("/pgp/open/verify", Team, NULL, set_up, test_verify, tear_down);
  g_test_add ("/pgp/open/future", Team, NULL, set_up, test_future, tear_down);
  g_test_add ("/pgp/open/loose-signature", Team, NULL, set_up, test_loose_signature, tear_down);
  g_test_add ("/pgp/open/hidden-cipher", Team, NULL, set_up, test_hidden_cipher, tear_down);
  g_test_add ("/pgp/open/agent-away", Team, NULL, set_up, test_agent_away, tear_down);
  return g_test_run ();
}
