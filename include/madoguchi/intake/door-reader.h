/* door-reader.h: what the outside of a mail tells of its encryption, while the mail is still on its way: its parts, and
 * for whom its ciphertexts are. It is fed with bytes, as they come.
 *
 * Pure and bounded: no decoding of words or charsets, no decryption, no engine; a part is looked at up to a fixed size. It
 * is no judge of what it does not understand: then it says that the mail may be encrypted, and may be for us. The opener
 * reads the same mail again, thoroughly (mail/structure.h); nothing of what is found here is believed by it.
 */
#pragma once

#include <glib.h>

/* Bytes of one part that are looked at, before its transfer encoding is undone. */
#define MADO_DOOR_PART_MAX (1024 * 1024)

typedef struct {
  guint depth;       /* most levels of parts */
  guint parts;       /* most parts */
  gsize header_size; /* most bytes of one header */
  guint recipients;  /* of an encrypted message, that are counted */
} MadoDoorLimits;

typedef struct {
  guint ciphertexts;       /* that were found and understood */
  gboolean may_be_encrypted; /* something is, or may be: no rule about plaintext applies */
  gboolean has_plaintext;  /* words for people stand outside of all ciphertexts, or a part that is no text */
  GPtrArray *recipients;   /* of char: long key ids, upper case; of S/MIME "#SERIAL" of a certificate, hex */
  gboolean may_be_ours;    /* a hidden recipient, a passphrase, or a ciphertext whose recipients cannot be read */
  gboolean has_integrity;  /* of the ciphertexts one has, or there is none */
  gboolean is_new_format;  /* all ciphertexts are of versions that GnuPG 2.2 does not know */
  guint parts;
  gboolean is_bomb;        /* a limit on depth, parts or headers was crossed: nothing more was looked at */
} MadoDoorFacts;

void mado_door_facts_clear (MadoDoorFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoDoorFacts, mado_door_facts_clear)

typedef struct _MadoDoorReader MadoDoorReader;

/* (transfer full) a reader for one mail, from the first byte of its header. */
MadoDoorReader *mado_door_reader_new (const MadoDoorLimits *limits);
void mado_door_reader_free (MadoDoorReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDoorReader, mado_door_reader_free)

/* Takes the next bytes; lines end with LF or CRLF. */
void mado_door_reader_feed (MadoDoorReader *reader, const void *bytes, gsize length);

/* The mail is complete. @facts: (out) to be cleared. */
void mado_door_reader_finish (MadoDoorReader *reader, MadoDoorFacts *facts);
