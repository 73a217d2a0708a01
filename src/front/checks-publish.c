/* checks-publish.c: see checks-publish.h. What is there is compared with what `madoguchi publish` would write. */
#include "madoguchi/front/checks-publish.h"
#include "madoguchi/front/publish.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/own-key.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/offered.h"
#include "madoguchi/pgp/open.h"
#include "madoguchi/pgp/security-txt.h"

#include <string.h>

#define FILE_MAX (1024 * 1024)
#define DAY G_GINT64_CONSTANT (86400)
#define SECURITY_TXT ".well-known/security.txt"

typedef struct {
  const MadoConf *conf;
  gint64 now;
  MadoCheckReport report;
  gpointer data;
  const char *directory;
  char *team; /* fingerprint, upper case */
  guint *wrong; /* how often something was said that is not well */
} Checks;

static void say (const Checks *checks, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (const Checks *checks, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  *checks->wrong += status != MADO_CHECK_OK;
  checks->report (checks->data, "published", status, detail);
}

/* --- fingerprints in texts ----------------------------------------------------------------------------- */

char **
mado_checks_find_fingerprints (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{4}[ \\t\\x{a0}]{0,3}){9}[0-9A-Fa-f]{4}(?![0-9A-Fa-f])", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match) && found->len < 100; g_match_info_next (match, NULL)) {
    g_autofree char *word = g_match_info_fetch (match, 0);
    g_autoptr (GString) digits = g_string_new (NULL);
    for (const char *p = word; *p != '\0'; p++)
      if (g_ascii_isxdigit (*p))
        g_string_append_c (digits, g_ascii_toupper (*p));
    if (!g_ptr_array_find_with_equal_func (found, digits->str, g_str_equal, NULL))
      g_ptr_array_add (found, g_string_free (g_steal_pointer (&digits), FALSE));
  }
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_steal (found, NULL);
}

/* A text that names keys has to name the one in use; an old one is worse than another team's. */
static void
check_text (const Checks *checks, const char *path, GBytes *bytes)
{
  g_autofree char *raw = g_strndup (g_bytes_get_size (bytes) == 0 ? "" : g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *text = g_utf8_make_valid (raw, -1);
  g_auto (GStrv) found = mado_checks_find_fingerprints (text);
  const char *const *old = mado_conf_list (checks->conf, "team", "old-keys");

  for (char **one = found; *one != NULL; one++) {
    gboolean is_old = FALSE;
    for (gsize i = 0; old[i] != NULL; i++)
      is_old |= g_ascii_strcasecmp (old[i], *one) == 0;
    if (strcmp (*one, checks->team) != 0)
      say (checks, is_old ? MADO_CHECK_FAIL : MADO_CHECK_WARN, "%s names the key %s%s; in use is %s", path, *one,
           is_old ? N_ (", an old one of the team") : "", checks->team);
  }
}

static void
check_templates (const Checks *checks)
{
  const char *directory = mado_conf_string (checks->conf, "reply", "templates");
  g_autoptr (GDir) dir = directory == NULL ? NULL : g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);
    g_autoptr (GBytes) bytes = NULL;
    if ((g_str_has_suffix (name, ".txt") || g_str_has_suffix (name, ".inc")) && mado_fsio_read_file (path, FILE_MAX, &bytes, NULL))
      check_text (checks, path, bytes);
  }
}

/* --- keys ---------------------------------------------------------------------------------------------- */

/* (transfer full) the fingerprints of the keys in @bytes, with blanks between. */
static char *
fingerprints_of (GBytes *bytes)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  mado_offered_read (data, size, "attached", 10, keys);
  for (guint i = 0; i < keys->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", ((MadoOfferedKey *) keys->pdata[i])->fingerprint);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
check_key (const Checks *checks, const MadoPublishFile *file, GBytes *bytes)
{
  g_autofree char *found = fingerprints_of (bytes);

  if (strcmp (found, checks->team) != 0)
    say (checks, MADO_CHECK_FAIL, "%s holds %s%s; in use is %s", file->path, *found == '\0' ? N_ ("no key") : N_ ("the key "), found, checks->team);
  else
    say (checks, MADO_CHECK_WARN, "%s is the key as it was, not as it is now: run madoguchi publish", file->path);
}

static void
check_file (const Checks *checks, const MadoPublishFile *file)
{
  g_autofree char *path = g_build_filename (checks->directory, file->path, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (file->content == NULL)
    return; /* there is no such user ID: publish says so */
  if (!mado_fsio_read_file (path, FILE_MAX, &bytes, NULL))
    say (checks, MADO_CHECK_WARN, "%s is not there: run madoguchi publish", file->path);
  else if (strcmp (file->what, "rfc2350") == 0)
    check_text (checks, file->path, bytes);
  else if (!g_bytes_equal (bytes, file->content) && strcmp (file->what, "wkd-policy") != 0)
    check_key (checks, file, bytes);
}

/* --- security.txt -------------------------------------------------------------------------------------- */

/* (transfer full, nullable) why the signature on @bytes is not one by the team's key; NULL: it is. */
static char *
verify (const Checks *checks, GBytes *bytes)
{
  const MadoPgpLimits limits = { .max_plaintext = FILE_MAX, .max_recipients = 1, .max_signatures = 10, .now = checks->now };
  g_autofree char *runtime = g_strdup ("/tmp/mdXXXXXX");
  g_autoptr (MadoPgpHome) home = g_mkdtemp (runtime) == NULL ? NULL : mado_pgp_home_new (checks->conf, runtime, MADO_PGP_SIGN, 0, NULL);
  g_autoptr (MadoPgpEngine) engine = home == NULL || !mado_pgp_home_refresh (home, NULL) ? NULL : mado_pgp_engine_new (home, NULL);
  g_autoptr (MadoPgpResult) result = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  char *why = NULL;

  if (engine == NULL || !mado_pgp_verify_opaque (engine, &limits, data, size, &result, NULL)) {
    why = g_strdup ("cannot be checked here");
  } else if (result->signatures->len == 0) {
    why = g_strdup ("is damaged");
  } else {
    const MadoSignature *signature = result->signatures->pdata[0];
    if (signature->status == MADO_SIGNATURE_BAD) /* by whom, nobody knows then */
      why = g_strdup ("is bad");
    else if (g_ascii_strcasecmp (signature->fingerprint != NULL ? signature->fingerprint : "", checks->team) != 0)
      why = g_strdup_printf ("is by the key %s", signature->fingerprint);
    else if (signature->status != MADO_SIGNATURE_GOOD && signature->status != MADO_SIGNATURE_GOOD_UNTRUSTED)
      why = g_strdup_printf ("is %s", mado_signature_status_names[signature->status]);
  }
  g_clear_pointer (&engine, mado_pgp_engine_free);
  g_clear_pointer (&home, mado_pgp_home_close);
  mado_fsio_remove_tree (runtime, NULL);
  return why;
}

static void
check_end (const Checks *checks, const MadoSecurityTxt *file)
{
  int stage = mado_own_key_stage (file->expires, checks->now);

  if (file->expiries != 1 || file->expires == 0)
    say (checks, MADO_CHECK_FAIL, "%s does not say when it ends (RFC 9116, 2.5.5)", SECURITY_TXT);
  else if (stage == -1)
    say (checks, MADO_CHECK_FAIL, "%s has expired: run madoguchi publish", SECURITY_TXT);
  else if (stage > 0)
    say (checks, MADO_CHECK_WARN, "%s expires in %" G_GINT64_FORMAT " days: run madoguchi publish", SECURITY_TXT,
         (file->expires - checks->now) / DAY);
}

static void
check_security_txt (const Checks *checks)
{
  g_autofree char *path = g_build_filename (checks->directory, SECURITY_TXT, NULL);
  g_auto (MadoSecurityTxt) file = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *why = NULL;

  if (!mado_fsio_read_file (path, FILE_MAX, &bytes, NULL)) {
    say (checks, MADO_CHECK_WARN, "%s is not there: run madoguchi publish", SECURITY_TXT);
    return;
  }
  mado_security_txt_read (bytes, &file);
  check_end (checks, &file);
  if (file.contacts[0] == NULL)
    say (checks, MADO_CHECK_FAIL, "%s names no contact (RFC 9116, 2.5.3)", SECURITY_TXT);
  for (char **one = file.encryption; *one != NULL; one++)
    if (g_ascii_strncasecmp (*one, "openpgp4fpr:", 12) == 0 && g_ascii_strcasecmp (*one + 12, checks->team) != 0)
      say (checks, MADO_CHECK_FAIL, "%s names the key %s; in use is %s", SECURITY_TXT, *one + 12, checks->team);
  if (!file.is_signed) {
    say (checks, MADO_CHECK_WARN, "%s is not signed", SECURITY_TXT);
    return;
  }
  why = verify (checks, bytes);
  if (why != NULL)
    say (checks, MADO_CHECK_FAIL, "the signature on %s %s", SECURITY_TXT, why);
}

static void
check_directory (const Checks *checks)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) key = mado_keyring_export (checks->conf, checks->team, &problem);
  g_autoptr (GPtrArray) plan = key == NULL ? NULL : mado_publish_plan (checks->conf, key, NULL, &problem);

  if (plan == NULL) {
    say (checks, MADO_CHECK_FAIL, "%s", problem->message);
    return;
  }
  for (guint i = 0; i < plan->len; i++)
    check_file (checks, plan->pdata[i]);
  check_security_txt (checks);
}

void
mado_checks_publish (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data)
{
  const char *team = mado_conf_string (conf, "team", "key");
  g_autofree char *upper = team == NULL ? NULL : g_ascii_strup (team, -1);
  guint wrong = 0;
  const Checks checks = { conf, now, report, data, mado_conf_string (conf, "publish", "directory"), upper, &wrong };

  if (upper == NULL)
    return; /* said before */
  check_templates (&checks);
  if (checks.directory == NULL) {
    say (&checks, MADO_CHECK_OK, "[publish] directory is not set: what the world is told of the key was not compared");
    return;
  }
  check_directory (&checks);
  if (wrong == 0)
    say (&checks, MADO_CHECK_OK, "%s names the key in use (what the web server shows is not asked for)", checks.directory);
}
