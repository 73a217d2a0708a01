/* view-report.c: see view-report.h. Words only for facts that stand in the report; nothing is concluded here. */
#include "madoguchi/front/view-report.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <inttypes.h>
#include <string.h>

#define INDICATORS_SHOWN 100
#define RECORDS_SHOWN 20
#define NAMES_SHOWN 5

static const char *const protocol_words[] = { "OpenPGP", "S/MIME" };
static const char *const form_words[] = { N_ ("PGP/MIME"), N_ ("inline"), N_ ("attachment"), N_ ("rebuilt by a mail server"), N_ ("opaque") };
static const char *const operation_words[] = { N_ ("decrypt"), N_ ("verify"), N_ ("decrypt and verify") };
static const char *const covers_words[] = { N_ ("the whole mail"), N_ ("a part of it") };

const char *
mado_view_encryption (MadoEncryption encryption)
{
  static const char *const words[] = { N_ ("not encrypted"), N_ ("only partly encrypted"), N_ ("encrypted") };

  return (guint) encryption < G_N_ELEMENTS (words) ? _ (words[encryption]) : "?";
}

const char *
mado_view_signature (MadoSignatureStatus status)
{
  static const char *const words[] = {
    [MADO_SIGNATURE_NONE] = N_ ("not signed"),
    [MADO_SIGNATURE_PARTIAL] = N_ ("signed only in part"),
    [MADO_SIGNATURE_GOOD] = N_ ("GOOD signature of the sender"),
    [MADO_SIGNATURE_GOOD_UNTRUSTED] = N_ ("intact signature, but nothing vouches that it is the sender's"),
    [MADO_SIGNATURE_BAD] = N_ ("BAD signature: the text is not what was signed"),
    [MADO_SIGNATURE_EXPIRED_SIGNATURE] = N_ ("signature has expired"),
    [MADO_SIGNATURE_EXPIRED_KEY] = N_ ("signed by an expired key"),
    [MADO_SIGNATURE_REVOKED_KEY] = N_ ("signed by a REVOKED key"),
    [MADO_SIGNATURE_UNKNOWN_KEY] = N_ ("signed by a key we do not know"),
    [MADO_SIGNATURE_UNSUPPORTED] = N_ ("signed in a way that is not accepted"),
  };

  return (guint) status < G_N_ELEMENTS (words) ? _ (words[status]) : "?";
}

static void
view_signer (GString *out, guint columns, const MadoSigner *signer)
{
  g_autofree char *fingerprint = mado_view_word (signer->fingerprint);
  g_autofree char *vouched = mado_view_word (signer->vouched_by);

  mado_view_ours (out, 0, _ ("Signer      %s"), fingerprint);
  mado_view_ours (out, 12, _ ("%s the From address; validity %s; vouched for by: %s"),
                  signer->matches_from ? _ ("names") : _ ("does NOT name"), mado_validity_names[signer->validity], vouched);
  for (guint i = 0; signer->user_ids[i] != NULL; i++)
    mado_view_stranger (out, columns, _ ("User ID: "), signer->user_ids[i]);
}

static void
view_signature (GString *out, const MadoSignature *signature)
{
  g_autofree char *fingerprint = mado_view_word (signature->fingerprint);
  g_autofree char *hash = mado_view_word (signature->hash);
  g_autofree char *created = signature->created != 0 ? mado_text_time (signature->created) : g_strdup ("-");

  mado_view_ours (out, 12, _ ("%s: %s, %s, made %s"), mado_signature_status_names[signature->status], fingerprint, hash,
                  created);
}

/* Which key of ours opened a layer. */
static void
view_used_key (GString *out, const MadoUsedKey *key)
{
  if (key == NULL)
    return;
  g_autofree char *fingerprint = mado_view_word (key->subkey != NULL ? key->subkey : key->fingerprint);
  g_autofree char *kind = mado_view_word (key->kind != NULL ? key->kind : "other");
  g_autofree char *newer = mado_view_word (key->newer);
  mado_view_ours (out, 12, _ ("opened with %s (%s%s)%s%s"), fingerprint, kind,
                  key->is_revoked   ? _ (", revoked")
                  : key->is_expired ? _ (", expired")
                                    : "",
                  key->newer != NULL ? _ ("; newer: ") : "", key->newer != NULL ? newer : "");
}

static void
view_layers (GString *out, const GPtrArray *layers)
{
  for (guint i = 0; i < layers->len; i++) {
    const MadoLayer *layer = layers->pdata[i];
    g_autofree char *part = mado_view_word (layer->part);
    mado_view_ours (out, 0, _ ("Layer %-5u part %s: %s, %s, %s: %s; covers %s"), i + 1, part, protocol_words[layer->protocol],
                    _ (form_words[layer->form]), _ (operation_words[layer->operation]), mado_outcome_names[layer->outcome],
                    _ (covers_words[layer->covers]));
    for (guint k = 0; layer->encrypted_to[k] != NULL; k++) {
      g_autofree char *key = mado_view_word (layer->encrypted_to[k]);
      mado_view_ours (out, 12, _ ("encrypted to %s"), key);
    }
    view_used_key (out, layer->used_key);
    for (guint k = 0; k < layer->signatures->len; k++)
      view_signature (out, layer->signatures->pdata[k]);
  }
}

static void
view_parts (GString *out, guint columns, const GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++) {
    const MadoPart *part = parts->pdata[i];
    g_autofree char *path = mado_view_word (part->path);
    g_autofree char *flags = g_strjoinv (" ", part->flags);
    g_autofree char *safe = mado_view_word (flags);
    mado_view_ours (out, 0, _ ("Part %-6s %" PRId64 " bytes%s%s%s%s"), path, part->size, part->decrypted ? _ (", was encrypted") : "",
                    part->is_signed ? _ (", signed") : "", *flags != '\0' ? _ (", flags: ") : "", *flags != '\0' ? safe : "");
    mado_view_stranger (out, columns, _ ("Type: "), part->type);
    if (part->detected_type != NULL && g_strcmp0 (part->detected_type, part->type) != 0)
      mado_view_stranger (out, columns, _ ("Type by its bytes: "), part->detected_type);
    if (part->filename != NULL)
      mado_view_stranger (out, columns, _ ("File name: "), part->filename);
  }
}

static void
view_keys (GString *out, guint columns, const GPtrArray *keys)
{
  for (guint i = 0; i < keys->len; i++) {
    const MadoOfferedKey *key = keys->pdata[i];
    g_autofree char *fingerprint = mado_view_word (key->fingerprint);
    g_autofree char *source = mado_view_word (key->source);
    mado_view_ours (out, 0, _ ("Offers key  %s (%s%s; not trusted by being here)"), fingerprint, source, key->gossip ? _ (", of somebody else") : "");
    if (key->address != NULL)
      mado_view_stranger (out, columns, _ ("Said to be for: "), key->address);
    for (guint k = 0; key->user_ids[k] != NULL; k++)
      mado_view_stranger (out, columns, _ ("User ID: "), key->user_ids[k]);
  }
}

static void
view_differences (GString *out, guint columns, const GPtrArray *differences)
{
  for (guint i = 0; i < differences->len; i++) {
    const MadoHeaderDifference *difference = differences->pdata[i];
    g_autofree char *name = mado_view_word (difference->name);
    mado_view_ours (out, 0, _ ("Header      %s: %s"), name, difference->intended ? _ ("hidden outside by its sender")
                                                                             : _ ("NOT the same outside as inside; the protected one counts"));
    mado_view_stranger (out, columns, _ ("Outside: "), difference->outer != NULL ? difference->outer : "");
    mado_view_stranger (out, columns, _ ("Protected: "), difference->protected != NULL ? difference->protected : "");
  }
}

static void
view_headers (GString *out, guint columns, const MadoReport *report)
{
  g_autofree char *to = g_strjoinv (", ", report->to);
  g_autofree char *from = NULL;

  if (report->from != NULL)
    from = report->from->name != NULL
               ? g_strdup_printf ("%s <%s>", report->from->name, report->from->address != NULL ? report->from->address : "")
               : g_strdup (report->from->address);
  mado_view_stranger (out, columns, _ ("From: "), from);
  if (*to != '\0')
    mado_view_stranger (out, columns, _ ("To: "), to);
  if (report->date != 0) {
    g_autofree char *date = mado_text_time (report->date);
    mado_view_stranger (out, columns, _ ("Date: "), date);
  }
  if (report->message_id != NULL)
    mado_view_stranger (out, columns, _ ("Message-ID: "), report->message_id);
  mado_view_stranger (out, columns, _ ("Subject: "), report->subject);
  view_differences (out, columns, report->header_differences);
}

static void
view_verdict (GString *out, guint columns, const MadoReport *report)
{
  const char *kind = report->report != NULL ? report->report->kind : NULL;
  g_autofree char *word = mado_view_word (kind);
  g_autofree char *language = mado_view_word (report->language);

  mado_view_ours (out, 0, _ ("Kind        %s, language %s"), word, language);
  mado_view_ours (out, 0, _ ("Encryption  %s"), mado_view_encryption (report->encryption));
  mado_view_ours (out, 0, _ ("Signature   %s"), mado_view_signature (report->signature));
  if (report->signer != NULL)
    view_signer (out, columns, report->signer);
  if (report->undecryptable != NULL) {
    g_autofree char *reason = mado_view_word (report->undecryptable->reason);
    g_autofree char *keys = g_strjoinv (" ", report->undecryptable->encrypted_to);
    g_autofree char *safe = mado_view_word (keys);
    mado_view_ours (out, 0, _ ("UNREADABLE  %s; encrypted to: %s"), reason, safe);
  }
  mado_view_ours (out, 0, _ ("Subject     %s"),
                  g_strcmp0 (report->subject_source, "protected") == 0 ? _ ("was protected") : _ ("from the outer header"));
}

static void
view_indicators (GString *out, guint columns, const GPtrArray *indicators)
{
  for (guint i = 0; i < indicators->len && i < INDICATORS_SHOWN; i++) {
    const MadoIndicator *indicator = indicators->pdata[i];
    g_autofree char *type = mado_view_word (indicator->type);
    g_autofree char *label = g_strconcat (_ ("Indicator, "), type, g_strcmp0 (indicator->role, "evidence") == 0 ? _ (" (evidence): ") : ": ", NULL);
    mado_view_stranger (out, columns, label, indicator->as_written);
  }
  if (indicators->len > INDICATORS_SHOWN)
    mado_view_ours (out, 0, _ ("(%u more indicators; --json lists all)"), indicators->len - INDICATORS_SHOWN);
}

/* Appends "LABEL A, B, C" as far as there is anything. */
static void
append_list (GString *out, const char *label, char **list)
{
  for (guint i = 0; list[i] != NULL && i < NAMES_SHOWN; i++)
    g_string_append_printf (out, "%s%s%s", i > 0 ? ", " : out->len > 0 ? "; " : "", i > 0 ? "" : label, list[i]);
  if (g_strv_length (list) > NAMES_SHOWN)
    g_string_append_printf (out, _ (" and %u more"), g_strv_length (list) - NAMES_SHOWN);
}

static void
append_value (GString *out, const char *label, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (out, "%s%s%s", out->len > 0 ? "; " : "", label, value);
}

/* What the reports and forwarded mails in a mail say, a line for each. */
static void
view_records (GString *out, guint columns, const GPtrArray *records)
{
  for (guint i = 0; i < records->len && i < RECORDS_SHOWN; i++) {
    const MadoReportRecord *record = records->pdata[i];
    g_autofree char *format = mado_view_word (record->format);
    g_autofree char *label = g_strconcat (_ ("Record, "), format, record->is_evidence ? _ (" (evidence): ") : ": ", NULL);
    g_autoptr (GString) line = g_string_new (NULL);

    append_value (line, "", record->type);
    append_value (line, "", record->category);
    append_value (line, "", record->title);
    append_list (line, _ ("from "), record->sources);
    append_list (line, _ ("to "), record->targets);
    append_value (line, _ ("asks for "), record->request);
    append_value (line, _ ("number "), record->id);
    mado_view_stranger (out, columns, label, line->str);
  }
  if (records->len > RECORDS_SHOWN)
    mado_view_ours (out, 0, _ ("(%u more records; --json lists all)"), records->len - RECORDS_SHOWN);
}

void
mado_view_report (GString *out, guint columns, const MadoReport *report)
{
  view_verdict (out, columns, report);
  view_layers (out, report->layers);
  view_headers (out, columns, report);
  g_string_append_c (out, '\n');
  if (report->text != NULL)
    mado_view_stranger (out, columns, NULL, report->text);
  else
    mado_view_ours (out, 0, _ ("(no text to show)"));
  if (report->text_truncated)
    mado_view_ours (out, 0, _ ("(the text was cut here; the raw mail has all of it)"));
  g_string_append_c (out, '\n');
  view_parts (out, columns, report->parts);
  view_keys (out, columns, report->keys_offered);
  if (report->report != NULL)
    view_records (out, columns, report->report->records);
  view_indicators (out, columns, report->indicators);
  /* A problem may quote what the mail says. */
  for (guint i = 0; report->problems[i] != NULL; i++) {
    g_autofree char *said = mado_words_translate (report->problems[i]);
    mado_view_stranger (out, columns, _ ("Problem: "), said);
  }
}
