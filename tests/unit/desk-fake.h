/* desk-fake.h: roles for the desk's tests: threads that answer on a socket, by rules that are written in the mails
 * themselves. Tests only. */
#pragma once

#include "madoguchi/ipc/wire.h"

typedef struct _FakeRole FakeRole;

/* Answers one request. FALSE with @error: an "error" answer; FALSE without: hangs up. Called from threads. */
typedef gboolean (*FakeAnswer) (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error);

FakeRole *fake_role_start (const char *path, FakeAnswer answer, gpointer data);
void fake_role_stop (FakeRole *role);

/* An opener that takes header fields by their first line and obeys X-Fake: crash, limit, partial, die, temp,
 * undecryptable. @data: a FakeOpener. */
typedef struct {
  gint n_opened; /* atomic */
  gint is_healed; /* atomic: X-Fake is ignored */
} FakeOpener;
gboolean fake_open (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error);

/* A signer that writes the Message-ID and the template into a "mail", and refuses the key "BADKEY". */
gboolean fake_seal (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error);

/* What the signer and the opener do with the keys of the store: "wrapped" is only coded here. */
gboolean fake_wrap (MadoPacket *request, int *fd, GError **error);
gboolean fake_unwrap (MadoPacket *request, GVariant **body, int *fd, GError **error);

/* A keyring that has every key it is asked for, fit for use, and adds none. */
gboolean fake_candidates (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error);

/* A sender that keeps what it gets. */
typedef struct {
  GMutex lock;
  GPtrArray *sent; /* of char *: "MESSAGE-ID RECIPIENT TEXT" */
  gint refuse;     /* atomic: this many times TEMP */
  gint reject;     /* atomic: this many times PERM */
  gint die;        /* atomic: this many times hang up after the mail was taken */
} FakeSender;
gboolean fake_send (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error);
