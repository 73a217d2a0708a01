/* settings.h: what the desk takes from the configuration, read once. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct {
  const char *prefix;             /* of tickets */
  const char *const *team;        /* our addresses; the first one answers */
  const char *const *languages;
  const char *archive;
  const char *runtime;
  gint64 attempts;                /* reader's deaths before a mail is held */
  gint64 max_answers, window;     /* per sender */
  gint64 max_all_answers;         /* to all of them within an hour */
  const char *const *own_lists;   /* List-Ids */
  gint64 retry_first, retry_max, give_up;
  guint workers;
  guint open_deadline_ms, send_deadline_ms;
  gint64 tmp_age;
  gboolean one_ticket_each;       /* for each report of a mail */
  gboolean may_encrypt;
  const char *approval;           /* of members' answers: "no", "red", "all" */
  const char *hidden_subject;     /* outside, of encrypted answers */
  gboolean may_smime; /* the team has a certificate */
  gboolean looks_up, has_key_server; /* [discovery] wkd or vks; vks */
  guint look_up_connections;
  gint64 look_up_wait, look_up_keep_found, look_up_keep_none, look_up_keep_failed, look_up_before; /* seconds */
  const char *const *look_up_except, *const *look_up_not_for;
  struct _MadoDueRules *due; /* until when what has to happen (due-rule.h); the desk's, nullable */
  GBytes *door_secret; /* checks reply addresses (model/reply-token.h); the desk's, nullable */
} MadoDeskSettings;

/* Strings stay @conf's. Errors: CONF (no team address, no language). */
gboolean mado_desk_settings_read (const MadoConf *conf, MadoDeskSettings *settings, GError **error);
