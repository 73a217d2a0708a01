/* csaf.c: see csaf.h. Called by json-formats.c in the opener's child. The trees of products stay in the attachment. */
#include "madoguchi/report/csaf.h"

#include "madoguchi/report/json-map.h"
#include "madoguchi/report/json.h"

static const MadoMapRow rows[] = {
  { "document.category", MADO_MAP_TYPE, TRUE },
  { "document.csaf_version", MADO_MAP_VERSION, TRUE },
  { "document.title", MADO_MAP_TITLE },
  { "document.tracking.id", MADO_MAP_ID, TRUE },
  { "document.tracking.aliases[]", MADO_MAP_REFERENCE, TRUE },
  { "document.tracking.initial_release_date", MADO_MAP_REPORTED, TRUE },
  { "document.tracking.revision_history", MADO_MAP_SKIP },
  { "document.tracking.generator", MADO_MAP_SKIP },
  { "document.tracking*", MADO_MAP_FIELD, TRUE },
  { "document.publisher.name", MADO_MAP_ORGANIZATION, TRUE },
  { "document.publisher*", MADO_MAP_FIELD, TRUE },
  { "document.distribution.tlp.label", MADO_MAP_TLP, TRUE },
  { "document.distribution*", MADO_MAP_FIELD, TRUE },
  { "document.references[].url", MADO_MAP_REFERENCE, TRUE },
  { "document.references*", MADO_MAP_FIELD, TRUE },
  { "document.acknowledgments*", MADO_MAP_FIELD, TRUE },
  { "document.$schema", MADO_MAP_SKIP },
  { "$schema", MADO_MAP_SKIP },
  { "product_tree", MADO_MAP_SKIP },
  { "vulnerabilities[].cve", MADO_MAP_REFERENCE },
  { "vulnerabilities[].ids[].text", MADO_MAP_REFERENCE },
  { "vulnerabilities[].product_status", MADO_MAP_SKIP },
  { "*.product_ids", MADO_MAP_SKIP },
  { "*.products", MADO_MAP_SKIP },
  { "*.group_ids", MADO_MAP_SKIP },
  { "*.url", MADO_MAP_FIELD, TRUE },
  { NULL }
};

/* What it is about: the summary, or the description, of its notes. */
static void
take_notes (MadoRecordDraft *draft, JsonNode *notes)
{
  static const char *const kinds[] = { "summary", "description" };

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < mado_json_count (notes); i++)
      if (mado_json_is (mado_json_item (notes, i), "category", kinds[k]))
        mado_json_use (draft, MADO_MAP_DESCRIPTION, mado_json_get (mado_json_item (notes, i), "text"));
}

gboolean
mado_csaf_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  JsonNode *head = mado_json_member (root, "document");
  const char *id = mado_json_string (mado_json_find (head, "tracking.id"));
  MadoRecordDraft *draft;

  if (head == NULL || (mado_json_member (head, "csaf_version") == NULL && (id == NULL || mado_json_member (head, "category") == NULL)))
    return FALSE;
  draft = mado_record_draft_new (output, document, "csaf");
  mado_record_draft_reference (draft, id);
  take_notes (draft, mado_json_member (head, "notes"));
  mado_json_map (draft, root, "", rows);
  if (id == NULL)
    mado_format_problem (output, document, "the CSAF document has no tracking id (CSAF 2.0, 3.2.1.12).");
  mado_record_draft_finish (draft);
  return TRUE;
}
