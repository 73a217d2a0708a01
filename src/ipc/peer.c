/* peer.c: see peer.h. */
#include "madoguchi/ipc/peer.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define KEEPER_USER "madoguchi-keeper"
#define WEB_USER "madoguchi-web"

/* client NULL: any member. */
static const struct {
  const char *server, *verb, *client;
} table[] = {
  { MADO_PEER_OPENER, "open", KEEPER_USER },     { MADO_PEER_OPENER, "part", KEEPER_USER },
  { MADO_PEER_OPENER, "unwrap", KEEPER_USER },   { MADO_PEER_SIGNER, "wrap", KEEPER_USER },
  { MADO_PEER_SIGNER, "security-txt", KEEPER_USER },
  { MADO_PEER_SIGNER, "sign-head", KEEPER_USER },
  { MADO_PEER_SIGNER, "check-head", KEEPER_USER },
  { MADO_PEER_SIGNER, "security-txt", KEEPER_USER }, { MADO_PEER_SIGNER, "canned", KEEPER_USER },
  { MADO_PEER_SIGNER, "seal", KEEPER_USER },     { MADO_PEER_SENDER, "send", KEEPER_USER },
  { MADO_PEER_SENDER, "discover", KEEPER_USER }, { MADO_PEER_KEYRING, "adopt", KEEPER_USER },
  { MADO_PEER_KEYRING, "list", KEEPER_USER },    { MADO_PEER_KEYRING, "show", KEEPER_USER },
  { MADO_PEER_KEYRING, "own", KEEPER_USER },
  { MADO_PEER_KEYRING, "import", KEEPER_USER },  { MADO_PEER_KEYRING, "export", KEEPER_USER },
  { MADO_PEER_KEYRING, "pin", KEEPER_USER },     { MADO_PEER_KEYRING, "unpin", KEEPER_USER },
  { MADO_PEER_KEYRING, "map", KEEPER_USER },     { MADO_PEER_KEYRING, "unmap", KEEPER_USER },
  { MADO_PEER_KEYRING, "certify", KEEPER_USER }, { MADO_PEER_KEYRING, "uncertify", KEEPER_USER },
  { MADO_PEER_KEYRING, "distrust", KEEPER_USER }, { MADO_PEER_KEYRING, "undistrust", KEEPER_USER },
  { MADO_PEER_KEYRING, "rm", KEEPER_USER },      { MADO_PEER_KEYRING, "candidates", KEEPER_USER },
  { MADO_PEER_KEEPER, "log-in", WEB_USER },      { MADO_PEER_KEEPER, "log-in-trusted", WEB_USER },
  { MADO_PEER_KEEPER, "set-up", WEB_USER },      { MADO_PEER_KEEPER, "set-up-confirm", WEB_USER },
  { MADO_PEER_KEEPER, "tokens-add", NULL },      { MADO_PEER_KEEPER, "tokens-list", NULL },
  { MADO_PEER_KEEPER, "tokens-rm", NULL },       { MADO_PEER_KEEPER, "looking", NULL },
  { MADO_PEER_KEEPER, "watch", WEB_USER },     { MADO_PEER_KEEPER, "overview", NULL },
  { MADO_PEER_KEEPER, "session", NULL },         { MADO_PEER_KEEPER, "log-out", NULL },
  { MADO_PEER_KEEPER, "members-invite", NULL },  { MADO_PEER_KEEPER, "members-log-out", NULL },
  { MADO_PEER_KEEPER, "list", NULL },            { MADO_PEER_KEEPER, "show", NULL },
  { MADO_PEER_KEEPER, "raw", NULL },             { MADO_PEER_KEEPER, "part", NULL },
  { MADO_PEER_KEEPER, "take", NULL },            { MADO_PEER_KEEPER, "assign", NULL },
  { MADO_PEER_KEEPER, "state", NULL },           { MADO_PEER_KEEPER, "note", NULL },
  { MADO_PEER_KEEPER, "held", NULL },            { MADO_PEER_KEEPER, "held-show", NULL },
  { MADO_PEER_KEEPER, "held-retry", NULL },      { MADO_PEER_KEEPER, "held-release", NULL },
  { MADO_PEER_KEEPER, "held-drop", NULL },       { MADO_PEER_KEEPER, "reopen", NULL },
  { MADO_PEER_KEEPER, "account", NULL },         { MADO_PEER_KEEPER, "status", NULL },
  { MADO_PEER_KEEPER, "keys-list", NULL },       { MADO_PEER_KEEPER, "keys-show", NULL },
  { MADO_PEER_KEEPER, "keys-import", NULL },     { MADO_PEER_KEEPER, "keys-export", NULL },
  { MADO_PEER_KEEPER, "keys-pin", NULL },        { MADO_PEER_KEEPER, "keys-unpin", NULL },
  { MADO_PEER_KEEPER, "keys-map", NULL },        { MADO_PEER_KEEPER, "keys-unmap", NULL },
  { MADO_PEER_KEEPER, "keys-certify", NULL },    { MADO_PEER_KEEPER, "keys-uncertify", NULL },
  { MADO_PEER_KEEPER, "keys-distrust", NULL },   { MADO_PEER_KEEPER, "keys-undistrust", NULL },
  { MADO_PEER_KEEPER, "keys-rm", NULL },         { MADO_PEER_KEEPER, "keys-known", NULL },
  { MADO_PEER_KEEPER, "keys-forget", NULL },     { MADO_PEER_KEEPER, "keys-refresh", NULL },
  { MADO_PEER_KEEPER, "doctor", NULL },          { MADO_PEER_KEEPER, "security-txt", NULL },
  { MADO_PEER_KEEPER, "look-up-own", NULL },
  { MADO_PEER_KEEPER, "priority", NULL },        { MADO_PEER_KEEPER, "category", NULL },
  { MADO_PEER_KEEPER, "tlp", NULL },             { MADO_PEER_KEEPER, "tag", NULL },
  { MADO_PEER_KEEPER, "restrict", NULL },
  { MADO_PEER_KEEPER, "link", NULL },            { MADO_PEER_KEEPER, "merge", NULL },
  { MADO_PEER_KEEPER, "split", NULL },
  { MADO_PEER_KEEPER, "draft-file", NULL },
  { MADO_PEER_KEEPER, "views", NULL },
  { MADO_PEER_KEEPER, "view-put", NULL },      { MADO_PEER_KEEPER, "view-remove", NULL },
  { MADO_PEER_KEEPER, "team-view-put", NULL }, { MADO_PEER_KEEPER, "team-view-remove", NULL },
  { MADO_PEER_KEEPER, "triage", NULL },          { MADO_PEER_KEEPER, "feeds", NULL },
  { MADO_PEER_KEEPER, "search", NULL },
  { MADO_PEER_KEEPER, "members-list", NULL },    { MADO_PEER_KEEPER, "members-add", NULL },
  { MADO_PEER_KEEPER, "members-set", NULL },     { MADO_PEER_KEEPER, "members-duty", NULL },
  { MADO_PEER_KEEPER, "vault-status", NULL },    { MADO_PEER_KEEPER, "vault-rewrap", NULL },
  { MADO_PEER_KEEPER, "vault-rotate", NULL },
  { MADO_PEER_KEEPER, "audit-list", NULL },
  { MADO_PEER_KEEPER, "hand-over", NULL },       { MADO_PEER_KEEPER, "due", NULL },
  { MADO_PEER_KEEPER, "hold", NULL },            { MADO_PEER_KEEPER, "erase", NULL },
  { MADO_PEER_KEEPER, "retention-status", NULL }, { MADO_PEER_KEEPER, "retention-run", NULL },
  { MADO_PEER_KEEPER, "unread", NULL },          { MADO_PEER_KEEPER, "reply", NULL },
  { MADO_PEER_KEEPER, "reply-preview", NULL },
  { MADO_PEER_KEEPER, "audit-verify", NULL },
  { MADO_PEER_KEEPER, "audit-sign", NULL },
  { MADO_PEER_KEEPER, "audit-head", NULL },
  { MADO_PEER_KEEPER, "members-leave", NULL },   { MADO_PEER_KEEPER, "drafts", NULL },
  { MADO_PEER_KEEPER, "draft-save", NULL },      { MADO_PEER_KEEPER, "draft-send", NULL },
  { MADO_PEER_KEEPER, "draft-discard", NULL },   { MADO_PEER_KEEPER, "approve", NULL },
  { MADO_PEER_KEEPER, "refuse", NULL },          { MADO_PEER_KEEPER, "canned-list", NULL },
  { MADO_PEER_KEEPER, "canned-show", NULL },     { MADO_PEER_KEEPER, "policy", NULL },
  { MADO_PEER_KEEPER, "policy-try", NULL },      { MADO_PEER_KEEPER, "policy-reload", NULL },
  { MADO_PEER_SIGNER, "texts", KEEPER_USER },
};

static gboolean
is_user (const char *name, uid_t uid)
{
  struct passwd *user = getpwnam (name);

  return user != NULL && user->pw_uid == uid;
}

gboolean
mado_peer_is_web (uid_t uid)
{
  return is_user (WEB_USER, uid);
}

gboolean
mado_peer_is_role (const char *login)
{
  return g_str_has_prefix (login, "madoguchi-");
}

/* The roles' users share the group that opens the way to the sockets, but they are no members: whoever breaks into
 * one of them must not find the keeper's door open. The page asks for members, by their sessions (desk/session.h). */
static gboolean
is_member (uid_t uid)
{
  const struct passwd *user = getpwuid (uid);

  return user == NULL || !mado_peer_is_role (user->pw_name) || strcmp (user->pw_name, WEB_USER) == 0;
}

gboolean
mado_peer_may_ask (const char *server, const char *verb, uid_t uid)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].server, server) == 0 && strcmp (table[i].verb, verb) == 0)
      return uid == 0 || uid == geteuid ()
             || (table[i].client == NULL ? is_member (uid) : is_user (table[i].client, uid));
  return FALSE;
}

int
mado_peer_socket_mode (const char *server)
{
  (void) server;
  return 0660; /* the group of the runtime directory decides who comes near; the table above decides the rest */
}
