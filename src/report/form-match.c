/* form-match.c: see form-match.h. Called by form.c, in the opener's child.
 *
 * Lines are taken apart once, for all templates (form-line); then each template that has labels in the text walks over
 * them. A label opens an item, the next one closes it. Inside of free text (descriptions, logs) only labels that come
 * later in the form count, so that a log is not cut where it says "Date:". A line that names a form ends the one before;
 * so does the first label of a form that is there already. */
#include "madoguchi/report/form-match.h"
#include "madoguchi/base/words.h"

#include "madoguchi/report/form-line.h"
#include "madoguchi/report/form-value.h"

#include <string.h>

#define MARKER_LINE_MAX 300 /* bytes of a line that may name a form */
#define MARKER_SCORE 10
#define SUBJECT_SCORE 3
#define VALUE_MAX (64 * 1024)
#define VALUE_LINES 20  /* of an item that is no free text */
#define CHOICE_LINES 40
#define FORMS_MAX 50    /* of one template in one text */
#define EMPTY_LINES 1   /* that may stand between a label and its value */

typedef struct {
  const MadoFormTemplates *templates;
  const char *text;
  GArray *lines;     /* of MadoFormLine */
  guint16 *markers;  /* of each line: 1 + the template that it names; 0: none */
  GPtrArray *found;  /* of MadoFormFit */
} Search;

typedef struct {
  Search *search;
  guint index; /* of the template */
  const MadoFormTemplate *form;
  gboolean has_subject;
  MadoFormFit *match;      /* the form at hand; NULL: none yet */
  gint64 *lines_of;          /* of each item: the line of its label; 0: not found yet */
  gboolean *by_number;       /* of each item: its number alone was there; the label may follow */
  GString **values;          /* of each item; nullable */
  int current;               /* the item that is filled; -1: none */
  int first;                 /* the item whose label came first; -1 */
  const char *section;       /* nullable */
  gint64 marker_line;
  guint empty_lines, value_lines, shallow_lines, forms;
} Walk;

MadoFormPlace
mado_form_match_place (const MadoFormFound *found)
{
  for (guint i = 1; found->place != NULL && mado_form_place_names[i] != NULL; i++)
    if (strcmp (mado_form_place_names[i], found->place) == 0)
      return (MadoFormPlace) i;
  return MADO_FORM_TO_NOTHING;
}

/* --- lines ------------------------------------------------------------------------------------------------ */

/* The best template that the line names: that with the longest name. */
static guint16
find_marker (const Search *search, const MadoFormLine *line)
{
  g_autofree char *folded = NULL;
  gsize size = line->end - line->body, longest = 0;
  guint16 found = 0;

  if (size < 6 || size > MARKER_LINE_MAX || line->known != NULL)
    return 0;
  folded = mado_form_fold (search->text + line->body, size);
  for (guint t = 0; t < search->templates->all->len; t++) {
    const MadoFormTemplate *form = search->templates->all->pdata[t];
    for (gsize i = 0; form->markers[i] != NULL; i++) {
      gsize length = strlen (form->markers[i]);
      if (length > longest && strlen (folded) <= 2 * length && strstr (folded, form->markers[i]) != NULL) {
        longest = length;
        found = (guint16) (t + 1);
      }
    }
  }
  return found;
}

/* Takes the lines apart, up to a signature's "-- ". */
static void
read_lines (Search *search)
{
  gsize size = strlen (search->text), at = 0;

  size = MIN (size, (gsize) MADO_FORM_TEXT_MAX);
  while (at < size && search->lines->len < MADO_FORM_LINES_MAX) {
    const char *feed = memchr (search->text + at, '\n', size - at);
    gsize end = feed == NULL ? size : (gsize) (feed - search->text);
    MadoFormLine line;
    mado_form_line_read (&line, search->text, at, end, search->templates->labels);
    if (line.depth == 0 && line.end - at == 3 && memcmp (search->text + at, "-- ", 3) == 0)
      break;
    g_array_append_val (search->lines, line);
    at = end + 1;
  }
  search->markers = g_new0 (guint16, search->lines->len + 1);
  for (guint i = 0; i < search->lines->len; i++)
    search->markers[i] = find_marker (search, &g_array_index (search->lines, MadoFormLine, i));
}

/* --- a form that is finished ------------------------------------------------------------------------------ */

static gboolean
is_named (const Walk *walk)
{
  return walk->marker_line > 0 || walk->has_subject;
}

static guint
needed (const Walk *walk)
{
  return is_named (walk) ? walk->form->needed_named : walk->form->needed;
}

/* Is a label there that tells this form from a signature, or from what others write? */
static gboolean
has_typical (const Walk *walk)
{
  const MadoFormTemplate *form = walk->form;

  for (guint i = 0; i < form->items->len && form->one_of != NULL; i++) {
    const MadoFormItem *item = form->items->pdata[i];
    if (!item->is_section && walk->lines_of[i] > 0 && g_strv_contains ((const char *const *) form->one_of, item->name))
      return TRUE;
  }
  return is_named (walk) || form->one_of == NULL || form->one_of[0] == NULL;
}

/* Enough of the form at hand is there. */
static gboolean
is_enough (const Walk *walk)
{
  return walk->match != NULL && walk->match->labels >= needed (walk) && has_typical (walk);
}

/* (transfer full, nullable) an item as it was found. */
static MadoFormFound *
make_found (const Walk *walk, guint index, int zone)
{
  const MadoFormItem *item = walk->form->items->pdata[index];
  const GString *value = walk->values[index];
  const MadoFormLine *line;
  MadoFormFound *found;

  if (item->is_section || walk->lines_of[index] == 0)
    return NULL;
  line = &g_array_index (walk->search->lines, MadoFormLine, walk->lines_of[index] - 1);
  found = mado_form_found_new ();
  found->name = g_strdup (item->name);
  found->place = item->place == MADO_FORM_TO_NOTHING ? NULL : g_strdup (mado_form_place_names[item->place]);
  found->label = g_strdup (line->number);
  if (!walk->by_number[index]) {
    gsize start = line->label, end = line->label_end;
    mado_form_trim (walk->search->text, &start, &end);
    g_free (found->label);
    found->label = g_strndup (walk->search->text + start, end - start);
  }
  found->value = value == NULL ? NULL : mado_form_value_clean (value->str, item->kind);
  found->meaning = mado_form_value_meaning (item, found->value, zone, walk->form->dates);
  if (item->kind == MADO_FORM_KIND_CHOICE && (found->meaning == NULL || g_strcmp0 (found->meaning, item->otherwise) == 0)
      && (found->value == NULL || mado_form_choose (found->value, item->choices, item->many) == 0))
    g_clear_pointer (&found->value, g_free); /* the list of choices itself */
  found->line = walk->lines_of[index];
  return found;
}

/* The time zone that the form names, else the template's. */
static int
find_zone (const Walk *walk)
{
  int zone = walk->form->zone;

  for (guint i = 0; i < walk->form->items->len; i++) {
    const MadoFormItem *item = walk->form->items->pdata[i];
    if (item->kind == MADO_FORM_KIND_ZONE && walk->values[i] != NULL)
      mado_form_zone (walk->values[i]->str, &zone);
  }
  return zone;
}

static void
decide (const Walk *walk, MadoFormFit *match)
{
  match->needed = needed (walk);
  match->score = match->labels + (walk->marker_line > 0 ? MARKER_SCORE : 0) + (walk->has_subject ? SUBJECT_SCORE : 0);
  g_autofree char *name = NULL;

  if (walk->marker_line > 0)
    name = g_strdup_printf (N_ ("line %" G_GINT64_FORMAT " names the form"), walk->marker_line);
  else
    name = g_strdup (walk->has_subject ? N_ ("the subject names the form") : N_ ("nothing names the form"));
  match->decided = g_strdup_printf (N_ ("%s, and %" G_GINT64_FORMAT " of its labels are there, where %" G_GINT64_FORMAT " are needed%s"), name,
                                    match->labels, match->needed, has_typical (walk) ? "" : N_ ("; none of them is typical of it"));
}

static void
clear_form (Walk *walk)
{
  for (guint i = 0; i < walk->form->items->len; i++) {
    walk->lines_of[i] = 0;
    walk->by_number[i] = FALSE;
    if (walk->values[i] != NULL)
      g_string_free (walk->values[i], TRUE);
    walk->values[i] = NULL;
  }
  walk->current = walk->first = -1;
  walk->section = NULL;
  walk->marker_line = 0;
  walk->shallow_lines = 0;
  walk->match = NULL;
}

/* Items in the order in which they stand in the text. */
static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const MadoFormFound *const *left = a, *const *right = b;

  return (*left)->line < (*right)->line ? -1 : (*left)->line > (*right)->line;
}

static void
finish_form (Walk *walk, gint64 last_line)
{
  gboolean is_form = is_enough (walk);
  g_autoptr (MadoFormFit) match = walk->match;
  int zone;

  walk->match = NULL;
  if (match == NULL || match->labels == 0 || walk->forms >= FORMS_MAX) {
    clear_form (walk);
    return;
  }
  walk->forms++;
  zone = find_zone (walk);
  for (guint i = 0; i < walk->form->items->len; i++) {
    MadoFormFound *found = make_found (walk, i, zone);
    if (found == NULL)
      continue;
    match->filled += found->value != NULL;
    g_ptr_array_add (match->found, found);
  }
  g_ptr_array_sort (match->found, compare_lines);
  match->template_name = g_strdup (walk->form->name);
  match->title = g_strdup (walk->form->title);
  match->last_line = last_line;
  match->is_quoted = walk->shallow_lines == 0;
  match->is_form = is_form;
  decide (walk, match);
  g_ptr_array_add (walk->search->found, g_steal_pointer (&match));
  clear_form (walk);
}

/* --- the walk --------------------------------------------------------------------------------------------- */

static void
begin_form (Walk *walk, gint64 line)
{
  if (walk->match != NULL)
    return;
  walk->match = mado_form_fit_new ();
  walk->match->first_line = line;
}

/* Does the label at @hit count at this place? @rank: (out) the smaller the better. */
static gboolean
may_count (const Walk *walk, guint index, guint *rank)
{
  const MadoFormItem *item = walk->form->items->pdata[index];
  const MadoFormItem *open = walk->current < 0 ? NULL : walk->form->items->pdata[walk->current];

  if (!item->is_section && walk->lines_of[index] > 0 && !walk->by_number[index])
    return FALSE;
  if (open != NULL && open->kind == MADO_FORM_KIND_TEXT && (int) index < walk->current)
    return FALSE;
  if (item->is_section)
    *rank = 3;
  else if (item->section == NULL)
    *rank = 1;
  else
    *rank = g_strcmp0 (item->section, walk->section) == 0 ? 0 : 2;
  return TRUE;
}

/* The item of this template that @line has the label of; -1: none that counts here. @is_again: one that was there
 * already, and with which the form began. */
static int
choose_item (const Walk *walk, const MadoFormLine *line, gboolean *is_again)
{
  const GArray *hits = line->known;
  guint best_rank = G_MAXUINT;
  int best = -1;

  *is_again = FALSE;
  for (guint h = 0; hits != NULL && h < hits->len; h++) {
    const MadoFormHit *hit = &g_array_index (hits, MadoFormHit, h);
    guint rank;
    if (hit->template_index != walk->index)
      continue;
    *is_again = *is_again || (int) hit->item == walk->first;
    if (may_count (walk, hit->item, &rank) && rank < best_rank) {
      best_rank = rank;
      best = (int) hit->item;
    }
  }
  return best;
}

/* The item whose number @line has; -1: none. Sections by number only where no free text is open: lists have numbers,
 * too. */
static int
choose_number (const Walk *walk, const MadoFormLine *line)
{
  const MadoFormItem *open = walk->current < 0 ? NULL : walk->form->items->pdata[walk->current];
  gboolean is_free = open == NULL || (open->kind != MADO_FORM_KIND_TEXT && open->kind != MADO_FORM_KIND_CHOICE);

  if (line->number[0] == '\0')
    return -1;
  for (guint i = 0; i < walk->form->items->len; i++) {
    const MadoFormItem *item = walk->form->items->pdata[i];
    if (item->number == NULL || strcmp (item->number, line->number) != 0 || walk->lines_of[i] > 0)
      continue;
    if (item->is_section ? is_free : strchr (item->number, '-') != NULL)
      return (int) i;
  }
  return -1;
}

static void
add_value (Walk *walk, const char *text, gsize size)
{
  GString **value = &walk->values[walk->current];

  if (*value == NULL)
    *value = g_string_new (NULL);
  if ((*value)->len >= VALUE_MAX)
    return;
  if ((*value)->len > 0)
    g_string_append_c (*value, '\n');
  g_string_append_len (*value, text, (gssize) MIN (size, VALUE_MAX - (*value)->len));
}

static gboolean
has_value (const Walk *walk)
{
  const GString *value = walk->values[walk->current];

  return value != NULL && !mado_form_is_blank (value->str, value->len);
}

/* Takes the label of @line, and what stands behind it. */
static void
open_item (Walk *walk, int index, const MadoFormLine *line, gint64 number)
{
  const MadoFormItem *item = walk->form->items->pdata[index];
  gsize from = line->label_end > line->label ? line->value : line->rest;

  begin_form (walk, number);
  if (walk->by_number[index] && walk->values[index] != NULL)
    g_string_truncate (walk->values[index], 0);
  walk->match->labels += walk->lines_of[index] == 0 && !item->is_section;
  walk->lines_of[index] = number;
  walk->by_number[index] = line->label_end == line->label;
  walk->empty_lines = walk->value_lines = 0;
  if (item->is_section) {
    walk->section = item->name;
    walk->current = -1;
    return;
  }
  if (walk->first < 0)
    walk->first = index;
  walk->shallow_lines += line->depth < 2;
  walk->current = index;
  if (from < line->end)
    add_value (walk, walk->search->text + from, line->end - from);
}

static gboolean
is_instruction (const Walk *walk, const MadoFormLine *line)
{
  g_autofree char *folded = NULL;

  if (walk->form->ignored[0] == NULL || line->end - line->body > MARKER_LINE_MAX)
    return FALSE;
  folded = mado_form_fold (walk->search->text + line->body, line->end - line->body);
  for (gsize i = 0; walk->form->ignored[i] != NULL; i++)
    if (strstr (folded, walk->form->ignored[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Does @line, behind a value of one line, look like the next label, though of no item of this template? */
static gboolean
is_foreign_label (const MadoFormItem *item, const char *text, const MadoFormLine *line)
{
  gsize next;

  if (line->known != NULL || strchr (line->number, '-') != NULL)
    return TRUE;
  for (gsize at = line->body; item->kind == MADO_FORM_KIND_LINE && at < line->end; at = next)
    if (mado_form_char (text, at, line->end, &next) == ':')
      return next >= line->end || text[next] != '/';
  return FALSE;
}

/* A line without a label: it belongs to the item that is open, or to nobody. */
static void
go_on (Walk *walk, const MadoFormLine *line)
{
  const MadoFormItem *item = walk->form->items->pdata[walk->current];
  gboolean is_own_number = item->number != NULL && strcmp (item->number, line->number) == 0;
  gsize from = is_own_number ? line->rest : line->body, size = line->end - from;
  const char *text = walk->search->text + from;
  gboolean is_blank = mado_form_is_blank (text, size), is_text = item->kind == MADO_FORM_KIND_TEXT;

  if (is_instruction (walk, line))
    return;
  if (is_text) {
    add_value (walk, text, size);
    return;
  }
  if (item->kind == MADO_FORM_KIND_CHOICE ? is_blank && walk->value_lines == 0 : is_blank && !has_value (walk)) {
    if (++walk->empty_lines > EMPTY_LINES)
      walk->current = -1;
    return;
  }
  walk->value_lines++;
  if (item->kind != MADO_FORM_KIND_CHOICE && item->kind != MADO_FORM_KIND_BOXES && is_foreign_label (item, walk->search->text, line)) {
    walk->current = -1;
    return;
  }
  if ((is_blank && item->kind != MADO_FORM_KIND_CHOICE) || mado_form_is_ruler (text, size)
      || walk->value_lines > (item->kind == MADO_FORM_KIND_CHOICE ? CHOICE_LINES : VALUE_LINES)) {
    walk->current = -1;
    return;
  }
  if (!is_blank)
    add_value (walk, text, size);
}

/* Does @line, inside of an item with choices, name one of them? Then it is no label, whatever it looks like. */
static gboolean
is_choice_line (const Walk *walk, const MadoFormLine *line)
{
  const MadoFormItem *item = walk->current < 0 ? NULL : walk->form->items->pdata[walk->current];
  gsize size = line->end - line->body;

  return item != NULL && item->kind == MADO_FORM_KIND_CHOICE && line->known == NULL
         && mado_form_choice_find (walk->search->text + line->body, size, item->choices) >= 0;
}

static void
take_line (Walk *walk, guint n)
{
  const MadoFormLine *line = &g_array_index (walk->search->lines, MadoFormLine, n);
  guint16 marker = walk->search->markers[n];
  gboolean is_again = FALSE;
  int item;

  if (marker > 0) {
    if (walk->match != NULL)
      finish_form (walk, n);
    if (marker == walk->index + 1) {
      begin_form (walk, n + 1);
      walk->marker_line = n + 1;
    }
    return;
  }
  item = is_choice_line (walk, line) ? -1 : choose_item (walk, line, &is_again);
  if (item < 0 && !is_again && !is_choice_line (walk, line))
    item = choose_number (walk, line);
  if (item < 0 && is_again && is_enough (walk)) {
    finish_form (walk, n);
    item = choose_item (walk, line, &is_again);
  }
  if (item >= 0)
    open_item (walk, item, line, n + 1);
  else if (walk->current >= 0)
    go_on (walk, line);
}

/* Has the template enough labels among the lines for a walk to be worth it? */
static gboolean
has_labels (const Search *search, guint index)
{
  for (guint i = 0; i < search->lines->len; i++) {
    const GArray *hits = g_array_index (search->lines, MadoFormLine, i).known;
    for (guint h = 0; hits != NULL && h < hits->len; h++)
      if (g_array_index (hits, MadoFormHit, h).template_index == index)
        return TRUE;
  }
  return FALSE;
}

static gboolean
is_subject_of (const MadoFormTemplate *form, const char *subject)
{
  g_autofree char *folded = subject == NULL ? NULL : mado_form_fold (subject, MIN (strlen (subject), (gsize) 1000));

  for (gsize i = 0; folded != NULL && form->subjects[i] != NULL; i++)
    if (strstr (folded, form->subjects[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
walk_template (Search *search, guint index, const char *subject)
{
  Walk walk = { search, index, search->templates->all->pdata[index] };
  guint n = walk.form->items->len;

  if (!has_labels (search, index))
    return;
  walk.has_subject = is_subject_of (walk.form, subject);
  walk.lines_of = g_new0 (gint64, n);
  walk.by_number = g_new0 (gboolean, n);
  walk.values = g_new0 (GString *, n);
  clear_form (&walk);
  for (guint i = 0; i < search->lines->len && walk.forms < FORMS_MAX; i++)
    take_line (&walk, i);
  finish_form (&walk, search->lines->len);
  g_free (walk.lines_of);
  g_free (walk.by_number);
  g_free (walk.values);
}

/* --- which of them counts --------------------------------------------------------------------------------- */

static int
compare_matches (gconstpointer a, gconstpointer b)
{
  const MadoFormFit *left = *(const MadoFormFit *const *) a, *right = *(const MadoFormFit *const *) b;

  if (left->is_form != right->is_form)
    return left->is_form ? -1 : 1;
  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;
  if (left->filled != right->filled)
    return left->filled > right->filled ? -1 : 1;
  if (left->first_line != right->first_line)
    return left->first_line < right->first_line ? -1 : 1;
  return strcmp (left->template_name, right->template_name);
}

static void
choose_matches (GPtrArray *matches)
{
  g_ptr_array_sort (matches, compare_matches);
  for (guint i = 0; i < matches->len; i++) {
    MadoFormFit *match = matches->pdata[i];
    gboolean is_free = match->is_form;
    for (guint earlier = 0; earlier < i && is_free; earlier++) {
      const MadoFormFit *other = matches->pdata[earlier];
      is_free = !other->is_chosen || match->last_line < other->first_line || match->first_line > other->last_line;
    }
    match->is_chosen = is_free;
  }
}

GPtrArray *
mado_form_match_find (const MadoFormTemplates *templates, const char *text, const char *subject)
{
  Search search = { templates, text };
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_form_fit_free);

  if (templates->all->len == 0)
    return found;
  search.found = found;
  search.lines = g_array_new (FALSE, FALSE, sizeof (MadoFormLine));
  read_lines (&search);
  for (guint t = 0; t < templates->all->len; t++)
    walk_template (&search, t, subject);
  choose_matches (found);
  g_array_unref (search.lines);
  g_free (search.markers);
  return found;
}
