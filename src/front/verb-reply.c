/* verb-reply.c: reply. What may be sent, and to whom, the keeper says; the command line reads the text and shows what will
 * happen. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-reply.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/reply-wish.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096

/* (transfer full) what file @path ("-" or NULL: standard input) says. */
static char *
read_text (const char *path, GError **error)
{
  gboolean is_input = path == NULL || strcmp (path, "-") == 0;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  int fd = is_input ? STDIN_FILENO : mado_member_open_file (path, error);
  gboolean ok;

  if (fd < 0)
    return NULL;
  ok = mado_fsio_read_all (fd, MADO_REPLY_TEXT_MAX, &bytes, error);
  if (!is_input)
    close (fd);
  if (!ok)
    return NULL;
  gsize size = g_bytes_get_size (bytes);
  text = size > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), size) : g_strdup ("");
  if (strlen (text) != size || !g_utf8_validate (text, (gssize) size, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: the text must be UTF-8", is_input ? "standard input" : path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

/* (transfer full) what the command line wants to send. */
static MadoReplyWish *
read_wish (MadoCli *cli, GError **error)
{
  const MadoCliOptions *options = &cli->options;
  g_autoptr (MadoReplyWish) wish = mado_reply_wish_new ();

  if (!mado_member_check_text ("--subject", options->subject, 1000, error))
    return NULL;
  for (char **address = options->recipients; address != NULL && *address != NULL; address++)
    if (!mado_member_check_text ("--to", *address, 320, error))
      return NULL;
  wish->text = read_text (options->file, error);
  if (wish->text == NULL)
    return NULL;
  wish->subject = g_strdup (options->subject);
  if (options->recipients != NULL) {
    g_strfreev (wish->to);
    wish->to = g_strdupv (options->recipients);
  }
  wish->plain_ok = options->plain_ok;
  wish->waiting = options->waiting;
  return g_steal_pointer (&wish);
}

/* (transfer floating) the question: @wish about @ticket. */
static GVariant *
make_question (MadoCli *cli, const MadoReplyWish *wish, const char *ticket)
{
  g_autoptr (GVariant) record = g_variant_ref_sink (mado_reply_wish_to_variant (wish));
  GVariantDict dict;

  g_variant_dict_init (&dict, record);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  if (cli->options.if_version != NULL)
    g_variant_dict_insert (&dict, "if_version", "s", cli->options.if_version);
  return g_variant_dict_end (&dict);
}

/* Asks what would happen, and shows it on @fd's terminal, or as JSON. */
static gboolean
preview (MadoCli *cli, const MadoReplyWish *wish, const char *ticket, gboolean *may_be_sent, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!mado_member_ask (cli->conf, "reply-preview", make_question (cli, wish, ticket), -1, &answer, error))
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
confirm (MadoCli *cli, const MadoReplyWish *wish, const char *ticket, GError **error)
{
  gboolean may_be_sent;
  char line[16];

  if (cli->options.json || !isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO) || g_strcmp0 (cli->options.file, "-") == 0
      || cli->options.file == NULL)
    return TRUE;
  if (!preview (cli, wish, ticket, &may_be_sent, error))
    return FALSE;
  if (!may_be_sent)
    return TRUE; /* the keeper says it in its own words */
  if (!mado_cli_print (cli, "\nSend it? [y/N] ", error))
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
  const char *ticket = "-", *state = "-";

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_variant_lookup (answer->body, "state", "&s", &state);
  g_autofree char *ticket_word = mado_view_word (ticket);
  g_autofree char *state_word = mado_view_word (state);
  if (g_variant_lookup (answer->body, "recipients", "^as", &recipients) && g_variant_lookup (answer->body, "encrypted_to", "^as", &keys))
    for (guint i = 0; recipients[i] != NULL && i < g_strv_length (keys); i++) {
      g_autofree char *key = mado_view_word (*keys[i] != '\0' ? keys[i] : NULL);
      mado_view_ours (text, 0, "%s  on its way, signed, %s%s", ticket_word, *keys[i] != '\0' ? "encrypted to " : "NOT encrypted",
                      *keys[i] != '\0' ? key : "");
      mado_view_stranger (text, mado_view_columns (STDOUT_FILENO), "To: ", recipients[i]);
    }
  mado_view_ours (text, 0, "%s  state %s", ticket_word, state_word);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_reply (MadoCli *cli, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  const char *ticket = mado_cli_argument (cli, 0);
  g_autoptr (MadoReplyWish) wish = NULL;
  gboolean may_be_sent = TRUE;

  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error)
      || !mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error))
    return FALSE;
  wish = read_wish (cli, error);
  if (wish == NULL)
    return FALSE;
  if (cli->options.preview) {
    if (!preview (cli, wish, ticket, &may_be_sent, error))
      return FALSE;
    cli->status = may_be_sent ? 0 : 1;
    return TRUE;
  }
  return confirm (cli, wish, ticket, error)
         && mado_member_ask (cli->conf, "reply", make_question (cli, wish, ticket), -1, &answer, error)
         && print_sent (cli, &answer, error);
}
