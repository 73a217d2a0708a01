/* verb-queue.c: the shared queue: list, show, part, raw, take, assign, state, note. All of it is the keeper's; the
 * command line only asks and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/tickets.h"
#include "madoguchi/front/verb-view.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-incident.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/base/words.h"

#include <pwd.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define NOTE_MAX (1024 * 1024)
#define WORD_MAX 4096

/* TRUE and a number in @number when @text is one, not below @min. */
static gboolean
read_number (const char *what, const char *text, gint64 min, gint64 *number, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, (guint64) min, G_MAXINT64, &value, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: %s is not a number", what, text);
    return FALSE;
  }
  *number = (gint64) value;
  return TRUE;
}

/* (transfer none) @owner, or what the keeper calls this member for "me". */
static const char *
resolve_owner (const char *owner)
{
  const struct passwd *user = g_strcmp0 (owner, "me") == 0 ? getpwuid (getuid ()) : NULL;

  return user != NULL ? user->pw_name : owner;
}

static gboolean
print_text (MadoCli *cli, GString *text, GError **error)
{
  return mado_cli_print (cli, text->str, error);
}

static gboolean
print_summaries (MadoCli *cli, const GPtrArray *items, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint columns = mado_view_columns (STDOUT_FILENO);

  for (guint i = 0; i < items->len; i++)
    if (cli->options.json) {
      const MadoIncident *incident = items->pdata[i];
      if (!mado_member_print_json (cli, incident->veiled ? &mado_veil_type : &mado_summary_type, incident, error))
        return FALSE;
    } else {
      if (i == 0)
        mado_view_summary_head (text);
      mado_view_summary (text, columns, items->pdata[i]);
    }
  return print_text (cli, text, error);
}

/* What the house has to say stands beside the results, not in them. */
static void
print_notices (const MadoCli *cli, const MadoPacket *answer)
{
  g_auto (GStrv) notices = NULL;

  if (cli->options.json || !g_variant_lookup (answer->body, "notices", "^as", &notices))
    return;
  for (char **notice = notices; *notice != NULL; notice++) {
    g_autofree char *line = g_strconcat ("NOTICE ", *notice, NULL);
    mado_cli_warn (line);
  }
}

/* (transfer floating) what `list` asks for; NULL: it makes no sense. */
static GVariant *
make_list_body (MadoCli *cli, GError **error)
{
  const MadoCliOptions *o = &cli->options;
  const char *const pairs[][2] = { { "state", o->state }, { "owner", o->owner }, { "after", o->after }, { "priority", o->priority },
                                   { "category", o->category }, { "tlp", o->tlp }, { "tag", o->tag } };
  const struct {
    const char *name;
    gboolean is_set;
  } flags[] = { { "unread", o->unread }, { "due", o->due }, { "overdue", o->overdue } };
  GVariantDict dict;
  gint64 limit = 0;

  if (o->limit != NULL && !read_number ("--limit", o->limit, 1, &limit, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (!mado_member_check_text (pairs[i][0], pairs[i][1], WORD_MAX, error))
      return NULL;
  g_autoptr (GVariant) view = o->view != NULL ? mado_view_find (cli, o->view, error) : NULL;
  if (o->view != NULL && view == NULL)
    return NULL;
  g_variant_dict_init (&dict, view); /* what is said besides goes before it */
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][1] != NULL)
      g_variant_dict_insert (&dict, pairs[i][0], "s", pairs[i][1]);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (flags[i].is_set)
      g_variant_dict_insert (&dict, flags[i].name, "b", TRUE);
  if (o->limit != NULL)
    g_variant_dict_insert (&dict, "limit", "x", limit);
  return g_variant_dict_end (&dict);
}

static gint
compare_due (gconstpointer a, gconstpointer b)
{
  gint64 first = (*(const MadoIncident *const *) a)->due, second = (*(const MadoIncident *const *) b)->due;

  return first < second ? -1 : first > second;
}

gboolean
mado_verb_list (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  GVariant *body = make_list_body (cli, error);
  gboolean ok;

  if (body == NULL || !mado_member_ask (cli->conf, "list", body, -1, &answer, error))
    return FALSE;
  g_autoptr (GPtrArray) items = mado_member_items (&answer, &mado_summary_type, error);
  if (items == NULL)
    return FALSE;
  if (cli->options.due || cli->options.overdue)
    g_ptr_array_sort (items, compare_due);
  ok = print_summaries (cli, items, error);
  print_notices (cli, &answer);
  for (guint i = 0; i < items->len; i++)
    mado_record_free (&mado_summary_type, items->pdata[i]);
  return ok;
}

gboolean
mado_verb_show (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 0);
  GVariantDict dict;

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "peek", "b", cli->options.peek);
  if (!mado_member_ask (cli->conf, "show", g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  g_autoptr (MadoIncident) incident = mado_incident_from_variant (answer.body, error);
  if (incident == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, incident->veiled ? &mado_veil_type : &mado_incident_type, incident, error);
  g_autoptr (GString) text = g_string_new (NULL);
  mado_view_incident (text, mado_view_columns (STDOUT_FILENO), incident);
  return print_text (cli, text, error);
}

/* Asks for bytes of the mail that the first two arguments name, and saves them. */
static gboolean
fetch (MadoCli *cli, const char *verb, const char *path, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 0);
  GVariantDict dict;
  gint64 message, offset = 0, size = -1;

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !read_number ("MESSAGE", mado_cli_argument (cli, 1), 0, &message, error)
      || !mado_member_check_text ("PART", path, WORD_MAX, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "message", "x", message);
  if (path != NULL)
    g_variant_dict_insert (&dict, "path", "s", path);
  if (cli->options.zip)
    g_variant_dict_insert (&dict, "zip", "b", TRUE);
  if (!mado_member_ask (cli->conf, verb, g_variant_dict_end (&dict), -1, &answer, error))
    return FALSE;
  g_variant_lookup (answer.body, "offset", "x", &offset);
  g_variant_lookup (answer.body, "size", "x", &size);
  if (answer.fd < 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "%s: the keeper sent no file", verb);
    return FALSE;
  }
  /* A part comes alone in its file; a raw mail stands inside a spool file, after its envelope. */
  return mado_member_save (cli, answer.fd, path == NULL ? (guint64) offset : 0, size >= 0 ? (guint64) size : G_MAXUINT64,
                           cli->options.output, error);
}

gboolean
mado_verb_part (MadoCli *cli, GError **error)
{
  return fetch (cli, "part", mado_cli_argument (cli, 2), error);
}

gboolean
mado_verb_raw (MadoCli *cli, GError **error)
{
  return fetch (cli, "raw", NULL, error);
}

/* What a ticket shows after a change. */
static void
view_change (GString *out, const MadoPacket *answer)
{
  mado_view_change (out, answer->body);
}

/* Asks for a change of tickets and says what came of it. @name, @value, @more, @extra: further arguments. */
static gboolean
change (MadoCli *cli, const char *verb, const char *name, const char *value, const char *more, const char *extra,
        GError **error)
{
  if (!mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error)
      || !mado_member_check_text (name, value, NOTE_MAX, error) || !mado_member_check_text (more, extra, WORD_MAX, error))
    return FALSE;
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);
  if (tickets == NULL)
    return FALSE;
  /* A list that ends with a NULL name: the optional pair comes last. */
  GVariant *body = name != NULL ? mado_member_body (name, value, extra != NULL ? more : NULL, extra, NULL) : mado_member_body (NULL, NULL);
  return mado_tickets_change (cli, tickets, verb, body, view_change, error);
}

gboolean
mado_verb_take (MadoCli *cli, GError **error)
{
  return change (cli, "take", NULL, NULL, NULL, NULL, error);
}

gboolean
mado_verb_assign (MadoCli *cli, GError **error)
{
  return change (cli, "assign", "owner", resolve_owner (mado_cli_argument (cli, 1)), NULL, NULL, error);
}

gboolean
mado_verb_state (MadoCli *cli, GError **error)
{
  return change (cli, "state", "state", mado_cli_argument (cli, 1), "reason", mado_cli_argument (cli, 2), error);
}

gboolean
mado_verb_due (MadoCli *cli, GError **error)
{
  return change (cli, "due", "when", mado_cli_argument (cli, 1), NULL, NULL, error);
}

gboolean
mado_verb_note (MadoCli *cli, GError **error)
{
  const char *text = mado_cli_argument (cli, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *read = NULL;

  if (text != NULL && strcmp (text, "-") != 0) {
    /* as it stands */
  } else if (strcmp (mado_cli_argument (cli, 0), "-") == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "the tickets come from standard input, so the text must be an argument");
    return FALSE;
  } else {
    if (!mado_fsio_read_all (STDIN_FILENO, NOTE_MAX, &bytes, error))
      return FALSE;
    read = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    text = read;
  }
  if (*text == '\0') {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "an empty note");
    return FALSE;
  }
  return change (cli, "note", "text", text, NULL, NULL, error);
}

static void
view_unread (GString *out, const MadoPacket *answer)
{
  const char *named = "-";
  gint64 unread = 0;

  g_variant_lookup (answer->body, "ticket", "&s", &named);
  g_variant_lookup (answer->body, "unread", "x", &unread);
  g_autofree char *word = mado_view_word (named);
  mado_view_ours (out, 0, _ ("%s  unread: %" PRId64), word, unread);
}

gboolean
mado_verb_unread (MadoCli *cli, GError **error)
{
  g_auto (GStrv) tickets = mado_tickets_read (cli, error);

  return tickets != NULL && mado_tickets_change (cli, tickets, "unread", mado_member_body (NULL, NULL), view_unread, error);
}
