/* publish.c: see publish.h. No engine is asked here but for the key's user IDs; nothing is fetched. */
#include "madoguchi/front/publish.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/hash.h"
#include "madoguchi/base/wkd.h"
#include "madoguchi/base/words.h"
#include "madoguchi/front/rfc2350.h"
#include "madoguchi/pgp/published.h"
#include "madoguchi/pgp/security-txt.h"

#include <errno.h>
#include <string.h>

#define LIST ".madoguchi-published"
#define FILE_MAX (16 * 1024 * 1024)
#define HASH_LENGTH 64

void
mado_publish_file_free (MadoPublishFile *file)
{
  g_free (file->path);
  g_clear_pointer (&file->content, g_bytes_unref);
  g_free (file);
}

/* --- the plan ------------------------------------------------------------------------------------------ */

static gboolean
is_planned (const GPtrArray *plan, const char *path)
{
  for (guint i = 0; i < plan->len; i++)
    if (strcmp (((MadoPublishFile *) plan->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

/* @path, @content: (transfer full). The first one to come stays. */
static void
add (GPtrArray *plan, const char *what, char *path, GBytes *content)
{
  MadoPublishFile *file;

  if (is_planned (plan, path)) {
    g_free (path);
    g_clear_pointer (&content, g_bytes_unref);
    return;
  }
  file = g_new0 (MadoPublishFile, 1);
  file->what = what;
  file->path = path;
  file->content = content;
  file->is_sketch = strcmp (what, "rfc2350") == 0;
  g_ptr_array_add (plan, file);
}

/* (transfer full, nullable) the domain of @address, in lower case, when it is one that can be a directory's name. */
static char *
read_domain (const char *address, GError **error)
{
  const char *at = strrchr (address, '@');
  g_autofree char *domain = at == NULL ? g_strdup ("") : g_ascii_strdown (at + 1, -1);
  gsize length = strspn (domain, "abcdefghijklmnopqrstuvwxyz0123456789.-");

  if (length > 0 && domain[length] == '\0' && domain[0] != '.' && domain[0] != '-' && strstr (domain, "..") == NULL && at != address)
    return g_steal_pointer (&domain);
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] address: %s cannot be published", address);
  return NULL;
}

/* (transfer full) the key with the user IDs of @addresses; NULL and no error: there is none. */
static gboolean
make_key (GBytes *key, const char *const *addresses, GBytes **made, GError **error)
{
  g_autoptr (GError) problem = NULL;

  *made = mado_published_key (key, addresses, &problem);
  if (*made != NULL || g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* (transfer container) those of @all that have the name @name in a directory. */
static const char **
same_name (const char *const *all, const char *name)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (; *all != NULL; all++) {
    g_autofree char *other = mado_wkd_name (*all);
    if (g_strcmp0 (other, name) == 0)
      g_ptr_array_add (list, (gpointer) *all);
  }
  g_ptr_array_add (list, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

static GBytes *
nothing (void)
{
  return g_bytes_new_static ("", 0);
}

/* Both forms for one address. In the direct form a name may stand for several domains: the file has the user IDs of all. */
static gboolean
add_address (GPtrArray *plan, const MadoConf *conf, GBytes *key, const char *address, GError **error)
{
  const char *const only[] = { address, NULL };
  g_autofree char *domain = read_domain (address, error);
  g_autofree char *name = mado_wkd_name (address);
  g_autofree const char **same = NULL;
  GBytes *one = NULL, *several = NULL;

  if (domain == NULL || !make_key (key, only, &one, error))
    return FALSE;
  same = same_name (mado_conf_list (conf, "team", "address"), name);
  add (plan, "wkd-advanced", g_strdup_printf (".well-known/openpgpkey/%s/hu/%s", domain, name), one);
  add (plan, "wkd-policy", g_strdup_printf (".well-known/openpgpkey/%s/policy", domain), nothing ());
  if (!make_key (key, same, &several, error))
    return FALSE;
  add (plan, "wkd-direct", g_strdup_printf (".well-known/openpgpkey/hu/%s", name), several);
  add (plan, "wkd-policy", g_strdup (".well-known/openpgpkey/policy"), nothing ());
  return TRUE;
}

static GBytes *
take_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static gboolean
check_key_file (const char *name, GError **error)
{
  if (*name != '\0' && *name != '.' && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen (name))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[publish] key-file: %s is no plain file name", name);
  return FALSE;
}

GPtrArray *
mado_publish_plan (const MadoConf *conf, GBytes *key, GBytes *security_txt, GError **error)
{
  static const char *const languages[] = { "en", "ja" };
  g_autoptr (GPtrArray) plan = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_publish_file_free);
  const char *const *addresses = mado_conf_list (conf, "team", "address");
  const char *key_file = mado_conf_string (conf, "publish", "key-file");
  g_autoptr (GBytes) whole = NULL;

  if (!check_key_file (key_file, error))
    return NULL;
  for (const char *const *address = addresses; *address != NULL; address++)
    if (!add_address (plan, conf, key, *address, error))
      return NULL;
  whole = mado_published_key (key, addresses, error);
  if (whole == NULL)
    return NULL;
  add (plan, "key", g_strdup (key_file), take_text (mado_published_armor (whole)));
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    add (plan, "rfc2350", g_strdup_printf ("rfc2350.%s.txt", languages[i]), take_text (mado_rfc2350_make (conf, languages[i])));
  if (security_txt != NULL)
    add (plan, "security-txt", g_strdup (".well-known/security.txt"), g_bytes_ref (security_txt));
  return g_steal_pointer (&plan);
}

/* --- the writing --------------------------------------------------------------------------------------- */

/* (transfer full) path -> SHA-256 of what an earlier run wrote. */
static GHashTable *
read_list (const char *directory)
{
  GHashTable *list = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *path = g_build_filename (directory, LIST, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) lines = NULL;

  if (!mado_fsio_read_file (path, FILE_MAX, &bytes, NULL))
    return list;
  g_autofree char *text = g_strndup (g_bytes_get_size (bytes) == 0 ? "" : g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (strlen (*line) > HASH_LENGTH + 1 && (*line)[HASH_LENGTH] == ' ')
      g_hash_table_insert (list, g_strdup (*line + HASH_LENGTH + 1), g_strndup (*line, HASH_LENGTH));
  return list;
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

static gboolean
write_list (const char *directory, GHashTable *list, GError **error)
{
  g_autofree char *path = g_build_filename (directory, LIST, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) paths = g_list_sort (g_hash_table_get_keys (list), compare_paths);
  g_autoptr (GBytes) bytes = NULL;

  for (const GList *one = paths; one != NULL; one = one->next)
    g_string_append_printf (text, "%s %s\n", (const char *) g_hash_table_lookup (list, one->data), (const char *) one->data);
  bytes = g_bytes_new (text->str, text->len);
  return mado_fsio_replace (path, bytes, 0644, error);
}

static char *
hash_of (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return mado_hash_bytes (data, size);
}

/* (transfer full) the text of a security.txt but for when it ends. */
static char *
without_end (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp (*line, "Expires:", 8) != 0)
      g_string_append_printf (out, "%s\n", *line);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Does the file @old say what @new does, with half of its time left? Then it stays: each signature is another one. */
static gboolean
may_stay (GBytes *old, GBytes *new, gint64 now)
{
  g_auto (MadoSecurityTxt) a = { 0 }, b = { 0 };

  mado_security_txt_read (old, &a);
  mado_security_txt_read (new, &b);
  g_autofree char *text_a = without_end (a.text);
  g_autofree char *text_b = without_end (b.text);
  return strcmp (text_a, text_b) == 0 && a.is_signed && b.is_signed && a.expires <= b.expires && a.expires - now > (b.expires - now) / 2;
}

typedef struct {
  const char *directory;
  GHashTable *list;
  gboolean force;
  gint64 now;
} Writing;

static gboolean
put (const Writing *writing, const MadoPublishFile *file, const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_mkdir_with_parents (parent, 0755) != 0)
    return mado_error_set_errno (error, parent);
  if (!mado_fsio_replace (path, file->content, 0644, error))
    return FALSE;
  g_hash_table_insert (writing->list, g_strdup (file->path), hash_of (file->content));
  return TRUE;
}

/* @action: (out, static) what became of it. */
static gboolean
write_file (const Writing *writing, const MadoPublishFile *file, const char **action, GError **error)
{
  g_autofree char *path = g_build_filename (writing->directory, file->path, NULL);
  g_autoptr (GBytes) old = NULL;
  g_autofree char *old_hash = NULL;
  gboolean is_ours;

  *action = N_ ("left-out");
  if (file->content == NULL)
    return TRUE;
  *action = N_ ("written");
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return put (writing, file, path, error);
  if (!mado_fsio_read_file (path, FILE_MAX, &old, error))
    return FALSE;
  old_hash = hash_of (old);
  is_ours = g_strcmp0 (old_hash, g_hash_table_lookup (writing->list, file->path)) == 0;
  if (g_bytes_equal (old, file->content)
      || (is_ours && strcmp (file->what, "security-txt") == 0 && may_stay (old, file->content, writing->now))) {
    *action = N_ ("unchanged");
    g_hash_table_insert (writing->list, g_strdup (file->path), g_steal_pointer (&old_hash));
    return TRUE;
  }
  if (is_ours || writing->force)
    return put (writing, file, path, error);
  *action = N_ ("kept");
  return TRUE;
}

static void
report (MadoPublication *result, const char *path, const char *what, const char *action)
{
  MadoPublishedFile *entry = mado_published_file_new ();

  entry->path = g_strdup (path);
  entry->what = g_strdup (what);
  entry->action = g_strdup (action);
  g_ptr_array_add (result->files, entry);
}

/* What an earlier run wrote, and this one did not: an address, or a domain, that is no longer the team's. */
static void
report_stale (const Writing *writing, const GPtrArray *plan, MadoPublication *result)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, writing->list);
  while (g_hash_table_iter_next (&iter, &path, NULL)) {
    g_autofree char *full = g_build_filename (writing->directory, path, NULL);
    if (!g_file_test (full, G_FILE_TEST_EXISTS))
      g_hash_table_iter_remove (&iter);
    else if (!is_planned (plan, path))
      report (result, path, NULL, "stale");
  }
}

gboolean
mado_publish_write (const char *directory, const GPtrArray *plan, gboolean force, gint64 now, MadoPublication **result, GError **error)
{
  g_autoptr (MadoPublication) done = mado_publication_new ();
  g_autoptr (GHashTable) list = NULL;
  gboolean ok = TRUE;

  if (g_mkdir_with_parents (directory, 0755) != 0)
    return mado_error_set_errno (error, directory);
  list = read_list (directory);
  const Writing writing = { directory, list, force, now };
  done->directory = g_canonicalize_filename (directory, NULL);
  for (guint i = 0; ok && i < plan->len; i++) {
    const MadoPublishFile *file = plan->pdata[i];
    const char *action = NULL;
    ok = write_file (&writing, file, &action, error);
    if (ok)
      report (done, file->path, file->what, action);
  }
  if (ok)
    report_stale (&writing, plan, done);
  /* also after a failure: what was written is ours */
  if (!write_list (directory, list, ok ? error : NULL) || !ok)
    return FALSE;
  *result = g_steal_pointer (&done);
  return TRUE;
}
