/* test-model-event.c: the gateway's own sentences are understood, with their values; what others wrote is never taken for ours. */
#include "madoguchi/model/event.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/record-json.h"

#include <string.h>

/* What was read: "word name=value name=value|word...", or "" */
static char *
read_all (const char *text)
{
  g_autoptr (GPtrArray) events = mado_event_read (text);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++) {
    const MadoEvent *event = events->pdata[i];
    g_string_append_printf (out, "%s%s", i > 0 ? "|" : "", event->word);
    for (char **value = event->values; *value != NULL; value += 2)
      g_string_append_printf (out, " %s=%s", value[0], value[1]);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static const struct {
  const char *text, *read;
} rows[] = {
  { "Assigned to nobody", "assigned-to-nobody" },
  { "Assigned to hanako", "assigned login=hanako" },
  { "Handed over to bob by a.b. See note. Twice", "handed-over login=bob by=a.b words=See note. Twice" },
  { "Restricted to named members: a, b.c, d. A reason: it", "restricted logins=a, b.c, d words=A reason: it" },
  { "Restricted to named members: nobody yet; whoever takes it", "restricted-to-nobody" },
  { "Not restricted to named members any more", "unrestricted" },
  { "State: open (was new)", "state state=open was=new" },
  { "State: rejected (was open). Not ours\nat all", "state state=rejected was=open words=Not ours\nat all" },
  { "State: waiting (was new), for an answer", "waiting was=new" },
  { "State: open. The merged ticket was new", "state-merged state=open was=new" },
  { "Due: as the configuration says", "due-auto" },
  { "Due: 2026-11-21T10:00:00Z", "due time=2026-11-21T10:00:00Z" },
  { "Overdue: the first answer was due 2026-11-21T10:00:00Z. Owner: nobody. On duty: a (commander), b (poc)",
    "overdue what=the first answer time=2026-11-21T10:00:00Z owner=nobody leaders=a (commander), b (poc)" },
  { "Priority: high (was none), as the rules say", "priority-auto priority=high before=none" },
  { "Category by the rules: fraud:phishing instead of none (mail 3K5Y9Q0A1B2C3D4E)",
    "category-rules category=fraud:phishing earlier=none mail=3K5Y9Q0A1B2C3D4E" },
  { "TLP: TLP:RED (was TLP:CLEAR)", "tlp tlp=TLP:RED before=TLP:CLEAR" },
  { "Tagged: a, b", "tagged tags=a, b" },
  { "Merged Our CSIRT #2026-000001 into this ticket: mails: 3; its number and the answers that were sent from it lead here",
    "merged ticket=Our CSIRT #2026-000001 count=3" },
  { "Linked, parent: CSIRT #2026-000002", "linked kind=parent ticket=CSIRT #2026-000002" },
  { "This mail cannot be opened: no-secret-key; encrypted to 0xABC, #12", "undecryptable reason=no-secret-key keys=0xABC, #12" },
  { "Held: reading it went over a limit (3K5Y9Q0A1B2C3D4E). The raw mail is kept.",
    "held why=reading it went over a limit mail=3K5Y9Q0A1B2C3D4E" },
  { "KEY WARNING: a@b is known by the key AB since -; this mail (Q) is signed with another one, CD; it offers the key EF to answer with",
    "key-warning address=a@b key=AB time=-|key-changed mail=Q seen=CD|key-offered offered=EF" },
  { "KEY WARNING: the key AB was known for the address; the directory (wkd) has another one, CD. The answer goes without content, signed and"
    " not encrypted: wkd key AB: expired; autocrypt key CD: it has no valid encryption subkey",
    "key-directory key=AB source=wkd seen=CD|and|no-content|no-key source=wkd key=AB reason=expired|no-key source=autocrypt key=CD reason=it "
    "has no valid encryption subkey" },
  { "Automatic answer: plaintext (ja, no content)", "automatic-answer template=plaintext language=ja" },
  { "Automatic answer: ack (all languages, encrypted)", "automatic-answer-all template=ack" },
  { "The answer to a@b was not delivered: 550 5.1.1 no (really)", "not-delivered address=a@b words=550 5.1.1 no (really)" },
  { "Refused to approve the answer 2026-000001/7.2: Say it: shorter", "draft-refused answer=2026-000001/7.2 words=Say it: shorter" },
  /* none of ours */
  { NULL, "" },
  { "", "" },
  { "assigned to hanako", "" },
  { "Assigned to hanako and bob", "" },
  { "Assigned to hanako. State: open (was new)", "" },
  { "State: open (was new), really", "" },
  { "KEY WARNING: a b@c is known by the key AB since -", "" },
  { ". ", "" },
  { "Due: nothing. ", "" },
  { "Handed over to bob by a. State: open (was new)", "handed-over login=bob by=a words=State: open (was new)" },
  { "; it offers the key EF to answer with", "" },
};

static void
test_read (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *read = read_all (rows[i].text);
    g_assert_cmpstr (read, ==, rows[i].read);
  }
}

static void
test_reason (void)
{
  static const struct {
    const char *text, *said;
    guint n;
  } reasons[] = {
    { "word \"scan\" in the subject; word \"a; b\" in the text", "word \"scan\" in the subject; word \"a; b\" in the text", 3 },
    { "constituency any (133.1.2.3, source in record 1 (xarf)); tlp TLP:RED", "constituency any (133.1.2.3, source in record 1 (xarf)); tlp TLP:RED", 4 },
    { "tag x (rule y)", "tag x (rule y)", 2 },
    { "a@b, reporter", "a@b, reporter", 1 },
    { "impact high (rule phishing), urgency low (no rule)", "impact high (rule phishing), urgency low (no rule)", 1 },
    { "the report says so (xarf)", "the report says so (xarf)", 1 },
    { "category fraud:phishing", "", 0 },
    { "State: open (was new)", "", 0 },
    { "word \"x\"", "", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++) {
    g_autoptr (GPtrArray) events = mado_event_read_reason (reasons[i].text);
    g_autofree char *said = mado_event_say (events);
    g_assert_cmpstr (said, ==, reasons[i].said);
    g_assert_cmpuint (events->len, ==, reasons[i].n);
  }
  g_autoptr (GPtrArray) rule = mado_event_read_rule ("/etc/madoguchi/triage.conf [rule phishing]");
  g_autoptr (GPtrArray) none = mado_event_read_rule ("/etc/madoguchi/triage.conf");
  g_autofree char *said = mado_event_say (rule);
  g_assert_cmpstr (said, ==, "triage.conf [rule phishing]");
  g_assert_cmpuint (none->len, ==, 0);
}

/* What is read is said again as it was written, by whoever knows no other language. */
static void
test_say (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) events = mado_event_read (rows[i].text);
    g_autofree char *said = mado_event_say (events);
    g_autoptr (GString) text = g_string_new (*rows[i].read != '\0' ? rows[i].text : "");
    g_string_replace (text, "fraud:phishing", "Phishing (fraud:phishing)", 0); /* what people call it stands beside it */
    g_assert_cmpstr (said, ==, text->str);
  }
}

/* Long texts that almost fit take no long time, and no value is cut. */
static void
test_long (void)
{
  g_autoptr (GString) many = g_string_new ("The answer goes without content, signed and not encrypted");
  g_autoptr (GString) reason = g_string_new ("State: open (was new). ");

  for (guint i = 0; i < 20000; i++) {
    g_string_append (many, "; a key b: c");
    g_string_append (reason, ". (was ");
  }
  g_autoptr (GPtrArray) none = mado_event_read (many->str);
  g_autoptr (GPtrArray) one = mado_event_read (reason->str);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (((MadoEvent *) one->pdata[0])->values[5], ==, reason->str + strlen ("State: open (was new). "));
}

static void
test_json (void)
{
  g_autoptr (MadoEntry) entry = mado_entry_new ();

  g_ptr_array_extend_and_steal (entry->event, mado_event_read ("State: open (was new)"));
  g_autoptr (JsonNode) node = mado_record_to_json (&mado_entry_type, entry);
  g_autofree char *json = mado_json_line (node);
  g_assert_nonnull (strstr (json, "\"event\":[{\"word\":\"state\",\"sentence\":\"State: {state} (was {was})\",\"values\":{\"state\":\"open\",\"was\":\"new\"}}]"));
  g_assert_true (mado_event_is_word ("state"));
  g_assert_false (mado_event_is_word ("words") || mado_event_is_word ("login") || mado_event_is_word ("stat"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/read", test_read);
  g_test_add_func ("/event/reason", test_reason);
  g_test_add_func ("/event/say", test_say);
  g_test_add_func ("/event/long", test_long);
  g_test_add_func ("/event/json", test_json);
  return g_test_run ();
}
