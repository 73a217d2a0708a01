/* verb-conf.c: `madoguchi conf`: the settings as they are in force, as the table has them, or what differs. Every
 * line is "SECTION.KEY = VALUE", or one object per line. Must also work on a file with mistakes: then it names
 * them and ends with 78. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/model/record-json.h"

/* One line for @setting. @value: NULL when unset. */
static gboolean
print_setting (MadoCli *cli, const MadoConfSetting *setting, const char *value, gboolean is_set, GError **error)
{
  g_autofree char *line = NULL;

  if (!cli->options.json) {
    g_autofree char *safe = mado_text_escape_line (value != NULL ? value : "");
    line = g_strdup_printf ("%s.%s =%s%s\n", setting->section, setting->key, *safe != '\0' ? " " : "", safe);
    return mado_cli_print (cli, line, error);
  }
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const char *const pairs[][2] = { { "section", setting->section }, { "key", setting->key }, { "value", value },
                                   { "default", setting->fallback }, { "help", setting->help } };
  json_builder_begin_object (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    json_builder_set_member_name (builder, pairs[i][0]);
    if (pairs[i][1] != NULL)
      json_builder_add_string_value (builder, pairs[i][1]);
    else
      json_builder_add_null_value (builder);
  }
  json_builder_set_member_name (builder, "set");
  json_builder_add_boolean_value (builder, is_set);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *json = mado_json_line (node);
  return mado_cli_print (cli, json, error) && mado_cli_print (cli, "\n", error);
}

/* Says all of @problems but the last one, which is the error. TRUE: there are none. */
static gboolean
report_problems (const GPtrArray *problems, GError **error)
{
  for (guint i = 0; i + 1 < problems->len; i++) {
    g_autofree char *line = g_strdup_printf ("conf: %s", (const char *) problems->pdata[i]);
    mado_cli_warn (line);
  }
  if (problems->len == 0)
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, problems->pdata[problems->len - 1]);
  return FALSE;
}

/* Names every mistake, not the first alone. */
static MadoConf *
load (MadoCli *cli, GError **error)
{
  g_autoptr (GPtrArray) problems = mado_conf_check (cli->conf_path);

  return report_problems (problems, error) ? mado_conf_load (cli->conf_path, error) : NULL;
}

/* ... and those in the files that the settings name. */
static gboolean
check_files (MadoCli *cli, const MadoConf *conf, GError **error)
{
  g_autoptr (GPtrArray) problems = cli->hooks->list_answer_problems != NULL ? cli->hooks->list_answer_problems (conf) : NULL;
  g_autoptr (GPtrArray) forms = cli->hooks->check_forms != NULL ? cli->hooks->check_forms (conf) : NULL;

  if (problems != NULL && forms != NULL)
    g_ptr_array_extend_and_steal (problems, g_steal_pointer (&forms));
  problems = problems != NULL ? problems : g_steal_pointer (&forms);
  if (problems != NULL && !report_problems (problems, error))
    return FALSE;
  return cli->hooks->check_rules == NULL || cli->hooks->check_rules (conf, error);
}

gboolean
mado_verb_conf (MadoCli *cli, GError **error)
{
  g_autoptr (MadoConf) conf = NULL;

  if (cli->options.defaults && cli->options.changed) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--defaults and -n exclude each other");
    return FALSE;
  }
  if (!cli->options.defaults) {
    conf = load (cli, error);
    if (conf == NULL)
      return FALSE;
  }
  for (const MadoConfSetting *setting = mado_conf_settings; setting->section != NULL; setting++) {
    g_autofree char *value = conf != NULL ? mado_conf_value (conf, setting) : g_strdup (setting->fallback);
    gboolean is_set = conf != NULL && mado_conf_is_set (conf, setting->section, setting->key);
    if (cli->options.changed && (!is_set || g_strcmp0 (value, setting->fallback) == 0))
      continue;
    if (!print_setting (cli, setting, value, is_set, error))
      return FALSE;
  }
  return !cli->options.changed || check_files (cli, conf, error);
}
