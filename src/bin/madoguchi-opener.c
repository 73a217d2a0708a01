/* madoguchi-opener: reads the mails. Each job is one forked child in an empty room: no network, no store, no signing
 * key. The worker itself parses nothing: it keeps the GnuPG home, its agent and the key index, and carries answers. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/mail/jail.h"
#include "madoguchi/pgp/wrapped.h"
#include "madoguchi/report/form-template.h"
#include "madoguchi/report/read.h"
#include "madoguchi/role/role.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  MadoPgpHome *home;
  MadoPgpEngine *engine;
  MadoKeyIndex *keys;
  GBytes *door_secret; /* nullable */
  MadoFormTemplates *forms;
} Opener;

static void
stop (MadoRoleContext *role)
{
  Opener *opener = g_steal_pointer (&role->state);

  if (opener == NULL)
    return;
  g_clear_pointer (&opener->engine, mado_pgp_engine_free);
  g_clear_pointer (&opener->keys, mado_key_index_free);
  g_clear_pointer (&opener->forms, mado_form_templates_free);
  g_clear_pointer (&opener->home, mado_pgp_home_close);
  g_clear_pointer (&opener->door_secret, g_bytes_unref);
  g_free (opener);
}

static gboolean
start (MadoRoleContext *role, GError **error)
{
  Opener *opener = g_new0 (Opener, 1);
  const char *runtime = mado_conf_string (role->conf, "runtime", "directory");
  const char *secret = mado_conf_string (role->conf, "milter", "secret-file");

  role->state = opener;
  if (secret != NULL && (opener->door_secret = mado_door_mark_secret (secret, error)) == NULL)
    return FALSE;
  opener->home = mado_pgp_home_new (role->conf, runtime, MADO_PGP_DECRYPT, role->worker, error);
  if (opener->home != NULL)
    opener->engine = mado_pgp_engine_new (opener->home, error);
  if (opener->engine != NULL)
    opener->forms = mado_form_templates_load (role->conf, NULL, error);
  if (opener->forms != NULL)
    opener->keys = mado_key_index_load (role->conf, error);
  mado_open_prepare ();
  return opener->keys != NULL;
}

/* Keys change rarely and mails must not wait: the old index serves on when the new one cannot be read. */
static void
refresh_keys (MadoRoleContext *role, Opener *opener, const char *queue_id)
{
  g_autoptr (GError) problem = NULL;
  MadoKeyIndex *keys;

  if (!mado_key_index_is_stale (opener->keys, role->conf))
    return;
  keys = mado_key_index_load (role->conf, &problem);
  if (keys == NULL) {
    mado_log (MADO_LOG_WARNING, queue_id, "keys-stale", "reason=%s", problem->message);
    return;
  }
  mado_key_index_free (opener->keys);
  opener->keys = keys;
}

/* The name of the outcome (peer.h). A cap on structure leaves no layers behind; a layer that was too large does, and
 * is an ordinary report. */
static const char *
outcome_of (const MadoReport *report)
{
  const char *reason = report->undecryptable == NULL ? "" : report->undecryptable->reason;

  if (strcmp (reason, "crash") == 0)
    return "crash";
  return strcmp (reason, "limit") == 0 && report->layers->len == 0 ? "limit" : "report";
}

static GVariant *
outcome_body (const char *outcome, const char *detail)
{
  GVariantDict body;

  g_variant_dict_init (&body, NULL);
  g_variant_dict_insert (&body, "outcome", "s", outcome);
  g_variant_dict_insert (&body, "detail", "s", detail);
  return g_variant_dict_end (&body);
}

/* A mail that killed its reader, and the reader of its outline, too, is still an answer, not an error of ours. */
static gboolean
answer_failure (GError *problem, GVariant **body, GError **error)
{
  gboolean is_crash = g_error_matches (problem, MADO_ERROR, MADO_ERROR_BUG);

  if (!is_crash && !g_error_matches (problem, MADO_ERROR, MADO_ERROR_LIMIT)) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  *body = outcome_body (is_crash ? "crash" : "limit", problem->message);
  g_error_free (problem);
  return TRUE;
}

/* What all readers of mails, and the engines that they asked, have cost so far: milliseconds of processor time; and in
 * @peak_kb the most memory that one of them had. */
static int
readers_cost (long *peak_kb)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_CHILDREN, &usage);
  *peak_kb = usage.ru_maxrss;
  return (int) ((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
}

static gboolean
answer_open (const MadoOpenContext *context, const char *queue_id, MadoPacket *request, guint64 offset, guint64 size,
             GVariant **body, int *fd, GError **error)
{
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError *problem = NULL;
  gint64 start_us = g_get_monotonic_time ();
  long peak_kb;
  int cost_ms = readers_cost (&peak_kb);
  const char *outcome;

  if (!mado_jail_open (context, request->fd, offset, size, &report, &problem)) {
    mado_log (MADO_LOG_WARNING, queue_id, "failed", "code=%s reason=%s", mado_error_name (problem->code), problem->message);
    return answer_failure (problem, body, error);
  }
  cost_ms = readers_cost (&peak_kb) - cost_ms;
  outcome = outcome_of (report);
  bytes = mado_record_to_bytes (&mado_report_type, report);
  *fd = mado_fsio_memfd ("madoguchi-report", bytes, error);
  if (*fd < 0)
    return FALSE;
  *body = outcome_body (outcome, report->undecryptable == NULL || report->problems[0] == NULL ? "" : report->problems[0]);
  mado_log (MADO_LOG_INFO, queue_id, "opened", "outcome=%s encryption=%s signature=%s undecryptable=%s layers=%u parts=%u ms=%d cpu-ms=%d peak-kb=%ld",
            outcome, mado_encryption_names[report->encryption], mado_signature_status_names[report->signature],
            report->undecryptable == NULL ? "-" : report->undecryptable->reason, report->layers->len, report->parts->len,
            (int) ((g_get_monotonic_time () - start_us) / 1000), cost_ms, peak_kb);
  return TRUE;
}

/* (nullable) that of the archive that @request wants. */
static gboolean
get_password (const MadoOpenContext *context, const MadoPacket *request, const char **password, GError **error)
{
  gboolean wants_zip = FALSE;

  g_variant_lookup (request->body, "zip", "b", &wants_zip);
  *password = wants_zip ? mado_conf_string (context->conf, "web", "archive-password") : NULL;
  if (!wants_zip || (*password != NULL && **password != '\0' && g_str_is_ascii (*password)))
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "[web] archive-password: no archives without a password in ASCII");
  return FALSE;
}

/* The archive has a name of ours: that of its content. */
static gboolean
add_archive (GVariantDict *answer, const MadoPart *part, int fd, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.zip", part->sha256);
  struct stat facts;

  if (fstat (fd, &facts) != 0)
    return mado_error_set_errno (error, "part");
  g_variant_dict_insert (answer, "filename", "s", name);
  g_variant_dict_insert (answer, "save_as", "s", name);
  g_variant_dict_insert (answer, "type", "s", "application/zip");
  g_variant_dict_insert (answer, "size", "x", (gint64) facts.st_size);
  return TRUE;
}

static gboolean
answer_part (const MadoOpenContext *context, MadoPacket *request, guint64 offset, guint64 size, GVariant **body, int *fd,
             GError **error)
{
  g_autoptr (MadoPart) part = NULL;
  const char *path = NULL, *password;
  GVariantDict answer;

  if (!g_variant_lookup (request->body, "path", "&s", &path)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "part without a path");
    return FALSE;
  }
  if (!get_password (context, request, &password, error)
      || !mado_jail_part (context, request->fd, offset, size, path, password, &part, fd, error))
    return FALSE;
  g_variant_dict_init (&answer, NULL);
  if (password != NULL && !add_archive (&answer, part, *fd, error)) {
    g_variant_dict_clear (&answer);
    return FALSE;
  }
  if (password != NULL) {
    *body = g_variant_dict_end (&answer);
    return TRUE;
  }
  g_variant_dict_insert (&answer, "filename", "s", part->filename == NULL ? "" : part->filename);
  g_variant_dict_insert (&answer, "type", "s", part->type);
  g_variant_dict_insert (&answer, "size", "x", part->size);
  *body = g_variant_dict_end (&answer);
  return TRUE;
}

/* The keys of the store, for its keeper. Nothing of them stays in here: the readers of mails inherit our memory. */
static gboolean
answer_unwrap (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Opener *opener = role->state;
  g_auto (MadoWrapped) wrapped = { 0 };
  g_autoptr (GBytes) armor = NULL;
  GVariantDict answer;

  if (request->fd < 0 || lseek (request->fd, 0, SEEK_SET) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "unwrap: nothing came along");
    return FALSE;
  }
  if (!mado_fsio_read_all (request->fd, MADO_WRAPPED_MAX, &armor, error) || !mado_pgp_home_check_agent (opener->home, error)
      || !mado_wrapped_open (opener->home, role->conf, armor, fd, &wrapped, error))
    return FALSE;
  g_variant_dict_init (&answer, NULL);
  g_variant_dict_insert_value (&answer, "keys", g_variant_new_strv ((const char *const *) wrapped.keys, -1));
  g_variant_dict_insert (&answer, "signer", "s", wrapped.signer);
  *body = g_variant_dict_end (&answer);
  return TRUE;
}

static gboolean
answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  Opener *opener = role->state;
  MadoOpenContext context = { 0 };
  const char *queue_id = NULL;
  gint64 offset = -1, size = -1;

  if (strcmp (request->verb, "unwrap") == 0)
    return answer_unwrap (role, request, body, fd, error);
  g_variant_lookup (request->body, "queue_id", "&s", &queue_id);
  g_variant_lookup (request->body, "offset", "x", &offset);
  g_variant_lookup (request->body, "size", "x", &size);
  if (request->fd < 0 || offset < 0 || size < 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "%s: a mail is missing", request->verb);
    return FALSE;
  }
  /* Outside the child's limits, so that an agent started here outlives it. */
  if (!mado_pgp_home_check_agent (opener->home, error))
    return FALSE;
  refresh_keys (role, opener, queue_id);
  context.conf = role->conf;
  context.home = opener->home;
  context.engine = opener->engine;
  context.keys = opener->keys;
  context.door_secret = opener->door_secret;
  context.interpret = mado_report_interpret;
  context.forms = opener->forms;
  if (strcmp (request->verb, "open") == 0)
    return answer_open (&context, queue_id, request, (guint64) offset, (guint64) size, body, fd, error);
  if (strcmp (request->verb, "part") == 0)
    return answer_part (&context, request, (guint64) offset, (guint64) size, body, fd, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "unknown verb %s", request->verb);
  return FALSE;
}

int
main (int argc, char **argv)
{
  static const MadoRole role = { .name = "madoguchi-opener",
                                 .socket = MADO_PEER_OPENER,
                                 .summary = "opens mails, each in a process of its own",
                                 .workers_key = "workers",
                                 .start = start,
                                 .answer = answer,
                                 .stop = stop };

  return mado_role_run (&role, argc, argv);
}
