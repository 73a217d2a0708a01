/* json-rules.c: see json-rules.h. Called by xarf.c in the opener's child. */
#include "madoguchi/report/json-rules.h"

#include "madoguchi/report/format.h"
#include "madoguchi/report/json.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
  GPtrArray *found;
  guint count, max;
  GString *path;
} Check;

static void
tell (Check *check, const char *what)
{
  if (check->count++ < check->max)
    g_ptr_array_add (check->found, g_strdup_printf ("%s %s", check->path->len == 0 ? "the document" : check->path->str, what));
}

/* --- what a string must be -------------------------------------------------------------------------------- */

static gboolean
is_host (const char *text)
{
  gsize size = strlen (text), label = 0;

  for (gsize i = 0; i < size; i++) {
    if (text[i] == '.' ? label == 0 : !g_ascii_isalnum (text[i]) && text[i] != '-' && (guchar) text[i] < 0x80)
      return FALSE;
    label = text[i] == '.' ? 0 : label + 1;
    if (label > 63)
      return FALSE;
  }
  return size > 0 && size < 254;
}

static gboolean
is_email (const char *text)
{
  const char *at = strrchr (text, '@');

  return at != NULL && at > text && strpbrk (text, " \t\r\n<>") == NULL && is_host (at + 1);
}

static gboolean
is_url (const char *text)
{
  gsize scheme = strcspn (text, ":");

  for (gsize i = 0; i < scheme; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("+-.", text[i]) == NULL)
      return FALSE;
  return scheme > 0 && text[scheme] == ':' && text[scheme + 1] != '\0' && g_ascii_isalpha (text[0]) && strpbrk (text, " \t\r\n<>\"") == NULL;
}

static gboolean
is_ip (const char *text)
{
  guint8 bytes[16];

  return inet_pton (AF_INET, text, bytes) == 1 || inet_pton (AF_INET6, text, bytes) == 1;
}

/* RFC 3339 wants a time of day and a zone. */
static gboolean
is_time (const char *text)
{
  gsize size = strlen (text);
  const char *zone = size > 19 ? text + size - 1 : "";

  if (size < 20 || mado_format_time (text) == 0)
    return FALSE;
  return *zone == 'Z' || *zone == 'z' || text[size - 6] == '+' || text[size - 6] == '-';
}

static gboolean
is_cve (const char *text)
{
  gsize digits;

  if (strncmp (text, "CVE-", 4) != 0 || strspn (text + 4, "0123456789") != 4 || text[8] != '-')
    return FALSE;
  digits = strspn (text + 9, "0123456789");
  return digits >= 4 && text[9 + digits] == '\0';
}

/* "CVSS:3.1/AV:N/AC:L/..." or "AV:N/AC:L/Au:N/...", the latter perhaps in brackets: six pairs of letters at least. */
static gboolean
is_cvss (const char *text)
{
  gboolean is_wrapped = text[0] == '(' && g_str_has_suffix (text, ")");
  g_autofree char *plain = g_strndup (text + is_wrapped, strlen (text) - 2 * (gsize) is_wrapped);
  g_auto (GStrv) pairs = g_strsplit (plain, "/", 60);
  guint count = 0;

  for (guint i = g_str_has_prefix (plain, "CVSS:") ? 1 : 0; pairs[i] != NULL; i++, count++) {
    gsize name = strspn (pairs[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZu");
    gsize value = pairs[i][name] == ':' ? strspn (pairs[i] + name + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    if (name == 0 || value == 0 || value > 3 || pairs[i][name + 1 + value] != '\0')
      return FALSE;
    if (count == 0 && !g_str_has_prefix (pairs[i], "AV:"))
      return FALSE;
  }
  return count >= 6;
}

static gboolean
is_word (const char *text, const char *words)
{
  g_autofree char *padded = g_strdup_printf (" %s ", text);

  return *text != '\0' && strchr (text, ' ') == NULL && strstr (words, padded) != NULL;
}

static const char *
check_string (const char *text, const MadoRule *rule)
{
  switch (rule->kind) {
  case MADO_RULE_NAME:
    return g_utf8_strlen (text, -1) >= 3 ? NULL : "is too short";
  case MADO_RULE_WORD:
    return is_word (text, rule->words) ? NULL : "is none of the words that it may be";
  case MADO_RULE_EMAIL:
    return is_email (text) ? NULL : "is no mail address";
  case MADO_RULE_NO_EMAIL:
    return !is_email (text) ? NULL : "is a mail address, which stands elsewhere";
  case MADO_RULE_HOST:
    return is_host (text) ? NULL : "is no name of a host";
  case MADO_RULE_URL:
    return is_url (text) ? NULL : "is no URL";
  case MADO_RULE_IP:
    return is_ip (text) ? NULL : "is no IP address";
  case MADO_RULE_TIME:
    return is_time (text) ? NULL : "is no time (RFC 3339)";
  case MADO_RULE_UUID:
    return g_uuid_string_is_valid (text) ? NULL : "is no UUID";
  case MADO_RULE_CVE:
    return is_cve (text) ? NULL : "is no CVE number";
  case MADO_RULE_CVSS:
    return is_cvss (text) ? NULL : "is no CVSS vector";
  default:
    return NULL;
  }
}

/* --- what a value must be --------------------------------------------------------------------------------- */

static gboolean
is_number (JsonNode *node, gint64 min, gint64 max)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) >= min
         && json_node_get_int (node) <= max;
}

static gboolean
is_port (JsonNode *node, gboolean may_be_list)
{
  if (!may_be_list || !JSON_NODE_HOLDS_ARRAY (node))
    return is_number (node, 0, 65535);
  for (guint i = 0; i < mado_json_count (node); i++)
    if (!is_number (mado_json_item (node, i), 0, 65535))
      return FALSE;
  return TRUE;
}

static void
check_object (Check *check, JsonNode *node, const MadoRule *rule)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    tell (check, "is no object");
    return;
  }
  json_object_iter_init (&iter, json_node_get_object (node));
  while (rule->kind != MADO_RULE_OBJECT && json_object_iter_next (&iter, &name, &member)) {
    gboolean is_plain = mado_json_string (member) != NULL || (rule->kind == MADO_RULE_PLAIN && is_number (member, G_MININT64, G_MAXINT64));
    gboolean is_right = rule->kind == MADO_RULE_CLOSED ? is_word (name, rule->words) : is_plain;
    g_autofree char *what = g_strdup_printf ("has a member that it may not have: %.100s", name);
    if (!is_right)
      tell (check, what);
  }
}

static void
check_value (Check *check, JsonNode *node, gconstpointer row)
{
  const MadoRule *rule = row;
  gboolean is_value = JSON_NODE_HOLDS_VALUE (node);
  const char *text = mado_json_string (node), *what;

  switch (rule->kind) {
  case MADO_RULE_OBJECT:
  case MADO_RULE_CLOSED:
  case MADO_RULE_PLAIN:
  case MADO_RULE_STRINGS:
    check_object (check, node, rule);
    return;
  case MADO_RULE_LIST:
    what = JSON_NODE_HOLDS_ARRAY (node) ? NULL : "is no list";
    break;
  case MADO_RULE_PORT:
  case MADO_RULE_PORTS:
    what = is_port (node, rule->kind == MADO_RULE_PORTS) ? NULL : "is no port";
    break;
  case MADO_RULE_BOOL:
    what = is_value && json_node_get_value_type (node) == G_TYPE_BOOLEAN ? NULL : "is neither true nor false";
    break;
  case MADO_RULE_COUNT:
    what = is_number (node, 0, G_MAXINT64) ? NULL : "is no whole number";
    break;
  case MADO_RULE_NUMBER:
    what = is_number (node, G_MININT64, G_MAXINT64) || (is_value && json_node_get_value_type (node) == G_TYPE_DOUBLE) ? NULL : "is no number";
    break;
  default:
    what = text == NULL ? "is no text" : check_string (text, rule);
  }
  if (what != NULL)
    tell (check, what);
}

typedef void (*Visitor) (Check *check, JsonNode *node, gconstpointer row);

/* Calls @visitor for each value at @path below @node, lists opened. */
static void
visit (Check *check, JsonNode *node, const char *path, Visitor visitor, gconstpointer row)
{
  gsize size = strcspn (path, ".["), before = check->path->len;
  g_autofree char *name = g_strndup (path, size);
  JsonNode *member = size == 0 ? NULL : mado_json_member (node, name);

  if (*path == '\0')
    visitor (check, node, row);
  for (guint i = 0; *path == '[' && JSON_NODE_HOLDS_ARRAY (node) && i < mado_json_count (node) && check->count < check->max; i++) {
    g_string_append_printf (check->path, "[%u]", i); /* "[]", then "." or nothing */
    visit (check, mado_json_item (node, i), path + 2 + (path[2] == '.'), visitor, row);
    g_string_truncate (check->path, before);
  }
  if (member == NULL)
    return;
  g_string_append_printf (check->path, "%s%s", before > 0 ? "." : "", name);
  visit (check, member, path + size + (path[size] == '.'), visitor, row);
  g_string_truncate (check->path, before);
}

static gboolean
holds (JsonNode *object, const char *when)
{
  const char *equals = when == NULL ? NULL : strchr (when, '=');
  gboolean is_not = equals != NULL && equals[-1] == '!';
  g_autofree char *name = equals == NULL ? NULL : g_strndup (when, (gsize) (equals - when) - is_not);

  return equals == NULL || mado_json_is (object, name, equals + 1) != is_not;
}

static void
check_need (Check *check, JsonNode *object, gconstpointer row)
{
  const MadoRuleNeed *need = row;
  gboolean is_forbidden = *need->names == '!', is_there = FALSE;
  g_auto (GStrv) names = g_strsplit (need->names + is_forbidden, "|", -1);
  g_autofree char *listed = g_strjoinv (" or ", names), *what = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (object) || !holds (object, need->when))
    return;
  for (guint i = 0; names[i] != NULL; i++)
    is_there = is_there || mado_json_member (object, names[i]) != NULL;
  what = g_strdup_printf ("%s %s", is_forbidden ? "may not have" : "lacks", listed);
  if (is_there == is_forbidden)
    tell (check, what);
}

guint
mado_json_check (JsonNode *root, const MadoRule *rules, const MadoRuleNeed *needs, GPtrArray *found, guint max)
{
  Check check = { found, 0, max, g_string_new (NULL) };

  for (const MadoRuleNeed *need = needs; need->names != NULL; need++)
    visit (&check, root, need->object, check_need, need);
  for (const MadoRule *rule = rules; rule->path != NULL; rule++)
    visit (&check, root, rule->path, check_value, rule);
  g_string_free (check.path, TRUE);
  return check.count;
}
