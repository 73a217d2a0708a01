/* madoguchi-keyring.c: the sole writer of the public keyring and of what the house says of keys. Asked by the keeper, for members.
 * Reads key blocks that strangers sent, and so has no network, no store and no secret key. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/pgp/adopt.h"
#include "madoguchi/pgp/candidates.h"
#include "madoguchi/pgp/door-file.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/role/role.h"

#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES_MAX (1024 * 1024)

/* How often the clock and an administrator's gpg are looked after. */
#define TICK_MS 30000

#define CANDIDATES_MAX 50

/* The door does without it: a wrong list would be worse. */
static void
tell_door (const MadoRoleContext *role)
{
  g_autoptr (GError) problem = NULL;

  if (!mado_door_file_write (role->conf, mado_key_index_table (role->state), &problem))
    mado_log (MADO_LOG_WARNING, NULL, "door-not-told", "reason=\"%s\"", problem->message);
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  if (!mado_keyring_refresh_table (role->conf, error))
    return FALSE;
  role->state = mado_key_index_load (role->conf, error);
  if (role->state != NULL)
    tell_door (role);
  return role->state != NULL;
}

static void
stop (MadoRoleContext *role)
{
  mado_key_index_free (g_steal_pointer (&role->state));
}

/* The table as it is; read again when it has changed. (transfer none, nullable) */
static const MadoKeyIndex *
get_index (MadoRoleContext *role, GError **error)
{
  MadoKeyIndex *index = role->state;

  if (index != NULL && !mado_key_index_is_stale (index, role->conf))
    return index;
  index = mado_key_index_load (role->conf, error);
  if (index != NULL) {
    mado_key_index_free (role->state);
    role->state = index;
    tell_door (role);
  }
  return index;
}

/* A certification may have ended, or an administrator have changed the ring or whom he trusts: no mail is opened by
 * what is no longer so. */
static void
tick (MadoRoleContext *role)
{
  g_autoptr (GError) problem = NULL;
  const MadoKeyIndex *index = get_index (role, &problem);

  if (index == NULL || !mado_key_index_is_due (index, role->conf, g_get_real_time () / G_USEC_PER_SEC))
    return;
  if (mado_keyring_refresh_table (role->conf, &problem) && get_index (role, &problem) != NULL)
    mado_log (MADO_LOG_INFO, NULL, "refreshed", "keys=%u", mado_key_index_table (role->state)->keys->len);
  else
    mado_log (MADO_LOG_WARNING, NULL, "keys-stale", "reason=\"%s\"", problem->message);
}

/* (transfer full, nullable) the string argument @name. */
static char *
argument (MadoPacket *request, const char *name, GError **error)
{
  char *value = NULL;

  if (!g_variant_lookup (request->body, name, "s", &value))
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: %s is needed", request->verb, name);
  return value;
}

/* (transfer full, nullable) the optional string argument @name. */
static char *
option (MadoPacket *request, const char *name)
{
  char *value = NULL;

  g_variant_lookup (request->body, name, "s", &value);
  return value;
}

static GVariant *
items (const MadoKeyTable *table)
{
  GVariantBuilder list, answer;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < table->keys->len; i++)
    g_variant_builder_add_value (&list, mado_key_to_variant (table->keys->pdata[i]));
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "items", g_variant_builder_end (&list));
  return g_variant_builder_end (&answer);
}

static gboolean
answer_list (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  const MadoKeyIndex *index = get_index (role, error);

  (void) request;
  (void) fd;
  if (index == NULL)
    return FALSE;
  *body = items (mado_key_index_table (index));
  return TRUE;
}

static gboolean
answer_own (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  const MadoKeyIndex *index = get_index (role, error);
  GVariantBuilder list, answer;
  const GPtrArray *own;

  (void) request;
  (void) fd;
  if (index == NULL)
    return FALSE;
  own = mado_key_index_table (index)->own;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < own->len; i++)
    g_variant_builder_add_value (&list, mado_own_key_to_variant (own->pdata[i]));
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "items", g_variant_builder_end (&list));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

static gboolean
answer_show (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *fingerprint = argument (request, "fingerprint", error);
  const MadoKeyIndex *index;
  const MadoKey *key;

  (void) fd;
  if (fingerprint == NULL)
    return FALSE;
  index = get_index (role, error);
  if (index == NULL)
    return FALSE;
  key = mado_key_index_find (index, fingerprint);
  if (key == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such key", fingerprint);
    return FALSE;
  }
  *body = mado_key_to_variant (key);
  return TRUE;
}

static gboolean
answer_import (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autoptr (GBytes) block = NULL;
  g_autoptr (MadoKeyTable) imported = NULL;
  g_autofree char *member = option (request, "member");
  gboolean pin = FALSE;

  (void) fd;
  g_variant_lookup (request->body, "pin", "b", &pin);
  if (request->fd < 0 || !mado_wire_is_memory (request->fd)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "import: a key block in a memory file is needed");
    return FALSE;
  }
  if (!mado_fsio_read_all (request->fd, BLOCK_BYTES_MAX, &block, error)
      || !mado_keyring_import (role->conf, block, pin, member, &imported, error))
    return FALSE;
  *body = items (imported);
  return TRUE;
}

static gboolean
answer_adopt (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *address = argument (request, "address", error);
  g_autofree char *source = address == NULL ? NULL : argument (request, "source", error);
  g_autofree char *wanted = option (request, "fingerprint");
  g_autoptr (GBytes) block = NULL;
  g_autoptr (GPtrArray) found = NULL;
  GVariantBuilder list, answer;

  (void) fd;
  if (source == NULL)
    return FALSE;
  if (request->fd < 0 || !mado_wire_is_memory (request->fd)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "adopt: what was found is needed, in a memory file");
    return FALSE;
  }
  if (lseek (request->fd, 0, SEEK_SET) != 0 || !mado_fsio_read_all (request->fd, BLOCK_BYTES_MAX, &block, error))
    return FALSE;
  MadoKeyOffer offer = { block, address, source, wanted };
  if (!mado_adopt_keys (role->conf, &offer, &found, error))
    return FALSE;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < found->len; i++)
    g_variant_builder_add_value (&list, mado_found_key_to_variant (found->pdata[i]));
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "items", g_variant_builder_end (&list));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

static gboolean
answer_export (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *fingerprint = argument (request, "fingerprint", error);
  g_autoptr (GBytes) block = NULL;
  GVariantBuilder answer;

  if (fingerprint == NULL)
    return FALSE;
  block = mado_keyring_export (role->conf, fingerprint, error);
  if (block == NULL)
    return FALSE;
  *fd = mado_fsio_memfd ("key", block, error);
  if (*fd < 0)
    return FALSE;
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "fingerprint", g_variant_new_string (fingerprint));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

/* (transfer full, nullable) the candidates that the keeper names. */
static GPtrArray *
read_candidates (MadoPacket *request, GError **error)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  g_autoptr (GVariant) list = g_variant_lookup_value (request->body, "candidates", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list) && i < CANDIDATES_MAX; i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (list, i);
    MadoKeyCandidate *candidate = mado_key_candidate_from_variant (item, error);
    if (candidate == NULL)
      return NULL;
    g_ptr_array_add (candidates, candidate);
    if (candidate->fingerprint == NULL) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "candidates: a key without a fingerprint");
      return NULL;
    }
  }
  return g_steal_pointer (&candidates);
}

static gboolean
answer_candidates (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *address = argument (request, "address", error);
  g_autoptr (GPtrArray) candidates = address == NULL ? NULL : read_candidates (request, error);
  const MadoKeyIndex *index = candidates == NULL ? NULL : get_index (role, error);
  gboolean with_blocks = FALSE;
  GVariantBuilder list, answer;

  (void) fd;
  if (index == NULL)
    return FALSE;
  g_variant_lookup (request->body, "blocks", "b", &with_blocks);
  mado_candidates_fill (index, mado_conf_string (role->conf, "team", "key"), address, candidates);
  if (with_blocks && !mado_candidates_read_blocks (role->conf, index, address, candidates, error))
    return FALSE;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < candidates->len; i++)
    g_variant_builder_add_value (&list, mado_key_candidate_to_variant (candidates->pdata[i]));
  g_variant_builder_init (&answer, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&answer, "{sv}", "items", g_variant_builder_end (&list));
  *body = g_variant_builder_end (&answer);
  return TRUE;
}

/* pin, map, certify, distrust, and what takes them back. */
static gboolean
answer_state (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *subject = option (request, "address");
  g_autofree char *fingerprint = option (request, "fingerprint");
  g_autofree char *member = option (request, "member");
  g_autoptr (MadoKey) key = NULL;

  (void) fd;
  if (!mado_keyring_state (role->conf, request->verb, subject, fingerprint, member, &key, error))
    return FALSE;
  if (key != NULL)
    *body = mado_key_to_variant (key);
  return TRUE;
}

static gboolean
answer_remove (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *fingerprint = argument (request, "fingerprint", error);

  (void) body;
  (void) fd;
  return fingerprint != NULL && mado_keyring_remove (role->conf, fingerprint, error);
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  static const struct {
    const char *verb;
    gboolean (*answer) (MadoRoleContext *, MadoPacket *, GVariant **, int *, GError **);
  } verbs[] = {
    { "adopt", answer_adopt }, { "own", answer_own }, { "candidates", answer_candidates },
    { "list", answer_list }, { "show", answer_show }, { "import", answer_import },
    { "export", answer_export }, { "pin", answer_state }, { "unpin", answer_state }, { "map", answer_state },
    { "unmap", answer_state }, { "certify", answer_state }, { "uncertify", answer_state }, { "distrust", answer_state },
    { "undistrust", answer_state }, { "rm", answer_remove },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (request->verb, verbs[i].verb) == 0)
      return verbs[i].answer (role, request, body, fd, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "unknown verb");
  return FALSE;
}

static const MadoRole role = {
  .name = "madoguchi-keyring",
  .socket = MADO_PEER_KEYRING,
  .summary = "Keeps the public keys and what vouches for them.",
  .start = start,
  .answer = answer,
  .tick = tick,
  .tick_ms = TICK_MS,
  .stop = stop,
};

int
main (int argc, char **argv)
{
  return mado_role_run (&role, argc, argv);
}
