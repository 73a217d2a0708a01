/* own-secrets.c: see own-secrets.h. For `madoguchi doctor` and `madoguchi keys roll-over`, by whoever may reach the
 * agents. The agent is asked directly: its restricted socket answers HAVEKEY (GnuPG, agent/command.c), and refuses what
 * gpg asks when it lists secret keys. */
#include "madoguchi/pgp/own-secrets.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/context.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_SECONDS 5
#define LINE_MAX_BYTES 1002 /* of libassuan, with its line feed */

/* -1 on failure; the greeting is still to be read. */
static int
connect_agent (const char *path, GError **error)
{
  struct timeval patience = { .tv_sec = ANSWER_SECONDS };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return mado_error_set_errno (error, "socket"), -1;
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  mado_error_set_errno (error, path);
  close (fd);
  return -1;
}

/* The agent's next line; @is_ok: does it begin with OK? Status lines do not come here. */
static gboolean
read_answer (int fd, gboolean *is_ok, GError **error)
{
  char line[LINE_MAX_BYTES];
  gsize length = 0;

  while (length < sizeof line && recv (fd, line + length, 1, 0) == 1)
    if (line[length++] == '\n') {
      *is_ok = length >= 3 && memcmp (line, "OK", 2) == 0;
      return TRUE;
    }
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg-agent does not answer");
  return FALSE;
}

static gboolean
has_key (int fd, const char *keygrip, gboolean *has, GError **error)
{
  g_autofree char *line = g_strdup_printf ("HAVEKEY %s\n", keygrip);

  if (send (fd, line, strlen (line), MSG_NOSIGNAL) != (gssize) strlen (line)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg-agent does not listen");
    return FALSE;
  }
  return read_answer (fd, has, error);
}

typedef struct {
  GHashTable *found;
  GHashTable *keygrips; /* nullable */
} Answer;

static gboolean
ask_parts (int fd, const Answer *answer, gpgme_key_t key, GError **error)
{
  for (gpgme_subkey_t part = key->subkeys; part != NULL; part = part->next) {
    gboolean has = FALSE;
    if (part->fpr == NULL || part->keygrip == NULL)
      continue;
    if (!has_key (fd, part->keygrip, &has, error))
      return FALSE;
    if (has)
      g_hash_table_add (answer->found, g_ascii_strup (part->fpr, -1));
    if (answer->keygrips != NULL)
      g_hash_table_insert (answer->keygrips, g_ascii_strup (part->fpr, -1), g_strdup (part->keygrip));
  }
  return TRUE;
}

static gboolean
ask_keys (int fd, const char *home, const char *const *fingerprints, const Answer *answer, GError **error)
{
  g_auto (gpgme_ctx_t) context = mado_pgp_context_new (home, error);
  gpgme_error_t problem;
  gboolean ok = TRUE;

  if (context == NULL)
    return FALSE;
  problem = gpgme_set_keylist_mode (context, GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_KEYGRIP);
  for (gsize i = 0; ok && problem == 0 && fingerprints[i] != NULL; i++) {
    gpgme_key_t key = NULL;
    problem = gpgme_get_key (context, fingerprints[i], &key, 0);
    if (gpgme_err_code (problem) == GPG_ERR_EOF)
      problem = 0; /* not in the keyring */
    if (key == NULL)
      continue;
    ok = ask_parts (fd, answer, key, error);
    gpgme_key_unref (key);
  }
  return ok && (problem == 0 || mado_pgp_error_set (error, problem, "secret keys"));
}

static gboolean
ask (MadoPgpHome *home, const char *const *fingerprints, const Answer *answer, GError **error)
{
  gboolean ok, is_ready = FALSE;
  int fd;

  if (!mado_pgp_home_check_agent (home, error))
    return FALSE;
  fd = connect_agent (mado_pgp_home_agent (home), error);
  if (fd < 0)
    return FALSE;
  ok = read_answer (fd, &is_ready, error) && ask_keys (fd, mado_pgp_home_path (home), fingerprints, answer, error);
  close (fd);
  return ok;
}

GHashTable *
mado_own_secrets_list (const MadoConf *conf, MadoPgpPurpose purpose, const char *const *fingerprints, GHashTable *keygrips,
                       GError **error)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const Answer answer = { found, keygrips };
  g_autofree char *runtime = g_strdup ("/tmp/mdXXXXXX"); /* short, for the socket of an agent */
  g_autoptr (MadoPgpHome) home = NULL;
  gboolean ok;

  if (g_mkdtemp (runtime) == NULL) {
    mado_error_set_errno (error, runtime);
    return NULL;
  }
  home = mado_pgp_home_new (conf, runtime, purpose, 0, error);
  ok = home != NULL && ask (home, fingerprints, &answer, error);
  g_clear_pointer (&home, mado_pgp_home_close);
  mado_fsio_remove_tree (runtime, NULL);
  return ok ? g_steal_pointer (&found) : NULL;
}
