/* verb-doctor.c: `madoguchi doctor`: one line per check, ok, warn or fail; exit 1 if any failed. The checks
 * themselves stand in checks.c; what only the keeper can see is asked of it. Changes nothing. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/checks-online.h"
#include "madoguchi/front/checks.h"
#include "madoguchi/front/member.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <string.h>

typedef struct {
  MadoCli *cli;
  guint failed;
  GError *problem; /* of the output */
} Doctor;

static void
report (gpointer data, const char *name, MadoCheckStatus status, const char *detail)
{
  static const char *const words[] = { "ok", "warn", "fail" };
  Doctor *doctor = data;
  g_autofree char *safe = mado_text_escape_line (detail);

  doctor->failed += status == MADO_CHECK_FAIL;
  if (doctor->problem != NULL)
    return;
  if (doctor->cli->options.json) {
    g_autoptr (GVariant) body
        = g_variant_ref_sink (mado_member_body ("name", name, "status", words[status], "detail", safe, NULL));
    mado_member_print_body (doctor->cli, body, &doctor->problem);
    return;
  }
  g_autofree char *said = mado_words_translate (safe);
  g_autofree char *line = g_strdup_printf ("%-4s  %-14s %s\n", words[status], name, said);
  mado_cli_print (doctor->cli, line, &doctor->problem);
}

/* The keeper's own list: {name, status, detail}. */
static void
ask_keeper (Doctor *doctor)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) items = NULL;

  if (!mado_member_ask (doctor->cli->conf, "doctor", NULL, -1, &answer, &problem)) {
    report (doctor, "keeper", MADO_CHECK_WARN, problem->message);
    return;
  }
  report (doctor, "keeper", MADO_CHECK_OK, "answers");
  items = g_variant_lookup_value (answer.body, "items", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    const char *name = "keeper", *status = "fail", *detail = "";
    g_variant_lookup (item, "name", "&s", &name);
    g_variant_lookup (item, "status", "&s", &status);
    g_variant_lookup (item, "detail", "&s", &detail);
    g_autofree char *safe = mado_text_escape_line (name);
    report (doctor, safe,
            strcmp (status, "ok") == 0 ? MADO_CHECK_OK : strcmp (status, "warn") == 0 ? MADO_CHECK_WARN : MADO_CHECK_FAIL,
            detail);
  }
}

gboolean
mado_verb_doctor (MadoCli *cli, GError **error)
{
  Doctor doctor = { .cli = cli };
  g_autoptr (GError) problem = NULL;

  cli->conf = mado_conf_load (cli->conf_path, &problem);
  if (cli->conf == NULL) {
    report (&doctor, "config", MADO_CHECK_FAIL, problem->message);
  } else {
    report (&doctor, "config", MADO_CHECK_OK, mado_conf_path (cli->conf));
    mado_checks_run (cli->conf, cli->hooks, report, &doctor);
    ask_keeper (&doctor);
    if (cli->options.online)
      mado_checks_online (cli->conf, report, &doctor);
  }
  cli->status = doctor.failed > 0 ? 1 : 0;
  if (doctor.problem == NULL)
    return TRUE;
  g_propagate_error (error, doctor.problem);
  return FALSE;
}
