/* Kinds of OpenPGP data by their packet headers. */
#include "madoguchi/pgp/packets.h"

#include <glib.h>
#include <string.h>

#define PKESK "\xc1\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01\x00\x00"
#define HIDDEN "\xc1\x0c\x03\0\0\0\0\0\0\0\0\x01\x00\x00"

typedef struct {
  const char *name;
  const char *bytes;
  gsize size;
  MadoPacketsKind kind;
  guint recipients;
  guint passphrases;
  guint8 container, version;
} Case;

#define BYTES(text) text, sizeof (text) - 1

static const Case cases[] = {
  { "empty", BYTES (""), MADO_PACKETS_JUNK, 0, 0, 0, 0 },
  { "words", BYTES ("hello\n"), MADO_PACKETS_JUNK, 0, 0, 0, 0 },
  { "seipd", BYTES (PKESK "\xd2\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "two-recipients", BYTES (PKESK HIDDEN "\xd2\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 2, 0, 18, 1 },
  { "seipd-2", BYTES (PKESK "\xd2\x05\x02xxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 2 },
  { "no-integrity", BYTES (PKESK "\xc9\x05xxxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 9, 'x' },
  { "librepgp", BYTES (PKESK "\xd4\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 20, 1 },
  { "passphrase", BYTES ("\xc3\x04\x04\x09\x00\x08\xd2\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 0, 1, 18, 1 },
  { "old-format", BYTES ("\x85\x00\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01\x00\x00\xd2\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "marker-first", BYTES ("\xca\x03PGP" PKESK "\xd2\x05\x01xxxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "partial-length", BYTES (PKESK "\xd2\xe2\x01xxx"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "cut-in-recipient", BYTES ("\xc1\x0c\x03\x11"), MADO_PACKETS_ENCRYPTED, 1, 0, 0, 0 },
  { "huge-length", BYTES ("\xc1\xff\xff\xff\xff\xff\x03"), MADO_PACKETS_ENCRYPTED, 1, 0, 0, 0 },
  { "cut-in-length", BYTES ("\xc1\xff\x00\x00\x00"), MADO_PACKETS_JUNK, 0, 0, 0, 0 },
  { "signature", BYTES ("\xc2\x05\x04xxxx"), MADO_PACKETS_SIGNATURE, 0, 0, 0, 4 },
  { "signature-6", BYTES ("\xc2\x05\x06xxxx"), MADO_PACKETS_SIGNATURE, 0, 0, 0, 6 },
  { "one-pass", BYTES ("\xc4\x05\x03xxxx"), MADO_PACKETS_SIGNED, 0, 0, 0, 3 },
  { "literal", BYTES ("\xcb\x05"
                      "bxxxx"),
    MADO_PACKETS_SIGNED, 0, 0, 0, 'b' },
  { "compressed-nothing", BYTES ("\xc8\x01\x00"), MADO_PACKETS_SIGNED, 0, 0, 0, 0 },
  { "key", BYTES ("\xc6\x05\x04xxxx"), MADO_PACKETS_KEY, 0, 0, 0, 0 },
  { "armor", BYTES ("-----BEGIN PGP MESSAGE-----\n\nwQwDESIzRFVmd4gBAADSBQF4eHh4\n-----END PGP MESSAGE-----\n"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-header", BYTES ("-----BEGIN PGP MESSAGE-----\r\nVersion: x\r\nCharset: y\r\n\r\nwQwDESIzRFVmd4gBAADSBQF4eHh4\r\n=abcd\r\n"),
    MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-blank-line-with-blanks", BYTES ("-----BEGIN PGP MESSAGE-----\nVersion: x\n \t\nwQwDESIzRFVmd4gBAADSBQF4eHh4\n"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-blank-line-nbsp", BYTES ("-----BEGIN PGP MESSAGE-----\nVersion: x\n\xc2\xa0\nwQwDESIzRFVmd4gBAADSBQF4eHh4\n"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-no-blank-line", BYTES ("-----BEGIN PGP MESSAGE-----\nwQwDESIzRFVmd4gBAADSBQF4eHh4\n"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-words-before", BYTES ("see below\n-----BEGIN PGP MESSAGE-----\n\nwQwDESIzRFVmd4gBAADSBQF4eHh4\n"), MADO_PACKETS_ENCRYPTED, 1, 0, 18, 1 },
  { "armor-cut", BYTES ("-----BEGIN PGP MESSAGE-----"), MADO_PACKETS_JUNK, 0, 0, 0, 0 },
  { "armor-cut-later", BYTES ("-----BEGIN PGP MESSAGE-----\n\n"), MADO_PACKETS_JUNK, 0, 0, 0, 0 },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_auto (MadoPackets) packets = { 0 };

  g_autofree guint8 *copy = g_memdup2 (one->bytes, one->size); /* so that a sanitizer sees a read beyond the end */

  mado_packets_read (copy, one->size, 100, &packets);
  g_assert_cmpint (packets.kind, ==, one->kind);
  g_assert_cmpuint (packets.recipient_count, ==, one->recipients);
  g_assert_cmpuint (packets.passphrases, ==, one->passphrases);
  g_assert_cmpuint (packets.container, ==, one->container);
  if (one->container != 0 || one->kind == MADO_PACKETS_SIGNATURE)
    g_assert_cmpuint (packets.version, ==, one->version);
}

/* RFC 9580, 10.3: a compressed packet may hold an encrypted message; only then it is looked into. */
static void
test_compressed (void)
{
  static const char stored[] = "\xc8\x24\x00" PKESK HIDDEN "\xd2\x05\x01xxxx";
  static const char text[] = "\xc8\x08\x00\xcb\x05"
                             "bxxxx";
  static const char twice[] = "\xc8\x27\x00\xc8\x25\x00" PKESK HIDDEN "\xd2\x05\x01xxxx"
                              "!";
  g_auto (MadoPackets) one = { 0 }, two = { 0 }, three = { 0 };

  mado_packets_read ((const guint8 *) stored, sizeof stored - 1, 100, &one);
  g_assert_cmpint (one.kind, ==, MADO_PACKETS_ENCRYPTED);
  g_assert_true (one.is_compressed);
  g_assert_cmpuint (one.recipient_count, ==, 2);
  g_assert_cmpuint (one.container, ==, 18);
  mado_packets_read ((const guint8 *) text, sizeof text - 1, 100, &two);
  g_assert_cmpint (two.kind, ==, MADO_PACKETS_SIGNED);
  g_assert_false (two.is_compressed);
  mado_packets_read ((const guint8 *) twice, sizeof twice - 1, 100, &three);
  g_assert_cmpint (three.kind, ==, MADO_PACKETS_ENCRYPTED);
}

/* What gpg must not see goes, everything else stays as it was. */
static void
test_strip (void)
{
  static const char mixed[] = "\xd5\x02xx\xfc\x02xx" PKESK "\xc3\x04\x04\x09\x00\x08" HIDDEN "\xd2\x05\x01xxxx\xc3rest";
  static const char kept[] = PKESK HIDDEN "\xd2\x05\x01xxxx\xc3rest";
  static const char plain[] = PKESK "\xd2\x05\x01xxxx";
  g_autoptr (GBytes) stripped = mado_packets_strip ((const guint8 *) mixed, sizeof mixed - 1);
  g_autoptr (GBytes) none = mado_packets_strip ((const guint8 *) plain, sizeof plain - 1);
  g_autoptr (GBytes) armor = mado_packets_strip ((const guint8 *) "-----BEGIN", 10);
  g_auto (MadoPackets) packets = { 0 };

  g_assert_null (none);
  g_assert_null (armor);
  g_assert_cmpmem (g_bytes_get_data (stripped, NULL), g_bytes_get_size (stripped), kept, sizeof kept - 1);
  mado_packets_read ((const guint8 *) mixed, sizeof mixed - 1, 100, &packets);
  g_assert_true (packets.has_padding);
}

/* RFC 9580, 5.1: which versions of recipients there are. */
static void
test_versions (void)
{
  g_auto (MadoPackets) packets = { 0 };
  static const char data[] = PKESK "\xc1\x02\x09x"
                                   "\xc1\x02\x06\x00"
                                   "\xc3\x04\x06\x09\x00\x08"
                                   "\xd2\x05\x02xxxx";

  mado_packets_read ((const guint8 *) data, sizeof data - 1, 100, &packets);
  g_assert_cmpuint (packets.recipient_count, ==, 3);
  g_assert_cmpuint (packets.old_recipients, ==, 1);
  g_assert_cmpuint (packets.new_recipients, ==, 2);
  g_assert_cmpuint (g_strv_length (packets.recipients), ==, 1);
}

static void
test_ids (void)
{
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read ((const guint8 *) PKESK HIDDEN "\xd2\x01\x01", 31, 100, &packets);
  g_assert_cmpstr (packets.recipients[0], ==, "1122334455667788");
  g_assert_cmpstr (packets.recipients[1], ==, "0000000000000000");
  g_assert_null (packets.recipients[2]);
}

/* Counting stops one above the cap, however many there are. */
static void
test_many (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_auto (MadoPackets) packets = { 0 };

  for (int i = 0; i < 100000; i++)
    g_byte_array_append (bytes, (const guint8 *) PKESK, 14);
  mado_packets_read (bytes->data, bytes->len, 500, &packets);
  g_assert_cmpuint (packets.recipient_count, ==, 501);
}

static void
test_noise (void)
{
  guint8 noise[64];

  for (int round = 0; round < 200000; round++) {
    g_auto (MadoPackets) packets = { 0 };
    for (gsize i = 0; i < sizeof noise; i++)
      noise[i] = (guint8) g_test_rand_int ();
    noise[0] |= 0x80;
    gsize size = (gsize) g_test_rand_int_range (1, sizeof noise);
    g_autofree guint8 *copy = g_memdup2 (noise, size);
    mado_packets_read (copy, size, 10, &packets);
  }
}

/* What follows the encrypted data, however long these say they are. */
static void
test_rest (void)
{
  static const struct {
    const char *bytes;
    gsize size;
    gboolean has_rest;
  } rows[] = {
#define SESSION "\xc1\x0a\x03" \
                "01234567"     \
                "\x01"
#define DATA "\xd2\x05\x01" \
             "abcd"
#define ROW(text, rest) { text, sizeof text - 1, rest }
    ROW (SESSION DATA, FALSE),
    ROW (SESSION DATA "\r\n \n", FALSE),
    ROW (SESSION DATA "\xc2\x01\x04", TRUE),
    ROW (SESSION DATA "x", TRUE),
    ROW (SESSION "\xd2\xe1\x01"
                 "a\x02"
                 "bc",
         FALSE), /* in chunks of 2 and 2 */
    ROW (SESSION "\xd2\xe1\x01"
                 "a\x02"
                 "bc\xc2\x01\x04",
         TRUE),
    ROW (SESSION "\xd2\xe1\x01"
                 "a\xe1"
                 "bc",
         FALSE), /* cut */
    ROW (SESSION "\xd2\x7f\x01"
                 "abcd",
         FALSE),
    ROW (SESSION "\xd2\xff\xff\xff\xff\xff\x01"
                 "abcd",
         FALSE),
    ROW ("\xa3\x00" SESSION DATA, FALSE), /* compressed, to the end */
    ROW ("\xa3\x00" SESSION DATA "\xc2\x01\x04", TRUE),
    ROW ("\xc8\x14\x00" SESSION DATA, FALSE),
    ROW ("\xc8\x14\x00" SESSION DATA "\xc2\x01\x04", TRUE),
    ROW ("\xc8\x17\x00" SESSION DATA "\xc2\x01\x04", TRUE),
    ROW ("\xc8\xe4\x00" SESSION "\xd2\x01\x01\x05\xc2\x01\x04"
         "ab",
         TRUE), /* nobody looks into chunks */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree guint8 *exact = g_memdup2 (rows[i].bytes, rows[i].size);
    g_autofree char *base64 = g_base64_encode (exact, rows[i].size);
    g_autofree char *armor = g_strdup_printf ("-----BEGIN PGP MESSAGE-----\n\n%s\n=AAAA\n-----END PGP MESSAGE-----\n", base64);
    g_auto (MadoPackets) binary = { 0 }, armored = { 0 };

    mado_packets_read (exact, rows[i].size, 10, &binary);
    mado_packets_read ((const guint8 *) armor, strlen (armor), 10, &armored);
    g_assert_cmpint (binary.kind, ==, MADO_PACKETS_ENCRYPTED);
    g_assert_cmpint (binary.has_rest, ==, rows[i].has_rest);
    g_assert_cmpint (armored.has_rest, ==, rows[i].has_rest);
  }
}

/* A key has to be tried when nobody says whose it is, or when the same name comes twice. */
static void
test_trials (void)
{
  static const char bytes[] = HIDDEN PKESK HIDDEN PKESK PKESK "\xc1\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x99\x01\x00\x00"
                                                              "\xd2\x05\x01xxxx";
  g_auto (MadoPackets) packets = { 0 };

  mado_packets_read ((const guint8 *) bytes, sizeof bytes - 1, 100, &packets);
  g_assert_cmpuint (packets.recipient_count, ==, 6);
  g_assert_cmpuint (packets.trials, ==, 4);
}

static void
test_first (void)
{
  static const char bytes[] = "\xc2\x05\x04xxxx\xc2\x05\x04yyyy\xc2\x05\x04zzzz";
  const guint8 *all = (const guint8 *) bytes;
  g_autoptr (GBytes) two = mado_packets_first (all, sizeof bytes - 1, 2);
  gsize size;
  const guint8 *data = g_bytes_get_data (two, &size);

  g_assert_cmpmem (data, size, bytes, 14);
  g_assert_null (mado_packets_first (all, sizeof bytes - 1, 3)); /* no more than that */
  g_assert_null (mado_packets_first (all, sizeof bytes - 1, 4));
  g_assert_null (mado_packets_first ((const guint8 *) "words", 5, 1));
  g_assert_null (mado_packets_first (all, 0, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/pgp/packets/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/pgp/packets/ids", test_ids);
  g_test_add_func ("/pgp/packets/compressed", test_compressed);
  g_test_add_func ("/pgp/packets/strip", test_strip);
  g_test_add_func ("/pgp/packets/versions", test_versions);
  g_test_add_func ("/pgp/packets/many", test_many);
  g_test_add_func ("/pgp/packets/noise", test_noise);
  g_test_add_func ("/pgp/packets/rest", test_rest);
  g_test_add_func ("/pgp/packets/trials", test_trials);
  g_test_add_func ("/pgp/packets/first", test_first);
  return g_test_run ();
}
