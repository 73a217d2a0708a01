/* What the door sees of a mail from outside: whole mails, in every way of cutting them. */
#include "madoguchi/intake/door-reader.h"

#include <string.h>
#include <time.h>

static const MadoDoorLimits limits = { 10, 50, 4096, 100 };

/* (transfer full) an armoured message to @key_id (16 hex digits): a session-key packet and one of encrypted data. */
static char *
make_armor (const char *key_id, guint8 container, guint8 version)
{
  g_autoptr (GByteArray) packets = g_byte_array_new ();
  guint8 pkesk[] = { 0xc1, 13, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1 }, data[] = { (guint8) (0xc0 | container), 4, version, 1, 2, 3 };

  for (int i = 0; i < 8; i++)
    pkesk[3 + i] = (guint8) (g_ascii_xdigit_value (key_id[2 * i]) * 16 + g_ascii_xdigit_value (key_id[2 * i + 1]));
  g_byte_array_append (packets, pkesk, sizeof pkesk);
  g_byte_array_append (packets, data, sizeof data);
  g_autofree char *text = g_base64_encode (packets->data, packets->len);
  return g_strdup_printf ("-----BEGIN PGP MESSAGE-----\n\n%s\n-----END PGP MESSAGE-----\n", text);
}

static void
read_in_pieces (const char *mail, gsize step, MadoDoorFacts *facts)
{
  g_autoptr (MadoDoorReader) reader = mado_door_reader_new (&limits);
  gsize length = strlen (mail);

  for (gsize at = 0; at < length; at += step)
    mado_door_reader_feed (reader, mail + at, MIN (step, length - at));
  mado_door_reader_finish (reader, facts);
}

/* Reads @mail in pieces of several sizes; all see the same. */
static void
read_mail (const char *mail, MadoDoorFacts *facts)
{
  static const gsize steps[] = { 1, 2, 7, 64, 100000 };

  read_in_pieces (mail, steps[0], facts);
  for (gsize i = 1; i < G_N_ELEMENTS (steps); i++) {
    g_auto (MadoDoorFacts) other = { 0 };
    read_in_pieces (mail, steps[i], &other);
    g_assert_cmpuint (other.ciphertexts, ==, facts->ciphertexts);
    g_assert_cmpint (other.may_be_encrypted, ==, facts->may_be_encrypted);
    g_assert_cmpint (other.has_plaintext, ==, facts->has_plaintext);
    g_assert_cmpint (other.may_be_ours, ==, facts->may_be_ours);
    g_assert_cmpuint (other.parts, ==, facts->parts);
    g_assert_cmpuint (other.recipients->len, ==, facts->recipients->len);
  }
}

static char *
pgp_mime (const char *armor)
{
  return g_strdup_printf ("From: a@example.net\nContent-Type: multipart/encrypted;\n\tprotocol=\"application/pgp-encrypted\"; boundary=\"b 1\"\n\n"
                          "This is a message\n--b 1\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
                          "--b 1\r\nContent-Type: application/octet-stream\n\n%s\n--b 1--\n", armor);
}

static void
test_plain (void)
{
  g_auto (MadoDoorFacts) facts = { 0 }, parts = { 0 }, empty = { 0 };

  read_mail ("Subject: x\n\nWords\n", &facts);
  g_assert_false (facts.may_be_encrypted);
  g_assert_true (facts.has_plaintext);
  g_assert_cmpuint (facts.parts, ==, 1);
  read_mail ("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nWords\n--x\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw==\n--x--\n", &parts);
  g_assert_false (parts.may_be_encrypted);
  g_assert_cmpuint (parts.parts, ==, 3);
  read_mail ("", &empty);
  g_assert_false (empty.may_be_encrypted);
  g_assert_false (empty.has_plaintext);
}

static void
test_pgp_mime (void)
{
  g_autofree char *armor = make_armor ("0123456789ABCDEF", 18, 1);
  g_autofree char *mail = pgp_mime (armor);
  g_auto (MadoDoorFacts) facts = { 0 };

  read_mail (mail, &facts);
  g_assert_true (facts.may_be_encrypted);
  g_assert_cmpuint (facts.ciphertexts, ==, 1);
  g_assert_cmpuint (facts.recipients->len, ==, 1);
  g_assert_cmpstr (facts.recipients->pdata[0], ==, "0123456789ABCDEF");
  g_assert_false (facts.has_plaintext);
  g_assert_false (facts.may_be_ours);
  g_assert_true (facts.has_integrity);
  g_assert_false (facts.is_new_format);
}

static void
test_inline (void)
{
  g_autofree char *armor = make_armor ("0123456789ABCDEF", 18, 1);
  g_autofree char *bare = g_strdup_printf ("Subject: x\n\n%s", armor);
  g_autofree char *words = g_strdup_printf ("Subject: x\n\nHello\n%s", armor);
  g_autofree char *text = g_base64_encode ((const guchar *) armor, strlen (armor));
  g_autofree char *coded = g_strdup_printf ("Subject: x\nContent-Transfer-Encoding: BASE64\n\n%s\n", text);
  g_auto (MadoDoorFacts) one = { 0 }, two = { 0 }, three = { 0 }, quoted = { 0 };

  read_mail (bare, &one);
  g_assert_cmpuint (one.ciphertexts, ==, 1);
  g_assert_false (one.has_plaintext);
  read_mail (words, &two);
  g_assert_cmpuint (two.ciphertexts, ==, 1);
  g_assert_true (two.has_plaintext);
  read_mail (coded, &three);
  g_assert_cmpuint (three.ciphertexts, ==, 1);
  g_assert_false (three.has_plaintext);
  read_mail ("Subject: x\n\n> -----BEGIN PGP MESSAGE-----\n> junk\n", &quoted); /* who knows */
  g_assert_true (quoted.may_be_encrypted);
  g_assert_true (quoted.may_be_ours);
}

static void
test_odd_ciphertexts (void)
{
  g_autofree char *hidden = make_armor ("0000000000000000", 18, 1), *sed = make_armor ("0123456789ABCDEF", 9, 1);
  g_autofree char *v2 = make_armor ("0123456789ABCDEF", 18, 2), *libre = make_armor ("0123456789ABCDEF", 20, 1);
  g_autofree char *mails[] = { pgp_mime (hidden), pgp_mime (sed), pgp_mime (v2), pgp_mime (libre), pgp_mime ("junk") };
  MadoDoorFacts facts[5] = { { 0 } };

  for (int i = 0; i < 5; i++)
    read_mail (mails[i], &facts[i]);
  g_assert_true (facts[0].may_be_ours);
  g_assert_cmpuint (facts[0].recipients->len, ==, 0);
  g_assert_false (facts[1].has_integrity);
  g_assert_true (facts[2].is_new_format);
  g_assert_false (facts[3].is_new_format);
  g_assert_cmpuint (facts[4].ciphertexts, ==, 0); /* lost on the way, but it was no plaintext */
  g_assert_true (facts[4].may_be_encrypted);
  for (int i = 0; i < 5; i++) {
    mado_door_facts_clear (&facts[i]);
    g_free (g_steal_pointer (&mails[i]));
  }
}

/* One that we can read is enough, wherever it stands. */
static void
test_several_ciphertexts (void)
{
  g_autofree char *good = make_armor ("0123456789ABCDEF", 18, 1), *sed = make_armor ("0123456789ABCDEF", 9, 1);
  g_autofree char *v2 = make_armor ("0123456789ABCDEF", 18, 2);
  const struct {
    const char *first, *second;
    gboolean has_integrity, is_new_format;
  } rows[] = { { sed, good, TRUE, FALSE }, { good, sed, TRUE, FALSE }, { v2, good, TRUE, FALSE }, { good, v2, TRUE, FALSE },
               { sed, sed, FALSE, FALSE }, { v2, v2, TRUE, TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *mail = g_strdup_printf ("Subject: x\n\n%s\n%s", rows[i].first, rows[i].second);
    g_auto (MadoDoorFacts) facts = { 0 };
    read_mail (mail, &facts);
    g_assert_cmpuint (facts.ciphertexts, ==, 2);
    g_assert_cmpint (facts.has_integrity, ==, rows[i].has_integrity);
    g_assert_cmpint (facts.is_new_format, ==, rows[i].is_new_format);
  }
}

static void
test_smime (void)
{
  g_auto (MadoDoorFacts) facts = { 0 };

  read_mail ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQ==\n", &facts);
  g_assert_true (facts.may_be_encrypted);
  g_assert_true (facts.may_be_ours);
}

static void
test_forwarded (void)
{
  g_autofree char *armor = make_armor ("0123456789ABCDEF", 18, 1);
  g_autofree char *inner = pgp_mime (armor);
  g_autofree char *mail = g_strdup_printf ("Content-Type: multipart/mixed; boundary=o\n\n--o\n\nLook:\n--o\nContent-Type: message/rfc822\n\n%s\n--o--\n", inner);
  g_auto (MadoDoorFacts) facts = { 0 };

  read_mail (mail, &facts);
  g_assert_cmpuint (facts.ciphertexts, ==, 1);
  g_assert_true (facts.has_plaintext);
}

static void
test_bombs (void)
{
  g_autoptr (GString) many = g_string_new ("Content-Type: multipart/mixed; boundary=x\n\n"), deep = g_string_new (NULL);
  g_autofree char *long_line = g_strnfill (5000, 'a');
  g_autofree char *big = g_strdup_printf ("X: %s\n\nWords\n", long_line);
  g_auto (MadoDoorFacts) a = { 0 }, b = { 0 }, c = { 0 };

  for (int i = 0; i < 60; i++)
    g_string_append (many, "--x\n\n\n");
  read_in_pieces (many->str, 100, &a);
  g_assert_true (a.is_bomb);
  for (int i = 0; i < 12; i++)
    g_string_append_printf (deep, "Content-Type: multipart/mixed; boundary=d%d\n\n--d%d\n", i, i);
  read_in_pieces (deep->str, 100, &b);
  g_assert_true (b.is_bomb);
  read_in_pieces (big, 100, &c);
  g_assert_true (c.is_bomb);
}

/* A boundary may be as long as a header: that must not be paid again for each line that begins like one. */
static void
test_long_boundaries (void)
{
  static const MadoDoorLimits wide = { 100, 10000, 100 * 1024, 100 };
  g_autoptr (MadoDoorReader) reader = mado_door_reader_new (&wide);
  g_autofree char *filling = g_strnfill (60000, 'x');
  g_auto (MadoDoorFacts) facts = { 0 };
  clock_t start = clock ();

  for (int i = 0; i < 90; i++) {
    g_autofree char *part = g_strdup_printf ("Content-Type: multipart/mixed; boundary=b%d%s\n\n--b%d%s\n", i, filling, i, filling);
    mado_door_reader_feed (reader, part, strlen (part));
  }
  mado_door_reader_feed (reader, "\n", 1);
  for (int i = 0; i < 100000; i++)
    mado_door_reader_feed (reader, "--b\n", 4);
  mado_door_reader_finish (reader, &facts);
  g_assert_false (facts.is_bomb);
  g_assert_cmpuint (facts.parts, ==, 91);
  g_assert_cmpfloat ((double) (clock () - start) / CLOCKS_PER_SEC, <, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/door-reader/plain", test_plain);
  g_test_add_func ("/intake/door-reader/pgp-mime", test_pgp_mime);
  g_test_add_func ("/intake/door-reader/inline", test_inline);
  g_test_add_func ("/intake/door-reader/odd-ciphertexts", test_odd_ciphertexts);
  g_test_add_func ("/intake/door-reader/several-ciphertexts", test_several_ciphertexts);
  g_test_add_func ("/intake/door-reader/smime", test_smime);
  g_test_add_func ("/intake/door-reader/forwarded", test_forwarded);
  g_test_add_func ("/intake/door-reader/bombs", test_bombs);
  g_test_add_func ("/intake/door-reader/long-boundaries", test_long_boundaries);
  return g_test_run ();
}
