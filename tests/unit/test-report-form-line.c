/* Lines of forms: quotation, bullets, numbers, labels and values in the shapes that people write. */
#include "madoguchi/report/form-line.h"

#include <string.h>

static GHashTable *
labels_new (void)
{
  static const char *const words[] = { "name", "名前", "ログ情報", "os", "2次被害", "ipアドレス又はホスト名" };
  GHashTable *labels = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_hash_table_add (labels, (gpointer) words[i]);
  return labels;
}

static const struct {
  const char *text, *known, *number, *value;
  guint depth;
} shapes[] = {
  { "Name: Yamada", "name", "", "Yamada", 0 },
  { "NAME ： 山田", "name", "", "山田", 0 },
  { "名　前:山田", "名前", "", "山田", 0 },
  { " 1-1 名前: x", "名前", "1-1", "x", 0 },
  { "１－１．名前：x", "名前", "1-1", "x", 0 },
  { "(3) 名前　x", "名前", "3", "x", 0 },
  { "（３）名前", "名前", "3", "", 0 },
  { "② 名前: x", "名前", "2", "x", 0 },
  { "Q4. 名前: x", "名前", "4", "x", 0 },
  { "■名前　　山田", "名前", "", "山田", 0 },
  { "・名前（必須）： 山田", "名前", "", "山田", 0 },
  { "【名前】山田", "名前", "", "山田", 0 },
  { "[Name]: Yamada", "name", "", "Yamada", 0 },
  { "ログ情報 ※任意: x", "ログ情報", "", "x", 0 },
  { "IPアドレス又は ホスト名: a.test", "ipアドレス又はホスト名", "", "a.test", 0 },
  { "> > Name: x", "name", "", "x", 2 },
  { "＞ Name: x", "name", "", "x", 1 },
  { "| Name\tYamada |", "name", "", "Yamada |", 0 },
  { "2次被害: なし", "2次被害", "", "なし", 0 },
  { "名前 山田", "名前", "", "山田", 0 },
  { "ﾛｸﾞ情報: x", "ログ情報", "", "x", 0 },
  { "OS", "os", "", "", 0 },
  { "OS upgrade of all hosts", NULL, "", NULL, 0 },
  { "the name: x", NULL, "", NULL, 0 },
  { "http://name: x", NULL, "", NULL, 0 },
  { "2-1", NULL, "2-1", NULL, 0 },
  { "2026-11-20 09:00", NULL, "", NULL, 0 },
  { "", NULL, "", NULL, 0 },
  { "> ", NULL, "", NULL, 1 },
};

static void
test_shapes (void)
{
  g_autoptr (GHashTable) labels = labels_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++) {
    MadoFormLine line;
    mado_form_line_read (&line, shapes[i].text, 0, strlen (shapes[i].text), labels);
    g_test_message ("%s", shapes[i].text);
    g_assert_cmpstr (line.known, ==, shapes[i].known);
    g_assert_cmpstr (line.number, ==, shapes[i].number);
    g_assert_cmpuint (line.depth, ==, shapes[i].depth);
    if (shapes[i].value != NULL)
      g_assert_cmpstr (shapes[i].text + line.value, ==, shapes[i].value);
  }
}

static void
test_bounds (void)
{
  g_autoptr (GHashTable) labels = labels_new ();
  const char *text = "xx\nName: y\r\nzz";
  g_autofree char *longer = g_strnfill (100000, ' ');
  MadoFormLine line;

  mado_form_line_read (&line, text, 3, 11, labels);
  g_assert_cmpstr (line.known, ==, "name");
  g_assert_cmpuint (line.end, ==, 10);
  g_assert_cmpint (text[line.value], ==, 'y');
  memcpy (longer + 300, "name", 4);
  mado_form_line_read (&line, longer, 0, strlen (longer), labels);
  g_assert_cmpstr (line.known, ==, "name"); /* blanks in front do not count */
  memset (longer, 'x', 300);
  mado_form_line_read (&line, longer, 0, strlen (longer), labels);
  g_assert_null (line.known);
}

static void
test_signs (void)
{
  g_autofree char *folded = mado_form_fold ("Ｅ－Ｍａｉｌ ｱﾄﾞﾚｽ①", strlen ("Ｅ－Ｍａｉｌ ｱﾄﾞﾚｽ①"));
  g_autofree char *broken = mado_form_fold ("a\xff\xe3", 3);
  const char *text = " ＿_x y… ";
  gsize start = 0, end = strlen (text);

  g_assert_cmpstr (folded, ==, "emailアドレス1");
  g_assert_cmpstr (broken, ==, "a");
  g_assert_true (mado_form_is_ruler ("-----", 5));
  g_assert_true (mado_form_is_ruler ("━━━━", strlen ("━━━━")));
  g_assert_false (mado_form_is_ruler ("--", 2));
  g_assert_false (mado_form_is_ruler ("--- a", 5));
  g_assert_true (mado_form_is_blank ("　\t ", strlen ("　\t ")));
  g_assert_false (mado_form_is_blank (".", 1));
  mado_form_trim (text, &start, &end);
  g_assert_cmpuint (end - start, ==, 3);
  g_assert_cmpint (text[start], ==, 'x');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/form-line/shapes", test_shapes);
  g_test_add_func ("/report/form-line/bounds", test_bounds);
  g_test_add_func ("/report/form-line/signs", test_signs);
  return g_test_run ();
}
