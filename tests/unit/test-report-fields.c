/* Field lines, as they should be and as they come. */
#include "madoguchi/report/fields.h"

#include <string.h>

static void
check (const char *text, const char *expected)
{
  g_autoptr (GPtrArray) fields = mado_fields_read (text, 5, TRUE);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i + 1 < fields->len; i += 2)
    g_string_append_printf (found, "%s=%s|", (char *) fields->pdata[i], (char *) fields->pdata[i + 1]);
  g_assert_cmpstr (found->str, ==, expected);
  g_assert_cmpuint (fields->len % 2, ==, 0);
}

static void
test_forms (void)
{
  check ("", "");
  check ("A: b", "a=b|");
  check ("A: b\r\nC:d\r\n", "a=b|c=d|");
  check ("A : b:c\n\n\nD:\n", "a=b:c|d=|");
  check ("A: b\n c\n\td \n", "a=b c d|");
  check (" folded before any\nA: b\nno field\n:x\nB c: d\n", "a=b|");
  check ("A: b\rC: d", "a=b|c=d|");
  check ("A:1\nB:2\nC:3\nD:4\nE:5\nF:6\n 7\n", "a=1|b=2|c=3|d=4|e=5|");
}

/* A megabyte of continuation lines is joined in the time it takes to read it. */
static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new ("A: b\n");
  g_autoptr (GPtrArray) fields = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append (text, " c\n");
  fields = mado_fields_read (text->str, 5, FALSE);
  g_assert_cmpuint (fields->len, ==, 2);
  g_assert_cmpstr (fields->pdata[0], ==, "A");
  g_assert_cmpuint (strlen (fields->pdata[1]), ==, 1 + 2 * 300000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/fields/forms", test_forms);
  g_test_add_func ("/report/fields/long", test_long);
  return g_test_run ();
}
