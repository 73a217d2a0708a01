/* indicator-url.h: URLs in refanged text (RFC 3986), with what stands for "http" where people write them harmless.
 * Pure. */
#pragma once

#include "madoguchi/report/indicator-ip.h"

typedef struct {
  char *value;       /* scheme and host in lower case and ASCII, everything else as it was */
  char *name;        /* of its host; NULL: it is an address */
  MadoIp ip;         /* length 0: it is a name */
  gsize size;        /* bytes of the text that it takes */
  gsize host, host_size; /* where its host stands in them */
  gboolean is_mended;  /* the scheme was written as none that there is */
  gboolean is_guessed; /* no scheme was written: "http" is a guess */
} MadoUrl;

void mado_url_clear (MadoUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoUrl, mado_url_clear)

/* Reads the URL at @text, which begins with a scheme of @scheme bytes and "://" (0: with its host, and a path must
 * follow). @used: (out) also when there is no URL: how far nothing else need be looked for; at least the scheme.
 * FALSE: it has no host that anybody could reach. */
gboolean mado_url_read (const char *text, gsize size, gsize scheme, MadoUrl *url, gsize *used);

/* How many bytes of scheme stand at @text before "://", 0 when there is none. Of bounded length. */
gsize mado_url_scheme (const char *text, gsize size);
