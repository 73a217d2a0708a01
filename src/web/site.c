/* site.c: see site.h. */
#include "madoguchi/web/site.h"
#include "madoguchi/base/error.h"
#include "madoguchi/web/api.h"
#include "madoguchi/web/asset.h"
#include "madoguchi/web/entrance.h"
#include "madoguchi/web/words.h"
#include "madoguchi/web/keeper.h"
#include "madoguchi/web/visitor.h"

#include <string.h>

#define API "/api/v1/"
#define LARGE (8 * 1024 * 1024) /* bytes of a content without files */

MadoSite *
mado_site_new (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoSite) site = g_new0 (MadoSite, 1);

  site->conf = conf;
  site->known = mado_known_new ();
  g_mutex_init (&site->reading);
  site->assets = mado_assets_read (mado_conf_string (conf, "web", "files"), error);
  gboolean is_read = site->assets != NULL && mado_words_add (site->assets, mado_conf_string (conf, "web", "words"), error);
  if (!is_read)
    return NULL;
  mado_words_add_categories (site->assets);
  return g_steal_pointer (&site);
}

void
mado_site_free (MadoSite *site)
{
  if (site == NULL)
    return;
  g_clear_pointer (&site->assets, g_hash_table_destroy);
  mado_known_free (site->known);
  g_mutex_clear (&site->reading);
  g_free (site);
}

/* (transfer full, nullable) the session or the token that @request brings. */
static char *
get_word (const MadoHttpRequest *request)
{
  char *session = mado_visitor_session (request);

  return session != NULL ? session : mado_visitor_token (request);
}

static MadoHttpAnswer *
answer_api (const MadoSite *site, const MadoHttpRequest *request)
{
  MadoHttpAnswer *answer = mado_entrance_answer (site, request);
  g_autofree char *word = get_word (request);
  MadoLineLane lane;

  if (answer == NULL)
    answer = mado_api_answer (site, request);
  if (!mado_http_answer_has (answer, "Cache-Control"))
    mado_http_answer_add (answer, "Cache-Control", "no-store");
  answer->is_for_member = word != NULL && answer->status < 400 && mado_api_needs_keeper (request, &lane); /* else nobody looked at the word */
  gboolean is_kept = !mado_http_answer_has (answer, "Set-Cookie"); /* else it is over, or another one's */
  if (word != NULL && (answer->status == 401 || answer->is_for_member))
    mado_known_set (site->known, word, answer->is_for_member && is_kept);
  return answer;
}

static MadoHttpAnswer *
refuse_method (void)
{
  MadoHttpAnswer *answer = mado_api_problem (405, "This is only for reading", NULL);

  mado_http_answer_add (answer, "Allow", "GET, HEAD");
  return answer;
}

static MadoHttpAnswer *
answer_request (const MadoHttpRequest *request, gpointer data)
{
  const MadoSite *site = data;
  const char *path = mado_http_path (request), *method = mado_http_method (request);

  if (g_str_has_prefix (path, API))
    return answer_api (site, request);
  if (strcmp (method, "GET") != 0 && strcmp (method, "HEAD") != 0)
    return refuse_method ();
  MadoHttpAnswer *answer = mado_assets_answer (site->assets, request);
  return answer != NULL ? answer : mado_api_problem (404, "There is no such page", NULL);
}

/* Whoever is known has a place of his own; all others have one for each address. */
static MadoHttpPlan
plan_request (const MadoHttpRequest *request, gpointer data)
{
  const MadoSite *site = data;
  MadoHttpPlan plan = { .waits = FALSE };

  plan.waits = g_str_has_prefix (mado_http_path (request), API) && mado_api_needs_keeper (request, &plan.lane);
  g_autofree char *word = get_word (request);
  plan.is_known = word != NULL && mado_known_has (site->known, word);
  plan.visitor = plan.is_known ? g_steal_pointer (&word) : mado_visitor_address (site->conf, request);
  return plan;
}

gsize
mado_site_most (const MadoConf *conf)
{
  return LARGE + ((gsize) mado_conf_int (conf, "reply", "attachments-max") + 2) / 3 * 4; /* base64 */
}

static gssize
trusts (const MadoHttpRequest *request, gpointer data)
{
  const MadoSite *site = data;
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autofree char *session = mado_visitor_session (request);
  g_autofree char *token = mado_visitor_token (request);
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  if (session == NULL && token == NULL)
    return 0;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, session != NULL ? "session" : "token", "s", session != NULL ? session : token);
  if (!mado_web_ask (site->conf, "session", g_variant_dict_end (&dict), &packet, &error))
    return g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED) ? 0 : -1;
  return mado_api_takes_files (request) ? (gssize) mado_site_most (site->conf) : LARGE;
}

const MadoHttpService mado_site_service = { plan_request, answer_request, trusts };
