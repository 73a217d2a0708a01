/* test-desk-query.c: what members write becomes the tree that it says, or an error that names the place; the index is asked for
 * at least all that may answer. */
#include "madoguchi/desk/query.h"
#include "madoguchi/base/error.h"

#include <string.h>

static const MadoQueryHouse house = { "hanako", "EX", 2026 };

static void
describe (const MadoQuery *query, GString *out)
{
  static const char *const names[] = { "and", "or", "not", "words", "state", "category", "owner", "tlp", "tag", "ticket", "before", "after", "attachment" };

  g_string_append (out, names[query->kind]);
  if (query->kind == MADO_QUERY_WORDS && query->place != MADO_PLACES)
    g_string_append_printf (out, "%d", (int) query->place);
  if (query->value != NULL)
    g_string_append_printf (out, "=%s", query->value);
  if (query->time != 0)
    g_string_append_printf (out, "=%" G_GINT64_FORMAT, query->time);
  for (guint i = 0; query->children != NULL && i < query->children->len; i++) {
    g_string_append_c (out, i == 0 ? '(' : ' ');
    describe (query->children->pdata[i], out);
  }
  if (query->children != NULL)
    g_string_append_c (out, ')');
}

static void
test_trees (void)
{
  static const struct {
    const char *text, *tree;
  } cases[] = {
    { "phishing", "words=phishing" },
    { " 情報漏えい\xe3\x80\x80窓口 ", "and(words=情報漏えい words=窓口)" },
    { "a b OR c", "or(and(words=a words=b) words=c)" },
    { "a (b OR c)", "and(words=a or(words=b words=c))" },
    { "(a)", "words=a" },
    { "or ORder", "and(words=or words=ORder)" },
    { "-a", "not(words=a)" },
    { "-(a b)", "not(and(words=a words=b))" },
    { "\"one two\" -\"three\"", "and(words=one two not(words=three))" },
    { "a\"b c\"", "and(words=a words=b c)" },
    { "from:alice FROM:\"Alice L\"", "and(words0=alice words0=Alice L)" },
    { "subject:a to:b text:c file:d indicator:e", "and(words2=a words1=b words3=c words4=d words5=e)" },
    { "http://evil.example/x?a=b", "words=http://evil.example/x?a=b" },
    { "2001:db8::1", "words=2001:db8::1" },
    { "fe80::1", "words=fe80::1" },
    { "dead:beef::1", "words=dead:beef::1" },
    { "\"state:open\"", "words=state:open" },
    { "evil(dot)com", "words=evil(dot)com" },
    { "(evil(dot)com)", "words=evil(dot)com" },
    { "state:open owner:me owner:none", "and(state=open owner=hanako owner)" },
    { "category:Phishing category:fraud category:none", "and(category=fraud:phishing category=fraud category)" },
    { "tlp:red tlp:TLP:GREEN tlp:none", "and(tlp=TLP:RED tlp=TLP:GREEN tlp)" },
    { "tag:Hot has:attachment", "and(tag=hot attachment)" },
    { "ticket:7 ticket:2025-000001 ticket:\"EX #2025-000001\"", "and(ticket=2026-000007 ticket=2025-000001 ticket=2025-000001)" },
    { "after:1970-01-02 before:1971", "and(after=86400 before=31536000)" },
    { "after:1970-02", "after=2678400" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MadoQuery) query = mado_query_parse (cases[i].text, &house, &error);
    g_autoptr (GString) out = g_string_new (NULL);
    g_assert_no_error (error);
    describe (query, out);
    g_assert_cmpstr (out->str, ==, cases[i].tree);
  }
}

static void
test_errors (void)
{
  static const struct {
    const char *text, *why;
  } cases[] = {
    { "", "character 1: a term is missing" },
    { "a OR", "character 5: a term is missing" },
    { "OR a", "character 1: a term is missing" },
    { "窓 ()", "character 4: a term is missing" },
    { "窓口 \"a", "character 4: a quoted phrase has no end" },
    { "(a", "character 1: a parenthesis has no end" },
    { "a - b", "character 3: nothing stands behind -" },
    { "--a", "character 1: nothing stands behind -" },
    { "a state:", "character 3: nothing stands behind state:" },
    { "state:shut", "character 7: the state must be" },
    { "stat:open", "character 1: no such filter" },
    { "has:beens", "character 5: only has:attachment" },
    { "tlp:purple", "character 5: the TLP must be" },
    { "before:2026-13-01", "character 8: a day is written" },
    { "before:2026-1-01", "character 8: a day is written" },
    { "after:yesterday", "character 7: a day is written" },
    { "ticket:x", "character 8: no ticket" },
    { "a ...", "character 3: there is no letter" },
    { "from:\"\"", "character 1: nothing stands behind from:" },
    { "phish*", "character 1: words are found whole" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_query_parse (cases[i].text, &house, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
    g_assert_true (g_str_has_prefix (error->message, cases[i].why));
  }
}

static void
test_bounds (void)
{
  g_autofree char *longer = g_strnfill (5000, 'a'), *open = g_strnfill (30, '('), *close = g_strnfill (30, ')');
  g_autofree char *deep = g_strconcat (open, "a", close, NULL);
  g_autoptr (GString) many = g_string_new (NULL), term = g_string_new ("x");

  for (guint i = 0; i < 65; i++)
    g_string_append (many, "a ");
  for (guint i = 0; i < 200; i++)
    g_string_append (term, ".x");
  g_assert_null (mado_query_parse (longer, &house, NULL));
  g_assert_null (mado_query_parse (deep, &house, NULL));
  g_assert_null (mado_query_parse (many->str, &house, NULL));
  g_assert_null (mado_query_parse (term->str, &house, NULL));
  g_assert_null (mado_query_parse ("\xff", &house, NULL));
}

static void
test_match (void)
{
  static const struct {
    const char *text, *match;
  } cases[] = {
    { "Phishing", "(\"phishing\")" },
    { "情報漏", "(\"情 報\" AND \"報 漏\")" },
    { "窓", "(\"窓\")" },
    { "\"red blue\"", "(\"red\" AND \"blue\")" },
    { "evil.example x", "((\"evil example\") AND (\"x\"))" },
    { "from:alice", "sender : (\"alice\")" },
    { "a OR b", "((\"a\") OR (\"b\"))" },
    { "a OR -b", NULL }, /* the index cannot know */
    { "a OR state:open", NULL },
    { "a -b state:open", "((\"a\"))" },
    { "state:open", NULL },
    { "-a", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MadoQuery) query = mado_query_parse (cases[i].text, &house, NULL);
    g_autofree char *match = mado_query_to_match (query);
    g_assert_cmpstr (match, ==, cases[i].match);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/query/trees", test_trees);
  g_test_add_func ("/desk/query/errors", test_errors);
  g_test_add_func ("/desk/query/bounds", test_bounds);
  g_test_add_func ("/desk/query/match", test_match);
  return g_test_run ();
}
