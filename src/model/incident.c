/* incident.c: the fields of what members see, in the order of the contract. */
#include "madoguchi/model/incident.h"

static const MadoField counts_fields[] = {
  MADO_INT (MadoCounts, messages),
  MADO_INT (MadoCounts, indicators),
  MADO_INT (MadoCounts, parts),
  MADO_INT (MadoCounts, key_warnings),
  MADO_FIELDS_END,
};
const MadoRecordType mado_counts_type = { "counts", NULL, sizeof (MadoCounts), counts_fields };

static const MadoField warning_fields[] = {
  MADO_STRING (MadoKeyWarning, kind),
  MADO_STRING (MadoKeyWarning, address),
  MADO_STRING (MadoKeyWarning, known),
  MADO_TIME (MadoKeyWarning, since),
  MADO_STRING (MadoKeyWarning, seen),
  MADO_STRING (MadoKeyWarning, offered),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_warning_type = { "key-warning", NULL, sizeof (MadoKeyWarning), warning_fields };

static const MadoField entry_fields[] = {
  MADO_INT (MadoEntry, id),
  MADO_STRING (MadoEntry, queue_id),
  MADO_STRING (MadoEntry, direction),
  MADO_TIME (MadoEntry, date),
  MADO_STRING (MadoEntry, from),
  MADO_STRING_MAX (MadoEntry, to, 65536),
  MADO_STRING (MadoEntry, message_id),
  MADO_RECORD (MadoEntry, report, mado_report_type),
  MADO_STRING_MAX (MadoEntry, text, MADO_REPORT_TEXT_MAX),
  MADO_LIST (MadoEntry, event, mado_event_type, 64),
  MADO_STRING (MadoEntry, delivery),
  MADO_RECORD (MadoEntry, key_warning, mado_key_warning_type),
  MADO_STRING (MadoEntry, author),
  MADO_STRING_MAX (MadoEntry, subject, 65536),
  MADO_LIST (MadoEntry, files, mado_reply_file_type, 50),
  MADO_STRING (MadoEntry, encrypted_to),
  MADO_STRV (MadoEntry, encrypted_to_others),
  MADO_STRING (MadoEntry, key_source),
  MADO_LIST (MadoEntry, keys_considered, mado_key_candidate_type, 100),
  MADO_FIELDS_END,
};
const MadoRecordType mado_entry_type = { "entry", NULL, sizeof (MadoEntry), entry_fields };

static const MadoField shared_fields[] = {
  MADO_STRING (MadoShared, type),
  MADO_STRING (MadoShared, value),
  MADO_FIELDS_END,
};
const MadoRecordType mado_shared_type = { "shared", NULL, sizeof (MadoShared), shared_fields };

static const MadoField relation_fields[] = {
  MADO_STRING (MadoRelation, ticket),
  MADO_STRING (MadoRelation, number),
  MADO_STRING (MadoRelation, state),
  MADO_TIME (MadoRelation, updated),
  MADO_INT (MadoRelation, shared),
  MADO_LIST (MadoRelation, indicators, mado_shared_type, 100),
  MADO_FIELDS_END,
};
const MadoRecordType mado_relation_type = { "relation", NULL, sizeof (MadoRelation), relation_fields };

static const MadoField named_fields[] = {
  MADO_STRING (MadoNamed, login),
  MADO_STRING (MadoNamed, by),
  MADO_TIME (MadoNamed, since),
  MADO_FIELDS_END,
};
const MadoRecordType mado_named_type = { "named", NULL, sizeof (MadoNamed), named_fields };

static const MadoField link_fields[] = {
  MADO_STRING (MadoLink, ticket),
  MADO_STRING (MadoLink, number),
  MADO_STRING (MadoLink, kind),
  MADO_STRING (MadoLink, state),
  MADO_FIELDS_END,
};
const MadoRecordType mado_link_type = { "link", NULL, sizeof (MadoLink), link_fields };

#define SUMMARY_FIELDS                                                                                      \
  MADO_STRING (MadoIncident, ticket), MADO_STRING (MadoIncident, number), MADO_TIME (MadoIncident, created), \
      MADO_TIME (MadoIncident, updated), MADO_STRING (MadoIncident, state), MADO_STRING (MadoIncident, owner), \
      MADO_STRING (MadoIncident, priority), MADO_STRING (MadoIncident, category), MADO_STRING (MadoIncident, tlp), \
      MADO_STRING_MAX (MadoIncident, subject, 65536), MADO_STRING (MadoIncident, reporter),                 \
      MADO_STRING (MadoIncident, language), MADO_ENUM (MadoIncident, encryption, mado_encryption_names),    \
      MADO_ENUM (MadoIncident, signature, mado_signature_status_names),                                     \
      MADO_RECORD (MadoIncident, counts, mado_counts_type), MADO_STRV (MadoIncident, external_ids),          \
      MADO_STRING (MadoIncident, pap), MADO_MAP (MadoIncident, category_names), MADO_STRV (MadoIncident, tags),  \
      MADO_STRV (MadoIncident, constituencies), MADO_INT (MadoIncident, version),     \
      MADO_BOOL (MadoIncident, restricted), MADO_BOOL (MadoIncident, veiled), \
      MADO_INT (MadoIncident, unread), MADO_TIME (MadoIncident, due), MADO_STRING (MadoIncident, due_step), \
      MADO_STRING (MadoIncident, due_by), MADO_BOOL (MadoIncident, overdue), MADO_TIME (MadoIncident, escalated), \
      MADO_BOOL (MadoIncident, damaged), MADO_STRING (MadoIncident, parent), MADO_STRING (MadoIncident, merged_into), \
      MADO_TIME (MadoIncident, erased), MADO_STRING (MadoIncident, erased_by), MADO_TIME (MadoIncident, hold), \
      MADO_STRING (MadoIncident, hold_by), MADO_STRING (MadoIncident, hold_reason)

static const MadoField summary_fields[] = { SUMMARY_FIELDS, MADO_FIELDS_END };
const MadoRecordType mado_summary_type = { "summary", "madoguchi.incident/1", sizeof (MadoIncident), summary_fields };

static const MadoField veil_fields[] = {
  MADO_STRING (MadoIncident, ticket),
  MADO_STRING (MadoIncident, number),
  MADO_TIME (MadoIncident, created),
  MADO_TIME (MadoIncident, updated),
  MADO_STRING (MadoIncident, state),
  MADO_BOOL (MadoIncident, restricted),
  MADO_BOOL (MadoIncident, veiled),
  MADO_FIELDS_END,
};
const MadoRecordType mado_veil_type = { "incident", "madoguchi.incident/1", sizeof (MadoIncident), veil_fields };

MadoIncident *
mado_incident_veil (const MadoIncident *incident)
{
  MadoIncident *veil = mado_incident_new ();

  veil->ticket = g_strdup (incident->ticket);
  veil->number = g_strdup (incident->number);
  veil->created = incident->created;
  veil->updated = incident->updated;
  veil->state = g_strdup (incident->state);
  veil->restricted = veil->veiled = TRUE;
  return veil;
}

static const MadoField incident_fields[] = { SUMMARY_FIELDS, MADO_STRING_MAX (MadoIncident, restricted_reason, 65536),
                                             MADO_LIST (MadoIncident, restricted_to, mado_named_type, 1000),
                                             MADO_LIST (MadoIncident, relations, mado_relation_type, 1000),
                                             MADO_STRV (MadoIncident, links),
                                             MADO_LIST (MadoIncident, linked, mado_link_type, 1000),
                                             MADO_STRV (MadoIncident, merged),
                                             MADO_STRING (MadoIncident, asked_for),
                                             MADO_LIST (MadoIncident, drafts, mado_draft_type, 100),
                                             MADO_LIST (MadoIncident, thread, mado_entry_type, 100000),
                                             MADO_FIELDS_END };
const MadoRecordType mado_incident_type = { "incident", "madoguchi.incident/1", sizeof (MadoIncident), incident_fields };

static const MadoField held_fields[] = {
  MADO_STRING (MadoHeld, queue_id),
  MADO_TIME (MadoHeld, received),
  MADO_STRING (MadoHeld, reason),
  MADO_STRING (MadoHeld, ticket),
  MADO_STRING (MadoHeld, from),
  MADO_STRING_MAX (MadoHeld, subject, 65536),
  MADO_INT (MadoHeld, attempts),
  MADO_INT (MadoHeld, size),
  MADO_BOOL (MadoHeld, restricted),
  MADO_FIELDS_END,
};
const MadoRecordType mado_held_type = { "held", "madoguchi.held/1", sizeof (MadoHeld), held_fields };

static const MadoField states_fields[] = {
  MADO_INT (MadoAccountStates, ticket),     MADO_INT (MadoAccountStates, joined),
  MADO_INT (MadoAccountStates, bounce),     MADO_INT (MadoAccountStates, auto_reply),
  MADO_INT (MadoAccountStates, duplicate),  MADO_INT (MadoAccountStates, held),
  MADO_INT (MadoAccountStates, dropped_by_member), MADO_INT (MadoAccountStates, pending),
  MADO_INT (MadoAccountStates, feed),
  MADO_FIELDS_END,
};
const MadoRecordType mado_account_states_type = { "states", NULL, sizeof (MadoAccountStates), states_fields };

static const MadoField account_fields[] = {
  MADO_INT (MadoAccount, accepted),
  MADO_RECORD (MadoAccount, states, mado_account_states_type),
  MADO_BOOL (MadoAccount, balanced),
  MADO_STRV (MadoAccount, notices),
  MADO_FIELDS_END,
};
const MadoRecordType mado_account_type = { "account", "madoguchi.account/1", sizeof (MadoAccount), account_fields };
