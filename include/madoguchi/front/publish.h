/* publish.h: the files by which the world finds the team's key and its address: planned first, whole, then written. Who
 * signs, and where the key comes from, is the caller's. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/publication.h"

typedef struct {
  char *path;         /* below the directory; made of addresses that were checked */
  const char *what;   /* as in MadoPublishedFile */
  GBytes *content;    /* NULL: it cannot be made, because no user ID names the address */
  gboolean is_sketch; /* people go on writing it: theirs is kept without a word of blame */
} MadoPublishFile;

void mado_publish_file_free (MadoPublishFile *file);

/* (transfer full) of MadoPublishFile: a Web Key Directory in both forms (draft-koch-openpgp-webkey-service, 3.1) with the
 * user IDs of each address alone, the armoured key, RFC 2350 documents to be completed, and @security_txt (nullable: none).
 * @key: the team's public key. Errors: CONF (an address that is no path), NO (no user ID names any address), TEMP. */
GPtrArray *mado_publish_plan (const MadoConf *conf, GBytes *key, GBytes *security_txt, GError **error);

/* Writes @plan below @directory, each file in one step, and last a list of them with their sums (.madoguchi-published): what
 * is not as that list says is somebody else's, and is only replaced with @force. @now: for the end of a security.txt that
 * may stay. @result: (transfer full). Errors: DENIED, TEMP. */
gboolean mado_publish_write (const char *directory, const GPtrArray *plan, gboolean force, gint64 now,
                             MadoPublication **result, GError **error);
