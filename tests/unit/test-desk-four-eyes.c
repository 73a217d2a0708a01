/* Must another member look at an answer, and may this one be it? And which files may go with one? Pure. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/four-eyes.h"
#include "madoguchi/desk/reply-files.h"

#include <string.h>

static void
test_needed (void)
{
  static const struct {
    const char *setting, *tlp;
    gboolean is_needed;
  } rows[] = {
    { "no", NULL, FALSE },          { "no", "TLP:RED", FALSE },  { "red", NULL, FALSE },       { "red", "TLP:AMBER+STRICT", FALSE },
    { "red", "TLP:RED", TRUE },     { "all", NULL, TRUE },       { "all", "TLP:CLEAR", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (mado_four_eyes_needed (rows[i].setting, rows[i].tlp), ==, rows[i].is_needed);
}

static MadoDraft *
make_draft (void)
{
  MadoDraft *draft = mado_draft_new ();

  draft->name = g_strdup ("2026-000001/7.1");
  draft->author = g_strdup ("hanako");
  mado_four_eyes_void (draft, "hanako"); /* begun */
  g_free (draft->state);
  draft->state = g_strdup (MADO_DRAFT_ASKED);
  return draft;
}

static void
refused (const MadoDraft *draft, gint64 revision, const char *login, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mado_four_eyes_check (draft, revision, login, &error));
  g_assert_error (error, MADO_ERROR, code);
}

static void
test_check (void)
{
  g_autoptr (MadoDraft) draft = make_draft ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (draft->revision, ==, 1);
  g_assert_true (mado_four_eyes_check (draft, 1, "taro", &error));
  refused (draft, 1, "hanako", MADO_ERROR_DENIED);
  refused (draft, 0, "taro", MADO_ERROR_NO); /* which one did he read? */
  refused (draft, 2, "taro", MADO_ERROR_NO);
  draft->refused_by = g_strdup ("taro");
  mado_four_eyes_void (draft, "jiro");
  g_assert_cmpint (draft->revision, ==, 2);
  g_assert_cmpstr (draft->state, ==, MADO_DRAFT_OPEN);
  g_assert_null (draft->refused_by);
  refused (draft, 2, "taro", MADO_ERROR_NO); /* it does not wait any more */
  g_free (draft->state);
  draft->state = g_strdup (MADO_DRAFT_ASKED);
  refused (draft, 1, "taro", MADO_ERROR_NO);
  refused (draft, 2, "jiro", MADO_ERROR_DENIED);
  refused (draft, 2, "hanako", MADO_ERROR_DENIED);
  g_assert_true (mado_four_eyes_check (draft, 2, "taro", &error));
  mado_four_eyes_void (draft, "jiro");
  g_assert_cmpuint (g_strv_length (draft->writers), ==, 2);
}

static void
add_file (GPtrArray *files, const char *name, const char *type, const char *content)
{
  MadoReplyFile *file = mado_reply_file_new ();

  file->name = g_strdup (name);
  file->type = g_strdup (type);
  file->size = 12345;
  file->content = content != NULL ? g_base64_encode ((const guchar *) content, strlen (content)) : NULL;
  g_ptr_array_add (files, file);
}

static gboolean
check_one (const MadoConf *conf, const char *name, const char *type, const char *content, const char **becomes)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_reply_file_free);
  static char *kept;

  add_file (files, name, type, content);
  if (!mado_reply_files_check (conf, files, NULL))
    return FALSE;
  const MadoReplyFile *file = files->pdata[0];
  g_assert_cmpint (file->size, ==, (gint64) strlen (content));
  g_assert_cmpuint (strlen (file->sha256), ==, 64);
  g_free (kept);
  kept = g_strdup (file->type);
  *becomes = kept;
  return TRUE;
}

static void
test_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("files-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "m.conf", NULL);
  g_autoptr (GError) error = NULL;
  const char *type = NULL;

  g_assert_true (g_file_set_contents (path, "[reply]\nattachments-max = 10\n", -1, NULL));
  g_autoptr (MadoConf) conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (check_one (conf, "報告 書.pdf", "application/pdf", "0123456789", &type));
  g_assert_cmpstr (type, ==, "application/pdf");
  for (const char *const *bad = (const char *const[]){ "", ".", "..", "a/b", "a\\b", "a\r\nb", "a\xe2\x80\xae" "fdp.exe", NULL }; *bad != NULL; bad++)
    g_assert_false (check_one (conf, *bad, "text/plain", "x", &type));
  g_assert_false (check_one (conf, NULL, "text/plain", "x", &type));
  g_assert_false (check_one (conf, "x", "text/plain", NULL, &type));
  g_assert_false (check_one (conf, "x", "text/plain", "0123456789a", &type));
  for (const char *const *bad = (const char *const[]){ "text", "/", "text/", "a/b; c=d", "a/b\r\nX: y", "multipart/mixed",
                                                        "message/rfc822", "Multipart/Mixed", "MESSAGE/RFC822", NULL };
       *bad != NULL; bad++) {
    g_assert_true (check_one (conf, "x", *bad, "x", &type));
    g_assert_cmpstr (type, ==, "application/octet-stream");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/four-eyes/needed", test_needed);
  g_test_add_func ("/four-eyes/check", test_check);
  g_test_add_func ("/reply-files/check", test_files);
  return g_test_run ();
}
