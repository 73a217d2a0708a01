/* test-desk-keeper.c: mails through a whole keeper, with fake roles that die, refuse and come back. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/model/incident.h"

#include <string.h>
#include <sys/resource.h>

#define REPORT "From: alice@example.net\nMessage-ID: <a1@example.net>\nSubject: phishing\n"

/* (transfer full) */
static MadoIncident *
show (House *house, const char *ticket)
{
  g_autoptr (GVariant) answer = house_ask (house, "show", house_body ("ticket", ticket), NULL);
  g_autoptr (GError) error = NULL;
  MadoIncident *incident = mado_incident_from_variant (answer, &error);

  g_assert_no_error (error);
  return incident;
}

static guint
count_entries (const MadoIncident *incident, const char *direction)
{
  guint n = 0;

  for (guint i = 0; i < incident->thread->len; i++)
    n += strcmp (((MadoEntry *) incident->thread->pdata[i])->direction, direction) == 0;
  return n;
}

static const MadoEntry *
find_answer (const MadoIncident *incident)
{
  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    if (strcmp (entry->direction, "out") == 0)
      return entry;
  }
  g_assert_not_reached ();
}

static gboolean
has_event (const MadoIncident *incident, const char *words)
{
  for (guint i = 0; i < incident->thread->len; i++) {
    const MadoEntry *entry = incident->thread->pdata[i];
    if (strcmp (entry->direction, "event") == 0 && strstr (entry->text, words) != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
check_account (House *house, gint64 accepted)
{
  g_autoptr (GVariant) answer = house_ask (house, "account", NULL, NULL);
  g_autoptr (MadoAccount) account = mado_account_from_variant (answer, NULL);

  g_assert_cmpint (account->accepted, ==, accepted);
  g_assert_true (account->balanced);
}

typedef struct {
  const char *ticket, *delivery;
} Delivery;

static gboolean
is_delivery (House *house, gpointer data)
{
  const Delivery *wanted = data;
  g_autoptr (MadoIncident) incident = show (house, wanted->ticket);

  return strcmp (find_answer (incident)->delivery, wanted->delivery) == 0;
}

static void
wait_delivery (House *house, const char *ticket, const char *delivery)
{
  Delivery wanted = { ticket, delivery };

  house_wait (house, is_delivery, &wanted);
}

static void
test_ticket (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "alice@example.net", "csirt@example.org", REPORT "X-Signer: AAAA\n");
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_autofree char *archived = NULL;

  g_assert_true (g_str_has_prefix (ticket, "EX #20") && g_str_has_suffix (ticket, "-000001"));
  const char *sent = house_wait_sent (house, 1);
  g_auto (GStrv) words = g_strsplit (sent, " ", 4);
  g_assert_cmpstr (words[1], ==, "alice@example.net");
  g_assert_cmpstr (words[2], ==, words[0]); /* the mail's Message-ID is the job's */
  g_assert_true (g_str_has_prefix (words[3], "plaintext EX #"));
  g_assert_null (strstr (words[0], "000001")); /* the ticket is no part of it */
  wait_delivery (house, ticket, "sent");
  g_autoptr (MadoIncident) incident = show (house, "1");
  g_assert_cmpstr (incident->subject, ==, "phishing");
  g_assert_cmpstr (incident->reporter, ==, "alice@example.net");
  g_assert_cmpint (incident->signature, ==, MADO_SIGNATURE_GOOD);
  g_assert_cmpuint (count_entries (incident, "in"), ==, 1);
  g_assert_cmpstr (find_answer (incident)->message_id, ==, words[0]);
  check_account (house, 1);
}

static void
test_joins (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *first = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, first, "ticket");
  g_auto (GStrv) words = g_strsplit (house_wait_sent (house, 1), " ", 4);
  g_autofree char *token = g_strndup (words[0] + 1, 16);
  g_autofree char *by_reference = g_strdup_printf ("From: x@example.com\nSubject: ...\nReferences: <o@x> %s\n", words[0]);
  g_autofree char *address = g_strdup_printf ("csirt+%s@example.org", token);
  g_autofree char *tag = g_strdup_printf ("From: Alice@example.net\nSubject: Re: [%s] more\n", ticket);
  g_autofree char *strange = g_strdup_printf ("From: eve@example.com\nSubject: Re: [%s] more\n", ticket);
  g_autofree char *vacation
      = g_strdup_printf ("From: alice@example.net\nAuto-Submitted: auto-replied\nIn-Reply-To: %s\n", words[0]);
  g_autofree char *ids[] = { house_put (house, "x@example.com", "csirt@example.org", by_reference),
                             house_put (house, "y@example.com", address, "From: y@example.com\nSubject: hi\n"),
                             house_put (house, "alice@example.net", "csirt@example.org", tag),
                             house_put (house, "eve@example.com", "csirt@example.org", strange),
                             house_put (house, "", "csirt@example.org", vacation),
                             house_put (house, "alice@example.net", "csirt@example.org", REPORT) };
  static const char *const states[] = { "joined", "joined", "joined", "held", "auto_reply", "duplicate" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autofree char *where = house_wait_state (house, ids[i], states[i]);
    g_assert_cmpstr (where, ==, ticket);
  }
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    g_free (g_steal_pointer (&ids[i]));
  g_assert_cmpuint (house->sender_data.sent->len, ==, 1); /* one answer for one ticket */
  check_account (house, 7);
}

static void
test_bounce (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *first = house_put (house, "alice@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, first, "ticket");
  g_auto (GStrv) words = g_strsplit (house_wait_sent (house, 1), " ", 4);
  wait_delivery (house, ticket, "sent");
  g_autofree char *dsn = g_strdup_printf ("From: MAILER-DAEMON@x\nX-Report: dsn\nX-Reported: %s\n", words[0]);
  g_autofree char *id = house_put (house, "", "csirt@example.org", dsn);
  g_autofree char *where = house_wait_state (house, id, "bounce");

  g_assert_cmpstr (where, ==, ticket);
  wait_delivery (house, ticket, "failed");
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_true (has_event (incident, "came back"));
}

static void
test_crash_is_held (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT "X-Fake: crash\n");
  g_autofree char *ticket = house_wait_state (house, id, "held");

  g_assert_cmpint (house->opener_data.n_opened, ==, 3);
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_true (has_event (incident, "Held"));
  g_assert_cmpuint (count_entries (incident, "out"), ==, 0);
  g_autoptr (GVariant) shown = house_ask (house, "held-show", house_body ("id", id), NULL);
  g_autofree char *reason = house_string (shown, "reason");
  g_assert_cmpstr (reason, ==, "crash");

  g_autoptr (GError) error = NULL; /* it still cannot be read */
  g_assert_null (house_ask (house, "held-retry", house_body ("id", id), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_LIMIT);
  house->opener_data.is_healed = 1;
  g_autoptr (GVariant) retried = house_ask (house, "held-retry", house_body ("id", id), NULL);
  g_autofree char *state = house_string (retried, "state");
  g_assert_cmpstr (state, ==, "ticket");
  house_wait_sent (house, 1); /* and now it gets its one answer */
  g_autoptr (MadoIncident) healed = show (house, ticket);
  g_assert_cmpstr (healed->subject, ==, "phishing");
  check_account (house, 1);
}

static void
test_limit_with_headers (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT "X-Fake: partial\n");
  g_autofree char *ticket = house_wait_state (house, id, "held");
  g_autoptr (MadoIncident) incident = show (house, ticket);

  g_assert_cmpint (house->opener_data.n_opened, ==, 1); /* it would be over the limit every time */
  g_assert_cmpstr (incident->subject, ==, "phishing");
  g_autoptr (GVariant) dropped = house_ask (house, "held-drop", house_body ("id", id), NULL);
  g_autofree char *state = house_string (dropped, "state");
  g_assert_cmpstr (state, ==, "dropped_by_member");
  check_account (house, 1);
}

static gboolean
has_tried (House *house, gpointer data)
{
  return g_atomic_int_get (&house->opener_data.n_opened) >= *(int *) data;
}

static void
test_trouble_is_not_the_mails (House *house, gconstpointer data)
{
  g_autofree char *mail = g_strdup_printf ("%sX-Fake: %s\n", REPORT, (const char *) data);
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", mail);
  int tries = 5;

  house_wait (house, has_tried, &tries); /* more often than a crash would be */
  house->opener_data.is_healed = 1;
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_assert_cmpstr (ticket, !=, "");
}

static void
test_die (House *house, gconstpointer data G_GNUC_UNUSED)
{
  test_trouble_is_not_the_mails (house, "die");
}

static void
test_temp (House *house, gconstpointer data G_GNUC_UNUSED)
{
  test_trouble_is_not_the_mails (house, "temp");
}

/* A mail that takes the whole role with it each time is no crash that anybody reported; it ends all the same. */
static void
test_attempts (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT "X-Fake: die\n");

  for (int tries = 1; tries <= 20; tries++) {
    house_wait (house, has_tried, &tries);
    house_stop_keeper (house); /* the next one does not wait as long as this one would */
    house_start_keeper (house);
  }
  g_autofree char *ticket = house_wait_state (house, id, "held");
  g_assert_cmpint (g_atomic_int_get (&house->opener_data.n_opened), ==, 20);
  g_autoptr (GVariant) shown = house_ask (house, "held-show", house_body ("id", id), NULL);
  g_autofree char *reason = house_string (shown, "reason");
  g_assert_cmpstr (reason, ==, "attempts");
  check_account (house, 1);
}

static void
test_undecryptable (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT "X-Fake: undecryptable\n");
  g_autofree char *ticket = house_wait_state (house, id, "ticket");

  g_assert_nonnull (strstr (house_wait_sent (house, 1), " cannot-open "));
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_true (has_event (incident, "cannot be opened: no-secret-key"));
  g_autoptr (GVariant) taken = house_ask (house, "take", house_body ("ticket", ticket), NULL);
  house->opener_data.is_healed = 1;
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "undecryptable", "b", TRUE);
  g_autoptr (GVariant) answer = house_ask (house, "reopen", g_variant_dict_end (&dict), NULL);
  gint64 count = 0;
  g_assert_true (g_variant_lookup (answer, "count", "x", &count));
  g_assert_cmpint (count, ==, 1);
  g_autoptr (MadoIncident) again = show (house, ticket);
  g_assert_cmpstr (again->state, ==, "open"); /* the member's work stays */
  g_assert_nonnull (again->owner);
  for (guint i = 0; i < again->thread->len; i++) {
    const MadoEntry *entry = again->thread->pdata[i];
    g_assert_true (entry->report == NULL || entry->report->undecryptable == NULL);
  }
}

static void
test_send_again (House *house, gconstpointer data G_GNUC_UNUSED)
{
  house->sender_data.refuse = 2;
  house->sender_data.die = 1; /* takes the mail and dies before it says so */
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_autofree char *first = g_strdup (house_wait_sent (house, 1));
  const char *second = house_wait_sent (house, 2);

  g_assert_cmpstr (first, ==, second); /* at least once, the same Message-ID and bytes */
  wait_delivery (house, ticket, "sent");
}

static void
test_send_fails (House *house, gconstpointer data G_GNUC_UNUSED)
{
  house->sender_data.reject = 1;
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, id, "ticket");

  wait_delivery (house, ticket, "failed");
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_true (has_event (incident, "550 no such user"));
}

static void
test_bad_key (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT "X-Signer: BADKEY\n");
  g_autofree char *ticket = house_wait_state (house, id, "ticket");

  g_assert_nonnull (strstr (house_wait_sent (house, 1), " plaintext "));
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_true (has_event (incident, "BADKEY"));
}

/* The keeper dies with mails at every step; the next one goes on, and nothing is answered twice. */
static void
test_restart (House *house, gconstpointer data G_GNUC_UNUSED)
{
  enum { N = 40 };
  char *ids[N];
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (int i = 0; i < N; i++) {
    g_autofree char *mail = g_strdup_printf ("From: r%d@example.net\nMessage-ID: <%d@x>\nSubject: s\n", i, i);
    ids[i] = house_put (house, "r@example.net", "csirt@example.org", mail);
  }
  for (int round = 0; round < 18; round++) { /* fewer than attempts that make a mail held */
    for (int i = 0; i <= round * 2; i++)
      g_main_context_iteration (NULL, FALSE);
    house_stop_keeper (house);
    house_start_keeper (house);
  }
  for (int i = 0; i < N; i++) {
    g_autofree char *ticket = house_wait_state (house, ids[i], "ticket");
    wait_delivery (house, ticket, "sent");
    g_free (ids[i]);
  }
  check_account (house, N);
  for (guint i = 0; i < house->sender_data.sent->len; i++) {
    g_auto (GStrv) words = g_strsplit (house->sender_data.sent->pdata[i], " ", 3);
    const char *before = g_hash_table_lookup (seen, words[1]);
    if (before != NULL)
      g_assert_cmpstr (before, ==, words[0]); /* perhaps sent again, but never another answer */
    g_hash_table_insert (seen, g_strdup (words[1]), g_strdup (words[0]));
  }
  g_assert_cmpuint (g_hash_table_size (seen), ==, N);
}

static void
test_roles_away (House *house, gconstpointer data G_GNUC_UNUSED)
{
  house_stop_role (&house->signer);
  house_stop_role (&house->sender);
  house_stop_role (&house->opener);
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT);
  check_account (house, 1);
  house_start_opener (house);
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_cmpstr (find_answer (incident)->delivery, ==, "ready");
  house_start_signer (house);
  house_start_sender (house);
  wait_delivery (house, ticket, "sent");
  g_assert_cmpuint (house->sender_data.sent->len, ==, 1);
}

static void
test_members (House *house, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *id = house_put (house, "a@example.net", "csirt@example.org", REPORT);
  g_autofree char *ticket = house_wait_state (house, id, "ticket");
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", "1");
  g_variant_dict_insert (&dict, "state", "s", "waiting");
  g_variant_dict_insert (&dict, "reason", "s", "asked \033[31mback");
  g_autoptr (GVariant) changed = house_ask (house, "state", g_variant_dict_end (&dict), NULL);
  g_autofree char *state = house_string (changed, "state");
  g_assert_cmpstr (state, ==, "waiting");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "text", "s", "a note");
  g_autoptr (GVariant) noted = house_ask (house, "note", g_variant_dict_end (&dict), NULL);
  g_autoptr (MadoIncident) incident = show (house, ticket);
  g_assert_cmpuint (count_entries (incident, "note"), ==, 1);
  g_assert_true (has_event (incident, "asked <U+001B>[31mback"));
  g_assert_null (house_ask (house, "show", house_body ("ticket", "99"), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_null (house_ask (house, "show", house_body ("ticket", "nonsense"), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (house_ask (house, "show", house_body ("ticket", "OTHER #2026-000001"), &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_clear_error (&error);
  g_assert_null (house_ask (house, "drop-all", NULL, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_DENIED);
  g_clear_error (&error);
  g_autoptr (GVariant) mine = house_ask (house, "list", house_body ("owner", "me"), NULL);
  g_autoptr (GVariant) items = g_variant_lookup_value (mine, "items", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (items), ==, 0);
  g_autoptr (GVariant) all = house_ask (house, "list", NULL, NULL);
  g_autoptr (GVariant) all_items = g_variant_lookup_value (all, "items", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (all_items), ==, 1);
  g_autoptr (GVariant) doctor = house_ask (house, "doctor", NULL, NULL);
  g_autoptr (GVariant) checks = g_variant_lookup_value (doctor, "items", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (checks), >=, 5);
}

/* Members may have the team's own addresses looked up, and nobody else's; and one text signed, of which they choose nothing. */
static void
test_own_keys (House *house, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *address;
    int code;
  } rows[] = { { "alice@example.net", MADO_ERROR_PERM }, { "csirt@example.org.evil.example", MADO_ERROR_PERM },
               { NULL, MADO_ERROR_PERM },                { "CSIRT@example.org", MADO_ERROR_CONF } }; /* no directory is configured */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    GVariant *body = rows[i].address != NULL ? house_body ("address", rows[i].address) : NULL;
    g_assert_null (house_ask (house, "look-up-own", body, &error));
    g_assert_error (error, MADO_ERROR, rows[i].code);
  }
  g_autoptr (GVariant) signed_text = house_ask (house, "security-txt", house_body ("text", "sign this"), NULL);
  g_assert_nonnull (signed_text); /* the signer was asked, and got no text: desk-fake.c */
}

/* Not a test of anything but speed: MADO_BENCH=1000 says what one mail costs the keeper. */
static void
test_cost (House *house, gconstpointer data G_GNUC_UNUSED)
{
  const char *wanted = g_getenv ("MADO_BENCH");
  guint n = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : 50;
  struct rusage before, after;

  for (guint i = 0; i < n; i++) {
    g_autofree char *mail = g_strdup_printf ("From: r%u@example.net\nMessage-ID: <%u@x>\nSubject: s\n", i, i);
    g_free (house_put (house, "r@example.net", "csirt@example.org", mail));
  }
  gint64 start = g_get_monotonic_time ();
  getrusage (RUSAGE_THREAD, &before);
  house_wait_sent (house, n);
  getrusage (RUSAGE_THREAD, &after);
  double cpu = (after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1e3
               + (after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e3;
  g_test_message ("%u mails: %.3f ms of CPU and %.3f ms of time for each", n, cpu / n,
                  (g_get_monotonic_time () - start) / 1e3 / n);
  check_account (house, n);
}

int
main (int argc, char **argv)
{
  static const char hurry[] = "[submission]\nretry-first=1s\nretry-max=1s\n";

  g_test_init (&argc, &argv, NULL);
  mado_log_init ("test", g_getenv ("MADO_DEBUG") != NULL ? MADO_LOG_DEBUG : MADO_LOG_ERROR, FALSE);
#define ADD(name, conf, test) g_test_add (name, House, conf, house_set_up, test, house_tear_down)
  ADD ("/desk/keeper/ticket", NULL, test_ticket);
  ADD ("/desk/keeper/joins", NULL, test_joins);
  ADD ("/desk/keeper/bounce", NULL, test_bounce);
  ADD ("/desk/keeper/crash-is-held", NULL, test_crash_is_held);
  ADD ("/desk/keeper/limit-with-headers", NULL, test_limit_with_headers);
  ADD ("/desk/keeper/opener-dies", NULL, test_die);
  ADD ("/desk/keeper/opener-without-agent", NULL, test_temp);
  ADD ("/desk/keeper/attempts", NULL, test_attempts);
  ADD ("/desk/keeper/undecryptable", NULL, test_undecryptable);
  ADD ("/desk/keeper/send-again", hurry, test_send_again);
  ADD ("/desk/keeper/send-fails", NULL, test_send_fails);
  ADD ("/desk/keeper/bad-key", NULL, test_bad_key);
  ADD ("/desk/keeper/restart", hurry, test_restart);
  ADD ("/desk/keeper/roles-away", NULL, test_roles_away);
  ADD ("/desk/keeper/members", NULL, test_members);
  ADD ("/desk/keeper/own-keys", NULL, test_own_keys);
  ADD ("/desk/keeper/cost", NULL, test_cost);
  return g_test_run ();
}
