/* checks-milter.c: see checks-milter.h. Called by checks.c. */
#include "madoguchi/front/checks-milter.h"

#include "madoguchi/front/dial.h"
#include "madoguchi/front/postconf.h"
#include "madoguchi/model/door-mark.h"

#include <string.h>

#define ANSWER_SECONDS 5

/* The first packet of an MTA: protocol 6, no actions, no steps left out; the answer begins alike. */
static const guint8 greeting[] = { 0, 0, 0, 13, 'O', 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0 };

static gboolean
does_answer (const char *spec, GError **error)
{
  g_autoptr (GSocketConnection) connection = mado_dial (spec, ANSWER_SECONDS, error);
  guint8 answer[5] = { 0 };
  gsize got = 0;

  if (connection == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), greeting, sizeof greeting, NULL, NULL, error)
      || !g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, sizeof answer, &got, NULL, error))
    return FALSE;
  if (got == sizeof answer && answer[4] == 'O')
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no milter answers there");
  return FALSE;
}

/* Postfix writes the same socket in its own way: a path as its chroot sees it, a port behind a colon. */
static gboolean
names_us (const char *milters, const char *spec)
{
  const char *slash = strrchr (spec, '/'), *colon = strrchr (spec, ':');
  const char *tail = slash != NULL ? slash : colon;

  return milters != NULL && tail != NULL && strstr (milters, tail) != NULL;
}

static void
check_postfix (const MadoConf *conf, const char *spec, MadoCheckReport report, gpointer data)
{
  g_autofree char *milters = mado_postconf ("smtpd_milters"), *action = mado_postconf ("milter_default_action");
  gboolean is_intake = g_strcmp0 (mado_conf_string (conf, "milter", "intake"), "no") != 0;

  if (milters == NULL)
    return;
  if (!names_us (milters, spec)) {
    report (data, "milter", MADO_CHECK_WARN, "smtpd_milters of Postfix does not name it (README, \"A door in the SMTP dialogue\")");
    return;
  }
  report (data, "milter", MADO_CHECK_OK, "Postfix asks it");
  if (g_strcmp0 (action, "accept") == 0)
    report (data, "milter", is_intake ? MADO_CHECK_FAIL : MADO_CHECK_WARN,
            is_intake ? "milter_default_action = accept: while the milter is away, mail passes by us and is lost"
                      : "milter_default_action = accept: while the milter is away, no rule holds; set tempfail");
}

void
mado_checks_milter (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  const char *spec = mado_conf_list (conf, "intake", "milter-listen")[0];
  const char *secret = mado_conf_string (conf, "milter", "secret-file");
  g_autofree char *keys = g_build_filename (mado_conf_string (conf, "runtime", "directory"), "door-keys", NULL);
  g_autoptr (GError) problem = NULL, unreadable = NULL;

  if (spec == NULL)
    return;
  if (does_answer (spec, &problem)) {
    report (data, "milter", MADO_CHECK_OK, "answers");
  } else {
    g_autofree char *detail = g_strdup_printf ("%s: %s", spec, problem->message);
    report (data, "milter", MADO_CHECK_FAIL, detail);
  }
  if (!g_file_test (keys, G_FILE_TEST_EXISTS))
    report (data, "milter", MADO_CHECK_WARN, "no list of our keys (madoguchi-keyring writes it): the rule wrong-key cannot hold");
  g_autoptr (GBytes) bytes = mado_door_mark_secret (secret, &unreadable);
  if (unreadable != NULL)
    report (data, "milter", MADO_CHECK_FAIL, unreadable->message);
  else if (bytes == NULL)
    report (data, "milter", MADO_CHECK_WARN, "[milter] secret-file is not set: no marks, and reply addresses are not checked");
  check_postfix (conf, spec, report, data);
}
