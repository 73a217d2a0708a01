/* test-spool-format.c: what is written reads back, and nothing else reads at all. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/spool/format.h"

#include <string.h>
#include <unistd.h>

#define ID "0123456789abcdef"

static GByteArray *
make_file (const MadoEnvelope *envelope, const void *raw, gsize length)
{
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, raw, length);
  char trailer[MADO_SPOOL_TRAILER + 1];
  GString *text = mado_spool_format_envelope (envelope, ID, 1795230000, &error);

  g_assert_no_error (error);
  mado_spool_format_trailer (length, sha256, trailer);
  g_assert_cmpuint (strlen (trailer), ==, MADO_SPOOL_TRAILER);
  g_byte_array_append (file, (const guint8 *) text->str, (guint) text->len);
  g_byte_array_append (file, raw, (guint) length);
  g_byte_array_append (file, (const guint8 *) trailer, MADO_SPOOL_TRAILER);
  g_string_free (text, TRUE);
  return file;
}

static MadoSpoolFile *
read_back (const guint8 *bytes, gsize length, GError **error)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);
  int fd = mado_fsio_memfd ("test", copy, NULL);

  g_assert_cmpint (fd, >=, 0);
  return mado_spool_read (fd, ID, TRUE, error);
}

static MadoEnvelope *
make_envelope (const char *from, const char *to)
{
  MadoEnvelope *envelope = mado_envelope_new ();

  envelope->door = g_strdup ("lmtp");
  envelope->client = g_strdup ("unix");
  envelope->mail_from = g_strdup (from);
  g_strfreev (envelope->recipients);
  envelope->recipients = g_new0 (char *, 3);
  envelope->recipients[0] = g_strdup (to);
  envelope->recipients[1] = g_strdup ("second@example.org");
  return envelope;
}

static void
test_round_trip (void)
{
  static const char *const values[] = { "", "a@example.net", "50%@x", "%0A%", "a\nto: b@evil\r\n\n", "\x01\x7f\t tab ",
                                        "\xe7\xaa\x93\xe5\x8f\xa3@\xe4\xbe\x8b.jp", ": ", " lead", "trail " };
  static const char raw[] = "Subject: x\r\n\0\n\n\x80\xff madoguchi-end: \n";

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (MadoEnvelope) envelope = make_envelope (values[i], values[i]);
    g_autoptr (GError) error = NULL;
    envelope->smtputf8 = i % 2;
    g_autoptr (GByteArray) bytes = make_file (envelope, raw, sizeof raw);
    g_autoptr (MadoSpoolFile) file = read_back (bytes->data, bytes->len, &error);
    char back[sizeof raw];
    g_assert_no_error (error);
    g_assert_cmpstr (file->envelope->mail_from, ==, values[i]);
    g_assert_cmpstr (file->envelope->recipients[0], ==, values[i]);
    g_assert_cmpstr (file->envelope->recipients[1], ==, "second@example.org");
    g_assert_cmpuint (g_strv_length (file->envelope->recipients), ==, 2);
    g_assert_cmpint (file->envelope->smtputf8, ==, i % 2);
    g_assert_cmpstr (file->envelope->door, ==, "lmtp");
    g_assert_cmpstr (file->envelope->client, ==, "unix");
    g_assert_cmpstr (file->envelope->queue_id, ==, ID);
    g_assert_cmpint (file->envelope->received, ==, 1795230000);
    g_assert_cmpuint (file->size, ==, sizeof raw);
    g_assert_cmpint (read (file->fd, back, sizeof back), ==, sizeof back);
    g_assert_cmpmem (back, sizeof back, raw, sizeof raw);
  }
}

static void
test_not_utf8 (void)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ("caf\xe9@x", "t@x");
  g_autoptr (GByteArray) bytes = make_file (envelope, "x", 1);
  g_autoptr (MadoSpoolFile) file = read_back (bytes->data, bytes->len, NULL);

  g_assert_nonnull (file);
  g_assert_cmpstr (file->envelope->mail_from, ==, "caf\xef\xbf\xbd@x");
}

static void
test_limits (void)
{
  g_autofree char *longest = g_strnfill (MADO_SPOOL_VALUE_MAX, '%');
  g_autofree char *longer = g_strnfill (MADO_SPOOL_VALUE_MAX + 1, 'a');
  g_autoptr (MadoEnvelope) fits = make_envelope (longest, longest);
  g_autoptr (MadoEnvelope) too_long = make_envelope (longer, "t@x");
  g_autoptr (MadoEnvelope) too_many = make_envelope ("f@x", "t@x");
  g_autoptr (GByteArray) bytes = make_file (fits, "x", 1);
  g_autoptr (MadoSpoolFile) file = read_back (bytes->data, bytes->len, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (file);
  g_assert_cmpstr (file->envelope->mail_from, ==, longest);
  g_assert_null (mado_spool_format_envelope (too_long, ID, 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  g_clear_error (&error);
  g_strfreev (too_many->recipients);
  too_many->recipients = g_new0 (char *, 401);
  for (int i = 0; i < 400; i++)
    too_many->recipients[i] = g_strdup (longest);
  g_assert_null (mado_spool_format_envelope (too_many, ID, 1, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
}

static void
refuse (const guint8 *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_back (bytes, length, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

static void
test_damage (void)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ("f@x", "t@x");
  g_autoptr (GByteArray) bytes = make_file (envelope, "Subject: x\r\n\r\nbody\r\n", 20);
  const char *raw = g_strstr_len ((const char *) bytes->data, bytes->len, "\n\n") + 2;
  gsize start = (gsize) (raw - (const char *) bytes->data);

  for (gsize length = 0; length < bytes->len; length++)
    refuse (bytes->data, length);
  for (gsize at = start; at < bytes->len; at++)
    for (guint bit = 0; bit < 8; bit++) {
      bytes->data[at] ^= (guint8) (1 << bit);
      refuse (bytes->data, bytes->len);
      bytes->data[at] ^= (guint8) (1 << bit);
    }
  for (gsize at = 0; at < strlen ("madoguchi-spool: 1\nqueue-id: " ID); at++) {
    bytes->data[at] ^= 2; /* the version, the keys, the id */
    g_autoptr (MadoSpoolFile) file = read_back (bytes->data, bytes->len, NULL);
    g_assert_null (file);
    bytes->data[at] ^= 2;
  }
  g_byte_array_append (bytes, (const guint8 *) "\n", 1);
  refuse (bytes->data, bytes->len);
}

static void
replace (GString *text, const char *find, const char *with)
{
  g_assert_cmpuint (g_string_replace (text, find, with, 1), ==, 1);
}

static void
test_versions (void)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope ("f@x", "t@x");
  g_autoptr (GByteArray) bytes = make_file (envelope, "raw", 3);
  g_autoptr (GString) later = g_string_new_len ((const char *) bytes->data, bytes->len);
  g_autoptr (GString) version = g_string_new_len ((const char *) bytes->data, bytes->len);
  g_autoptr (GString) broken = g_string_new_len ((const char *) bytes->data, bytes->len);

  replace (later, "door: lmtp\n", "door: lmtp\nspam-score: 4\n");
  g_autoptr (MadoSpoolFile) file = read_back ((const guint8 *) later->str, later->len, NULL);
  g_assert_nonnull (file);
  replace (version, "madoguchi-spool: 1", "madoguchi-spool: 2");
  refuse ((const guint8 *) version->str, version->len);
  replace (broken, "from: f@x", "from: f%4");
  refuse ((const guint8 *) broken->str, broken->len);
  g_string_replace (broken, "from: f%4", "from: f%00", 1);
  refuse ((const guint8 *) broken->str, broken->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spool/format/round-trip", test_round_trip);
  g_test_add_func ("/spool/format/not-utf8", test_not_utf8);
  g_test_add_func ("/spool/format/limits", test_limits);
  g_test_add_func ("/spool/format/damage", test_damage);
  g_test_add_func ("/spool/format/versions", test_versions);
  return g_test_run ();
}
