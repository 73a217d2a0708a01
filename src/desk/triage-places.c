/* triage-places.c: see triage-places.h. One hash table; networks are looked up once for each length of prefix that occurs.
 * Called by triage-rules.c (adding) and triage.c (looking up). */
#include "madoguchi/desk/triage-places.h"

#include <arpa/inet.h>
#include <string.h>

#define NAME_MAX_BYTES 253 /* RFC 1035, 3.1, as text */
#define VALUE_MAX 2048     /* what is longer is looked at this far */

struct _MadoPlaces {
  GHashTable *owners;   /* key -> GArray of guint */
  gboolean lengths[2][129]; /* prefixes that occur: IPv4, IPv6 */
  guint labels;         /* most that a domain has */
};

typedef struct {
  guint8 bytes[16];
  guint size; /* 4 or 16 */
} Ip;

static void
free_array (gpointer array)
{
  g_array_unref (array);
}

MadoPlaces *
mado_places_new (void)
{
  MadoPlaces *places = g_new0 (MadoPlaces, 1);

  places->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_array);
  return places;
}

void
mado_places_free (MadoPlaces *places)
{
  if (places == NULL)
    return;
  g_hash_table_unref (places->owners);
  g_free (places);
}

static void
append_once (GArray *owners, guint owner)
{
  for (guint i = 0; i < owners->len; i++)
    if (g_array_index (owners, guint, i) == owner)
      return;
  g_array_append_val (owners, owner);
}

static void
add (MadoPlaces *places, const char *key, guint owner)
{
  GArray *owners = g_hash_table_lookup (places->owners, key);

  if (owners == NULL) {
    owners = g_array_new (FALSE, FALSE, sizeof (guint));
    g_hash_table_insert (places->owners, g_strdup (key), owners);
  }
  append_once (owners, owner);
}

static gboolean
look_up (const MadoPlaces *places, const char *key, GArray *owners)
{
  const GArray *found = g_hash_table_lookup (places->owners, key);

  for (guint i = 0; found != NULL && i < found->len; i++)
    append_once (owners, g_array_index (found, guint, i));
  return found != NULL;
}

/* --- networks ------------------------------------------------------------------------------------------- */

static gboolean
read_ip (const char *text, Ip *ip)
{
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

  if (inet_pton (AF_INET, text, ip->bytes) == 1) {
    ip->size = 4;
    return TRUE;
  }
  if (inet_pton (AF_INET6, text, ip->bytes) != 1)
    return FALSE;
  ip->size = 16;
  if (memcmp (ip->bytes, mapped, sizeof mapped) == 0) {
    memmove (ip->bytes, ip->bytes + sizeof mapped, 4);
    ip->size = 4;
  }
  return TRUE;
}

/* "192.0.2.0/24", or an address alone. */
static gboolean
read_network (const char *text, Ip *ip, guint *bits)
{
  const char *slash = strchr (text, '/');
  g_autofree char *address = slash != NULL ? g_strndup (text, (gsize) (slash - text)) : g_strdup (text);
  guint64 number;

  if (!read_ip (address, ip))
    return FALSE;
  number = ip->size * 8;
  if (slash != NULL && !g_ascii_string_to_unsigned (slash + 1, 10, 0, number, &number, NULL))
    return FALSE;
  *bits = (guint) number;
  return TRUE;
}

/* Clears all bits behind the first @bits. Returns whether there were any. */
static gboolean
mask (Ip *ip, guint bits)
{
  gboolean had_any = FALSE;

  for (guint i = 0; i < ip->size; i++) {
    guint left = bits > i * 8 ? MIN (bits - i * 8, 8) : 0;
    guint8 keep = (guint8) (0xff00U >> left);
    had_any = had_any || (ip->bytes[i] & (guint8) ~keep) != 0;
    ip->bytes[i] &= keep;
  }
  return had_any;
}

/* @key: room for 40 bytes. */
static void
write_key (const Ip *ip, guint bits, char *key)
{
  static const char digits[] = "0123456789abcdef";
  gsize at = (gsize) g_snprintf (key, 8, "n%u/", bits);

  for (guint i = 0; i < ip->size; i++) {
    key[at++] = digits[ip->bytes[i] >> 4];
    key[at++] = digits[ip->bytes[i] & 15];
  }
  key[at] = '\0';
}

gboolean
mado_places_add_network (MadoPlaces *places, guint owner, const char *text)
{
  char key[48];
  Ip ip;
  guint bits;

  if (!read_network (text, &ip, &bits) || mask (&ip, bits))
    return FALSE;
  write_key (&ip, bits, key);
  places->lengths[ip.size == 16][bits] = TRUE;
  add (places, key, owner);
  return TRUE;
}

/* All networks that the one of @bits is in. */
static void
find_networks (const MadoPlaces *places, Ip ip, guint bits, GArray *owners)
{
  const gboolean *lengths = places->lengths[ip.size == 16];
  char key[48];

  for (guint i = bits + 1; i > 0; i--)
    if (lengths[i - 1]) {
      mask (&ip, i - 1);
      write_key (&ip, i - 1, key);
      look_up (places, key, owners);
    }
}

/* --- names ---------------------------------------------------------------------------------------------- */

/* (transfer full, nullable) @name as it is compared. */
static char *
fold_name (const char *name)
{
  gsize size = strlen (name);
  g_autofree char *plain = g_strndup (name, size > 0 && name[size - 1] == '.' ? size - 1 : size);
  g_autofree char *ascii = NULL;

  if (*plain == '\0' || strlen (plain) > NAME_MAX_BYTES || !g_utf8_validate (plain, -1, NULL))
    return NULL;
  ascii = g_str_is_ascii (plain) ? g_strdup (plain) : g_hostname_to_ascii (plain);
  return ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
}

static guint
count_labels (const char *name)
{
  guint n = 1;

  for (; *name != '\0'; name++)
    n += *name == '.' ? 1 : 0;
  return n;
}

/* (transfer full, nullable) @text as a name with a dot in it, as it is compared. */
static char *
read_domain (const char *text)
{
  g_autofree char *name = fold_name (text);

  if (name == NULL || strchr (name, '.') == NULL || *name == '.' || strstr (name, "..") != NULL)
    return NULL;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL)
      return NULL;
  return g_steal_pointer (&name);
}

gboolean
mado_places_add_domain (MadoPlaces *places, guint owner, const char *text)
{
  g_autofree char *name = read_domain (text);
  g_autofree char *key = name != NULL ? g_strconcat ("d", name, NULL) : NULL;

  if (key == NULL)
    return FALSE;
  places->labels = MAX (places->labels, count_labels (name));
  add (places, key, owner);
  return TRUE;
}

static void
find_domains (const MadoPlaces *places, const char *host, GArray *owners)
{
  g_autofree char *name = fold_name (host);
  guint labels = name != NULL ? count_labels (name) : 0;

  for (const char *at = name; at != NULL; labels--) {
    const char *dot = strchr (at, '.');
    if (labels <= places->labels) {
      g_autofree char *key = g_strconcat ("d", at, NULL);
      look_up (places, key, owners);
    }
    at = dot != NULL ? dot + 1 : NULL;
  }
}

/* --- numbers and contacts ------------------------------------------------------------------------------- */

static gboolean
read_as (const char *text, gboolean is_bare_ok, guint64 *number)
{
  gboolean is_named = g_ascii_strncasecmp (text, "as", 2) == 0;

  return (is_named || is_bare_ok) && g_ascii_string_to_unsigned (is_named ? text + 2 : text, 10, 1, G_MAXUINT32, number, NULL);
}

gboolean
mado_places_add_as (MadoPlaces *places, guint owner, const char *text)
{
  g_autofree char *key = NULL;
  guint64 number;

  if (!read_as (text, TRUE, &number))
    return FALSE;
  key = g_strdup_printf ("a%" G_GUINT64_FORMAT, number);
  add (places, key, owner);
  return TRUE;
}

gboolean
mado_places_add_contact (MadoPlaces *places, guint owner, const char *text)
{
  const char *at = strrchr (text, '@');
  g_autofree char *folded = g_ascii_strdown (text, -1);
  g_autofree char *key = g_strconcat ("m", folded, NULL);

  if (at == NULL || strchr (at, '.') == NULL || strlen (text) > 254 || strpbrk (text, " \t<>") != NULL)
    return FALSE;
  add (places, key, owner);
  return TRUE;
}

void
mado_places_find_contact (const MadoPlaces *places, const char *address, GArray *owners)
{
  const char *at = strrchr (address, '@');

  if (at == NULL || strlen (address) > VALUE_MAX)
    return;
  g_autofree char *folded = g_ascii_strdown (address, -1);
  g_autofree char *key = g_strconcat ("m", folded, NULL);
  g_autofree char *wide = g_strconcat ("m", folded + (at - address), NULL);
  if (!look_up (places, key, owners) && !look_up (places, wide, owners))
    find_domains (places, at + 1, owners);
}

/* --- values of a report --------------------------------------------------------------------------------- */

/* (transfer full) @value without what makes it harmless: "[.]", "(.)", "\." and their like; the scheme does not matter. */
static char *
refang (const char *value)
{
  GString *out = g_string_new (NULL);

  for (gsize n = 0; *value != '\0' && n < VALUE_MAX; value++, n++) {
    gboolean is_bracketed = strchr ("[({", *value) != NULL && (value[1] == '.' || value[1] == ':') && value[2] != '\0'
                            && strchr ("])}", value[2]) != NULL;
    if (is_bracketed)
      g_string_append_c (out, *++value), value++;
    else if (!g_ascii_isspace (*value) && *value != '\\')
      g_string_append_c (out, *value);
  }
  return g_string_free (out, FALSE);
}

/* Cuts a URL or a mail address in @value down to its host. */
static char *
cut_host (char *value)
{
  char *host = strstr (value, "://");
  char *at;

  host = host != NULL ? host + 3 : value;
  host[strcspn (host, "/?#")] = '\0';
  at = strrchr (host, '@');
  host = at != NULL ? at + 1 : host;
  if (*host == '[') {
    host++;
    host[strcspn (host, "]")] = '\0';
  } else if (strchr (host, ':') != NULL && strchr (host, ':') == strrchr (host, ':')) {
    *strchr (host, ':') = '\0'; /* a port; two colons: an IPv6 address */
  }
  return host;
}

void
mado_places_find (const MadoPlaces *places, const char *value, GArray *owners)
{
  g_autofree char *plain = refang (value);
  g_autofree char *key = NULL;
  guint64 number;
  guint bits;
  Ip ip;

  if (read_network (plain, &ip, &bits)) {
    find_networks (places, ip, bits, owners);
  } else if (read_as (plain, FALSE, &number)) {
    key = g_strdup_printf ("a%" G_GUINT64_FORMAT, number);
    look_up (places, key, owners);
  } else {
    const char *host = cut_host (plain);
    if (read_ip (host, &ip))
      find_networks (places, ip, ip.size * 8, owners);
    else
      find_domains (places, host, owners);
  }
}
