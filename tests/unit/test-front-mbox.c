/* Mails out of mbox files. */
#include "madoguchi/front/mbox.h"

#include <string.h>

/* Asserts that @mbox holds exactly @mails (NULL-terminated), after unquoting. */
static void
assert_mails (const char *mbox, const char *const *mails)
{
  gsize position = 0, length = strlen (mbox);
  MadoMboxMail mail;

  for (gsize i = 0; mails[i] != NULL; i++) {
    g_assert_true (mado_mbox_next (mbox, length, &position, &mail));
    g_autoptr (GBytes) bytes = mado_mbox_unquote (mbox + mail.start, mail.end - mail.start);
    g_autofree char *text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
    g_assert_cmpstr (text, ==, mails[i]);
  }
  g_assert_false (mado_mbox_next (mbox, length, &position, &mail));
}

static void
test_two (void)
{
  const char *const mails[] = { "A: 1\n\nx\n", "B: 2\n\ny\n", NULL };

  assert_mails ("From a Sat\nA: 1\n\nx\n\nFrom b Sun\nB: 2\n\ny\n", mails);
}

static void
test_from_needs_an_empty_line (void)
{
  const char *const mails[] = { "A: 1\n\nx\nFrom here on\n\nFromage\n", NULL };

  assert_mails ("From a Sat\nA: 1\n\nx\nFrom here on\n\nFromage\n", mails);
}

static void
test_quotes (void)
{
  const char *const mails[] = { "A: 1\n\nFrom x\n>From y\n> From z\n>>\n>Fro\n", NULL };

  assert_mails ("From a Sat\nA: 1\n\n>From x\n>>From y\n> From z\n>>\n>Fro\n", mails);
}

static void
test_line_ends (void)
{
  const char *const mails[] = { "A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\ny", NULL };

  assert_mails ("From a Sat\r\nA: 1\r\n\r\nx\r\n\r\nFrom b Sun\r\nB: 2\r\n\r\ny", mails);
}

static void
test_empty_lines_inside_stay (void)
{
  const char *const mails[] = { "A: 1\n\nx\n\n\n", "B: 2\n", NULL };

  assert_mails ("From a\nA: 1\n\nx\n\n\n\nFrom b\nB: 2\n", mails);
}

static void
test_edges (void)
{
  const char *const one[] = { "", NULL };
  const char *const two[] = { "", "", NULL };
  const char *const none[] = { NULL };

  assert_mails ("", none);
  assert_mails ("From a", one);
  assert_mails ("From a\n\nFrom b\n", two);
  g_assert_true (mado_mbox_is ("From x\n", 7));
  g_assert_false (mado_mbox_is ("From: x\n", 8));
  g_assert_false (mado_mbox_is ("From", 4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/mbox/two", test_two);
  g_test_add_func ("/front/mbox/from-needs-an-empty-line", test_from_needs_an_empty_line);
  g_test_add_func ("/front/mbox/quotes", test_quotes);
  g_test_add_func ("/front/mbox/line-ends", test_line_ends);
  g_test_add_func ("/front/mbox/empty-lines-inside-stay", test_empty_lines_inside_stay);
  g_test_add_func ("/front/mbox/edges", test_edges);
  return g_test_run ();
}
