/* token-scope.c: see token-scope.h. Whoever adds a word to the keeper adds a row here; one without a row no token may use. */
#include "madoguchi/desk/token-scope.h"

#include <string.h>

#define READ "read"
#define FILES "files" /* strangers' bytes */
#define WORK "work"
#define REPLY "reply" /* what goes out */
#define HOUSE "house"
#define AUDIT "audit"
#define ANY ""
#define NONE NULL /* who is let in, keys and their trust, erasing: a member does that himself */

const char *const mado_token_scopes[] = { READ, FILES, WORK, REPLY, HOUSE, AUDIT, NULL };

static const struct {
  const char *verb, *scope;
} table[] = {
  { "list", READ }, { "show", READ }, { "triage", READ }, { "search", READ }, { "feeds", READ }, { "drafts", READ },
  { "overview", READ }, { "views", READ }, { "held", READ }, { "held-show", READ }, { "account", READ }, { "status", READ }, { "canned-list", READ },
  { "canned-show", READ }, { "members-list", READ }, { "keys-list", READ }, { "keys-show", READ }, { "keys-known", READ },
  { "keys-export", READ }, { "reply-preview", READ }, { "policy-try", READ },
  { "raw", FILES }, { "part", FILES }, { "draft-file", FILES },
  { "unread", WORK }, { "take", WORK }, { "assign", WORK }, { "hand-over", WORK }, { "due", WORK }, { "state", WORK }, { "note", WORK },
  { "priority", WORK }, { "category", WORK }, { "tlp", WORK }, { "tag", WORK }, { "link", WORK }, { "merge", WORK }, { "split", WORK },
  { "draft-save", WORK }, { "draft-discard", WORK }, { "members-duty", WORK },
  { "view-put", WORK }, { "view-remove", WORK }, { "team-view-put", WORK }, { "team-view-remove", WORK },
  { "reply", REPLY }, { "draft-send", REPLY },
  { "held-retry", HOUSE }, { "held-release", HOUSE }, { "reopen", HOUSE }, { "keys-refresh", HOUSE }, { "doctor", HOUSE },
  { "look-up-own", HOUSE }, { "security-txt", HOUSE }, { "vault-status", HOUSE }, { "retention-status", HOUSE }, { "policy", HOUSE },
  { "audit-list", AUDIT }, { "audit-verify", AUDIT }, { "audit-head", AUDIT }, { "audit-sign", AUDIT },
  { "session", ANY },
  { "approve", NONE }, /* two pairs of eyes, not a script's */
  { "refuse", NONE }, { "looking", NONE }, { "restrict", NONE }, { "held-drop", NONE }, { "hold", NONE }, { "erase", NONE }, { "retention-run", NONE },
  { "keys-import", NONE }, { "keys-pin", NONE }, { "keys-unpin", NONE }, { "keys-map", NONE }, { "keys-unmap", NONE },
  { "keys-certify", NONE }, { "keys-uncertify", NONE }, { "keys-distrust", NONE }, { "keys-undistrust", NONE }, { "keys-rm", NONE },
  { "keys-forget", NONE }, { "members-add", NONE }, { "members-set", NONE }, { "members-leave", NONE }, { "members-invite", NONE },
  { "members-log-out", NONE }, { "policy-reload", NONE }, { "tokens-add", NONE }, { "tokens-list", NONE }, { "tokens-rm", NONE }, { "vault-rewrap", NONE },
  { "vault-rotate", NONE }, { "watch", NONE }, { "log-in", NONE }, { "log-in-trusted", NONE }, { "set-up", NONE },
  { "set-up-confirm", NONE }, { "log-out", NONE },
};

const char *
mado_token_scope_of (const char *verb)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].verb, verb) == 0)
      return table[i].scope;
  return NULL;
}

gboolean
mado_token_scope_allows (const char *const *scopes, const char *verb)
{
  const char *needed = mado_token_scope_of (verb);

  return needed != NULL && (*needed == '\0' || g_strv_contains (scopes, needed));
}

const char *
mado_token_scope_verb (gsize index)
{
  return index < G_N_ELEMENTS (table) ? table[index].verb : NULL;
}

static void
add_row (GString *text, const char *title, const char *scope)
{
  g_string_append_printf (text, "| %s |", title);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].scope, scope) == 0)
      g_string_append_printf (text, " %s", table[i].verb);
  g_string_append (text, " |\n");
}

char *
mado_token_scope_document (void)
{
  GString *text = g_string_new ("| scope | words |\n|---|---|\n");

  for (gsize i = 0; mado_token_scopes[i] != NULL; i++)
    add_row (text, mado_token_scopes[i], mado_token_scopes[i]);
  add_row (text, "any", "");
  add_row (text, "never by a token", NULL);
  return g_string_free (text, FALSE);
}
