/* What the JSON parser is shown, and what is kept from it. */
#include "madoguchi/report/json-clean.h"

#include <string.h>

static const MadoJsonLimits limits = { 4096, 8, 100 };

static void
expect (const char *text, const char *wanted, const char *trouble, guint mended)
{
  g_auto (MadoJsonClean) clean = { 0 };

  mado_json_clean (text, strlen (text), &limits, &clean);
  g_assert_cmpstr (clean.text->str, ==, wanted);
  g_assert_cmphex (clean.mended, ==, mended);
  if (trouble == NULL)
    g_assert_null (clean.trouble);
  else if (clean.trouble == NULL || strstr (clean.trouble, trouble) == NULL)
    g_error ("%s: %s, and not %s", text, clean.trouble, trouble);
}

static void
test_right (void)
{
  static const char *const texts[] = {
    "{}", "[]", "{\"a\":[1,-2.5e3,true,false,null,\"\\u00e9\\\"\"]}", "[[[[[[[[]]]]]]]]", "1", "\"a\"", "{\"a\" : {} , \"b\" : [ ] }",
    "[\"\\ud83d\\ude00\"]", "[0,-0,0.5]", "[12345678901234567]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    expect (texts[i], texts[i], NULL, 0);
  expect (" {} \n[]\r\n", "{}[]", NULL, 0);
  expect ("", "", NULL, 0);
}

static void
test_wrong (void)
{
  static const char *const texts[] = {
    "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "[1", "[1,", "\"a", "{\"a\":}", "{\"a\":1,}", "[1,]", "[1 2]", "{a:1}", "{'a':1}", "[}",
    "{]", "[\"\\x\"]", "[\"\\u12\"]", "tru", "truex", "[-]", "[1.]", "[1e]", "// no", "/* no */ 1", "var a = {}", "[NaN]", "[+1]", "}", "\"\\",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    expect (texts[i], "", "byte", 0);
  expect ("{\"a\":1} trailing", "{\"a\":1}", "no value", 0); /* what stood before is kept */
}

static void
test_mended (void)
{
  expect ("[\"a\nb\"]", "[\"a\\u000ab\"]", NULL, MADO_JSON_MENDED_CONTROL);
  expect ("[\"a\\u0000b\"]", "[\"a\\ufffdb\"]", NULL, MADO_JSON_MENDED_NUL);
  expect ("[\"\\ud83dx\"]", "[\"\\ufffdx\"]", NULL, MADO_JSON_MENDED_SURROGATE);
  expect ("[\"\\ud83d\\ud83d\\ude00\"]", "[\"\\ufffd\\ud83d\\ude00\"]", NULL, MADO_JSON_MENDED_SURROGATE);
  expect ("[\"\\ude00\"]", "[\"\\ufffd\"]", NULL, MADO_JSON_MENDED_SURROGATE);
  expect ("[123456789012345678]", "[\"123456789012345678\"]", NULL, MADO_JSON_MENDED_NUMBER);
  expect ("[1e999,2]", "[\"1e999\",2]", NULL, MADO_JSON_MENDED_NUMBER);
  expect ("[007]", "[\"007\"]", NULL, MADO_JSON_MENDED_NUMBER);
}

static void
expect_limit (const char *piece, guint times, const char *trouble)
{
  g_autoptr (GString) text = g_string_new ("");
  g_auto (MadoJsonClean) clean = { 0 };

  for (guint i = 0; i < times; i++)
    g_string_append (text, piece);
  mado_json_clean (text->str, text->len, &limits, &clean);
  g_assert_nonnull (clean.trouble);
  g_assert_nonnull (strstr (clean.trouble, trouble));
}

static void
test_limits (void)
{
  g_auto (MadoJsonClean) clean = { 0 };

  expect_limit ("[", 9, "deeper than [formats] depth: 8");
  expect_limit ("{\"a\":", 9, "deeper than [formats] depth: 8");
  expect_limit ("1 ", 101, "more values than [formats] values");
  expect_limit ("          ", 410, "more bytes than [formats] size: 4096");
  mado_json_clean ("[\"a\0\"]", 6, &limits, &clean);
  g_assert_nonnull (strstr (clean.trouble, "NUL"));
}

/* Names that fall into one place of a table: only so many of them. */
static void
test_members (void)
{
  MadoJsonLimits wide = { 1 << 20, 8, 100000 };
  g_autoptr (GString) text = g_string_new ("{\"a\":1");
  g_auto (MadoJsonClean) clean = { 0 }, more = { 0 };

  for (guint i = 1; i < MADO_JSON_MEMBERS_MAX; i++)
    g_string_append_printf (text, ",\"%u\":1", i);
  g_string_append (text, "}");
  mado_json_clean (text->str, text->len, &wide, &clean);
  g_assert_null (clean.trouble);
  g_assert_cmpuint (clean.members, ==, MADO_JSON_MEMBERS_MAX);
  g_string_truncate (text, text->len - 1);
  g_string_append (text, ",\"one\":1}");
  mado_json_clean (text->str, text->len, &wide, &more);
  g_assert_nonnull (strstr (more.trouble, "more members than"));
  g_assert_cmpuint (more.members, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/json-clean/right", test_right);
  g_test_add_func ("/report/json-clean/wrong", test_wrong);
  g_test_add_func ("/report/json-clean/mended", test_mended);
  g_test_add_func ("/report/json-clean/limits", test_limits);
  g_test_add_func ("/report/json-clean/members", test_members);
  return g_test_run ();
}
