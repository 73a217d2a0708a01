/* role.h: the skeleton of every program that runs in the background. It fixes the order in which a role comes
 * to life: options, configuration, start () with all privileges, checks of what it must not have, sandbox,
 * service, drain. A role is a table of callbacks and a short main ().
 *
 * Two shapes. A worker role (opener, signer, sender, keyring) answers requests on its socket: the skeleton
 * forks `workers` processes that accept on it, each serving one connection at a time and blocking as it likes;
 * a worker that dies is replaced. A loop role (lmtp, keeper) adds sources to the default GLib main context in
 * serve ().
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/ipc/wire.h"

typedef struct _MadoRoleContext MadoRoleContext;

typedef struct {
  const char *name;      /* "madoguchi-opener" */
  const char *socket;    /* worker roles: name for mado_wire_path (); NULL for loop roles that listen themselves */
  const char *summary;   /* one line for --help */
  gboolean may_network;  /* may it open sockets other than AF_UNIX? */
  const char *workers_key; /* worker roles: the [crypto] key that says how many; NULL: one */
  guint (*count_workers) (const MadoConf *conf); /* worker roles whose number is no setting of its own. (nullable) */

  /* Opens what needs privileges. Worker roles: called in each worker before the sandbox. (nullable) */
  gboolean (*start) (MadoRoleContext *role, GError **error);
  /* Loop roles: adds sources; the skeleton then says READY and runs the main loop. */
  gboolean (*serve) (MadoRoleContext *role, GError **error);
  /* Worker roles: answers one request. @body: (transfer floating or full) answer, may stay NULL; @fd: (transfer
   * full) rides along, may stay -1. On FALSE the error is the answer. */
  gboolean (*answer) (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error);
  /* Worker roles: called when nothing else is to be done, every tick_ms milliseconds. (nullable) */
  void (*tick) (MadoRoleContext *role);
  guint tick_ms;
  /* Loop roles: SIGTERM came; finish what was promised, then call mado_role_quit (). (nullable: quits at once) */
  void (*drain) (MadoRoleContext *role);
  /* Last call before exit, in every process that called start (). (nullable) */
  void (*stop) (MadoRoleContext *role);
} MadoRole;

struct _MadoRoleContext {
  const MadoRole *role;
  MadoConf *conf;
  guint worker;        /* 0, 1... in worker roles */
  gboolean is_draining;
  gpointer state;      /* the role's own */
  GMainLoop *loop;     /* loop roles */
};

/* The whole life of a role; returns the exit status of the process. */
int mado_role_run (const MadoRole *role, int argc, char **argv);

/* Ends the main loop of a loop role with @status. */
void mado_role_quit (MadoRoleContext *context, int status);

/* Tells systemd or madoguchid, whoever started us ($NOTIFY_SOCKET, sd_notify(3)): e.g. "READY=1". */
void mado_role_notify (const char *state);
