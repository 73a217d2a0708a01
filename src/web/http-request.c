/* http-request.c: see http-request.h. Called from several threads, but for one request by one at a time; must never log what a request
 * holds. */
#include "madoguchi/web/http-request.h"

#include <string.h>

typedef struct {
  MadoHttpKind kind;
  char *name, *value;
} Item;

struct _MadoHttpRequest {
  gint references; /* atomic */
  char *method, *path, *peer;
  GArray *items; /* of Item */
  GBytes *content;
};

static void
item_clear (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_free (item->value);
}

MadoHttpRequest *
mado_http_request_new (const char *method, const char *path)
{
  MadoHttpRequest *request = g_new0 (MadoHttpRequest, 1);

  request->references = 1;
  request->method = g_strdup (method);
  request->path = g_strdup (path);
  request->peer = g_strdup ("");
  request->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (request->items, item_clear);
  request->content = g_bytes_new (NULL, 0);
  return request;
}

MadoHttpRequest *
mado_http_request_ref (MadoHttpRequest *request)
{
  g_atomic_int_inc (&request->references);
  return request;
}

void
mado_http_request_unref (MadoHttpRequest *request)
{
  if (request == NULL || !g_atomic_int_dec_and_test (&request->references))
    return;
  g_free (request->method);
  g_free (request->path);
  g_free (request->peer);
  g_array_unref (request->items);
  g_bytes_unref (request->content);
  g_free (request);
}

void
mado_http_request_add (MadoHttpRequest *request, MadoHttpKind kind, const char *name, const char *value)
{
  Item item = { kind, g_strdup (name), g_strdup (value) };

  g_array_append_val (request->items, item);
}

void
mado_http_request_fill (MadoHttpRequest *request, GBytes *content)
{
  g_bytes_unref (request->content);
  request->content = g_bytes_ref (content);
}

void
mado_http_request_set_peer (MadoHttpRequest *request, const char *peer)
{
  g_free (request->peer);
  request->peer = g_strdup (peer);
}

static gboolean
is_named (const Item *item, MadoHttpKind kind, const char *name)
{
  if (item->kind != kind)
    return FALSE;
  return kind == MADO_HTTP_FIELD ? g_ascii_strcasecmp (item->name, name) == 0 : strcmp (item->name, name) == 0;
}

guint
mado_http_request_count (const MadoHttpRequest *request, MadoHttpKind kind, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < request->items->len; i++)
    count += is_named (&g_array_index (request->items, Item, i), kind, name);
  return count;
}

/* (nullable) what is no text, or said twice, is not said. */
static const char *
look_for (const MadoHttpRequest *request, MadoHttpKind kind, const char *name)
{
  const char *value = NULL;
  guint count = 0;

  for (guint i = 0; i < request->items->len; i++) {
    const Item *item = &g_array_index (request->items, Item, i);
    if (!is_named (item, kind, name))
      continue;
    count++;
    value = item->value;
  }
  return count == 1 && value != NULL && g_utf8_validate (value, -1, NULL) ? value : NULL;
}

const char *
mado_http_method (const MadoHttpRequest *request)
{
  return request->method;
}

const char *
mado_http_path (const MadoHttpRequest *request)
{
  return request->path;
}

const char *
mado_http_peer (const MadoHttpRequest *request)
{
  return request->peer;
}

GBytes *
mado_http_content (const MadoHttpRequest *request)
{
  return request->content;
}

const char *
mado_http_header (const MadoHttpRequest *request, const char *name)
{
  return look_for (request, MADO_HTTP_FIELD, name);
}

gboolean
mado_http_has_header (const MadoHttpRequest *request, const char *name)
{
  return mado_http_request_count (request, MADO_HTTP_FIELD, name) > 0;
}

char *
mado_http_cookie (const MadoHttpRequest *request, const char *name)
{
  return g_strdup (look_for (request, MADO_HTTP_COOKIE, name));
}

char *
mado_http_query (const MadoHttpRequest *request, const char *name)
{
  const char *value = look_for (request, MADO_HTTP_ARGUMENT, name);

  if (value == NULL)
    return NULL;
  g_autofree char *spaced = g_strdelimit (g_strdup (value), "+", ' ');
  g_autofree char *decoded = g_uri_unescape_string (spaced, NULL);
  return decoded != NULL && g_utf8_validate (decoded, -1, NULL) ? g_steal_pointer (&decoded) : NULL;
}

gboolean
mado_http_query_has_other (const MadoHttpRequest *request, const char *const *names)
{
  for (guint i = 0; i < request->items->len; i++) {
    const Item *item = &g_array_index (request->items, Item, i);
    if (item->kind == MADO_HTTP_ARGUMENT && !g_strv_contains (names, item->name))
      return TRUE;
  }
  return FALSE;
}
