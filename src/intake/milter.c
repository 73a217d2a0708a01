/* milter.c: see milter.h. The only file that knows libmilter. Its callbacks run in libmilter's threads: what they share is
 * constant, or has a lock of its own (door-keys, door-rate, the spool's directories). */
#include "madoguchi/intake/milter.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/intake/door-mail.h"
#include "madoguchi/intake/door-policy.h"
#include "madoguchi/intake/door-rate.h"
#include "madoguchi/intake/listen.h"
#include "madoguchi/intake/lmtp-parse.h"
#include "madoguchi/model/door-mark.h"
#include "madoguchi/model/reply-token.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECIPIENTS_MAX 1000
#define CLOSE_SECONDS 20
#define FIELDS_MAX 10000 /* header fields of our own name that are taken out */

struct _MadoMilter {
  const MadoConf *conf;
  MadoDoorMailSettings mail;
  MadoDoorSettings policy;
  MadoDoorKeys *keys;
  MadoDoorRate *rate;
  GBytes *secret; /* nullable: no marks, no tokens to check */
  const char *const *team;
  gboolean takes_away; /* the MTA is told to keep no copy */
  char *spec;     /* of the socket, as libmilter writes it */
  char *path;     /* of a unix socket */
  int connections; /* atomic: those that libmilter's threads still have */
  int mails;       /* atomic: those for us that are on their way */
  GThread *thread;
  GSourceFunc done;
  gpointer data;
};

/* libmilter knows one filter per process and has no place for what belongs to it. Written once, before there is a thread. */
static struct {
  MadoMilter *milter;
} filter = { NULL };

/* What libmilter keeps for each connection. */
typedef struct {
  char *client, *network, *helo;
  /* the transaction: */
  char *mail_from;
  gboolean smtputf8;
  GPtrArray *ours; /* of char: our addresses among the recipients */
  gboolean has_others;
  guint own_fields; /* header fields so far that are called as our mark */
  MadoDoorMailFlow *flow;
} Connection;

static void
end_transaction (Connection *connection)
{
  g_clear_pointer (&connection->mail_from, g_free);
  g_ptr_array_set_size (connection->ours, 0);
  if (connection->flow != NULL)
    (void) g_atomic_int_dec_and_test (&filter.milter->mails);
  g_clear_pointer (&connection->flow, mado_door_flow_free);
  connection->smtputf8 = connection->has_others = FALSE;
  connection->own_fields = 0;
}

static sfsistat
on_negotiate (SMFICTX *context G_GNUC_UNUSED, unsigned long actions, unsigned long steps,
              unsigned long f2 G_GNUC_UNUSED, unsigned long f3 G_GNUC_UNUSED, unsigned long *wanted_actions,
              unsigned long *wanted_steps, unsigned long *w2, unsigned long *w3)
{
  /* Not more than the MTA offers: what it does not let us do is only missing then. */
  *wanted_actions = actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT);
  *wanted_steps = steps & (SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC);
  *w2 = *w3 = 0;
  return SMFIS_CONTINUE;
}

static sfsistat
on_connect (SMFICTX *context, char *host G_GNUC_UNUSED, _SOCK_ADDR *address)
{
  Connection *connection = g_new0 (Connection, 1);
  char text[INET6_ADDRSTRLEN] = "";

  if (address != NULL && address->sa_family == AF_INET)
    inet_ntop (AF_INET, &((struct sockaddr_in *) (gpointer) address)->sin_addr, text, sizeof text);
  else if (address != NULL && address->sa_family == AF_INET6)
    inet_ntop (AF_INET6, &((struct sockaddr_in6 *) (gpointer) address)->sin6_addr, text, sizeof text);
  connection->client = g_strdup (text[0] == '\0' ? "local" : text);
  connection->network = mado_door_network (text);
  connection->ours = g_ptr_array_new_with_free_func (g_free);
  g_atomic_int_inc (&filter.milter->connections);
  smfi_setpriv (context, connection);
  return SMFIS_CONTINUE;
}

static sfsistat
on_helo (SMFICTX *context, char *name)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL)
    return SMFIS_ACCEPT;
  g_free (connection->helo);
  connection->helo = mado_text_escape_line (name == NULL ? "" : name);
  return SMFIS_CONTINUE;
}

/* (transfer full) the address in the angle brackets. */
static char *
bare (const char *path)
{
  gsize length = strlen (path);

  if (length >= 2 && path[0] == '<' && path[length - 1] == '>')
    return g_strndup (path + 1, length - 2);
  return g_strdup (path);
}

static sfsistat
on_mail (SMFICTX *context, char **words)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL)
    return SMFIS_ACCEPT;
  end_transaction (connection);
  connection->mail_from = bare (words[0]);
  for (gsize i = 1; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], "SMTPUTF8") == 0)
      connection->smtputf8 = TRUE;
  return SMFIS_CONTINUE;
}

/* Says no in the words of @rule. */
static sfsistat
refuse (SMFICTX *context, const Connection *connection, MadoDoorRule rule)
{
  const MadoDoorRuleRow *row = mado_door_rule (rule);
  g_autofree char *key = mado_door_keys_current (filter.milter->keys, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *words = mado_door_words (rule, &filter.milter->policy, key, connection->smtputf8);
  g_auto (GStrv) lines = g_strsplit (words, "\n", 2);

  if (lines[1] == NULL)
    smfi_setreply (context, (char *) row->code, (char *) row->extended, lines[0]);
  else
    smfi_setmlreply (context, row->code, row->extended, lines[0], lines[1], NULL);
  return row->code[0] == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

/* What is in a mode other than off is in the log. */
static void
log_rules (const Connection *connection, const char *names, const char *answer)
{
  mado_log (MADO_LOG_INFO, NULL, "door", "rules=%s client=%s recipients=%u answer=%s", names, connection->client,
            connection->ours->len, answer);
}

/* The rule on a recipient that @is_broken: TRUE to go on. */
static gboolean
may_pass (const Connection *connection, MadoDoorRule rule, gboolean is_broken)
{
  MadoDoorMode mode = filter.milter->policy.modes[rule];

  if (!is_broken || mode == MADO_DOOR_OFF)
    return TRUE;
  log_rules (connection, mado_door_rule (rule)->name, mode == MADO_DOOR_ON ? "refused" : "passed");
  return mode == MADO_DOOR_LOG;
}

static sfsistat
on_recipient (SMFICTX *context, char **words)
{
  MadoMilter *milter = filter.milter;
  Connection *connection = smfi_getpriv (context);
  g_autofree char *address = bare (words[0]);

  if (connection == NULL)
    return SMFIS_ACCEPT;
  if (!mado_lmtp_is_ours (milter->team, address)) {
    connection->has_others = TRUE;
    return SMFIS_CONTINUE;
  }
  if (connection->ours->len == 0 && milter->policy.modes[MADO_DOOR_RATE] != MADO_DOOR_OFF
      && !may_pass (connection, MADO_DOOR_RATE,
                    !mado_door_rate_count (milter->rate, connection->network, g_get_real_time () / G_USEC_PER_SEC)))
    return refuse (context, connection, MADO_DOOR_RATE);
  if (!may_pass (connection, MADO_DOOR_TOKEN, mado_reply_token_is_foreign (address, milter->secret)))
    return refuse (context, connection, MADO_DOOR_TOKEN);
  if (connection->ours->len < RECIPIENTS_MAX)
    g_ptr_array_add (connection->ours, g_steal_pointer (&address));
  return SMFIS_CONTINUE;
}

/* (transfer full) the trace field that the MTA writes only after us (RFC 5321, 4.4). */
static char *
make_received (const Connection *connection, const char *queue_id)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%d %b %Y %H:%M:%S +0000");
  g_autofree char *safe = queue_id == NULL ? g_strdup ("unknown") : mado_text_escape_line (queue_id);

  return g_strdup_printf ("Received: from %s ([%s])\r\n\tby madoguchi-milter with SMTP id %s;\r\n\t%s\r\n",
                          connection->helo == NULL || *connection->helo == '\0' ? "unknown" : connection->helo, connection->client,
                          safe, date);
}

/* The envelope is complete: the mail for us begins. */
static void
begin_flow (SMFICTX *context, Connection *connection)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autofree char *received = make_received (connection, smfi_getsymval (context, (char *) "i"));

  envelope->door = g_strdup ("milter");
  envelope->client = g_strdup (connection->client);
  envelope->mail_from = g_strdup (connection->mail_from);
  envelope->smtputf8 = connection->smtputf8;
  g_ptr_array_add (connection->ours, NULL);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strdupv ((char **) connection->ours->pdata);
  g_ptr_array_set_size (connection->ours, (gint) connection->ours->len - 1);
  g_atomic_int_inc (&filter.milter->mails);
  connection->flow = mado_door_flow_new (&filter.milter->mail, envelope, received);
}

static sfsistat
on_field (SMFICTX *context, char *name, char *value)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL || connection->ours->len == 0)
    return SMFIS_ACCEPT; /* nothing of this mail is ours */
  if (connection->flow == NULL)
    begin_flow (context, connection);
  if (g_ascii_strcasecmp (name, MADO_DOOR_MARK_FIELD) == 0) {
    connection->own_fields++;
    return SMFIS_CONTINUE; /* a copy, or a forgery: it never gets to the opener */
  }
  mado_door_flow_field (connection->flow, name, value);
  return SMFIS_CONTINUE;
}

static sfsistat
on_end_of_header (SMFICTX *context)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL || connection->ours->len == 0)
    return SMFIS_ACCEPT;
  if (connection->flow == NULL)
    begin_flow (context, connection);
  mado_door_flow_end_header (connection->flow);
  return SMFIS_CONTINUE;
}

static sfsistat
on_body (SMFICTX *context, unsigned char *bytes, size_t length)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL || connection->flow == NULL)
    return SMFIS_ACCEPT;
  mado_door_flow_body (connection->flow, bytes, length);
  return SMFIS_CONTINUE;
}

/* Foreign marks out, ours in. What the MTA does not let us do is only missing then. */
static void
mark (SMFICTX *context, const Connection *connection, const char *rules, const char *body_sha256)
{
  const MadoDoorMark words = { g_get_real_time () / G_USEC_PER_SEC, connection->client, (char *) rules };
  gboolean is_done = TRUE;

  for (guint i = MIN (connection->own_fields, FIELDS_MAX); i > 0; i--)
    is_done &= smfi_chgheader (context, (char *) MADO_DOOR_MARK_FIELD, (int) i, NULL) == MI_SUCCESS;
  if (filter.milter->secret != NULL) {
    g_autofree char *value = mado_door_mark_format (&words, body_sha256, filter.milter->secret);
    is_done &= smfi_insheader (context, 0, (char *) MADO_DOOR_MARK_FIELD, value) == MI_SUCCESS;
  }
  if (!is_done)
    mado_log (MADO_LOG_WARNING, NULL, "not-marked", "client=%s", connection->client);
}

/* The mail is on stable storage before the MTA may say so. */
static sfsistat
take_in (SMFICTX *context, Connection *connection)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *id = NULL;

  if (!mado_door_flow_commit (connection->flow, &id, &problem)) {
    mado_log (MADO_LOG_WARNING, NULL, "not-taken", "code=%s reason=%s", mado_error_name (problem->code), problem->message);
    smfi_setreply (context, (char *) "451", (char *) "4.3.0", (char *) "The mail cannot be stored at the moment.");
    return SMFIS_TEMPFAIL;
  }
  mado_log (MADO_LOG_INFO, id, "received", "door=milter client=%s recipients=%u", connection->client, connection->ours->len);
  if (!filter.milter->takes_away)
    return SMFIS_CONTINUE;
  if (!connection->has_others)
    return SMFIS_DISCARD;
  for (guint i = 0; i < connection->ours->len; i++) {
    g_autofree char *path = g_strdup_printf ("<%s>", (char *) connection->ours->pdata[i]);
    smfi_delrcpt (context, path);
  }
  return SMFIS_CONTINUE;
}

static sfsistat
settle (SMFICTX *context, Connection *connection)
{
  MadoMilter *milter = filter.milter;
  g_auto (MadoDoorFacts) facts = { 0 };
  g_autofree char *body_sha256 = NULL, *names = NULL;
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  MadoDoorMail mail = { .facts = &facts, .is_mixed = connection->has_others, .now = g_get_real_time () / G_USEC_PER_SEC };
  MadoDoorRule rule;
  guint broken;

  mado_door_flow_finish (connection->flow, &facts, &mail.is_too_large, &body_sha256);
  if (mail.is_too_large)
    mail.facts = NULL;
  for (guint i = 0; i < connection->ours->len; i++)
    g_ptr_array_add (ours, connection->ours->pdata[i]);
  g_ptr_array_add (ours, NULL);
  mail.recipients = (const char *const *) ours->pdata;
  broken = mado_door_judge (&milter->policy, milter->keys, &mail);
  rule = mado_door_choose (&milter->policy, broken, mail.is_mixed);
  names = mado_door_names (&milter->policy, broken);
  if (names != NULL)
    log_rules (connection, names, rule == MADO_DOOR_RULES ? "passed" : "refused");
  if (rule != MADO_DOOR_RULES)
    return refuse (context, connection, rule);
  mark (context, connection, names, body_sha256);
  return milter->mail.spool == NULL || mail.is_too_large ? SMFIS_CONTINUE : take_in (context, connection);
}

static sfsistat
on_end_of_mail (SMFICTX *context)
{
  Connection *connection = smfi_getpriv (context);
  sfsistat answer = SMFIS_CONTINUE;

  if (connection == NULL || connection->flow == NULL)
    return SMFIS_ACCEPT;
  answer = settle (context, connection);
  end_transaction (connection);
  return answer;
}

static sfsistat
on_abort (SMFICTX *context)
{
  Connection *connection = smfi_getpriv (context);

  if (connection != NULL)
    end_transaction (connection);
  return SMFIS_CONTINUE;
}

static sfsistat
on_close (SMFICTX *context)
{
  Connection *connection = smfi_getpriv (context);

  if (connection == NULL)
    return SMFIS_CONTINUE;
  smfi_setpriv (context, NULL);
  end_transaction (connection);
  g_ptr_array_unref (connection->ours);
  g_free (connection->client);
  g_free (connection->network);
  g_free (connection->helo);
  g_free (connection);
  (void) g_atomic_int_dec_and_test (&filter.milter->connections); /* the last that is done with what we share */
  return SMFIS_CONTINUE;
}

/* --- its life ----------------------------------------------------------------------------------------------- */

static const struct smfiDesc callbacks = {
  .xxfi_name = (char *) "madoguchi",
  .xxfi_version = SMFI_VERSION,
  .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT,
  .xxfi_connect = on_connect,
  .xxfi_helo = on_helo,
  .xxfi_envfrom = on_mail,
  .xxfi_envrcpt = on_recipient,
  .xxfi_header = on_field,
  .xxfi_eoh = on_end_of_header,
  .xxfi_body = on_body,
  .xxfi_eom = on_end_of_mail,
  .xxfi_abort = on_abort,
  .xxfi_close = on_close,
  .xxfi_negotiate = on_negotiate,
};

/* "inet:HOST:PORT" of our settings is "inet:PORT@HOST" for libmilter. */
static gboolean
read_address (MadoMilter *milter, const char *spec, GError **error)
{
  const char *colon = strrchr (spec, ':');

  milter->path = mado_listen_unix_path (spec);
  if (milter->path != NULL) {
    milter->spec = g_strdup_printf ("unix:%s", milter->path);
    return TRUE;
  }
  if (g_str_has_prefix (spec, "inet:") && colon > spec + strlen ("inet:")) {
    g_autofree char *host = g_strndup (spec + strlen ("inet:"), (gsize) (colon - spec) - strlen ("inet:"));
    gboolean is_v6 = host[0] == '[' && g_str_has_suffix (host, "]");
    if (is_v6)
      host[strlen (host) - 1] = '\0';
    milter->spec = g_strdup_printf ("%s:%s@%s", is_v6 ? "inet6" : "inet", colon + 1, is_v6 ? host + 1 : host);
    return TRUE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[intake] milter-listen: %s: unix:PATH or inet:HOST:PORT", spec);
  return FALSE;
}

static gboolean
open_socket (MadoMilter *milter, GError **error)
{
  const char *const *specs = mado_conf_list (milter->conf, "intake", "milter-listen");

  if (specs[0] == NULL || specs[1] != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[intake] milter-listen: one address is needed, and one is possible");
    return FALSE;
  }
  if (!read_address (milter, specs[0], error))
    return FALSE;
  smfi_settimeout ((int) mado_conf_int (milter->conf, "milter", "timeout"));
  if (smfi_setconn (milter->spec) != MI_SUCCESS || smfi_register (callbacks) != MI_SUCCESS || smfi_opensocket (TRUE) != MI_SUCCESS) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s: the milter cannot listen there", specs[0]);
    return FALSE;
  }
  /* Its group decides who may ask; libmilter has no word for it. */
  return milter->path == NULL || chmod (milter->path, 0660) == 0 || mado_error_set_errno (error, milter->path);
}

static void
read_limits (MadoMilter *milter)
{
  milter->mail.size_limit = (guint64) mado_conf_int (milter->conf, "intake", "size-limit");
  milter->mail.limits.depth = (guint) mado_conf_int (milter->conf, "limits", "depth");
  milter->mail.limits.parts = (guint) mado_conf_int (milter->conf, "limits", "parts");
  milter->mail.limits.header_size = (gsize) mado_conf_int (milter->conf, "limits", "header-size");
  milter->mail.limits.recipients = (guint) mado_conf_int (milter->conf, "limits", "recipients");
}

MadoMilter *
mado_milter_new (MadoSpool *spool, const MadoConf *conf, GError **error)
{
  g_autoptr (MadoMilter) milter = g_new0 (MadoMilter, 1);
  const char *intake = mado_conf_string (conf, "milter", "intake");
  g_autofree char *keys = g_build_filename (mado_conf_string (conf, "runtime", "directory"), "door-keys", NULL);
  const char *secret = mado_conf_string (conf, "milter", "secret-file");

  g_return_val_if_fail (filter.milter == NULL, NULL);
  milter->conf = conf;
  milter->team = mado_conf_list (conf, "team", "address");
  milter->takes_away = g_strcmp0 (intake, "take") == 0;
  milter->mail.spool = g_strcmp0 (intake, "no") == 0 ? NULL : spool;
  milter->keys = mado_door_keys_new (keys);
  milter->rate = mado_door_rate_new ((guint) mado_conf_int (conf, "milter", "rate-limit"), mado_conf_int (conf, "milter", "rate-window"));
  mado_door_settings_read (&milter->policy, conf);
  read_limits (milter);
  if (secret != NULL && (milter->secret = mado_door_mark_secret (secret, error)) == NULL)
    return NULL;
  if (!open_socket (milter, error))
    return NULL;
  filter.milter = g_steal_pointer (&milter);
  return filter.milter;
}

static gpointer
run (gpointer data)
{
  MadoMilter *milter = data;

  if (smfi_main () != MI_SUCCESS)
    mado_log (MADO_LOG_ERROR, NULL, "milter-ended", "reason=libmilter gave up");
  g_idle_add (milter->done, milter->data);
  return NULL;
}

void
mado_milter_serve (MadoMilter *milter, GSourceFunc done, gpointer data)
{
  sigset_t ends;

  milter->done = done;
  milter->data = data;
  /* libmilter waits for these signals in a thread of its own, and does not bear to be stopped a second time by us. */
  sigemptyset (&ends);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGINT);
  pthread_sigmask (SIG_BLOCK, &ends, NULL);
  milter->thread = g_thread_new ("milter", run, milter);
}

/* libmilter's threads outlive its main function, and a client that keeps its SMTP connection keeps one of them. A mail on its
 * way has some seconds to arrive; what nobody is at work on ends with the process, and has promised nothing. */
static void
wait_for_mails (MadoMilter *milter)
{
  for (int i = 0; g_atomic_int_get (&milter->mails) > 0 && i < CLOSE_SECONDS * 100; i++)
    g_usleep (G_USEC_PER_SEC / 100);
  if (g_atomic_int_get (&milter->mails) > 0)
    mado_log (MADO_LOG_WARNING, NULL, "drain-cut", "mails=%d", g_atomic_int_get (&milter->mails));
  if (g_atomic_int_get (&milter->connections) > 0)
    _exit (0); /* their threads stand on what would be freed now */
}

void
mado_milter_free (MadoMilter *milter)
{
  if (milter == NULL)
    return;
  if (milter->thread != NULL)
    g_thread_join (milter->thread);
  wait_for_mails (milter);
  if (filter.milter == milter)
    filter.milter = NULL;
  mado_door_keys_free (milter->keys);
  mado_door_rate_free (milter->rate);
  g_clear_pointer (&milter->secret, g_bytes_unref);
  g_free (milter->spec);
  g_free (milter->path);
  g_free (milter);
}
