/* html.c: see html.h. libxml2's HTML parser makes a tree (bounded depth); the walk over it is a loop, so that
 * nesting costs no stack.
 *
 * libxml2 brings six more libraries along, and every process that is forked pays for each of them. So it is loaded
 * by the child that meets HTML and gone with it. */
#include "madoguchi/mail/html.h"

#include <dlfcn.h>
#include <errno.h>
#include <libxml/HTMLparser.h>
#include <string.h>

/* What we use of libxml2. */
typedef struct {
  htmlDocPtr (*read) (const char *bytes, int size, const char *url, const char *encoding, int options);
  xmlNodePtr (*root) (const xmlDoc *document);
  xmlChar *(*attribute) (const xmlNode *node, const xmlChar *name);
  void (*free_document) (xmlDocPtr document);
  xmlFreeFunc *free; /* a variable of the library */
} Reader;

static const char *const silent[] = { "script", "style", "head", "title", "template", "noscript", "object", "svg", NULL };
static const char *const blocks[] = { "p",  "div", "table", "tr",  "ul",      "ol",      "li",     "h1",      "h2",
                                      "h3", "h4",  "h5",    "h6",  "section", "article", "header", "footer",  "form",
                                      "pre", "dl", "dt",    "dd",  "address", "fieldset", "center", "blockquote", NULL };

typedef struct {
  const Reader *reader;
  const char *skip; /* a class whose "div" elements are passed over; nullable */
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
  xmlChar *value = writer->reader->attribute (node, (const xmlChar *) name);

  if (value != NULL && value[0] != '\0' && value[0] != '#') {
    g_string_append (writer->out, before);
    write_text (writer, (const char *) value);
    g_string_append (writer->out, after);
  }
  if (value != NULL)
    (*writer->reader->free) (value);
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

static gboolean
is_skipped (const Writer *writer, xmlNode *node)
{
  xmlChar *value;
  gboolean found;

  if (writer->skip == NULL || !is_element (node, "div"))
    return FALSE;
  value = writer->reader->attribute (node, (const xmlChar *) "class");
  g_auto (GStrv) words = g_strsplit_set (value == NULL ? "" : (const char *) value, " \t\r\n", 20);
  found = g_strv_contains ((const char *const *) words, writer->skip);
  if (value != NULL)
    (*writer->reader->free) (value);
  return found;
}

static void
walk (Writer *writer, xmlNode *root)
{
  xmlNode *node = root;

  while (node != NULL) {
    gboolean is_hidden = is_named (node, silent) || node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE
                         || node->type == XML_DTD_NODE || node->type == XML_ENTITY_REF_NODE
                         || is_skipped (writer, node);
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

/* Fills @reader. FALSE: there is no libxml2. It stays loaded as long as this process lives. That there is no room
 * for it ends the process, as it does for everything else that is allocated. */
static gboolean
load (Reader *reader)
{
  void *library = dlopen (MADO_XML_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  const char *problem = library == NULL ? dlerror () : NULL;
  const struct {
    const char *name;
    void *to;
  } names[] = { { "htmlReadMemory", &reader->read },
                { "xmlDocGetRootElement", &reader->root },
                { "xmlGetProp", &reader->attribute },
                { "xmlFreeDoc", &reader->free_document },
                { "xmlFree", &reader->free } };

  if (problem != NULL && strstr (problem, g_strerror (ENOENT)) == NULL)
    g_error ("failed to allocate room for a library: %s", problem);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    void *found = library == NULL ? NULL : dlsym (library, names[i].name);
    if (found == NULL)
      return FALSE;
    memcpy (names[i].to, &found, sizeof found);
  }
  return TRUE;
}

char *
mado_html_to_text (const char *html)
{
  return mado_html_to_text_without (html, NULL);
}

char *
mado_html_to_text_without (const char *html, const char *class)
{
  Reader reader;
  Writer writer = { &reader, class, NULL, 0 };
  gsize size = strlen (html);
  htmlDocPtr document;
  xmlNode *root;

  if (size > G_MAXINT || !load (&reader))
    return NULL;
  document = reader.read (html, (int) size, NULL, "UTF-8",
                          HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  root = document == NULL ? NULL : reader.root (document);
  if (root != NULL) {
    writer.out = g_string_sized_new (size / 2);
    walk (&writer, root);
  }
  if (document != NULL)
    reader.free_document (document);
  return writer.out == NULL ? NULL : g_strchomp (g_string_free (writer.out, FALSE));
}
