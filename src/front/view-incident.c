/* view-incident.c: see view-incident.h. Pure. */
#include "madoguchi/front/view-incident.h"
#include "madoguchi/front/view-reply.h"
#include "madoguchi/front/view-report.h"
#include "madoguchi/front/view-triage.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/tlp.h"

#include <inttypes.h>
#include <string.h>

/* One letter each, for the narrow columns of a list. */
static const char encryption_letters[] = "-pE";
static const char *const signature_marks[] = { "-", "part", "GOOD", "untr", "BAD", "exp", "expk", "revk", "unk", "unsup" };

#define TICKET_COLUMNS 22
#define STATE_COLUMNS 9
#define OWNER_COLUMNS 10
#define CRYPTO_COLUMNS 10
#define TIME_COLUMNS 17
#define UNREAD_COLUMNS 5 /* with a mark for what is overdue */

static void
add_columns (GString *out, const char *ticket, const char *unread, const char *state, const char *owner, const char *crypto,
             const char *time)
{
  mado_view_cell (out, ticket, TICKET_COLUMNS);
  mado_view_cell (out, unread, UNREAD_COLUMNS);
  mado_view_cell (out, state, STATE_COLUMNS);
  mado_view_cell (out, owner, OWNER_COLUMNS);
  mado_view_cell (out, crypto, CRYPTO_COLUMNS);
  mado_view_cell (out, time, TIME_COLUMNS);
}

void
mado_view_summary_head (GString *out)
{
  add_columns (out, _ ("TICKET"), _ ("NEW"), _ ("STATE"), _ ("OWNER"), _ ("ENC SIG"), _ ("UPDATED (UTC)"));
  g_string_append_printf (out, MADO_VIEW_MARK "%s\n", _ ("REPORTER, SUBJECT"));
}

void
mado_view_summary (GString *out, guint columns, const MadoIncident *incident)
{
  const guint ours = TICKET_COLUMNS + UNREAD_COLUMNS + STATE_COLUMNS + OWNER_COLUMNS + CRYPTO_COLUMNS + TIME_COLUMNS;
  const guint mark = (guint) strlen (MADO_VIEW_MARK);
  g_autofree char *ticket = mado_view_word (incident->ticket);
  g_autofree char *state = mado_view_word (incident->damaged ? "damaged" : incident->state);
  g_autofree char *owner = mado_view_word (incident->owner);
  gboolean has_warning = incident->counts != NULL && incident->counts->key_warnings > 0;
  g_autofree char *crypto = g_strdup_printf ("%c %c %s", encryption_letters[incident->encryption], has_warning ? '!' : ' ',
                                             signature_marks[incident->signature]);
  g_autofree char *time = mado_text_time (incident->updated);
  g_autofree char *number = incident->unread > 0 ? g_strdup_printf ("%d", (int) MIN (incident->unread, 999)) : g_strdup ("");
  g_autofree char *unread = g_strconcat (incident->overdue ? "!" : "", number, NULL);
  const char *reporter = incident->reporter != NULL ? incident->reporter : "-", *subject = incident->subject != NULL ? incident->subject : "";
  g_autofree char *theirs = incident->veiled ? g_strdup ("") : g_strdup_printf ("%s  %s", reporter, subject);
  g_autofree char *into = mado_view_word (incident->merged_into);

  time[MIN (strlen (time), 16)] = '\0';
  add_columns (out, ticket, unread, state, owner, incident->veiled ? _ ("RESTRICT.") : crypto, time);
  g_string_append (out, incident->merged_into != NULL ? _ ("part of ") : MADO_VIEW_MARK);
  mado_view_cell (out, incident->merged_into != NULL ? into : theirs, columns > ours + mark + 20 ? columns - ours - mark : 40);
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

/* Our words and fingerprints; the address stands in the mail below. */
static void
view_key_warning (GString *out, const MadoKeyWarning *warning)
{
  g_autofree char *known = mado_view_word (warning->known);
  g_autofree char *seen = mado_view_word (warning->seen);
  g_autofree char *offered = mado_view_word (warning->offered);
  g_autofree char *since = warning->since != 0 ? mado_text_time (warning->since) : g_strdup ("-");
  const char *kind = warning->kind != NULL ? warning->kind : "";

  if (warning->known != NULL)
    mado_view_ours (out, 0, _ ("KEY WARNING the sender is known by %s since %s"), known, since);
  if (strcmp (kind, "changed") == 0)
    mado_view_ours (out, 0, _ ("KEY WARNING this mail is signed with another key: %s"), seen);
  else if (strcmp (kind, "unsigned") == 0)
    mado_view_ours (out, 0, _ ("KEY WARNING this mail has no sound signature"));
  else if (strcmp (kind, "refused") == 0)
    mado_view_ours (out, 0, _ ("KEY WARNING this mail is signed with a key that is distrusted, or not the one that is pinned: %s"), seen);
  if (warning->offered != NULL)
    mado_view_ours (out, 0, _ ("KEY WARNING it asks to be answered with another key: %s"), offered);
}

/* How an answer is protected, and why not by another key. */
static void
view_keys (GString *out, const MadoEntry *entry)
{
  g_autofree char *key = mado_view_word (entry->encrypted_to);
  g_autofree char *source = mado_view_word (entry->key_source);

  if (entry->encrypted_to != NULL)
    mado_view_ours (out, 0, _ ("Encrypted to %s (%s)"), key, source);
  for (char **other = entry->encrypted_to_others; *other != NULL; other++) {
    g_autofree char *word = mado_view_word (*other);
    mado_view_ours (out, 0, _ ("Encrypted to %s, too"), word);
  }
  for (guint i = 0; i < entry->keys_considered->len; i++) {
    const MadoKeyCandidate *candidate = entry->keys_considered->pdata[i];
    g_autofree char *other = mado_view_word (candidate->fingerprint);
    g_autofree char *how = mado_view_word (candidate->source);
    if (candidate->reason != NULL && strcmp (candidate->reason, "chosen") != 0)
      mado_view_ours (out, 2, _ ("not to %s (%s): %s"), other, how, candidate->reason);
  }
}

/* What stands above an entry, for those who translate: mado_view_word () brings it. */
static const char *const entry_words[] G_GNUC_UNUSED
    = { N_ ("in"), N_ ("out"), N_ ("note"), N_ ("event"), N_ ("ready"), N_ ("sending"), N_ ("sent"), N_ ("failed") };

static void
view_entry (GString *out, guint columns, const MadoEntry *entry)
{
  g_autofree char *direction = mado_view_word (entry->direction);
  g_autofree char *date = mado_text_time (entry->date);
  g_autofree char *delivery = mado_view_word (entry->delivery);
  g_autofree char *queue_id = mado_view_word (entry->queue_id);

  mado_view_ours (out, 0, _ ("---- Message %" PRId64 ": %s, %s%s%s%s%s"), entry->id, *direction != '\0' ? _ (direction) : "", date,
                  entry->queue_id != NULL ? _ (", mail ") : "", entry->queue_id != NULL ? queue_id : "",
                  entry->delivery != NULL ? _ (", delivery: ") : "", entry->delivery != NULL && *delivery != '\0' ? _ (delivery) : "");
  if (entry->key_warning != NULL)
    view_key_warning (out, entry->key_warning);
  if (entry->author != NULL) {
    g_autofree char *author = mado_view_word (entry->author);
    mado_view_ours (out, 0, _ ("Written by %s"), author);
  }
  view_keys (out, entry);
  if (entry->report != NULL) {
    mado_view_report (out, columns, entry->report);
  } else {
    if (entry->from != NULL)
      mado_view_stranger (out, columns, _ ("From: "), entry->from);
    if (entry->to != NULL)
      mado_view_stranger (out, columns, _ ("To: "), entry->to);
    if (entry->subject != NULL)
      mado_view_stranger (out, columns, _ ("Subject: "), entry->subject);
    for (guint i = 0; i < entry->files->len; i++)
      mado_view_stranger (out, columns, _ ("File: "), ((const MadoReplyFile *) entry->files->pdata[i])->name);
    g_autofree char *said = entry->event->len > 0 ? mado_event_say (entry->event) : g_strdup (entry->text);
    if (said != NULL)
      mado_view_stranger (out, columns, NULL, said);
  }
  g_string_append_c (out, '\n');
}

/* (transfer full) @value so that no terminal makes a link of it. */
static char *
defang (const char *value)
{
  g_auto (GStrv) labels = g_strsplit (value != NULL ? value : "", ".", -1);
  g_autofree char *text = g_strjoinv ("[.]", labels);

  return g_str_has_prefix (text, "http") ? g_strconcat ("hxxp", text + 4, NULL) : g_steal_pointer (&text);
}

static void
view_relation (GString *out, guint columns, const MadoRelation *relation)
{
  g_autofree char *ticket = mado_view_word (relation->ticket);
  g_autofree char *state = mado_view_word (relation->state);

  mado_view_ours (out, 0, _ ("Related     %s (%s) has %" PRId64 " of these indicators:"), ticket, state, relation->shared);
  for (guint i = 0; i < relation->indicators->len; i++) {
    const MadoShared *shared = relation->indicators->pdata[i];
    g_autofree char *safe = defang (shared->value);
    mado_view_stranger (out, columns, NULL, safe);
  }
}

/* What members linked, and what was merged. */
static void
view_links (GString *out, const MadoIncident *incident)
{
  g_autofree char *asked = mado_view_word (incident->asked_for);
  g_autofree char *into = mado_view_word (incident->merged_into);

  if (incident->asked_for != NULL)
    mado_view_ours (out, 0, _ ("MERGED      %s was asked for: it is part of this ticket"), asked);
  if (incident->merged_into != NULL)
    mado_view_ours (out, 0, _ ("MERGED      it is part of %s"), into);
  for (guint i = 0; incident->merged[i] != NULL; i++) {
    g_autofree char *ticket = mado_view_word (incident->merged[i]);
    mado_view_ours (out, 0, _ ("Merged      %s is part of it"), ticket);
  }
  for (guint i = 0; i < incident->linked->len; i++) {
    const MadoLink *link = incident->linked->pdata[i];
    g_autofree char *kind = mado_view_word (link->kind);
    g_autofree char *ticket = mado_view_word (link->ticket);
    g_autofree char *state = mado_view_word (link->state);
    mado_view_ours (out, 0, _ ("Linked      %s: %s, %s"), kind, ticket, link->state != NULL ? state : _ ("not for you to read"));
  }
}

void
mado_view_change (GString *out, GVariant *body)
{
  const char *ticket = "-", *state = "-", *owner = "-", *merged = NULL, *split = NULL;
  g_autofree const char **notes = NULL;

  g_variant_lookup (body, "ticket", "&s", &ticket);
  g_variant_lookup (body, "state", "&s", &state);
  g_variant_lookup (body, "owner", "&s", &owner);
  g_variant_lookup (body, "merged", "&s", &merged);
  g_variant_lookup (body, "split", "&s", &split);
  g_variant_lookup (body, "notes", "^a&s", &notes);
  g_autofree char *ticket_word = mado_view_word (ticket);
  g_autofree char *state_word = mado_view_word (state);
  g_autofree char *owner_word = mado_view_word (owner);
  g_autofree char *merged_word = mado_view_word (merged);
  g_autofree char *split_word = mado_view_word (split);
  mado_view_ours (out, 0, _ ("%s  state %s, owner %s"), ticket_word, state_word, owner_word);
  if (merged != NULL)
    mado_view_ours (out, 0, _ ("%s is part of it now"), merged_word);
  if (split != NULL)
    mado_view_ours (out, 0, _ ("%s is the new ticket"), split_word);
  for (gsize i = 0; notes != NULL && notes[i] != NULL; i++) {
    g_autofree char *said = mado_words_translate (notes[i]);
    g_autofree char *note = mado_text_escape_line (said);
    mado_view_ours (out, 0, _ ("NOTE %s"), note);
  }
}

/* Who may read it, and who said so. */
static void
view_need (GString *out, guint columns, const MadoIncident *incident)
{
  g_autoptr (GString) names = g_string_new (NULL);

  if (!incident->restricted)
    return;
  for (guint i = 0; i < incident->restricted_to->len; i++) {
    const MadoNamed *named = incident->restricted_to->pdata[i];
    g_autofree char *login = mado_view_word (named->login);
    g_autofree char *by = mado_view_word (named->by);
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", login);
    if (named->by != NULL && strcmp (named->by, named->login) != 0)
      g_string_append_printf (names, _ (" (by %s)"), by);
  }
  if (incident->veiled)
    mado_view_ours (out, 0, _ ("Restricted  to named members; you are none of them"));
  else
    mado_view_ours (out, 0, _ ("Restricted  to: %s"), names->len > 0 ? names->str : _ ("nobody yet"));
  if (incident->restricted_reason != NULL)
    mado_view_stranger (out, columns, _ ("Restricted because: "), incident->restricted_reason);
}

static void
view_due (GString *out, const MadoIncident *incident)
{
  static const char *const table[][2] = { { "answer", N_ ("first answer") }, { "action", N_ ("next step") }, { "waiting", N_ ("ask again") } };
  g_autofree char *due = mado_text_time (incident->due);
  g_autofree char *by = mado_view_word (incident->due_by);
  g_autofree char *escalated = mado_text_time (incident->escalated);
  const char *what = N_ ("set by");

  if (incident->due == 0)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i][0], incident->due_step) == 0)
      what = table[i][1];
  mado_view_ours (out, 0, _ ("Due         %s, %s%s%s%s%s%s"), due, _ (what), incident->due_by != NULL ? " " : "", incident->due_by != NULL ? by : "",
                  incident->overdue ? _ (", OVERDUE") : "", incident->escalated != 0 ? _ (", escalated ") : "",
                  incident->escalated != 0 ? escalated : "");
}

/* Is what it said there still, and must it stay? */
static void
view_retention (GString *out, guint columns, const MadoIncident *incident)
{
  g_autofree char *erased = mado_text_time (incident->erased), *hold = mado_text_time (incident->hold);
  g_autofree char *by = mado_view_word (incident->hold_by);

  if (incident->erased != 0) {
    mado_view_ours (out, 0, _ ("ERASED      what it said until %s"), erased);
    mado_view_stranger (out, columns, _ ("Erased by: "), incident->erased_by);
  }
  if (incident->hold != 0)
    mado_view_ours (out, 0, _ ("On hold     since %s, by %s: nothing of it may be erased"), hold, by);
  if (incident->hold_reason != NULL)
    mado_view_stranger (out, columns, _ ("On hold because: "), incident->hold_reason);
}

/* What everybody may know of it. */
static void
view_head (GString *out, const MadoIncident *incident)
{
  g_autofree char *ticket = mado_view_word (incident->ticket);
  g_autofree char *state = mado_view_named (incident->state);
  g_autofree char *owner = mado_view_word (incident->owner);
  g_autofree char *created = mado_text_time (incident->created);
  g_autofree char *updated = mado_text_time (incident->updated);

  mado_view_ours (out, 0, _ ("Ticket      %s"), ticket);
  if (incident->veiled)
    mado_view_ours (out, 0, _ ("State       %s"), state);
  else
    mado_view_ours (out, 0, _ ("State       %s, owner %s"), state, owner);
  mado_view_ours (out, 0, _ ("Created     %s, last activity %s"), created, updated);
  view_due (out, incident);
}

void
mado_view_incident (GString *out, guint columns, const MadoIncident *incident)
{
  view_head (out, incident);
  view_need (out, columns, incident);
  if (incident->veiled)
    return;
  view_retention (out, columns, incident);
  if (incident->counts != NULL)
    mado_view_ours (out, 0, _ ("Holds       messages: %" PRId64 ", parts: %" PRId64 ", indicators: %" PRId64),
                    incident->counts->messages, incident->counts->parts, incident->counts->indicators);
  if (incident->counts != NULL && incident->counts->key_warnings > 0)
    mado_view_ours (out, 0, _ ("KEY WARNING in %" PRId64 " of the mails below"), incident->counts->key_warnings);
  mado_view_ours (out, 0, _ ("First mail  %s; %s"), mado_view_encryption (incident->encryption),
                  mado_view_signature (incident->signature));
  if (incident->tlp != NULL || incident->pap != NULL) {
    const char *tlp = mado_tlp_name (mado_tlp_level (incident->tlp)), *pap = mado_pap_name (mado_tlp_level (incident->pap));
    mado_view_ours (out, 0, _ ("Marked      %s%s%s"), tlp != NULL ? tlp : _ ("TLP: none"), pap != NULL ? ", " : "", pap != NULL ? pap : "");
  }
  mado_view_classes (out, columns, incident);
  mado_view_stranger (out, columns, _ ("Reporter: "), incident->reporter);
  mado_view_stranger (out, columns, _ ("Subject: "), incident->subject);
  for (guint i = 0; incident->external_ids[i] != NULL; i++)
    mado_view_stranger (out, columns, _ ("Also known as: "), incident->external_ids[i]);
  for (guint i = 0; incident->links[i] != NULL; i++) {
    g_autofree char *link = mado_view_word (incident->links[i]);
    mado_view_ours (out, 0, _ ("Linked      %s came of the same mail"), link);
  }
  view_links (out, incident);
  for (guint i = 0; i < incident->relations->len; i++)
    view_relation (out, columns, incident->relations->pdata[i]);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < incident->thread->len; i++)
    view_entry (out, columns, incident->thread->pdata[i]);
  for (guint i = 0; i < incident->drafts->len; i++)
    mado_view_draft (out, columns, incident->drafts->pdata[i]);
}

void
mado_view_held (GString *out, guint columns, const MadoHeld *held)
{
  g_autofree char *queue_id = mado_view_word (held->queue_id);
  g_autofree char *reason = mado_view_word (held->reason);
  g_autofree char *ticket = mado_view_word (held->ticket);
  g_autofree char *received = mado_text_time (held->received);

  if (held->restricted) {
    mado_view_ours (out, 0, _ ("%s  %s  restricted to named members"), queue_id, received);
    return;
  }
  mado_view_ours (out, 0, _ ("%s  %s  %s  %" PRId64 " bytes, %" PRId64 " attempts  %s"), queue_id, received, reason,
                  held->size, held->attempts, ticket);
  mado_view_stranger (out, columns, _ ("From: "), held->from);
  mado_view_stranger (out, columns, _ ("Subject: "), held->subject);
}

void
mado_view_account (GString *out, const MadoAccount *account)
{
  const MadoAccountStates *states = account->states;
  const struct {
    const char *name;
    gint64 count;
  } rows[] = {
    { N_ ("ticket"), states->ticket },       { N_ ("joined"), states->joined }, { N_ ("bounce"), states->bounce },
    { N_ ("auto-reply"), states->auto_reply }, { N_ ("duplicate"), states->duplicate }, { N_ ("held"), states->held },
    { N_ ("dropped by a member"), states->dropped_by_member }, { N_ ("pending"), states->pending },
    { N_ ("feed"), states->feed },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_string_append (out, "  ");
    mado_view_cell (out, _ (rows[i].name), 20);
    mado_view_ours (out, 0, " %8" PRId64, rows[i].count);
  }
  mado_view_ours (out, 0, _ ("accepted               %8" PRId64 "  %s"), account->accepted,
                  account->balanced ? _ ("balanced") : _ ("DOES NOT BALANCE"));
  for (char **notice = account->notices; *notice != NULL; notice++) {
    g_autofree char *said = mado_words_translate (*notice);
    g_autofree char *word = mado_text_escape_line (said);
    mado_view_ours (out, 0, _ ("NOTICE %s"), word);
  }
}

/* One thing that the house says of a key: what, by whom, since when. Addresses are a stranger's words. */
static void
view_statement (GString *out, guint columns, const MadoKeyStatement *statement)
{
  static const struct {
    const char *kind, *words, *by;
  } table[] = {
    { "pin", N_ ("pinned for"), N_ ("by") },          { "map", N_ ("mapped:"), N_ ("by") },
    { "certified", N_ ("certified for"), N_ ("by") }, { "distrusted", N_ ("DISTRUSTED"), N_ ("by") },
    { "successor", N_ ("certified by an older key for"), N_ ("the key") },
    { "found", N_ ("found in a directory for"), N_ ("by") },
  };
  g_autofree char *kind = mado_view_word (statement->kind);
  g_autofree char *by = mado_view_word (statement->by);
  g_autofree char *made = statement->made != 0 ? mado_text_time (statement->made) : g_strdup ("-");
  const char *words = kind, *preposition = _ ("by");

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].kind, kind) == 0) {
      words = _ (table[i].words);
      preposition = _ (table[i].by);
    }
  g_autofree char *label = g_strdup_printf ("%s (%s %s, %s): ", words, preposition, by, made);
  if (statement->subject != NULL)
    mado_view_stranger (out, columns, label, statement->subject);
  else
    mado_view_ours (out, 2, "%s (%s %s, %s)", words, preposition, by, made);
}

void
mado_view_key (GString *out, guint columns, const MadoKey *key)
{
  g_autofree char *fingerprint = mado_view_word (key->fingerprint);
  g_autofree char *algorithm = mado_view_word (key->algorithm);
  g_autofree char *expires = key->expires != 0 ? mado_text_time (key->expires) : g_strdup (_ ("never"));

  mado_view_ours (out, 0, _ ("%s  %s  expires %s%s%s%s%s%s%s"), fingerprint, algorithm, expires, key->has_secret ? _ ("  secret") : "",
                  key->is_revoked ? _ ("  REVOKED") : "", key->is_expired ? _ ("  EXPIRED") : "",
                  key->is_disabled ? _ ("  disabled") : "", key->is_distrusted ? _ ("  distrusted") : "",
                  key->can_encrypt ? "" : _ ("  cannot encrypt"));
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    g_autofree char *by = mado_view_word (user->vouched_by);
    g_autofree char *label = g_strdup_printf ("User ID (%s%s%s%s): ", mado_validity_names[user->validity],
                                              user->vouched_by != NULL ? ", " : "", user->vouched_by != NULL ? by : "",
                                              user->is_revoked ? _ (", revoked") : "");
    mado_view_stranger (out, columns, label, user->user_id);
  }
  for (guint i = 0; i < key->statements->len; i++)
    view_statement (out, columns, key->statements->pdata[i]);
}

void
mado_view_known_key (GString *out, guint columns, const MadoKnownKey *key)
{
  g_autofree char *fingerprint = mado_view_word (key->fingerprint);
  g_autofree char *protocol = mado_view_word (key->protocol);
  g_autofree char *by = mado_view_word (key->vouched_by);
  g_autofree char *first = mado_text_time (key->first_seen);
  g_autofree char *last = mado_text_time (key->last_seen);

  mado_view_ours (out, 0, _ ("%s  %s, first seen %s, last %s; vouched for by: %s"), fingerprint, protocol, first, last, by);
  mado_view_stranger (out, columns, _ ("Address: "), key->address);
}

void
mado_view_found_key (GString *out, guint columns, const MadoFoundKey *found)
{
  g_autofree char *fingerprint = mado_view_word (found->fingerprint);
  g_autofree char *outcome = mado_view_word (found->outcome);
  g_autofree char *source = mado_view_word (found->source);
  g_autofree char *before = found->was_expires != 0 ? mado_text_time (found->was_expires) : g_strdup (_ ("never"));
  g_autofree char *now = found->expires != 0 ? mado_text_time (found->expires) : g_strdup (_ ("never"));
  gboolean has_changed = g_strcmp0 (found->outcome, "updated") == 0 && found->was_expires != found->expires;
  const char *state = found->is_revoked ? _ (", REVOKED") : found->is_expired ? _ (", EXPIRED") : "";

  if (found->source == NULL)
    mado_view_ours (out, 0, "%s  %s", fingerprint, outcome);
  else if (has_changed)
    mado_view_ours (out, 0, _ ("%s  %s (%s), expires: %s, before: %s%s"), fingerprint, outcome, source, now, before, state);
  else
    mado_view_ours (out, 0, _ ("%s  %s (%s), expires: %s%s"), fingerprint, outcome, source, now, state);
  if (found->warning != NULL)
    mado_view_ours (out, 0, _ ("KEY WARNING another key is known for this address"));
  mado_view_stranger (out, columns, _ ("Address: "), found->address);
  if (found->reason != NULL)
    mado_view_stranger (out, columns, _ ("Reason: "), found->reason);
}
