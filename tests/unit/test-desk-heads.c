/* test-desk-heads.c: when the audit's head is signed, and that it is kept; a signer that only writes the numbers down. */
#include "desk-house.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/heads.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-check.h"
#include "madoguchi/desk/vault-file.h"

#include <string.h>

#define HOUR G_GINT64_CONSTANT (3600)

static gint64 clock_at;

static gint64
read_clock (void)
{
  return clock_at;
}

/* "ROWS MAC", not signed at all. */
static gboolean
fake_heads (gpointer data, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  g_autoptr (GBytes) text = NULL;

  if (strcmp (request->verb, "sign-head") == 0) {
    g_autoptr (MadoAuditHead) head = mado_audit_head_from_variant (request->body, error);
    char *line = g_strdup_printf ("%" G_GINT64_FORMAT " %s", head->sequence, head->mac);
    text = g_bytes_new_take (line, strlen (line));
    *body = g_variant_new ("a{sv}", NULL);
    *fd = mado_fsio_memfd ("head", text, error);
    return *fd >= 0;
  }
  if (strcmp (request->verb, "check-head") == 0) {
    g_autoptr (MadoAuditHead) head = mado_audit_head_new ();
    if (!mado_fsio_read_all (request->fd, 1000, &text, error))
      return FALSE;
    g_autofree char *line = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
    char **words = g_strsplit (line, " ", 2);
    gboolean is_head = g_strv_length (words) == 2;
    head->sequence = is_head ? g_ascii_strtoll (words[0], NULL, 10) : 0;
    head->mac = is_head ? g_strdup (words[1]) : NULL;
    g_strfreev (words);
    if (!is_head)
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no head");
    *body = is_head ? mado_audit_head_to_variant (head) : NULL;
    return is_head;
  }
  return fake_seal (data, request, body, fd, error);
}

static MadoDesk *
open_desk (House *house)
{
  g_auto (MadoVaultFile) file = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_strdup_printf ("%s/signer.sock", house->top);

  house_stop_keeper (house);
  house_stop_role (&house->signer);
  house->signer = fake_role_start (path, fake_heads, NULL);
  MadoVault *vault = mado_vault_file_open (house->conf, 20000, &file, &error);
  g_assert_no_error (error);
  MadoDesk *desk = mado_desk_open (house->conf, vault, &error);
  g_assert_no_error (error);
  clock_at = 1795230000;
  desk->now = read_clock;
  return desk;
}

static guint
count_heads (const MadoDesk *desk)
{
  g_autoptr (GPtrArray) list = mado_store_list_heads (desk->store, NULL);

  return list->len;
}

typedef struct {
  const MadoDesk *desk;
  guint wanted;
} Wanted;

static gboolean
has_heads (House *house G_GNUC_UNUSED, gpointer data)
{
  const Wanted *wanted = data;

  return count_heads (wanted->desk) == wanted->wanted;
}

static void
wait_heads (House *house, MadoDesk *desk, guint n)
{
  Wanted wanted = { desk, n };

  mado_heads_tick (desk->heads);
  house_wait (house, has_heads, &wanted);
}

static void
add_row (MadoDesk *desk)
{
  g_assert_true (mado_store_begin (desk->store, NULL) && mado_store_add_act (desk->store, "test", 0, "a", "b", clock_at, NULL)
                 && mado_store_commit (desk->store, NULL));
}

static void
test_daily (House *house, gconstpointer data G_GNUC_UNUSED)
{
  MadoDesk *desk = open_desk (house);

  mado_heads_tick (desk->heads); /* nothing to sign */
  g_assert_cmpuint (mado_pool_load (desk->signer), ==, 0);
  add_row (desk);
  wait_heads (house, desk, 1);
  add_row (desk);
  clock_at += 23 * HOUR;
  mado_heads_tick (desk->heads);
  g_assert_cmpuint (mado_pool_load (desk->signer), ==, 0);
  clock_at += 2 * HOUR;
  wait_heads (house, desk, 2);
  clock_at += 48 * HOUR; /* nothing new */
  mado_heads_tick (desk->heads);
  g_assert_cmpuint (mado_pool_load (desk->signer), ==, 0);
  g_assert_cmpuint (count_heads (desk), ==, 2);
  mado_desk_close (desk);
}

typedef struct {
  gboolean is_done;
  MadoAuditVerdict *verdict;
  GError *error;
} Result;

static void
on_checked (gpointer data, const MadoAuditVerdict *verdict, const GError *error)
{
  Result *result = data;

  result->is_done = TRUE;
  result->verdict = verdict != NULL ? mado_audit_verdict_copy (verdict) : NULL;
  result->error = error != NULL ? g_error_copy (error) : NULL;
}

static gboolean
is_done (House *house G_GNUC_UNUSED, gpointer data)
{
  return ((Result *) data)->is_done;
}

static void
assert_verdict (House *house, MadoDesk *desk, const char *text, const char *why)
{
  const char *const texts[] = { text, NULL };
  Result result = { 0 }, second = { 0 };

  mado_heads_check (desk->heads, texts, on_checked, &result);
  mado_heads_check (desk->heads, texts, on_checked, &second); /* one at a time */
  g_assert_error (second.error, MADO_ERROR, MADO_ERROR_TEMP);
  house_wait (house, is_done, &result);
  g_assert_no_error (result.error);
  g_assert_cmpint (result.verdict->ok, ==, why == NULL);
  if (why != NULL)
    g_assert_nonnull (strstr (result.verdict->why, why));
  mado_audit_verdict_free (result.verdict);
  g_clear_error (&second.error);
}

static void
test_check (House *house, gconstpointer data G_GNUC_UNUSED)
{
  MadoDesk *desk = open_desk (house);

  add_row (desk);
  wait_heads (house, desk, 1);
  for (int i = 0; i < 1200; i++) /* more than one step */
    add_row (desk);
  assert_verdict (house, desk, NULL, NULL);
  assert_verdict (house, desk, "nonsense", "a head that was given");
  assert_verdict (house, desk, "9999 0", "row 1202 is missing");
  assert_verdict (house, desk, "700 0000000000000000000000000000000000000000000000000000000000000000", "written anew");
  mado_desk_close (desk);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/heads/" name, House, NULL, house_set_up, test, house_tear_down)
  ADD ("daily", test_daily);
  ADD ("check", test_check);
#undef ADD
  return g_test_run ();
}
