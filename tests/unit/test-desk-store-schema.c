/* A store of every earlier version, with rows in all its tables: opened by this one it says what it said, and its files say
 * nothing more. */
#include "desk-rows.h"

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

#include <string.h>

/* What only the store's owner may read, wherever it stands. */
static const char *const marks[] = {
  "mksubject", "mkreporter", "mkexternal", "mktoken", "mkreason", "mkmessageid", "mkcontent", "mksha",
  "mkenvelope", "mktext", "mkknown", "mkanswer", "mkrecipient", "mksealed", "mkreplytext", "mkerror", "mknote", "MKSIGNER", "mkfrom",
  "mkindicator", "mkalias", "mklookup", "mktag", "mkconstituency", "mkrule", "mkbecause", "mkorganization", "mkdomain", "mkfeedid",
  "mkname", "ja\nen",
};

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

  test_make_store (path, schema);
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

  test_make_store (path, mado_schema_current ());
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
