/* event.c: see event.h. A sentence is read piece by piece: a literal piece must be there to the letter, a value may only be what its
 * name allows. Where it ends is tried from the shortest on, so that "bob. Why" is a login and a reason. */
#include "madoguchi/model/event.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/taxonomy.h"

#include <string.h>

#define MAX_PARTS 64
#define MAX_VALUE 2048 /* of those that are not the rest of the text */
#define MAX_STEPS 20000 /* no text is worth more */

static const MadoField event_fields[] = {
  MADO_STRING (MadoEvent, word),
  MADO_STRING (MadoEvent, sentence),
  { "values", MADO_FIELD_MAP, offsetof (MadoEvent, values), .max = 1 << 20 },
  MADO_FIELDS_END,
};
const MadoRecordType mado_event_type = { "event", NULL, sizeof (MadoEvent), event_fields };

typedef enum {
  BEGINS,  /* a sentence of its own */
  OF_KEYS, /* one of those about keys, of which several stand together */
  GOES_ON, /* stands behind such a one */
  JOINS,   /* stands between two such */
  REASON,  /* why something was decided */
  INSIDE,  /* more about it, in brackets */
  PARTS,   /* stands between two such */
  RULE     /* what decided it */
} Place;

typedef struct {
  const char *word, *sentence;
  Place place;
} Kind;

/* Where two fit, the first counts. */
static const Kind kinds[] = {
  /* whose it is */
  { "assigned-to-nobody", N_ ("Assigned to nobody"), BEGINS },
  { "assigned", N_ ("Assigned to {login}"), BEGINS },
  { "handed-over", N_ ("Handed over to {login} by {by}"), BEGINS },
  { "handed-over", N_ ("Handed over to {login} by {by}. {words}"), BEGINS },
  { "restricted-to-nobody", N_ ("Restricted to named members: nobody yet; whoever takes it"), BEGINS },
  { "restricted-to-nobody", N_ ("Restricted to named members: nobody yet; whoever takes it. {words}"), BEGINS },
  { "restricted", N_ ("Restricted to named members: {logins}"), BEGINS },
  { "restricted", N_ ("Restricted to named members: {logins}. {words}"), BEGINS },
  { "unrestricted", N_ ("Not restricted to named members any more"), BEGINS },
  { "unrestricted", N_ ("Not restricted to named members any more. {words}"), BEGINS },
  /* what becomes of it */
  { "waiting", N_ ("State: waiting (was {was}), for an answer"), BEGINS },
  { "state-merged", N_ ("State: {state}. The merged ticket was {was}"), BEGINS },
  { "state", N_ ("State: {state} (was {was})"), BEGINS },
  { "state", N_ ("State: {state} (was {was}). {words}"), BEGINS },
  { "reopened", N_ ("Open again: a new mail joined (it was {was})"), BEGINS },
  { "due-auto", N_ ("Due: as the configuration says"), BEGINS },
  { "due-none", N_ ("Due: nothing"), BEGINS },
  { "due", N_ ("Due: {time}"), BEGINS },
  { "overdue", N_ ("Overdue: {what} was due {time}. Owner: {owner}. On duty: {leaders}"), BEGINS },
  { "hold", N_ ("On hold: nothing of it may be erased"), BEGINS },
  { "hold-released", N_ ("Hold released: it may be erased again"), BEGINS },
  /* what it is */
  { "priority-auto", N_ ("Priority: {priority} (was {before}), as the rules say"), BEGINS },
  { "priority", N_ ("Priority: {priority} (was {before})"), BEGINS },
  { "priority-rules", N_ ("Priority by the rules: {priority} instead of {before} (mail {mail})"), BEGINS },
  { "category-auto", N_ ("Category: {category} (was {earlier}), as the rules say"), BEGINS },
  { "category", N_ ("Category: {category} (was {earlier})"), BEGINS },
  { "category-rules", N_ ("Category by the rules: {category} instead of {earlier} (mail {mail})"), BEGINS },
  { "tlp-auto", N_ ("TLP: {tlp} (was {before}), as the rules say"), BEGINS },
  { "tlp", N_ ("TLP: {tlp} (was {before})"), BEGINS },
  { "tagged", N_ ("Tagged: {tags}"), BEGINS },
  { "untagged", N_ ("Tag taken away: {tags}"), BEGINS },
  /* other tickets */
  { "merged-into", N_ ("Merged into {ticket}"), BEGINS },
  { "merged",
    N_ ("Merged {ticket} into this ticket: mails: {count}; its number and the answers that were sent from it lead here"), BEGINS },
  { "split-into", N_ ("Split off into {ticket}: mails: {count}"), BEGINS },
  { "split-from", N_ ("Split off from {ticket}: mails: {count}"), BEGINS },
  { "unlinked", N_ ("Link taken away: {ticket}"), BEGINS },
  { "linked", N_ ("Linked, {kind}: {ticket}"), BEGINS },
  { "report-of", N_ ("Report {number} of the mail {mail}, which is in {ticket}"), BEGINS },
  { "report-apart", N_ ("Report {number} of the mail {mail} has a ticket of its own: {ticket}"), BEGINS },
  /* mails that came in */
  { "undecryptable", N_ ("This mail cannot be opened: {reason}"), BEGINS },
  { "undecryptable", N_ ("This mail cannot be opened: {reason}; encrypted to {keys}"), BEGINS },
  { "duplicate", N_ ("The same mail came again ({mail})"), BEGINS },
  { "unconfirmed-alias",
    N_ ("Held for a member's yes: a mail names another team's number of this case, its sender is not known here ({mail})"), BEGINS },
  { "unconfirmed-tag", N_ ("Held for a member's yes: a mail names this ticket, its sender is not known here ({mail})"), BEGINS },
  { "id-clash", N_ ("Message-ID clash: another mail with the same Message-ID, but other content, came before ({mail})"), BEGINS },
  { "held", N_ ("Held: {why} ({mail}). The raw mail is kept."), BEGINS },
  { "held-read", N_ ("The held mail could be read now ({mail})"), BEGINS },
  { "held-released", N_ ("Released the held mail {mail}"), BEGINS },
  { "held-dropped", N_ ("Dropped the held mail {mail}"), BEGINS },
  { "too-long", N_ ("Left out: this thread is too long to be shown whole. The raw mail is kept."), BEGINS },
  { "unreadable", N_ ("The stored report cannot be read ({words})"), BEGINS },
  /* keys */
  { "key-warning", N_ ("KEY WARNING: {address} is known by the key {key} since {time}"), OF_KEYS },
  { "key-warning-address", N_ ("KEY WARNING: {address}"), OF_KEYS },
  { "key-changed", N_ ("; this mail ({mail}) is signed with another one, {seen}"), GOES_ON },
  { "key-unsigned", N_ ("; this mail ({mail}) has no sound signature"), GOES_ON },
  { "key-refused", N_ ("; this mail ({mail}) is signed with {seen}, which the team distrusts, or another key is pinned"), GOES_ON },
  { "key-other", N_ ("; this mail ({mail}) names another one"), GOES_ON },
  { "key-offered", N_ ("; it offers the key {offered} to answer with"), GOES_ON },
  { "key-directory", N_ ("KEY WARNING: the key {key} was known for the address; the directory ({source}) has another one, {seen}"), OF_KEYS },
  { "key-directory",
    N_ ("KEY WARNING: the address is known by the key {key} since {time}; the directory ({source}) has another one, {seen}"), OF_KEYS },
  { "opportunistic",
    N_ ("The answer is encrypted opportunistically, to the key {key}, which the mail itself offers ({source}): nobody vouches for it"),
    OF_KEYS },
  { "encrypted-changed", N_ ("The answer is encrypted to the key {key} ({source}), though the sender was known by another one"), OF_KEYS },
  { "no-content", N_ ("The answer goes without content, signed and not encrypted"), OF_KEYS },
  { "no-key-changed", N_ (": {source} key {key}: changed: the address is known by the key {seen}"), GOES_ON },
  { "no-key-changed", N_ ("; {source} key {key}: changed: the address is known by the key {seen}"), GOES_ON },
  { "no-key", N_ (": {source} key {key}: {reason}"), GOES_ON },
  { "no-key", N_ ("; {source} key {key}: {reason}"), GOES_ON },
  { "unusable-key", N_ ("The answer could not be encrypted to the key {key} ({source})"), OF_KEYS },
  { "and", N_ (". "), JOINS },
  /* answers */
  { "automatic-answer-all", N_ ("Automatic answer: {template} (all languages, encrypted)"), BEGINS },
  { "automatic-answer-all", N_ ("Automatic answer: {template} (all languages, no content)"), BEGINS },
  { "automatic-answer", N_ ("Automatic answer: {template} ({language}, encrypted)"), BEGINS },
  { "automatic-answer", N_ ("Automatic answer: {template} ({language}, no content)"), BEGINS },
  { "not-signed", N_ ("The answer to {address} was not signed: {words}"), BEGINS },
  { "not-delivered", N_ ("The answer to {address} was not delivered: {words}"), BEGINS },
  { "returned", N_ ("Our answer {id} came back: it could not be delivered"), BEGINS },
  { "returned", N_ ("Our newest answer to that address came back: it could not be delivered"), BEGINS },
  { "draft-begun", N_ ("Began the answer {answer}"), BEGINS },
  { "draft-changed", N_ ("Changed the answer {answer}"), BEGINS },
  { "draft-withdrawn", N_ ("Changed, so that it does not wait for approval any more, the answer {answer}"), BEGINS },
  { "draft-dropped", N_ ("Threw away the answer {answer}"), BEGINS },
  { "draft-refused", N_ ("Refused to approve the answer {answer}"), BEGINS },
  { "draft-refused", N_ ("Refused to approve the answer {answer}: {words}"), BEGINS },
  { "draft-asked", N_ ("Asked another member to approve the answer {answer}"), BEGINS },
  { "draft-approved", N_ ("Approved the answer {answer}"), BEGINS },
  /* what was decided, and why */
  { "rule", N_ ("{file} [rule {name}]"), RULE },
  { "constituency", N_ ("{file} [constituency {name}]"), RULE },
  { "matrix", N_ ("{file} [priority]"), RULE },
  { "word-subject", N_ ("word \"{quoted}\" in the subject"), REASON },
  { "word-text", N_ ("word \"{quoted}\" in the text"), REASON },
  { "word-record", N_ ("word \"{quoted}\" in a record"), REASON },
  { "nothing-asked", N_ ("it asks for nothing"), REASON },
  { "strictest", N_ ("the strictest mark in its mails"), REASON },
  { "report", N_ ("the report says so ({format})"), REASON },
  { "levels", N_ ("impact {impact} ({impactby}), urgency {urgency} ({urgencyby})"), REASON },
  { "fact", N_ ("{fact} {value}"), REASON },
  { "found-record-evidence", N_ ("{found}, {role} in record {number} ({format}) (evidence)"), REASON },
  { "found-record", N_ ("{found}, {role} in record {number} ({format})"), REASON },
  { "found-part-evidence", N_ ("{found}, {role} in part {part} (evidence)"), REASON },
  { "found-part", N_ ("{found}, {role} in part {part}"), REASON },
  { "found", N_ ("{found}, {role}"), REASON },
  { "by-rule", N_ (" (rule {name})"), INSIDE },
  { "in-record", N_ (" (record {number})"), INSIDE },
  { "found-record-evidence", N_ (" ({found}, {role} in record {number} ({format}) (evidence))"), INSIDE },
  { "found-record", N_ (" ({found}, {role} in record {number} ({format}))"), INSIDE },
  { "found-part-evidence", N_ (" ({found}, {role} in part {part} (evidence))"), INSIDE },
  { "found-part", N_ (" ({found}, {role} in part {part})"), INSIDE },
  { "found", N_ (" ({found}, {role})"), INSIDE },
  { "and", N_ ("; "), PARTS },
};

/* Values that are words of ours, and stand in no other table. */
static const char *const phrases[] G_GNUC_UNUSED = {
  /* what is overdue */
  N_ ("the first answer"), N_ ("the next step"), N_ ("asking again"), N_ ("what a member set a time for"), N_ ("something"),
  /* why a mail is held */
  N_ ("reading it went over a limit"), N_ ("its file in the spool is damaged"),
  N_ ("what is stored of its sender or its thread does not belong there, or was changed"),
  N_ ("it has no header field, so it is no mail"), N_ ("the program that reads mails failed on it"),
  /* why not that key */
  N_ ("its certificate leads to no authority that the team trusts"), N_ ("it signed only a part of the mail"),
  N_ ("its signature has expired"), N_ ("expired"), N_ ("revoked"), N_ ("the team distrusts it, or another key is pinned for the address"),
  N_ ("its signature could not be checked"), N_ ("this mail is signed with another key"), N_ ("it is our own key"),
  N_ ("the team has no certificate to answer in S/MIME with"), N_ ("a version 6 key: the GnuPG here cannot use it"),
  N_ ("it could not be read, or is not in the keyring"), N_ ("the team distrusts it"), N_ ("another key is pinned for the address"),
  N_ ("it has no valid encryption subkey"), N_ ("its user ID with the address is revoked"), N_ ("no user ID of it names the address"),
  N_ ("nobody knows where it comes from"), N_ ("another one was chosen"), N_ ("chosen"), N_ ("GnuPG could not encrypt to it"),
  N_ ("nobody"), N_ ("none"), N_ ("en"), N_ ("ja"),
  /* what rules ask for, and find */
  N_ ("no rule"), N_ ("yes"), N_ ("no"), N_ ("critical"), N_ ("medium"), N_ ("kind"), N_ ("language"), N_ ("tlp"), N_ ("encryption"),
  N_ ("signature"), N_ ("sender"), N_ ("reported"), N_ ("field"), N_ ("indicator"), N_ ("format"), N_ ("type"), N_ ("form"),
  N_ ("constituency"), N_ ("source"), N_ ("target"), N_ ("reporter"), N_ ("mentioned"), N_ ("tag"), N_ ("untag"), N_ ("template"),
  N_ ("category"), N_ ("priority"), N_ ("owner"),
  N_ ("rule {name}"), N_ ("constituency {name}"),
  /* templates that come with it */
  N_ ("ack"), N_ ("ack-plain"), N_ ("plaintext"), N_ ("cannot-open"), N_ ("out-of-scope"), N_ ("duplicate"),
};

/* --- values ---------------------------------------------------------------------------------------------- */

typedef enum {
  TOKEN,  /* no space */
  LOGIN,  /* letters, digits and . _ - @ */
  LOGINS, /* such, with commas */
  NUMBER,
  FACT,   /* what rules ask for */
  LINE,   /* anything */
  TICKET, /* PREFIX #2026-000001 */
  LIST,   /* tokens, with commas */
  PHRASE, /* a word of ours, without brackets */
  REST    /* whatever stands there, up to the end */
} Class;

typedef struct {
  const char *name;
  Class class;
  gboolean is_word; /* of ours */
} Value;

static const Value values[] = {
  { "login", LOGIN, FALSE },   { "by", LOGIN, FALSE },      { "logins", LOGINS, FALSE },  { "words", REST, FALSE },
  { "state", TOKEN, TRUE },    { "was", TOKEN, TRUE },      { "time", TOKEN, FALSE },     { "what", PHRASE, TRUE },
  { "owner", LOGIN, TRUE },    { "leaders", REST, TRUE },   { "priority", TOKEN, TRUE },  { "before", TOKEN, TRUE },
  { "category", TOKEN, TRUE }, { "earlier", TOKEN, TRUE },  { "tlp", TOKEN, TRUE },       { "mail", TOKEN, FALSE },
  { "tags", LIST, FALSE },     { "ticket", TICKET, FALSE }, { "count", NUMBER, FALSE },   { "number", NUMBER, FALSE },
  { "kind", TOKEN, TRUE },     { "reason", PHRASE, TRUE },  { "keys", LIST, FALSE },      { "why", PHRASE, TRUE },
  { "address", TOKEN, FALSE }, { "key", TOKEN, FALSE },     { "seen", TOKEN, FALSE },     { "offered", TOKEN, FALSE },
  { "source", TOKEN, TRUE },   { "template", TOKEN, TRUE }, { "language", TOKEN, TRUE },  { "answer", TOKEN, FALSE },
  { "id", TOKEN, FALSE },      { "file", LINE, FALSE },     { "name", LINE, FALSE },      { "quoted", LINE, FALSE },
  { "format", PHRASE, FALSE }, { "impact", TOKEN, TRUE },   { "impactby", LINE, TRUE },   { "urgency", TOKEN, TRUE },
  { "urgencyby", LINE, TRUE }, { "fact", FACT, TRUE },      { "value", LINE, TRUE },      { "found", TOKEN, FALSE },
  { "role", TOKEN, TRUE },     { "part", TOKEN, FALSE },
};

static const Value *
find_value (const char *name, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if (strlen (values[i].name) == length && strncmp (values[i].name, name, length) == 0)
      return &values[i];
  return NULL;
}

gboolean
mado_event_is_word (const char *name)
{
  const Value *value = find_value (name, strlen (name));

  return value != NULL && value->is_word;
}

static gboolean
is_fact (const char *text, gsize length)
{
  static const char *const facts[]
      = { "kind",  "language", "tlp",   "encryption",   "signature", "related", "sender",   "reported", "field", "indicator",
          "format", "type",     "form", "constituency", "source",    "target",  "reporter", "tag" };

  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    if (strlen (facts[i]) == length && strncmp (facts[i], text, length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_ticket (const char *text, gsize length)
{
  const char *mark = g_strrstr_len (text, (gssize) length, " #");

  if (mark == NULL || mark == text || memchr (text, ':', length) != NULL)
    return FALSE;
  for (const char *p = mark + 2; p < text + length; p++)
    if (!g_ascii_isdigit (*p) && *p != '-')
      return FALSE;
  return mark + 2 < text + length;
}

static gboolean
fits_sign (Class class, const char *text, gsize i)
{
  gboolean is_login = g_ascii_isalnum (text[i]) || (text[i] != '\0' && strchr ("._-@", text[i]) != NULL);

  switch (class) {
  case NUMBER:
    return g_ascii_isdigit (text[i]);
  case LOGIN:
    return is_login;
  case LOGINS:
    return is_login || text[i] == ',' || (text[i] == ' ' && i > 0 && text[i - 1] == ',');
  case LIST:
    return text[i] != ' ' || (i > 0 && text[i - 1] == ',');
  case PHRASE:
    return strchr ("();", text[i]) == NULL;
  case TOKEN:
    return text[i] != ' ';
  default:
    return TRUE;
  }
}

static gboolean
fits (Class class, const char *text, gsize length)
{
  if (length == 0 || (class != REST && length > MAX_VALUE))
    return FALSE;
  if (class == TICKET)
    return is_ticket (text, length);
  if (class == FACT)
    return is_fact (text, length);
  for (gsize i = 0; i < length; i++)
    if (!fits_sign (class, text, i))
      return FALSE;
  return TRUE;
}

/* --- reading --------------------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *events; /* of MadoEvent: those that fit so far */
  guint n_steps;
  Place first; /* BEGINS, REASON or RULE: what is read */
} Reading;

static gboolean read_from (Reading *reading, const char *text, const Kind *before);

/* The rest of @kind from @pattern on, and all that follows it. @starts: where its values stand, @n of them so far. */
static gboolean
read_rest (Reading *reading, const Kind *kind, const char *pattern, const char *text, GPtrArray *found)
{
  const char *open = strchr (pattern, '{');
  gsize literal = open != NULL ? (gsize) (open - pattern) : strlen (pattern);

  if (++reading->n_steps > MAX_STEPS || strncmp (text, pattern, literal) != 0)
    return FALSE;
  text += literal;
  if (open == NULL) {
    MadoEvent *event = mado_event_new ();
    event->word = g_strdup (kind->word);
    event->sentence = g_strdup (kind->sentence);
    g_strfreev (event->values);
    event->values = g_new0 (char *, found->len + 1);
    for (guint i = 0; i < found->len; i++)
      event->values[i] = g_strdup (found->pdata[i]);
    g_ptr_array_add (reading->events, event);
    if (read_from (reading, text, kind))
      return TRUE;
    g_ptr_array_set_size (reading->events, (gint) reading->events->len - 1);
    return FALSE;
  }
  const char *close = strchr (open, '}');
  const Value *value = find_value (open + 1, (gsize) (close - open - 1));
  gsize most = value->class == REST ? strlen (text) : MIN (strlen (text), MAX_VALUE);
  for (gsize length = close[1] == '\0' && value->class == REST ? most : 1; length <= most && length > 0; length++) {
    if (close[1] != '\0' && text[length] != close[1])
      continue;
    if (!fits (value->class, text, length))
      continue;
    g_ptr_array_add (found, g_strdup (value->name));
    g_ptr_array_add (found, g_strndup (text, length));
    if (read_rest (reading, kind, close + 1, text + length, found))
      return TRUE;
    g_ptr_array_set_size (found, (gint) found->len - 2);
  }
  return FALSE;
}

/* @before: (nullable) what stands before it. */
static gboolean
may_follow (Place first, Place place, const Kind *before)
{
  if (before == NULL)
    return place == first || (first == BEGINS && place == OF_KEYS);
  switch (before->place) {
  case OF_KEYS:
  case GOES_ON:
    return place == GOES_ON || place == JOINS;
  case JOINS:
    return place == OF_KEYS;
  case REASON:
    return place == INSIDE || place == PARTS;
  case INSIDE:
    return place == PARTS;
  case PARTS:
    return place == REASON;
  default:
    return FALSE;
  }
}

/* @before: (nullable) what stands before @text. */
static gboolean
read_from (Reading *reading, const char *text, const Kind *before)
{
  if (*text == '\0')
    return before != NULL && before->place != JOINS && before->place != PARTS;
  if (reading->events->len >= MAX_PARTS)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GPtrArray) found = NULL;
    if (!may_follow (reading->first, kinds[i].place, before))
      continue;
    found = g_ptr_array_new_with_free_func (g_free);
    if (read_rest (reading, &kinds[i], kinds[i].sentence, text, found))
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *
read_as (const char *text, Place first)
{
  Reading reading = { g_ptr_array_new_with_free_func ((GDestroyNotify) mado_event_free), 0, first };

  if (text == NULL || !read_from (&reading, text, NULL))
    g_ptr_array_set_size (reading.events, 0);
  return reading.events;
}

GPtrArray *
mado_event_read (const char *text)
{
  return read_as (text, BEGINS);
}

GPtrArray *
mado_event_read_reason (const char *because)
{
  return read_as (because, REASON);
}

GPtrArray *
mado_event_read_rule (const char *rule)
{
  return read_as (rule, RULE);
}

/* --- saying ---------------------------------------------------------------------------------------------- */

/* A value that is a word of ours. */
static void
say_word (GString *out, const char *word)
{
  static const char *const named[][2] = { { "rule ", N_ ("rule {name}") }, { "constituency ", N_ ("constituency {name}") } };
  const char *title = mado_taxonomy_title (word);

  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    if (g_str_has_prefix (word, named[i][0])) {
      g_autoptr (GString) said = g_string_new (_ (named[i][1]));
      g_string_replace (said, "{name}", word + strlen (named[i][0]), 1);
      g_string_append (out, said->str);
      return;
    }
  if (title != NULL)
    g_string_append_printf (out, "%s (%s)", _ (title), word);
  else
    g_string_append (out, *word != '\0' ? _ (word) : "");
}

static void
say_value (GString *out, const MadoEvent *event, const char *name, gsize length)
{
  for (char **value = event->values; *value != NULL && value[1] != NULL; value += 2)
    if (strlen (*value) == length && strncmp (*value, name, length) == 0) {
      const char *slash = strcmp (*value, "file") == 0 ? strrchr (value[1], '/') : NULL; /* people know it by its own name */
      if (mado_event_is_word (*value))
        say_word (out, value[1]);
      else
        g_string_append (out, slash != NULL ? slash + 1 : value[1]);
      return;
    }
}

static void
say (GString *out, const MadoEvent *event)
{
  const char *sentence = event->sentence != NULL && *event->sentence != '\0' ? _ (event->sentence) : "";

  while (*sentence != '\0') {
    const char *open = strchr (sentence, '{'), *close = open != NULL ? strchr (open, '}') : NULL;
    g_string_append_len (out, sentence, close != NULL ? open - sentence : (gssize) strlen (sentence));
    if (close == NULL)
      return;
    say_value (out, event, open + 1, (gsize) (close - open - 1));
    sentence = close + 1;
  }
}

char *
mado_event_say (const GPtrArray *events)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    say (out, events->pdata[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
