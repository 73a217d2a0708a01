/* door-rate.h: how many mails came from one client network lately. Bounded: networks that were silent are forgotten, and
 * when too many are there, all of them are. */
#pragma once

#include <glib.h>

typedef struct _MadoDoorRate MadoDoorRate;

/* (transfer full) counts up to @limit mails of one network within @window seconds; 0: no limit. */
MadoDoorRate *mado_door_rate_new (guint limit, gint64 window);
void mado_door_rate_free (MadoDoorRate *rate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDoorRate, mado_door_rate_free)

/* Counts one mail of @network at @now. FALSE: it is one too many. Safe in any thread. */
gboolean mado_door_rate_count (MadoDoorRate *rate, const char *network, gint64 now);

/* (transfer full, nullable) the network of an address: its first 24 bits (IPv4) or 56 (IPv6); NULL when it is none. */
char *mado_door_network (const char *address);
