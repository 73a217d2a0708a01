/* verb-audit.c: `audit`: who asked for what. The keeper's work; the command line asks and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/audit.h"

#include <inttypes.h>
#include <string.h>

#define WORD_MAX 4096
#define HEAD_MAX (16 * 1024)

static gboolean
fail_usage (const char *message, GError **error)
{
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, message);
  return FALSE;
}

/* "2026-11-21" or RFC 3339. */
static gboolean
read_time (const char *text, gint64 *time, GError **error)
{
  g_autofree char *whole = strlen (text) == strlen ("2026-11-21") ? g_strconcat (text, "T00:00:00Z", NULL) : g_strdup (text);
  g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 (whole, NULL);

  if (when == NULL)
    return fail_usage ("--since: a day (2026-11-21) or a time (2026-11-21T09:00:00Z)", error);
  *time = g_date_time_to_unix (when);
  return TRUE;
}

static gboolean
add_number (GVariantDict *dict, const char *name, const char *text, GError **error)
{
  guint64 value;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "--%s: %s is not a number", name, text);
    return FALSE;
  }
  g_variant_dict_insert (dict, name, "x", (gint64) value);
  return TRUE;
}

/* (transfer floating, nullable) */
static GVariant *
make_query (const MadoCli *cli, GError **error)
{
  const MadoCliOptions *o = &cli->options;
  GVariantDict dict;
  gint64 since = 0;

  g_variant_dict_init (&dict, NULL);
  if (o->ticket != NULL)
    g_variant_dict_insert (&dict, "ticket", "s", o->ticket);
  if (o->member != NULL)
    g_variant_dict_insert (&dict, "member", "s", o->member);
  if ((o->since != NULL && !read_time (o->since, &since, error)) || !add_number (&dict, "limit", o->limit, error)
      || !add_number (&dict, "after", o->after, error)) {
    g_variant_dict_clear (&dict);
    return NULL;
  }
  if (since != 0)
    g_variant_dict_insert (&dict, "since", "x", since);
  return g_variant_dict_end (&dict);
}

/* A member chose the details' values. */
static char *
join_details (const MadoAuditRecord *record)
{
  g_autoptr (GString) out = g_string_new (record->is_erased ? " (erased)" : record->is_veiled ? " (not for you)" : "");

  for (char **one = record->details; one[0] != NULL && one[1] != NULL; one += 2)
    g_string_append_printf (out, " %s=%s", one[0], one[1]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
view_record (GString *out, const MadoAuditRecord *record)
{
  g_autofree char *time = mado_text_time (record->date);
  g_autofree char *member = mado_view_word (record->member), *word = mado_view_word (record->word);
  g_autofree char *ticket = mado_view_word (record->ticket);
  g_autofree char *details = join_details (record);
  g_autofree char *times = record->times > 1 ? g_strdup_printf (_ (" (%" PRId64 " times)"), record->times) : g_strdup ("");

  mado_view_ours (out, 0, "%" PRId64 "  %s  %s  %s %s  %s%s", record->sequence, time,
                  record->member != NULL ? member : _ ("the gateway"), word, ticket, mado_audit_outcome_names[record->outcome], times);
  if (*details != '\0')
    mado_view_stranger (out, 200, NULL, details + 1);
}

static gboolean
list_records (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  GVariant *query = make_query (cli, error);
  gboolean ok = TRUE;

  if (query == NULL || !mado_member_ask (cli->conf, "audit-list", query, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_audit_record_type, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; ok && i < items->len; i++)
    if (cli->options.json)
      ok = mado_member_print_json (cli, &mado_audit_record_type, items->pdata[i], error);
    else
      view_record (text, items->pdata[i]);
  for (guint i = 0; i < items->len; i++)
    mado_audit_record_free (items->pdata[i]);
  return ok && mado_cli_print (cli, text->str, error);
}

/* --- heads ------------------------------------------------------------------------------------------------------- */

static gboolean
show_head (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (MadoAuditHead) head = NULL;

  if (!mado_member_ask (cli->conf, cli->options.sign ? "audit-sign" : "audit-head", NULL, -1, &answer, error))
    return FALSE;
  head = mado_audit_head_from_variant (answer.body, error);
  if (head == NULL)
    return FALSE;
  if (cli->options.json && !mado_member_print_json (cli, &mado_audit_head_type, head, error))
    return FALSE;
  return (cli->options.json && cli->options.output == NULL)
         || mado_member_save (cli, answer.fd, 0, G_MAXUINT64, cli->options.output, error);
}

/* (transfer floating, nullable) */
static GVariant *
read_heads (char *const *files, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (; files != NULL && *files != NULL; files++) {
    g_autoptr (GBytes) bytes = NULL;
    if (!mado_fsio_read_file (*files, HEAD_MAX, &bytes, error)) {
      g_variant_builder_clear (&builder);
      return NULL;
    }
    g_autofree char *text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_variant_builder_add (&builder, "s", valid);
  }
  return g_variant_builder_end (&builder);
}

static void
view_verdict (GString *out, const MadoAuditVerdict *verdict)
{
  g_autofree char *time = mado_text_time (verdict->signed_at);
  g_autofree char *key = mado_view_word (verdict->signed_by);

  if (verdict->ok)
    mado_view_ours (out, 0, _ ("%" PRId64 " rows, all as they were written"), verdict->rows);
  else
    mado_view_ours (out, 0, _ ("NOT as it was written: %s"), verdict->why);
  if (!verdict->ok && verdict->bad > 0)
    mado_view_ours (out, 0, _ ("the %" PRId64 " rows before it hold"), verdict->bad - 1);
  if (verdict->signed_rows > 0)
    mado_view_ours (out, 0, _ ("signed up to row %" PRId64 ", at %s, by %s"), verdict->signed_rows, time, key);
  else
    mado_view_ours (out, 0, _ ("no signed head: whoever has the vault's key could have written all of it anew"));
}

static gboolean
verify (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  GVariant *heads = read_heads (cli->options.heads, error);
  GVariantDict dict;

  if (heads == NULL)
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "heads", heads);
  if (!mado_member_ask (cli->conf, "audit-verify", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  g_autoptr (MadoAuditVerdict) verdict = mado_audit_verdict_from_variant (answer.body, error);
  if (verdict == NULL)
    return FALSE;
  cli->status = verdict->ok ? 0 : 1;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_audit_verdict_type, verdict, error);
  view_verdict (text, verdict);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_audit (MadoCli *cli, GError **error)
{
  const char *word = mado_cli_argument (cli, 0);
  const char *given[] = { cli->options.ticket, cli->options.member };

  for (gsize i = 0; i < G_N_ELEMENTS (given); i++)
    if (!mado_member_check_text ("audit", given[i], WORD_MAX, error))
      return FALSE;
  if (word == NULL || strcmp (word, "ls") == 0)
    return list_records (cli, error);
  if (strcmp (word, "head") == 0)
    return show_head (cli, error);
  if (strcmp (word, "verify") == 0)
    return verify (cli, error);
  return fail_usage ("usage: madoguchi audit [ls|head|verify]", error);
}
