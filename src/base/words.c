/* words.c: see words.h. Called by the command line alone. */
#include "madoguchi/base/words.h"
#include "madoguchi/base/catalogue.h"
#include "madoguchi/base/fsio.h"

#include <locale.h>
#include <string.h>

#define DOMAIN "madoguchi"
#define NO_DOMAIN "madoguchi-in-english"
#define MAX_CATALOGUE (1024 * 1024)
#define MAX_LANGUAGES 20
#define MAX_VALUES 8
#define MAX_STEPS 20000  /* for one sentence */
#define MIN_OWN_LETTERS 4 /* a sentence with fewer would fit anything */
#define MAX_DEEP 4        /* sentences within sentences */

/* (transfer full) the catalogues beside a program in its build tree, else the installed ones. */
static char *
find_catalogues (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, "conf", "locale", NULL) : NULL;

  return beside != NULL && g_file_test (beside, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&beside) : g_strdup (MADO_LOCALEDIR);
}

void
mado_words_init (void)
{
  g_autofree char *directory = find_catalogues ();

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  bindtextdomain (DOMAIN, directory);
  bind_textdomain_codeset (DOMAIN, "UTF-8");
  textdomain (DOMAIN);
}

void
mado_words_use_english (void)
{
  textdomain (NO_DOMAIN);
}

/* --- sentences with values ------------------------------------------------------------------------------- */

typedef struct {
  const char *at[MAX_VALUES];
  gsize length[MAX_VALUES];
  guint n, n_steps;
} Values;

/* (nullable) the end of the directive that begins at the "%" @at; NULL: it stands for itself. */
static const char *
end_directive (const char *at, char *kind)
{
  const char *p = at + 1 + strspn (at + 1, "0123456789$-+#. ");

  while (*p == 'l' || *p == 'h' || *p == 'z')
    p++;
  *kind = *p;
  return *p != '\0' && strchr ("sdiuc", *p) != NULL ? p + 1 : NULL;
}

/* Was @text made from @sentence? */
static gboolean
fits (const char *sentence, const char *text, Values *values)
{
  char kind;

  if (++values->n_steps > MAX_STEPS)
    return FALSE;
  while (*sentence != '\0' && *sentence != '%') {
    if (*sentence++ != *text++)
      return FALSE;
  }
  if (*sentence == '\0')
    return *text == '\0';
  const char *rest = end_directive (sentence, &kind);
  if (rest == NULL)
    return sentence[1] == '%' && *text == '%' && fits (sentence + 2, text + 1, values);
  if (values->n == MAX_VALUES)
    return FALSE;
  guint mine = values->n++;
  gsize most = kind == 's' ? strlen (text) : strspn (text, "-0123456789");
  for (gsize length = kind == 's' ? 0 : 1; length <= most; length++) {
    values->at[mine] = text;
    values->length[mine] = length;
    if (fits (rest, text + length, values))
      return TRUE;
  }
  values->n--;
  return FALSE;
}

/* How much of @sentence is its own: characters, and, where they are as many, how often they are divided. 0: too little. */
static guint
weigh (const char *sentence)
{
  guint n = 0, letters = 0, n_values = 0;
  char kind;

  while (*sentence != '\0') {
    const char *rest = *sentence == '%' ? end_directive (sentence, &kind) : NULL;
    letters += rest == NULL && g_ascii_isalpha (*sentence) ? 1 : 0;
    n_values += rest != NULL ? 1 : 0;
    n += rest == NULL ? 1 : 0;
    sentence = rest != NULL ? rest : sentence + 1;
  }
  return letters >= MIN_OWN_LETTERS && n_values > 0 ? n * (MAX_VALUES + 1) + MIN (n_values, MAX_VALUES) : 0;
}

typedef struct {
  const char *text;
  char *translation; /* of the sentence that fits best */
  Values values;
  guint weight;
} Search;

static void
try_sentence (gpointer data, const char *sentence, const char *translation)
{
  Search *search = data;
  Values values = { .n = 0 };
  guint weight = weigh (sentence);

  if (weight <= search->weight || !fits (sentence, search->text, &values))
    return;
  g_free (search->translation);
  search->translation = g_strdup (translation);
  search->values = values;
  search->weight = weight;
}

/* (nullable, transfer full) the catalogue of @locale: "ja_JP.UTF-8" is "ja", too. */
static GBytes *
read_language (const char *directory, const char *locale)
{
  g_auto (GStrv) variants = g_get_locale_variants (locale);
  GBytes *catalogue = NULL;

  for (gsize i = 0; variants[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (directory, variants[i], "LC_MESSAGES", DOMAIN ".mo", NULL);
    if (strchr (variants[i], '/') == NULL && mado_fsio_read_file (path, MAX_CATALOGUE, &catalogue, NULL))
      return catalogue;
  }
  return NULL;
}

/* (nullable, transfer full) the catalogue of the reader's language, chosen as gettext does: LC_ALL may have been changed for children. */
static GBytes *
read_catalogue (void)
{
  const char *directory = bindtextdomain (DOMAIN, NULL), *locale = setlocale (LC_MESSAGES, NULL), *wanted = g_getenv ("LANGUAGE");
  GBytes *catalogue = NULL;

  if (directory == NULL || locale == NULL || strcmp (locale, "C") == 0 || strcmp (textdomain (NULL), DOMAIN) != 0)
    return NULL;
  g_autofree char *all = g_strconcat (wanted != NULL ? wanted : "", ":", locale, NULL);
  g_auto (GStrv) languages = g_strsplit (all, ":", MAX_LANGUAGES);
  for (gsize i = 0; languages[i] != NULL && catalogue == NULL; i++) {
    if (strcmp (languages[i], "C") == 0 || strcmp (languages[i], "en") == 0 || g_str_has_prefix (languages[i], "en_"))
      return NULL;
    if (*languages[i] != '\0')
      catalogue = read_language (directory, languages[i]);
  }
  return catalogue;
}

static char *translate (GBytes *catalogue, const char *text, guint depth);

static void
add_value (GString *out, GBytes *catalogue, const Values *values, guint i, guint depth)
{
  g_autofree char *value = i < values->n ? g_strndup (values->at[i], values->length[i]) : g_strdup ("");
  g_autofree char *said = strchr (value, ' ') != NULL ? translate (catalogue, value, depth + 1) : NULL;

  g_string_append (out, said != NULL ? said : value);
}

/* (transfer full) the translation with its values: "%s", or "%2$s" where they stand in another order. */
static char *
put_values (GBytes *catalogue, const Search *search, guint depth)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *p = search->translation;
  guint next = 0;
  char kind;

  while (*p != '\0') {
    const char *rest = *p == '%' ? end_directive (p, &kind) : NULL;
    if (rest != NULL)
      add_value (out, catalogue, &search->values, g_ascii_isdigit (p[1]) && p[2] == '$' ? (guint) (p[1] - '1') : next++, depth);
    else
      g_string_append_c (out, *p);
    p = rest != NULL ? rest : p + (p[0] == '%' && p[1] == '%' ? 2 : 1);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* (nullable, transfer full) NULL: not ours. */
static char *
translate (GBytes *catalogue, const char *text, guint depth)
{
  Search search = { .text = text };
  const char *whole = *text != '\0' ? gettext (text) : text, *colon;

  if (whole != text)
    return g_strdup (whole);
  if (depth > MAX_DEEP)
    return NULL;
  mado_catalogue_each (catalogue, try_sentence, &search);
  g_autofree char *translation = search.translation;
  if (translation != NULL)
    return put_values (catalogue, &search, depth);
  colon = strstr (text, ": ");
  if (colon != NULL && gettext (colon) != colon) /* what may follow anything */
    return g_strdup_printf ("%.*s%s", (int) (colon - text), text, gettext (colon));
  g_autofree char *rest = colon != NULL ? translate (catalogue, colon + 2, depth + 1) : NULL;
  return rest != NULL ? g_strdup_printf ("%.*s: %s", (int) (colon - text), text, rest) : NULL;
}

char *
mado_words_translate (const char *text)
{
  g_autoptr (GBytes) catalogue = read_catalogue ();
  char *said = catalogue != NULL ? translate (catalogue, text, 0) : NULL;

  return said != NULL ? said : g_strdup (text);
}
