/* search-text.c: see search-text.h. What is short comes first: it is found even in a mail that is too long for the index. */
#include "madoguchi/desk/search-text.h"

static void
add (GArray *pieces, MadoPlace place, const char *where, const char *text)
{
  MadoPiece piece = { place, where, text };

  if (text != NULL && text[0] != '\0')
    g_array_append_val (pieces, piece);
}

static void
add_list (GArray *pieces, MadoPlace place, const char *where, char *const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    add (pieces, place, where, list[i]);
}

static GArray *
make (void)
{
  return g_array_new (FALSE, FALSE, sizeof (MadoPiece));
}

static void
add_mailbox (GArray *pieces, MadoPlace place, const MadoMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  add (pieces, place, "person", mailbox->name);
  add (pieces, place, "person", mailbox->address);
}

static void
add_people (GArray *pieces, const MadoReport *report)
{
  add_mailbox (pieces, MADO_PLACE_FROM, report->from);
  add_list (pieces, MADO_PLACE_TO, "person", report->to);
  if (report->headers != NULL)
    add (pieces, MADO_PLACE_TO, "person", report->headers->reply_to);
  if (report->signer != NULL)
    add_list (pieces, MADO_PLACE_TO, "person", report->signer->user_ids);
  for (guint i = 0; report->report != NULL && i < report->report->records->len; i++) {
    const MadoReportRecord *record = report->report->records->pdata[i];
    add_mailbox (pieces, MADO_PLACE_TO, record->reporter);
    add (pieces, MADO_PLACE_TO, "person", record->organization);
  }
}

static void
add_marks (GArray *pieces, const MadoReport *report)
{
  for (guint i = 0; i < report->indicators->len; i++)
    add (pieces, MADO_PLACE_INDICATOR, "indicator", ((const MadoIndicator *) report->indicators->pdata[i])->value);
  if (report->report == NULL)
    return;
  add_list (pieces, MADO_PLACE_INDICATOR, "number", report->report->external_ids);
  for (guint i = 0; i < report->report->records->len; i++) {
    const MadoReportRecord *record = report->report->records->pdata[i];
    add (pieces, MADO_PLACE_INDICATOR, "number", record->id);
    add_list (pieces, MADO_PLACE_INDICATOR, "indicator", record->sources);
    add_list (pieces, MADO_PLACE_INDICATOR, "indicator", record->targets);
    add_list (pieces, MADO_PLACE_INDICATOR, "number", record->references);
  }
}

/* What reports in the mail say that is not in its text. */
static void
add_records (GArray *pieces, const MadoReport *report)
{
  for (guint i = 0; report->report != NULL && i < report->report->records->len; i++) {
    const MadoReportRecord *record = report->report->records->pdata[i];
    add (pieces, MADO_PLACE_TEXT, "text", record->title);
    add (pieces, MADO_PLACE_TEXT, "text", record->description);
  }
}

GArray *
mado_search_text_of_report (const MadoReport *report)
{
  GArray *pieces = make ();

  add (pieces, MADO_PLACE_SUBJECT, "subject", report->subject);
  if (g_strcmp0 (report->subject, report->outer_subject) != 0)
    add (pieces, MADO_PLACE_SUBJECT, "subject", report->outer_subject);
  add_people (pieces, report);
  for (guint i = 0; i < report->parts->len; i++)
    add (pieces, MADO_PLACE_FILE, "file", ((const MadoPart *) report->parts->pdata[i])->filename);
  add_marks (pieces, report);
  add (pieces, MADO_PLACE_TEXT, "text", report->text);
  add_records (pieces, report);
  return pieces;
}

GArray *
mado_search_text_of_reply (const MadoReply *reply)
{
  GArray *pieces = make ();

  if (reply->text == NULL) /* a template of the house says the same to everybody */
    return pieces;
  add (pieces, MADO_PLACE_SUBJECT, "subject", reply->subject);
  add (pieces, MADO_PLACE_TO, "person", reply->recipient_name);
  add (pieces, MADO_PLACE_TO, "person", reply->recipient);
  add (pieces, MADO_PLACE_TEXT, "answer", reply->text);
  return pieces;
}

GArray *
mado_search_text_of_note (const char *author, const char *text)
{
  GArray *pieces = make ();

  add (pieces, MADO_PLACE_FROM, "person", author);
  add (pieces, MADO_PLACE_TEXT, "note", text);
  return pieces;
}
