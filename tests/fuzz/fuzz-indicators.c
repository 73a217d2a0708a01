/* Fuzz target: everything that report/ reads out of a text. What is found stands where it is said to stand, and each
 * value is one of its type. */
#include "madoguchi/base/text.h"
#include "madoguchi/report/case-ids.h"
#include "madoguchi/report/indicator-btc.h"
#include "madoguchi/report/indicator-code.h"
#include "madoguchi/report/indicator-hash.h"
#include "madoguchi/report/indicator-name.h"
#include "madoguchi/report/indicator-scan.h"
#include "madoguchi/report/indicator-url.h"
#include "madoguchi/report/marking.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static gboolean
is_ip (const char *value)
{
  gsize size = strlen (value), length;
  MadoIp ip;
  guint bits;
  g_autofree char *again = NULL;

  length = mado_ip_read4 (value, size, &ip);
  length = length > 0 ? length : mado_ip_read6 (value, size, &ip);
  if (length == 0)
    return FALSE;
  bits = ip.length * 8;
  if (length < size && mado_ip_read_prefix (value + length, size - length, &ip, &bits) != size - length)
    return FALSE;
  again = mado_ip_print (&ip, bits);
  return strcmp (again, value) == 0;
}

/* A network, whose address may be one that by itself would not be taken for one ("fd::"). */
static gboolean
is_network (const char *value)
{
  const char *slash = strchr (value, '/');
  g_autofree char *address = slash == NULL ? NULL : g_strndup (value, (gsize) (slash - value));
  guint8 bytes[16];

  return address != NULL && (inet_pton (AF_INET, address, bytes) == 1 || inet_pton (AF_INET6, address, bytes) == 1);
}

static gboolean
is_name (const char *value)
{
  g_autofree char *again = mado_name_read (value, strlen (value));

  return g_strcmp0 (again, value) == 0;
}

static gboolean
is_url (const char *value)
{
  gsize size = strlen (value), scheme = mado_url_scheme (value, size), used;
  g_auto (MadoUrl) url = { 0 };

  return scheme > 0 && mado_url_read (value, size, scheme, &url, &used) && g_strcmp0 (url.value, value) == 0;
}

static gboolean
is_code (const char *value, const char *type)
{
  const char *found = NULL;
  g_autofree char *again = NULL;

  return mado_code_read (value, strlen (value), &found, &again) == strlen (value) && strcmp (found, type) == 0 && strcmp (again, value) == 0;
}

static gboolean
is_of_its_type (const MadoIndicator *indicator)
{
  const char *type = indicator->type, *value = indicator->value;
  static const char *const ips[] = { "ipv4", "ipv6", NULL }, *const digests[] = { "md5", "sha1", "sha256", "sha512", NULL };

  if (g_strv_contains (ips, type))
    return is_ip (value);
  if (strcmp (type, "cidr") == 0)
    return is_network (value);
  if (g_strv_contains (digests, type))
    return g_strcmp0 (mado_digest_type (value, strlen (value)), type) == 0;
  if (strcmp (type, "domain") == 0)
    return is_name (value);
  if (strcmp (type, "email") == 0)
    return strrchr (value, '@') != NULL && is_name (strrchr (value, '@') + 1);
  if (strcmp (type, "url") == 0)
    return is_url (value);
  if (strcmp (type, "btc") == 0)
    return mado_btc_is_address (value, strlen (value));
  return is_code (value, type);
}

static void
scan (const char *text, guint8 how)
{
  static const char *const team[] = { "csirt@team.org", NULL }, *const none[] = { NULL };
  MadoIndicatorPolicy policy = { team, none, NULL, NULL, (how & 1) != 0, 50, 1 << 20 };
  g_autoptr (MadoIndicatorScan) state = mado_indicator_scan_new (&policy);
  g_autoptr (MadoStretch) stretch = mado_stretch_new ();
  g_autoptr (GPtrArray) found = NULL;

  stretch->part = g_strdup ("1");
  stretch->text = g_strdup (text);
  stretch->is_prose = (how & 2) != 0;
  stretch->is_header = (how & 4) != 0;
  mado_indicator_scan_add (state, stretch);
  found = mado_indicator_scan_finish (state, NULL);
  g_ptr_array_set_free_func (found, (GDestroyNotify) mado_indicator_free);
  need (found->len <= 50);
  for (guint i = 0; i < found->len; i++) {
    const MadoIndicator *indicator = g_ptr_array_index (found, i);
    gsize length = strlen (indicator->as_written);
    need (length > 0 && indicator->offset >= 0 && (gsize) indicator->offset + length <= strlen (text));
    need (memcmp (text + indicator->offset, indicator->as_written, length) == 0);
    need (g_utf8_validate (indicator->as_written, -1, NULL) && g_utf8_validate (indicator->value, -1, NULL));
    need (is_of_its_type (indicator));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *valid = size == 0 ? NULL : g_utf8_make_valid ((const char *) bytes + 1, (gssize) size - 1);
  g_autofree char *text = valid == NULL ? NULL : mado_text_visible (valid);
  g_auto (MadoCaseIds) ids = { 0 };
  MadoMarking marking = { 0 };

  if (text == NULL)
    return 0;
  scan (text, bytes[0]);
  mado_case_ids_init (&ids);
  mado_case_ids_read (&ids, text, (bytes[0] & 1) != 0, "CSIRT");
  need (ids.all->len <= 20 && ids.threads->len <= ids.all->len);
  for (guint i = 0; i < ids.all->len; i++)
    need (g_str_is_ascii (g_ptr_array_index (ids.all, i)) && strlen (g_ptr_array_index (ids.all, i)) < 100);
  mado_marking_read (&marking, text, (bytes[0] & 1) != 0);
  need (marking.tlp <= MADO_TLP_RED && marking.pap <= MADO_TLP_RED);
  return 0;
}
