/* member.h: a member's side of the conversation with the keeper (ipc/peer.h has the words). */
#pragma once

#include "madoguchi/front/cli.h"
#include "madoguchi/ipc/wire.h"
#include "madoguchi/model/record.h"

/* Asks the keeper of @conf. @body: (nullable) a{sv}, sunk. @fd: sent along, or -1; stays the caller's.
 * Errors: UNAVAILABLE when no keeper runs; DENIED; the keeper's own. */
gboolean mado_member_ask (const MadoConf *conf, const char *verb, GVariant *body, int fd, MadoPacket *answer,
                          GError **error);

/* Does a keeper listen? One connect. */
gboolean mado_member_keeper_runs (const MadoConf *conf);

/* (transfer full) the members of "items" in @answer as records of @type. Errors: PERM, LIMIT when they are not. */
GPtrArray *mado_member_items (const MadoPacket *answer, const MadoRecordType *type, GError **error);

/* (transfer floating) a{sv} of strings: name, value, ..., NULL. A NULL value is left out. */
GVariant *mado_member_body (const char *name, ...) G_GNUC_NULL_TERMINATED;

/* Is @text UTF-8 of at most @max bytes? Errors: USAGE, naming @what. */
gboolean mado_member_check_text (const char *what, const char *text, gsize max, GError **error);

/* Prints @record as one line of JSON. Errors: TEMP. */
gboolean mado_member_print_json (MadoCli *cli, const MadoRecordType *type, gconstpointer record, GError **error);

/* Prints the body of @answer, a{sv} of strings, integers, booleans and string lists, as one line of JSON. */
gboolean mado_member_print_body (MadoCli *cli, GVariant *body, GError **error);

/* Opens file @path that a person named, for reading. The caller owns the descriptor. -1 on failure; errors: PERM
 * when there is no such file, DENIED, TEMP. */
int mado_member_open_file (const char *path, GError **error);

/* Copies @size bytes (G_MAXUINT64: all) of @fd from @offset to file @path, or to the results when @path is NULL.
 * A terminal never gets raw bytes of a mail. Errors: USAGE (a terminal), TEMP, DENIED. */
gboolean mado_member_save (MadoCli *cli, int fd, guint64 offset, guint64 size, const char *path, GError **error);
