/* iodef-json.c: see iodef-json.h. Called by json-formats.c in the opener's child. RFC 8727 writes an element as a member whose
 * name begins with a capital, an attribute as one that does not, and the text of an element that has attributes as "value" or
 * "id": so it is put back into the tree that iodef.c reads. */
#include "madoguchi/report/iodef-json.h"

#include "madoguchi/report/iodef.h"
#include "madoguchi/report/json.h"

#include <string.h>

static MadoXml *
new_element (const char *name, char *text)
{
  MadoXml *element = g_new0 (MadoXml, 1);

  element->name = g_strdup (name);
  element->text = text == NULL ? g_strdup ("") : g_strstrip (text);
  return element;
}

static MadoXml *convert (JsonNode *node, const char *name);

static void
add_children (MadoXml *parent, JsonNode *node, const char *name)
{
  if (parent->children == NULL)
    parent->children = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_xml_free);
  for (guint i = 0; i < mado_json_count (node); i++)
    g_ptr_array_add (parent->children, convert (mado_json_item (node, i), name));
}

/* (transfer full) @node, a value or an object, as an element; as deep as json-clean.c lets it be. */
static MadoXml *
convert (JsonNode *node, const char *name)
{
  MadoXml *element = new_element (name, mado_json_text (node));
  g_autoptr (GPtrArray) attributes = g_ptr_array_new ();
  JsonObjectIter iter;
  const char *member;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return element;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &member, &value)) {
    g_autofree char *text = mado_json_text (value);
    if (g_ascii_isupper (*member)) {
      add_children (element, value, member);
    } else if (text != NULL && (strcmp (member, "value") == 0 || strcmp (member, "id") == 0)) {
      g_free (element->text);
      element->text = g_strstrip (g_steal_pointer (&text));
    } else if (text != NULL) {
      g_ptr_array_add (attributes, g_strdup (member));
      g_ptr_array_add (attributes, g_steal_pointer (&text));
    }
  }
  if (attributes->len > 0) {
    g_ptr_array_add (attributes, NULL);
    element->attributes = (char **) g_ptr_array_free (g_steal_pointer (&attributes), FALSE);
  }
  return element;
}

gboolean
mado_iodef_json_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  JsonNode *incidents = mado_json_member (root, "Incident"), *first = mado_json_item (incidents, 0);
  g_autoptr (MadoXml) top = NULL;

  if (incidents == NULL || mado_json_member (root, "version") == NULL)
    return FALSE;
  if (first == NULL || !JSON_NODE_HOLDS_OBJECT (first)) {
    mado_format_problem (output, document, "the report in IODEF holds no incident.");
    return TRUE;
  }
  top = convert (root, "IODEF-Document");
  for (guint i = 0; i < top->children->len; i++) {
    const MadoXml *child = top->children->pdata[i];
    if (strcmp (child->name, "Incident") != 0)
      continue;
    if (mado_xml_child (child, "IncidentID") == NULL)
      mado_format_problem (output, document, "an incident in IODEF has no IncidentID (RFC 7970, 3.2).");
    mado_iodef_take (top, child, document, output);
  }
  return TRUE;
}
