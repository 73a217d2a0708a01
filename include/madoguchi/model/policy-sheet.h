/* policy-sheet.h: what is in force in the house: madoguchi.policy/1, the answer of `madoguchi policy`. Says nothing of any
 * incident, and holds no secret: names of files that have some, never what is in them. */
#pragma once

#include "madoguchi/model/record.h"

/* One row of the table of settings (conf/table.c). */
typedef struct {
  char *group;       /* of which matter: "intake", "answers"... (desk/policy-settings.c) */
  char *section, *key;
  char *type;        /* "text", "list", "yes or no", "number", "size", "duration" */
  char *value;       /* in force; NULL: unset */
  char *fallback;    /* JSON "default" */
  char *help;        /* one or two sentences */
  char *words;       /* what it may be, with commas between; NULL: anything of its type */
  gboolean is_set;   /* JSON "set": it stands in the file */
  gboolean differs;  /* ... and says something else than the default */
} MadoPolicySetting;

/* A rule of triage, or a constituency, as the file has it. */
typedef struct {
  char *name;
  char **asks;    /* map: key of the file -> what stands there; of a constituency: what is its */
  char **decides; /* map */
  gint64 fired;   /* in how many of the mails that were looked at it decided something */
} MadoPolicyTriageRule;

/* Priorities for one impact. */
typedef struct {
  char *impact;
  char *low, *normal, *high; /* by urgency */
} MadoPolicyMatrixRow;

/* A rule of automatic answers (desk/policy.h), in the order in which they are asked. */
typedef struct {
  char *reason, *answer, *when;
} MadoPolicyAnswerRule;

/* Texts in a directory. */
typedef struct {
  char *directory;
  gboolean is_own;  /* JSON "own": not the ones that come with the program */
  char **names;     /* "ack.ja", "ack.phishing.en" */
  char *problem;    /* why they are not known; NULL: they are */
} MadoPolicyTexts;

/* How long tickets may wait; "" where nothing is said. */
typedef struct {
  char *about;      /* "high", "fraud", "fraud/high", "any" */
  char *answer, *action, *waiting;
} MadoPolicyDue;

typedef struct {
  char *about; /* "category=fraud", "tlp=RED", "all" */
  char *kept;  /* "90d", "never": how long after the end */
} MadoPolicyKept;

/* What follows for one category, of normal priority, with no mark. */
typedef struct {
  char *category, *title;              /* title: in words */
  char **names;                        /* map, as in MadoTriage */
  gint64 answer, action, waiting;      /* seconds; 0: no limit */
  char *kept;                          /* the rule of retention; NULL: for ever */
} MadoPolicyCategory;

/* One row of the table of permissions. */
typedef struct {
  char *word;
  char **roles;
  char *restricted; /* what becomes of it where an incident is restricted to others */
} MadoPolicyPermission;

typedef struct {
  char *file;            /* of the settings */
  gint64 read;           /* when */
  gboolean is_changed;   /* JSON "changed": the file has been written since */
  GPtrArray *settings;   /* of MadoPolicySetting: every one */
  char *rules_file;      /* NULL: there are no rules */
  gint64 rules_read;
  gboolean is_rules_changed; /* JSON "rules_changed" */
  GPtrArray *rules, *constituencies; /* of MadoPolicyTriageRule */
  gint64 looked_at;      /* mails by which `fired` was counted: the newest; 0: it is not known */
  GPtrArray *matrix;     /* of MadoPolicyMatrixRow; the next two: where no rule says anything */
  char *impact, *urgency;
  GPtrArray *answer_rules; /* of MadoPolicyAnswerRule */
  MadoPolicyTexts *templates, *canned;
  gboolean is_due_by_hours; /* JSON "due_by_office_hours" */
  GPtrArray *due;        /* of MadoPolicyDue */
  GPtrArray *kept;       /* of MadoPolicyKept, in their order; JSON "retention" */
  GPtrArray *categories; /* of MadoPolicyCategory: every one of RSIT */
  GPtrArray *permissions; /* of MadoPolicyPermission: every word */
} MadoPolicySheet;

MADO_DECLARE_RECORD (MadoPolicySetting, mado_policy_setting)
MADO_DECLARE_RECORD (MadoPolicyTriageRule, mado_policy_triage_rule)
MADO_DECLARE_RECORD (MadoPolicyMatrixRow, mado_policy_matrix_row)
MADO_DECLARE_RECORD (MadoPolicyAnswerRule, mado_policy_answer_rule)
MADO_DECLARE_RECORD (MadoPolicyTexts, mado_policy_texts)
MADO_DECLARE_RECORD (MadoPolicyDue, mado_policy_due)
MADO_DECLARE_RECORD (MadoPolicyKept, mado_policy_kept)
MADO_DECLARE_RECORD (MadoPolicyCategory, mado_policy_category)
MADO_DECLARE_RECORD (MadoPolicyPermission, mado_policy_permission)
MADO_DECLARE_RECORD (MadoPolicySheet, mado_policy_sheet_record)
