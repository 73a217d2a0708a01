/* packets.h: what kind of OpenPGP data this is, from the packet headers alone (RFC 9580, 4 and 5), before any
 * engine sees it. GnuPG 2.2 calls new formats, foreign keys and junk by the same name; we do not.
 *
 * Pure and bounded: looks at the first packets only, allocates by what it was given, never decrypts. A compressed
 * packet is looked into, at most 1 MiB and two levels deep: it may hold an encrypted message. */
#pragma once

#include <glib.h>

typedef enum {
  MADO_PACKETS_JUNK,       /* no OpenPGP data */
  MADO_PACKETS_ENCRYPTED,
  MADO_PACKETS_SIGNED,     /* one-pass signature, literal or compressed data: not encrypted */
  MADO_PACKETS_SIGNATURE,  /* detached */
  MADO_PACKETS_KEY
} MadoPacketsKind;

typedef struct {
  MadoPacketsKind kind;
  char **recipients;       /* long key ids of the PKESK packets, upper case; zeros: hidden */
  guint recipient_count;   /* of PKESK packets; more than were asked for: counting stopped */
  guint trials;            /* of the recipients: hidden, or named before; nobody knows which of these keys fits without trying */
  guint passphrases;       /* SKESK packets */
  guint old_recipients;    /* of them in version 3 (or 2), which GnuPG 2.2 knows */
  guint new_recipients;    /* of them, and of the passphrases, in version 6 (RFC 9580) */
  gboolean has_padding;    /* a packet that says nothing (RFC 9580, 5.14 and 4.3) stands before the data */
  gboolean is_compressed;  /* the encrypted message stands in a compressed packet */
  gboolean has_rest;       /* something follows the encrypted data, or may: only a forger writes so */
  guint8 container;        /* tag of the encrypted data: 9 (no integrity), 18, 20 (LibrePGP); 0: none found */
  guint8 version;          /* of tag 18: 1 or 2; of a signature: 3, 4, 6 */
  guint8 hash;             /* the hash of a detached signature of version 3 or 4 (RFC 9580, 9.5), else 0 */
} MadoPackets;

void mado_packets_clear (MadoPackets *packets);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoPackets, mado_packets_clear)

/* Reads the first packets of @bytes, armoured or binary. At most @max_recipients are counted. */
void mado_packets_read (const guint8 *bytes, gsize size, guint max_recipients, MadoPackets *packets);

/* A walk over packets; both pointers are set to the data first. */
typedef struct {
  const guint8 *at, *end;
} MadoPacketCursor;

/* The next packet: its @tag and its body, which never reaches beyond the end. FALSE at the end, and where the data are
 * none, are cut, or come in chunks (RFC 9580, 4.2.1.4). */
gboolean mado_packets_next (MadoPacketCursor *cursor, guint *tag, const guint8 **body, gsize *length);

/* (transfer full) @bytes without their armour, at most 8 MiB; as they are when they have none. */
GBytes *mado_packets_binary (const guint8 *bytes, gsize size);

/* (transfer full, nullable) the first @max packets of a detached signature, binary; NULL when it has no more than that, or
 * is nothing that can be walked through. */
GBytes *mado_packets_first (const guint8 *bytes, gsize size, guint max);

/* (transfer full, nullable) binary @bytes without the packets for passphrases, at which gpg stops before it looks for a
 * key, and without padding and the like, which GnuPG 2.2 does not know; NULL when they are armoured, or there is no such packet. */
GBytes *mado_packets_strip (const guint8 *bytes, gsize size);
