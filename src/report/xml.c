/* xml.c: see xml.h. Called by the readers of IODEF and of DMARC's reports, in the opener's child.
 *
 * The bytes are made UTF-8 first, by our own hand: libxml2 then has no encoding to be told, and the look for too many
 * attributes sees what the parser will see. Its parser calls us for each tag; the tree is ours, so the caps are, too. */
#include "madoguchi/report/xml.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/markup.h"

#include <libxml/parser.h>
#include <string.h>

#define BYTES_MAX (32 * 1024 * 1024)
#define HEAD_MAX (64 * 1024) /* where the root is looked for */
#define DEPTH_MAX 64
#define NODES_MAX 100000    /* in one child of the root */
#define ATTRIBUTES_MAX 100  /* of one tag */
#define NAMESPACES_MAX 1000 /* of a document: each is compared with all that are in force */

/* What we use of libxml2. */
typedef struct {
  xmlParserCtxtPtr (*make) (void);
  xmlDocPtr (*read) (xmlParserCtxtPtr context, const char *bytes, int size, const char *url, const char *encoding, int options);
  void (*stop) (xmlParserCtxtPtr context);
  void (*free_context) (xmlParserCtxtPtr context);
  void (*set_loader) (xmlExternalEntityLoader loader);
} Library;

typedef struct {
  Library library;
  xmlParserCtxtPtr context;
  MadoXml *open[DEPTH_MAX]; /* the root, and the elements in it that are open */
  GString *text[DEPTH_MAX]; /* of each */
  guint depth, nodes, namespaces;
  MadoXmlEach each;
  gpointer data;
  GError *refused;
} Reader;

/* --- trees ------------------------------------------------------------------------------------------------ */

void
mado_xml_free (MadoXml *node)
{
  g_free (node->name);
  g_free (node->space);
  g_strfreev (node->attributes);
  g_free (node->text);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node);
}

const char *
mado_xml_attribute (const MadoXml *node, const char *name)
{
  for (guint i = 0; node->attributes != NULL && node->attributes[i] != NULL; i += 2)
    if (strcmp (node->attributes[i], name) == 0)
      return node->attributes[i + 1];
  return NULL;
}

const MadoXml *
mado_xml_child (const MadoXml *node, const char *name)
{
  for (guint i = 0; node != NULL && node->children != NULL && i < node->children->len; i++) {
    const MadoXml *child = node->children->pdata[i];
    if (strcmp (child->name, name) == 0)
      return child;
  }
  return NULL;
}

const char *
mado_xml_child_text (const MadoXml *node, const char *name)
{
  const MadoXml *child = mado_xml_child (node, name);

  return child == NULL || *child->text == '\0' ? NULL : child->text;
}

/* --- what the parser tells -------------------------------------------------------------------------------- */

static void
refuse (Reader *reader, int code, const char *why)
{
  if (reader->refused == NULL)
    reader->refused = g_error_new_literal (MADO_ERROR, code, why);
  reader->library.stop (reader->context);
}

/* As entities are not replaced, the parser writes each "&" of an attribute as a number. */
static char *
copy_value (const char *value, gsize size)
{
  char *copy = g_strndup (value, size), *to = copy;

  for (const char *from = copy; *from != '\0'; to++) {
    gboolean is_number = g_str_has_prefix (from, "&#38;");
    *to = *from;
    from += is_number ? 5 : 1;
  }
  *to = '\0';
  return copy;
}

static char **
copy_attributes (int n, const xmlChar **attributes)
{
  char **copy = n == 0 ? NULL : g_new0 (char *, 2 * (gsize) n + 1);

  for (int i = 0; i < n; i++, attributes += 5) { /* name, prefix, namespace, where the value begins, where it ends */
    copy[2 * i] = g_strdup ((const char *) attributes[0]);
    copy[2 * i + 1] = copy_value ((const char *) attributes[3], (gsize) (attributes[4] - attributes[3]));
  }
  return copy;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int n_namespaces, const xmlChar **namespaces,
          int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  Reader *reader = data;
  MadoXml *node;

  (void) prefix;
  (void) namespaces;
  (void) n_defaulted;
  reader->namespaces += (guint) n_namespaces;
  if (reader->refused != NULL)
    return;
  if (reader->depth == DEPTH_MAX || reader->nodes == NODES_MAX || reader->namespaces > NAMESPACES_MAX) {
    refuse (reader, MADO_ERROR_LIMIT, reader->depth == DEPTH_MAX ? "its elements are too deep in one another" : "it has too many elements");
    return;
  }
  reader->nodes++;
  node = g_new0 (MadoXml, 1);
  node->name = g_strdup ((const char *) name);
  node->space = g_strdup ((const char *) space);
  node->attributes = copy_attributes (n_attributes, attributes);
  reader->text[reader->depth] = g_string_new (NULL);
  reader->open[reader->depth++] = node;
}

/* The innermost open element is over: it belongs to the one around it, or is handed over. */
static void
close_node (Reader *reader)
{
  MadoXml *node = reader->open[--reader->depth], *around = reader->depth == 0 ? NULL : reader->open[reader->depth - 1];

  node->text = g_strstrip (g_string_free (g_steal_pointer (&reader->text[reader->depth]), FALSE));
  if (around != NULL && reader->depth > 1) {
    if (around->children == NULL)
      around->children = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_xml_free);
    g_ptr_array_add (around->children, node);
    return;
  }
  if (around != NULL)
    reader->each (around, node, reader->data);
  mado_xml_free (node);
  reader->nodes = 1;
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
  Reader *reader = data;

  (void) name;
  (void) prefix;
  (void) space;
  if (reader->depth > 0 && reader->refused == NULL)
    close_node (reader);
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Reader *reader = data;

  if (reader->depth > 1 && length > 0)
    g_string_append_len (reader->text[reader->depth - 1], (const char *) text, length);
}

static void
on_document_type (void *data, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
  (void) name;
  (void) public_id;
  (void) system_id;
  refuse (data, MADO_ERROR_DENIED, "it brings a document type (DTD), which is not followed");
}

static void
on_reference (void *data, const xmlChar *name)
{
  (void) name;
  refuse (data, MADO_ERROR_DENIED, "it uses an entity, which is not followed");
}

static xmlParserInputPtr
load_nothing (const char *url, const char *id, xmlParserCtxtPtr context)
{
  (void) url;
  (void) id;
  (void) context;
  return NULL;
}

/* --- encodings -------------------------------------------------------------------------------------------- */

/* (transfer full) the name for iconv of the encoding that the first bytes say, or else @charset (nullable). @skip: (out) bytes of a byte order mark. */
static char *
find_encoding (const char *bytes, gsize size, const char *charset, gsize *skip)
{
  static const char *const names[][2] = { { "shift_jis", "CP932" }, { "shift-jis", "CP932" }, { "x-sjis", "CP932" }, { "windows-31j", "CP932" },
                                          { "euc-jp", "EUC-JP-MS" }, { "utf-16", "UTF-8" }, { "ucs-2", "UTF-8" }, { "us-ascii", "UTF-8" } };
  g_autofree char *start = g_strndup (bytes, MIN (size, 200)), *label = NULL;
  const char *at, *end;

  *skip = 0;
  if (size >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    *skip = 3;
  else if (size >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0))
    *skip = 2;
  if (*skip == 2)
    return g_strdup (bytes[0] == '\xff' ? "UTF-16LE" : "UTF-16BE");
  if (size >= 4 && (memcmp (bytes, "<\0", 2) == 0 || memcmp (bytes, "\0<", 2) == 0))
    return g_strdup (bytes[0] == '<' ? "UTF-16LE" : "UTF-16BE");
  at = strstr (start, "<?xml");
  end = at == NULL ? NULL : strstr (at, "?>");
  at = end == NULL ? NULL : g_strstr_len (at, end - at, "encoding");
  if (*skip == 3 || (at == NULL && (charset == NULL || *charset == '\0')))
    return g_strdup ("UTF-8");
  at = at == NULL ? charset : at + strlen ("encoding") + strspn (at + strlen ("encoding"), " \t\r\n='\"");
  label = g_ascii_strdown (at, (gssize) strspn (at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (label, names[i][0]) == 0)
      return g_strdup (names[i][1]);
  return g_steal_pointer (&label);
}

/* (transfer full) @bytes in UTF-8, what is no character as U+FFFD; NULL: there is no such encoding, or they are too many. */
static char *
to_utf8 (GBytes *bytes, const char *charset, GError **error)
{
  gsize size, skip, left, out_left = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *encoding = find_encoding (data == NULL ? "" : data, size, charset, &skip);
  g_autoptr (GString) out = g_string_new (NULL);
  GIConv converter = g_iconv_open ("UTF-8", encoding);
  char buffer[4096], *from = (char *) data + skip, *to;

  if (converter == (GIConv) -1 && charset != NULL && g_ascii_strcasecmp (encoding, charset) == 0)
    converter = g_iconv_open ("UTF-8", "UTF-8");
  if (converter == (GIConv) -1) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "its encoding (%s) is not known", encoding);
    return NULL;
  }
  for (left = size - skip; left > 0 && out->len < BYTES_MAX;) {
    gsize before = left, converted;
    to = buffer;
    out_left = sizeof buffer;
    converted = g_iconv (converter, &from, &left, &to, &out_left);
    g_string_append_len (out, buffer, to - buffer);
    if (converted == (gsize) -1 && left == before && to == buffer) { /* neither forth nor back: a byte that is no character */
      g_string_append (out, "\xef\xbf\xbd");
      from++;
      left--;
    }
  }
  g_iconv_close (converter);
  for (char *nul = memchr (out->str, '\0', out->len); nul != NULL; nul = memchr (nul, '\0', out->len - (gsize) (nul - out->str)))
    *nul = '?';
  if (left == 0)
    return g_string_free (g_steal_pointer (&out), FALSE);
  g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "it is larger than %d bytes", BYTES_MAX);
  return NULL;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static gboolean
load (Library *library)
{
  const MadoMarkupSymbol symbols[] = { { "xmlNewParserCtxt", &library->make },
                                       { "xmlCtxtReadMemory", &library->read },
                                       { "xmlStopParser", &library->stop },
                                       { "xmlFreeParserCtxt", &library->free_context },
                                       { "xmlSetExternalEntityLoader", &library->set_loader } };

  return mado_markup_load (symbols, G_N_ELEMENTS (symbols));
}

/* Gives @text to the parser. FALSE: it did not read all of it. */
static gboolean
parse (Reader *reader, const char *text, GError **error)
{
  xmlSAXHandler *calls;
  gboolean is_whole;

  reader->library.set_loader (load_nothing);
  reader->context = reader->library.make ();
  if (reader->context == NULL)
    g_error ("failed to allocate a parser");
  calls = reader->context->sax;
  memset (calls, 0, sizeof *calls);
  calls->initialized = XML_SAX2_MAGIC;
  calls->startElementNs = on_start;
  calls->endElementNs = on_end;
  calls->characters = calls->ignorableWhitespace = calls->cdataBlock = on_text;
  calls->internalSubset = calls->externalSubset = on_document_type;
  calls->reference = on_reference;
  reader->context->userData = reader;
  reader->library.read (reader->context, text, (int) strlen (text), NULL, "UTF-8",
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
  is_whole = reader->context->wellFormed && reader->refused == NULL;
  if (reader->refused != NULL)
    g_propagate_error (error, g_steal_pointer (&reader->refused));
  else if (!is_whole) {
    g_autofree char *why = g_strchomp (g_strdup (reader->context->lastError.message == NULL ? "no reason is known" : reader->context->lastError.message));
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "it is no XML at line %d: %s", reader->context->lastError.line, why);
  }
  reader->library.free_context (reader->context);
  while (reader->depth > 0) /* where it broke off */
    close_node (reader);
  return is_whole;
}

gboolean
mado_xml_read (GBytes *bytes, const char *charset, MadoXmlEach each, gpointer data, GError **error)
{
  g_autofree Reader *reader = g_new0 (Reader, 1);
  g_autofree char *text = to_utf8 (bytes, charset, error);

  if (text == NULL)
    return FALSE;
  if (mado_markup_has_flood (text, ATTRIBUTES_MAX)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_LIMIT, "a tag has too many attributes");
    return FALSE;
  }
  if (!load (&reader->library)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "libxml2 is not installed");
    return FALSE;
  }
  reader->each = each;
  reader->data = data;
  return parse (reader, text, error);
}

/* Is @word the name of a tag at @at in @bytes, whose characters are @width bytes apart? */
static gboolean
is_tag (const guint8 *bytes, gsize at, gsize width, const char *word)
{
  gsize length = strlen (word);

  for (gsize i = 0; i < length; i++)
    if (bytes[at + i * width] != (guint8) word[i])
      return FALSE;
  return at >= width && (bytes[at - width] == '<' || bytes[at - width] == ':');
}

static gboolean
has_element (const guint8 *data, gsize size, const char *name)
{
  gsize length = strlen (name);

  for (gsize at = 0; at + length <= size; at++) {
    const guint8 *found = memchr (data + at, name[0], size - at);
    if (found == NULL)
      return FALSE;
    at = (gsize) (found - data);
    if ((at + length <= size && is_tag (data, at, 1, name)) || (at + 2 * length <= size && is_tag (data, at, 2, name)))
      return TRUE;
  }
  return FALSE;
}

/* (transfer full) the start of @data without byte order mark, blanks before it, and NULs: what UTF-16 and the others have in
 * common. No more than a letter when it is no XML. */
static char *
copy_head (const guint8 *data, gsize size)
{
  GString *head = g_string_new (NULL);

  for (gsize i = 0; i < size && head->len < HEAD_MAX && (head->len == 0 || head->str[0] == '<'); i++)
    if (data[i] != 0 && (head->len > 0 || (data[i] < 0xbb && !g_ascii_isspace (data[i]))))
      g_string_append_c (head, (char) data[i]);
  return g_string_free (head, FALSE);
}

gboolean
mado_xml_is_about (GBytes *bytes, const char *name)
{
  gsize size, length;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree char *head = copy_head (data, size);
  const char *at = head, *colon;

  if (*at != '<')
    return FALSE;
  while (at != NULL && (g_str_has_prefix (at, "<?") || g_str_has_prefix (at, "<!--"))) {
    const char *end = at[1] == '?' ? "?>" : "-->";
    at = strstr (at, end);
    at = at == NULL ? NULL : at + strlen (end) + strspn (at + strlen (end), " \t\r\n");
  }
  if (at == NULL || *at == '\0' || g_str_has_prefix (at, "<!"))
    return has_element (data, size, name);
  length = strcspn (at, " \t\r\n/>");
  colon = memchr (at, ':', length);
  at = colon == NULL ? at + 1 : colon + 1;
  length = strcspn (at, " \t\r\n/>");
  return length == strlen (name) && strncmp (at, name, length) == 0;
}
