/* key.c: the fields of a key and of the key table. */
#include "madoguchi/model/key.h"

static const MadoField user_fields[] = {
  MADO_STRING (MadoKeyUser, user_id),
  MADO_STRING (MadoKeyUser, address),
  MADO_ENUM (MadoKeyUser, validity, mado_validity_names),
  MADO_STRING (MadoKeyUser, vouched_by),
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoKeyUser, is_revoked) },
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_user_type = { "key-user", NULL, sizeof (MadoKeyUser), user_fields };

static const MadoField statement_fields[] = {
  MADO_STRING (MadoKeyStatement, kind),
  MADO_STRING (MadoKeyStatement, subject),
  MADO_TIME (MadoKeyStatement, made),
  MADO_STRING (MadoKeyStatement, by),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_statement_type = { "key-statement", NULL, sizeof (MadoKeyStatement), statement_fields };

static const MadoField key_fields[] = {
  MADO_STRING (MadoKey, fingerprint),
  MADO_STRV (MadoKey, subkeys),
  MADO_TIME (MadoKey, created),
  MADO_TIME (MadoKey, expires),
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoKey, is_revoked) },
  { "expired", MADO_FIELD_BOOL, offsetof (MadoKey, is_expired) },
  { "disabled", MADO_FIELD_BOOL, offsetof (MadoKey, is_disabled) },
  { "secret", MADO_FIELD_BOOL, offsetof (MadoKey, has_secret) },
  MADO_BOOL (MadoKey, can_encrypt),
  MADO_BOOL (MadoKey, can_sign),
  MADO_TIME (MadoKey, encrypts_until),
  MADO_STRING (MadoKey, algorithm),
  { "user_ids", MADO_FIELD_LIST, offsetof (MadoKey, users), .max_items = 1000, .type = &mado_key_user_type },
  MADO_STRV (MadoKey, pinned),
  { "distrusted", MADO_FIELD_BOOL, offsetof (MadoKey, is_distrusted) },
  MADO_LIST (MadoKey, statements, mado_key_statement_type, 10000),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_type = { "key", "madoguchi.key/1", sizeof (MadoKey), key_fields };

static const MadoField table_fields[] = {
  MADO_INT (MadoKeyTable, format),
  MADO_TIME (MadoKeyTable, made),
  MADO_TIME (MadoKeyTable, until),
  MADO_STRING (MadoKeyTable, trust_model),
  { "distrusted", MADO_FIELD_STRV, offsetof (MadoKeyTable, distrusted), .max_items = 100000 },
  MADO_LIST (MadoKeyTable, keys, mado_key_type, 1000000),
  MADO_STRV (MadoKeyTable, own_named),
  MADO_LIST (MadoKeyTable, own, mado_own_key_type, 2000),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_table_type = { "key-table", NULL, sizeof (MadoKeyTable), table_fields };

static const MadoField known_fields[] = {
  MADO_STRING (MadoKnownKey, address),
  MADO_STRING (MadoKnownKey, protocol),
  MADO_STRING (MadoKnownKey, fingerprint),
  MADO_STRING (MadoKnownKey, vouched_by),
  MADO_TIME (MadoKnownKey, first_seen),
  MADO_TIME (MadoKnownKey, last_seen),
  MADO_FIELDS_END,
};
const MadoRecordType mado_known_key_type = { "known-key", "madoguchi.known-key/1", sizeof (MadoKnownKey), known_fields };

static const MadoField found_fields[] = {
  MADO_STRING (MadoFoundKey, address),
  MADO_STRING (MadoFoundKey, source),
  MADO_STRING (MadoFoundKey, fingerprint),
  MADO_STRING (MadoFoundKey, outcome),
  MADO_TIME (MadoFoundKey, was_expires),
  MADO_TIME (MadoFoundKey, expires),
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoFoundKey, is_revoked) },
  { "expired", MADO_FIELD_BOOL, offsetof (MadoFoundKey, is_expired) },
  MADO_BOOL (MadoFoundKey, can_encrypt),
  MADO_STRING (MadoFoundKey, reason),
  MADO_STRING (MadoFoundKey, warning),
  MADO_FIELDS_END,
};
const MadoRecordType mado_found_key_type = { "found-key", "madoguchi.refresh/1", sizeof (MadoFoundKey), found_fields };
static const MadoField candidate_fields[] = {
  MADO_STRING (MadoKeyCandidate, source),
  MADO_STRING (MadoKeyCandidate, protocol),
  MADO_STRING (MadoKeyCandidate, fingerprint),
  { "block", MADO_FIELD_STRING, offsetof (MadoKeyCandidate, block), .max = MADO_KEY_BLOCK_MAX, .is_internal = TRUE },
  { "refused", MADO_FIELD_STRING, offsetof (MadoKeyCandidate, refused), .is_internal = TRUE },
  { "present", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_present) },
  { "own", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_own) },
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_revoked) },
  { "expired", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_expired) },
  { "disabled", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_disabled) },
  { "distrusted", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_distrusted) },
  MADO_BOOL (MadoKeyCandidate, can_encrypt),
  MADO_TIME (MadoKeyCandidate, encrypts_until),
  MADO_BOOL (MadoKeyCandidate, names_address),
  { "name_revoked", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_name_revoked) },
  { "displaced", MADO_FIELD_BOOL, offsetof (MadoKeyCandidate, is_displaced) },
  MADO_STRING (MadoKeyCandidate, reason),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_candidate_type = { "key-candidate", NULL, sizeof (MadoKeyCandidate), candidate_fields };
