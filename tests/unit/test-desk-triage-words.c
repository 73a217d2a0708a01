/* test-desk-triage-words.c: words are found however they are written, only where they stand, and at the same speed in
 * whatever text. */
#include "madoguchi/desk/triage-words.h"

#include <string.h>
#include <time.h>

static void
test_fold (void)
{
  static const char *const rows[][2] = {
    { "Phishing", "phishing" },
    { "ＰＨＩＳＨＩＮＧ", "phishing" },
    { "ﾌｨｯｼﾝｸﾞ", "フィッシング" },
    { "フィッシ\nング", "フィッシング" },
    { "フィッシ　\r\n　ング", "フィッシング" },
    { "port \t\n scan", "port scan" },
    { "a\n窓", "a 窓" },
    { "e\xcc\x81" "x", "\xc3\xa9x" },
    { "STRASSE Straße", "strasse strasse" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *folded = mado_words_fold (rows[i][0]);
    g_assert_cmpstr (folded, ==, rows[i][1]);
  }
}

static gboolean
has (const MadoWords *words, guint number, const char *text)
{
  g_autofree char *folded = mado_words_fold (text);
  g_autofree guint8 *found = g_new0 (guint8, mado_words_count (words));

  mado_words_find (words, folded, found, 2);
  return found[number] == 2;
}

static void
test_find (void)
{
  g_autoptr (MadoWords) words = mado_words_new ();
  guint scan = mado_words_add (words, "Scan"), port = mado_words_add (words, "port scan");
  guint fishing = mado_words_add (words, "フィッシング"), short_one = mado_words_add (words, "can");
  guint he = mado_words_add (words, "he"), she = mado_words_add (words, "she"), hers = mado_words_add (words, "hers");

  g_assert_cmpuint (mado_words_add (words, "ＳＣＡＮ"), ==, scan);
  g_assert_cmpuint (mado_words_add (words, "  "), ==, MADO_WORDS_NONE);
  g_assert_cmpuint (mado_words_add (words, "\xff"), ==, MADO_WORDS_NONE);
  mado_words_seal (words);
  g_assert_true (has (words, scan, "a SCAN of ports"));
  g_assert_true (has (words, scan, "(scan)"));
  g_assert_true (has (words, scan, "全ポートscan"));
  g_assert_false (has (words, scan, "a scandal"));
  g_assert_false (has (words, scan, "rescan"));
  g_assert_true (has (words, scan, "scandal, scan"));
  g_assert_true (has (words, port, "Port\nScan"));
  g_assert_true (has (words, scan, "Port\nScan"));
  g_assert_false (has (words, short_one, "scan"));
  g_assert_true (has (words, fishing, "大規模なﾌｨｯｼﾝｸﾞです"));
  g_assert_false (has (words, fishing, "フィッシュ"));
  g_assert_true (has (words, he, "she he"));
  g_assert_false (has (words, he, "she hers"));
  g_assert_true (has (words, she, "she hers"));
  g_assert_true (has (words, hers, "she hers"));
}

/* The same answers as a search that is slow and plain. */
static void
test_chance (void)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (4);
  g_autoptr (MadoWords) words = mado_words_new ();

  for (guint i = 0; i < 60; i++) {
    g_autoptr (GString) word = g_string_new (NULL);
    for (int n = g_rand_int_range (chance, 1, 6); n > 0; n--)
      g_string_append (word, g_rand_boolean (chance) ? "あ" : g_rand_boolean (chance) ? "い" : "-");
    mado_words_add (words, word->str);
  }
  mado_words_seal (words);
  for (guint round = 0; round < 300; round++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree guint8 *found = g_new0 (guint8, mado_words_count (words));
    for (int n = g_rand_int_range (chance, 0, 12); n > 0; n--)
      g_string_append (text, g_rand_boolean (chance) ? "あ" : g_rand_boolean (chance) ? "い" : "-");
    mado_words_find (words, text->str, found, 1);
    for (guint i = 0; i < mado_words_count (words); i++)
      g_assert_cmpint (found[i], ==, strstr (text->str, mado_words_get (words, i)) != NULL);
  }
}

static void
test_limits (void)
{
  g_autoptr (MadoWords) words = mado_words_new ();
  g_autofree char *long_word = g_strnfill (201, 'a');
  guint added = 0;

  g_assert_cmpuint (mado_words_add (words, long_word), ==, MADO_WORDS_NONE);
  for (guint i = 0; i < 40000; i++) {
    g_autofree char *word = g_strdup_printf ("w%05u", i);
    if (mado_words_add (words, word) != MADO_WORDS_NONE)
      added++;
  }
  g_assert_cmpuint (added, ==, 32 * 1024 / 6);
  mado_words_seal (words);
  g_assert_true (has (words, 17, "xx w00017 yy"));
  g_autoptr (MadoWords) none = mado_words_new ();
  mado_words_seal (none);
  mado_words_find (none, "text", NULL, 1);
}

/* Text that is made to be slow: marks in the wrong order, which a normaliser sorts; beginnings of words again and again. */
static void
test_hostile (void)
{
  static const char *const pieces[] = { "\xcc\x81\xcc\xa7", "aaaaaaab", "フィッシン", " ", "\xef\xb7\xba" };
  g_autoptr (MadoWords) words = mado_words_new ();

  mado_words_add (words, "aaaaaaaaaaaaaaaa");
  mado_words_add (words, "フィッシング");
  mado_words_seal (words);
  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    guint8 found[2] = { 0 };
    gint64 start = clock ();
    while (text->len < 2 * 1024 * 1024)
      g_string_append (text, pieces[i]);
    g_autofree char *folded = mado_words_fold (text->str);
    mado_words_find (words, folded, found, 1);
    g_test_message ("%zu bytes: %.0f ms", text->len, (double) (clock () - start) / 1000.0);
    g_assert_cmpint (clock () - start, <, 20 * CLOCKS_PER_SEC);
    g_assert_cmpint (found[1], ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/triage-words/fold", test_fold);
  g_test_add_func ("/desk/triage-words/find", test_find);
  g_test_add_func ("/desk/triage-words/chance", test_chance);
  g_test_add_func ("/desk/triage-words/limits", test_limits);
  g_test_add_func ("/desk/triage-words/hostile", test_hostile);
  return g_test_run ();
}
