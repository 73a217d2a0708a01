/* facts.c: see facts.h. Automatic mail is known by structure and header fields, never by words in the text. */
#include "madoguchi/mail/facts.h"

#include "madoguchi/base/hash.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/auth-results.h"
#include "madoguchi/mail/header.h"
#include "madoguchi/mail/returned.h"

#include <gmime/gmime.h>
#include <string.h>

#define IDS_MAX 1000
#define LIST_IDS_MAX 20

static void
set_text (char **to, char *text)
{
  g_free (*to);
  *to = text == NULL ? NULL : mado_text_escape_line (text);
  g_free (text);
}

static char *
first_id (const MadoEntity *entity, const char *name)
{
  g_auto (GStrv) ids = mado_header_message_ids (entity, name, 1);

  return g_strdup (ids[0]);
}

static gint64
read_date (const MadoEntity *entity)
{
  g_autofree char *raw = mado_header_raw (entity, "Date", 0);
  g_autoptr (GDateTime) date = raw == NULL || strlen (raw) > 200 ? NULL : g_mime_utils_header_decode_date (raw);
  gint64 seconds = date == NULL ? 0 : g_date_time_to_unix (date);

  return seconds < 0 ? 0 : seconds;
}

static void
clean_mailbox (MadoMailbox *mailbox)
{
  char *name = g_steal_pointer (&mailbox->name), *address = g_steal_pointer (&mailbox->address);

  set_text (&mailbox->name, name);
  set_text (&mailbox->address, address);
}

/* Does the name of @mailbox look like an address that is not its own? */
static gboolean
names_another (const MadoMailbox *mailbox)
{
  const char *at = mailbox->name == NULL ? NULL : strchr (mailbox->name, '@');
  g_autofree char *name = NULL, *address = NULL;

  if (at == NULL || mailbox->address == NULL || at == mailbox->name || g_ascii_isspace (at[-1]) || at[1] == '\0' || g_ascii_isspace (at[1]))
    return FALSE;
  name = g_ascii_strdown (mailbox->name, -1);
  address = g_ascii_strdown (mailbox->address, -1);
  return strstr (name, address) == NULL;
}

static void
read_from (MadoReading *reading, const MadoEntity *entity)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  MadoReport *report = reading->report;

  mado_header_mailboxes (entity, "From", mailboxes);
  report->headers->from_count = mailboxes->len;
  g_clear_pointer (&report->from, mado_mailbox_free);
  if (mailboxes->len > 0) {
    report->from = g_ptr_array_steal_index (mailboxes, 0); /* it may be longer than what a record carries, and a copy */
    clean_mailbox (report->from);
  }
  if (report->from != NULL && names_another (report->from))
    mado_reading_problem (reading, "The name of the sender is written like an address, but the mail is from another one.");
  if (report->headers->from_count != 1)
    mado_reading_problem (reading, report->headers->from_count == 0 ? "The mail names no sender that can be read."
                                                                    : "The mail names more than one sender.");
}

static void
read_recipients (MadoReading *reading, const MadoEntity *entity)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  g_autoptr (GStrvBuilder) to = g_strv_builder_new ();
  MadoReport *report = reading->report;

  mado_header_mailboxes (entity, "To", mailboxes);
  mado_header_mailboxes (entity, "Cc", mailboxes);
  for (guint i = 0; i < mailboxes->len; i++) {
    MadoMailbox *mailbox = g_ptr_array_index (mailboxes, i);
    clean_mailbox (mailbox);
    g_strv_builder_add (to, mailbox->address);
  }
  g_strfreev (report->to);
  report->to = g_strv_builder_end (to);
}

static void
read_reply_to (MadoReading *reading, const MadoEntity *entity)
{
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mailbox_free);
  MadoReport *report = reading->report;

  mado_header_mailboxes (entity, "Reply-To", replies);
  g_clear_pointer (&report->headers->reply_to, g_free);
  if (replies->len == 1)
    set_text (&report->headers->reply_to, g_strdup (((MadoMailbox *) g_ptr_array_index (replies, 0))->address));
}

static void
read_in_reply_to (MadoReading *reading, const MadoEntity *entity)
{
  g_strfreev (reading->report->headers->in_reply_to);
  reading->report->headers->in_reply_to = mado_header_message_ids (entity, "In-Reply-To", IDS_MAX);
}

static void
read_references (MadoReading *reading, const MadoEntity *entity)
{
  g_strfreev (reading->report->headers->references);
  reading->report->headers->references = mado_header_message_ids (entity, "References", IDS_MAX);
}

static void
read_message_id (MadoReading *reading, const MadoEntity *entity)
{
  char *id = first_id (entity, "Message-ID");

  if (id == NULL)
    return;
  g_free (reading->report->message_id);
  reading->report->message_id = id;
}

static void
read_when (MadoReading *reading, const MadoEntity *entity)
{
  gint64 date = read_date (entity);

  if (date != 0)
    reading->report->date = date;
}

/* The keyword of a field: what stands before a parameter or comment, in lower case. */
static char *
read_keyword (const MadoEntity *entity, const char *name)
{
  g_autofree char *raw = mado_header_raw (entity, name, 0);
  g_autofree char *valid = NULL;

  if (raw == NULL)
    return NULL;
  raw[strcspn (raw, " \t;(")] = '\0';
  valid = g_utf8_make_valid (raw, -1);
  return g_ascii_strdown (valid, -1);
}

static gboolean
asks_for_silence (const MadoEntity *entity)
{
  g_autofree char *raw = mado_header_raw (entity, "X-Auto-Response-Suppress", 0);
  g_autofree char *folded = raw == NULL ? g_strdup ("") : g_ascii_strdown (raw, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, ", \t;", 32);
  static const char *const signs[] = { "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Loop", NULL };

  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], "all") || g_str_equal (words[i], "oof") || g_str_equal (words[i], "autoreply"))
      return TRUE;
  for (guint i = 0; signs[i] != NULL; i++) {
    g_autofree char *value = mado_header_raw (entity, signs[i], 0);
    if (value != NULL)
      return TRUE;
  }
  return FALSE;
}

/* (transfer full) what stands in angle brackets in the fields List-Id, lower case (RFC 2919). */
static char **
read_list_ids (const MadoEntity *entity)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint n = 0; n < LIST_IDS_MAX; n++) {
    g_autofree char *raw = mado_header_raw (entity, "List-Id", n);
    char *start = raw != NULL ? strrchr (raw, '<') : NULL;
    if (raw == NULL)
      break;
    start = start != NULL ? start + 1 : raw;
    start[strcspn (start, ">")] = '\0';
    g_autofree char *folded = g_ascii_strdown (g_strstrip (start), -1);
    g_autofree char *clean = mado_text_escape_line (folded);
    g_strv_builder_add (builder, clean);
  }
  return g_strv_builder_end (builder);
}

/* What a member reads first should not be wrong without a word. */
static void
note_broken (MadoReading *reading, const MadoEntity *entity)
{
  static const char *const fields[] = { "Subject", "From", "To", "Cc", "Reply-To" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (mado_header_is_broken (entity, fields[i]))
      mado_reading_problem (reading, "The header field %s holds bytes that are no characters; they are shown as U+FFFD.", fields[i]);
}

void
mado_facts_read (MadoReading *reading)
{
  const MadoEntity *root = reading->root;
  MadoReport *report = reading->report;
  MadoHeaderFacts *facts = report->headers;
  char *auto_submitted = read_keyword (root, "Auto-Submitted"), *precedence = read_keyword (root, "Precedence");

  read_message_id (reading, root);
  read_when (reading, root);
  read_from (reading, root);
  read_recipients (reading, root);
  read_reply_to (reading, root);
  read_in_reply_to (reading, root);
  read_references (reading, root);
  set_text (&report->outer_subject, mado_header_text (root, "Subject"));
  report->subject = g_strdup (report->outer_subject);
  report->subject_source = g_strdup ("outer");
  set_text (&facts->auto_submitted, auto_submitted);
  set_text (&facts->precedence, precedence);
  facts->is_list = mado_header_has_prefix (root, "List-");
  g_strfreev (facts->list_ids);
  facts->list_ids = read_list_ids (root);
  mado_auth_results_read (root, mado_conf_list (reading->context->conf, "reply", "authserv-id"), facts->auth_results);
  facts->suppress_auto_response = asks_for_silence (root);
  note_broken (reading, root);
}

void
mado_facts_read_protected (MadoReading *reading, const MadoEntity *entity)
{
  read_message_id (reading, entity); /* a mail without one, or without a date, is worse than one from outside */
  read_when (reading, entity);
  read_from (reading, entity);
  read_recipients (reading, entity);
  read_reply_to (reading, entity);
  read_in_reply_to (reading, entity);
  read_references (reading, entity);
}

void
mado_facts_read_some (MadoReading *reading, const MadoEntity *entity)
{
  static const struct {
    const char *name;
    void (*read) (MadoReading *reading, const MadoEntity *entity);
  } fields[] = { { "Message-ID", read_message_id }, { "Date", read_when },       { "To", read_recipients },
                 { "Reply-To", read_reply_to },     { "In-Reply-To", read_in_reply_to }, { "References", read_references } };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *raw = mado_header_raw (entity, fields[i].name, 0);
    if (raw != NULL)
      fields[i].read (reading, entity);
  }
}

/* Is everything but an empty or short cover note one forwarded mail? */
static gboolean
is_forward (const MadoEntity *entity)
{
  guint messages = 0;

  if (entity == NULL)
    return FALSE;
  if (entity->is_message)
    return TRUE;
  if (!entity->is_multipart)
    return FALSE;
  for (guint i = 0; i < entity->children->len; i++)
    if (mado_entity_child (entity, i)->is_message)
      messages++;
  return messages > 0 && messages + 1 >= entity->children->len;
}

void
mado_facts_read_kind (MadoReading *reading)
{
  const MadoEntity *payload = reading->payload != NULL ? reading->payload : reading->root;
  MadoReport *report = reading->report;
  MadoHeaderFacts *facts = report->headers;
  const char *kind = "free-text";

  mado_returned_read (reading);
  if (facts->is_delivery_report) {
    kind = "dsn";
  } else if (facts->is_receipt || (facts->auto_submitted != NULL && !g_str_equal (facts->auto_submitted, "no"))) {
    kind = "auto-reply";
  } else if (is_forward (payload)) {
    kind = "forwarded-mail";
  }
  report->report->kind = g_strdup (kind);
}

static void
hash_unified (MadoHash *sum, const guint8 *bytes, gsize size)
{
  while (size > 0) {
    const guint8 *cr = memchr (bytes, '\r', size);
    gsize length = cr == NULL ? size : (gsize) (cr - bytes);

    mado_hash_update (sum, bytes, length);
    if (cr == NULL)
      return;
    if (length + 1 >= size || cr[1] != '\n')
      mado_hash_update (sum, cr, 1);
    bytes = cr + 1;
    size -= length + 1;
  }
}

/* (transfer full) of the body alone, line ends unified. */
static char *
hash_body (const MadoReading *reading)
{
  g_autoptr (MadoHash) sum = mado_hash_new ();

  hash_unified (sum, reading->root->body, (gsize) (reading->bytes + reading->size - reading->root->body));
  return mado_hash_hex (sum);
}

void
mado_facts_read_mark (MadoReading *reading)
{
  g_autofree char *value = mado_header_raw (reading->root, MADO_DOOR_MARK_FIELD, 0);
  g_autofree char *hash = NULL;

  if (value == NULL || reading->context->door_secret == NULL)
    return;
  hash = hash_body (reading);
  reading->report->door = mado_door_mark_parse (g_strstrip (value), hash, reading->context->door_secret);
  if (reading->report->door == NULL)
    mado_reading_problem (reading, "The mail has a field %s that our door did not write, or wrote on another mail; it was passed over.",
                          MADO_DOOR_MARK_FIELD);
}

char *
mado_facts_content_hash (const MadoReading *reading)
{
  g_autoptr (MadoHash) sum = mado_hash_new ();
  static const char *const fields[] = { "From", "Date", "Subject", NULL };

  for (guint i = 0; fields[i] != NULL; i++) {
    g_autofree char *raw = mado_header_raw (reading->root, fields[i], 0);
    mado_hash_update (sum, raw, raw == NULL ? 0 : strlen (raw));
    mado_hash_update (sum, "\n", 1);
  }
  hash_unified (sum, reading->root->body, (gsize) (reading->bytes + reading->size - reading->root->body));
  return mado_hash_hex (sum);
}
