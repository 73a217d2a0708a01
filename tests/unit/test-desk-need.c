/* test-desk-need.c: every word of the keeper, asked by every role, of an incident of its own, of another's, of one that is
 * restricted to it and of one that is restricted to others: is what permissions.c and need.c decide what docs/members.md says? */
#include "madoguchi/desk/need.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

static const char *const situations[] = { "own", "other", "restricted, named", "restricted, not named", "restricted, nobody named" };

static const MadoNeedFacts facts_of[] = {
  { FALSE, FALSE, FALSE }, { FALSE, FALSE, FALSE }, { TRUE, TRUE, TRUE }, { TRUE, FALSE, TRUE }, { TRUE, FALSE, FALSE },
};

/* (transfer full) the cells of the row of @verb in the document; NULL: it has none. */
static char **
find_row (const char *document, const char *verb)
{
  g_autofree char *begin = g_strdup_printf ("\n| %s |", verb);
  const char *row = strstr (document, begin);

  if (row == NULL)
    return NULL;
  g_autofree char *line = g_strndup (row + 1, strcspn (row + 1, "\n"));
  char **cells = g_strsplit (line, "|", -1);
  for (gsize i = 0; cells[i] != NULL; i++)
    g_strstrip (cells[i]);
  return cells;
}

/* What the document says of somebody who may use the word at all. */
static MadoNeed
read_scope (const char *words, int role, const MadoNeedFacts *facts)
{
  if (!facts->is_narrow || facts->is_named)
    return MADO_NEED_ALLOWED;
  if (strcmp (words, "veiled") == 0)
    return MADO_NEED_VEILED;
  if (strcmp (words, "refused, unless nobody named can act") == 0)
    return facts->has_active ? MADO_NEED_REFUSED : MADO_NEED_ALLOWED;
  if (strcmp (words, "commander and administrator") == 0)
    return role == MADO_MEMBER_COMMANDER || role == MADO_MEMBER_ADMINISTRATOR ? MADO_NEED_ALLOWED : MADO_NEED_REFUSED;
  /* Words of the house and of many incidents never ask need.h of one; if they did, it would refuse. */
  g_assert_true (strcmp (words, "refused") == 0 || strcmp (words, "-") == 0 || strcmp (words, "veiled or left out") == 0);
  return MADO_NEED_REFUSED;
}

static void
check_word (const char *document, const char *verb)
{
  g_auto (GStrv) cells = find_row (document, verb);

  if (cells == NULL)
    g_test_message ("%s has no row in docs/members.md", verb);
  g_assert_nonnull (cells);
  g_assert_cmpuint (g_strv_length (cells), ==, MADO_PERMISSIONS_HOST + 1 + 4); /* the verb, the roles, the scope, two ends */
  for (int role = 0; role <= MADO_PERMISSIONS_HOST; role++) {
    gboolean may = strcmp (cells[role + 2], "yes") == 0;
    g_assert_cmpint (mado_permissions_allow (verb, role), ==, may);
    for (gsize i = 0; may && role < MADO_PERMISSIONS_HOST && i < G_N_ELEMENTS (situations); i++) {
      MadoNeed expected = read_scope (cells[MADO_PERMISSIONS_HOST + 3], role, &facts_of[i]);
      if (mado_need_judge (verb, role, &facts_of[i]) != expected)
        g_test_message ("%s by %s of one that is %s", verb, mado_member_role_names[role], situations[i]);
      g_assert_cmpint (mado_need_judge (verb, role, &facts_of[i]), ==, expected);
    }
  }
}

static void
test_document (void)
{
  g_autofree char *document = NULL;
  gsize n = 0;

  g_assert_true (g_file_get_contents (MADO_MEMBERS, &document, NULL, NULL));
  for (; mado_verbs_name (n) != NULL; n++)
    check_word (document, mado_verbs_name (n));
  g_assert_cmpuint (n, >, 40);
}

/* Words whose meaning here must not slip. */
static void
test_scopes (void)
{
  static const char *const of_one[] = { "triage", "raw", "part", "assign", "state", "note", "priority", "category", "tlp", "tag", "reopen",
                                        "held-show", "held-release", "nonsense" };

  for (gsize i = 0; i < G_N_ELEMENTS (of_one); i++)
    g_assert_cmpint (mado_permissions_scope (of_one[i]), ==, MADO_SCOPE_TICKET);
  g_assert_cmpint (mado_permissions_scope ("show"), ==, MADO_SCOPE_VEIL);
  g_assert_cmpint (mado_permissions_scope ("list"), ==, MADO_SCOPE_MANY);
  g_assert_cmpint (mado_permissions_scope ("take"), ==, MADO_SCOPE_ORPHAN);
  g_assert_cmpint (mado_permissions_scope ("account"), ==, MADO_SCOPE_HOUSE);
}

/* Without members, and for what the host may ask, nothing changes. */
static void
test_without_members (void)
{
  for (gsize n = 0; mado_verbs_name (n) != NULL; n++)
    for (gsize i = 0; i < G_N_ELEMENTS (situations); i++)
      g_assert_cmpint (mado_need_judge (mado_verbs_name (n), -1, &facts_of[i]), ==, MADO_NEED_ALLOWED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/need/document", test_document);
  g_test_add_func ("/desk/need/scopes", test_scopes);
  g_test_add_func ("/desk/need/without-members", test_without_members);
  return g_test_run ();
}
