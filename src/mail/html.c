/* html.c: see html.h. libxml2's HTML parser makes a tree (bounded depth); the walk over it is a loop, so that
 * nesting costs no stack. */
#include "madoguchi/mail/html.h"

#include <libxml/HTMLparser.h>
#include <string.h>

static void
free_document (xmlDoc *document)
{
  xmlFreeDoc (document);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, free_document)

static const char *const silent[] = { "script", "style", "head", "title", "template", "noscript", "object", "svg", NULL };
static const char *const blocks[] = { "p",  "div", "table", "tr",  "ul",      "ol",      "li",     "h1",      "h2",
                                      "h3", "h4",  "h5",    "h6",  "section", "article", "header", "footer",  "form",
                                      "pre", "dl", "dt",    "dd",  "address", "fieldset", "center", "blockquote", NULL };

typedef struct {
  GString *out;
  guint pre; /* inside this many <pre> */
} Writer;

static gboolean
is_named (const xmlNode *node, const char *const *names)
{
  return node->type == XML_ELEMENT_NODE && g_strv_contains (names, (const char *) node->name);
}

static gboolean
is_element (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && g_str_equal ((const char *) node->name, name);
}

static void
break_line (Writer *writer)
{
  GString *out = writer->out;

  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

static void
write_text (Writer *writer, const char *text)
{
  GString *out = writer->out;

  if (writer->pre > 0) {
    g_string_append (out, text);
    return;
  }
  for (; *text != '\0'; text++) {
    if (!g_ascii_isspace (*text))
      g_string_append_c (out, *text);
    else if (out->len > 0 && out->str[out->len - 1] != ' ' && out->str[out->len - 1] != '\n')
      g_string_append_c (out, ' ');
  }
}

static void
write_attribute (Writer *writer, xmlNode *node, const char *name, const char *before, const char *after)
{
  xmlChar *value = xmlGetProp (node, (const xmlChar *) name);

  if (value != NULL && value[0] != '\0' && value[0] != '#') {
    g_string_append (writer->out, before);
    write_text (writer, (const char *) value);
    g_string_append (writer->out, after);
  }
  if (value != NULL)
    xmlFree (value);
}

static void
enter (Writer *writer, xmlNode *node)
{
  if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
    if (node->content != NULL)
      write_text (writer, (const char *) node->content);
    return;
  }
  if (is_named (node, blocks))
    break_line (writer);
  if (is_element (node, "br"))
    g_string_append_c (writer->out, '\n');
  else if (is_element (node, "hr"))
    g_string_append (writer->out, "\n----\n");
  else if (is_element (node, "li"))
    g_string_append (writer->out, "* ");
  else if (is_element (node, "img"))
    write_attribute (writer, node, "alt", "[", "]");
  else if (is_element (node, "pre"))
    writer->pre++;
}

static void
leave (Writer *writer, xmlNode *node)
{
  if (is_element (node, "a"))
    write_attribute (writer, node, "href", " <", ">");
  else if (is_element (node, "td") || is_element (node, "th"))
    g_string_append_c (writer->out, ' ');
  else if (is_element (node, "pre") && writer->pre > 0)
    writer->pre--;
  if (is_named (node, blocks))
    break_line (writer);
  if (is_element (node, "p"))
    g_string_append_c (writer->out, '\n');
}

static void
walk (Writer *writer, xmlNode *root)
{
  xmlNode *node = root;

  while (node != NULL) {
    gboolean is_hidden = is_named (node, silent) || node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE
                         || node->type == XML_DTD_NODE || node->type == XML_ENTITY_REF_NODE;
    if (!is_hidden)
      enter (writer, node);
    if (!is_hidden && node->children != NULL && node->type != XML_TEXT_NODE) {
      node = node->children;
      continue;
    }
    if (!is_hidden)
      leave (writer, node);
    while (node != root && node->next == NULL) {
      node = node->parent;
      leave (writer, node);
    }
    node = node == root ? NULL : node->next;
  }
}

char *
mado_html_to_text (const char *html)
{
  g_autoptr (xmlDoc) document = NULL;
  Writer writer = { NULL, 0 };
  gsize size = strlen (html);

  if (size > G_MAXINT)
    return NULL;
  document = htmlReadMemory (html, (int) size, NULL, "UTF-8",
                             HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  if (document == NULL || xmlDocGetRootElement (document) == NULL)
    return NULL;
  writer.out = g_string_sized_new (size / 2);
  walk (&writer, xmlDocGetRootElement (document));
  return g_strchomp (g_string_free (writer.out, FALSE));
}
