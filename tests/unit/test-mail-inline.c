/* Which lines of a text are OpenPGP blocks: "o" outside, "m" message, "s" clear-signed, "k" key, "x" secret key. */
#include "madoguchi/mail/inline.h"

#include <glib.h>
#include <string.h>

#define M "-----BEGIN PGP MESSAGE-----\n\naGVs\n=abcd\n-----END PGP MESSAGE-----\n"
#define S "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\ntext\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n"
#define K "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\naGVs\n-----END PGP PUBLIC KEY BLOCK-----\n"
#define X "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\naGVs\n-----END PGP PRIVATE KEY BLOCK-----\n"

#define LONG "\xe2\x80\x94\xe2\x80\x93" /* what keyboards make of five dashes */

static const struct {
  const char *name, *text, *kinds;
} cases[] = {
  { "nothing", "", "" },
  { "words", "hello\n", "o" },
  { "message", M, "m" },
  { "without-last-line-break", "-----BEGIN PGP MESSAGE-----\n\naGVs\n-----END PGP MESSAGE-----", "m" },
  { "cr-lf", "-----BEGIN PGP MESSAGE-----\r\n\r\naGVs\r\n-----END PGP MESSAGE-----\r\n", "m" },
  { "blanks-behind", "-----BEGIN PGP MESSAGE----- \nVersion: x \n \t\naGVs \n-----END PGP MESSAGE-----\xc2\xa0\n", "m" },
  { "no-break-space", "-----BEGIN PGP MESSAGE-----\nVersion: x\n\xa0\naGVs\n-----END PGP MESSAGE-----\n", "m" },
  { "no-empty-line", "-----BEGIN PGP MESSAGE-----\nVersion: x\naGVs\n-----END PGP MESSAGE-----\n", "m" },
  { "empty-lines-inside", "-----BEGIN PGP MESSAGE-----\n\naGVs\n\naGVs\n\n-----END PGP MESSAGE-----\n", "m" },
  { "long-dashes", LONG "BEGIN PGP MESSAGE" LONG "\n\naGVs\n" LONG "END PGP MESSAGE" LONG "\n", "m" },
  { "long-dashes-windows", "\x97-BEGIN PGP MESSAGE\x96\n\naGVs\n\x97-END PGP MESSAGE\x97\x96\n", "m" },
  { "dashes-too-few", "----BEGIN PGP MESSAGE-----\n\naGVs\n----END PGP MESSAGE-----\n", "o" },
  { "long-dashes-signed", LONG "BEGIN PGP SIGNED MESSAGE" LONG "\n\nt\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n", "o" },
  { "long-dashes-quoted", "> " LONG "BEGIN PGP MESSAGE" LONG "\n\naGVs\n" LONG "END PGP MESSAGE" LONG "\n", "o" },
  { "words-around", "a\n" M "b\n" M "c", "omomo" },
  { "side-by-side", M S K X M, "mskxm" },
  { "quoted", "> " M, "o" },
  { "indented", " " M, "o" },
  { "after-words", "see: " M, "o" },
  { "cut", "-----BEGIN PGP MESSAGE-----\n\naGVs\n", "o" },
  { "cut-at-once", "-----BEGIN PGP MESSAGE-----", "o" },
  { "cut-then-whole", "-----BEGIN PGP MESSAGE-----\n\naGVs\n" M, "om" },
  { "words-inside", "-----BEGIN PGP MESSAGE-----\n\naGVs\nbuy this!\n-----END PGP MESSAGE-----\n", "o" },
  { "other-end", "-----BEGIN PGP MESSAGE-----\n\naGVs\n-----END PGP PUBLIC KEY BLOCK-----\n", "o" },
  { "other-kind", "-----BEGIN PGP THING-----\n\naGVs\n-----END PGP THING-----\n", "o" },
  { "signed", S, "s" },
  { "signed-no-hash", "-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n", "s" },
  { "signed-other-header", "-----BEGIN PGP SIGNED MESSAGE-----\nNot: hash\n\nt\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n", "o" },
  { "signed-no-empty-line", "-----BEGIN PGP SIGNED MESSAGE-----\ntext\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n", "o" },
  { "signed-no-signature", "-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n", "o" },
  { "signed-in-signed", "-----BEGIN PGP SIGNED MESSAGE-----\n\nforged\n" S, "os" },
  { "message-in-signed", "-----BEGIN PGP SIGNED MESSAGE-----\n\nforged\n" M, "om" },
  { "escaped-in-signed", "-----BEGIN PGP SIGNED MESSAGE-----\n\n- -----BEGIN PGP MESSAGE-----\n"
    "-----BEGIN PGP SIGNATURE-----\n\naGVs\n-----END PGP SIGNATURE-----\n", "s" },
};

static void
test_case (gconstpointer data)
{
  const gsize i = (gsize) data;
  g_autofree char *copy = g_memdup2 (cases[i].text, strlen (cases[i].text)); /* a sanitizer sees a read beyond the end */
  g_autoptr (GPtrArray) blocks = mado_inline_find (copy, strlen (cases[i].text), 100);
  g_autoptr (GString) kinds = g_string_new (NULL);
  gsize end = 0;

  for (guint k = 0; k < blocks->len; k++) {
    const MadoInlineBlock *block = g_ptr_array_index (blocks, k);
    g_assert_cmpuint (block->start, ==, end);
    end = block->start + block->size;
    g_string_append_c (kinds, "omskx"[block->kind]);
    g_assert_true ((block->armor == NULL) == (block->kind == MADO_INLINE_OUTSIDE));
  }
  g_assert_cmpuint (end, ==, strlen (cases[i].text));
  g_assert_cmpstr (kinds->str, ==, cases[i].kinds);
}

static void
test_armor (void)
{
  static const char text[] = "-----BEGIN PGP MESSAGE-----\r\nComment: x\r\nCharset: ISO-2022-JP\r\n\xc2\xa0\r\naGVs \r\n=abcd\r\n"
                             "-----END PGP MESSAGE-----\r\n";
  g_autoptr (GPtrArray) blocks = mado_inline_find (text, strlen (text), 100);
  const MadoInlineBlock *block = g_ptr_array_index (blocks, 0);

  g_assert_cmpstr (block->armor, ==, M);
  g_assert_cmpstr (block->charset, ==, "ISO-2022-JP");
}

static void
test_charset_is_a_token (void)
{
  static const char text[] = "-----BEGIN PGP MESSAGE-----\nCharset: utf-8\"; x=\"y\n\naGVs\n-----END PGP MESSAGE-----\n";
  g_autoptr (GPtrArray) blocks = mado_inline_find (text, strlen (text), 100);

  g_assert_null (((MadoInlineBlock *) g_ptr_array_index (blocks, 0))->charset);
}

static void
test_signed_text (void)
{
  static const char text[] = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\xc2\xa0\n- -- \r\n- - x\n-----BEGIN PGP SIGNATURE-----\n\naGVs\n"
                             "-----END PGP SIGNATURE-----\n";
  g_autoptr (GPtrArray) blocks = mado_inline_find (text, strlen (text), 100);
  const MadoInlineBlock *block = g_ptr_array_index (blocks, 0);
  g_autoptr (GBytes) plain = mado_inline_unescape (text + block->text_start, block->text_size);

  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "-- \r\n- x\n", 9);
  g_assert_true (g_str_has_prefix (block->armor, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -- \r\n"));
}

static void
test_most (void)
{
  g_autoptr (GPtrArray) blocks = mado_inline_find (M M M, strlen (M) * 3, 2);

  g_assert_cmpuint (blocks->len, ==, 3);
  g_assert_cmpint (((MadoInlineBlock *) g_ptr_array_index (blocks, 2))->kind, ==, MADO_INLINE_OUTSIDE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/mail/inline/%s", cases[i].name);
    g_test_add_data_func (path, (gconstpointer) i, test_case);
  }
  g_test_add_func ("/mail/inline/armor", test_armor);
  g_test_add_func ("/mail/inline/charset-is-a-token", test_charset_is_a_token);
  g_test_add_func ("/mail/inline/signed-text", test_signed_text);
  g_test_add_func ("/mail/inline/most", test_most);
  return g_test_run ();
}
