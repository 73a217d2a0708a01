/* Kinds of CMS data by their structure. The messages are put together here, as short as the reader allows. */
#include "madoguchi/pgp/cms-reader.h"

#include <string.h>

#define ENVELOPED "2a864886f70d010703"
#define AUTH_ENVELOPED "2a864886f70d0109100117"
#define SIGNED "2a864886f70d010702"
#define COMPRESSED "2a864886f70d0109100109"

/* @hex with the lengths around it: each "<" opens an element whose tag stands before it, ">" closes it. */
static GBytes *
build (const char *text)
{
  GByteArray *stack[16] = { g_byte_array_new () };
  guint depth = 0;

  for (; *text != '\0'; text++) {
    if (*text == '<') {
      stack[++depth] = g_byte_array_new ();
    } else if (*text == '>') {
      GByteArray *inner = stack[depth--];
      guint8 length[3] = { 0x82, (guint8) (inner->len >> 8), (guint8) inner->len };
      guint octets = inner->len < 0x80 ? 1 : inner->len < 0x100 ? 2 : 3;
      if (octets == 2)
        length[1] = 0x81;
      g_byte_array_append (stack[depth], length + 3 - octets, octets);
      g_byte_array_append (stack[depth], inner->data, inner->len);
      g_byte_array_unref (inner);
    } else if (g_ascii_isxdigit (*text)) {
      guint8 byte = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
      g_byte_array_append (stack[depth], &byte, 1);
      text++;
    }
  }
  g_assert_cmpuint (depth, ==, 0);
  return g_byte_array_free_to_bytes (stack[0]);
}

#define NAME "31<30<0603550403 0c<41>>> 31<30<060355040b 0c<42>>>"
#define ID "30<30<" NAME "> 02<1234>>"
#define KEY_TRANSPORT(oid) "30<020100 " ID " 30<06<" oid "> 0500> 04<ff>>"
#define RSA_OID "2a864886f70d010101"
#define OAEP_OID "2a864886f70d010107"
#define BY_KEY_ID "30<020102 80<abcdef> 30<06<" RSA_OID "> 0500> 04<ff>>"
#define KEY_AGREEMENT "a1<020103 a0<a1<03<0100>>> 30<06<" RSA_OID ">> 30<30<" ID " 04<ff>>>>"
#define PASSPHRASE "a3<020100>"
#define DATA_OID "06<2a864886f70d010701>"
#define CBC_CIPHER "30<" DATA_OID " 30<06<60864801650304012a> 04<abcd>> 80<ff>>"
#define GCM_CIPHER(parameters) "30<" DATA_OID " 30<06<60864801650304012e> " parameters "> 80<ff>>"
#define NONCE "04<000102030405060708090a0b>"
#define WHOLE "30<" NONCE " 020110>"
#define LONG_TAG "04<00112233445566778899aabbccddeeff>"
#define MESSAGE(oid, fields) "30<06<" oid "> a0<30<" fields ">>>"
#define ENV(recipients, rest) MESSAGE (ENVELOPED, "020100 31<" recipients "> " rest)
#define AUTH(recipients, rest) MESSAGE (AUTH_ENVELOPED, "020100 31<" recipients "> " rest)
#define ALGORITHMS "020101 31<>"
#define SIGNER "30<020101>"

typedef struct {
  const char *name;
  const char *message;
  MadoCmsKind kind;
  guint recipients, openable, oaep, signers;
  gboolean has_content, is_gcm, has_attributes;
  gsize mac_size;
} Case;

static const Case cases[] = {
  { "empty", "", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "words", "68656c6c6f", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "certificate", "30<30<020101>>", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "compressed", MESSAGE (COMPRESSED, "020100"), MADO_CMS_OTHER, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "enveloped", ENV (KEY_TRANSPORT (RSA_OID), CBC_CIPHER), MADO_CMS_ENVELOPED, 1, 1, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "oaep", ENV (KEY_TRANSPORT (OAEP_OID), CBC_CIPHER), MADO_CMS_ENVELOPED, 1, 0, 1, 0, FALSE, FALSE, FALSE, 0 },
  { "both", ENV (KEY_TRANSPORT (OAEP_OID) KEY_TRANSPORT (RSA_OID), CBC_CIPHER), MADO_CMS_ENVELOPED, 2, 1, 1, 0, FALSE, FALSE, FALSE, 0 },
  { "key-id", ENV (BY_KEY_ID, CBC_CIPHER), MADO_CMS_ENVELOPED, 1, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "agreement", ENV (KEY_AGREEMENT, CBC_CIPHER), MADO_CMS_ENVELOPED, 1, 1, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "passphrase", ENV (PASSPHRASE, CBC_CIPHER), MADO_CMS_ENVELOPED, 1, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "nobody", ENV ("", CBC_CIPHER), MADO_CMS_ENVELOPED, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "too-many", ENV (PASSPHRASE PASSPHRASE PASSPHRASE PASSPHRASE PASSPHRASE, CBC_CIPHER), MADO_CMS_ENVELOPED, 4, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "gcm", AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER (WHOLE) LONG_TAG), MADO_CMS_AUTH_ENVELOPED, 1, 1, 0, 0, FALSE, TRUE, FALSE, 16 },
  { "gcm-attributes", AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER (WHOLE) "a1<3000>" LONG_TAG), MADO_CMS_AUTH_ENVELOPED, 1, 1, 0, 0, FALSE,
    TRUE, TRUE, 16 },
  { "gcm-no-tag", AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER (WHOLE)), MADO_CMS_AUTH_ENVELOPED, 1, 1, 0, 0, FALSE, TRUE, FALSE, 0 },
  { "auth-cbc", AUTH (KEY_TRANSPORT (RSA_OID), CBC_CIPHER LONG_TAG), MADO_CMS_AUTH_ENVELOPED, 1, 1, 0, 0, FALSE, FALSE, FALSE, 16 },
  { "signed", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID " a0<04<6162>>> 31<" SIGNER ">"), MADO_CMS_SIGNED, 0, 0, 0, 1, TRUE, FALSE, FALSE, 0 },
  { "detached", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID "> a0<30<>> a1<30<>> 31<" SIGNER ">"), MADO_CMS_SIGNED, 0, 0, 0, 1, FALSE, FALSE, FALSE, 0 },
  { "two-signers", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID "> 31<" SIGNER SIGNER ">"), MADO_CMS_SIGNED, 0, 0, 0, 2, FALSE, FALSE, FALSE, 0 },
  { "content-in-another-way", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID " a085000000000404026162> 31<" SIGNER ">"), MADO_CMS_SIGNED, 0, 0, 0, 1, TRUE, FALSE, FALSE, 0 },
  { "signer-in-another-way", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID "> 31<" SIGNER " 30850000000003020101>"), MADO_CMS_SIGNED, 0, 0, 0, 2, FALSE, FALSE, FALSE, 0 },
  { "certificates-only", MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID "> a0<30<>> 31<>"), MADO_CMS_SIGNED, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  /* the outer elements of indefinite length */
  { "streamed", "3080 06<" SIGNED "> a080 3080 " ALGORITHMS "3080 " DATA_OID " a080 2480 04<61> 04<62> 0000 0000 0000 31<" SIGNER "> 0000 0000 0000",
    MADO_CMS_SIGNED, 0, 0, 0, 1, TRUE, FALSE, FALSE, 0 },
  { "long-length", "3085ffffffffff", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "cut-in-kind", "300906092a8648", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
  { "long-tag", "3f8130", MADO_CMS_JUNK, 0, 0, 0, 0, FALSE, FALSE, FALSE, 0 },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autoptr (GBytes) message = build (one->message);
  g_auto (MadoCms) cms = { 0 };
  gsize size;
  const guint8 *bytes = g_bytes_get_data (message, &size);

  mado_cms_read (bytes == NULL ? (const guint8 *) "" : bytes, size, 3, &cms);
  g_assert_cmpint (cms.kind, ==, one->kind);
  g_assert_cmpuint (cms.recipient_count, ==, one->recipients);
  g_assert_cmpuint (cms.openable, ==, one->openable);
  g_assert_cmpuint (cms.oaep, ==, one->oaep);
  g_assert_cmpuint (cms.signers, ==, one->signers);
  g_assert_cmpint (cms.has_content, ==, one->has_content);
  g_assert_cmpint (cms.is_gcm, ==, one->is_gcm);
  g_assert_cmpint (cms.has_attributes, ==, one->has_attributes);
  g_assert_cmpuint (cms.mac_size, ==, one->mac_size);
}

static void
read_text (const char *text, MadoCms *cms)
{
  g_autoptr (GBytes) message = build (text);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (message, &size);

  mado_cms_read (bytes, size, 3, cms);
}

static void
test_names (void)
{
  g_auto (MadoCms) named = { 0 }, by_id = { 0 }, hostile = { 0 };

  read_text (ENV (KEY_TRANSPORT (RSA_OID), CBC_CIPHER), &named);
  g_assert_cmpstr (named.recipients[0], ==, "#1234/OU=B,CN=A");
  g_assert_cmpstr (named.serials[0], ==, "1234");
  read_text (ENV (BY_KEY_ID, CBC_CIPHER), &by_id);
  g_assert_cmpstr (by_id.recipients[0], ==, "#ABCDEF");
  g_assert_null (by_id.serials[0]);
  read_text (ENV ("30<020100 30<30<31<30<0603550403 1e<00410a0a>>>> 02<001234>> 30<06<" RSA_OID ">> 04<ff>>", CBC_CIPHER), &hostile);
  g_assert_true (g_utf8_validate (hostile.recipients[0], -1, NULL));
  g_assert_true (g_str_has_prefix (hostile.recipients[0], "#1234/CN=A"));
  g_assert_null (strchr (hostile.recipients[0], '\n'));
}

/* Only the size of the tag goes, and all lengths around it follow. */
static void
test_repair (void)
{
  static const char *const pairs[][2] = {
    { AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER (WHOLE) LONG_TAG), AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER ("30<" NONCE ">") LONG_TAG) },
    { "3080 06<" AUTH_ENVELOPED "> a080 3080 020100 31<" KEY_TRANSPORT (RSA_OID) "> 3080 " DATA_OID " 30<06<60864801650304012e> " WHOLE "> 80<ff> 0000 "
      LONG_TAG " 0000 0000 0000",
      "3080 06<" AUTH_ENVELOPED "> a080 3080 020100 31<" KEY_TRANSPORT (RSA_OID) "> 3080 " DATA_OID " 30<06<60864801650304012e> 30<" NONCE "> > 80<ff> 0000 "
      LONG_TAG " 0000 0000 0000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (GBytes) wanted = build (pairs[i][1]);
    g_auto (MadoCms) cms = { 0 };
    read_text (pairs[i][0], &cms);
    g_assert_nonnull (cms.repaired);
    g_assert_true (g_bytes_equal (cms.repaired, wanted));
  }
}

static void
test_no_repair (void)
{
  static const char *const texts[] = {
    AUTH (KEY_TRANSPORT (RSA_OID), GCM_CIPHER ("30<" NONCE ">") LONG_TAG), ENV (KEY_TRANSPORT (RSA_OID), CBC_CIPHER),
    /* an end mark that is cut off */
    "30<06<" AUTH_ENVELOPED "> a0<30<020100 31<" KEY_TRANSPORT (RSA_OID) "> 3080 " DATA_OID " 30<06<60864801650304012e> " WHOLE "> 80<ff>>>> 0000",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MadoCms) cms = { 0 };
    read_text (texts[i], &cms);
    g_assert_null (cms.repaired);
  }
}

#define ATTRIBUTE "30<06<2a864886f70d010903> 31<" DATA_OID ">>"
#define SIGNER_WITH(attributes) "30<020101 30<" NAME "> 30<06<608648016503040201>> " attributes " 30<06<" RSA_OID ">> 04<ff>>"
#define SIGNED_BY(signers) MESSAGE (SIGNED, ALGORITHMS "30<" DATA_OID "> 31<" signers ">")

/* Who signs attributes and who signs the text itself; and attributes that are passed off as a text. */
static void
test_attributes (void)
{
  static const struct {
    const char *text;
    gboolean is_bare;
  } messages[] = {
    { SIGNED_BY (SIGNER_WITH ("a0<" ATTRIBUTE ">")), FALSE },
    { SIGNED_BY (SIGNER_WITH ("")), TRUE },
    { SIGNED_BY (SIGNER_WITH ("a0<" ATTRIBUTE ">") SIGNER_WITH ("")), TRUE },
    { SIGNED_BY (SIGNER_WITH ("a0<" ATTRIBUTE ">") "30850000000003020101"), TRUE },
  };
  static const struct {
    const char *text;
    gboolean are_attributes;
  } texts[] = {
    { "31<" ATTRIBUTE ">", TRUE }, { "31<" ATTRIBUTE ATTRIBUTE ">", TRUE }, { "3180" ATTRIBUTE "0000", TRUE }, { "31<>", FALSE },
    { "31<" ATTRIBUTE "> 0a", FALSE }, { "31<30<020101>>", FALSE }, { "30<" ATTRIBUTE ">", FALSE }, { "", FALSE }, { "31202d2068656c6c6f", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_auto (MadoCms) cms = { 0 };
    read_text (messages[i].text, &cms);
    g_assert_cmpint (cms.has_bare_signer, ==, messages[i].is_bare);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) bytes = build (texts[i].text);
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);
    g_assert_cmpint (mado_cms_looks_like_attributes (data == NULL ? (const guint8 *) "" : data, size), ==, texts[i].are_attributes);
  }
}

/* PEM, and base64 that nobody named; NULL: left as it is. */
static void
test_binary (void)
{
  static const struct {
    const char *in, *out;
  } texts[] = {
    { "-----BEGIN CMS-----\nMAMCAQE=\n-----END CMS-----\n", "\x30\x03\x02\x01\x01" },
    { "words\r\n-----BEGIN PKCS7-----\r\nMAMC\r\nAQE=\r\n-----END PKCS7-----\r\n", "\x30\x03\x02\x01\x01" },
    { "MAMC\nAQE=\n", "\x30\x03\x02\x01\x01" },
    { "\x30\x03\x02\x01\x01", NULL },
    { "", NULL },
    { "-----BEGIN CMS-----\nMAMCAQE=\n", NULL },
    { "-----BEGIN CMS-----", NULL },
    { "-----BEGIN CMS-----\nno base64!\n-----END CMS-----\n", NULL },
    { "no base64!", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    gsize size = strlen (texts[i].in);
    g_autofree guint8 *copy = g_memdup2 (texts[i].in, size);
    g_autoptr (GBytes) out = mado_cms_binary (copy, size);
    if (texts[i].out == NULL)
      g_assert_null (out);
    else
      g_assert_cmpmem (g_bytes_get_data (out, NULL), g_bytes_get_size (out), texts[i].out, strlen (texts[i].out));
  }
}

/* Elements in elements: the reader gives up, soon. */
static void
test_deep (void)
{
  g_autoptr (GByteArray) deep = g_byte_array_new ();
  g_auto (MadoCms) cms = { 0 };

  for (guint i = 0; i < 1000000; i++)
    g_byte_array_append (deep, (const guint8 *) "\x30\x80", 2);
  mado_cms_read (deep->data, deep->len, 3, &cms);
  g_assert_cmpint (cms.kind, ==, MADO_CMS_JUNK);
}

static void
append_element (GByteArray *out, guint8 tag, GByteArray *body)
{
  const guint8 header[] = { tag, 0x83, (guint8) (body->len >> 16), (guint8) (body->len >> 8), (guint8) body->len };

  g_byte_array_append (out, header, sizeof header);
  g_byte_array_append (out, body->data, body->len);
  g_byte_array_set_size (body, 0);
}

/* Certificates are counted, and not for ever. */
static void
test_certificates (void)
{
  static const guint8 head[] = "\x02\x01\x01\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
  static const guint8 oid[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

  for (guint count = 50; count < 10000; count *= 10) {
    g_autoptr (GByteArray) inner = g_byte_array_new (), outer = g_byte_array_new ();
    g_auto (MadoCms) cms = { 0 };

    for (guint i = 0; i < count; i++)
      g_byte_array_append (inner, (const guint8 *) "\x30\x02\x05\x00", 4);
    g_byte_array_append (outer, head, sizeof head - 1);
    append_element (outer, 0xa0, inner);
    g_byte_array_append (outer, (const guint8 *) "\x31\x00", 2);
    append_element (inner, 0x30, outer);
    append_element (outer, 0xa0, inner);
    g_byte_array_append (inner, oid, sizeof oid - 1);
    g_byte_array_append (inner, outer->data, outer->len);
    g_byte_array_set_size (outer, 0);
    append_element (outer, 0x30, inner);
    mado_cms_read (outer->data, outer->len, 3, &cms);
    g_assert_cmpint (cms.kind, ==, MADO_CMS_SIGNED);
    g_assert_cmpuint (cms.certificate_count, ==, MIN (count, MADO_CMS_CERTIFICATES_MAX + 1));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = g_strconcat ("/pgp/cms-reader/", cases[i].name, NULL);
    g_test_add_data_func (name, &cases[i], test_case);
  }
  g_test_add_func ("/pgp/cms-reader/names", test_names);
  g_test_add_func ("/pgp/cms-reader/repair", test_repair);
  g_test_add_func ("/pgp/cms-reader/no-repair", test_no_repair);
  g_test_add_func ("/pgp/cms-reader/attributes", test_attributes);
  g_test_add_func ("/pgp/cms-reader/binary", test_binary);
  g_test_add_func ("/pgp/cms-reader/deep", test_deep);
  g_test_add_func ("/pgp/cms-reader/certificates", test_certificates);
  return g_test_run ();
}
