/* Fuzz target: the structure scan and everything that reads its parts, as far as no key is needed. */
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/structure.h"

#include <gmime/gmime.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
read_entity (MadoEntity *entity, const guint8 *bytes, size_t size)
{
  g_autofree char *charset = NULL;
  g_autofree char *text = NULL;
  g_autofree char *subject = mado_header_text (entity, "Subject");
  g_autofree char *name = mado_header_filename (entity);
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  MadoFormMatch match;
  guint notes;
  gsize length;
  const guint8 *raw = mado_entity_raw (entity, &length);

  if (raw < bytes || raw + length > bytes + size)
    abort ();
  mado_header_mailboxes (entity, "From", mailboxes);
  mado_forms_recognise (entity, &match);
  if (entity->children->len == 0)
    text = mado_content_text (entity, &charset, &notes);
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    abort ();
  for (guint i = 0; i < entity->children->len; i++)
    read_entity (mado_entity_child (entity, i), bytes, size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  MadoStructureLimits limits = { 20, 200, 10000 };
  g_autoptr (MadoEntity) root = NULL;

  g_mime_init ();
  root = mado_structure_scan (bytes, size, "1", &limits, NULL);
  if (root != NULL)
    read_entity (root, bytes, size);
  return 0;
}
