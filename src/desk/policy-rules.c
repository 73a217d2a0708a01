/* policy-rules.c: see policy-rules.h. Called by policy-sheet.c. Of incidents it reads the names of rules, and nothing else. */
#include "madoguchi/desk/policy-rules.h"
#include "madoguchi/desk/store-policy.h"

#include <string.h>

#define MAILS 1000 /* the newest, of which it is counted which rules decided something */

/* What a rule does; all other keys ask. */
static gboolean
is_decision (const char *key)
{
  static const char *const keys[] = { "category", "override", "tags", "impact", "urgency", "owner", "template", "answer", NULL };

  return g_strv_contains (keys, key) || g_str_has_prefix (key, "out-of-scope");
}

/* (transfer full) the keys of @group that decide, or that do not, with what stands there: a map. */
static char **
list_keys (GKeyFile *source, const char *group, gboolean decide)
{
  g_auto (GStrv) keys = g_key_file_get_keys (source, group, NULL, NULL);
  g_autoptr (GStrvBuilder) map = g_strv_builder_new ();

  for (char **key = keys; key != NULL && *key != NULL; key++) {
    g_autofree char *value = g_key_file_get_string (source, group, *key, NULL);
    if (value != NULL && is_decision (*key) == decide)
      g_strv_builder_add_many (map, *key, value, NULL);
  }
  return g_strv_builder_end (map);
}

static void
add_one (GKeyFile *source, const char *kind, const char *name, GPtrArray *list)
{
  g_autofree char *group = g_strdup_printf ("%s %s", kind, name);
  MadoPolicyTriageRule *row = mado_policy_triage_rule_new ();

  row->name = g_strdup (name);
  g_strfreev (row->asks);
  row->asks = list_keys (source, group, FALSE);
  g_strfreev (row->decides);
  row->decides = list_keys (source, group, TRUE);
  mado_record_clamp (&mado_policy_triage_rule_type, row);
  g_ptr_array_add (list, row);
}

static void
add_matrix (const MadoTriageRules *rules, MadoPolicySheet *sheet)
{
  for (int impact = MADO_TRIAGE_LOW; impact < MADO_TRIAGE_LEVELS; impact++) {
    MadoPolicyMatrixRow *row = mado_policy_matrix_row_new ();
    row->impact = g_strdup (mado_triage_level_names[impact]);
    row->low = g_strdup (mado_priority_names[rules->matrix[impact][MADO_TRIAGE_LOW]]);
    row->normal = g_strdup (mado_priority_names[rules->matrix[impact][MADO_TRIAGE_NORMAL]]);
    row->high = g_strdup (mado_priority_names[rules->matrix[impact][MADO_TRIAGE_HIGH]]);
    g_ptr_array_add (sheet->matrix, row);
  }
  sheet->impact = g_strdup (mado_triage_level_names[rules->impact]);
  sheet->urgency = g_strdup (mado_triage_level_names[rules->urgency]);
}

/* --- how often ------------------------------------------------------------------------------------------ */

typedef struct {
  GHashTable *rows; /* "rule NAME", "constituency NAME" -> MadoPolicyTriageRule */
  GHashTable *seen; /* set of those that were counted for the mail that is looked at */
  gint64 message;
} Count;

static void
count (Count *counter, const char *name)
{
  MadoPolicyTriageRule *row = g_hash_table_lookup (counter->rows, name);

  if (row != NULL && g_hash_table_add (counter->seen, row))
    row->fired++;
}

/* "impact high (rule apt), urgency normal (no rule)": whoever only raised one of them stands there alone. */
static void
count_named (Count *counter, const char *because)
{
  for (const char *open = strchr (because, '('); open != NULL; open = strchr (open + 1, '(')) {
    const char *end = strstr (open, "), urgency ");
    g_autofree char *name = end != NULL ? g_strndup (open + 1, (gsize) (end - open) - 1) : g_strdup (open + 1);
    if (end == NULL && g_str_has_suffix (name, ")"))
      name[strlen (name) - 1] = '\0';
    count (counter, name);
  }
}

static void
on_decision (gpointer data, gint64 message, const char *rule, const char *because)
{
  Count *counter = data;
  const char *group = rule != NULL ? g_strrstr (rule, " [") : NULL;
  g_autofree char *name = group != NULL ? g_strdup (group + 2) : g_strdup ("");

  if (message != counter->message)
    g_hash_table_remove_all (counter->seen);
  counter->message = message;
  if (g_str_has_suffix (name, "]"))
    name[strlen (name) - 1] = '\0';
  count (counter, name);
  if (strcmp (name, "priority") == 0 && because != NULL)
    count_named (counter, because);
}

static void
enter (GHashTable *rows, const char *kind, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    g_hash_table_insert (rows, g_strdup_printf ("%s %s", kind, ((const MadoPolicyTriageRule *) list->pdata[i])->name), list->pdata[i]);
}

gboolean
mado_policy_rules_add (MadoStore *store, const MadoTriageRules *rules, MadoPolicySheet *sheet, GError **error)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Count counter = { rows, seen, 0 };

  for (guint i = 0; i < rules->rules->len; i++)
    add_one (rules->source, "rule", ((const MadoTriageRule *) rules->rules->pdata[i])->name, sheet->rules);
  for (guint i = 0; i < rules->constituencies->len; i++)
    add_one (rules->source, "constituency", ((const MadoConstituency *) rules->constituencies->pdata[i])->name, sheet->constituencies);
  add_matrix (rules, sheet);
  enter (rows, "rule", sheet->rules);
  enter (rows, "constituency", sheet->constituencies);
  return mado_store_each_decision (store, MAILS, on_decision, &counter, &sheet->looked_at, error);
}
