/* conf-man.c: writes madoguchi.conf(5) ("man") or a configuration that has every setting with its default, all
 * commented out ("sample"), from the table of settings. Runs while Madoguchi is built; never installed. */
#include "madoguchi/conf/conf.h"

#include <stdio.h>
#include <string.h>

static const char *
type_word (MadoConfType type)
{
  static const char *const words[] = { "text", "list", "yes or no", "number", "size", "duration" };

  return words[type];
}

/* Backslashes and leading dots mean something to roff. */
static void
print_roff (const char *text)
{
  if (*text == '.' || *text == '\'')
    fputs ("\\&", stdout);
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '\\')
      fputs ("\\e", stdout);
    else if (*p == '-')
      fputs ("\\-", stdout);
    else
      putchar (*p);
}

/* Each sentence on its own line, as mdoc wants it. */
static void
print_help (const char *help)
{
  g_auto (GStrv) sentences = g_strsplit (help, ". ", -1);

  for (gsize i = 0; sentences[i] != NULL; i++) {
    print_roff (sentences[i]);
    puts (sentences[i + 1] != NULL ? "." : "");
  }
}

static void
print_setting (const MadoConfSetting *setting)
{
  printf (".It Cm ");
  print_roff (setting->key);
  printf (" No = Ar %s\n", setting->type == MADO_CONF_BOOL ? "yes | no" : type_word (setting->type));
  print_help (setting->help);
  if (setting->fallback == NULL || *setting->fallback == '\0') {
    puts ("Not set by default.");
    return;
  }
  printf ("The default is\n.Dq ");
  print_roff (setting->fallback);
  puts (" .");
}

static void
print_settings (void)
{
  const char *section = "";

  for (const MadoConfSetting *setting = mado_conf_settings; setting->section != NULL; setting++) {
    if (strcmp (section, setting->section) != 0) {
      if (*section != '\0')
        puts (".El");
      section = setting->section;
      printf (".Ss [%s]\n.Bl -tag -width Ds\n", section);
    }
    print_setting (setting);
  }
  puts (".El");
}

static void
print_man (void)
{
  fputs (".Dd November 21, 2026\n.Dt MADOGUCHI.CONF 5\n.Os\n.Sh NAME\n.Nm madoguchi.conf\n"
         ".Nd settings of Madoguchi\n.Sh DESCRIPTION\n"
         "All programs of Madoguchi read one file, by default\n.Pa /etc/madoguchi/madoguchi.conf ,\n"
         "or the one that\n.Fl c\nor the environment variable\n.Ev MADOGUCHI_CONF\nnames.\n"
         "It has sections in brackets and lines\n.Dq key = value ;\nlines that begin with\n.Sq #\nare comments.\n"
         "An unknown section or key, or a value that does not fit, is an error that names file, line and key.\n.Pp\n"
         "A list has its members separated by semicolons or commas.\n"
         "A size is a number of bytes, with\n.Cm K , M\nor\n.Cm G\nfor powers of 1024.\n"
         "A duration is a number of seconds, with\n.Cm s , m , h\nor\n.Cm d\nfor its unit.\n",
         stdout);
  print_settings ();
  fputs (".Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/madoguchi/madoguchi.conf\nthe default\n.El\n"
         ".Sh SEE ALSO\n.Xr madoguchi 1 ,\n.Xr madoguchid 8\n",
         stdout);
}

static void
print_sample (void)
{
  const char *section = "";

  puts ("# Every setting of Madoguchi with its default. See madoguchi.conf(5).");
  for (const MadoConfSetting *setting = mado_conf_settings; setting->section != NULL; setting++) {
    if (strcmp (section, setting->section) != 0)
      printf ("\n[%s]\n", setting->section);
    section = setting->section;
    printf ("# %s (%s)\n# %s =%s%s\n", setting->help, type_word (setting->type), setting->key,
            setting->fallback != NULL ? " " : "", setting->fallback != NULL ? setting->fallback : "");
  }
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "man") == 0)
    print_man ();
  else if (argc == 2 && strcmp (argv[1], "sample") == 0)
    print_sample ();
  else
    return 64;
  return fflush (stdout) == 0 ? 0 : 75;
}
