/* permissions.c: see permissions.h. Asked by control.c for every question; must never look at anything but the table. */
#include "madoguchi/desk/permissions.h"

#include <string.h>

/* P PoC, H handler, C commander, R researcher, N notification, r reader, A administrator, * the host. */
static const char letters[] = "PHCRNrA*";
static const char *const titles[] = { "PoC", "handler", "commander", "researcher", "notification", "reader", "administrator", "host" };

/* By MadoScope. */
static const char *const scope_words[] = { "refused", "-", "veiled or left out", "veiled", "refused, unless nobody named can act",
                                           "commander and administrator" };

#define ALL "PHCRNrA"
#define WORKING "PHCRNA" /* all but who only reads */
#define RUNNING "PHCA" /* who brings incidents forward */

/* What the word does with an incident that is restricted to others; without one of these it is refused. */
#define HOUSE "-"   /* it asks of no incident */
#define MANY "+"    /* it asks of many: those are veiled or left out */
#define VEIL "?"    /* it says that it exists */
#define ORPHAN "0"  /* refused unless nobody who is named can act */
#define LEADERS "!" /* commander and administrator may */

static const struct {
  const char *verb, *may;
} table[] = {
  { "list", ALL MANY },
  { "show", ALL VEIL },
  { "triage", ALL },
  { "policy", "PCA*" HOUSE },
  { "policy-try", ALL },
  { "policy-reload", "A*" HOUSE },
  { "search", ALL MANY },
  { "feeds", ALL HOUSE },
  { "unread", ALL },
  { "looking", ALL },
  { "raw", WORKING },
  { "part", WORKING },
  { "take", RUNNING "N" ORPHAN },
  { "assign", RUNNING },
  { "hand-over", RUNNING "N" },
  { "due", RUNNING },
  { "state", RUNNING "N" },
  { "note", WORKING },
  { "reply-preview", WORKING },
  { "reply", RUNNING "N" },
  { "drafts", ALL MANY },
  { "draft-save", WORKING },
  { "draft-send", RUNNING "N" },
  { "draft-discard", WORKING },
  { "draft-file", WORKING },
  { "approve", RUNNING },
  { "refuse", RUNNING },
  { "canned-list", ALL HOUSE },
  { "canned-show", WORKING },
  { "priority", RUNNING },
  { "category", RUNNING "R" },
  { "tlp", RUNNING },
  { "tag", WORKING },
  { "restrict", WORKING LEADERS },
  { "link", RUNNING "R" },
  { "merge", RUNNING },
  { "split", RUNNING },
  { "held", ALL MANY },
  { "held-show", ALL },
  { "held-retry", RUNNING },
  { "held-release", RUNNING },
  { "held-drop", RUNNING },
  { "reopen", RUNNING "R" },
  { "account", ALL "*" HOUSE },
  { "status", ALL "*" MANY },
  { "doctor", ALL "*" HOUSE },
  { "look-up-own", ALL "*" HOUSE },
  { "security-txt", "PCA*" HOUSE },
  { "keys-list", ALL "*" HOUSE },
  { "keys-show", ALL "*" HOUSE },
  { "keys-export", ALL "*" HOUSE },
  { "keys-known", WORKING MANY },
  { "keys-import", RUNNING "N" HOUSE },
  { "keys-refresh", RUNNING "N" MANY },
  { "keys-pin", "PCA" HOUSE },
  { "keys-unpin", "PCA" HOUSE },
  { "keys-map", "PCA" HOUSE },
  { "keys-unmap", "PCA" HOUSE },
  { "keys-certify", "PCA" HOUSE },
  { "keys-uncertify", "PCA" HOUSE },
  { "keys-distrust", "PCA" HOUSE },
  { "keys-undistrust", "PCA" HOUSE },
  { "keys-rm", "PCA" HOUSE },
  { "keys-forget", "PCA" HOUSE },
  { "members-list", ALL "*" HOUSE },
  { "members-duty", ALL HOUSE },
  { "members-add", "A*" HOUSE },
  { "members-set", "A*" HOUSE },
  { "members-leave", "A*" HOUSE },
  { "vault-status", "PCA*" HOUSE },
  { "vault-rewrap", "A*" HOUSE },
  { "vault-rotate", "A*" HOUSE },
  { "audit-list", "CA" LEADERS },
  { "hold", "PCA" LEADERS },
  { "erase", "CA" },
  { "retention-status", "CA" HOUSE },
  { "retention-run", "CA" HOUSE },
  { "audit-verify", "CA*" HOUSE },
  { "audit-sign", "CA" HOUSE },
  { "audit-head", "CA*" HOUSE },
  { "members-invite", "A*" HOUSE },
  { "members-log-out", "A*" HOUSE },
  { "tokens-add", ALL HOUSE },
  { "tokens-list", ALL "*" HOUSE },
  { "tokens-rm", ALL "*" HOUSE },
  { "overview", ALL HOUSE },
  { "views", ALL HOUSE },
  { "view-put", ALL HOUSE },
  { "view-remove", ALL HOUSE },
  { "team-view-put", "PCA" HOUSE },
  { "team-view-remove", "PCA" HOUSE },
  { "watch", "*" HOUSE },
  { "log-in", "*" HOUSE }, /* the words by which one comes in are for the page (session.h) */
  { "log-in-trusted", "*" HOUSE },
  { "set-up", "*" HOUSE },
  { "set-up-confirm", "*" HOUSE },
  { "session", ALL HOUSE },
  { "log-out", ALL HOUSE },
};

gboolean
mado_permissions_allow (const char *verb, int role)
{
  if (role < 0 || role > MADO_PERMISSIONS_HOST)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].verb, verb) == 0)
      return strchr (table[i].may, letters[role]) != NULL;
  return FALSE;
}

MadoScope
mado_permissions_scope (const char *verb)
{
  static const char marks[] = HOUSE MANY VEIL ORPHAN LEADERS;
  static const MadoScope scopes[] = { MADO_SCOPE_HOUSE, MADO_SCOPE_MANY, MADO_SCOPE_VEIL, MADO_SCOPE_ORPHAN, MADO_SCOPE_LEADERS };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    for (gsize m = 0; strcmp (table[i].verb, verb) == 0 && m < G_N_ELEMENTS (scopes); m++)
      if (strchr (table[i].may, marks[m]) != NULL)
        return scopes[m];
  return MADO_SCOPE_TICKET;
}

const char *
mado_permissions_verb (gsize index)
{
  return index < G_N_ELEMENTS (table) ? table[index].verb : NULL;
}

char **
mado_permissions_list (int role)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (mado_permissions_allow (table[i].verb, role))
      g_strv_builder_add (builder, table[i].verb);
  return g_strv_builder_end (builder);
}

const char *
mado_permissions_scope_words (const char *verb)
{
  return scope_words[mado_permissions_scope (verb)];
}

char **
mado_permissions_titles (const char *verb)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (int role = 0; role <= MADO_PERMISSIONS_HOST; role++)
    if (mado_permissions_allow (verb, role))
      g_strv_builder_add (builder, titles[role]);
  return g_strv_builder_end (builder);
}

char *
mado_permissions_document (void)
{
  GString *text = g_string_new ("| verb |");

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    g_string_append_printf (text, " %s |", titles[i]);
  g_string_append (text, " of an incident that is restricted to others |\n|---|---|");
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    g_string_append (text, "---|");
  g_string_append_c (text, '\n');
  for (gsize v = 0; v < G_N_ELEMENTS (table); v++) {
    g_string_append_printf (text, "| %s |", table[v].verb);
    for (int role = 0; role <= MADO_PERMISSIONS_HOST; role++)
      g_string_append (text, mado_permissions_allow (table[v].verb, role) ? " yes |" : " |");
    g_string_append_printf (text, " %s |\n", mado_permissions_scope_words (table[v].verb));
  }
  return g_string_free (text, FALSE);
}
