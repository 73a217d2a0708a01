/* madoguchi-web.c: the members' page. It holds no key and no database, and reads no mail: it carries questions to the keeper, with
 * the session of who asks, and shows what the keeper answers. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/intake/listen.h"
#include "madoguchi/role/role.h"
#include "madoguchi/web/keeper.h"
#include "madoguchi/web/site.h"

#include <sys/resource.h>

#define IDLE_SECONDS 60
#define READ_SECONDS 15
#define THREADS 4
#define QUICK_THREADS 16 /* the keeper answers a hundred questions of ours at once */
#define SLOW_THREADS 8
#define QUICK_OF_ONE 8
#define SLOW_OF_ONE 2
#define WAITING 400
#define WAITING_OF_ONE 50
#define WAIT_SECONDS 5
#define MAX_LISTENERS 8
#define PAUSE_US (G_USEC_PER_SEC / 2)
#define NUDGE_US (15 * G_USEC_PER_SEC) /* so often a silent stream shows that it is still there */

typedef struct {
  const MadoConf *conf;
  MadoSite *site;
  MadoHttp *http;
  GThread *watcher;
  gint is_over; /* atomic */
} Page;

/* What the keeper says now, or when something changed since @serial. Whoever listens by a session that is over, listens no more. */
static gboolean
ask_news (Page *page, gint64 serial, gint64 *newest)
{
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_auto (GStrv) sessions = mado_http_list_sessions (page->http);
  g_autofree const char **ended = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "since", "x", serial);
  g_variant_dict_insert_value (&dict, "sessions", g_variant_new_strv ((const char *const *) sessions, -1));
  if (!mado_web_ask (page->conf, "watch", g_variant_dict_end (&dict), &packet, NULL))
    return FALSE;
  *newest = serial;
  g_variant_lookup (packet.body, "serial", "x", newest);
  g_variant_lookup (packet.body, "ended", "^a&s", &ended);
  if (ended != NULL && ended[0] != NULL)
    mado_http_dismiss (page->http, ended);
  return TRUE;
}

/* Waits at the keeper for changes, and tells the browsers. */
static gpointer
watch (gpointer data)
{
  Page *page = data;
  gint64 serial = 0, newest, told = g_get_monotonic_time ();

  while (!g_atomic_int_get (&page->is_over)) {
    if (!ask_news (page, serial, &newest)) {
      g_usleep (PAUSE_US); /* the keeper starts again */
      continue;
    }
    gint64 now = g_get_monotonic_time ();
    if (newest != serial)
      mado_http_tell_change (page->http, newest);
    else if (now - told >= NUDGE_US)
      mado_http_tell_nothing (page->http);
    else
      continue;
    serial = newest;
    told = now;
  }
  return NULL;
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Page *page = g_new0 (Page, 1);

  role->state = page;
  /* One of our own, which goes with the process: threads may wait at the keeper when the role's is freed. */
  page->conf = mado_conf_load (mado_conf_path (role->conf), error);
  page->site = page->conf != NULL ? mado_site_new (page->conf, error) : NULL;
  return page->site != NULL;
}

/* A connection takes one file, a large answer another one, a question to the keeper a third. */
static void
raise_file_limit (guint connections)
{
  struct rlimit limit;
  rlim_t wanted = 3 * (rlim_t) connections + 100;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = MIN (wanted, limit.rlim_max);
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
    mado_log (MADO_LOG_WARNING, NULL, "few-files", "limit=%lu wanted=%lu", (gulong) limit.rlim_cur, (gulong) wanted);
}

static gboolean
serve (MadoRoleContext *role, GError **error)
{
  const MadoHttpLimits limits = {
    mado_site_most (role->conf), (guint) mado_conf_int (role->conf, "web", "connections"), IDLE_SECONDS, READ_SECONDS, THREADS,
    { { QUICK_THREADS, SLOW_THREADS }, { QUICK_OF_ONE, SLOW_OF_ONE }, WAITING, WAITING_OF_ONE, WAIT_SECONDS },
  };
  Page *page = role->state;
  const char *const *specs = mado_conf_list (role->conf, "web", "listen");
  int listeners[MAX_LISTENERS + 1] = { -1 };

  raise_file_limit (limits.connections);
  if (specs[0] == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[web] listen is not set");
    return FALSE;
  }
  for (guint i = 0; specs[i] != NULL && i < MAX_LISTENERS; i++) {
    listeners[i] = mado_listen_open (specs[i], error);
    if (listeners[i] < 0)
      return FALSE;
    listeners[i + 1] = -1;
  }
  page->http = mado_http_serve (listeners, &limits, &mado_site_service, page->site, error);
  if (page->http == NULL)
    return FALSE;
  page->watcher = g_thread_new ("watch", watch, page);
  return TRUE;
}

static void
stop (MadoRoleContext *role)
{
  Page *page = role->state;

  if (page == NULL)
    return;
  g_atomic_int_set (&page->is_over, TRUE);
  if (page->http != NULL)
    mado_http_end (page->http);
  /* The watcher may wait at the keeper for some seconds more, and holds on to the page: both end with the process. */
  if (page->watcher != NULL)
    g_thread_unref (page->watcher);
}

int
main (int argc, char **argv)
{
  static const MadoRole role = {
    .name = "madoguchi-web",
    .summary = "Serves the members' page and its API.",
    .may_network = TRUE,
    .start = start,
    .serve = serve,
    .stop = stop,
  };

  return mado_role_run (&role, argc, argv);
}
