/* entrance.c: see entrance.h. The session stays in a cookie that no script can read; what the page learns is who it is for. Must
 * never log what it is given. */
#include "madoguchi/web/entrance.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/member.h"
#include "madoguchi/model/record-json.h"
#include "madoguchi/web/api.h"
#include "madoguchi/web/content.h"
#include "madoguchi/web/keeper.h"
#include "madoguchi/web/qr.h"
#include "madoguchi/web/visitor.h"

#include <string.h>

typedef struct {
  const char *method, *path;
  const char *verb;
  const char *fields[3]; /* strings that the content has to have */
  MadoHttpAnswer *(*answer) (const MadoSite *site, const MadoHttpRequest *request, MadoPacket *packet);
} Entrance;

static MadoHttpAnswer *
answer_json (JsonNode *node)
{
  g_autofree char *text = mado_json_line (node);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  MadoHttpAnswer *answer = mado_http_answer_new (200, "application/json", bytes);

  mado_http_answer_add (answer, "Cache-Control", "no-store");
  return answer;
}

/* The session goes into the cookie, and nowhere else. */
static MadoHttpAnswer *
answer_begun (const MadoSite *site G_GNUC_UNUSED, const MadoHttpRequest *request G_GNUC_UNUSED, MadoPacket *packet)
{
  const char *session = NULL, *device = NULL, *login = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();

  if (!g_variant_lookup (packet->body, "session", "&s", &session) || !g_variant_lookup (packet->body, "login", "&s", &login))
    return mado_api_problem (500, "The keeper gave no session", NULL);
  g_variant_lookup (packet->body, "device", "&s", &device);
  g_autofree char *proof = mado_visitor_proof (session);
  json_object_set_string_member (object, "login", login);
  json_object_set_string_member (object, "proof", proof);
  json_node_set_object (node, object);
  MadoHttpAnswer *answer = answer_json (node);
  mado_visitor_remember (answer, session, device);
  return answer;
}

/* The secret of a second device, and a code of its URI; null when that is too long for one. */
static MadoHttpAnswer *
answer_set_up (const MadoSite *site G_GNUC_UNUSED, const MadoHttpRequest *request G_GNUC_UNUSED, MadoPacket *packet)
{
  g_autoptr (JsonNode) node = mado_body_to_json (packet->body);
  const char *uri = NULL;
  JsonNode *code = g_variant_lookup (packet->body, "uri", "&s", &uri) ? mado_qr_new (uri) : NULL;

  json_object_set_member (json_node_get_object (node), "qr", code != NULL ? code : json_node_new (JSON_NODE_NULL));
  return answer_json (node);
}

static MadoHttpAnswer *
answer_gone (const MadoSite *site G_GNUC_UNUSED, const MadoHttpRequest *request G_GNUC_UNUSED, MadoPacket *packet G_GNUC_UNUSED)
{
  MadoHttpAnswer *answer = mado_http_answer_new (204, NULL, NULL);

  mado_http_answer_add (answer, "Cache-Control", "no-store");
  mado_http_answer_add (answer, "Clear-Site-Data", "\"cache\", \"storage\"");
  mado_visitor_remember (answer, NULL, NULL);
  return answer;
}

/* Who is in, and what the page needs to know of the house. */
static MadoHttpAnswer *
answer_session (const MadoSite *site, const MadoHttpRequest *request, MadoPacket *packet)
{
  g_autofree char *session = mado_visitor_session (request);
  g_autofree char *proof = mado_visitor_proof (session);
  g_autoptr (JsonNode) node = mado_body_to_json (packet->body);
  JsonObject *object = json_node_get_object (node);
  const char *team = mado_conf_string (site->conf, "team", "name");

  json_object_set_string_member (object, "proof", proof);
  json_object_set_string_member (object, "team", team != NULL ? team : "");
  json_object_set_string_member (object, "prefix", mado_conf_string (site->conf, "team", "ticket-prefix"));
  const char *password = mado_conf_string (site->conf, "web", "archive-password");
  json_object_set_string_member (object, "archive_password", password != NULL ? password : "");
  json_object_set_int_member (object, "attachments_max", mado_conf_int (site->conf, "reply", "attachments-max"));
  json_object_set_string_member (object, "zone", mado_conf_string (site->conf, "hours", "zone"));
  return answer_json (node);
}

static MadoHttpAnswer *
answer_events (const MadoSite *site G_GNUC_UNUSED, const MadoHttpRequest *request G_GNUC_UNUSED, MadoPacket *packet)
{
  MadoHttpAnswer *answer = mado_http_answer_new (200, "text/event-stream", NULL);

  g_variant_lookup (packet->body, "login", "s", &answer->listener);
  if (!g_variant_lookup (packet->body, "name_of_session", "s", &answer->session))
    g_clear_pointer (&answer->listener, g_free);
  mado_http_answer_add (answer, "Cache-Control", "no-store");
  mado_http_answer_add (answer, "X-Accel-Buffering", "no"); /* nginx hands it on at once */
  return answer;
}

static const Entrance entrances[] = {
  { "POST", "/api/v1/log-in", "log-in", { "login", "password", "code" }, answer_begun },
  { "POST", "/api/v1/set-up", "set-up", { "invitation", "password" }, answer_set_up },
  { "POST", "/api/v1/set-up/confirm", "set-up-confirm", { "invitation", "code" }, answer_begun },
  { "POST", "/api/v1/log-out", "log-out", { NULL }, answer_gone },
  { "GET", "/api/v1/session", "session", { NULL }, answer_session },
  { "GET", "/api/v1/events", "session", { NULL }, answer_events },
};

static const Entrance *
find (const MadoHttpRequest *request)
{
  for (gsize i = 0; i < G_N_ELEMENTS (entrances); i++)
    if (strcmp (entrances[i].path, mado_http_path (request)) == 0 && strcmp (entrances[i].method, mado_http_method (request)) == 0)
      return &entrances[i];
  return NULL;
}

const char *
mado_entrance_methods (const MadoHttpRequest *request)
{
  for (gsize i = 0; i < G_N_ELEMENTS (entrances); i++)
    if (strcmp (entrances[i].path, mado_http_path (request)) == 0)
      return entrances[i].method;
  return NULL;
}

gboolean
mado_entrance_is_one (const MadoHttpRequest *request)
{
  return find (request) != NULL;
}

/* What the keeper is asked, from the content of the request. FALSE: @problem (out, transfer full) says why not. */
static gboolean
make_body (const MadoConf *conf, const Entrance *entrance, const MadoHttpRequest *request, const char *session, GVariantDict *dict,
           MadoHttpAnswer **problem)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = mado_visitor_address (conf, request), *device = mado_http_cookie (request, MADO_VISITOR_DEVICE);
  g_autoptr (JsonNode) node = NULL;

  if (session != NULL)
    g_variant_dict_insert (dict, "session", "s", session);
  if (entrance->answer == answer_events)
    g_variant_dict_insert (dict, "listen", "b", TRUE);
  if (entrance->answer == answer_events || mado_visitor_is_passive (request)) /* a browser takes up its stream again by itself */
    g_variant_dict_insert (dict, "passive", "b", TRUE);
  if (entrance->fields[0] == NULL)
    return TRUE;
  if (!mado_content_is_readable (request)) {
    *problem = mado_api_problem (415, "The content has to be application/json", NULL);
    return FALSE;
  }
  node = mado_content_read (request, &error);
  for (gsize i = 0; error == NULL && i < G_N_ELEMENTS (entrance->fields) && entrance->fields[i] != NULL; i++) {
    const char *text = mado_content_string (node, entrance->fields[i]);
    if (text == NULL)
      g_set_error (&error, MADO_ERROR, MADO_ERROR_USAGE, "%s: a text is needed", entrance->fields[i]);
    else
      g_variant_dict_insert (dict, entrance->fields[i], "s", text);
  }
  if (error != NULL) {
    *problem = mado_api_problem (400, "This request is not understood", error->message);
    return FALSE;
  }
  if (*address != '\0')
    g_variant_dict_insert (dict, "from", "s", address);
  if (device != NULL && g_utf8_validate (device, -1, NULL))
    g_variant_dict_insert (dict, "device", "s", device);
  return TRUE;
}

/* The server before us says who it is: then the session begins by itself. */
static gboolean
begin_trusted (const MadoSite *site, const MadoHttpRequest *request, MadoPacket *packet)
{
  const char *login = mado_visitor_vouched (site->conf, request);
  GVariantDict dict;

  if (login == NULL || !g_utf8_validate (login, -1, NULL))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "login", "s", login);
  return mado_web_ask (site->conf, "log-in-trusted", g_variant_dict_end (&dict), packet, NULL);
}

static MadoHttpAnswer *
answer_stranger (const MadoSite *site, const MadoHttpRequest *request, const Entrance *entrance)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;

  if (strcmp (entrance->path, "/api/v1/session") == 0 && begin_trusted (site, request, &packet))
    return answer_begun (site, request, &packet);
  return mado_api_problem (401, "Nobody is logged in here", NULL);
}

/* Does the server before us say that it is another one than whose session was left in this browser? */
static gboolean
is_another (const MadoSite *site, const MadoHttpRequest *request, const Entrance *entrance, const MadoPacket *packet)
{
  const char *vouched = mado_visitor_vouched (site->conf, request);
  const char *login = NULL;

  return vouched != NULL && strcmp (entrance->verb, "session") == 0 && g_variant_lookup (packet->body, "login", "&s", &login)
         && strcmp (vouched, login) != 0;
}

MadoHttpAnswer *
mado_entrance_answer (const MadoSite *site, const MadoHttpRequest *request)
{
  const Entrance *entrance = find (request);
  g_autofree char *session = mado_visitor_session (request);
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  MadoHttpAnswer *problem = NULL;
  GVariantDict dict;

  if (entrance == NULL)
    return NULL;
  gboolean comes_in = entrance->fields[0] != NULL;
  if (comes_in) /* whoever comes in brings no session along that somebody else may have put there */
    g_clear_pointer (&session, g_free);
  else if (session == NULL)
    return answer_stranger (site, request, entrance);
  if (strcmp (entrance->method, "POST") == 0 && !mado_visitor_is_ours (request, session))
    return mado_api_problem (403, "This request does not come from the page", NULL);
  g_variant_dict_init (&dict, NULL);
  if (!make_body (site->conf, entrance, request, session, &dict, &problem)) {
    g_variant_dict_clear (&dict);
    return problem;
  }
  if (mado_web_ask (site->conf, entrance->verb, g_variant_dict_end (&dict), &packet, &error))
    return is_another (site, request, entrance, &packet) ? answer_stranger (site, request, entrance)
                                                         : entrance->answer (site, request, &packet);
  if (!comes_in && g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED)) {
    g_clear_error (&error);
    return answer_stranger (site, request, entrance);
  }
  return mado_api_fail (error);
}
