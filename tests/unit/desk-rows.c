/* desk-rows.c: see desk-rows.h. */
#include "desk-rows.h"

#include "madoguchi/model/envelope.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/reply.h"

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

void
test_make_store (const char *path, int schema)
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
