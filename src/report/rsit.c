/* rsit.c: see rsit.h. Called by the readers of formats whose reports carry tags. The words are those of RSIT v1003; eCSIRT's
 * older ones are led to their heirs, and to nothing where there is none. */
#include "madoguchi/report/rsit.h"

#include <string.h>

static const struct {
  const char *name;
  const char *types; /* with blanks around each */
} classes[] = {
  { "abusive-content", " spam harmful-speech violence " },
  { "malicious-code", " infected-system c2-server malware-distribution malware-configuration " },
  { "information-gathering", " scanner sniffing social-engineering " },
  { "intrusion-attempts", " ids-alert brute-force exploit " },
  { "intrusions", " privileged-account-compromise unprivileged-account-compromise application-compromise system-compromise burglary " },
  { "availability", " dos ddos misconfiguration sabotage outage " },
  { "information-content-security", " unauthorised-information-access unauthorised-information-modification data-loss data-leak " },
  { "fraud", " unauthorised-use-of-resources copyright masquerade phishing " },
  { "vulnerable", " weak-crypto ddos-amplifier potentially-unwanted-accessible information-disclosure vulnerable-system " },
  { "other", " other undetermined " },
  { "test", " test " },
};

static const struct {
  const char *word; /* of eCSIRT */
  const char *category;
} heirs[] = {
  { "virus", "malicious-code:infected-system" },
  { "worm", "malicious-code:infected-system" },
  { "trojan", "malicious-code:infected-system" },
  { "ransomware", "malicious-code:infected-system" },
  { "malware", "malicious-code:infected-system" },
  { "spyware", "malicious-code:infected-system" },
  { "rootkit", "malicious-code:infected-system" },
  { "dialer", "malicious-code:infected-system" },
  { "bot", "malicious-code:infected-system" },
  { "botnet-drone", "malicious-code:infected-system" },
  { "c&c", "malicious-code:c2-server" },
  { "defacement", "information-content-security:unauthorised-information-modification" },
  { "compromised", "intrusions:system-compromise" },
  { "backdoor", "intrusions:system-compromise" },
  { "dropzone", "information-content-security:unauthorised-information-access" },
  { "blacklist", "other:other" },
  { "unknown", "other:other" },
  { "unauthorized-use-of-resources", "fraud:unauthorised-use-of-resources" },
  { "vulnerable-service", "vulnerable:vulnerable-system" },
};

static const char *
find_types (const char *name, gsize size)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strlen (classes[i].name) == size && strncmp (classes[i].name, name, size) == 0)
      return classes[i].types;
  return NULL;
}

gboolean
mado_rsit_is_category (const char *category)
{
  const char *colon = strchr (category, ':'), *types = colon == NULL ? NULL : find_types (category, (gsize) (colon - category));
  g_autofree char *word = colon == NULL ? NULL : g_strdup_printf (" %s ", colon + 1);

  return types != NULL && strchr (colon, ' ') == NULL && colon[1] != '\0' && strstr (types, word) != NULL;
}

char *
mado_rsit_from_tag (const char *tag)
{
  const char *colon = strchr (tag, ':'), *equals = colon == NULL ? NULL : strchr (colon, '=');
  g_autofree char *folded = NULL, *name = NULL, *category = NULL;
  gboolean is_old = g_ascii_strncasecmp (tag, "ecsirt:", 7) == 0;

  if (equals == NULL || strlen (tag) > 200 || (!is_old && g_ascii_strncasecmp (tag, "rsit:", 5) != 0))
    return NULL;
  name = g_ascii_strdown (colon + 1, equals - colon - 1);
  folded = g_ascii_strdown (equals + 1, -1);
  g_strdelimit (folded, "\"", ' ');
  category = g_strdup_printf ("%s:%s", name, g_strstrip (folded));
  if (mado_rsit_is_category (category))
    return g_steal_pointer (&category);
  for (gsize i = 0; is_old && i < G_N_ELEMENTS (heirs); i++)
    if (strcmp (folded, heirs[i].word) == 0)
      return g_strdup (heirs[i].category);
  return NULL;
}
