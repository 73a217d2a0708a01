/* verb-ingest.c: mails from files into the spool, by the same door rules as LMTP: a mail counts as taken only when
 * it is on stable storage. .eml files and members of a Maildir go in byte by byte; mails of an mbox file lose their
 * "From " quoting. One line of JSON per mail; a path that fails is said on standard error and the rest goes on. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/mbox.h"
#include "madoguchi/front/member.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/record-json.h"
#include "madoguchi/spool/spool.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_SECONDS 120
#define POLL_US (50 * 1000)

typedef struct {
  char *queue_id;
  char *path;
  gint64 index; /* in an mbox, from 1; 0 elsewhere */
} Taken;

typedef struct {
  MadoCli *cli;
  MadoSpool *spool;
  char *sender;
  char *recipient;
  guint64 max;
  GPtrArray *taken; /* of Taken */
  int status;       /* of the first path that failed */
  gboolean has_answered; /* the keeper, once */
} Ingest;

static void
free_taken (gpointer data)
{
  Taken *taken = data;

  g_free (taken->queue_id);
  g_free (taken->path);
  g_free (taken);
}

static void
add_member (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL && *value != '\0')
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* @status: (nullable) the keeper's answer. */
static gboolean
print_taken (MadoCli *cli, const Taken *taken, GVariant *status, GError **error)
{
  static const char *const names[] = { "state", "ticket", "reason" };
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *path = g_utf8_make_valid (taken->path, -1);

  json_builder_begin_object (builder);
  add_member (builder, "queue_id", taken->queue_id);
  add_member (builder, "path", path);
  if (taken->index > 0) {
    json_builder_set_member_name (builder, "index");
    json_builder_add_int_value (builder, taken->index);
  }
  for (gsize i = 0; status != NULL && i < G_N_ELEMENTS (names); i++) {
    const char *value = NULL;
    g_variant_lookup (status, names[i], "&s", &value);
    add_member (builder, names[i], value);
  }
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *line = mado_json_line (node);
  if (!mado_cli_print (cli, line, error) || !mado_cli_print (cli, "\n", error))
    return FALSE;
  return fflush (cli->out) == 0 || mado_error_set_errno (error, "standard output");
}

static void
complain (Ingest *ingest, const char *path, const GError *problem)
{
  gboolean names_it = g_str_has_prefix (problem->message, path);
  g_autofree char *what = names_it ? g_strdup_printf ("ingest: %s", problem->message)
                                   : g_strdup_printf ("ingest: %s: %s", path, problem->message);

  mado_cli_warn (what);
  if (ingest->status == 0)
    ingest->status = mado_error_exit_status (problem);
}

/* --- one mail ---------------------------------------------------------------------------------------- */

static MadoSpoolWriter *
start_mail (Ingest *ingest, GError **error)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  gint64 now = g_get_real_time ();

  envelope->received = now / G_USEC_PER_SEC;
  envelope->door = g_strdup ("ingest");
  envelope->mail_from = g_strdup (ingest->sender);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strsplit (ingest->recipient, "\n", 1);
  return mado_spool_writer_new (ingest->spool, envelope, now, ingest->max, error);
}

static gboolean
finish_mail (Ingest *ingest, MadoSpoolWriter *writer, const char *path, gint64 index, GError **error)
{
  Taken *taken;

  if (!mado_spool_writer_commit (writer, error))
    return FALSE;
  taken = g_new0 (Taken, 1);
  taken->queue_id = g_strdup (mado_spool_writer_id (writer));
  taken->path = g_strdup (path);
  taken->index = index;
  g_ptr_array_add (ingest->taken, taken);
  return ingest->cli->options.wait || print_taken (ingest->cli, taken, NULL, error);
}

static gboolean
take_bytes (Ingest *ingest, GBytes *bytes, const char *path, gint64 index, GError **error)
{
  g_autoptr (MadoSpoolWriter) writer = start_mail (ingest, error);

  return writer != NULL
         && mado_spool_writer_append (writer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error)
         && finish_mail (ingest, writer, path, index, error);
}

static gboolean
take_fd (Ingest *ingest, int fd, const char *path, GError **error)
{
  g_autoptr (MadoSpoolWriter) writer = start_mail (ingest, error);
  g_autofree char *buffer = g_malloc (65536);
  gsize total = 0;

  if (writer == NULL)
    return FALSE;
  for (;;) {
    gssize got = read (fd, buffer, 65536);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return mado_error_set_errno (error, "read");
    if (got == 0)
      break;
    total += (gsize) got;
    if (!mado_spool_writer_append (writer, buffer, (gsize) got, error))
      return FALSE;
  }
  if (total == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "empty: no mail");
    return FALSE;
  }
  return finish_mail (ingest, writer, path, 0, error);
}

/* --- files and directories --------------------------------------------------------------------------- */

static void
take_mbox (Ingest *ingest, const char *path, GMappedFile *file)
{
  const char *data = g_mapped_file_get_contents (file);
  gsize length = g_mapped_file_get_length (file), position = 0;
  gint64 index = 0;
  MadoMboxMail mail;

  while (mado_mbox_next (data, length, &position, &mail)) {
    g_autoptr (GError) problem = NULL;
    gboolean ok;
    index++;
    if (mail.end - mail.start > ingest->max) {
      g_set_error (&problem, MADO_ERROR, MADO_ERROR_LIMIT, "mail %" G_GINT64_FORMAT " is over [intake] size-limit", index);
      ok = FALSE;
    } else {
      g_autoptr (GBytes) bytes = mado_mbox_unquote (data + mail.start, mail.end - mail.start);
      ok = take_bytes (ingest, bytes, path, index, &problem);
    }
    if (!ok)
      complain (ingest, path, problem);
  }
}

static gboolean
take_file (Ingest *ingest, const char *path, GError **error)
{
  char start[8];
  int fd = mado_member_open_file (path, error);
  gssize got;
  gboolean ok = TRUE;

  if (fd < 0)
    return FALSE;
  got = pread (fd, start, sizeof start, 0);
  if (got > 0 && mado_mbox_is (start, (gsize) got)) {
    g_autoptr (GError) problem = NULL;
    g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (fd, FALSE, &problem);
    if (file != NULL) {
      take_mbox (ingest, path, file);
    } else {
      g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s", problem->message);
      ok = FALSE;
    }
  } else {
    ok = take_fd (ingest, fd, path, error);
  }
  close (fd);
  return ok;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
take_directory (Ingest *ingest, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = opendir (path);
  struct dirent *entry;

  if (dir == NULL)
    return mado_error_set_errno (error, path);
  while ((entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      g_ptr_array_add (names, g_build_filename (path, entry->d_name, NULL));
  closedir (dir);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autoptr (GError) problem = NULL;
    if (!take_file (ingest, names->pdata[i], &problem))
      complain (ingest, names->pdata[i], problem);
  }
  return TRUE;
}

static gboolean
take_path (Ingest *ingest, const char *path, GError **error)
{
  g_autofree char *new_mails = g_build_filename (path, "new", NULL);
  g_autofree char *seen_mails = g_build_filename (path, "cur", NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return take_file (ingest, path, error);
  if (!g_file_test (new_mails, G_FILE_TEST_IS_DIR) || !g_file_test (seen_mails, G_FILE_TEST_IS_DIR)) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "a directory, but no Maildir");
    return FALSE;
  }
  return take_directory (ingest, new_mails, error) && take_directory (ingest, seen_mails, error);
}

/* --- waiting ----------------------------------------------------------------------------------------- */

/* @state is not the end of a mail's way. */
static gboolean
is_moving (const char *state)
{
  static const char *const words[] = { "unknown", "pending", "received", NULL };

  return state == NULL || *state == '\0' || g_strv_contains (words, state);
}

/* Asks the keeper once. @answer stays empty while it is being restarted. */
static gboolean
ask_status (Ingest *ingest, const Taken *taken, gboolean may_retry, MadoPacket *answer, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (mado_member_ask (ingest->cli->conf, "status", mado_member_body ("queue_id", taken->queue_id, NULL), -1, answer,
                       &problem)) {
    ingest->has_answered = TRUE;
    return TRUE;
  }
  if (may_retry && ingest->has_answered
      && (problem->code == MADO_ERROR_UNAVAILABLE || problem->code == MADO_ERROR_TEMP))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
wait_for (Ingest *ingest, const Taken *taken, gint64 deadline, GError **error)
{
  for (;;) {
    g_auto (MadoPacket) answer = MADO_PACKET_INIT;
    gboolean is_late = g_get_monotonic_time () >= deadline;
    const char *state = NULL;
    if (!ask_status (ingest, taken, !is_late, &answer, error))
      return FALSE;
    if (answer.body != NULL)
      g_variant_lookup (answer.body, "state", "&s", &state);
    if (is_late && is_moving (state) && ingest->status == 0)
      ingest->status = 75;
    if (is_late || !is_moving (state))
      return print_taken (ingest->cli, taken, answer.body, error);
    g_usleep (POLL_US);
  }
}

static gboolean
wait_for_all (Ingest *ingest, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;

  for (guint i = 0; i < ingest->taken->len; i++)
    if (!wait_for (ingest, ingest->taken->pdata[i], deadline, error)) {
      g_prefix_error (error, "the mails are in the spool, but: ");
      return FALSE;
    }
  return TRUE;
}

static gboolean
prepare (Ingest *ingest, GError **error)
{
  const MadoCliOptions *options = &ingest->cli->options;
  const MadoConf *conf = ingest->cli->conf;
  const char *const *team = mado_conf_list (conf, "team", "address");
  const char *directory = mado_conf_string (conf, "spool", "directory");

  if (!mado_member_check_text ("--from", options->from, 1000, error) || !mado_member_check_text ("--to", options->to, 1000, error))
    return FALSE;
  if ((options->to == NULL && team[0] == NULL) || directory == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: [team] address and [spool] directory must be set",
                 mado_conf_path (conf));
    return FALSE;
  }
  for (const char *p = options->from; p != NULL && *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return mado_member_check_text ("--from", p, 0, error);
  for (const char *p = options->to; p != NULL && *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return mado_member_check_text ("--to", p, 0, error);
  ingest->sender = g_strdup (options->from != NULL ? options->from : "");
  ingest->recipient = g_strdup (options->to != NULL ? options->to : team[0]);
  ingest->max = (guint64) mado_conf_int (conf, "intake", "size-limit");
  ingest->spool = mado_spool_open (directory, error);
  return ingest->spool != NULL;
}

gboolean
mado_verb_ingest (MadoCli *cli, GError **error)
{
  Ingest ingest = { .cli = cli };
  gboolean ok = prepare (&ingest, error);

  ingest.taken = g_ptr_array_new_with_free_func (free_taken);
  for (guint i = 0; ok && i < cli->n_arguments; i++) {
    g_autoptr (GError) problem = NULL;
    const char *path = mado_cli_argument (cli, i);
    if (!take_path (&ingest, path, &problem))
      complain (&ingest, path, problem);
  }
  ok = ok && (!cli->options.wait || wait_for_all (&ingest, error));
  cli->status = ingest.status;
  g_ptr_array_unref (ingest.taken);
  g_clear_pointer (&ingest.spool, mado_spool_free);
  g_free (ingest.sender);
  g_free (ingest.recipient);
  return ok;
}
