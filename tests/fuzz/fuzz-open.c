/* Fuzz target: a whole mail becomes a report, layers and all (fake-engine.c opens them). The summary never says more than the
 * layers, the layers never more than the engines; the report can be carried and shown. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/open.h"
#include "madoguchi/report/read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

/* Does a signature of @status count in a layer that covers @covers, with @address (nullable) in its certificate? */
static gboolean
is_signed (const MadoReport *report, MadoSignatureStatus status, MadoCovers covers, const char *address)
{
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (report->layers, i);
    for (guint k = 0; k < layer->signatures->len && layer->covers == covers; k++) {
      const MadoSignature *signature = g_ptr_array_index (layer->signatures, k);
      if (signature->status == status && (address == NULL || g_strv_contains ((const char *const *) signature->user_ids, address)))
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_encrypted (const MadoReport *report, MadoCovers covers)
{
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (report->layers, i);
    if (layer->operation != MADO_OPERATION_VERIFY && layer->covers == covers)
      return TRUE;
  }
  return FALSE;
}

static void
check_verdict (const MadoReport *report)
{
  const char *from = report->from == NULL ? NULL : report->from->address;

  REQUIRE (report->encryption != MADO_ENCRYPTION_WHOLE || is_encrypted (report, MADO_COVERS_WHOLE));
  REQUIRE (report->encryption != MADO_ENCRYPTION_PARTIAL || is_encrypted (report, MADO_COVERS_PART));
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = g_ptr_array_index (report->layers, i);
    for (guint k = 0; k < layer->signatures->len; k++) {
      const MadoSignature *signature = g_ptr_array_index (layer->signatures, k);
      REQUIRE (signature->status != MADO_SIGNATURE_NONE && signature->status != MADO_SIGNATURE_PARTIAL);
      REQUIRE (signature->status != MADO_SIGNATURE_GOOD || layer->protocol == MADO_PROTOCOL_SMIME); /* no key ring here */
    }
  }
  switch (report->signature) {
  case MADO_SIGNATURE_GOOD:
    REQUIRE (from != NULL && report->headers->from_count == 1 && g_ascii_strcasecmp (from, "a@b") == 0);
    REQUIRE (is_signed (report, MADO_SIGNATURE_GOOD, MADO_COVERS_WHOLE, "a@b") && report->signer != NULL);
    break;
  case MADO_SIGNATURE_PARTIAL:
  case MADO_SIGNATURE_NONE:
    REQUIRE (report->signer == NULL);
    break;
  case MADO_SIGNATURE_GOOD_UNTRUSTED:
  case MADO_SIGNATURE_EXPIRED_SIGNATURE:
  case MADO_SIGNATURE_EXPIRED_KEY:
  case MADO_SIGNATURE_REVOKED_KEY:
    REQUIRE (is_signed (report, report->signature, MADO_COVERS_WHOLE, NULL)
             || (report->signature != MADO_SIGNATURE_GOOD_UNTRUSTED && is_signed (report, report->signature, MADO_COVERS_PART, NULL)));
    break;
  default:
    REQUIRE (report->layers->len > 0);
  }
}

static gboolean
is_visible (const char *text)
{
  g_autofree char *visible = mado_text_visible (text);

  return g_str_equal (visible, text);
}

static gboolean
is_line (const char *text)
{
  return text == NULL || (is_visible (text) && strpbrk (text, "\n\t") == NULL);
}

static void
check_words (const MadoReport *report)
{
  REQUIRE (is_visible (report->text) && strlen (report->text) <= 1024 * 1024);
  REQUIRE (is_line (report->subject) && is_line (report->outer_subject));
  REQUIRE (report->from == NULL || (is_line (report->from->address) && is_line (report->from->name)));
  for (guint i = 0; report->to[i] != NULL; i++)
    REQUIRE (is_line (report->to[i]));
  for (guint i = 0; i < report->parts->len; i++) {
    const MadoPart *part = g_ptr_array_index (report->parts, i);
    REQUIRE (part->path != NULL && part->type != NULL && is_line (part->type) && is_line (part->filename) && part->sha256 != NULL);
  }
  for (guint i = 0; report->problems[i] != NULL; i++)
    REQUIRE (is_visible (report->problems[i]));
}

/* What the worker does with the report of its child. */
static void
check_carried (MadoReport *report)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) again = NULL;

  mado_record_clamp (&mado_report_type, report);
  bytes = mado_record_to_bytes (&mado_report_type, report);
  again = mado_record_from_bytes (&mado_report_type, bytes, &error);
  REQUIRE (again != NULL && again->signature == report->signature && g_str_equal (again->text, report->text));
}

static void
check_parts (const MadoOpenContext *context, int fd, gsize size, const MadoReport *report)
{
  for (guint i = 0; i < MIN (report->parts->len, 2); i++) {
    const MadoPart *listed = g_ptr_array_index (report->parts, i);
    g_autoptr (MadoPart) part = NULL;
    int content = -1;

    if (!mado_open_part (context, fd, 0, size, listed->path, &part, &content, NULL))
      continue; /* a message is listed, and taken out whole only when it has no parts */
    REQUIRE (lseek (content, 0, SEEK_END) == part->size);
    close (content);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (MadoConf) conf = mado_conf_parse ("[limits]\nparts=200\ndepth=20\n", "fuzz", NULL);
  g_autoptr (GBytes) mail = g_bytes_new_static (bytes, size);
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (GError) error = NULL;
  MadoOpenContext context = { .conf = conf, .interpret = mado_report_interpret };
  int fd = mado_fsio_memfd ("fuzz", mail, NULL);

  context.engine = mado_pgp_engine_new (NULL, NULL);
  context.home = (MadoPgpHome *) &context; /* never looked at: the engines are fakes */
  REQUIRE (fd >= 0);
  if (mado_open_mail (&context, fd, 0, size, &report, &error)) {
    check_verdict (report);
    check_words (report);
    check_parts (&context, fd, size, report);
    check_carried (report);
  } else {
    REQUIRE (g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM));
  }
  mado_pgp_engine_free (context.engine);
  close (fd);
  return 0;
}
