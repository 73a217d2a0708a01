/* test-web-disposition.c: names of downloads, in any script, and such as would end the field. */
#include "madoguchi/web/disposition.h"

static void
test_names (void)
{
  static const struct {
    const char *name, *field;
  } rows[] = {
    { NULL, "attachment; filename=\"attachment.bin\"" },
    { "", "attachment; filename=\"attachment.bin\"" },
    { "report.pdf", "attachment; filename=\"report.pdf\"; filename*=UTF-8''report.pdf" },
    { "報告 1.pdf", "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%201.pdf" },
    { "a\"; filename=b.exe", "attachment; filename=\"a__ filename_b.exe\"; filename*=UTF-8''a%22%3B%20filename%3Db.exe" },
    { "x\r\nSet-Cookie: a='%*", "attachment; filename=\"x__Set-Cookie_ a____\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3D%27%25%2A" },
    { "\xff", "attachment; filename=\"attachment.bin\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *field = mado_disposition_write (rows[i].name);
    g_assert_cmpstr (field, ==, rows[i].field);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/disposition/names", test_names);
  return g_test_run ();
}
