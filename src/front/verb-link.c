/* verb-link.c: link, merge, split: all of it is the keeper's; the command line only asks and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/tickets.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-incident.h"
#include "madoguchi/base/error.h"

#define WORD_MAX 4096

static void
view (GString *out, const MadoPacket *answer)
{
  mado_view_change (out, answer->body);
}

/* Asks for the tickets that the first argument names. @dict: the rest of the question. */
static gboolean
ask (MadoCli *cli, const char *verb, GVariantDict *dict, GError **error)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_dict_end (dict));
  g_auto (GStrv) tickets = NULL;

  if (!mado_member_check_text ("--if-version", cli->options.if_version, WORD_MAX, error)
      || (tickets = mado_tickets_read (cli, error)) == NULL)
    return FALSE;
  return mado_tickets_change (cli, tickets, verb, body, view, error);
}

gboolean
mado_verb_link (MadoCli *cli, GError **error)
{
  const char *other = mado_cli_argument (cli, 1);
  GVariantDict dict;

  if (!mado_member_check_text ("OTHER", other, WORD_MAX, error) || !mado_member_check_text ("--as", cli->options.as, WORD_MAX, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "other", "s", other);
  if (cli->options.as != NULL)
    g_variant_dict_insert (&dict, "as", "s", cli->options.as);
  g_variant_dict_insert (&dict, "remove", "b", cli->options.remove);
  return ask (cli, "link", &dict, error);
}

gboolean
mado_verb_merge (MadoCli *cli, GError **error)
{
  const char *into = mado_cli_argument (cli, 1);
  GVariantDict dict;

  if (!mado_member_check_text ("INTO", into, WORD_MAX, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "into", "s", into);
  return ask (cli, "merge", &dict, error);
}

gboolean
mado_verb_split (MadoCli *cli, GError **error)
{
  g_autoptr (GVariantBuilder) messages = g_variant_builder_new (G_VARIANT_TYPE ("ax"));
  GVariantDict dict;

  for (guint i = 1; i < cli->n_arguments; i++) {
    const char *text = mado_cli_argument (cli, i);
    guint64 message;
    if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &message, NULL)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "MESSAGE: %s is not a number; show TICKET has them", text);
      return FALSE;
    }
    g_variant_builder_add (messages, "x", (gint64) message);
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "messages", g_variant_builder_end (messages));
  return ask (cli, "split", &dict, error);
}
