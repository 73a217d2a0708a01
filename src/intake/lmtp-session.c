/* lmtp-session.c: see lmtp-session.h. Fed by lmtp-server.c and by tests. It holds at most one command line and one
 * envelope: the bytes of a mail go on to the backend as they come. */
#include "madoguchi/intake/lmtp-session.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/intake/lmtp-parse.h"

#include <string.h>

/* A line without end may go on for this long before the client is let go. */
#define ENDLESS (64 * MADO_LMTP_LINE_MAX)

typedef enum { STATE_NEW, STATE_READY, STATE_MAIL, STATE_DATA, STATE_OVER } State;

/* Where in a line of the mail we stand. */
typedef enum {
  AT_START,  /* after CRLF, or at the beginning */
  AT_MIDDLE,
  AT_CR,     /* after a CR that was passed on */
  AT_DOT,    /* after a dot at the start, held back */
  AT_DOT_CR  /* after a dot and a CR, both held back */
} Place;

struct _MadoLmtpSession {
  const MadoLmtpBackend *backend;
  gpointer data;
  MadoLmtpSettings settings;
  State state;
  gboolean is_draining;
  guint bad_commands;
  guint accepted;

  GString *line;
  gsize line_dropped; /* bytes of an over-long line that were not kept */

  MadoEnvelope *envelope;
  GPtrArray *recipients;
  gpointer mail;       /* while in DATA, NULL once refused */
  const char *refusal; /* why the mail in DATA cannot be taken */
  Place place;
};

static const char reply_no_room[] = "452 4.3.1 the disk is full, try again later";
static const char reply_too_large[] = "552 5.3.4 the mail is too large";
static const char reply_cannot_write[] = "451 4.3.0 the mail cannot be kept now, try again later";
static const char reply_draining[] = "421 4.3.2 going down, try again later";

static void
say (GString *out, const char *reply)
{
  g_string_append (out, reply);
  g_string_append (out, "\r\n");
}

static void
reset (MadoLmtpSession *session)
{
  if (session->mail != NULL)
    session->backend->abandon (session->data, g_steal_pointer (&session->mail));
  g_clear_pointer (&session->envelope, mado_envelope_free);
  g_ptr_array_set_size (session->recipients, 0);
  session->refusal = NULL;
  if (session->state == STATE_MAIL || session->state == STATE_DATA)
    session->state = STATE_READY;
}

void
mado_lmtp_session_end (MadoLmtpSession *session, const char *reply, GString *out)
{
  if (session->state == STATE_OVER)
    return;
  say (out, reply);
  reset (session);
  session->state = STATE_OVER;
}

/* A command that was no good. */
static void
complain (MadoLmtpSession *session, const char *reply, GString *out)
{
  say (out, reply);
  if (++session->bad_commands >= MADO_LMTP_BAD_COMMANDS)
    mado_lmtp_session_end (session, "421 4.7.0 too many errors", out);
}

/* The commands. */

static void
do_lhlo (MadoLmtpSession *session, GString *out)
{
  reset (session);
  session->state = STATE_READY;
  g_string_append_printf (out, "250-%s\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
                               "250-SMTPUTF8\r\n250 SIZE %" G_GUINT64_FORMAT "\r\n",
                          session->settings.name, session->settings.size_limit);
}

static void
do_mail (MadoLmtpSession *session, MadoLmtpCommand *command, GString *out)
{
  if (session->state != STATE_READY) {
    complain (session, session->state == STATE_NEW ? "503 5.5.1 say LHLO first" : "503 5.5.1 one mail at a time",
              out);
    return;
  }
  if (command->has_size && command->size > session->settings.size_limit) {
    say (out, reply_too_large);
    return;
  }
  if (!session->backend->has_room (session->data, command->has_size ? command->size : 0)) {
    say (out, reply_no_room);
    return;
  }
  session->envelope = mado_envelope_new ();
  session->envelope->door = g_strdup ("lmtp");
  session->envelope->client = g_strdup (session->settings.client);
  session->envelope->mail_from = g_steal_pointer (&command->path);
  session->envelope->smtputf8 = command->smtputf8;
  session->state = STATE_MAIL;
  say (out, "250 2.1.0 sender noted");
}

static void
do_rcpt (MadoLmtpSession *session, MadoLmtpCommand *command, GString *out)
{
  if (session->state != STATE_MAIL) {
    complain (session, "503 5.5.1 say MAIL first", out);
  } else if (!command->is_ascii && !session->envelope->smtputf8) {
    say (out, "553 5.6.7 an address in UTF-8 needs SMTPUTF8");
  } else if (!session->backend->is_ours (session->data, command->path)) {
    say (out, "550 5.1.1 no such recipient here");
  } else if (session->recipients->len >= session->settings.recipients) {
    say (out, "452 4.5.3 too many recipients");
  } else {
    g_ptr_array_add (session->recipients, g_steal_pointer (&command->path));
    say (out, "250 2.1.5 recipient noted");
  }
}

/* With less than this left, a write that failed has failed for want of space. */
#define NO_SPACE (256 * 1024)

/* Why the backend failed, as a reply. */
static const char *
explain (MadoLmtpSession *session, const GError *problem)
{
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_LIMIT))
    return reply_too_large;
  mado_log (MADO_LOG_ERROR, NULL, "spool-failed", "error=%s", problem->message);
  return session->backend->has_room (session->data, NO_SPACE) ? reply_cannot_write : reply_no_room;
}

static void
do_data (MadoLmtpSession *session, GString *out)
{
  g_autoptr (GError) problem = NULL;

  if (session->state != STATE_MAIL || session->recipients->len == 0) {
    complain (session, session->state == STATE_MAIL ? "503 5.5.1 no valid recipients" : "503 5.5.1 say MAIL first",
              out);
    return;
  }
  g_strfreev (session->envelope->recipients);
  session->envelope->recipients = g_new0 (char *, session->recipients->len + 1);
  for (guint i = 0; i < session->recipients->len; i++)
    session->envelope->recipients[i] = g_strdup (g_ptr_array_index (session->recipients, i));
  session->mail = session->backend->begin (session->data, session->envelope, &problem);
  if (session->mail == NULL) {
    say (out, explain (session, problem));
    reset (session);
    return;
  }
  session->state = STATE_DATA;
  session->place = AT_START;
  say (out, "354 go ahead, end with CRLF.CRLF");
}

static void
obey (MadoLmtpSession *session, MadoLmtpCommand *command, GString *out)
{
  switch (command->verb) {
  case MADO_LMTP_LHLO:
    do_lhlo (session, out);
    break;
  case MADO_LMTP_MAIL:
    do_mail (session, command, out);
    break;
  case MADO_LMTP_RCPT:
    do_rcpt (session, command, out);
    break;
  case MADO_LMTP_DATA:
    do_data (session, out);
    break;
  case MADO_LMTP_RSET:
    reset (session);
    say (out, "250 2.0.0 forgotten");
    break;
  case MADO_LMTP_NOOP:
    say (out, "250 2.0.0 still here");
    break;
  case MADO_LMTP_VRFY:
    say (out, "252 2.1.5 send a mail and see");
    break;
  case MADO_LMTP_QUIT:
    mado_lmtp_session_end (session, "221 2.0.0 goodbye", out);
    break;
  }
}

static void
do_line (MadoLmtpSession *session, const char *line, gsize length, GString *out)
{
  g_auto (MadoLmtpCommand) command = { 0 };
  const char *problem = mado_lmtp_parse (line, length, &command);

  if (session->is_draining && (problem != NULL || command.verb != MADO_LMTP_QUIT))
    mado_lmtp_session_end (session, reply_draining, out);
  else if (problem != NULL)
    complain (session, problem, out);
  else
    obey (session, &command, out);
}

/* Collects a command line up to its CRLF. Returns how many bytes it used. */
static gsize
feed_command (MadoLmtpSession *session, const char *bytes, gsize length, GString *out)
{
  GString *line = session->line;
  const char *feed = memchr (bytes, '\n', length);
  gsize used = feed != NULL ? (gsize) (feed - bytes) + 1 : length;
  gsize room = MADO_LMTP_LINE_MAX - line->len;
  gboolean was_cr = used > 1 ? bytes[used - 2] == '\r' : line->len > 0 && line->str[line->len - 1] == '\r';
  gboolean is_end = feed != NULL && was_cr;

  if (session->line_dropped > 0 || used > room) {
    /* Too long: only its last byte matters, for it may be the CR before an LF. */
    session->line_dropped += used;
    g_string_truncate (line, 0);
    g_string_append_c (line, bytes[used - 1]);
    if (is_end || session->line_dropped > ENDLESS) {
      g_string_truncate (line, 0);
      if (!is_end)
        mado_lmtp_session_end (session, "421 4.7.0 a line without end", out);
      else if (session->is_draining)
        mado_lmtp_session_end (session, reply_draining, out);
      else
        complain (session, "500 5.5.2 the line is too long", out);
      session->line_dropped = 0;
    }
    return used;
  }
  g_string_append_len (line, bytes, (gssize) used);
  if (is_end) {
    do_line (session, line->str, line->len - 2, out);
    g_string_truncate (line, 0);
  }
  return used;
}

/* The mail. */

static void
pass_on (MadoLmtpSession *session, const void *bytes, gsize length)
{
  g_autoptr (GError) problem = NULL;

  if (length == 0 || session->mail == NULL
      || session->backend->append (session->data, session->mail, bytes, length, &problem))
    return;
  /* The rest is read to its end, so that the client hears the answer (RFC 5321, 4.2.5). */
  session->refusal = explain (session, problem);
  session->backend->abandon (session->data, g_steal_pointer (&session->mail));
}

/* The end was seen: one reply per recipient, in their order (RFC 2033, 4.2). */
static void
finish_mail (MadoLmtpSession *session, GString *out)
{
  guint recipients = session->recipients->len;
  const char *refusal = session->refusal;
  g_autoptr (GError) problem = NULL;
  g_autofree char *id = NULL;

  if (refusal == NULL && !session->backend->has_room (session->data, 0))
    refusal = reply_no_room;
  if (refusal == NULL
      && !session->backend->commit (session->data, g_steal_pointer (&session->mail), &id, &problem))
    refusal = explain (session, problem);
  reset (session);
  if (refusal == NULL) {
    session->accepted++;
    session->bad_commands = 0;
  }
  for (guint i = 0; i < recipients; i++)
    if (refusal != NULL)
      say (out, refusal);
    else
      g_string_append_printf (out, "250 2.6.0 kept as %s\r\n", id);
}

/* One byte at a place where the next bytes matter. TRUE when it ended the mail. */
static gboolean
step (MadoLmtpSession *session, char c)
{
  static const char dot_cr[] = "\r";

  switch (session->place) {
  case AT_DOT_CR:
    if (c == '\n')
      return TRUE;
    pass_on (session, dot_cr, 1); /* the dot was stuffing (RFC 5321, 4.5.2) */
    break;
  case AT_DOT:
    if (c == '\r') {
      session->place = AT_DOT_CR;
      return FALSE;
    }
    break;
  case AT_START:
    if (c == '.') {
      session->place = AT_DOT;
      return FALSE;
    }
    break;
  case AT_CR:
    if (c == '\n') {
      pass_on (session, &c, 1);
      session->place = AT_START;
      return FALSE;
    }
    break;
  case AT_MIDDLE:
    break;
  }
  pass_on (session, &c, 1);
  session->place = c == '\r' ? AT_CR : AT_MIDDLE;
  return FALSE;
}

/* Returns how many bytes belonged to the mail and its end. */
static gsize
feed_data (MadoLmtpSession *session, const char *bytes, gsize length, GString *out)
{
  const char *end = bytes + length;
  const char *run = bytes;  /* from here on nothing was passed on yet */
  const char *next = bytes;

  while (next < end) {
    if (session->place == AT_MIDDLE) {
      /* Whole lines are passed on in one piece, as long as none begins with a dot. */
      const char *cr = memchr (next, '\r', (gsize) (end - next));
      if (cr == NULL) {
        next = end;
      } else if (end - cr > 2 && cr[1] == '\n' && cr[2] != '.' && cr[2] != '\r') {
        next = cr + 3;
      } else {
        pass_on (session, run, (gsize) (cr - run));
        step (session, *cr);
        run = next = cr + 1;
      }
      continue;
    }
    if (step (session, *next++)) {
      finish_mail (session, out);
      return (gsize) (next - bytes);
    }
    run = next;
  }
  pass_on (session, run, (gsize) (next - run));
  return length;
}

void
mado_lmtp_session_feed (MadoLmtpSession *session, const void *bytes, gsize length, GString *out)
{
  const char *next = bytes;

  while (length > 0 && session->state != STATE_OVER) {
    gsize used = session->state == STATE_DATA ? feed_data (session, next, length, out)
                                              : feed_command (session, next, length, out);
    next += used;
    length -= used;
  }
}

MadoLmtpSession *
mado_lmtp_session_new (const MadoLmtpBackend *backend, gpointer data, const MadoLmtpSettings *settings,
                       GString *out)
{
  MadoLmtpSession *session = g_new0 (MadoLmtpSession, 1);

  session->backend = backend;
  session->data = data;
  session->settings = *settings;
  session->line = g_string_sized_new (128);
  session->recipients = g_ptr_array_new_with_free_func (g_free);
  g_string_append_printf (out, "220 %s LMTP Madoguchi\r\n", settings->name);
  return session;
}

void
mado_lmtp_session_free (MadoLmtpSession *session)
{
  if (session == NULL)
    return;
  reset (session);
  g_string_free (session->line, TRUE);
  g_ptr_array_unref (session->recipients);
  g_free (session);
}

void
mado_lmtp_session_drain (MadoLmtpSession *session)
{
  session->is_draining = TRUE;
}

gboolean
mado_lmtp_session_is_over (const MadoLmtpSession *session)
{
  return session->state == STATE_OVER;
}

gboolean
mado_lmtp_session_is_in_data (const MadoLmtpSession *session)
{
  return session->state == STATE_DATA;
}

guint
mado_lmtp_session_accepted (const MadoLmtpSession *session)
{
  return session->accepted;
}
