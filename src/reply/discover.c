/* discover.c: see discover.h. Everything here is chosen by strangers but the settings: the sender of a mail chooses the
 * name, its owner the address, and whoever answers there the bytes. */
#include "madoguchi/reply/discover.h"
#include "madoguchi/base/error.h"
#include "madoguchi/reply/dane.h"
#include "madoguchi/reply/reach.h"
#include "madoguchi/reply/wkd-place.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#define BLOCK_MAX (256 * 1024)
#define REDIRECTS_MAX 3
#define FINGERPRINT_DIGITS 40

/* One request. */
typedef struct {
  const MadoReachHost *host; /* what the settings say of it; NULL: nothing */
  gboolean is_refused;       /* it leads where nobody may go */
  gboolean is_too_large;
  GByteArray *bytes;
} Fetch;

struct _MadoDiscovery {
  gboolean has_wkd, has_dane;
  struct sockaddr_in resolver; /* of has_dane */
  char *vks;       /* URL without a slash at its end; NULL: none */
  char *ca_file;
  GPtrArray *hosts; /* of MadoReachHost */
  gint64 wait_ms;
};

static gboolean
check_vks (const char *url, GError **error)
{
  if (url == NULL || g_str_has_prefix (url, "https://"))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[discovery] vks: %s: https://HOST", url);
  return FALSE;
}

MadoDiscovery *
mado_discovery_new (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoDiscovery) discovery = g_new0 (MadoDiscovery, 1);

  discovery->has_wkd = mado_conf_bool (conf, "discovery", "wkd");
  discovery->vks = g_strdup (mado_conf_string (conf, "discovery", "vks"));
  discovery->ca_file = g_strdup (mado_conf_string (conf, "discovery", "ca-file"));
  discovery->wait_ms = mado_conf_int (conf, "discovery", "wait") * 1000;
  discovery->hosts = mado_reach_read (mado_conf_list (conf, "discovery", "hosts"), error);
  if (discovery->hosts == NULL || !check_vks (discovery->vks, error))
    return NULL;
  discovery->has_dane = mado_conf_string (conf, "discovery", "openpgpkey") != NULL;
  if (discovery->has_dane && !mado_dane_read_resolver (mado_conf_string (conf, "discovery", "openpgpkey"), &discovery->resolver, error))
    return NULL;
  if (discovery->vks != NULL && g_str_has_suffix (discovery->vks, "/"))
    discovery->vks[strlen (discovery->vks) - 1] = '\0';
  if ((discovery->has_wkd || discovery->vks != NULL) && curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "libcurl does not start");
    return NULL;
  }
  return g_steal_pointer (&discovery);
}

void
mado_discovery_free (MadoDiscovery *discovery)
{
  if (discovery == NULL)
    return;
  g_clear_pointer (&discovery->hosts, g_ptr_array_unref);
  g_free (discovery->vks);
  g_free (discovery->ca_file);
  g_free (discovery);
}

/* --- one request ------------------------------------------------------------------------------------------- */

static size_t
take_bytes (char *bytes, size_t size, size_t count, void *data)
{
  Fetch *fetch = data;

  if (size * count > BLOCK_MAX - fetch->bytes->len) {
    fetch->is_too_large = TRUE;
    return 0;
  }
  g_byte_array_append (fetch->bytes, (const guint8 *) bytes, (guint) (size * count));
  return size * count;
}

/* The last word on where we connect to: whatever DNS said, and whenever. */
static curl_socket_t
open_socket (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Fetch *fetch = data;

  if (purpose != CURLSOCKTYPE_IPCXN || !mado_reach_may (fetch->host, &address->addr, address->addrlen)) {
    fetch->is_refused = TRUE;
    return CURL_SOCKET_BAD;
  }
  return socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void
set_rules (const MadoDiscovery *discovery, CURL *curl, Fetch *fetch, gint64 left_ms)
{
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (curl, CURLOPT_SSL_SESSIONID_CACHE, 0L); /* nobody is recognised again */
  if (discovery->ca_file != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, discovery->ca_file);
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs holds nobody up */
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long) left_ms);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT_MS, (long) left_ms);
  curl_easy_setopt (curl, CURLOPT_MAXFILESIZE, (long) BLOCK_MAX);
  curl_easy_setopt (curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt (curl, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, fetch);
  curl_easy_setopt (curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt (curl, CURLOPT_OPENSOCKETDATA, fetch);
}

/* (transfer full, nullable) one part of @url. */
static char *
part_of (const char *url, CURLUPart part)
{
  CURLU *parsed = curl_url ();
  char *found = NULL, *copy;

  if (parsed != NULL && curl_url_set (parsed, CURLUPART_URL, url, 0) == CURLUE_OK)
    curl_url_get (parsed, part, &found, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
  copy = g_strdup (found);
  curl_free (found);
  curl_url_cleanup (parsed);
  return copy;
}

/* What the settings say of the host: (transfer full, nullable) the list, which has to live as long as @curl. */
static struct curl_slist *
direct (CURL *curl, const MadoReachHost *host, const char *name, const char *port)
{
  gboolean is_six = host != NULL && host->address != NULL && strchr (host->address, ':') != NULL;
  struct curl_slist *list;

  if (host == NULL || host->address == NULL)
    return NULL;
  if (host->port == 0) {
    g_autofree char *entry = g_strdup_printf ("%s:%s:%s", name, port, host->address);
    list = curl_slist_append (NULL, entry);
    curl_easy_setopt (curl, CURLOPT_RESOLVE, list);
    return list;
  }
  g_autofree char *entry = g_strdup_printf ("%s:%s:%s%s%s:%u", name, port, is_six ? "[" : "", host->address,
                                            is_six ? "]" : "", host->port);
  list = curl_slist_append (NULL, entry);
  curl_easy_setopt (curl, CURLOPT_CONNECT_TO, list);
  return list;
}

typedef enum { GOT, NOTHING, MOVED, NO_HOST, REFUSED, TROUBLE } Outcome;

static Outcome
judge (CURL *curl, const Fetch *fetch, CURLcode code, GError **error)
{
  long status = 0;

  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  if (fetch->is_refused && code != CURLE_OK) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "it leads to an address that is not public");
    return REFUSED;
  }
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    return NO_HOST;
  if (fetch->is_too_large || code == CURLE_FILESIZE_EXCEEDED) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "more than %d bytes", BLOCK_MAX);
    return REFUSED;
  }
  if (code != CURLE_OK) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s", curl_easy_strerror (code));
    return TROUBLE;
  }
  if (status >= 300 && status < 400)
    return MOVED;
  if (status == 404 || status == 410 || (status == 200 && fetch->bytes->len == 0))
    return NOTHING;
  if (status == 200)
    return GOT;
  g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "HTTP status %ld", status);
  return TROUBLE;
}

/* @next: (transfer full) where a redirect leads. */
static Outcome
fetch_once (const MadoDiscovery *discovery, const char *url, gint64 deadline, GBytes **block, char **next, GError **error)
{
  g_autofree char *name = part_of (url, CURLUPART_HOST), *port = part_of (url, CURLUPART_PORT);
  Fetch fetch = { .host = name != NULL ? mado_reach_find (discovery->hosts, name) : NULL };
  gint64 left_ms = (deadline - g_get_monotonic_time ()) / 1000;
  struct curl_slist *list;
  const char *moved = NULL;
  CURL *curl;
  Outcome outcome;

  if (name == NULL || port == NULL || (fetch.host != NULL && fetch.host->address == NULL))
    return NO_HOST;
  curl = left_ms > 0 ? curl_easy_init () : NULL;
  if (curl == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no time left");
    return TROUBLE;
  }
  fetch.bytes = g_byte_array_new ();
  set_rules (discovery, curl, &fetch, left_ms);
  list = direct (curl, fetch.host, name, port);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  outcome = judge (curl, &fetch, curl_easy_perform (curl), error);
  curl_easy_getinfo (curl, CURLINFO_REDIRECT_URL, &moved);
  *next = g_strdup (moved);
  curl_easy_cleanup (curl);
  curl_slist_free_all (list);
  if (outcome == GOT)
    *block = g_byte_array_free_to_bytes (fetch.bytes);
  else
    g_byte_array_unref (fetch.bytes);
  return outcome;
}

static gboolean
is_same_host (const char *a, const char *b)
{
  g_autofree char *host_a = part_of (a, CURLUPART_HOST), *host_b = part_of (b, CURLUPART_HOST);
  g_autofree char *port_a = part_of (a, CURLUPART_PORT), *port_b = part_of (b, CURLUPART_PORT);
  g_autofree char *user = part_of (b, CURLUPART_USER);

  return g_str_has_prefix (b, "https://") && host_a != NULL && host_b != NULL && user == NULL
         && g_ascii_strcasecmp (host_a, host_b) == 0 && g_strcmp0 (port_a, port_b) == 0;
}

static Outcome
fetch (const MadoDiscovery *discovery, const char *url, gint64 deadline, GBytes **block, GError **error)
{
  g_autofree char *at = g_strdup (url);

  for (guint i = 0; i <= REDIRECTS_MAX; i++) {
    g_autofree char *next = NULL;
    Outcome outcome = fetch_once (discovery, at, deadline, block, &next, error);
    if (outcome != MOVED)
      return outcome;
    if (next == NULL || !is_same_host (url, next)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "it points to another host, or out of HTTPS");
      return REFUSED;
    }
    g_free (at);
    at = g_steal_pointer (&next);
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "more than %d redirects", REDIRECTS_MAX);
  return REFUSED;
}

/* --- the directories ---------------------------------------------------------------------------------------- */

static Outcome
ask_wkd (const MadoDiscovery *discovery, const MadoWkdPlace *name, gint64 deadline, GBytes **block, GError **error)
{
  g_autofree char *advanced = mado_wkd_place_url (name, TRUE), *plain = NULL;
  Outcome outcome = fetch (discovery, advanced, deadline, block, error);

  if (outcome == NO_HOST) { /* and for no other reason: who has the one host does not use the other */
    plain = mado_wkd_place_url (name, FALSE);
    outcome = fetch (discovery, plain, deadline, block, error);
  }
  if (outcome == NO_HOST)
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no such host");
  return outcome;
}

static Outcome
ask_dane (const MadoDiscovery *discovery, const MadoWkdPlace *name, gint64 deadline, GBytes **block, GError **error)
{
  g_autofree char *record = mado_dane_name (name->local, name->domain);
  g_autoptr (GError) problem = NULL;

  if (mado_dane_find (&discovery->resolver, record, (deadline - g_get_monotonic_time ()) / 1000, BLOCK_MAX, block, &problem))
    return GOT;
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO))
    return NOTHING;
  g_propagate_error (error, g_steal_pointer (&problem));
  return TROUBLE;
}

static Outcome
ask_vks (const MadoDiscovery *discovery, const MadoDiscoveryQuestion *question, gint64 deadline, GBytes **block,
         GError **error)
{
  g_autofree char *word = g_uri_escape_string (question->address, NULL, FALSE);
  g_autofree char *url = question->fingerprint != NULL
                             ? g_strdup_printf ("%s/vks/v1/by-fingerprint/%s", discovery->vks, question->fingerprint)
                             : g_strdup_printf ("%s/vks/v1/by-email/%s", discovery->vks, word);
  Outcome outcome = fetch (discovery, url, deadline, block, error);

  if (outcome == NO_HOST)
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "no such host");
  return outcome;
}

static gboolean
is_asked (const MadoDiscoveryQuestion *question, const char *source)
{
  return question->source == NULL || strcmp (question->source, source) == 0;
}

static gboolean
is_fingerprint (const char *text)
{
  return strlen (text) == FINGERPRINT_DIGITS && strspn (text, "0123456789ABCDEF") == FINGERPRINT_DIGITS;
}

static gboolean
check_question (const MadoDiscovery *discovery, const MadoDiscoveryQuestion *question, GError **error)
{
  if (question->fingerprint != NULL && !is_fingerprint (question->fingerprint)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "no fingerprint");
    return FALSE;
  }
  if ((discovery->has_wkd && is_asked (question, "wkd")) || (discovery->has_dane && is_asked (question, "dane"))
      || (discovery->vks != NULL && is_asked (question, "vks")))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[discovery] names no such directory");
  return FALSE;
}

/* What may pass goes before what will not. */
static void
keep_worse (GError **worst, GError *problem, const char *of)
{
  if (problem == NULL)
    return;
  if (*worst != NULL && ((*worst)->code == MADO_ERROR_TEMP || problem->code != MADO_ERROR_TEMP)) {
    g_error_free (problem);
    return;
  }
  g_clear_error (worst);
  g_propagate_prefixed_error (worst, problem, "%s: ", of);
}

gboolean
mado_discovery_find (MadoDiscovery *discovery, const MadoDiscoveryQuestion *question, GBytes **block, const char **source,
                     GError **error)
{
  static const char *const sources[] = { "wkd", "dane", "vks" }, *const names[] = { "WKD", "OPENPGPKEY", "VKS" };
  const gboolean is_on[] = { discovery->has_wkd, discovery->has_dane, discovery->vks != NULL };
  gint64 deadline = g_get_monotonic_time () + discovery->wait_ms * 1000;
  g_autoptr (GError) worst = NULL;
  g_auto (MadoWkdPlace) name = { NULL };

  if (!check_question (discovery, question, error) || !mado_wkd_place_read (question->address, &name, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++) {
    GError *problem = NULL;
    Outcome outcome = NOTHING;

    if (!is_on[i] || !is_asked (question, sources[i]))
      continue;
    if (i == 0)
      outcome = ask_wkd (discovery, &name, deadline, block, &problem);
    else if (i == 1)
      outcome = ask_dane (discovery, &name, deadline, block, &problem);
    else
      outcome = ask_vks (discovery, question, deadline, block, &problem);
    if (outcome == GOT) {
      *source = sources[i];
      return TRUE;
    }
    keep_worse (&worst, problem, names[i]);
  }
  if (worst != NULL)
    g_propagate_error (error, g_steal_pointer (&worst));
  else
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no directory has a key");
  return FALSE;
}
