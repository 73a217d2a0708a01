/* triage-facts.c: see triage-facts.h. What is said stands before what is shown as evidence: an address in a forwarded mail
 * counts only where the reporter himself names nobody of ours. Called by triage.c alone. */
#include "madoguchi/desk/triage-facts.h"

#include <string.h>

#define MAX_VALUES 50000 /* that are looked up in the constituencies, of one report */
#define MAX_FACT 256     /* bytes of a fact's value */
#define MAX_FACTS 100000

void
mado_triage_facts_add (MadoTriageFacts *facts, const char *key, const char *value, const char *because)
{
  g_autofree char *fact = NULL;

  if (value == NULL || strlen (value) > MAX_FACT || g_hash_table_size (facts->facts) >= MAX_FACTS)
    return;
  fact = g_strconcat (key, "\n", value, NULL);
  if (!g_hash_table_contains (facts->facts, fact))
    g_hash_table_insert (facts->facts, g_steal_pointer (&fact), g_strdup (because));
}

/* The same for a stranger's word, as it is compared; only when some rule asks for it. */
static void
add_folded (MadoTriageFacts *facts, const char *key, const char *value, const char *because)
{
  g_autofree char *folded = value != NULL && strlen (value) <= MAX_FACT ? mado_words_fold (value) : NULL;
  g_autofree char *fact = folded != NULL ? g_strconcat (key, "\n", g_strstrip (folded), NULL) : NULL;

  if (fact != NULL && g_hash_table_contains (facts->rules->asked, fact))
    mado_triage_facts_add (facts, key, folded, because);
}

/* --- words ---------------------------------------------------------------------------------------------- */

static void
find_words (MadoTriageFacts *facts, const char *text, guint8 bit)
{
  g_autofree char *folded = text != NULL && mado_words_count (facts->rules->words) > 0 ? mado_words_fold (text) : NULL;

  if (folded != NULL)
    mado_words_find (facts->rules->words, folded, facts->words, bit);
}

/* --- records -------------------------------------------------------------------------------------------- */

static void
add_fields (MadoTriageFacts *facts, char *const *fields, const char *because)
{
  for (guint i = 0; fields != NULL && fields[i] != NULL && fields[i + 1] != NULL; i += 2)
    if (strlen (fields[i]) + strlen (fields[i + 1]) < MAX_FACT) {
      g_autofree char *pair = g_strdup_printf ("%s=%s", fields[i], fields[i + 1]);
      add_folded (facts, "field", pair, because);
    }
}

static void
add_record (MadoTriageFacts *facts, const MadoReportRecord *record, guint number)
{
  g_autofree char *where = g_strdup_printf ("record %u", number);

  add_folded (facts, "format", record->format, where);
  add_folded (facts, "type", record->type, where);
  if (g_strcmp0 (record->format, "form") == 0)
    add_folded (facts, "form", record->version, where);
  if (record->category != NULL)
    mado_triage_facts_add (facts, "reported", record->category, where);
  add_fields (facts, record->fields, where);
  find_words (facts, record->title, MADO_WORD_IN_RECORD);
  find_words (facts, record->description, MADO_WORD_IN_RECORD);
}

static gboolean
has_statement (GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    if (!((MadoReportRecord *) records->pdata[i])->is_evidence)
      return TRUE;
  return FALSE;
}

/* --- constituencies ------------------------------------------------------------------------------------- */

typedef struct {
  MadoTriageFacts *facts;
  GArray *owners;   /* of the value that is looked up */
  GHashTable *seen; /* of touches: role and number */
  guint left;       /* values that may be looked up */
  gboolean is_evidence;
} Search;

static void
touch (Search *search, guint constituency, const char *role, const char *value, const char *where)
{
  MadoTouch *found;
  g_autofree char *key = g_strdup_printf ("%s %u", role, constituency);

  if (!g_hash_table_add (search->seen, g_steal_pointer (&key)))
    return;
  found = g_new0 (MadoTouch, 1);
  found->constituency = constituency;
  found->role = role;
  found->because = g_strdup_printf ("%.200s, %s%s%s", value, role, where, search->is_evidence ? " (evidence)" : "");
  g_ptr_array_add (search->facts->touches, found);
}

static void
look_up (Search *search, const char *value, const char *role, const char *where)
{
  if (value == NULL || search->left == 0)
    return;
  search->left--;
  g_array_set_size (search->owners, 0);
  if (strcmp (role, "reporter") == 0)
    mado_places_find_contact (search->facts->rules->places, value, search->owners);
  else
    mado_places_find (search->facts->rules->places, value, search->owners);
  for (guint i = 0; i < search->owners->len; i++)
    touch (search, g_array_index (search->owners, guint, i), role, value, where);
}

/* What a record names as source or target; then what merely stands somewhere. */
static void
look_through (Search *search, const MadoReport *report)
{
  GPtrArray *records = report->report != NULL ? report->report->records : NULL;

  for (guint i = 0; records != NULL && i < records->len; i++) {
    const MadoReportRecord *record = records->pdata[i];
    g_autofree char *where = g_strdup_printf (" in record %u (%.40s)", i + 1, record->format != NULL ? record->format : "-");
    if (record->is_evidence != search->is_evidence)
      continue;
    for (gsize n = 0; record->targets[n] != NULL; n++)
      look_up (search, record->targets[n], "target", where);
    for (gsize n = 0; record->sources[n] != NULL; n++)
      look_up (search, record->sources[n], "source", where);
  }
  for (guint i = 0; i < report->indicators->len; i++) {
    const MadoIndicator *indicator = report->indicators->pdata[i];
    g_autofree char *where = g_strdup_printf (" in part %.100s", indicator->part != NULL ? indicator->part : "-");
    if ((g_strcmp0 (indicator->role, "evidence") == 0) == search->is_evidence)
      look_up (search, indicator->value, "mentioned", where);
  }
}

static void
find_touches (MadoTriageFacts *facts, const MadoReport *report)
{
  Search search = { facts, g_array_new (FALSE, FALSE, sizeof (guint)),
                    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), MAX_VALUES, FALSE };

  if (report->from != NULL)
    look_up (&search, report->from->address, "reporter", "");
  guint reporters = facts->touches->len;
  look_through (&search, report);
  if (facts->touches->len == reporters) {
    search.is_evidence = TRUE;
    search.left = MAX_VALUES;
    look_through (&search, report);
  }
  g_array_unref (search.owners);
  g_hash_table_unref (search.seen);
}

static const char *
name_of (const MadoTriageFacts *facts, const MadoTouch *touched)
{
  return ((MadoConstituency *) facts->rules->constituencies->pdata[touched->constituency])->name;
}

static void
add_touches (MadoTriageFacts *facts)
{
  static const char *const roles[] = { "source", "target", "reporter" };

  for (guint i = 0; i < facts->touches->len; i++) {
    const MadoTouch *touched = facts->touches->pdata[i];
    mado_triage_facts_add (facts, "constituency", name_of (facts, touched), touched->because);
    mado_triage_facts_add (facts, "constituency", "any", touched->because);
    if (strcmp (touched->role, "mentioned") == 0)
      continue;
    mado_triage_facts_add (facts, touched->role, name_of (facts, touched), touched->because);
    mado_triage_facts_add (facts, touched->role, "any", touched->because);
  }
  if (facts->touches->len == 0)
    mado_triage_facts_add (facts, "constituency", "none", "");
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++) {
    g_autofree char *any = g_strconcat (roles[i], "\nany", NULL);
    if (!g_hash_table_contains (facts->facts, any))
      mado_triage_facts_add (facts, roles[i], "none", "");
  }
}

/* --- the mail ------------------------------------------------------------------------------------------- */

/* Address, domain, and all domains above it. */
static void
add_sender (MadoTriageFacts *facts, const char *address)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;

  add_folded (facts, "sender", address, "");
  for (const char *p = at; p != NULL; p = strchr (p + 1, '.'))
    add_folded (facts, "sender", p + 1, "");
}

static void
add_mail (MadoTriageFacts *facts, const MadoReport *report, gboolean is_related)
{
  const MadoReportBody *body = report->report;

  add_folded (facts, "kind", body != NULL && body->kind != NULL ? body->kind : "free-text", "");
  add_folded (facts, "language", report->language != NULL ? report->language : "none", "");
  mado_triage_facts_add (facts, "tlp", body != NULL && body->tlp != NULL ? body->tlp : "none", "");
  mado_triage_facts_add (facts, "encryption", mado_encryption_names[report->encryption], "");
  mado_triage_facts_add (facts, "signature", mado_signature_status_names[report->signature], "");
  mado_triage_facts_add (facts, "related", is_related ? "yes" : "no", "");
  add_sender (facts, report->from != NULL ? report->from->address : NULL);
  if (body != NULL && body->category != NULL)
    mado_triage_facts_add (facts, "reported", body->category, "");
  if (body != NULL)
    add_fields (facts, body->fields, "");
  for (guint i = 0; i < report->indicators->len; i++)
    add_folded (facts, "indicator", ((MadoIndicator *) report->indicators->pdata[i])->type, "");
}

static void
free_touch (gpointer data)
{
  MadoTouch *touched = data;

  g_free (touched->because);
  g_free (touched);
}

void
mado_triage_facts_init (MadoTriageFacts *facts, const MadoTriageRules *rules, const MadoReport *report, gboolean is_related)
{
  GPtrArray *records = report->report != NULL ? report->report->records : NULL;
  gboolean only_statements = records != NULL && has_statement (records);

  facts->rules = rules;
  facts->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  facts->touches = g_ptr_array_new_with_free_func (free_touch);
  facts->words = g_new0 (guint8, mado_words_count (rules->words) + 1);
  add_mail (facts, report, is_related);
  for (guint i = 0; records != NULL && i < records->len; i++)
    if (!only_statements || !((MadoReportRecord *) records->pdata[i])->is_evidence)
      add_record (facts, records->pdata[i], i + 1);
  find_words (facts, report->subject, MADO_WORD_IN_SUBJECT);
  find_words (facts, report->text, MADO_WORD_IN_TEXT);
  find_touches (facts, report);
  add_touches (facts);
}

void
mado_triage_facts_clear (MadoTriageFacts *facts)
{
  g_clear_pointer (&facts->facts, g_hash_table_unref);
  g_clear_pointer (&facts->touches, g_ptr_array_unref);
  g_clear_pointer (&facts->words, g_free);
}
