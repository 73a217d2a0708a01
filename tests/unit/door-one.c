/* door-one: prints what the door says of mails, one JSON line each, all rules on: door-one KEYS FILE... (KEYS as in
 * intake/door-keys.h). For the tests that compare it with what the opener can open. */
#include "madoguchi/intake/door-policy.h"

#include <stdio.h>

static void
print_verdict (MadoDoorKeys *keys, const char *path)
{
  static const char *const recipients[] = { "csirt@example.org", NULL };
  static const MadoDoorLimits limits = { 100, 10000, 100 * 1024, 500 };
  MadoDoorSettings settings = { .encrypted_only = NULL };
  g_autoptr (MadoDoorReader) reader = mado_door_reader_new (&limits);
  g_auto (MadoDoorFacts) facts = { 0 };
  g_autofree char *bytes = NULL;
  gsize size = 0;

  for (int i = 0; i < MADO_DOOR_RULES; i++)
    settings.modes[i] = MADO_DOOR_ON;
  if (!g_file_get_contents (path, &bytes, &size, NULL)) {
    puts ("{\"error\": \"cannot read\"}");
    return;
  }
  mado_door_reader_feed (reader, bytes, size);
  mado_door_reader_finish (reader, &facts);
  MadoDoorMail mail = { .facts = &facts, .recipients = recipients, .now = g_get_real_time () / G_USEC_PER_SEC };
  g_autofree char *names = mado_door_names (&settings, mado_door_judge (&settings, keys, &mail));
  printf ("{\"rules\": \"%s\", \"ciphertexts\": %u, \"recipients\": %u, \"may_be_encrypted\": %s, \"may_be_ours\": %s, \"has_plaintext\": %s}\n",
          names == NULL ? "" : names, facts.ciphertexts, facts.recipients->len, facts.may_be_encrypted ? "true" : "false",
          facts.may_be_ours ? "true" : "false", facts.has_plaintext ? "true" : "false");
}

int
main (int argc, char **argv)
{
  g_autoptr (MadoDoorKeys) keys = argc < 2 ? NULL : mado_door_keys_new (argv[1]);

  if (keys == NULL)
    return 64;
  for (int i = 2; i < argc; i++)
    print_verdict (keys, argv[i]);
  return 0;
}
