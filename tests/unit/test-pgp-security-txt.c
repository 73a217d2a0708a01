/* security.txt by the rules of RFC 9116: what it says, how long, and that gpg finds the signature good. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/security-txt.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1800000000) /* 2027-01-15 08:00 */
#define DAY G_GINT64_CONSTANT (86400)
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HEAD "# Made by \"madoguchi publish\"; a change of this text breaks its signature.\n"

static MadoConf *
make_conf (const char *publish)
{
  g_autofree char *text = g_strdup_printf ("[team]\naddress = csirt@team.example; s%%oc@team.example\nkey = %s\nlanguages = ja;en\n[publish]\n%s",
                                           KEY, publish);
  MadoConf *conf = mado_conf_parse (text, "test", NULL);

  g_assert_nonnull (conf);
  return conf;
}

static void
assert_made (const char *publish, gint64 key_expires, const char *wanted)
{
  g_autoptr (MadoConf) conf = make_conf (publish);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = mado_security_txt_make (conf, NOW, key_expires, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, wanted);
}

static void
test_make (void)
{
  assert_made ("", 0,
               HEAD "Contact: mailto:csirt@team.example\nContact: mailto:s%25oc@team.example\nExpires: 2027-07-14T00:00:00Z\n"
                    "Encryption: openpgp4fpr:" KEY "\nPreferred-Languages: ja, en\n");
  assert_made ("site = https://team.example/\ncontact = https://team.example/form; tel:+81-3-0000-0000\npolicy = https://team.example/policy\n"
               "expires = 10d\n",
               0,
               HEAD "Contact: https://team.example/form\nContact: tel:+81-3-0000-0000\nExpires: 2027-01-25T00:00:00Z\n"
                    "Encryption: https://team.example/pgp-key.asc\nEncryption: openpgp4fpr:" KEY "\nPreferred-Languages: ja, en\n"
                    "Canonical: https://team.example/.well-known/security.txt\nPolicy: https://team.example/policy\n");
  /* not beyond the key; one that has ended, or ends tomorrow, leaves a file that is short-lived */
  assert_made ("contact = mailto:a@b.example\n", NOW + 20 * DAY,
               HEAD "Contact: mailto:a@b.example\nExpires: 2027-02-04T00:00:00Z\nEncryption: openpgp4fpr:" KEY "\nPreferred-Languages: ja, en\n");
  assert_made ("contact = mailto:a@b.example\n", NOW + DAY / 2,
               HEAD "Contact: mailto:a@b.example\nExpires: 2027-01-15T20:00:00Z\nEncryption: openpgp4fpr:" KEY "\nPreferred-Languages: ja, en\n");
}

static void
test_refusals (void)
{
  static const char *const bad[] = { "contact = http://team.example/", "contact = team.example", "policy = http://x.example/p",
                                     "contact = mailto:a b@x.example", "site = ftp", "policy = https://例.example/" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (MadoConf) conf = make_conf (bad[i]);
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_security_txt_make (conf, NOW, 0, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
  {
    g_autoptr (MadoConf) conf = mado_conf_parse ("[team]\naddress = a@b.example\n", "test", NULL);
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_security_txt_make (conf, NOW, 0, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
}

static void
read_text (const char *text, MadoSecurityTxt *file)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  mado_security_txt_read (bytes, file);
}

static void
test_read (void)
{
  g_auto (MadoSecurityTxt) plain = { 0 }, wrapped = { 0 }, twice = { 0 }, empty = { 0 }, cut = { 0 };

  read_text ("# a comment: not a field\r\nCONTACT: mailto:a@b\r\nExpires: 2027-01-25T00:00:00Z\r\nencryption:  openpgp4fpr:" KEY " \r\nno field\r\n",
             &plain);
  g_assert_false (plain.is_signed);
  g_assert_cmpstr (plain.contacts[0], ==, "mailto:a@b");
  g_assert_cmpstr (plain.encryption[0], ==, "openpgp4fpr:" KEY);
  g_assert_cmpint (plain.expires, ==, 1800835200);
  g_assert_cmpuint (g_strv_length (plain.fields), ==, 3);
  read_text ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: mailto:a@b\n- - a dash\n-----BEGIN PGP SIGNATURE-----\nExpires: x\n", &wrapped);
  g_assert_true (wrapped.is_signed);
  g_assert_cmpstr (wrapped.text, ==, "Contact: mailto:a@b\n- a dash\n");
  g_assert_cmpuint (wrapped.expiries, ==, 0);
  read_text ("Expires: 2027-01-25T00:00:00Z\nExpires: tomorrow\n", &twice);
  g_assert_cmpuint (twice.expiries, ==, 2);
  g_assert_cmpint (twice.expires, ==, 0);
  read_text ("", &empty);
  g_assert_cmpuint (g_strv_length (empty.fields), ==, 0);
  read_text ("-----BEGIN PGP SIGNED MESSAGE-----\n\n-----BEGIN PGP SIGNATURE-----", &cut);
  g_assert_cmpstr (cut.text, ==, "");
}

static void
test_sign (void)
{
  char *home = fixture_home_new (), *runtime = fixture_home_new ();
  g_autofree char *key = fixture_key (home, "Team <csirt@team.example>", "20d");
  g_autoptr (MadoConf) conf = fixture_conf (home, runtime, key, "[publish]\nexpires = 180d\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoPgpHome) worker = mado_pgp_home_new (conf, runtime, MADO_PGP_SIGN, 0, &error);
  g_autoptr (MadoSealer) sealer = mado_sealer_new (worker, key, &error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *verify[] = { "--status-fd", "1", "--verify", NULL };
  g_auto (MadoSecurityTxt) file = { 0 };

  g_assert_no_error (error);
  g_autoptr (GBytes) made = mado_security_txt_sign (conf, sealer, now, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_strndup (g_bytes_get_data (made, NULL), g_bytes_get_size (made));
  g_assert_null (strchr (text, '\r'));
  g_autofree char *said = fixture_gpg (home, text, verify);
  g_assert_nonnull (strstr (said, "GOODSIG"));
  g_assert_nonnull (strstr (said, key));
  mado_security_txt_read (made, &file);
  g_assert_true (file.is_signed);
  g_assert_cmpuint (file.expiries, ==, 1);
  g_assert_cmpint (file.expires, >, now + 17 * DAY);
  g_assert_cmpint (file.expires, <=, now + 21 * DAY); /* the key's end, not 180 days */
  g_clear_pointer (&sealer, mado_sealer_free);
  g_clear_pointer (&worker, mado_pgp_home_close);
  fixture_home_free (runtime);
  fixture_home_free (home);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/security-txt/make", test_make);
  g_test_add_func ("/pgp/security-txt/refusals", test_refusals);
  g_test_add_func ("/pgp/security-txt/read", test_read);
  g_test_add_func ("/pgp/security-txt/sign", test_sign);
  return g_test_run ();
}
