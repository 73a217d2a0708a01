/* madoguchi-keyring.c: the sole writer of the public keyring and of the pins. Asked by the keeper, for members.
 * Reads key blocks that strangers sent, and so has no network, no store and no secret key. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/role/role.h"

#include <string.h>

#define BLOCK_BYTES_MAX (1024 * 1024)

static gboolean
start (MadoRoleContext *role, GError **error)
{
  return mado_keyring_refresh_table (role->conf, error);
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
  g_autoptr (MadoKeyTable) table = mado_keyring_list (role->conf, error);

  (void) request;
  (void) fd;
  if (table == NULL)
    return FALSE;
  *body = items (table);
  return TRUE;
}

static gboolean
answer_show (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *fingerprint = argument (request, "fingerprint", error);
  g_autoptr (MadoKeyIndex) index = NULL;
  const MadoKey *key;

  (void) fd;
  if (fingerprint == NULL)
    return FALSE;
  index = mado_key_index_load (role->conf, error);
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
  gboolean pin = FALSE;

  (void) fd;
  g_variant_lookup (request->body, "pin", "b", &pin);
  if (request->fd < 0 || !mado_wire_is_memory (request->fd)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "import: a key block in a memory file is needed");
    return FALSE;
  }
  if (!mado_fsio_read_all (request->fd, BLOCK_BYTES_MAX, &block, error)
      || !mado_keyring_import (role->conf, block, pin, &imported, error))
    return FALSE;
  *body = items (imported);
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

static gboolean
answer_pin (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autofree char *address = argument (request, "address", error);
  g_autofree char *fingerprint = NULL;

  (void) body;
  (void) fd;
  if (address == NULL)
    return FALSE;
  if (strcmp (request->verb, "unpin") == 0)
    return mado_keyring_unpin (role->conf, address, error);
  fingerprint = argument (request, "fingerprint", error);
  return fingerprint != NULL && mado_keyring_pin (role->conf, address, fingerprint, error);
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  static const struct {
    const char *verb;
    gboolean (*answer) (MadoRoleContext *, MadoPacket *, GVariant **, int *, GError **);
  } verbs[] = {
    { "list", answer_list }, { "show", answer_show }, { "import", answer_import },
    { "export", answer_export }, { "pin", answer_pin }, { "unpin", answer_pin },
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
  .summary = "Keeps the public keys and the pins.",
  .start = start,
  .answer = answer,
};

int
main (int argc, char **argv)
{
  return mado_role_run (&role, argc, argv);
}
