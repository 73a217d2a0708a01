/* fuzz-lmtp.c: an LMTP session on arbitrary bytes, against a spool that keeps nothing. The first byte says in
 * what pieces the rest arrives. Built with --enable-fuzzing; start it on tests/fuzz/corpus/lmtp. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/intake/lmtp-parse.h"
#include "madoguchi/intake/lmtp-session.h"

#include <string.h>

#define LIMIT 200

typedef struct {
  guint open;
} Nothing;

typedef struct {
  gsize size;
} Mail;

int LLVMFuzzerTestOneInput (const guint8 *bytes, size_t length);

static gboolean
is_ours (gpointer data G_GNUC_UNUSED, const char *recipient)
{
  static const char *const team[] = { "a@b", NULL };

  return mado_lmtp_is_ours (team, recipient);
}

static gboolean
has_room (gpointer data G_GNUC_UNUSED, guint64 size)
{
  return size <= LIMIT;
}

static gpointer
begin (gpointer data, const MadoEnvelope *envelope, GError **error G_GNUC_UNUSED)
{
  g_assert (envelope->recipients[0] != NULL);
  ((Nothing *) data)->open++;
  return g_new0 (Mail, 1);
}

static gboolean
append (gpointer data G_GNUC_UNUSED, gpointer mail_data, const void *bytes G_GNUC_UNUSED, gsize length, GError **error)
{
  Mail *mail = mail_data;

  mail->size += length;
  if (mail->size <= LIMIT)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "too large");
  return FALSE;
}

static void
abandon (gpointer data, gpointer mail)
{
  ((Nothing *) data)->open--;
  g_free (mail);
}

static gboolean
commit (gpointer data, gpointer mail, char **id, GError **error)
{
  gboolean ok = ((Mail *) mail)->size % 7 != 3;

  abandon (data, mail);
  if (ok)
    *id = g_strdup ("id");
  else
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "now and then");
  return ok;
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, size_t length)
{
  static const MadoLmtpBackend backend = { is_ours, has_room, begin, append, commit, abandon };
  static const MadoLmtpSettings settings = { "fuzz", "unix", LIMIT, 3 };
  Nothing nothing = { 0 };
  GString *out = g_string_new (NULL);
  MadoLmtpSession *session = mado_lmtp_session_new (&backend, &nothing, &settings, out);
  gsize piece = length > 0 ? (gsize) bytes[0] % 64 + 1 : 1;

  mado_log_init ("fuzz", -1, FALSE);
  for (gsize at = 1; at < length; at += piece)
    mado_lmtp_session_feed (session, bytes + at, MIN (piece, length - at), out);
  g_assert (g_str_has_suffix (out->str, "\r\n"));
  mado_lmtp_session_free (session);
  g_assert (nothing.open == 0);
  g_string_free (out, TRUE);
  return 0;
}
