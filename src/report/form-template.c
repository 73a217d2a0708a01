/* form-template.c: see form-template.h. Called at start by the opener and by the command line. */
#include "madoguchi/report/form-template.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/report/form-file.h"

#include <string.h>

#define FILE_BYTES_MAX (256 * 1024)
#define TEMPLATES_MAX 64
#define OUR_DIRECTORY MADO_DATADIR "/forms"

MadoFormTemplates *
mado_form_templates_new (void)
{
  MadoFormTemplates *templates = g_new0 (MadoFormTemplates, 1);

  templates->all = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_form_template_free);
  templates->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  return templates;
}

void
mado_form_templates_free (MadoFormTemplates *templates)
{
  if (templates == NULL)
    return;
  g_ptr_array_unref (templates->all);
  g_hash_table_unref (templates->labels);
  g_free (templates);
}

/* Takes a template of that name away: the later one counts. */
static void
remove_name (MadoFormTemplates *templates, const char *name)
{
  for (guint i = 0; i < templates->all->len; i++) {
    const MadoFormTemplate *form = templates->all->pdata[i];
    if (strcmp (form->name, name) == 0) {
      g_ptr_array_remove_index (templates->all, i);
      return;
    }
  }
}

gboolean
mado_form_templates_add (MadoFormTemplates *templates, const char *name, const char *path, const char *text, GPtrArray *problems,
                         GError **error)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);
  MadoFormTemplate *form = mado_form_file_parse (name, path, text, problems != NULL ? problems : own);

  if (own->len > 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s", (const char *) own->pdata[0]);
    return FALSE;
  }
  if (form == NULL)
    return TRUE;
  remove_name (templates, name);
  g_ptr_array_add (templates->all, form);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const MadoFormTemplate *const *left = a, *const *right = b;

  return strcmp ((*left)->name, (*right)->name);
}

static void
add_label (MadoFormTemplates *templates, const char *label, MadoFormHit hit)
{
  GArray *hits = g_hash_table_lookup (templates->labels, label);

  if (hits == NULL) {
    hits = g_array_new (FALSE, FALSE, sizeof (MadoFormHit));
    g_hash_table_insert (templates->labels, g_strdup (label), hits);
  }
  g_array_append_val (hits, hit);
}

void
mado_form_templates_seal (MadoFormTemplates *templates)
{
  g_ptr_array_sort (templates->all, compare_names);
  g_hash_table_remove_all (templates->labels);
  for (guint t = 0; t < templates->all->len; t++) {
    const MadoFormTemplate *form = templates->all->pdata[t];
    for (guint i = 0; i < form->items->len; i++) {
      const MadoFormItem *item = form->items->pdata[i];
      for (gsize n = 0; item->labels[n] != NULL; n++)
        add_label (templates, item->labels[n], (MadoFormHit){ t, i });
    }
  }
}

static gboolean
load_file (MadoFormTemplates *templates, const char *directory, const char *name, GPtrArray *problems, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL), *plain = g_strndup (name, strlen (name) - strlen (".form"));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, error))
    return FALSE;
  text = mado_text_of_bytes (bytes);
  if (strlen (text) != g_bytes_get_size (bytes)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: not a text", path);
    return FALSE;
  }
  return mado_form_templates_add (templates, plain, path, text, problems, error);
}

static gboolean
load_directory (MadoFormTemplates *templates, const char *directory, gboolean is_needed, GPtrArray *problems, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &problem);
  const char *name;

  if (dir == NULL && !is_needed && g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  if (dir == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[formats] forms: %s", problem->message);
    return FALSE;
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (*name == '.' || !g_str_has_suffix (name, ".form"))
      continue;
    if (!load_file (templates, directory, name, problems, error))
      return FALSE;
    if (templates->all->len > TEMPLATES_MAX) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[formats] forms: more than %d templates", TEMPLATES_MAX);
      return FALSE;
    }
  }
  return TRUE;
}

MadoFormTemplates *
mado_form_templates_load (const MadoConf *conf, GPtrArray *problems, GError **error)
{
  g_autoptr (MadoFormTemplates) templates = mado_form_templates_new ();
  const char *const *directories = mado_conf_list (conf, "formats", "forms");

  for (gsize i = 0; directories[i] != NULL; i++) {
    g_autoptr (GError) problem = NULL;
    gboolean is_ours = strcmp (directories[i], OUR_DIRECTORY) == 0; /* not installed yet: no forms */
    if (load_directory (templates, directories[i], !is_ours, problems, problems != NULL ? &problem : error))
      continue;
    if (problem == NULL)
      return NULL;
    g_ptr_array_add (problems, g_strdup (problem->message));
  }
  mado_form_templates_seal (templates);
  return g_steal_pointer (&templates);
}
