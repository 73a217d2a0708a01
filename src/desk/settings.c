/* settings.c: see settings.h. */
#include "madoguchi/desk/settings.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

/* A role that does not answer within its own limits, plus this, is taken for dead. */
#define GRACE_MS 15000

gboolean
mado_desk_settings_read (const MadoConf *conf, MadoDeskSettings *settings, GError **error)
{
  MadoDeskSettings s = {
    .prefix = mado_conf_string (conf, "team", "ticket-prefix"),
    .team = mado_conf_list (conf, "team", "address"),
    .languages = mado_conf_list (conf, "team", "languages"),
    .archive = mado_conf_string (conf, "store", "archive"),
    .runtime = mado_conf_string (conf, "runtime", "directory"),
    .attempts = mado_conf_int (conf, "spool", "attempts"),
    .max_answers = mado_conf_int (conf, "reply", "rate-per-sender"),
    .max_all_answers = mado_conf_int (conf, "reply", "rate-per-hour"),
    .own_lists = mado_conf_list (conf, "reply", "own-lists"),
    .window = mado_conf_int (conf, "reply", "rate-window"),
    .retry_first = mado_conf_int (conf, "submission", "retry-first"),
    .retry_max = mado_conf_int (conf, "submission", "retry-max"),
    .give_up = mado_conf_int (conf, "submission", "give-up"),
    .workers = (guint) mado_conf_int (conf, "crypto", "workers"),
    .open_deadline_ms = (guint) mado_conf_int (conf, "limits", "wall") * 1000 + GRACE_MS,
    .send_deadline_ms = (guint) mado_conf_int (conf, "submission", "timeout") * 1000 + GRACE_MS,
    .tmp_age = mado_conf_int (conf, "spool", "tmp-age"),
    .one_ticket_each = mado_conf_bool (conf, "formats", "one-ticket-each"),
    .may_encrypt = mado_conf_bool (conf, "reply", "encrypt"),
    .approval = mado_conf_string (conf, "reply", "approval"),
    .hidden_subject = mado_conf_string (conf, "reply", "hidden-subject"),
    .may_smime = mado_conf_string (conf, "team", "smime-certificate") != NULL,
    .has_key_server = mado_conf_string (conf, "discovery", "vks") != NULL,
    .look_up_connections = (guint) mado_conf_int (conf, "discovery", "connections"),
    .look_up_wait = mado_conf_int (conf, "discovery", "wait"),
    .look_up_keep_found = mado_conf_int (conf, "discovery", "keep-found"),
    .look_up_keep_none = mado_conf_int (conf, "discovery", "keep-none"),
    .look_up_keep_failed = mado_conf_int (conf, "discovery", "keep-failed"),
    .look_up_before = mado_conf_int (conf, "discovery", "refresh-before"),
    .look_up_except = mado_conf_list (conf, "discovery", "except"),
    .look_up_not_for = mado_conf_list (conf, "discovery", "not-for"),
  };

  s.looks_up = s.has_key_server || mado_conf_bool (conf, "discovery", "wkd") || mado_conf_string (conf, "discovery", "openpgpkey") != NULL;

  for (gsize i = 0; s.team[i] != NULL; i++)
    if (strchr (s.team[i], '@') == NULL) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] address: %s is no address", s.team[i]);
      return FALSE;
    }
  for (gsize i = 0; s.look_up_not_for[i] != NULL; i++)
    if (mado_tlp_level (s.look_up_not_for[i]) == MADO_TLP_NONE) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[discovery] not-for: %s: TLP:RED, PAP:AMBER and the like", s.look_up_not_for[i]);
      return FALSE;
    }
  if (s.team[0] == NULL || s.languages[0] == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] %s: at least one is needed",
                 s.team[0] == NULL ? "address" : "languages");
    return FALSE;
  }
  *settings = s;
  return TRUE;
}
