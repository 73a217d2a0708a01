/* html.c: see html.h. libxml2 finds the tags and calls us for each: there is no tree, so memory is that of the text, and
 * we keep the elements that are open (at most DEPTH_MAX; a page with more is stripped of its tags instead).
 *
 * Hidden text is shown, with a mark: a reporter's page may hide nothing of what its author wants us to act on, and what
 * only filters or only some programs see is worth knowing. Rules of style sheets are not followed, only what stands in
 * the tag itself. */
#include "madoguchi/mail/html.h"

#include "madoguchi/base/markup.h"
#include "madoguchi/mail/strip.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define DEPTH_MAX 256
#define TARGET_MAX 8192
#define ATTRIBUTES_MAX 1000 /* libxml2 compares each of a tag with all others */

/* What we use of libxml2. */
typedef struct {
  htmlParserCtxtPtr (*make) (void);
  htmlDocPtr (*read) (htmlParserCtxtPtr context, const char *bytes, int size, const char *url, const char *encoding, int options);
  void (*stop) (xmlParserCtxtPtr context);
  void (*free_document) (xmlDocPtr document);
  void (*free_context) (htmlParserCtxtPtr context);
} Reader;

/* What an element does to what stands in it. */
typedef struct {
  char name[16];
  gboolean is_silent, is_hidden, is_pre;
  gboolean is_ordered; /* a list with numbers */
  guint items;
  gsize start;  /* of a link: where its label begins */
  char *target; /* of a link */
} Element;

typedef struct {
  const Reader *reader;
  const char *skip; /* a class whose "div" elements are passed over; nullable */
  htmlParserCtxtPtr context;
  GString *out;
  Element open[DEPTH_MAX];
  guint depth;
  guint silent, hidden, pre; /* inside so many of them */
  gboolean is_marked;        /* "[hidden: " was written and not closed */
  gboolean is_too_deep;
  guint notes;
} Writer;

static const char *const silent[] = { "script", "style", "head", "title", "template", NULL };
static const char *const blocks[] = { "p",  "div", "table", "tr",  "ul",      "ol",      "li",     "h1",      "h2",
                                      "h3", "h4",  "h5",    "h6",  "section", "article", "header", "footer",  "form",
                                      "pre", "dl", "dt",    "dd",  "address", "fieldset", "center", "blockquote", NULL };

static void
trim_blank (GString *out)
{
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
}

/* Ends the mark around hidden text. */
static void
end_mark (Writer *writer)
{
  if (!writer->is_marked)
    return;
  trim_blank (writer->out);
  g_string_append (writer->out, "] ");
  writer->is_marked = FALSE;
}

static void
break_line (Writer *writer)
{
  GString *out = writer->out;

  end_mark (writer);
  trim_blank (out);
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

/* Begins the mark, when hidden text comes or does not come any more. */
static void
mark (Writer *writer)
{
  if (writer->hidden > 0 && !writer->is_marked) {
    g_string_append (writer->out, "[hidden: ");
    writer->is_marked = TRUE;
    writer->notes |= MADO_HTML_HIDDEN;
  } else if (writer->hidden == 0)
    end_mark (writer);
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

static void
write_text (Writer *writer, const char *text, gsize length)
{
  GString *out = writer->out;

  if (!is_blank (text, length))
    mark (writer);
  for (gsize i = 0; i < length; i++) {
    if (writer->pre > 0 || !g_ascii_isspace (text[i]))
      g_string_append_c (out, text[i]);
    else if (out->len > 0 && out->str[out->len - 1] != ' ' && out->str[out->len - 1] != '\n')
      g_string_append_c (out, ' ');
  }
}

static void
write_words (Writer *writer, const char *before, const char *text, const char *after)
{
  if (text == NULL || text[0] == '\0')
    return;
  write_text (writer, before, strlen (before));
  write_text (writer, text, strlen (text));
  write_text (writer, after, strlen (after));
}

static const char *
attribute (const xmlChar **attributes, const char *name)
{
  for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
    if (g_ascii_strcasecmp ((const char *) attributes[0], name) == 0)
      return attributes[1] == NULL ? "" : (const char *) attributes[1];
  return NULL;
}

/* Does the style @value (lower case, without blanks) hold @rule, and not the start of a larger number? */
static gboolean
has_rule (const char *value, const char *rule)
{
  for (const char *at = value; (at = strstr (at, rule)) != NULL; at++) {
    gboolean is_start = at == value || strchr (";\"'{", at[-1]) != NULL;
    char after = at[strlen (rule)];
    if (is_start && (strchr (";!\"'}", after) != NULL || (rule[strlen (rule) - 1] == '0' && strchr ("p%er", after) != NULL)))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_hidden (const char *name, const xmlChar **attributes)
{
  static const char *const rules[] = { "display:none", "visibility:hidden", "visibility:collapse", "font-size:0", "opacity:0",
                                       "max-height:0", "max-width:0", "mso-hide:all" };
  const char *style = attribute (attributes, "style"), *type = attribute (attributes, "type");
  g_autofree char *folded = NULL;
  char *to;

  if (attribute (attributes, "hidden") != NULL || (g_str_equal (name, "input") && type != NULL && g_ascii_strcasecmp (type, "hidden") == 0))
    return TRUE;
  if (style == NULL)
    return FALSE;
  folded = g_ascii_strdown (style, 4096 < strlen (style) ? 4096 : -1);
  to = folded;
  for (const char *from = folded; *from != '\0'; from++)
    if (!g_ascii_isspace (*from))
      *to++ = *from;
  *to = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (has_rule (folded, rules[i]))
      return TRUE;
  return FALSE;
}

static void
write_item (Writer *writer)
{
  Element *list = NULL;

  for (guint i = writer->depth; i > 0 && list == NULL; i--)
    if (g_str_equal (writer->open[i - 1].name, "ol") || g_str_equal (writer->open[i - 1].name, "ul"))
      list = &writer->open[i - 1];
  mark (writer);
  if (list != NULL && list->is_ordered)
    g_string_append_printf (writer->out, "%u. ", ++list->items);
  else
    g_string_append (writer->out, "* ");
}

/* What a start tag says by itself. */
static void
write_start (Writer *writer, const char *name, const xmlChar **attributes)
{
  if (g_strv_contains (blocks, name))
    break_line (writer);
  if (g_str_equal (name, "br"))
    g_string_append_c (writer->out, '\n');
  else if (g_str_equal (name, "hr")) {
    end_mark (writer);
    g_string_append (writer->out, "\n----\n");
  } else if (g_str_equal (name, "li"))
    write_item (writer);
  else if (g_str_equal (name, "img"))
    write_words (writer, "[", attribute (attributes, "alt"), "]");
  else if (g_str_equal (name, "input"))
    write_words (writer, "[", attribute (attributes, "value"), "]");
  else if (g_str_equal (name, "form"))
    write_words (writer, "[form to <", attribute (attributes, "action"), ">] ");
  else if (g_str_equal (name, "iframe") || g_str_equal (name, "frame") || g_str_equal (name, "embed"))
    write_words (writer, "[frame <", attribute (attributes, "src"), ">] ");
  else if (g_str_equal (name, "area"))
    write_words (writer, "<", attribute (attributes, "href"), "> ");
}

static gboolean
is_skipped (const Writer *writer, const char *name, const xmlChar **attributes)
{
  const char *value = attribute (attributes, "class");
  g_auto (GStrv) words = NULL;

  if (writer->skip == NULL || value == NULL || !g_str_equal (name, "div"))
    return FALSE;
  words = g_strsplit_set (value, " \t\r\n", 20);
  return g_strv_contains ((const char *const *) words, writer->skip);
}

static void
on_start (void *data, const xmlChar *name, const xmlChar **attributes)
{
  Writer *writer = data;
  const char *tag = (const char *) name, *target = attribute (attributes, "href");
  Element *element;

  if (writer->depth == DEPTH_MAX) {
    writer->is_too_deep = TRUE;
    writer->reader->stop (writer->context);
    return;
  }
  if (g_str_equal (tag, "base")) /* links that are not whole begin with it */
    write_words (writer, "[links begin with <", target, ">] ");
  element = &writer->open[writer->depth++];
  *element = (Element) { .name = "" };
  g_strlcpy (element->name, tag, sizeof element->name);
  element->is_silent = g_strv_contains (silent, tag) || is_skipped (writer, tag, attributes);
  element->is_hidden = is_hidden (tag, attributes);
  element->is_pre = g_str_equal (tag, "pre") || g_str_equal (tag, "textarea");
  element->is_ordered = g_str_equal (tag, "ol");
  writer->silent += (guint) element->is_silent;
  writer->hidden += (guint) element->is_hidden;
  if (writer->silent == 0)
    write_start (writer, tag, attributes);
  writer->pre += (guint) element->is_pre;
  element->start = writer->out->len;
  if (g_str_equal (tag, "a") && target != NULL && target[0] != '\0' && target[0] != '#')
    element->target = g_strndup (target, TARGET_MAX);
}

/* Is the label of a link, which begins at @start, its target? */
static gboolean
is_target (const GString *out, gsize start, const char *target)
{
  g_autofree char *label = NULL;
  gsize length;

  if (start > out->len || out->len - start > TARGET_MAX + 100)
    return FALSE;
  label = g_strstrip (g_strdup (out->str + start));
  length = strlen (label);
  if (g_str_has_prefix (target, "mailto:") && g_str_equal (target + 7, label))
    return TRUE;
  return length > 0 && g_str_has_prefix (target, label) && (target[length] == '\0' || (target[length] == '/' && target[length + 1] == '\0'));
}

static void
on_end (void *data, const xmlChar *name)
{
  Writer *writer = data;
  Element *element = writer->depth == 0 ? NULL : &writer->open[writer->depth - 1];

  if (element == NULL || strncmp (element->name, (const char *) name, sizeof element->name - 1) != 0)
    return;
  if (writer->silent == 0) {
    if (element->target != NULL && !is_target (writer->out, element->start, element->target))
      write_words (writer, " <", element->target, ">");
    if (g_str_equal (element->name, "td") || g_str_equal (element->name, "th"))
      g_string_append_c (writer->out, ' ');
    if (g_strv_contains (blocks, element->name))
      break_line (writer);
    if (g_str_equal (element->name, "p"))
      g_string_append_c (writer->out, '\n');
  }
  writer->silent -= (guint) element->is_silent;
  writer->hidden -= (guint) element->is_hidden;
  writer->pre -= (guint) element->is_pre;
  g_clear_pointer (&element->target, g_free);
  writer->depth--;
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Writer *writer = data;

  if (writer->silent == 0 && length > 0)
    write_text (writer, (const char *) text, (gsize) length);
}

/* A comment is for nobody, but some programs show what stands in one that begins with a condition. */
static void
on_comment (void *data, const xmlChar *comment)
{
  Writer *writer = data;
  const char *text = strchr ((const char *) comment, ']');
  g_autoptr (GString) out = NULL;
  const char *end;

  if (!g_str_has_prefix ((const char *) comment, "[if") || text == NULL || text[1] != '>')
    return;
  end = g_strrstr (text, "<![endif]");
  out = g_string_new (NULL);
  mado_strip_append (text + 2, end == NULL ? strlen (text + 2) : (gsize) (MAX (end, text + 2) - text - 2), out);
  if (is_blank (out->str, out->len))
    return;
  g_strstrip (out->str);
  writer->hidden++;
  write_text (writer, out->str, strlen (out->str));
  writer->hidden--;
  end_mark (writer);
}

/* Fills @reader. FALSE: there is no libxml2. */
static gboolean
load (Reader *reader)
{
  const MadoMarkupSymbol symbols[] = { { "htmlNewParserCtxt", &reader->make },
                                       { "htmlCtxtReadMemory", &reader->read },
                                       { "xmlStopParser", &reader->stop },
                                       { "xmlFreeDoc", &reader->free_document },
                                       { "htmlFreeParserCtxt", &reader->free_context } };

  return mado_markup_load (symbols, G_N_ELEMENTS (symbols));
}

/* Gives @html to the parser. FALSE: it did not read all of it. */
static gboolean
parse (const Reader *reader, const char *html, gsize size, Writer *writer)
{
  gboolean is_done;
  htmlDocPtr document;

  writer->reader = reader;
  writer->context = reader->make ();
  if (writer->context == NULL)
    return FALSE;
  memset (writer->context->sax, 0, sizeof *writer->context->sax);
  writer->context->sax->startElement = on_start;
  writer->context->sax->endElement = on_end;
  writer->context->sax->characters = writer->context->sax->ignorableWhitespace = on_text;
  writer->context->sax->cdataBlock = on_text;
  writer->context->sax->comment = on_comment;
  writer->context->userData = writer;
  document = reader->read (writer->context, html, (int) size, NULL, "UTF-8",
                           HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  is_done = !writer->is_too_deep && !writer->context->disableSAX && writer->context->input != NULL
            && writer->context->input->cur >= writer->context->input->end;
  if (document != NULL)
    reader->free_document (document);
  reader->free_context (writer->context);
  while (writer->depth > 0)
    g_free (writer->open[--writer->depth].target);
  end_mark (writer);
  return is_done;
}

char *
mado_html_to_text (const char *html)
{
  return mado_html_to_text_without (html, NULL, NULL);
}

char *
mado_html_to_text_without (const char *html, const char *class, guint *notes)
{
  g_autofree Writer *writer = g_new0 (Writer, 1);
  gsize size = strlen (html);
  Reader reader;

  writer->skip = class;
  writer->out = g_string_sized_new (size / 2);
  if (size == 0)
    return g_string_free (writer->out, FALSE);
  if (size > G_MAXINT || mado_markup_has_flood (html, ATTRIBUTES_MAX) || !load (&reader) || !parse (&reader, html, size, writer)) {
    writer->notes = MADO_HTML_ODD;
    g_string_truncate (writer->out, 0);
    mado_strip_append (html, size, writer->out);
  }
  if (notes != NULL)
    *notes |= writer->notes;
  return g_strchomp (g_string_free (writer->out, FALSE));
}
