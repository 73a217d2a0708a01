/* verbs-vault.c: see verbs-vault.h. Must never answer with a secret. */
#include "madoguchi/desk/verbs-vault.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/renewal.h"

static void
answer_status (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoVaultStatus) status = mado_renewal_status (call->desk->renewal, &error);

  if (status == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_vault_status_to_variant (status), -1);
}

void
mado_verb_vault_status (MadoCall *call)
{
  answer_status (call);
}

static void
on_rewrapped (gpointer data, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    answer_status (data);
}

void
mado_verb_vault_rewrap (MadoCall *call)
{
  mado_log (MADO_LOG_INFO, NULL, "vault", "verb=rewrap member=%s", call->member);
  mado_renewal_rewrap (call->desk->renewal, FALSE, on_rewrapped, call);
}

void
mado_verb_vault_rotate (MadoCall *call)
{
  mado_log (MADO_LOG_INFO, NULL, "vault", "verb=rotate member=%s", call->member);
  mado_renewal_rewrap (call->desk->renewal, TRUE, on_rewrapped, call);
}
