/* key-list.c: see key-list.h. */
#include "madoguchi/pgp/key-list.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"

#include <string.h>
#include <unistd.h>

/* Maxima of the record tables (model/key.c): more would make the table unreadable. */
#define ITEMS_MAX 1000
#define STRING_MAX_BYTES 4000

/* (transfer full) @text as a record can carry it. */
static char *
bounded (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return mado_text_truncate (valid, STRING_MAX_BYTES);
}

/* GPGME's validity in the processing ring: either a key of ours, or one that a key of ours certified. */
static MadoValidity
validity_of (gpgme_validity_t validity)
{
  switch (validity) {
  case GPGME_VALIDITY_NEVER:
    return MADO_VALIDITY_NEVER;
  case GPGME_VALIDITY_FULL:
    return MADO_VALIDITY_FULL;
  case GPGME_VALIDITY_ULTIMATE:
    return MADO_VALIDITY_ULTIMATE;
  default:
    return MADO_VALIDITY_UNKNOWN;
  }
}

/* A user ID with two addresses is for none of them: who certified it may have read the other one. */
static gboolean
has_two_addresses (const char *user_id)
{
  const char *first = user_id == NULL ? NULL : strchr (user_id, '<');

  return first != NULL && strchr (first + 1, '<') != NULL;
}

static void
fill_users (MadoKey *key, gpgme_key_t found)
{
  for (gpgme_user_id_t uid = found->uids; uid != NULL && key->users->len < ITEMS_MAX; uid = uid->next) {
    MadoKeyUser *user = mado_key_user_new ();
    user->user_id = bounded (uid->uid != NULL ? uid->uid : "");
    if (uid->address != NULL && *uid->address != '\0' && !has_two_addresses (uid->uid)) {
      g_autofree char *address = bounded (uid->address);
      user->address = mado_text_fold_address (address);
    }
    user->validity = validity_of (uid->validity);
    if (user->validity >= MADO_VALIDITY_FULL)
      user->vouched_by = g_strdup ("certified");
    user->is_revoked = uid->revoked || uid->invalid;
    g_ptr_array_add (key->users, user);
  }
}

static gboolean
has_secret (const MadoRingEngine *engine, gpgme_key_t found)
{
  for (gpgme_subkey_t subkey = found->subkeys; subkey != NULL; subkey = subkey->next) {
    g_autofree char *path = g_strdup_printf ("%s/private-keys-v1.d/%s.key", engine->gnupg_home,
                                             subkey->keygrip != NULL ? subkey->keygrip : "-");
    if (access (path, F_OK) == 0)
      return TRUE;
  }
  return FALSE;
}

/* gpg says for each subkey whether it can be used now; when the last of them ends the key cannot be written to. */
static void
fill_encryption (MadoKey *key, gpgme_key_t found)
{
  gint64 until = -1;

  key->can_encrypt = found->can_encrypt;
  for (gpgme_subkey_t subkey = found->subkeys; subkey != NULL; subkey = subkey->next) {
    gboolean is_usable = subkey->can_encrypt && !subkey->revoked && !subkey->expired && !subkey->disabled && !subkey->invalid;
    if (is_usable && until != 0)
      until = subkey->expires <= 0 ? 0 : MAX (until, (gint64) subkey->expires);
  }
  key->encrypts_until = MAX (until, 0);
}

static void
fill_subkeys (MadoKey *key, gpgme_key_t found)
{
  g_autoptr (GStrvBuilder) subkeys = g_strv_builder_new ();
  guint count = 0;

  for (gpgme_subkey_t subkey = found->subkeys->next; subkey != NULL && count < ITEMS_MAX; subkey = subkey->next)
    if (subkey->fpr != NULL) {
      g_strv_builder_add (subkeys, subkey->fpr);
      count++;
    }
  g_strfreev (key->subkeys);
  key->subkeys = g_strv_builder_end (subkeys);
}

/* (transfer full, nullable) */
static MadoKey *
make_key (const MadoRingEngine *engine, gpgme_key_t found)
{
  MadoKey *key;
  gpgme_subkey_t primary = found->subkeys;

  if (primary == NULL || primary->fpr == NULL)
    return NULL;
  key = mado_key_new ();
  key->fingerprint = g_ascii_strup (primary->fpr, -1);
  key->created = primary->timestamp > 0 ? primary->timestamp : 0;
  key->expires = primary->expires > 0 ? primary->expires : 0;
  key->is_revoked = found->revoked;
  key->is_expired = found->expired;
  key->is_disabled = found->disabled;
  key->is_distrusted = found->owner_trust == GPGME_VALIDITY_NEVER;
  key->can_sign = found->can_sign;
  key->has_secret = has_secret (engine, found);
  {
    char *algorithm = gpgme_pubkey_algo_string (primary);
    key->algorithm = g_strdup (algorithm);
    gpgme_free (algorithm);
  }
  fill_subkeys (key, found);
  fill_encryption (key, found);
  fill_users (key, found);
  return key;
}

MadoKeyTable *
mado_key_list (MadoRingEngine *engine, const char *pattern, GError **error)
{
  g_autoptr (MadoKeyTable) table = mado_key_table_new ();
  gpgme_error_t problem;
  gpgme_key_t found;

  table->format = MADO_KEY_TABLE_FORMAT;
  table->made = g_get_real_time () / G_USEC_PER_SEC;
  table->trust_model = g_strdup (engine->trust_model);
  problem = gpgme_set_keylist_mode (engine->context, GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_KEYGRIP);
  if (problem == 0)
    problem = gpgme_op_keylist_start (engine->context, pattern, 0);
  while (problem == 0 && (problem = gpgme_op_keylist_next (engine->context, &found)) == 0) {
    MadoKey *key = make_key (engine, found);
    if (key != NULL)
      g_ptr_array_add (table->keys, key);
    gpgme_key_unref (found);
  }
  if (gpgme_err_code (problem) != GPG_ERR_EOF) {
    mado_pgp_error_set (error, problem, "list of keys");
    return NULL;
  }
  return g_steal_pointer (&table);
}
