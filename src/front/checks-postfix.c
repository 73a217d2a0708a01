/* checks-postfix.c: see checks-postfix.h. Called by checks.c. Postfix is asked as it would ask itself: table by table. */
#include "madoguchi/front/checks-postfix.h"
#include "madoguchi/front/postconf.h"

#include <string.h>

typedef struct {
  const MadoConf *conf;
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (const Checks *checks, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, "postfix", status, detail);
}

/* Is @transport ("lmtp:unix:madoguchi/lmtp.sock", as a chroot sees it, or with the whole path) one of our doors? */
static gboolean
is_ours (const Checks *checks, const char *transport)
{
  const char *const *listen = mado_conf_list (checks->conf, "intake", "lmtp-listen");
  const char *where = transport != NULL && g_str_has_prefix (transport, "lmtp:") ? transport + strlen ("lmtp:") : NULL;

  for (; where != NULL && *listen != NULL; listen++) {
    if (g_str_equal (*listen, where))
      return TRUE;
    if (g_str_has_prefix (where, "unix:") && g_str_has_prefix (*listen, "unix:/") && where[strlen ("unix:")] != '/') {
      g_autofree char *tail = g_strconcat ("/", where + strlen ("unix:"), NULL);
      if (g_str_has_suffix (*listen, tail))
        return TRUE;
    }
  }
  return FALSE;
}

/* Does Postfix hand mail for @address to us? By the first that says something: transport_maps, then what is for whole kinds of domains. */
static gboolean
is_routed (const Checks *checks, const char *address)
{
  static const char *const parameters[] = { "virtual_transport", "mailbox_transport", "local_transport" };
  g_autofree char *maps = mado_postconf ("transport_maps");
  const char *domain = strrchr (address, '@');
  g_autofree char *by_address = maps != NULL ? mado_postmap (maps, address) : NULL;
  g_autofree char *by_domain = maps != NULL && by_address == NULL && domain != NULL ? mado_postmap (maps, domain + 1) : NULL;

  if (by_address != NULL || by_domain != NULL)
    return is_ours (checks, by_address != NULL ? by_address : by_domain);
  for (gsize i = 0; i < G_N_ELEMENTS (parameters); i++) {
    g_autofree char *value = mado_postconf (parameters[i]);
    if (is_ours (checks, value))
      return TRUE;
  }
  return FALSE;
}

/* In a domain of its own Postfix refuses whom no table knows, before it asks where the mail should go. */
static gboolean
is_known (const char *address)
{
  g_autofree char *domains = mado_postconf ("mydestination"), *tables = mado_postconf ("local_recipient_maps");
  g_auto (GStrv) each = g_strsplit_set (domains != NULL ? domains : "", ", \t\n", -1);
  const char *at = strrchr (address, '@');

  if (at == NULL || tables == NULL || *tables == '\0' || !g_strv_contains ((const char *const *) each, at + 1))
    return TRUE;
  g_autofree char *name = g_strndup (address, (gsize) (at - address));
  g_autofree char *by_address = mado_postmap (tables, address), *by_name = mado_postmap (tables, name);
  return by_address != NULL || by_name != NULL;
}

void
mado_checks_postfix (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  g_autofree char *bare = mado_postconf ("smtpd_forbid_bare_newline");
  g_autofree char *version = mado_postconf ("mail_version");
  const Checks checks = { conf, report, data };

  if (version == NULL) {
    say (&checks, MADO_CHECK_OK, "no Postfix on this machine");
    return;
  }
  for (const char *const *address = mado_conf_list (conf, "team", "address"); *address != NULL; address++)
    if (!is_routed (&checks, *address))
      say (&checks, MADO_CHECK_WARN, "%s: no transport names our LMTP socket (README, \"Behind Postfix\")", *address);
    else if (!is_known (*address))
      say (&checks, MADO_CHECK_FAIL, "%s: refused as unknown: local_recipient_maps has no table that knows it (README, \"Behind Postfix\")", *address);
    else
      say (&checks, MADO_CHECK_OK, "%s: mail is handed to our LMTP socket", *address);
  if (bare == NULL || *bare == '\0' || strcmp (bare, "no") == 0)
    say (&checks, MADO_CHECK_WARN, "set smtpd_forbid_bare_newline = normalize: it stops smuggled mails");
}
