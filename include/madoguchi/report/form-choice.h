/* form-choice.h: which of the choices of a form were taken: boxes that are ticked, a number, or the words themselves. */
#pragma once

#include <glib.h>

/* Most choices of one item. */
#define MADO_FORM_CHOICES_MAX 50

typedef struct {
  char **words;   /* as people write it */
  char **folded;  /* the same, as they are compared (mado_form_fold) */
  char *meaning;  /* nullable */
} MadoFormChoice;

/* (transfer full) an empty one. */
MadoFormChoice *mado_form_choice_new (void);
void mado_form_choice_free (MadoFormChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoFormChoice, mado_form_choice_free)

/* The choices (bit 0 is the first one) that @value takes of @choices (of MadoFormChoice). 0: none, or what is there is the
 * list of choices itself. @many: may several be taken? If not, and several are, the answer is 0, too. */
guint64 mado_form_choose (const char *value, GPtrArray *choices, gboolean many);

/* (transfer full, nullable) what stands behind the ticked boxes of @value, with "; " between. NULL: none is ticked, or all
 * are, as bullets. */
char *mado_form_choice_ticked (const char *value);

/* The choice (from 0) that @size bytes of @text speak of first; -1: none. */
int mado_form_choice_find (const char *text, gsize size, GPtrArray *choices);
