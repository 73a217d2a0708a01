/* verb-restrict.c: restrict: narrows a ticket to named members, or ends that. The keeper decides; the command line only asks and
 * shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/words.h"

#include <string.h>

#define WORD_MAX 4096

static gboolean
print_restricted (MadoCli *cli, const MadoPacket *answer, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_restricted = FALSE, is_veiled = FALSE;
  const char *ticket = "-";

  if (cli->options.json)
    return mado_member_print_body (cli, answer->body, error);
  g_variant_lookup (answer->body, "ticket", "&s", &ticket);
  g_variant_lookup (answer->body, "restricted", "b", &is_restricted);
  g_variant_lookup (answer->body, "veiled", "b", &is_veiled);
  g_autofree char *word = mado_view_word (ticket);
  mado_view_ours (text, 0, "%s  %s%s", word, is_restricted ? _ ("restricted to named members") : _ ("not restricted"),
                  is_veiled ? _ ("; you are none of them") : "");
  return mado_cli_print (cli, text->str, error);
}

/* The logins of the one option that is given; NULL without @error: of none. */
static const char *
choose (const MadoCliOptions *o, const char **flag, GError **error)
{
  const struct {
    const char *flag, *list;
  } ways[] = { { "to", o->restrict_to }, { "add", o->add }, { "remove", o->remove_member }, { "lift", o->lift ? "" : NULL } };
  const char *list = NULL;

  *flag = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    if (ways[i].list == NULL)
      continue;
    if (*flag != NULL) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "--%s and --%s do not go together", *flag, ways[i].flag);
      return NULL;
    }
    *flag = ways[i].flag;
    list = ways[i].list;
  }
  return list;
}

gboolean
mado_verb_restrict (MadoCli *cli, GError **error)
{
  const MadoCliOptions *o = &cli->options;
  const char *ticket = mado_cli_argument (cli, 0), *flag;
  g_autoptr (GError) problem = NULL;
  const char *list = choose (o, &flag, &problem);
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  GVariantDict dict;

  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (!mado_member_check_text ("TICKET", ticket, WORD_MAX, error) || !mado_member_check_text ("LOGIN", list, WORD_MAX, error)
      || !mado_member_check_text ("--reason", o->reason, WORD_MAX, error)
      || !mado_member_check_text ("--if-version", o->if_version, WORD_MAX, error))
    return FALSE;
  g_autoptr (GVariant) body = g_variant_ref_sink (mado_member_body ("ticket", ticket, "if_version", o->if_version, o->reason != NULL ? "reason" : NULL, o->reason, NULL));
  g_variant_dict_init (&dict, body);
  if (list != NULL && *list != '\0') {
    g_auto (GStrv) names = g_strsplit (list, ",", -1);
    g_variant_dict_insert_value (&dict, "members", g_variant_new_strv ((const char *const *) names, -1));
  }
  if (flag != NULL && strcmp (flag, "to") != 0)
    g_variant_dict_insert (&dict, flag, "b", TRUE);
  return mado_member_ask (cli->conf, "restrict", g_variant_dict_end (&dict), -1, &answer, error)
         && print_restricted (cli, &answer, error);
}
