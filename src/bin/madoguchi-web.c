/* madoguchi-web.c: the members' page. It holds no key and no database, and reads no mail: it carries questions to the keeper, with
 * the session of who asks, and shows what the keeper answers. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/intake/listen.h"
#include "madoguchi/role/role.h"
#include "madoguchi/web/keeper.h"
#include "madoguchi/web/site.h"

#define MAX_CONTENT (8 * 1024 * 1024)
#define CONNECTIONS 1000
#define IDLE_SECONDS 60
#define READ_SECONDS 15
#define THREADS 8
#define MAX_LISTENERS 8
#define PAUSE_US (G_USEC_PER_SEC / 2)

typedef struct {
  const MadoConf *conf;
  MadoSite *site;
  MadoHttp *http;
  GThread *watcher;
  gint is_over; /* atomic */
} Page;

/* Waits at the keeper for changes, and tells the browsers. */
static gpointer
watch (gpointer data)
{
  Page *page = data;
  gint64 serial = 0;

  while (!g_atomic_int_get (&page->is_over)) {
    g_auto (MadoPacket) packet = MADO_PACKET_INIT;
    GVariantDict dict;
    gint64 newest = 0;
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "since", "x", serial);
    if (!mado_web_ask (page->conf, "watch", g_variant_dict_end (&dict), &packet, NULL)) {
      g_usleep (PAUSE_US); /* the keeper starts again */
      continue;
    }
    g_variant_lookup (packet.body, "serial", "x", &newest);
    if (newest != serial)
      mado_http_tell_change (page->http, newest);
    else
      mado_http_tell_nothing (page->http);
    serial = newest;
  }
  return NULL;
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Page *page = g_new0 (Page, 1);

  role->state = page;
  page->conf = role->conf;
  page->site = mado_site_new (role->conf, error);
  return page->site != NULL;
}

static gboolean
serve (MadoRoleContext *role, GError **error)
{
  static const MadoHttpLimits limits = { MAX_CONTENT, CONNECTIONS, IDLE_SECONDS, READ_SECONDS, THREADS };
  Page *page = role->state;
  const char *const *specs = mado_conf_list (role->conf, "web", "listen");
  int listeners[MAX_LISTENERS + 1] = { -1 };

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
  page->http = mado_http_serve (listeners, &limits, mado_site_answer, mado_site_trusts, page->site, error);
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
