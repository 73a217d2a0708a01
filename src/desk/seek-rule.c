/* seek-rule.c: see seek-rule.h. */
#include "madoguchi/desk/seek-rule.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

/* Is @address the entry, in its domain, or below that? */
static gboolean
fits (const char *entry, const char *address)
{
  const char *domain = strrchr (address, '@') + 1;
  gsize length = strlen (domain), wanted = strlen (entry);

  if (strchr (entry, '@') != NULL)
    return mado_text_same_address (entry, address);
  return wanted > 0 && length >= wanted && g_ascii_strcasecmp (domain + length - wanted, entry) == 0
         && (length == wanted || domain[length - wanted - 1] == '.');
}

gboolean
mado_seek_rule_allows (const MadoDeskSettings *settings, const char *address)
{
  if (!settings->looks_up || address == NULL || strrchr (address, '@') == NULL || mado_policy_is_ours (address, settings->team))
    return FALSE;
  for (const char *const *entry = settings->look_up_except; *entry != NULL; entry++)
    if (fits (*entry, address))
      return FALSE;
  return TRUE;
}

/* Is @mark (nullable) the one that @limit names, or a stricter one of the same protocol? */
static gboolean
is_reached (const char *limit, const char *mark)
{
  return mark != NULL && g_ascii_strncasecmp (limit, mark, strlen ("TLP:")) == 0
         && mado_tlp_level (mark) >= mado_tlp_level (limit);
}

gboolean
mado_seek_rule_allows_for (const MadoDeskSettings *settings, const MadoReport *report, const char *address)
{
  const MadoReportBody *body = report->report;

  if (report->undecryptable != NULL || !mado_seek_rule_allows (settings, address))
    return FALSE;
  for (const char *const *limit = settings->look_up_not_for; body != NULL && *limit != NULL; limit++)
    if (is_reached (*limit, body->tlp) || is_reached (*limit, body->pap))
      return FALSE;
  return TRUE;
}
