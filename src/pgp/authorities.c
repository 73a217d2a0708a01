/* authorities.c: see authorities.h. Works in a home of its own, on a copy of the team's certificates. The home is one
 * that only signs: the lists of revoked certificates have a check of their own. */
#include "madoguchi/pgp/authorities.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/home.h"

#include <string.h>

#define CERTIFICATES_MAX 100000

void
mado_authority_free (MadoAuthority *authority)
{
  g_free (authority->fingerprint);
  g_free (authority->subject);
  g_free (authority);
}

/* The fingerprints that the home's trust list names. */
static GPtrArray *
read_list (const char *home, GError **error)
{
  g_autofree char *path = g_build_filename (home, "trustlist.txt", NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_authority_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s: cannot be read", path);
    return NULL;
  }
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_autoptr (GString) digits = g_string_new (NULL);
    MadoAuthority *authority;

    for (const char *p = *line; *p != '\0' && *p != '#' && !g_ascii_isspace (*p); p++)
      if (*p != ':')
        g_string_append_c (digits, g_ascii_toupper (*p));
    if (digits->len == 0)
      continue;
    authority = g_new0 (MadoAuthority, 1);
    authority->fingerprint = g_strdup (digits->str);
    g_ptr_array_add (list, authority);
  }
  return g_steal_pointer (&list);
}

static void
describe (GPtrArray *list, gpgme_key_t key)
{
  const char *fingerprint = key->subkeys == NULL ? NULL : key->subkeys->fpr;

  for (guint i = 0; fingerprint != NULL && i < list->len; i++) {
    MadoAuthority *authority = list->pdata[i];
    if (g_ascii_strcasecmp (authority->fingerprint, fingerprint) != 0 || authority->is_known)
      continue;
    authority->is_known = TRUE;
    authority->subject = key->uids == NULL || key->uids->uid == NULL ? NULL : g_utf8_make_valid (key->uids->uid, -1);
    authority->expires = MAX (0, key->subkeys->expires);
  }
}

static gboolean
look_up (const char *home, GPtrArray *list, GError **error)
{
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new_cms (home, error);
  gpgme_error_t problem;
  gpgme_key_t key;

  if (context == NULL) {
    if (error != NULL && *error != NULL && (*error)->code == MADO_ERROR_CONF)
      (*error)->code = MADO_ERROR_UNAVAILABLE;
    return FALSE;
  }
  problem = gpgme_op_keylist_start (context, NULL, 0);
  for (guint i = 0; problem == 0 && i < CERTIFICATES_MAX && (problem = gpgme_op_keylist_next (context, &key)) == 0; i++) {
    describe (list, key);
    gpgme_key_unref (key);
  }
  gpgme_op_keylist_end (context);
  return problem == 0 || gpgme_err_code (problem) == GPG_ERR_EOF || mado_pgp_error_set (error, problem, "certificates");
}

GPtrArray *
mado_authorities_list (const MadoConf *conf, GError **error)
{
  g_autofree char *runtime = g_strdup ("/tmp/mdXXXXXX"); /* short, for the socket of the agent that gpgsm wants */
  g_autoptr (MadoPgpHome) home = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gboolean ok;

  if (g_mkdtemp (runtime) == NULL) {
    mado_error_set_errno (error, runtime);
    return NULL;
  }
  home = mado_pgp_home_new (conf, runtime, MADO_PGP_SIGN, 0, error);
  list = home == NULL ? NULL : read_list (mado_pgp_home_path (home), error);
  ok = list != NULL && mado_cms_home_new_ring (mado_pgp_home_path (home), error)
       && look_up (mado_pgp_home_path (home), list, error);
  g_clear_pointer (&home, mado_pgp_home_close);
  mado_fsio_remove_tree (runtime, NULL);
  return ok ? g_steal_pointer (&list) : NULL;
}
