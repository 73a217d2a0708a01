/* view-reply.c: see view-reply.h. Addresses, subjects and the text stand behind the mark; what decides is ours. */
#include "madoguchi/front/view-reply.h"
#include "madoguchi/front/view.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <inttypes.h>
#include <string.h>

static void
view_recipient (GString *out, guint columns, const MadoReplyTo *to)
{
  g_autofree char *key = mado_view_word (to->encrypted_to);
  g_autofree char *source = mado_view_word (to->key_source);

  mado_view_stranger (out, columns, _ ("To: "), to->address);
  if (to->encrypted_to != NULL)
    mado_view_ours (out, 0, _ ("Encrypted to %s (%s), signed"), key, source);
  else
    mado_view_ours (out, 0, _ ("NOT ENCRYPTED, signed"));
  mado_view_stranger (out, columns, to->encrypted_to != NULL ? _ ("This key, because ") : _ ("Because: "), to->why);
  if (to->warning != NULL)
    mado_view_stranger (out, columns, _ ("Warning: "), to->warning);
  mado_view_stranger (out, columns, _ ("Subject: "), to->subject);
  mado_view_ours (out, 0, _ ("Everybody on the way can read:"));
  for (guint i = 0; to->outside[i] != NULL && to->outside[i + 1] != NULL; i += 2) {
    g_autofree char *line = g_strdup_printf ("%s: %s", to->outside[i], to->outside[i + 1]);
    mado_view_stranger (out, columns, "  ", line);
  }
  if (to->problem != NULL) {
    mado_view_ours (out, 0, _ ("CANNOT BE SENT LIKE THIS"));
    mado_view_stranger (out, columns, _ ("Because: "), to->problem);
  }
  g_string_append_c (out, '\n');
}

static void
view_files (GString *out, guint columns, const GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++) {
    const MadoReplyFile *file = files->pdata[i];
    g_autofree char *line = g_strdup_printf (_ ("%s (%s, %" PRId64 " bytes)"), file->name, file->type, file->size);
    mado_view_stranger (out, columns, _ ("File: "), line);
  }
}

void
mado_view_reply (GString *out, guint columns, const MadoReplyPreview *preview)
{
  g_autofree char *ticket = mado_view_word (preview->ticket);

  mado_view_ours (out, 0, _ ("An answer in %s (version %" PRId64 "); recipients: %u"), ticket, preview->version,
                  preview->recipients->len);
  if (g_strcmp0 (preview->approval, "needed") == 0)
    mado_view_ours (out, 0, _ ("Another member has to approve it first"));
  g_string_append_c (out, '\n');
  for (guint i = 0; i < preview->recipients->len; i++)
    view_recipient (out, columns, preview->recipients->pdata[i]);
  for (char **sentence = preview->exposed; *sentence != NULL; sentence++)
    mado_view_stranger (out, columns, NULL, *sentence);
  view_files (out, columns, preview->files);
  mado_view_stranger (out, columns, NULL, preview->text);
}

void
mado_view_draft (GString *out, guint columns, const MadoDraft *draft)
{
  g_autofree char *name = mado_view_word (draft->name);
  g_autofree char *state = mado_view_word (draft->state);
  g_autofree char *author = mado_view_word (draft->author);
  g_autofree char *updated = mado_text_time (draft->updated);
  g_autofree char *writers = g_strjoinv (" ", draft->writers);
  g_autofree char *writers_word = mado_view_word (writers);
  g_autofree char *refused = mado_view_word (draft->refused_by);

  mado_view_ours (out, 0, _ ("---- Draft %s: %s, by %s (written in by: %s), %s"), name, state, author, writers_word, updated);
  if (draft->conflict != NULL)
    mado_view_ours (out, 0, _ ("CONFLICT %s"), draft->conflict);
  if (draft->refused_by != NULL) {
    mado_view_ours (out, 0, _ ("Refused by %s"), refused);
    mado_view_stranger (out, columns, _ ("Reason: "), draft->refused_reason);
  }
  for (char **address = draft->wish->to; *address != NULL; address++)
    mado_view_stranger (out, columns, _ ("To: "), *address);
  if (draft->wish->subject != NULL)
    mado_view_stranger (out, columns, _ ("Subject: "), draft->wish->subject);
  view_files (out, columns, draft->wish->files);
  mado_view_stranger (out, columns, NULL, draft->wish->text);
  g_string_append_c (out, '\n');
}
