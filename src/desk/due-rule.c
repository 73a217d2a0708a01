/* due-rule.c: see due-rule.h. Called by due.c; must never ask for the time itself. */
#include "madoguchi/desk/due-rule.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/model/taxonomy.h"

#include <string.h>

#define RULES_MAX 200
#define LONGEST (10 * 366 * G_GINT64_CONSTANT (86400))

/* The more it says, the rather it counts. */
typedef enum {
  ANY,
  PRIORITY_OR_CATEGORY,
  BOTH,
} Weight;

typedef struct {
  char *priority; /* NULL: any */
  char *category; /* NULL: any; a class ("fraud") stands for all in it */
  gint64 seconds;
} Rule;

typedef enum {
  ANSWER,
  ACTION,
  WAITING,
  STEPS
} Step;

static const char *const steps[] = { "answer", "action", "waiting" };

struct _MadoDueRules {
  GArray *rules[STEPS]; /* of Rule */
  gboolean wants_clock;
  MadoDueClock clock;
  gpointer data;
};

static void
clear_rule (gpointer data)
{
  Rule *rule = data;

  g_free (rule->priority);
  g_free (rule->category);
}

void
mado_due_rules_free (MadoDueRules *rules)
{
  if (rules == NULL)
    return;
  for (int i = 0; i < STEPS; i++)
    g_array_unref (rules->rules[i]);
  g_free (rules);
}

/* --- reading -------------------------------------------------------------------------------------------- */

static gboolean
read_duration (const char *text, gint64 *seconds)
{
  static const struct {
    char letter;
    gint64 seconds;
  } units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };
  gsize length = strlen (text);
  g_autofree char *digits = length > 1 ? g_strndup (text, length - 1) : NULL;
  guint64 number;

  for (gsize i = 0; digits != NULL && i < G_N_ELEMENTS (units); i++)
    if (text[length - 1] == units[i].letter
        && g_ascii_string_to_unsigned (digits, 10, 1, (guint64) (LONGEST / units[i].seconds), &number, NULL)) {
      *seconds = (gint64) number * units[i].seconds;
      return TRUE;
    }
  return FALSE;
}

/* "fraud:phishing", a name of it ("Phishing"), or a class ("fraud"). (transfer full, nullable) */
static char *
read_category (const char *word)
{
  const char *tag, *value = mado_taxonomy_read (word, &tag);

  if (value != NULL)
    return g_strdup (value);
  for (const char *p = word; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && *p != '-')
      return NULL;
  return *word != '\0' ? g_strdup (word) : NULL;
}

/* "high", "fraud", "fraud/high" or "any". */
static gboolean
read_subject (const char *word, Rule *rule)
{
  const char *slash = strchr (word, '/');
  g_autofree char *first = slash != NULL ? g_strndup (word, (gsize) (slash - word)) : g_strdup (word);

  if (strcmp (word, "any") == 0)
    return TRUE;
  if (slash == NULL && mado_priority_rank (word) >= 0) {
    rule->priority = g_strdup (word);
    return TRUE;
  }
  if (slash != NULL && mado_priority_rank (slash + 1) < 0)
    return FALSE;
  rule->priority = slash != NULL ? g_strdup (slash + 1) : NULL;
  rule->category = read_category (first);
  return rule->category != NULL;
}

static gboolean
read_rule (const char *text, GArray *rules)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  Rule rule = { NULL, NULL, 0 };

  if (g_strv_length (words) == 2 && rules->len < RULES_MAX && read_duration (g_strstrip (words[1]), &rule.seconds)
      && read_subject (words[0], &rule)) {
    g_array_append_val (rules, rule);
    return TRUE;
  }
  clear_rule (&rule);
  return FALSE;
}

gboolean
mado_due_rules_read (const MadoConf *conf, MadoDueRules **rules, GError **error)
{
  g_autoptr (MadoDueRules) made = g_new0 (MadoDueRules, 1);

  made->wants_clock = mado_conf_bool (conf, "due", "office-hours");
  for (int i = 0; i < STEPS; i++) {
    made->rules[i] = g_array_new (FALSE, TRUE, sizeof (Rule));
    g_array_set_clear_func (made->rules[i], clear_rule);
  }
  for (int i = 0; i < STEPS; i++) {
    const char *const *list = mado_conf_list (conf, "due", steps[i]);
    for (gsize k = 0; list[k] != NULL; k++)
      if (!read_rule (list[k], made->rules[i])) {
        g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[due] %s: \"%s\": not of the form \"high 4h\", \"fraud 2h\" or \"fraud/high 30m\"",
                     steps[i], list[k]);
        return FALSE;
      }
  }
  *rules = g_steal_pointer (&made);
  return TRUE;
}

void
mado_due_rules_set_clock (MadoDueRules *rules, MadoDueClock clock, gpointer data)
{
  rules->clock = clock;
  rules->data = data;
}

gboolean
mado_due_rules_want_clock (const MadoDueRules *rules)
{
  return rules->wants_clock;
}

/* --- deciding ------------------------------------------------------------------------------------------- */

static gboolean
is_of_category (const char *category, const char *wanted)
{
  gsize length = strlen (wanted);

  return category != NULL && strncmp (category, wanted, length) == 0 && (category[length] == '\0' || category[length] == ':');
}

/* How long a ticket has for a step; 0: as long as it takes. */
static gint64
find_seconds (const GArray *rules, const MadoDueFacts *facts)
{
  const char *priority = facts->priority != NULL ? facts->priority : "normal";
  Weight best = ANY;
  gint64 seconds = 0;

  for (guint i = 0; i < rules->len; i++) {
    const Rule *rule = &g_array_index (rules, Rule, i);
    Weight weight = rule->priority != NULL && rule->category != NULL   ? BOTH
                    : rule->priority != NULL || rule->category != NULL ? PRIORITY_OR_CATEGORY
                                                                       : ANY;
    if ((rule->priority != NULL && strcmp (rule->priority, priority) != 0)
        || (rule->category != NULL && !is_of_category (facts->category, rule->category)) || weight < best)
      continue;
    seconds = seconds == 0 || weight > best ? rule->seconds : MIN (seconds, rule->seconds);
    best = weight;
  }
  return seconds;
}

gint64
mado_due_rules_find (const MadoDueRules *rules, const char *step, const char *priority, const char *category)
{
  const MadoDueFacts facts = { .priority = priority, .category = category };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (strcmp (steps[i], step) == 0)
      return find_seconds (rules->rules[i], &facts);
  return 0;
}

MadoDue
mado_due_decide (const MadoDueRules *rules, const MadoDueFacts *facts)
{
  gint64 acted = facts->acted != 0 ? facts->acted : facts->created;
  Step step = strcmp (facts->state, "waiting") == 0 ? WAITING : ACTION;
  gint64 from = step == ACTION && facts->pending != 0 ? facts->pending : acted;
  gint64 seconds = 0;

  if (mado_state_is_finished (facts->state) || !mado_state_is (facts->state))
    return (MadoDue){ NULL, 0 };
  if (!facts->is_answered && (seconds = find_seconds (rules->rules[ANSWER], facts)) != 0) {
    step = ANSWER;
    from = facts->created;
  }
  if (seconds == 0)
    seconds = find_seconds (rules->rules[step], facts);
  if (seconds == 0)
    return (MadoDue){ NULL, 0 };
  return (MadoDue){ steps[step], rules->clock != NULL ? rules->clock (rules->data, from, seconds) : from + seconds };
}

gboolean
mado_due_read_time (const char *text, gint64 now, gint64 *at)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *whole = strlen (text) == 10 ? g_strconcat (text, "T23:59:59Z", NULL) : g_strdup (text);
  g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 (whole, utc);
  gint64 seconds;

  if (when != NULL)
    seconds = g_date_time_to_unix (when) - now;
  else if (!read_duration (text, &seconds))
    return FALSE;
  if (seconds > LONGEST || seconds < -LONGEST)
    return FALSE;
  *at = now + seconds;
  return TRUE;
}
