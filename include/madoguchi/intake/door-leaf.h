/* door-leaf.h: one part of a mail at the door: gathered line by line up to a maximum, then looked at for ciphertext.
 * Called by door-reader.h alone. */
#pragma once

#include "madoguchi/intake/door-reader.h"

typedef struct {
  char *type;     /* media type, lower case; NULL: text/plain (RFC 2045, 5.2) */
  char *name;     /* of the file, as it stands in the header; nullable */
  char *encoding; /* the transfer encoding, lower case; nullable */
  GByteArray *bytes;  /* the start of the body, lines ended with LF */
  gboolean is_cut;    /* there was more */
  gboolean has_marker; /* a line that begins an OpenPGP message, also behind the cut */
} MadoDoorLeaf;

/* Makes @leaf ready; the strings are its own. */
void mado_door_leaf_init (MadoDoorLeaf *leaf);
void mado_door_leaf_clear (MadoDoorLeaf *leaf);

/* Forgets everything: another part begins. */
void mado_door_leaf_reset (MadoDoorLeaf *leaf);

/* Header facts; the first one stays. @name: nullable. */
void mado_door_leaf_set_type (MadoDoorLeaf *leaf, const char *type);
void mado_door_leaf_set_name (MadoDoorLeaf *leaf, const char *name);
void mado_door_leaf_set_encoding (MadoDoorLeaf *leaf, const char *encoding);

/* Is it a forwarded mail whose parts follow? */
gboolean mado_door_leaf_is_message (const MadoDoorLeaf *leaf);

/* Adds a line of the body, without its line end. */
void mado_door_leaf_add (MadoDoorLeaf *leaf, const char *line, gsize length);

/* Adds what it is to @facts. At most @recipients are counted. */
void mado_door_leaf_finish (const MadoDoorLeaf *leaf, guint recipients, MadoDoorFacts *facts);
