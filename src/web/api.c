/* api.c: see api.h. Turns requests into the keeper's words and its answers into JSON; decides nothing: who may do what is the
 * keeper's business. */
#include "madoguchi/web/api.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/record-json.h"
#include "madoguchi/web/api-list.h"
#include "madoguchi/web/content.h"
#include "madoguchi/web/entrance.h"
#include "madoguchi/web/disposition.h"
#include "madoguchi/web/keeper.h"
#include "madoguchi/web/negotiate.h"
#include "madoguchi/web/openapi.h"
#include "madoguchi/web/visitor.h"

#include <string.h>

#define PREFIX "/api/v1"
#define MAX_SEGMENTS 8
#define LARGE (1024 * 1024)

/* --- errors --------------------------------------------------------------------------------------------- */

MadoHttpAnswer *
mado_api_problem (guint status, const char *title, const char *detail)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "about:blank");
  json_builder_set_member_name (builder, "title");
  json_builder_add_string_value (builder, title);
  json_builder_set_member_name (builder, "status");
  json_builder_add_int_value (builder, status);
  if (detail != NULL) {
    json_builder_set_member_name (builder, "detail");
    json_builder_add_string_value (builder, detail);
  }
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *text = mado_json_line (node);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  MadoHttpAnswer *answer = mado_http_answer_new (status, "application/problem+json", bytes);
  mado_http_answer_add (answer, "Cache-Control", "no-store");
  return answer;
}

MadoHttpAnswer *
mado_api_fail (const GError *error)
{
  static const struct {
    int code;
    guint status;
    const char *title;
  } table[] = {
    { MADO_ERROR_USAGE, 400, "This request is not understood" },
    { MADO_ERROR_DENIED, 403, "Not permitted" },
    { MADO_ERROR_NO, 404, "The answer is no" },
    { MADO_ERROR_CONFLICT, 412, "Changed meanwhile" },
    { MADO_ERROR_LIMIT, 413, "Over a limit" },
    { MADO_ERROR_PERM, 422, "This will never do" },
    { MADO_ERROR_CONF, 422, "The configuration does not allow it" },
    { MADO_ERROR_TEMP, 503, "Not now" },
    { MADO_ERROR_UNAVAILABLE, 503, "The gateway does not answer" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_error_matches (error, MADO_ERROR, table[i].code))
      return mado_api_problem (table[i].status, table[i].title, error->message);
  return mado_api_problem (500, "Trouble of the gateway", NULL);
}

/* --- finding the call ----------------------------------------------------------------------------------- */

/* The values of the names in a path. */
typedef struct {
  char *values[MAX_SEGMENTS];
  guint n;
} Captures;

static void
captures_clear (Captures *captures)
{
  for (guint i = 0; i < captures->n; i++)
    g_free (captures->values[i]);
  captures->n = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Captures, captures_clear)

/* "{ticket}" takes any segment, decoded; it may not hold a slash. */
static gboolean
match (const char *pattern, const char *path, Captures *captures)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", MAX_SEGMENTS + 1), given = g_strsplit (path, "/", MAX_SEGMENTS + 1);

  captures_clear (captures);
  if (g_strv_length (wanted) != g_strv_length (given) || g_strv_length (given) > MAX_SEGMENTS)
    return FALSE;
  for (guint i = 0; wanted[i] != NULL; i++) {
    if (wanted[i][0] != '{') {
      if (strcmp (wanted[i], given[i]) != 0)
        return FALSE;
      continue;
    }
    char *value = g_uri_unescape_segment (given[i], NULL, "/");
    if (value == NULL || *value == '\0' || !g_utf8_validate (value, -1, NULL)) {
      g_free (value);
      return FALSE;
    }
    captures->values[captures->n++] = value;
  }
  return TRUE;
}

/* What the name in braces number @index of @pattern is. */
static gboolean
is_named (const char *pattern, guint index, const char *name)
{
  const char *brace = strchr (pattern, '{');

  for (; index > 0 && brace != NULL; index--)
    brace = strchr (brace + 1, '{');
  return brace != NULL && strncmp (brace + 1, name, strlen (name)) == 0 && brace[1 + strlen (name)] == '}';
}

static const char *
get_capture (const MadoApiCall *call, const Captures *captures, const char *name)
{
  for (guint i = 0; i < captures->n; i++)
    if (is_named (call->path, i, name))
      return captures->values[i];
  return NULL;
}

static const MadoApiCall *
find_call (const MadoHttpRequest *request, Captures *captures, gboolean *is_path)
{
  const char *path = mado_http_path (request) + strlen (PREFIX), *method = mado_http_method (request);

  *is_path = FALSE;
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    if (match (call->path, path, captures)) {
      *is_path = TRUE;
      if (strcmp (call->method, method) == 0 || (strcmp (method, "HEAD") == 0 && strcmp (call->method, "GET") == 0))
        return call;
    }
  return NULL;
}

gboolean
mado_api_takes_files (const MadoHttpRequest *request)
{
  g_auto (Captures) captures = { .n = 0 };
  gboolean is_path;
  const MadoApiCall *call = g_str_has_prefix (mado_http_path (request), PREFIX) ? find_call (request, &captures, &is_path) : NULL;

  for (const MadoApiArgument *argument = call != NULL ? call->arguments : NULL; argument != NULL && argument->name != NULL; argument++)
    if (argument->type == MADO_API_FILES)
      return TRUE;
  return FALSE;
}

/* --- arguments ------------------------------------------------------------------------------------------ */

static gboolean
set_wrong (const MadoApiArgument *argument, const char *what, GError **error)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: %s", argument->name, what);
  return FALSE;
}

/* Out of a path or a query. */
static gboolean
add_text (GVariantDict *dict, const MadoApiArgument *argument, const char *text, GError **error)
{
  gint64 number;

  switch (argument->type) {
  case MADO_API_INTEGER:
    if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
      return set_wrong (argument, "a number is needed", error);
    g_variant_dict_insert (dict, argument->name, "x", number);
    return TRUE;
  case MADO_API_BOOLEAN:
    if (strcmp (text, "true") != 0 && strcmp (text, "false") != 0)
      return set_wrong (argument, "true or false is needed", error);
    g_variant_dict_insert (dict, argument->name, "b", strcmp (text, "true") == 0);
    return TRUE;
  case MADO_API_STRINGS:
  case MADO_API_INTEGERS:
  case MADO_API_FILES:
    return set_wrong (argument, "a list stands in the content", error);
  default:
    g_variant_dict_insert (dict, argument->name, "s", text);
    return TRUE;
  }
}

/* Out of the content: the types of JSON. */
static gboolean
add_node (GVariantDict *dict, const MadoApiArgument *argument, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (mado_api_list_is (argument->type))
    return mado_api_list_add (dict, argument, node, error);
  if (argument->type == MADO_API_STRING && mado_content_is_text (node))
    g_variant_dict_insert (dict, argument->name, "s", json_node_get_string (node));
  else if (argument->type == MADO_API_INTEGER && type == G_TYPE_INT64)
    g_variant_dict_insert (dict, argument->name, "x", json_node_get_int (node));
  else if (argument->type == MADO_API_BOOLEAN && type == G_TYPE_BOOLEAN)
    g_variant_dict_insert (dict, argument->name, "b", json_node_get_boolean (node));
  else
    return set_wrong (argument, "not of the right type", error);
  return TRUE;
}

/* Whoever sends what we do not know thinks that it does something. */
static gboolean
check_known (const MadoApiCall *call, const MadoHttpRequest *request, JsonNode *content, GError **error)
{
  const char *queries[MADO_API_ARGUMENTS + 1] = { NULL };
  guint n = 0;

  for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++)
    if (argument->place == MADO_API_QUERY)
      queries[n++] = argument->name;
  if (mado_http_query_has_other (request, queries)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the query holds an argument that is not known");
    return FALSE;
  }
  g_autoptr (GList) names = json_object_get_members (json_node_get_object (content));
  for (GList *l = names; l != NULL; l = l->next) {
    const MadoApiArgument *argument = call->arguments;
    while (argument->name != NULL && (argument->place != MADO_API_CONTENT || strcmp (argument->name, l->data) != 0))
      argument++;
    if (argument->name == NULL) {
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the content holds a field that is not known");
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
add_argument (GVariantDict *dict, const MadoApiCall *call, const MadoApiArgument *argument, const MadoHttpRequest *request,
              const Captures *captures, JsonNode *content, GError **error)
{
  JsonNode *node = argument->place == MADO_API_CONTENT ? json_object_get_member (json_node_get_object (content), argument->name) : NULL;
  g_autofree char *query = argument->place == MADO_API_QUERY ? mado_http_query (request, argument->name) : NULL;
  const char *text = argument->place == MADO_API_PATH ? get_capture (call, captures, argument->name) : query;

  if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
    return add_node (dict, argument, node, error);
  if (text != NULL)
    return add_text (dict, argument, text, error);
  return !argument->is_needed || set_wrong (argument, "is needed", error);
}

/* If-Match: "12", or "12.HASH" as it was read (RFC 9110, 13.1.1): the version counts, not who looked at it meanwhile. */
static gboolean
add_version (GVariantDict *dict, const MadoApiCall *call, const MadoHttpRequest *request, GError **error)
{
  const char *tag = mado_http_header (request, "If-Match");
  gsize length = tag != NULL ? strlen (tag) : 0;

  if (!call->has_version || !mado_http_has_header (request, "If-Match") || g_strcmp0 (tag, "*") == 0)
    return TRUE;
  if (length < 3 || length > 60 || !g_str_is_ascii (tag) || tag[0] != '"' || tag[length - 1] != '"') {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "If-Match: the ETag of the ticket is needed");
    return FALSE;
  }
  g_autofree char *version = g_strndup (tag + 1, strcspn (tag + 1, ".\""));
  g_variant_dict_insert (dict, "if_version", "s", version);
  return TRUE;
}

/* By what somebody asks: session or token. */
typedef struct {
  char *session, *token;
  gboolean is_passive;
} Asker;

static void
asker_clear (Asker *asker)
{
  g_free (asker->session);
  g_free (asker->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asker, asker_clear)

static void
add_asker (GVariantDict *dict, const Asker *asker)
{
  if (asker->token != NULL)
    g_variant_dict_insert (dict, "token", "s", asker->token);
  else
    g_variant_dict_insert (dict, "session", "s", asker->session);
  if (asker->is_passive)
    g_variant_dict_insert (dict, "passive", "b", TRUE);
}

/* (transfer floating, nullable) what the keeper is asked. */
static GVariant *
make_body (const MadoApiCall *call, const MadoHttpRequest *request, const Captures *captures, const Asker *asker, GError **error)
{
  g_autoptr (JsonNode) content = mado_content_read (request, error);
  GVariantDict dict;
  gboolean ok;

  if (content == NULL || !check_known (call, request, content, error))
    return NULL;
  g_variant_dict_init (&dict, NULL);
  ok = add_version (&dict, call, request, error);
  for (const MadoApiArgument *argument = call->arguments; ok && argument->name != NULL; argument++)
    ok = add_argument (&dict, call, argument, request, captures, content, error);
  if (!ok) {
    g_variant_dict_clear (&dict);
    return NULL;
  }
  add_asker (&dict, asker);
  return g_variant_dict_end (&dict);
}

/* The same; large ones one after the other. */
static GVariant *
make_body_in_turn (const MadoSite *site, const MadoApiCall *call, const MadoHttpRequest *request, const Captures *captures,
                   const Asker *asker, GError **error)
{
  g_autoptr (GMutexLocker) turn
      = g_bytes_get_size (mado_http_content (request)) > LARGE ? g_mutex_locker_new ((GMutex *) &site->reading) : NULL;

  return make_body (call, request, captures, asker, error);
}

/* --- answers -------------------------------------------------------------------------------------------- */

static JsonNode *
convert_record (const MadoRecordType *type, GVariant *body, GError **error)
{
  gpointer record = mado_record_from_variant (type, body, error);
  JsonNode *node = record != NULL ? mado_record_to_json (type, record) : NULL;

  mado_record_free (type, record);
  return node;
}

/* {"items": [...]} and whatever else is said. */
static JsonNode *
convert_items (const MadoRecordType *type, GVariant *body, GError **error)
{
  g_autoptr (GVariant) items = g_variant_lookup_value (body, "items", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (JsonArray) array = json_array_new ();
  GVariantDict rest;

  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    JsonNode *node = convert_record (type, item, error);
    if (node == NULL)
      return NULL;
    json_array_add_element (array, node);
  }
  g_variant_dict_init (&rest, body);
  g_variant_dict_remove (&rest, "items");
  g_autoptr (GVariant) others = g_variant_ref_sink (g_variant_dict_end (&rest));
  JsonNode *node = mado_body_to_json (others);
  json_object_set_array_member (json_node_get_object (node), "items", g_steal_pointer (&array));
  return node;
}

/* A record, and whatever else is said. */
static JsonNode *
convert_more (const MadoRecordType *type, GVariant *body, GError **error)
{
  JsonNode *node = convert_record (type, body, error);
  g_autoptr (JsonNode) all = mado_body_to_json (body);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL)
    return NULL;
  json_object_iter_init (&iter, json_node_get_object (all));
  while (json_object_iter_next (&iter, &name, &value))
    if (!json_object_has_member (json_node_get_object (node), name))
      json_object_set_member (json_node_get_object (node), name, json_node_copy (value));
  return node;
}

static JsonNode *
convert (const MadoApiCall *call, GVariant *body, GError **error)
{
  switch (call->kind) {
  case MADO_API_RECORD:
    return convert_record (call->type, body, error);
  case MADO_API_ITEMS:
    return convert_items (call->type, body, error);
  default:
    return call->type != NULL ? convert_more (call->type, body, error) : mado_body_to_json (body);
  }
}

/* A stranger's bytes: never shown by the browser, never run, whatever they say they are. */
static MadoHttpAnswer *
answer_file (MadoPacket *packet)
{
  MadoHttpAnswer *answer = mado_http_answer_new (200, "application/octet-stream", NULL);
  gint64 offset = 0, size = 0;

  g_variant_lookup (packet->body, "offset", "x", &offset);
  g_variant_lookup (packet->body, "size", "x", &size);
  answer->fd = mado_packet_steal_fd (packet);
  answer->offset = (guint64) MAX (0, offset);
  answer->size = (guint64) MAX (0, size);
  const char *name = NULL;
  g_variant_lookup (packet->body, "save_as", "&s", &name);
  g_autofree char *disposition = mado_disposition_write (name);
  mado_http_answer_add (answer, "Content-Disposition", disposition);
  mado_http_answer_add (answer, "Accept-Ranges", "none"); /* the mail is opened anew for each question: a piece costs what the whole does */
  mado_http_answer_add (answer, "Cache-Control", "no-store");
  return answer;
}

/* What it says, and of a ticket its version before that: by this it may be changed (add_version). */
static char *
make_tag (const MadoApiCall *call, const MadoPacket *packet, const char *text)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  gint64 version = 0;

  if (!call->has_version || !g_variant_lookup (packet->body, "version", "x", &version))
    return g_strdup_printf ("\"%.32s\"", sum);
  return strcmp (call->method, "GET") == 0 ? g_strdup_printf ("\"%" G_GINT64_FORMAT ".%.32s\"", version, sum)
                                           : g_strdup_printf ("\"%" G_GINT64_FORMAT "\"", version);
}

static MadoHttpAnswer *
make_answer (const MadoApiCall *call, const MadoHttpRequest *request, MadoPacket *packet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (call->kind == MADO_API_FILE)
    return packet->fd >= 0 ? answer_file (packet) : mado_api_problem (500, "The keeper gave no file", NULL);
  if (call->kind == MADO_API_NOTHING)
    return mado_http_answer_new (204, NULL, NULL);
  node = convert (call, packet->body, &error);
  if (node == NULL)
    return mado_api_fail (error);
  g_autofree char *text = mado_json_line (node);
  g_autofree char *tag = make_tag (call, packet, text);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  gboolean is_read = strcmp (call->method, "GET") == 0;
  gboolean is_same = is_read && mado_negotiate_is_known (request, tag);
  MadoHttpAnswer *answer = mado_http_answer_new (is_same ? 304 : 200, is_same ? NULL : "application/json", is_same ? NULL : bytes);
  if (is_read || call->has_version)
    mado_http_answer_add (answer, "ETag", tag);
  return answer;
}

/* (transfer full) which methods there are at the path of @request. */
static char *
list_methods (const MadoHttpRequest *request)
{
  g_auto (Captures) captures = { .n = 0 };
  g_autoptr (GString) list = g_string_new (NULL);

  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    if (match (call->path, mado_http_path (request) + strlen (PREFIX), &captures))
      g_string_append_printf (list, "%s%s%s", list->len > 0 ? ", " : "", call->method, strcmp (call->method, "GET") == 0 ? ", HEAD" : "");
  return g_strdup (list->str);
}

/* (nullable, transfer full) why @request cannot be a question at all; NULL: it can. */
static MadoHttpAnswer *
refuse (const MadoApiCall *call, const MadoHttpRequest *request)
{
  if (call->kind != MADO_API_FILE && !mado_negotiate_accepts (request, "application/json"))
    return mado_api_problem (406, "The answer is JSON", "Accept: application/json");
  if (!mado_content_is_readable (request))
    return mado_api_problem (415, "The content has to be application/json", NULL);
  return NULL;
}

static MadoHttpAnswer *
answer_stranger (void)
{
  MadoHttpAnswer *answer = mado_api_problem (401, "Nobody is logged in here", NULL);

  mado_http_answer_add (answer, "WWW-Authenticate", "Bearer");
  return answer;
}

/* Refused because of who it is, or because nobody is logged in any more? */
static MadoHttpAnswer *
fail (const MadoSite *site, const Asker *asker, const GError *problem)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_DENIED))
    return mado_api_fail (problem);
  g_variant_dict_init (&dict, NULL);
  add_asker (&dict, asker);
  mado_web_ask (site->conf, "session", g_variant_dict_end (&dict), &packet, &error);
  return g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED) ? answer_stranger () : mado_api_fail (problem);
}

gboolean
mado_api_needs_keeper (const MadoHttpRequest *request, MadoLineLane *lane)
{
  g_auto (Captures) captures = { .n = 0 };
  gboolean is_path;
  const MadoApiCall *call = find_call (request, &captures, &is_path);

  *lane = call != NULL && mado_web_is_slow (call->verb) ? MADO_LINE_SLOW : MADO_LINE_QUICK;
  return call != NULL || mado_entrance_is_one (request);
}

static MadoHttpAnswer *
answer_nowhere (const MadoHttpRequest *request, gboolean is_path)
{
  g_autofree char *own = is_path ? list_methods (request) : NULL;
  const char *methods = is_path ? own : mado_entrance_methods (request);

  if (methods == NULL)
    return mado_api_problem (404, "There is no such place", NULL);
  MadoHttpAnswer *answer = mado_api_problem (405, "Not this way", NULL);
  mado_http_answer_add (answer, "Allow", methods);
  return answer;
}

MadoHttpAnswer *
mado_api_answer (const MadoSite *site, const MadoHttpRequest *request)
{
  g_auto (Captures) captures = { .n = 0 };
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  gboolean is_path;
  const MadoApiCall *call = find_call (request, &captures, &is_path);
  g_auto (Asker) asker = { mado_visitor_session (request), mado_visitor_token (request), mado_visitor_is_passive (request) };

  if (call == NULL && strcmp (mado_http_path (request), PREFIX "/openapi.json") == 0)
    return mado_openapi_answer ();
  if (call == NULL)
    return answer_nowhere (request, is_path);
  if (asker.session == NULL && asker.token == NULL)
    return answer_stranger ();
  if (asker.session != NULL && asker.token != NULL)
    return mado_api_problem (400, "A session and a token: who asks?", NULL);
  if (asker.token == NULL && strcmp (call->method, "GET") != 0 && !mado_visitor_is_ours (request, asker.session)) /* no other site knows a token */
    return mado_api_problem (403, "This request does not come from the page", NULL);
  MadoHttpAnswer *refused = refuse (call, request);
  if (refused != NULL)
    return refused;
  GVariant *body = make_body_in_turn (site, call, request, &captures, &asker, &error);
  if (body == NULL || !mado_web_ask (site->conf, call->verb, body, &packet, &error))
    return fail (site, &asker, error);
  return make_answer (call, request, &packet);
}
