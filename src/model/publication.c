/* publication.c: see publication.h. */
#include "madoguchi/model/publication.h"

static const MadoField file_fields[] = {
  MADO_STRING (MadoPublishedFile, path),
  MADO_STRING (MadoPublishedFile, what),
  MADO_STRING (MadoPublishedFile, action),
  MADO_FIELDS_END,
};
const MadoRecordType mado_published_file_type = { "published-file", NULL, sizeof (MadoPublishedFile), file_fields };

static const MadoField fields[] = {
  MADO_STRING (MadoPublication, directory),
  MADO_STRING (MadoPublication, fingerprint),
  MADO_LIST (MadoPublication, files, mado_published_file_type, 10000),
  MADO_FIELDS_END,
};
const MadoRecordType mado_publication_type = { "publication", "madoguchi.publish/1", sizeof (MadoPublication), fields };
