/* policy-sheet.c: see policy-sheet.h. Called by verbs-policy.c. Must never show what stands in a file with a secret. */
#include "madoguchi/desk/policy-sheet.h"
#include "madoguchi/desk/due-rule.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/policy-rules.h"
#include "madoguchi/desk/retention.h"
#include "madoguchi/model/taxonomy.h"

#include <string.h>
#include <sys/stat.h>

/* A section without a row would not be shown; the test of this file finds it. */
static const struct {
  const char *section, *group;
} groups[] = {
  { "team", "team" },         { "hours", "team" },          { "publish", "team" },       { "intake", "intake" },
  { "milter", "intake" },     { "spool", "intake" },        { "formats", "reading" },    { "indicators", "reading" },
  { "limits", "reading" },    { "triage", "triage" },       { "reply", "answers" },      { "submission", "answers" },
  { "discovery", "discovery" }, { "crypto", "crypto" },     { "due", "due" },            { "store", "retention" },
  { "retention", "retention" }, { "audit", "retention" },   { "web", "web" },            { "log", "house" },
  { "runtime", "house" },
};

const char *
mado_policy_sheet_group (const char *section)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (strcmp (groups[i].section, section) == 0)
      return groups[i].group;
  return NULL;
}

/* Has @path been written since @when (microseconds)? A file that is gone was. */
static gboolean
is_changed (const char *path, gint64 when)
{
  struct stat facts;

  return stat (path, &facts) != 0
         || (gint64) facts.st_mtim.tv_sec * G_USEC_PER_SEC + (gint64) facts.st_mtim.tv_nsec / 1000 > when;
}

static void
add_settings (const MadoDesk *desk, MadoPolicySheet *sheet)
{
  static const char *const types[] = { "text", "list", "yes or no", "number", "size", "duration" };

  for (const MadoConfSetting *row = mado_conf_settings; row->section != NULL; row++) {
    MadoPolicySetting *setting = mado_policy_setting_new ();
    g_autofree char *value = mado_conf_value (desk->conf, row);
    setting->group = g_strdup (mado_policy_sheet_group (row->section));
    setting->section = g_strdup (row->section);
    setting->key = g_strdup (row->key);
    setting->type = g_strdup (types[row->type]);
    setting->value = mado_conf_shown_value (desk->conf, row);
    setting->fallback = g_strdup (row->fallback);
    setting->help = g_strdup (row->help);
    setting->words = g_strdup (row->words);
    setting->is_set = mado_conf_is_set (desk->conf, row->section, row->key);
    setting->differs = setting->is_set && g_strcmp0 (value, row->fallback) != 0;
    g_ptr_array_add (sheet->settings, setting);
  }
}

static void
add_answer_rules (MadoPolicySheet *sheet)
{
  MadoPolicyRule rule;

  for (guint i = 0; mado_policy_rule (i, &rule); i++) {
    MadoPolicyAnswerRule *row = mado_policy_answer_rule_new ();
    row->reason = g_strdup (rule.reason);
    row->answer = g_strdup (mado_answer_names[rule.answer]);
    row->when = g_strdup (rule.when);
    g_ptr_array_add (sheet->answer_rules, row);
  }
}

static void
add_permissions (MadoPolicySheet *sheet)
{
  for (gsize i = 0; mado_permissions_verb (i) != NULL; i++) {
    const char *verb = mado_permissions_verb (i);
    MadoPolicyPermission *row = mado_policy_permission_new ();
    row->word = g_strdup (verb);
    g_strfreev (row->roles);
    row->roles = mado_permissions_titles (verb);
    row->restricted = g_strdup (mado_permissions_scope_words (verb));
    g_ptr_array_add (sheet->permissions, row);
  }
}

/* "fraud/high 30m" in its two parts; they were read before, so there are two. */
static char **
split_rule (const char *text)
{
  char **parts = g_strsplit (text, " ", 2);

  if (parts[0] != NULL && parts[1] != NULL)
    g_strstrip (parts[1]);
  return parts;
}

static MadoPolicyDue *
get_due (MadoPolicySheet *sheet, const char *about)
{
  for (guint i = 0; i < sheet->due->len; i++)
    if (strcmp (((const MadoPolicyDue *) sheet->due->pdata[i])->about, about) == 0)
      return sheet->due->pdata[i];
  MadoPolicyDue *row = mado_policy_due_new ();
  row->about = g_strdup (about);
  g_ptr_array_add (sheet->due, row);
  return row;
}

static void
add_due (const MadoDesk *desk, MadoPolicySheet *sheet)
{
  static const struct {
    const char *step;
    gsize offset;
  } steps[] = { { "answer", offsetof (MadoPolicyDue, answer) },
                { "action", offsetof (MadoPolicyDue, action) },
                { "waiting", offsetof (MadoPolicyDue, waiting) } };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    for (const char *const *rule = mado_conf_list (desk->conf, "due", steps[i].step); *rule != NULL; rule++) {
      g_auto (GStrv) parts = split_rule (*rule);
      char **cell = (char **) ((char *) get_due (sheet, parts[0]) + steps[i].offset);
      g_free (*cell); /* said twice: the shorter counts, but both are shown where they stand, in the settings */
      *cell = g_strdup (parts[1]);
    }
  sheet->is_due_by_hours = mado_conf_bool (desk->conf, "due", "office-hours");
}

static void
add_kept (const MadoDesk *desk, MadoPolicySheet *sheet)
{
  for (const char *const *rule = mado_conf_list (desk->conf, "retention", "rules"); *rule != NULL; rule++) {
    g_auto (GStrv) parts = split_rule (*rule);
    MadoPolicyKept *row = mado_policy_kept_new ();
    row->about = g_strdup (parts[0]);
    row->kept = g_strdup (parts[1]);
    g_ptr_array_add (sheet->kept, row);
  }
}

static void
add_categories (const MadoDesk *desk, MadoPolicySheet *sheet)
{
  const char *category, *title;

  for (guint i = 0; mado_taxonomy_nth (i, &category, &title); i++) {
    MadoPolicyCategory *row = mado_policy_category_new ();
    gint64 seconds;
    row->category = g_strdup (category);
    row->title = g_strdup (title);
    g_strfreev (row->names);
    row->names = mado_taxonomy_map (category, NULL);
    row->answer = mado_due_rules_find (desk->settings.due, "answer", "normal", category);
    row->action = mado_due_rules_find (desk->settings.due, "action", "normal", category);
    row->waiting = mado_due_rules_find (desk->settings.due, "waiting", "normal", category);
    row->kept = g_strdup (mado_retention_find (desk->retention, category, NULL, &seconds));
    g_ptr_array_add (sheet->categories, row);
  }
}

MadoPolicySheet *
mado_policy_sheet_new (const MadoDesk *desk, GError **error)
{
  g_autoptr (MadoPolicySheet) sheet = mado_policy_sheet_record_new ();

  sheet->file = g_strdup (mado_conf_path (desk->conf));
  sheet->read = mado_conf_read_at (desk->conf) / G_USEC_PER_SEC;
  sheet->is_changed = is_changed (sheet->file, mado_conf_read_at (desk->conf));
  add_settings (desk, sheet);
  if (desk->rules != NULL) {
    sheet->rules_file = g_strdup (desk->rules->file);
    sheet->rules_read = desk->rules->loaded / G_USEC_PER_SEC;
    sheet->is_rules_changed = is_changed (desk->rules->file, desk->rules->loaded);
    if (!mado_policy_rules_add (desk->store, desk->rules, sheet, error))
      return NULL;
  }
  add_answer_rules (sheet);
  add_due (desk, sheet);
  add_kept (desk, sheet);
  add_categories (desk, sheet);
  add_permissions (sheet);
  return g_steal_pointer (&sheet);
}
