/* checks-web.h: what `madoguchi doctor` says of the members' page: does it answer, to whom, with which files, and for how long is a
 * member let in? What stands before it cannot be seen from here: then it says what to look at. */
#pragma once

#include "madoguchi/front/checks.h"

/* A file of the page, as this program was built with it (the list is made by the makefile). */
typedef struct {
  const char *name;   /* NULL: the end */
  const char *sha256; /* lower case */
} MadoPageFile;

extern const MadoPageFile mado_page_files[];

/* Runs the checks on @conf and reports each; without [web] listen there are none. Changes nothing. */
void mado_checks_web (const MadoConf *conf, MadoCheckReport report, gpointer data);

/* What adjtimex(2) says: @result and the status bits @status. Codes of second devices, signatures and due times need the time. */
void mado_checks_clock_kept (int result, int status, MadoCheckReport report, gpointer data);
