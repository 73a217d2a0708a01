/* cli.h: the command line of members: `madoguchi VERB`. One table of verbs and one of options; a verb is a
 * function over a filled MadoCli. Contract: the verbs, their JSON and the exit codes are relied on by scripts.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/preview.h"
#include "madoguchi/model/report.h"

#include <stdio.h>

typedef gboolean (*MadoMailReader) (const MadoConf *conf, const char *runtime, int fd, guint64 size, MadoReport **report,
                                    GError **error);

/* What the program lends us from layers that we may not see. */
typedef struct {
  /* Opens the mail in @fd (@size bytes from its start) in a child that dies with it. @runtime: a private
   * directory for GnuPG homes. Errors: PERM when it is no mail at all; TEMP, CONF. */
  MadoMailReader open_mail;
  /* What the templates of forms find in the mail, in report->report->forms; opened as by open_mail. */
  MadoMailReader test_form;
  /* (transfer full) every mistake in the templates of forms: "FILE:LINE: what" (nullable). */
  GPtrArray *(*check_forms) (const MadoConf *conf);
  /* Do the answer templates load, for each of the team's languages? Errors: CONF, TEMP. (nullable) */
  gboolean (*check_templates) (const MadoConf *conf, GError **error);
  /* Are the rules of triage, and of what is due, without mistakes? Errors: CONF. (nullable) */
  gboolean (*check_rules) (const MadoConf *conf, GError **error);
  /* (transfer full) every mistake in the answer templates and the office hours: sentences (nullable). */
  GPtrArray *(*list_answer_problems) (const MadoConf *conf);
  /* (transfer full) the answer that a mail with @report would get at @now if it made a ticket. @mail_from: (nullable) its
   * envelope sender. Errors: CONF. */
  MadoPreview *(*preview_answer) (const MadoConf *conf, const MadoReport *report, const char *mail_from, gint64 now,
                                  GError **error);
} MadoCliHooks;

/* Every option of every verb; a verb takes only those that its row names. */
typedef struct {
  char *config;
  gboolean help, version, json;
  gboolean wait;        /* ingest */
  char *from, *to;      /* ingest; from: policy preview, too */
  char *state, *owner;  /* list */
  char *limit, *after;  /* list */
  char *priority, *category, *tlp, *tag; /* list */
  gboolean unread, due, overdue; /* list */
  gboolean peek;        /* show */
  gboolean all;         /* hand-over */
  char *note;           /* hand-over */
  char *output;         /* part, raw, keys export */
  gboolean zip;         /* part */
  char *view;           /* list */
  gboolean team;        /* views */
  char *file, *subject; /* reply */
  char **recipients, **files; /* reply */
  char *edit, *discard, *send; /* reply: names of drafts */
  char *canned, *language; /* reply, canned */
  gboolean draft;       /* reply */
  gboolean plain_ok, waiting, preview, quote, together; /* reply */
  gboolean pin;         /* keys import */
  char *new_key;        /* keys roll-over */
  gboolean force;       /* publish */
  gboolean online;      /* doctor */
  gboolean undecryptable; /* reopen */
  gboolean remove;      /* tag, link */
  char *as;             /* link */
  gboolean by_rank; /* search */
  char *if_version;     /* whatever changes a ticket */
  char *restrict_to, *add, *remove_member, *reason; /* restrict: logins with commas; why (hold, too) */
  gboolean lift;        /* restrict */
  char *name, *key, *role, *languages; /* members */
  char *ticket, *member, *since; /* audit */
  gboolean sign; /* audit head */
  gboolean release, yes, dry_run; /* hold, erase, retention */
  char **scopes; /* members token add */
  char *days;
  char **heads;  /* audit verify */
  gboolean defaults, changed; /* conf */
  char *template_name;        /* policy test-form */
  char **arguments;     /* what is no option; NULL when there is nothing */
} MadoCliOptions;

typedef struct {
  const MadoCliHooks *hooks;
  MadoCliOptions options;
  guint n_arguments;
  char *conf_path; /* absolute or as given */
  MadoConf *conf;  /* NULL for verbs that read it themselves */
  FILE *out;       /* where results go: stdout */
  int status;      /* what a verb that returns TRUE wants as exit status */
} MadoCli;

typedef struct {
  const char *name;
  const char *synopsis;     /* its arguments */
  const char *summary;      /* one line */
  const char *options;      /* letters of option_table in cli.c */
  guint min_arguments, max_arguments;
  gboolean reads_conf;      /* FALSE: the verb loads the configuration itself */
  gboolean (*run) (MadoCli *cli, GError **error);
} MadoCliVerb;

/* The whole life of the program; returns its exit status. */
int mado_cli_main (const MadoCliHooks *hooks, int argc, char **argv);

/* For tests: reads a command line into @cli (all zero before). @verb: NULL when --help or --version came without a
 * verb. Errors: USAGE. */
gboolean mado_cli_parse (MadoCli *cli, int argc, char **argv, const MadoCliVerb **verb, GError **error);
void mado_cli_clear (MadoCli *cli);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoCli, mado_cli_clear)

/* The argument number @index, NULL when it is not there. */
const char *mado_cli_argument (const MadoCli *cli, guint index);

/* Prints @text; a failing standard output is TEMP. */
gboolean mado_cli_print (MadoCli *cli, const char *text, GError **error);

/* Says "madoguchi: WHAT" on standard error, for trouble that does not end the verb. Control characters are
 * escaped. */
void mado_cli_warn (const char *what);
