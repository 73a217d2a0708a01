/* store-schema.c: the tables, step by step. See store-schema.h. Called when a store is opened; must never lose a row. */
#include "madoguchi/desk/store-schema.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/base/error.h"

#include <string.h>

/* A step by itself: what earlier steps left in free pages and in the log is gone when it is done. */
#define CLEAN "VACUUM"

/* A column of text becomes one of sealed values: made, filled by the step itself, and the old one dropped. */
#define SEALED(table, column) \
  "ALTER TABLE " table " RENAME COLUMN " column " TO old_" column "; ALTER TABLE " table " ADD COLUMN " column " BLOB;"
#define DROPPED(table, column) "ALTER TABLE " table " DROP COLUMN old_" column ";"

/* Row N turns schema N into N + 1. A row that was released is never changed. */
static const char *const migrations[] = {
  "CREATE TABLE counter (year INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;"
  "CREATE TABLE incident (id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL UNIQUE,"
  "  token TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, updated INTEGER NOT NULL, state TEXT NOT NULL,"
  "  owner TEXT, priority TEXT, category TEXT, tlp TEXT, subject TEXT, reporter TEXT, language TEXT,"
  "  encryption INTEGER NOT NULL, signature INTEGER NOT NULL, external_ids TEXT) STRICT;"
  "CREATE INDEX incident_updated ON incident (updated, id);"
  "CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, queue_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,"
  "  attempts INTEGER NOT NULL, crashes INTEGER NOT NULL, received INTEGER NOT NULL, settled INTEGER,"
  "  size INTEGER NOT NULL, sha256 TEXT, envelope BLOB NOT NULL, message_id TEXT, content_sha256 TEXT,"
  "  sender TEXT, signer TEXT, subject TEXT, incident INTEGER REFERENCES incident (id), reason TEXT,"
  "  undecryptable INTEGER NOT NULL DEFAULT 0, indicators INTEGER NOT NULL DEFAULT 0,"
  "  parts INTEGER NOT NULL DEFAULT 0, report BLOB) STRICT;"
  "CREATE INDEX message_state ON message (state);"
  "CREATE INDEX message_message_id ON message (message_id);"
  "CREATE INDEX message_sender ON message (incident, sender);"
  "CREATE INDEX message_signer ON message (incident, signer);"
  "CREATE INDEX message_undecryptable ON message (undecryptable) WHERE undecryptable = 1;"
  "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  answers INTEGER REFERENCES message (id), message_id TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL,"
  "  automatic INTEGER NOT NULL, reply BLOB NOT NULL, sealed BLOB, state TEXT NOT NULL, attempts INTEGER NOT NULL,"
  "  next_at INTEGER NOT NULL, last_error TEXT, created INTEGER NOT NULL, sent_at INTEGER) STRICT;"
  "CREATE INDEX outbox_due ON outbox (state, next_at);"
  "CREATE INDEX outbox_recipient ON outbox (recipient, created);"
  "CREATE INDEX outbox_incident ON outbox (incident);"
  "CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  date INTEGER NOT NULL, direction TEXT NOT NULL, author TEXT, text TEXT,"
  "  message INTEGER UNIQUE REFERENCES message (id), outbox INTEGER UNIQUE REFERENCES outbox (id)) STRICT;"
  "CREATE INDEX entry_incident ON entry (incident, id);",
  /* What addresses are known by; to begin with, by the keys of the good signatures (2) that made tickets. Mails that
   * could be read then are not looked at again. */
  "CREATE TABLE known_key (address TEXT NOT NULL, protocol TEXT NOT NULL, fingerprint TEXT NOT NULL, vouched_by TEXT,"
  "  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, PRIMARY KEY (address, protocol)) STRICT, WITHOUT ROWID;"
  "ALTER TABLE message ADD COLUMN key_warning BLOB;"
  "ALTER TABLE message ADD COLUMN key_checked INTEGER NOT NULL DEFAULT 0;"
  "UPDATE message SET key_checked = 1 WHERE undecryptable = 0 AND report IS NOT NULL;"
  "INSERT OR IGNORE INTO known_key (address, protocol, fingerprint, first_seen, last_seen)"
  "  SELECT m.sender, 'openpgp', m.signer, m.received, m.received FROM message m JOIN incident i ON i.id = m.incident"
  "  WHERE m.state = 'ticket' AND i.signature = 2 AND m.sender IS NOT NULL AND m.signer IS NOT NULL ORDER BY m.id;",
  /* By what incidents are found again. Reports of before have no indicators; reopen derives them. */
  "CREATE TABLE indicator (type TEXT NOT NULL, value TEXT NOT NULL, message INTEGER NOT NULL REFERENCES message (id),"
  "  weak INTEGER NOT NULL, PRIMARY KEY (type, value, message)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX indicator_message ON indicator (message);"
  "CREATE TABLE alias (name TEXT NOT NULL, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  PRIMARY KEY (name, incident)) STRICT, WITHOUT ROWID;"
  "ALTER TABLE incident ADD COLUMN pap TEXT;"
  "ALTER TABLE incident ADD COLUMN indicators INTEGER NOT NULL DEFAULT 0;",
  /* What the policy of answers asks for each new ticket. */
  "CREATE INDEX outbox_created ON outbox (created) WHERE automatic = 1;"
  "CREATE INDEX message_from ON message (sender, received);",
  /* Whose key was looked for in directories. */
  "CREATE TABLE look_up (address TEXT PRIMARY KEY, outcome TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL)"
  "  STRICT, WITHOUT ROWID;",
  /* What was decided, by whom. Owners of before were chosen by members, categories and marks said by reports. */
  "CREATE TABLE decision (id INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  message INTEGER REFERENCES message (id), field TEXT NOT NULL, value TEXT, set_by TEXT NOT NULL, rule TEXT,"
  "  because TEXT, date INTEGER NOT NULL) STRICT;"
  "CREATE INDEX decision_incident ON decision (incident, message, id);"
  "CREATE INDEX decision_value ON decision (incident, field, value);"
  "CREATE INDEX decision_message ON decision (message);"
  "ALTER TABLE incident ADD COLUMN tags TEXT;"
  "ALTER TABLE incident ADD COLUMN constituencies TEXT;"
  "ALTER TABLE incident ADD COLUMN tlp_marked TEXT;"
  "UPDATE incident SET tlp_marked = tlp;"
  "INSERT INTO decision (incident, field, value, set_by, because, date)"
  "  SELECT id, 'owner', owner, owner, 'before decisions were kept', updated FROM incident WHERE owner IS NOT NULL;"
  "INSERT INTO decision (incident, message, field, value, set_by, because, date)"
  "  SELECT i.id, min (m.id), 'category', i.category, 'report', 'before decisions were kept', i.created"
  "  FROM incident i JOIN message m ON m.incident = i.id WHERE i.category IS NOT NULL GROUP BY i.id;",
  /* Reports of machines that make no ticket. Mails of before stay the tickets that they became. */
  "CREATE TABLE feed (message INTEGER NOT NULL REFERENCES message (id), record INTEGER NOT NULL, format TEXT NOT NULL,"
  "  organization TEXT, domain TEXT, report_id TEXT, started INTEGER, ended INTEGER, messages INTEGER NOT NULL,"
  "  passed INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY (message, record)) STRICT, WITHOUT ROWID;",
  /* Further tickets that the reports of one mail made. */
  "CREATE TABLE case_record (incident INTEGER PRIMARY KEY REFERENCES incident (id),"
  "  message INTEGER NOT NULL REFERENCES message (id), record INTEGER NOT NULL) STRICT;"
  "CREATE INDEX case_record_message ON case_record (message);",
  /* Who may ask. While the table is empty, as before: whoever reaches the socket. */
  "CREATE TABLE member (login TEXT PRIMARY KEY, name TEXT, fingerprint TEXT, role TEXT NOT NULL, languages TEXT,"
  "  on_duty INTEGER NOT NULL DEFAULT 0, joined INTEGER NOT NULL, left_at INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;",
  /* Counts every change of a ticket, whoever makes it, so that nobody writes over what he has not seen. */
  "ALTER TABLE incident ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
  "CREATE TRIGGER incident_version AFTER UPDATE ON incident WHEN NEW.version = OLD.version"
  "  BEGIN UPDATE incident SET version = OLD.version + 1 WHERE id = NEW.id; END;",
  /* Who may read what is narrowed to named members (store-need.h). In what was narrow before, whoever took part is named. */
  "CREATE TABLE named (incident INTEGER NOT NULL REFERENCES incident (id), login TEXT NOT NULL, named_by TEXT,"
  "  named_at INTEGER NOT NULL, PRIMARY KEY (incident, login)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX named_login ON named (login);"
  "ALTER TABLE incident ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE incident ADD COLUMN restricted_why BLOB;"
  "CREATE TRIGGER incident_narrowed AFTER UPDATE OF tlp, restricted, owner ON incident WHEN (NEW.restricted <> 0 OR coalesce (NEW.tlp, '') = 'TLP:RED') BEGIN"
  "  INSERT OR IGNORE INTO named (incident, login, named_at) SELECT NEW.id, m.login, NEW.updated FROM member m"
  "    WHERE NOT (OLD.restricted <> 0 OR coalesce (OLD.tlp, '') = 'TLP:RED') AND m.left_at = 0 AND NOT EXISTS (SELECT 1 FROM named n WHERE n.incident = NEW.id)"
  "    AND EXISTS (SELECT 1 FROM entry e WHERE e.incident = NEW.id AND e.author = m.login);"
  "  INSERT OR IGNORE INTO named (incident, login, named_at) SELECT NEW.id, NEW.owner, NEW.updated WHERE NEW.owner IS NOT NULL;"
  " END;"
  "CREATE TRIGGER incident_opened AFTER UPDATE OF tlp, restricted ON incident"
  "  WHEN (OLD.restricted <> 0 OR coalesce (OLD.tlp, '') = 'TLP:RED') AND NOT (NEW.restricted <> 0 OR coalesce (NEW.tlp, '') = 'TLP:RED') BEGIN"
  "  DELETE FROM named WHERE incident = NEW.id; END;"
  "INSERT OR IGNORE INTO named (incident, login, named_at) SELECT i.id, m.login, i.updated FROM incident i JOIN entry e ON e.incident = i.id"
  "  JOIN member m ON m.login = e.author WHERE m.left_at = 0 AND (i.restricted <> 0 OR coalesce (i.tlp, '') = 'TLP:RED');"
  "INSERT OR IGNORE INTO named (incident, login, named_at) SELECT i.id, i.owner, i.updated FROM incident i"
  "  WHERE i.owner IS NOT NULL AND (i.restricted <> 0 OR coalesce (i.tlp, '') = 'TLP:RED');",
  /* What tells whether a vault is this store's. */
  "CREATE TABLE vault_check (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;"
  "INSERT INTO vault_check (id, sealed) VALUES (1, seal ('vault_check.sealed', 1, 'madoguchi'));",
  /* Who asked for what: a chain of keyed hashes. */
  "CREATE TABLE audit (id INTEGER PRIMARY KEY, date INTEGER NOT NULL, login TEXT, uid INTEGER NOT NULL, word TEXT NOT NULL,"
  "  incident INTEGER, version INTEGER NOT NULL, outcome TEXT NOT NULL, times INTEGER NOT NULL, details BLOB, digest BLOB,"
  "  mac BLOB NOT NULL) STRICT;"
  "CREATE INDEX audit_incident ON audit (incident, id);"
  "CREATE INDEX audit_login ON audit (login, id);"
  "CREATE TABLE audit_tip (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL, mac BLOB NOT NULL) STRICT;"
  "CREATE TABLE audit_head (last INTEGER PRIMARY KEY, mac BLOB NOT NULL, date INTEGER NOT NULL, text TEXT NOT NULL) STRICT;",
  /* What each member has read of each thread; incident 0: where he began. */
  "CREATE TABLE seen (login TEXT NOT NULL, incident INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (login, incident))"
  "  STRICT, WITHOUT ROWID;"
  "INSERT INTO seen (login, incident, entry)"
  "  SELECT login, 0, (SELECT coalesce (max (id), 0) FROM entry) FROM member WHERE left_at = 0;",
  /* What a ticket says is sealed for its number, and its reply token is found by a keyed hash. */
  "DROP TRIGGER incident_version;"
  "ALTER TABLE incident RENAME COLUMN token TO token_key;" SEALED ("incident", "subject") SEALED ("incident", "reporter")
  SEALED ("incident", "external_ids") SEALED ("incident", "tags") SEALED ("incident", "constituencies")
  "ALTER TABLE incident ADD COLUMN token BLOB;"
  "UPDATE incident SET token = seal ('incident.token', number, token_key), token_key = lower (hex (keyed ('token', token_key))),"
  "  subject = seal ('incident.subject', number, old_subject), reporter = seal ('incident.reporter', number, old_reporter),"
  "  external_ids = seal ('incident.external_ids', number, old_external_ids), tags = seal ('incident.tags', number, old_tags),"
  "  constituencies = seal ('incident.constituencies', number, old_constituencies);"
  DROPPED ("incident", "subject") DROPPED ("incident", "reporter") DROPPED ("incident", "external_ids")
  DROPPED ("incident", "tags") DROPPED ("incident", "constituencies")
  "CREATE TRIGGER incident_version AFTER UPDATE ON incident WHEN NEW.version = OLD.version"
  "  BEGIN UPDATE incident SET version = OLD.version + 1 WHERE id = NEW.id; END;",
  /* What a mail says, for its queue id; what threading looks for has keyed hashes. */
  "DROP INDEX message_message_id; DROP INDEX message_sender; DROP INDEX message_signer; DROP INDEX message_from;"
  SEALED ("message", "sha256") SEALED ("message", "message_id") SEALED ("message", "content_sha256") SEALED ("message", "sender")
  SEALED ("message", "signer") SEALED ("message", "subject") SEALED ("message", "reason")
  "ALTER TABLE message ADD COLUMN message_id_key BLOB; ALTER TABLE message ADD COLUMN sender_key BLOB;"
  "ALTER TABLE message ADD COLUMN signer_key BLOB; ALTER TABLE message ADD COLUMN subject_key BLOB;"
  "UPDATE message SET envelope = seal ('message.envelope', queue_id, envelope), report = seal ('message.report', queue_id, report),"
  "  key_warning = seal ('message.key_warning', queue_id, key_warning), sha256 = seal ('message.sha256', queue_id, old_sha256),"
  "  message_id = seal ('message.message_id', queue_id, old_message_id), message_id_key = keyed ('message-id', old_message_id),"
  "  content_sha256 = seal ('message.content_sha256', queue_id, old_content_sha256),"
  "  sender = seal ('message.sender', queue_id, old_sender), sender_key = keyed ('address', old_sender),"
  "  signer = seal ('message.signer', queue_id, old_signer), signer_key = keyed ('fingerprint', old_signer),"
  "  subject = seal ('message.subject', queue_id, old_subject), subject_key = keyed ('subject', old_subject),"
  "  reason = seal ('message.reason', queue_id, old_reason);"
  DROPPED ("message", "sha256") DROPPED ("message", "message_id") DROPPED ("message", "content_sha256") DROPPED ("message", "sender")
  DROPPED ("message", "signer") DROPPED ("message", "subject") DROPPED ("message", "reason")
  "CREATE INDEX message_message_id ON message (message_id_key);"
  "CREATE INDEX message_sender ON message (incident, sender_key);"
  "CREATE INDEX message_signer ON message (incident, signer_key);"
  "CREATE INDEX message_from ON message (sender_key, received);",
  CLEAN,
  /* Answers, for their ids; found by a Message-ID's hash and counted by a recipient's. */
  "DROP INDEX outbox_recipient;"
  "ALTER TABLE outbox RENAME COLUMN message_id TO message_id_key; ALTER TABLE outbox ADD COLUMN message_id BLOB;"
  SEALED ("outbox", "recipient") SEALED ("outbox", "last_error") "ALTER TABLE outbox ADD COLUMN recipient_key BLOB;"
  "UPDATE outbox SET message_id = seal ('outbox.message_id', id, message_id_key),"
  "  message_id_key = lower (hex (keyed ('message-id', message_id_key))), recipient = seal ('outbox.recipient', id, old_recipient),"
  "  recipient_key = keyed ('address', old_recipient), reply = seal ('outbox.reply', id, reply),"
  "  sealed = seal ('outbox.sealed', id, sealed), last_error = seal ('outbox.last_error', id, old_last_error);"
  DROPPED ("outbox", "recipient") DROPPED ("outbox", "last_error")
  "CREATE INDEX outbox_recipient ON outbox (recipient_key, created);",
  /* Notes and events. */
  SEALED ("entry", "text")
  "UPDATE entry SET text = seal ('entry.text', id, old_text);"
  DROPPED ("entry", "text"),
  /* What was decided and why; the same value in one ticket is found by a hash. */
  "DROP INDEX decision_value;" SEALED ("decision", "value") SEALED ("decision", "rule") SEALED ("decision", "because")
  "ALTER TABLE decision ADD COLUMN value_key BLOB;"
  "UPDATE decision SET value = seal ('decision.value', id, old_value), value_key = keyed ('decision', old_value),"
  "  rule = seal ('decision.rule', id, old_rule), because = seal ('decision.because', id, old_because);"
  DROPPED ("decision", "value") DROPPED ("decision", "rule") DROPPED ("decision", "because")
  "CREATE INDEX decision_value ON decision (incident, field, value_key);",
  /* By what incidents are found again: hashes; of what a member is shown the value, too. */
  "CREATE TABLE new_indicator (type TEXT NOT NULL, value_key BLOB NOT NULL, message INTEGER NOT NULL REFERENCES message (id),"
  "  weak INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (type, value_key, message)) STRICT, WITHOUT ROWID;"
  "INSERT INTO new_indicator (type, value_key, message, weak, value) SELECT type, k, message, weak,"
  "  seal ('indicator.value', message || '.' || type || '.' || hex (k), value)"
  "  FROM (SELECT *, keyed ('indicator', value) AS k FROM indicator);"
  "DROP TABLE indicator; ALTER TABLE new_indicator RENAME TO indicator; CREATE INDEX indicator_message ON indicator (message);"
  "CREATE TABLE new_alias (name_key BLOB NOT NULL, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  PRIMARY KEY (name_key, incident)) STRICT, WITHOUT ROWID;"
  "INSERT INTO new_alias (name_key, incident) SELECT keyed ('alias', name), incident FROM alias;"
  "DROP TABLE alias; ALTER TABLE new_alias RENAME TO alias;",
  /* Addresses and their keys; whose key was looked for. */
  "CREATE TABLE new_known_key (address_key BLOB NOT NULL, protocol TEXT NOT NULL, address BLOB NOT NULL, fingerprint BLOB NOT NULL,"
  "  fingerprint_key BLOB NOT NULL, vouched_by TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
  "  PRIMARY KEY (address_key, protocol)) STRICT, WITHOUT ROWID;"
  "INSERT INTO new_known_key (address_key, protocol, address, fingerprint, fingerprint_key, vouched_by, first_seen, last_seen)"
  "  SELECT k, protocol, seal ('known_key.address', hex (k) || '.' || protocol, address),"
  "  seal ('known_key.fingerprint', hex (k) || '.' || protocol, fingerprint), keyed ('fingerprint', fingerprint), vouched_by,"
  "  first_seen, last_seen FROM (SELECT *, keyed ('address', address) AS k FROM known_key);"
  "DROP TABLE known_key; ALTER TABLE new_known_key RENAME TO known_key;"
  "CREATE TABLE new_look_up (address_key BLOB PRIMARY KEY, outcome TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL)"
  "  STRICT, WITHOUT ROWID;"
  "INSERT INTO new_look_up (address_key, outcome, made, until) SELECT keyed ('address', address), outcome, made, until FROM look_up;"
  "DROP TABLE look_up; ALTER TABLE new_look_up RENAME TO look_up;",
  /* Reports of machines, and members but for their logins. */
  SEALED ("feed", "organization") SEALED ("feed", "domain") SEALED ("feed", "report_id")
  "UPDATE feed SET organization = seal ('feed.organization', message || '.' || record, old_organization),"
  "  domain = seal ('feed.domain', message || '.' || record, old_domain),"
  "  report_id = seal ('feed.report_id', message || '.' || record, old_report_id);"
  DROPPED ("feed", "organization") DROPPED ("feed", "domain") DROPPED ("feed", "report_id")
  SEALED ("member", "name") SEALED ("member", "fingerprint") SEALED ("member", "languages")
  "UPDATE member SET name = seal ('member.name', login, old_name), fingerprint = seal ('member.fingerprint', login, old_fingerprint),"
  "  languages = seal ('member.languages', login, old_languages);"
  DROPPED ("member", "name") DROPPED ("member", "fingerprint") DROPPED ("member", "languages"),
  CLEAN,
  /* What members join: tickets that are part of another one now, and links, each written down from both ends. */
  "ALTER TABLE incident ADD COLUMN merged_into INTEGER REFERENCES incident (id);"
  "CREATE INDEX incident_merged ON incident (merged_into) WHERE merged_into IS NOT NULL;"
  "CREATE TABLE link (incident INTEGER NOT NULL REFERENCES incident (id), other INTEGER NOT NULL REFERENCES incident (id),"
  "  kind TEXT NOT NULL, set_by TEXT NOT NULL, date INTEGER NOT NULL, PRIMARY KEY (incident, other)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX link_other ON link (other);",
  /* The index of words (store-words.h). What is there already is added by and by. */
  "CREATE VIRTUAL TABLE words USING fts5 (sender, people, subject, body, file, indicator, content = '', tokenize = 'madoguchi');"
  "CREATE TABLE words_state (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, last INTEGER NOT NULL,"
  "  backlog INTEGER NOT NULL) STRICT;"
  "INSERT INTO words_state (id, version, last, backlog) SELECT 1, 1, most, most FROM (SELECT coalesce (max (id), 0) AS most FROM entry);",
  /* How members log in to the page, and who is in. */
  "CREATE TABLE credential (login TEXT PRIMARY KEY REFERENCES member (login), password BLOB, totp BLOB,"
  "  totp_step INTEGER NOT NULL DEFAULT 0, new_password BLOB, new_totp BLOB, invitation BLOB UNIQUE,"
  "  invited_until INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;"
  "CREATE TABLE session (id BLOB PRIMARY KEY, login TEXT NOT NULL REFERENCES member (login), begun INTEGER NOT NULL,"
  "  seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX session_login ON session (login);",
  /* Answers that are not sent yet, and files that go with answers, until they are sealed. */
  "CREATE TABLE draft (id INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL REFERENCES incident (id),"
  "  state TEXT NOT NULL, author TEXT NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,"
  "  seen INTEGER NOT NULL, content BLOB) STRICT;"
  "CREATE INDEX draft_incident ON draft (incident, state);"
  "CREATE INDEX draft_open ON draft (incident) WHERE state IN ('draft', 'needs-approval');"
  "CREATE TABLE reply_file (id INTEGER PRIMARY KEY AUTOINCREMENT, draft INTEGER REFERENCES draft (id),"
  "  outbox INTEGER REFERENCES outbox (id), position INTEGER NOT NULL, content BLOB) STRICT;"
  "CREATE INDEX reply_file_draft ON reply_file (draft) WHERE draft IS NOT NULL;"
  "CREATE INDEX reply_file_outbox ON reply_file (outbox) WHERE outbox IS NOT NULL;",
  /* With which data key at least everything of a kind is sealed ("values", "files"): nothing of older ones is left. */
  "CREATE TABLE renewed (kind TEXT PRIMARY KEY, data_key INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
  /* Were words erased whose hashes still stand in old pages of the index? 1: yes; 2: they are being thrown away. */
  "ALTER TABLE words_state ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;",
  /* Until when something has to happen to a ticket; at = 0: nothing. */
  "CREATE TABLE due (incident INTEGER PRIMARY KEY REFERENCES incident (id), at INTEGER NOT NULL, step TEXT NOT NULL, set_by TEXT,"
  "  escalated INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0) STRICT;"
  "CREATE INDEX due_at ON due (at) WHERE at > 0;",
  /* What was erased, and what must not be. */
  "ALTER TABLE incident ADD COLUMN erased INTEGER NOT NULL DEFAULT 0; ALTER TABLE incident ADD COLUMN erased_by TEXT;"
  "ALTER TABLE incident ADD COLUMN hold INTEGER NOT NULL DEFAULT 0; ALTER TABLE incident ADD COLUMN hold_by TEXT;"
  "ALTER TABLE incident ADD COLUMN hold_why BLOB;"
  "CREATE TABLE remains (queue_id TEXT PRIMARY KEY, received INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
  /* Which version of its ticket a line of the thread was added to: what was done since that one? Of before: not known. */
  "ALTER TABLE entry ADD COLUMN version INTEGER;"
  "CREATE TRIGGER entry_version AFTER INSERT ON entry"
  "  BEGIN UPDATE entry SET version = (SELECT version FROM incident WHERE id = NEW.incident) WHERE id = NEW.id; END;",
  /* What lists count stands in indexes, beside the long reports; and each list begins at its first line. */
  "CREATE INDEX message_counts ON message (incident, state, parts);"
  "CREATE INDEX message_warned ON message (incident, state) WHERE key_warning IS NOT NULL;"
  "CREATE INDEX incident_state ON incident (state, updated, id);"
  "CREATE INDEX incident_owner ON incident (owner, updated, id);"
  "CREATE INDEX incident_unfinished ON incident (updated, id) WHERE state IN ('new', 'open', 'waiting');",
  /* By what members' scripts ask. */
  "CREATE TABLE access_token (id TEXT PRIMARY KEY, login TEXT NOT NULL REFERENCES member (login), name BLOB NOT NULL,"
  "  name_key BLOB NOT NULL UNIQUE, hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL,"
  "  used INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;"
  "CREATE INDEX access_token_login ON access_token (login);",
  /* Each filter of the list, and each number of the overview, stands in an index. */
  "DROP INDEX incident_updated; DROP INDEX incident_unfinished;"
  "CREATE INDEX incident_unfinished ON incident (updated, id, created, category, owner, tlp, restricted) WHERE state IN ('new', 'open', 'waiting');"
  "CREATE INDEX incident_shown ON incident (updated, id) WHERE merged_into IS NULL;"
  "CREATE INDEX incident_created ON incident (created);"
  "CREATE INDEX incident_priority ON incident (priority, updated, id) WHERE priority IS NOT NULL;"
  "CREATE INDEX incident_tlp ON incident (tlp, updated, id) WHERE tlp IS NOT NULL;"
  "CREATE INDEX incident_class ON incident (substr (category, 1, instr (category || ':', ':') - 1), updated, id, category)"
  "  WHERE category IS NOT NULL;"
  "CREATE INDEX decision_tag ON decision (value_key, incident) WHERE field = 'tag';",
  /* Filters of the list under names: of members, or (without login) of the team. */
  "CREATE TABLE saved_view (id TEXT PRIMARY KEY, login TEXT REFERENCES member (login), name BLOB NOT NULL, name_key BLOB NOT NULL UNIQUE,"
  "  query BLOB NOT NULL, made INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX saved_view_login ON saved_view (login);",
};

static gboolean
execute (MadoStore *store, const char *sql, GError **error)
{
  return sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK || mado_sql_fail (store, "migrate", error);
}

int
mado_store_schema (MadoStore *store)
{
  gint64 version = 0;

  return mado_sql_number (store, &version, NULL, "PRAGMA user_version", "") ? (int) version : -1;
}

int
mado_schema_current (void)
{
  return (int) G_N_ELEMENTS (migrations);
}

/* Nothing may point to where nothing is, whatever a step did. */
static gboolean
check_references (MadoStore *store, GError **error)
{
  gint64 broken = 0;

  if (!mado_sql_number (store, &broken, error, "SELECT count (*) FROM pragma_foreign_key_check", ""))
    return FALSE;
  if (broken == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "store: %" G_GINT64_FORMAT " rows point to rows that are not there", broken);
  return FALSE;
}

static gboolean
clean (MadoStore *store, GError **error)
{
  gint64 is_busy = 0;

  if (!execute (store, CLEAN, error) || !mado_sql_number (store, &is_busy, error, "PRAGMA wal_checkpoint (TRUNCATE)", ""))
    return FALSE;
  if (is_busy == 0)
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "store: somebody else reads it; it cannot be cleaned now");
  return FALSE;
}

/* The steps from @version to before @until, none of which cleans unless the store is new: it has nothing to clean. All of it or
 * nothing. */
static gboolean
take_steps (MadoStore *store, int version, int until, GError **error)
{
  g_autofree char *done = g_strdup_printf ("PRAGMA user_version = %d", until);
  gboolean ok = mado_store_begin (store, error);

  if (!ok)
    return FALSE;
  for (; ok && version < until; version++)
    ok = strcmp (migrations[version], CLEAN) == 0 || execute (store, migrations[version], error);
  if (ok && check_references (store, error) && execute (store, done, error) && mado_store_commit (store, error))
    return TRUE;
  mado_store_rollback (store);
  return FALSE;
}

/* A step that cleans stands outside of transactions, and can be done again. */
static gboolean
take_step (MadoStore *store, int version, GError **error)
{
  g_autofree char *done = g_strdup_printf ("PRAGMA user_version = %d", version + 1);

  if (strcmp (migrations[version], CLEAN) == 0)
    return clean (store, error) && execute (store, done, error);
  return take_steps (store, version, version + 1, error);
}

gboolean
mado_schema_migrate (MadoStore *store, int until, GError **error)
{
  int version = mado_store_schema (store);

  if (version < 0 || version > mado_schema_current ()) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "store: schema %d is not known to this version", version);
    return FALSE;
  }
  if (version >= until)
    return TRUE;
  /* while a table is made anew, the others point to nothing; this cannot be said inside a transaction */
  if (!execute (store, "PRAGMA foreign_keys = OFF", error))
    return FALSE;
  if (version == 0) { /* made at once: to write each step to the disk by itself takes a hundred times as long */
    if (!take_steps (store, 0, until, error))
      return FALSE;
    version = until;
  }
  for (; version < until; version++)
    if (!take_step (store, version, error))
      return FALSE;
  return execute (store, "PRAGMA foreign_keys = ON", error);
}
