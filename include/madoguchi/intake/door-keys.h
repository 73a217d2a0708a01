/* door-keys.h: the ids of the keys that mail to us may be encrypted to, and until when: all that the door knows of keys.
 *
 * The file has one key a line: "KEYID EXPIRES", a long key id (or "#SERIAL" of a certificate) and seconds since the
 * epoch, 0 for never; "#" and a blank begin a comment. The keyring role writes it (pgp/door-file.h). */
#pragma once

#include <glib.h>

typedef struct _MadoDoorKeys MadoDoorKeys;

typedef enum {
  MADO_DOOR_KEY_FOREIGN, /* none of ours */
  MADO_DOOR_KEY_EXPIRED,
  MADO_DOOR_KEY_OURS
} MadoDoorKeyState;

/* (transfer full) the keys in the file @path, read again when it changes. It need not be there. */
MadoDoorKeys *mado_door_keys_new (const char *path);
void mado_door_keys_free (MadoDoorKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDoorKeys, mado_door_keys_free)

/* Is anything known at all? Without that, nobody can be told that he took the wrong key. Safe in any thread. */
gboolean mado_door_keys_are_known (MadoDoorKeys *keys);

/* The same of certificates. */
gboolean mado_door_keys_have_certificates (MadoDoorKeys *keys);

/* Whose key is @id at @now? Safe in any thread. */
MadoDoorKeyState mado_door_keys_judge (MadoDoorKeys *keys, const char *id, gint64 now);

/* (transfer full, nullable) the id that mail should be encrypted to: of the key that is valid for longest. */
char *mado_door_keys_current (MadoDoorKeys *keys, gint64 now);
