/* test-desk-triage-places.c: what belongs to a constituency, however it is written, and what does not. */
#include "madoguchi/desk/triage-places.h"

static MadoPlaces *
make (void)
{
  MadoPlaces *places = mado_places_new ();

  g_assert_true (mado_places_add_network (places, 0, "192.0.2.0/24"));
  g_assert_true (mado_places_add_network (places, 0, "2001:db8::/32"));
  g_assert_true (mado_places_add_domain (places, 0, "example.ac.jp"));
  g_assert_true (mado_places_add_as (places, 0, "AS64500"));
  g_assert_true (mado_places_add_contact (places, 0, "NOC@Example.com"));
  g_assert_true (mado_places_add_network (places, 1, "192.0.2.128/25"));
  g_assert_true (mado_places_add_network (places, 1, "198.51.100.7"));
  g_assert_true (mado_places_add_domain (places, 1, "hospital.example.ac.jp"));
  g_assert_true (mado_places_add_domain (places, 2, "日本語.example"));
  g_assert_true (mado_places_add_contact (places, 2, "@partner.example"));
  g_assert_true (mado_places_add_as (places, 2, "64501"));
  return places;
}

/* Owners as digits, smallest first. */
static char *
find (const MadoPlaces *places, const char *value, gboolean is_contact)
{
  g_autoptr (GArray) owners = g_array_new (FALSE, FALSE, sizeof (guint));
  GString *out = g_string_new (NULL);

  if (is_contact)
    mado_places_find_contact (places, value, owners);
  else
    mado_places_find (places, value, owners);
  for (guint digit = 0; digit < 10; digit++)
    for (guint i = 0; i < owners->len; i++)
      if (g_array_index (owners, guint, i) == digit)
        g_string_append_c (out, (char) ('0' + digit));
  return g_string_free (out, FALSE);
}

static void
test_find (void)
{
  static const struct {
    const char *value, *owners;
  } rows[] = {
    { "192.0.2.1", "0" },
    { "192.0.2.200", "01" },
    { "192.0.2.0/25", "0" },
    { "192.0.2.192/26", "01" },
    { "192.0.0.0/16", "" },
    { "192.0.3.1", "" },
    { "::ffff:192.0.2.1", "0" },
    { "2001:db8:1::5", "0" },
    { "2001:DB8::", "0" },
    { "2001:db9::1", "" },
    { "192[.]0[.]2[.]1", "0" },
    { "192.0.2.1:8080", "0" },
    { "[2001:db8::1]:443", "0" },
    { "198.51.100.7", "1" },
    { "198.51.100.8", "" },
    { "example.ac.jp", "0" },
    { "WWW.Example.AC.JP.", "0" },
    { "www.hospital.example.ac.jp", "01" },
    { "notexample.ac.jp", "" },
    { "example.ac.jp.evil.example", "" },
    { "ac.jp", "" },
    { "hxxp://www[.]example[.]ac[.]jp/a?b=@evil.example", "0" },
    { "https://user:pw@example.ac.jp:8443/x", "0" },
    { "https://evil.example/?u=http://example.ac.jp/", "" },
    { "http://[2001:db8::1]/x", "0" },
    { "someone@sub.example.ac.jp", "0" },
    { "AS64500", "0" },
    { "as64501", "2" },
    { "64500", "" },
    { "AS645000000000", "" },
    { "日本語.example", "2" },
    { "xn--wgv71a119e.example", "2" },
    { "a.b.c.d.e.f.g.h.i.j.k.l.example.ac.jp", "0" },
    { "", "" },
    { "/", "" },
    { "[", "" },
    { "://", "" },
    { "@", "" },
    { "...", "" },
    { "[.", "" },
    { "\xff\xfe.example.ac.jp", "" },
  };
  g_autoptr (MadoPlaces) places = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *found = find (places, rows[i].value, FALSE);
    g_test_message ("%s", rows[i].value);
    g_assert_cmpstr (found, ==, rows[i].owners);
  }
}

static void
test_contacts (void)
{
  static const struct {
    const char *value, *owners;
  } rows[] = {
    { "noc@example.com", "0" }, { "other@example.com", "" },     { "a@partner.example", "2" }, { "a@sub.partner.example", "" },
    { "x@example.ac.jp", "0" }, { "x@y.hospital.example.ac.jp", "01" }, { "nobody", "" },      { "@", "" },
  };
  g_autoptr (MadoPlaces) places = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *found = find (places, rows[i].value, TRUE);
    g_assert_cmpstr (found, ==, rows[i].owners);
  }
}

static void
test_refused (void)
{
  static const char *const networks[] = { "192.0.2.1/24", "192.0.2.0/33", "192.0.2", "2001:db8::1/32", "x", "", "192.0.2.0/", "1.2.3.4/-1" };
  static const char *const domains[] = { "jp", "", ".", "a..b", ".jp", "a b.jp", "http://a.jp", "*.a.jp" };
  static const char *const numbers[] = { "AS", "ASx", "0", "AS4294967296", "" };
  static const char *const contacts[] = { "a", "a@b", "a b@c.jp", "<a@c.jp>", "" };
  g_autoptr (MadoPlaces) places = mado_places_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    g_assert_false (mado_places_add_network (places, 0, networks[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    g_assert_false (mado_places_add_domain (places, 0, domains[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_false (mado_places_add_as (places, 0, numbers[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (contacts); i++)
    g_assert_false (mado_places_add_contact (places, 0, contacts[i]));
}

/* Everybody's network is one, too. */
static void
test_all (void)
{
  g_autoptr (MadoPlaces) places = mado_places_new ();
  g_autofree char *long_name = g_strnfill (5000, '.');

  g_assert_true (mado_places_add_network (places, 3, "0.0.0.0/0"));
  g_autofree char *four = find (places, "203.0.113.9", FALSE), *six = find (places, "2001:db8::1", FALSE);
  g_autofree char *dots = find (places, long_name, FALSE);
  g_assert_cmpstr (four, ==, "3");
  g_assert_cmpstr (six, ==, "");
  g_assert_cmpstr (dots, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/triage-places/find", test_find);
  g_test_add_func ("/desk/triage-places/contacts", test_contacts);
  g_test_add_func ("/desk/triage-places/refused", test_refused);
  g_test_add_func ("/desk/triage-places/all", test_all);
  return g_test_run ();
}
