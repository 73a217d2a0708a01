/* Which structures count as a cryptographic layer, and which do not although they look like one: a row for each. */
#include "madoguchi/mail/forms.h"

#include <glib.h>
#include <string.h>

#define PGP_ENC "Content-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n\n"
#define NAMES_VERSION "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
#define DATA "--b\nContent-Type: application/octet-stream\n\nciphertext\n"
#define PGP_SIG "Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\n\n"
#define TEXT "--b\n\ntext\n"
#define SIGNATURE "--b\nContent-Type: application/pgp-signature\n\nsignature\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define END "--b--\n"

typedef struct {
  const char *name;
  const char *mail;
  const char *path;    /* of the entity that is looked at */
  const char *form;    /* "FORM OPERATION CONTENT SIGNATURE", paths or "-"; NULL: no layer */
  gboolean is_told;    /* is there a sentence that says what is wrong? */
} Case;

static const Case cases[] = {
  { "encrypted", PGP_ENC NAMES_VERSION DATA END, "1", "pgp-mime decrypt 1.2 -", FALSE },
  { "encrypted-upper", "Content-Type: MULTIPART/Encrypted; boundary=b; protocol=\"Application/PGP-Encrypted\"\n\n" NAMES_VERSION DATA END, "1",
    "pgp-mime decrypt 1.2 -", FALSE },
  { "encrypted-no-protocol", "Content-Type: multipart/encrypted; boundary=b\n\n" NAMES_VERSION DATA END, "1", "pgp-mime decrypt - -", TRUE },
  { "encrypted-other-protocol", "Content-Type: multipart/encrypted; boundary=b; protocol=\"x/y\"\n\n" NAMES_VERSION DATA END, "1",
    "pgp-mime decrypt - -", TRUE },
  { "encrypted-three-parts", PGP_ENC NAMES_VERSION DATA DATA END, "1", "pgp-mime decrypt - -", TRUE },
  { "encrypted-empty", PGP_ENC END, "1", "pgp-mime decrypt - -", TRUE },
  { "encrypted-no-version", PGP_ENC DATA DATA END, "1", "pgp-mime decrypt - -", TRUE },
  { "encrypted-version-2", PGP_ENC "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 2\n\n" DATA END, "1", "pgp-mime decrypt - -",
    TRUE },
  { "encrypted-text", PGP_ENC NAMES_VERSION TEXT END, "1", "pgp-mime decrypt - -", TRUE },
  { "signed", PGP_SIG TEXT SIGNATURE END, "1", "pgp-mime verify 1.1 1.2", FALSE },
  { "signed-no-protocol", "Content-Type: multipart/signed; boundary=b\n\n" TEXT SIGNATURE END, "1", "pgp-mime verify 1.1 1.2", FALSE },
  { "signed-three-parts", PGP_SIG TEXT SIGNATURE TEXT END, "1", "pgp-mime verify - -", TRUE },
  { "signed-no-signature", PGP_SIG TEXT END, "1", NULL, FALSE },
  { "signed-by-text", PGP_SIG TEXT TEXT END, "1", NULL, FALSE },
  { "signed-smime", "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\n\n" TEXT SIGNATURE END, "1",
    NULL, FALSE },
  { "mangled", MIXED "--b\n\n \n" NAMES_VERSION DATA END, "1", "mangled decrypt 1.3 -", FALSE },
  { "mangled-with-words", MIXED TEXT NAMES_VERSION DATA END, "1", NULL, FALSE },
  { "mangled-with-words-part", MIXED TEXT NAMES_VERSION DATA END, "1.3", "mangled decrypt 1.3 -", FALSE },
  { "data-alone", MIXED TEXT DATA END, "1.2", NULL, FALSE },
  { "data-before-version", MIXED DATA NAMES_VERSION END, "1.1", NULL, FALSE },
  { "mixed", MIXED TEXT TEXT END, "1", NULL, FALSE },
  { "text-about-it", "\n-----BEGIN PGP MESSAGE-----\n", "1", NULL, FALSE },
};

static const MadoEntity *
find (const MadoEntity *entity, const char *path)
{
  const MadoEntity *found = NULL;

  if (g_str_equal (entity->path, path))
    return entity;
  for (guint i = 0; i < entity->children->len && found == NULL; i++)
    found = find (mado_entity_child (entity, i), path);
  return found;
}

static MadoEntity *
scan (const char *mail)
{
  MadoStructureLimits limits = { 100, 1000, 65536 };
  g_autoptr (GError) error = NULL;
  MadoEntity *root = mado_structure_scan ((const guint8 *) mail, strlen (mail), "1", &limits, &error);

  g_assert_no_error (error);
  return root;
}

static void
test_case (gconstpointer data)
{
  static const char *const forms[] = { "pgp-mime", "inline", "attachment", "mangled", "opaque" };
  static const char *const operations[] = { "decrypt", "verify", "decrypt+verify" };
  const Case *test = data;
  g_autoptr (MadoEntity) root = scan (test->mail);
  MadoFormMatch match = { 0 };
  gboolean found = mado_forms_recognise ((MadoEntity *) find (root, test->path), &match);

  g_assert_cmpint (found, ==, test->form != NULL);
  if (!found)
    return;
  g_autofree char *form = g_strdup_printf ("%s %s %s %s", forms[match.form], operations[match.operation],
                                           match.content != NULL ? match.content->path : "-",
                                           match.signature != NULL ? match.signature->path : "-");
  g_assert_cmpstr (form, ==, test->form);
  g_assert_cmpint (match.problem != NULL, ==, test->is_told);
  g_assert_cmpint (match.protocol, ==, MADO_PROTOCOL_OPENPGP);
}

/* S/MIME is named, whether this version opens it or not. */
static void
test_smime (void)
{
  g_autoptr (MadoEntity) sealed = scan ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n");
  g_autoptr (MadoEntity) keys = scan ("Content-Type: application/pkcs7-mime; smime-type=certs-only\n\nx\n");
  MadoFormMatch match = { 0 };

  g_assert_true (mado_forms_recognise (sealed, &match));
  g_assert_cmpint (match.protocol, ==, MADO_PROTOCOL_SMIME);
  g_assert_false (mado_forms_recognise (keys, &match));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = g_strconcat ("/mail/forms/", cases[i].name, NULL);
    g_test_add_data_func (name, &cases[i], test_case);
  }
  g_test_add_func ("/mail/forms/smime", test_smime);
  return g_test_run ();
}
