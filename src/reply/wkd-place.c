/* wkd-place.c: see wkd-place.h. */
#include "madoguchi/reply/wkd-place.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/wkd.h"

#include <idn2.h>
#include <string.h>

#define LOCAL_MAX 64 /* RFC 5321, 4.5.3.1.1 */
#define DOMAIN_MAX 253
#define LABEL_MAX 63

void
mado_wkd_place_clear (MadoWkdPlace *name)
{
  g_clear_pointer (&name->local, g_free);
  g_clear_pointer (&name->hash, g_free);
  g_clear_pointer (&name->domain, g_free);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "not looked up: %s", why);
  return FALSE;
}

static gboolean
is_label (const char *label)
{
  gsize length = strlen (label);

  if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (; *label != '\0'; label++)
    if (!g_ascii_isalnum (*label) && *label != '-')
      return FALSE;
  return TRUE;
}

/* Last labels that never lead to somebody else's host in the public DNS. */
static gboolean
is_private (const char *last)
{
  static const char *const names[] = { "alt",  "arpa",     "corp", "home",      "host",   "internal", "intranet", "invalid",
                                       "lan",  "local",    "localdomain", "localhost", "mail", "onion", "private", "test",
                                       "workgroup", NULL };

  return g_strv_contains (names, last);
}

static gboolean
check_domain (const char *domain, GError **error)
{
  g_auto (GStrv) labels = g_strsplit (domain, ".", -1);
  guint count = g_strv_length (labels);

  if (strlen (domain) > DOMAIN_MAX || count < 2)
    return refuse (error, "no name of the public DNS");
  for (guint i = 0; i < count; i++)
    if (!is_label (labels[i]))
      return refuse (error, "no host name");
  /* Numbers in any writing ("10.1", "0x7f.1") are addresses to those who resolve names. */
  if (!g_ascii_isalpha (labels[count - 1][0]))
    return refuse (error, "an address in place of a name");
  return !is_private (labels[count - 1]) || refuse (error, "a name for private use");
}

/* (transfer full, nullable) @text as A-labels in lower case. */
static char *
to_ascii (const char *text)
{
  char *ascii = NULL, *copy;

  if (idn2_to_ascii_8z (text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
    return NULL;
  copy = g_ascii_strdown (ascii, -1);
  idn2_free (ascii);
  return copy;
}

static gboolean
is_local_part (const char *local)
{
  gsize length = strlen (local);

  if (length == 0 || length > LOCAL_MAX)
    return FALSE;
  for (const char *p = local; *p != '\0'; p++)
    if ((guchar) *p <= ' ' || *p == 0x7f || strchr ("\"<>()[],;:\\@", *p) != NULL)
      return FALSE;
  return TRUE;
}

gboolean
mado_wkd_place_read (const char *address, MadoWkdPlace *name, GError **error)
{
  const char *at = strrchr (address, '@');
  g_autofree char *local = at != NULL ? g_strndup (address, (gsize) (at - address)) : NULL;
  g_autofree char *domain = NULL;

  if (at == NULL || !g_utf8_validate (address, -1, NULL) || !is_local_part (local))
    return refuse (error, "no mail address");
  domain = to_ascii (at + 1);
  if (domain == NULL)
    return refuse (error, "no host name");
  if (!check_domain (domain, error))
    return FALSE;
  name->hash = mado_wkd_name (address);
  name->local = g_steal_pointer (&local);
  name->domain = g_steal_pointer (&domain);
  return TRUE;
}

char *
mado_wkd_place_url (const MadoWkdPlace *name, gboolean is_advanced)
{
  g_autofree char *local = g_uri_escape_string (name->local, NULL, FALSE);

  if (is_advanced)
    return g_strdup_printf ("https://openpgpkey.%s/.well-known/openpgpkey/%s/hu/%s?l=%s", name->domain, name->domain,
                            name->hash, local);
  return g_strdup_printf ("https://%s/.well-known/openpgpkey/hu/%s?l=%s", name->domain, name->hash, local);
}
