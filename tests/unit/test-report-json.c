/* From bytes to trees: encodings, several texts in one, names that come twice. */
#include "madoguchi/report/json.h"

#include <string.h>

static void
read_bytes (const void *bytes, gsize size, MadoJson *json)
{
  g_autoptr (GBytes) held = g_bytes_new (bytes, size);
  MadoJsonLimits limits = mado_json_limits (NULL);

  mado_json_read (held, &limits, json);
}

static void
expect (const void *bytes, gsize size, const char *problem)
{
  g_auto (MadoJson) json = { 0 };

  read_bytes (bytes, size, &json);
  g_assert_cmpuint (json.roots->len, ==, 1);
  g_assert_cmpstr (mado_json_get (json.roots->pdata[0], "a"), ==, "\xc3\xa9");
  g_assert_cmpuint (json.problems->len, ==, problem != NULL);
  if (problem != NULL)
    g_assert_nonnull (strstr (json.problems->pdata[0], problem));
}

static void
test_encodings (void)
{
  static const char big[] = "\xfe\xff\0{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}", little[] = "{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}\0";

  expect ("{\"a\":\"\xc3\xa9\"}", 10, NULL);
  expect ("\xef\xbb\xbf{\"a\":\"\xc3\xa9\"}", 13, NULL);
  expect (big, sizeof big - 1, NULL);
  expect (little, sizeof little - 1, NULL);
  expect ("{\"a\":\"\xc3\xa9\",\"b\":\"\xff\"}", 18, "no UTF-8");
  expect ("{\"a\":\"x\",\"a\":\"\xc3\xa9\"}", 18, "twice");
  expect ("{\"a\":\"\xc3\xa9\"} and more", 19, "to its end");
}

static void
test_refused (void)
{
  static const struct {
    const char *bytes;
    gsize size;
  } cases[] = { { "", 0 }, { "{\"a\":\0}", 7 }, { "\xff\xfe{", 3 }, { "{\"a\":", 5 }, { "\0\0\0{", 4 }, { "{\0\0\0", 4 }, { "\xfe\xff", 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (MadoJson) json = { 0 };
    read_bytes (cases[i].bytes, cases[i].size, &json);
    g_assert_cmpuint (json.roots->len, ==, 0);
  }
}

static void
test_lines (void)
{
  static const char text[] = "{\"n\":1}\n{\"n\":2}\n\n{\"n\":3}\n{\"n\":";
  g_auto (MadoJson) json = { 0 };

  read_bytes (text, sizeof text - 1, &json);
  g_assert_cmpuint (json.roots->len, ==, 3);
  g_assert_cmpuint (json.problems->len, ==, 1);
}

static void
test_tree (void)
{
  static const char text[] = "{\"o\":{\"p\":[1,2.5,true,null,\"s\",9.8,-3]},\"s\":\"x\",\"i\":5}";
  static const char *const wanted[] = { "1", "2.5", "true", NULL, "s", "9.8", "-3" };
  g_auto (MadoJson) json = { 0 };
  JsonNode *root, *list;

  read_bytes (text, sizeof text - 1, &json);
  root = json.roots->pdata[0];
  list = mado_json_find (root, "o.p");
  g_assert_cmpuint (mado_json_count (list), ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    g_autofree char *value = mado_json_text (mado_json_item (list, i));
    g_assert_cmpstr (value, ==, wanted[i]);
  }
  g_assert_null (mado_json_item (list, 7));
  g_assert_null (mado_json_find (root, "o.q.r"));
  g_assert_null (mado_json_find (root, "s.q"));
  g_assert_null (mado_json_member (NULL, "a"));
  g_assert_null (mado_json_get (root, "i"));
  g_assert_true (mado_json_is (root, "s", "x"));
  g_assert_false (mado_json_is (root, "s", "y"));
  g_assert_cmpuint (mado_json_count (mado_json_member (root, "s")), ==, 1);
  g_assert_cmpuint (mado_json_count (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/json/encodings", test_encodings);
  g_test_add_func ("/report/json/refused", test_refused);
  g_test_add_func ("/report/json/lines", test_lines);
  g_test_add_func ("/report/json/tree", test_tree);
  return g_test_run ();
}
