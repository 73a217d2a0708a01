/* own-key.c: see own-key.h. The sentences are for the team, never for a reporter. */
#include "madoguchi/model/own-key.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)

const char *const mado_level_names[] = { "ok", "warn", "fail", NULL };
static const char *const protocol_names[] = { "openpgp", "smime", NULL };

static const MadoField own_fields[] = {
  MADO_STRING (MadoOwnKey, kind),
  MADO_ENUM (MadoOwnKey, protocol, protocol_names),
  MADO_STRING (MadoOwnKey, fingerprint),
  MADO_STRING (MadoOwnKey, serial),
  MADO_STRING (MadoOwnKey, subkey),
  MADO_STRV (MadoOwnKey, uses),
  MADO_TIME (MadoOwnKey, created),
  MADO_TIME (MadoOwnKey, expires),
  { "revoked", MADO_FIELD_BOOL, offsetof (MadoOwnKey, is_revoked) },
  { "missing", MADO_FIELD_BOOL, offsetof (MadoOwnKey, is_missing) },
  MADO_STRV (MadoOwnKey, names),
  MADO_FIELDS_END,
};
const MadoRecordType mado_own_key_type = { "own-key", NULL, sizeof (MadoOwnKey), own_fields };

static const MadoField notice_fields[] = {
  MADO_ENUM (MadoKeyNotice, level, mado_level_names),
  MADO_INT (MadoKeyNotice, stage),
  MADO_STRING (MadoKeyNotice, fingerprint),
  MADO_TIME (MadoKeyNotice, expires),
  MADO_STRING (MadoKeyNotice, text),
  MADO_FIELDS_END,
};
const MadoRecordType mado_key_notice_type = { "key-notice", NULL, sizeof (MadoKeyNotice), notice_fields };

int
mado_own_key_stage (gint64 expires, gint64 now)
{
  static const int stages[] = { 3, 14, 30 };

  if (expires == 0)
    return 0;
  if (expires <= now)
    return -1;
  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    if (expires - now <= stages[i] * DAY)
      return stages[i];
  return 0;
}

static const char *
part_fingerprint (const MadoOwnKey *key)
{
  return key->subkey != NULL ? key->subkey : key->fingerprint;
}

static gboolean
has_use (const MadoOwnKey *key, const char *use)
{
  return g_strv_contains ((const char *const *) key->uses, use);
}

static gboolean
is_alive (const MadoOwnKey *key, gint64 now)
{
  return !key->is_missing && !key->is_revoked && (key->expires == 0 || key->expires > now);
}

static gboolean
ends_later (const MadoOwnKey *key, const MadoOwnKey *than)
{
  return than->expires != 0 && (key->expires == 0 || key->expires > than->expires);
}

/* Can @other do all that @key does for whoever writes to the team or reads its answers? */
static gboolean
does_as_much (const MadoOwnKey *other, const MadoOwnKey *key)
{
  guint done = 0;

  for (char **use = key->uses; *use != NULL; use++) {
    if (strcmp (*use, "certify") == 0)
      continue;
    if (!has_use (other, *use))
      return FALSE;
    done++;
  }
  return done > 0;
}

static gboolean
shares_name (const MadoOwnKey *a, const MadoOwnKey *b)
{
  for (char **name = a->names; *name != NULL; name++)
    if (strchr (*name, '@') != NULL && g_strv_contains ((const char *const *) b->names, *name))
      return TRUE;
  return FALSE;
}

/* (nullable) what takes the place of @key when it ends: another subkey of the same key, another certificate for the same
 * address, another shared key. */
static const MadoOwnKey *
find_heir (const GPtrArray *own, const MadoOwnKey *key, gint64 now)
{
  gboolean is_certificate = strcmp (key->kind, "certificate") == 0;

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *other = own->pdata[i];
    if (other == key || strcmp (other->kind, key->kind) != 0 || !is_alive (other, now) || !ends_later (other, key)
        || !does_as_much (other, key))
      continue;
    if (is_certificate        ? shares_name (other, key)
        : key->subkey != NULL ? g_strcmp0 (other->fingerprint, key->fingerprint) == 0
                              : strcmp (key->kind, "shared") == 0)
      return other;
  }
  return NULL;
}

/* (transfer full) "encryption subkey ... of the team key ..." */
static char *
describe (const MadoOwnKey *key)
{
  const char *other = key->names[0] != NULL ? key->names[0] : N_ ("the team");

  if (strcmp (key->kind, "certificate") == 0)
    return g_strdup_printf (N_ ("certificate %s for %s"), key->fingerprint, other);
  g_autofree char *whole = strcmp (key->kind, "team") == 0     ? g_strdup_printf (N_ ("team key %s"), key->fingerprint)
                           : strcmp (key->kind, "old") == 0    ? g_strdup_printf (N_ ("old key %s"), key->fingerprint)
                           : strcmp (key->kind, "shared") == 0 ? g_strdup_printf (N_ ("shared key %s"), key->fingerprint)
                                                               : g_strdup_printf ("%s key %s", key->kind, key->fingerprint);
  if (key->subkey == NULL)
    return g_steal_pointer (&whole);
  return has_use (key, "encrypt") ? g_strdup_printf (N_ ("encryption subkey %s of %s"), key->subkey, whole)
         : has_use (key, "sign")  ? g_strdup_printf (N_ ("signing subkey %s of %s"), key->subkey, whole)
                                  : g_strdup_printf (N_ ("subkey %s of %s"), key->subkey, whole);
}

/* (transfer full) the date alone. */
static char *
date_of (gint64 seconds)
{
  char *time = mado_text_time (seconds);

  if (strlen (time) > 10)
    time[10] = '\0';
  return time;
}

/* It has ended, and nothing took its place. */
static const char *
say_ended (const MadoOwnKey *key, MadoLevel *level)
{
  if (strcmp (key->kind, "old") == 0)
    return N_ ("what is encrypted to it is still opened");
  *level = MADO_LEVEL_WARN;
  if (strcmp (key->kind, "shared") == 0)
    return N_ ("name the next one in [team] shared-keys");
  if (strcmp (key->kind, "certificate") == 0)
    return N_ ("nobody can write to the team with S/MIME");
  if (key->subkey != NULL && !has_use (key, "encrypt") && !has_use (key, "sign"))
    return N_ ("it served neither to encrypt nor to sign");
  *level = MADO_LEVEL_FAIL;
  if (key->subkey == NULL)
    return N_ ("nobody can write to the team, and no answer can be signed");
  return has_use (key, "encrypt") ? N_ ("nobody can write to the team") : N_ ("no answer can be signed");
}

static void
judge_end (const MadoOwnKey *key, const MadoOwnKey *heir, gint64 now, MadoKeyNotice *notice)
{
  g_autofree char *what = describe (key);
  g_autofree char *date = date_of (key->expires);
  g_autofree char *until = heir == NULL ? NULL : heir->expires == 0 ? g_strdup ("for ever")
                                                                    : date_of (heir->expires);
  gint64 days = (key->expires - now) / DAY;

  notice->stage = mado_own_key_stage (key->expires, now);
  if (key->expires == 0) {
    notice->text = g_strdup_printf (N_ ("%s never expires"), what);
  } else if (notice->stage == -1) {
    if (heir != NULL)
      notice->text = g_strdup_printf (N_ ("%s has expired on %s: another one serves until %s"), what, date, until);
    else
      notice->text = g_strdup_printf (N_ ("%s has expired on %s: %s"), what, date, say_ended (key, &notice->level));
  } else {
    const char *advice = strcmp (key->kind, "shared") == 0 ? N_ ("bring the next one")
                         : strcmp (key->kind, "old") == 0  ? N_ ("who has no newer key of the team cannot write encrypted then")
                         : notice->stage == 3              ? N_ ("extend or replace it NOW")
                         : notice->stage == 14             ? N_ ("extend or replace it this week")
                                                           : N_ ("extend or replace it soon");
    notice->level = notice->stage > 0 ? MADO_LEVEL_WARN : MADO_LEVEL_OK;
    if (notice->stage > 0 && heir != NULL)
      notice->text = g_strdup_printf (N_ ("%s expires in %" G_GINT64_FORMAT " days, on %s: another one serves until %s"), what, days, date, until);
    else if (notice->stage == 0)
      notice->text = g_strdup_printf (N_ ("%s expires in %" G_GINT64_FORMAT " days, on %s"), what, days, date);
    else
      notice->text = g_strdup_printf (N_ ("%s expires in %" G_GINT64_FORMAT " days, on %s: %s"), what, days, date, advice);
  }
}

GPtrArray *
mado_own_keys_judge (const GPtrArray *own, gint64 now)
{
  GPtrArray *notices = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_notice_free);

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    MadoKeyNotice *notice = mado_key_notice_new ();
    g_autofree char *what = describe (key);
    gboolean is_team = strcmp (key->kind, "team") == 0;

    notice->fingerprint = g_strdup (part_fingerprint (key));
    notice->expires = key->expires;
    if (key->is_missing) {
      notice->level = is_team ? MADO_LEVEL_FAIL : MADO_LEVEL_WARN;
      notice->text = g_strdup_printf ("%s is named in the configuration and is not in the keyring", what);
    } else if (key->is_revoked) {
      notice->level = is_team && key->subkey == NULL ? MADO_LEVEL_FAIL : MADO_LEVEL_OK;
      notice->text = g_strdup_printf ("%s is revoked", what);
    } else {
      judge_end (key, find_heir (own, key, now), now, notice);
    }
    g_ptr_array_add (notices, notice);
  }
  return notices;
}

const MadoOwnKey *
mado_own_keys_find_part (const GPtrArray *own, const char *fingerprint)
{
  for (guint i = 0; fingerprint != NULL && i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    if (g_ascii_strcasecmp (part_fingerprint (key), fingerprint) == 0)
      return key;
  }
  return NULL;
}

const char *
mado_own_keys_newer (const GPtrArray *own, const MadoOwnKey *used, gint64 now)
{
  const MadoOwnKey *newest = NULL;
  gboolean is_old = strcmp (used->kind, "old") == 0;

  for (guint i = 0; i < own->len; i++) {
    const MadoOwnKey *key = own->pdata[i];
    if (strcmp (key->kind, is_old ? "team" : used->kind) != 0 || !is_alive (key, now) || !has_use (key, "encrypt")
        || (!is_old && key->created <= used->created) || (newest != NULL && key->created <= newest->created))
      continue;
    newest = key;
  }
  if (newest == NULL || newest == used)
    return NULL;
  /* Another key is named whole; another subkey of the same key by itself. */
  return g_strcmp0 (newest->fingerprint, used->fingerprint) == 0 ? part_fingerprint (newest) : newest->fingerprint;
}
