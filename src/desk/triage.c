/* triage.c: see triage.h. Called by triage-case.c, which writes it down. Must never ask anybody anything. */
#include "madoguchi/desk/triage.h"
#include "madoguchi/desk/triage-facts.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define MAX_WORDS_NAMED 5
#define SCOPE "out-of-scope-"

typedef struct {
  MadoTriageFacts facts;
  const MadoTriageHistory *history;
  MadoTriage *triage;
  gboolean has_category;
  MadoTriageLevel impact, urgency;
  GString *impact_by, *urgency_by; /* who said so */
} Judge;

static void
decide (MadoTriage *triage, const char *field, const char *value, const char *set_by, const char *rule, const char *because)
{
  MadoDecision *decision = mado_decision_new ();

  decision->field = g_strdup (field);
  decision->value = g_strdup (value);
  decision->set_by = g_strdup (set_by);
  decision->rule = g_strdup (rule);
  decision->because = g_strdup (because);
  g_ptr_array_add (triage->decisions, decision);
}

/* --- does a rule fit? ----------------------------------------------------------------------------------- */

static gboolean
has_words (const Judge *judge, const MadoTriageRule *rule, GString *because)
{
  guint n = 0;

  for (guint i = 0; rule->words != NULL && i < rule->words->len; i++) {
    guint number = g_array_index (rule->words, guint, i);
    guint8 where = judge->facts.words[number];
    if (where == 0)
      continue;
    if (n++ < MAX_WORDS_NAMED)
      g_string_append_printf (because, "%sword \"%s\" in %s", because->len > 0 ? "; " : "",
                              mado_words_get (judge->facts.rules->words, number),
                              where & MADO_WORD_IN_SUBJECT ? "the subject" : where & MADO_WORD_IN_TEXT ? "the text" : "a record");
  }
  return rule->words == NULL || n > 0;
}

static void
name_fact (GString *because, const char *fact, const char *why)
{
  const char *value = strchr (fact, '\n') + 1;

  g_string_append_printf (because, "%s%.*s %s", because->len > 0 ? "; " : "", (int) (value - fact - 1), fact, value);
  if (*why != '\0')
    g_string_append_printf (because, " (%s)", why);
}

/* Facts of one key stand together, and one of them must be so. */
static gboolean
has_facts (const Judge *judge, const MadoTriageRule *rule, GString *because)
{
  for (gsize i = 0; rule->facts[i] != NULL;) {
    gsize key = (gsize) (strchr (rule->facts[i], '\n') - rule->facts[i]) + 1;
    const char *first = rule->facts[i];
    gboolean is_found = FALSE;
    for (; rule->facts[i] != NULL && strncmp (rule->facts[i], first, key) == 0; i++) {
      const char *why = is_found ? NULL : g_hash_table_lookup (judge->facts.facts, rule->facts[i]);
      if (why != NULL)
        name_fact (because, rule->facts[i], why);
      is_found = is_found || why != NULL;
    }
    if (!is_found)
      return FALSE;
  }
  return TRUE;
}

/* --- what it does --------------------------------------------------------------------------------------- */

static void
raise_level (MadoTriageLevel *level, GString *by, MadoTriageLevel to, const char *who)
{
  if (to > *level)
    g_string_truncate (by, 0);
  if (to > *level)
    g_string_append (by, who);
  *level = MAX (*level, to);
}

static void
apply_rule (Judge *judge, const MadoTriageRule *rule, const char *because)
{
  g_autofree char *name = g_strdup_printf ("%s [rule %s]", judge->facts.rules->file, rule->name);
  g_autofree char *who = g_strdup_printf ("rule %s", rule->name);
  MadoTriage *triage = judge->triage;

  if (rule->category != NULL && !judge->has_category)
    decide (triage, "category", rule->category, "rule", name, because);
  judge->has_category = judge->has_category || rule->category != NULL;
  for (gsize i = 0; rule->tags[i] != NULL; i++) {
    decide (triage, "tag", rule->tags[i], "rule", name, because);
    g_autofree char *folded = mado_words_fold (rule->tags[i]);
    mado_triage_facts_add (&judge->facts, "tag", folded, who);
  }
  raise_level (&judge->impact, judge->impact_by, rule->impact, who);
  raise_level (&judge->urgency, judge->urgency_by, rule->urgency, who);
  if (judge->history->is_joined)
    return;
  if (rule->owner != NULL)
    decide (triage, "owner", rule->owner, "rule", name, because);
  if (rule->template_name != NULL)
    decide (triage, "template", rule->template_name, "rule", name, because);
  if (rule->is_silent)
    decide (triage, "answer", "no", "rule", name, because);
  for (gsize i = 0; rule->out_of_scope[i] != NULL; i += 2) {
    g_autofree char *field = g_strconcat (SCOPE, rule->out_of_scope[i], NULL);
    decide (triage, field, rule->out_of_scope[i + 1], "rule", name, because);
  }
  if (rule->out_of_scope[0] != NULL)
    decide (triage, "tag", "out-of-scope", "rule", name, because);
}

/* Rules that override have their say about the category before the report itself has. */
static void
find_overriding (Judge *judge)
{
  const MadoTriageRules *rules = judge->facts.rules;

  for (guint i = 0; i < rules->rules->len && !judge->has_category; i++) {
    const MadoTriageRule *rule = rules->rules->pdata[i];
    g_autoptr (GString) because = g_string_new (NULL);
    if (!rule->overrides || rule->category == NULL || !has_facts (judge, rule, because) || !has_words (judge, rule, because))
      continue;
    g_autofree char *name = g_strdup_printf ("%s [rule %s]", rules->file, rule->name);
    decide (judge->triage, "category", rule->category, "rule", name, because->str);
    judge->has_category = TRUE;
  }
}

static void
apply_touches (Judge *judge)
{
  const MadoTriageRules *rules = judge->facts.rules;

  for (guint i = 0; i < judge->facts.touches->len; i++) {
    const MadoTouch *touched = judge->facts.touches->pdata[i];
    const MadoConstituency *constituency = rules->constituencies->pdata[touched->constituency];
    g_autofree char *name = g_strdup_printf ("%s [constituency %s]", rules->file, constituency->name);
    g_autofree char *who = g_strdup_printf ("constituency %s", constituency->name);
    decide (judge->triage, "constituency", constituency->name, "rule", name, touched->because);
    raise_level (&judge->impact, judge->impact_by, constituency->impact, who);
  }
}

/* Where no rule named an owner, whoever looks after the one that is touched. */
static void
apply_owners (Judge *judge)
{
  const MadoTriageRules *rules = judge->facts.rules;

  for (guint i = 0; !judge->history->is_joined && i < judge->facts.touches->len; i++) {
    const MadoTouch *touched = judge->facts.touches->pdata[i];
    const MadoConstituency *constituency = rules->constituencies->pdata[touched->constituency];
    g_autofree char *name = g_strdup_printf ("%s [constituency %s]", rules->file, constituency->name);
    if (constituency->owner != NULL)
      decide (judge->triage, "owner", constituency->owner, "rule", name, touched->because);
  }
}

/* A mail that joined, and of which no rule says anything, says nothing of how urgent it is. */
static void
set_priority (Judge *judge)
{
  const MadoTriageRules *rules = judge->facts.rules;
  MadoTriageLevel impact = judge->impact != MADO_TRIAGE_NONE ? judge->impact : rules->impact;
  MadoTriageLevel urgency = judge->urgency != MADO_TRIAGE_NONE ? judge->urgency : rules->urgency;

  if (judge->history->is_joined && judge->impact == MADO_TRIAGE_NONE && judge->urgency == MADO_TRIAGE_NONE)
    return;
  g_autofree char *rule = g_strdup_printf ("%s [priority]", rules->file);
  g_autofree char *because
      = g_strdup_printf ("impact %s (%s), urgency %s (%s)", mado_triage_level_names[impact],
                         judge->impact_by->len > 0 ? judge->impact_by->str : "no rule", mado_triage_level_names[urgency],
                         judge->urgency_by->len > 0 ? judge->urgency_by->str : "no rule");
  decide (judge->triage, "priority", mado_priority_names[rules->matrix[impact][urgency]], "rule", rule, because);
}

/* What the report says of itself. */
static void
apply_report (MadoTriage *triage, const MadoReport *report, gboolean *has_category)
{
  const char *tag = NULL;
  const MadoReportBody *body = report->report;
  const char *category = body != NULL ? mado_taxonomy_read (body->category, &tag) : NULL;
  g_autofree char *because = g_strdup_printf ("the report says so (%.100s)", body != NULL && body->kind != NULL ? body->kind : "-");

  if (category != NULL && !*has_category)
    decide (triage, "category", category, "report", NULL, because);
  if (tag != NULL)
    decide (triage, "tag", tag, "report", NULL, because);
  *has_category = *has_category || category != NULL;
}

static void
judge_by_rules (const MadoTriageRules *rules, const MadoReport *report, const MadoTriageHistory *history, MadoTriage *triage)
{
  g_autoptr (GString) impact_by = g_string_new (NULL), urgency_by = g_string_new (NULL);
  Judge judge = { .history = history, .triage = triage, .impact_by = impact_by, .urgency_by = urgency_by };

  mado_triage_facts_init (&judge.facts, rules, report, history->is_related);
  apply_touches (&judge);
  find_overriding (&judge);
  apply_report (triage, report, &judge.has_category);
  for (guint i = 0; i < rules->rules->len; i++) {
    const MadoTriageRule *rule = rules->rules->pdata[i];
    g_autoptr (GString) because = g_string_new (NULL);
    if (has_facts (&judge, rule, because) && has_words (&judge, rule, because))
      apply_rule (&judge, rule, because->len > 0 ? because->str : "it asks for nothing");
  }
  apply_owners (&judge);
  set_priority (&judge);
  mado_triage_facts_clear (&judge.facts);
}

MadoTriage *
mado_triage_judge (const MadoTriageRules *rules, const MadoReport *report, const MadoTriageHistory *history)
{
  MadoTriage *triage = mado_triage_new ();
  gboolean has_category = FALSE;

  if (rules != NULL)
    judge_by_rules (rules, report, history, triage);
  else
    apply_report (triage, report, &has_category);
  mado_record_clamp (&mado_triage_type, triage);
  mado_triage_combine (triage, NULL);
  return triage;
}

/* --- what an incident shows ------------------------------------------------------------------------------ */

gboolean
mado_triage_is_members (const MadoDecision *decision)
{
  return g_strcmp0 (decision->set_by, "rule") != 0 && g_strcmp0 (decision->set_by, "report") != 0;
}

static gboolean
is_auto (const MadoDecision *decision)
{
  return g_strcmp0 (decision->value, "auto") == 0;
}

/* Is @decision of a rule, where there is @best already, the one that counts? */
static gboolean
is_better (const char *field, const MadoDecision *decision, const MadoDecision *best)
{
  if (best == NULL)
    return TRUE;
  if (strcmp (field, "priority") == 0)
    return mado_priority_rank (decision->value) > mado_priority_rank (best->value);
  if (strcmp (field, "tlp") == 0)
    return mado_tlp_level (decision->value) > mado_tlp_level (best->value);
  return FALSE;
}

/* (nullable, transfer none) what counts of @field, of which there is one. */
static const char *
choose (MadoTriage *triage, const char *field)
{
  MadoDecision *best = NULL, *member = NULL;

  for (guint i = 0; i < triage->decisions->len; i++) {
    MadoDecision *decision = triage->decisions->pdata[i];
    if (g_strcmp0 (decision->field, field) != 0)
      continue;
    if (mado_triage_is_members (decision))
      member = decision;
    else if (is_better (field, decision, best))
      best = decision;
  }
  if (member != NULL && !is_auto (member))
    best = member;
  if (best != NULL)
    best->is_current = TRUE;
  return best != NULL ? best->value : NULL;
}

/* (transfer full) what counts of what there may be many of: everything that was added and not taken away afterwards. */
static char **
collect (MadoTriage *triage, const char *field, const char *away)
{
  g_autoptr (GHashTable) now = g_hash_table_new (g_str_hash, g_str_equal); /* value -> decision */
  g_autoptr (GHashTable) listed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < triage->decisions->len; i++) {
    MadoDecision *decision = triage->decisions->pdata[i];
    if (decision->value == NULL)
      continue;
    if (g_strcmp0 (decision->field, away) == 0) {
      g_hash_table_insert (now, decision->value, NULL);
      decision->is_current = TRUE;
    } else if (g_strcmp0 (decision->field, field) == 0) {
      if (g_hash_table_add (listed, decision->value))
        g_ptr_array_add (order, decision->value);
      if (g_hash_table_lookup (now, decision->value) == NULL)
        g_hash_table_insert (now, decision->value, decision);
    }
  }
  for (guint i = 0; i < order->len; i++) {
    MadoDecision *decision = g_hash_table_lookup (now, order->pdata[i]);
    if (decision == NULL)
      continue;
    decision->is_current = TRUE;
    g_strv_builder_add (builder, decision->value);
  }
  return g_strv_builder_end (builder);
}

/* Reasons of the first mail that has any; of each language one. */
static char **
collect_scope (MadoTriage *triage)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < triage->decisions->len; i++) {
    MadoDecision *decision = triage->decisions->pdata[i];
    if (decision->field == NULL || !g_str_has_prefix (decision->field, SCOPE) || !g_hash_table_add (seen, decision->field))
      continue;
    decision->is_current = TRUE;
    g_strv_builder_add_many (builder, decision->field + strlen (SCOPE), decision->value, NULL);
  }
  return g_strv_builder_end (builder);
}

static void
set_string (char **to, const char *value)
{
  g_free (*to);
  *to = g_strdup (value);
}

static void
set_list (char ***to, char **list)
{
  g_strfreev (*to);
  *to = list;
}

void
mado_triage_combine (MadoTriage *triage, const char **tlp)
{
  const char *mark;

  for (guint i = 0; i < triage->decisions->len; i++)
    ((MadoDecision *) triage->decisions->pdata[i])->is_current = FALSE;
  set_string (&triage->category, choose (triage, "category"));
  set_string (&triage->priority, choose (triage, "priority"));
  set_string (&triage->owner, choose (triage, "owner"));
  set_string (&triage->template_name, choose (triage, "template"));
  triage->is_silent = choose (triage, "answer") != NULL;
  set_list (&triage->tags, collect (triage, "tag", "untag"));
  set_list (&triage->constituencies, collect (triage, "constituency", "-"));
  set_list (&triage->out_of_scope, collect_scope (triage));
  set_list (&triage->category_names, mado_taxonomy_map (triage->category, (const char *const *) triage->tags));
  mark = choose (triage, "tlp");
  if (tlp != NULL)
    *tlp = mark;
}

const char *
mado_triage_scope (const MadoTriage *triage, const char *language)
{
  const char *reason = language != NULL ? mado_triage_get (triage->out_of_scope, language) : NULL;

  if (reason == NULL)
    reason = mado_triage_get (triage->out_of_scope, "default");
  if (reason == NULL && triage->out_of_scope != NULL && triage->out_of_scope[0] != NULL)
    reason = triage->out_of_scope[1];
  return reason;
}
