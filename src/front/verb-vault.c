/* verb-vault.c: `vault`: the keys of the store. All of it is the keeper's; the command line asks and shows. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/vault-status.h"
#include "madoguchi/base/words.h"

#include <inttypes.h>
#include <string.h>

static void
view_files (GString *out, const MadoVaultStatus *status)
{
  if (status->files_left < 0)
    mado_view_ours (out, 0, _ ("being sealed anew: %" PRId64 " values left; archived mails were not counted yet"), status->values_left);
  else
    mado_view_ours (out, 0, _ ("being sealed anew: %" PRId64 " values and %" PRId64 " archived mails left"), status->values_left,
                    status->files_left);
}

static void
view_status (GString *out, const MadoVaultStatus *status)
{
  g_autofree char *keys = g_strjoinv (", ", status->keys);
  g_autofree char *shown = mado_view_word (keys), *path = mado_view_word (status->path), *signer = mado_view_word (status->signer),
                  *team = mado_view_word (status->team_key);

  mado_view_ours (out, 0, "%s", path);
  mado_view_ours (out, 0, _ ("can be opened by %s; signed by %s"), shown, signer);
  if (!status->is_current)
    mado_view_ours (out, 0, _ ("NOT wrapped and signed by the present team key %s: madoguchi vault rewrap"), team);
  mado_view_ours (out, 0, _ ("data key %" PRId64 " seals%s"), status->data_key,
                  status->data_keys > 1 ? "; former ones are still needed" : "");
  if (status->is_renewing)
    view_files (out, status);
  if (status->failed > 0)
    mado_view_ours (out, 0, _ ("%" PRId64 " values or mails do not open (see the keeper's log)"), status->failed);
}

gboolean
mado_verb_vault (MadoCli *cli, GError **error)
{
  const char *word = cli->n_arguments > 0 ? cli->options.arguments[0] : "status";
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (MadoVaultStatus) status = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *verb = g_strconcat ("vault-", word, NULL);

  if (strcmp (word, "status") != 0 && strcmp (word, "rewrap") != 0 && strcmp (word, "rotate") != 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "usage: madoguchi vault [status|rewrap|rotate]");
    return FALSE;
  }
  if (!mado_member_ask (cli->conf, verb, NULL, -1, &answer, error))
    return FALSE;
  status = mado_vault_status_from_variant (answer.body, error);
  if (status == NULL)
    return FALSE;
  if (cli->options.json)
    return mado_member_print_json (cli, &mado_vault_status_type, status, error);
  view_status (text, status);
  return mado_cli_print (cli, text->str, error);
}
