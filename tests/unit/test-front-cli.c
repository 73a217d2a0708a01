/* Reading command lines: verbs, options before and after, what is refused. */
#include "madoguchi/front/cli.h"
#include "madoguchi/base/error.h"

#include <string.h>

/* Reads @line, words separated by single blanks, into @cli. */
static gboolean
parse (MadoCli *cli, const char *line, const MadoCliVerb **verb, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return mado_cli_parse (cli, (int) g_strv_length (words), words, verb, error);
}

static void
assert_usage (const char *line)
{
  g_auto (MadoCli) cli = { NULL };
  g_autoptr (GError) error = NULL;
  const MadoCliVerb *verb;

  if (parse (&cli, line, &verb, &error))
    g_error ("taken: %s", line);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
  g_assert_cmpint (mado_error_exit_status (error), ==, 64);
}

static void
test_options_anywhere (void)
{
  static const char *const lines[] = { "madoguchi -c /x list --json --limit 3 --after 2026-000001",
                                       "madoguchi list --limit=3 -c /x --after 2026-000001 --json" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (MadoCli) cli = { NULL };
    const MadoCliVerb *verb;
    g_assert_true (parse (&cli, lines[i], &verb, NULL));
    g_assert_cmpstr (verb->name, ==, "list");
    g_assert_cmpstr (cli.options.config, ==, "/x");
    g_assert_cmpstr (cli.options.limit, ==, "3");
    g_assert_cmpstr (cli.options.after, ==, "2026-000001");
    g_assert_true (cli.options.json);
    g_assert_cmpuint (cli.n_arguments, ==, 0);
  }
}

static void
test_options_between_arguments (void)
{
  g_auto (MadoCli) cli = { NULL };
  const MadoCliVerb *verb;

  g_assert_true (parse (&cli, "madoguchi ingest a.eml --wait b.mbox --from x@y.example c", &verb, NULL));
  g_assert_true (cli.options.wait);
  g_assert_cmpstr (cli.options.from, ==, "x@y.example");
  g_assert_cmpuint (cli.n_arguments, ==, 3);
  g_assert_cmpstr (mado_cli_argument (&cli, 0), ==, "a.eml");
  g_assert_cmpstr (mado_cli_argument (&cli, 2), ==, "c");
  g_assert_null (mado_cli_argument (&cli, 3));
}

static void
test_dashes (void)
{
  g_auto (MadoCli) one = { NULL };
  g_auto (MadoCli) two = { NULL };
  const MadoCliVerb *verb;

  g_assert_true (parse (&one, "madoguchi open -", &verb, NULL));
  g_assert_cmpstr (mado_cli_argument (&one, 0), ==, "-");
  g_assert_true (parse (&two, "madoguchi open -- --json", &verb, NULL));
  g_assert_cmpstr (mado_cli_argument (&two, 0), ==, "--json");
  g_assert_false (two.options.json);
}

static void
test_one_letter_two_meanings (void)
{
  g_auto (MadoCli) part = { NULL };
  const MadoCliVerb *verb;

  g_assert_true (parse (&part, "madoguchi part -o out 2026-000001 1 1.2", &verb, NULL));
  g_assert_cmpstr (part.options.output, ==, "out");
  assert_usage ("madoguchi list -o alice"); /* list has only --owner */
}

static void
test_refused (void)
{
  static const char *const lines[] = {
    "madoguchi",
    "madoguchi nonsense",
    "madoguchi --json list",
    "madoguchi list extra",
    "madoguchi list --wait",
    "madoguchi list --limit",
    "madoguchi show",
    "madoguchi show a b",
    "madoguchi part 2026-000001 1",
    "madoguchi open",
    "madoguchi ingest",
    "madoguchi state 2026-000001",
    "madoguchi held show a b",
    "madoguchi keys",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_usage (lines[i]);
}

/* An option belongs to the verbs that name it, and to no other. */
static void
test_no_option_of_others (void)
{
  static const char *const lines[] = { "madoguchi link --after 1 1 2", "madoguchi search --as parent x", "madoguchi audit --tag x ls",
                                       "madoguchi list --sign", "madoguchi merge --remove 1 2" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_usage (lines[i]);
}

static void
test_help_needs_no_arguments (void)
{
  g_auto (MadoCli) general = { NULL };
  g_auto (MadoCli) special = { NULL };
  const MadoCliVerb *verb;

  g_assert_true (parse (&general, "madoguchi --help", &verb, NULL));
  g_assert_null (verb);
  g_assert_true (general.options.help);
  g_assert_true (parse (&special, "madoguchi part --help", &verb, NULL));
  g_assert_cmpstr (verb->name, ==, "part");
  g_assert_true (special.options.help);
}

static void
test_every_verb_has_help (void)
{
  static const char *const names[] = { "open", "ingest", "list", "show", "part", "raw", "take", "assign",
                                       "state", "note", "priority", "category", "tlp", "tag", "search", "link", "merge", "split",
                                       "policy", "held", "reopen", "feeds", "account",
                                       "keys", "publish", "doctor", "conf" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_auto (MadoCli) cli = { NULL };
    g_autofree char *line = g_strdup_printf ("madoguchi %s -h", names[i]);
    const MadoCliVerb *verb;
    g_assert_true (parse (&cli, line, &verb, NULL));
    g_assert_cmpstr (verb->name, ==, names[i]);
    g_assert_true (*verb->summary != '\0' && verb->run != NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/cli/options-anywhere", test_options_anywhere);
  g_test_add_func ("/front/cli/options-between-arguments", test_options_between_arguments);
  g_test_add_func ("/front/cli/dashes", test_dashes);
  g_test_add_func ("/front/cli/one-letter-two-meanings", test_one_letter_two_meanings);
  g_test_add_func ("/front/cli/refused", test_refused);
  g_test_add_func ("/front/cli/no-option-of-others", test_no_option_of_others);
  g_test_add_func ("/front/cli/help-needs-no-arguments", test_help_needs_no_arguments);
  g_test_add_func ("/front/cli/every-verb-has-help", test_every_verb_has_help);
  return g_test_run ();
}
