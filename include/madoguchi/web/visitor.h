/* visitor.h: who sits before a browser: the cookie with the session, and the proof that a request comes from our own page.
 *
 * The cookie is __Host- bound, Secure, HttpOnly, SameSite=Strict (RFC 6265bis). What changes something must also bring a word that
 * only our page can know (it follows from the session), and must not come from another site (Sec-Fetch-Site, Origin).
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/web/http.h"

#define MADO_VISITOR_COOKIE "__Host-madoguchi"
#define MADO_VISITOR_DEVICE "__Host-madoguchi-device"
#define MADO_VISITOR_PROOF "X-Madoguchi-Proof"
#define MADO_VISITOR_PASSIVE "X-Madoguchi-Passive"

/* (transfer full, nullable) the session that @request brings. */
char *mado_visitor_session (const MadoHttpRequest *request);

/* (transfer full, nullable) the token of a script (RFC 6750) that @request brings. */
char *mado_visitor_token (const MadoHttpRequest *request);

/* (transfer full) the word that proves, with @session, that a request is our own page's. */
char *mado_visitor_proof (const char *session);

/* Does @request, which would change something in @session (nullable: it is to begin), come from our own page? */
gboolean mado_visitor_is_ours (const MadoHttpRequest *request, const char *session);

/* Does the page send @request by itself, without anybody having done anything? Then it keeps no session open. */
gboolean mado_visitor_is_passive (const MadoHttpRequest *request);

/* Hands out the cookies of a session that began, or takes them back (@session NULL). */
void mado_visitor_remember (MadoHttpAnswer *answer, const char *session, const char *device);

/* Does @request come from a server that stands before the page ([web] proxies)? Only what such a one adds is believed. */
gboolean mado_visitor_is_proxied (const MadoConf *conf, const MadoHttpRequest *request);

/* (nullable, transfer none) who that server says has logged in there, when [web] trusted-header lets it. */
const char *mado_visitor_vouched (const MadoConf *conf, const MadoHttpRequest *request);

/* (transfer full) the address of who asks: as that server tells it, else the connection's own; "" when neither is known. */
char *mado_visitor_address (const MadoConf *conf, const MadoHttpRequest *request);
