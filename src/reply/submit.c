/* submit.c: see submit.h. One of the two callers of libcurl (discover.c). It speaks SMTP and nothing else, to the configured host
 * and to no other, and takes no setting from the environment. */
#include "madoguchi/reply/submit.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/reply/maildir.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS_MAX 500
/* An idle connection older than this many seconds is not used again: servers close them. */
#define CONNECTION_AGE 20L

/* What one attempt reads and hears. */
typedef struct {
  int fd;
  off_t at;
  GString *words;         /* the server's last line about our mail */
  gboolean is_about_mail; /* the last command was about this mail, not about us */
  gboolean is_over;       /* QUIT was said: its answer is of no interest */
} Attempt;

struct _MadoSubmission {
  char *maildir; /* NULL: by SMTP */
  char *from;    /* [submission] from */
  CURL *curl;
  Attempt attempt; /* libcurl holds a pointer to it as long as the connection lives */
};

static size_t
read_mail (char *buffer, size_t size, size_t count, void *data)
{
  Attempt *attempt = data;
  gssize got = pread (attempt->fd, buffer, size * count, attempt->at);

  if (got < 0)
    return CURL_READFUNC_ABORT;
  attempt->at += got;
  return (size_t) got;
}

static size_t
hear_line (char *line, size_t size, size_t count, void *data)
{
  Attempt *attempt = data;

  if (!attempt->is_over) {
    g_string_truncate (attempt->words, 0);
    g_string_append_len (attempt->words, line, (gssize) MIN (size * count, WORDS_MAX));
  }
  return size * count;
}

/* libcurl says what it sends; only the first word is looked at, nothing is kept: a password may stand there. */
static int
see_command (CURL *curl, curl_infotype kind, char *bytes, size_t length, void *data)
{
  Attempt *attempt = data;

  (void) curl;
  if (kind != CURLINFO_HEADER_OUT || length < 4)
    return 0;
  attempt->is_over = strncmp (bytes, "QUIT", 4) == 0;
  if (!attempt->is_over)
    attempt->is_about_mail = strncmp (bytes, "MAIL", 4) == 0 || strncmp (bytes, "RCPT", 4) == 0
                             || strncmp (bytes, "DATA", 4) == 0;
  return 0;
}

/* (transfer full, nullable) the first line of @path. */
static char *
read_password (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (!mado_fsio_read_file (path, 4096, &bytes, error)) {
    g_prefix_error (error, "[submission] password-file: ");
    return NULL;
  }
  if (g_bytes_get_size (bytes) == 0)
    return g_strdup ("");
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  text[strcspn (text, "\r\n")] = '\0';
  return text;
}

/* STARTTLS. "try" takes any certificate: it is meant against listeners, and refusing would mean sending in the
 * clear or not at all; "require", implied by a password, and smtps: want a good one. */
static void
set_tls (CURL *curl, const MadoConf *conf, gboolean is_smtps)
{
  const char *tls = mado_conf_string (conf, "submission", "tls");
  const char *ca_file = mado_conf_string (conf, "submission", "ca-file");
  gboolean has_user = mado_conf_string (conf, "submission", "user") != NULL;
  gboolean is_never = g_strcmp0 (tls, "never") == 0;
  gboolean is_required = is_smtps || g_strcmp0 (tls, "require") == 0 || (has_user && !is_never);
  gboolean is_checked = is_required || ca_file != NULL;
  long level = CURLUSESSL_TRY;

  if (is_required)
    level = CURLUSESSL_ALL;
  else if (is_never)
    level = CURLUSESSL_NONE;
  curl_easy_setopt (curl, CURLOPT_USE_SSL, level);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, is_checked ? 1L : 0L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, is_checked ? 2L : 0L);
  if (ca_file != NULL)
    curl_easy_setopt (curl, CURLOPT_CAINFO, ca_file);
}

static gboolean
set_user (CURL *curl, const MadoConf *conf, GError **error)
{
  const char *user = mado_conf_string (conf, "submission", "user");
  const char *file = mado_conf_string (conf, "submission", "password-file");
  g_autofree char *password = NULL;

  if (user == NULL)
    return TRUE;
  if (file == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[submission] user is set, password-file is not");
    return FALSE;
  }
  password = read_password (file, error);
  if (password == NULL)
    return FALSE;
  curl_easy_setopt (curl, CURLOPT_SASL_IR, 1L);
  curl_easy_setopt (curl, CURLOPT_USERNAME, user);
  curl_easy_setopt (curl, CURLOPT_PASSWORD, password);
  explicit_bzero (password, strlen (password)); /* libcurl keeps the only copy */
  return TRUE;
}

static gboolean
set_up_smtp (MadoSubmission *submission, const MadoConf *conf, const char *url, GError **error)
{
  gboolean is_unix = g_str_has_prefix (url, "unix:");
  long timeout = (long) mado_conf_int (conf, "submission", "timeout");
  CURL *curl = submission->curl = curl_easy_init ();

  if (curl == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "libcurl does not start");
    return FALSE;
  }
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_URL, is_unix ? "smtp://localhost" : url);
  if (is_unix)
    curl_easy_setopt (curl, CURLOPT_UNIX_SOCKET_PATH, url + strlen ("unix:"));
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, timeout);
  curl_easy_setopt (curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, timeout);
  curl_easy_setopt (curl, CURLOPT_MAXAGE_CONN, CONNECTION_AGE);
  submission->attempt.words = g_string_new (NULL);
  curl_easy_setopt (curl, CURLOPT_READDATA, &submission->attempt);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, &submission->attempt);
  curl_easy_setopt (curl, CURLOPT_DEBUGDATA, &submission->attempt);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, read_mail);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, hear_line);
  curl_easy_setopt (curl, CURLOPT_VERBOSE, 1L); /* to see_command () alone */
  curl_easy_setopt (curl, CURLOPT_DEBUGFUNCTION, see_command);
  set_tls (curl, conf, g_str_has_prefix (url, "smtps:"));
  return set_user (curl, conf, error);
}

MadoSubmission *
mado_submission_new (const MadoConf *conf, GError **error)
{
  const char *url = mado_conf_string (conf, "submission", "url");
  g_autoptr (MadoSubmission) submission = g_new0 (MadoSubmission, 1);

  submission->from = g_strdup (mado_conf_string (conf, "submission", "from"));
  if (g_str_has_prefix (url, "maildir:")) {
    submission->maildir = g_strdup (url + strlen ("maildir:"));
    return mado_maildir_make (submission->maildir, error) ? g_steal_pointer (&submission) : NULL;
  }
  if (!g_str_has_prefix (url, "smtp://") && !g_str_has_prefix (url, "smtps://") && !g_str_has_prefix (url, "unix:")) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[submission] url: %s: smtp://, smtps://, unix: or maildir:", url);
    return NULL;
  }
  curl_global_init (CURL_GLOBAL_DEFAULT);
  return set_up_smtp (submission, conf, url, error) ? g_steal_pointer (&submission) : NULL;
}

void
mado_submission_free (MadoSubmission *submission)
{
  if (submission == NULL)
    return;
  if (submission->curl != NULL)
    curl_easy_cleanup (submission->curl); /* says QUIT */
  if (submission->attempt.words != NULL)
    g_string_free (submission->attempt.words, TRUE);
  g_free (submission->maildir);
  g_free (submission->from);
  g_free (submission);
}

/* Nothing that could end an SMTP command may come near one. */
static gboolean
is_path (const char *address)
{
  if (*address == '\0' || strlen (address) > 320 || strchr (address, '@') == NULL)
    return FALSE;
  for (; *address != '\0'; address++)
    if ((guchar) *address <= ' ' || *address == 127 || *address == '<' || *address == '>')
      return FALSE;
  return TRUE;
}

static gboolean
check_addresses (const char *sender, const char *const *recipients, GError **error)
{
  gboolean is_good = recipients[0] != NULL && (sender == NULL || *sender == '\0' || is_path (sender));

  for (; *recipients != NULL && is_good; recipients++)
    is_good = is_path (*recipients);
  if (!is_good)
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "an envelope address is missing or not usable");
  return is_good;
}

/* Is this failure the mail's own? Only a 5yz answer to a command about this mail; not one to the greeting, to
 * STARTTLS, to AUTH, or that asks for them (530, 534, 535, 538): those are ours to mend. */
static int
fate_of (const Attempt *attempt)
{
  gint64 response = g_ascii_strtoll (attempt->words->str, NULL, 10);

  if (response < 500 || response > 599 || !attempt->is_about_mail)
    return MADO_ERROR_TEMP;
  if (response == 521 || response == 530 || response == 534 || response == 535 || response == 538)
    return MADO_ERROR_TEMP;
  return MADO_ERROR_PERM;
}

static gboolean
finish_attempt (const Attempt *attempt, CURLcode code, char **detail, GError **error)
{
  g_autofree char *words = NULL;

  g_string_truncate (attempt->words, strcspn (attempt->words->str, "\r\n"));
  words = mado_text_escape_line (attempt->words->str);
  if (code != CURLE_OK) {
    g_set_error (error, MADO_ERROR, fate_of (attempt), "submission: %s%s%s", curl_easy_strerror (code),
                 *words != '\0' ? ": " : "", words);
    return FALSE;
  }
  *detail = g_steal_pointer (&words);
  return TRUE;
}

static gboolean
send_smtp (MadoSubmission *submission, const char *sender, const char *const *recipients, int fd, char **detail,
           GError **error)
{
  g_autofree char *from = g_strdup_printf ("<%s>", sender != NULL ? sender : "");
  Attempt *attempt = &submission->attempt;
  struct curl_slist *list = NULL;
  struct stat info;
  CURLcode code;

  if (fstat (fd, &info) != 0)
    return mado_error_set_errno (error, "fstat");
  attempt->fd = fd;
  attempt->at = 0;
  attempt->is_about_mail = attempt->is_over = FALSE;
  g_string_truncate (attempt->words, 0);
  for (; *recipients != NULL; recipients++)
    list = curl_slist_append (list, *recipients);
  curl_easy_setopt (submission->curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (submission->curl, CURLOPT_MAIL_RCPT, list);
  curl_easy_setopt (submission->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) info.st_size);
  code = curl_easy_perform (submission->curl);
  curl_easy_setopt (submission->curl, CURLOPT_MAIL_RCPT, NULL);
  curl_slist_free_all (list);
  return finish_attempt (attempt, code, detail, error);
}

gboolean
mado_submission_send (MadoSubmission *submission, const char *message_id, const char *sender,
                      const char *const *recipients, int fd, char **detail, GError **error)
{
  const char *from = sender != NULL && *sender != '\0' ? sender : submission->from;

  if (!check_addresses (from, recipients, error))
    return FALSE;
  if (submission->maildir != NULL)
    return mado_maildir_deliver (submission->maildir, message_id, fd, detail, error);
  return send_smtp (submission, from, recipients, fd, detail, error);
}
