/* checks-vault.c: see checks-vault.h. Only reads: whether the file is signed by the team, and opens, the keeper says at its start. */
#include "madoguchi/front/checks-vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/base/words.h"
#include "madoguchi/pgp/armor.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/packets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (256 * 1024)
#define MAX_KEYS 64

typedef struct {
  MadoCheckReport report;
  gpointer data;
} Out;

static void say (const Out *out, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (const Out *out, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  out->report (out->data, "vault-keys", status, detail);
}

/* (nullable) the part of a key of ours with the long key id @id. */
static const MadoOwnKey *
find_part (const GPtrArray *own, const char *id)
{
  for (guint i = 0; own != NULL && i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    const char *part = key->subkey != NULL ? key->subkey : key->fingerprint;
    gsize length = part != NULL ? strlen (part) : 0;
    if (key->protocol == MADO_PROTOCOL_OPENPGP && length >= 16 && g_ascii_strcasecmp (part + length - 16, id) == 0)
      return key;
  }
  return NULL;
}

static void
judge (const Out *out, const MadoConf *conf, char *const *ids)
{
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (conf, NULL);
  const GPtrArray *own = index != NULL ? mado_key_index_table (index)->own : NULL;
  g_autoptr (GString) keys = g_string_new (NULL);
  const char *team = mado_conf_string (conf, "team", "key");
  gboolean is_for_team = FALSE;

  for (; *ids != NULL; ids++) {
    const MadoOwnKey *part = find_part (own, *ids);
    is_for_team |= part != NULL && team != NULL && g_ascii_strcasecmp (part->fingerprint, team) == 0;
    g_string_append_printf (keys, "%s%s", keys->len > 0 ? ", " : "", part != NULL ? part->fingerprint : *ids);
  }
  if (own == NULL || own->len == 0)
    say (out, MADO_CHECK_WARN, "the keys of the store are encrypted to %s; the team's keys are not known yet (madoguchi-keyring)", keys->str);
  else if (is_for_team)
    say (out, MADO_CHECK_OK, "%s can open the keys of the store", keys->str);
  else
    say (out, MADO_CHECK_FAIL, "the keys of the store are encrypted to %s, not to the team key: madoguchi vault rewrap, while a key in old-keys opens them",
         keys->str);
}

static void
check_file (const Out *out, const MadoConf *conf, GBytes *bytes)
{
  g_autoptr (GBytes) binary = NULL;
  g_auto (MadoPackets) packets = { 0 };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (mado_secret_is_vault (data, size)) {
    say (out, MADO_CHECK_WARN, "the keys of the store are in the clear: the keeper wraps them at its next start");
    return;
  }
  if (mado_pgp_dearmor (data, size, &binary))
    data = g_bytes_get_data (binary, &size);
  mado_packets_read (data, size, MAX_KEYS, &packets);
  if (packets.kind == MADO_PACKETS_ENCRYPTED && packets.recipient_count > 0)
    judge (out, conf, packets.recipients);
  else
    say (out, MADO_CHECK_FAIL, "the file of the store's keys is no OpenPGP message: bring it back from a copy");
}

void
mado_checks_vault (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  const Out out = { report, data };
  const char *url = mado_conf_string (conf, "store", "url");
  const char *store = g_str_has_prefix (url, "sqlite:") ? url + strlen ("sqlite:") : url;
  g_autofree char *path = g_strdup_printf ("%s.key", store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (access (store, F_OK) != 0) /* the check of the store says that */
    return;
  if (access (path, R_OK) != 0)
    say (&out, errno == ENOENT ? MADO_CHECK_FAIL : MADO_CHECK_WARN, "%s: %s%s", path, g_strerror (errno),
         errno == ENOENT ? N_ (": a sealed store cannot be read without it") : "");
  else if (!mado_fsio_read_file (path, MAX_FILE, &bytes, &error))
    say (&out, MADO_CHECK_FAIL, "%s", error->message);
  else
    check_file (&out, conf, bytes);
}
