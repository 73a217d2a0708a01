/* lmtp-parse.h: one LMTP command line taken apart (RFC 2033, RFC 5321 4.1, RFC 6531). Pure: no state, no I/O. */
#pragma once

#include <glib.h>

/* Bytes of a command line with its CRLF: 512 of RFC 5321 4.5.3.1.4, and room for the parameters of SIZE,
 * 8BITMIME and SMTPUTF8 and for addresses in UTF-8. */
#define MADO_LMTP_LINE_MAX 1024

/* Bytes of an address: 256 of RFC 5321 4.5.3.1.3, doubled for UTF-8. */
#define MADO_LMTP_PATH_MAX 512

typedef enum {
  MADO_LMTP_LHLO,
  MADO_LMTP_MAIL,
  MADO_LMTP_RCPT,
  MADO_LMTP_DATA,
  MADO_LMTP_RSET,
  MADO_LMTP_NOOP,
  MADO_LMTP_VRFY,
  MADO_LMTP_QUIT
} MadoLmtpVerb;

typedef struct {
  MadoLmtpVerb verb;
  char *path;        /* MAIL, RCPT: the address without brackets and source route, UTF-8; "" is the null sender.
                      * A local part is quoted only where it has to be. */
  gboolean is_ascii; /* is the path? */
  gboolean has_size;
  guint64 size;      /* SIZE=; what does not fit into 64 bits is the largest number */
  gboolean smtputf8;
} MadoLmtpCommand;

void mado_lmtp_command_clear (MadoLmtpCommand *command);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoLmtpCommand, mado_lmtp_command_clear)

/* Reads @line (@length bytes, without CRLF; it may hold any bytes) into @command, which is set in any case and
 * must be cleared. NULL when it is right; otherwise (static) the reply with its codes and without CRLF:
 * 500 5.5.1 unknown verb, HELO, EHLO; 500 5.5.2 bytes that no command has; 501 5.5.4 wrong arguments;
 * 501 5.1.7 and 501 5.1.3 wrong sender and recipient; 502 5.5.1 known but not served; 553 5.6.7 an address in
 * UTF-8 without SMTPUTF8 (MAIL); 555 5.5.4 unknown parameter. */
const char *mado_lmtp_parse (const char *line, gsize length, MadoLmtpCommand *command);

/* Is @path, with or without a +extension, one of @team? ASCII case does not matter. A local part alone is
 * nobody. */
gboolean mado_lmtp_is_ours (const char *const *team, const char *path);
