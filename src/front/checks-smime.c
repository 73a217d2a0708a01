/* checks-smime.c: see checks-smime.h. */
#include "madoguchi/front/checks-smime.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/authorities.h"
#include "madoguchi/pgp/crl.h"

#define DAY 86400
#define SOON (30 * DAY)

typedef struct {
  const MadoConf *conf;
  gint64 now;
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, name, status, detail);
}

/* One line for an authority of which something is to be said. */
static gboolean
check_authority (const Checks *checks, const MadoAuthority *authority)
{
  const char *subject = authority->subject != NULL ? authority->subject : "";

  if (!authority->is_known)
    say (checks, "smime-trust", MADO_CHECK_WARN,
         "%s: its certificate is not in gnupg-home (gpgsm --import); it vouches only in mails that bring it along",
         authority->fingerprint);
  else if (authority->expires != 0 && authority->expires <= checks->now)
    say (checks, "smime-trust", MADO_CHECK_FAIL, "%s %s has expired: it vouches for nobody", authority->fingerprint, subject);
  else if (authority->expires != 0 && authority->expires <= checks->now + SOON)
    say (checks, "smime-trust", MADO_CHECK_WARN, "%s %s expires in %" G_GINT64_FORMAT " days", authority->fingerprint, subject,
         (authority->expires - checks->now) / DAY);
  else
    return TRUE;
  return FALSE;
}

static void
check_trust (const Checks *checks, const GPtrArray *authorities)
{
  gboolean is_foreign = mado_conf_list (checks->conf, "crypto", "decrypt-agent")[0] != NULL;
  guint well = 0;

  for (guint i = 0; i < authorities->len; i++)
    well += check_authority (checks, authorities->pdata[i]);
  if (authorities->len == 0)
    say (checks, "smime-trust", MADO_CHECK_OK, "no authority is trusted: no S/MIME signature is good");
  else if (well == authorities->len)
    say (checks, "smime-trust", MADO_CHECK_OK, "%u %s", well, well == 1 ? "authority" : "authorities");
  if (authorities->len > 0 && is_foreign)
    say (checks, "smime-trust", MADO_CHECK_WARN,
         "with decrypt-agent set, the trustlist.txt in the homes of those agents counts, not smime-trust");
}

static void
check_lists (const Checks *checks, gboolean has_authorities)
{
  const char *directory = mado_conf_string (checks->conf, "crypto", "smime-crls");
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoCrls) crls = NULL;
  guint stale = 0, count;

  if (directory == NULL) {
    say (checks, "smime-crls", MADO_CHECK_OK, "whether certificates were revoked is not checked%s",
         has_authorities ? " ([crypto] smime-crls)" : "");
    return;
  }
  crls = mado_crls_load (directory, &problem);
  if (crls == NULL) {
    say (checks, "smime-crls", MADO_CHECK_FAIL, "%s", problem->message);
    return;
  }
  count = mado_crls_count (crls, checks->now, &stale);
  if (stale > 0)
    say (checks, "smime-crls", MADO_CHECK_FAIL, "%u of %u lists in %s are too old: their authorities vouch for nobody", stale, count,
         directory);
  else
    say (checks, "smime-crls", count == 0 ? MADO_CHECK_WARN : MADO_CHECK_OK, "%u %s in %s", count, count == 1 ? "list" : "lists",
         directory);
}

void
mado_checks_smime (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data)
{
  const Checks checks = { conf, now, report, data };
  g_autoptr (GError) problem = NULL;
  g_autofree char *gpgsm = g_find_program_in_path ("gpgsm");
  g_autoptr (GPtrArray) authorities = NULL;

  if (gpgsm == NULL) {
    say (&checks, "smime", MADO_CHECK_WARN, "gpgsm is not installed: S/MIME mail can be neither opened nor verified");
    return;
  }
  authorities = mado_authorities_list (conf, &problem);
  if (authorities == NULL && g_error_matches (problem, MADO_ERROR, MADO_ERROR_UNAVAILABLE)) {
    say (&checks, "smime", MADO_CHECK_FAIL, "%s", problem->message);
    return;
  }
  say (&checks, "smime", MADO_CHECK_OK, "%s", gpgsm);
  if (authorities == NULL)
    say (&checks, "smime-trust", MADO_CHECK_FAIL, "%s", problem->message);
  else
    check_trust (&checks, authorities);
  check_lists (&checks, authorities != NULL && authorities->len > 0);
}
