/* test-pgp-armor.c: only armour in good form is taken; everything else is left to gpg. */
#include "madoguchi/pgp/armor.h"

#include <string.h>

#define BEGIN "-----BEGIN PGP MESSAGE-----\n"
#define END "-----END PGP MESSAGE-----\n"
#define DATA "\xc1\x0c\x03\x11\x22\x33\x44\x55\x66"

static const struct {
  const char *name, *text;
  gsize size; /* of DATA that must come out; 0: left to gpg */
} cases[] = {
  { "plain", BEGIN "\nwQwDESIzRFVm\n" END, 9 },
  { "checksum", BEGIN "\nwQwDESIzRFVm\n=abcd\n" END, 9 },
  { "crlf", "-----BEGIN PGP MESSAGE-----\r\nVersion: 1\r\n\r\nwQwDESIz\r\nRFVm\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n", 9 },
  { "blank lines around", "\r\n\n" BEGIN "Comment: x\n \nwQwDESIzRFVm\n" END "\n\n", 9 },
  { "padded by one", BEGIN "\nwQwDESIzRFU=\n" END, 8 },
  { "padded by two", BEGIN "\nwQwDESIzRA==\n=abcd\n" END, 7 },
  { "empty", "", 0 },
  { "no data", BEGIN "\n" END, 0 },
  { "cut in the data", BEGIN "\nwQwDESIz", 0 },
  { "no end", BEGIN "\nwQwDESIzRFVm\n=abcd\n", 0 },
  { "another end", BEGIN "\nwQwDESIzRFVm\n-----END PGP SIGNATURE-----\n", 0 },
  { "words before", "see below\n" BEGIN "\nwQwDESIzRFVm\n" END, 0 },
  { "words after", BEGIN "\nwQwDESIzRFVm\n" END "regards\n", 0 },
  { "two messages", BEGIN "\nwQwDESIzRFVm\n" END BEGIN "\nwQwDESIzRFVm\n" END, 0 },
  { "no empty line", BEGIN "wQwDESIzRFVm\n" END, 0 },
  { "no padding", BEGIN "\nwQwDESIzRFU\n" END, 0 },
  { "a letter that is none", BEGIN "\nwQwDESI*RFVm\n" END, 0 },
  { "blanks inside", BEGIN "\nwQwD ESIzRFVm\n" END, 0 },
  { "data after padding", BEGIN "\nwQwDESIzRA==\nwQwD\n" END, 0 },
  { "text, not packets", BEGIN "\nSGVsbG8h\n" END, 0 },
  { "signed text", "-----BEGIN PGP SIGNED MESSAGE-----\n\nwQwDESIzRFVm\n" END, 0 },
};

#define SUM "=G508\n" /* of DATA */

/* What is missing or wrong in a checksum; NULL: nothing to do. */
static const struct {
  const char *name, *text, *repaired;
  gboolean was_wrong;
} repairs[] = {
  { "right", BEGIN "\nwQwDESIzRFVm\n" SUM END, NULL, FALSE },
  { "missing", BEGIN "\nwQwDESIzRFVm\n" END, BEGIN "\nwQwDESIzRFVm\n" SUM END, FALSE },
  { "wrong", BEGIN "\nwQwDESIzRFVm\n=abcd\n" END, BEGIN "\nwQwDESIzRFVm\n" SUM END, TRUE },
  { "wrong, with fields and CR LF", "-----BEGIN PGP SIGNATURE-----\r\nComment: =x: y\r\n\r\nwQwDESIzRFVm\r\n=abcd\r\n-----END PGP SIGNATURE-----\r\n",
    "-----BEGIN PGP SIGNATURE-----\r\nComment: =x: y\r\n\r\nwQwDESIzRFVm\r\n=G508\r\n-----END PGP SIGNATURE-----\r\n", TRUE },
  { "one of two", BEGIN "\nwQwDESIzRFVm\n" SUM END "and\n" BEGIN "\nwQwDESIzRFVm\n=AAAA\n" END "!",
    BEGIN "\nwQwDESIzRFVm\n" SUM END "and\n" BEGIN "\nwQwDESIzRFVm\n" SUM END "!", TRUE },
  { "signed text that looks like one", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n=abcd\n-----BEGIN PGP SIGNATURE-----\n\nwQwDESIzRFVm\n" SUM
    "-----END PGP SIGNATURE-----\n", NULL, FALSE },
  { "no armour", "hello\n=abcd\n", NULL, FALSE },
  { "no end", BEGIN "\nwQwDESIzRFVm\n=abcd\n", NULL, FALSE },
  { "an end that is a field", BEGIN "-----END PGP MESSAGE-----:\n\nwQwDESIzRFVm\n", NULL, FALSE },
  { "nothing", "", NULL, FALSE },
};

static gboolean
is_repaired (gsize i)
{
  gsize size = strlen (repairs[i].text), length = 0;
  g_autofree guint8 *copy = g_memdup2 (repairs[i].text, size);
  gboolean was_wrong = FALSE;
  g_autoptr (GBytes) repaired = mado_pgp_armor_repair (copy, size, &was_wrong);
  const char *text = repaired == NULL ? NULL : g_bytes_get_data (repaired, &length);

  if (repairs[i].repaired == NULL || text == NULL)
    return text == NULL && repairs[i].repaired == NULL && !was_wrong;
  return was_wrong == repairs[i].was_wrong && length == strlen (repairs[i].repaired) && memcmp (text, repairs[i].repaired, length) == 0;
}

int
main (int argc, char **argv)
{
  (void) argc, (void) argv;
  g_print ("1..%u\n", (guint) (G_N_ELEMENTS (cases) + G_N_ELEMENTS (repairs)));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree guint8 *copy = g_memdup2 (cases[i].text, strlen (cases[i].text)); /* no byte beyond its end */
    g_autoptr (GBytes) binary = NULL;
    gsize size = 0;
    gboolean taken = mado_pgp_dearmor (copy, strlen (cases[i].text), &binary);
    const void *bytes = binary == NULL ? NULL : g_bytes_get_data (binary, &size);
    gboolean ok = taken == (cases[i].size > 0) && size == cases[i].size && (size == 0 || memcmp (bytes, DATA, size) == 0);

    g_print ("%s %u - %s\n", ok ? "ok" : "not ok", (guint) i + 1, cases[i].name);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (repairs); i++)
    g_print ("%s %u - checksum: %s\n", is_repaired (i) ? "ok" : "not ok", (guint) (G_N_ELEMENTS (cases) + i + 1), repairs[i].name);
  return 0;
}
