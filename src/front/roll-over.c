/* roll-over.c: see roll-over.h. Everything is judged by the configuration as it shall be in the end: the new key signs,
 * the old one only opens. Commands name keys by fingerprint; those that need a secret key are for the machine where the
 * team keeps it, which is not this one. */
#include "madoguchi/front/roll-over.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/front/checks-publish.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/own-secrets.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)
#define KEEP_AFTER_END (180 * DAY)
#define KEEP_AT_LEAST (365 * DAY)

typedef struct {
  const MadoConf *conf; /* as it is */
  MadoConf *next; /* as it shall be */
  MadoKeyIndex *index; /* by that */
  const GPtrArray *own; /* of the index */
  MadoRollOver *result;
  MadoRollOverStep *step; /* the last one */
  GStrvBuilder *commands; /* of it */
  const char *old_key, *new_key; /* of the result */
  gint64 now;
} Look;

static void
end_step (Look *look)
{
  if (look->step == NULL)
    return;
  g_strfreev (look->step->commands);
  look->step->commands = g_strv_builder_end (look->commands);
  g_clear_pointer (&look->commands, g_strv_builder_unref);
  look->result->left += strcmp (look->step->state, "left") == 0;
  look->step = NULL;
}

static void begin (Look *look, const char *name, const char *state, const char *format, ...) G_GNUC_PRINTF (4, 5);
static void type (Look *look, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
begin (Look *look, const char *name, const char *state, const char *format, ...)
{
  va_list list;

  end_step (look);
  look->step = mado_roll_over_step_new ();
  look->commands = g_strv_builder_new ();
  look->step->name = g_strdup (name);
  look->step->state = g_strdup (state);
  va_start (list, format);
  look->step->text = g_strdup_vprintf (format, list);
  va_end (list);
  g_ptr_array_add (look->result->steps, look->step);
}

/* A command of the last step. */
static void
type (Look *look, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *line = g_strdup_vprintf (format, list);
  va_end (list);
  g_strv_builder_add (look->commands, line);
}

static const char *
ok_if (gboolean is_ok)
{
  return is_ok ? "ok" : "left";
}

static char *
date_of (gint64 seconds)
{
  char *time = mado_text_time (seconds);

  time[MIN (strlen (time), 10)] = '\0';
  return time;
}

static gboolean
has_use (const MadoOwnKey *key, const char *use)
{
  return g_strv_contains ((const char *const *) key->uses, use);
}

static gboolean
is_alive (const MadoOwnKey *key, gint64 now)
{
  return !key->is_missing && !key->is_revoked && (key->expires == 0 || key->expires > now);
}

static const char *
part_of (const MadoOwnKey *key)
{
  return key->subkey != NULL ? key->subkey : key->fingerprint;
}

/* (nullable) the newest part of key @fingerprint for @use that serves at this time; @any: one that has ended, too. */
static const MadoOwnKey *
find_part (const Look *look, const char *fingerprint, const char *use, gboolean any)
{
  const MadoOwnKey *best = NULL;

  for (guint i = 0; i < look->own->len; i++) {
    const MadoOwnKey *key = look->own->pdata[i];
    if (g_strcmp0 (key->fingerprint, fingerprint) == 0 && has_use (key, use) && (any || is_alive (key, look->now))
        && (best == NULL || key->created >= best->created))
      best = key;
  }
  return best;
}

/* --- the keys ------------------------------------------------------------------------------------------ */

/* (transfer full) a user ID for @address, as a word for the shell. */
static char *
quote_user (const Look *look, const char *address)
{
  const char *name = mado_conf_string (look->conf, "team", "name");
  g_autofree char *user = g_strdup_printf ("%s <%s>", name != NULL ? name : "Team", address != NULL ? address : "");

  return g_shell_quote (user);
}

static void
type_new_key (Look *look)
{
  g_autofree char *user = quote_user (look, mado_conf_list (look->conf, "team", "address")[0]);

  type (look, "gpg --quick-generate-key %s ed25519 cert,sign 2y", user);
  type (look, "gpg --quick-add-key NEW cv25519 encr 2y");
  type (look, "gpg --armor --export NEW > new.asc && madoguchi keys import new.asc");
  type (look, "madoguchi keys roll-over --new NEW");
}

static void
look_at_new_key (Look *look)
{
  const MadoOwnKey *primary = mado_own_keys_find_part (look->own, look->new_key);
  const MadoOwnKey *sign = find_part (look, look->new_key, "sign", FALSE), *encrypt = find_part (look, look->new_key, "encrypt", FALSE);

  if (primary == NULL || primary->is_missing) {
    begin (look, "new-key", "left", "the new key %s is not in the keyring", look->new_key);
    type (look, "gpg --armor --export %s > new.asc && madoguchi keys import new.asc", look->new_key);
  } else if (sign == NULL || encrypt == NULL || !is_alive (primary, look->now)) {
    begin (look, "new-key", "left", "the new key %s %s", look->new_key,
           !is_alive (primary, look->now) ? N_ ("is revoked or has expired") : sign == NULL ? N_ ("cannot sign")
                                                                                            : N_ ("has no encryption subkey that is valid"));
    type (look, "gpg --quick-add-key %s %s 2y", look->new_key, sign == NULL ? "ed25519 sign" : "cv25519 encr");
    type (look, "gpg --armor --export %s > new.asc && madoguchi keys import new.asc", look->new_key);
  } else {
    begin (look, "new-key", "ok", "the new key %s signs and encrypts", look->new_key);
  }
}

static gboolean
names_address (const MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (!user->is_revoked && user->address != NULL && mado_text_same_address (user->address, address))
      return TRUE;
  }
  return FALSE;
}

static void
look_at_names (Look *look)
{
  const MadoKey *key = mado_key_index_find (look->index, look->new_key);
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  for (const char *const *address = mado_conf_list (look->conf, "team", "address"); key != NULL && *address != NULL; address++)
    if (!names_address (key, *address))
      g_ptr_array_add (missing, (gpointer) *address);
  begin (look, "user-ids", ok_if (key != NULL && missing->len == 0), "%s",
         key == NULL         ? N_ ("the new key has to name every address of the team")
         : missing->len == 0 ? N_ ("the new key names every address of the team")
                             : "the new key does not name every address of the team");
  for (guint i = 0; i < missing->len; i++) {
    g_autofree char *user = quote_user (look, missing->pdata[i]);
    type (look, "gpg --quick-add-uid %s %s", look->new_key, user);
  }
  if (missing->len > 0)
    type (look, "gpg --armor --export %s | madoguchi keys import -", look->new_key);
}

static void
look_at_signatures (Look *look)
{
  const MadoKey *key = mado_key_index_find (look->index, look->new_key);
  gboolean is_certified = FALSE;

  for (guint i = 0; key != NULL && i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    is_certified |= g_strcmp0 (statement->kind, "successor") == 0 && g_strcmp0 (statement->by, look->old_key) == 0;
  }
  begin (look, "cross-signed", ok_if (is_certified), "the old key %s the new one; whoever knows the old one can believe the new one then",
         is_certified ? "certifies" : "has to certify");
  if (is_certified)
    return;
  type (look, "gpg --local-user %s --quick-sign-key %s", look->old_key, look->new_key);
  type (look, "gpg --local-user %s --quick-sign-key %s", look->new_key, look->old_key);
  type (look, "gpg --armor --export %s %s | madoguchi keys import -", look->new_key, look->old_key);
}

/* --- the agents ---------------------------------------------------------------------------------------- */

/* What to type so that the agent for @purpose has the secret part @fingerprint. */
static void
type_install (Look *look, MadoPgpPurpose purpose, GHashTable *keygrips, const char *fingerprint)
{
  const char *word = purpose == MADO_PGP_SIGN ? "sign" : "decrypt";
  const char *keygrip = keygrips == NULL ? NULL : g_hash_table_lookup (keygrips, fingerprint);
  const char *home = mado_conf_string (look->conf, "crypto", "gnupg-home");
  g_autofree char *setting = g_strconcat (word, "-agent", NULL);

  if (keygrip == NULL)
    type (look, "gpg --with-keygrip --list-secret-keys %s", fingerprint);
  if (mado_conf_list (look->conf, "crypto", setting)[0] != NULL)
    type (look, "install -m 600 -o madoguchi-agent-%s -g madoguchi-agent-%s ~/.gnupg/private-keys-v1.d/%s.key /var/lib/madoguchi/agent-%s/private-keys-v1.d/",
          word, word, keygrip != NULL ? keygrip : "KEYGRIP", word);
  else
    type (look, "install -m 600 ~/.gnupg/private-keys-v1.d/%s.key %s/private-keys-v1.d/", keygrip != NULL ? keygrip : "KEYGRIP", home);
}

static void
look_at_agent (Look *look, MadoPgpPurpose purpose, const char *name, const char *key, const char *use, const char *why)
{
  const char *const keys[] = { key, NULL };
  const MadoOwnKey *part = find_part (look, key, use, purpose == MADO_PGP_DECRYPT);
  g_autoptr (GHashTable) keygrips = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GHashTable) secrets = NULL;

  if (part == NULL) {
    begin (look, name, "left", "%s: there is no such part of the key yet", why);
    return;
  }
  secrets = mado_own_secrets_list (look->next, purpose, keys, keygrips, &problem);
  if (secrets == NULL)
    begin (look, name, "left", "%s: %s", why, problem->message);
  else if (g_hash_table_contains (secrets, part_of (part)))
    begin (look, name, "ok", "%s: it has %s", why, part_of (part));
  else
    begin (look, name, "left", "%s: it does not have %s", why, part_of (part));
  if (strcmp (look->step->state, "left") == 0)
    type_install (look, purpose, keygrips, part_of (part));
}

/* Until when the old key is worth having: whoever got it from somewhere goes on using it. */
static gint64
keep_until (const Look *look, gint64 old_end, gint64 new_begin)
{
  gint64 least = (new_begin != 0 ? new_begin : look->now) + KEEP_AT_LEAST;

  return old_end == 0 ? least : MAX (least, old_end + KEEP_AFTER_END);
}

static void
look_at_old_end (Look *look)
{
  const MadoOwnKey *old = mado_own_keys_find_part (look->own, look->old_key);
  gboolean ends = old != NULL && (old->expires != 0 || old->is_revoked);
  g_autofree char *date = old != NULL && old->expires != 0 ? date_of (old->expires) : NULL;

  begin (look, "old-key-ends", ok_if (ends), "the old key %s%s", old != NULL && old->is_revoked ? "is revoked" : ends ? "ends on "
                                                                                                                      : "never ends: reporters would go on using it",
         old != NULL && !old->is_revoked && date != NULL ? date : "");
  if (ends)
    return;
  type (look, "gpg --quick-set-expire %s 90d && gpg --quick-set-expire %s 90d '*'", look->old_key, look->old_key);
  type (look, "gpg --armor --export %s | madoguchi keys import -", look->old_key);
}

/* --- the house and the world --------------------------------------------------------------------------- */

static gboolean
lists (const MadoConf *conf, const char *key, const char *fingerprint)
{
  for (const char *const *one = mado_conf_list (conf, "team", key); *one != NULL; one++)
    if (g_ascii_strcasecmp (*one, fingerprint) == 0)
      return TRUE;
  return FALSE;
}

static void
look_at_conf (Look *look)
{
  const char *team = mado_conf_string (look->conf, "team", "key");
  gboolean is_set = team != NULL && g_ascii_strcasecmp (team, look->new_key) == 0 && lists (look->conf, "old-keys", look->old_key);
  g_autofree char *old_keys = g_strjoinv ("; ", (char **) mado_conf_list (look->next, "team", "old-keys"));

  begin (look, "configuration", ok_if (is_set),
         is_set ? "[team] names the new key and the old one" : N_ ("[team] has to name the new key, and the old one under old-keys"));
  if (is_set)
    return;
  type (look, "# in %s, section [team]:", mado_conf_path (look->conf));
  type (look, "# key = %s", look->new_key);
  type (look, "# old-keys = %s", old_keys);
  type (look, "systemctl restart madoguchi.target && madoguchi doctor");
}

static void
on_check (gpointer data, const char *name, MadoCheckStatus status, const char *detail)
{
  GString *wrong = data;

  (void) name;
  if (status != MADO_CHECK_OK)
    g_string_append_printf (wrong, "%s%s", wrong->len > 0 ? "; " : "", detail);
}

static void
look_at_published (Look *look)
{
  const char *directory = mado_conf_string (look->conf, "publish", "directory");
  g_autoptr (GString) wrong = g_string_new (NULL);

  mado_checks_publish (look->next, look->now, on_check, wrong);
  if (directory == NULL && wrong->len == 0) {
    begin (look, "published", "by-hand", "key directory (WKD), security.txt, RFC 2350 document and web pages have to name the new key");
    type (look, "madoguchi publish DIR");
    return;
  }
  begin (look, "published", ok_if (wrong->len == 0), "%s", wrong->len == 0 ? N_ ("what is in [publish] directory names the new key") : wrong->str);
  if (wrong->len > 0)
    type (look, "madoguchi publish %s", directory != NULL ? directory : "DIR");
  if (directory == NULL)
    return;
  begin (look, "web-server", "by-hand", "what the web server shows is a copy of that directory");
  type (look, "rsync -a --exclude .madoguchi-published %s/ WEBSERVER:/var/www/html/", directory);
}

static void
add_by_hand (Look *look, gboolean is_key)
{
  begin (look, "vault", "by-hand", "the keys of the store are wrapped for the new key, before the old one is taken away");
  type (look, "madoguchi vault rewrap");
  if (is_key) {
    begin (look, "revocation", "by-hand", "the revocation certificate of the new key is on paper, or on a medium that lies in a safe");
    type (look, "gpg --output %s.rev --gen-revoke %s", look->new_key, look->new_key);
    begin (look, "announced", "by-hand", "partners got a note that is signed with both keys");
    type (look, "gpg --local-user %s --local-user %s --clear-sign note.txt", look->old_key, look->new_key);
  }
  begin (look, "key-servers", "by-hand", "key servers have it; each address is confirmed by mail");
  type (look, "gpg --keyserver hkps://keys.openpgp.org --send-keys %s", look->new_key);
  begin (look, "directories", "by-hand", "the entries of the team at FIRST, TF-CSIRT (Trusted Introducer), the Nippon CSIRT Association and wherever else "
                                         "its key is registered name it; signatures of sponsors are asked for");
  type (look, "gpg --armor --export %s", look->new_key);
}

/* --- the three ways ------------------------------------------------------------------------------------ */

static void
look_at_key (Look *look)
{
  const MadoOwnKey *old = mado_own_keys_find_part (look->own, look->old_key), *new = mado_own_keys_find_part (look->own, look->new_key);
  g_autofree char *until = date_of (keep_until (look, old != NULL ? old->expires : 0, new != NULL ? new->created : 0));
  g_autofree char *keep = g_strdup_printf ("the decrypt agent keeps the old key until %s, for mail that is still encrypted to it", until);

  look_at_new_key (look);
  look_at_names (look);
  look_at_signatures (look);
  look_at_agent (look, MADO_PGP_SIGN, "sign-agent", look->new_key, "sign", "the sign agent signs with the new key");
  look_at_agent (look, MADO_PGP_DECRYPT, "decrypt-agent", look->new_key, "encrypt", "the decrypt agent opens what is encrypted to the new key");
  look_at_agent (look, MADO_PGP_DECRYPT, "old-key-opens", look->old_key, "encrypt", keep);
  look_at_conf (look);
  look_at_published (look);
  look_at_old_end (look);
  add_by_hand (look, TRUE);
}

static void
look_at_subkey (Look *look, const MadoOwnKey *old)
{
  const MadoOwnKey *new = find_part (look, look->new_key, "encrypt", FALSE);
  g_autofree char *until = date_of (keep_until (look, old->expires, new->created));
  const char *const keys[] = { look->new_key, NULL };
  g_autoptr (GHashTable) keygrips = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GHashTable) secrets = mado_own_secrets_list (look->next, MADO_PGP_DECRYPT, keys, keygrips, &problem);
  gboolean has_old = secrets != NULL && g_hash_table_contains (secrets, part_of (old));

  begin (look, "new-key", "ok", "the new encryption subkey %s takes the place of %s", part_of (new), part_of (old));
  look_at_agent (look, MADO_PGP_DECRYPT, "decrypt-agent", look->new_key, "encrypt", "the decrypt agent opens what is encrypted to the new subkey");
  begin (look, "old-key-opens", ok_if (has_old), "the decrypt agent keeps the old subkey %s until %s%s%s", part_of (old), until,
         problem != NULL ? ": " : has_old ? ""
                                          : ": it does not have it",
         problem != NULL ? problem->message : "");
  if (!has_old)
    type_install (look, MADO_PGP_DECRYPT, keygrips, part_of (old));
  look_at_published (look);
  add_by_hand (look, FALSE);
}

static void
propose (Look *look)
{
  if (look->new_key == NULL) {
    begin (look, "new-key", "left", "[team] key is not set");
    type_new_key (look);
    return;
  }
  begin (look, "new-key", "left", "no roll-over was begun. Once a year the encryption subkey is renewed, the key itself stays:");
  type (look, "gpg --quick-add-key %s cv25519 encr 2y", look->new_key);
  type (look, "gpg --armor --export %s | madoguchi keys import -", look->new_key);
  type (look, "madoguchi keys roll-over");
  begin (look, "another-key", "by-hand", "a whole new key is for a weak, lost or stolen one:");
  type_new_key (look);
}

/* (transfer full) @conf with @new_key as the team's, and the one that was it among the old ones. */
static MadoConf *
make_next (const MadoConf *conf, const char *new_key, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  g_autoptr (GError) problem = NULL;
  const char *team = mado_conf_string (conf, "team", "key");

  if (!g_key_file_load_from_file (file, mado_conf_path (conf), G_KEY_FILE_NONE, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: %s", mado_conf_path (conf), problem->message);
    return NULL;
  }
  for (const char *const *one = mado_conf_list (conf, "team", "old-keys"); *one != NULL; one++)
    if (g_ascii_strcasecmp (*one, new_key) != 0)
      g_ptr_array_add (old, (gpointer) *one);
  if (team != NULL && g_ascii_strcasecmp (team, new_key) != 0 && !lists (conf, "old-keys", team))
    g_ptr_array_add (old, (gpointer) team);
  g_ptr_array_add (old, NULL);
  g_autofree char *list = g_strjoinv (";", (char **) old->pdata);
  g_key_file_set_value (file, "team", "key", new_key);
  g_key_file_set_value (file, "team", "old-keys", list);
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  return mado_conf_parse (text, mado_conf_path (conf), error);
}

/* (nullable) the old key that was made last. */
static const char *
newest_old (const Look *look)
{
  const MadoOwnKey *best = NULL;

  for (guint i = 0; i < look->own->len; i++) {
    const MadoOwnKey *key = look->own->pdata[i];
    if (strcmp (key->kind, "old") == 0 && key->subkey == NULL && (best == NULL || key->created > best->created))
      best = key;
  }
  return best == NULL ? NULL : best->fingerprint;
}

/* (nullable) the encryption subkey before the one in use. */
static const MadoOwnKey *
earlier_subkey (const Look *look)
{
  const MadoOwnKey *now = find_part (look, look->new_key, "encrypt", FALSE), *best = NULL;

  for (guint i = 0; now != NULL && i < look->own->len; i++) {
    const MadoOwnKey *key = look->own->pdata[i];
    if (g_strcmp0 (key->fingerprint, look->new_key) == 0 && has_use (key, "encrypt") && key->created < now->created
        && (best == NULL || key->created > best->created))
      best = key;
  }
  return best;
}

static void
choose_way (Look *look)
{
  const char *team = mado_conf_string (look->conf, "team", "key"), *old = NULL;
  gboolean is_asked = team != NULL && look->new_key != NULL && g_ascii_strcasecmp (team, look->new_key) != 0;
  const MadoOwnKey *earlier;

  if (look->new_key != NULL)
    old = is_asked ? team : newest_old (look);
  if (old != NULL) {
    look->result->kind = g_strdup ("key");
    look->old_key = look->result->old_key = g_ascii_strup (old, -1);
    look_at_key (look);
  } else if (look->new_key != NULL && (earlier = earlier_subkey (look)) != NULL) {
    look->result->kind = g_strdup ("subkey");
    look->result->old_key = g_strdup (part_of (earlier));
    look_at_subkey (look, earlier);
  } else {
    look->result->kind = g_strdup ("none");
    propose (look);
  }
  end_step (look);
}

MadoRollOver *
mado_roll_over_look (const MadoConf *conf, const char *new_key, gint64 now, GError **error)
{
  const char *team = mado_conf_string (conf, "team", "key");
  g_autoptr (MadoRollOver) result = mado_roll_over_new ();
  g_autoptr (MadoConf) next = NULL;
  g_autoptr (MadoKeyIndex) index = NULL;
  Look look = { .conf = conf, .result = result, .now = now };

  if (new_key != NULL || team != NULL)
    result->new_key = g_ascii_strup (new_key != NULL ? new_key : team, -1);
  next = result->new_key == NULL ? mado_conf_load (mado_conf_path (conf), error) : make_next (conf, result->new_key, error);
  index = next == NULL ? NULL : mado_key_index_load (next, error);
  if (index == NULL)
    return NULL;
  look.next = next;
  look.index = index;
  look.own = mado_key_index_table (index)->own;
  look.new_key = result->new_key;
  choose_way (&look);
  return g_steal_pointer (&result);
}
