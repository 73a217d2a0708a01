/* Guessing is slow, and nobody is locked out by a stranger. */
#include "madoguchi/desk/guess-guard.h"

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
    g_autofree char *from = g_strdup_printf ("2001:db8::%x", i);
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
    g_autofree char *from = g_strdup_printf ("2001:db8::%x", i);
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
  g_test_add_func ("/guess-guard/right", test_right);
  g_test_add_func ("/guess-guard/full", test_full);
  g_test_add_func ("/guess-guard/last-room", test_last_room);
  return g_test_run ();
}
