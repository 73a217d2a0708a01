/* triage-rules.c: see triage-rules.h. Two tables say which keys there are. A file with a mistake is refused as a whole. */
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define FILE_MAX_BYTES (1024 * 1024)
#define MAX_GROUPS 2000
#define MAX_VALUES 5000 /* of one key */
#define NAME_MAX_BYTES 64
#define REASON_MAX 4000

const char *const mado_triage_level_names[] = { "", "low", "normal", "high", NULL };
const char *const mado_priority_names[] = { "low", "normal", "high", "urgent", NULL };

typedef struct {
  GKeyFile *file;
  const char *name;
  GHashTable *lines; /* "group\nkey", "group\n" -> line */
  MadoTriageRules *rules;
  const char *group; /* that is read */
} Reader;

int
mado_priority_rank (const char *name)
{
  for (int i = 0; name != NULL && mado_priority_names[i] != NULL; i++)
    if (strcmp (mado_priority_names[i], name) == 0)
      return i;
  return -1;
}

static gboolean fail (const Reader *reader, const char *key, GError **error, const char *format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (const Reader *reader, const char *key, GError **error, const char *format, ...)
{
  g_autofree char *at = g_strconcat (reader->group, "\n", key, NULL);
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%d: [%s] %s%s%s", reader->name,
               GPOINTER_TO_INT (g_hash_table_lookup (reader->lines, at)), reader->group, key, *key != '\0' ? ": " : "", what);
  return FALSE;
}

/* --- values --------------------------------------------------------------------------------------------- */

/* (transfer full, nullable) the list in @key. */
static char **
read_list (const Reader *reader, const char *key, GError **error)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);
  g_auto (GStrv) pieces = text != NULL ? g_strsplit_set (text, ";,", -1) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = 0;

  for (gsize i = 0; pieces != NULL && pieces[i] != NULL; i++)
    if (*g_strstrip (pieces[i]) != '\0') {
      g_strv_builder_add (builder, pieces[i]);
      n++;
    }
  if (n > 0 && n <= MAX_VALUES)
    return g_strv_builder_end (builder);
  fail (reader, key, error, n == 0 ? "a value is missing" : "too many values");
  return NULL;
}

static gboolean
read_level (const Reader *reader, const char *key, MadoTriageLevel *level, GError **error)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);

  for (int i = MADO_TRIAGE_LOW; i < MADO_TRIAGE_LEVELS; i++)
    if (g_strcmp0 (text, mado_triage_level_names[i]) == 0) {
      *level = (MadoTriageLevel) i;
      return TRUE;
    }
  return fail (reader, key, error, "%s is not low, normal or high", text != NULL ? text : "it");
}

static gboolean
read_bool (const Reader *reader, const char *key, gboolean *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);

  *value = g_strcmp0 (text, "yes") == 0;
  return *value || g_strcmp0 (text, "no") == 0 || fail (reader, key, error, "neither yes nor no");
}

/* Is @text a plain word (login, template, tag) of letters, digits and signs? */
static gboolean
is_plain (const char *text)
{
  if (*text == '\0' || *text == '-' || strlen (text) > NAME_MAX_BYTES)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("._-@:+", *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
read_plain (const Reader *reader, const char *key, char **value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);

  if (text == NULL || !is_plain (text))
    return fail (reader, key, error, "not a word of letters, digits and . _ - @ : +");
  *value = g_steal_pointer (&text);
  return TRUE;
}

/* --- [constituency NAME] -------------------------------------------------------------------------------- */

static const struct {
  const char *key, *what;
  gboolean (*add) (MadoPlaces *places, guint owner, const char *text);
} place_keys[] = {
  { "networks", "no network (192.0.2.0/24, host bits zero)", mado_places_add_network },
  { "domains", "no domain name", mado_places_add_domain },
  { "as", "no AS number", mado_places_add_as },
  { "contacts", "no mail address, and no @domain", mado_places_add_contact },
};

static gboolean
read_places (const Reader *reader, const char *key, gsize which, guint owner, GError **error)
{
  g_auto (GStrv) list = read_list (reader, key, error);

  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (!place_keys[which].add (reader->rules->places, owner, list[i]))
      return fail (reader, key, error, "%s: %s", list[i], place_keys[which].what);
  return list != NULL;
}

static gboolean
read_constituency_key (const Reader *reader, const char *key, MadoConstituency *constituency, guint owner, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (place_keys); i++)
    if (strcmp (place_keys[i].key, key) == 0)
      return read_places (reader, key, i, owner, error);
  if (strcmp (key, "impact") == 0)
    return read_level (reader, key, &constituency->impact, error);
  if (strcmp (key, "owner") == 0)
    return read_plain (reader, key, &constituency->owner, error);
  return fail (reader, key, error, "unknown key");
}

/* --- [rule NAME] ---------------------------------------------------------------------------------------- */

static const char *const yes_no[] = { "yes", "no", NULL };

/* What may be asked of a report. The facts that triage.c finds have the same names. */
static const struct {
  const char *key;
  const char *const *words; /* NULL: anything */
} fact_keys[] = {
  { "kind", NULL },         { "format", NULL },       { "type", NULL },
  { "form", NULL },         { "field", NULL },        { "reported", NULL },
  { "sender", NULL },       { "indicator", NULL },    { "tag", NULL },
  { "language", NULL },     { "tlp", NULL },          { "encryption", mado_encryption_names },
  { "signature", mado_signature_status_names },       { "constituency", NULL },
  { "source", NULL },       { "target", NULL },       { "reporter", NULL },
  { "related", yes_no },
};

static gboolean
names_places (const char *key)
{
  static const char *const keys[] = { "constituency", "source", "target", "reporter", NULL };

  return g_strv_contains (keys, key);
}

static gboolean
is_constituency (const MadoTriageRules *rules, const char *name)
{
  for (guint i = 0; i < rules->constituencies->len; i++)
    if (strcmp (((MadoConstituency *) rules->constituencies->pdata[i])->name, name) == 0)
      return TRUE;
  return strcmp (name, "any") == 0 || strcmp (name, "none") == 0;
}

/* "TLP:AMBER", "amber"; NULL: none. */
static const char *
read_tlp (const char *text)
{
  g_autofree char *upper = g_ascii_strup (text, -1);
  g_autofree char *named = g_str_has_prefix (upper, "TLP:") ? g_strdup (upper) : g_strconcat ("TLP:", upper, NULL);

  return mado_tlp_name (mado_tlp_level (named));
}

/* (transfer full, nullable) one value of @key as facts have it. */
static char *
read_fact (const Reader *reader, const char *key, const char *value, const char *const *words, GError **error)
{
  const char *category = strcmp (key, "reported") == 0 ? mado_taxonomy_read (value, NULL) : NULL;
  const char *marked = strcmp (key, "tlp") == 0 ? read_tlp (value) : NULL;
  g_autofree char *folded = g_utf8_validate (value, -1, NULL) ? mado_words_fold (value) : NULL;
  gboolean is_bad = folded == NULL || (words != NULL && !g_strv_contains (words, value))
                    || (strcmp (key, "reported") == 0 && category == NULL)
                    || (strcmp (key, "tlp") == 0 && marked == NULL && strcmp (value, "none") != 0)
                    || (strcmp (key, "field") == 0 && strchr (value, '=') == NULL)
                    || (names_places (key) && !is_constituency (reader->rules, value));

  if (is_bad) {
    fail (reader, key, error, "%s is not something to ask for here", value);
    return NULL;
  }
  if (names_places (key))
    return g_strconcat (key, "\n", value, NULL);
  return g_strconcat (key, "\n", category != NULL ? category : marked != NULL ? marked : folded, NULL);
}

static gboolean
read_facts (const Reader *reader, const char *key, const char *const *words, GStrvBuilder *facts, GError **error)
{
  g_auto (GStrv) list = read_list (reader, key, error);

  for (gsize i = 0; list != NULL && list[i] != NULL; i++) {
    char *fact = read_fact (reader, key, list[i], words, error);
    if (fact == NULL)
      return FALSE;
    g_strv_builder_add (facts, fact);
    g_hash_table_add (reader->rules->asked, fact);
  }
  return list != NULL;
}

static gboolean
read_words (const Reader *reader, const char *key, MadoTriageRule *rule, GError **error)
{
  g_auto (GStrv) list = read_list (reader, key, error);

  rule->words = g_array_new (FALSE, FALSE, sizeof (guint));
  for (gsize i = 0; list != NULL && list[i] != NULL; i++) {
    guint number = mado_words_add (reader->rules->words, list[i]);
    if (number == MADO_WORDS_NONE)
      return fail (reader, key, error, "%s: too long, or too many words", list[i]);
    g_array_append_val (rule->words, number);
  }
  return list != NULL;
}

static gboolean
read_tags (const Reader *reader, const char *key, GStrvBuilder *tags, GError **error)
{
  g_auto (GStrv) list = read_list (reader, key, error);

  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (!is_plain (list[i]))
      return fail (reader, key, error, "%s: not a word of letters, digits and . _ - @ : +", list[i]);
  if (list != NULL)
    g_strv_builder_addv (tags, (const char **) list);
  return list != NULL;
}

static gboolean
read_category (const Reader *reader, MadoTriageRule *rule, GStrvBuilder *tags, GError **error)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, "category", NULL);
  const char *tag = NULL;

  rule->category = mado_taxonomy_read (text, &tag);
  if (rule->category == NULL)
    return fail (reader, "category", error, "%s is no RSIT category, and no name of one", text != NULL ? text : "it");
  if (tag != NULL)
    g_strv_builder_add (tags, tag);
  return TRUE;
}

/* out-of-scope, out-of-scope-ja... */
static gboolean
read_scope (const Reader *reader, const char *key, GStrvBuilder *scope, GError **error)
{
  const char *language = key + strlen ("out-of-scope");
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);

  if (text == NULL || *g_strstrip (text) == '\0' || strlen (text) > REASON_MAX || !is_plain (*language == '-' ? language + 1 : "x"))
    return fail (reader, key, error, "the reason, in words, is missing or too long");
  g_strv_builder_add_many (scope, *language == '-' ? language + 1 : "default", text, NULL);
  return TRUE;
}

typedef struct {
  MadoTriageRule *rule;
  GStrvBuilder *facts, *tags, *scope;
} Draft;

static gboolean
read_rule_key (const Reader *reader, const char *key, Draft *draft, GError **error)
{
  MadoTriageRule *rule = draft->rule;
  gboolean answer = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (fact_keys); i++)
    if (strcmp (fact_keys[i].key, key) == 0)
      return read_facts (reader, key, fact_keys[i].words, draft->facts, error);
  if (strcmp (key, "words") == 0)
    return read_words (reader, key, rule, error);
  if (strcmp (key, "category") == 0)
    return read_category (reader, rule, draft->tags, error);
  if (strcmp (key, "override") == 0)
    return read_bool (reader, key, &rule->overrides, error);
  if (strcmp (key, "tags") == 0)
    return read_tags (reader, key, draft->tags, error);
  if (strcmp (key, "impact") == 0)
    return read_level (reader, key, &rule->impact, error);
  if (strcmp (key, "urgency") == 0)
    return read_level (reader, key, &rule->urgency, error);
  if (strcmp (key, "owner") == 0)
    return read_plain (reader, key, &rule->owner, error);
  if (strcmp (key, "template") == 0)
    return read_plain (reader, key, &rule->template_name, error);
  if (strcmp (key, "answer") == 0) {
    gboolean is_read = read_bool (reader, key, &answer, error);
    rule->is_silent = !answer;
    return is_read;
  }
  if (strcmp (key, "out-of-scope") == 0 || g_str_has_prefix (key, "out-of-scope-"))
    return read_scope (reader, key, draft->scope, error);
  return fail (reader, key, error, "unknown key");
}

static void
free_rule (gpointer data)
{
  MadoTriageRule *rule = data;

  g_clear_pointer (&rule->words, g_array_unref);
  g_strfreev (rule->facts);
  g_strfreev (rule->tags);
  g_strfreev (rule->out_of_scope);
  g_free (rule->owner);
  g_free (rule->template_name);
  g_free (rule->name);
  g_free (rule);
}

static gboolean
read_rule (const Reader *reader, const char *name, GError **error)
{
  MadoTriageRule *rule = g_new0 (MadoTriageRule, 1);
  g_autoptr (GStrvBuilder) facts = g_strv_builder_new (), tags = g_strv_builder_new (), scope = g_strv_builder_new ();
  Draft draft = { rule, facts, tags, scope };
  g_auto (GStrv) keys = g_key_file_get_keys (reader->file, reader->group, NULL, NULL);
  gboolean ok = TRUE;

  rule->name = g_strdup (name);
  g_ptr_array_add (reader->rules->rules, rule);
  for (gsize i = 0; ok && keys[i] != NULL; i++)
    ok = read_rule_key (reader, keys[i], &draft, error);
  rule->facts = g_strv_builder_end (facts);
  rule->tags = g_strv_builder_end (tags);
  rule->out_of_scope = g_strv_builder_end (scope);
  return ok;
}

/* --- groups --------------------------------------------------------------------------------------------- */

static void
free_constituency (gpointer data)
{
  MadoConstituency *constituency = data;

  g_free (constituency->name);
  g_free (constituency->owner);
  g_free (constituency);
}

static gboolean
read_constituency (const Reader *reader, const char *name, GError **error)
{
  MadoConstituency *constituency = g_new0 (MadoConstituency, 1);
  g_auto (GStrv) keys = g_key_file_get_keys (reader->file, reader->group, NULL, NULL);
  guint owner = reader->rules->constituencies->len;

  if (is_constituency (reader->rules, name)) {
    g_free (constituency);
    return fail (reader, "", error, "not a name for a constituency");
  }
  constituency->name = g_strdup (name);
  g_ptr_array_add (reader->rules->constituencies, constituency);
  for (gsize i = 0; keys[i] != NULL; i++)
    if (!read_constituency_key (reader, keys[i], constituency, owner, error))
      return FALSE;
  return TRUE;
}

/* impact-LEVEL: three priorities, for low, normal and high urgency. */
static gboolean
read_row (const Reader *reader, const char *key, int impact, GError **error)
{
  g_auto (GStrv) list = read_list (reader, key, error);

  if (list == NULL)
    return FALSE;
  if (g_strv_length (list) != MADO_TRIAGE_LEVELS - 1)
    return fail (reader, key, error, "three priorities are needed, for low, normal and high urgency");
  for (int i = 0; i < MADO_TRIAGE_LEVELS - 1; i++) {
    int rank = mado_priority_rank (list[i]);
    if (rank < 0)
      return fail (reader, key, error, "%s is not low, normal, high or urgent", list[i]);
    reader->rules->matrix[impact][i + 1] = rank;
  }
  return TRUE;
}

static gboolean
read_priority (const Reader *reader, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (reader->file, reader->group, NULL, NULL);
  gboolean ok = TRUE;

  for (gsize i = 0; ok && keys[i] != NULL; i++) {
    if (strcmp (keys[i], "impact") == 0)
      ok = read_level (reader, keys[i], &reader->rules->impact, error);
    else if (strcmp (keys[i], "urgency") == 0)
      ok = read_level (reader, keys[i], &reader->rules->urgency, error);
    else if (strcmp (keys[i], "impact-low") == 0)
      ok = read_row (reader, keys[i], MADO_TRIAGE_LOW, error);
    else if (strcmp (keys[i], "impact-normal") == 0)
      ok = read_row (reader, keys[i], MADO_TRIAGE_NORMAL, error);
    else if (strcmp (keys[i], "impact-high") == 0)
      ok = read_row (reader, keys[i], MADO_TRIAGE_HIGH, error);
    else
      ok = fail (reader, keys[i], error, "unknown key");
  }
  return ok;
}

/* The name in "[PREFIX NAME]"; NULL: another group. */
static const char *
get_name (const char *group, const char *prefix)
{
  gsize size = strlen (prefix);
  const char *name = strncmp (group, prefix, size) == 0 && group[size] == ' ' ? group + size + 1 : NULL;

  return name != NULL && *name != '\0' && *name != ' ' && strlen (name) <= NAME_MAX_BYTES ? name : NULL;
}

/* Constituencies first: rules name them, wherever they stand. */
static gboolean
read_groups (Reader *reader, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (reader->file, NULL);

  if (g_strv_length (groups) > MAX_GROUPS) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: more than %d groups", reader->name, MAX_GROUPS);
    return FALSE;
  }
  for (gsize i = 0; groups[i] != NULL; i++) {
    reader->group = groups[i];
    const char *name = get_name (groups[i], "constituency");
    if (name != NULL && !read_constituency (reader, name, error))
      return FALSE;
  }
  for (gsize i = 0; groups[i] != NULL; i++) {
    reader->group = groups[i];
    const char *name = get_name (groups[i], "rule");
    gboolean ok = TRUE;
    if (name != NULL)
      ok = read_rule (reader, name, error);
    else if (strcmp (groups[i], "priority") == 0)
      ok = read_priority (reader, error);
    else if (get_name (groups[i], "constituency") == NULL)
      ok = fail (reader, "", error, "unknown group: there are [constituency NAME], [rule NAME] and [priority]");
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

/* Which line everything stands in; the same group or key twice, which GKeyFile would merge, is a mistake. */
static gboolean
count_lines (Reader *reader, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *group = g_strdup ("");

  for (int i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);
    char *end = *line == '[' ? strrchr (line, ']') : strchr (line, '=');
    char *key = NULL;
    if (*line == '#' || end == NULL)
      continue;
    *end = '\0';
    if (*line == '[') {
      g_free (group);
      group = g_strdup (line + 1);
      key = g_strconcat (group, "\n", NULL);
    } else {
      key = g_strconcat (group, "\n", g_strchomp (line), NULL);
    }
    if (!g_hash_table_insert (reader->lines, key, GINT_TO_POINTER (i + 1))) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%d: [%s] %s stands there twice", reader->name, i + 1, group,
                   *line == '[' ? "" : line);
      return FALSE;
    }
  }
  return TRUE;
}

static MadoTriageRules *
make_rules (const char *name)
{
  static const int usual[MADO_TRIAGE_LEVELS][MADO_TRIAGE_LEVELS]
      = { { 0, 0, 0, 0 }, { 0, 0, 0, 1 }, { 0, 0, 1, 2 }, { 0, 1, 2, 3 } };
  MadoTriageRules *rules = g_new0 (MadoTriageRules, 1);

  rules->file = g_strdup (name);
  rules->constituencies = g_ptr_array_new_with_free_func (free_constituency);
  rules->rules = g_ptr_array_new_with_free_func (free_rule);
  rules->places = mado_places_new ();
  rules->words = mado_words_new ();
  rules->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rules->impact = rules->urgency = MADO_TRIAGE_NORMAL;
  rules->loaded = g_get_real_time (); /* before the file is read: what is written from now on counts as later */
  memcpy (rules->matrix, usual, sizeof usual);
  return rules;
}

MadoTriageRules *
mado_triage_rules_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (MadoTriageRules) rules = make_rules (name);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) problem = NULL;
  Reader reader = { file, name, lines, rules, "" };

  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: not UTF-8", name);
    return NULL;
  }
  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: %s", name, problem->message);
    return NULL;
  }
  if (!count_lines (&reader, text, error) || !read_groups (&reader, error))
    return NULL;
  mado_words_seal (rules->words);
  rules->source = g_steal_pointer (&file);
  return g_steal_pointer (&rules);
}

MadoTriageRules *
mado_triage_rules_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;
  gsize size;

  if (!mado_fsio_read_file (path, FILE_MAX_BYTES, &bytes, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[triage] rules: %s", problem->message);
    return NULL;
  }
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data != NULL ? data : "", size);
  return mado_triage_rules_parse (text, path, error);
}

gboolean
mado_triage_rules_read (const MadoConf *conf, MadoTriageRules **rules, GError **error)
{
  const char *path = mado_conf_string (conf, "triage", "rules");
  gboolean is_set = mado_conf_is_set (conf, "triage", "rules");

  *rules = NULL;
  if (path == NULL || strcmp (path, "none") == 0 || (!is_set && !g_file_test (path, G_FILE_TEST_EXISTS)))
    return TRUE;
  *rules = mado_triage_rules_load (path, error);
  return *rules != NULL;
}

void
mado_triage_rules_free (MadoTriageRules *rules)
{
  if (rules == NULL)
    return;
  g_ptr_array_unref (rules->constituencies);
  g_ptr_array_unref (rules->rules);
  g_hash_table_unref (rules->asked);
  mado_places_free (rules->places);
  mado_words_free (rules->words);
  g_clear_pointer (&rules->source, g_key_file_unref);
  g_free (rules->file);
  g_free (rules);
}
