/* armor.h: the binary data in a faultless block of ASCII armour (RFC 9580, 6.2).
 *
 * gpg reads armour by itself, letter by letter, and takes longer for that than for decrypting. Whatever is in any way
 * unusual is left to it: it has been reading other people's armour for a long time. */
#pragma once

#include <glib.h>

/* TRUE when @bytes is one armoured message in good form, with nothing but white space around it.
 * @binary: (transfer full) what is in it. A checksum is passed over (RFC 9580, 6.1: it proves nothing; a message that
 * we open has a better one inside). */
gboolean mado_pgp_dearmor (const guint8 *bytes, gsize size, GBytes **binary);

/* (transfer full, nullable) armoured @bytes with the right checksum in each block that has none or a wrong one; NULL
 * when there is no such block, and for more than a MiB. Neither is a reason to refuse anything (RFC 9580, 6.1), but gpg
 * does. @was_wrong: (out) was one wrong? */
GBytes *mado_pgp_armor_repair (const guint8 *bytes, gsize size, gboolean *was_wrong);
