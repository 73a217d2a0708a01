/* key-watch.c: see key-watch.h. Never names an address: the log gets fingerprints and days. */
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/base/log.h"
#include "madoguchi/model/own-key.h"

#define DAY 86400

struct _MadoKeyWatch {
  MadoDesk *desk;
  GPtrArray *own;  /* of MadoOwnKey; NULL: the keyring has not answered yet */
  gint64 seen;
  gint64 logged;   /* the day of the last lines, in days since the epoch; 0: none */
  char *said;      /* which parts they were about, and how badly */
  gboolean is_asking;
};

MadoKeyWatch *
mado_key_watch_new (MadoDesk *desk)
{
  MadoKeyWatch *watch = g_new0 (MadoKeyWatch, 1);

  watch->desk = desk;
  return watch;
}

void
mado_key_watch_free (MadoKeyWatch *watch)
{
  if (watch == NULL)
    return;
  g_clear_pointer (&watch->own, g_ptr_array_unref);
  g_free (watch->said);
  g_free (watch);
}

/* (transfer full) what is worth saying at this time. */
static GPtrArray *
judge (const MadoKeyWatch *watch)
{
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *worth = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_notice_free);

  if (watch->own == NULL)
    return worth;
  all = mado_own_keys_judge (watch->own, watch->desk->now ());
  for (guint i = 0; i < all->len; i++)
    if (((MadoKeyNotice *) all->pdata[i])->level != MADO_LEVEL_OK)
      g_ptr_array_add (worth, mado_key_notice_copy (all->pdata[i]));
  return worth;
}

/* (transfer full) the same text as long as nothing but the days has changed. */
static char *
summarise (const GPtrArray *notices)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < notices->len; i++) {
    const MadoKeyNotice *notice = notices->pdata[i];
    g_string_append_printf (text, "%s %d %d\n", notice->fingerprint, (int) notice->level, (int) notice->stage);
  }
  return g_string_free (text, FALSE);
}

static void
write_log (MadoKeyWatch *watch)
{
  g_autoptr (GPtrArray) notices = judge (watch);
  g_autofree char *said = summarise (notices);
  gint64 now = watch->desk->now ();

  if (now / DAY == watch->logged && g_strcmp0 (said, watch->said) == 0)
    return;
  for (guint i = 0; i < notices->len; i++) {
    const MadoKeyNotice *notice = notices->pdata[i];
    mado_log (notice->level == MADO_LEVEL_FAIL || notice->stage == 3 ? MADO_LOG_ERROR : MADO_LOG_WARNING, NULL, "own-key",
              "key=%s stage=%d days=%" G_GINT64_FORMAT, notice->fingerprint, (int) notice->stage,
              notice->expires != 0 ? (notice->expires - now) / DAY : 0);
  }
  g_free (watch->said);
  watch->said = g_steal_pointer (&said);
  watch->logged = now / DAY;
}

void
mado_key_watch_take (MadoKeyWatch *watch, GPtrArray *own)
{
  g_ptr_array_ref (own);
  g_clear_pointer (&watch->own, g_ptr_array_unref);
  watch->own = own;
  watch->seen = watch->desk->now ();
  write_log (watch);
}

static void
on_own (gpointer data, MadoPacket *answer, const GError *error)
{
  MadoKeyWatch *watch = data;
  g_autoptr (GVariant) items = NULL;
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_own_key_free);

  watch->is_asking = FALSE;
  if (error == NULL)
    items = g_variant_lookup_value (answer->body, "items", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    MadoOwnKey *key = mado_own_key_from_variant (item, NULL);
    if (key != NULL)
      g_ptr_array_add (own, key);
  }
  if (items != NULL)
    mado_key_watch_take (watch, own);
  else
    write_log (watch); /* what was known goes on ageing */
}

void
mado_key_watch_tick (MadoKeyWatch *watch)
{
  if (watch->is_asking || watch->desk->is_draining)
    return;
  watch->is_asking = TRUE;
  mado_pool_submit (watch->desk->keyring, "own", g_variant_new ("a{sv}", NULL), -1, FALSE, on_own, watch);
}

char **
mado_key_watch_notices (const MadoKeyWatch *watch)
{
  g_autoptr (GPtrArray) notices = judge (watch);
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  for (guint i = 0; i < notices->len; i++)
    g_strv_builder_add (texts, ((MadoKeyNotice *) notices->pdata[i])->text);
  return g_strv_builder_end (texts);
}

gint64
mado_key_watch_seen (const MadoKeyWatch *watch)
{
  return watch->seen;
}
