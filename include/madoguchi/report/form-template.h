/* form-template.h: descriptions of forms, read from small files (madoguchi-forms(5)) when the reader of mails starts. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/report/form-choice.h"
#include "madoguchi/report/form-time.h"

typedef enum {
  MADO_FORM_KIND_LINE,      /* up to an empty line */
  MADO_FORM_KIND_TEXT,      /* up to the next label */
  MADO_FORM_KIND_CHOICE,    /* one of those in the template */
  MADO_FORM_KIND_TIME,
  MADO_FORM_KIND_BOXES,     /* boxes that are ticked, whatever stands beside them */
  MADO_FORM_KIND_ZONE,
  MADO_FORM_KIND_ADDRESSES, /* of machines: IP addresses, names, URLs */
  MADO_FORM_KIND_EMAIL
} MadoFormKind;

typedef enum {
  MADO_FORM_TO_NOTHING,
  MADO_FORM_TO_REPORTER_NAME,
  MADO_FORM_TO_REPORTER_ADDRESS,
  MADO_FORM_TO_ORGANIZATION,
  MADO_FORM_TO_SOURCE,
  MADO_FORM_TO_TARGET,
  MADO_FORM_TO_TITLE,
  MADO_FORM_TO_DESCRIPTION,
  MADO_FORM_TO_REQUEST,
  MADO_FORM_TO_CATEGORY,
  MADO_FORM_TO_TYPE,
  MADO_FORM_TO_REPORTED,
  MADO_FORM_TO_DETECTED,
  MADO_FORM_TO_STARTED,
  MADO_FORM_TO_ENDED,
  MADO_FORM_TO_ZONE,
  MADO_FORM_TO_ID,
  MADO_FORM_TO_REFERENCE,
  MADO_FORM_TO_TLP
} MadoFormPlace;

extern const char *const mado_form_kind_names[];
extern const char *const mado_form_place_names[];

/* Something with labels: an item to fill in, or the heading of a section. */
typedef struct {
  char *name;
  gboolean is_section;
  char **labels;      /* folded */
  char *number;       /* "2-1": this number stands for the label; nullable */
  char *section;      /* of an item: the name of the section that it belongs to; nullable */
  MadoFormKind kind;
  MadoFormPlace place;
  GPtrArray *choices; /* of MadoFormChoice */
  gboolean many;      /* several choices may be taken */
  char *otherwise;    /* the meaning when nothing was chosen; nullable */
} MadoFormItem;

typedef struct {
  char *name;       /* of the file, without ".form" */
  char *path;
  char *title;
  char *category;   /* RSIT, of all reports in this form; nullable */
  char **markers;   /* folded: lines that name the form */
  char **subjects;  /* folded: words of a subject that do */
  char **ignored;   /* folded: lines of instructions */
  guint needed;     /* labels that make it this form... */
  guint needed_named; /* ... when a marker or the subject names it */
  char **one_of;    /* names of items: when nothing names the form, one of them has to be there; empty: any will do */
  int zone;         /* seconds east of UTC, of times without a zone */
  MadoFormDates dates;
  GPtrArray *items; /* of MadoFormItem: sections and items in the order of the file */
} MadoFormTemplate;

/* Where a label leads: of which template, and which of its items. */
typedef struct {
  guint template_index, item;
} MadoFormHit;

typedef struct {
  GPtrArray *all;     /* of MadoFormTemplate, by name */
  GHashTable *labels; /* folded label -> GArray of MadoFormHit */
} MadoFormTemplates;

/* (transfer full) the templates *.form of the directories of [formats] forms; of two with one name the later one counts.
 * A directory that is not there is an error, unless it is the one that we install. @problems: (nullable) every mistake is added to
 * it, as "FILE:LINE: what"; what is wrong is left out. Without it the first mistake is the error. Errors: CONF. */
MadoFormTemplates *mado_form_templates_load (const MadoConf *conf, GPtrArray *problems, GError **error);

/* (transfer full) an empty set, and adding to it the template in @text, called @name; @path stands in messages.
 * For tests. Errors: CONF. */
MadoFormTemplates *mado_form_templates_new (void);
gboolean mado_form_templates_add (MadoFormTemplates *templates, const char *name, const char *path, const char *text,
                                  GPtrArray *problems, GError **error);
/* To be called after the last one was added. */
void mado_form_templates_seal (MadoFormTemplates *templates);

void mado_form_templates_free (MadoFormTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoFormTemplates, mado_form_templates_free)
