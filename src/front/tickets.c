/* tickets.c: see tickets.h. Called by the verbs that change tickets; must never stop at one that fails when there are others. */
#include "madoguchi/front/tickets.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/words.h"

#include <string.h>
#include <unistd.h>

#define WORD_MAX 4096
#define TICKETS_MAX 10000
#define INPUT_MAX (1024 * 1024)

static char *
read_input (GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!mado_fsio_read_all (STDIN_FILENO, INPUT_MAX, &bytes, error))
    return NULL;
  return g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
}

gboolean
mado_tickets_check (const MadoCli *cli, char *const *tickets, GError **error)
{
  guint n = g_strv_length ((char **) tickets);

  if (n == 0 || n > TICKETS_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, n == 0 ? "no ticket is named" : "more than %d tickets", TICKETS_MAX);
    return FALSE;
  }
  if (n > 1 && cli->options.if_version != NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--if-version: a version is that of one ticket");
    return FALSE;
  }
  for (guint i = 0; i < n; i++)
    if (!mado_member_check_text ("TICKET", tickets[i], WORD_MAX, error))
      return FALSE;
  return TRUE;
}

char **
mado_tickets_read (MadoCli *cli, GError **error)
{
  const char *argument = mado_cli_argument (cli, 0);
  g_autofree char *text = strcmp (argument, "-") == 0 ? read_input (error) : g_strdup (argument);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  if (text == NULL)
    return NULL;
  g_auto (GStrv) words = g_strsplit_set (text, ",\n", -1);
  for (char **word = words; *word != NULL; word++)
    if (*g_strstrip (*word) != '\0')
      g_ptr_array_add (list, g_strdup (*word));
  g_ptr_array_add (list, NULL);
  if (!mado_tickets_check (cli, (char *const *) list->pdata, error))
    return NULL;
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

static gboolean
ask (MadoCli *cli, const char *ticket, const char *verb, GVariant *body, MadoPacket *answer, GError **error)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, body);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  if (cli->options.if_version != NULL)
    g_variant_dict_insert (&dict, "if_version", "s", cli->options.if_version);
  return mado_member_ask (cli->conf, verb, g_variant_dict_end (&dict), -1, answer, error);
}

static gboolean
print (MadoCli *cli, const MadoPacket *answer, MadoTicketsView view, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  view (text, answer);
  return mado_cli_print (cli, text->str, error);
}

static gboolean
print_failure (MadoCli *cli, const char *ticket, const GError *problem, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantDict dict;

  cli->status = 1;
  if (cli->options.json) {
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "ticket", "s", ticket);
    g_variant_dict_insert (&dict, "error", "s", problem->message);
    g_variant_dict_insert (&dict, "status", "x", (gint64) mado_error_exit_status (problem));
    g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_dict_end (&dict));
    return mado_member_print_body (cli, body, error);
  }
  g_autofree char *word = mado_view_word (ticket);
  mado_view_ours (text, 0, _ ("%s  NOT DONE:"), word);
  mado_view_stranger (text, mado_view_columns (STDOUT_FILENO), NULL, problem->message);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_tickets_change (MadoCli *cli, char *const *tickets, const char *verb, GVariant *body, MadoTicketsView view, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  gboolean is_one = tickets[0] != NULL && tickets[1] == NULL;

  for (char *const *ticket = tickets; *ticket != NULL; ticket++) {
    g_auto (MadoPacket) answer = MADO_PACKET_INIT;
    g_autoptr (GError) problem = NULL;
    if (ask (cli, *ticket, verb, sunk, &answer, &problem)) {
      if (!print (cli, &answer, view, error))
        return FALSE;
    } else if (is_one || g_error_matches (problem, MADO_ERROR, MADO_ERROR_UNAVAILABLE)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    } else if (!print_failure (cli, *ticket, problem, error)) {
      return FALSE;
    }
  }
  return TRUE;
}
