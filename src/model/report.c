/* report.c: the fields of a report, in the order of the contract. */
#include "madoguchi/model/report.h"

const char *const mado_encryption_names[] = { "none", "partial", "whole", NULL };
const char *const mado_signature_status_names[] = { "none",       "partial",     "good",
                                                    "good-untrusted", "bad",     "expired-signature",
                                                    "expired-key",    "revoked-key", "unknown-key",
                                                    "unsupported",    NULL };
const char *const mado_outcome_names[] = { "ok",      "no-secret-key", "bad-passphrase", "no-integrity",
                                           "corrupt", "unsupported",   "limit",          "error", NULL };
const char *const mado_validity_names[] = { "unknown", "never", "marginal", "full", "ultimate", NULL };

static const char *const protocol_names[] = { "openpgp", "smime", NULL };
static const char *const form_names[] = { "pgp-mime", "inline", "attachment", "mangled", "opaque", NULL };
static const char *const operation_names[] = { "decrypt", "verify", "decrypt+verify", NULL };
static const char *const integrity_names[] = { "", "mdc", "aead", "none", NULL };
static const char *const covers_names[] = { "whole", "part", NULL };

#define RECORD_TYPE(prefix, Type, label) \
  const MadoRecordType prefix##_type = { label, NULL, sizeof (Type), prefix##_fields }

#define FIELDS_MAX 2000 /* names and values */

static const MadoField mado_mailbox_fields[] = {
  MADO_STRING (MadoMailbox, name),
  MADO_STRING (MadoMailbox, address),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_mailbox, MadoMailbox, "mailbox");

static const MadoField mado_signature_fields[] = {
  MADO_ENUM (MadoSignature, status, mado_signature_status_names),
  MADO_STRING (MadoSignature, fingerprint),
  MADO_STRING (MadoSignature, subkey),
  MADO_TIME (MadoSignature, created),
  MADO_STRING (MadoSignature, hash),
  MADO_TIME (MadoSignature, expires),
  MADO_STRV (MadoSignature, user_ids),
  { "certificates", MADO_FIELD_STRING, offsetof (MadoSignature, certificates), .max = MADO_KEY_BLOCK_MAX, .is_internal = TRUE },
  MADO_STRING (MadoSignature, vouched_by),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_signature, MadoSignature, "signature");

static const MadoField mado_used_key_fields[] = {
  MADO_STRING (MadoUsedKey, fingerprint),
  MADO_STRING (MadoUsedKey, subkey),
  MADO_STRING (MadoUsedKey, kind),
  { "expired", MADO_FIELD_BOOL, offsetof (MadoUsedKey, is_expired) },
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoUsedKey, is_revoked) },
  MADO_STRING (MadoUsedKey, newer),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_used_key, MadoUsedKey, "used-key");

static const MadoField mado_layer_fields[] = {
  MADO_STRING (MadoLayer, part),
  MADO_ENUM (MadoLayer, protocol, protocol_names),
  MADO_ENUM (MadoLayer, form, form_names),
  MADO_ENUM (MadoLayer, operation, operation_names),
  MADO_ENUM (MadoLayer, outcome, mado_outcome_names),
  MADO_ENUM (MadoLayer, integrity, integrity_names),
  MADO_STRV (MadoLayer, encrypted_to),
  MADO_ENUM (MadoLayer, covers, covers_names),
  MADO_LIST (MadoLayer, signatures, mado_signature_type, 1000),
  MADO_RECORD (MadoLayer, used_key, mado_used_key_type),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_layer, MadoLayer, "layer");

static const MadoField mado_signer_fields[] = {
  MADO_STRING (MadoSigner, fingerprint),
  MADO_STRV (MadoSigner, user_ids),
  MADO_ENUM (MadoSigner, validity, mado_validity_names),
  MADO_BOOL (MadoSigner, matches_from),
  MADO_STRING (MadoSigner, vouched_by),
  MADO_STRV (MadoSigner, successor_of),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_signer, MadoSigner, "signer");

static const MadoField mado_undecryptable_fields[] = {
  MADO_STRING (MadoUndecryptable, reason),
  MADO_STRV (MadoUndecryptable, encrypted_to),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_undecryptable, MadoUndecryptable, "undecryptable");

static const MadoField mado_part_fields[] = {
  MADO_STRING (MadoPart, path),
  MADO_STRING (MadoPart, type),
  MADO_STRING (MadoPart, filename),
  MADO_INT (MadoPart, size),
  MADO_STRING (MadoPart, sha256),
  MADO_BOOL (MadoPart, decrypted),
  { "signed", MADO_FIELD_BOOL, offsetof (MadoPart, is_signed) },
  MADO_STRV (MadoPart, flags),
  MADO_STRING (MadoPart, detected_type),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_part, MadoPart, "part");

static const MadoField mado_offered_key_fields[] = {
  MADO_STRING (MadoOfferedKey, fingerprint),
  MADO_STRING (MadoOfferedKey, source),
  MADO_STRV (MadoOfferedKey, user_ids),
  MADO_STRING (MadoOfferedKey, vouched_by),
  MADO_STRING (MadoOfferedKey, address),
  MADO_BOOL (MadoOfferedKey, gossip),
  { "block", MADO_FIELD_STRING, offsetof (MadoOfferedKey, block), .max = MADO_KEY_BLOCK_MAX, .is_internal = TRUE },
  MADO_ENUM (MadoOfferedKey, protocol, protocol_names),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_offered_key, MadoOfferedKey, "offered-key");

static const MadoField mado_report_record_fields[] = {
  MADO_STRING (MadoReportRecord, format),
  MADO_STRING (MadoReportRecord, version),
  MADO_STRING (MadoReportRecord, part),
  { "signed", MADO_FIELD_BOOL, offsetof (MadoReportRecord, is_signed) },
  { "evidence", MADO_FIELD_BOOL, offsetof (MadoReportRecord, is_evidence) },
  MADO_STRING (MadoReportRecord, id),
  MADO_STRING (MadoReportRecord, type),
  MADO_STRING (MadoReportRecord, category),
  MADO_RECORD (MadoReportRecord, reporter, mado_mailbox_type),
  MADO_STRING (MadoReportRecord, organization),
  MADO_TIME (MadoReportRecord, reported),
  MADO_TIME (MadoReportRecord, detected),
  MADO_TIME (MadoReportRecord, started),
  MADO_TIME (MadoReportRecord, ended),
  MADO_STRV (MadoReportRecord, sources),
  MADO_STRV (MadoReportRecord, targets),
  MADO_STRING (MadoReportRecord, title),
  MADO_STRING_MAX (MadoReportRecord, description, 65536),
  MADO_STRING (MadoReportRecord, request),
  MADO_STRING (MadoReportRecord, tlp),
  MADO_STRV (MadoReportRecord, references),
  { "fields", MADO_FIELD_MAP, offsetof (MadoReportRecord, fields), .max_items = FIELDS_MAX },
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_report_record, MadoReportRecord, "record");

static const MadoField mado_report_body_fields[] = {
  MADO_STRING (MadoReportBody, kind),
  { "fields", MADO_FIELD_MAP, offsetof (MadoReportBody, fields), .max_items = FIELDS_MAX },
  MADO_LIST (MadoReportBody, records, mado_report_record_type, 1000),
  MADO_STRING (MadoReportBody, category),
  MADO_STRING (MadoReportBody, tlp),
  MADO_STRING (MadoReportBody, pap),
  MADO_STRV (MadoReportBody, external_ids),
  { "outer_ids", MADO_FIELD_STRV, offsetof (MadoReportBody, outer_ids), .is_internal = TRUE },
  { "thread_ids", MADO_FIELD_STRV, offsetof (MadoReportBody, thread_ids), .is_internal = TRUE },
  { "forms", MADO_FIELD_LIST, offsetof (MadoReportBody, forms), .max_items = 1000, .type = &mado_form_fit_type, .is_internal = TRUE },
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_report_body, MadoReportBody, "body");

static const MadoField mado_auth_result_fields[] = {
  MADO_STRING (MadoAuthResult, method),
  MADO_STRING (MadoAuthResult, result),
  MADO_STRING (MadoAuthResult, domain),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_auth_result, MadoAuthResult, "auth-result");

static const MadoField mado_header_facts_fields[] = {
  MADO_STRV (MadoHeaderFacts, in_reply_to),
  MADO_STRV (MadoHeaderFacts, references),
  MADO_STRING (MadoHeaderFacts, auto_submitted),
  MADO_STRING (MadoHeaderFacts, precedence),
  MADO_BOOL (MadoHeaderFacts, is_list),
  MADO_STRV (MadoHeaderFacts, list_ids),
  MADO_LIST (MadoHeaderFacts, auth_results, mado_auth_result_type, 100),
  MADO_BOOL (MadoHeaderFacts, suppress_auto_response),
  MADO_BOOL (MadoHeaderFacts, is_delivery_report),
  MADO_BOOL (MadoHeaderFacts, is_receipt),
  MADO_STRV (MadoHeaderFacts, reported_ids),
  MADO_STRING (MadoHeaderFacts, reply_to),
  MADO_INT (MadoHeaderFacts, from_count),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_header_facts, MadoHeaderFacts, "headers");

static const MadoField mado_indicator_fields[] = {
  MADO_STRING (MadoIndicator, type),
  MADO_STRING (MadoIndicator, value),
  MADO_STRING (MadoIndicator, as_written),
  MADO_STRING (MadoIndicator, part),
  MADO_INT (MadoIndicator, offset),
  { "signed", MADO_FIELD_BOOL, offsetof (MadoIndicator, is_signed) },
  MADO_STRING (MadoIndicator, role),
  MADO_STRV (MadoIndicator, flags),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_indicator, MadoIndicator, "indicator");

static const MadoField mado_header_difference_fields[] = {
  MADO_STRING (MadoHeaderDifference, name),
  MADO_STRING (MadoHeaderDifference, outer),
  MADO_STRING (MadoHeaderDifference, protected),
  MADO_BOOL (MadoHeaderDifference, intended),
  MADO_FIELDS_END,
};
RECORD_TYPE (mado_header_difference, MadoHeaderDifference, "header-difference");

static const MadoField mado_report_fields[] = {
  MADO_STRING (MadoReport, message_id),
  MADO_TIME (MadoReport, date),
  MADO_RECORD (MadoReport, from, mado_mailbox_type),
  MADO_STRV (MadoReport, to),
  MADO_STRING_MAX (MadoReport, subject, 65536),
  MADO_STRING (MadoReport, subject_source),
  MADO_STRING_MAX (MadoReport, outer_subject, 65536),
  MADO_STRING (MadoReport, language),
  MADO_ENUM (MadoReport, encryption, mado_encryption_names),
  MADO_ENUM (MadoReport, signature, mado_signature_status_names),
  MADO_RECORD (MadoReport, signer, mado_signer_type),
  MADO_RECORD (MadoReport, undecryptable, mado_undecryptable_type),
  MADO_LIST (MadoReport, layers, mado_layer_type, 1000),
  MADO_STRING_MAX (MadoReport, text, MADO_REPORT_TEXT_MAX),
  MADO_STRING (MadoReport, text_charset),
  MADO_BOOL (MadoReport, text_truncated),
  MADO_LIST (MadoReport, parts, mado_part_type, 100000),
  MADO_LIST (MadoReport, keys_offered, mado_offered_key_type, 100),
  MADO_RECORD (MadoReport, report, mado_report_body_type),
  MADO_LIST (MadoReport, indicators, mado_indicator_type, 100000),
  MADO_STRV (MadoReport, problems),
  MADO_RECORD (MadoReport, headers, mado_header_facts_type),
  MADO_LIST (MadoReport, header_differences, mado_header_difference_type, 100),
  MADO_RECORD (MadoReport, outdated_key, mado_used_key_type),
  MADO_RECORD (MadoReport, door, mado_door_mark_type),
  MADO_STRING (MadoReport, content_sha256),
  MADO_FIELDS_END,
};
const MadoRecordType mado_report_type = { "report", "madoguchi.open/1", sizeof (MadoReport), mado_report_fields };
