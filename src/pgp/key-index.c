/* key-index.c: see key-index.h. Three hash tables over the key table; no engine call but the listing that
 * stands in when no table file is there. */
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/own-keys.h"

#include <string.h>
#include <sys/stat.h>

/* About a million keys. */
#define TABLE_BYTES_MAX (1024L * 1024 * 1024)

/* What stat(2) says of a file: changes when the file does. All zero: there is none. */
typedef struct {
  gint64 mtime_ns;
  gint64 size;
  guint64 inode;
} Stamp;

struct _MadoKeyIndex {
  MadoKeyTable *table;
  GHashTable *by_id;  /* upper-case fingerprint or long key id, primary or subkey -> MadoKey (borrowed) */
  GHashTable *pins;   /* lower-case address -> MadoKey (borrowed) */
  GHashTable *maps;   /* lower-case address or domain -> MadoKey (borrowed) */
  GHashTable *found;  /* lower-case address -> GPtrArray of MadoKey (borrowed) */
  GHashTable *distrusted; /* set of upper-case fingerprints (borrowed) */
  Stamp ring, file;
};

static Stamp
stamp_of (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  struct stat info;

  if (stat (path, &info) != 0)
    return (Stamp) { 0 };
  return (Stamp) { (gint64) info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec,
                   info.st_size, info.st_ino };
}

static Stamp
stamp_of_ring (const char *directory)
{
  Stamp ring = stamp_of (directory, "pubring.kbx");

  return ring.inode != 0 ? ring : stamp_of (directory, "pubring.gpg");
}

static gboolean
same_stamp (const Stamp *a, const Stamp *b)
{
  return a->mtime_ns == b->mtime_ns && a->size == b->size && a->inode == b->inode;
}

static void
add_name (MadoKeyIndex *index, const char *id, MadoKey *key)
{
  g_autofree char *upper = g_ascii_strup (id, -1);

  if (!g_hash_table_contains (index->by_id, upper))
    g_hash_table_insert (index->by_id, g_steal_pointer (&upper), key);
}

/* The first one to come stays. */
static void
add_id (MadoKeyIndex *index, const char *fingerprint, MadoKey *key)
{
  gsize length = fingerprint == NULL ? 0 : strlen (fingerprint);

  if (length == 0)
    return;
  add_name (index, fingerprint, key);
  if (length > 16) /* version 4: the key id is the last 64 bits */
    add_name (index, fingerprint + length - 16, key);
}

static void
add_found (MadoKeyIndex *index, const char *address, MadoKey *key)
{
  g_autofree char *lower = g_ascii_strdown (address, -1);
  GPtrArray *keys = g_hash_table_lookup (index->found, lower);

  if (keys == NULL) {
    keys = g_ptr_array_new ();
    g_hash_table_insert (index->found, g_steal_pointer (&lower), keys);
  }
  g_ptr_array_add (keys, key);
}

static void
add_key (MadoKeyIndex *index, MadoKey *key, gint64 now)
{
  if (key->expires != 0 && key->expires <= now) /* may have come after the table was made */
    key->is_expired = TRUE;
  for (char **subkey = key->subkeys; *subkey != NULL; subkey++)
    add_id (index, *subkey, key);
  for (char **address = key->pinned; *address != NULL; address++)
    g_hash_table_insert (index->pins, g_ascii_strdown (*address, -1), key);
  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    if (g_strcmp0 (statement->kind, "map") == 0 && statement->subject != NULL)
      g_hash_table_insert (index->maps, g_ascii_strdown (statement->subject, -1), key);
    else if (g_strcmp0 (statement->kind, "found") == 0 && statement->subject != NULL)
      add_found (index, statement->subject, key);
  }
}

MadoKeyIndex *
mado_key_index_new (MadoKeyTable *table)
{
  MadoKeyIndex *index = g_new0 (MadoKeyIndex, 1);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  index->table = table;
  index->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  index->pins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  index->maps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  index->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  index->distrusted = g_hash_table_new (g_str_hash, g_str_equal);
  for (char **fingerprint = table->distrusted; *fingerprint != NULL; fingerprint++)
    g_hash_table_add (index->distrusted, *fingerprint);
  for (guint i = 0; i < table->keys->len; i++) /* before all subkeys: anybody may take another's key for one of his */
    add_id (index, ((MadoKey *) table->keys->pdata[i])->fingerprint, table->keys->pdata[i]);
  for (guint i = 0; i < table->keys->len; i++)
    add_key (index, table->keys->pdata[i], now);
  return index;
}

void
mado_key_index_free (MadoKeyIndex *index)
{
  if (index == NULL)
    return;
  g_hash_table_unref (index->by_id);
  g_hash_table_unref (index->pins);
  g_hash_table_unref (index->maps);
  g_hash_table_unref (index->found);
  g_hash_table_unref (index->distrusted);
  mado_key_table_free (index->table);
  g_free (index);
}

/* Is the table file @file there, and newer than everything it was made from? */
static gboolean
is_newest (const char *directory, const Stamp *ring, const Stamp *file)
{
  static const char *const sources[] = { "madoguchi-pins", "madoguchi-statements", "trustdb.gpg" };

  if (file->inode == 0 || file->mtime_ns < ring->mtime_ns)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (file->mtime_ns < stamp_of (directory, sources[i]).mtime_ns)
      return FALSE;
  return TRUE;
}

gboolean
mado_key_index_is_due (const MadoKeyIndex *index, const MadoConf *conf, gint64 now)
{
  const char *directory = mado_conf_string (conf, "crypto", "gnupg-home");
  Stamp ring = stamp_of_ring (directory), file = stamp_of (directory, "madoguchi-keys");

  return mado_key_index_is_over (index, now) || !is_newest (directory, &ring, &file);
}

/* The table file, when it is there, readable, newer than what it was made from and of our trust model. A file
 * that we cannot use is no error: the ring itself is the truth. */
static MadoKeyTable *
read_table (const char *directory, const MadoConf *conf, const Stamp *ring, const Stamp *file)
{
  g_autofree char *path = g_build_filename (directory, "madoguchi-keys", NULL);
  g_autoptr (MadoKeyTable) table = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) named = NULL;

  if (!is_newest (directory, ring, file))
    return NULL;
  if (!mado_fsio_read_file (path, TABLE_BYTES_MAX, &bytes, NULL))
    return NULL;
  table = mado_record_from_bytes (&mado_key_table_type, bytes, NULL);
  named = mado_own_keys_named (conf);
  if (table == NULL || table->format != MADO_KEY_TABLE_FORMAT
      || (table->until != 0 && table->until <= g_get_real_time () / G_USEC_PER_SEC)
      || !g_strv_equal ((const char *const *) named, (const char *const *) table->own_named)
      || g_strcmp0 (table->trust_model, mado_conf_string (conf, "crypto", "trust-model")) != 0)
    return NULL;
  return g_steal_pointer (&table);
}

MadoKeyIndex *
mado_key_index_load (const MadoConf *conf, GError **error)
{
  const char *directory = mado_conf_string (conf, "crypto", "gnupg-home");
  Stamp ring = stamp_of_ring (directory), file = stamp_of (directory, "madoguchi-keys");
  MadoKeyTable *table = read_table (directory, conf, &ring, &file);
  MadoKeyIndex *index;

  if (table == NULL)
    table = mado_keyring_list (conf, error);
  if (table == NULL)
    return NULL;
  index = mado_key_index_new (table);
  index->ring = ring;
  index->file = file;
  return index;
}

gboolean
mado_key_index_is_stale (const MadoKeyIndex *index, const MadoConf *conf)
{
  const char *directory = mado_conf_string (conf, "crypto", "gnupg-home");
  Stamp ring = stamp_of_ring (directory), file = stamp_of (directory, "madoguchi-keys");

  return !same_stamp (&ring, &index->ring) || !same_stamp (&file, &index->file);
}

gboolean
mado_key_index_is_over (const MadoKeyIndex *index, gint64 now)
{
  return index->table->until != 0 && index->table->until <= now;
}

const MadoKey *
mado_key_index_find (const MadoKeyIndex *index, const char *fingerprint)
{
  g_autofree char *upper = NULL;

  if (fingerprint == NULL)
    return NULL;
  upper = g_ascii_strup (fingerprint, -1);
  return g_hash_table_lookup (index->by_id, upper);
}

/* Does a member's word stand behind the user ID @user? It does not end by itself; what GnuPG computed may. */
static gboolean
is_stated (const MadoKey *key, const MadoKeyUser *user)
{
  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    if (g_strcmp0 (statement->kind, "certified") == 0 && mado_text_same_address (statement->subject, user->address))
      return TRUE;
  }
  return user->validity == MADO_VALIDITY_ULTIMATE;
}

/* The best that the user IDs of @key with @address have, and what gives it to them; FALSE when there is no such user
 * ID. */
static gboolean
judge_users (const MadoKey *key, const char *address, gboolean is_over, MadoValidity *validity, const char **vouched_by)
{
  gboolean found = FALSE, is_never = FALSE;
  MadoValidity best = MADO_VALIDITY_UNKNOWN;

  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (user->is_revoked || user->address == NULL || !mado_text_same_address (user->address, address))
      continue;
    found = TRUE;
    if (user->validity == MADO_VALIDITY_NEVER)
      is_never = TRUE;
    if (user->validity <= MAX (best, MADO_VALIDITY_NEVER) || (is_over && !is_stated (key, user)))
      continue;
    best = user->validity;
    *vouched_by = g_strcmp0 (user->vouched_by, "web-of-trust") == 0 ? "web-of-trust" : "certified";
  }
  *validity = best == MADO_VALIDITY_UNKNOWN && is_never ? MADO_VALIDITY_NEVER : best;
  return found;
}

/* Did the owner of @key take back the user ID with @address? With a revoked key gpg lists all as revoked. */
static gboolean
has_revoked_user (const MadoKey *key, const char *address)
{
  for (guint i = 0; !key->is_revoked && i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (user->is_revoked && user->address != NULL && mado_text_same_address (user->address, address))
      return TRUE;
  }
  return FALSE;
}

/* The key that @lower, an address, or else its domain speaks through. */
static const MadoKey *
find_map (const MadoKeyIndex *index, const char *lower)
{
  const char *at = strrchr (lower, '@');
  const MadoKey *key = at == NULL ? NULL : g_hash_table_lookup (index->maps, lower);

  return key != NULL || at == NULL ? key : g_hash_table_lookup (index->maps, at + 1);
}

MadoValidity
mado_key_index_judge (const MadoKeyIndex *index, const MadoKey *key, const char *address, gboolean *matches,
                      const char **vouched_by)
{
  g_autofree char *lower = address == NULL ? NULL : g_ascii_strdown (address, -1);
  const MadoKey *pinned = lower == NULL ? NULL : g_hash_table_lookup (index->pins, lower);
  MadoValidity validity = MADO_VALIDITY_UNKNOWN;
  gboolean is_over = mado_key_index_is_over (index, g_get_real_time () / G_USEC_PER_SEC);
  const char *reason = NULL;
  gboolean is_named = address != NULL && judge_users (key, address, is_over, &validity, &reason);
  gboolean is_pinned = pinned != NULL && pinned == key && (is_named || !has_revoked_user (key, address));
  gboolean is_mapped = lower != NULL && find_map (index, lower) == key;

  *vouched_by = NULL;
  *matches = is_named || is_pinned || is_mapped;
  if (mado_key_index_is_retired (index, key)) {
    *matches = FALSE;
    return MADO_VALIDITY_NEVER;
  }
  if (key->is_distrusted || key->is_disabled || key->is_revoked)
    return MADO_VALIDITY_NEVER;
  if (is_pinned) {
    *vouched_by = "pin";
    return MAX (validity, MADO_VALIDITY_FULL);
  }
  if (pinned != NULL && *matches)
    return MADO_VALIDITY_NEVER;
  if (is_mapped) {
    *vouched_by = "map";
    return MAX (validity, MADO_VALIDITY_FULL);
  }
  if (validity >= MADO_VALIDITY_MARGINAL)
    *vouched_by = reason;
  return validity;
}

const char *
mado_key_index_found_by (const MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    if (g_strcmp0 (statement->kind, "found") == 0 && mado_text_same_address (statement->subject, address))
      return statement->by != NULL ? statement->by : "directory";
  }
  return NULL;
}

static gboolean
names_address (const MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (!user->is_revoked && user->address != NULL && mado_text_same_address (user->address, address))
      return TRUE;
  }
  return FALSE;
}

/* Two of the same age: by fingerprint, so that nothing depends on their order in the ring. */
static gint
compare_age (gconstpointer a, gconstpointer b)
{
  const MadoKey *left = *(const MadoKey *const *) a, *right = *(const MadoKey *const *) b;

  if (left->created != right->created)
    return left->created > right->created ? -1 : 1;
  return strcmp (left->fingerprint, right->fingerprint);
}

GPtrArray *
mado_key_index_list_found (const MadoKeyIndex *index, const char *address)
{
  g_autofree char *lower = address == NULL ? NULL : g_ascii_strdown (address, -1);
  const GPtrArray *keys = lower == NULL ? NULL : g_hash_table_lookup (index->found, lower);
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    if (names_address (keys->pdata[i], address) && !mado_key_index_is_retired (index, keys->pdata[i]))
      g_ptr_array_add (list, keys->pdata[i]);
  g_ptr_array_sort (list, compare_age);
  return list;
}

const char *
mado_key_index_own_kind (const MadoKeyIndex *index, const char *fingerprint)
{
  const MadoOwnKey *part = mado_own_keys_find_part (index->table->own, fingerprint);

  return part != NULL ? part->kind : mado_own_keys_kind ((const char *const *) index->table->own_named, fingerprint);
}

gboolean
mado_key_index_is_retired (const MadoKeyIndex *index, const MadoKey *key)
{
  const char *kind = mado_own_keys_kind ((const char *const *) index->table->own_named, key->fingerprint);

  return kind != NULL && strcmp (kind, "team") != 0;
}

gboolean
mado_key_index_is_distrusted (const MadoKeyIndex *index, const char *fingerprint)
{
  g_autofree char *upper = fingerprint == NULL ? NULL : g_ascii_strup (fingerprint, -1);

  return upper != NULL && g_hash_table_contains (index->distrusted, upper);
}

char **
mado_key_index_forerunners (const MadoKeyIndex *index, const MadoKey *key, const char *address)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    const MadoKey *older = NULL;

    if (g_strcmp0 (statement->kind, "successor") == 0 && mado_text_same_address (statement->subject, address))
      older = mado_key_index_find (index, statement->by);
    if (older != NULL && older != key && !older->is_revoked && !older->is_distrusted && !older->is_disabled)
      g_strv_builder_add (found, older->fingerprint);
  }
  return g_strv_builder_end (found);
}

const MadoKeyTable *
mado_key_index_table (const MadoKeyIndex *index)
{
  return index->table;
}
