/* differences.c: see differences.h. Values are compared by what they mean: addresses, points in time, Message-IDs, text
 * without its white space. Called by protect.c. */
#include "madoguchi/mail/differences.h"

#include "madoguchi/base/text.h"
#include "madoguchi/mail/header.h"

#include <gmime/gmime.h>
#include <string.h>

#define RECORDS_MAX 100
#define RECORD_BYTES_MAX (64 * 1024)
#define VALUE_MAX 4000
#define IDS_MAX 1000

typedef char *(*Reader) (const MadoEntity *entity, const char *name);

static char *
read_text (const MadoEntity *entity, const char *name)
{
  g_autofree char *text = mado_header_text (entity, name);
  g_autoptr (GString) out = NULL;

  if (text == NULL)
    return NULL;
  out = g_string_new (NULL);
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isspace (*at))
      g_string_append_c (out, *at);
    else if (out->len > 0 && out->str[out->len - 1] != ' ')
      g_string_append_c (out, ' ');
  return g_strchomp (g_string_free (g_steal_pointer (&out), FALSE));
}

static gboolean
has_field (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);

  return raw != NULL;
}

static char *
read_addresses (const MadoEntity *entity, const char *name)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!has_field (entity, name))
    return NULL;
  mado_header_mailboxes (entity, name, mailboxes);
  for (guint i = 0; i < mailboxes->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", ((MadoMailbox *) g_ptr_array_index (mailboxes, i))->address);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
read_date (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);
  g_autoptr (GDateTime) date = raw == NULL || strlen (raw) > 200 ? NULL : g_mime_utils_header_decode_date (raw);

  return date == NULL ? read_text (entity, name) : mado_text_time (g_date_time_to_unix (date));
}

static char *
read_ids (const MadoEntity *entity, const char *name)
{
  g_auto (GStrv) ids = mado_header_message_ids (entity, name, IDS_MAX);

  return has_field (entity, name) ? g_strjoinv (" ", ids) : NULL;
}

static const struct {
  const char *name;
  Reader read;
} fields[] = {
  { "From", read_addresses },     { "To", read_addresses }, { "Cc", read_addresses },
  { "Reply-To", read_addresses }, { "Date", read_date },    { "Subject", read_text },
  { "Message-ID", read_ids },     { "In-Reply-To", read_ids }, { "References", read_ids },
};

static gboolean
is_same (const char *one, const char *other)
{
  return one == NULL || other == NULL ? one == other : g_ascii_strcasecmp (one, other) == 0;
}

/* Words that programs write where the Subject was (RFC 9788, 3.2.1, and those before it). */
static gboolean
is_placeholder (const char *subject)
{
  static const char *const words[] = { "...", "[...]", "Re: ...", "Re: [...]", "Encrypted Message", "Re: Encrypted Message",
                                       "Encrypted message", "Secure message", "p\xe2\x89\xa1p", "pEp" };

  for (gsize i = 0; subject != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (subject, words[i]))
      return TRUE;
  return FALSE;
}

/* (transfer full) the HP-Outer fields of @inside as the header that their sender wrote outside. */
static char *
read_records (const MadoEntity *inside)
{
  GString *out = g_string_new (NULL);
  g_autofree char *raw = NULL;

  for (guint n = 0; n < RECORDS_MAX && out->len < RECORD_BYTES_MAX && (raw = mado_header_raw (inside, "HP-Outer", n)) != NULL; n++) {
    g_string_append (out, raw);
    g_string_append_c (out, '\n');
    g_clear_pointer (&raw, g_free);
  }
  return g_string_free (out, FALSE);
}

static char *
show (const char *value)
{
  g_autofree char *visible = value == NULL ? NULL : mado_text_escape_line (value);

  return visible == NULL ? NULL : mado_text_truncate (visible, VALUE_MAX);
}

static void
add (MadoReading *reading, const char *name, const char *outer, const char *inner, gboolean intended, GString *changed)
{
  MadoHeaderDifference *difference = mado_header_difference_new ();

  difference->name = g_strdup (name);
  difference->outer = show (outer);
  difference->protected = show (inner);
  difference->intended = intended;
  g_ptr_array_add (reading->report->header_differences, difference);
  if (!intended && !g_str_equal (name, "From")) /* which sender counts depends on the signature: see protect.c */
    g_string_append_printf (changed, "%s%s", changed->len > 0 ? ", " : "", name);
}

void
mado_differences_read (MadoReading *reading, const MadoEntity *inside, MadoProtection protection)
{
  g_autofree char *records = read_records (inside);
  g_autoptr (MadoEntity) recorded = mado_structure_leaf (records, NULL, 0, "", NULL);
  g_autoptr (GString) changed = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *outer = fields[i].read (reading->root, fields[i].name), *inner = fields[i].read (inside, fields[i].name);
    g_autofree char *meant = protection == MADO_PROTECTION_RECORDED ? fields[i].read (recorded, fields[i].name) : NULL;
    gboolean intended;

    if (is_same (outer, inner) || (inner == NULL && protection == MADO_PROTECTION_SOME))
      continue;
    intended = protection == MADO_PROTECTION_RECORDED ? is_same (outer, meant)
                                                      : g_str_equal (fields[i].name, "Subject") && is_placeholder (outer);
    add (reading, fields[i].name, outer, inner, intended, changed);
  }
  if (changed->len > 0)
    mado_reading_problem (reading, "Header fields outside are not as they were protected (%s): somebody changed them on the way, a mailing "
                                   "list perhaps. The protected ones count.", changed->str);
}
