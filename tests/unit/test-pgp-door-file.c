/* Which of our keys the door is told of. */
#include "madoguchi/pgp/door-file.h"

static void
add (GPtrArray *own, const char *fingerprint, const char *subkey, const char *use, gint64 expires)
{
  MadoOwnKey *key = mado_own_key_new ();

  key->fingerprint = g_strdup (fingerprint);
  key->subkey = g_strdup (subkey);
  g_strfreev (key->uses);
  key->uses = g_strsplit (use, " ", -1);
  key->created = 1500000000;
  key->expires = expires;
  g_ptr_array_add (own, key);
}

static void
test_lines (void)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_own_key_free);
  const char *primary = "0000111122223333444455556666777788889999", *sub = "AAAA1111222233334444555566667777BBBBCCCC";

  add (own, primary, NULL, "certify sign", 0);
  add (own, primary, sub, "encrypt", 1900000000);
  add (own, "1234111122223333444455556666777788889999", NULL, "certify encrypt", 0);
  add (own, primary, "AAAA1111222233334444555566667777DDDDEEEE", "encrypt", 0);
  ((MadoOwnKey *) own->pdata[3])->is_revoked = TRUE;
  add (own, "ABCD111122223333444455556666777700000000", NULL, "encrypt", 0);
  ((MadoOwnKey *) own->pdata[4])->is_missing = TRUE;
  add (own, "ABCD111122223333444455556666777711111111", NULL, "encrypt", 0);
  ((MadoOwnKey *) own->pdata[5])->protocol = MADO_PROTOCOL_SMIME; /* whose number is not known */
  add (own, "ABCD111122223333444455556666777722222222", NULL, "sign encrypt", 1800000000);
  ((MadoOwnKey *) own->pdata[6])->protocol = MADO_PROTOCOL_SMIME;
  ((MadoOwnKey *) own->pdata[6])->serial = g_strdup ("01AB");
  g_autofree char *lines = mado_door_file_format (own);
  g_auto (GStrv) words = g_strsplit (lines, "\n", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 6);
  g_assert_cmpstr (words[1], ==, "66667777BBBBCCCC 1900000000");
  g_assert_cmpstr (words[2], ==, "6666777788889999 0");
  g_assert_cmpstr (words[3], ==, "66667777DDDDEEEE 1500000000");
  g_assert_cmpstr (words[4], ==, "#01AB 1800000000");
  g_assert_cmpstr (words[5], ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/door-file", test_lines);
  return g_test_run ();
}
