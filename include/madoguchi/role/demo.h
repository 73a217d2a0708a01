/* demo.h: a directory on which all roles can run at once, with a throw-away team key: for demonstrations and tests,
 * never for real mail. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct {
  const char *directory;
  const char *listen;    /* (nullable) a further LMTP address */
  const char *templates; /* directory of the answer templates */
  const char *canned;    /* directory of texts for members' answers */
  const char *forms;     /* directory of the templates of forms */
  const char *page;      /* directory of the files of the members' page */
  const char *words;     /* directory of its sentences in other languages */
  const char *web;       /* where the page is served; NULL: it is not */
  guint workers;         /* 0: leave it */
} MadoDemo;

/* Makes the directory, its key and madoguchi.conf when they are not there; adds @listen and @workers to a
 * madoguchi.conf that is. @conf_path: (transfer full). Errors: CONF (a name too long, a directory with other
 * things in it), UNAVAILABLE (no gpg), TEMP, DENIED. */
gboolean mado_demo_prepare (const MadoDemo *demo, char **conf_path, GError **error);

/* Ends agents that gpg may have left for the directory's own GnuPG home. */
void mado_demo_end_agents (const char *directory);
