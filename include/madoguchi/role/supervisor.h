/* supervisor.h: madoguchid's heart: starts the roles as its children, restarts those that die, and stops them in an
 * order that finishes what was promised. systemd does the same in production; nothing here reads a mail. */
#pragma once

#include "madoguchi/conf/conf.h"

/* The programs in the order in which they are stopped; ends with NULL. */
extern const char *const mado_supervisor_programs[];

typedef struct {
  const MadoConf *conf;   /* its path is what the roles are given */
  const char *ready_path; /* (nullable) file that is there while every role serves, from the first time on */
  const char *pid_path;   /* (nullable) a second file with our process id */
  int ready_fd;           /* gets one byte when every role serves; closed then; -1: none */
} MadoSupervision;

/* (transfer full) the path of a program: beside our own executable (a build tree), else in the directory where
 * programs are installed. Errors: UNAVAILABLE when it is in neither. */
char *mado_supervisor_find_program (const char *name, GError **error);

/* Runs until SIGTERM or SIGINT; TRUE after an orderly end. Errors: UNAVAILABLE when a program is missing or the roles
 * do not come up; CONF and others when a role refuses its configuration; TEMP when another one runs here. */
gboolean mado_supervisor_run (const MadoSupervision *what, GError **error);

/* For tests: the wait in milliseconds before a restart, when the last one was @last and the role lived @lived_ms. */
guint mado_supervisor_backoff (guint last, gint64 lived_ms);
