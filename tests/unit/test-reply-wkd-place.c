/* test-reply-wkd-place.c: names in a Web Key Directory, and the domains that are never asked. */
#include "madoguchi/base/error.h"
#include "madoguchi/reply/wkd-place.h"

#include <string.h>

static void
test_vectors (void)
{
  static const struct {
    const char *address, *hash, *domain;
  } rows[] = {
    { "Poc@csirt.example", "h9nqtpwxk9hrw7quoysqi7zrd6j4x9fy", "csirt.example" },
    { "Joe.Doe@Example.ORG", "iy9q119eutrkn8s1mk4r39qejnbu3n5q", "example.org" }, /* the draft's own */
    { "joe.doe@example.org", "iy9q119eutrkn8s1mk4r39qejnbu3n5q", "example.org" },
    { "a@B\xc3\x9c" "cher.example", NULL, "xn--bcher-kva.example" },
    { "a@\xe7\xaa\x93\xe5\x8f\xa3.jp", NULL, "xn--6or331g.jp" },
    { "a@xn--6OR331G.jp", NULL, "xn--6or331g.jp" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (MadoWkdPlace) name = { NULL };
    g_autoptr (GError) error = NULL;

    g_assert_true (mado_wkd_place_read (rows[i].address, &name, &error));
    g_assert_cmpstr (name.domain, ==, rows[i].domain);
    if (rows[i].hash != NULL)
      g_assert_cmpstr (name.hash, ==, rows[i].hash);
  }
}

static void
test_urls (void)
{
  g_auto (MadoWkdPlace) name = { NULL };

  g_assert_true (mado_wkd_place_read ("Poc+x&y#z@csirt.example", &name, NULL));
  g_autofree char *advanced = mado_wkd_place_url (&name, TRUE), *direct = mado_wkd_place_url (&name, FALSE);
  g_autofree char *expected = g_strdup_printf (
      "https://openpgpkey.csirt.example/.well-known/openpgpkey/csirt.example/hu/%s?l=Poc%%2Bx%%26y%%23z", name.hash);
  g_assert_cmpstr (advanced, ==, expected);
  g_autofree char *other
      = g_strdup_printf ("https://csirt.example/.well-known/openpgpkey/hu/%s?l=Poc%%2Bx%%26y%%23z", name.hash);
  g_assert_cmpstr (direct, ==, other);
}

static void
test_refused (void)
{
  static const char *const addresses[] = {
    "alice", "@example.org", "alice@", "alice@localhost", "alice@mail", "alice@127.0.0.1", "alice@[127.0.0.1]",
    "alice@10.1", "alice@0x7f.1", "alice@0x7f.0x1", "alice@2130706433", "alice@[::1]", "alice@printer.local",
    "alice@host.localhost", "alice@db.internal", "alice@fritz.box.lan", "alice@abc.onion", "alice@1.0.0.127.in-addr.arpa",
    "alice@example.org.", "alice@.example.org", "alice@a..example.org", "alice@-a.example.org", "alice@a_b.example.org",
    "alice@example.org:8443", "alice@example.org/x", "alice@user@example.org", "alice@exam ple.org",
    "al ice@example.org", "\"al\"@example.org", "al\r\nice@example.org", "alice@example.org\r\nx",
    "alice@example.org?x", "alice@example.org#x", "alice@example.org%2f", "alice@\xff.org", "alice@example.1org",
    "0123456789012345678901234567890123456789012345678901234567890123456789@example.org",
    "alice@\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.\xef\xbc\x90.\xef\xbc\x90.\xef\xbc\x91", /* 127.0.0.1, full width */
    "alice@localhost\xe3\x80\x82" "localdomain",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_auto (MadoWkdPlace) name = { NULL };
    g_autoptr (GError) error = NULL;

    if (mado_wkd_place_read (addresses[i], &name, &error))
      g_error ("%s is looked up at %s", addresses[i], name.domain);
    g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
    g_assert_null (strstr (error->message, "alice"));
  }
}

static void
test_long_domain (void)
{
  GString *address = g_string_new ("a@");
  g_auto (MadoWkdPlace) name = { NULL };

  while (address->len < 256)
    g_string_append (address, "abcdefghi.");
  g_string_append (address, "org");
  g_assert_false (mado_wkd_place_read (address->str, &name, NULL));
  g_string_free (address, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/wkd-place/vectors", test_vectors);
  g_test_add_func ("/reply/wkd-place/urls", test_urls);
  g_test_add_func ("/reply/wkd-place/refused", test_refused);
  g_test_add_func ("/reply/wkd-place/long-domain", test_long_domain);
  return g_test_run ();
}
