/* store-session.h: how members log in to the page: their credentials, and who is logged in. */
#pragma once

#include "madoguchi/desk/store.h"

/* What a member proves himself with. Of who has no row: all NULL. */
typedef struct {
  char *password;   /* its hash; NULL: none yet */
  GBytes *totp;     /* secret of the second device; NULL: none yet */
  gint64 totp_step; /* the last one that was used */
  char *new_password; /* chosen, but not yet confirmed with a code of the new device */
  GBytes *new_totp;
} MadoCredential;

void mado_credential_free (MadoCredential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoCredential, mado_credential_free)

/* (transfer full) that of @login, empty when there is none. Errors: TEMP, PERM. */
MadoCredential *mado_store_load_credential (MadoStore *store, const char *login, GError **error);

/* @invitation lets @login choose a password until @until (seconds); an earlier invitation is void. */
gboolean mado_store_invite (MadoStore *store, const char *login, const char *invitation, gint64 until, GError **error);

/* @login: (out, transfer full) who was invited by @invitation, if it is still good at @now; else NULL. */
gboolean mado_store_find_invited (MadoStore *store, const char *invitation, gint64 now, char **login, GError **error);

/* Keeps what @login chose until it is confirmed. */
gboolean mado_store_choose_credential (MadoStore *store, const char *login, const char *password, GBytes *totp, GError **error);

/* What @login chose counts from now on; the invitation is used up, every session over. @step: the code's, used. */
gboolean mado_store_confirm_credential (MadoStore *store, const char *login, gint64 step, gint64 now, GError **error);

/* A code was used: it, and those before, are not taken again. */
gboolean mado_store_use_step (MadoStore *store, const char *login, gint64 step, GError **error);

/* What @login proves himself with is forgotten, and every session is over. */
gboolean mado_store_forget_credential (MadoStore *store, const char *login, GError **error);

/* From @now on @token (token.h) is a session of @login. */
gboolean mado_store_begin_session (MadoStore *store, const char *token, const char *login, gint64 now, GError **error);

/* @login: (out, transfer full) whose session @token is, if it began after @begun and was used after @seen; else NULL.
 * @last: (out) when it was used last. */
gboolean mado_store_find_session (MadoStore *store, const char *token, gint64 begun, gint64 seen, char **login, gint64 *last,
                                  GError **error);

/* @name: (out, transfer full) by what it can be asked whether the session @token goes on, and no more than that; it holds the role that
 * its member has now. NULL: there is none. */
gboolean mado_store_name_session (MadoStore *store, const char *token, char **name, GError **error);

/* @is_open: (out) is the session of that @name still there, did it begin after @begun, was it used after @seen, and has its member the
 * role that he had? */
gboolean mado_store_is_session_open (MadoStore *store, const char *name, gint64 begun, gint64 seen, gboolean *is_open, GError **error);

/* It was used at @now; it is over. */
gboolean mado_store_touch_session (MadoStore *store, const char *token, gint64 now, GError **error);
gboolean mado_store_end_session (MadoStore *store, const char *token, GError **error);

/* All of @login; @count: (out, nullable) how many. */
gboolean mado_store_end_sessions (MadoStore *store, const char *login, gint64 *count, GError **error);

/* Forgets those that began before @begun or were not used since @seen. */
gboolean mado_store_sweep_sessions (MadoStore *store, gint64 begun, gint64 seen, GError **error);

/* Which members who did not leave can log in by themselves, and which cannot: lists of logins, each at most 1000. */
typedef struct {
  char **ready;   /* a password and a second device */
  char **waiting; /* an invitation that is good still */
  char **missed;  /* an invitation that ended unused, and nothing else */
  char **none;    /* nothing at all: the command line only */
} MadoEntrants;

void mado_entrants_free (MadoEntrants *entrants);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoEntrants, mado_entrants_free)

/* (transfer full) as of @now (seconds). Who is ready and was invited anew waits, too, and is in both lists. Errors: TEMP, PERM. */
MadoEntrants *mado_store_list_entrants (MadoStore *store, gint64 now, GError **error);
