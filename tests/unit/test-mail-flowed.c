/* Paragraphs that were broken to be joined again: with quotes, signatures, stuffed blanks, and without blanks. */
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/flowed.h"

#include <gmime/gmime.h>
#include <string.h>
#include <time.h>

static const struct {
  const char *text, *joined;
  gboolean delsp;
} cases[] = {
  { "", "", FALSE },
  { "one\ntwo\n", "one\ntwo\n", FALSE },
  { "one \ntwo \nthree\nfour\n", "one two three\nfour\n", FALSE },
  { "窓 \n口\n", "窓口\n", TRUE },
  { "窓 \n口\n", "窓 口\n", FALSE },
  { "a  \nb\n", "a b\n", TRUE },                        /* DelSp takes one blank, the other one is text */
  { "> one \n> two\n> three\n", "> one two\n> three\n", FALSE },
  { ">one \n>> two \n> three\n", "> one \n>> two \n> three\n", FALSE }, /* another depth ends the paragraph */
  { "text \n> quote\n", "text \n> quote\n", FALSE },
  { "a \n-- \nAlice \nExample\n", "a \n-- \nAlice Example\n", FALSE }, /* the separator is no soft break */
  { "> -- \n> x\n", "> -- \n> x\n", FALSE },
  { " From here\n  two\n >not a quote\n", "From here\n two\n>not a quote\n", FALSE },
  { "a \n\nb\n", "a \nb\n", FALSE }, /* the empty line ends the paragraph */
  { ">\n>\n", ">\n>\n", FALSE },
  { "a ", "a \n", FALSE },
  { " === a block\n", "=== a block\n", FALSE }, /* who puts the parts together marks it */
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *joined = mado_flowed_join (cases[i].text, cases[i].delsp);
    g_assert_cmpstr (joined, ==, cases[i].joined);
  }
}

static void
test_parts (void)
{
  static const struct {
    const char *type, *text;
  } table[] = { { "text/plain; format=flowed", "one two\n" },
                { "text/plain; FORMAT=Flowed; DelSp=Yes", "onetwo\n" },
                { "text/plain; delsp=yes", "one \ntwo\n" },
                { "text/plain", "one \ntwo\n" },
                { "text/html; format=flowed", "one two" } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *mail = g_strdup_printf ("Content-Type: %s\r\n\r\none \r\ntwo\r\n", table[i].type);
    MadoStructureLimits limits = { 100, 1000, 65536 };
    g_autoptr (MadoEntity) entity = mado_structure_scan ((const guint8 *) mail, strlen (mail), "1", &limits, NULL);
    g_autofree char *used = NULL, *text = NULL;
    guint notes;

    g_assert_nonnull (entity);
    text = mado_content_text (entity, &used, &notes);
    g_assert_cmpstr (text, ==, table[i].text);
  }
}

static void
test_flood (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 start = clock ();
  g_autofree char *joined = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, i % 3 == 0 ? "> \n" : ">>>> \n");
  joined = mado_flowed_join (text->str, FALSE);
  g_assert_cmpint (clock () - start, <, 5 * CLOCKS_PER_SEC);
  g_assert_cmpuint (strlen (joined), <=, text->len + 1);
}

int
main (int argc, char **argv)
{
  g_mime_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail/flowed/cases", test_cases);
  g_test_add_func ("/mail/flowed/parts", test_parts);
  g_test_add_func ("/mail/flowed/flood", test_flood);
  return g_test_run ();
}
