/* crl.c: see crl.h. A reader of a few fixed paths of DER; pure but for the files. */
#include "madoguchi/pgp/crl.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 100
#define FILE_BYTES_MAX (64 * 1024 * 1024)
#define ENTRIES_MAX 1000000
#define PEM_BEGIN "-----BEGIN X509 CRL-----"
#define PEM_END "-----END X509 CRL-----"

enum { TAG_INTEGER = 0x02, TAG_OID = 0x06, TAG_UTC_TIME = 0x17, TAG_TIME = 0x18, TAG_SEQUENCE = 0x30, TAG_VERSION = 0xa0 };

typedef struct {
  GBytes *issuer;      /* its name, as it stands in certificates */
  GHashTable *serials; /* set of GBytes */
  gint64 made;
  gint64 next;         /* when the next list was to come; 0: it does not say */
} List;

struct _MadoCrls {
  char *directory;
  char *stamp;       /* of the directory and its files */
  GHashTable *lists; /* issuer -> List */
};

static void
list_free (List *list)
{
  g_clear_pointer (&list->issuer, g_bytes_unref);
  g_clear_pointer (&list->serials, g_hash_table_unref);
  g_free (list);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (List, list_free)

/* --- DER --------------------------------------------------------------------------------------------------- */

typedef struct {
  guint8 tag;
  const guint8 *start, *body, *end; /* of the whole element, of its content, behind it */
} Element;

/* Takes one element from *@at. */
static gboolean
take (const guint8 **at, const guint8 *end, Element *element)
{
  const guint8 *p = *at;
  gsize length, count;

  if (end - p < 2)
    return FALSE;
  element->start = p;
  element->tag = p[0];
  length = p[1];
  p += 2;
  if (length & 0x80) {
    count = length & 0x7f;
    if (count == 0 || count > 4 || (gsize) (end - p) < count)
      return FALSE;
    for (length = 0; count > 0; count--)
      length = length << 8 | *p++;
  }
  if ((gsize) (end - p) < length)
    return FALSE;
  element->body = p;
  element->end = *at = p + length;
  return TRUE;
}

static gboolean
take_tag (const guint8 **at, const guint8 *end, guint8 tag, Element *element)
{
  const guint8 *before = *at;

  if (take (at, end, element) && element->tag == tag)
    return TRUE;
  *at = before;
  return FALSE;
}

static GBytes *
bytes_of (const guint8 *start, const guint8 *end)
{
  return g_bytes_new (start, (gsize) (end - start));
}

/* The digits of a time (RFC 5280, 4.1.2.5); 0: it is none. */
static gint64
read_time (const Element *element)
{
  g_autofree char *text = g_strndup ((const char *) element->body, (gsize) (element->end - element->body));
  gboolean is_short = element->tag == TAG_UTC_TIME;
  gsize length = is_short ? 12 : 14;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) when = NULL;
  int fields[6] = { 0 };
  const char *p = text;

  if (strlen (text) != length + 1 || strspn (text, "0123456789") != length || text[length] != 'Z')
    return 0;
  for (int i = 0; i < 6; i++) {
    int width = i == 0 && !is_short ? 4 : 2;
    for (int k = 0; k < width; k++)
      fields[i] = fields[i] * 10 + (*p++ - '0');
  }
  if (is_short)
    fields[0] += fields[0] < 50 ? 2000 : 1900;
  when = g_date_time_new (utc, fields[0], fields[1], fields[2], fields[3], fields[4], MIN (fields[5], 59));
  return when == NULL ? 0 : MAX (1, g_date_time_to_unix (when));
}

/* --- one list ----------------------------------------------------------------------------------------------- */

/* Is this the list of changes since another one, or of some certificates only? */
static gboolean
is_partial (const Element *extensions)
{
  static const guint8 delta[] = { TAG_OID, 3, 0x55, 0x1d, 27 }, part[] = { TAG_OID, 3, 0x55, 0x1d, 28 };
  const guint8 *at = extensions->body;
  Element all, one;

  if (!take_tag (&at, extensions->end, TAG_SEQUENCE, &all))
    return FALSE;
  at = all.body;
  while (take_tag (&at, all.end, TAG_SEQUENCE, &one))
    if (one.end - one.body >= (ptrdiff_t) sizeof delta
        && (memcmp (one.body, delta, sizeof delta) == 0 || memcmp (one.body, part, sizeof part) == 0))
      return TRUE;
  return FALSE;
}

static gboolean
read_serials (List *list, const Element *revoked, guint *left)
{
  const guint8 *at = revoked->body;
  Element entry, serial;

  while (at < revoked->end) {
    const guint8 *in_entry;
    if (!take_tag (&at, revoked->end, TAG_SEQUENCE, &entry) || *left == 0)
      return FALSE;
    in_entry = entry.body;
    if (!take_tag (&in_entry, entry.end, TAG_INTEGER, &serial))
      return FALSE;
    g_hash_table_add (list->serials, bytes_of (serial.body, serial.end));
    (*left)--;
  }
  return TRUE;
}

/* The list in DER @bytes; NULL: none that we can use. */
static List *
read_list (const guint8 *bytes, gsize size, guint *left)
{
  g_autoptr (List) list = g_new0 (List, 1);
  const guint8 *at = bytes, *end = bytes + size;
  Element whole, signed_part, element;
  gboolean has_update;

  if (!take_tag (&at, end, TAG_SEQUENCE, &whole))
    return NULL;
  at = whole.body;
  if (!take_tag (&at, whole.end, TAG_SEQUENCE, &signed_part))
    return NULL;
  at = signed_part.body;
  end = signed_part.end;
  take_tag (&at, end, TAG_INTEGER, &element); /* version */
  if (!take_tag (&at, end, TAG_SEQUENCE, &element) || !take_tag (&at, end, TAG_SEQUENCE, &element))
    return NULL;
  list->issuer = bytes_of (element.start, element.end);
  list->serials = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  if (!take_tag (&at, end, TAG_UTC_TIME, &element) && !take_tag (&at, end, TAG_TIME, &element))
    return NULL;
  list->made = read_time (&element);
  has_update = take_tag (&at, end, TAG_UTC_TIME, &element) || take_tag (&at, end, TAG_TIME, &element);
  list->next = has_update ? read_time (&element) : 0;
  if (has_update && list->next == 0)
    return NULL;
  if (take_tag (&at, end, TAG_SEQUENCE, &element) && !read_serials (list, &element, left))
    return NULL;
  if (take_tag (&at, end, TAG_VERSION, &element) && is_partial (&element))
    return NULL;
  return at == end ? g_steal_pointer (&list) : NULL;
}

/* --- files --------------------------------------------------------------------------------------------------- */

static gboolean
add_list (MadoCrls *crls, const guint8 *bytes, gsize size, guint *left)
{
  List *list = read_list (bytes, size, left);
  const List *before = list == NULL ? NULL : g_hash_table_lookup (crls->lists, list->issuer);

  if (list == NULL)
    return FALSE;
  if (before != NULL && before->made > list->made) /* the newer one counts */
    list_free (list);
  else
    g_hash_table_replace (crls->lists, list->issuer, list);
  return TRUE;
}

static gboolean
add_pem (MadoCrls *crls, const char *text, guint *left)
{
  gboolean found = FALSE;

  for (const char *at = strstr (text, PEM_BEGIN); at != NULL; at = strstr (at, PEM_BEGIN)) {
    const char *start = at + strlen (PEM_BEGIN), *stop = strstr (start, PEM_END);
    g_autofree char *armour = stop == NULL ? NULL : g_strndup (start, (gsize) (stop - start));
    g_autofree guchar *bytes = NULL;
    gsize size = 0;

    if (armour == NULL)
      return FALSE;
    bytes = g_base64_decode (armour, &size);
    if (!add_list (crls, bytes, size, left))
      return FALSE;
    found = TRUE;
    at = stop;
  }
  return found;
}

static gboolean
add_file (MadoCrls *crls, const char *name, guint *left, GError **error)
{
  g_autofree char *path = g_build_filename (crls->directory, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;
  const guint8 *data;
  gsize size;
  gboolean ok;

  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[crypto] smime-crls: %s", problem->message);
    return FALSE;
  }
  data = g_bytes_get_data (bytes, &size);
  if (size > 0 && data[0] == TAG_SEQUENCE) {
    ok = add_list (crls, data, size, left);
  } else {
    g_autofree char *text = size == 0 ? g_strdup ("") : g_strndup ((const char *) data, size);
    ok = add_pem (crls, text, left);
  }
  if (!ok)
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[crypto] smime-crls: %s: %s", path,
                 *left == 0 ? "more than a million entries in all" : "no whole list of revoked certificates");
  return ok;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full) the names of the files, in order; NULL: the directory cannot be read. */
static GPtrArray *
list_files (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  GPtrArray *names;
  const char *name;

  if (dir == NULL)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL && names->len <= FILES_MAX)
    if (name[0] != '.' && (g_str_has_suffix (name, ".crl") || g_str_has_suffix (name, ".pem") || g_str_has_suffix (name, ".der")))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static char *
make_stamp (const char *directory)
{
  g_autoptr (GPtrArray) names = list_files (directory);
  g_autoptr (GString) stamp = g_string_new (NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path = g_build_filename (directory, names->pdata[i], NULL);
    struct stat info = { 0 };
    if (stat (path, &info) == 0)
      g_string_append_printf (stamp, "%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n",
                              (char *) names->pdata[i], (guint64) info.st_ino, (gint64) info.st_size,
                              (gint64) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }
  return g_string_free (g_steal_pointer (&stamp), FALSE);
}

MadoCrls *
mado_crls_load (const char *directory, GError **error)
{
  g_autoptr (MadoCrls) crls = g_new0 (MadoCrls, 1);
  g_autoptr (GPtrArray) names = list_files (directory);
  guint left = ENTRIES_MAX;

  crls->directory = g_strdup (directory);
  crls->stamp = make_stamp (directory);
  crls->lists = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, (GDestroyNotify) list_free);
  if (names == NULL || names->len > FILES_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[crypto] smime-crls: %s: %s", directory,
                 names == NULL ? "no directory that can be read" : "more than 100 files");
    return NULL;
  }
  for (guint i = 0; i < names->len; i++)
    if (!add_file (crls, names->pdata[i], &left, error))
      return NULL;
  return g_steal_pointer (&crls);
}

void
mado_crls_free (MadoCrls *crls)
{
  if (crls == NULL)
    return;
  g_clear_pointer (&crls->lists, g_hash_table_unref);
  g_free (crls->stamp);
  g_free (crls->directory);
  g_free (crls);
}

gboolean
mado_crls_is_stale (const MadoCrls *crls)
{
  g_autofree char *now = make_stamp (crls->directory);

  return strcmp (now, crls->stamp) != 0;
}

/* Certificate ::= SEQUENCE { SEQUENCE { [0] version, serialNumber, signature, issuer, ... } ... } (RFC 5280, 4.1). */
static gboolean
read_certificate (const guint8 *bytes, gsize size, GBytes **issuer, GBytes **serial)
{
  const guint8 *at = bytes, *end = bytes + size;
  Element whole, signed_part, number, element;

  if (!take_tag (&at, end, TAG_SEQUENCE, &whole))
    return FALSE;
  at = whole.body;
  if (!take_tag (&at, whole.end, TAG_SEQUENCE, &signed_part))
    return FALSE;
  at = signed_part.body;
  end = signed_part.end;
  take_tag (&at, end, TAG_VERSION, &element);
  if (!take_tag (&at, end, TAG_INTEGER, &number) || !take_tag (&at, end, TAG_SEQUENCE, &element)
      || !take_tag (&at, end, TAG_SEQUENCE, &element))
    return FALSE;
  *serial = bytes_of (number.body, number.end);
  *issuer = bytes_of (element.start, element.end);
  return TRUE;
}

MadoCrlStatus
mado_crls_look_up (const MadoCrls *crls, const guint8 *bytes, gsize size, gint64 now)
{
  g_autoptr (GBytes) issuer = NULL, serial = NULL;
  const List *list;

  if (!read_certificate (bytes, size, &issuer, &serial))
    return MADO_CRL_NONE;
  list = g_hash_table_lookup (crls->lists, issuer);
  if (list == NULL)
    return MADO_CRL_NONE;
  if (g_hash_table_contains (list->serials, serial))
    return MADO_CRL_REVOKED;
  return list->next != 0 && list->next <= now ? MADO_CRL_STALE : MADO_CRL_CLEAR;
}

guint
mado_crls_count (const MadoCrls *crls, gint64 now, guint *stale)
{
  GHashTableIter iter;
  gpointer list;

  *stale = 0;
  g_hash_table_iter_init (&iter, crls->lists);
  while (g_hash_table_iter_next (&iter, NULL, &list))
    *stale += ((List *) list)->next != 0 && ((List *) list)->next <= now;
  return g_hash_table_size (crls->lists);
}
