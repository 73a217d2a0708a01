/* verb-open.c: `madoguchi open`: one mail, opened as the opener would, in a child that dies with it; stores
 * nothing and needs no daemon. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/input.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-report.h"

#include <unistd.h>

static gboolean
show (MadoCli *cli, const MadoReport *report, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_json (cli, &mado_report_type, report, error);
  mado_view_report (text, mado_view_columns (STDOUT_FILENO), report);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_open (MadoCli *cli, GError **error)
{
  g_autoptr (MadoReport) report = NULL;

  return mado_input_read (cli, mado_cli_argument (cli, 0), cli->hooks->open_mail, FALSE, &report, error) && show (cli, report, error);
}
