/* store-need.h: which incidents are narrowed, and to whom. See need.h.
 *
 * Narrowed is what has TLP:RED or the mark of a member. The store itself keeps the list of names (triggers): the owner is always
 * on it; when an incident becomes narrow and nobody chose, so is who took part before (wrote a note, made a change) and is a
 * member still; when it is opened to all again, the list goes. Whatever changes owner or TLP need not think of it.
 *
 * A reader is the login of who asks; NULL reads everything: while there are no members, and for the gateway itself.
 */
#pragma once

#include "madoguchi/desk/need.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"

/* SQL for the store's own files: is the incident row @i (an alias) narrowed; may the parameter @who (text, "?3"; null: everything)
 * read it? */
#define MADO_NEED_NARROW(i) "(" i ".restricted <> 0 OR coalesce (" i ".tlp, '') = 'TLP:RED')"
#define MADO_NEED_READABLE(i, who) "(" who " IS NULL OR NOT " MADO_NEED_NARROW (i) " OR " MADO_NEED_NAMED (i, who) ")"
#define MADO_NEED_NAMED(i, who) "EXISTS (SELECT 1 FROM named WHERE named.incident = " i ".id AND named.login = " who ")"

/* May @member (a login; NULL: everything) read @incident? One that is not there: FALSE. Errors: TEMP. */
gboolean mado_need_may_read (MadoStore *store, const char *member, gint64 incident, gboolean *may, GError **error);

/* May @member (NULL: yes) hear that the team knows @address? Not, when all that came from it is in incidents that he may not read. */
gboolean mado_need_may_know (MadoStore *store, const char *member, const char *address, gboolean *may, GError **error);

/* What need.h judges by. */
gboolean mado_store_load_need (MadoStore *store, const char *member, gint64 incident, MadoNeedFacts *facts, GError **error);

/* (transfer full) who is named in @incident, by login: of MadoNamed. */
GPtrArray *mado_store_list_named (MadoStore *store, gint64 incident, GError **error);

/* In how many unfinished incidents is somebody named (@login; NULL: anybody, or nobody), but nobody who is a member still and may
 * work on them? */
gboolean mado_store_count_orphans (MadoStore *store, const char *login, gint64 *count, GError **error);

/* Fills restricted_to and restricted_reason of @incident. */
gboolean mado_store_fill_need (MadoStore *store, gint64 id, MadoIncident *incident, GError **error);

/* Takes out of @incident the relations and links to what @reader may not read. */
gboolean mado_store_thin (MadoStore *store, const char *reader, MadoIncident *incident, GError **error);

/* Names @login, as @by says (a login); who is named already stays as he was. Counts while the incident is narrow. */
gboolean mado_store_add_named (MadoStore *store, gint64 incident, const char *login, const char *by, gint64 now, GError **error);
gboolean mado_store_remove_named (MadoStore *store, gint64 incident, const char *login, GError **error);

/* Did a member mark it (besides a TLP:RED that it may have)? */
gboolean mado_store_is_marked (MadoStore *store, gint64 incident, gboolean *is_marked, GError **error);

/* Adds to the thread for whom the incident is now. @author: (nullable) a login; NULL: the gateway. @reason: (nullable). */
gboolean mado_store_tell_need (MadoStore *store, gint64 incident, const char *author, const char *reason, gint64 now, GError **error);

/* The same, when it @was_narrow or not before, and there are members. */
gboolean mado_store_tell_narrowed (MadoStore *store, gint64 incident, gboolean was_narrow, const char *author, gint64 now, GError **error);

/* A member's mark, or none. @reason: (nullable: as it was) sealed. */
gboolean mado_store_set_restricted (MadoStore *store, gint64 incident, gboolean is_restricted, const char *reason, GError **error);

/* These and nobody else are named; of MadoNamed. For tickets that become one, or two (need-keep.h). */
gboolean mado_store_set_named (MadoStore *store, gint64 incident, const GPtrArray *names, GError **error);
