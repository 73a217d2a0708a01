/* Guessing is slow, and nobody is locked out by a stranger. */
#include "madoguchi/desk/guess-guard.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)

static guint
try_many (MadoGuessGuard *guard, guint tries, const char *login, const char *from, const char *device, gint64 now)
{
  guint let = 0;
  gint64 wait = 0;

  for (guint i = 0; i < tries; i++)
    let += mado_guess_guard_try (guard, login, from, device, now, &wait);
  return let;
}

static void
test_login (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  gint64 wait = 0;

  g_assert_cmpuint (try_many (guard, 100, "hanako", "192.0.2.1", NULL, NOW), ==, 5);
  g_assert_false (mado_guess_guard_try (guard, "hanako", "192.0.2.2", NULL, NOW, &wait)); /* from wherever */
  g_assert_cmpint (wait, >, 0);
  g_assert_cmpint (wait, <=, 61);
  g_assert_false (mado_guess_guard_try (guard, "hanako", "192.0.2.2", NULL, NOW + wait - 2, &wait));
  g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.2", NULL, NOW + 62, &wait));
  g_assert_cmpuint (try_many (guard, 10, "taro", "192.0.2.9", NULL, NOW), ==, 5);
  /* a day of guessing: no more than one a minute and the first five */
  guint let = 0;
  for (gint64 s = 0; s < 86400; s++)
    let += try_many (guard, 1, "jiro", "192.0.2.77", NULL, NOW + s);
  g_assert_cmpuint (let, <=, 5 + 86400 / 60 + 1);
}

static void
test_device (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  gint64 wait = 0;

  try_many (guard, 1000, "hanako", "192.0.2.1", NULL, NOW);
  g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.1", "device", NOW, &wait));
  mado_guess_guard_succeed (guard, "hanako", "192.0.2.1", "device");
  g_assert_cmpuint (try_many (guard, 100, "hanako", "192.0.2.1", "device", NOW), ==, 10);
  g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.1", "other device", NOW, &wait));
}

/* Who tries from more and more addresses of his network: as many tries as that has, all in all. */
static void
test_networks (void)
{
  static const struct {
    const char *format; /* with a hexadecimal number, twice */
    guint let;          /* of 300 */
  } table[] = {
    { "192.0.2.7", 20 },
    { "::ffff:192.0.2.%1$u", 300 }, /* IPv4, each for itself */
    { "::ffff:c000:207", 20 },      /* and one of them however it is written */
    { "2001:db8::%1$x", 20 },                  /* a /64 */
    { "2001:db8:0:0:%1$x:%1$x::1", 20 },
    { "2001:DB8:0000::%1$x", 20 },
    { "2001:db8:0:%1$x::1", 80 },              /* a /64 each, of two /56 */
    { "2001:db8:0:%1$x0::1", 100 },            /* of many /56 of one /48 */
    { "2001:db8:%1$x::1", 300 },               /* one /48 each */
    { "", 20 },
    { "nonsense", 20 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
    guint let = 0;
    for (guint n = 0; n < 300; n++) {
      g_autofree char *login = g_strdup_printf ("member%u", n);
      guint number = strchr (table[i].format, '.') != NULL ? n % 256 : n;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_autofree char *from = g_strdup_printf (table[i].format, number);
#pragma GCC diagnostic pop
      let += try_many (guard, 1, login, from, NULL, NOW);
    }
    g_assert_cmpuint (let, ==, table[i].let);
  }
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  guint let = 0;
  for (guint n = 0; n < 200; n++) { /* 200 /64 of one /56 */
    g_autofree char *login = g_strdup_printf ("member%u", n), *from = g_strdup_printf ("2001:db8:0:%x::1", n);
    let += try_many (guard, 1, login, from, NULL, NOW);
  }
  g_assert_cmpuint (let, ==, 40);
  g_assert_cmpuint (try_many (guard, 10, NULL, "2001:db8:0:100::1", NULL, NOW), ==, 10); /* the next /56 */
  g_assert_cmpuint (try_many (guard, 10, NULL, "2001:db8:0:1::1", NULL, NOW + 15 * 5), ==, 5); /* refilled */
}

static void
test_address (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  guint let = 0;

  for (guint i = 0; i < 100; i++) { /* one password for everybody */
    g_autofree char *login = g_strdup_printf ("member%u", i);
    let += try_many (guard, 1, login, "192.0.2.1", NULL, NOW);
  }
  g_assert_cmpuint (let, ==, 20);
  g_assert_cmpuint (try_many (guard, 1, "member99", "192.0.2.2", NULL, NOW), ==, 1);
}

static void
test_right (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  gint64 wait = 0;

  for (guint i = 0; i < 200; i++) {
    g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.1", NULL, NOW, &wait));
    mado_guess_guard_succeed (guard, "hanako", "192.0.2.1", NULL);
  }
}

static void
test_full (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();
  gint64 wait = 0;

  for (guint i = 0; i < 15000; i++) {
    g_autofree char *login = g_strdup_printf ("member%u", i);
    g_autofree char *from = g_strdup_printf ("2001:db8:%x::1", i);
    try_many (guard, 1, login, from, NULL, NOW);
  }
  g_assert_false (mado_guess_guard_try (guard, "hanako", "192.0.2.1", NULL, NOW, &wait));
  g_assert_cmpint (wait, ==, 60);
  g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.1", "device", NOW, &wait));
  g_assert_true (mado_guess_guard_try (guard, "hanako", "192.0.2.1", NULL, NOW + 61, &wait));
}

/* The last room is for a login, and there is none for the address: what is swept then is not what is being used. */
static void
test_last_room (void)
{
  g_autoptr (MadoGuessGuard) guard = mado_guess_guard_new ();

  for (guint i = 0; i < 19998; i++) {
    g_autofree char *login = g_strdup_printf ("member%u", i);
    try_many (guard, 1, login, "192.0.2.1", NULL, NOW);
  }
  for (guint i = 0; i < 100; i++) { /* each comes from elsewhere: five tries of one login, however full it is */
    g_autofree char *from = g_strdup_printf ("2001:db8:%x::1", i);
    g_assert_cmpuint (try_many (guard, 1, "hanako", from, NULL, NOW), ==, i < 5);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guess-guard/login", test_login);
  g_test_add_func ("/guess-guard/device", test_device);
  g_test_add_func ("/guess-guard/address", test_address);
  g_test_add_func ("/guess-guard/networks", test_networks);
  g_test_add_func ("/guess-guard/right", test_right);
  g_test_add_func ("/guess-guard/full", test_full);
  g_test_add_func ("/guess-guard/last-room", test_last_room);
  return g_test_run ();
}
