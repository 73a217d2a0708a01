/* Addresses: which are ones, how they are written, whose they are. */
#include "madoguchi/report/indicator-ip.h"

#include <string.h>

static char *
read4 (const char *text)
{
  MadoIp ip;

  return mado_ip_read4 (text, strlen (text), &ip) == 0 ? NULL : mado_ip_print (&ip, 32);
}

static char *
read6 (const char *text)
{
  MadoIp ip;

  return mado_ip_read6 (text, strlen (text), &ip) == 0 ? NULL : mado_ip_print (&ip, ip.length * 8);
}

static void
test_read4 (void)
{
  static const char *const good[] = { "1.2.3.4", "255.255.255.255", "1.2.3.4.", "1.2.3.4,", "1.2.3.4/24", "1.2.3.4-1.2.3.9" };
  static const char *const bad[] = { "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4a", "1.2.3.4_", "1..2.3", "1.2.3.", "", "1234.1.1.1" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *found = read4 (good[i]);
    g_assert_true (found != NULL && g_str_has_prefix (good[i], found));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (read4 (bad[i]));
}

static void
test_read6 (void)
{
  static const char *const rows[][2] = {
    { "2001:4860:4860::8888", "2001:4860:4860::8888" }, { "2001:0DB8:0:0::1", "2001:db8::1" }, { "fe80::1%eth0", "fe80::1" },
    { "::ffff:9.9.9.9", "9.9.9.9" }, { "2001:db8::1.", "2001:db8::1" }, { "2001:db8::1:", "2001:db8::1" },
    { "12:34:56", NULL }, { "aa:bb:cc:dd:ee:ff", NULL }, { "00:11:22:33:44:55:66:77", NULL }, { "std::string", NULL },
    { "dead::beef", NULL }, { "e::0", NULL }, { "2001:db8::1g", NULL }, { "::", NULL }, { "1:2:3:4:5:6:7:8:9", NULL }, { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *found = read6 (rows[i][0]);
    g_assert_cmpstr (found, ==, rows[i][1]);
  }
}

static void
test_prefix (void)
{
  MadoIp ip;
  guint bits = 0;
  g_autofree char *network = NULL;

  g_assert_cmpuint (mado_ip_read4 ("192.168.7.9", 11, &ip), ==, 11);
  g_assert_cmpuint (mado_ip_read_prefix ("/24 ", 4, &ip, &bits), ==, 3);
  network = mado_ip_print (&ip, bits);
  g_assert_cmpstr (network, ==, "192.168.7.0/24");
  g_assert_cmpuint (mado_ip_read_prefix ("/33", 3, &ip, &bits), ==, 0);
  g_assert_cmpuint (mado_ip_read_prefix ("/24/x", 5, &ip, &bits), ==, 0);
  g_assert_cmpuint (mado_ip_read_prefix ("/24.html", 8, &ip, &bits), ==, 0);
  g_assert_cmpuint (mado_ip_read_prefix ("/x", 2, &ip, &bits), ==, 0);
}

static void
test_kind (void)
{
  static const struct {
    const char *text;
    MadoIpKind kind;
  } rows[] = {
    { "8.8.8.8", MADO_IP_PUBLIC },       { "192.0.2.255", MADO_IP_EXAMPLE },  { "198.51.100.1", MADO_IP_EXAMPLE },
    { "203.0.113.9", MADO_IP_EXAMPLE },  { "192.0.3.1", MADO_IP_PUBLIC },     { "10.1.2.3", MADO_IP_PRIVATE },
    { "172.31.0.1", MADO_IP_PRIVATE },   { "172.32.0.1", MADO_IP_PUBLIC },    { "192.168.0.1", MADO_IP_PRIVATE },
    { "100.127.0.1", MADO_IP_PRIVATE },  { "127.0.0.1", MADO_IP_NOBODY },     { "0.0.0.0", MADO_IP_NOBODY },
    { "255.255.255.0", MADO_IP_NOBODY }, { "239.1.1.1", MADO_IP_RESERVED },   { "198.19.0.1", MADO_IP_RESERVED },
    { "2001:db8::7", MADO_IP_EXAMPLE },  { "2001:4860::1", MADO_IP_PUBLIC },  { "fd00::1", MADO_IP_PRIVATE },
    { "::1", MADO_IP_NOBODY },           { "ff02::1", MADO_IP_RESERVED },     { "3fff:1::1", MADO_IP_EXAMPLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    MadoIp ip;
    gsize size = strlen (rows[i].text);
    g_assert_cmpuint (mado_ip_read4 (rows[i].text, size, &ip) + mado_ip_read6 (rows[i].text, size, &ip), ==, size);
    g_assert_cmpint (mado_ip_kind (&ip), ==, rows[i].kind);
  }
}

static void
test_is_in (void)
{
  MadoIp ip;

  mado_ip_read4 ("9.8.7.6", 7, &ip);
  g_assert_true (mado_ip_is_in (&ip, "9.8.0.0/15"));
  g_assert_true (mado_ip_is_in (&ip, "9.8.7.6"));
  g_assert_false (mado_ip_is_in (&ip, "9.8.7.7"));
  g_assert_false (mado_ip_is_in (&ip, "2001:db8::/32"));
  g_assert_false (mado_ip_is_in (&ip, "example.org"));
  g_assert_false (mado_ip_is_in (&ip, ""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/ip/read4", test_read4);
  g_test_add_func ("/report/ip/read6", test_read6);
  g_test_add_func ("/report/ip/prefix", test_prefix);
  g_test_add_func ("/report/ip/kind", test_kind);
  g_test_add_func ("/report/ip/is-in", test_is_in);
  return g_test_run ();
}
