/* status.c: see status.h. gpg checks that a subkey and its primary key name each other; nobody else can say so
 * afterwards. And it takes a signature that stands behind encrypted data for one over nothing at all. */
#include "madoguchi/pgp/status.h"

#include <string.h>

#define VALIDSIG_FIELDS 10

/* Is @text a fingerprint? */
static gboolean
is_fingerprint (const char *text)
{
  gsize length = strspn (text, "0123456789ABCDEFabcdef");

  return text[length] == '\0' && (length == 40 || length == 64);
}

static void
take_valid (MadoPgpStatus *status, const char *args)
{
  g_auto (GStrv) fields = g_strsplit (args, " ", VALIDSIG_FIELDS + 1);

  if (g_strv_length (fields) < VALIDSIG_FIELDS || !is_fingerprint (fields[0]) || !is_fingerprint (fields[VALIDSIG_FIELDS - 1]))
    return;
  g_hash_table_replace (status->primaries, g_ascii_strup (fields[0], -1), g_ascii_strup (fields[VALIDSIG_FIELDS - 1], -1));
}

/* DECRYPTION_KEY: the key, its primary key, and what gpg thinks of it. */
static void
take_decryption (MadoPgpStatus *status, const char *args)
{
  g_auto (GStrv) fields = g_strsplit (args, " ", 3);

  g_clear_pointer (&status->opened_by, g_free);
  if (fields[0] != NULL && is_fingerprint (fields[0]))
    status->opened_by = g_ascii_strup (fields[0], -1);
}

void
mado_pgp_status_take (MadoPgpStatus *status, const char *keyword, const char *args)
{
  if (g_str_equal (keyword, "BEGIN_DECRYPTION")) {
    status->decryptions++;
    status->open++;
  } else if (g_str_equal (keyword, "END_DECRYPTION")) {
    status->open -= status->open > 0;
  } else if (g_str_equal (keyword, "NEWSIG")) {
    status->has_loose_signature |= status->decryptions > 0 && status->open == 0;
  } else if (g_str_equal (keyword, "PLAINTEXT")) {
    status->plaintexts++;
  } else if (g_str_equal (keyword, "BADMDC")) {
    status->has_bad_mdc = TRUE;
  } else if (g_str_equal (keyword, "BADSIG")) {
    status->has_bad_signature = TRUE;
  } else if (g_str_equal (keyword, "DECRYPTION_KEY")) {
    take_decryption (status, args == NULL ? "" : args);
  } else if (g_str_equal (keyword, "VALIDSIG")) {
    take_valid (status, args == NULL ? "" : args);
  }
}

static gpgme_error_t
on_status (void *data, const char *keyword, const char *args)
{
  mado_pgp_status_take (data, keyword == NULL ? "" : keyword, args);
  return 0;
}

gpgme_error_t
mado_pgp_status_watch (gpgme_ctx_t context, MadoPgpStatus *status)
{
  mado_pgp_status_reset (status);
  gpgme_set_status_cb (context, on_status, status);
  return gpgme_set_ctx_flag (context, "full-status", "1");
}

void
mado_pgp_status_reset (MadoPgpStatus *status)
{
  mado_pgp_status_clear (status);
  status->primaries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
mado_pgp_status_clear (MadoPgpStatus *status)
{
  g_clear_pointer (&status->primaries, g_hash_table_unref);
  g_clear_pointer (&status->opened_by, g_free);
  memset (status, 0, sizeof *status);
}

const char *
mado_pgp_status_primary (const MadoPgpStatus *status, const char *fingerprint)
{
  g_autofree char *upper = fingerprint == NULL ? NULL : g_ascii_strup (fingerprint, -1);

  return upper == NULL ? NULL : g_hash_table_lookup (status->primaries, upper);
}
