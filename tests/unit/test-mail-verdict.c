/* The summary of layers, as a table: each layer is "operation covers outcome status...", judged for alice@x, whose key
 * A is pinned; key B is known and speaks for bob@x, vouched for by nobody. */
#include "madoguchi/mail/verdict.h"

#include <glib.h>
#include <string.h>

#define A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

typedef struct {
  const char *layers; /* separated by "|"; signatures as STATUS:KEY */
  const char *from;
  MadoEncryption encryption;
  MadoSignatureStatus signature;
  const char *signer;
} Case;

#define GOOD_A "good-untrusted:A"
#define GOOD_B "good-untrusted:B"
#define ENC_NONE MADO_ENCRYPTION_NONE
#define ENC_PART MADO_ENCRYPTION_PARTIAL
#define ENC_WHOLE MADO_ENCRYPTION_WHOLE

static const Case cases[] = {
  { "", "alice@x", ENC_NONE, MADO_SIGNATURE_NONE, NULL },
  { "verify whole ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "verify whole ok " GOOD_A, "ALICE@X", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "verify whole ok " GOOD_A, "bob@x", ENC_NONE, MADO_SIGNATURE_GOOD_UNTRUSTED, A },
  { "verify whole ok " GOOD_A, NULL, ENC_NONE, MADO_SIGNATURE_GOOD_UNTRUSTED, A },
  { "verify whole ok " GOOD_B, "bob@x", ENC_NONE, MADO_SIGNATURE_GOOD_UNTRUSTED, B },
  { "verify whole ok " GOOD_B, "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD_UNTRUSTED, B },
  { "verify whole ok good:B", "bob@x", ENC_NONE, MADO_SIGNATURE_GOOD_UNTRUSTED, B }, /* nobody else may say good */
  { "verify whole ok bad:A", "alice@x", ENC_NONE, MADO_SIGNATURE_BAD, NULL },
  { "verify whole ok unknown-key:C", "alice@x", ENC_NONE, MADO_SIGNATURE_UNKNOWN_KEY, NULL },
  { "verify whole ok expired-key:A", "alice@x", ENC_NONE, MADO_SIGNATURE_EXPIRED_KEY, A },
  { "verify whole ok revoked-key:A", "alice@x", ENC_NONE, MADO_SIGNATURE_REVOKED_KEY, A },
  { "verify whole ok expired-signature:A", "alice@x", ENC_NONE, MADO_SIGNATURE_EXPIRED_SIGNATURE, A },
  { "verify whole ok unsupported:A", "alice@x", ENC_NONE, MADO_SIGNATURE_UNSUPPORTED, NULL },
  { "verify whole corrupt", "alice@x", ENC_NONE, MADO_SIGNATURE_BAD, NULL },
  { "verify whole unsupported", "alice@x", ENC_NONE, MADO_SIGNATURE_UNSUPPORTED, NULL },
  { "verify whole ok bad:B " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "verify whole ok " GOOD_B " " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "verify part ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_PARTIAL, NULL },
  { "verify part ok bad:A", "alice@x", ENC_NONE, MADO_SIGNATURE_BAD, NULL },
  { "verify whole ok bad:A|verify part ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_BAD, NULL },
  { "decrypt whole ok", "alice@x", ENC_WHOLE, MADO_SIGNATURE_NONE, NULL },
  { "decrypt+verify whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_GOOD, A },
  { "decrypt whole ok|verify whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_GOOD, A },
  { "verify whole ok " GOOD_A "|decrypt whole ok", "alice@x", ENC_WHOLE, MADO_SIGNATURE_NONE, NULL },
  { "verify whole ok " GOOD_A "|decrypt+verify whole ok " GOOD_B, "alice@x", ENC_WHOLE, MADO_SIGNATURE_GOOD_UNTRUSTED, B },
  { "decrypt part ok", "alice@x", ENC_PART, MADO_SIGNATURE_NONE, NULL },
  { "decrypt part no-secret-key", "alice@x", ENC_NONE, MADO_SIGNATURE_NONE, NULL },
  { "decrypt whole no-secret-key", "alice@x", ENC_WHOLE, MADO_SIGNATURE_NONE, NULL },
  { "decrypt whole corrupt", "alice@x", ENC_NONE, MADO_SIGNATURE_NONE, NULL }, /* no ciphertext was found */
  { "decrypt+verify part ok " GOOD_A, "alice@x", ENC_PART, MADO_SIGNATURE_PARTIAL, NULL },
  { "verify whole ok " GOOD_A "|decrypt whole no-secret-key", "alice@x", ENC_WHOLE, MADO_SIGNATURE_NONE, NULL },
  { "verify whole ok " GOOD_A "|decrypt whole corrupt", "alice@x", ENC_NONE, MADO_SIGNATURE_NONE, NULL },
  /* Who signs around a ciphertext that is opened deeper inside did not write what is shown. */
  { "verify whole ok " GOOD_A "|decrypt part ok", "alice@x", ENC_PART, MADO_SIGNATURE_PARTIAL, NULL },
  { "verify whole ok " GOOD_A "|decrypt+verify part ok " GOOD_B, "alice@x", ENC_PART, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt+verify whole ok " GOOD_A "|decrypt part ok", "alice@x", ENC_WHOLE, MADO_SIGNATURE_PARTIAL, NULL },
  { "verify whole ok " GOOD_A "|decrypt part no-secret-key", "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "verify whole ok " GOOD_A "|verify part ok bad:B", "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  /* Blocks outside PGP/MIME: one in another may count, several beside each other are nobody's text. */
  { "verify@1 whole ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_GOOD, A },
  { "decrypt@1 whole ok|verify@1.1 whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_GOOD, A },
  { "verify@1 whole ok " GOOD_A "|decrypt@1.1 whole ok", "alice@x", ENC_WHOLE, MADO_SIGNATURE_NONE, NULL },
  { "verify@1 whole ok " GOOD_A "|verify@1 whole ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt+verify@1 whole ok " GOOD_A "|decrypt@1 whole ok", "alice@x", ENC_WHOLE, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt@1 whole ok|decrypt+verify@1 whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt@1.1 whole ok|decrypt+verify@1.10 whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt@1 whole ok|verify@1.1 whole ok " GOOD_A "|verify@1.1 whole ok " GOOD_B, "alice@x", ENC_WHOLE, MADO_SIGNATURE_PARTIAL, NULL },
  { "verify@1 whole ok " GOOD_B "|verify@1.1 whole ok bad:A|verify@1.1 whole ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt@1 whole ok|verify@1.1 whole ok " GOOD_B "|verify@1.1.1 whole ok " GOOD_A "|verify@1.1 whole ok " GOOD_A, "alice@x", ENC_WHOLE,
    MADO_SIGNATURE_PARTIAL, NULL },
  { "decrypt@1 whole ok|verify@1.1 whole ok " GOOD_B "|verify@1.1.1 whole ok " GOOD_A, "alice@x", ENC_WHOLE, MADO_SIGNATURE_GOOD, A },
  { "verify@1 whole ok bad:A|verify@1 whole ok bad:A", "alice@x", ENC_NONE, MADO_SIGNATURE_BAD, NULL },
  { "verify@1 part ok " GOOD_A "|verify@1 part ok " GOOD_A, "alice@x", ENC_NONE, MADO_SIGNATURE_PARTIAL, NULL },
};

static int
index_of (const char *const *names, const char *name)
{
  for (int i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return i;
  g_assert_not_reached ();
}

static MadoLayer *
read_layer (const char *text)
{
  static const char *const operations[] = { "decrypt", "verify", "decrypt+verify", NULL };
  static const char *const covers[] = { "whole", "part", NULL };
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  MadoLayer *layer = mado_layer_new ();
  char *part = strchr (words[0], '@');

  layer->form = part == NULL ? MADO_FORM_PGP_MIME : MADO_FORM_INLINE;
  layer->part = g_strdup (part == NULL ? "1" : part + 1);
  if (part != NULL)
    *part = '\0';
  layer->operation = (MadoOperation) index_of (operations, words[0]);
  layer->covers = (MadoCovers) index_of (covers, words[1]);
  layer->outcome = (MadoOutcome) index_of (mado_outcome_names, words[2]);
  for (guint i = 3; words[i] != NULL; i++) {
    g_auto (GStrv) halves = g_strsplit (words[i], ":", 2);
    MadoSignature *signature = mado_signature_new ();
    signature->status = (MadoSignatureStatus) index_of (mado_signature_status_names, halves[0]);
    signature->fingerprint = g_strnfill (40, halves[1][0]);
    g_ptr_array_add (layer->signatures, signature);
  }
  return layer;
}

static void
add_key (MadoKeyTable *table, const char *fingerprint, const char *address, gboolean is_pinned)
{
  MadoKey *key = mado_key_new ();
  MadoKeyUser *user = mado_key_user_new ();

  key->fingerprint = g_strdup (fingerprint);
  user->address = g_strdup (address);
  user->user_id = g_strdup_printf ("Somebody <%s>", address);
  g_ptr_array_add (key->users, user);
  if (is_pinned) {
    g_strfreev (key->pinned);
    key->pinned = g_strsplit (address, "\n", 1);
  }
  g_ptr_array_add (table->keys, key);
}

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  MadoKeyTable *table = mado_key_table_new ();
  g_autoptr (MadoKeyIndex) keys = NULL;
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_layer_free);
  g_auto (GStrv) parts = g_strsplit (one->layers, "|", -1);
  MadoVerdict verdict = { 0 };

  add_key (table, A, "alice@x", TRUE);
  add_key (table, B, "bob@x", FALSE);
  keys = mado_key_index_new (table);
  for (guint i = 0; parts[i] != NULL && parts[i][0] != '\0'; i++)
    g_ptr_array_add (layers, read_layer (parts[i]));
  mado_verdict_judge (layers, one->from, keys, &verdict);
  g_assert_cmpint (verdict.encryption, ==, one->encryption);
  g_assert_cmpstr (mado_signature_status_names[verdict.signature], ==, mado_signature_status_names[one->signature]);
  if (one->signer == NULL)
    g_assert_null (verdict.signer);
  else
    g_assert_cmpstr (verdict.signer->fingerprint, ==, one->signer);
  if (verdict.signature == MADO_SIGNATURE_GOOD)
    g_assert_true (verdict.signer->matches_from);
  mado_signer_free (verdict.signer);

  /* Without an index nobody is vouched for. */
  mado_verdict_judge (layers, one->from, NULL, &verdict);
  g_assert_cmpint (verdict.signature, !=, MADO_SIGNATURE_GOOD);
  g_assert_null (verdict.signer);
}

/* S/MIME: the certificate names its addresses, and somebody vouches for it or not. */
static void
test_certificates (void)
{
  static const struct {
    MadoProtocol protocol;
    MadoSignatureStatus status;
    const char *address, *vouched_by, *from;
    MadoSignatureStatus wanted;
    gboolean matches;
  } rows[] = {
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD_UNTRUSTED, "alice@x", "smime-chain", "alice@x", MADO_SIGNATURE_GOOD, TRUE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD_UNTRUSTED, "alice@x", "smime-chain", "bob@x", MADO_SIGNATURE_GOOD_UNTRUSTED, FALSE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD_UNTRUSTED, "alice@x", "smime-chain", NULL, MADO_SIGNATURE_GOOD_UNTRUSTED, FALSE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD_UNTRUSTED, "alice@x", NULL, "alice@x", MADO_SIGNATURE_GOOD_UNTRUSTED, TRUE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD, "alice@x", NULL, "alice@x", MADO_SIGNATURE_GOOD_UNTRUSTED, TRUE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_EXPIRED_KEY, "alice@x", "smime-chain", "alice@x", MADO_SIGNATURE_EXPIRED_KEY, TRUE },
    { MADO_PROTOCOL_SMIME, MADO_SIGNATURE_GOOD_UNTRUSTED, "CN=alice@x", "smime-chain", "alice@x", MADO_SIGNATURE_GOOD_UNTRUSTED, FALSE },
    /* only S/MIME is vouched for in this way */
    { MADO_PROTOCOL_OPENPGP, MADO_SIGNATURE_GOOD_UNTRUSTED, "alice@x", "smime-chain", "alice@x", MADO_SIGNATURE_GOOD_UNTRUSTED, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_layer_free);
    MadoLayer *layer = read_layer ("verify whole ok");
    MadoSignature *signature = mado_signature_new ();
    MadoVerdict verdict = { 0 };

    layer->protocol = rows[i].protocol;
    signature->status = rows[i].status;
    signature->fingerprint = g_strdup (B);
    g_strfreev (signature->user_ids);
    signature->user_ids = g_strsplit (rows[i].address, "\n", 1);
    signature->vouched_by = g_strdup (rows[i].vouched_by);
    g_ptr_array_add (layer->signatures, signature);
    g_ptr_array_add (layers, layer);
    mado_verdict_judge (layers, rows[i].from, NULL, &verdict);
    g_assert_cmpint (verdict.signature, ==, rows[i].wanted);
    g_assert_nonnull (verdict.signer);
    g_assert_cmpint (verdict.signer->matches_from, ==, rows[i].matches);
    mado_signer_free (verdict.signer);
  }
}

/* A certificate that the team distrusts is vouched for by no chain. */
static void
test_distrusted (void)
{
  for (int i = 0; i < 2; i++) {
    MadoKeyTable *table = mado_key_table_new ();
    g_autoptr (MadoKeyIndex) keys = NULL;
    g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_layer_free);
    MadoLayer *layer = read_layer ("verify whole ok good-untrusted:B");
    MadoSignature *signature = g_ptr_array_index (layer->signatures, 0);
    MadoVerdict verdict = { 0 };

    g_strfreev (table->distrusted);
    table->distrusted = g_strsplit (i == 0 ? A : B, " ", -1);
    keys = mado_key_index_new (table);
    layer->protocol = MADO_PROTOCOL_SMIME;
    g_strfreev (signature->user_ids);
    signature->user_ids = g_strsplit ("alice@x", " ", -1);
    signature->vouched_by = g_strdup ("smime-chain");
    g_ptr_array_add (layers, layer);
    mado_verdict_judge (layers, "alice@x", keys, &verdict);
    g_assert_cmpint (verdict.signature, ==, i == 0 ? MADO_SIGNATURE_GOOD : MADO_SIGNATURE_GOOD_UNTRUSTED);
    g_assert_cmpstr (verdict.signer->vouched_by, ==, i == 0 ? "smime-chain" : NULL);
    mado_signer_free (verdict.signer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/mail/verdict/%02u", (guint) i);
    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/mail/verdict/certificates", test_certificates);
  g_test_add_func ("/mail/verdict/distrusted", test_distrusted);
  return g_test_run ();
}
