/* checks-keys.c: see checks-keys.h. */
#include "madoguchi/front/checks-keys.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/words.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/own-secrets.h"

#include <string.h>

typedef struct {
  const MadoConf *conf;
  gint64 now;
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, name, status, detail);
}

static void
check_team_key (const Checks *checks, const MadoKeyIndex *index)
{
  const char *fingerprint = mado_conf_string (checks->conf, "team", "key");
  const MadoKey *key = mado_key_index_find (index, fingerprint);

  if (fingerprint == NULL)
    say (checks, "team-key", MADO_CHECK_FAIL, "[team] key is not set: no answer can be signed");
  else if (key == NULL || g_ascii_strcasecmp (key->fingerprint, fingerprint) != 0)
    say (checks, "team-key", MADO_CHECK_FAIL, "%s is not in the keyring", fingerprint);
  else if (key->is_revoked || key->is_disabled)
    say (checks, "team-key", MADO_CHECK_FAIL, "%s is revoked or disabled", fingerprint);
  else if (!key->can_sign || !key->can_encrypt)
    say (checks, "team-key", MADO_CHECK_FAIL, "%s %s", fingerprint,
         key->can_sign ? N_ ("has no encryption subkey that is valid") : N_ ("cannot sign"));
  else
    say (checks, "team-key", MADO_CHECK_OK, "%s signs and encrypts", fingerprint);
}

/* One line for each part of each key and certificate. */
static void
check_ends (const Checks *checks, const GPtrArray *own)
{
  static const MadoCheckStatus statuses[] = { MADO_CHECK_OK, MADO_CHECK_WARN, MADO_CHECK_FAIL };
  g_autoptr (GPtrArray) notices = mado_own_keys_judge (own, checks->now);

  for (guint i = 0; i < notices->len; i++) {
    const MadoKeyNotice *notice = notices->pdata[i];
    say (checks, "key-expiry", statuses[notice->level], "%s", notice->text);
  }
}

/* (transfer full) the primary keys among @own. */
static char **
list_openpgp (const GPtrArray *own)
{
  g_autoptr (GStrvBuilder) fingerprints = g_strv_builder_new ();

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    if (key->protocol == MADO_PROTOCOL_OPENPGP && key->subkey == NULL && !key->is_missing)
      g_strv_builder_add (fingerprints, key->fingerprint);
  }
  return g_strv_builder_end (fingerprints);
}

/* Does the agent of the opener have every key that mail may be encrypted to? */
static void
check_secrets (const Checks *checks, const GPtrArray *own)
{
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) fingerprints = list_openpgp (own);
  g_autoptr (GHashTable) secrets
      = mado_own_secrets_list (checks->conf, MADO_PGP_DECRYPT, (const char *const *) fingerprints, NULL, &problem);
  guint count = 0, missing = 0;

  if (secrets == NULL) {
    say (checks, "decrypt-keys", MADO_CHECK_FAIL, "%s", problem->message);
    return;
  }
  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    const char *part = key->subkey != NULL ? key->subkey : key->fingerprint;
    gboolean is_team = strcmp (key->kind, "team") == 0;
    if (key->protocol != MADO_PROTOCOL_OPENPGP || !g_strv_contains ((const char *const *) key->uses, "encrypt"))
      continue;
    count++;
    if (g_hash_table_contains (secrets, part))
      continue;
    missing++;
    say (checks, "decrypt-keys", is_team && !key->is_revoked ? MADO_CHECK_FAIL : MADO_CHECK_WARN,
         "the decrypt agent has no secret key for %s (%s): mail that is encrypted to it cannot be opened", part, key->kind);
  }
  if (count > 0 && missing == 0)
    say (checks, "decrypt-keys", MADO_CHECK_OK, "the decrypt agent has all %u", count);
}

/* A secret key that nobody named could be a reporter's for all that the configuration knows. */
static void
check_unnamed (const Checks *checks, const MadoKeyIndex *index)
{
  const GPtrArray *keys = mado_key_index_table (index)->keys;

  for (guint i = 0; i < keys->len; i++) {
    const MadoKey *key = keys->pdata[i];
    if (key->has_secret && mado_key_index_own_kind (index, key->fingerprint) == NULL)
      say (checks, "own-keys", MADO_CHECK_WARN, "%s has its secret key in gnupg-home: name it in [team] old-keys or shared-keys",
           key->fingerprint);
  }
}

void
mado_checks_keys (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data)
{
  const Checks checks = { conf, now, report, data };
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (conf, &problem);
  const GPtrArray *own;

  if (index == NULL) {
    say (&checks, "team-key", MADO_CHECK_FAIL, "%s", problem->message);
    return;
  }
  own = mado_key_index_table (index)->own;
  check_team_key (&checks, index);
  check_ends (&checks, own);
  check_secrets (&checks, own);
  check_unnamed (&checks, index);
}
