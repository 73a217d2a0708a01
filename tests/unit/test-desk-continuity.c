/* test-desk-continuity.c: what an address is known by: the rules, one row each; what the store remembers; a store of the
 * first schema; and what a member sees. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/settle.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define C "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"

/* A mail of alice@example.net, in words:
 *   STATUS[:KEY]       "good:A", "none", "unknown-key:B"... over the whole mail
 *   by=WHAT            vouched for
 *   other              the key does not name her address
 *   never              distrusted, or another one is pinned
 *   after=KEY          the key was certified by KEY
 *   smime              instead of OpenPGP
 *   offer=KEY          attached key with her address; autocrypt=KEY; foreign=KEY: attached, of somebody else
 *   vouched-offer=KEY  attached, pinned; gossip=KEY: of another recipient; certificate=KEY: for S/MIME
 *   part               the signature covers a part
 *   undecryptable, two-senders */
typedef struct {
  const char *known; /* "openpgp=A smime=B offered=C" */
  const char *mail;
  const char *warning; /* "KIND known=X seen=Y offered=Z"; NULL: none */
  const char *learned; /* as known, what is to be remembered; NULL: nothing */
} Row;

static const Row rows[] = {
  /* the first one */
  { "", "good:A by=pin", NULL, "openpgp=A" },
  { "", "good-untrusted:A", NULL, "openpgp=A" },
  { "", "good-untrusted:A other", NULL, NULL },
  { "", "good-untrusted:A never", "refused seen=A", NULL },
  { "", "bad:A", NULL, NULL },
  { "", "none", NULL, NULL },
  { "", "unknown-key:A", NULL, NULL },
  { "", "expired-key:A", NULL, NULL },
  { "", "good:A by=smime-chain smime", NULL, "smime=A" },
  { "", "undecryptable none", NULL, NULL },
  { "", "two-senders good-untrusted:A", NULL, NULL },
  /* the same one again */
  { "openpgp=A", "good:A by=pin", NULL, "openpgp=A" },
  { "openpgp=A", "good-untrusted:A", NULL, "openpgp=A" },
  { "openpgp=A", "expired-key:A", NULL, NULL },
  { "openpgp=A", "revoked-key:A", NULL, NULL },
  /* another one */
  { "openpgp=A", "good-untrusted:B", "changed known=A seen=B", NULL },
  { "openpgp=A", "good:B by=web-of-trust", "changed known=A seen=B", NULL },
  { "openpgp=A", "good-untrusted:B other", "changed known=A seen=B", NULL },
  { "openpgp=A", "unknown-key:B", "changed known=A seen=B", NULL },
  { "openpgp=A", "unknown-key:A", "changed known=A seen=A", NULL }, /* nobody can say that it is */
  { "openpgp=A", "expired-key:B", "changed known=A seen=B", NULL },
  { "openpgp=A", "good-untrusted:B never", "refused known=A seen=B", NULL },
  { "openpgp=A", "undecryptable none", NULL, NULL },
  { "openpgp=A", "two-senders none", NULL, NULL },
  /* none at all */
  { "openpgp=A", "none", "unsigned known=A", NULL },
  { "openpgp=A", "bad:A", "unsigned known=A", NULL },
  { "openpgp=A", "unsupported:A", "unsigned known=A", NULL },
  { "openpgp=A", "partial:A part", "unsigned known=A", NULL },
  /* accepted */
  { "openpgp=A", "good:B by=pin", NULL, "openpgp=B" },
  { "openpgp=A", "good:B by=map", NULL, "openpgp=B" },
  { "openpgp=A", "good:B by=certified", NULL, "openpgp=B" },
  { "openpgp=A", "good-untrusted:B by=pin other", "changed known=A seen=B", NULL },
  { "openpgp=B", "good-untrusted:A", "changed known=B seen=A", NULL }, /* and the old one is another one now */
  /* handed over by the old key */
  { "openpgp=A", "good-untrusted:B after=A", NULL, "openpgp=B" },
  { "openpgp=A", "good-untrusted:B after=C", "changed known=A seen=B", NULL },
  { "openpgp=A", "good-untrusted:B after=A never", "refused known=A seen=B", NULL },
  { "openpgp=A", "expired-key:B after=A", "changed known=A seen=B", NULL },
  /* two kinds */
  { "openpgp=A", "good:B by=smime-chain smime", NULL, "smime=B" },
  { "openpgp=A", "good-untrusted:B smime", "changed known=A seen=B", NULL },
  { "openpgp=A smime=B", "good-untrusted:B smime", NULL, "smime=B" },
  { "openpgp=A smime=B", "good-untrusted:C smime", "changed known=B seen=C", NULL },
  { "smime=B", "good:C by=smime-chain smime", NULL, "smime=C" },
  { "smime=B", "none", "unsigned known=B", NULL },
  /* offers */
  { "", "none autocrypt=A", NULL, "offered=A" },
  { "", "none offer=A", NULL, "offered=A" },
  { "", "none foreign=A", NULL, NULL },
  { "openpgp=A", "good:A gossip=B", NULL, "openpgp=A" },
  { "openpgp=A", "good:A certificate=B", NULL, "openpgp=A" },
  { "offered=A", "none autocrypt=A", NULL, "offered=A" },
  { "offered=A", "none autocrypt=B", "offered known=A offered=B", NULL },
  { "offered=A", "none foreign=B", NULL, NULL },
  { "offered=A", "none", NULL, NULL },
  { "offered=A", "none vouched-offer=B", NULL, "offered=B" },
  { "openpgp=A", "good:A autocrypt=A", NULL, "openpgp=A offered=A" },
  { "openpgp=A", "good:A autocrypt=B", "offered known=A offered=B", "openpgp=A" }, /* nobody signs the outer header */
  { "openpgp=A", "good:A offer=B", NULL, "openpgp=A offered=B" },                  /* but she signed this */
  { "openpgp=A", "none offer=B", "unsigned known=A offered=B", NULL },
  { "openpgp=A", "good-untrusted:B autocrypt=B", "changed known=A seen=B offered=B", NULL },
  { "openpgp=A", "none foreign=B autocrypt=A", "unsigned known=A", "offered=A" },
  { "", "good-untrusted:A autocrypt=B", NULL, "openpgp=A offered=B" },
};

static char *
spell (char letter)
{
  return g_strnfill (40, letter);
}

static void
sign (MadoReport *report, const char *status, char key, gboolean is_whole)
{
  MadoLayer *layer = mado_layer_new ();
  MadoSignature *signature = mado_signature_new ();

  for (int i = 0; mado_signature_status_names[i] != NULL; i++)
    if (strcmp (mado_signature_status_names[i], status) == 0)
      report->signature = (MadoSignatureStatus) i;
  layer->operation = MADO_OPERATION_VERIFY;
  layer->covers = is_whole ? MADO_COVERS_WHOLE : MADO_COVERS_PART;
  signature->status = is_whole ? report->signature : MADO_SIGNATURE_GOOD_UNTRUSTED;
  signature->fingerprint = spell (key);
  g_ptr_array_add (layer->signatures, signature);
  g_ptr_array_add (report->layers, layer);
  if (strcmp (status, "bad") == 0 || strcmp (status, "unknown-key") == 0 || strcmp (status, "partial") == 0
      || strcmp (status, "unsupported") == 0)
    return;
  report->signer = mado_signer_new ();
  report->signer->fingerprint = spell (key);
  report->signer->matches_from = TRUE;
}

static void
offer (MadoReport *report, const char *source, const char *user_id, char key, const char *vouched_by)
{
  MadoOfferedKey *offered = mado_offered_key_new ();

  offered->fingerprint = spell (key);
  offered->source = g_strdup (source);
  g_strfreev (offered->user_ids);
  offered->user_ids = g_strsplit (user_id, "\n", -1);
  offered->vouched_by = g_strdup (vouched_by);
  g_ptr_array_add (report->keys_offered, offered);
}

static void
apply_word (MadoReport *report, const char *word)
{
  const char *value = strchr (word, '=') != NULL ? strchr (word, '=') + 1 : "";

  if (g_str_has_prefix (word, "by=")) {
    report->signer->vouched_by = g_strdup (value);
  } else if (strcmp (word, "other") == 0) {
    report->signer->matches_from = FALSE;
  } else if (strcmp (word, "never") == 0) {
    report->signer->validity = MADO_VALIDITY_NEVER;
  } else if (g_str_has_prefix (word, "after=")) {
    g_strfreev (report->signer->successor_of);
    report->signer->successor_of = g_new0 (char *, 2);
    report->signer->successor_of[0] = spell (value[0]);
  } else if (strcmp (word, "smime") == 0) {
    ((MadoLayer *) report->layers->pdata[0])->protocol = MADO_PROTOCOL_SMIME;
  } else if (g_str_has_prefix (word, "offer=")) {
    offer (report, "attached", "Alice <ALICE@example.net>", value[0], NULL);
  } else if (g_str_has_prefix (word, "vouched-offer=")) {
    offer (report, "attached", "alice@example.net", value[0], "pin");
  } else if (g_str_has_prefix (word, "foreign=")) {
    offer (report, "attached", "\"alice@example.net\" <eve@example.net>", value[0], NULL);
  } else if (g_str_has_prefix (word, "autocrypt=")) {
    offer (report, "autocrypt", "", value[0], NULL);
  } else if (g_str_has_prefix (word, "gossip=")) {
    offer (report, "autocrypt", "", value[0], NULL);
    ((MadoOfferedKey *) report->keys_offered->pdata[0])->gossip = TRUE;
  } else if (g_str_has_prefix (word, "certificate=")) {
    offer (report, "attached", "alice@example.net", value[0], NULL);
    ((MadoOfferedKey *) report->keys_offered->pdata[0])->protocol = MADO_PROTOCOL_SMIME;
  } else if (strcmp (word, "undecryptable") == 0) {
    report->undecryptable = mado_undecryptable_new ();
  } else if (strcmp (word, "two-senders") == 0) {
    report->headers->from_count = 2;
  } else if (strcmp (word, "none") != 0 && strcmp (word, "part") != 0) {
    g_assert_not_reached ();
  }
}

static MadoReport *
make_report (const char *mail)
{
  MadoReport *report = mado_report_new ();
  g_auto (GStrv) words = g_strsplit (mail, " ", -1);

  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("Alice@example.net");
  report->headers = mado_header_facts_new ();
  report->headers->from_count = 1;
  for (guint i = 0; words[i] != NULL; i++) {
    char *colon = strchr (words[i], ':');
    if (colon == NULL) {
      apply_word (report, words[i]);
      continue;
    }
    *colon = '\0';
    sign (report, words[i], colon[1], strstr (mail, " part") == NULL);
  }
  return report;
}

static GPtrArray *
make_known (const char *text)
{
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_known_key_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++) {
    g_auto (GStrv) halves = g_strsplit (words[i], "=", 2);
    MadoKnownKey *key = mado_known_key_new ();
    key->protocol = g_strdup (halves[0]);
    key->fingerprint = spell (halves[1][0]);
    key->first_seen = NOW;
    g_ptr_array_add (known, key);
  }
  return known;
}

static void
add_word (GString *out, const char *name, const char *fingerprint)
{
  if (fingerprint != NULL)
    g_string_append_printf (out, "%s%s=%c", out->len > 0 ? " " : "", name, fingerprint[0]);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (MadoReport) report = make_report (row->mail);
  g_autoptr (GPtrArray) known = make_known (row->known);
  g_autoptr (GString) warning = g_string_new (NULL), learned = g_string_new (NULL);
  g_auto (MadoContinuity) found = { 0 };

  mado_continuity_judge (report, known, &found);
  if (found.warning != NULL) {
    g_string_append (warning, found.warning->kind);
    add_word (warning, "known", found.warning->known);
    add_word (warning, "seen", found.warning->seen);
    add_word (warning, "offered", found.warning->offered);
    g_assert_cmpint (found.warning->since, ==, found.warning->known != NULL ? NOW : 0);
    g_autofree char *words = mado_continuity_describe (found.warning, "QID");
    g_assert_true (g_str_has_prefix (words, "KEY WARNING: Alice@example.net"));
    g_assert_nonnull (strstr (words, "(QID)"));
    g_assert_true (found.warning->seen == NULL || strstr (words, found.warning->seen) != NULL);
  }
  if (found.signs != NULL)
    add_word (learned, found.signs->protocol, found.signs->fingerprint);
  if (found.offers != NULL)
    add_word (learned, found.offers->protocol, found.offers->fingerprint);
  g_assert_cmpstr (warning->str, ==, row->warning != NULL ? row->warning : "");
  g_assert_cmpstr (learned->str, ==, row->learned != NULL ? row->learned : "");
  g_assert_cmpint (found.is_checked, ==, strstr (row->mail, "undecryptable") == NULL && strstr (row->mail, "two-") == NULL);
}

/* --- in the store ------------------------------------------------------------------------------------------ */

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const languages[] = { "en", NULL };
static const MadoDeskSettings settings = { .prefix = "EX", .team = team, .languages = languages, .max_answers = 9, .max_all_answers = 1000, .window = 3600 };

typedef struct {
  char *top, *path, *url;
  MadoStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->top = g_dir_make_tmp ("keys-XXXXXX", NULL);
  f->path = g_build_filename (f->top, "store.db", NULL);
  f->url = g_strconcat ("sqlite:", f->path, NULL);
}

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (f->url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_free (f->top);
  g_free (f->path);
  g_free (f->url);
}

static MadoReport *
make_mail (int n, const char *mail)
{
  MadoReport *report = make_report (mail);

  report->message_id = g_strdup_printf ("<%d@example.net>", n);
  report->content_sha256 = g_strdup_printf ("%d", n);
  report->subject = g_strdup ("scan");
  return report;
}

/* Settles a mail; returns its incident as a member sees it. */
static MadoIncident *
settle (Fixture *f, int n, const char *mail)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoReport) report = make_mail (n, mail);
  g_autoptr (MadoMail) row = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + n };
  MadoIncident *incident;

  envelope->queue_id = g_strdup_printf ("%016d", n);
  envelope->received = NOW + n;
  envelope->mail_from = g_strdup ("alice@example.net");
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 100, "00", &row, NULL));
  mado_settle_report (&settler, envelope, report, &settled, &error);
  g_assert_no_error (error);
  g_assert_true (mado_store_commit (f->store, NULL));
  incident = mado_store_load_incident (f->store, settled.incident, "csirt@example.org", &error);
  g_assert_no_error (error);
  return incident;
}

static void
reopen (Fixture *f, int n, const char *mail)
{
  g_autoptr (MadoReport) report = make_mail (n, mail);
  g_autofree char *id = g_strdup_printf ("%016d", n);
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW + 1000 };

  g_assert_true (mado_store_begin (f->store, NULL) && mado_settle_again (&settler, id, report, &settled, NULL)
                 && mado_store_commit (f->store, NULL));
}

static guint
count_events (const MadoIncident *incident, const char *word)
{
  guint n = 0;

  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    n += strcmp (entry->direction, "event") == 0 && strstr (entry->text, word) != NULL;
  }
  return n;
}

static const MadoKeyWarning *
warning_of (const MadoIncident *incident)
{
  for (guint i = 0; i < incident->thread->len; i++)
    if (((MadoEntry *) incident->thread->pdata[i])->key_warning != NULL)
      return ((MadoEntry *) incident->thread->pdata[i])->key_warning;
  return NULL;
}

static void
test_thread (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoIncident) first = NULL, same = NULL, changed = NULL, accepted = NULL, after = NULL, old = NULL, again = NULL;
  g_autoptr (GPtrArray) known = NULL;

  open_store (f);
  first = settle (f, 1, "good-untrusted:A");
  g_assert_null (warning_of (first));
  same = settle (f, 2, "good:A by=pin");
  g_assert_null (warning_of (same));
  g_assert_cmpint (same->counts->key_warnings, ==, 0);
  changed = settle (f, 3, "good-untrusted:B");
  g_assert_cmpstr (warning_of (changed)->kind, ==, "changed");
  g_assert_cmpstr (warning_of (changed)->known, ==, A);
  g_assert_cmpstr (warning_of (changed)->seen, ==, B);
  g_assert_cmpint (warning_of (changed)->since, ==, NOW + 1);
  g_assert_cmpint (changed->counts->key_warnings, ==, 1);
  g_assert_cmpuint (count_events (changed, "KEY WARNING"), ==, 1);
  accepted = settle (f, 4, "good:B by=pin");
  g_assert_null (warning_of (accepted));
  after = settle (f, 5, "good-untrusted:B");
  g_assert_null (warning_of (after));
  old = settle (f, 6, "good-untrusted:A");
  g_assert_cmpstr (warning_of (old)->known, ==, B);
  /* Reading an old mail again: what was right then stays right; a warning goes when its key was accepted. */
  reopen (f, 1, "good-untrusted:A");
  reopen (f, 3, "good:B by=pin");
  again = mado_store_load_incident (f->store, 1, "csirt@example.org", NULL);
  g_assert_null (warning_of (again));
  g_clear_pointer (&again, mado_incident_free);
  again = mado_store_load_incident (f->store, 3, "csirt@example.org", NULL);
  g_assert_null (warning_of (again));
  g_assert_cmpint (again->counts->key_warnings, ==, 0);
  g_assert_cmpuint (count_events (again, "KEY WARNING"), ==, 1); /* what was said stays said */
  known = mado_store_list_known_keys (f->store, "ALICE@example.net", 10, NULL);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_cmpstr (((MadoKnownKey *) known->pdata[0])->fingerprint, ==, B);
  g_assert_cmpint (((MadoKnownKey *) known->pdata[0])->first_seen, ==, NOW + 4);
}

/* A mail that could not be read is judged when it can be; one that was sent twice is not judged twice. */
static void
test_late_and_twice (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoIncident) dark = NULL, light = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoReport) report = make_mail (2, "undecryptable none");
  g_autoptr (MadoMail) row = NULL;
  g_auto (MadoSettled) settled = { 0 };
  MadoSettler settler = { f->store, &settings, NOW };

  open_store (f);
  settler.store = f->store;
  mado_incident_free (settle (f, 1, "good:A by=pin"));
  dark = settle (f, 2, "undecryptable none");
  g_assert_null (warning_of (dark));
  reopen (f, 2, "none");
  light = mado_store_load_incident (f->store, 2, "csirt@example.org", NULL);
  g_assert_cmpstr (warning_of (light)->kind, ==, "unsigned");
  envelope->queue_id = g_strdup ("0000000000000009");
  envelope->mail_from = g_strdup ("alice@example.net");
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_receive_mail (f->store, envelope, 100, "00", &row, NULL)
                 && mado_settle_report (&settler, envelope, report, &settled, NULL) && mado_store_commit (f->store, NULL));
  g_assert_cmpstr (settled.state, ==, "duplicate");
  g_clear_pointer (&light, mado_incident_free);
  light = mado_store_load_incident (f->store, 2, "csirt@example.org", NULL);
  g_assert_cmpuint (count_events (light, "KEY WARNING"), ==, 1);
}

static void
test_forget (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoIncident) after = NULL;
  g_autoptr (GPtrArray) all = NULL;
  int count = 0;

  open_store (f);
  mado_incident_free (settle (f, 1, "good:A by=pin autocrypt=A"));
  all = mado_store_list_known_keys (f->store, NULL, 10, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_true (mado_store_begin (f->store, NULL) && mado_store_forget_keys (f->store, "Alice@Example.net", &count, NULL)
                 && mado_store_commit (f->store, NULL));
  g_assert_cmpint (count, ==, 2);
  after = settle (f, 2, "good-untrusted:B");
  g_assert_null (warning_of (after));
}

static const char rows_1[] =
  "INSERT INTO counter (year, last) VALUES (2026, 3);"
  "INSERT INTO incident (id, number, token, created, updated, state, encryption, signature) VALUES"
  " (1, '2026-000001', 'a', 1, 1, 'open', 2, 2), (2, '2026-000002', 'b', 1, 1, 'new', 0, 3), (3, '2026-000003', 'c', 1, 1, 'new', 0, 2);"
  "INSERT INTO message (id, queue_id, state, attempts, crashes, received, size, envelope, sender, signer, incident, undecryptable, report)"
  " VALUES (1, '0000000000000001', 'ticket', 1, 0, 11, 5, x'', 'alice@example.net', '" A "', 1, 0, x''),"
  " (2, '0000000000000002', 'ticket', 1, 0, 12, 5, x'', 'eve@example.net', '" B "', 2, 0, x''),"
  " (3, '0000000000000003', 'ticket', 1, 0, 13, 5, x'', 'alice@example.net', '" B "', 3, 0, x''),"
  " (4, '0000000000000004', 'joined', 1, 0, 14, 5, x'', 'bob@example.net', '" C "', 1, 0, x''),"
  " (5, '0000000000000005', 'ticket', 1, 0, 15, 5, x'', NULL, NULL, 2, 1, x'');"
  "INSERT INTO entry (incident, date, direction, text) VALUES (1, 5, 'note', 'kept');";

static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (MadoIncident) summary = NULL, after = NULL;
  gboolean is_checked = FALSE;

  test_old_store (f->path, 1, rows_1);
  open_store (f);
  g_assert_cmpint (mado_store_schema (f->store), >=, 2);
  g_assert_true (mado_store_check (f->store, NULL));
  /* Alice by her first good signature; a signature that nobody vouched for, and one that only joined, teach nothing. */
  known = mado_store_list_known_keys (f->store, NULL, 10, NULL);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_cmpstr (((MadoKnownKey *) known->pdata[0])->address, ==, "alice@example.net");
  g_assert_cmpstr (((MadoKnownKey *) known->pdata[0])->fingerprint, ==, A);
  g_assert_cmpint (((MadoKnownKey *) known->pdata[0])->first_seen, ==, 11);
  summary = mado_store_load_summary (f->store, 1, NULL);
  g_assert_cmpint (summary->counts->key_warnings, ==, 0);
  g_assert_true (mado_store_is_key_checked (f->store, "0000000000000003", &is_checked, NULL) && is_checked);
  g_assert_true (mado_store_is_key_checked (f->store, "0000000000000005", &is_checked, NULL) && !is_checked);
  after = settle (f, 6, "good-untrusted:B");
  g_assert_cmpstr (warning_of (after)->known, ==, A);
  /* A second start changes nothing. */
  mado_store_close (g_steal_pointer (&f->store));
  open_store (f);
  g_clear_pointer (&known, g_ptr_array_unref);
  known = mado_store_list_known_keys (f->store, NULL, 10, NULL);
  g_assert_cmpuint (known->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/desk/continuity/rule/%02u [%s] %s", (guint) i, rows[i].known, rows[i].mail);
    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add ("/desk/continuity/thread", Fixture, NULL, set_up, test_thread, tear_down);
  g_test_add ("/desk/continuity/late-and-twice", Fixture, NULL, set_up, test_late_and_twice, tear_down);
  g_test_add ("/desk/continuity/forget", Fixture, NULL, set_up, test_forget, tear_down);
  g_test_add ("/desk/continuity/migration", Fixture, NULL, set_up, test_migration, tear_down);
  return g_test_run ();
}
