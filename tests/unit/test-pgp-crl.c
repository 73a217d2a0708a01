/* test-pgp-crl.c: lists of revoked certificates, made here byte by byte: what they tell, which are refused, and what is
 * done with files that are cut or broken anywhere. Real ones, made by openssl, are in tests/it/revoked.py. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/crl.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795230000) /* in November 2026 */

/* (transfer full) one element of DER around @parts, which are used up. */
static GByteArray *
der (guint8 tag, GByteArray *first, ...)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  va_list list;

  va_start (list, first);
  for (GByteArray *part = first; part != NULL; part = va_arg (list, GByteArray *)) {
    g_byte_array_append (body, part->data, part->len);
    g_byte_array_unref (part);
  }
  va_end (list);
  g_byte_array_append (out, &tag, 1);
  if (body->len < 128) {
    g_byte_array_append (out, (guint8[]) { (guint8) body->len }, 1);
  } else {
    g_byte_array_append (out, (guint8[]) { 0x82, (guint8) (body->len >> 8), (guint8) body->len }, 3);
  }
  g_byte_array_append (out, body->data, body->len);
  return out;
}

static GByteArray *
raw (const char *text)
{
  return g_byte_array_append (g_byte_array_new (), (const guint8 *) text, (guint) strlen (text));
}

static GByteArray *
number (guint8 value)
{
  return der (0x02, g_byte_array_append (g_byte_array_new (), &value, 1), NULL);
}

static GByteArray *
name (const char *text)
{
  return der (0x30, der (0x0c, raw (text), NULL), NULL);
}

static GByteArray *
algorithm (void)
{
  return der (0x30, der (0x06, raw ("\x2a\x03"), NULL), NULL);
}

static GByteArray *
when (const char *text)
{
  return der (strlen (text) == 13 ? 0x17 : 0x18, raw (text), NULL);
}

typedef struct {
  const char *issuer;
  const char *made, *next; /* NULL: none */
  guint8 revoked[3];       /* ends with 0 */
  const char *extension;   /* last byte of 2.5.29.N; NULL: none */
} Spec;

static GByteArray *
make_list (const Spec *spec)
{
  g_autoptr (GByteArray) entries = g_byte_array_new ();
  GByteArray *inner = g_byte_array_new ();

  for (guint i = 0; spec->revoked[i] != 0; i++) {
    g_autoptr (GByteArray) entry = der (0x30, number (spec->revoked[i]), when ("260101000000Z"), NULL);
    g_byte_array_append (entries, entry->data, entry->len);
  }
  GByteArray *parts[] = {
    number (1), algorithm (), name (spec->issuer), when (spec->made), spec->next != NULL ? when (spec->next) : NULL,
    entries->len > 0 ? der (0x30, g_byte_array_ref (entries), NULL) : NULL,
    spec->extension != NULL ? der (0xa0, der (0x30, der (0x30, der (0x06, raw ("\x55\x1d"), raw (spec->extension), NULL), NULL), NULL), NULL) : NULL,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL) {
      g_byte_array_append (inner, parts[i]->data, parts[i]->len);
      g_byte_array_unref (parts[i]);
    }
  return der (0x30, der (0x30, inner, NULL), algorithm (), der (0x03, raw ("sig"), NULL), NULL);
}

static GByteArray *
make_certificate (const char *issuer, guint8 serial, gboolean has_version)
{
  GByteArray *body = has_version ? der (0x30, der (0xa0, number (2), NULL), number (serial), algorithm (), name (issuer), NULL)
                                 : der (0x30, number (serial), algorithm (), name (issuer), NULL);

  return der (0x30, body, algorithm (), der (0x03, raw ("sig"), NULL), NULL);
}

typedef struct {
  char *directory;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  f->directory = g_dir_make_tmp ("crl-XXXXXX", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_fsio_remove_tree (f->directory, NULL);
  g_free (f->directory);
}

static void
put (const Fixture *f, const char *file, const void *bytes, gsize size)
{
  g_autofree char *path = g_build_filename (f->directory, file, NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
put_list (const Fixture *f, const char *file, const Spec *spec)
{
  g_autoptr (GByteArray) list = make_list (spec);

  put (f, file, list->data, list->len);
}

static MadoCrlStatus
look (const MadoCrls *crls, const char *issuer, guint8 serial)
{
  g_autoptr (GByteArray) certificate = make_certificate (issuer, serial, serial % 2 == 0);

  return mado_crls_look_up (crls, certificate->data, certificate->len, NOW);
}

static MadoCrls *
load (const Fixture *f)
{
  g_autoptr (GError) error = NULL;
  MadoCrls *crls = mado_crls_load (f->directory, &error);

  g_assert_no_error (error);
  return crls;
}

static void
test_statuses (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const Spec ca = { "ca", "261101000000Z", "270101000000Z", { 5, 6, 0 }, NULL };
  static const Spec old = { "old", "250101000000Z", "20260101000000Z", { 5, 0 }, NULL };
  static const Spec open_end = { "open", "990101000000Z", NULL, { 0 }, NULL }; /* 1999, and no end */
  g_autoptr (MadoCrls) crls = NULL;
  guint stale;

  put_list (f, "ca.crl", &ca);
  put_list (f, "old.der", &old);
  put_list (f, "open.pem", &open_end); /* by what is in it, not by its name */
  put (f, "README", "no list", 7);     /* and what has another name is not read */
  crls = load (f);
  g_assert_cmpint (look (crls, "ca", 5), ==, MADO_CRL_REVOKED);
  g_assert_cmpint (look (crls, "ca", 6), ==, MADO_CRL_REVOKED);
  g_assert_cmpint (look (crls, "ca", 7), ==, MADO_CRL_CLEAR);
  g_assert_cmpint (look (crls, "another", 5), ==, MADO_CRL_NONE);
  g_assert_cmpint (look (crls, "old", 5), ==, MADO_CRL_REVOKED);
  g_assert_cmpint (look (crls, "old", 6), ==, MADO_CRL_STALE);
  g_assert_cmpint (look (crls, "open", 6), ==, MADO_CRL_CLEAR);
  g_assert_cmpint (mado_crls_look_up (crls, (const guint8 *) "junk", 4, NOW), ==, MADO_CRL_NONE);
  g_assert_cmpuint (mado_crls_count (crls, NOW, &stale), ==, 3);
  g_assert_cmpuint (stale, ==, 1);
}

static void
test_newer_one_counts (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const Spec old = { "ca", "260901000000Z", "270101000000Z", { 5, 0 }, NULL };
  static const Spec new = { "ca", "261101000000Z", "270101000000Z", { 6, 0 }, NULL };

  for (int i = 0; i < 2; i++) {
    g_autoptr (MadoCrls) crls = NULL;
    put_list (f, i == 0 ? "a.crl" : "b.crl", &old);
    put_list (f, i == 0 ? "b.crl" : "a.crl", &new);
    crls = load (f);
    g_assert_cmpint (look (crls, "ca", 5), ==, MADO_CRL_CLEAR);
    g_assert_cmpint (look (crls, "ca", 6), ==, MADO_CRL_REVOKED);
  }
}

static void
test_pem_and_changes (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const Spec one = { "ca", "261101000000Z", "270101000000Z", { 5, 0 }, NULL };
  static const Spec two = { "other", "261101000000Z", "270101000000Z", { 6, 0 }, NULL };
  g_autoptr (GByteArray) first = make_list (&one), second = make_list (&two);
  g_autofree char *first_text = g_base64_encode (first->data, first->len), *second_text = g_base64_encode (second->data, second->len);
  g_autofree char *text = g_strdup_printf ("words before\n-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n"
                                           "-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n", first_text, second_text);
  g_autoptr (MadoCrls) crls = NULL;

  put (f, "both.pem", text, strlen (text));
  crls = load (f);
  g_assert_cmpint (look (crls, "ca", 5), ==, MADO_CRL_REVOKED);
  g_assert_cmpint (look (crls, "other", 6), ==, MADO_CRL_REVOKED);
  g_assert_false (mado_crls_is_stale (crls));
  put_list (f, "more.crl", &one);
  g_assert_true (mado_crls_is_stale (crls));
}

static void
test_refused (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const Spec whole = { "ca", "261101000000Z", "270101000000Z", { 5, 6, 0 }, "\x14" }; /* a number is welcome */
  static const Spec bad[] = {
    { "ca", "261101000000Z", "270101000000Z", { 5, 0 }, "\x1b" }, /* changes only */
    { "ca", "261101000000Z", "270101000000Z", { 5, 0 }, "\x1c" }, /* some certificates only */
    { "ca", "261101000000Z", "279901000000Z", { 5, 0 }, NULL },   /* no such month */
  };
  g_autoptr (GByteArray) list = make_list (&whole);
  g_autoptr (GError) none = NULL;

  put_list (f, "x.crl", &whole);
  mado_crls_free (load (f));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    put_list (f, "x.crl", &bad[i]);
    g_assert_null (mado_crls_load (f->directory, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_assert_nonnull (strstr (error->message, "x.crl"));
  }
  for (guint length = 0; length < list->len; length++) { /* cut anywhere */
    g_autoptr (GError) error = NULL;
    put (f, "x.crl", list->data, length);
    g_assert_null (mado_crls_load (f->directory, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  }
  for (guint at = 0; at < list->len; at++) { /* broken anywhere: refused or not, but looked up without harm */
    g_autoptr (GByteArray) spoilt = g_byte_array_append (g_byte_array_new (), list->data, list->len);
    g_autoptr (MadoCrls) crls = NULL;
    spoilt->data[at] ^= 0xff;
    put (f, "x.crl", spoilt->data, spoilt->len);
    crls = mado_crls_load (f->directory, NULL);
    if (crls != NULL)
      look (crls, "ca", 5);
  }
  g_assert_null (mado_crls_load ("/nonexistent", &none));
  g_assert_error (none, MADO_ERROR, MADO_ERROR_CONF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pgp/crl/statuses", Fixture, NULL, set_up, test_statuses, tear_down);
  g_test_add ("/pgp/crl/newer-one-counts", Fixture, NULL, set_up, test_newer_one_counts, tear_down);
  g_test_add ("/pgp/crl/pem-and-changes", Fixture, NULL, set_up, test_pem_and_changes, tear_down);
  g_test_add ("/pgp/crl/refused", Fixture, NULL, set_up, test_refused, tear_down);
  return g_test_run ();
}
