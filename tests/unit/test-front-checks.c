/* What doctor says of a key's end. */
#include "madoguchi/front/checks.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1800000000)
#define DAY 86400

static void
assert_expiry (gint64 expires, MadoCheckStatus status, const char *words)
{
  g_autofree char *detail = NULL;

  g_assert_cmpint (mado_check_expiry (expires, NOW, &detail), ==, status);
  if (strstr (detail, words) == NULL)
    g_error ("\"%s\" is not in \"%s\"", words, detail);
}

static void
test_expiry (void)
{
  assert_expiry (0, MADO_CHECK_OK, "never");
  assert_expiry (NOW + 31 * DAY, MADO_CHECK_OK, "31 days");
  assert_expiry (NOW + 29 * DAY, MADO_CHECK_WARN, "soon");
  assert_expiry (NOW + 13 * DAY, MADO_CHECK_WARN, "this week");
  assert_expiry (NOW + 2 * DAY, MADO_CHECK_WARN, "NOW");
  assert_expiry (NOW, MADO_CHECK_FAIL, "expired");
  assert_expiry (NOW - DAY, MADO_CHECK_FAIL, "expired");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/checks/expiry", test_expiry);
  return g_test_run ();
}
