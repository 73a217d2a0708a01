/* test-mail-open.c: whole mails through mado_open_mail () with real keys: the layers that are peeled off, what they
 * cover, which text is shown, which header fields win, and which part is found by which path. The corpus and the
 * rarer forms are in tests/it/open.py. */
#include "gnupg-fixture.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/mail/open.h"

#include <string.h>
#include <unistd.h>

#define HEAD "From: Alice <alice@x.example>\r\nTo: csirt@team.example\r\nSubject: outside\r\nMessage-ID: <m@x.example>\r\n"

typedef struct {
  char *keys, *runtime, *key;
  MadoConf *conf;
  MadoPgpHome *home;
  MadoOpenContext context;
} Team;

static void
set_up (Team *team, gconstpointer more)
{
  g_autoptr (GError) error = NULL;

  team->keys = fixture_home_new ();
  team->runtime = fixture_home_new ();
  team->key = fixture_key (team->keys, "Team <csirt@team.example>", NULL);
  team->conf = fixture_conf (team->keys, team->runtime, team->key, more);
  team->home = mado_pgp_home_new (team->conf, team->runtime, MADO_PGP_DECRYPT, 0, &error);
  g_assert_no_error (error);
  team->context = (MadoOpenContext) { .conf = team->conf, .home = team->home };
}

static void
tear_down (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  mado_pgp_home_close (team->home);
  mado_conf_free (team->conf);
  fixture_home_free (team->runtime);
  fixture_home_free (team->keys);
  g_free (team->key);
}

static int
mail_fd (const char *mail)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (mail, strlen (mail));
  int fd = mado_fsio_memfd ("mail", bytes, NULL);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static MadoReport *
open_mail (Team *team, const char *mail, GError **error)
{
  MadoReport *report = NULL;
  int fd = mail_fd (mail);
  gboolean ok = mado_open_mail (&team->context, fd, 0, strlen (mail), &report, error);

  close (fd);
  g_assert_cmpint (ok, ==, report != NULL);
  return report;
}

/* (transfer full) multipart/encrypted that holds @inner, without a header of its own. */
static char *
encrypt (Team *team, const char *inner, gboolean is_signed)
{
  const char *arguments[] = { "--trust-model", "always", "-ar", team->key, is_signed ? "-se" : "-e", NULL };
  g_autofree char *cipher = fixture_gpg (team->keys, inner, arguments);

  return g_strdup_printf ("Content-Type: multipart/encrypted; boundary=enc; protocol=\"application/pgp-encrypted\"\r\n\r\n"
                          "--enc\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
                          "--enc\r\nContent-Type: application/octet-stream\r\n\r\n%s\r\n--enc--\r\n",
                          cipher);
}

/* (transfer full) multipart/signed around @inner (CR LF, ends without one). */
static char *
sign (Team *team, const char *inner)
{
  const char *arguments[] = { "-ab", NULL };
  g_autofree char *signature = fixture_gpg (team->keys, inner, arguments);

  return g_strdup_printf ("Content-Type: multipart/signed; boundary=sig; protocol=\"application/pgp-signature\"\r\n\r\n"
                          "--sig\r\n%s\r\n--sig\r\nContent-Type: application/pgp-signature\r\n\r\n%s\r\n--sig--\r\n",
                          inner, signature);
}

static const MadoLayer *
layer (const MadoReport *report, guint n)
{
  g_assert_cmpuint (report->layers->len, >, n);
  return report->layers->pdata[n];
}

static void
test_plain (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) report = open_mail (team, HEAD "\r\nhello\r\n", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report->subject, ==, "outside");
  g_assert_cmpstr (report->from->address, ==, "alice@x.example");
  g_assert_cmpstr (report->message_id, ==, "<m@x.example>");
  g_assert_nonnull (strstr (report->text, "hello"));
  g_assert_cmpint (report->encryption, ==, MADO_ENCRYPTION_NONE);
  g_assert_cmpint (report->signature, ==, MADO_SIGNATURE_NONE);
  g_assert_cmpuint (report->layers->len, ==, 0);
  g_assert_null (report->undecryptable);
  g_assert_null (open_mail (team, "no mail at all, not even a field\n\n", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_PERM);
}

/* A header with its own From wins as a whole; what only stands outside is not shown then. */
static void
test_protected (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = encrypt (team,
                                   "From: Alice <alice@x.example>\r\nSubject: inside\r\nMessage-ID: <m@x.example>\r\n"
                                   "Content-Type: text/plain; hp=\"cipher\"\r\n\r\nsecret\r\n",
                                   TRUE);
  g_autofree char *mail = g_strconcat (HEAD, part, NULL);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report->subject, ==, "inside");
  g_assert_cmpstr (report->subject_source, ==, "protected");
  g_assert_cmpstr (report->outer_subject, ==, "outside");
  g_assert_nonnull (strstr (report->text, "secret"));
  g_assert_cmpint (report->encryption, ==, MADO_ENCRYPTION_WHOLE);
  g_assert_cmpint (layer (report, 0)->outcome, ==, MADO_OUTCOME_OK);
  g_assert_cmpint (layer (report, 0)->covers, ==, MADO_COVERS_WHOLE);
  g_assert_cmpint (layer (report, 0)->integrity, ==, MADO_INTEGRITY_MDC);
  g_assert_cmpuint (layer (report, 0)->signatures->len, ==, 1);
}

/* hp="cipher" in a mail that is not encrypted is a lie: nothing of it counts. */
static void
test_false_claim (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *signed_part = sign (team, "From: Eve <eve@x.example>\r\nSubject: inside\r\n"
                                             "Content-Type: text/plain; hp=\"cipher\"\r\n\r\ntext\r\n");
  g_autofree char *mail = g_strconcat (HEAD, signed_part, NULL);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (report->subject, ==, "outside");
  g_assert_cmpstr (report->from->address, ==, "alice@x.example");
}

static void
test_signed (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = sign (team, "Content-Type: text/plain\r\n\r\nsigned text\r\n");
  g_autofree char *mail = g_strconcat (HEAD, part, NULL);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_cmpint (report->signature, ==, MADO_SIGNATURE_GOOD_UNTRUSTED);
  g_assert_nonnull (strstr (report->text, "signed text"));
  g_assert_cmpuint (report->parts->len, ==, 0); /* the signature is no part for people */
  memcpy (strstr (mail, "signed text"), "sigmed", 6);
  g_autoptr (MadoReport) changed = open_mail (team, mail, &error);
  g_assert_no_error (error);
  g_assert_cmpint (changed->signature, ==, MADO_SIGNATURE_BAD);
}

/* Decrypted text and what stands around it are never joined into one text (EFAIL), and the whole is "partial". */
static void
test_mixed (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = encrypt (team, "Content-Type: text/plain\r\n\r\nsecret\r\n", FALSE);
  g_autofree char *mail = g_strdup_printf (HEAD "Content-Type: multipart/mixed; boundary=mix\r\n\r\n"
                                                "--mix\r\nContent-Type: text/html\r\n\r\n<img src=\"http://eve.example/\r\n"
                                                "--mix\r\n%s\r\n--mix\r\n\r\n\">\r\n--mix--\r\n",
                                           part);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_cmpint (report->encryption, ==, MADO_ENCRYPTION_PARTIAL);
  g_assert_cmpint (layer (report, 0)->covers, ==, MADO_COVERS_PART);
  g_assert_false (strstr (report->text, "secret") != NULL && strstr (report->text, "eve.example") != NULL);
}

static gboolean
says (const MadoReport *report, const char *words)
{
  for (char **problem = report->problems; *problem != NULL; problem++)
    if (strstr (*problem, words) != NULL)
      return TRUE;
  return FALSE;
}

/* A signed part beside one that is not: each line from outside is marked, and nobody else can write our words. */
static void
test_marked (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = sign (team, "Content-Type: text/plain\r\n\r\nsigned text\r\n\xe3\x80\x80 == Outside of any encryption or signature ==\r\n");
  g_autofree char *mail = g_strdup_printf (HEAD "Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\n%s\r\n"
                                                "--mix\r\n\r\npay Mallory\r\n=== a block with a signature ===\r\nmore\r\n--mix--\r\n",
                                           part);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_cmpint (report->signature, ==, MADO_SIGNATURE_PARTIAL);
  g_assert_cmpstr (report->text, ==, "=== a block with a signature, not known as the sender's ===\nsigned text\n"
                                     " \xe3\x80\x80 == Outside of any encryption or signature ==\n"
                                     "=== outside of any encryption or signature ===\n| pay Mallory\n| === a block with a signature ===\n| more");
}

/* Words in the part of a detached signature are not hidden, and the signature is none then. */
static void
test_carrier (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const words[] = { "", "Pay Mallory.\r\n" };
  const char *arguments[] = { "-ab", NULL };
  g_autofree char *signature = fixture_gpg (team->keys, "a file", arguments);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *mail = g_strdup_printf (HEAD "Content-Type: multipart/mixed; boundary=mix\r\n\r\n"
                                                  "--mix\r\nContent-Type: text/plain; name=\"a.bin.asc\"\r\n\r\n%s%s\r\n"
                                                  "--mix\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\n\r\na file\r\n--mix--\r\n",
                                             words[i], signature);
    g_autoptr (MadoReport) report = open_mail (team, mail, &error);
    g_assert_no_error (error);
    g_assert_cmpint (report->signature, ==, i == 0 ? MADO_SIGNATURE_GOOD_UNTRUSTED : MADO_SIGNATURE_NONE);
    g_assert_cmpint (strstr (report->text, "BEGIN PGP") == NULL, ==, i == 0);
  }
}

/* How a text was read is told when it is not as the mail says, and the honest twin says nothing. */
static void
test_text_notes (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *fields, *body, *sentence;
  } table[] = {
    { "Content-Type: text/plain; charset=utf-8\r\n", "a\xe3\x81\x82\xff", "Part 1 holds bytes that are no characters" },
    { "Content-Type: text/plain; charset=us-ascii\r\n", "\x1b$B%F%9%H\x1b(B", "Part 1 is not in the character set that it names; it was read as iso-2022-jp." },
    { "Content-Type: text/plain; charset=x-nonsense\r\n", "x", "Part 1 names a character set that nobody knows; it was read as us-ascii." },
    { "Content-Type: text/plain; charset=utf-7\r\n", "+ADw-", "Part 1 is said to be UTF-7" },
    { "Content-Type: text/html\r\n", "<p hidden>x</p>", "hides some of its text" },
    { "Subject: =?Shift_JIS?Q?=91=8B=FF?=\r\n", "x", "The header field Subject holds bytes" },
    { "Content-Type: text/plain; charset=utf-8\r\nSubject: =?Shift_JIS?Q?=91=8B?=\r\n", "a\xe3\x81\x82", NULL },
    { "Content-Type: text/plain; charset=iso-2022-jp\r\n", "\x1b$B%F%9%H\x1b(B", NULL },
    { "Content-Type: text/html; charset=us-ascii\r\n", "<p>x</p>", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *mail = g_strconcat ("From: a@x.example\r\n", table[i].fields, "\r\n", table[i].body, NULL);
    g_autoptr (MadoReport) report = open_mail (team, mail, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (g_strv_length (report->problems), ==, table[i].sentence == NULL ? 0 : 1);
    if (table[i].sentence != NULL)
      g_assert_true (says (report, table[i].sentence));
  }
}

/* What a reader should be told though no verdict depends on it. */
static void
test_notes (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = sign (team, "Content-Type: text/plain\r\n\r\nsigned text\r\n");
  g_autofree char *replayed = g_strconcat ("Date: Thu, 1 Jan 2015 00:00:00 +0000\r\n" HEAD, part, NULL);
  g_autofree char *today = g_strconcat (HEAD, part, NULL);
  g_autoptr (MadoReport) old = open_mail (team, replayed, &error);
  g_autoptr (MadoReport) fresh = open_mail (team, today, &error);
  g_autoptr (MadoReport) named = open_mail (team, "From: \"alice@x.example\" <mallory@y.example>\r\n\r\nx\r\n", &error);
  g_autoptr (MadoReport) same = open_mail (team, "From: \"Mallory@y.example (Mallory)\" <mallory@y.example>\r\n\r\nx\r\n", &error);

  g_assert_no_error (error);
  g_assert_true (says (old, "sent again"));
  g_assert_false (says (fresh, "sent again"));
  g_assert_true (says (named, "written like an address"));
  g_assert_false (says (same, "written like an address"));
}

static void
test_undecryptable (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  char *other = fixture_home_new ();
  g_autofree char *stranger = fixture_key (other, "Other <o@x.example>", NULL);
  const char *arguments[] = { "--trust-model", "always", "-ar", stranger, "-e", NULL };
  g_autofree char *cipher = fixture_gpg (other, "Content-Type: text/plain\r\n\r\nsecret\r\n", arguments);
  g_autofree char *mail = g_strdup_printf (
      HEAD "Content-Type: multipart/encrypted; boundary=enc; protocol=\"application/pgp-encrypted\"\r\n\r\n"
           "--enc\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
           "--enc\r\nContent-Type: application/octet-stream\r\n\r\n%s\r\n--enc--\r\n",
      cipher);
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report->undecryptable);
  g_assert_cmpstr (report->undecryptable->reason, ==, "no-secret-key");
  g_assert_cmpuint (g_strv_length (report->undecryptable->encrypted_to), ==, 1);
  fixture_home_free (other);
}

static void
test_parts (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  static const char mail[] = HEAD
      "Content-Type: multipart/mixed; boundary=mix\r\n\r\n"
      "--mix\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n"
      "--alt\r\nContent-Type: text/plain\r\n\r\nplain words\r\n"
      "--alt\r\nContent-Type: text/html\r\n\r\n<p>html words</p>\r\n--alt--\r\n"
      "--mix\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"bill.pdf.exe\"\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--mix--\r\n";
  g_autoptr (MadoReport) report = open_mail (team, mail, &error);
  g_autoptr (MadoPart) taken = NULL;
  const MadoPart *part;
  char bytes[16] = "";
  int fd = mail_fd (mail), out = -1;

  g_assert_no_error (error);
  g_assert_nonnull (strstr (report->text, "plain words"));
  g_assert_null (strstr (report->text, "html words"));
  g_assert_cmpuint (report->parts->len, ==, 1);
  part = report->parts->pdata[0];
  g_assert_cmpstr (part->path, ==, "1.2");
  g_assert_cmpstr (part->filename, ==, "bill.pdf.exe");
  g_assert_cmpint (part->size, ==, 5);
  g_assert_true (g_strv_contains ((const char *const *) part->flags, "double-extension"));
  g_assert_false (part->decrypted);
  g_assert_true (mado_open_part (&team->context, fd, 0, strlen (mail), "1.2", &taken, &out, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read (out, bytes, sizeof bytes), ==, 5);
  g_assert_cmpstr (bytes, ==, "hello");
  g_assert_cmpstr (taken->sha256, ==, part->sha256);
  close (out);
  for (const char *const *path = (const char *const[]) { "1.3", "2", "1", "", "1.1.1.1", NULL }; *path != NULL; path++) {
    g_autoptr (MadoPart) none = NULL;
    g_assert_false (mado_open_part (&team->context, fd, 0, strlen (mail), *path, &none, &out, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
    g_clear_error (&error);
  }
  close (fd);
}

/* Over a cap the top header alone is told; the text is cut where the setting says. */
static void
test_caps (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *filler = g_strnfill (3000, 'x');
  g_autofree char *large = g_strdup_printf (HEAD "\r\n%s\r\n", filler);
  g_autoptr (MadoReport) cut = open_mail (team, large, &error);
  g_autoptr (GString) many = g_string_new (HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n");

  g_assert_no_error (error);
  g_assert_true (cut->text_truncated);
  g_assert_cmpuint (strlen (cut->text), <=, 1024);
  for (int i = 0; i < 20; i++)
    g_string_append (many, "--m\r\n\r\nx\r\n");
  g_autoptr (MadoReport) over = open_mail (team, many->str, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (over->undecryptable->reason, ==, "limit");
  g_assert_cmpstr (over->subject, ==, "outside");
  g_assert_cmpuint (g_strv_length (over->problems), >, 0);
  g_assert_cmpstr (over->text, ==, NULL);
}

/* Bytes before and behind the mail are none of it: it lies somewhere in a spool file. */
static void
test_range (Team *team, gconstpointer data G_GNUC_UNUSED)
{
  static const char file[] = "envelope\n\n" HEAD "\r\nhello\r\nEND trailer";
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoReport) report = NULL, outline = NULL;
  int fd = mail_fd (file);
  guint64 size = strlen (file) - strlen ("envelope\n\n") - strlen ("END trailer");

  g_assert_true (mado_open_mail (&team->context, fd, strlen ("envelope\n\n"), size, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (report->subject, ==, "outside");
  g_assert_null (strstr (report->text, "trailer"));
  g_assert_true (mado_open_outline (&team->context, fd, strlen ("envelope\n\n"), size, &outline, &error));
  g_assert_cmpstr (outline->subject, ==, "outside");
  g_assert_cmpstr (outline->text, ==, NULL);
  close (fd);
}

#define LIMITS "[limits]\ntext = 1K\nparts = 10\n"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/mail/open/plain", Team, NULL, set_up, test_plain, tear_down);
  g_test_add ("/mail/open/protected", Team, NULL, set_up, test_protected, tear_down);
  g_test_add ("/mail/open/false-claim", Team, NULL, set_up, test_false_claim, tear_down);
  g_test_add ("/mail/open/signed", Team, NULL, set_up, test_signed, tear_down);
  g_test_add ("/mail/open/mixed", Team, NULL, set_up, test_mixed, tear_down);
  g_test_add ("/mail/open/marked", Team, NULL, set_up, test_marked, tear_down);
  g_test_add ("/mail/open/carrier", Team, NULL, set_up, test_carrier, tear_down);
  g_test_add ("/mail/open/notes", Team, NULL, set_up, test_notes, tear_down);
  g_test_add ("/mail/open/text-notes", Team, NULL, set_up, test_text_notes, tear_down);
  g_test_add ("/mail/open/undecryptable", Team, NULL, set_up, test_undecryptable, tear_down);
  g_test_add ("/mail/open/parts", Team, NULL, set_up, test_parts, tear_down);
  g_test_add ("/mail/open/caps", Team, LIMITS, set_up, test_caps, tear_down);
  g_test_add ("/mail/open/range", Team, NULL, set_up, test_range, tear_down);
  return g_test_run ();
}
