/* verb-reply.c: reply. What may be sent, and to whom, the keeper says; the command line reads the text and shows what will
 * happen. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/reply-input.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-reply.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/reply-wish.h"
#include "madoguchi/base/words.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

/* What is asked about: a ticket with what the command line says, or a draft. */
typedef struct {
  char *ticket, *draft;
  MadoReplyWish *wish; /* NULL: that of the draft */
} Question;

static void
question_clear (Question *question)
{
  g_free (question->ticket);
  g_free (question->draft);
  mado_reply_wish_free (question->wish);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

/* (transfer floating) */
static GVariant *
make_body (MadoCli *cli, const Question *question)
{
  g_autoptr (GVariant) record = question->wish != NULL ? g_variant_ref_sink (mado_reply_wish_to_variant (question->wish)) : NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, record);
  g_variant_dict_insert (&dict, "ticket", "s", question->ticket);
  if (question->draft != NULL)
    g_variant_dict_insert (&dict, "draft", "s", question->draft);
  if (cli->options.if_version != NULL)
    g_variant_dict_insert (&dict, "if_version", "s", cli->options.if_version);
  return g_variant_dict_end (&dict);
}

/* Asks what would happen, and shows it on @fd's terminal, or as JSON. */
static gboolean
preview (MadoCli *cli, const Question *question, gboolean *may_be_sent, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_ask (cli->conf, "reply-preview", make_body (cli, question), -1, &answer, error))
    return FALSE;
  g_autoptr (MadoReplyPreview) found = mado_reply_preview_from_variant (answer.body, error);
  if (found == NULL)
    return FALSE;
  *may_be_sent = TRUE;
  for (guint i = 0; i < found->recipients->len; i++)
    *may_be_sent &= ((const MadoReplyTo *) found->recipients->pdata[i])->problem == NULL;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_reply_preview_type, found, error);
  mado_view_reply (text, mado_view_columns (STDOUT_FILENO), found);
  return mado_cli_print (cli, text->str, error);
}

/* Who sits at a terminal sees what will happen, and may think again. */
static gboolean
confirm (MadoCli *cli, const Question *question, GError **error)
{
  gboolean may_be_sent;
  char line[16];

  gboolean reads_text = question->wish != NULL && cli->options.canned == NULL && (cli->options.file == NULL || strcmp (cli->options.file, "-") == 0);

  if (cli->options.json || reads_text || !isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO))
    return TRUE;
  if (!preview (cli, question, &may_be_sent, error))
    return FALSE;
  if (!may_be_sent)
    return TRUE; /* the keeper says it in its own words */
  if (!mado_cli_print (cli, _ ("\nSend it? [y/N] "), error))
    return FALSE;
  fflush (cli->out);
  if (fgets (line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y'))
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "nothing was sent");
  return FALSE;
}

static gboolean
print_sent (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_auto (GStrv) recipients = NULL, keys = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *ticket = "-", *state = "-", *draft = "-", *approval = "no";

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_variant_lookup (answer->body, "state", "&s", &state);
  g_autofree char *ticket_word = mado_view_word (ticket);
  g_autofree char *state_word = mado_view_word (state);
  g_variant_lookup (answer->body, "draft", "&s", &draft);
  g_variant_lookup (answer->body, "approval", "&s", &approval);
  if (strcmp (approval, "no") != 0) {
    g_autofree char *draft_word = mado_view_word (draft);
    mado_view_ours (text, 0, _ ("%s  waits until another member approves it; nothing was sent"), draft_word);
    return mado_cli_print (cli, text->str, error);
  }
  if (g_variant_lookup (answer->body, "recipients", "^as", &recipients) && g_variant_lookup (answer->body, "encrypted_to", "^as", &keys))
    for (guint i = 0; recipients[i] != NULL && i < g_strv_length (keys); i++) {
      g_autofree char *key = mado_view_word (*keys[i] != '\0' ? keys[i] : NULL);
      mado_view_ours (text, 0, _ ("%s  on its way, signed, %s%s"), ticket_word, *keys[i] != '\0' ? _ ("encrypted to ") : _ ("NOT encrypted"),
                      *keys[i] != '\0' ? key : "");
      mado_view_stranger (text, mado_view_columns (STDOUT_FILENO), "To: ", recipients[i]);
    }
  mado_view_ours (text, 0, _ ("%s  state %s"), ticket_word, state_word);
  return mado_cli_print (cli, text->str, error);
}

/* Asks @verb, which sends, or makes a draft wait. */
static gboolean
send_it (MadoCli *cli, const char *verb, const Question *question, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  return confirm (cli, question, error) && mado_member_ask (cli->conf, verb, make_body (cli, question), -1, &answer, error)
         && print_sent (cli, &answer, error);
}

/* Which of the things that reply does is meant? Errors: USAGE. */
static gboolean
check_options (MadoCli *cli, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  guint modes = options->draft + (options->edit != NULL) + (options->discard != NULL) + (options->send != NULL);
  gboolean names_draft = options->edit != NULL || options->discard != NULL || options->send != NULL;

  if (modes > 1)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "one of --draft, --edit, --discard and --send");
  else if (names_draft == (mado_cli_argument (cli, 0) != NULL))
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, names_draft ? "the draft names its ticket" : "a ticket is needed");
  else
    return mado_member_check_text ("TICKET", mado_cli_argument (cli, 0), WORD_MAX, error)
           && mado_member_check_text ("--if-version", options->if_version, WORD_MAX, error);
  return FALSE;
}

/* What the command line asks about. */
static gboolean
read_question (MadoCli *cli, Question *question, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  const char *name = options->send != NULL ? options->send : options->edit;

  if (name != NULL && !mado_reply_input_split (name, &question->ticket, &question->draft, error))
    return FALSE;
  if (name == NULL)
    question->ticket = g_strdup (mado_cli_argument (cli, 0));
  if (options->send != NULL)
    return TRUE;
  gboolean has_other = options->recipients != NULL || options->files != NULL || options->subject != NULL;
  question->wish = mado_reply_input_read (cli, question->ticket, options->edit != NULL && has_other, error);
  return question->wish != NULL;
}

gboolean
mado_verb_reply (MadoCli *cli, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  g_auto (Question) question = { NULL };
  gboolean may_be_sent = TRUE;

  if (!check_options (cli, error))
    return FALSE;
  if (options->discard != NULL)
    return mado_verb_discard_draft (cli, error);
  if (!read_question (cli, &question, error))
    return FALSE;
  if (options->draft || options->edit != NULL)
    return mado_verb_save_draft (cli, mado_reply_wish_to_variant (question.wish), error);
  if (options->preview) {
    if (!preview (cli, &question, &may_be_sent, error))
      return FALSE;
    cli->status = may_be_sent ? 0 : 1;
    return TRUE;
  }
  return send_it (cli, options->send != NULL ? "draft-send" : "reply", &question, error);
}

gboolean
mado_verb_approve (MadoCli *cli, GError **error)
{
  g_auto (Question) question = { NULL };

  return mado_reply_input_split (mado_cli_argument (cli, 0), &question.ticket, &question.draft, error)
         && mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error)
         && send_it (cli, "approve", &question, error);
}
