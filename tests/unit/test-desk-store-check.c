/* test-desk-store-check.c: whatever is done to the audit behind the keeper's back is found, and the first bad row named. */
#include "desk-schema.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-check.h"
#include "madoguchi/desk/store-incident.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000)
#define ROWS 20

typedef struct {
  char *top, *path;
  MadoStore *store;
  gint64 incident;
  GPtrArray *heads;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autofree char *url = g_strconcat ("sqlite:", f->path, NULL);
  g_autoptr (GError) error = NULL;

  f->store = mado_store_open (url, "EX", test_vault (), &error);
  g_assert_no_error (error);
}

static void
add (MadoStore *store, int i, const char *word, gint64 incident)
{
  g_autoptr (MadoAuditRecord) record = mado_audit_record_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *owner = g_strdup_printf ("member%d", i);

  record->date = NOW + i;
  record->member = i % 3 != 0 ? g_strdup ("hanako") : NULL;
  record->uid = 1000 + i;
  record->word = g_strdup (word);
  record->incident = incident;
  if (i % 2 == 0)
    mado_audit_record_add (record, "owner", owner);
  g_assert_true (mado_store_add_audit (store, record, TRUE, &error));
}

static void
write_rows (MadoStore *store, int rows, const char *word, gint64 incident)
{
  g_assert_true (mado_store_begin (store, NULL));
  for (int i = 1; i <= rows; i++)
    add (store, i, word, i % 4 == 0 ? incident : 0);
  g_assert_true (mado_store_commit (store, NULL));
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  MadoNewIncident facts = { .token = "aaaa" };
  g_autofree char *number = NULL;

  f->top = g_dir_make_tmp ("check-XXXXXX", NULL);
  f->path = g_build_filename (f->top, "store.db", NULL);
  f->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_audit_head_free);
  open_store (f);
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_create_incident (f->store, &facts, NOW, &f->incident, &number, NULL));
  g_assert_true (mado_store_set_state (f->store, f->incident, "open", NOW, NULL));
  g_assert_true (mado_store_commit (f->store, NULL));
  write_rows (f->store, ROWS, "take", f->incident);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_store_close (f->store);
  mado_fsio_remove_tree (f->top, NULL);
  g_ptr_array_unref (f->heads);
  g_free (f->path);
  g_free (f->top);
}

/* (transfer full, nullable) what is found, in steps of @rows. */
static char *
look (Fixture *f, guint rows, gint64 *bad)
{
  g_autoptr (MadoStoreCheck) check = mado_store_check_new (f->store, f->heads);
  g_autoptr (GError) error = NULL;
  const MadoStoreFinding *finding = NULL;

  while (finding == NULL) {
    mado_store_check_step (check, rows, &finding, &error);
    g_assert_no_error (error);
  }
  *bad = finding->bad;
  return g_strdup (finding->why);
}

static void
assert_whole (Fixture *f)
{
  gint64 bad;
  g_autofree char *all = look (f, 1000, &bad), *steps = look (f, 7, &bad), *exact = look (f, ROWS, &bad);

  g_assert_cmpstr (all, ==, NULL);
  g_assert_cmpstr (steps, ==, NULL);
  g_assert_cmpstr (exact, ==, NULL);
}

static void
assert_bad (Fixture *f, gint64 row, const char *why)
{
  gint64 bad;
  g_autofree char *found = look (f, 7, &bad);

  g_assert_nonnull (found);
  if (strstr (found, why) == NULL)
    g_test_message ("%s, not %s", found, why);
  g_assert_nonnull (strstr (found, why));
  g_assert_cmpint (bad, ==, row);
}

/* Changes the store while no keeper has it. */
static void
tamper (Fixture *f, const char *sql)
{
  mado_store_close (g_steal_pointer (&f->store));
  test_run_sql (f->path, sql);
  open_store (f);
}

static void
test_whole (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoAuditHead) head = mado_store_make_head (f->store, NOW, NULL);

  assert_whole (f);
  g_assert_cmpint (head->sequence, ==, ROWS);
  g_ptr_array_add (f->heads, mado_audit_head_copy (head));
  assert_whole (f);
  write_rows (f->store, 5, "show", 0); /* what came after a head is no trouble */
  assert_whole (f);
  mado_store_close (g_steal_pointer (&f->store));
  open_store (f);
  assert_whole (f);
}

static void
test_empty (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  tamper (f, "DELETE FROM audit; DELETE FROM audit_tip");
  assert_whole (f);
  g_assert_null (mado_store_make_head (f->store, NOW, &error));
}

/* Every column. */
static void
test_changed (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const changes[] = { "date = date + 1", "login = 'taro'", "login = NULL", "uid = 0", "word = 'list'",
                                         "incident = NULL", "version = version + 1", "outcome = 'failed'", "times = 2",
                                         "digest = zeroblob (32)", "digest = NULL", "mac = zeroblob (32)", "mac = zeroblob (1)" };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *sql = g_strdup_printf ("CREATE TABLE kept AS SELECT * FROM audit WHERE id = 8; UPDATE audit SET %s WHERE id = 8", changes[i]);
    tamper (f, sql);
    assert_bad (f, 8, "");
    tamper (f, "REPLACE INTO audit SELECT * FROM kept; DROP TABLE kept");
    assert_whole (f);
  }
}

static void
test_details (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tamper (f, "CREATE TABLE kept AS SELECT * FROM audit; UPDATE audit SET details = NULL WHERE id = 8");
  assert_bad (f, 8, "removed");
  tamper (f, "REPLACE INTO audit SELECT * FROM kept; UPDATE audit SET details = seal ('audit.details', 7, 'x') WHERE id = 7");
  assert_bad (f, 7, "added");
  tamper (f, "REPLACE INTO audit SELECT * FROM kept; UPDATE audit SET details = seal ('audit.details', 8, 'x') WHERE id = 8");
  assert_bad (f, 8, "changed");
  tamper (f, "REPLACE INTO audit SELECT * FROM kept; UPDATE audit SET details = (SELECT details FROM kept WHERE id = 6) WHERE id = 8");
  assert_bad (f, 8, "cannot be read"); /* another row's */
  tamper (f, "REPLACE INTO audit SELECT * FROM kept; UPDATE audit SET details = seal ('audit.details', 8, unseal ('audit.details', 8, details))"
             " WHERE id = 8");
  assert_whole (f); /* sealed anew, by another key */
}

static void
test_removed (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tamper (f, "DELETE FROM audit WHERE id = 8");
  assert_bad (f, 8, "missing");
  tamper (f, "UPDATE audit SET id = id - 1 WHERE id > 8"); /* and closed up */
  assert_bad (f, 8, "changed");
}

static void
test_reordered (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tamper (f, "UPDATE audit SET id = 100 WHERE id = 8; UPDATE audit SET id = 8 WHERE id = 9; UPDATE audit SET id = 9 WHERE id = 100");
  assert_bad (f, 8, "another's place");
}

static void
test_added (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tamper (f, "INSERT INTO audit SELECT 21, date, login, uid, word, incident, version, outcome, times, NULL, NULL, mac FROM audit WHERE id = 20");
  assert_bad (f, 21, "changed");
}

static void
test_cut (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_ptr_array_add (f->heads, mado_store_make_head (f->store, NOW, NULL));
  tamper (f, "DELETE FROM audit WHERE id > 15");
  assert_bad (f, 16, "signed head");
  g_ptr_array_set_size (f->heads, 0);
  assert_bad (f, 16, "cut off"); /* without one: by what is written down of the end */
  tamper (f, "UPDATE audit_tip SET last = 15");
  assert_bad (f, 16, "cut off");
  tamper (f, "DELETE FROM audit; UPDATE audit_tip SET last = 0");
  assert_bad (f, 1, "cut off");
}

/* By somebody who has the vault's key: everything fits, but not the head that was signed before. */
static void
test_rewritten (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_ptr_array_add (f->heads, mado_store_make_head (f->store, NOW, NULL));
  tamper (f, "DELETE FROM audit; DELETE FROM audit_tip");
  write_rows (f->store, ROWS, "list", f->incident);
  assert_bad (f, 1, "written anew");
  GPtrArray *heads = g_steal_pointer (&f->heads);
  f->heads = g_ptr_array_new ();
  assert_whole (f); /* that is what heads are for */
  g_ptr_array_unref (f->heads);
  f->heads = heads;
}

/* The first head still fits, the second one does not. */
static void
test_rewritten_end (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_ptr_array_add (f->heads, mado_store_make_head (f->store, NOW, NULL));
  tamper (f, "CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_tip AS SELECT * FROM audit_tip");
  write_rows (f->store, 5, "show", 0);
  g_ptr_array_add (f->heads, mado_store_make_head (f->store, NOW, NULL));
  tamper (f, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; REPLACE INTO audit_tip SELECT * FROM kept_tip");
  assert_bad (f, 21, "signed head");
  write_rows (f->store, 5, "list", 0);
  assert_bad (f, 21, "rows 21 to 25");
}

/* An older row of an incident is put back: the lines tell. */
static void
test_rolled_back (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  tamper (f, "CREATE TABLE kept AS SELECT * FROM incident");
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_set_state (f->store, f->incident, "resolved", NOW, NULL));
  add (f->store, 1, "state", f->incident);
  g_assert_true (mado_store_commit (f->store, NULL));
  assert_whole (f);
  tamper (f, "DROP TRIGGER incident_version; UPDATE incident SET (state, version) = (SELECT state, version FROM kept)");
  assert_bad (f, 21, "older state");
}

static void
test_heads (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoAuditHead) head = mado_store_make_head (f->store, NOW, NULL), last = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_store_last_head (f->store, &last, &error));
  g_assert_no_error (error);
  g_assert_true (mado_store_begin (f->store, NULL));
  g_assert_true (mado_store_add_head (f->store, head, "text", &error));
  g_assert_true (mado_store_commit (f->store, NULL));
  g_autofree char *text = mado_store_last_head (f->store, &last, &error);
  g_assert_cmpstr (text, ==, "text");
  g_assert_cmpstr (last->mac, ==, head->mac);
  g_autoptr (GPtrArray) list = mado_store_list_heads (f->store, &error);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpint (((MadoAuditHead *) list->pdata[0])->sequence, ==, ROWS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/desk/store-check/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("whole", test_whole);
  ADD ("empty", test_empty);
  ADD ("changed", test_changed);
  ADD ("details", test_details);
  ADD ("removed", test_removed);
  ADD ("reordered", test_reordered);
  ADD ("added", test_added);
  ADD ("cut", test_cut);
  ADD ("rewritten", test_rewritten);
  ADD ("rewritten-end", test_rewritten_end);
  ADD ("rolled-back", test_rolled_back);
  ADD ("heads", test_heads);
#undef ADD
  return g_test_run ();
}
