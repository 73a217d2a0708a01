/* test-intake-lmtp-session.c: whole dialogues against a spool in memory, split anyhow. */
#include "madoguchi/base/error.h"
#include "madoguchi/intake/lmtp-parse.h"
#include "madoguchi/intake/lmtp-session.h"

#include <string.h>

#define LIMIT 1000

/* A spool in memory that can be told to fail. */
typedef struct {
  gboolean is_full, full_at_end, no_begin, no_append, no_commit;
  GString *kept;    /* mails taken, one after the other, with their recipients */
  guint open;       /* mails begun and neither committed nor abandoned */
  guint commits;
  GString *fed;     /* all that was fed so far, when the test asks for it */
  MadoEnvelope *envelope;
} Fake;

static gboolean
is_ours (gpointer data G_GNUC_UNUSED, const char *recipient)
{
  static const char *const team[] = { "csirt@example.org", "\xe7\xaa\x93@example.org", NULL };

  return mado_lmtp_is_ours (team, recipient);
}

static gboolean
has_room (gpointer data, guint64 size G_GNUC_UNUSED)
{
  Fake *fake = data;

  return !fake->is_full && !(fake->full_at_end && fake->open > 0);
}

static gboolean
fail (GError **error, int code)
{
  g_set_error (error, MADO_ERROR, code, "as the test wants it");
  return FALSE;
}

static gpointer
begin (gpointer data, const MadoEnvelope *envelope, GError **error)
{
  Fake *fake = data;

  if (fake->no_begin) {
    fail (error, MADO_ERROR_TEMP);
    return NULL;
  }
  fake->open++;
  g_clear_pointer (&fake->envelope, mado_envelope_free);
  fake->envelope = mado_envelope_copy (envelope);
  return g_string_new (NULL);
}

static gboolean
append (gpointer data, gpointer mail, const void *bytes, gsize length, GError **error)
{
  Fake *fake = data;
  GString *text = mail;

  if (fake->no_append)
    return fail (error, MADO_ERROR_TEMP);
  if (text->len + length > LIMIT)
    return fail (error, MADO_ERROR_LIMIT);
  g_string_append_len (text, bytes, (gssize) length);
  return TRUE;
}

static void
abandon (gpointer data, gpointer mail)
{
  Fake *fake = data;

  fake->open--;
  g_string_free (mail, TRUE);
}

static gboolean
commit (gpointer data, gpointer mail, char **id, GError **error)
{
  Fake *fake = data;
  GString *text = mail;
  g_autofree char *recipients = g_strjoinv (",", fake->envelope->recipients);

  if (fake->fed != NULL) {
    g_assert_cmpuint (fake->fed->len, >=, 5);
    g_assert_cmpmem (fake->fed->str + fake->fed->len - 5, 5, "\r\n.\r\n", 5);
  }
  if (fake->no_commit) {
    abandon (data, mail);
    return fail (error, MADO_ERROR_TEMP);
  }
  g_string_append_printf (fake->kept, "%s>%s:", fake->envelope->mail_from, recipients);
  g_string_append_len (fake->kept, text->str, (gssize) text->len);
  g_string_append_c (fake->kept, '|');
  fake->commits++;
  abandon (data, mail);
  *id = g_strdup ("ID");
  return TRUE;
}

static const MadoLmtpBackend backend = { is_ours, has_room, begin, append, commit, abandon };
static const MadoLmtpSettings settings = { "test", "unix", LIMIT, 3 };

static void
fake_clear (Fake *fake)
{
  g_assert_cmpuint (fake->open, ==, 0);
  g_string_free (fake->kept, TRUE);
  mado_envelope_free (fake->envelope);
}

/* (transfer full) the codes of all replies in @out, e.g. "220 - 250 2.1.0"; texts and LHLO's list left out. */
static char *
get_codes (const GString *out)
{
  g_auto (GStrv) lines = g_strsplit (out->str, "\r\n", -1);
  GString *codes = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_assert_cmpuint (strlen (lines[i]), >, 4);
    g_assert_null (strpbrk (lines[i], "\r\n"));
    if (lines[i][3] == '-')
      continue;
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);
    gboolean enhanced = words[0][0] == words[1][0] && words[1][1] == '.';
    g_string_append_printf (codes, "%s%s%s%s", codes->len > 0 ? " " : "", words[0], enhanced ? "/" : "",
                            enhanced ? words[1] + 2 : "");
  }
  return g_string_free (codes, FALSE);
}

static MadoLmtpSession *
open_session (Fake *fake, GString *out)
{
  fake->kept = g_string_new (NULL);
  return mado_lmtp_session_new (&backend, fake, &settings, out);
}

#define HI "LHLO me\r\n"
#define FROM "MAIL FROM:<a@b>\r\n"
#define TO "RCPT TO:<csirt@example.org>\r\n"
#define TO2 "RCPT TO:<Csirt+x@example.org>\r\n"
#define BYE "QUIT\r\n"
#define START HI FROM TO "DATA\r\n"
#define WINDOW "\xe7\xaa\x93"

typedef struct {
  const char *name;
  const char *input;
  const char *codes;
  const char *kept;
  Fake fake;
} Dialogue;

static const Dialogue dialogues[] = {
  { "one", START "Hello\r\n.\r\n" BYE, "220 250 250/1.0 250/1.5 354 250/6.0 221/0.0",
    "a@b>csirt@example.org:Hello\r\n|", { 0 } },
  { "two-recipients", HI FROM TO TO2 "DATA\r\nx\r\n.\r\n" BYE,
    "220 250 250/1.0 250/1.5 250/1.5 354 250/6.0 250/6.0 221/0.0",
    "a@b>csirt@example.org,Csirt+x@example.org:x\r\n|", { 0 } },
  { "one-of-two", HI FROM "RCPT TO:<who@example.org>\r\n" TO "DATA\r\nx\r\n.\r\n",
    "220 250 250/1.0 550/1.1 250/1.5 354 250/6.0", "a@b>csirt@example.org:x\r\n|", { 0 } },
  { "two-mails", START "1\r\n.\r\n" FROM TO "DATA\r\n2\r\n.\r\n",
    "220 250 250/1.0 250/1.5 354 250/6.0 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:1\r\n|a@b>csirt@example.org:2\r\n|", { 0 } },
  { "null-sender", HI "MAIL FROM:<>\r\n" TO "DATA\r\n\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    ">csirt@example.org:\r\n|", { 0 } },
  { "empty-mail", START ".\r\n", "220 250 250/1.0 250/1.5 354 250/6.0", "a@b>csirt@example.org:|", { 0 } },
  { "dots", START "..\r\n.x\r\n...\r\n. \r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:.\r\nx\r\n..\r\n \r\n|", { 0 } },
  { "inner-dots", START "a.\r\nb\r\n\r\n..c\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a.\r\nb\r\n\r\n.c\r\n|", { 0 } },
  { "lf-dot-lf", START "a\n.\nb\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\n.\nb\r\n|", { 0 } },
  { "lf-dot-crlf", START "a\n.\r\nMAIL FROM:<evil@x>\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\n.\r\nMAIL FROM:<evil@x>\r\n|", { 0 } },
  { "crlf-dot-lf", START "a\r\n.\nb\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\r\n\nb\r\n|", { 0 } },
  { "cr-dot-cr", START "a\r.\rb\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\r.\rb\r\n|", { 0 } },
  { "crlf-dot-cr", START "a\r\n.\rb\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\r\n\rb\r\n|", { 0 } },
  { "crlf-dot-cr-crlf", START "a\r\n.\r\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\r\n\r\r\n|", { 0 } },
  { "cr-crlf-dot", START "a\r\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:a\r\r\n|", { 0 } },
  { "8-bit", START "\x80\xff\x1b$B\r\n.\r\n", "220 250 250/1.0 250/1.5 354 250/6.0",
    "a@b>csirt@example.org:\x80\xff\x1b$B\r\n|", { 0 } },
  { "utf8", HI "MAIL FROM:<" WINDOW "@x> SMTPUTF8\r\nRCPT TO:<" WINDOW "+a@example.org>\r\nDATA\r\nx\r\n.\r\n",
    "220 250 250/1.0 250/1.5 354 250/6.0", WINDOW "@x>" WINDOW "+a@example.org:x\r\n|", { 0 } },
  { "utf8-not-said", HI FROM "RCPT TO:<" WINDOW "@example.org>\r\n", "220 250 250/1.0 553/6.7", "", { 0 } },
  { "order", FROM TO "DATA\r\n" HI TO "DATA\r\n" FROM FROM "DATA\r\n",
    "220 503/5.1 503/5.1 503/5.1 250 503/5.1 503/5.1 250/1.0 503/5.1 503/5.1", "", { 0 } },
  { "no-valid-recipient", HI FROM "RCPT TO:<x@y>\r\nDATA\r\n" BYE, "220 250 250/1.0 550/1.1 503/5.1 221/0.0", "",
    { 0 } },
  { "rset", HI FROM TO "RSET\r\nDATA\r\n" FROM, "220 250 250/1.0 250/1.5 250/0.0 503/5.1 250/1.0", "", { 0 } },
  { "lhlo-resets", HI FROM HI TO, "220 250 250/1.0 250 503/5.1", "", { 0 } },
  { "others", HI "NOOP\r\nVRFY x\r\nHELO x\r\nEHLO x\r\nEXPN x\r\nFOO\r\nMAIL\r\nMAIL FROM:<a@b> X=1\r\n",
    "220 250 250/0.0 252/1.5 500/5.1 500/5.1 502/5.1 500/5.2 501/5.4 555/5.4", "", { 0 } },
  { "bare-lf-command", HI "NOOP\nQUIT\r\nNOOP\r\n", "220 250 500/5.2 250/0.0", "", { 0 } },
  { "bare-cr-command", HI "NOOP\rQUIT\r\nNOOP\r\n", "220 250 500/5.2 250/0.0", "", { 0 } },
  { "too-many-recipients", HI FROM TO TO TO TO "DATA\r\nx\r\n.\r\n",
    "220 250 250/1.0 250/1.5 250/1.5 250/1.5 452/5.3 354 250/6.0 250/6.0 250/6.0",
    "a@b>csirt@example.org,csirt@example.org,csirt@example.org:x\r\n|", { 0 } },
  { "said-too-large", HI "MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=1000\r\n", "220 250 552/3.4 250/1.0", "",
    { 0 } },
  { "full", HI FROM TO, "220 250 452/3.1 503/5.1", "", { .is_full = TRUE } },
  { "full-at-end", START "x\r\n.\r\nNOOP\r\n", "220 250 250/1.0 250/1.5 354 452/3.1 250/0.0", "",
    { .full_at_end = TRUE } },
  { "no-begin", START FROM, "220 250 250/1.0 250/1.5 451/3.0 250/1.0", "", { .no_begin = TRUE } },
  { "no-append", HI FROM TO TO2 "DATA\r\nx\r\ny\r\n.\r\nNOOP\r\n",
    "220 250 250/1.0 250/1.5 250/1.5 354 451/3.0 451/3.0 250/0.0", "", { .no_append = TRUE } },
  { "no-commit", START "x\r\n.\r\n" FROM, "220 250 250/1.0 250/1.5 354 451/3.0 250/1.0", "", { .no_commit = TRUE } },
  { "quit-ends", HI BYE FROM, "220 250 221/0.0", "", { 0 } },
  { "unfinished", START "x\r\n.", "220 250 250/1.0 250/1.5 354", "", { 0 } },
};

/* Feeds @input in pieces: up to @split, then the rest; @split 0: byte by byte. */
static void
run_dialogue (const Dialogue *dialogue, gsize split)
{
  Fake fake = dialogue->fake;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);
  gsize length = strlen (dialogue->input);

  if (split == 0) {
    for (gsize i = 0; i < length; i++)
      mado_lmtp_session_feed (session, dialogue->input + i, 1, out);
  } else {
    mado_lmtp_session_feed (session, dialogue->input, split, out);
    mado_lmtp_session_feed (session, dialogue->input + split, length - split, out);
  }
  g_autofree char *codes = get_codes (out);
  g_assert_cmpstr (codes, ==, dialogue->codes);
  g_assert_cmpstr (fake.kept->str, ==, dialogue->kept);
  g_assert_cmpuint (mado_lmtp_session_accepted (session), ==, fake.commits);
  g_clear_pointer (&session, mado_lmtp_session_free);
  fake_clear (&fake);
}

static void
test_dialogue (gconstpointer data)
{
  const Dialogue *dialogue = data;

  for (gsize split = 0; split <= strlen (dialogue->input); split++)
    run_dialogue (dialogue, split);
}

static void
feed (MadoLmtpSession *session, const char *text, GString *out)
{
  mado_lmtp_session_feed (session, text, strlen (text), out);
}

static void
check_codes (const GString *out, const char *expected)
{
  g_autofree char *codes = get_codes (out);

  g_assert_cmpstr (codes, ==, expected);
}

static void
test_nul (void)
{
  Fake fake = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);
  static const char data[] = "a\0b\r\n\0\r\n.\0\r\n.\r\n";
  static const char kept[] = "a@b>csirt@example.org:a\0b\r\n\0\r\n\0\r\n|";

  feed (session, START, out);
  mado_lmtp_session_feed (session, data, sizeof data - 1, out);
  check_codes (out, "220 250 250/1.0 250/1.5 354 250/6.0");
  g_assert_cmpmem (fake.kept->str, fake.kept->len, kept, sizeof kept - 1);
  fake_clear (&fake);
}

static void
test_too_large (void)
{
  for (gsize length = LIMIT - 3; length < LIMIT + 1; length++) {
    Fake fake = { 0 };
    g_autoptr (GString) out = g_string_new (NULL);
    g_autoptr (MadoLmtpSession) session = open_session (&fake, out);
    g_autofree char *text = g_strnfill (length, 'x');
    feed (session, HI FROM TO TO2 "DATA\r\n", out);
    feed (session, text, out);
    feed (session, "\r\n.\r\nNOOP\r\n", out);
    check_codes (out, length + 2 <= LIMIT ? "220 250 250/1.0 250/1.5 250/1.5 354 250/6.0 250/6.0 250/0.0"
                                          : "220 250 250/1.0 250/1.5 250/1.5 354 552/3.4 552/3.4 250/0.0");
    /* The refusal was of that mail only. */
    g_string_truncate (out, 0);
    feed (session, FROM TO "DATA\r\nx\r\n.\r\n", out);
    check_codes (out, "250/1.0 250/1.5 354 250/6.0");
    fake_clear (&fake);
  }
}

static void
test_long_lines (void)
{
  for (gsize length = MADO_LMTP_LINE_MAX - 2; length <= MADO_LMTP_LINE_MAX + 2; length++) {
    for (gsize split = length - 6; split < length; split++) {
      Fake fake = { 0 };
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (MadoLmtpSession) session = open_session (&fake, out);
      g_autofree char *fill = g_strnfill (length - 7, 'x');
      g_autofree char *line = g_strdup_printf ("NOOP %s\r\nNOOP\r\n", fill);
      mado_lmtp_session_feed (session, line, split, out);
      feed (session, line + split, out);
      check_codes (out, length <= MADO_LMTP_LINE_MAX ? "220 250/0.0 250/0.0" : "220 500/5.2 250/0.0");
      fake_clear (&fake);
    }
  }
}

static void
test_endless_line (void)
{
  Fake fake = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);

  for (int i = 0; i < 100000 && !mado_lmtp_session_is_over (session); i++)
    feed (session, "xx\n", out);
  g_assert_true (mado_lmtp_session_is_over (session));
  check_codes (out, "220 421/7.0");
  fake_clear (&fake);
}

static void
test_bad_commands (void)
{
  Fake fake = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);

  for (int i = 1; i < MADO_LMTP_BAD_COMMANDS; i++)
    feed (session, "NONSENSE\r\n", out);
  feed (session, START "x\r\n.\r\n", out);
  for (int i = 1; i < MADO_LMTP_BAD_COMMANDS; i++)
    feed (session, "NONSENSE\r\n", out);
  g_assert_false (mado_lmtp_session_is_over (session));
  feed (session, "NONSENSE\r\nNOOP\r\n", out);
  g_assert_true (mado_lmtp_session_is_over (session));
  g_assert_true (g_str_has_suffix (out->str, "500 5.5.2 syntax error\r\n421 4.7.0 too many errors\r\n"));
  fake_clear (&fake);
}

static void
test_drain (void)
{
  Fake fake = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);

  feed (session, START "x\r\n", out);
  g_assert_true (mado_lmtp_session_is_in_data (session));
  mado_lmtp_session_drain (session);
  feed (session, "y\r\n.\r\n", out);
  g_assert_false (mado_lmtp_session_is_in_data (session));
  g_assert_false (mado_lmtp_session_is_over (session));
  feed (session, FROM, out);
  g_assert_true (mado_lmtp_session_is_over (session));
  check_codes (out, "220 250 250/1.0 250/1.5 354 250/6.0 421/3.2");
  g_assert_cmpuint (fake.commits, ==, 1);
  fake_clear (&fake);
}

static void
test_end (void)
{
  Fake fake = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (MadoLmtpSession) session = open_session (&fake, out);

  feed (session, START "x\r\n", out);
  mado_lmtp_session_end (session, "421 4.4.2 late", out);
  mado_lmtp_session_end (session, "421 4.4.2 late", out);
  feed (session, ".\r\n", out);
  check_codes (out, "220 250 250/1.0 250/1.5 354 421/4.2");
  g_assert_cmpuint (fake.commits, ==, 0);
  fake_clear (&fake);
}

/* A session of fragments and noise, byte by byte, so that every commit can be checked against what came before. */
static guint
run_noise (GRand *rand)
{
  static const char *const pieces[] = { HI, FROM, TO, TO2, "DATA\r\n", ".", "..", "\r", "\n", "\r\n", "\r\n.\r\n", "x", "\n.\n",
                                        "\r.\r", "RSET\r\n", "MAIL FROM:<", ">", "\"", "\\", "SIZE=", "@", START };
  Fake fake = { .fed = g_string_new (NULL) };
  g_autoptr (GString) out = g_string_new (NULL);
  MadoLmtpSession *session = open_session (&fake, out);
  gboolean noise_only = g_rand_int_range (rand, 0, 4) == 0;
  int count = g_rand_int_range (rand, 1, 60);

  for (int i = 0; i < count; i++) {
    g_autoptr (GString) piece = g_string_new (NULL);
    if (noise_only || g_rand_int_range (rand, 0, 5) == 0)
      for (int n = g_rand_int_range (rand, 0, 8); n > 0; n--)
        g_string_append_c (piece, (char) g_rand_int_range (rand, 0, 256));
    else
      g_string_append (piece, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
    for (gsize at = 0; at < piece->len; at++) {
      g_string_append_c (fake.fed, piece->str[at]);
      mado_lmtp_session_feed (session, piece->str + at, 1, out);
    }
  }
  g_assert_true (g_str_has_suffix (out->str, "\r\n"));
  g_free (get_codes (out)); /* every reply is a line with a code */
  mado_lmtp_session_free (session);
  g_string_free (fake.fed, TRUE);
  guint commits = fake.commits;
  fake_clear (&fake);
  return commits;
}

static void
test_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261121);
  guint commits = 0;

  for (int i = 0; i < 10000; i++)
    commits += run_noise (rand);
  g_assert_cmpuint (commits, >, 100); /* the noise does reach the end of mails */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (dialogues); i++) {
    g_autofree char *path = g_strdup_printf ("/intake/lmtp-session/dialogue/%s", dialogues[i].name);
    g_test_add_data_func (path, &dialogues[i], test_dialogue);
  }
  g_test_add_func ("/intake/lmtp-session/nul", test_nul);
  g_test_add_func ("/intake/lmtp-session/too-large", test_too_large);
  g_test_add_func ("/intake/lmtp-session/long-lines", test_long_lines);
  g_test_add_func ("/intake/lmtp-session/endless-line", test_endless_line);
  g_test_add_func ("/intake/lmtp-session/bad-commands", test_bad_commands);
  g_test_add_func ("/intake/lmtp-session/drain", test_drain);
  g_test_add_func ("/intake/lmtp-session/end", test_end);
  g_test_add_func ("/intake/lmtp-session/noise", test_noise);
  return g_test_run ();
}
