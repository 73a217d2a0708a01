/* publication.h: what `madoguchi publish` did: madoguchi.publish/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *path;   /* below the directory */
  char *what;   /* "wkd-advanced", "wkd-direct", "wkd-policy", "key", "security-txt", "rfc2350" */
  char *action; /* "written", "unchanged", "kept" (somebody else's, or changed by hand), "stale" (of an earlier run, not
                   published any more), "left-out" (no user ID of the key names the address) */
} MadoPublishedFile;

typedef struct {
  char *directory;
  char *fingerprint; /* of the key */
  GPtrArray *files;  /* of MadoPublishedFile */
} MadoPublication;

MADO_DECLARE_RECORD (MadoPublishedFile, mado_published_file)
MADO_DECLARE_RECORD (MadoPublication, mado_publication)
