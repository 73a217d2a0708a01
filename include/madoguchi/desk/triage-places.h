/* triage-places.h: whose network, name or address something is: the constituencies of the rules file as one index, in which
 * a look-up takes the same time however many there are. Pure. */
#pragma once

#include <glib.h>

typedef struct _MadoPlaces MadoPlaces;

/* (transfer full) one without anybody. */
MadoPlaces *mado_places_new (void);
void mado_places_free (MadoPlaces *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPlaces, mado_places_free)

/* Each adds something of constituency number @owner; FALSE: @text is no such thing.
 * network: "192.0.2.0/24", "2001:db8::/32", "192.0.2.1" (host bits must be zero); domain: "example.jp", with all below it;
 * as: "AS64500", "64500"; contact: a mail address, or "@example.jp". */
gboolean mado_places_add_network (MadoPlaces *places, guint owner, const char *text);
gboolean mado_places_add_domain (MadoPlaces *places, guint owner, const char *text);
gboolean mado_places_add_as (MadoPlaces *places, guint owner, const char *text);
gboolean mado_places_add_contact (MadoPlaces *places, guint owner, const char *text);

/* Whose is @value: an address (also with a port, or in brackets), a network, a name, a URL, a mail address (its domain), an
 * AS number? Written harmless ("192.0.2[.]1", "hxxp://") counts as well. @owners: their numbers (guint) are appended, each
 * once. */
void mado_places_find (const MadoPlaces *places, const char *value, GArray *owners);

/* ... whose contact is the mail address @address, or failing that, whose domain is it in? */
void mado_places_find_contact (const MadoPlaces *places, const char *address, GArray *owners);
