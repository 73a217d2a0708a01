/* checks-web.c: see checks-web.h. Called by checks.c. Asks the page only for its own files, which anybody may have. */
#include "madoguchi/front/checks-web.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/words.h"
#include "madoguchi/front/dial.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

#define ANSWER_SECONDS 5
#define MAX_FILE (4 * 1024 * 1024)
#define HEAD_MAX 4096
#define LONG_IDLE (4 * 3600)   /* a desk that was left */
#define LONG_LIMIT (24 * 3600) /* a day's work */

typedef struct {
  const MadoConf *conf;
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (const Checks *checks, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, "web", status, detail);
}

/* --- who reaches it ------------------------------------------------------------------------------------- */

static gboolean
is_loopback (const char *spec)
{
  g_autoptr (GSocketConnectable) where = g_network_address_parse (spec + strlen ("inet:"), 80, NULL);
  const char *host = where != NULL ? g_network_address_get_hostname (G_NETWORK_ADDRESS (where)) : "";
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_ascii_strcasecmp (host, "localhost") == 0 ? "127.0.0.1" : host);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static void
check_reach (const Checks *checks, const char *spec)
{
  const char *header = mado_conf_string (checks->conf, "web", "trusted-header");
  struct stat info;

  if (!g_str_has_prefix (spec, "unix:")) {
    if (!is_loopback (spec))
      say (checks, MADO_CHECK_FAIL, "%s: not loopback, so madoguchi-web refuses it: others would come in without TLS; name unix:PATH", spec);
    else if (header != NULL)
      say (checks, MADO_CHECK_FAIL, "%s: whoever has a login on this machine can say %s: somebody; listen on unix:PATH instead", spec, header);
    return;
  }
  if (stat (spec + strlen ("unix:"), &info) != 0 || (info.st_mode & S_IWOTH) == 0)
    return;
  say (checks, header != NULL ? MADO_CHECK_FAIL : MADO_CHECK_WARN,
       "%s: mode %04o: every program of this machine can pass by the server before the page, and say %s; take it from others (chmod o=)",
       spec, (guint) info.st_mode & 07777, header != NULL ? N_ ("who has logged in") : N_ ("from which address somebody comes"));
}

/* --- what answers there --------------------------------------------------------------------------------- */

/* Has what listens at @spec the file @name with the checksum @sum? FALSE without @error: another one. */
static gboolean
has_file (const char *spec, const char *name, const char *sum, GError **error)
{
  g_autoptr (GSocketConnection) connection = mado_dial (spec, ANSWER_SECONDS, error);
  g_autofree char *question = g_strdup_printf ("GET /%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nIf-None-Match: \"%.32s\"\r\n\r\n",
                                               strcmp (name, "index.html") == 0 ? "" : name, sum);
  char head[HEAD_MAX + 1] = "";
  gsize got = 0;

  if (connection == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), question, strlen (question), NULL, NULL, error)
      || !g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), head, HEAD_MAX, &got, NULL, error))
    return FALSE;
  head[got] = '\0';
  if (strstr (head, "Content-Security-Policy: default-src 'none'") == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "what answers there is not madoguchi-web");
    return FALSE;
  }
  return g_str_has_prefix (head, "HTTP/1.1 304 ");
}

/* What is served must be what lies there: the files are read once, at the start. */
static void
check_answers (const Checks *checks, const char *spec, GHashTable *sums)
{
  g_autoptr (GError) problem = NULL;
  GHashTableIter iter;
  gpointer name, sum;

  g_hash_table_iter_init (&iter, sums);
  while (g_hash_table_iter_next (&iter, &name, &sum))
    if (!has_file (spec, name, sum, &problem)) {
      if (problem == NULL)
        say (checks, MADO_CHECK_WARN, "%s: serves another %s than the one that lies there now: systemctl restart madoguchi-web", spec,
             (const char *) name);
      else if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        say (checks, MADO_CHECK_WARN, "%s: not for this user to reach: ask as root", spec);
      else
        say (checks, MADO_CHECK_FAIL, "%s: %s (systemctl status madoguchi-web)", spec, problem->message);
      return;
    }
  say (checks, MADO_CHECK_OK, "%s answers", spec);
}

/* (transfer container) name to checksum, of what lies in [web] files and belongs to the page. */
static GHashTable *
check_files (const Checks *checks)
{
  const char *directory = mado_conf_string (checks->conf, "web", "files");
  GHashTable *sums = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  const char *missing = NULL, *other = NULL;

  for (const MadoPageFile *file = mado_page_files; file->name != NULL; file++) {
    g_autofree char *path = g_build_filename (directory, file->name, NULL);
    g_autoptr (GBytes) bytes = NULL;
    if (!mado_fsio_read_file (path, MAX_FILE, &bytes, NULL)) {
      missing = file->name;
      continue;
    }
    char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
    other = strcmp (sum, file->sha256) == 0 ? other : file->name;
    g_hash_table_insert (sums, (gpointer) file->name, sum);
  }
  if (missing != NULL)
    say (checks, MADO_CHECK_FAIL, "[web] files = %s: %s is not there, or cannot be read: install this version again", directory, missing);
  else if (other != NULL)
    say (checks, MADO_CHECK_WARN, "[web] files = %s: %s is not the one of this version (%s): install it again, and restart madoguchi-web",
         directory, other, PACKAGE_VERSION);
  else
    say (checks, MADO_CHECK_OK, "%s: the page's files are those of this version", directory);
  return sums;
}

/* --- how members come in -------------------------------------------------------------------------------- */

static void
check_sessions (const Checks *checks)
{
  gint64 idle = mado_conf_int (checks->conf, "web", "session-idle");
  gint64 limit = mado_conf_int (checks->conf, "web", "session-limit");

  if (idle >= limit)
    say (checks, MADO_CHECK_WARN, "session-idle is not shorter than session-limit: a page that was left open stays open until the end");
  else if (idle > LONG_IDLE)
    say (checks, MADO_CHECK_WARN, "session-idle: a page that was left open stays open for more than %d hours; 30m is usual", LONG_IDLE / 3600);
  if (limit > LONG_LIMIT)
    say (checks, MADO_CHECK_WARN, "session-limit: who logged in is not asked again for more than %d hours; 12h is usual", LONG_LIMIT / 3600);
}

/* What stands before the page cannot be asked from here, since its name is not known. */
static void
check_front (const Checks *checks)
{
  const char *header = mado_conf_string (checks->conf, "web", "trusted-header");

  say (checks, MADO_CHECK_OK,
       "not to be seen from here: `curl -I http://HOST/` has to lead to https://, `curl -I https://HOST/` to say Strict-Transport-Security");
  if (header == NULL)
    return;
  if (g_ascii_strcasecmp (header, "X-Real-IP") == 0 || g_ascii_strcasecmp (header, "Host") == 0 || g_ascii_strcasecmp (header, "Cookie") == 0
      || g_ascii_strcasecmp (header, "Origin") == 0 || g_ascii_strcasecmp (header, "Authorization") == 0)
    say (checks, MADO_CHECK_FAIL, "trusted-header = %s: browsers send that field themselves; take a name of its own, as X-Remote-User", header);
  else
    say (checks, MADO_CHECK_OK, "trusted-header: `curl -H '%s: LOGIN' https://HOST/api/v1/session` without any proof has to answer 401", header);
}

void
mado_checks_web (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  const char *const *specs = mado_conf_list (conf, "web", "listen");
  const Checks checks = { conf, report, data };

  if (specs[0] == NULL)
    return;
  g_autoptr (GHashTable) sums = check_files (&checks);
  for (; *specs != NULL; specs++) {
    check_reach (&checks, *specs);
    if (g_str_has_prefix (*specs, "unix:") || is_loopback (*specs))
      check_answers (&checks, *specs, sums);
  }
  check_sessions (&checks);
  check_front (&checks);
}

void
mado_checks_clock_kept (int result, int status, MadoCheckReport report, gpointer data)
{
  if (result >= 0 && (status & STA_UNSYNC) != 0)
    report (data, "clock", MADO_CHECK_WARN,
            "nothing keeps it right, says the kernel: codes to log in, signatures and due times go wrong (apt install systemd-timesyncd, or chrony)");
}
