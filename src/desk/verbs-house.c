/* verbs-house.c: see verbs-house.h. */
#include "madoguchi/desk/verbs-house.h"
#include "madoguchi/desk/account.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/desk/permissions.h"
#include "madoguchi/desk/refresh.h"
#include "madoguchi/desk/renewal.h"
#include "madoguchi/desk/seeker.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-session.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <string.h>

static void
on_role (gpointer data, MadoPacket *answer, const GError *error)
{
  if (error != NULL)
    mado_call_fail (data, error);
  else
    mado_call_answer (data, answer->body, mado_packet_steal_fd (answer));
}

void
mado_verb_keys (MadoCall *call)
{
  const char *verb = call->request.verb + strlen ("keys-");
  const char *fingerprint = mado_verbs_string (call, "fingerprint");
  gboolean pins = FALSE;
  gboolean is_word = fingerprint != NULL && strspn (fingerprint, "0123456789abcdefABCDEF") == strlen (fingerprint);
  GVariantDict dict;

  if (call->asker != NULL && g_variant_lookup (call->request.body, "pin", "b", &pins) && pins
      && !mado_permissions_allow ("keys-pin", (int) call->asker->role)) {
    g_autoptr (GError) error
        = g_error_new (MADO_ERROR, MADO_ERROR_DENIED, "keys-pin: not for a member with the role %s", mado_member_role_names[call->asker->role]);
    mado_call_fail (call, error);
    return;
  }
  mado_log (MADO_LOG_INFO, NULL, "keys", "verb=%s fingerprint=%.64s member=%s", verb, is_word ? fingerprint : "-", call->member);
  g_variant_dict_init (&dict, call->request.body);
  g_variant_dict_insert (&dict, "member", "s", call->member); /* whoever the question says it is from */
  mado_pool_submit (call->desk->keyring, verb, g_variant_dict_end (&dict), call->request.fd, TRUE, on_role, call);
}

#define SEALS_MS 500 /* of opening what is sealed, in one run of `doctor` */
#define MAX_KNOWN 10000

/* Whose key is known tells who wrote. FALSE without @error: not to who asks. */
static gboolean
may_know (const MadoCall *call, const char *address, GError **error)
{
  gboolean may = FALSE;

  return mado_need_may_know (call->desk->store, mado_verbs_reader (call), address, &may, error) && may;
}

void
mado_verb_keys_known (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list
      = mado_store_list_known_keys (call->desk->store, mado_verbs_string (call, "address"), MAX_KNOWN, &error);

  for (guint i = list != NULL ? list->len : 0; i > 0 && error == NULL; i--)
    if (!may_know (call, ((const MadoKnownKey *) list->pdata[i - 1])->address, &error) && error == NULL)
      g_ptr_array_remove_index (list, i - 1);
  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_known_key_type, list), -1);
}

typedef struct {
  MadoCall *call;
  int count;
} Forgetting;

static gboolean
apply_forget (gpointer data, GError **error)
{
  Forgetting *forgetting = data;
  g_autoptr (GError) problem = NULL;

  gboolean may = may_know (forgetting->call, mado_verbs_string (forgetting->call, "address"), &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (!may)
    return TRUE; /* to who asks there is nothing to forget */
  return mado_store_forget_keys (forgetting->call->desk->store, mado_verbs_string (forgetting->call, "address"),
                                 &forgetting->count, error);
}

static void
on_forgotten (gpointer data, const GError *error)
{
  Forgetting *forgetting = data;
  MadoCall *call = forgetting->call;
  const char *address = mado_verbs_string (call, "address");
  g_autoptr (GError) nothing = NULL;
  GVariantDict dict;

  if (error == NULL && forgetting->count == 0) {
    g_set_error (&nothing, MADO_ERROR, MADO_ERROR_NO, "%s: known by no key", address);
    error = nothing;
  }
  if (error != NULL) {
    mado_call_fail (call, error);
  } else {
    g_autofree char *logged = mado_log_address (address);
    mado_log (MADO_LOG_INFO, NULL, "keys", "verb=forget address=%s member=%s", logged, call->member);
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "address", "s", address);
    g_variant_dict_insert (&dict, "count", "x", (gint64) forgetting->count);
    mado_call_answer (call, g_variant_dict_end (&dict), -1);
  }
  g_free (forgetting);
}

void
mado_verb_keys_forget (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  Forgetting *forgetting;

  if (mado_verbs_string (call, "address") == NULL) {
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_USAGE, "keys forget: an address is needed");
    mado_call_fail (call, error);
    return;
  }
  forgetting = g_new0 (Forgetting, 1);
  forgetting->call = call;
  mado_call_change (call, apply_forget, on_forgotten, forgetting);
}

/* Sooner than the command line gives up. */
#define REFRESH_SECONDS 90

static void
on_refreshed (gpointer data, const GPtrArray *results, guint left, const GError *error)
{
  MadoCall *call = data;
  GVariantBuilder items;
  GVariantDict dict;

  if (error != NULL) {
    mado_call_fail (call, error);
    return;
  }
  g_variant_builder_init (&items, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < results->len; i++)
    if (may_know (call, ((const MadoFoundKey *) results->pdata[i])->address, NULL))
      g_variant_builder_add_value (&items, mado_found_key_to_variant (results->pdata[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&items));
  g_variant_dict_insert (&dict, "left", "x", (gint64) left);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

void
mado_verb_keys_refresh (MadoCall *call)
{
  const char *subject = mado_verbs_string (call, "subject");
  g_autofree char *logged = subject != NULL && strchr (subject, '@') != NULL ? mado_log_address (subject) : NULL;
  g_autoptr (GError) error = NULL;

  if (!call->desk->settings.looks_up) {
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_CONF, "[discovery] names no directory: set wkd, openpgpkey or vks");
    mado_call_fail (call, error);
    return;
  }
  mado_log (MADO_LOG_INFO, NULL, "keys", "verb=refresh of=%s member=%s", logged != NULL ? logged : subject != NULL ? "key"
                                                                                                                   : "all",
            call->member);
  mado_refresher_start (call->desk->refresher, subject, REFRESH_SECONDS, on_refreshed, call);
}

static void
add_item (GVariantBuilder *items, const char *name, const char *status, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
add_item (GVariantBuilder *items, const char *name, const char *status, const char *format, ...)
{
  GVariantDict dict;
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "status", "s", status);
  g_variant_dict_insert (&dict, "detail", "s", detail);
  g_variant_builder_add_value (items, g_variant_dict_end (&dict));
}

static void
check_store (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;

  if (mado_store_check (desk->store, &error))
    add_item (items, "store", "ok", "schema %d, whole", mado_store_schema (desk->store));
  else
    add_item (items, "store", "fail", "%s", error->message);
}

/* A large store takes several runs, so that nobody waits for the keeper. */
static void
check_seals (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  MadoSeals *round = &desk->seals;

  if (!mado_seals_check (desk->store, SEALS_MS, round, &error))
    add_item (items, "sealed", "fail", "%s", error->message);
  else if (round->damaged > 0)
    add_item (items, "sealed", "fail", "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows hold what does not belong there, or was changed;"
              " the first: %s", round->damaged, round->rows, round->first);
  else
    add_item (items, "sealed", "ok", "%" G_GINT64_FORMAT " rows%s open", round->rows,
              round->is_complete ? N_ (", all of them,") : N_ (" so far; the next run goes on there: these"));
}

static void
check_rules (MadoDesk *desk, GVariantBuilder *items)
{
  if (desk->rules == NULL)
    add_item (items, "triage", "warn", "no rules: priorities and categories are only what reports and members say");
  else
    add_item (items, "triage", "ok", "%u rules, %u constituencies in %s", desk->rules->rules->len,
              desk->rules->constituencies->len, desk->rules->file);
}

static void
check_account (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoAccount) account = mado_account_take (desk, &error);

  if (account == NULL) {
    add_item (items, "account", "fail", "%s", error->message);
    return;
  }
  if (account->balanced)
    add_item (items, "account", "ok", "%" G_GINT64_FORMAT " accepted, balanced", account->accepted);
  else
    add_item (items, "account", "fail", "%" G_GINT64_FORMAT " accepted, NOT balanced", account->accepted);
  add_item (items, "held", account->states->held > 0 ? "warn" : "ok",
            "%" G_GINT64_FORMAT " mails wait for a member", account->states->held);
}

static void
check_vault (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoVaultStatus) status = mado_renewal_status (desk->renewal, &error);

  if (status == NULL) {
    add_item (items, "vault", "fail", "%s", error->message);
    return;
  }
  g_autofree char *keys = g_strjoinv (", ", status->keys);
  if (status->failed > 0)
    add_item (items, "vault", "fail", "%" G_GINT64_FORMAT " values or archived mails do not open (see the keeper's log)", status->failed);
  else if (!status->is_current)
    add_item (items, "vault", "warn", "the keys of the store are wrapped for %s, by %s: not by and for the present team key (madoguchi vault rewrap)",
              keys, status->signer);
  else if (status->is_renewing)
    add_item (items, "vault", "ok", "everything is being sealed anew (madoguchi vault status); %s can open the keys", keys);
  else
    add_item (items, "vault", "ok", "data key %" G_GINT64_FORMAT "; %s can open the keys of the store", status->data_key, keys);
}

static void
check_members (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  gboolean has_members = FALSE;
  gint64 administrators = 0;

  if (!mado_store_has_members (desk->store, &has_members, &error)
      || !mado_store_count_administrators (desk->store, &administrators, &error))
    add_item (items, "members", "fail", "%s", error->message);
  else if (!has_members)
    add_item (items, "members", "warn", "none: whoever reaches the keeper's socket may read and do everything (madoguchi members add)");
  else
    add_item (items, "members", administrators > 0 ? "ok" : "warn", "%" G_GINT64_FORMAT " administrators", administrators);
}

/* Only where there is a page to come in to. Whoever is known to a server before it needs no password. */
static void
check_entrants (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoEntrants) entrants = NULL;

  if (mado_conf_list (desk->conf, "web", "listen")[0] == NULL || mado_conf_string (desk->conf, "web", "trusted-header") != NULL)
    return;
  entrants = mado_store_list_entrants (desk->store, desk->now (), &error);
  if (entrants == NULL) {
    add_item (items, "page-members", "fail", "%s", error->message);
    return;
  }
  g_autofree char *waiting = g_strjoinv (", ", entrants->waiting), *missed = g_strjoinv (", ", entrants->missed);
  g_autofree char *none = g_strjoinv (", ", entrants->none);
  guint ready = g_strv_length (entrants->ready);
  add_item (items, "page-members", ready > 0 ? "ok" : "warn", "%u can log in to the page%s%s%s", ready,
            *none != '\0' ? N_ ("; without password and second device: ") : "", none, *none != '\0' ? " (madoguchi members invite LOGIN)" : "");
  if (*waiting != '\0')
    add_item (items, "page-members", "warn", "invitations that wait, and let in whoever has them: %s (members invite LOGIN voids an earlier one)", waiting);
  if (*missed != '\0')
    add_item (items, "page-members", "warn", "invitations that ended unused: %s (madoguchi members invite LOGIN, or members leave LOGIN)", missed);
}

static void
check_need (MadoDesk *desk, GVariantBuilder *items)
{
  g_autoptr (GError) error = NULL;
  gint64 count = 0;

  if (!mado_store_count_orphans (desk->store, NULL, &count, &error))
    add_item (items, "restricted", "fail", "%s", error->message);
  else
    add_item (items, "restricted", count > 0 ? "warn" : "ok", "%" G_GINT64_FORMAT " unfinished incidents wait for somebody who may read them (madoguchi take)", count);
}

static void
check_role (GVariantBuilder *items, const char *name, const MadoPool *pool)
{
  guint connected = mado_pool_connected (pool);
  guint load = mado_pool_load (pool);

  if (connected == 0 && load > 0)
    add_item (items, name, "fail", "away; %u jobs wait", load);
  else
    add_item (items, name, "ok", "%u connections, %u jobs", connected, load);
}

/* The keys themselves are looked at by the command line; here only whether the daily look works. */
static void
check_watch (const MadoDesk *desk, GVariantBuilder *items)
{
  g_auto (GStrv) notices = mado_key_watch_notices (desk->keys);
  g_autofree char *seen = mado_text_time (mado_key_watch_seen (desk->keys));

  if (mado_key_watch_seen (desk->keys) == 0)
    add_item (items, "key-watch", "warn", "the keyring has not told yet which keys are ours");
  else
    add_item (items, "key-watch", notices[0] != NULL ? "warn" : "ok", "seen at %s; %u to be warned of", seen, g_strv_length (notices));
}

void
mado_verb_security_txt (MadoCall *call)
{
  mado_log (MADO_LOG_INFO, NULL, "security-txt", "member=%s", call->member);
  mado_pool_submit (call->desk->signer, "security-txt", g_variant_new ("a{sv}", NULL), -1, TRUE, on_role, call);
}

/* Whom a report makes us ask is nothing to be found out by surprise. */
static void
check_discovery (MadoDesk *desk, GVariantBuilder *items)
{
  const char *resolver = mado_conf_string (desk->conf, "discovery", "openpgpkey");
  const char *server = mado_conf_string (desk->conf, "discovery", "vks");

  if (!desk->settings.looks_up)
    add_item (items, "discovery", "ok", "off");
  else
    add_item (items, "discovery", "ok", "asks:%s%s%s%s%s", mado_conf_bool (desk->conf, "discovery", "wkd") ? " wkd" : "",
              resolver != NULL ? " openpgpkey " : "", resolver != NULL ? resolver : "", server != NULL ? " vks " : "",
              server != NULL ? server : "");
}

/* Only for addresses of the team: nobody else is to be asked for by who likes to. */
void
mado_verb_look_up_own (MadoCall *call)
{
  const char *address = mado_verbs_string (call, "address");
  g_autoptr (GError) error = NULL;
  gboolean is_ours = FALSE;

  for (const char *const *one = call->desk->settings.team; address != NULL && *one != NULL; one++)
    is_ours |= mado_text_same_address (*one, address);
  if (!is_ours)
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_PERM, "that is no address of the team");
  else if (call->desk->seeker == NULL || !mado_seeker_look_up_own (call->desk->seeker, address, on_role, call))
    g_set_error_literal (&error, MADO_ERROR, MADO_ERROR_CONF, "[discovery] names no directory: set wkd");
  if (error != NULL)
    mado_call_fail (call, error);
}

void
mado_verb_doctor (MadoCall *call)
{
  MadoDesk *desk = call->desk;
  GVariantBuilder items;
  GVariantDict dict;
  guint waiting = mado_intake_queue_length (mado_flow_queue (call->flow));
  gboolean has_members = FALSE;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("aa{sv}"));
  check_store (desk, &items);
  check_seals (desk, &items);
  check_account (desk, &items);
  check_rules (desk, &items);
  check_members (desk, &items);
  check_vault (desk, &items);
  if (mado_store_has_members (desk->store, &has_members, NULL) && has_members) {
    check_entrants (desk, &items);
    check_need (desk, &items);
  }
  add_item (&items, "queue", waiting > 1000 ? "warn" : "ok", "%u mails wait to be opened", waiting);
  add_item (&items, "outbox", "ok", "%u answers on their way", mado_outbox_busy (call->outbox));
  check_role (&items, "opener", desk->opener);
  check_role (&items, "signer", desk->signer);
  check_role (&items, "sender", desk->sender);
  check_role (&items, "keyring", desk->keyring);
  check_discovery (desk, &items);
  if (desk->keys != NULL)
    check_watch (desk, &items);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&items));
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}
