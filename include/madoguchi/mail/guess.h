/* guess.h: which charset bytes without a true label are written in, by what the characters of each would be. Called
 * by charset.h alone. A guess is shown as one; nothing is decided by it but how text is shown. */
#pragma once

#include <glib.h>

typedef struct {
  const char *charset; /* our name of it: "utf-8", "cp932", "euc-jp", "gb18030", "big5", "cp949", "koi8-r",
                          "windows-1251", "iso-8859-5", "windows-1252"; "us-ascii" when no byte is above 127 */
  int score;           /* how much it looks like text in it, per 100 bytes above 127 */
  int latin;           /* the same for windows-1252 */
  gint64 weight;       /* the sum of what speaks for it: a handful of bytes is weak evidence */
} MadoGuess;

/* Looks at the first 64 KiB of @bytes. Escapes are not looked at (jis.h). */
MadoGuess mado_guess (const guint8 *bytes, gsize length);

/* How @bytes fit one of the names above that has two-byte characters or Cyrillic letters, measured like the score
 * above. G_MININT for any other name. */
int mado_guess_fit (const guint8 *bytes, gsize length, const char *charset);
