/* indicator-sieve.c: see indicator-sieve.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-sieve.h"

#include "madoguchi/report/indicator-name.h"

#include <string.h>

void
mado_sieve_init (MadoSieve *sieve, const MadoIndicatorPolicy *policy)
{
  memset (sieve, 0, sizeof *sieve);
  sieve->policy = policy;
  sieve->found = g_ptr_array_new ();
  sieve->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sieve->key = g_string_new (NULL);
  mado_defanged_init (&sieve->line);
}

void
mado_sieve_clear (MadoSieve *sieve)
{
  g_ptr_array_set_free_func (sieve->found, (GDestroyNotify) mado_indicator_free);
  g_clear_pointer (&sieve->found, g_ptr_array_unref);
  g_clear_pointer (&sieve->seen, g_hash_table_unref);
  g_string_free (sieve->key, TRUE);
  mado_defanged_clear (&sieve->line);
}

static gsize
source_of (const MadoSieve *sieve, gsize at, gboolean is_end)
{
  return g_array_index (is_end ? sieve->line.to : sieve->line.from, guint32, at);
}

/* Was it written otherwise than it reads? Full-width letters count, too. */
gboolean
mado_sieve_is_defanged (const MadoSieve *sieve, MadoSpan span)
{
  gsize from = source_of (sieve, span.start, FALSE), to = source_of (sieve, span.end - 1, TRUE);

  return to - from != span.end - span.start || memcmp (sieve->source + from, sieve->line.text->str + span.start, to - from) != 0;
}

void
mado_sieve_add (MadoSieve *sieve, const char *type, const char *value, MadoSpan span, const char *flag, const char *flag2)
{
  gsize from = source_of (sieve, span.start, FALSE), to = source_of (sieve, span.end - 1, TRUE);
  g_autoptr (GStrvBuilder) flags = NULL;
  MadoIndicator *indicator;

  g_string_assign (sieve->key, type);
  g_string_append_c (sieve->key, (char) ('0' + 2 * (sieve->stretch->is_signed != 0) + (sieve->is_evidence != 0)));
  g_string_append (sieve->key, value);
  if (g_hash_table_contains (sieve->seen, sieve->key->str))
    return;
  g_hash_table_add (sieve->seen, g_strdup (sieve->key->str));
  if (sieve->found->len >= sieve->policy->max) {
    sieve->is_cut = TRUE;
    return;
  }
  flags = g_strv_builder_new ();
  indicator = mado_indicator_new ();
  indicator->type = g_strdup (type);
  indicator->value = g_strdup (value);
  indicator->as_written = g_strndup (sieve->source + from, to - from);
  indicator->part = g_strdup (sieve->stretch->part);
  indicator->offset = sieve->stretch->offset + (gint64) (sieve->source_at + from);
  indicator->is_signed = sieve->stretch->is_signed;
  indicator->role = g_strdup (sieve->is_evidence ? "evidence" : "statement");
  if (mado_sieve_is_defanged (sieve, span))
    g_strv_builder_add (flags, "defanged");
  if (sieve->stretch->is_header)
    g_strv_builder_add (flags, "header");
  if (flag != NULL)
    g_strv_builder_add (flags, flag);
  if (flag2 != NULL)
    g_strv_builder_add (flags, flag2);
  g_strfreev (indicator->flags);
  indicator->flags = g_strv_builder_end (flags);
  g_ptr_array_add (sieve->found, indicator);
}

/* May the address be listed? @flag: (out) what has to be said of it. */
static gboolean
judge_ip (const MadoSieve *sieve, const MadoIp *ip, const char **flag)
{
  MadoIpKind kind = mado_ip_kind (ip);

  *flag = kind == MADO_IP_PRIVATE ? "private" : kind == MADO_IP_RESERVED ? "reserved" : kind == MADO_IP_EXAMPLE ? "example" : NULL;
  if (kind == MADO_IP_NOBODY || (kind == MADO_IP_EXAMPLE && !sieve->policy->keep_examples))
    return FALSE;
  for (gsize i = 0; sieve->policy->ignore[i] != NULL; i++)
    if (mado_ip_is_in (ip, sieve->policy->ignore[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_ours (const MadoSieve *sieve, const char *name)
{
  for (gsize i = 0; sieve->policy->team[i] != NULL; i++) {
    const char *at = strrchr (sieve->policy->team[i], '@');
    if (at != NULL && g_ascii_strcasecmp (name, at + 1) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Names of the registries in the remarks that they put around every answer. */
static gboolean
is_remark (const MadoSieve *sieve, const char *name)
{
  static const char *const registries[] = { "ripe.net", "arin.net", "apnic.net", "lacnic.net", "afrinic.net", "nic.ad.jp", "jprs.jp",
                                            "icann.org", "verisign.com", "verisign-grs.com" };
  char first = sieve->line.text->len > 0 ? sieve->line.text->str[0] : '\0';

  for (gsize i = 0; i < G_N_ELEMENTS (registries) && (first == '%' || first == '#' || first == '['); i++)
    if (mado_name_is_below (name, registries[i]))
      return TRUE;
  return FALSE;
}

static gboolean
judge_name (const MadoSieve *sieve, const char *name, const char **flag)
{
  *flag = mado_name_is_example (name) ? "example" : NULL;
  if ((*flag != NULL && !sieve->policy->keep_examples) || mado_name_is_below (name, "arpa") || is_remark (sieve, name))
    return FALSE;
  for (gsize i = 0; sieve->policy->ignore[i] != NULL; i++)
    if (mado_name_is_below (name, sieve->policy->ignore[i]))
      return FALSE;
  return TRUE;
}

void
mado_sieve_add_ip (MadoSieve *sieve, const MadoIp *ip, guint bits, MadoSpan span)
{
  g_autofree char *value = NULL;
  const char *flag;

  if (!judge_ip (sieve, ip, &flag))
    return;
  value = mado_ip_print (ip, bits);
  if (g_str_has_prefix (value, "::/") || g_str_has_prefix (value, "0.0.0.0/")) /* half of the world */
    return;
  mado_sieve_add (sieve, bits < ip->length * 8 ? "cidr" : ip->length == 4 ? "ipv4" : "ipv6", value, span, flag, NULL);
}

void
mado_sieve_add_name (MadoSieve *sieve, const char *name, MadoSpan span)
{
  const char *flag;

  if (judge_name (sieve, name, &flag) && !is_ours (sieve, name))
    mado_sieve_add (sieve, "domain", name, span, flag, NULL);
}

/* The URL, and its host by itself: the same host is found again behind another path. */
void
mado_sieve_add_url (MadoSieve *sieve, const MadoUrl *url, gsize start)
{
  MadoSpan span = { start, start + url->size }, host = { start + url->host, start + url->host + url->host_size };
  const char *flag, *more = NULL;

  if (url->name == NULL ? !judge_ip (sieve, &url->ip, &flag) : !judge_name (sieve, url->name, &flag))
    return;
  if (flag == NULL && url->name != NULL && is_ours (sieve, url->name))
    flag = "own";
  if (url->is_guessed)
    more = "scheme-guessed";
  else if (url->is_mended && !mado_sieve_is_defanged (sieve, span)) /* "ttp://": nothing else is odd */
    more = "defanged";
  if (url->value != NULL)
    mado_sieve_add (sieve, "url", url->value, span, flag, more);
  if (url->name == NULL)
    mado_sieve_add_ip (sieve, &url->ip, url->ip.length * 8, host);
  else
    mado_sieve_add_name (sieve, url->name, host);
}

static gboolean
is_known_address (const MadoSieve *sieve, const char *address)
{
  const char *plus = strchr (address, '+'), *at = strrchr (address, '@');
  gboolean is_tagged = plus != NULL && at != NULL && plus < at;
  g_autofree char *plain = is_tagged ? g_strdup_printf ("%.*s%s", (int) (plus - address), address, at) : g_strdup (address);

  if (sieve->policy->reporter != NULL && g_ascii_strcasecmp (address, sieve->policy->reporter) == 0)
    return TRUE;
  for (gsize i = 0; sieve->policy->team[i] != NULL; i++)
    if (g_ascii_strcasecmp (plain, sieve->policy->team[i]) == 0)
      return TRUE;
  for (gsize i = 0; sieve->policy->ignore[i] != NULL; i++)
    if (g_ascii_strcasecmp (address, sieve->policy->ignore[i]) == 0)
      return TRUE;
  return FALSE;
}

void
mado_sieve_add_email (MadoSieve *sieve, const char *value, const char *name, MadoSpan span)
{
  const char *flag;

  if (judge_name (sieve, name, &flag) && !is_known_address (sieve, value))
    mado_sieve_add (sieve, "email", value, span, flag, NULL);
}

gboolean
mado_sieve_knows_key (const MadoSieve *sieve, const char *digits, gsize size)
{
  for (guint i = 0; sieve->policy->keys != NULL && i < sieve->policy->keys->len; i++) {
    const char *key = g_ptr_array_index (sieve->policy->keys, i);
    if (strlen (key) == size && g_ascii_strncasecmp (key, digits, size) == 0)
      return TRUE;
  }
  return FALSE;
}
