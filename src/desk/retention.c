/* retention.c: see retention.h. Called by verbs-retention.c and, for what is done each day, by keeper.c. Without a rule it erases
 * nothing. */
#include "madoguchi/desk/retention.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)
#define MAX_DAYS 36500
#define AT_ONCE 50       /* tickets in one transaction */
#define PAGE 500
#define REMAINS_AT_ONCE 100
#define AGAIN_MS 60000   /* when something could not be removed */
#define PAUSE_MS 20      /* between two steps of work on the index of words */

typedef struct {
  char *text;
  char *category; /* or the first part of one; NULL: not about categories */
  char *tlp;      /* NULL: not about marks */
  gint64 seconds; /* -1: for ever */
} Rule;

/* The last ticket that was looked at. */
typedef struct {
  gint64 updated, id;
} Cursor;

struct _MadoRetention {
  MadoDesk *desk;
  GPtrArray *rules; /* of Rule */
  gint64 least;     /* seconds: nothing goes sooner */
  gint64 begun;     /* when the daily run began last */
  Cursor at;        /* how far it came */
  GPtrArray *due;   /* that are being erased; NULL: none */
  gboolean is_compact; /* nothing that was forgotten is in the index of words any more */
  gboolean is_compacting, has_left;
  GPtrArray *gone;  /* of MadoRemains, whose files are removed */
  guint timer;
};

/* --- rules ------------------------------------------------------------------------------------------------------- */

static void
rule_free (Rule *rule)
{
  g_free (rule->text);
  g_free (rule->category);
  g_free (rule->tlp);
  g_free (rule);
}

static gboolean
read_days (const char *text, gint64 *seconds)
{
  g_autofree char *number = g_str_has_suffix (text, "d") ? g_strndup (text, strlen (text) - 1) : NULL;
  guint64 days;

  if (strcmp (text, "never") == 0) {
    *seconds = -1;
    return TRUE;
  }
  if (number == NULL || !g_ascii_string_to_unsigned (number, 10, 1, MAX_DAYS, &days, NULL))
    return FALSE;
  *seconds = (gint64) days * DAY;
  return TRUE;
}

static gboolean
read_what (Rule *rule, const char *text)
{
  if (strcmp (text, "all") == 0)
    return TRUE;
  if (g_str_has_prefix (text, "category=") && text[strlen ("category=")] != '\0') {
    rule->category = g_strdup (text + strlen ("category="));
    return TRUE;
  }
  if (!g_str_has_prefix (text, "tlp="))
    return FALSE;
  rule->tlp = g_strconcat ("TLP:", text + strlen ("tlp="), NULL);
  return mado_tlp_level (rule->tlp) != MADO_TLP_NONE;
}

static gboolean
add_rule (MadoRetention *retention, const char *text, GError **error)
{
  Rule *rule = g_new0 (Rule, 1);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  g_ptr_array_add (retention->rules, rule);
  rule->text = g_strdup (text);
  if (g_strv_length (words) != 2 || !read_what (rule, words[0]) || !read_days (words[1], &rule->seconds)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
                 "[retention] rules: \"%s\": not a rule; try category=fraud 90d, tlp=RED 30d, all never", text);
    return FALSE;
  }
  if (rule->seconds >= 0)
    retention->least = MIN (retention->least, rule->seconds);
  return TRUE;
}

MadoRetention *
mado_retention_new (MadoDesk *desk, GError **error)
{
  g_autoptr (MadoRetention) retention = g_new0 (MadoRetention, 1);

  retention->desk = desk;
  retention->least = G_MAXINT64;
  retention->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) rule_free);
  for (const char *const *text = mado_conf_list (desk->conf, "retention", "rules"); *text != NULL; text++)
    if (!add_rule (retention, *text, error))
      return NULL;
  return g_steal_pointer (&retention);
}

void
mado_retention_free (MadoRetention *retention)
{
  if (retention == NULL)
    return;
  g_clear_handle_id (&retention->timer, g_source_remove);
  g_clear_pointer (&retention->due, g_ptr_array_unref);
  g_clear_pointer (&retention->gone, g_ptr_array_unref);
  g_ptr_array_unref (retention->rules);
  g_free (retention);
}

/* "fraud" is about "fraud:phishing", too. */
static gboolean
is_category (const char *wanted, const char *category)
{
  gsize length = strlen (wanted);

  return category != NULL && g_ascii_strncasecmp (wanted, category, length) == 0
         && (category[length] == '\0' || category[length] == ':');
}

const char *
mado_retention_find (const MadoRetention *retention, const char *category, const char *tlp, gint64 *seconds)
{
  *seconds = -1;
  for (guint i = 0; i < retention->rules->len; i++) {
    const Rule *rule = retention->rules->pdata[i];
    if ((rule->category != NULL && !is_category (rule->category, category))
        || (rule->tlp != NULL && (tlp == NULL || g_ascii_strcasecmp (rule->tlp, tlp) != 0)))
      continue;
    *seconds = rule->seconds;
    return rule->text;
  }
  return NULL;
}

/* --- what is due ------------------------------------------------------------------------------------------------- */

static void
take_due (const MadoRetention *retention, const MadoFinished *one, gint64 now, GPtrArray *due)
{
  gint64 seconds;
  const char *rule = mado_retention_find (retention, one->category, one->tlp, &seconds);

  if (rule == NULL || seconds < 0 || one->updated > now - seconds)
    return;
  MadoExpired *expired = mado_expired_new ();
  expired->incident = one->id;
  expired->ticket = g_strdup_printf ("%s #%s", retention->desk->settings.prefix, one->number);
  expired->rule = g_strdup (rule);
  expired->finished = one->updated;
  expired->held = one->is_held;
  g_ptr_array_add (due, expired);
}

static GPtrArray *
list_from (const MadoRetention *retention, gint64 now, guint limit, gboolean with_held, Cursor *at, GError **error)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_expired_free);
  gboolean is_end = retention->least == G_MAXINT64;

  while (!is_end && due->len < limit) {
    g_autoptr (GPtrArray) page
        = mado_store_list_finished (retention->desk->store, now - retention->least + 1, at->updated, at->id, PAGE, error);
    if (page == NULL)
      return NULL;
    for (guint i = 0; i < page->len && due->len < limit; i++) {
      const MadoFinished *one = page->pdata[i];
      *at = (Cursor){ one->updated, one->id };
      if (with_held || !one->is_held)
        take_due (retention, one, now, due);
    }
    is_end = page->len < PAGE;
  }
  return g_steal_pointer (&due);
}

GPtrArray *
mado_retention_list (const MadoRetention *retention, gint64 now, guint limit, GError **error)
{
  Cursor at = { 0, 0 };

  return list_from (retention, now, limit, TRUE, &at, error);
}

gboolean
mado_retention_erase (MadoRetention *retention, GPtrArray *due, GError **error)
{
  MadoDesk *desk = retention->desk;

  for (guint i = 0; i < due->len; i++) {
    MadoExpired *one = due->pdata[i];
    g_autoptr (GError) problem = NULL;
    one->erased = mado_store_erase_incident (desk->store, one->incident, NULL, one->rule, desk->now (), &problem);
    g_free (one->why);
    one->why = problem != NULL ? g_strdup (problem->message) : NULL;
    if (problem != NULL && !g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  return TRUE;
}

/* Adds to @tried what was erased of @due, and a few of what was not. FALSE: an error that concerns all. */
static gboolean
try_all (MadoRetention *retention, GPtrArray *due, guint most, GPtrArray *tried, guint *erased, GError **error)
{
  guint refused = tried->len - *erased;

  if (!mado_retention_erase (retention, due, error))
    return FALSE;
  for (guint i = 0; i < due->len; i++) {
    const MadoExpired *one = due->pdata[i];
    if (!one->erased && refused++ >= most)
      continue;
    *erased += one->erased;
    g_ptr_array_add (tried, mado_expired_copy (one));
  }
  return TRUE;
}

GPtrArray *
mado_retention_run (MadoRetention *retention, gint64 now, guint most, GError **error)
{
  g_autoptr (GPtrArray) tried = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_expired_free);
  Cursor at = { 0, 0 };
  guint erased = 0;

  while (erased < most) {
    guint wanted = most - erased;
    g_autoptr (GPtrArray) due = list_from (retention, now, wanted, TRUE, &at, error);
    if (due == NULL || !try_all (retention, due, most, tried, &erased, error))
      return NULL;
    if (due->len < wanted)
      break;
  }
  return g_steal_pointer (&tried);
}

/* --- files ------------------------------------------------------------------------------------------------------- */

static gboolean
apply_gone (gpointer data, GError **error)
{
  MadoRetention *retention = data;

  for (guint i = 0; i < retention->gone->len; i++)
    if (!mado_store_forget_remains (retention->desk->store, ((MadoRemains *) retention->gone->pdata[i])->queue_id, error))
      return FALSE;
  return TRUE;
}

static gboolean on_sweep (gpointer data);

static void
sweep_later (MadoRetention *retention, guint ms)
{
  if (retention->timer == 0)
    retention->timer = g_timeout_add (ms, on_sweep, retention);
}

static void
on_gone (gpointer data, const GError *error)
{
  MadoRetention *retention = data;
  g_autoptr (GError) problem = NULL;

  g_clear_pointer (&retention->gone, g_ptr_array_unref);
  if (error != NULL)
    mado_log (MADO_LOG_WARNING, NULL, "erase-failed", "why=\"%s\"", error->message);
  sweep_later (retention, error != NULL ? AGAIN_MS : 0);
}

/* What cannot be removed now stays on the list. */
static GPtrArray *
remove_files (MadoRetention *retention, GPtrArray *list)
{
  GPtrArray *gone = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_remains_free);

  for (guint i = 0; i < list->len; i++) {
    const MadoRemains *one = list->pdata[i];
    g_autoptr (GError) error = NULL;
    if (mado_archive_erase (retention->desk->archive, one->queue_id, one->received, &error))
      g_ptr_array_add (gone, mado_remains_copy (one));
    else
      mado_log (MADO_LOG_ERROR, one->queue_id, "erase-failed", "why=\"%s\"", error->message);
  }
  return gone;
}

static gboolean
apply_compact (gpointer data, GError **error)
{
  MadoRetention *retention = data;

  return mado_store_compact_words (retention->desk->store, &retention->has_left, error);
}

static void
on_compacted (gpointer data, const GError *error)
{
  MadoRetention *retention = data;

  retention->is_compacting = FALSE;
  if (error != NULL)
    mado_log (MADO_LOG_WARNING, NULL, "erase-failed", "why=\"%s\"", error->message);
  else
    retention->is_compact = !retention->has_left;
  sweep_later (retention, error != NULL ? AGAIN_MS : retention->has_left ? PAUSE_MS : 0);
}

static gboolean
on_sweep (gpointer data)
{
  MadoRetention *retention = data;
  MadoDesk *desk = retention->desk;
  g_autoptr (GError) error = NULL;

  retention->timer = 0;
  if (retention->gone != NULL || retention->is_compacting)
    return G_SOURCE_REMOVE; /* what comes of it calls again */
  g_autoptr (GPtrArray) list = mado_store_list_remains (desk->store, REMAINS_AT_ONCE, &error);
  if (list != NULL && list->len > 0) {
    g_autoptr (GPtrArray) gone = remove_files (retention, list);
    if (gone->len > 0) {
      retention->gone = g_steal_pointer (&gone);
      mado_batch_add (desk->batch, apply_gone, on_gone, retention);
    } else {
      sweep_later (retention, AGAIN_MS);
    }
  } else if (list != NULL && !retention->is_compact) {
    retention->is_compacting = TRUE;
    mado_batch_add (desk->batch, apply_compact, on_compacted, retention);
  } else if (list == NULL || !mado_store_settle_log (desk->store, &error)) {
    mado_log (MADO_LOG_WARNING, NULL, "erase-failed", "why=\"%s\"", error->message);
    sweep_later (retention, AGAIN_MS);
  }
  return G_SOURCE_REMOVE;
}

void
mado_retention_sweep (MadoRetention *retention)
{
  retention->is_compact = FALSE;
  sweep_later (retention, 0);
}

/* --- each day ---------------------------------------------------------------------------------------------------- */

static gboolean
apply_due (gpointer data, GError **error)
{
  MadoRetention *retention = data;

  return mado_retention_erase (retention, retention->due, error);
}

static void
on_erased (gpointer data, const GError *error)
{
  MadoRetention *retention = data;
  guint n = 0;

  for (guint i = 0; error == NULL && i < retention->due->len; i++)
    n += ((MadoExpired *) retention->due->pdata[i])->erased;
  if (retention->due->len < AT_ONCE)
    retention->at = (Cursor){ 0, 0 };
  else
    retention->begun = 0; /* more are due: with the next tick, behind these */
  g_clear_pointer (&retention->due, g_ptr_array_unref);
  if (error != NULL)
    mado_log (MADO_LOG_WARNING, NULL, "erase-failed", "why=\"%s\"", error->message);
  else
    mado_log (MADO_LOG_INFO, NULL, "erased", "tickets=%u", n);
  mado_retention_sweep (retention);
}

void
mado_retention_tick (MadoRetention *retention)
{
  MadoDesk *desk = retention->desk;
  g_autoptr (GError) error = NULL;
  gint64 now = desk->now ();

  if (retention->due != NULL || desk->is_draining
      || (retention->begun != 0 && now < retention->begun + DAY && now >= retention->begun))
    return;
  if (retention->begun == 0)
    mado_retention_sweep (retention); /* what a crash left */
  retention->begun = now;
  g_autoptr (GPtrArray) due = list_from (retention, now, AT_ONCE, FALSE, &retention->at, &error);
  if (due == NULL)
    mado_log (MADO_LOG_WARNING, NULL, "erase-failed", "why=\"%s\"", error->message);
  if (due == NULL || due->len == 0) {
    retention->at = (Cursor){ 0, 0 };
    return;
  }
  retention->due = g_steal_pointer (&due);
  mado_batch_add (desk->batch, apply_due, on_erased, retention);
}
