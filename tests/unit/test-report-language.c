/* Languages of reports, as they look: mostly logs. */
#include "madoguchi/report/language.h"

#include <glib.h>

static void
test_language (void)
{
  g_assert_cmpstr (mado_language_guess ("お世話になっております。不正アクセスを検知しました。\n192.0.2.1 GET /index.html HTTP/1.1\n"), ==, "ja");
  g_assert_cmpstr (mado_language_guess ("Dear team, the host 192.0.2.7 is scanning our network."), ==, "en");
  g_assert_cmpstr (mado_language_guess ("Guten Tag, der Host 192.0.2.7 ist nicht erreichbar und wir bitten um Hilfe."), ==, "de");
  g_assert_cmpstr (mado_language_guess ("안녕하세요 신고합니다"), ==, "ko");
  g_assert_cmpstr (mado_language_guess ("Здравствуйте, ваш сервер рассылает спам"), ==, "ru");
  g_assert_cmpstr (mado_language_guess ("192.0.2.1 443"), ==, NULL);
  g_assert_cmpstr (mado_language_guess (""), ==, NULL);
  g_assert_cmpstr (mado_language_guess (NULL), ==, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/language", test_language);
  return g_test_run ();
}
