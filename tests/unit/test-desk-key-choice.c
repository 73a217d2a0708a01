/* test-desk-key-choice.c: which key is chosen, and what is said of the others: a table. Each row is a list of candidates,
 * each "SOURCE KEY FACT...", and the key that must be chosen with its reasons in the order of the sources. */
#include "madoguchi/desk/key-choice.h"

#include <string.h>

#define NOW 1800000000
#define V6 "6666666666666666666666666666666666666666666666666666666666666666"

typedef struct {
  const char *candidates[4];
  const char *chosen;     /* "SOURCE KEY"; NULL: none */
  const char *reasons[4]; /* "SOURCE KEY: WORDS" */
  const char *note;       /* how what the thread is told begins; NULL: nothing is told */
} Row;

#define NONE "The answer goes without content"
#define OFFERED "The answer is encrypted opportunistically"
#define CHANGE "The answer is encrypted to the key"

static const Row rows[] = {
  { { NULL }, NULL, { NULL }, NULL },
  { { "signed A" }, "signed A", { "signed A: chosen" }, NULL },
  /* each source, and each before those below it */
  { { "pinned B", "signed A" }, "signed A", { "signed A: chosen", "pinned B: another one was chosen" }, NULL },
  { { "mapped B", "pinned A" }, "pinned A", { "pinned A: chosen", "mapped B: another one was chosen" }, NULL },
  { { "certified B", "mapped A" }, "mapped A", { "mapped A: chosen", "certified B: another one was chosen" }, NULL },
  { { "known B", "certified A" }, "certified A", { "certified A: chosen", "known B: another one was chosen" }, NULL },
  { { "web-of-trust B", "known A" }, "known A", { "known A: chosen", "web-of-trust B: another one was chosen" }, NULL },
  { { "wkd B", "web-of-trust A" }, "web-of-trust A", { "web-of-trust A: chosen", "wkd B: another one was chosen" }, NULL },
  { { "vks B", "wkd A" }, "wkd A", { "wkd A: chosen", "vks B: another one was chosen" }, NULL },
  { { "autocrypt B", "vks A" }, "vks A", { "vks A: chosen", "autocrypt B: another one was chosen" }, NULL },
  { { "attached B", "autocrypt A" }, "autocrypt A", { "autocrypt A: chosen", "attached B: another one was chosen" }, OFFERED },
  { { "attached A" }, "attached A", { "attached A: chosen" }, OFFERED },
  { { "gossip A" }, NULL, { "gossip A: nobody knows where it comes from" }, NONE },
  /* what speaks against a key, whatever its source */
  { { "signed A expired" }, NULL, { "signed A: expired" }, NONE },
  { { "pinned A expired" }, NULL, { "pinned A: expired" }, NONE },
  { { "signed A revoked" }, NULL, { "signed A: revoked" }, NONE },
  { { "mapped A revoked" }, NULL, { "mapped A: revoked" }, NONE },
  { { "signed A disabled" }, NULL, { "signed A: disabled" }, NONE },
  { { "signed A distrusted" }, NULL, { "signed A: the team distrusts it" }, NONE },
  { { "wkd A distrusted" }, NULL, { "wkd A: the team distrusts it" }, NONE },
  { { "attached A distrusted" }, NULL, { "attached A: the team distrusts it" }, NONE },
  { { "signed A sign-only" }, NULL, { "signed A: it has no valid encryption subkey" }, NONE },
  { { "signed A over" }, NULL, { "signed A: it has no valid encryption subkey" }, NONE },
  { { "signed A until" }, "signed A", { "signed A: chosen" }, NULL },
  { { "signed A missing" }, NULL, { "signed A: it could not be read, or is not in the keyring" }, NONE },
  { { "attached A missing" }, NULL, { "attached A: it could not be read, or is not in the keyring" }, NONE },
  { { "signed A nameless" }, NULL, { "signed A: no user ID of it names the address" }, NONE },
  { { "wkd A nameless" }, NULL, { "wkd A: no user ID of it names the address" }, NONE },
  { { "attached A nameless" }, NULL, { "attached A: no user ID of it names the address" }, NONE },
  { { "signed A nameless name-revoked" }, NULL, { "signed A: its user ID with the address is revoked" }, NONE },
  { { "signed A name-revoked" }, "signed A", { "signed A: chosen" }, NULL }, /* another one names it still */
  { { "signed A displaced" }, NULL, { "signed A: another key is pinned for the address" }, NONE },
  /* our own key */
  { { "signed A own" }, NULL, { "signed A: it is our own key" }, NONE },
  { { "attached A own" }, NULL, { "attached A: it is our own key" }, NONE },
  { { "pinned A own" }, NULL, { "pinned A: it is our own key" }, NONE },
  /* version 6 */
  { { "attached " V6 " missing" }, NULL, { "attached " V6 ": a version 6 key: the GnuPG here cannot use it" }, NONE },
  { { "attached " V6 " missing", "attached A" }, "attached A",
    { "attached " V6 ": a version 6 key: the GnuPG here cannot use it", "attached A: chosen" }, OFFERED },
  /* S/MIME is not answered in OpenPGP */
  { { "signed A smime" }, NULL, { "signed A: the team has no certificate to answer in S/MIME with" }, NONE },
  { { "signed A smime", "pinned B" }, "pinned B",
    { "signed A: the team has no certificate to answer in S/MIME with", "pinned B: chosen" }, NULL },
  /* the next best one */
  { { "signed A expired", "pinned B" }, "pinned B", { "signed A: expired", "pinned B: chosen" }, NULL },
  { { "pinned A expired", "pinned B" }, "pinned B", { "pinned A: expired", "pinned B: chosen" }, NULL },
  { { "signed A expired", "wkd B", "attached C" }, "wkd B",
    { "signed A: expired", "wkd B: chosen", "attached C: another one was chosen" }, NULL },
  { { "signed A expired", "attached C" }, "attached C", { "signed A: expired", "attached C: chosen" }, OFFERED },
  { { "signed A expired", "wkd B revoked" }, NULL, { "signed A: expired", "wkd B: revoked" }, NONE },
  /* a changed key */
  { { "signed A changed", "known B refused" }, NULL,
    { "signed A: changed: the address is known by the key B", "known B: gone" }, NONE },
  { { "attached A changed", "known B" }, "known B",
    { "known B: chosen", "attached A: changed: the address is known by the key B" }, NULL },
  { { "signed A changed", "pinned A" }, "pinned A",
    { "signed A: changed: the address is known by the key B", "pinned A: chosen" }, CHANGE },
  { { "signed A changed", "attached A" }, NULL, { "signed A: changed: the address is known by the key B" }, NONE },
  { { "signed A changed expired" }, NULL, { "signed A: expired" }, NONE },
  /* the same key by several ways is one */
  { { "signed A", "pinned A", "attached A" }, "signed A", { "signed A: chosen" }, NULL },
  { { "autocrypt A", "attached A" }, "autocrypt A", { "autocrypt A: chosen" }, OFFERED },
};

static MadoKeyCandidate *
make_candidate (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  MadoKeyCandidate *key = mado_key_candidate_new ();

  key->source = g_strdup (words[0]);
  key->fingerprint = g_strdup (words[1]);
  key->is_present = key->can_encrypt = key->names_address = TRUE;
  key->protocol = g_strdup ("openpgp");
  for (guint i = 2; words[i] != NULL; i++) {
    const char *word = words[i];
    if (strcmp (word, "expired") == 0)
      key->is_expired = TRUE;
    else if (strcmp (word, "revoked") == 0)
      key->is_revoked = TRUE;
    else if (strcmp (word, "disabled") == 0)
      key->is_disabled = TRUE;
    else if (strcmp (word, "distrusted") == 0)
      key->is_distrusted = TRUE;
    else if (strcmp (word, "own") == 0)
      key->is_own = TRUE;
    else if (strcmp (word, "missing") == 0)
      key->is_present = FALSE;
    else if (strcmp (word, "sign-only") == 0)
      key->can_encrypt = FALSE;
    else if (strcmp (word, "over") == 0)
      key->encrypts_until = NOW;
    else if (strcmp (word, "until") == 0)
      key->encrypts_until = NOW + 1;
    else if (strcmp (word, "nameless") == 0)
      key->names_address = FALSE;
    else if (strcmp (word, "name-revoked") == 0)
      key->is_name_revoked = TRUE;
    else if (strcmp (word, "displaced") == 0)
      key->is_displaced = TRUE;
    else if (strcmp (word, "changed") == 0)
      key->refused = g_strdup ("changed: the address is known by the key B");
    else if (strcmp (word, "refused") == 0)
      key->refused = g_strdup ("gone");
    else if (strcmp (word, "smime") == 0)
      key->protocol = (g_free (key->protocol), g_strdup ("smime"));
    else
      g_assert_not_reached ();
  }
  return key;
}

static void
check_row (const Row *row, gboolean is_reversed)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  g_autofree char *chosen_text = NULL, *note = NULL;
  const MadoKeyCandidate *chosen;
  guint n = 0;

  for (guint i = 0; i < 4 && row->candidates[i] != NULL; i++)
    g_ptr_array_insert (candidates, is_reversed ? 0 : -1, make_candidate (row->candidates[i]));
  chosen = mado_key_choose (candidates, FALSE, NOW);
  if (chosen != NULL)
    chosen_text = g_strdup_printf ("%s %s", chosen->source, chosen->fingerprint);
  g_assert_cmpstr (chosen_text, ==, row->chosen);
  for (n = 0; n < 4 && row->reasons[n] != NULL; n++) {
    const MadoKeyCandidate *key = n < candidates->len ? candidates->pdata[n] : NULL;
    g_autofree char *reason = key != NULL ? g_strdup_printf ("%s %s: %s", key->source, key->fingerprint, key->reason) : NULL;
    g_assert_cmpstr (reason, ==, row->reasons[n]);
  }
  g_assert_cmpuint (candidates->len, ==, n);
  note = mado_key_choice_describe (candidates, chosen);
  if (row->note == NULL)
    g_assert_null (note);
  else
    g_assert_true (note != NULL && g_str_has_prefix (note, row->note));
}

/* The order in which the keys are named makes no difference. */
static void
test_choose (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %u: %s", (guint) i, rows[i].candidates[0]);
    check_row (&rows[i], FALSE);
    check_row (&rows[i], TRUE);
  }
}

/* Two fit for use by the same way: always the same one. */
static void
test_stable (void)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
    g_ptr_array_add (candidates, make_candidate (i == 0 ? "pinned B" : "pinned A"));
    g_ptr_array_add (candidates, make_candidate (i == 0 ? "pinned A" : "pinned B"));
    g_assert_cmpstr (mado_key_choose (candidates, FALSE, NOW)->fingerprint, ==, "A");
  }
}

/* With a certificate of the team's, S/MIME is answered in S/MIME. */
static void
test_smime (void)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  const MadoKeyCandidate *chosen;

  g_ptr_array_add (candidates, make_candidate ("pinned B"));
  g_ptr_array_add (candidates, make_candidate ("signed A smime"));
  chosen = mado_key_choose (candidates, TRUE, NOW);
  g_assert_cmpstr (chosen->fingerprint, ==, "A");
  g_assert_cmpstr (chosen->protocol, ==, "smime");
}

/* --- what a report brings ------------------------------------------------------------------------------- */

static MadoReport *
make_report (MadoSignatureStatus status, const char *fingerprint, MadoValidity validity)
{
  MadoReport *report = mado_report_new ();

  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("alice@example.net");
  report->headers = mado_header_facts_new ();
  report->signature = status;
  if (fingerprint != NULL) {
    report->signer = mado_signer_new ();
    report->signer->fingerprint = g_strdup (fingerprint);
    report->signer->validity = validity;
    report->signer->matches_from = TRUE;
  }
  return report;
}

static void
offer (MadoReport *report, const char *source, const char *fingerprint, const char *user_id, gboolean is_gossip)
{
  MadoOfferedKey *key = mado_offered_key_new ();

  key->source = g_strdup (source);
  key->fingerprint = g_strdup (fingerprint);
  key->gossip = is_gossip;
  key->block = g_strdup ("AAAA");
  g_strfreev (key->user_ids);
  key->user_ids = g_strsplit (user_id, ";", -1);
  g_ptr_array_add (report->keys_offered, key);
}

static GPtrArray *
make_known (const char *protocol, const char *fingerprint)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_known_key_free);

  if (fingerprint != NULL) {
    MadoKnownKey *key = mado_known_key_new ();
    key->address = g_strdup ("alice@example.net");
    key->protocol = g_strdup (protocol);
    key->fingerprint = g_strdup (fingerprint);
    g_ptr_array_add (known, key);
  }
  return known;
}

/* "SOURCE KEY REFUSED" of all, in lines. */
static char *
spell (const GPtrArray *candidates)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < candidates->len; i++) {
    const MadoKeyCandidate *key = candidates->pdata[i];
    g_string_append_printf (out, "%s %s %s\n", key->source, key->fingerprint, key->refused != NULL ? key->refused : "-");
  }
  return g_string_free (out, FALSE);
}

static void
check_gathered (const MadoReport *report, const char *protocol, const char *known_by, const char *want)
{
  g_autoptr (GPtrArray) known = make_known (protocol, known_by);
  g_autoptr (GPtrArray) candidates = mado_key_choice_gather (report, known);
  g_autofree char *text = spell (candidates);

  g_assert_cmpstr (text, ==, want);
}

static void
test_gather_signer (void)
{
  static const struct {
    MadoSignatureStatus status;
    MadoValidity validity;
    const char *want;
  } cases[] = {
    { MADO_SIGNATURE_GOOD, MADO_VALIDITY_FULL, "signed A -\n" },
    { MADO_SIGNATURE_GOOD_UNTRUSTED, MADO_VALIDITY_UNKNOWN, "signed A -\n" },
    { MADO_SIGNATURE_GOOD_UNTRUSTED, MADO_VALIDITY_NEVER, "signed A the team distrusts it, or another key is pinned for the address\n" },
    { MADO_SIGNATURE_NONE, MADO_VALIDITY_FULL, "" },
    { MADO_SIGNATURE_BAD, MADO_VALIDITY_FULL, "" },
    { MADO_SIGNATURE_PARTIAL, MADO_VALIDITY_FULL, "signed A it signed only a part of the mail\n" },
    { MADO_SIGNATURE_EXPIRED_SIGNATURE, MADO_VALIDITY_FULL, "signed A its signature has expired\n" },
    { MADO_SIGNATURE_EXPIRED_KEY, MADO_VALIDITY_FULL, "signed A expired\n" },
    { MADO_SIGNATURE_REVOKED_KEY, MADO_VALIDITY_FULL, "signed A revoked\n" },
    { MADO_SIGNATURE_UNKNOWN_KEY, MADO_VALIDITY_FULL, "signed A its signature could not be checked\n" },
    { MADO_SIGNATURE_UNSUPPORTED, MADO_VALIDITY_FULL, "signed A its signature could not be checked\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MadoReport) report = make_report (cases[i].status, "A", cases[i].validity);
    check_gathered (report, NULL, NULL, cases[i].want);
  }
  g_autoptr (MadoReport) unsigned_one = make_report (MADO_SIGNATURE_NONE, NULL, 0);
  check_gathered (unsigned_one, NULL, NULL, "");
  check_gathered (unsigned_one, "openpgp", "B", "known B -\n");
  check_gathered (unsigned_one, "offered", "B", "");
  g_clear_pointer (&unsigned_one->from, mado_mailbox_free);
  check_gathered (unsigned_one, "openpgp", "B", "");
}

/* Of a certificate the reader's facts count: its chain, its address, and that it came along. */
static void
test_gather_smime (void)
{
  for (int i = 0; i < 4; i++) {
    g_autoptr (MadoReport) report = make_report (i == 0 ? MADO_SIGNATURE_GOOD : MADO_SIGNATURE_GOOD_UNTRUSTED, "A", MADO_VALIDITY_UNKNOWN);
    g_autoptr (GPtrArray) known = make_known (NULL, NULL);
    MadoLayer *layer = mado_layer_new ();
    MadoSignature *signature = mado_signature_new ();

    layer->protocol = MADO_PROTOCOL_SMIME;
    signature->fingerprint = g_strdup ("A");
    signature->vouched_by = i != 1 ? g_strdup ("smime-chain") : NULL;
    signature->certificates = i != 2 ? g_strdup ("AAAA") : NULL;
    report->signer->matches_from = i != 3;
    g_ptr_array_add (layer->signatures, signature);
    g_ptr_array_add (report->layers, layer);
    g_autoptr (GPtrArray) candidates = mado_key_choice_gather (report, known);
    const MadoKeyCandidate *key = candidates->pdata[0];
    g_assert_cmpstr (key->protocol, ==, "smime");
    g_assert_cmpint (mado_key_choose (candidates, TRUE, NOW) != NULL, ==, i == 0);
    g_assert_cmpstr (key->reason, ==,
                     i == 0   ? "chosen"
                     : i == 1 ? "its certificate leads to no authority that the team trusts"
                     : i == 2 ? "it could not be read, or is not in the keyring"
                              : "no user ID of it names the address");
  }
}

/* What the address is known by speaks against every other key of the mail. */
static void
test_gather_changed (void)
{
  g_autoptr (MadoReport) report = make_report (MADO_SIGNATURE_GOOD_UNTRUSTED, "A", MADO_VALIDITY_UNKNOWN);

  offer (report, "attached", "C", "Alice <ALICE@example.net>", FALSE);
  check_gathered (report, "openpgp", "A", "signed A -\nknown A -\nattached C changed: the address is known by the key A\n");
  check_gathered (report, "openpgp", "B",
                  "signed A changed: the address is known by the key B\nknown B this mail is signed with another key\n"
                  "attached C changed: the address is known by the key B\n");
  check_gathered (report, "offered", "C", "signed A changed: the address is known by the key C\nattached C -\n");
}

static void
test_gather_offers (void)
{
  g_autoptr (MadoReport) report = make_report (MADO_SIGNATURE_NONE, NULL, 0);

  offer (report, "attached", "A", "Alice <alice@example.net>", FALSE);
  offer (report, "inline", "B", "alice@example.net", FALSE);
  offer (report, "attached", "C", "Alice <alice@example.net.evil.example>", FALSE);
  offer (report, "attached", "D", "alice@example.net <eve@evil.example>", FALSE);
  offer (report, "attached", "E", "Eve <eve@evil.example>;Alice <alice@example.net>", FALSE);
  offer (report, "autocrypt", "F", "whoever", FALSE);
  offer (report, "autocrypt", "G", "Alice <alice@example.net>", TRUE);
  ((MadoOfferedKey *) report->keys_offered->pdata[0])->protocol = MADO_PROTOCOL_OPENPGP;
  check_gathered (report, NULL, NULL, "attached A -\nattached B -\nattached E -\nautocrypt F -\n");
  ((MadoOfferedKey *) report->keys_offered->pdata[0])->protocol = MADO_PROTOCOL_SMIME;
  check_gathered (report, NULL, NULL, "attached B -\nattached E -\nautocrypt F -\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/key-choice/choose", test_choose);
  g_test_add_func ("/desk/key-choice/stable", test_stable);
  g_test_add_func ("/desk/key-choice/smime", test_smime);
  g_test_add_func ("/desk/key-choice/gather-smime", test_gather_smime);
  g_test_add_func ("/desk/key-choice/gather-signer", test_gather_signer);
  g_test_add_func ("/desk/key-choice/gather-changed", test_gather_changed);
  g_test_add_func ("/desk/key-choice/gather-offers", test_gather_offers);
  return g_test_run ();
}
