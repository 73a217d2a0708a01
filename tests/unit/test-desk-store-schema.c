/* A store of every earlier version, with rows in all its tables: opened by this one it says what it said, and its files say
 * nothing more. */
#include "desk-schema.h"

#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-look-up.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/model/reply.h"

#include <string.h>

#define ONE "0000000000000001"
#define TWO "0000000000000002"
#define FINGERPRINT "AAAA0000MKSIGNER0000AAAA0000000000000001"

/* What only the store's owner may read, wherever it stands. */
static const char *const marks[] = {
  "mksubject", "mkreporter", "mkexternal", "mktoken", "mkreason", "mkmessageid", "mkcontent", "mksha",
  "mkenvelope", "mktext", "mkknown", "mkanswer", "mkrecipient", "mksealed", "mkreplytext", "mkerror", "mknote", "MKSIGNER", "mkfrom",
  "mkindicator", "mkalias", "mklookup", "mktag", "mkconstituency", "mkrule", "mkbecause", "mkorganization", "mkdomain", "mkfeedid",
  "mkname", "ja\nen",
};

/* One release after the other: what a store of that schema had been told by then. */
static const struct {
  int schema;
  const char *sql;
} releases[] = {
  { 1, "INSERT INTO counter (year, last) VALUES (2026, 2);"
       "INSERT INTO incident (id, number, token, created, updated, state, owner, priority, category, tlp, subject, reporter, language,"
       " encryption, signature, external_ids) VALUES"
       " (1, '2026-000001', 'mktoken1', 5, 60, 'open', 'taro', 'high', 'fraud:phishing', 'TLP:RED', 'mksubject 秘密', 'mkreporter@example.net',"
       "  'ja', 2, 2, 'mkexternal-1' || char (10) || 'mkexternal-2'),"
       " (2, '2026-000002', 'mktoken2', 6, 50, 'new', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL);"
       "INSERT INTO message (id, queue_id, state, attempts, crashes, received, settled, size, sha256, envelope, message_id,"
       " content_sha256, sender, signer, subject, incident, reason, report) VALUES"
       " (1, '" ONE "', 'ticket', 1, 0, 11, 12, 5, 'mksha', $ENVELOPE1, '<mkmessageid@x>', 'mkcontent', 'mkfrom@example.net',"
       "  '" FINGERPRINT "', 'mksubject 秘密', 1, NULL, $REPORT),"
       " (2, '" TWO "', 'held', 3, 2, 13, 14, 6, NULL, $ENVELOPE2, NULL, NULL, NULL, NULL, NULL, 2, 'mkreason', NULL);"
       "INSERT INTO outbox (id, incident, answers, message_id, recipient, automatic, reply, sealed, state, attempts, next_at,"
       " last_error, created, sent_at) VALUES"
       " (1, 1, 1, '<mkanswer@x>', 'mkrecipient@example.net', 1, $REPLY, CAST ('mksealed' AS BLOB), 'ready', 2, 20, 'mkerror', 15, NULL);"
       "INSERT INTO entry (id, incident, date, direction, author, text, message, outbox) VALUES"
       " (1, 1, 11, 'in', NULL, NULL, 1, NULL), (2, 1, 15, 'out', NULL, NULL, NULL, 1), (7, 1, 16, 'note', 'taro', 'mknote 秘密', NULL, NULL);" },
  { 2, "UPDATE message SET key_warning = $WARNING WHERE id = 1;"
       "INSERT OR REPLACE INTO known_key (address, protocol, fingerprint, vouched_by, first_seen, last_seen)"
       " VALUES ('mkfrom@example.net', 'openpgp', '" FINGERPRINT "', 'pin', 11, 12);" },
  { 3, "INSERT INTO indicator (type, value, message, weak) VALUES ('domain', 'mkindicator.example', 1, 0),"
       " ('domain', 'mkindicator.example', 2, 0), ('ipv4', '10.0.0.1', 1, 1);"
       "INSERT INTO alias (name, incident) VALUES ('mkalias-1', 1); UPDATE incident SET indicators = 2 WHERE id = 1;" },
  { 5, "INSERT INTO look_up (address, outcome, made, until) VALUES ('mklookup@example.net', 'none', 5, 5000);" },
  { 6, "UPDATE incident SET tags = 'mktag' || char (10) || 'b', constituencies = 'mkconstituency' WHERE id = 1;"
       "INSERT INTO decision (incident, message, field, value, set_by, rule, because, date) VALUES"
       " (1, 1, 'tag', 'mktag', 'rule', 'mkrule', 'mkbecause', 17), (1, NULL, 'tag', 'b', 'taro', NULL, NULL, 18),"
       " (1, 1, 'constituency', 'mkconstituency', 'rule', 'mkrule', 'mkbecause', 17);" },
  { 7, "INSERT INTO message (id, queue_id, state, attempts, crashes, received, size, envelope) VALUES"
       " (3, '0000000000000003', 'feed', 1, 0, 19, 7, $ENVELOPE2);"
       "INSERT INTO feed (message, record, format, organization, domain, report_id, started, ended, messages, passed, failed)"
       " VALUES (3, 0, 'dmarc', 'mkorganization', 'mkdomain.example', 'mkfeedid', 1, 2, 3, 4, 5);" },
  { 9, "INSERT INTO member (login, name, fingerprint, role, languages, on_duty, joined)"
       " VALUES ('taro', 'mkname', '" FINGERPRINT "', 'handler', 'ja' || char (10) || 'en', 1, 4);" },
};

static char *
to_hex (GBytes *bytes)
{
  GString *out = g_string_new ("x'");
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (out, "%02x", data[i]);
  g_string_append_c (out, '\'');
  g_bytes_unref (bytes);
  return g_string_free (out, FALSE);
}

static char *
make_envelope (const char *queue_id)
{
  g_autoptr (MadoEnvelope) envelope = mado_envelope_new ();

  envelope->queue_id = g_strdup (queue_id);
  envelope->received = 11;
  envelope->mail_from = g_strdup ("mkenvelope@example.net");
  return to_hex (mado_record_to_bytes (&mado_envelope_type, envelope));
}

static char *
make_report (void)
{
  g_autoptr (MadoReport) report = mado_report_new ();

  report->message_id = g_strdup ("<mkmessageid@x>");
  report->subject = g_strdup ("mksubject 秘密");
  report->text = g_strdup ("mktext 秘密");
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("mkfrom@example.net");
  return to_hex (mado_record_to_bytes (&mado_report_type, report));
}

static char *
make_reply (void)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();

  reply->message_id = g_strdup ("<mkanswer@x>");
  reply->recipient = g_strdup ("mkrecipient@example.net");
  reply->text = g_strdup ("mkreplytext");
  return to_hex (mado_record_to_bytes (&mado_reply_type, reply));
}

static char *
make_warning (void)
{
  g_autoptr (MadoKeyWarning) warning = mado_key_warning_new ();

  warning->kind = g_strdup ("changed");
  warning->known = g_strdup ("mkknown");
  return to_hex (mado_record_to_bytes (&mado_key_warning_type, warning));
}

/* The store that was made as schema @first and was used ever since, until @schema. */
static void
make_store (const char *path, int schema)
{
  g_autofree char *one = make_envelope (ONE), *two = make_envelope (TWO), *report = make_report (), *reply = make_reply ();
  g_autofree char *warning = make_warning ();

  for (gsize i = 0; i < G_N_ELEMENTS (releases) && releases[i].schema <= schema; i++) {
    GString *sql = g_string_new (releases[i].sql);
    g_string_replace (sql, "$ENVELOPE1", one, 0);
    g_string_replace (sql, "$ENVELOPE2", two, 0);
    g_string_replace (sql, "$REPORT", report, 0);
    g_string_replace (sql, "$REPLY", reply, 0);
    g_string_replace (sql, "$WARNING", warning, 0);
    test_old_store (path, releases[i].schema, sql->str);
    g_string_free (sql, TRUE);
  }
  test_old_store (path, schema, "");
}

/* In which of the store's files @mark stands, as UTF-8 or UTF-16; (transfer full, nullable). */
static char *
find_mark (const char *path, const char *mark)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *name = g_strconcat (path, suffixes[i], NULL);
    g_autofree char *bytes = NULL;
    g_autoptr (GString) wide = g_string_new (NULL);
    gsize length = 0;
    for (const char *c = mark; *c != '\0'; c++) {
      g_string_append_c (wide, *c);
      if (c[1] != '\0')
        g_string_append_c (wide, '\0');
    }
    if (g_file_get_contents (name, &bytes, &length, NULL)
        && (memmem (bytes, length, mark, strlen (mark)) != NULL || memmem (bytes, length, wide->str, wide->len) != NULL))
      return g_steal_pointer (&name);
  }
  return NULL;
}

static void
check_incident (MadoStore *store, int schema)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoIncident) incident = mado_store_load_incident (store, 1, "csirt@example.org", &error);
  gint64 id = 0;

  g_assert_no_error (error);
  g_assert_cmpstr (incident->subject, ==, "mksubject 秘密");
  g_assert_cmpstr (incident->reporter, ==, "mkreporter@example.net");
  g_assert_cmpstr (incident->owner, ==, "taro");
  g_assert_cmpstr (incident->tlp, ==, "TLP:RED");
  g_assert_cmpint ((gint64) g_strv_length (incident->external_ids), ==, 2);
  g_assert_cmpstr (incident->external_ids[1], ==, "mkexternal-2");
  g_assert_cmpint (incident->version, ==, 1);
  if (schema >= 6) {
    g_assert_cmpstr (incident->tags[0], ==, "mktag");
    g_assert_cmpstr (incident->constituencies[0], ==, "mkconstituency");
  }
  g_assert_cmpuint (incident->thread->len, ==, 3);
  const MadoEntry *in = incident->thread->pdata[0], *out = incident->thread->pdata[1], *note = incident->thread->pdata[2];
  g_assert_cmpstr (in->report->text, ==, "mktext 秘密");
  g_assert_cmpstr (in->queue_id, ==, ONE);
  if (schema >= 2)
    g_assert_cmpstr (in->key_warning->known, ==, "mkknown");
  g_assert_cmpstr (out->text, ==, "mkreplytext");
  g_assert_cmpstr (out->delivery, ==, "ready");
  g_assert_cmpint (note->id, ==, 7);
  g_assert_cmpstr (note->text, ==, "mknote 秘密");
  g_autofree char *token = mado_store_load_token (store, 2, NULL);
  g_assert_cmpstr (token, ==, "mktoken2");
  g_assert_true (mado_store_find_token (store, "mktoken2", &id, NULL) && id == 2);
  g_assert_true (mado_store_find_token (store, "mktoken3", &id, NULL) && id == 0);
  g_assert_true (mado_store_find_answer (store, "<mkanswer@x>", &id, NULL) && id == 1);
}

static void
check_mail (MadoStore *store)
{
  g_autoptr (MadoMail) mail = mado_store_find_mail (store, ONE, NULL);
  g_autoptr (MadoMail) same = NULL;
  g_autoptr (MadoEnvelope) envelope = mado_store_load_envelope (store, ONE, NULL);
  g_autoptr (GPtrArray) held = mado_store_list_held (store, NULL);
  gboolean is = FALSE;

  g_assert_cmpstr (mail->message_id, ==, "<mkmessageid@x>");
  g_assert_cmpstr (mail->content_sha256, ==, "mkcontent");
  g_assert_cmpstr (mail->sender, ==, "mkfrom@example.net");
  g_assert_cmpstr (mail->signer, ==, FINGERPRINT);
  g_assert_cmpstr (mail->subject, ==, "mksubject 秘密");
  g_assert_cmpstr (envelope->mail_from, ==, "mkenvelope@example.net");
  g_assert_cmpuint (held->len, ==, 1);
  g_assert_cmpstr (((MadoHeld *) held->pdata[0])->reason, ==, "mkreason");
  g_assert_true (mado_store_find_message_id (store, "<mkmessageid@x>", "mkcontent", TWO, &same, &is, NULL));
  g_assert_true (same != NULL && !is);
  g_assert_true (mado_store_belongs (store, 1, "MKfrom@example.net", NULL, &is, NULL) && is);
  g_assert_true (mado_store_belongs (store, 1, NULL, FINGERPRINT, &is, NULL) && is);
  g_assert_true (mado_store_belongs (store, 1, "mkfrom@example.com", NULL, &is, NULL) && !is);
  g_autoptr (GPtrArray) alike = mado_store_list_alike (store, "mkfrom@example.net", "mksubject 秘密", TWO, 0, 9, NULL);
  g_assert_cmpuint (alike->len, ==, 1);
}

static void
check_outbox (MadoStore *store)
{
  g_autoptr (GPtrArray) due = mado_store_list_due (store, "ready", 100, 9, NULL);
  g_autoptr (MadoReply) reply = mado_store_load_reply (store, 1, NULL);
  g_autoptr (GBytes) sealed = mado_store_load_sealed (store, 1, NULL);
  gint64 count = 0;

  g_assert_cmpuint (due->len, ==, 1);
  g_assert_cmpstr (((MadoOutboxItem *) due->pdata[0])->recipient, ==, "mkrecipient@example.net");
  g_assert_cmpstr (((MadoOutboxItem *) due->pdata[0])->message_id, ==, "<mkanswer@x>");
  g_assert_cmpstr (reply->text, ==, "mkreplytext");
  g_assert_cmpmem (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), "mksealed", 8);
  g_assert_true (mado_store_count_answers (store, "MKrecipient@example.net", 1, 9, &count, NULL) && count == 1);
}

static void
check_facts (MadoStore *store, int schema)
{
  g_autoptr (GPtrArray) keys = mado_store_list_known_keys (store, "mkfrom@example.net", 9, NULL);
  gboolean is = FALSE;
  gint64 id = 0;

  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (((MadoKnownKey *) keys->pdata[0])->fingerprint, ==, FINGERPRINT);
  if (schema >= 3) {
    g_assert_true (mado_store_find_alias (store, " MKalias-1", "mkfrom@example.net", NULL, &id, &is, NULL) && id == 1 && is);
    g_assert_true (mado_store_find_alias (store, "MKalias-1", "mkfrom@example.com", NULL, &id, &is, NULL) && id == 1 && !is);
  }
  if (schema >= 5) {
    MadoLookUp look_up = { 0 };
    g_assert_true (mado_store_load_look_up (store, "mklookup@example.net", 100, &look_up, NULL));
    g_assert_cmpstr (look_up.outcome, ==, "none");
    mado_look_up_clear (&look_up);
  }
  if (schema >= 7) {
    g_autoptr (GPtrArray) feeds = mado_store_list_feeds (store, NULL, 9, NULL);
    g_assert_cmpuint (feeds->len, ==, 1);
    g_assert_cmpstr (((MadoFeed *) feeds->pdata[0])->organization, ==, "mkorganization");
    g_assert_cmpstr (((MadoFeed *) feeds->pdata[0])->domain, ==, "mkdomain.example");
    g_assert_cmpstr (((MadoFeed *) feeds->pdata[0])->report_id, ==, "mkfeedid");
  }
  if (schema >= 9) {
    g_autoptr (MadoMember) taro = mado_store_find_member (store, "taro", NULL);
    g_assert_cmpstr (taro->name, ==, "mkname");
    g_assert_cmpstr (taro->fingerprint, ==, FINGERPRINT);
    g_assert_cmpstr (taro->languages[1], ==, "en");
  }
}

static void
check_decisions (MadoStore *store)
{
  g_autoptr (MadoTriage) triage = mado_store_load_triage (store, 1, NULL);
  gboolean is_found = FALSE;

  for (guint i = 0; i < triage->decisions->len; i++) {
    const MadoDecision *decision = triage->decisions->pdata[i];
    if (g_strcmp0 (decision->value, "mktag") != 0)
      continue;
    is_found = TRUE;
    g_assert_cmpstr (decision->rule, ==, "mkrule");
    g_assert_cmpstr (decision->because, ==, "mkbecause");
  }
  g_assert_true (is_found);
  g_assert_true (mado_store_begin (store, NULL) && mado_store_apply_decisions (store, 1, NULL, NULL) && mado_store_commit (store, NULL));
  g_autoptr (MadoIncident) after = mado_store_load_summary (store, 1, NULL);
  g_assert_cmpint ((gint64) g_strv_length (after->tags), ==, 2);
}

static void
test_from (gconstpointer data)
{
  int schema = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("schema-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (top, "store.db", NULL), *url = g_strconcat ("sqlite:", path, NULL);
  g_autofree char *before = NULL;

  make_store (path, schema);
  before = find_mark (path, "mkreporter");
  g_assert_true (schema > 10 || before != NULL); /* it can be found */
  for (int run = 0; run < 2; run++) {
    MadoStore *store = mado_store_open (url, "EX", test_vault (), &error);
    g_assert_no_error (error);
    g_assert_cmpint (mado_store_schema (store), ==, mado_schema_current ());
    g_assert_true (mado_store_check (store, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS (marks); i++) {
      g_autofree char *where = find_mark (path, marks[i]);
      if (where != NULL)
        g_error ("from schema %d, run %d: %s is in %s", schema, run, marks[i], where);
    }
    if (run == 0) {
      check_incident (store, schema);
      check_mail (store);
      check_outbox (store);
      check_facts (store, schema);
      if (schema >= 6)
        check_decisions (store);
    }
    mado_store_close (store);
  }
  mado_fsio_remove_tree (top, NULL);
}

/* What the store asks for most is found by an index. */
static void
test_indexes (void)
{
  static const char *const questions[][2] = {
    { "SELECT count (*) FROM outbox WHERE created > 5 AND automatic = 1", "outbox_created" },
    { "SELECT id FROM message WHERE sender_key = x'00' AND received > 5", "message_from" },
    { "SELECT id FROM message WHERE message_id_key = x'00'", "message_message_id" },
    { "SELECT id FROM message WHERE incident = 1 AND sender_key = x'00'", "message_sender" },
    { "SELECT id FROM message WHERE incident = 1 AND signer_key = x'00'", "message_signer" },
    { "SELECT id FROM incident WHERE token_key = 'x'", "autoindex_incident" },
    { "SELECT id FROM outbox WHERE message_id_key = 'x'", "autoindex_outbox" },
    { "SELECT id FROM outbox WHERE recipient_key = x'00' AND created > 5", "outbox_recipient" },
    { "SELECT id FROM decision WHERE incident = 1 AND field = 'tag' AND value_key = x'00'", "decision_value" },
    { "SELECT message FROM indicator WHERE type = 'ipv4' AND value_key = x'00' ORDER BY message DESC", "PRIMARY KEY" },
    { "SELECT type FROM indicator WHERE message = 1", "indicator_message" },
    { "SELECT incident FROM alias WHERE name_key = x'00'", "PRIMARY KEY" },
    { "SELECT made FROM look_up WHERE address_key = x'00'", "PRIMARY KEY" },
    { "SELECT protocol FROM known_key WHERE address_key = x'00'", "PRIMARY KEY" },
  };
  g_autofree char *top = g_dir_make_tmp ("schema-XXXXXX", NULL), *path = g_build_filename (top, "store.db", NULL);

  make_store (path, mado_schema_current ());
  MadoStore *store = test_raw_store (path);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++) {
    g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN ", questions[i][0], NULL);
    g_autoptr (MadoStatement) row = mado_sql_query (store, NULL, sql, "");
    g_assert_true (row != NULL && mado_sql_step (store, row, NULL));
    g_autofree char *plan = mado_sql_text (row, 3);
    if (strstr (plan, questions[i][1]) == NULL)
      g_error ("%s: %s", questions[i][0], plan);
  }
  mado_store_close (store);
  mado_fsio_remove_tree (top, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int schema = 1; schema < mado_schema_current (); schema++) {
    g_autofree char *path = g_strdup_printf ("/desk/store-schema/from/%d", schema);
    g_test_add_data_func (path, GINT_TO_POINTER (schema), test_from);
  }
  g_test_add_func ("/desk/store-schema/indexes", test_indexes);
  return g_test_run ();
}
