/* dane.h: keys in the DNS (OPENPGPKEY, RFC 7929), as a validating resolver on this machine says them. They count only when it
 * says that DNSSEC proves them: nothing here validates by itself, so the way to the resolver must be one that nobody else can
 * write to. For discover.c. */
#pragma once

#include <glib.h>
#include <netinet/in.h>

/* Reads @text, "ADDRESS" or "ADDRESS:PORT" in 127.0.0.0/8. Errors: CONF. */
gboolean mado_dane_read_resolver (const char *text, struct sockaddr_in *resolver, GError **error);

/* (transfer full) the name of the record for local part @local in @domain (RFC 7929, 3). */
char *mado_dane_name (const char *local, const char *domain);

/* Asks @resolver for the record @name, for about @left_ms. @block: (transfer full) the keys, one after the other, at most
 * @max bytes. Errors: NO (there is none), PERM (not proved, or more than that), TEMP. */
gboolean mado_dane_find (const struct sockaddr_in *resolver, const char *name, gint64 left_ms, gsize max, GBytes **block,
                         GError **error);
