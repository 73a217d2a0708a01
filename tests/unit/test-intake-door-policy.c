/* The rules at the door, their words, the keys and the counters that they ask. */
#include "madoguchi/intake/door-policy.h"
#include "madoguchi/intake/door-rate.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define NOW 1800000000
#define BIT(rule) (1u << (rule))

static const char *const ours[] = { "csirt@example.org", NULL };

/* (transfer full) a file of keys: one of ours, one that has expired. */
static char *
make_keys (void)
{
  g_autofree char *directory = g_dir_make_tmp ("doorXXXXXX", NULL);
  char *path = g_build_filename (directory, "door-keys", NULL);

  g_assert_true (g_file_set_contents (path, "# ours\nAAAAAAAAAAAAAAAA 0\nbbbbbbbbbbbbbbbb 1700000000\nCCCCCCCCCCCCCCCC 1900000000\n", -1, NULL));
  return path;
}

static void
remove_keys (char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (directory);
  g_free (path);
}

static void
set_ids (MadoDoorFacts *facts, const char *ids)
{
  g_auto (GStrv) list = g_strsplit (ids, " ", -1);

  facts->recipients = g_ptr_array_new_with_free_func (g_free);
  facts->ciphertexts = 1;
  facts->may_be_encrypted = facts->has_integrity = TRUE;
  for (guint i = 0; list[i] != NULL; i++)
    g_ptr_array_add (facts->recipients, g_strdup (list[i]));
}

static guint
judge (MadoDoorKeys *keys, const MadoDoorFacts *facts)
{
  MadoDoorSettings settings = { .encrypted_only = NULL };
  MadoDoorMail mail = { .facts = facts, .recipients = ours, .now = NOW };

  return mado_door_judge (&settings, keys, &mail);
}

static void
test_wrong_key (void)
{
  static const struct {
    const char *ids;
    gboolean is_wrong;
  } cases[] = {
    { "AAAAAAAAAAAAAAAA", FALSE }, { "DDDDDDDDDDDDDDDD", TRUE }, { "DDDDDDDDDDDDDDDD AAAAAAAAAAAAAAAA", FALSE },
    { "BBBBBBBBBBBBBBBB", TRUE }, /* expired */ { "CCCCCCCCCCCCCCCC", FALSE }, { "#01AB", FALSE }, /* no certificate is known */
  };
  char *path = make_keys ();
  g_autoptr (MadoDoorKeys) keys = mado_door_keys_new (path);
  g_autoptr (MadoDoorKeys) unknown = mado_door_keys_new ("/nonexistent/door-keys");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (MadoDoorFacts) facts = { 0 };
    set_ids (&facts, cases[i].ids);
    g_assert_cmpuint (judge (keys, &facts), ==, cases[i].is_wrong ? BIT (MADO_DOOR_WRONG_KEY) : 0);
    g_assert_cmpuint (judge (unknown, &facts), ==, 0);
    facts.may_be_ours = TRUE;
    g_assert_cmpuint (judge (keys, &facts), ==, 0);
    facts.may_be_ours = FALSE;
    facts.has_plaintext = TRUE;
    g_assert_cmpuint (judge (keys, &facts), ==, 0);
  }
  g_autofree char *current = mado_door_keys_current (keys, NOW);
  g_assert_cmpstr (current, ==, "AAAAAAAAAAAAAAAA");
  remove_keys (path);
}

static void
test_other_rules (void)
{
  g_autoptr (MadoDoorKeys) keys = mado_door_keys_new (NULL);
  g_auto (MadoDoorFacts) facts = { 0 }, plain = { .has_plaintext = TRUE, .has_integrity = TRUE }, bomb = { .is_bomb = TRUE };

  set_ids (&facts, "AAAAAAAAAAAAAAAA");
  facts.has_integrity = FALSE;
  g_assert_cmpuint (judge (keys, &facts), ==, BIT (MADO_DOOR_NO_INTEGRITY));
  facts.has_integrity = TRUE;
  facts.is_new_format = TRUE;
  g_assert_cmpuint (judge (keys, &facts), ==, BIT (MADO_DOOR_PACKET_VERSION));
  g_assert_cmpuint (judge (keys, &plain), ==, BIT (MADO_DOOR_PLAINTEXT));
  plain.may_be_encrypted = TRUE;
  g_assert_cmpuint (judge (keys, &plain), ==, 0);
  g_assert_cmpuint (judge (keys, &bomb), ==, BIT (MADO_DOOR_STRUCTURE)); /* and nothing that was not read */
}

static void
test_encrypted_only (void)
{
  const char *const only[] = { "vault@example.org", NULL }, *const both[] = { "vault+x@example.org", "csirt@example.org", NULL };
  MadoDoorSettings settings = { .encrypted_only = only };
  g_auto (MadoDoorFacts) plain = { .has_plaintext = TRUE };
  g_autoptr (MadoDoorKeys) keys = mado_door_keys_new (NULL);
  MadoDoorMail mail = { .facts = &plain, .recipients = ours, .now = NOW };

  g_assert_cmpuint (mado_door_judge (&settings, keys, &mail), ==, 0);
  mail.recipients = only;
  g_assert_cmpuint (mado_door_judge (&settings, keys, &mail), ==, BIT (MADO_DOOR_PLAINTEXT));
  mail.recipients = both;
  g_assert_cmpuint (mado_door_judge (&settings, keys, &mail), ==, 0);
}

static void
test_modes (void)
{
  MadoDoorSettings settings = { .modes = { [MADO_DOOR_PLAINTEXT] = MADO_DOOR_ON, [MADO_DOOR_SIZE] = MADO_DOOR_LOG } };
  guint broken = BIT (MADO_DOOR_PLAINTEXT) | BIT (MADO_DOOR_SIZE) | BIT (MADO_DOOR_WRONG_KEY);
  g_autofree char *names = mado_door_names (&settings, broken);

  g_assert_cmpint (mado_door_choose (&settings, broken, FALSE), ==, MADO_DOOR_PLAINTEXT);
  g_assert_cmpint (mado_door_choose (&settings, broken, TRUE), ==, MADO_DOOR_RULES); /* others would lose it */
  g_assert_cmpint (mado_door_choose (&settings, BIT (MADO_DOOR_SIZE), FALSE), ==, MADO_DOOR_RULES);
  g_assert_cmpstr (names, ==, "size,plaintext");
  g_assert_null (mado_door_names (&settings, BIT (MADO_DOOR_WRONG_KEY)));
}

static void
test_words (void)
{
  MadoDoorSettings settings = { .where = "https://example.org/key" };

  for (int i = 0; i < MADO_DOOR_RULES; i++) {
    g_autofree char *plain = mado_door_words ((MadoDoorRule) i, &settings, "AAAAAAAAAAAAAAAA", FALSE);
    g_autofree char *both = mado_door_words ((MadoDoorRule) i, &settings, NULL, TRUE);
    g_auto (GStrv) lines = g_strsplit (both, "\n", -1);
    g_assert_true (g_str_is_ascii (plain));
    g_assert_null (strpbrk (plain, "{}%\n"));
    g_assert_null (strpbrk (both, "{}%"));
    g_assert_cmpuint (g_strv_length (lines), ==, 2);
    g_assert_false (g_str_is_ascii (lines[1]));
    g_assert_cmpuint (strlen (lines[0]), <, 480); /* RFC 5321, 4.5.3.1.5, with room for codes */
    g_assert_cmpuint (strlen (lines[1]), <, 480);
    g_assert_cmpuint (strlen (mado_door_rule ((MadoDoorRule) i)->code), ==, 3);
    g_assert_cmpint (mado_door_rule ((MadoDoorRule) i)->code[0], ==, mado_door_rule ((MadoDoorRule) i)->extended[0]);
  }
  g_autofree char *words = mado_door_words (MADO_DOOR_WRONG_KEY, &settings, "AAAAAAAAAAAAAAAA", FALSE);
  g_assert_nonnull (strstr (words, "AAAAAAAAAAAAAAAA (https://example.org/key)"));
}

static void
test_keys_change (void)
{
  char *path = make_keys ();
  g_autoptr (MadoDoorKeys) keys = mado_door_keys_new (path);
  struct utimbuf later = { 2000000000, 2000000000 };

  g_assert_cmpint (mado_door_keys_judge (keys, "AAAAAAAAAAAAAAAA", NOW), ==, MADO_DOOR_KEY_OURS);
  g_assert_cmpint (mado_door_keys_judge (keys, "BBBBBBBBBBBBBBBB", NOW), ==, MADO_DOOR_KEY_EXPIRED);
  g_assert_false (mado_door_keys_have_certificates (keys));
  g_assert_true (g_file_set_contents (path, "EEEEEEEEEEEEEEEE\n#01ab 0\nbroken x\n", -1, NULL));
  g_assert_cmpint (g_utime (path, &later), ==, 0);
  g_assert_cmpint (mado_door_keys_judge (keys, "AAAAAAAAAAAAAAAA", NOW), ==, MADO_DOOR_KEY_FOREIGN);
  g_assert_cmpint (mado_door_keys_judge (keys, "EEEEEEEEEEEEEEEE", NOW), ==, MADO_DOOR_KEY_OURS);
  g_assert_cmpint (mado_door_keys_judge (keys, "#01AB", NOW), ==, MADO_DOOR_KEY_OURS);
  g_assert_true (mado_door_keys_have_certificates (keys));
  g_unlink (path); /* what was known stays */
  g_assert_true (mado_door_keys_are_known (keys));
  remove_keys (path);
}

static void
test_rate (void)
{
  g_autoptr (MadoDoorRate) rate = mado_door_rate_new (2, 60), free_for_all = mado_door_rate_new (0, 60);

  g_assert_true (mado_door_rate_count (rate, "192.0.2.0", NOW));
  g_assert_true (mado_door_rate_count (rate, "192.0.2.0", NOW + 1));
  g_assert_false (mado_door_rate_count (rate, "192.0.2.0", NOW + 59));
  g_assert_true (mado_door_rate_count (rate, "198.51.100.0", NOW + 59));
  g_assert_true (mado_door_rate_count (rate, "192.0.2.0", NOW + 60));
  for (int i = 0; i < 1000; i++)
    g_assert_true (mado_door_rate_count (free_for_all, "192.0.2.0", NOW));
  for (int i = 0; i < 250000; i++) { /* forgets, and does not grow */
    g_autofree char *network = g_strdup_printf ("n%d", i);
    g_assert_true (mado_door_rate_count (rate, network, NOW));
  }
}

static void
test_networks (void)
{
  static const char *const cases[][2] = {
    { "192.0.2.77", "192.0.2.0" }, { "2001:db8:1:2ff:3::1", "2001:db8:1:200::" }, { "local", NULL }, { "", NULL }, { "1.2.3", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *network = mado_door_network (cases[i][0]);
    g_assert_cmpstr (network, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/door-policy/wrong-key", test_wrong_key);
  g_test_add_func ("/intake/door-policy/other-rules", test_other_rules);
  g_test_add_func ("/intake/door-policy/encrypted-only", test_encrypted_only);
  g_test_add_func ("/intake/door-policy/modes", test_modes);
  g_test_add_func ("/intake/door-policy/words", test_words);
  g_test_add_func ("/intake/door-keys/change", test_keys_change);
  g_test_add_func ("/intake/door-rate/count", test_rate);
  g_test_add_func ("/intake/door-rate/networks", test_networks);
  return g_test_run ();
}
