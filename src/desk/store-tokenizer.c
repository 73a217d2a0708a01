/* store-tokenizer.c: how FTS5 comes to see hashes instead of words. Called by SQLite for every text that goes into the index
 * and every form that is looked for; must never let a word through. */
#include "madoguchi/desk/store-index.h"

#include <string.h>

#define SIZE 8       /* bytes of a hash */
#define MAX_TIMES 8  /* that a form counts in one text: more says nothing new to the ranking */
#define PURPOSE "words"

/* What all tokenizers of a connection share. */
typedef struct {
  guint8 key[MADO_VAULT_KEY_SIZE];
} Context;

typedef int (*Take) (void *data, int flags, const char *token, int length, int start, int end);

static void
free_context (void *data)
{
  Context *context = data;

  mado_vault_clear (context->key, sizeof context->key);
  g_free (context);
}

static int
create (void *context, const char **arguments, int n, Fts5Tokenizer **tokenizer)
{
  (void) arguments;
  (void) n;
  *tokenizer = context; /* it has no state of its own */
  return SQLITE_OK;
}

static void
delete (Fts5Tokenizer *tokenizer)
{
  (void) tokenizer;
}

static GArray *
hash_lines (const Context *context, const char *text, gsize length)
{
  GArray *hashes = g_array_new (FALSE, FALSE, sizeof (guint64));
  const char *end = text + length, *next;

  for (const char *p = text; p < end; p = next + 1) {
    next = memchr (p, '\n', (gsize) (end - p));
    if (next == NULL)
      next = end;
    guint64 hash = mado_vault_short_hash (context->key, p, (gsize) (next - p));
    if (next > p)
      g_array_append_val (hashes, hash);
  }
  return hashes;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

/* Bytes without zeros: FTS5 takes its terms for strings. */
static int
give (guint64 hash, Take take, void *data)
{
  char token[SIZE];

  for (guint i = 0; i < SIZE; i++) {
    guint8 byte = (guint8) (hash >> (56 - 8 * i));
    token[i] = (char) (byte != 0 ? byte : 1);
  }
  return take (data, 0, token, SIZE, 0, 0);
}

/* @text: forms (base/terms.h), one per line. Of a text that is kept they come in the order of their hashes. */
static int
tokenize (Fts5Tokenizer *tokenizer, void *data, int flags, const char *text, int length, Take take)
{
  g_autoptr (GArray) hashes = text != NULL ? hash_lines ((const Context *) tokenizer, text, (gsize) length) : g_array_new (FALSE, FALSE, 8);
  guint64 last = 0;
  guint times = 0;
  int code = SQLITE_OK;

  if ((flags & FTS5_TOKENIZE_QUERY) == 0)
    g_array_sort (hashes, compare);
  for (guint i = 0; code == SQLITE_OK && i < hashes->len; i++) {
    guint64 hash = g_array_index (hashes, guint64, i);
    times = i > 0 && hash == last ? times + 1 : 1;
    last = hash;
    if (times <= MAX_TIMES)
      code = give (hash, take, data);
  }
  return code;
}

static fts5_api *
find_api (MadoStore *store)
{
  g_autoptr (MadoStatement) statement = mado_sql_query (store, NULL, "SELECT fts5 (?1)", "");
  fts5_api *api = NULL;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
  sqlite3_step (statement);
  return api;
}

gboolean
mado_store_teach_words (MadoStore *store, const MadoVault *vault, GError **error)
{
  fts5_tokenizer functions = { create, delete, tokenize };
  fts5_api *api = find_api (store);
  Context *context;

  if (api == NULL)
    return mado_sql_fail (store, "FTS5", error);
  context = g_new0 (Context, 1);
  mado_vault_derive (vault, PURPOSE, context->key);
  return api->xCreateTokenizer (api, "madoguchi", context, &functions, free_context) == SQLITE_OK
         || mado_sql_fail (store, "FTS5", error);
}
