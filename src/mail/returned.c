/* returned.c: see returned.h. Called by facts.c. What is found here only says which of our own answers is meant: an id that
 * is none of ours does nothing. */
#include "madoguchi/mail/returned.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/content.h"
#include "madoguchi/mail/header.h"

#include <string.h>

#define RETURNED_HEADER_MAX (256 * 1024)
#define TEXT_MAX (256 * 1024)
#define IDS_MAX 20

static gboolean
has_kind (const MadoEntity *entity, const char *wanted)
{
  g_autofree char *kind = g_str_equal (entity->type, "multipart/report") ? mado_header_param (entity, "Content-Type", "report-type") : NULL;

  return kind != NULL && g_ascii_strcasecmp (kind, wanted) == 0;
}

static const MadoEntity *
find_child (const MadoEntity *entity, const char *type)
{
  for (guint i = 0; i < entity->children->len; i++)
    if (g_str_equal (mado_entity_child (entity, i)->type, type))
      return mado_entity_child (entity, i);
  return NULL;
}

static gboolean
is_from_mail_system (const MadoReading *reading)
{
  const char *from = reading->report->from != NULL ? reading->report->from->address : NULL;

  return from != NULL && (g_ascii_strncasecmp (from, "mailer-daemon@", 14) == 0 || g_ascii_strncasecmp (from, "postmaster@", 11) == 0);
}

/* The form of Exim, Google and others: a text, and in the header for whom it could not be delivered. */
static gboolean
names_failed_recipients (const MadoReading *reading)
{
  g_autofree char *failed = mado_header_raw (reading->root, "X-Failed-Recipients", 0);

  return failed != NULL && is_from_mail_system (reading);
}

/* The part with the fields of a delivery report, wherever it may stand; nullable. People who enclose one in a mail of
 * theirs send none. */
static const MadoEntity *
find_status (const MadoReading *reading, const MadoEntity *payload)
{
  if (g_str_equal (payload->type, "message/delivery-status"))
    return payload;
  return g_str_equal (payload->type, "multipart/report") || is_from_mail_system (reading) ? find_child (payload, "message/delivery-status")
                                                                                          : NULL;
}

/* (transfer full, nullable) the fields in the bytes of @entity, as a part of their own. */
static MadoEntity *
scan_fields (const MadoEntity *entity, GBytes **content)
{
  MadoStructureLimits limits = { 2, 2, RETURNED_HEADER_MAX };
  const guint8 *bytes;
  gsize size;

  *content = mado_content_decode (entity);
  bytes = g_bytes_get_data (*content, &size);
  return mado_structure_scan (bytes, size, "1", &limits, NULL);
}

/* The Message-ID of the mail that part @entity returns: a whole mail, or its header. */
static void
add_returned_id (const MadoEntity *entity, GPtrArray *ids)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (MadoEntity) header = NULL;
  const char *field = g_str_equal (entity->type, "message/disposition-notification") ? "Original-Message-ID" : "Message-ID";
  g_auto (GStrv) found = NULL;

  if (entity->is_message && entity->children->len == 1)
    found = mado_header_message_ids (mado_entity_child (entity, 0), field, 1);
  else if (g_str_equal (entity->type, "text/rfc822-headers") || g_str_has_prefix (entity->type, "message/"))
    header = scan_fields (entity, &content);
  if (header != NULL)
    found = mado_header_message_ids (header, field, 1);
  if (found != NULL && found[0] != NULL)
    g_ptr_array_add (ids, g_strdup (found[0]));
}

/* A header that was copied into the text: lines "Message-ID: <...>". */
static void
add_quoted_ids (const MadoEntity *entity, GPtrArray *ids)
{
  g_autoptr (GBytes) content = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const char *bytes;

  if (!g_str_equal (entity->type, "text/plain"))
    return;
  content = mado_content_decode (entity);
  bytes = g_bytes_get_data (content, &size);
  text = g_strndup (bytes != NULL ? bytes : "", MIN (size, TEXT_MAX));
  for (const char *line = text; line != NULL && ids->len < IDS_MAX; line = strchr (line, '\n')) {
    line += *line == '\n';
    if (g_ascii_strncasecmp (line, "message-id:", 11) != 0)
      continue;
    const char *start = line + 11 + strspn (line + 11, " \t"), *end = start + strcspn (start, "> \t\r\n");
    if (*start == '<' && *end == '>' && end > start + 1)
      g_ptr_array_add (ids, g_strndup (start, (gsize) (end - start) + 1));
  }
}

static void
add_field (GPtrArray *fields, const char *name, const MadoEntity *group, const char *header)
{
  g_autofree char *raw = mado_header_raw (group, header, 0);
  const char *value = raw;

  if (raw == NULL)
    return;
  if (g_str_equal (name, "recipient") && strchr (raw, ';') != NULL)
    value = strchr (raw, ';') + 1; /* "rfc822; a@b" */
  g_autofree char *clean = mado_text_escape_line (value + strspn (value, " \t"));
  g_strchomp (clean);
  g_ptr_array_add (fields, g_strdup (name));
  g_ptr_array_add (fields, g_str_equal (name, "action") ? g_ascii_strdown (clean, -1) : g_steal_pointer (&clean));
}

/* The recipients' groups of fields (RFC 3464, 2.3), parted by empty lines: of one that failed, or else of the first. */
static void
read_status (const MadoEntity *entity, MadoReportBody *body)
{
  g_autoptr (GBytes) content = mado_content_decode (entity);
  gsize size, at = 0;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);

  for (guint groups = 0; at < size && groups < IDS_MAX * 10; groups++) {
    MadoStructureLimits limits = { 2, 2, RETURNED_HEADER_MAX };
    g_autoptr (MadoEntity) group = mado_structure_scan (bytes + at, size - at, "1", &limits, NULL);
    if (group == NULL || (group->header_size == 0 && group->body_size >= size - at))
      break;
    g_autofree char *action = mado_header_raw (group, "Action", 0);
    gboolean is_failed = action != NULL && g_ascii_strncasecmp (g_strchug (action), "failed", 6) == 0;
    if (action != NULL && (fields->len == 0 || is_failed)) {
      g_ptr_array_set_size (fields, 0);
      add_field (fields, "action", group, "Action");
      add_field (fields, "status", group, "Status");
      add_field (fields, "recipient", group, "Final-Recipient");
    }
    if (is_failed || group->body_size == 0)
      break;
    at = size - group->body_size;
  }
  if (fields->len == 0)
    return;
  g_ptr_array_add (fields, NULL);
  g_ptr_array_set_free_func (fields, NULL);
  g_strfreev (body->fields);
  body->fields = (char **) g_ptr_array_free (g_steal_pointer (&fields), FALSE);
}

/* (transfer full) */
static char **
collect_ids (const MadoReading *reading, const MadoEntity *payload, gboolean is_text)
{
  const MadoHeaderFacts *facts = reading->report->headers;
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < payload->children->len && ids->len < IDS_MAX; i++)
    add_returned_id (mado_entity_child (payload, i), ids);
  if (is_text)
    add_quoted_ids (payload->is_multipart && payload->children->len > 0 ? mado_entity_child (payload, 0) : payload, ids);
  for (guint i = 0; facts->in_reply_to[i] != NULL && ids->len < IDS_MAX; i++)
    g_ptr_array_add (ids, g_strdup (facts->in_reply_to[i]));
  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (ids, FALSE);
}

void
mado_returned_read (MadoReading *reading)
{
  const MadoEntity *payload = reading->payload != NULL ? reading->payload : reading->root;
  MadoHeaderFacts *facts = reading->report->headers;
  const MadoEntity *status = find_status (reading, payload);
  gboolean is_text = names_failed_recipients (reading);

  facts->is_receipt = has_kind (payload, "disposition-notification");
  facts->is_delivery_report = !facts->is_receipt && (has_kind (payload, "delivery-status") || status != NULL || is_text);
  if (!facts->is_receipt && !facts->is_delivery_report)
    return;
  g_strfreev (facts->reported_ids);
  facts->reported_ids = collect_ids (reading, payload, is_text);
  if (status != NULL && facts->is_delivery_report)
    read_status (status, reading->report->report);
}
