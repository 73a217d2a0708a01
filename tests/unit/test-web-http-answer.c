/* test-web-http-answer.c: no value ends a header field; what is said with a status alone is problem details. */
#include "madoguchi/web/http-answer.h"

#include <string.h>

static void
test_fields (void)
{
  static const char *const table[][2] = {
    { "a", "a" }, { "a\r\nSet-Cookie: b=c", "aSet-Cookie: b=c" }, { "\na\t\x7f\x01" "b", "ab" }, { "\"あ\"", "\"あ\"" }, { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadoHttpAnswer) answer = mado_http_answer_new (200, NULL, NULL);
    mado_http_answer_add (answer, "X-Field", table[i][0]);
    g_assert_cmpuint (answer->headers->len, ==, 2);
    g_assert_cmpstr (answer->headers->pdata[0], ==, "X-Field");
    g_assert_cmpstr (answer->headers->pdata[1], ==, table[i][1]);
  }
}

static const char *
get_field (const MadoHttpAnswer *answer, const char *name)
{
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    if (strcmp (answer->headers->pdata[i], name) == 0)
      return answer->headers->pdata[i + 1];
  return NULL;
}

static void
test_status (void)
{
  static const guint statuses[] = { 400, 401, 413, 429, 503, 599 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (MadoHttpAnswer) answer = mado_http_answer_status (statuses[i]);
    g_autofree char *status = g_strdup_printf ("\"status\":%u}", statuses[i]);
    g_autofree char *text = g_strndup (g_bytes_get_data (answer->content, NULL), g_bytes_get_size (answer->content));
    g_assert_cmpuint (answer->status, ==, statuses[i]);
    g_assert_cmpstr (answer->type, ==, "application/problem+json");
    g_assert_cmpstr (get_field (answer, "Cache-Control"), ==, "no-store");
    g_assert_nonnull (strstr (text, status));
    g_assert_true (g_str_has_prefix (text, "{\"type\":\"about:blank\",\"title\":\""));
  }
  g_autoptr (MadoHttpAnswer) busy = mado_http_answer_busy ();
  g_assert_cmpuint (busy->status, ==, 503);
  g_assert_cmpstr (get_field (busy, "Retry-After"), ==, "5");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/http-answer/fields", test_fields);
  g_test_add_func ("/web/http-answer/status", test_status);
  return g_test_run ();
}
