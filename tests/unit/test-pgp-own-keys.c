/* The team's own keys and certificates as they are found: real keys of GnuPG, and certificates in a keybox of ours. */
#include "gnupg-fixture.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/certificates.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/own-keys.h"

#include <string.h>
#include <unistd.h>

/* For csirt@team.example, to encrypt: from 2026-10-01 to 2027-01-15 12:00. */
#define TO_ENCRYPT                                                                                       \
  "MIIBVzCB/qADAgECAgEBMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI2MTAwMTAwMDAwMFoXDTI3MDExNTEyMDAwMFow" \
  "DzENMAsGA1UEAwwEVGVhbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEKRPPa9tEixgb7duBOuSDaxSTYqOnyti9IC6CW4pKAK" \
  "t1F8UBi0L/MJuvwmvASVaoYsJOohjO8MP4ipclO4LAmjTTBLMB0GA1UdEQQWMBSBEmNzaXJ0QHRlYW0uZXhhbXBsZTALBgNVHQ8E" \
  "BAMCBSAwHQYDVR0OBBYEFAcsSer3WDK0rUlmVedIgBfDCiAdMAoGCCqGSM49BAMCA0gAMEUCIQD1z5Z3lZzIrrlKhHkDU/2EbpUU" \
  "XqUacnLb9snuUcT7QwIgZKhqXiVv3veuBKcqCLjUK+1iFwWIvUmhReXoQgh+48E="
/* For CSIRT@team.example and soc@team.example, to sign: until 2055-03-01, which takes the long form of a time. */
#define TO_SIGN                                                                                          \
  "MIIBbTCCARKgAwIBAgIBAjAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJjYTAgFw0yNjAxMDEwMDAwMDBaGA8yMDU1MDMwMTAwMDAw" \
  "MFowDzENMAsGA1UEAwwEVGVhbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEKRPPa9tEixgb7duBOuSDaxSTYqOnyti9IC6CW4" \
  "pKAKt1F8UBi0L/MJuvwmvASVaoYsJOohjO8MP4ipclO4LAmjXzBdMC8GA1UdEQQoMCaBEkNTSVJUQHRlYW0uZXhhbXBsZYEQc29j" \
  "QHRlYW0uZXhhbXBsZTALBgNVHQ8EBAMCB4AwHQYDVR0OBBYEFAcsSer3WDK0rUlmVedIgBfDCiAdMAoGCCqGSM49BAMCA0kAMEYC" \
  "IQDymvvJpQNkAVfcWRCW6OdnL2lqxe5uknsE7NriRdjWcQIhAPMlDk9XxGPCTxvprYYLnZfmLoJwnEUSncf/bMVonxvO"
/* Somebody else's, without a word on its use. */
#define OTHERS                                                                                           \
  "MIIBSzCB8aADAgECAgEDMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI2MDEwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFow" \
  "DzENMAsGA1UEAwwEVGVhbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEKRPPa9tEixgb7duBOuSDaxSTYqOnyti9IC6CW4pKAK" \
  "t1F8UBi0L/MJuvwmvASVaoYsJOohjO8MP4ipclO4LAmjQDA+MB0GA1UdEQQWMBSBEm90aGVyQGVsc2UuZXhhbXBsZTAdBgNVHQ4E" \
  "FgQUByxJ6vdYMrStSWZV50iAF8MKIB0wCgYIKoZIzj0EAwIDSQAwRgIhAMIkw2mRdGPt4bTWmolQz+xiAh83GIPh04SW6eQZkva8" \
  "AiEA34QOk7xbacJZJw2ziPobu21HM0kZP5jwaUgZGKlnHZk="

static GBytes *
decode (const char *text)
{
  gsize size;
  guchar *bytes = g_base64_decode (text, &size);

  return g_bytes_new_take (bytes, size);
}

static void
test_certificate (void)
{
  g_autoptr (GBytes) one = decode (TO_ENCRYPT), two = decode (TO_SIGN), three = decode (OTHERS);
  g_auto (MadoCertificate) a = { 0 }, b = { 0 }, c = { 0 }, none = { 0 };
  gsize size;
  const guint8 *bytes = g_bytes_get_data (one, &size);

  g_assert_true (mado_certificate_read (bytes, size, &a));
  g_assert_cmpstr (a.fingerprint, ==, "A5B6F0450E91F608FAFFD21BE80993F40DD56640");
  g_assert_cmpstr (a.names[0], ==, "csirt@team.example");
  g_assert_cmpint (a.begins, ==, 1790812800);
  g_assert_cmpint (a.ends, ==, 1800014400);
  g_assert_true (a.can_encrypt && !a.can_sign);
  g_assert_true (mado_certificate_read (g_bytes_get_data (two, NULL), g_bytes_get_size (two), &b));
  g_assert_cmpint (b.ends, ==, 2687472000);
  g_assert_true (b.can_sign && !b.can_encrypt);
  g_assert_cmpstr (b.names[1], ==, "soc@team.example");
  g_assert_true (mado_certificate_read (g_bytes_get_data (three, NULL), g_bytes_get_size (three), &c));
  g_assert_true (c.can_sign && c.can_encrypt);
  for (gsize cut = 0; cut < size; cut += 7)
    g_assert_false (mado_certificate_read (bytes, cut, &none));
}

/* One blob of a keybox (GnuPG, kbx/keybox-blob.c): only what a reader needs of it. */
static void
add_blob (GByteArray *keybox, const char *text, guint8 flags)
{
  g_autoptr (GBytes) der = decode (text);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (der, &size);
  guint8 head[16] = { 0, 0, (guint8) ((size + 16) >> 8), (guint8) (size + 16), 3, 1, 0, flags, 0, 0, 0, 16,
                      0, 0, (guint8) (size >> 8), (guint8) size };

  g_byte_array_append (keybox, head, sizeof head);
  g_byte_array_append (keybox, bytes, (guint) size);
}

static GByteArray *
new_keybox (void)
{
  static const guint8 first[32] = { 0, 0, 0, 32, 1, 1, 0, 0, 'K', 'B', 'X', 'f' };
  GByteArray *keybox = g_byte_array_new ();

  g_byte_array_append (keybox, first, sizeof first);
  return keybox;
}

static void
test_keybox (void)
{
  GByteArray *keybox = new_keybox ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) list = NULL;

  add_blob (keybox, TO_ENCRYPT, 0);
  add_blob (keybox, OTHERS, 2); /* ephemeral: nobody imported it */
  add_blob (keybox, TO_SIGN, 0);
  bytes = g_byte_array_free_to_bytes (keybox);
  list = mado_cms_home_list (bytes);
  g_assert_cmpuint (list->len, ==, 2);
  {
    g_autoptr (GBytes) der = decode (TO_ENCRYPT);
    g_assert_true (g_bytes_equal (list->pdata[0], der));
  }
  for (gsize cut = 0; cut < g_bytes_get_size (bytes); cut += 11) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, cut);
    g_autoptr (GPtrArray) fewer = mado_cms_home_list (part);
    g_assert_cmpuint (fewer->len, <, 2);
  }
}

static void
test_named (void)
{
  g_autoptr (MadoConf) conf = mado_conf_parse ("[team]\naddress = a@b.example\nkey = 0xabcd\nold-keys = 1111; 22 22\nshared-keys = 3333\n", "test", NULL);
  g_auto (GStrv) named = mado_own_keys_named (conf);
  g_autofree char *all = g_strjoinv ("|", named);

  g_assert_cmpstr (all, ==, "team ABCD|old 1111|old 2222|shared 3333|address A@B.EXAMPLE");
  g_assert_cmpstr (mado_own_keys_kind ((const char *const *) named, "abcd"), ==, "team");
  g_assert_cmpstr (mado_own_keys_kind ((const char *const *) named, "2222"), ==, "old");
  g_assert_cmpstr (mado_own_keys_kind ((const char *const *) named, "3333"), ==, "shared");
  g_assert_null (mado_own_keys_kind ((const char *const *) named, "4444"));
  g_assert_null (mado_own_keys_kind ((const char *const *) named, NULL));
}

static guint
count (const GPtrArray *own, const char *kind, const char *use)
{
  guint n = 0;

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    n += strcmp (key->kind, kind) == 0 && (use == NULL ? key->is_missing : g_strv_contains ((const char *const *) key->uses, use));
  }
  return n;
}

/* Through the table, as everybody gets them; a table that was made for other names is made again. */
static void
test_find (void)
{
  char *home = fixture_home_new ();
  g_autofree char *team = fixture_key (home, "Team <csirt@team.example>", "2y");
  g_autofree char *old = fixture_key (home, "Team 2020 <csirt@team.example>", NULL);
  g_autofree char *more = g_strdup_printf ("[team]\nold-keys = %s\nshared-keys = %s\n", old, "9999999999999999999999999999999999999999");
  g_autoptr (MadoConf) before = fixture_conf (home, home, team, NULL);
  g_autoptr (MadoConf) conf = fixture_conf (home, home, team, more);
  g_autoptr (GError) error = NULL;
  const GPtrArray *own;

  g_assert_true (mado_keyring_refresh_table (before, &error));
  g_assert_no_error (error);
  {
    g_autoptr (MadoKeyIndex) index = mado_key_index_load (before, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (count (mado_key_index_table (index)->own, "old", "encrypt"), ==, 0);
  }
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (conf, &error);
  g_assert_no_error (error);
  own = mado_key_index_table (index)->own;
  g_assert_cmpuint (count (own, "team", "encrypt"), ==, 1);
  g_assert_cmpuint (count (own, "team", "sign"), ==, 1);
  g_assert_cmpuint (count (own, "old", "encrypt"), ==, 1);
  g_assert_cmpuint (count (own, "shared", NULL), ==, 1);
  g_assert_cmpint (((MadoOwnKey *) own->pdata[0])->expires, >, ((MadoOwnKey *) own->pdata[0])->created + 700 * 86400);
  g_assert_cmpstr (((MadoOwnKey *) own->pdata[0])->names[0], ==, "Team <csirt@team.example>");
  g_assert_false (mado_keyring_remove (conf, old, &error));
  g_assert_nonnull (strstr (error->message, "own key"));
  fixture_home_free (home);
}

/* Certificates stand in the same file as the keys. */
static void
test_find_certificates (void)
{
  char *home = fixture_home_new ();
  g_autofree char *ring = g_build_filename (home, "pubring.kbx", NULL);
  g_autofree char *team = fixture_key (home, "Team <csirt@team.example>", NULL);
  g_autoptr (MadoConf) conf = fixture_conf (home, home, team, NULL);
  GByteArray *keybox = g_byte_array_new ();
  g_autofree char *old = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;
  const MadoOwnKey *last;

  g_assert_true (g_file_get_contents (ring, &old, &size, NULL));
  g_byte_array_append (keybox, (const guint8 *) old, (guint) size);
  add_blob (keybox, OTHERS, 0);
  add_blob (keybox, TO_SIGN, 0);
  g_assert_true (g_file_set_contents (ring, (const char *) keybox->data, keybox->len, NULL));
  g_byte_array_unref (keybox);
  g_autoptr (MadoKeyIndex) index = mado_key_index_load (conf, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (mado_key_index_table (index)->own, "certificate", "sign"), ==, 1);
  last = mado_own_keys_find_part (mado_key_index_table (index)->own, "00076800BD395F8955FAE29C25EC44010A5B5CE7");
  g_assert_nonnull (last);
  g_assert_cmpint (last->expires, ==, 2687472000);
  g_assert_cmpint (last->protocol, ==, MADO_PROTOCOL_SMIME);
  fixture_home_free (home);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/own-keys/certificate", test_certificate);
  g_test_add_func ("/pgp/own-keys/keybox", test_keybox);
  g_test_add_func ("/pgp/own-keys/named", test_named);
  g_test_add_func ("/pgp/own-keys/find", test_find);
  g_test_add_func ("/pgp/own-keys/find-certificates", test_find_certificates);
  return g_test_run ();
}
