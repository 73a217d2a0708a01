/* adopt.c: see adopt.h. The bytes are a stranger's, and so is the name under which they were found. Vouches for nothing. */
#include "madoguchi/pgp/adopt.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/found.h"
#include "madoguchi/pgp/key-list.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/own-keys.h"
#include "madoguchi/pgp/ring-engine.h"
#include "madoguchi/pgp/statements.h"

/* So many addresses may one key be found for: more would crowd out what the team says of it. */
#define FOUND_PER_KEY_MAX 100

static MadoKey *
find_key (const MadoKeyTable *table, const char *fingerprint)
{
  for (guint i = 0; i < table->keys->len; i++) {
    MadoKey *key = table->keys->pdata[i];
    if (g_ascii_strcasecmp (key->fingerprint, fingerprint) == 0)
      return key;
  }
  return NULL;
}

static gboolean
is_team_address (const MadoConf *conf, const char *address)
{
  for (const char *const *ours = mado_conf_list (conf, "team", "address"); *ours != NULL; ours++)
    if (mado_text_same_address (*ours, address))
      return TRUE;
  return FALSE;
}

/* @named: what the configuration calls ours. */
static gboolean
is_own (char **named, const MadoKeyTable *before, const char *fingerprint)
{
  const MadoKey *key = find_key (before, fingerprint);

  return mado_own_keys_kind ((const char *const *) named, fingerprint) != NULL || (key != NULL && key->has_secret);
}

static guint
count_found (const MadoKey *key)
{
  guint count = 0;

  for (guint i = 0; i < key->statements->len; i++)
    count += g_strcmp0 (((const MadoKeyStatement *) key->statements->pdata[i])->kind, "found") == 0;
  return count;
}

static gboolean
check_offer (const MadoConf *conf, const MadoKeyOffer *offer, const MadoKeyTable *before, char **fingerprints, GError **error)
{
  g_auto (GStrv) ours = mado_own_keys_named (conf);
  guint known = 0, more = 0;

  for (guint i = 0; i < before->keys->len; i++)
    known += count_found (before->keys->pdata[i]) > 0;
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    if (is_team_address (conf, offer->address) || is_own (ours, before, *fingerprint)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s is the team's own", *fingerprint);
      return FALSE;
    }
    more += find_key (before, *fingerprint) == NULL;
  }
  if (more == 0 || known + more <= (guint) mado_conf_int (conf, "discovery", "max-keys"))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "more keys from directories than [discovery] max-keys");
  return FALSE;
}

/* gpg has the last word: a user ID without a good signature of its key is not there now. */
static gboolean
names_address (const MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (user->address != NULL && mado_text_same_address (user->address, address))
      return TRUE;
  }
  return FALSE;
}

static gboolean
note_offer (MadoRingEngine *engine, const MadoKeyOffer *offer, const MadoKeyTable *before, const MadoKeyTable *after,
            char **fingerprints, GError **error)
{
  g_autoptr (MadoStatements) statements = mado_statements_read (engine->gnupg_home, error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (statements == NULL)
    return FALSE;
  for (guint i = 0; offer->wanted == NULL && i < before->keys->len; i++) { /* the directory does not offer it any more */
    const MadoKey *key = before->keys->pdata[i];
    for (guint k = 0; k < key->statements->len; k++) {
      const MadoKeyStatement *old = key->statements->pdata[k];
      if (g_strcmp0 (old->kind, "found") == 0 && g_strcmp0 (old->by, offer->source) == 0
          && mado_text_same_address (old->subject, offer->address))
        mado_statements_drop (statements, "found", old->subject, key->fingerprint);
    }
  }
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    const MadoKey *key = find_key (after, *fingerprint), *old = find_key (before, *fingerprint);
    if (key != NULL && names_address (key, offer->address) && (old == NULL || count_found (old) < FOUND_PER_KEY_MAX))
      mado_statements_set (statements, "found", offer->address, *fingerprint, offer->source, now);
  }
  return mado_statements_write (statements, engine->gnupg_home, error);
}

/* Is anything else known of the key than before, beside what the house says of it? */
static gboolean
has_changed (const MadoKey *before, const MadoKey *after)
{
  g_autoptr (MadoKey) a = mado_key_copy (before), b = mado_key_copy (after);

  for (guint i = 0; i < 2; i++) {
    MadoKey *key = i == 0 ? a : b;
    for (guint k = 0; k < key->statements->len; k++)
      mado_key_statement_free (key->statements->pdata[k]);
    g_ptr_array_set_size (key->statements, 0);
    for (guint k = 0; k < key->users->len; k++) {
      MadoKeyUser *user = key->users->pdata[k];
      user->validity = MADO_VALIDITY_UNKNOWN;
      g_clear_pointer (&user->vouched_by, g_free);
    }
  }
  g_autoptr (GVariant) left = g_variant_ref_sink (mado_key_to_variant (a)), right = g_variant_ref_sink (mado_key_to_variant (b));
  return !g_variant_equal (left, right);
}

static GPtrArray *
tell_found (const MadoKeyOffer *offer, const MadoKeyTable *before, const MadoKeyTable *after, char **fingerprints)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_found_key_free);

  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    const MadoKey *old = find_key (before, *fingerprint), *key = find_key (after, *fingerprint);
    if (key == NULL || (!names_address (key, offer->address) && g_strcmp0 (offer->wanted, *fingerprint) != 0))
      continue;
    MadoFoundKey *found = mado_found_key_new ();
    found->address = g_strdup (offer->address);
    found->source = g_strdup (offer->source);
    found->fingerprint = g_strdup (key->fingerprint);
    found->outcome = g_strdup (old == NULL ? "new" : has_changed (old, key) ? "updated" : "unchanged");
    found->was_expires = old != NULL ? old->expires : 0;
    found->expires = key->expires;
    found->is_revoked = key->is_revoked;
    found->is_expired = key->is_expired;
    found->can_encrypt = key->can_encrypt;
    g_ptr_array_add (list, found);
  }
  return list;
}

/* (transfer full) the ring as it is, with what the house says. */
static MadoKeyTable *
list_before (MadoRingEngine *engine, GError **error)
{
  g_autoptr (MadoStatements) statements = mado_statements_read (engine->gnupg_home, error);
  g_autoptr (MadoKeyTable) table = statements == NULL ? NULL : mado_key_list (engine, NULL, error);

  for (guint i = 0; table != NULL && i < table->keys->len; i++)
    mado_statements_apply (statements, table->keys->pdata[i]);
  return g_steal_pointer (&table);
}

gboolean
mado_adopt_keys (const MadoConf *conf, const MadoKeyOffer *offer, GPtrArray **found, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  g_auto (GStrv) named = NULL, fingerprints = NULL;
  g_autoptr (MadoKeyTable) before = NULL, between = NULL, after = NULL;
  g_autoptr (GBytes) clean = NULL;

  if (!mado_found_read (offer->block, offer->address, offer->wanted, &clean, &named, error)
      || !mado_ring_engine_open (&engine, conf, TRUE, error))
    return FALSE;
  before = list_before (&engine, error);
  if (before == NULL || !check_offer (conf, offer, before, named, error)
      || !mado_keyring_take (&engine, clean, &fingerprints, error))
    return FALSE;
  between = mado_key_list (&engine, NULL, error);
  if (between == NULL || !note_offer (&engine, offer, before, between, fingerprints, error)
      || !mado_keyring_write (&engine, &after, error))
    return FALSE;
  *found = tell_found (offer, before, after, fingerprints);
  if ((*found)->len > 0)
    return TRUE;
  g_clear_pointer (found, g_ptr_array_unref);
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "no key in it whose own signatures hold");
  return FALSE;
}
