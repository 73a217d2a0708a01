/* verbs-triage.c: see verbs-triage.h. */
#include "madoguchi/desk/verbs-triage.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_TAGS 100 /* of one call, and of one incident */
#define MAX_TAG 64   /* bytes */

static const char *
or_none (const char *value)
{
  return value != NULL ? value : "none";
}

static gboolean
is_auto (const char *value)
{
  return strcmp (value, "auto") == 0;
}

/* (nullable) the field of @incident. */
static const char *
get (const MadoIncident *incident, const char *field)
{
  return strcmp (field, "priority") == 0   ? incident->priority
         : strcmp (field, "category") == 0 ? incident->category
                                           : incident->tlp;
}

/* @value: NULL: none. */
static gboolean
decide (const MadoCall *call, gint64 id, const char *field, const char *words, const char *value, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  g_autoptr (MadoIncident) before = mado_store_load_summary (store, id, error);
  g_autoptr (MadoIncident) after = NULL;

  if (before == NULL || !mado_store_add_decision (store, id, field, value, call->member, now, error)
      || !mado_store_apply_decisions (store, id, NULL, error))
    return FALSE;
  after = mado_store_load_summary (store, id, error);
  if (after == NULL)
    return FALSE;
  g_autofree char *text = g_strdup_printf ("%s: %s (was %s)%s", words, or_none (get (after, field)), or_none (get (before, field)),
                                           value != NULL && is_auto (value) ? ", as the rules say" : "");
  return mado_store_add_event (store, id, call->member, text, now, error);
}

static gboolean
apply_priority (const MadoCall *call, gint64 id, GError **error)
{
  return decide (call, id, "priority", "Priority", mado_verbs_string (call, "priority"), error);
}

void
mado_verb_priority (MadoCall *call)
{
  const char *value = mado_verbs_string (call, "priority");

  if (value != NULL && (is_auto (value) || mado_priority_rank (value) >= 0))
    mado_verbs_change (call, apply_priority);
  else
    mado_verbs_fail_usage (call, "the priority must be low, normal, high, urgent or auto");
}

/* What the argument "category" names, as the store has it. FALSE: nothing. */
static gboolean
read_category (const MadoCall *call, const char **value, const char **tag)
{
  const char *text = mado_verbs_string (call, "category");

  *value = *tag = NULL;
  if (text == NULL || strcmp (text, "none") == 0)
    return text != NULL;
  *value = is_auto (text) ? "auto" : mado_taxonomy_read (text, tag);
  return *value != NULL;
}

static gboolean
apply_category (const MadoCall *call, gint64 id, GError **error)
{
  const char *value, *tag;

  read_category (call, &value, &tag);
  return (tag == NULL
          || mado_store_add_decision (call->desk->store, id, "tag", tag, call->member, call->desk->now (), error))
         && decide (call, id, "category", "Category", value, error);
}

void
mado_verb_category (MadoCall *call)
{
  const char *value, *tag;

  if (read_category (call, &value, &tag))
    mado_verbs_change (call, apply_category);
  else
    mado_verbs_fail_usage (call, "the category must be one of RSIT (fraud:phishing), a name of one (Phishing), none or auto");
}

/* "TLP:AMBER", "amber" or "auto"; NULL: none of them. */
static const char *
read_tlp (const MadoCall *call)
{
  const char *text = mado_verbs_string (call, "tlp");
  g_autofree char *upper = text != NULL ? g_ascii_strup (text, -1) : g_strdup ("");
  g_autofree char *named = g_str_has_prefix (upper, "TLP:") ? g_strdup (upper) : g_strconcat ("TLP:", upper, NULL);

  return strcmp (upper, "AUTO") == 0 ? "auto" : mado_tlp_name (mado_tlp_level (named));
}

/* TLP:RED narrows to who says it and the owner; whoever ends it opens the incident to all. */
static gboolean
apply_tlp (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  MadoNeedFacts before, after;
  gint64 now = call->desk->now ();

  if (!mado_store_load_need (store, call->member, id, &before, error)
      || (call->asker != NULL && !before.is_narrow && !mado_store_add_named (store, id, call->member, call->member, now, error))
      || !decide (call, id, "tlp", "TLP", read_tlp (call), error) || !mado_store_load_need (store, NULL, id, &after, error))
    return FALSE;
  return (after.is_narrow || mado_store_remove_named (store, id, call->member, error)) /* it did not come to that */
         && mado_store_tell_narrowed (store, id, before.is_narrow, call->member, now, error);
}

void
mado_verb_tlp (MadoCall *call)
{
  if (read_tlp (call) != NULL)
    mado_verbs_change (call, apply_tlp);
  else
    mado_verbs_fail_usage (call, "the TLP must be RED, AMBER+STRICT, AMBER, GREEN, CLEAR or auto");
}

/* --- tags ----------------------------------------------------------------------------------------------- */

static gboolean
is_tag (const char *text)
{
  if (*text == '\0' || *text == '-' || strlen (text) > MAX_TAG)
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (!g_unichar_isalnum (c) && (c > 127 || strchr ("._-@:+/=\"", (int) c) == NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
apply_tags (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  g_autofree const char **tags = NULL;
  gboolean is_removal = FALSE;

  g_variant_lookup (call->request.body, "tags", "^a&s", &tags);
  g_variant_lookup (call->request.body, "remove", "b", &is_removal);
  for (gsize i = 0; tags[i] != NULL; i++)
    if (!mado_store_add_decision (store, id, is_removal ? "untag" : "tag", tags[i], call->member, now, error))
      return FALSE;
  g_autoptr (MadoTriage) all = NULL;
  if (!mado_store_apply_decisions (store, id, &all, error))
    return FALSE;
  if (g_strv_length (all->tags) > MAX_TAGS) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "a ticket has at most %d tags", MAX_TAGS);
    return FALSE;
  }
  g_autofree char *list = g_strjoinv (", ", (char **) tags);
  g_autofree char *text = g_strdup_printf ("%s: %s", is_removal ? "Tag taken away" : "Tagged", list);
  return mado_store_add_event (store, id, call->member, text, now, error);
}

void
mado_verb_tag (MadoCall *call)
{
  g_autofree const char **tags = NULL;
  gboolean is_good = g_variant_lookup (call->request.body, "tags", "^a&s", &tags) && tags[0] != NULL
                     && g_strv_length ((char **) tags) <= MAX_TAGS;

  for (gsize i = 0; is_good && tags[i] != NULL; i++)
    is_good = is_tag (tags[i]);
  if (is_good)
    mado_verbs_change (call, apply_tags);
  else
    mado_verbs_fail_usage (call, "a tag is a word of at most 64 bytes: letters, digits and . _ - @ : + / = \"");
}

void
mado_verb_triage (MadoCall *call)
{
  gint64 id;
  g_autoptr (GError) error = NULL;

  if (!mado_verbs_ticket (call, &id))
    return;
  g_autoptr (MadoTriage) triage = mado_store_load_triage (call->desk->store, id, &error);
  if (triage == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_triage_to_variant (triage), -1);
}
