/* The whole scan: what is found in a text, what is left out, where it stands, and what it costs. */
#include "madoguchi/report/indicator-scan.h"

#include <string.h>
#include <time.h>

static const char *const team[] = { "csirt@team.org", NULL };
static const char *const ignored[] = { "partner.com", "9.9.9.0/24", "bob@known.net", NULL };

static GPtrArray *
scan_stretch (const MadoStretch *stretch, gboolean keep_examples, guint max, gsize bytes, gboolean *was_cut)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  MadoIndicatorPolicy policy = { team, ignored, "alice@reporter.net", keys, keep_examples, max, bytes };
  g_autoptr (MadoIndicatorScan) scan = mado_indicator_scan_new (&policy);
  GPtrArray *found;

  g_ptr_array_add (keys, (char *) "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333");
  mado_indicator_scan_add (scan, stretch);
  found = mado_indicator_scan_finish (scan, was_cut);
  g_ptr_array_set_free_func (found, (GDestroyNotify) mado_indicator_free);
  return found;
}

static MadoStretch *
make (const char *text)
{
  MadoStretch *stretch = mado_stretch_new ();

  stretch->part = g_strdup ("1");
  stretch->text = g_strdup (text);
  stretch->is_prose = TRUE;
  return stretch;
}

/* "type value type value ..." of what is found in @text. */
static void
check (const char *text, gboolean keep_examples, const char *expected)
{
  g_autoptr (MadoStretch) stretch = make (text);
  g_autoptr (GPtrArray) found = scan_stretch (stretch, keep_examples, 1000, 1 << 20, NULL);
  g_autoptr (GString) got = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++) {
    const MadoIndicator *indicator = g_ptr_array_index (found, i);
    g_string_append_printf (got, "%s%s %s", i == 0 ? "" : " ", indicator->type, indicator->value);
    g_assert_true (g_str_has_prefix (text + indicator->offset, indicator->as_written));
  }
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_kinds (void)
{
  check ("hxxp://evil[.]com/x", FALSE, "url http://evil.com/x domain evil.com");
  check ("攻撃元は45.33.32.156です。8.8.4.4、8.8.8.0/24", FALSE, "ipv4 45.33.32.156 ipv4 8.8.4.4 cidr 8.8.8.0/24");
  check ("user[at]evil[dot]com", FALSE, "email user@evil.com");
  check ("MD5=9e107d9d372bb6826bd81d3542a419d6, x", FALSE, "md5 9e107d9d372bb6826bd81d3542a419d6");
  check ("9e107d9d372bb6826bd81d3542a419d6.exe", FALSE, "md5 9e107d9d372bb6826bd81d3542a419d6");
  check ("AS15169 CVE-2021-44228 VU#843464", FALSE, "asn AS15169 cve CVE-2021-44228 vu VU#843464");
  check ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", FALSE, "btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
  check ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", FALSE, "");
  check ("[2a00:1450::1]:443 2a00::/16", FALSE, "ipv6 2a00:1450::1 cidr 2a00::/16");
  check ("8.8.8.8:443/evil.exe", FALSE, "url http://8.8.8.8:443/evil.exe ipv4 8.8.8.8");
  check ("8.8.8.8/tcp 8.8.4.4/443", FALSE, "ipv4 8.8.8.8 ipv4 8.8.4.4");
  check ("src=8.8.8.8,dst=8.8.4.4;\"evil.com\"", FALSE, "ipv4 8.8.8.8 ipv4 8.8.4.4 domain evil.com");
  check ("to=<x@evil.com> from=y@bad.org", FALSE, "email x@evil.com email y@bad.org");
  check ("サイトevil.jpとmünchen.de", FALSE, "domain evil.jp");
  check ("münchen.de", FALSE, "domain xn--mnchen-3ya.de");
}

static void
test_false_friends (void)
{
  check ("192.0.2.1 2001:db8::1 www.example.com x@example.org http://evil.test/", FALSE, "");
  check ("192.0.2.1 www.example.com", TRUE, "ipv4 192.0.2.1 domain www.example.com");
  check ("csirt@team.org csirt+token@team.org team.org alice@reporter.net bob@known.net www.partner.com 9.9.9.9", FALSE, "");
  check ("http://team.org/~user/login.php", FALSE, "url http://team.org/~user/login.php");
  check ("version 1.2.3.4 ver. 1.2.3.4 v1.2.3.4 Chrome/9.9.1.1 バージョン 1.2.3.4 OID 1.3.6.1.4.1", FALSE, "");
  check ("openssl 1.1.1.2, nginx/1.18.0.1 PHP (7.4.3.1) バージョン 1.2.3.4〜1.2.3.9 6.1.2.3 or later", FALSE, "");
  check ("openssl 1.1.1.2 and 1.1.1.3 against 1.1.1.4", FALSE, "ipv4 1.1.1.4");
  check ("nginx 45.33.32.156 - - apache 9.8.7.6 - - httpd 8.8.4.4:80 openssl 1[.]1[.]1[.]2", FALSE,
         "ipv4 45.33.32.156 ipv4 9.8.7.6 ipv4 8.8.4.4 ipv4 1.1.1.2");
  check ("1.2.3.4/2 7::8/4", FALSE, "");
  check ("127.0.0.1 0.0.0.0 255.255.255.0 ::1", FALSE, "");
  check ("report.doc.zip setup.sh ASP.NET end.In node.js index.php C:\\a\\foo.com /etc/foo.com", FALSE, "");
  check ("evil[.]zip and hxxp://bad.sh/", FALSE, "domain evil.zip url http://bad.sh/ domain bad.sh");
  check ("AAAABBBBCCCCDDDDEEEEFFFF0000111122223333", FALSE, "");
  check ("Fingerprint: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", FALSE, "");
  check ("2fd4e1c67a2d28fced849ee1bb76e7391b93eb1200", FALSE, "");
  check ("<20261121.123456.abcdef0123@mail.host.com>", FALSE, "");
  check ("12:34:56 aa:bb:cc:dd:ee:ff std::move(x) 4.3.2.1.in-addr.arpa", FALSE, "");
  check ("report\n-- \nAlice\nwww.alice.com", FALSE, "");
  check ("% See http://www.ripe.net/db/", FALSE, "");
}

static void
test_facts (void)
{
  g_autoptr (MadoStretch) stretch = make ("自分 evil[.]com\n> bad.org\n10.0.0.1");
  g_autoptr (GPtrArray) found = NULL;
  const MadoIndicator *indicator;

  stretch->offset = 100;
  stretch->is_signed = TRUE;
  found = scan_stretch (stretch, FALSE, 1000, 1 << 20, NULL);
  g_assert_cmpuint (found->len, ==, 3);
  indicator = g_ptr_array_index (found, 0);
  g_assert_cmpstr (indicator->as_written, ==, "evil[.]com");
  g_assert_cmpint (indicator->offset, ==, 100 + (gint64) strlen ("自分 "));
  g_assert_cmpstr (indicator->role, ==, "statement");
  g_assert_true (indicator->is_signed && g_strv_contains ((const char *const *) indicator->flags, "defanged"));
  indicator = g_ptr_array_index (found, 1);
  g_assert_cmpstr (indicator->role, ==, "evidence");
  g_assert_cmpstr (indicator->flags[0], ==, NULL);
  indicator = g_ptr_array_index (found, 2);
  g_assert_cmpstr (indicator->flags[0], ==, "private");
}

static void
test_caps (void)
{
  g_autoptr (MadoStretch) stretch = make ("1.1.1.1 1.1.1.2 1.1.1.1 1.1.1.3");
  gboolean was_cut = FALSE;
  g_autoptr (GPtrArray) two = scan_stretch (stretch, FALSE, 2, 1 << 20, &was_cut);

  g_assert_cmpuint (two->len, ==, 2);
  g_assert_true (was_cut);
  g_autoptr (GPtrArray) all = scan_stretch (stretch, FALSE, 3, 1 << 20, &was_cut);
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_false (was_cut);
  g_autoptr (GPtrArray) start = scan_stretch (stretch, FALSE, 1000, 7, &was_cut);
  g_assert_cmpuint (start->len, ==, 1);
  g_assert_true (was_cut);
}

/* A line longer than what is read at once is cut where nothing is cut in two. */
static void
test_long_line (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MadoStretch) stretch = NULL;
  g_autoptr (GPtrArray) found = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "5.%u.%u.9,", i / 256, i % 256);
  stretch = make (text->str);
  found = scan_stretch (stretch, FALSE, 100000, 1 << 24, NULL);
  g_assert_cmpuint (found->len, ==, 20000);
}

static double
measure (const char *piece, gsize size)
{
  g_autoptr (GString) text = g_string_sized_new (size + 100);
  g_autoptr (MadoStretch) stretch = NULL;
  g_autoptr (GPtrArray) found = NULL;
  clock_t start;

  while (text->len < size)
    g_string_append (text, piece);
  stretch = make (text->str);
  start = clock ();
  found = scan_stretch (stretch, FALSE, 10000, 1 << 30, NULL);
  return (double) (clock () - start) / CLOCKS_PER_SEC;
}

/* Four times the text takes about four times the processor time, whatever it is; measured again when it seems not to. */
static void
test_linear (void)
{
  static const char *const pieces[] = { "a", "a.", "1.", "a@", "http://", "[", "[.]", "(", "::", "a:", "<a@", "http://a:", "あ", "。a", "\\", "h**",
                                        "dot", "> ", "-", "a.co/", "é.", "0123456789abcdef", "(dot", "http://a.com/(" };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
    double small = 1e9, large = 1e12;
    for (guint n = 0; n < 3 && large >= 8 * small + 0.01; n++) {
      small = MIN (small, measure (pieces[i], 256 * 1024));
      large = MIN (large, measure (pieces[i], 1024 * 1024));
    }
    g_test_message ("%s: %.4f s, %.4f s", pieces[i], small, large);
    g_assert_cmpfloat (large, <, 8 * small + 0.01);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/scan/kinds", test_kinds);
  g_test_add_func ("/report/scan/false-friends", test_false_friends);
  g_test_add_func ("/report/scan/facts", test_facts);
  g_test_add_func ("/report/scan/caps", test_caps);
  g_test_add_func ("/report/scan/long-line", test_long_line);
  g_test_add_func ("/report/scan/linear", test_linear);
  return g_test_run ();
}
