/* audit-call.c: see audit-call.h. Must never take an argument into a line that audit-table.c does not name. */
#include "madoguchi/desk/audit-call.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

/* (transfer full, nullable) */
static char *
read_argument (GVariant *body, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (body, name, NULL);

  if (value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY)) {
    g_autofree const char **list = g_variant_get_strv (value, NULL);
    return g_strjoinv (",", (char **) list);
  }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("ax")))
    return g_variant_print (value, FALSE);
  return NULL;
}

static void
add_details (const MadoCall *call, MadoAuditRecord *record)
{
  const char *arguments;

  mado_audit_table_find (call->request.verb, &arguments);
  g_auto (GStrv) names = g_strsplit (arguments != NULL ? arguments : "", " ", -1);
  for (char **name = names; *name != NULL && call->request.body != NULL; name++) {
    g_autofree char *value = read_argument (call->request.body, *name);
    mado_audit_record_add (record, *name, value);
  }
  mado_audit_record_add (record, "token", call->token);
  mado_audit_record_add (record, "veiled", call->is_veiled ? "yes" : NULL);
  if (record->incident == 0 && call->request.body != NULL) /* not found, or not looked for yet */
    mado_audit_record_add (record, "ticket", mado_verbs_string (call, "ticket"));
}

MadoAuditRecord *
mado_audit_call_describe (const MadoCall *call, MadoAuditOutcome outcome)
{
  MadoAuditRecord *record = mado_audit_record_new ();
  gboolean is_known = mado_verbs_find (call->request.verb) != NULL;

  record->date = call->desk->now ();
  record->member = g_strdup (call->member);
  record->uid = call->uid;
  /* no stranger's text, and one line for all that strangers ask within a moment: anybody can make the page ask */
  record->word = g_strdup (call->is_stranger ? "session" : is_known ? call->request.verb : "unknown");
  record->incident = call->incident;
  record->outcome = outcome;
  if (is_known && !call->is_stranger)
    add_details (call, record);
  if (call->incident != 0 && !mado_store_load_version (call->desk->store, call->incident, &record->version, NULL))
    record->version = 0;
  return record;
}

gboolean
mado_audit_call_write (const MadoCall *call, MadoAuditOutcome outcome, GError **error)
{
  g_autoptr (MadoAuditRecord) record = mado_audit_call_describe (call, outcome);

  return mado_store_add_audit (call->desk->store, record, FALSE, error);
}
