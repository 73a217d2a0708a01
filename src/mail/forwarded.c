/* forwarded.c: see forwarded.h. Called by open.c, in the child. Every word of a forwarded mail is its sender's, or whoever's
 * who forwards it: nothing here is proved, and nothing is checked. */
#include "madoguchi/mail/forwarded.h"

#include "madoguchi/base/hash.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/body.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/model/stretch.h"

#include <gmime/gmime.h>
#include <string.h>

#define MAILS_MAX 100
#define RECEIVED_MAX 30
#define ATTACHMENTS_MAX 100
#define ADDRESSES_MAX 100
#define HEADER_MAX (256 * 1024)
#define HOP_MAX 300
#define VALUE_MAX 4096

typedef struct {
  MadoReading *reading;
  MadoSource *source; /* nullable */
  guint mails;
} Walk;

typedef struct {
  MadoReportRecord *record;
  GPtrArray *fields;  /* of char: name, value... */
  GString *digests;   /* one in each line */
  guint attachments;
} Draft;

static void
add_field (Draft *draft, const char *name, guint number, const char *value)
{
  g_autofree char *line = NULL;

  if (value == NULL || *value == '\0')
    return;
  g_ptr_array_add (draft->fields, number == 0 ? g_strdup (name) : g_strdup_printf ("%s[%u]", name, number));
  line = mado_text_escape_line (value);
  g_ptr_array_add (draft->fields, mado_text_truncate (line, VALUE_MAX));
}

/* --- the way of a mail ------------------------------------------------------------------------------------ */

/* Appends the word of @text that follows @keyword, which is a word itself. */
static void
append_word (GString *out, const char *text, const char *keyword)
{
  gsize length = strlen (keyword);

  for (const char *at = strstr (text, keyword); at != NULL; at = strstr (at + 1, keyword)) {
    const char *word = at + length + strspn (at + length, " \t");
    gsize size = strcspn (word, " \t;()");
    if ((at != text && strchr (" \t)", at[-1]) == NULL) || strchr (" \t", at[length]) == NULL || size == 0)
      continue;
    g_string_append_printf (out, "%s%s %.*s", out->len > 0 ? " " : "", keyword, (int) MIN (size, HOP_MAX / 2), word);
    return;
  }
}

/* Appends the first address in brackets (RFC 5321, 4.1.3), whatever stands before it. */
static void
append_address (GString *out, const char *text)
{
  const char *by = strstr (text, " by ");

  for (const char *at = strchr (text, '['); at != NULL && (by == NULL || at < by); at = strchr (at + 1, '[')) {
    const char *address = at + 1 + (g_ascii_strncasecmp (at + 1, "IPv6:", 5) == 0 ? 5 : 0);
    gsize size = strspn (address, "0123456789abcdefABCDEF.:");
    if (size < 3 || size > 45 || address[size] != ']')
      continue;
    g_string_append_printf (out, " [%.*s]", (int) size, address);
    return;
  }
}

/* (transfer full) a Received field in short: who gave it, from which address, to whom, when. */
static char *
describe_hop (const char *raw)
{
  GString *out = g_string_new (NULL);
  const char *date = strrchr (raw, ';');

  append_word (out, raw, "from");
  append_address (out, raw);
  append_word (out, raw, "by");
  if (date != NULL)
    g_string_append_printf (out, "; %.*s", 60, date + 1 + strspn (date + 1, " \t"));
  return g_string_free (out, FALSE);
}

/* --- one mail --------------------------------------------------------------------------------------------- */

/* Adds the addresses of all fields @name to @to, and the fields themselves. */
static void
take_people (Draft *draft, const MadoEntity *mail, const char *name, const char *field, GPtrArray *to)
{
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  g_autofree char *text = mado_header_text (mail, name);

  add_field (draft, field, 0, text);
  mado_header_mailboxes (mail, name, people);
  for (guint i = 0; i < people->len && to->len < ADDRESSES_MAX; i++) {
    const MadoMailbox *person = g_ptr_array_index (people, i);
    if (person->address != NULL && *person->address != '\0' && !g_ptr_array_find_with_equal_func (to, person->address, g_str_equal, NULL))
      g_ptr_array_add (to, g_strdup (person->address));
  }
}

static char **
to_strv (GPtrArray *list)
{
  g_ptr_array_add (list, NULL);
  return g_strdupv ((char **) list->pdata);
}

static void
take_header (Draft *draft, const MadoEntity *mail)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_free), targets = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) unused = g_ptr_array_new_with_free_func (g_free);
  static const char *const more[][2] = { { "Authentication-Results", "authentication-results" }, { "Received-SPF", "received-spf" },
                                         { "X-Originating-IP", "x-originating-ip" } };
  g_autofree char *id = mado_header_raw (mail, "Message-ID", 0), *date = mado_header_raw (mail, "Date", 0);
  g_autofree char *subject = mado_header_text (mail, "Subject");
  g_autoptr (GDateTime) when = date == NULL || strlen (date) > 200 ? NULL : g_mime_utils_header_decode_date (date);
  MadoReportRecord *record = draft->record;

  take_people (draft, mail, "From", "from", sources);
  take_people (draft, mail, "Return-Path", "return-path", sources);
  take_people (draft, mail, "Reply-To", "reply-to", unused);
  take_people (draft, mail, "To", "to", targets);
  take_people (draft, mail, "Cc", "cc", targets);
  add_field (draft, "subject", 0, subject);
  add_field (draft, "date", 0, date);
  add_field (draft, "message-id", 0, id);
  for (guint i = 0; i < RECEIVED_MAX; i++) {
    g_autofree char *raw = mado_header_raw (mail, "Received", i), *hop = raw == NULL ? NULL : describe_hop (raw);
    add_field (draft, "received", i, hop);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++) {
    g_autofree char *raw = mado_header_raw (mail, more[i][0], 0);
    add_field (draft, more[i][1], 0, raw);
  }
  record->id = id == NULL ? NULL : mado_text_escape_line (id);
  record->title = subject == NULL ? NULL : mado_text_escape_line (subject);
  record->started = when == NULL ? 0 : g_date_time_to_unix (when);
  g_strfreev (record->sources);
  record->sources = to_strv (sources);
  g_strfreev (record->targets);
  record->targets = to_strv (targets);
}

static void
take_attachment (Draft *draft, const MadoEntity *leaf)
{
  g_autofree char *name = mado_header_filename (leaf), *digest = NULL;
  g_autoptr (GBytes) content = NULL;

  if (leaf->is_carrier || draft->attachments == ATTACHMENTS_MAX
      || (name == NULL && !mado_header_is_attachment (leaf) && g_str_has_prefix (leaf->type, "text/")))
    return;
  content = mado_content_decode (leaf);
  digest = mado_hash_bytes (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  add_field (draft, "attachment", draft->attachments, name == NULL ? leaf->type : name);
  add_field (draft, "sha256", draft->attachments, digest);
  draft->attachments++;
  if (!g_str_has_prefix (leaf->type, "image/")) /* the same logo says nothing about two mails */
    g_string_append_printf (draft->digests, "%s\n", digest);
}

/* What a mail carries; a mail inside of it has a record of its own. */
static void
take_attachments (Draft *draft, const MadoEntity *entity)
{
  if (entity->opened != NULL) {
    take_attachments (draft, entity->opened);
    return;
  }
  if (entity->is_message && !entity->is_wrapper)
    return;
  if (entity->children->len == 0)
    take_attachment (draft, entity);
  for (guint i = 0; i < entity->children->len; i++)
    take_attachments (draft, mado_entity_child (entity, i));
}

/* Adds the record of @mail, which stands in @container. @has_body: more than its header is there. */
static void
add_record (Walk *walk, const MadoEntity *container, const MadoEntity *mail, gboolean has_body)
{
  Draft draft = { mado_report_record_new (), g_ptr_array_new_with_free_func (g_free), g_string_new (NULL), 0 };
  MadoStretch *stretch;

  draft.record->format = g_strdup ("mail");
  draft.record->part = g_strdup (container->path);
  draft.record->is_signed = mado_body_is_signed (container);
  draft.record->is_evidence = TRUE;
  take_header (&draft, mail);
  if (has_body)
    take_attachments (&draft, mail);
  g_strfreev (draft.record->fields);
  draft.record->fields = to_strv (draft.fields);
  if (draft.digests->len > 0 && walk->source != NULL) {
    stretch = mado_stretch_new ();
    stretch->part = g_strdup ("field sha256");
    stretch->text = g_strdup (draft.digests->str);
    stretch->is_signed = draft.record->is_signed;
    stretch->is_evidence = TRUE;
    g_ptr_array_add (walk->source->stretches, stretch);
  }
  g_ptr_array_add (walk->reading->report->report->records, draft.record);
  g_ptr_array_unref (draft.fields);
  g_string_free (draft.digests, TRUE);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static gboolean
may_add (Walk *walk)
{
  if (walk->mails++ < MAILS_MAX)
    return TRUE;
  mado_reading_problem (walk->reading, "More than %d mails are attached or forwarded; of the others there is no record.", MAILS_MAX);
  return FALSE;
}

/* Is the leaf a mail, or the header of one, that the scan did not look into? */
static gboolean
is_header_leaf (const MadoEntity *leaf)
{
  g_autofree char *name = NULL, *folded = NULL;

  if (g_str_equal (leaf->type, "text/rfc822-headers") || g_str_equal (leaf->type, "message/rfc822"))
    return TRUE;
  name = mado_header_filename (leaf);
  folded = name == NULL ? NULL : g_ascii_strdown (name, -1);
  return folded != NULL && g_str_has_suffix (folded, ".eml");
}

static gsize
header_length (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    if (bytes[i] == '\n' && (bytes[i + 1] == '\n' || (bytes[i + 1] == '\r' && i + 2 < size && bytes[i + 2] == '\n')))
      return i + 1;
  return size;
}

static void
take_leaf (Walk *walk, const MadoEntity *leaf)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (MadoEntity) header = NULL;
  MadoStructureLimits limits = { 2, 2, HEADER_MAX };
  gsize size, skip;
  const guint8 *bytes;

  if (leaf->is_carrier || !is_header_leaf (leaf))
    return;
  content = mado_content_decode (leaf);
  bytes = g_bytes_get_data (content, &size);
  skip = size == 0 ? 0 : mado_structure_mbox_line (bytes, size);
  if (size == 0)
    return;
  header = mado_structure_scan (bytes + skip, MIN (header_length (bytes + skip, size - skip), HEADER_MAX), "1", &limits, NULL);
  if (header != NULL && mado_entity_has_fields (header) && may_add (walk))
    add_record (walk, leaf, header, FALSE);
}

static void
take (Walk *walk, const MadoEntity *entity)
{
  if (entity->opened != NULL) {
    take (walk, entity->opened);
    return;
  }
  for (guint i = 0; entity->pieces != NULL && i < entity->pieces->len; i++) {
    const MadoPiece *piece = g_ptr_array_index (entity->pieces, i);
    if (piece->opened != NULL)
      take (walk, piece->opened);
  }
  if (entity->children->len == 0 && entity->pieces == NULL)
    take_leaf (walk, entity);
  for (guint i = 0; i < entity->children->len; i++) {
    if (entity->is_message && !entity->is_wrapper && may_add (walk))
      add_record (walk, entity, mado_entity_child (entity, i), TRUE);
    take (walk, mado_entity_child (entity, i));
  }
}

void
mado_forwarded_read (MadoReading *reading, MadoSource *source)
{
  Walk walk = { reading, source, 0 };

  take (&walk, reading->root);
}
