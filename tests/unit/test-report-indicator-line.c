/* Lines: quotations, header fields, signature blocks. A row's mark says what becomes of its line: + the reporter's own,
 * > evidence, - not read. */
#include "madoguchi/report/indicator-line.h"

#include <string.h>

static void
check (const char *marked, gboolean is_prose)
{
  g_autofree char *copy = g_strdup (marked);
  g_auto (GStrv) rows = g_strsplit (copy, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  MadoLines lines;
  gsize at = 0;

  for (guint i = 0; rows[i] != NULL; i++)
    g_string_append_printf (text, "%s\n", rows[i] + 1);
  mado_lines_begin (&lines, text->str, text->len, is_prose, FALSE);
  for (guint i = 0; rows[i] != NULL; i++) {
    gsize size = strlen (rows[i] + 1);
    MadoLine line = { 0 };
    gboolean is_read = mado_lines_next (&lines, at, text->str + at, size, &line);
    char mark = !is_read ? '-' : line.is_evidence ? '>' : '+';
    if (mark != rows[i][0])
      g_test_message ("line %u: %c", i, mark);
    g_assert_cmpint (mark, ==, rows[i][0]);
    g_assert_true (!is_read || (line.start < line.end && line.end <= size));
    at += size + 1;
  }
}

static void
test_quotes (void)
{
  check ("+mine\n>> quoted\n>> > twice\n>＞ wide\n+mine again\n+a > b", TRUE);
  check ("+> shell output", FALSE);
  check ("+see below\n>-----Original Message-----\n>From: x\n>all of it", TRUE);
}

static void
test_fields (void)
{
  check ("+Subject: x\n-Message-ID: <a@b.com>\n-Resent-Message-ID: <a@b.com>\n"
         "+From: a\n-DKIM-Signature: v=1;\n- d=evil.com;\n+Source-IP: 1.2.3.4\n-X-MS-Exchange-A: 1.1.1.1", TRUE);
  check ("+Received: from a (b [1.2.3.4])\n-\tby mx.us.example with ESMTP\n-\tid 1.2.3.4\n+X-Originating-IP: 1.2.3.4", FALSE);
  check (">> Received: from a\n->  by b\n>> Subject: x", TRUE);
}

static void
test_signatures (void)
{
  check ("+report\n--- \n-Alice\n-www.alice.com", TRUE);
  check ("+report\n--- \n-Alice\n>> quoted", TRUE);
  check ("+報告です\n+1.2.3.4\n----------\n-山田太郎\n-TEL: 03-0000-0000\n-www.foo.co.jp\n----------", TRUE);
  check ("+----------\n+1.2.3.4\n+5.6.7.8\n+----------\n+以上です", TRUE);
  check ("+----------\n+1.2.3.4\n-----------\n-電話 03\n-a.com", TRUE);
  check ("+-- \n+1.2.3.4", FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/line/quotes", test_quotes);
  g_test_add_func ("/report/line/fields", test_fields);
  g_test_add_func ("/report/line/signatures", test_signatures);
  return g_test_run ();
}
