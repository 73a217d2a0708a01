/* test-desk-merge.c (mado_store_move_all): two tickets become one: nothing stays behind, nothing gets milder, and what people were
 * told leads them to the right place. */
#include "desk-tickets.h"

static void
refuse_merge (Fixture *f, gint64 from, gint64 into, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_false (mado_merge_tickets (f->store, from, into, "mika", NOW + 100, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_nonnull (strstr (error->message, why));
  mado_store_rollback (f->store);
}

/* Every row that belongs to a ticket, whichever table it is in, belongs to the other one now. */
static void
check_nothing_left (Fixture *f, gint64 id)
{
  static const char *const may_stay[] = { "case_record.incident", "audit.incident", NULL };
  static const char *const known[] = { "message.incident", "outbox.incident", "entry.incident", "decision.incident", "alias.incident",
                                       "named.incident", "seen.incident", "draft.incident", "due.incident",
                                       "link.incident", "link.other", "incident.merged_into",
                                       "case_record.incident", "audit.incident", NULL };
  g_autoptr (MadoStatement) row
      = mado_sql_query (f->store, NULL,
                        "SELECT m.name, f.\"from\" FROM sqlite_master m JOIN pragma_foreign_key_list (m.name) f"
                        " WHERE m.type = 'table' AND f.\"table\" = 'incident'"
                        " UNION SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info (m.name) c"
                        " WHERE m.type = 'table' AND c.name = 'incident'",
                        "");
  guint n = 0;

  for (; mado_sql_step (f->store, row, NULL); n++) {
    g_autofree char *table = mado_sql_text (row, 0), *column = mado_sql_text (row, 1);
    g_autofree char *name = g_strdup_printf ("%s.%s", table, column);
    g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM \"%s\" WHERE \"%s\" = ?", table, column);
    gint64 found = 0;
    g_assert_true (mado_sql_number (f->store, &found, NULL, sql, "i", id));
    if (!g_strv_contains (known, name))
      g_test_message ("src/desk/store-merge.c does not say what becomes of %s when tickets are merged", name);
    g_assert_true (g_strv_contains (known, name));
    if (!g_strv_contains (may_stay, name))
      g_assert_cmpint (found, ==, strcmp (table, "entry") == 0 ? 1 : 0); /* "Merged into" */
  }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (known) - 1);
}

/* ... and each column of a ticket is one that merging knows. */
static void
test_columns (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const known[] = {
    "id", "number", "token", "token_key", "created", "updated", "state", "owner", "priority", "category", "tlp", "tlp_marked", "pap",
    "subject", "reporter", "language", "encryption", "signature", "external_ids", "tags", "constituencies", "indicators", "version",
    "restricted", "restricted_why", "hold", "hold_by", "hold_why", "merged_into",
    "erased", "erased_by", /* stay as they are: what was erased is gone from both */
    NULL
  };
  g_autoptr (MadoStatement) row = mado_sql_query (f->store, NULL, "SELECT name FROM pragma_table_info ('incident')", "");

  while (mado_sql_step (f->store, row, NULL)) {
    g_autofree char *name = mado_sql_text (row, 0);
    if (!g_strv_contains (known, name))
      g_test_message ("src/desk/store-merge.c does not say what becomes of incident.%s when tickets are merged", name);
    g_assert_true (g_strv_contains (known, name));
  }
}

static void
test_merge (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReport) report = make_report (1, "alice@example.net", "a phishing site", "192.0.2.1");
  const char *ids[] = { "JPCERT#12345678", NULL };
  MadoAccountStates states = { 0 };
  gint64 rows = 0, found = 0, a, b, c;

  g_strfreev (report->report->external_ids);
  report->report->external_ids = g_strdupv ((char **) ids);
  a = settle_to (f, 1, report, "csirt@example.org", "ticket", "new");
  b = take (f, 2, "carol@example.net", "spam run", "192.0.2.2");
  c = take (f, 3, "dora@example.net", "else", "192.0.2.3");
  g_assert_true (mado_store_add_note (f->store, a, "mika", "a note", NOW, NULL)
                 && mado_store_put_link (f->store, a, c, "parent", "mika", NOW, NULL));
  g_autoptr (MadoIncident) before = load (f, b);
  merge (f, a, b);
  g_autoptr (MadoIncident) after = load (f, b);
  g_autofree char *lines = describe (after);
  g_assert_cmpstr (lines, ==, "in 01; out; in 02; out; note; event; ");
  g_assert_cmpint (after->version, >, before->version);
  g_assert_cmpstr (after->number, ==, "2026-000002");
  g_assert_cmpstr (after->subject, ==, "spam run");
  g_assert_cmpstr (after->reporter, ==, "carol@example.net");
  g_assert_cmpstr (after->category, ==, before->category); /* the rules' first word would be the other one's */
  g_assert_cmpstr (after->owner, ==, "bob");
  g_assert_cmpint (after->counts->messages, ==, 2);
  g_assert_cmpint (after->counts->indicators, ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) after->tags, "web") && g_strv_contains ((const char *const *) after->tags, "junk"));
  g_assert_cmpstr (after->external_ids[0], ==, "JPCERT#12345678");
  g_assert_cmpstr (after->merged[0], ==, "EX #2026-000001");
  g_assert_cmpuint (after->linked->len, ==, 1);
  g_assert_cmpstr (((MadoLink *) after->linked->pdata[0])->kind, ==, "parent");
  check_nothing_left (f, a);
  /* the old one is a name, and no more */
  g_autoptr (MadoIncident) old = load (f, a);
  g_assert_cmpstr (old->state, ==, "merged");
  g_assert_cmpstr (old->merged_into, ==, "EX #2026-000002");
  g_assert_null (old->subject);
  g_assert_null (old->owner);
  g_assert_cmpuint (old->thread->len, ==, 1);
  g_assert_cmpstr (((MadoEntry *) old->thread->pdata[0])->text, ==, "Merged into EX #2026-000002");
  g_assert_true (mado_store_find_number (f->store, "2026-000001", &found, NULL) && found == b);
  g_autoptr (GPtrArray) all = mado_store_list_incidents (f->store, NULL, NULL, NULL, 0, 100, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  g_autoptr (GPtrArray) merged = mado_store_list_incidents (f->store, NULL, "merged", NULL, 0, 100, NULL);
  g_assert_cmpuint (merged->len, ==, 1);
  g_assert_true (mado_store_count_states (f->store, &states, &rows, NULL));
  g_assert_cmpint (rows, ==, 3);
  g_assert_cmpint (states.ticket, ==, 2);
  g_assert_cmpint (states.joined, ==, 1);
  /* an event that comes late from somewhere does not get lost in the name */
  g_assert_true (mado_store_add_event (f->store, a, NULL, "late", NOW, NULL));
  g_autoptr (MadoIncident) late = load (f, b);
  g_assert_cmpuint (late->thread->len, ==, after->thread->len + 1);
}

/* Whatever people were told leads to the one that is left; also after a second merge. */
static void
test_ways (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2"),
         c = take (f, 3, "dora@example.net", "three", "192.0.2.3");
  g_autoptr (GPtrArray) drafts = mado_store_list_due (f->store, "draft", G_MAXINT64, 10, NULL);
  const MadoOutboxItem *first = drafts->pdata[0];
  g_autofree char *token = mado_store_load_token (f->store, a, NULL);
  g_autofree char *plus = g_strdup_printf ("csirt+%s@example.org", token);
  gboolean done = FALSE;

  g_assert_cmpint (first->incident, ==, a);
  merge (f, a, b);
  for (int n = 10; n <= 20; n += 10) {
    g_autoptr (MadoReport) by_tag = make_report (n, "alice@example.net", "Re: [EX #2026-000001] one", "192.0.2.9");
    g_autoptr (MadoReport) by_token = make_report (n + 1, "alice@work.example", "more", "192.0.2.9");
    g_autoptr (MadoReport) by_id = make_report (n + 2, "alice@home.example", "more", "192.0.2.9");
    g_autoptr (MadoReport) stranger = make_report (n + 3, "eve@example.net", "[EX #2026-000001]", "192.0.2.9");
    g_strfreev (by_id->headers->in_reply_to);
    by_id->headers->in_reply_to = g_strsplit (first->message_id, " ", -1);
    gint64 survivor = done ? c : b;
    g_assert_cmpint (settle_to (f, n, by_tag, "csirt@example.org", "joined", "tag"), ==, survivor);
    g_assert_cmpint (settle_to (f, n + 1, by_token, plus, "joined", "token"), ==, survivor);
    g_assert_cmpint (settle_to (f, n + 2, by_id, "csirt@example.org", "joined", "reference"), ==, survivor);
    g_assert_cmpint (settle_to (f, n + 3, stranger, "csirt@example.org", "held", "unconfirmed-tag"), ==, survivor);
    if (!done)
      merge (f, b, c);
    done = TRUE;
  }
  /* the answer to the first mail can still be sent, as it is */
  g_autoptr (GPtrArray) still = mado_store_list_due (f->store, "draft", G_MAXINT64, 10, NULL);
  g_assert_cmpuint (still->len, ==, drafts->len);
  g_assert_cmpstr (((MadoOutboxItem *) still->pdata[0])->message_id, ==, first->message_id);
  g_assert_cmpint (((MadoOutboxItem *) still->pdata[0])->incident, ==, c);
  g_autoptr (MadoIncident) left = load (f, c);
  g_assert_cmpuint (g_strv_length (left->merged), ==, 2);
}

static void
test_refusals (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2"),
         c = take (f, 3, "dora@example.net", "three", "192.0.2.3");

  refuse_merge (f, a, a, "into itself");
  merge (f, a, b);
  refuse_merge (f, a, c, "merged already");
  refuse_merge (f, c, a, "merged already");
  refuse_merge (f, b, a, "merged already"); /* a circle */
  g_autoptr (MadoIncident) after = load (f, b);
  g_assert_cmpstr (after->state, ==, "new");
}

/* Members' words: those of the one that is left go first, the other's fill the gaps; marks never get milder. */
static void
test_decisions (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "phishing", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2"),
         c = take (f, 3, "dora@example.net", "three", "192.0.2.3");

  decide (f, b, "priority", "low", "ann");
  decide (f, b, "tlp", "TLP:GREEN", "ann");
  decide (f, b, "owner", NULL, "ann");
  decide (f, b, "tag", "ours", "ann");
  decide (f, a, "priority", "urgent", "carl");
  decide (f, a, "category", "fraud", "carl");
  decide (f, a, "owner", "carl", "carl");
  decide (f, a, "tlp", "TLP:RED", "carl");
  g_assert_true (mado_store_set_state (f->store, a, "open", NOW, NULL) && mado_store_set_state (f->store, b, "resolved", NOW, NULL));
  merge (f, a, b);
  g_autoptr (MadoIncident) after = load (f, b);
  g_assert_cmpstr (after->priority, ==, "low");
  g_assert_cmpstr (after->category, ==, "fraud");
  g_assert_cmpstr (after->owner, ==, "carl");
  g_assert_cmpstr (after->tlp, ==, "TLP:RED");
  g_assert_true (g_strv_contains ((const char *const *) after->tags, "ours"));
  g_assert_cmpstr (after->state, ==, "open");
  /* finished work wakes up nothing */
  g_assert_true (mado_store_set_state (f->store, c, "waiting", NOW, NULL) && mado_store_set_state (f->store, b, "resolved", NOW, NULL));
  merge (f, b, c);
  g_autoptr (MadoIncident) last = load (f, c);
  g_assert_cmpstr (last->state, ==, "waiting");
  g_assert_cmpstr (last->tlp, ==, "TLP:RED");
}

/* What is under hold stays so in what is left; what was merged is erased with it, and is in nobody's way. */
static void
test_hold (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2"), erased = 0;
  g_autoptr (MadoIncident) facts = mado_incident_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_store_set_hold (f->store, a, "ann", "a court asks", NOW, NULL));
  merge (f, a, b);
  g_assert_true (mado_store_fill_retention (f->store, b, facts, NULL));
  g_assert_cmpint (facts->hold, ==, NOW);
  g_assert_cmpstr (facts->hold_reason, ==, "a court asks");
  g_assert_true (mado_store_set_state (f->store, b, "resolved", NOW, NULL)
                 && mado_sql_run (f->store, NULL, "UPDATE outbox SET state = 'sent'", ""));
  g_assert_false (mado_store_erase_incident (f->store, b, "ann", NULL, NOW + 9, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_true (mado_store_set_hold (f->store, b, NULL, NULL, NOW, NULL) && mado_store_begin (f->store, NULL)
                 && mado_store_erase_incident (f->store, b, "ann", NULL, NOW + 9, NULL) && mado_store_commit (f->store, NULL));
  g_assert_true (mado_sql_number (f->store, &erased, NULL, "SELECT count (*) FROM incident WHERE erased = ?", "i", (gint64) (NOW + 9)));
  g_assert_cmpint (erased, ==, 2);
}

static gint64
get_due (Fixture *f, gint64 id)
{
  g_autoptr (MadoIncident) incident = load (f, id);

  g_assert_true (mado_store_fill_due (f->store, incident, NOW, NULL));
  return incident->due;
}

/* The time that a member gave the one holds for both, when it is the earlier one. */
static void
test_due (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    gint64 from, into, left; /* minutes; 0: nobody said, -1: somebody said that nothing is due */
  } rows[] = { { 10, 0, 10 }, { 10, 20, 10 }, { 20, 10, 10 }, { 10, -1, 0 }, { 0, 20, 20 }, { -1, 20, 20 } };
  g_autoptr (MadoConf) conf = mado_conf_parse ("[due]\n", "test", NULL);
  g_autoptr (MadoDueRules) rules = NULL;

  g_assert_true (mado_due_rules_read (conf, &rules, NULL));
  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++) {
    gint64 a = take (f, 2 * i + 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2 * i + 2, "carol@example.net", "two", "192.0.2.2");
    if (rows[i].from != 0)
      g_assert_true (mado_store_set_due (f->store, rules, a, rows[i].from > 0 ? NOW + rows[i].from * 60 : 0, "ann", NULL));
    if (rows[i].into != 0)
      g_assert_true (mado_store_set_due (f->store, rules, b, rows[i].into > 0 ? NOW + rows[i].into * 60 : 0, "ben", NULL));
    merge (f, a, b);
    g_assert_cmpint (get_due (f, b), ==, rows[i].left > 0 ? NOW + rows[i].left * 60 : 0);
    g_assert_true (mado_store_renew_due (f->store, rules, a, NULL));
    g_assert_cmpint (get_due (f, a), ==, 0);
  }
}

/* A mail of a merged ticket that is read again says nothing about the other one's subject. */
static void
test_read_again (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2");
  g_autoptr (MadoReport) again = make_report (1, "alice@example.net", "one, read better", "192.0.2.7");
  g_autoptr (MadoReport) same = make_report (3, "alice@example.net", "one", "192.0.2.1");
  MadoSettler settler = { f->store, &settings, NOW + 200, f->rules };
  g_auto (MadoSettled) settled = { 0 };
  g_auto (GStrv) mails = NULL;

  g_assert_cmpint (settle_to (f, 3, same, "csirt@example.org", "ticket", "new"), !=, a);
  merge (f, a, b);
  g_assert_true (mado_settle_again (&settler, "0000000000000001", again, &settled, NULL));
  g_assert_cmpstr (settled.state, ==, "joined");
  g_autoptr (MadoIncident) after = load (f, b);
  g_assert_cmpstr (after->subject, ==, "two");
  g_assert_cmpint (after->counts->indicators, ==, 2);
  mails = mado_store_list_mails_of (f->store, b, NULL);
  g_assert_cmpuint (g_strv_length (mails), ==, 2);
  /* and it still counts when its sender says the same again */
  g_autoptr (GPtrArray) alike = mado_store_list_alike (f->store, "alice@example.net", "one, read better", "x", 0, 10, NULL);
  g_assert_cmpuint (alike->len, ==, 1);
  g_assert_cmpstr (((MadoMail *) alike->pdata[0])->number, ==, "2026-000002");
}

/* A ticket whose mail nobody could read is merged, and the mail can be read later: it joins. */
static void
test_held (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoEnvelope) envelope = make_envelope (5, "dora@example.net", "csirt@example.org");
  g_autoptr (MadoReport) report = make_report (5, "dora@example.net", "readable", "192.0.2.5");
  MadoSettler settler = { f->store, &settings, NOW + 5, f->rules };
  g_auto (MadoSettled) settled = { 0 }, again = { 0 };
  g_autoptr (MadoMail) mail = NULL;
  gint64 b = take (f, 2, "carol@example.net", "two", "192.0.2.2");

  g_assert_true (mado_store_receive_mail (f->store, envelope, 10, "00", &mail, NULL)
                 && mado_settle_held (&settler, envelope, "crash", NULL, &settled, NULL));
  merge (f, settled.incident, b);
  g_assert_true (mado_settle_again (&settler, "0000000000000005", report, &again, NULL));
  g_assert_cmpstr (again.state, ==, "joined");
  g_assert_cmpint (again.incident, ==, b);
  g_autoptr (MadoIncident) after = load (f, b);
  g_assert_cmpstr (after->subject, ==, "two");
}

static char *
list_names (Fixture *f, gint64 id)
{
  g_autoptr (MadoIncident) incident = load (f, id);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < incident->restricted_to->len; i++)
    g_string_append_printf (out, "%s ", ((MadoNamed *) incident->restricted_to->pdata[i])->login);
  return g_string_free (out, FALSE);
}

static void
join_team (Fixture *f, const char *login)
{
  g_autoptr (MadoMember) member = mado_member_record_new ();

  member->login = g_strdup (login);
  member->role = MADO_MEMBER_HANDLER;
  member->joined = NOW;
  g_assert_true (mado_store_put_member (f->store, member, NULL));
}

/* Nobody reads afterwards what he might not read before (mado_need_keep). */
static void
test_need (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  gint64 a = take (f, 1, "alice@example.net", "one", "192.0.2.1"), b = take (f, 2, "carol@example.net", "two", "192.0.2.2"),
         c = take (f, 3, "dora@example.net", "three", "192.0.2.3");
  static const char *const logins[] = { "ann", "ben", "mika" };
  g_auto (MadoNeedKept) kept = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    join_team (f, logins[i]);
  g_assert_true (mado_need_keep (f->store, a, b, &kept, NULL));
  g_assert_null (kept.names);
  g_assert_true (mado_store_set_restricted (f->store, a, TRUE, "an inquiry", NULL)
                 && mado_store_add_named (f->store, a, "ann", "ann", NOW, NULL) && mado_store_add_named (f->store, a, "mika", "ann", NOW, NULL));
  decide (f, b, "tlp", "TLP:RED", "mika");
  g_assert_true (mado_store_add_named (f->store, b, "ben", "mika", NOW, NULL) && mado_store_add_named (f->store, b, "mika", "mika", NOW, NULL));
  g_assert_true (mado_need_keep (f->store, a, b, &kept, NULL));
  g_assert_cmpuint (kept.names->len, ==, 1);
  g_assert_true (kept.is_marked);
  /* who owns the one and may not read the other is in the way */
  decide (f, b, "owner", "ben", "ben");
  refuse_merge (f, a, b, "ben would own it");
  g_autofree char *still = list_names (f, b);
  g_assert_cmpstr (still, ==, "ben mika ");
  decide (f, b, "owner", NULL, "ben");
  merge (f, a, b);
  g_autofree char *names = list_names (f, b);
  g_assert_cmpstr (names, ==, "mika ");
  g_autoptr (MadoIncident) both = load (f, b);
  g_assert_cmpstr (both->restricted_reason, ==, "an inquiry");
  g_assert_cmpstr (both->tlp, ==, "TLP:RED");
  /* one that all may read is swallowed by one that few may, and the other way round */
  take (f, 4, "dora@example.net", "four", "192.0.2.4");
  g_assert_true (mado_store_add_note (f->store, c, "ann", "took part", NOW, NULL));
  merge (f, b, c);
  g_autofree char *last = list_names (f, c);
  g_assert_cmpstr (last, ==, "mika ");
  check_nothing_left (f, a);
  gboolean may = TRUE;
  g_assert_true (mado_need_may_read (f->store, "ann", a, &may, NULL) && !may); /* by the old number neither */
  g_assert_true (mado_need_may_read (f->store, "mika", a, &may, NULL) && may);
}

/* A store of the version before. */
static void
test_migration (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *path = g_strdup_printf ("%s/old.db", f->top), *url = g_strdup_printf ("sqlite:%s", path);

  test_old_store (path, 10,
                  "INSERT INTO incident (number, token, created, updated, state, encryption, signature)"
                  " VALUES ('2026-000001', 't', 1, 1, 'open', 0, 0), ('2026-000002', 'u', 1, 1, 'new', 0, 0);");
  g_autoptr (MadoStore) store = mado_store_open (url, "EX", test_vault (), NULL);
  g_assert_nonnull (store);
  g_autoptr (GPtrArray) all = mado_store_list_incidents (store, NULL, NULL, NULL, 0, 10, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_true (mado_merge_tickets (store, 1, 2, "mika", NOW, NULL));
  g_autoptr (MadoIncident) left = mado_store_load_summary (store, 2, NULL);
  g_assert_cmpstr (left->state, ==, "open");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/merge/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("columns", test_columns);
  ADD ("merge", test_merge);
  ADD ("ways", test_ways);
  ADD ("refusals", test_refusals);
  ADD ("decisions", test_decisions);
  ADD ("hold", test_hold);
  ADD ("due", test_due);
  ADD ("read-again", test_read_again);
  ADD ("held", test_held);
  ADD ("need", test_need);
  ADD ("migration", test_migration);
#undef ADD
  return g_test_run ();
}
