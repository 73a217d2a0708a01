/* test-intake-lmtp-parse.c: command lines, right and wrong. */
#include "madoguchi/intake/lmtp-parse.h"

#include <string.h>

static const struct {
  const char *line;
  const char *reply; /* its start; NULL: understood */
  MadoLmtpVerb verb;
  const char *path;
} lines[] = {
  { "LHLO mx.example.net", NULL, MADO_LMTP_LHLO, NULL },
  { "lhlo [127.0.0.1]", NULL, MADO_LMTP_LHLO, NULL },
  { "LHLO", "501 5.5.4", 0, NULL },
  { "EHLO x", "500 5.5.1", 0, NULL },
  { "helo x", "500 5.5.1", 0, NULL },
  { "MAIL FROM:<>", NULL, MADO_LMTP_MAIL, "" },
  { "MAIL FROM:<a@example.net>", NULL, MADO_LMTP_MAIL, "a@example.net" },
  { "mail from: <a@example.net> ", NULL, MADO_LMTP_MAIL, "a@example.net" },
  { "MAIL FROM:<a@example.net> SIZE=100 BODY=8BITMIME SMTPUTF8", NULL, MADO_LMTP_MAIL, "a@example.net" },
  { "MAIL FROM:<a@example.net> body=7bit", NULL, MADO_LMTP_MAIL, "a@example.net" },
  { "MAIL FROM:<@one.example,@two.example:a@example.net>", NULL, MADO_LMTP_MAIL, "a@example.net" },
  { "MAIL FROM:<\"a b\"@example.net>", NULL, MADO_LMTP_MAIL, "\"a b\"@example.net" },
  { "MAIL FROM:<\"plain\"@example.net>", NULL, MADO_LMTP_MAIL, "plain@example.net" },
  { "MAIL FROM:<\"\\p\\l>@\"@example.net>", NULL, MADO_LMTP_MAIL, "\"pl>@\"@example.net" },
  { "MAIL FROM:<\"q\\\"\\\\\"@example.net>", NULL, MADO_LMTP_MAIL, "\"q\\\"\\\\\"@example.net" },
  { "MAIL FROM:<\"\"@example.net>", NULL, MADO_LMTP_MAIL, "\"\"@example.net" },
  { "MAIL FROM:<a..b.@example.net>", NULL, MADO_LMTP_MAIL, "a..b.@example.net" },
  { "MAIL FROM:<a@[192.0.2.1]>", NULL, MADO_LMTP_MAIL, "a@[192.0.2.1]" },
  { "MAIL FROM:<a@[IPv6:2001:db8::1]>", NULL, MADO_LMTP_MAIL, "a@[IPv6:2001:db8::1]" },
  { "MAIL FROM:<root>", NULL, MADO_LMTP_MAIL, "root" },
  { "MAIL FROM:<\xe7\xaa\x93@\xe4\xbe\x8b.jp> SMTPUTF8", NULL, MADO_LMTP_MAIL, "\xe7\xaa\x93@\xe4\xbe\x8b.jp" },
  { "MAIL FROM:<\xe7\xaa\x93@\xe4\xbe\x8b.jp>", "553 5.6.7", 0, NULL },
  { "MAIL FROM:<\xe7\xaa@example.jp> SMTPUTF8", "500 5.5.2", 0, NULL },
  { "MAIL FROM:<a@b> SIZE=", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> SIZE=-1", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> SIZE=1 SIZE=2", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> SIZE=111111111111111111111", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> BODY=7BIT BODY=7BIT", "501 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> SMTPUTF8=yes", "555 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b> RET=FULL", "555 5.5.4", 0, NULL },
  { "MAIL FROM:<a@b>SIZE=1", "501 5.1.7", 0, NULL },
  { "MAIL FROM:a@b", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@b", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<@b>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<@b:>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a b@c>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@b@c>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@.b>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@b..c>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<\"a@b>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<\"a\\", "501 5.1.7", 0, NULL },
  { "MAIL FROM:<a@[]>", "501 5.1.7", 0, NULL },
  { "MAIL FROM:", "501 5.1.7", 0, NULL },
  { "MAIL", "501 5.5.4", 0, NULL },
  { "MAIL TO:<a@b>", "501 5.5.4", 0, NULL },
  { "RCPT TO:<csirt+x@example.org>", NULL, MADO_LMTP_RCPT, "csirt+x@example.org" },
  { "RCPT TO:<postmaster>", NULL, MADO_LMTP_RCPT, "postmaster" },
  { "RCPT TO:<\xe7\xaa\x93@example.jp>", NULL, MADO_LMTP_RCPT, "\xe7\xaa\x93@example.jp" },
  { "RCPT TO:<>", "501 5.1.3", 0, NULL },
  { "RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4", 0, NULL },
  { "RCPT FROM:<a@b>", "501 5.5.4", 0, NULL },
  { "DATA", NULL, MADO_LMTP_DATA, NULL },
  { "data  ", NULL, MADO_LMTP_DATA, NULL },
  { "DATA now", "501 5.5.4", 0, NULL },
  { "RSET", NULL, MADO_LMTP_RSET, NULL },
  { "RSET x", "501 5.5.4", 0, NULL },
  { "NOOP anything <at> all", NULL, MADO_LMTP_NOOP, NULL },
  { "VRFY csirt", NULL, MADO_LMTP_VRFY, NULL },
  { "VRFY", "501 5.5.4", 0, NULL },
  { "QUIT", NULL, MADO_LMTP_QUIT, NULL },
  { "QUIT x", "501 5.5.4", 0, NULL },
  { "EXPN list", "502 5.5.1", 0, NULL },
  { "BDAT 10 LAST", "502 5.5.1", 0, NULL },
  { "WHAT", "500 5.5.1", 0, NULL },
  { "STARTTLS", "500 5.5.2", 0, NULL },
  { "", "500 5.5.2", 0, NULL },
  { " ", "500 5.5.2", 0, NULL },
  { "QUI", "500 5.5.2", 0, NULL },
  { "QUIT\r", "500 5.5.2", 0, NULL },
  { "NOOP\nQUIT", "500 5.5.2", 0, NULL },
  { "NOOP \x7f", "500 5.5.2", 0, NULL },
  { "NOOP \xff", "500 5.5.2", 0, NULL },
};

static void
test_lines (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (MadoLmtpCommand) command = { 0 };
    const char *reply = mado_lmtp_parse (lines[i].line, strlen (lines[i].line), &command);
    g_test_message ("%s", lines[i].line);
    if (lines[i].reply != NULL) {
      g_assert_nonnull (reply);
      g_assert_cmpstr (reply, !=, NULL);
      g_assert_true (g_str_has_prefix (reply, lines[i].reply));
      continue;
    }
    g_assert_cmpstr (reply, ==, NULL);
    g_assert_cmpint (command.verb, ==, lines[i].verb);
    g_assert_cmpstr (command.path, ==, lines[i].path);
  }
}

static void
test_parameters (void)
{
  static const struct {
    const char *text;
    guint64 size;
  } sizes[] = { { "0", 0 }, { "52428800", 52428800 }, { "18446744073709551615", G_MAXUINT64 },
                { "18446744073709551616", G_MAXUINT64 }, { "99999999999999999999", G_MAXUINT64 } };
  g_auto (MadoLmtpCommand) plain = { 0 };
  g_auto (MadoLmtpCommand) full = { 0 };
  static const char bare[] = "MAIL FROM:<a@b>";
  static const char all[] = "MAIL FROM:<a@b>   smtputf8 Size=7  body=8bitmime";

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_auto (MadoLmtpCommand) command = { 0 };
    g_autofree char *line = g_strdup_printf ("MAIL FROM:<a@b> SIZE=%s", sizes[i].text);
    g_assert_null (mado_lmtp_parse (line, strlen (line), &command));
    g_assert_true (command.has_size);
    g_assert_cmpuint (command.size, ==, sizes[i].size);
  }
  g_assert_null (mado_lmtp_parse (bare, strlen (bare), &plain));
  g_assert_false (plain.has_size);
  g_assert_false (plain.smtputf8);
  g_assert_true (plain.is_ascii);
  g_assert_null (mado_lmtp_parse (all, strlen (all), &full));
  g_assert_true (full.smtputf8);
  g_assert_cmpuint (full.size, ==, 7);
}

static void
test_nul (void)
{
  g_auto (MadoLmtpCommand) command = { 0 };
  static const char line[] = "RSET\0";

  g_assert_cmpstr (mado_lmtp_parse (line, sizeof line - 1, &command), ==, "500 5.5.2 syntax error");
}

static void
test_path_limit (void)
{
  for (int extra = 0; extra < 2; extra++) {
    g_auto (MadoLmtpCommand) command = { 0 };
    g_autofree char *local = g_strnfill ((gsize) (MADO_LMTP_PATH_MAX - 2 + extra), 'a');
    g_autofree char *line = g_strdup_printf ("MAIL FROM:<%s@b>", local);
    const char *reply = mado_lmtp_parse (line, strlen (line), &command);
    g_assert_cmpint (reply != NULL, ==, extra);
  }
}

/* Lines are not NUL-terminated: nothing past their end may be read or believed. */
static void
test_prefixes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    for (gsize length = 0; length <= strlen (lines[i].line); length++) {
      g_autofree char *exact = g_memdup2 (lines[i].line, length);
      g_auto (MadoLmtpCommand) command = { 0 };
      const char *reply = mado_lmtp_parse (length > 0 ? exact : "", length, &command);
      if (reply != NULL)
        g_assert_true (g_ascii_isdigit (reply[0]) && reply[0] == '5' && reply[3] == ' ');
    }
}

static void
test_ours (void)
{
  static const char *const team[] = { "CSIRT@Example.ORG", "abuse@example.org", NULL };
  static const struct {
    const char *path;
    gboolean is_ours;
  } paths[] = {
    { "csirt@example.org", TRUE },     { "CSIRT@EXAMPLE.ORG", TRUE },    { "csirt+t.abc@example.org", TRUE },
    { "csirt+@example.org", TRUE },    { "csirt+a+b@example.org", TRUE }, { "abuse+csirt@example.org", TRUE },
    { "csirt", FALSE },                { "postmaster", FALSE },          { "postmaster@example.org", FALSE },
    { "+csirt@example.org", FALSE },   { "csirt@example.org.evil", FALSE }, { "csirt@evil", FALSE },
    { "xcsirt@example.org", FALSE },   { "csirt@example.org+x", FALSE }, { "csirt-x@example.org", FALSE },
    { "", FALSE },                     { "@example.org", FALSE },        { "csirt+x@evil", FALSE },
    { "\"csirt+x@example.org\"@evil", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_test_message ("%s", paths[i].path);
    g_assert_cmpint (mado_lmtp_is_ours (team, paths[i].path), ==, paths[i].is_ours);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/lmtp-parse/lines", test_lines);
  g_test_add_func ("/intake/lmtp-parse/parameters", test_parameters);
  g_test_add_func ("/intake/lmtp-parse/nul", test_nul);
  g_test_add_func ("/intake/lmtp-parse/path-limit", test_path_limit);
  g_test_add_func ("/intake/lmtp-parse/prefixes", test_prefixes);
  g_test_add_func ("/intake/lmtp-parse/ours", test_ours);
  return g_test_run ();
}
