/* public-key.c: see public-key.h. Called when a worker seals its first answer and when the ring has changed, never for each
 * answer. */
#include "madoguchi/pgp/public-key.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/offered.h"

#include <string.h>

#define USELESS "drop-subkey=expired -t || revoked -t || disabled -t"

void
mado_public_key_clear (MadoPublicKey *key)
{
  g_clear_pointer (&key->small, g_bytes_unref);
  g_clear_pointer (&key->armoured, g_bytes_unref);
}

/* Is there a user ID left? A key without one is none (Autocrypt Level 1, 2.1.1). */
static gboolean
has_user_id (GBytes *key)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (key, &size);

  mado_offered_read (bytes, size, "own", 1, found);
  return found->len == 1 && ((MadoOfferedKey *) found->pdata[0])->user_ids[0] != NULL;
}

static gboolean
run_export (const MadoPgpProgram *program, const char *const *arguments, GBytes **out, GError **error)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *status = NULL;

  if (!mado_pgp_run (program, arguments, nothing, &bytes, &status, error))
    return FALSE;
  if (g_bytes_get_size (bytes) == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the team's public key cannot be exported");
    return FALSE;
  }
  *out = g_steal_pointer (&bytes);
  return TRUE;
}

/* In a filter of GnuPG a word ends at a blank or an operator. */
static gboolean
is_plain_word (const char *address)
{
  return address[strspn (address, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-")] == '\0' && *address != '-';
}

static gboolean
export_small (const MadoPgpProgram *program, const char *fingerprint, const char *address, gboolean keeps_signing,
              GBytes **small, GError **error)
{
  g_autofree char *folded = mado_text_fold_address (address);
  g_autofree char *user = g_strdup_printf ("keep-uid=mbox = %s", folded);
  const char *const arguments[] = { "--export-options", "export-minimal", "--export-filter", user, "--export-filter",
                                    keeps_signing ? USELESS : USELESS " || usage =~ s", "--export", fingerprint, NULL };
  g_autoptr (GBytes) key = NULL;

  if (!is_plain_word (folded))
    return TRUE;
  if (!run_export (program, arguments, &key, error))
    return FALSE;
  if (has_user_id (key))
    *small = g_steal_pointer (&key);
  return TRUE;
}

gboolean
mado_public_key_export (const MadoPgpProgram *program, const char *fingerprint, const char *address, gboolean keeps_signing,
                        MadoPublicKey *key, GError **error)
{
  const char *const arguments[] = { "--armor", "--export-options", "export-minimal", "--export-filter", USELESS, "--export",
                                    fingerprint, NULL };
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) small = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!run_export (program, arguments, &whole, error)
      || !export_small (program, fingerprint, address, keeps_signing, &small, error))
    return FALSE;
  text = g_strndup (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  lines = g_strsplit (text, "\n", -1);
  g_free (text);
  text = g_strjoinv ("\r\n", lines);
  key->armoured = g_bytes_new (text, strlen (text));
  key->small = g_steal_pointer (&small);
  return TRUE;
}
