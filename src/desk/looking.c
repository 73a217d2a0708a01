/* looking.c: see looking.h. Must never reach the disk, the log or the audit. */
#include "madoguchi/desk/looking.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define SECONDS 60
#define MAX_ROWS 2000 /* who comes then is not remembered */

typedef struct {
  char *login;
  gint64 incident, at;
} Row;

struct _MadoLooking {
  GPtrArray *rows;
};

static void
row_free (gpointer data)
{
  g_free (((Row *) data)->login);
  g_free (data);
}

MadoLooking *
mado_looking_new (void)
{
  MadoLooking *looking = g_new0 (MadoLooking, 1);

  looking->rows = g_ptr_array_new_with_free_func (row_free);
  return looking;
}

void
mado_looking_free (MadoLooking *looking)
{
  if (looking == NULL)
    return;
  g_ptr_array_unref (looking->rows);
  g_free (looking);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Row *const *) a)->login, (*(Row *const *) b)->login);
}

char **
mado_looking_say (MadoLooking *looking, const char *login, gint64 incident, gint64 now)
{
  g_autoptr (GStrvBuilder) others = g_strv_builder_new ();
  Row *own = NULL;

  for (guint i = looking->rows->len; i > 0; i--)
    if (((Row *) looking->rows->pdata[i - 1])->at + SECONDS <= now)
      g_ptr_array_remove_index_fast (looking->rows, i - 1);
  g_ptr_array_sort (looking->rows, compare);
  for (guint i = 0; i < looking->rows->len; i++) {
    Row *row = looking->rows->pdata[i];
    if (row->incident != incident)
      continue;
    if (strcmp (row->login, login) == 0)
      own = row;
    else
      g_strv_builder_add (others, row->login);
  }
  if (own == NULL && looking->rows->len < MAX_ROWS) {
    own = g_new0 (Row, 1);
    own->login = g_strdup (login);
    own->incident = incident;
    g_ptr_array_add (looking->rows, own);
  }
  if (own != NULL)
    own->at = now;
  return g_strv_builder_end (others);
}

void
mado_verb_looking (MadoCall *call)
{
  GVariantDict dict;
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return;
  g_auto (GStrv) others = call->asker != NULL && call->desk->looking != NULL
                              ? mado_looking_say (call->desk->looking, call->asker->login, id, call->desk->now ())
                              : g_new0 (char *, 1);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "members", g_variant_new_strv ((const char *const *) others, -1));
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}
