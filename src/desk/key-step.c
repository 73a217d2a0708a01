/* key-step.c: see key-step.h. First the keys of the ring; when none of them will do, directories are asked, if that is
 * configured; and only when that brings nothing, the keys that the mail itself offers are read: that costs an engine, and
 * nobody vouches for them. */
#include "madoguchi/desk/key-step.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/key-choice.h"
#include "madoguchi/desk/seeker.h"

struct _MadoKeyStep {
  MadoDesk *desk;
  MadoReply *reply;
  MadoKeyStepWaits waits;
  MadoKeyStepDone done;
  gpointer data;
  gboolean with_blocks; /* is this the second question? */
  gboolean was_sought;  /* in directories */
  GString *warnings;    /* of key continuity; empty: none */
  guint idle;
};

void
mado_key_step_free (MadoKeyStep *step)
{
  if (step == NULL)
    return;
  g_clear_handle_id (&step->idle, g_source_remove);
  mado_seeker_forget (step->desk->seeker, step);
  mado_reply_free (step->reply);
  g_string_free (step->warnings, TRUE);
  g_free (step);
}

gboolean
mado_key_step_is_needed (const MadoReply *reply)
{
  return reply->plain_template != NULL && reply->encrypt_to == NULL;
}

static void
use_key (MadoReply *reply, const MadoKeyCandidate *chosen)
{
  reply->encrypt_to = g_strdup (chosen->fingerprint);
  reply->key_source = g_strdup (chosen->source);
  reply->key_protocol = g_strdup (chosen->protocol);
  reply->key_block = g_strdup (chosen->block);
}

/* Nobody is told more than that his mail came. */
static void
use_none (MadoReply *reply)
{
  g_free (reply->template_name);
  reply->template_name = g_strdup (reply->plain_template);
  g_free (reply->language);
  reply->language = g_strdup (reply->plain_language);
  if (reply->is_plain_bare) {
    g_strfreev (reply->variants);
    reply->variants = g_new0 (char *, 1);
    g_clear_pointer (&reply->reason, g_free);
    g_clear_pointer (&reply->earlier, g_free);
  }
  g_strfreev (reply->external_ids);
  reply->external_ids = g_strdupv (reply->plain_external_ids);
}

/* What gpg could not encrypt to is not tried a second time. */
static void
refuse_unusable (GPtrArray *candidates, char **unusable)
{
  for (guint i = 0; i < candidates->len; i++) {
    MadoKeyCandidate *candidate = candidates->pdata[i];
    if (candidate->refused == NULL && g_strv_contains ((const char *const *) unusable, candidate->fingerprint))
      candidate->refused = g_strdup ("GnuPG could not encrypt to it");
  }
}

static void
finish (MadoKeyStep *step, const MadoKeyCandidate *chosen)
{
  MadoReply *reply = g_steal_pointer (&step->reply);
  g_autofree char *described = mado_key_choice_describe (reply->candidates, chosen);
  char *note = g_steal_pointer (&described);

  if (step->warnings->len > 0) {
    char *both = note != NULL ? g_strdup_printf ("%s. %s", step->warnings->str, note) : g_strdup (step->warnings->str);
    g_free (note);
    note = both;
  }
  if (chosen != NULL)
    use_key (reply, chosen);
  else if (reply->plain_template != NULL)
    use_none (reply);
  for (guint i = 0; i < reply->candidates->len; i++)
    g_clear_pointer (&((MadoKeyCandidate *) reply->candidates->pdata[i])->block, g_free);
  step->done (step->data, reply, note, NULL);
}

static gboolean
has_block (const GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len; i++)
    if (((MadoKeyCandidate *) candidates->pdata[i])->block != NULL)
      return TRUE;
  return FALSE;
}

static GPtrArray *
read_items (MadoPacket *answer, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);
  g_autoptr (GVariant) list = g_variant_lookup_value (answer->body, "items", G_VARIANT_TYPE ("aa{sv}"));

  if (list == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the keyring named no keys");
    return NULL;
  }
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (list, i);
    MadoKeyCandidate *candidate = mado_key_candidate_from_variant (item, error);
    if (candidate == NULL)
      return NULL;
    g_ptr_array_add (items, candidate);
    if (candidate->fingerprint == NULL) {
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the keyring named a key without a fingerprint");
      return NULL;
    }
  }
  return g_steal_pointer (&items);
}

/* @list, of a record, takes the members of @items (transfer full). */
static void
replace (GPtrArray *list, GPtrArray *items)
{
  for (guint i = 0; i < list->len; i++)
    mado_key_candidate_free (list->pdata[i]);
  g_ptr_array_set_size (list, 0);
  g_ptr_array_extend_and_steal (list, items);
}

static void ask (MadoKeyStep *step);

static void
on_sought (gpointer data, const char *outcome, const GPtrArray *keys, const char *reason)
{
  MadoKeyStep *step = data;

  (void) outcome;
  (void) reason;
  for (guint i = 0; i < keys->len; i++) {
    const char *warning = ((const MadoFoundKey *) keys->pdata[i])->warning;
    if (warning != NULL)
      g_string_append_printf (step->warnings, "%s%s", step->warnings->len > 0 ? ". " : "", warning);
  }
  ask (step); /* what was found is in the ring now */
}

/* TRUE: that is under way. */
static gboolean
seek (MadoKeyStep *step, const MadoKeyCandidate *chosen)
{
  if (step->was_sought || step->with_blocks || !step->reply->may_look_up
      || (chosen != NULL && !mado_key_choice_is_opportunistic (chosen->source)))
    return FALSE;
  step->was_sought = TRUE;
  mado_seeker_ask (step->desk->seeker, step->reply->recipient, on_sought, step);
  step->waits (step->data);
  return TRUE;
}

static void
on_facts (gpointer data, MadoPacket *answer, const GError *error)
{
  MadoKeyStep *step = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) items = error == NULL ? read_items (answer, &problem) : NULL;
  const MadoKeyCandidate *chosen;

  if (items == NULL) {
    step->done (step->data, NULL, NULL, error != NULL ? error : problem);
    return;
  }
  refuse_unusable (items, step->reply->unusable);
  chosen = mado_key_choose (items, step->desk->settings.may_smime, step->desk->now ());
  if (seek (step, chosen))
    return;
  if (chosen == NULL && !step->with_blocks && has_block (items)) {
    step->with_blocks = TRUE;
    ask (step);
    return;
  }
  replace (step->reply->candidates, g_steal_pointer (&items));
  finish (step, chosen);
}

static void
ask (MadoKeyStep *step)
{
  const GPtrArray *candidates = step->reply->candidates;
  GVariantBuilder list;
  GVariantDict dict;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < candidates->len; i++)
    g_variant_builder_add_value (&list, mado_key_candidate_to_variant (candidates->pdata[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "address", "s", step->reply->recipient);
  g_variant_dict_insert (&dict, "blocks", "b", step->with_blocks);
  g_variant_dict_insert_value (&dict, "candidates", g_variant_builder_end (&list));
  mado_pool_submit (step->desk->keyring, "candidates", g_variant_dict_end (&dict), -1, FALSE, on_facts, step);
}

static gboolean
on_no_key (gpointer data)
{
  MadoKeyStep *step = data;

  step->idle = 0;
  finish (step, NULL);
  return G_SOURCE_REMOVE;
}

MadoKeyStep *
mado_key_step_start (MadoDesk *desk, MadoReply *reply, MadoKeyStepWaits waits, MadoKeyStepDone done, gpointer data)
{
  MadoKeyStep *step = g_new0 (MadoKeyStep, 1);

  step->desk = desk;
  step->reply = reply;
  step->waits = waits;
  step->done = done;
  step->warnings = g_string_new (NULL);
  step->data = data;
  if (desk->settings.may_encrypt)
    ask (step);
  else
    step->idle = g_idle_add (on_no_key, step);
  return step;
}
