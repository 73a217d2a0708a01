/* test-base-terms.c: texts are cut and compared as documented; whatever is found in a text, the text has the forms that the term
 * needs (otherwise an index would hide it). */
#include "madoguchi/base/terms.h"

#include <string.h>

static gboolean
is_found (const char *text, const char *term)
{
  g_autoptr (MadoTerms) in = mado_terms_split (text, 100000), what = mado_terms_split (term, 1000);
  guint first;

  return mado_terms_find (in, what, 0, &first);
}

static GHashTable *
list_forms (const char *text)
{
  g_autoptr (MadoTerms) words = mado_terms_split (text, 100000);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  mado_terms_add_forms (words, seen, lines);
  g_auto (GStrv) list = g_strsplit (lines->str, "\n", -1);
  for (char **form = list; *form != NULL; form++)
    g_hash_table_add (set, g_strdup (*form));
  return set;
}

/* Does an index say that @text may have @term? */
static gboolean
is_candidate (const char *text, const char *term)
{
  g_autoptr (MadoTerms) what = mado_terms_split (term, 1000);
  g_autoptr (GHashTable) forms = list_forms (text);
  g_auto (GStrv) needed = mado_terms_list_needed (what);

  for (char **form = needed; *form != NULL; form++)
    if (!g_hash_table_contains (forms, *form))
      return FALSE;
  return needed[0] != NULL;
}

static void
test_found (void)
{
  static const struct {
    const char *text, *term;
    gboolean is_found;
  } cases[] = {
    { "A Phishing page", "phishing", TRUE },
    { "A Phishing page", "phish", FALSE },
    { "Straße", "STRASSE", TRUE },
    { "caf\xc3\xa9", "cafe\xcc\x81", TRUE },
    { "\xef\xbc\xb0\xef\xbc\xa8\xef\xbc\xa9\xef\xbc\xb3\xef\xbc\xa8", "phish", TRUE }, /* full width */
    { "\xef\xbd\xb6\xef\xbe\x9e\xef\xbd\xb2\xef\xbe\x84\xef\xbe\x9e", "ガイド", TRUE }, /* half width, with voiced marks */
    { "ガイド", "\xef\xbd\xb6\xef\xbe\x9e\xef\xbd\xb2\xef\xbe\x84\xef\xbe\x9e", TRUE },
    { "サーバーが", "サーバー", TRUE },
    { "サーバーが", "サーバ", TRUE },
    { "情報漏えいの疑い", "情報漏えい", TRUE },
    { "情報漏えいの疑い", "漏", TRUE },
    { "情報漏えいの疑い", "い", TRUE },
    { "情報漏えいの疑い", "報情", FALSE },
    { "情報の漏えい", "情報漏えい", FALSE },
    { "情報漏\nえいの疑い", "情報漏えい", TRUE },
    { "> 情報漏\r\n> えいの疑い", "情報漏えい", TRUE },
    { "情報漏\n\nえいの疑い", "情報漏えい", FALSE },
    { "情報、漏えい", "情報漏えい", FALSE },
    { "DDoS 攻撃", "DDoS攻撃", TRUE },
    { "DDoS攻撃", "ddos 攻撃", TRUE },
    { "㈱窓口", "株", TRUE },
    { "http://sub.evil.example.com/x", "evil.example.com", TRUE },
    { "http://sub.evil.example.com/x", "example.co", FALSE },
    { "hxxp://evil[.]example[.]com/x", "evil.example.com", TRUE },
    { "hxxp://evil[.]example[.]com/x", "http://evil.example.com", TRUE },
    { "http://evil.example.com/x", "hxxp://evil[.]example", TRUE },
    { "from 203.0.113.7 port 80", "203.0.113.7", TRUE },
    { "from 203.0.113.70 port 80", "203.0.113.7", FALSE },
    { "203 0 113 7", "203.0.113.7", FALSE },
    { "203.0.113.7", "203 0 113 7", TRUE },
    { "CVE-2026-1234", "cve-2026-1234", TRUE },
    { "alice@example.net", "alice@example.net", TRUE },
    { "alice@example.net", "example.net", TRUE },
    { "red or blue", "red blue", FALSE },
    { "x", "!", FALSE },
    { "", "x", FALSE },
    { "ไทยภาษา", "ภาษา", TRUE },
    { "한국어를", "한국어", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s in %s", cases[i].term, cases[i].text);
    g_assert_cmpint (is_found (cases[i].text, cases[i].term), ==, cases[i].is_found);
    if (cases[i].is_found)
      g_assert_true (is_candidate (cases[i].text, cases[i].term));
  }
}

/* Whatever part of a text is looked for: what is found is a candidate, and a part between blanks is found. */
static void
test_complete (void)
{
  static const char *const pieces[] = { "情報", "漏", "えい", "。", "evil", ".", "example", " ", "\n", "> ", "\xef\xbd\xb6\xef\xbe\x9e",
                                        "7", "-", "DDoS", "e\xcc\x81", "\xff", "、", "ー", "\xe3\x80\x80", "@" };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint n = 0;

  for (guint round = 0; round < 4000; round++) {
    g_autoptr (GString) text = g_string_new (NULL);
    guint length = (guint) g_rand_int_range (random, 1, 30);
    for (guint i = 0; i < length; i++)
      g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
    gsize from = (gsize) g_rand_int_range (random, 0, (gint32) text->len);
    g_autofree char *term = g_strndup (text->str + from, (gsize) g_rand_int_range (random, 1, (gint32) (text->len - from + 1)));
    if (!is_found (text->str, term))
      continue;
    n++;
    g_assert_true (is_candidate (text->str, term));
  }
  g_assert_cmpuint (n, >, 1000);
}

static void
test_offsets (void)
{
  const char *text = "x \xef\xbd\xb6\xef\xbe\x9e\xef\xbd\xb2\xef\xbe\x84\xef\xbe\x9e y";
  g_autoptr (MadoTerms) in = mado_terms_split (text, 100), what = mado_terms_split ("ガイド", 100);
  guint first;

  g_assert_true (mado_terms_find (in, what, 0, &first));
  const MadoWord *word = &g_array_index (in->list, MadoWord, first);
  const MadoWord *last = &g_array_index (in->list, MadoWord, first + what->list->len - 1);
  g_assert_cmpuint (word->start, ==, 2);
  g_assert_cmpuint (last->end, ==, strlen (text) - 2);
}

static void
test_bounds (void)
{
  g_autofree char *longer = g_strnfill (5000, 'a');
  g_autoptr (MadoTerms) cut = mado_terms_split (longer, 100);
  g_autoptr (MadoTerms) few = mado_terms_split ("one two three", 2);

  g_assert_cmpuint (g_array_index (cut->list, MadoWord, 0).length, ==, MADO_WORD_MAX);
  g_assert_cmpuint (few->list->len, ==, 2);
  g_assert_cmpstr (few->plain->str, ==, "onetwo");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/terms/found", test_found);
  g_test_add_func ("/base/terms/complete", test_complete);
  g_test_add_func ("/base/terms/offsets", test_offsets);
  g_test_add_func ("/base/terms/bounds", test_bounds);
  return g_test_run ();
}
