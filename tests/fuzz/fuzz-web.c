/* Fuzz target: what the members' page reads of requests. The first byte chooses: the content as JSON, an argument of the query, cookies
 * and the fields that say who asks, or what an answer may be. Whatever is taken is text, and no wider than its limits. */
#include "madoguchi/model/record-json.h"
#include "madoguchi/web/content.h"
#include "madoguchi/web/http-request.h"
#include "madoguchi/web/negotiate.h"
#include "madoguchi/web/visitor.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static void
need_text (const char *text)
{
  need (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
read_content (const uint8_t *bytes, size_t size)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("POST", "/");
  g_autoptr (GBytes) content = g_bytes_new (bytes, size);
  g_autoptr (GError) error = NULL;

  mado_http_request_add (request, MADO_HTTP_FIELD, "Content-Type", "application/json");
  mado_http_request_fill (request, content);
  g_autoptr (JsonNode) node = mado_content_read (request, &error);
  need ((node == NULL) == (error != NULL));
  if (node == NULL)
    return;
  need (JSON_NODE_HOLDS_OBJECT (node));
  g_autofree char *line = mado_json_line (node);
  need_text (line);
  g_autoptr (GList) names = json_object_get_members (json_node_get_object (node));
  for (GList *l = names; l != NULL; l = l->next)
    need_text (mado_content_string (node, l->data));
}

static void
read_query (const char *text)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/");

  mado_http_request_add (request, MADO_HTTP_ARGUMENT, "q", text);
  g_autofree char *value = mado_http_query (request, "q");
  need_text (value);
  need (value == NULL || strlen (value) <= strlen (text));
}

/* Lines: what stands in the cookie, in Authorization, in the proof, and where it comes from. */
static void
read_visitor (const char *text)
{
  static const char *const names[] = { "Authorization", MADO_VISITOR_PROOF, "Origin", "Host", "Sec-Fetch-Site", "X-Real-IP", "X-Remote-User" };
  g_autoptr (MadoConf) conf = mado_conf_parse ("[web]\ntrusted-header = X-Remote-User\n", "fuzz", NULL);
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("POST", "/");
  g_auto (GStrv) lines = g_strsplit (text, "\n", 20);

  for (guint i = 0; lines[i] != NULL; i++)
    mado_http_request_add (request, i == 0 ? MADO_HTTP_COOKIE : MADO_HTTP_FIELD, i == 0 ? MADO_VISITOR_COOKIE : names[(i - 1) % G_N_ELEMENTS (names)],
                           lines[i]);
  g_autofree char *session = mado_visitor_session (request), *token = mado_visitor_token (request);
  g_autofree char *address = mado_visitor_address (conf, request);
  need_text (session);
  need_text (token);
  need_text (mado_visitor_vouched (conf, request));
  need (address != NULL && strlen (address) < 64);
  if (session != NULL && mado_visitor_is_ours (request, session)) {
    g_autofree char *proof = mado_visitor_proof (session);
    need (strcmp (mado_http_header (request, MADO_VISITOR_PROOF), proof) == 0);
  }
}

static void
read_wishes (const char *text)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", "/");

  mado_http_request_add (request, MADO_HTTP_FIELD, "Accept", text);
  mado_http_request_add (request, MADO_HTTP_FIELD, "Accept-Encoding", text);
  mado_http_request_add (request, MADO_HTTP_FIELD, "If-None-Match", text);
  mado_negotiate_accepts (request, "application/json");
  mado_negotiate_has_gzip (request);
  mado_negotiate_is_known (request, "\"a\"");
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *text = size == 0 ? NULL : g_strndup ((const char *) bytes + 1, size - 1);

  if (text == NULL)
    return 0;
  switch (bytes[0] % 4) {
  case 0:
    read_query (text);
    break;
  case 1:
    read_visitor (text);
    break;
  case 2:
    read_wishes (text);
    break;
  default:
    read_content (bytes + 1, size - 1);
  }
  return 0;
}
