/* candidates.c: see candidates.h. Must never write to the ring: a key that a stranger offers is used for one answer and
 * forgotten. */
#include "madoguchi/pgp/candidates.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/key-list.h"

#include <string.h>

#define BLOCKS_MAX 3 /* of one mail that are read */
#define CANDIDATES_MAX 50

/* --- facts ---------------------------------------------------------------------------------------------- */

/* Does @key name @address, or did it? @is_revoked: by a user ID that its owner took back. */
static gboolean
has_user (const MadoKey *key, const char *address, gboolean is_revoked)
{
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if ((user->is_revoked != 0) == is_revoked && user->address != NULL && mado_text_same_address (user->address, address))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_pinned_for (const MadoKey *key, const char *address)
{
  for (char **pinned = key->pinned; *pinned != NULL; pinned++)
    if (mado_text_same_address (*pinned, address))
      return TRUE;
  return FALSE;
}

static gboolean
is_mapped_for (const MadoKey *key, const char *address)
{
  const char *at = strrchr (address, '@');

  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    if (g_strcmp0 (statement->kind, "map") == 0 && statement->subject != NULL
        && (mado_text_same_address (statement->subject, address)
            || (at != NULL && g_ascii_strcasecmp (statement->subject, at + 1) == 0)))
      return TRUE;
  }
  return FALSE;
}

/* (transfer none, nullable) the key that is pinned for @address. */
static const MadoKey *
find_pinned (const MadoKeyIndex *index, const char *address)
{
  const GPtrArray *keys = mado_key_index_table (index)->keys;

  for (guint i = 0; i < keys->len; i++)
    if (is_pinned_for (keys->pdata[i], address))
      return keys->pdata[i];
  return NULL;
}

/* What @key says of itself. */
static void
fill_facts (MadoKeyCandidate *candidate, const MadoKey *key, const char *address)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  candidate->is_present = TRUE;
  candidate->is_own = candidate->is_own || key->has_secret;
  candidate->is_revoked = key->is_revoked;
  candidate->is_expired = key->is_expired || (key->expires != 0 && key->expires <= now);
  candidate->is_disabled = key->is_disabled;
  candidate->is_distrusted = candidate->is_distrusted || key->is_distrusted;
  candidate->can_encrypt = key->can_encrypt;
  candidate->encrypts_until = key->encrypts_until;
  candidate->names_address = has_user (key, address, FALSE);
  candidate->is_name_revoked = has_user (key, address, TRUE);
}

/* What the house says of a key that is in the ring. */
static void
judge (MadoKeyCandidate *candidate, const MadoKeyIndex *index, const MadoKey *key, const MadoKey *pinned, const char *address)
{
  const char *vouched_by = NULL;

  fill_facts (candidate, key, address);
  mado_key_index_judge (index, key, address, &candidate->names_address, &vouched_by);
  candidate->is_displaced = pinned != NULL && pinned != key;
  g_clear_pointer (&candidate->block, g_free); /* the ring has it, and knows it better */
}

/* --- candidates of the ring ----------------------------------------------------------------------------- */

static void
add (GPtrArray *candidates, const char *source, const MadoKey *key)
{
  MadoKeyCandidate *candidate;

  if (candidates->len >= CANDIDATES_MAX)
    return;
  candidate = mado_key_candidate_new ();
  candidate->source = g_strdup (source);
  candidate->protocol = g_strdup ("openpgp");
  candidate->fingerprint = g_strdup (key->fingerprint);
  g_ptr_array_add (candidates, candidate);
}

/* How the house came to know @key as one for @address; NULL: it did not. */
static const char *
source_of (const MadoKeyIndex *index, const MadoKey *key, const char *address)
{
  const char *vouched_by = NULL;
  gboolean matches;

  if (is_pinned_for (key, address))
    return "pinned";
  if (is_mapped_for (key, address))
    return "mapped";
  if (has_user (key, address, FALSE)
      && mado_key_index_judge (index, key, address, &matches, &vouched_by) >= MADO_VALIDITY_FULL)
    return vouched_by;
  return NULL;
}

static void
add_known (const MadoKeyIndex *index, const char *address, GPtrArray *candidates)
{
  const GPtrArray *keys = mado_key_index_table (index)->keys;
  g_autoptr (GPtrArray) found = mado_key_index_list_found (index, address);

  for (guint i = 0; i < keys->len; i++) {
    const char *source = source_of (index, keys->pdata[i], address);
    if (source != NULL)
      add (candidates, source, keys->pdata[i]);
  }
  for (guint i = 0; i < found->len; i++)
    add (candidates, mado_key_index_found_by (found->pdata[i], address), found->pdata[i]);
}

void
mado_candidates_fill (const MadoKeyIndex *index, const char *team, const char *address, GPtrArray *candidates)
{
  const MadoKey *pinned = find_pinned (index, address);

  add_known (index, address, candidates);
  for (guint i = 0; i < candidates->len; i++) {
    MadoKeyCandidate *candidate = candidates->pdata[i];
    gboolean is_openpgp = g_strcmp0 (candidate->protocol, "openpgp") == 0;
    const MadoKey *key = is_openpgp ? mado_key_index_find (index, candidate->fingerprint) : NULL;

    candidate->is_own = mado_key_index_own_kind (index, candidate->fingerprint) != NULL
                        || (team != NULL && g_ascii_strcasecmp (team, candidate->fingerprint) == 0);
    candidate->is_distrusted = mado_key_index_is_distrusted (index, candidate->fingerprint);
    candidate->is_displaced = is_openpgp && pinned != NULL;
    if (key != NULL)
      judge (candidate, index, key, pinned, address);
  }
}

/* --- keys that are not in the ring ---------------------------------------------------------------------- */

/* (transfer full, nullable) @fingerprint's key as it stands in the engine's ring, in base64. */
static char *
export_block (MadoRingEngine *engine, const char *fingerprint)
{
  gpgme_data_t data;
  size_t length = 0;
  char *bytes, *block = NULL;

  if (gpgme_data_new (&data) != 0)
    return NULL;
  gpgme_set_armor (engine->context, 0);
  if (gpgme_op_export (engine->context, fingerprint, GPGME_EXPORT_MODE_MINIMAL, data) != 0) {
    gpgme_data_release (data);
    return NULL;
  }
  bytes = gpgme_data_release_and_get_mem (data, &length);
  if (length > 0 && length < MADO_KEY_BLOCK_MAX / 4 * 3)
    block = g_base64_encode ((const guchar *) bytes, length);
  gpgme_free (bytes);
  return block;
}

/* TRUE: what could be found out was. */
static gboolean
read_block (const MadoConf *conf, const char *address, MadoKeyCandidate *candidate, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  gsize length = 0;
  guchar *bytes = g_base64_decode (candidate->block, &length);
  g_autoptr (GBytes) block = g_bytes_new_take (bytes, length);
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoKeyTable) table = NULL;
  g_autofree char *ring = NULL, *clean = NULL;
  g_auto (GStrv) found = NULL;

  if (!mado_ring_engine_open (&engine, conf, FALSE, error))
    return FALSE;
  ring = g_build_filename (engine.scratch, "offered.kbx", NULL);
  if (!mado_ring_engine_use (&engine, MADO_RING_IMPORT, ring, error))
    return FALSE;
  if (!mado_ring_engine_import (&engine, block, &found, &problem)) {
    if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_PERM))
      return TRUE; /* no key that gpg could use */
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  table = mado_key_list (&engine, candidate->fingerprint, error);
  if (table == NULL)
    return FALSE;
  clean = export_block (&engine, candidate->fingerprint);
  if (table->keys->len != 1 || clean == NULL)
    return TRUE;
  fill_facts (candidate, table->keys->pdata[0], address);
  g_free (candidate->block);
  candidate->block = g_steal_pointer (&clean);
  return TRUE;
}

gboolean
mado_candidates_read_blocks (const MadoConf *conf, const MadoKeyIndex *index, const char *address, GPtrArray *candidates,
                             GError **error)
{
  guint count = 0;

  for (guint i = 0; i < candidates->len && count < BLOCKS_MAX; i++) {
    MadoKeyCandidate *candidate = candidates->pdata[i];
    if (candidate->block == NULL || candidate->is_own || g_strcmp0 (candidate->protocol, "openpgp") != 0 || mado_key_index_find (index, candidate->fingerprint) != NULL
        || strlen (candidate->fingerprint) != 40 || strspn (candidate->fingerprint, "0123456789ABCDEF") != 40)
      continue;
    count++;
    if (!read_block (conf, address, candidate, error))
      return FALSE;
  }
  return TRUE;
}
