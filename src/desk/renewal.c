/* renewal.c: see renewal.h. Runs in the keeper's main loop, in short turns, so that mails and members never wait long. */
#include "madoguchi/desk/renewal.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/store-renew.h"

#include <string.h>

#define FIRST_MS 1000 /* after the start: mails come first */
#define TURN_MS 20
#define AGAIN_MS 10000 /* after trouble */
#define ROWS 100       /* in one turn */
#define FILES 4        /* sealed anew */
#define LOOKS 100      /* files only looked at */

#define VALUES_KIND "values"
#define FILES_KIND "files"

struct _MadoRenewal {
  MadoDesk *desk;
  guint timer;
  gint64 values_with, files_with; /* data key with which all is sealed for certain */
  MadoRenewRun run;
  char **days, **ids; /* that are left, as far as they were listed */
  gsize day, id;
  gint64 files_seen, failed;
  gboolean is_rewrapping;
};

typedef struct {
  MadoRenewal *renewal;
  MadoRewrapDone done;
  gpointer data;
} Request;

static gboolean on_turn (gpointer data);

static gint64
current (const MadoRenewal *renewal)
{
  return mado_vault_current_key (renewal->desk->vault);
}

static gboolean
is_due (const MadoRenewal *renewal)
{
  return renewal->values_with != current (renewal) || renewal->files_with != current (renewal);
}

static void
forget_files (MadoRenewal *renewal)
{
  g_clear_pointer (&renewal->days, g_strfreev);
  g_clear_pointer (&renewal->ids, g_strfreev);
  renewal->day = renewal->id = 0;
  renewal->files_seen = 0;
}

static void
begin (MadoRenewal *renewal, guint wait_ms)
{
  renewal->run = (MadoRenewRun) { 0 };
  renewal->failed = 0;
  forget_files (renewal);
  g_clear_handle_id (&renewal->timer, g_source_remove);
  renewal->timer = g_timeout_add (wait_ms, on_turn, renewal);
}

/* --- the values of the store ---------------------------------------------------------------------------- */

static gboolean
renew_values (MadoRenewal *renewal, GError **error)
{
  MadoStore *store = renewal->desk->store;
  gint64 left = 0;

  if (!mado_store_renew_some (store, &renewal->run, current (renewal), ROWS, error))
    return FALSE;
  if (!renewal->run.is_done)
    return TRUE;
  if (!mado_store_count_stale (store, current (renewal), &left, error)
      || !mado_store_set_renewed (store, VALUES_KIND, current (renewal), error))
    return FALSE;
  renewal->failed += left;
  renewal->values_with = current (renewal);
  mado_log (left > 0 ? MADO_LOG_ERROR : MADO_LOG_INFO, NULL, "renewed", "what=values data-key=%" G_GINT64_FORMAT " damaged=%" G_GINT64_FORMAT,
            current (renewal), left);
  return TRUE;
}

/* --- the archive ------------------------------------------------------------------------------------------ */

/* The next file's day and id; @day is NULL when there is none. */
static gboolean
next_file (MadoRenewal *renewal, const char **day, const char **id, GError **error)
{
  MadoArchive *archive = renewal->desk->archive;

  *day = NULL;
  if (renewal->days == NULL) {
    mado_archive_flush (archive);
    renewal->days = mado_archive_list_days (archive, error);
  }
  while (renewal->days != NULL && renewal->days[renewal->day] != NULL) {
    if (renewal->ids == NULL)
      renewal->ids = mado_archive_list_ids (archive, renewal->days[renewal->day], error);
    if (renewal->ids == NULL)
      return FALSE;
    if (renewal->ids[renewal->id] != NULL) {
      *day = renewal->days[renewal->day];
      *id = renewal->ids[renewal->id++];
      return TRUE;
    }
    g_clear_pointer (&renewal->ids, g_strfreev);
    renewal->id = 0;
    renewal->day++;
  }
  return renewal->days != NULL;
}

/* What lies broken in the spool; there is hardly ever one. */
static gboolean
renew_broken (MadoRenewal *renewal, GError **error)
{
  g_auto (GStrv) ids = mado_spool_list_broken (renewal->desk->spool, error);

  for (char **id = ids; ids != NULL && *id != NULL; id++) {
    g_autoptr (GError) problem = NULL;
    if (mado_archive_seal_broken (renewal->desk->archive, *id, &problem))
      continue;
    renewal->failed++;
    mado_log (MADO_LOG_ERROR, *id, "archive-damaged", "why=\"%s\"", problem->message);
  }
  return ids != NULL;
}

static gboolean
end_files (MadoRenewal *renewal, GError **error)
{
  if (!renew_broken (renewal, error))
    return FALSE;
  if (!mado_store_set_renewed (renewal->desk->store, FILES_KIND, current (renewal), error))
    return FALSE;
  renewal->files_with = current (renewal);
  mado_archive_refuse_plain (renewal->desk->archive);
  mado_log (MADO_LOG_INFO, NULL, "renewed", "what=files data-key=%" G_GINT64_FORMAT " files=%" G_GINT64_FORMAT, current (renewal),
            renewal->files_seen);
  return TRUE;
}

static gboolean
renew_files (MadoRenewal *renewal, GError **error)
{
  for (guint i = 0, looks = 0; i < FILES && looks < LOOKS; looks++) {
    g_autoptr (GError) problem = NULL;
    const char *day, *id;
    gboolean changed = FALSE;
    if (!next_file (renewal, &day, &id, error))
      return FALSE;
    if (day == NULL)
      return end_files (renewal, error);
    renewal->files_seen++;
    if (mado_archive_renew (renewal->desk->archive, day, id, &changed, &problem)) {
      i += changed ? 1 : 0;
    } else if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO)) {
      continue; /* erased meanwhile */
    } else if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_PERM)) {
      renewal->failed++;
      mado_log (MADO_LOG_ERROR, id, "archive-damaged", "why=\"%s\"", problem->message);
    } else {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  return TRUE;
}

/* --- turns ------------------------------------------------------------------------------------------------ */

static void
on_retired (gpointer data, const GError *error)
{
  MadoRenewal *renewal = data;

  renewal->is_rewrapping = FALSE;
  if (error == NULL) {
    mado_log (MADO_LOG_INFO, NULL, "vault-retired", "data-key=%" G_GINT64_FORMAT, current (renewal));
    return;
  }
  mado_log (MADO_LOG_WARNING, NULL, "vault-not-retired", "why=\"%s\"", error->message);
  if (renewal->timer == 0)
    renewal->timer = g_timeout_add (AGAIN_MS, on_turn, renewal);
}

/* Nothing needs the former keys any more. When something did not open, they stay: perhaps somebody can still mend it. */
static void
retire (MadoRenewal *renewal)
{
  MadoVault *next;

  if (renewal->is_rewrapping || renewal->failed > 0 || mado_vault_count_keys (renewal->desk->vault) < 2)
    return;
  next = mado_rewrap_copy (renewal->desk);
  mado_vault_retire (next);
  renewal->is_rewrapping = TRUE;
  mado_rewrap (renewal->desk, next, on_retired, renewal);
}

static gboolean
on_turn (gpointer data)
{
  MadoRenewal *renewal = data;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  renewal->timer = 0;
  if (renewal->desk->is_draining)
    return G_SOURCE_REMOVE;
  if (renewal->values_with != current (renewal))
    ok = renew_values (renewal, &error);
  else
    ok = renewal->files_with == current (renewal) || renew_files (renewal, &error);
  if (!ok)
    mado_log (MADO_LOG_WARNING, NULL, "renewal-waits", "why=\"%s\"", error->message);
  if (!ok || is_due (renewal))
    renewal->timer = g_timeout_add (ok ? TURN_MS : AGAIN_MS, on_turn, renewal);
  else
    retire (renewal);
  return G_SOURCE_REMOVE;
}

MadoRenewal *
mado_renewal_new (MadoDesk *desk, GError **error)
{
  g_autoptr (MadoRenewal) renewal = g_new0 (MadoRenewal, 1);

  renewal->desk = desk;
  if (!mado_store_renewed_with (desk->store, VALUES_KIND, &renewal->values_with, error)
      || !mado_store_renewed_with (desk->store, FILES_KIND, &renewal->files_with, error))
    return NULL;
  if (renewal->files_with != 0)
    mado_archive_refuse_plain (desk->archive); /* all were sealed, be it by a former key */
  if (mado_vault_count_keys (desk->vault) > 1)
    renewal->values_with = renewal->files_with = 0; /* who knows what kept the former keys from being retired */
  if (is_due (renewal))
    begin (renewal, FIRST_MS);
  return g_steal_pointer (&renewal);
}

void
mado_renewal_free (MadoRenewal *renewal)
{
  if (renewal == NULL)
    return;
  g_clear_handle_id (&renewal->timer, g_source_remove);
  forget_files (renewal);
  g_free (renewal);
}

/* --- asked ------------------------------------------------------------------------------------------------ */

static void
on_rewrapped (gpointer data, const GError *error)
{
  Request *request = data;
  MadoRenewal *renewal = request->renewal;

  renewal->is_rewrapping = FALSE;
  if (error == NULL && is_due (renewal))
    begin (renewal, TURN_MS);
  request->done (request->data, error);
  g_free (request);
}

void
mado_renewal_rewrap (MadoRenewal *renewal, gboolean rotate, MadoRewrapDone done, gpointer data)
{
  g_autoptr (MadoVault) next = mado_rewrap_copy (renewal->desk);
  g_autoptr (GError) error = NULL;

  if (renewal->is_rewrapping || (rotate && is_due (renewal)))
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_NO, "another change of the store's keys is under way (madoguchi vault status)");
  else if (rotate)
    mado_vault_rotate (next, &error);
  if (error != NULL) {
    done (data, error);
    return;
  }
  Request *request = g_new0 (Request, 1);
  request->renewal = renewal;
  request->done = done;
  request->data = data;
  renewal->is_rewrapping = TRUE;
  mado_rewrap (renewal->desk, g_steal_pointer (&next), on_rewrapped, request);
}

/* Archived mails that were not looked at yet; -1: too early to tell. */
static gint64
count_files_left (const MadoRenewal *renewal)
{
  gint64 left = 0;

  if (renewal->files_with == current (renewal))
    return 0;
  if (renewal->days == NULL)
    return -1;
  for (gsize i = renewal->day; renewal->days[i] != NULL; i++) {
    gboolean is_here = i == renewal->day && renewal->ids != NULL;
    g_auto (GStrv) listed = is_here ? NULL : mado_archive_list_ids (renewal->desk->archive, renewal->days[i], NULL);
    char **ids = is_here ? renewal->ids + renewal->id : listed;
    left += ids != NULL ? g_strv_length (ids) : 0;
  }
  return left;
}

MadoVaultStatus *
mado_renewal_status (MadoRenewal *renewal, GError **error)
{
  const MadoDesk *desk = renewal->desk;
  g_autoptr (MadoVaultStatus) status = mado_vault_status_new ();

  status->path = g_strdup (desk->vault_file.path);
  g_clear_pointer (&status->keys, g_strfreev);
  status->keys = desk->vault_file.keys != NULL ? g_strdupv (desk->vault_file.keys) : g_new0 (char *, 1);
  status->signer = g_strdup (desk->vault_file.signer);
  status->team_key = g_strdup (mado_conf_string (desk->conf, "team", "key"));
  status->is_current = status->team_key != NULL && status->signer != NULL
                       && g_ascii_strcasecmp (status->team_key, status->signer) == 0
                       && g_strv_contains ((const char *const *) status->keys, status->team_key);
  status->data_keys = mado_vault_count_keys (desk->vault);
  status->data_key = current (renewal);
  status->is_renewing = is_due (renewal) || renewal->is_rewrapping;
  status->files_left = count_files_left (renewal);
  status->failed = renewal->failed;
  if (renewal->values_with != current (renewal) && !mado_store_count_stale (desk->store, current (renewal), &status->values_left, error))
    return NULL;
  return g_steal_pointer (&status);
}
