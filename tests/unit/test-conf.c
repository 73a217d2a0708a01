/* test-conf.c: the settings: defaults, values, and what every complaint says. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/conf/conf.h"

#include <string.h>
#include <unistd.h>

static MadoConf *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  MadoConf *conf = mado_conf_parse (text, "t.conf", &error);

  g_assert_no_error (error);
  g_assert_nonnull (conf);
  return conf;
}

static void
test_table (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (MadoConf) conf = parse ("");

  for (const MadoConfSetting *s = mado_conf_settings; s->section != NULL; s++) {
    g_assert_true (g_hash_table_add (seen, g_strdup_printf ("%s/%s", s->section, s->key)));
    g_assert_nonnull (s->help);
    g_assert_true (g_str_has_suffix (s->help, "."));
    if (s->type == MADO_CONF_INT || s->type == MADO_CONF_SIZE || s->type == MADO_CONF_DURATION) {
      g_assert_cmpint (s->min, <, s->max);
      g_assert_nonnull (s->fallback);
      g_assert_cmpint (mado_conf_int (conf, s->section, s->key), >=, s->min);
      g_assert_cmpint (mado_conf_int (conf, s->section, s->key), <=, s->max);
    }
    if (s->type == MADO_CONF_BOOL)
      g_assert_nonnull (s->fallback);
    if (s->type == MADO_CONF_LIST)
      g_assert_nonnull (mado_conf_list (conf, s->section, s->key));
    g_assert_false (mado_conf_is_set (conf, s->section, s->key));
    g_autofree char *value = mado_conf_value (conf, s);
    g_assert_cmpstr (value, ==, s->fallback);
  }
}

static void
test_defaults (void)
{
  g_autoptr (MadoConf) conf = parse ("# nothing\n");

  g_assert_null (mado_conf_string (conf, "team", "name"));
  g_assert_cmpuint (g_strv_length ((char **) mado_conf_list (conf, "team", "address")), ==, 0);
  g_assert_cmpstr (mado_conf_string (conf, "team", "ticket-prefix"), ==, "CSIRT");
  g_assert_cmpstr (mado_conf_list (conf, "team", "languages")[0], ==, "ja");
  g_assert_cmpstr (mado_conf_list (conf, "team", "languages")[1], ==, "en");
  g_assert_null (mado_conf_list (conf, "team", "languages")[2]);
  g_assert_cmpint (mado_conf_int (conf, "intake", "size-limit"), ==, 50 * 1024 * 1024);
  g_assert_cmpint (mado_conf_int (conf, "intake", "timeout"), ==, 300);
  g_assert_cmpint (mado_conf_int (conf, "submission", "give-up"), ==, 5 * 86400);
  g_assert_true (mado_conf_bool (conf, "reply", "encrypt"));
  g_assert_false (mado_conf_bool (conf, "runtime", "insecure-single-uid"));
  g_assert_cmpstr (mado_conf_path (conf), ==, "t.conf");
}

static void
test_values (void)
{
  g_autoptr (MadoConf) conf = parse ("[team]\n"
                                     "name =  \xe7\xaa\x93\xe5\x8f\xa3 CSIRT  \n"
                                     "address= a@x.example ; b@x.example,c@x.example;;\n"
                                     "key=\n"
                                     "[intake]\nsize-limit=1024\ntimeout=2m\nmin-free=0\n"
                                     "[limits]\ntext=2K\nmemory=1G\n"
                                     "[store]\nurl=sqlite:/tmp/a=b\n"
                                     "[runtime]\ninsecure-single-uid=TRUE\n"
                                     "[reply]\nencrypt=0\n"
                                     "[spool]\ntmp-age=60s\n");
  const char *const *list = mado_conf_list (conf, "team", "address");

  g_assert_cmpstr (mado_conf_string (conf, "team", "name"), ==, "\xe7\xaa\x93\xe5\x8f\xa3 CSIRT");
  g_assert_cmpuint (g_strv_length ((char **) list), ==, 3);
  g_assert_cmpstr (list[0], ==, "a@x.example");
  g_assert_cmpstr (list[1], ==, "b@x.example");
  g_assert_cmpstr (list[2], ==, "c@x.example");
  g_assert_null (mado_conf_string (conf, "team", "key"));
  g_assert_true (mado_conf_is_set (conf, "team", "key"));
  g_assert_false (mado_conf_is_set (conf, "team", "languages"));
  g_assert_false (mado_conf_is_set (conf, "team", "nonsense"));
  g_assert_cmpint (mado_conf_int (conf, "intake", "size-limit"), ==, 1024);
  g_assert_cmpint (mado_conf_int (conf, "intake", "timeout"), ==, 120);
  g_assert_cmpint (mado_conf_int (conf, "intake", "min-free"), ==, 0);
  g_assert_cmpint (mado_conf_int (conf, "limits", "text"), ==, 2048);
  g_assert_cmpint (mado_conf_int (conf, "limits", "memory"), ==, G_GINT64_CONSTANT (1) << 30);
  g_assert_cmpint (mado_conf_int (conf, "spool", "tmp-age"), ==, 60);
  g_assert_cmpstr (mado_conf_string (conf, "store", "url"), ==, "sqlite:/tmp/a=b");
  g_assert_true (mado_conf_bool (conf, "runtime", "insecure-single-uid"));
  g_assert_false (mado_conf_bool (conf, "reply", "encrypt"));
}

static void
test_messages (void)
{
  static const char *const table[][2] = {
    { "[team]\nnmae=x\n", "t.conf:2: [team] nmae: no such setting" },
    { "# c\n\n[tema]\nname=x\n", "t.conf:3: [tema]: no such section" },
    { "[intake]\nconnections=many\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[intake]\nconnections=0\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[intake]\nconnections=10001\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[intake]\nconnections=5K\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[intake]\nconnections=5 6\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[intake]\nconnections=\n", "t.conf:2: [intake] connections: not a number within its limits" },
    { "[team]\nname=x\n[intake]\n\n  size-limit = 5h\n",
      "t.conf:5: [intake] size-limit: not a size (bytes, K, M, G) within its limits" },
    { "[crypto]\ntrust-model = tofu\n", "t.conf:2: [crypto] trust-model: must be one of: pin, pgp" },
    { "[crypto]\ntrust-model =\n", "t.conf:2: [crypto] trust-model: must be one of: pin, pgp" },
    { "[crypto]\ntrust-model = pin, pgp\n", "t.conf:2: [crypto] trust-model: must be one of: pin, pgp" },
    { "[log]\nlevel = loud\n", "t.conf:2: [log] level: must be one of: error, warning, info, debug" },
    { "[submission]\ntls = yes\n", "t.conf:2: [submission] tls: must be one of: try, require, never" },
    { "[intake]\nsize-limit=5MB\n", "t.conf:2: [intake] size-limit: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\nsize-limit=-1\n", "t.conf:2: [intake] size-limit: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\nmin-free=99999999999999999999\n",
      "t.conf:2: [intake] min-free: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\nmin-free=9223372036854775807G\n",
      "t.conf:2: [intake] min-free: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\nmin-free=-9223372036854775808G\n",
      "t.conf:2: [intake] min-free: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\nmin-free=17179869184G\n",
      "t.conf:2: [intake] min-free: not a size (bytes, K, M, G) within its limits" },
    { "[intake]\ntimeout=5M\n", "t.conf:2: [intake] timeout: not a duration (s, m, h, d) within its limits" },
    { "[reply]\nencrypt=maybe\n", "t.conf:2: [reply] encrypt: not yes or no within its limits" },
    { "[team]\nname=\xff\xfe\n", "t.conf:2: [team] name: not a text within its limits" },
    { "[intake]\nrecipients=5\nrecipients=x\n", "t.conf:3: [intake] recipients: not a number within its limits" },
    { "[submission]\ntimeout=1\n[intake]\ntimeout=x\n",
      "t.conf:4: [intake] timeout: not a duration (s, m, h, d) within its limits" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_conf_parse (table[i][0], "t.conf", &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_cmpstr (error->message, ==, table[i][1]);
  }
}

static void
test_broken_syntax (void)
{
  static const char *const table[][2] = {
    { "[team]\nname=x\nthis is no line\n[intake]\n", "t.conf:3: " },
    { "name=x\n", "t.conf:1: " },
    { "\n\n[team\n", "t.conf:3: " },
    { "[team]\n=x", "t.conf:2: " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_conf_parse (table[i][0], "t.conf", &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_true (g_str_has_prefix (error->message, table[i][1]));
  }
}

static void
test_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("mado-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "m.conf", NULL);
  g_autofree char *large = g_strnfill (256 * 1024 + 1, '\n');
  g_autofree char *expected = g_strdup_printf ("%s:2: [team] nmae: no such setting", path);
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_conf_load (path, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "[team]\nname=x\n", -1, NULL));
  g_autoptr (MadoConf) conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mado_conf_path (conf), ==, path);
  g_assert_true (g_file_set_contents (path, "[team]\nnmae=x\n", -1, NULL));
  g_assert_null (mado_conf_load (path, &error));
  g_assert_cmpstr (error->message, ==, expected);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_autoptr (MadoConf) empty = mado_conf_load (path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (empty);
  /* What stands behind a NUL must not be dropped in silence. */
  g_assert_true (g_file_set_contents (path, "[team]\nname=x\n\0nmae=x\n", 22, NULL));
  g_assert_null (mado_conf_load (path, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, large, -1, NULL));
  g_assert_null (mado_conf_load (path, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
}

static void
test_every_mistake (void)
{
  static const char text[] = "[team]\nnmae=x\nname=y\n[nope]\na=1\n[intake]\ntimeout=x\nrecipients=5\nrecipients=0\n";
  static const char *const expected[] = {
    ":2: [team] nmae: no such setting",
    ":4: [nope]: no such section",
    ":7: [intake] timeout: not a duration (s, m, h, d) within its limits",
    ":9: [intake] recipients: not a number within its limits",
  };
  g_autofree char *dir = g_dir_make_tmp ("mado-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "m.conf", NULL);
  g_autoptr (GPtrArray) none = NULL, found = NULL, missing = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  found = mado_conf_check (path);
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < found->len; i++) {
    g_autofree char *sentence = g_strconcat (path, expected[i], NULL);
    g_assert_cmpstr (found->pdata[i], ==, sentence);
  }
  g_assert_true (g_file_set_contents (path, "[team]\nname=x\n", -1, NULL));
  none = mado_conf_check (path);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (mado_fsio_remove_tree (dir, NULL));
  missing = mado_conf_check (path);
  g_assert_cmpuint (missing->len, ==, 1);
  g_assert_nonnull (strstr (missing->pdata[0], path));
}

static void
test_wrong_question (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (MadoConf) conf = parse ("");
    mado_conf_int (conf, "team", "name");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*?team? name is not in the table in that type*");
}

/* What people are shown of @text as a value. */
static void
assert_shown (const char *text, const char *shown)
{
  g_autofree char *file = g_strdup_printf ("[submission]\nurl = %s\n", text);
  g_autoptr (MadoConf) conf = parse (file);

  for (const MadoConfSetting *s = mado_conf_settings; s->section != NULL; s++)
    if (strcmp (s->section, "submission") == 0 && strcmp (s->key, "url") == 0) {
      g_autofree char *value = mado_conf_shown_value (conf, s);
      g_assert_cmpstr (value, ==, shown);
    }
}

/* No pass word; and no setting for one, but for the name of its file. */
static void
test_shown (void)
{
  g_autoptr (MadoConf) conf = parse ("");

  assert_shown ("smtp://mail.example:587", "smtp://mail.example:587");
  assert_shown ("smtp://me:word@mail.example:587/x@y", "smtp://...@mail.example:587/x@y");
  assert_shown ("smtp://me:w@rd@mail.example", "smtp://...@mail.example");
  assert_shown ("http://a:b@x, http://c@y;me@z.example", "http://...@x, http://...@y;me@z.example");
  assert_shown ("://@", "://...@");
  assert_shown ("maildir:/var/me@here", "maildir:/var/me@here");
  for (const MadoConfSetting *s = mado_conf_settings; s->section != NULL; s++) {
    g_autofree char *value = mado_conf_shown_value (conf, s);
    g_assert_cmpstr (value, ==, s->fallback);
    for (const char *const *word = (const char *const[]){ "password", "passphrase", "secret", NULL }; *word != NULL; word++)
      g_assert_true (strstr (s->key, *word) == NULL || g_str_has_suffix (s->key, "-file")
                     || strcmp (s->key, "archive-password") == 0); /* that one everybody knows: it keeps scanners out, not people */
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conf/table", test_table);
  g_test_add_func ("/conf/defaults", test_defaults);
  g_test_add_func ("/conf/values", test_values);
  g_test_add_func ("/conf/messages", test_messages);
  g_test_add_func ("/conf/broken-syntax", test_broken_syntax);
  g_test_add_func ("/conf/files", test_files);
  g_test_add_func ("/conf/every-mistake", test_every_mistake);
  g_test_add_func ("/conf/shown", test_shown);
  g_test_add_func ("/conf/wrong-question", test_wrong_question);
  return g_test_run ();
}
