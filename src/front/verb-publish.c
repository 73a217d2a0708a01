/* verb-publish.c: `madoguchi publish [DIR]`: gathers the key and the signed security.txt, from the keeper when one runs and
 * else by itself, and only then writes. Nothing is sent anywhere: whoever keeps the web server copies the directory. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/publish.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/security-txt.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_MAX (16 * 1024 * 1024)

/* (transfer full) what rides along with the keeper's answer to @verb. */
static GBytes *
ask_file (const MadoConf *conf, const char *verb, GVariant *body, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  GBytes *bytes = NULL;

  if (!mado_member_ask (conf, verb, body, -1, &answer, error))
    return NULL;
  if (answer.fd < 0 || lseek (answer.fd, 0, SEEK_SET) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "%s: the keeper sent nothing along", verb);
    return NULL;
  }
  return mado_fsio_read_all (answer.fd, ANSWER_MAX, &bytes, error) ? bytes : NULL;
}

/* (transfer full) security.txt, signed through the agent that a signer would ask. */
static GBytes *
sign_here (const MadoConf *conf, gint64 now, GError **error)
{
  g_autofree char *runtime = g_strdup ("/tmp/mdXXXXXX");
  g_autoptr (MadoPgpHome) home = NULL;
  g_autoptr (MadoSealer) sealer = NULL;
  GBytes *text = NULL;

  if (g_mkdtemp (runtime) == NULL) {
    mado_error_set_errno (error, runtime);
    return NULL;
  }
  home = mado_pgp_home_new (conf, runtime, MADO_PGP_SIGN, 0, error);
  if (home != NULL && mado_pgp_home_check_agent (home, error))
    sealer = mado_sealer_new (home, mado_conf_string (conf, "team", "key"), error);
  if (sealer != NULL)
    text = mado_security_txt_sign (conf, sealer, now, error);
  g_clear_pointer (&sealer, mado_sealer_free);
  g_clear_pointer (&home, mado_pgp_home_close);
  mado_fsio_remove_tree (runtime, NULL);
  return text;
}

/* (transfer full) */
static GPtrArray *
make_plan (const MadoConf *conf, gint64 now, GError **error)
{
  const char *fingerprint = mado_conf_string (conf, "team", "key");
  gboolean has_keeper = mado_member_keeper_runs (conf);
  g_autoptr (GBytes) key = NULL, security_txt = NULL;

  if (fingerprint == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key is not set: there is nothing to publish");
    return NULL;
  }
  key = has_keeper ? ask_file (conf, "keys-export", mado_member_body ("fingerprint", fingerprint, NULL), error)
                   : mado_keyring_export (conf, fingerprint, error);
  if (key != NULL)
    security_txt = has_keeper ? ask_file (conf, "security-txt", NULL, error) : sign_here (conf, now, error);
  return security_txt == NULL ? NULL : mado_publish_plan (conf, key, security_txt, error);
}

static gboolean
print (MadoCli *cli, const MadoPublication *done, GError **error)
{
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_publication_type, done, error);
  for (guint i = 0; i < done->files->len; i++) {
    const MadoPublishedFile *file = done->files->pdata[i];
    g_autofree char *path = mado_text_escape_line (file->path);
    g_autoptr (GString) text = g_string_new (NULL);
    mado_view_cell (text, _ (file->action), 11);
    g_string_append_printf (text, "%s\n", path);
    if (!mado_cli_print (cli, text->str, error))
      return FALSE;
  }
  return TRUE;
}

/* What a person has to know beside the list; kept files that are not meant to be edited make the answer no. */
static void
complain (MadoCli *cli, const MadoPublication *done)
{
  for (guint i = 0; i < done->files->len; i++) {
    const MadoPublishedFile *file = done->files->pdata[i];
    const char *why = NULL;
    if (strcmp (file->action, "kept") == 0 && g_strcmp0 (file->what, "rfc2350") != 0)
      why = N_ ("is somebody else's, or was changed by hand; --force replaces it");
    else if (strcmp (file->action, "stale") == 0)
      why = N_ ("is of an earlier run and not published any more; remove it");
    else if (strcmp (file->action, "left-out") == 0)
      why = N_ ("no user ID of the key names this address (gpg --quick-add-uid)");
    if (why == NULL)
      continue;
    g_autofree char *what = g_strdup_printf ("publish: %s: %s", file->path, why);
    mado_cli_warn (what);
    if (strcmp (file->action, "kept") == 0)
      cli->status = 1;
  }
}

gboolean
mado_verb_publish (MadoCli *cli, GError **error)
{
  const char *directory = mado_cli_argument (cli, 0);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (MadoPublication) done = NULL;
  g_autoptr (GPtrArray) plan = NULL;

  if (directory == NULL)
    directory = mado_conf_string (cli->conf, "publish", "directory");
  if (directory == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "publish: name a directory, or set [publish] directory");
    return FALSE;
  }
  umask (022); /* it is for everybody to read, whoever writes it */
  plan = make_plan (cli->conf, now, error);
  if (plan == NULL || !mado_publish_write (directory, plan, cli->options.force, now, &done, error))
    return FALSE;
  done->fingerprint = g_ascii_strup (mado_conf_string (cli->conf, "team", "key"), -1);
  complain (cli, done);
  return print (cli, done, error);
}
