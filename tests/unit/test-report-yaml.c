/* The YAML of reports, and what is refused of YAML. */
#include "madoguchi/report/yaml.h"

#include "madoguchi/base/error.h"

#include <string.h>
#include <time.h>

static char *
read_all (const char *text)
{
  g_autoptr (GPtrArray) reports = NULL;
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);

  if (!mado_yaml_read (text, strlen (text), &reports, &error)) {
    g_assert_null (reports);
    g_string_append (out, error->code == MADO_ERROR_DENIED ? "denied" : error->code == MADO_ERROR_LIMIT ? "limit" : "perm");
    return g_string_free (out, FALSE);
  }
  for (guint i = 0; i < reports->len; i++) {
    GPtrArray *report = reports->pdata[i];
    g_string_append (out, "{");
    for (guint k = 0; k + 1 < report->len; k += 2)
      g_string_append_printf (out, "%s=%s|", (char *) report->pdata[k], (char *) report->pdata[k + 1]);
    g_string_append (out, "}");
  }
  return g_string_free (out, FALSE);
}

#define CHECK(text, expected)                   \
  G_STMT_START                                  \
  {                                             \
    g_autofree char *found = read_all (text);   \
    g_assert_cmpstr (found, ==, expected);      \
  }                                             \
  G_STMT_END

static void
test_values (void)
{
  CHECK ("", "");
  CHECK ("---\nA: b\nC: 'd: e'\n", "{A=b|C=d: e|}");
  CHECK ("A:\tb\n", "{A=b|}");
  CHECK ("A: b\r\nC: 0.2\r\n...\r\n", "{A=b|C=0.2|}");
  CHECK ("A: [1, 2]\nB:\n  C: d\n  E: [f]\nG: h\n", "{A=1|A=2|B.C=d|B.E=f|G=h|}");
  CHECK ("A: |\n  one\n  two\n", "{A=one\ntwo\n|}");
  CHECK ("A:\nB: c\n", "{A=|B=c|}");
  CHECK ("just text", "");
  CHECK ("- one\n- two\n", "");
}

static void
test_many (void)
{
  CHECK ("---\nA: b\n---\nA: c\n", "{A=b|}{A=c|}");
  CHECK ("- A: b\n  C: d\n- A: c\n", "{A=b|C=d|}{A=c|}");
  CHECK ("- [x]\n- A: c\n  D: [{E: f}, {E: g}]\n- x\n", "{A=c|D.E=f|D.E=g|}");
}

static void
test_refused (void)
{
  CHECK ("A: !!python/object/apply:os.system ['true']\n", "denied");
  CHECK ("A: !x b\n", "denied");
  CHECK ("--- !x\nA: b\n", "denied");
  CHECK ("%TAG ! tag:x,2000:\n---\nA: b\n", "denied");
  CHECK ("A: &x b\nC: *x\n", "denied");
  CHECK ("A: *x\n", "denied");
  CHECK ("A: &x [*x]\n", "denied");
  CHECK ("? [a, b]\n: c\n", "limit");
  CHECK ("? {a: b}\n: c\n", "limit");
  CHECK ("A: {b: {c: {d: {e: {f: {g: {h: {i: j}}}}}}}}\n", "limit");
  CHECK ("Schema-URL: http: //x\n", "perm");
  CHECK ("A: [b\n", "perm");
  CHECK ("A: \"b\n", "perm");
  CHECK ("@: x\n", "perm");
}

/* What is deep or long costs no more than to read it. */
static void
test_hostile (void)
{
  static const char *const units[] = { "[", "{", "- ", "? ", "{a: ", "a: {", "-\n ", "\"", "'", "#", "&a ", "!a ", "a: ", ": ", "%TAG ", "|", "---\n", "\t" };
  gint64 start = clock ();

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *found = NULL;
    while (text->len < 256 * 1024)
      g_string_append (text, units[i]);
    found = read_all (text->str);
    g_assert_true (strlen (found) < 4 || strcmp (found, "perm") == 0 || strcmp (found, "limit") == 0 || strcmp (found, "denied") == 0);
    g_test_message ("%s: %s after %.2f s", units[i], found, (double) (clock () - start) / 1e6);
  }
  g_assert_cmpint (clock () - start, <, 60 * CLOCKS_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/yaml/values", test_values);
  g_test_add_func ("/report/yaml/many", test_many);
  g_test_add_func ("/report/yaml/refused", test_refused);
  g_test_add_func ("/report/yaml/hostile", test_hostile);
  return g_test_run ();
}
