/* source.c: see source.h. */
#include "madoguchi/model/source.h"

#include "madoguchi/model/stretch.h"

MadoDocument *
mado_document_new (void)
{
  return g_new0 (MadoDocument, 1);
}

void
mado_document_free (MadoDocument *document)
{
  if (document == NULL)
    return;
  g_free (document->part);
  g_free (document->type);
  g_free (document->filename);
  g_free (document->charset);
  g_clear_pointer (&document->bytes, g_bytes_unref);
  g_clear_pointer (&document->header, g_bytes_unref);
  g_free (document);
}

MadoSource *
mado_source_new (void)
{
  MadoSource *source = g_new0 (MadoSource, 1);

  source->stretches = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_stretch_free);
  source->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_document_free);
  return source;
}

void
mado_source_free (MadoSource *source)
{
  if (source == NULL)
    return;
  g_ptr_array_unref (source->stretches);
  g_ptr_array_unref (source->documents);
  g_free (source);
}
