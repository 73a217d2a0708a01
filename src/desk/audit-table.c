/* audit-table.c: see audit-table.h. Whoever adds a word to the keeper adds a row here. */
#include "madoguchi/desk/audit-table.h"

#include <string.h>

#define READ MADO_AUDIT_READ
#define CHANGE MADO_AUDIT_CHANGE
#define AHEAD MADO_AUDIT_AHEAD
#define EXPORT MADO_AUDIT_EXPORT
#define NOTHING MADO_AUDIT_NOTHING

static const struct {
  const char *word;
  MadoAuditKind kind;
  const char *arguments;
} table[] = {
  { "list", READ, NULL },
  { "show", READ, NULL },
  { "triage", READ, NULL },
  { "policy", READ, NULL },
  { "policy-try", READ, NULL },
  { "policy-reload", CHANGE, NULL },
  { "search", READ, NULL },
  { "feeds", READ, NULL },
  { "unread", READ, NULL },
  { "looking", NOTHING, NULL },
  { "reply-preview", READ, "to draft" },
  { "reply", CHANGE, "to plain_ok quote waiting" },
  { "raw", EXPORT, "message queue_id" },
  { "part", EXPORT, "message path zip" },
  { "take", CHANGE, NULL },
  { "assign", CHANGE, "owner" },
  { "hand-over", CHANGE, "to" },
  { "due", CHANGE, "when" },
  { "state", CHANGE, "state" },
  { "note", CHANGE, NULL },
  { "drafts", READ, NULL },
  { "draft-save", CHANGE, "draft" },
  { "draft-send", CHANGE, "draft" },
  { "draft-discard", CHANGE, "draft" },
  { "draft-file", EXPORT, "draft file" },
  { "approve", CHANGE, "draft" },
  { "refuse", CHANGE, "draft" },
  { "canned-list", NOTHING, NULL },
  { "canned-show", NOTHING, NULL },
  { "priority", CHANGE, "priority" },
  { "category", CHANGE, "category" },
  { "tlp", CHANGE, "tlp" },
  { "tag", CHANGE, "tags remove" },
  { "restrict", CHANGE, "members add remove lift" },
  { "link", CHANGE, "other as remove" },
  { "merge", CHANGE, "into" },
  { "split", CHANGE, "messages" },
  { "held", READ, NULL },
  { "held-show", READ, "id" },
  { "held-retry", AHEAD, "id" },
  { "held-release", CHANGE, "id" },
  { "held-drop", CHANGE, "id" },
  { "reopen", AHEAD, "undecryptable queue_id" },
  { "account", NOTHING, NULL },
  { "status", NOTHING, NULL },
  { "doctor", NOTHING, NULL },
  { "look-up-own", NOTHING, NULL },
  { "security-txt", AHEAD, NULL },
  { "keys-list", READ, NULL },
  { "keys-show", READ, "fingerprint" },
  { "keys-export", READ, "fingerprint" },
  { "keys-known", READ, "address" },
  { "keys-import", AHEAD, "pin" },
  { "keys-refresh", AHEAD, "subject" },
  { "keys-pin", AHEAD, "address fingerprint" },
  { "keys-unpin", AHEAD, "address" },
  { "keys-map", AHEAD, "address fingerprint" },
  { "keys-unmap", AHEAD, "address" },
  { "keys-certify", AHEAD, "fingerprint" },
  { "keys-uncertify", AHEAD, "fingerprint" },
  { "keys-distrust", AHEAD, "fingerprint" },
  { "keys-undistrust", AHEAD, "fingerprint" },
  { "keys-rm", AHEAD, "fingerprint" },
  { "keys-forget", CHANGE, "address" },
  { "members-list", NOTHING, NULL },
  { "members-duty", CHANGE, "on_duty" },
  { "members-add", CHANGE, "login role key" },
  { "members-set", CHANGE, "login role key on_duty" },
  { "members-leave", CHANGE, "login" },
  { "vault-status", READ, NULL },
  { "vault-rewrap", AHEAD, NULL },
  { "vault-rotate", AHEAD, NULL },
  { "audit-list", READ, "member" },
  { "hold", CHANGE, "release" },
  { "erase", CHANGE, NULL },
  { "retention-status", READ, NULL },
  { "retention-run", CHANGE, NULL },
  { "audit-verify", READ, NULL },
  { "audit-sign", AHEAD, NULL },
  { "audit-head", READ, NULL },
  { "members-invite", CHANGE, "login" },
  { "members-log-out", CHANGE, "login" },
  { "tokens-add", CHANGE, "name scopes days" },
  { "tokens-list", NOTHING, NULL },
  { "tokens-rm", CHANGE, "login name" },
  { "log-in", CHANGE, NULL }, /* whose it was stands in the line; what was typed may be a password in the wrong place */
  { "log-in-trusted", CHANGE, NULL },
  { "set-up", CHANGE, NULL },
  { "set-up-confirm", CHANGE, NULL },
  { "overview", NOTHING, NULL },
  { "views", NOTHING, NULL },
  { "view-put", CHANGE, NULL },
  { "view-remove", CHANGE, NULL },
  { "team-view-put", CHANGE, "name" },
  { "team-view-remove", CHANGE, "name" },
  { "watch", NOTHING, NULL },
  { "session", NOTHING, NULL },
  { "log-out", CHANGE, NULL },
};

MadoAuditKind
mado_audit_table_find (const char *word, const char **arguments)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].word, word) == 0) {
      *arguments = table[i].arguments;
      return table[i].kind;
    }
  *arguments = NULL;
  return CHANGE;
}

const char *
mado_audit_table_word (gsize index)
{
  return index < G_N_ELEMENTS (table) ? table[index].word : NULL;
}
