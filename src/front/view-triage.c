/* view-triage.c: see view-triage.h. Values and reasons may quote a mail, so they stand behind the mark of strangers; our own
 * are the names of fields, and categories, which are looked up in a table. */
#include "madoguchi/front/view-triage.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/taxonomy.h"

#include <string.h>

static void
view_category (GString *out, const char *priority, const char *category, char *const *tags)
{
  MadoTaxonomyNames names = mado_taxonomy_names (category, (const char *const *) tags);
  g_autofree char *priority_word = mado_view_named (priority);
  g_autofree char *category_word = mado_view_word (category);
  const char *title = mado_taxonomy_title (category);

  mado_view_ours (out, 0, _ ("Priority    %s"), priority_word);
  g_autofree char *called = title != NULL ? g_strdup_printf ("%s, %s", category_word, _ (title)) : g_strdup (category_word);
  mado_view_ours (out, 0, _ ("Category    %s%s%s%s%s"), called, names.guide != NULL ? _ ("; guide: ") : "",
                  names.guide != NULL ? names.guide : "", names.jpcert_ja != NULL ? "; JPCERT/CC: " : "",
                  names.jpcert_ja != NULL ? names.jpcert_ja : "");
}

static void
view_list (GString *out, guint columns, const char *label, char *const *list)
{
  g_autofree char *text = list != NULL ? g_strjoinv (", ", (char **) list) : g_strdup ("");

  if (*text != '\0')
    mado_view_stranger (out, columns, label, text);
}

void
mado_view_classes (GString *out, guint columns, const MadoIncident *incident)
{
  if (incident->priority != NULL || incident->category != NULL)
    view_category (out, incident->priority, incident->category, incident->tags);
  view_list (out, columns, _ ("Tags: "), incident->tags);
  view_list (out, columns, _ ("Constituencies: "), incident->constituencies);
}

static void
view_decision (GString *out, guint columns, const MadoDecision *decision)
{
  g_autofree char *field = mado_view_word (decision->field);
  g_autofree char *queue_id = mado_view_word (decision->queue_id);
  g_autofree char *date = mado_text_time (decision->date);
  gboolean is_rule = g_strcmp0 (decision->set_by, "rule") == 0, is_report = g_strcmp0 (decision->set_by, "report") == 0;

  g_autoptr (GPtrArray) rule_event = mado_event_read_rule (decision->rule);
  g_autoptr (GPtrArray) because_event = mado_event_read_reason (decision->because);
  g_autofree char *rule = rule_event->len > 0 ? mado_event_say (rule_event) : g_strdup (decision->rule);
  g_autofree char *because = because_event->len > 0 ? mado_event_say (because_event) : g_strdup (decision->because);
  const char *title = g_strcmp0 (decision->field, "category") == 0 ? mado_taxonomy_title (decision->value) : NULL;

  mado_view_ours (out, 0, "%s%s, %s, %s%s%s", decision->field != NULL && *field != '\0' ? _ (field) : field, decision->is_current ? "" : _ (" (not in force)"), date,
                  is_rule ? _ ("by a rule") : is_report ? _ ("said by the report") : _ ("by a member"),
                  decision->queue_id != NULL ? _ (", mail ") : "", decision->queue_id != NULL ? queue_id : "");
  mado_view_stranger (out, columns, _ ("  is "), decision->value != NULL ? decision->value : _ ("(none)"));
  if (title != NULL)
    mado_view_ours (out, 2, "%s", _ (title));
  if (decision->rule != NULL)
    mado_view_stranger (out, columns, _ ("  rule "), rule);
  if (!is_rule && !is_report)
    mado_view_stranger (out, columns, _ ("  member "), decision->set_by);
  if (decision->because != NULL)
    mado_view_stranger (out, columns, _ ("  on "), because);
}

void
mado_view_triage (GString *out, guint columns, const MadoTriage *triage)
{
  g_autofree char *ticket = mado_view_word (triage->ticket);

  mado_view_ours (out, 0, _ ("Ticket      %s"), ticket);
  view_category (out, triage->priority, triage->category, triage->tags);
  if (triage->owner != NULL)
    mado_view_stranger (out, columns, _ ("Owner: "), triage->owner);
  if (triage->template_name != NULL)
    mado_view_stranger (out, columns, _ ("Template of the answer: "), triage->template_name);
  if (triage->is_silent)
    mado_view_ours (out, 0, _ ("No automatic answer"));
  view_list (out, columns, _ ("Tags: "), triage->tags);
  view_list (out, columns, _ ("Constituencies: "), triage->constituencies);
  for (gsize i = 0; triage->out_of_scope != NULL && triage->out_of_scope[i] != NULL && triage->out_of_scope[i + 1] != NULL; i += 2) {
    g_autofree char *label = g_strdup_printf (_ ("Out of scope (%s): "), triage->out_of_scope[i]);
    mado_view_stranger (out, columns, label, triage->out_of_scope[i + 1]);
  }
  g_string_append_c (out, '\n');
  for (guint i = 0; i < triage->decisions->len; i++)
    view_decision (out, columns, triage->decisions->pdata[i]);
}
