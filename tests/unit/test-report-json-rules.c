/* What a table says of a document, one value for each kind. */
#include "madoguchi/report/json-rules.h"

#include "json-fixture.h"

static const struct {
  MadoRuleKind kind;
  const char *words;
  const char *right, *wrong; /* JSON values, blanks between them */
} kinds[] = {
  { MADO_RULE_OBJECT, NULL, "{} {\"x\":1}", "[] 1 \"a\" null" },
  { MADO_RULE_CLOSED, " x y ", "{} {\"x\":1}", "[] {\"z\":1}" },
  { MADO_RULE_PLAIN, NULL, "{\"x\":1,\"y\":\"a\"}", "{\"x\":[1]} {\"x\":1.5}" },
  { MADO_RULE_STRINGS, NULL, "{\"x\":\"a\"}", "{\"x\":1}" },
  { MADO_RULE_LIST, NULL, "[] [1]", "{} 1" },
  { MADO_RULE_STRING, NULL, "\"\" \"a\"", "1 [] null true" },
  { MADO_RULE_NAME, NULL, "\"abc\" \"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\"", "\"ab\" 1" },
  { MADO_RULE_WORD, " low high ", "\"low\" \"high\"", "\"lo\" \"\" \"low high\" 1" },
  { MADO_RULE_EMAIL, NULL, "\"a@b.test\"", "\"a\" \"@b\" \"a@\" \"a@b_c!\" 5" },
  { MADO_RULE_NO_EMAIL, NULL, "\"a\"", "\"a@b.test\" 5" },
  { MADO_RULE_HOST, NULL, "\"a-b.test\" \"meh\"", "\"a..b\" \"\" \"a/b\" \".a\"" },
  { MADO_RULE_URL, NULL, "\"http://a.test/\" \"magnet:?xt=1\"", "\"192.0.2.1\" \"http:\" \"a\" \":x\" \"1x:y\"" },
  { MADO_RULE_IP, NULL, "\"192.0.2.1\" \"2001:db8::1\"", "\"192.0.2\" \"x\" 45" },
  { MADO_RULE_PORT, NULL, "0 65535", "-1 65536 \"80\" 1.5 [80]" },
  { MADO_RULE_PORTS, NULL, "80 [80,443]", "[\"x\"] 70000" },
  { MADO_RULE_TIME, NULL, "\"2018-02-05T14:17:10Z\" \"2018-02-05T14:17:10.5+09:00\"", "\"2018-02-05\" \"2018-02-05T14:17:10\" \"x\" 5" },
  { MADO_RULE_UUID, NULL, "\"7fed2742-0e7c-4150-8839-69c511b6f861\"", "\"7fed2742\" 1" },
  { MADO_RULE_CVE, NULL, "\"CVE-2021-44228\"", "\"CVE-21-1\" \"cve\" \"CVE-2021-44228x\"" },
  { MADO_RULE_CVSS, NULL, "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H\" \"(AV:N/AC:L/Au:N/C:P/I:P/A:P)\"",
    "\"CVSS:3.1\" \"AV:N\" \"AC:L/AV:N/Au:N/C:P/I:P/A:P\" \"AV:N/AC:L/Au:N/C:P/I:P/A:!\" \"(\" \"\"" },
  { MADO_RULE_BOOL, NULL, "true false", "1 \"true\"" },
  { MADO_RULE_COUNT, NULL, "0 5", "-1 true \"5\" 1.5" },
  { MADO_RULE_NUMBER, NULL, "-1 1.5", "\"1\" true" },
};

static const MadoRuleNeed no_needs[] = { { NULL } };

static guint
check (const char *text, const MadoRule *rules, const MadoRuleNeed *needs, GPtrArray *found)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  MadoJsonLimits limits = mado_json_limits (NULL);
  g_auto (MadoJson) json = { 0 };

  mado_json_read (bytes, &limits, &json);
  g_assert_cmpuint (json.roots->len, ==, 1);
  return mado_json_check (json.roots->pdata[0], rules, needs, found, 3);
}

static void
expect_all (gsize i, const char *values, guint wanted)
{
  MadoRule rules[] = { { "a[].b", kinds[i].kind, kinds[i].words }, { NULL } };
  g_autoptr (GBytes) bytes = g_bytes_new (values, strlen (values));
  MadoJsonLimits limits = mado_json_limits (NULL);
  g_auto (MadoJson) json = { 0 };

  mado_json_read (bytes, &limits, &json);
  for (guint n = 0; n < json.roots->len; n++) {
    g_autofree char *value = json_to_string (json.roots->pdata[n], FALSE), *text = g_strdup_printf ("{\"a\":[{\"b\":%s}]}", value);
    g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
    if (check (text, rules, no_needs, found) != wanted)
      g_error ("kind %" G_GSIZE_FORMAT ": %s", i, value);
    if (wanted > 0)
      g_assert_true (g_str_has_prefix (found->pdata[0], "a[0].b "));
  }
}

static void
test_kinds (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    expect_all (i, kinds[i].right, 0);
    expect_all (i, kinds[i].wrong, 1);
  }
}

static void
test_needs (void)
{
  static const MadoRule no_rules[] = { { NULL } };
  static const MadoRuleNeed needs[] = { { "", NULL, "a" }, { "a", "t=1", "b|c" }, { "a", "t!=1", "!d" }, { "l[]", NULL, "x" }, { NULL } };
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpuint (check ("{\"a\":{\"t\":\"1\",\"c\":1,\"d\":1}}", no_rules, needs, found), ==, 0);
  g_assert_cmpuint (check ("{\"a\":{\"t\":\"2\"},\"l\":[{\"x\":1}]}", no_rules, needs, found), ==, 0);
  g_assert_cmpuint (check ("{}", no_rules, needs, found), ==, 1);
  g_assert_cmpstr (found->pdata[0], ==, "the document lacks a");
  g_assert_cmpuint (check ("{\"a\":{\"t\":\"1\"}}", no_rules, needs, found), ==, 1);
  g_assert_cmpstr (found->pdata[1], ==, "a lacks b or c");
  g_assert_cmpuint (check ("{\"a\":{\"d\":1},\"l\":[{},{},{}]}", no_rules, needs, found), ==, 3);
  g_assert_cmpstr (found->pdata[2], ==, "a may not have d");
  g_assert_cmpstr (found->pdata[3], ==, "l[0] lacks x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/json-rules/kinds", test_kinds);
  g_test_add_func ("/report/json-rules/needs", test_needs);
  return g_test_run ();
}
