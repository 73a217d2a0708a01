/* Fuzz target: the fields of one header, and encoded words and parameters by themselves. */
#include "madoguchi/mail/auth-results.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/words.h"

#include <gmime/gmime.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
check_text (const char *text)
{
  REQUIRE (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_field (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);
  g_autofree char *text = mado_header_text (entity, name);

  REQUIRE ((raw == NULL) == (text == NULL));
  if (raw == NULL)
    return;
  REQUIRE (strpbrk (raw, "\r\n") == NULL && strpbrk (text, "\r\n") == NULL && mado_header_has_prefix (entity, name));
  check_text (text);
}

static void
check_mailboxes (const MadoEntity *entity, const char *name)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);

  mado_header_mailboxes (entity, name, mailboxes);
  REQUIRE (mailboxes->len <= 2000);
  for (guint i = 0; i < mailboxes->len; i++) {
    const MadoMailbox *mailbox = g_ptr_array_index (mailboxes, i);
    REQUIRE (mailbox->address != NULL);
    check_text (mailbox->address);
    check_text (mailbox->name);
  }
}

static void
check_ids (const MadoEntity *entity, const char *name)
{
  g_auto (GStrv) ids = mado_header_message_ids (entity, name, 5);

  REQUIRE (g_strv_length (ids) <= 5);
  for (guint i = 0; ids[i] != NULL; i++) {
    gsize length = strlen (ids[i]);
    REQUIRE (length > 2 && ids[i][0] == '<' && ids[i][length - 1] == '>');
    REQUIRE (strcspn (ids[i] + 1, "<> \t") == length - 2 && g_utf8_validate (ids[i], -1, NULL));
  }
}

static void
check_type (const MadoEntity *entity)
{
  g_autofree char *type = mado_header_content_type (entity, "x/fallback");
  g_autofree char *name = mado_header_filename (entity);
  g_autofree char *charset = mado_header_param (entity, "Content-Type", "charset");

  REQUIRE (strchr (type, '/') != NULL && strpbrk (type, " \t;\"<>") == NULL && strlen (type) <= 210);
  for (const char *at = type; *at != '\0'; at++)
    REQUIRE (*at > ' ' && *at < 127 && !g_ascii_isupper (*at));
  REQUIRE (name == NULL || name[0] != '\0');
  check_text (name);
  check_text (charset);
  REQUIRE (mado_header_encoding (entity) <= MADO_ENCODING_UUENCODE);
}

/* What servers say of a sender, in a field and as the bytes alone. */
static void
check_results (const MadoEntity *entity, const guint8 *bytes, gsize size)
{
  static const char *const servers[] = { "mx.example.org", NULL };
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_auth_result_free);
  g_autofree char *raw = g_strndup ((const char *) bytes, size);
  g_autofree char *server = NULL;
  gboolean ok = mado_auth_results_parse (raw, &server, results);

  REQUIRE (ok == (server != NULL) && (ok || results->len == 0) && results->len <= 20);
  check_text (server);
  mado_auth_results_read (entity, servers, results);
  REQUIRE (results->len <= 20 + 3 * 20);
  for (guint i = 0; i < results->len; i++) {
    const MadoAuthResult *result = results->pdata[i];
    REQUIRE (result->method != NULL && result->result != NULL);
    check_text (result->result);
    check_text (result->domain);
  }
}

/* The same bytes as the value of a field. */
static void
check_words (const guint8 *bytes, gsize size)
{
  g_autofree char *raw = g_strndup ((const char *) bytes, size);
  g_autofree char *valid = g_utf8_make_valid (raw, -1);
  g_autofree char *decoded = mado_header_decode (raw);
  g_autofree char *words = mado_words_decode (valid);
  g_autofree char *param = mado_words_param (valid, "name");

  check_text (decoded);
  check_text (words);
  check_text (param);
  if (strstr (valid, "=?") == NULL)
    REQUIRE (g_str_equal (words, valid));
  if (strpbrk (valid, "\r\n") == NULL)
    REQUIRE (strpbrk (words, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const fields[] = { "From", "To", "Subject", "Date", "Content-Type", "Content-Disposition", "X" };
  g_autoptr (MadoEntity) entity = NULL;
  MadoStructureLimits limits = { 20, 200, 100000 };

  g_mime_init ();
  check_words (bytes, size);
  entity = mado_structure_scan (bytes, size, "1", &limits, NULL);
  if (entity == NULL)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    check_field (entity, fields[i]);
  check_mailboxes (entity, "From");
  check_mailboxes (entity, "To");
  check_ids (entity, "References");
  check_type (entity);
  check_results (entity, bytes, size);
  return 0;
}
