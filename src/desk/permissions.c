/* permissions.c: see permissions.h. Asked by control.c for every question; must never look at anything but the table. */
#include "madoguchi/desk/permissions.h"

#include <string.h>

/* P PoC, H handler, C commander, R researcher, N notification, r reader, A administrator, * the host. */
static const char letters[] = "PHCRNrA*";
static const char *const titles[] = { "PoC", "handler", "commander", "researcher", "notification", "reader", "administrator", "host" };

#define ALL "PHCRNrA"
#define WORKING "PHCRNA" /* all but who only reads */
#define RUNNING "PHCA" /* who brings incidents forward */

static const struct {
  const char *verb, *may;
} table[] = {
  { "list", ALL },
  { "show", ALL },
  { "triage", ALL },
  { "feeds", ALL },
  { "raw", WORKING },
  { "part", WORKING },
  { "take", RUNNING "N" },
  { "assign", RUNNING },
  { "state", RUNNING "N" },
  { "note", WORKING },
  { "priority", RUNNING },
  { "category", RUNNING "R" },
  { "tlp", RUNNING },
  { "tag", WORKING },
  { "held", ALL },
  { "held-show", ALL },
  { "held-retry", RUNNING },
  { "held-release", RUNNING },
  { "held-drop", RUNNING },
  { "reopen", RUNNING "R" },
  { "account", ALL "*" },
  { "status", ALL "*" },
  { "doctor", ALL "*" },
  { "look-up-own", ALL "*" },
  { "security-txt", "PCA*" },
  { "keys-list", ALL "*" },
  { "keys-show", ALL "*" },
  { "keys-export", ALL "*" },
  { "keys-known", WORKING },
  { "keys-import", RUNNING "N" },
  { "keys-refresh", RUNNING "N" },
  { "keys-pin", "PCA" },
  { "keys-unpin", "PCA" },
  { "keys-map", "PCA" },
  { "keys-unmap", "PCA" },
  { "keys-certify", "PCA" },
  { "keys-uncertify", "PCA" },
  { "keys-distrust", "PCA" },
  { "keys-undistrust", "PCA" },
  { "keys-rm", "PCA" },
  { "keys-forget", "PCA" },
  { "members-list", ALL "*" },
  { "members-duty", ALL },
  { "members-add", "A*" },
  { "members-set", "A*" },
  { "members-leave", "A*" },
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

char *
mado_permissions_document (void)
{
  GString *text = g_string_new ("| verb |");

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    g_string_append_printf (text, " %s |", titles[i]);
  g_string_append (text, "\n|---|");
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    g_string_append (text, "---|");
  g_string_append_c (text, '\n');
  for (gsize v = 0; v < G_N_ELEMENTS (table); v++) {
    g_string_append_printf (text, "| %s |", table[v].verb);
    for (int role = 0; role <= MADO_PERMISSIONS_HOST; role++)
      g_string_append (text, mado_permissions_allow (table[v].verb, role) ? " yes |" : " |");
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}
