/* result.c: see result.h. */
#include "madoguchi/pgp/result.h"

#include "madoguchi/pgp/engines.h"

MadoPgpResult *
mado_pgp_result_new (void)
{
  MadoPgpResult *result = g_new0 (MadoPgpResult, 1);

  result->encrypted_to = g_new0 (char *, 1);
  result->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_signature_free);
  result->problems = g_ptr_array_new_with_free_func (g_free);
  return result;
}

void
mado_pgp_result_free (MadoPgpResult *result)
{
  if (result == NULL)
    return;
  g_strfreev (result->encrypted_to);
  g_free (result->opened_by);
  g_ptr_array_unref (result->signatures);
  g_ptr_array_unref (result->problems);
  g_clear_pointer (&result->plaintext, g_bytes_unref);
  g_free (result);
}

void
mado_pgp_result_say (MadoPgpResult *result, const char *sentence)
{
  g_ptr_array_add (result->problems, g_strdup (sentence));
}

gboolean
mado_pgp_result_settle (MadoPgpResult *result, MadoOutcome outcome, const char *sentence)
{
  result->outcome = outcome;
  mado_pgp_result_say (result, sentence);
  return TRUE;
}

gboolean
mado_pgp_result_end (MadoPgpResult *result, gboolean is_over)
{
  gboolean ran_out = mado_engines_end ();

  result->is_spent |= is_over || ran_out;
  if (!ran_out || is_over)
    return FALSE;
  result->outcome = MADO_OUTCOME_LIMIT;
  mado_pgp_result_say (result, "Opening this took more processor time than it may.");
  return TRUE;
}
