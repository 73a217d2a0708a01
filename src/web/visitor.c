/* visitor.c: see visitor.h. Must never log a cookie. */
#include "madoguchi/web/visitor.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_COOKIE 200
#define DEVICE_SECONDS (180 * 86400)

char *
mado_visitor_session (const MadoHttpRequest *request)
{
  g_autofree char *cookie = mado_http_cookie (request, MADO_VISITOR_COOKIE);

  return cookie != NULL && *cookie != '\0' && strlen (cookie) <= MAX_COOKIE && g_str_is_ascii (cookie) ? g_steal_pointer (&cookie) : NULL;
}

char *
mado_visitor_token (const MadoHttpRequest *request)
{
  const char *field = mado_http_header (request, "Authorization");

  if (field == NULL || g_ascii_strncasecmp (field, "Bearer ", 7) != 0 || strlen (field) > MAX_COOKIE)
    return NULL; /* another scheme is the server's before us */
  return g_strstrip (g_strdup (field + 7));
}

char *
mado_visitor_proof (const char *session)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) session, strlen (session));

  g_hmac_update (hmac, (const guchar *) "page", 4);
  return g_strdup (g_hmac_get_string (hmac));
}

/* As long for a right one as for a wrong one. */
static gboolean
is_equal (const char *a, const char *b)
{
  gsize length = strlen (a);
  guint different = 0;

  if (strlen (b) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    different |= (guchar) a[i] ^ (guchar) b[i];
  return different == 0;
}

static gboolean
is_own_site (const MadoHttpRequest *request)
{
  const char *site = mado_http_header (request, "Sec-Fetch-Site");
  const char *origin = mado_http_header (request, "Origin");
  const char *host = mado_http_header (request, "Host");

  if ((site == NULL && mado_http_has_header (request, "Sec-Fetch-Site")) || (origin == NULL && mado_http_has_header (request, "Origin")))
    return FALSE; /* said twice, or not as a text */
  if (site != NULL && strcmp (site, "same-origin") != 0 && strcmp (site, "none") != 0)
    return FALSE;
  if (origin == NULL)
    return TRUE;
  const char *there = strstr (origin, "://");
  return there != NULL && host != NULL && g_ascii_strcasecmp (there + 3, host) == 0;
}

gboolean
mado_visitor_is_ours (const MadoHttpRequest *request, const char *session)
{
  const char *given = mado_http_header (request, MADO_VISITOR_PROOF);

  if (given == NULL || !is_own_site (request)) /* another site cannot even send the field without asking us first */
    return FALSE;
  if (session == NULL)
    return strcmp (given, "none") == 0;
  g_autofree char *proof = mado_visitor_proof (session);
  return is_equal (proof, given);
}

gboolean
mado_visitor_is_passive (const MadoHttpRequest *request)
{
  return g_strcmp0 (mado_http_header (request, MADO_VISITOR_PASSIVE), "1") == 0;
}

static void
set_cookie (MadoHttpAnswer *answer, const char *name, const char *value, gint64 seconds)
{
  g_autofree char *age = seconds >= 0 ? g_strdup_printf ("; Max-Age=%" G_GINT64_FORMAT, seconds) : g_strdup ("");
  g_autofree char *cookie = g_strdup_printf ("%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", name, value, age);

  mado_http_answer_add (answer, "Set-Cookie", cookie);
}

void
mado_visitor_remember (MadoHttpAnswer *answer, const char *session, const char *device)
{
  set_cookie (answer, MADO_VISITOR_COOKIE, session != NULL ? session : "", session != NULL ? -1 : 0);
  if (device != NULL)
    set_cookie (answer, MADO_VISITOR_DEVICE, device, DEVICE_SECONDS);
}

gboolean
mado_visitor_is_proxied (const MadoConf *conf, const MadoHttpRequest *request)
{
  const char *const *proxies = mado_conf_list (conf, "web", "proxies");
  g_autoptr (GInetAddress) peer = g_inet_address_new_from_string (mado_http_peer (request));

  for (guint i = 0; proxies[i] != NULL; i++) {
    g_autoptr (GInetAddress) proxy = g_inet_address_new_from_string (proxies[i]);
    if (peer == NULL ? strcmp (proxies[i], "unix") == 0 : proxy != NULL && g_inet_address_equal (peer, proxy))
      return TRUE;
  }
  return FALSE;
}

const char *
mado_visitor_vouched (const MadoConf *conf, const MadoHttpRequest *request)
{
  const char *name = mado_conf_string (conf, "web", "trusted-header");

  return name != NULL && mado_visitor_is_proxied (conf, request) ? mado_http_header (request, name) : NULL;
}

char *
mado_visitor_address (const MadoConf *conf, const MadoHttpRequest *request)
{
  const char *given = mado_visitor_is_proxied (conf, request) ? mado_http_header (request, "X-Real-IP") : NULL;
  g_autoptr (GInetAddress) address = given != NULL && strlen (given) < 64 ? g_inet_address_new_from_string (given) : NULL;

  return address != NULL ? g_inet_address_to_string (address) : g_strdup (mado_http_peer (request));
}
