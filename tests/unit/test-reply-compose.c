/* test-reply-compose.c: what stands outside a sealed answer, what inside, and what is refused before anything is
 * sealed. tests/it/reply.py reads the same mails with another program's eyes. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/reply/compose.h"

#include <string.h>

#define SUBJECT "内密 secret subject"

typedef struct {
  char *keys, *runtime, *key, *templates;
  MadoConf *conf;
  MadoPgpHome *home;
  MadoSealer *sealer;
  MadoComposer *composer;
} Team;

static void
set_up (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  const char *source = g_getenv ("MADO_SRC");
  g_autoptr (GError) error = NULL;

  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->templates = g_build_filename (source != NULL ? source : ".", "conf", "templates", NULL);
  g_autofree char *more = g_strdup_printf ("[reply]\ntemplates = %s\n", team->templates);
  team->conf = fixture_conf (team->keys, team->runtime, team->key, more);
  team->home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_SIGN, 0, &error);
  g_assert_no_error (error);
  team->sealer = mado_sealer_new (team->home, team->key, &error);
  g_assert_no_error (error);
  team->composer = mado_composer_new (team->conf, &error);
  g_assert_no_error (error);
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_composer_free (team->composer);
  mado_sealer_free (team->sealer);
  mado_pgp_home_close (team->home);
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  g_free (team->key);
  g_free (team->templates);
}

static MadoReply *
reply_new (const char *text, const char *encrypt_to)
{
  MadoReply *reply = mado_reply_new ();

  reply->message_id = g_strdup ("<reply.1@team.example>");
  reply->date = 1795230000;
  reply->language = g_strdup ("en");
  reply->ticket = g_strdup ("CSIRT #2026-000042");
  reply->recipient = g_strdup ("alice@x.example");
  reply->recipient_name = g_strdup ("Alice");
  reply->reply_to = g_strdup ("csirt+token@team.example");
  reply->in_reply_to = g_strdup ("<report.2@x.example>");
  g_strfreev (reply->references);
  reply->references = g_strsplit ("<report.1@x.example> <report.2@x.example> <report.1b@x.example>", " ", -1);
  reply->subject = g_strdup (SUBJECT);
  reply->text = g_strdup (text);
  reply->encrypt_to = g_strdup (encrypt_to);
  return reply;
}

/* (transfer full) the mail as text: CR LF throughout, no line of more than 998 bytes. */
static char *
compose (Team *team, const MadoReply *reply)
{
  g_autoptr (GBytes) mail = NULL;
  g_autoptr (GError) error = NULL;
  char *text;
  gsize column = 0;

  g_assert_true (mado_compose (team->composer, team->sealer, reply, &mail, &error));
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (mail, NULL), g_bytes_get_size (mail));
  g_assert_cmpuint (strlen (text), ==, g_bytes_get_size (mail));
  for (const char *at = text; *at != '\0'; at++) {
    g_assert_true ((*at == '\n') == (at > text && at[-1] == '\r'));
    column = *at == '\n' ? 0 : column + 1;
    g_assert_cmpuint (column, <=, 998);
  }
  return text;
}

/* (transfer full) what @mail's armoured part says when the team opens it. */
static char *
open_mail (Team *team, const char *mail)
{
  const char *start = strstr (mail, "-----BEGIN PGP MESSAGE-----");
  const char *decrypt[] = { "--trust-model", "always", "--decrypt", NULL };

  g_assert_nonnull (start);
  return fixture_gpg (team->keys, start, decrypt);
}

static void
assert_has (const char *text, const char *piece)
{
  if (strstr (text, piece) == NULL)
    g_error ("\"%s\" is not in:\n%s", piece, text);
}

static void
assert_lacks (const char *text, const char *piece)
{
  if (strstr (text, piece) != NULL)
    g_error ("\"%s\" must not be in:\n%s", piece, text);
}

/* Other teams' numbers stand behind our own in the Subject, once, and only when they can be nothing else. */
static void
test_external_ids (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = reply_new ("text\n", NULL);
  g_autofree char *mail = NULL;

  g_free (reply->subject);
  reply->subject = g_strdup ("[CSIRT #2026-000042] x");
  g_strfreev (reply->external_ids);
  reply->external_ids = g_strsplit ("JPCERT#12345678,CSIRT #2026-000042,X\r\nBcc: a@b #1,<b>#2,RT - A #5", ",", -1);
  mail = compose (team, reply);
  assert_has (mail, "\r\nSubject: [CSIRT #2026-000042] x [JPCERT#12345678] [RT - A #5]\r\n");
  assert_lacks (mail, "Bcc");
  assert_lacks (mail, "#2]");
}

static void
test_encrypted (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = reply_new ("the secret text\n", team->key);
  g_autofree char *mail = compose (team, reply);
  g_autofree char *inner = open_mail (team, mail);

  assert_lacks (mail, "secret");
  assert_lacks (mail, "000042");
  assert_has (mail, "\r\nSubject: [...]\r\n");
  assert_has (mail, "multipart/encrypted");
  assert_has (mail, "\r\nMessage-ID: <reply.1@team.example>\r\n");
  assert_has (mail, "To: Alice <alice@x.example>\r\n");
  /* The parent once, and last. */
  assert_has (mail, "References: <report.1@x.example> <report.1b@x.example> <report.2@x.example>\r\n");
  assert_lacks (mail, "Auto-Submitted");
  assert_has (inner, "the secret text\r\n");
  assert_has (inner, "hp=\"cipher\"");
  assert_has (inner, "HP-Outer: Subject: [...]\r\n");
  assert_has (inner, "HP-Outer: Message-ID: <reply.1@team.example>\r\n");
  assert_has (inner, "=?UTF-8?");
  assert_lacks (inner, "Content-Type: multipart");
}

static void
test_clear (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = reply_new (NULL, NULL);
  g_clear_pointer (&reply->subject, g_free);
  reply->template_name = g_strdup ("ack-plain");
  reply->is_automatic = TRUE;
  g_autofree char *mail = compose (team, reply);
  char *inner = strstr (mail, "\r\n--=_mado_");

  assert_has (mail, "multipart/signed; micalg=\"pgp-sha512\"");
  assert_has (mail, "Auto-Submitted: auto-replied\r\n");
  assert_has (mail, "CSIRT #2026-000042");
  assert_has (mail, "-----BEGIN PGP SIGNATURE-----\r\n");
  g_assert_nonnull (inner);
  assert_has (inner, "hp=\"clear\"");
  assert_lacks (inner, "HP-Outer");
}

/* The team's key: in the header of all answers, attached to those in the clear; as the configuration says. */
static void
test_own_key (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *settings;
    gboolean is_encrypted, has_field, has_file;
  } rows[] = {
    { "", FALSE, TRUE, TRUE },
    { "", TRUE, TRUE, FALSE },
    { "attach-key = always\n", TRUE, TRUE, TRUE },
    { "attach-key = never\n", FALSE, TRUE, FALSE },
    { "autocrypt = no\n", FALSE, FALSE, TRUE },
    { "autocrypt = no\nattach-key = never\n", TRUE, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *more = g_strdup_printf ("[reply]\ntemplates = %s\n%s", team->templates, rows[i].settings);
    g_autoptr (MadoConf) conf = fixture_conf (team->keys, team->runtime, team->key, more);
    g_autoptr (MadoReply) reply = reply_new ("text\n", rows[i].is_encrypted ? team->key : NULL);
    g_test_message ("row %u", (guint) i);
    mado_composer_free (team->composer);
    team->composer = mado_composer_new (conf, NULL);
    g_autofree char *mail = compose (team, reply);
    g_autofree char *inner = rows[i].is_encrypted ? open_mail (team, mail) : g_strdup (strstr (mail, "\r\n--=_mado_"));
    g_assert_cmpint (strstr (mail, "\r\nAutocrypt: addr=csirt@team.example; prefer-encrypt=mutual; keydata=") != NULL, ==, rows[i].has_field);
    g_assert_cmpint (strstr (inner, "\r\nAutocrypt: addr=") != NULL, ==, rows[i].has_field);
    g_assert_cmpint (strstr (inner, "application/pgp-keys") != NULL, ==, rows[i].has_file);
    g_assert_cmpint (strstr (inner, "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n") != NULL, ==, rows[i].has_file);
    if (rows[i].has_file)
      assert_has (inner, rows[i].is_encrypted ? "Content-Type: multipart/mixed; hp=\"cipher\"" : "Content-Type: multipart/mixed; hp=\"clear\"");
  }
}

static void
assert_encoding (Team *team, const char *text, const char *encoding)
{
  g_autoptr (MadoReply) reply = reply_new (text, NULL);
  g_autofree char *mail = compose (team, reply);
  g_autofree char *field = g_strdup_printf ("Content-Transfer-Encoding: %s\r\n", encoding);

  assert_has (mail, field);
}

/* Signed text survives every relay as it is, or it is encoded (RFC 3156, 5). */
static void
test_sturdy (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree char *fits = g_strnfill (78, 'x');
  g_autofree char *over = g_strnfill (80, 'x');

  assert_encoding (team, "plain\nlines\n", "7bit");
  assert_encoding (team, fits, "7bit");
  assert_encoding (team, over, "base64");
  assert_encoding (team, "From here\n", "base64");
  assert_encoding (team, "a\nFrom here\n", "base64");
  assert_encoding (team, "trailing \nblank\n", "base64");
  assert_encoding (team, "trailing\t", "base64");
  assert_encoding (team, "窓口\n", "base64");
  assert_encoding (team, "bell\a\n", "base64");
}

static void
expect_refused (Team *team, const MadoReply *reply, int code, const char *words)
{
  g_autoptr (GBytes) mail = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mado_compose (team->composer, team->sealer, reply, &mail, &error));
  g_assert_error (error, MADO_ERROR, code);
  g_assert_null (mail);
  assert_has (error->message, words);
}

static void
set (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
test_refused (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = reply_new ("x\n", NULL);

  set (&reply->recipient, "alice@x.example>\r\nBcc: <eve@x.example");
  expect_refused (team, reply, MADO_ERROR_PERM, "recipient");
  set (&reply->recipient, NULL);
  expect_refused (team, reply, MADO_ERROR_PERM, "recipient");
  set (&reply->recipient, "alice@x.example");
  set (&reply->message_id, "<a b@x>");
  expect_refused (team, reply, MADO_ERROR_PERM, "Message-ID");
  set (&reply->message_id, "<a@x.example>");
  set (&reply->reply_to, "no address");
  expect_refused (team, reply, MADO_ERROR_PERM, "Reply-To");
  set (&reply->reply_to, NULL);
  set (&reply->text, NULL);
  expect_refused (team, reply, MADO_ERROR_PERM, "without text");
  set (&reply->template_name, "no-such-template");
  expect_refused (team, reply, MADO_ERROR_CONF, "no-such-template");
  set (&reply->template_name, NULL);
  set (&reply->text, "x\n");
  set (&reply->encrypt_to, "0123456789ABCDEF0123456789ABCDEF01234567");
  expect_refused (team, reply, MADO_ERROR_PERM, "0123456789ABCDEF"); /* and nothing is sent in the clear instead */
}

/* What a stranger wrote stays in the field it was put in. */
static void
test_injection (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoReply) reply = reply_new ("x\n", NULL);

  set (&reply->recipient_name, "Alice\r\nBcc: eve@x.example");
  set (&reply->subject, "Hi\r\nX-Evil: 1");
  set (&reply->in_reply_to, "<a@x>\r\nX-Evil: 1");
  g_autofree char *mail = compose (team, reply);
  assert_lacks (mail, "\nBcc:");
  assert_lacks (mail, "\nX-Evil:");
}

static void
test_settings (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (MadoConf) nobody = mado_conf_parse ("[team]\naddress = csirt\n", "t.conf", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_composer_new (nobody, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_clear_error (&error);
  g_autofree char *text = g_strdup_printf ("[team]\naddress = csirt@team.example\n[reply]\ntemplates = %s/none\n", team->keys);
  g_autoptr (MadoConf) empty = mado_conf_parse (text, "t.conf", NULL);
  g_assert_null (mado_composer_new (empty, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/reply/compose/encrypted", Team, NULL, set_up, test_encrypted, tear_down);
  g_test_add ("/reply/compose/external-ids", Team, NULL, set_up, test_external_ids, tear_down);
  g_test_add ("/reply/compose/clear", Team, NULL, set_up, test_clear, tear_down);
  g_test_add ("/reply/compose/own-key", Team, NULL, set_up, test_own_key, tear_down);
  g_test_add ("/reply/compose/sturdy", Team, NULL, set_up, test_sturdy, tear_down);
  g_test_add ("/reply/compose/refused", Team, NULL, set_up, test_refused, tear_down);
  g_test_add ("/reply/compose/injection", Team, NULL, set_up, test_injection, tear_down);
  g_test_add ("/reply/compose/settings", Team, NULL, set_up, test_settings, tear_down);
  return g_test_run ();
}
