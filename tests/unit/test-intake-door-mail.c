/* What the door makes of one mail on its way: the hash of its body, to which the mark is bound, must be the opener's. */
#include "madoguchi/intake/door-mail.h"

#include <string.h>

/* (transfer full) the hash of @body, fed in pieces of @step bytes. */
static char *
hash_in_pieces (const char *body, gsize step)
{
  static const MadoDoorMailSettings settings = { .size_limit = 100000, .limits = { 10, 50, 4096, 100 } };
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();
  g_autoptr (MadoDoorMailFlow) flow = mado_door_flow_new (&settings, envelope, NULL);
  g_auto (MadoDoorFacts) facts = { 0 };
  gboolean is_too_large = TRUE;
  char *hash = NULL;

  mado_door_flow_field (flow, "Subject", " x");
  mado_door_flow_end_header (flow);
  for (gsize at = 0; at < strlen (body); at += step)
    mado_door_flow_body (flow, body + at, MIN (step, strlen (body) - at));
  mado_door_flow_finish (flow, &facts, &is_too_large, &hash);
  g_assert_false (is_too_large);
  return hash;
}

static void
test_hash (void)
{
  static const struct {
    const char *body, *hashed;
  } rows[] = {
    { "one\r\ntwo\r\n", "one\ntwo\n" },
    { "one\ntwo\n", "one\ntwo\n" },
    { "one\rtwo\r\n", "one\rtwo\n" }, /* as mail/facts.c hashes it */
    { "one\r\r\n\r\r", "one\r\n\r\r" },
    { "one\r", "one\r" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *wanted = g_compute_checksum_for_string (G_CHECKSUM_SHA256, rows[i].hashed, -1);
    for (gsize step = 1; step < 10; step++) {
      g_autofree char *hash = hash_in_pieces (rows[i].body, step);
      g_assert_cmpstr (hash, ==, wanted);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/door-mail/hash", test_hash);
  return g_test_run ();
}
