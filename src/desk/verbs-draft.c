/* verbs-draft.c: see verbs-draft.h. */
#include "madoguchi/desk/verbs-draft.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/desk/reply-files.h"
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_REASON 65536

MadoDraft *
mado_draft_look_up (const MadoCall *call, gint64 incident, const char *text, gint64 *revision, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ".", 2);
  guint64 id = 0, number = 0;

  if (words[0] == NULL || !g_ascii_string_to_unsigned (words[0], 10, 1, G_MAXINT64, &id, NULL)
      || (words[1] != NULL && !g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXINT64, &number, NULL))) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "a draft is named as drafts shows it: 2026-000001/7.2");
    return NULL;
  }
  if (revision != NULL)
    *revision = (gint64) number;
  return mado_store_load_draft (call->desk->store, incident, (gint64) id, error);
}

MadoDraft *
mado_draft_find (const MadoCall *call, gint64 incident, gint64 *revision, GError **error)
{
  return mado_draft_look_up (call, incident, mado_verbs_string (call, "draft"), revision, error);
}

gboolean
mado_draft_tell (const MadoCall *call, gint64 incident, const MadoDraft *draft, const char *what, const char *reason, GError **error)
{
  g_autofree char *visible = reason != NULL ? mado_text_visible (reason) : NULL;
  g_autofree char *text
      = g_strdup_printf ("%s the answer %s%s%s", what, draft->name, visible != NULL ? ": " : "", visible != NULL ? visible : "");

  return mado_store_add_event (call->desk->store, incident, call->member, text, call->desk->now (), error);
}

/* The revision that somebody saw is the one that is there. */
static gboolean
check_revision (const MadoDraft *draft, gint64 revision, GError **error)
{
  if (revision == 0 || revision == draft->revision)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "it was changed meanwhile: it is %s now; look at it again, nothing was done", draft->name);
  return FALSE;
}

static void
tell_draft (const MadoCall *call, GVariantDict *answer)
{
  const MadoDraft *draft = call->data;

  g_variant_dict_insert (answer, "draft", "s", draft->name != NULL ? draft->name : "");
  g_variant_dict_insert (answer, "draft_state", "s", draft->state != NULL ? draft->state : "");
}

/* --- writing -------------------------------------------------------------------------------------------- */

/* Is it spoken of at all? Only then it takes the place of what was there. */
static gboolean
speaks_of (const MadoCall *call, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (call->request.body, name, NULL);

  return value != NULL;
}

static void
take_text (const MadoCall *call, const char *name, char **to, const char *from)
{
  if (!speaks_of (call, name))
    return;
  g_free (*to);
  *to = from != NULL && *from != '\0' ? g_strdup (from) : NULL;
}

static void
take_flag (const MadoCall *call, const char *name, gboolean *to)
{
  g_variant_lookup (call->request.body, name, "b", to);
}

/* What @from says takes the place of what @to said; what it does not speak of stays. */
static void
merge (const MadoCall *call, MadoReplyWish *to, const MadoReplyWish *from)
{
  take_text (call, "text", &to->text, from->text);
  take_text (call, "subject", &to->subject, from->subject);
  if (speaks_of (call, "to")) {
    g_strfreev (to->to);
    to->to = g_strdupv (from->to);
  }
  take_flag (call, "plain_ok", &to->plain_ok);
  take_flag (call, "quote", &to->quote);
  take_flag (call, "together", &to->together);
  take_flag (call, "waiting", &to->waiting);
  if (!speaks_of (call, "files"))
    return;
  for (guint i = 0; i < to->files->len; i++)
    mado_reply_file_free (to->files->pdata[i]);
  g_ptr_array_set_size (to->files, 0);
  for (guint i = 0; i < from->files->len; i++)
    g_ptr_array_add (to->files, mado_reply_file_copy (from->files->pdata[i]));
}

static MadoDraft *
begin_draft (const MadoCall *call)
{
  MadoDraft *draft = mado_draft_new ();

  draft->author = g_strdup (call->member);
  draft->wish = mado_reply_wish_new ();
  return draft;
}

/* Files that @wish brings, or names among those that the draft has. */
static gboolean
take_files (const MadoCall *call, const MadoDraft *draft, MadoReplyWish *wish, GError **error)
{
  g_autoptr (MadoReplyWish) kept = mado_reply_wish_copy (draft->wish);

  if (wish->files->len == 0)
    return TRUE;
  return (draft->id == 0 || mado_store_fill_draft_files (call->desk->store, draft->id, kept->files, error))
         && mado_reply_files_take (wish->files, kept->files, error) && mado_reply_files_check (call->desk->conf, wish->files, error);
}

static gboolean
apply_save (const MadoCall *call, gint64 incident, GError **error)
{
  g_autoptr (MadoReplyWish) wish = mado_reply_wish_from_variant (call->request.body, error);
  gint64 revision = 0;

  if (wish == NULL)
    return FALSE;
  gboolean is_new = mado_verbs_string (call, "draft") == NULL;
  g_autoptr (MadoDraft) draft = is_new ? begin_draft (call) : mado_draft_find (call, incident, &revision, error);
  if (draft == NULL || !check_revision (draft, revision, error) || !take_files (call, draft, wish, error))
    return FALSE;
  gboolean was_asked = g_strcmp0 (draft->state, MADO_DRAFT_ASKED) == 0;
  merge (call, draft->wish, wish);
  mado_four_eyes_void (draft, call->member);
  if (!mado_store_put_draft (call->desk->store, incident, draft, call->desk->now (), error)
      || !mado_draft_tell (call, incident, draft, is_new ? "Began" : was_asked ? "Changed, so that it does not wait for approval any more," : "Changed",
                           NULL, error))
    return FALSE;
  MadoDraft *result = call->data; /* of the call; applied twice: written twice */
  g_free (result->name);
  result->name = g_strdup (draft->name);
  g_free (result->state);
  result->state = g_strdup (draft->state);
  return TRUE;
}

/* @apply finds the room for its result in the call's data. */
static void
change_draft (MadoCall *call, gboolean (*apply) (const MadoCall *call, gint64 incident, GError **error))
{
  call->data = mado_draft_new ();
  call->free_data = (GDestroyNotify) mado_draft_free;
  call->tell = tell_draft;
  mado_verbs_change (call, apply);
}

void
mado_verb_draft_save (MadoCall *call)
{
  change_draft (call, apply_save);
}

/* --- ending --------------------------------------------------------------------------------------------- */

static gboolean
apply_discard (const MadoCall *call, gint64 incident, GError **error)
{
  gint64 revision = 0;
  g_autoptr (MadoDraft) draft = mado_draft_find (call, incident, &revision, error);
  MadoDraft *result = call->data;

  if (draft == NULL || !check_revision (draft, revision, error)
      || !mado_store_end_draft (call->desk->store, draft->id, MADO_DRAFT_DISCARDED, call->desk->now (), error)
      || !mado_draft_tell (call, incident, draft, "Threw away", NULL, error))
    return FALSE;
  g_free (result->name);
  result->name = g_strdup (draft->name);
  g_free (result->state);
  result->state = g_strdup (MADO_DRAFT_DISCARDED);
  return TRUE;
}

void
mado_verb_draft_discard (MadoCall *call)
{
  change_draft (call, apply_discard);
}

static gboolean
apply_refuse (const MadoCall *call, gint64 incident, GError **error)
{
  gint64 revision = 0;
  g_autoptr (MadoDraft) draft = mado_draft_find (call, incident, &revision, error);
  const char *reason = mado_verbs_string (call, "reason");
  MadoDraft *result = call->data;

  if (draft == NULL || !mado_four_eyes_check (draft, revision, call->member, error))
    return FALSE;
  g_free (draft->state);
  draft->state = g_strdup (MADO_DRAFT_OPEN);
  g_free (draft->refused_by);
  draft->refused_by = g_strdup (call->member);
  g_free (draft->refused_reason);
  draft->refused_reason = g_strdup (reason);
  if (!mado_store_put_draft (call->desk->store, incident, draft, call->desk->now (), error)
      || !mado_draft_tell (call, incident, draft, "Refused to approve", reason, error))
    return FALSE;
  g_free (result->name);
  result->name = g_strdup (draft->name);
  g_free (result->state);
  result->state = g_strdup (draft->state);
  return TRUE;
}

void
mado_verb_refuse (MadoCall *call)
{
  const char *reason = mado_verbs_string (call, "reason");

  if (reason == NULL || strlen (reason) > MAX_REASON)
    mado_verbs_fail_usage (call, "an answer is refused with a reason");
  else
    change_draft (call, apply_refuse);
}

/* --- showing -------------------------------------------------------------------------------------------- */

/* Those of @incident, when who asks may read it. */
static gboolean
add_drafts (MadoCall *call, gint64 incident, GPtrArray *all, GError **error)
{
  gboolean may = FALSE;

  if (!mado_need_may_read (call->desk->store, mado_verbs_reader (call), incident, &may, error))
    return FALSE;
  if (!may)
    return TRUE;
  GPtrArray *drafts = mado_store_list_drafts (call->desk->store, incident, error);
  if (drafts != NULL)
    g_ptr_array_extend_and_steal (all, drafts);
  return drafts != NULL;
}

void
mado_verb_drafts (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_draft_free);
  g_autoptr (GArray) incidents = NULL;
  gint64 one;

  if (mado_verbs_string (call, "ticket") != NULL) {
    if (!mado_verbs_ticket (call, &one))
      return;
    incidents = g_array_new (FALSE, FALSE, sizeof (gint64));
    g_array_append_val (incidents, one);
  } else {
    incidents = mado_store_list_drafted (call->desk->store, &error);
  }
  for (guint i = 0; error == NULL && i < incidents->len; i++)
    add_drafts (call, g_array_index (incidents, gint64, i), all, &error);
  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_draft_type, all), -1);
}

/* --- a file of one ---------------------------------------------------------------------------------------- */

static void
answer_file (MadoCall *call, const MadoReplyFile *file)
{
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  guchar *content = g_base64_decode (file->content, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (content, size);
  int fd = mado_fsio_memfd ("madoguchi-file", bytes, &error);
  GVariantDict dict;

  if (fd < 0) {
    mado_call_fail (call, error);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "filename", "s", file->name);
  g_variant_dict_insert (&dict, "save_as", "s", file->name); /* a member called it so */
  g_variant_dict_insert (&dict, "type", "s", file->type);
  g_variant_dict_insert (&dict, "size", "x", (gint64) size);
  mado_call_answer (call, g_variant_dict_end (&dict), fd);
}

/* (transfer full) with the contents of its files. */
static MadoDraft *
load_whole (const MadoCall *call, gint64 incident, GError **error)
{
  gint64 revision = 0;
  g_autoptr (MadoDraft) draft = mado_draft_find (call, incident, &revision, error);

  if (draft == NULL || !check_revision (draft, revision, error)
      || !mado_store_fill_draft_files (call->desk->store, draft->id, draft->wish->files, error))
    return NULL;
  return g_steal_pointer (&draft);
}

void
mado_verb_draft_file (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  gint64 incident, number = 0;

  if (!mado_verbs_ticket (call, &incident))
    return;
  g_autoptr (MadoDraft) draft = load_whole (call, incident, &error);
  g_variant_lookup (call->request.body, "file", "x", &number);
  if (draft != NULL && (number < 1 || number > (gint64) draft->wish->files->len))
    g_set_error (&error, MADO_ERROR, MADO_ERROR_NO, "%s: has no such file", draft->name);
  if (error != NULL)
    mado_call_fail (call, error);
  else
    answer_file (call, draft->wish->files->pdata[number - 1]);
}
