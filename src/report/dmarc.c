/* dmarc.c: see dmarc.h. The report is read row by row; only the sums are kept. */
#include "madoguchi/report/dmarc.h"

#include "madoguchi/base/error.h"
#include "madoguchi/report/unpack.h"
#include "madoguchi/report/xml.h"

#include <string.h>

#define UNPACKED_MAX (16 * 1024 * 1024)
#define ALL_UNPACKED_MAX (32 * 1024 * 1024) /* of all such reports in a mail */
#define SOURCES_MAX 100000 /* that are counted one by one; more are counted together */
#define SOURCES_SHOWN 50
#define COUNT_MAX 1000000000000

typedef struct {
  const char *address; /* of the table's key */
  gint64 passed, failed;
} Source;

typedef struct {
  MadoRecordDraft *draft;
  GHashTable *sources; /* of Source, by address */
  gint64 rows, passed, failed;
} Sums;

/* --- which documents are such reports --------------------------------------------------------------------- */

/* "receiver!domain!begin!end[!id].xml[.gz]", or ".zip" (RFC 7489, 7.2.1.1). */
static gboolean
has_report_name (const char *filename)
{
  g_auto (GStrv) fields = filename == NULL ? NULL : g_strsplit (filename, "!", 6);

  return fields != NULL && g_strv_length (fields) >= 4 && g_ascii_isdigit (fields[2][0]) && g_ascii_isdigit (fields[3][0]);
}

/* RFC 7489, 7.2.1.1; some put a tag in brackets before it. */
gboolean
mado_dmarc_is_subject (const char *subject)
{
  g_autofree char *folded = subject == NULL ? NULL : g_strstrip (g_ascii_strdown (subject, -1));
  const char *start = folded, *end;

  if (folded != NULL && *folded == '[' && (end = strchr (folded, ']')) != NULL)
    start = end + 1 + strspn (end + 1, " \t");
  return start != NULL && g_str_has_prefix (start, "report domain:") && strstr (start, "submitter:") != NULL;
}

static gboolean
is_packed (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return size >= 4 && (memcmp (data, "PK\3\4", 4) == 0 || memcmp (data, "PK\5\6", 4) == 0 || memcmp (data, "\x1f\x8b", 2) == 0);
}

/* --- sums ------------------------------------------------------------------------------------------------- */

static void
note_texts (MadoRecordDraft *draft, const MadoXml *node, const char *const *names, const char *prefix)
{
  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *name = g_strconcat (prefix, names[i], NULL);
    mado_record_draft_note (draft, name, mado_xml_child_text (node, names[i]));
  }
}

static gint64
read_count (const char *text)
{
  return text == NULL ? 0 : CLAMP (g_ascii_strtoll (text, NULL, 10), 0, COUNT_MAX);
}

static void
take_metadata (MadoRecordDraft *draft, const MadoXml *node)
{
  static const char *const names[] = { "org_name", "email", "extra_contact_info", "report_id", "error", NULL };
  static const char *const range_names[] = { "begin", "end", NULL };
  MadoReportRecord *record = draft->record;
  const MadoXml *range = mado_xml_child (node, "date_range");
  const char *email = mado_xml_child_text (node, "email");

  if (record->id != NULL || record->organization != NULL)
    return;
  note_texts (draft, node, names, "");
  note_texts (draft, range, range_names, "date_range.");
  record->id = mado_format_visible (mado_xml_child_text (node, "report_id"), 1024);
  record->organization = mado_format_visible (mado_xml_child_text (node, "org_name"), 1024);
  record->started = read_count (mado_xml_child_text (range, "begin"));
  record->ended = read_count (mado_xml_child_text (range, "end"));
  if (email != NULL) {
    record->reporter = mado_mailbox_new ();
    record->reporter->address = mado_format_visible (email, 320);
  }
}

static void
take_policy (MadoRecordDraft *draft, const MadoXml *node)
{
  static const char *const names[] = { "domain", "adkim", "aspf", "p", "sp", "np", "pct", "fo", "testing", "discovery_method", NULL };

  note_texts (draft, node, names, "policy.");
  mado_record_draft_target (draft, mado_xml_child_text (node, "domain"));
}

static Source *
find_source (Sums *sums, const char *address)
{
  Source *source;
  char *key;

  if (g_hash_table_size (sums->sources) >= SOURCES_MAX)
    address = "others";
  source = g_hash_table_lookup (sums->sources, address);
  if (source != NULL)
    return source;
  key = g_strndup (address, 64);
  source = g_new0 (Source, 1);
  source->address = key;
  g_hash_table_replace (sums->sources, key, source);
  return source;
}

/* A row: so many messages from one address, with one result. */
static void
take_row (Sums *sums, const MadoXml *node)
{
  const MadoXml *row = mado_xml_child (node, "row"), *policy = mado_xml_child (row, "policy_evaluated");
  const char *address = mado_xml_child_text (row, "source_ip");
  gint64 count = read_count (mado_xml_child_text (row, "count"));
  gboolean has_passed = g_strcmp0 (mado_xml_child_text (policy, "dkim"), "pass") == 0 || g_strcmp0 (mado_xml_child_text (policy, "spf"), "pass") == 0;
  Source *source;

  if (row == NULL)
    return;
  sums->rows++;
  source = find_source (sums, address == NULL || strlen (address) > 63 ? "unknown" : address);
  *(has_passed ? &source->passed : &source->failed) += count;
  *(has_passed ? &sums->passed : &sums->failed) += count;
}

static void
take_child (const MadoXml *root, const MadoXml *child, gpointer data)
{
  Sums *sums = data;

  if (strcmp (root->name, "feedback") != 0)
    return;
  if (strcmp (child->name, "report_metadata") == 0)
    take_metadata (sums->draft, child);
  else if (strcmp (child->name, "policy_published") == 0)
    take_policy (sums->draft, child);
  else if (strcmp (child->name, "record") == 0)
    take_row (sums, child);
  else if (strcmp (child->name, "version") == 0 && sums->draft->record->version == NULL)
    sums->draft->record->version = mado_format_visible (child->text, 20);
}

/* Those with most messages that failed come first. */
static gint
compare (gconstpointer a, gconstpointer b)
{
  const Source *x = *(Source *const *) a, *y = *(Source *const *) b;

  if (x->failed != y->failed)
    return x->failed > y->failed ? -1 : 1;
  if (x->passed != y->passed)
    return x->passed > y->passed ? -1 : 1;
  return strcmp (x->address, y->address);
}

static void
note_number (MadoRecordDraft *draft, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  mado_record_draft_note (draft, name, text);
}

static void
note_sums (Sums *sums)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  note_number (sums->draft, "rows", sums->rows);
  note_number (sums->draft, "messages", sums->passed + sums->failed);
  note_number (sums->draft, "pass", sums->passed);
  note_number (sums->draft, "fail", sums->failed);
  note_number (sums->draft, "sources", g_hash_table_size (sums->sources));
  g_hash_table_iter_init (&iter, sums->sources);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (all, value);
  g_ptr_array_sort (all, compare);
  for (guint i = 0; i < all->len && i < SOURCES_SHOWN; i++) {
    const Source *source = all->pdata[i];
    g_autofree char *text = g_strdup_printf ("%s: %" G_GINT64_FORMAT " pass, %" G_GINT64_FORMAT " fail", source->address, source->passed, source->failed);
    mado_record_draft_note (sums->draft, "source", text);
    if (source->failed > 0)
      mado_record_draft_source (sums->draft, source->address);
  }
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static void
read_report (GBytes *bytes, const MadoDocument *document, MadoFormatOutput *output)
{
  Sums sums = { .draft = mado_record_draft_new (output, document, "dmarc"),
                .sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  g_autoptr (GError) error = NULL;
  gboolean is_read = mado_xml_read (bytes, bytes == document->bytes ? document->charset : NULL, take_child, &sums, &error), is_report;

  is_report = sums.rows > 0 || sums.draft->record->id != NULL || sums.draft->record->organization != NULL;
  if (!is_read)
    mado_format_problem (output, document, "the DMARC report was not read, or not to its end: %s.", error->message);
  else if (!is_report)
    mado_format_problem (output, document, "it looks like a DMARC report and holds none.");
  if (is_report) {
    sums.draft->record->type = g_strdup ("aggregate");
    note_sums (&sums);
    mado_record_draft_finish (sums.draft);
  } else
    mado_record_draft_free (sums.draft);
  g_hash_table_unref (sums.sources);
}

/* One that is made to be too much is the last of its mail. */
static GBytes *
unpack (const MadoDocument *document, MadoFormatOutput *output, GError **error)
{
  GBytes *bytes;

  if (output->unpacked >= ALL_UNPACKED_MAX) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_LIMIT, "what was unpacked of this mail is enough");
    return NULL;
  }
  bytes = mado_unpack (document->bytes, MIN (UNPACKED_MAX, ALL_UNPACKED_MAX - output->unpacked), error);
  if (bytes != NULL)
    output->unpacked += g_bytes_get_size (bytes);
  else if (g_error_matches (*error, MADO_ERROR, MADO_ERROR_LIMIT))
    output->unpacked = ALL_UNPACKED_MAX;
  return bytes;
}

gboolean
mado_dmarc_read (const MadoDocument *document, MadoFormatOutput *output)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_packed (document->bytes)) {
    if (!mado_xml_is_about (document->bytes, "feedback"))
      return FALSE;
    read_report (document->bytes, document, output);
    return TRUE;
  }
  if (!has_report_name (document->filename) && !mado_dmarc_is_subject (output->subject))
    return FALSE;
  bytes = unpack (document, output, &error);
  if (bytes == NULL)
    mado_format_problem (output, document, "it is sent as a DMARC report and was not unpacked: %s.", error->message);
  else if (!mado_xml_is_about (bytes, "feedback"))
    mado_format_problem (output, document, "it is sent as a DMARC report and holds none.");
  else
    read_report (bytes, document, output);
  return TRUE;
}
