/* What the door tells the opener, and what only we can have written. */
#include "madoguchi/model/door-mark.h"
#include "madoguchi/model/reply-token.h"

#include <string.h>

static GBytes *
make_secret (const char *text)
{
  return g_bytes_new_static (text, strlen (text));
}

static void
test_mark (void)
{
  MadoDoorMark mark = { 1800000000, (char *) "192.0.2.7", (char *) "plaintext,size" };
  g_autoptr (GBytes) secret = make_secret ("0123456789abcdef"), other = make_secret ("0123456789abcdeX");
  g_autofree char *value = mado_door_mark_format (&mark, "ab12", secret);
  g_autoptr (MadoDoorMark) back = mado_door_mark_parse (value, "ab12", secret);

  g_assert_nonnull (back);
  g_assert_cmpint (back->time, ==, 1800000000);
  g_assert_cmpstr (back->client, ==, "192.0.2.7");
  g_assert_cmpstr (back->rules, ==, "plaintext,size");
  g_assert_null (mado_door_mark_parse (value, "ab13", secret)); /* of another mail */
  g_assert_null (mado_door_mark_parse (value, "ab12", other));
  for (gsize i = 0; value[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup (value);
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    g_assert_null (mado_door_mark_parse (changed, "ab12", secret));
  }
  g_assert_null (mado_door_mark_parse ("", "ab12", secret));
  g_assert_null (mado_door_mark_parse ("; m=", "ab12", secret));
}

static void
test_token (void)
{
  g_autoptr (GBytes) secret = make_secret ("0123456789abcdef"), other = make_secret ("0123456789abcdeX");
  g_autofree char *token = mado_reply_token_new (secret), *old = mado_reply_token_new (NULL);
  g_autofree char *address = g_strdup_printf ("csirt+%s@example.org", token), *shouted = g_ascii_strup (address, -1);
  g_autofree char *plain = g_strdup_printf ("csirt+%s@example.org", old);

  g_assert_true (mado_reply_token_fits (strlen (token)));
  g_assert_true (mado_reply_token_fits (strlen (old)));
  g_assert_false (mado_reply_token_fits (17));
  g_assert_false (mado_reply_token_is_foreign (address, secret));
  g_assert_false (mado_reply_token_is_foreign (shouted, secret));
  g_assert_true (mado_reply_token_is_foreign (address, other));
  g_assert_false (mado_reply_token_is_foreign (address, NULL));
  g_assert_false (mado_reply_token_is_foreign (plain, secret));
  g_assert_false (mado_reply_token_is_foreign ("csirt+list@example.org", secret));
  g_assert_false (mado_reply_token_is_foreign ("csirt@example.org", secret));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/door-mark", test_mark);
  g_test_add_func ("/model/reply-token", test_token);
  return g_test_run ();
}
