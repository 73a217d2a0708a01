/* xml.h: one way to read XML that somebody else wrote: elements, attributes and text, with a cap on each; no document type,
 * no entity but the five of XML itself, nothing from a file or the network (RFC 7970, 9.1 asks for the same). */
#pragma once

#include <glib.h>

typedef struct _MadoXml MadoXml;
struct _MadoXml {
  char *name;           /* without its prefix */
  char *space;          /* its namespace; NULL: none */
  char **attributes;    /* name (without prefix), value, name, value...; NULL: none */
  char *text;           /* of the element itself, without blanks around it; "" when there is none */
  GPtrArray *children;  /* of MadoXml, owned; NULL: none */
};

/* Frees @node with all that is in it. */
void mado_xml_free (MadoXml *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoXml, mado_xml_free)

/* (transfer none) the value of attribute @name; NULL: there is none. */
const char *mado_xml_attribute (const MadoXml *node, const char *name);

/* (transfer none) the first child called @name; NULL: there is none, or no @node. */
const MadoXml *mado_xml_child (const MadoXml *node, const char *name);

/* (transfer none) the text of that child; NULL: there is no such child, or nothing in it. */
const char *mado_xml_child_text (const MadoXml *node, const char *name);

/* Called with each child of the root when it is whole; it is freed after that. */
typedef void (*MadoXmlEach) (const MadoXml *root, const MadoXml *child, gpointer data);

/* Reads @bytes, in whatever encoding they say that they are in; when they say none, in @charset (nullable). The child in which a broken document breaks off, or that is
 * over a limit, is handed over as far as it was read. Errors: PERM no XML; DENIED a document type; LIMIT; TEMP there is
 * no libxml2. */
gboolean mado_xml_read (GBytes *bytes, const char *charset, MadoXmlEach each, gpointer data, GError **error);

/* Does @bytes look like XML whose root is called @name (ASCII)? With a document type, or much before the root: like XML with
 * such an element anywhere. Reads each byte once or twice, in whatever encoding that has ASCII in it, and in UTF-16. */
gboolean mado_xml_is_about (GBytes *bytes, const char *name);
