/* discover.h: looks for the key of an address in the directories that [discovery] names. Called by the sender alone, one
 * question at a time: it has the network. It carries bytes and never looks into a key: that is the keyring role's.
 *
 * HTTPS only, TLS 1.2 or later, no proxy, no cookies, no credentials, no User-Agent; only to addresses of the public
 * Internet; a redirect is followed to the same host alone; size and time are bounded. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct _MadoDiscovery MadoDiscovery;

/* (transfer full) the directories of [discovery]; may be none. Errors: CONF, TEMP. */
MadoDiscovery *mado_discovery_new (const MadoConf *conf, GError **error);
void mado_discovery_free (MadoDiscovery *discovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDiscovery, mado_discovery_free)

typedef struct {
  const char *address;
  const char *source;      /* (nullable) "wkd", "dane" or "vks": this directory alone */
  const char *fingerprint; /* (nullable) of 40 digits: VKS is asked for this key, not for the address */
} MadoDiscoveryQuestion;

/* Asks the directories one after the other (WKD, the DNS, VKS) until one has something. @block: (transfer full) what it gave,
 * whatever it is, at most 256 KiB; @source: static: which one it was.
 * Errors: NO: none has a key; PERM: this address is not looked up, or leads where nobody may go; TEMP: not every directory
 * could be asked; CONF: there is no such directory. No message names the address. */
gboolean mado_discovery_find (MadoDiscovery *discovery, const MadoDiscoveryQuestion *question, GBytes **block,
                              const char **source, GError **error);
