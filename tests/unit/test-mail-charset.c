/* What Japanese mail really sends, and what must be read. */
#include "madoguchi/mail/charset.h"

#include <glib.h>
#include <string.h>

typedef struct {
  const char *name;
  const char *bytes;
  const char *label;
  const char *text;
  const char *used;
  guint notes;
} Case;

static const Case cases[] = {
  { "ascii", "hello", "us-ascii", "hello", "us-ascii", 0 },
  { "no-label", "hello", NULL, "hello", "us-ascii", 0 },
  { "jis", "\x1b$B%F%9%H\x1b(B", "ISO-2022-JP", "テスト", "iso-2022-jp", 0 },
  { "jis-odd-case", "\x1b$B%F%9%H\x1b(B", "Iso-2022-JP", "テスト", "iso-2022-jp", 0 },
  { "jis-old-escape", "\x1b$@%F%9%H\x1b(J", "iso-2022-jp", "テスト", "iso-2022-jp", 0 },
  { "jis-no-last-escape", "\x1b$B%F%9%H", "iso-2022-jp", "テスト", "iso-2022-jp", 0 },
  { "jis-ends-with-line", "\x1b$B%F%9%H\nabc", "iso-2022-jp", "テスト\nabc", "iso-2022-jp", 0 },
  { "jis-circled-digits", "\x1b$B-!-\"\x1b(B", "iso-2022-jp", "①②", "iso-2022-jp", 0 },
  { "jis-kabu", "\x1b$B-j\x1b(B", "iso-2022-jp", "㈱", "iso-2022-jp", 0 },
  { "jis-ibm-kanji", "\x1b$B|b\x1b(B", "iso-2022-jp", "髙", "iso-2022-jp", 0 },
  { "jis-half-kana", "\x1b(I6E\x1b(B", "iso-2022-jp", "ｶﾅ", "iso-2022-jp", 0 },
  { "jis-wave-and-dash", "\x1b$B!A!=\x1b(B", "iso-2022-jp", "～―", "iso-2022-jp", 0 },
  { "jis-unlabelled", "\x1b$B%F%9%H\x1b(B", NULL, "テスト", "iso-2022-jp", 0 },
  { "jis-called-ascii", "\x1b$B%F%9%H\x1b(B", "us-ascii", "テスト", "iso-2022-jp", MADO_CHARSET_OVERRULED },
  { "jis-called-utf8", "\x1b$B%F%9%H\x1b(B", "utf-8", "テスト", "iso-2022-jp", MADO_CHARSET_OVERRULED },
  { "jis-foreign-escape", "\x1b%5x", "iso-2022-jp", "\xef\xbf\xbd%5x", "iso-2022-jp", MADO_CHARSET_BROKEN },
  { "jis-half-a-pair", "\x1b$B%F%", "iso-2022-jp", "テ\xef\xbf\xbd", "iso-2022-jp", MADO_CHARSET_BROKEN },
  { "sjis", "\x83\x65\x83\x58\x83\x67", "Shift_JIS", "テスト", "shift_jis", 0 },
  { "sjis-circled", "\x87\x40", "x-sjis", "①", "x-sjis", 0 },
  { "windows-31j", "\x87\x40\xfb\xfc", "windows-31j", "①髙", "windows-31j", 0 },
  { "sjis-unlabelled", "\x83\x65\x83\x58\x83\x67\x82\xcc\x8c\x8f", NULL, "テストの件", "cp932", 0 },
  { "euc", "\xa5\xc6\xa5\xb9\xa5\xc8", "EUC-JP", "テスト", "euc-jp", 0 },
  { "euc-unlabelled", "\xa5\xc6\xa5\xb9\xa5\xc8\xa4\xce\xb7\xef\xa4\xc7\xa4\xb9", NULL, "テストの件です", "euc-jp", 0 },
  { "utf8", "テスト", "UTF-8", "テスト", "utf-8", 0 },
  { "utf8-called-utf8mb4", "テスト", "utf8", "テスト", "utf8", 0 },
  { "utf8-unlabelled", "テスト", NULL, "テスト", "utf-8", 0 },
  { "utf8-broken", "a\xff" "b", "utf-8", "a\xef\xbf\xbd" "b", "utf-8", MADO_CHARSET_BROKEN },
  { "latin1", "caf\xe9", "iso-8859-1", "café", "iso-8859-1", 0 },
  { "latin1-unlabelled", "le caf\xe9 de la r\xe9publique est ferm\xe9", NULL, "le café de la république est fermé", "windows-1252", 0 },
  { "unknown-label", "テスト", "x-nonsense", "テスト", "utf-8", MADO_CHARSET_UNKNOWN },
  { "sjis-bad-byte", "\x83\x65\xff\x83\x58", "shift_jis", "テ\xef\xbf\xbdス", "shift_jis", MADO_CHARSET_BROKEN },
  { "koi8", "\xd4\xc5\xd3\xd4", "koi8-r", "тест", "koi8-r", 0 },
  { "crlf", "a\r\nb\rc", "utf-8", "a\nb\rc", "utf-8", 0 },
  { "utf7-is-not-trusted", "+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-", "us-ascii", MADO_CHARSET_UTF7 },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autofree char *used = NULL;
  guint notes = 0;
  g_autofree char *text = mado_charset_decode ((const guint8 *) one->bytes, strlen (one->bytes), one->label, &used, &notes);

  g_assert_cmpstr (text, ==, one->text);
  g_assert_cmpstr (used, ==, one->used);
  g_assert_cmpuint (notes, ==, one->notes);
}

static void
test_nul (void)
{
  guint notes = 0;
  g_autofree char *text = mado_charset_decode ((const guint8 *) "a\0b", 3, "utf-8", NULL, &notes);
  g_autofree char *latin = mado_charset_decode ((const guint8 *) "a\0b", 3, "iso-8859-1", NULL, NULL);
  g_autofree char *empty = mado_charset_decode (NULL, 0, "iso-2022-jp", NULL, NULL);

  g_assert_cmpstr (text, ==, "a\xef\xbf\xbd" "b");
  g_assert_true (notes & MADO_CHARSET_BROKEN);
  g_assert_cmpstr (latin, ==, "a\xef\xbf\xbd" "b");
  g_assert_cmpstr (empty, ==, "");
}

/* Whatever the bytes, the result is UTF-8, and the work grows with the length alone. */
static void
test_noise (void)
{
  static const char *const labels[] = { NULL, "iso-2022-jp", "shift_jis", "euc-jp", "utf-8", "gb2312", "us-ascii" };
  g_autofree guint8 *noise = g_malloc (200000);

  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < 200000; i++)
      noise[i] = (guint8) g_test_rand_int ();
    for (gsize i = 0; i < G_N_ELEMENTS (labels); i++) {
      g_autofree char *text = mado_charset_decode (noise, round == 0 ? 200000 : round * 7, labels[i], NULL, NULL);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
  }
}

static void
test_keeps_ascii (void)
{
  static const char *const plain[] = { NULL, "", "us-ascii", "utf-8", "iso-8859-1", "iso-8859-15", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030", "koi8-r",
                                       "windows-1251", "big5", "euc-kr", "no-such-charset", "utf-7" };
  static const char *const wide[] = { "utf-16", "UTF-16BE", "utf-16le", "utf-32" };
  static const char *const other[] = { "ucs-4", "cp037", "ebcdic-us", "iso646-gb", "hz" };

  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    g_assert_true (mado_charset_keeps_ascii (plain[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (other); i++) {
    g_autofree char *text = mado_charset_decode ((const guint8 *) "100 $ # ~{VP~}  to Bob.~", 24, other[i], NULL, NULL);
    /* One that iconv does not know is read as if it were not there. */
    g_assert_cmpint (mado_charset_keeps_ascii (other[i]), ==, g_str_equal (text, "100 $ # ~{VP~}  to Bob.~"));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wide); i++) /* though ASCII alone under such a label is read as what it is */
    g_assert_false (mado_charset_keeps_ascii (wide[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/mail/charset/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/mail/charset/nul", test_nul);
  g_test_add_func ("/mail/charset/noise", test_noise);
  g_test_add_func ("/mail/charset/keeps-ascii", test_keeps_ascii);
  return g_test_run ();
}
