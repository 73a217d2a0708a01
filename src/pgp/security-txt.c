/* security-txt.c: see security-txt.h. Called by the signer when a keeper runs, and else by `madoguchi publish`. */
#include "madoguchi/pgp/security-txt.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)
#define FIELDS_MAX 200

/* One line may hold nothing that ends it, and a URI nothing that is not ASCII (RFC 3986). */
static gboolean
add_uri (GString *out, const char *field, const char *uri, GError **error)
{
  gboolean is_web = g_ascii_strncasecmp (uri, "http", 4) == 0;

  for (const char *p = uri; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: \"%s\" is no URI", field, uri);
      return FALSE;
    }
  if (strchr (uri, ':') == NULL || (is_web && g_ascii_strncasecmp (uri, "https://", 8) != 0)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: \"%s\" is no URI that may stand there (RFC 9116, 2.5: https, mailto, tel)",
                 field, uri);
    return FALSE;
  }
  g_string_append_printf (out, "%s: %s\n", field, uri);
  return TRUE;
}

static gboolean
add_contacts (GString *out, const MadoConf *conf, GError **error)
{
  const char *const *contacts = mado_conf_list (conf, "publish", "contact");

  if (contacts[0] != NULL) {
    for (; *contacts != NULL; contacts++)
      if (!add_uri (out, "Contact", *contacts, error))
        return FALSE;
    return TRUE;
  }
  for (const char *const *address = mado_conf_list (conf, "team", "address"); *address != NULL; address++) {
    g_autofree char *escaped = g_uri_escape_string (*address, "@!$'*+/", FALSE);
    g_autofree char *uri = g_strconcat ("mailto:", escaped, NULL);
    if (!add_uri (out, "Contact", uri, error))
      return FALSE;
  }
  return TRUE;
}

/* (transfer full, nullable) @path below [publish] site. */
static char *
below_site (const MadoConf *conf, const char *path)
{
  const char *site = mado_conf_string (conf, "publish", "site");
  gsize length = site == NULL ? 0 : strlen (site);

  while (length > 0 && site[length - 1] == '/')
    length--;
  return length == 0 ? NULL : g_strdup_printf ("%.*s/%s", (int) length, site, path);
}

static gboolean
add_keys (GString *out, const MadoConf *conf, GError **error)
{
  const char *fingerprint = mado_conf_string (conf, "team", "key");
  g_autofree char *file = below_site (conf, mado_conf_string (conf, "publish", "key-file"));
  g_autofree char *upper = NULL, *uri = NULL;

  if (fingerprint == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key is not set: there is nothing to publish");
    return FALSE;
  }
  upper = g_ascii_strup (fingerprint, -1);
  uri = g_strconcat ("openpgp4fpr:", upper, NULL);
  return (file == NULL || add_uri (out, "Encryption", file, error)) && add_uri (out, "Encryption", uri, error);
}

/* Less than a year ahead (RFC 9116, 2.5.5), at the start of a day, and never beyond the key. */
static gint64
choose_expiry (const MadoConf *conf, gint64 now, gint64 key_expires)
{
  gint64 expires = now + mado_conf_int (conf, "publish", "expires");

  if (key_expires > now && key_expires < expires)
    expires = key_expires;
  return MAX (expires - expires % DAY, MIN (expires, now + DAY));
}

char *
mado_security_txt_make (const MadoConf *conf, gint64 now, gint64 key_expires, GError **error)
{
  g_autoptr (GString) out = g_string_new ("# Made by \"madoguchi publish\"; a change of this text breaks its signature.\n");
  g_autofree char *expires = mado_text_time (choose_expiry (conf, now, key_expires));
  g_autofree char *languages = g_strjoinv (", ", (char **) mado_conf_list (conf, "team", "languages"));
  g_autofree char *canonical = below_site (conf, ".well-known/security.txt");
  const char *policy = mado_conf_string (conf, "publish", "policy");

  if (!add_contacts (out, conf, error))
    return NULL;
  g_string_append_printf (out, "Expires: %s\n", expires);
  if (!add_keys (out, conf, error))
    return NULL;
  if (*languages != '\0' && g_str_is_ascii (languages))
    g_string_append_printf (out, "Preferred-Languages: %s\n", languages);
  if ((canonical != NULL && !add_uri (out, "Canonical", canonical, error))
      || (policy != NULL && !add_uri (out, "Policy", policy, error)))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

GBytes *
mado_security_txt_sign (const MadoConf *conf, MadoSealer *sealer, gint64 now, GError **error)
{
  g_autofree char *text = mado_security_txt_make (conf, now, mado_sealer_key_expires (sealer), error);
  g_autoptr (GBytes) plain = NULL, signed_text = NULL;

  if (text == NULL)
    return NULL;
  plain = g_bytes_new (text, strlen (text));
  return mado_sealer_clear_sign (sealer, plain, &signed_text, error) ? g_steal_pointer (&signed_text) : NULL;
}

/* --- reading ------------------------------------------------------------------------------------------- */

void
mado_security_txt_clear (MadoSecurityTxt *file)
{
  g_free (file->text);
  g_strfreev (file->contacts);
  g_strfreev (file->encryption);
  g_strfreev (file->fields);
  *file = (MadoSecurityTxt){ 0 };
}

/* (transfer full) the lines that count: of a clear-signed text those between its header and its signature. */
static char *
take_text (const char *whole, gboolean *is_signed)
{
  static const char begin[] = "-----BEGIN PGP SIGNED MESSAGE-----\n", end[] = "\n-----BEGIN PGP SIGNATURE-----";
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  const char *start = strstr (whole, begin), *body, *stop;

  *is_signed = FALSE;
  body = start == NULL ? NULL : strstr (start, "\n\n");
  stop = body == NULL ? NULL : strstr (body, end);
  if (stop == NULL)
    return g_strdup (whole);
  *is_signed = TRUE;
  body += 2;
  if (stop < body)
    return g_strdup ("");
  g_autofree char *inside = g_strndup (body, (gsize) (stop - body));
  lines = g_strsplit (inside, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_string_append_printf (out, "%s\n", g_str_has_prefix (*line, "- ") ? *line + 2 : *line);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

typedef struct {
  GStrvBuilder *contacts, *encryption, *fields;
} Fields;

static void
read_line (MadoSecurityTxt *file, const Fields *found, const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = NULL, *value = NULL;

  if (*line == '#' || colon == NULL || colon == line)
    return;
  name = g_strndup (line, (gsize) (colon - line));
  value = g_strstrip (g_strdup (colon + 1));
  g_strv_builder_add (found->fields, name);
  if (g_ascii_strcasecmp (name, "Contact") == 0)
    g_strv_builder_add (found->contacts, value);
  if (g_ascii_strcasecmp (name, "Encryption") == 0)
    g_strv_builder_add (found->encryption, value);
  if (g_ascii_strcasecmp (name, "Expires") == 0) {
    g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (value, NULL);
    file->expiries++;
    file->expires = time == NULL ? 0 : g_date_time_to_unix (time);
  }
}

void
mado_security_txt_read (GBytes *bytes, MadoSecurityTxt *file)
{
  g_autofree char *raw = g_strndup (g_bytes_get_size (bytes) == 0 ? "" : g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *whole = g_utf8_make_valid (raw, -1);
  g_auto (GStrv) pieces = g_strsplit (whole, "\r", -1);
  g_autofree char *plain = g_strjoinv ("", pieces);
  g_autoptr (GStrvBuilder) contacts = g_strv_builder_new (), encryption = g_strv_builder_new (), fields = g_strv_builder_new ();
  const Fields found = { contacts, encryption, fields };
  g_auto (GStrv) lines = NULL;

  *file = (MadoSecurityTxt){ 0 };
  file->text = take_text (plain, &file->is_signed);
  lines = g_strsplit (file->text, "\n", FIELDS_MAX);
  for (char **line = lines; *line != NULL; line++)
    read_line (file, &found, *line);
  file->contacts = g_strv_builder_end (contacts);
  file->encryption = g_strv_builder_end (encryption);
  file->fields = g_strv_builder_end (fields);
}
