/* test-reply-reach.c: which addresses a look-up may connect to. */
#include "madoguchi/base/error.h"
#include "madoguchi/reply/reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static socklen_t
make_address (const char *text, guint16 port, struct sockaddr_storage *address)
{
  struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons (port) };

  memset (address, 0, sizeof *address);
  if (inet_pton (AF_INET, text, &four.sin_addr) == 1) {
    memcpy (address, &four, sizeof four);
    return sizeof four;
  }
  g_assert_cmpint (inet_pton (AF_INET6, text, &six.sin6_addr), ==, 1);
  memcpy (address, &six, sizeof six);
  return sizeof six;
}

static gboolean
is_public (const char *text)
{
  struct sockaddr_storage address;
  socklen_t length = make_address (text, 443, &address);

  return mado_reach_is_public ((struct sockaddr *) &address, length);
}

static void
test_public (void)
{
  static const char *const yes[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.1.2.3",
                                     "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.1.1", "198.17.1.1",
                                     "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2400:cb00::1",
                                     "2001:200::1" };
  static const char *const no[] = {
    "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
    "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:1.1.1.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "3fff::1", "5f00::1",
  };
  struct sockaddr local = { .sa_family = AF_UNIX };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    if (!is_public (yes[i]))
      g_error ("%s is not public", yes[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    if (is_public (no[i]))
      g_error ("%s is public", no[i]);
  g_assert_false (mado_reach_is_public (&local, sizeof local));
}

static gboolean
may (const GPtrArray *hosts, const char *name, const char *text, guint16 port)
{
  struct sockaddr_storage address;
  socklen_t length = make_address (text, port, &address);

  return mado_reach_may (mado_reach_find (hosts, name), (struct sockaddr *) &address, length);
}

static void
test_hosts (void)
{
  const char *const entries[] = { "keys.corp.example=10.0.0.1:8443", "six.example=[::1]:443", "bare.example=10.0.0.2",
                                  "gone.example=none", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hosts = mado_reach_read (entries, &error);

  g_assert_no_error (error);
  g_assert_true (may (hosts, "KEYS.corp.example", "10.0.0.1", 8443));
  g_assert_false (may (hosts, "keys.corp.example", "10.0.0.1", 22)); /* one port, one address */
  g_assert_false (may (hosts, "keys.corp.example", "10.0.0.3", 8443));
  g_assert_false (may (hosts, "keys.corp.example", "1.1.1.1", 8443));
  g_assert_false (may (hosts, "other.example", "10.0.0.1", 8443)); /* for one name */
  g_assert_true (may (hosts, "six.example", "::1", 443));
  g_assert_false (may (hosts, "bare.example", "10.0.0.2", 443)); /* without a port: only what is public */
  g_assert_true (may (hosts, "bare.example", "1.1.1.1", 443));
  g_assert_null (mado_reach_find (hosts, "gone.example")->address);
  g_assert_null (mado_reach_find (hosts, "other.example"));
}

static void
test_any (void)
{
  const char *const entries[] = { "*=none", "there.example=127.0.0.1:1", NULL };
  g_autoptr (GPtrArray) hosts = mado_reach_read (entries, NULL);

  g_assert_null (mado_reach_find (hosts, "other.example")->address);
  g_assert_nonnull (mado_reach_find (hosts, "there.example")->address);
}

static void
test_mistakes (void)
{
  static const char *const wrong[] = { "x.example", "=1.2.3.4", "x=1.2.3", "x=1.2.3.4:0", "x=1.2.3.4:65536", "x=1.2.3.4:x",
                                       "x=[::1]", "x=[::1]443", "x=y.example", "x=" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    const char *const entries[] = { wrong[i], NULL };
    g_autoptr (GError) error = NULL;

    g_assert_null (mado_reach_read (entries, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/reach/public", test_public);
  g_test_add_func ("/reply/reach/hosts", test_hosts);
  g_test_add_func ("/reply/reach/any", test_any);
  g_test_add_func ("/reply/reach/mistakes", test_mistakes);
  return g_test_run ();
}
