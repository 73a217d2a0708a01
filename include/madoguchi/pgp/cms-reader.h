/* cms-reader.h: what kind of CMS data (RFC 5652, the format of S/MIME) this is, from its outer structure alone, before
 * any engine sees it. The smime-type parameter of a mail can lie; GPGME calls every failure of gpgsm by one name.
 *
 * Pure and bounded: follows a few fixed paths of the BER encoding, whose depth is capped; never decrypts. */
#pragma once

#include <glib.h>

/* More certificates than this are not looked at: gpgsm puts each into a keybox. */
#define MADO_CMS_CERTIFICATES_MAX 100

typedef enum {
  MADO_CMS_JUNK,           /* no CMS data */
  MADO_CMS_SIGNED,
  MADO_CMS_ENVELOPED,
  MADO_CMS_AUTH_ENVELOPED, /* RFC 5083 */
  MADO_CMS_OTHER           /* compressed and the like: no layer */
} MadoCmsKind;

typedef struct {
  MadoCmsKind kind;
  char **recipients;       /* "#SERIAL/ISSUER" as gpgsm takes it, or "#SUBJECT-KEY-ID" */
  char **serials;          /* of those recipients that are named by issuer and serial: upper-case hex */
  guint recipient_count;   /* more than were asked for: counting stopped */
  guint openable;          /* of them: named by serial, with a key transport or agreement that gpgsm may know */
  guint oaep;              /* of them: RSA-OAEP */
  guint agreements;        /* of those that are openable: by key agreement, that is, for elliptic curves */
  const guint8 *certificates; /* DER, one after another, in the data that were read; NULL: none */
  gsize certificates_size;
  guint signers;           /* signerInfos of signed data */
  guint certificate_count; /* that signed data bring along; counting stops above the most that are looked at */
  gboolean has_content;    /* signed data that brings its text along, or something in its place */
  gboolean has_bare_signer; /* a signer who signed the text itself, not attributes that name its hash */
  gboolean is_gcm;         /* AES-GCM is named */
  gboolean has_attributes; /* authenticated attributes beside the content (RFC 5083, 2.2) */
  gsize mac_size;          /* bytes of the authentication tag */
  GBytes *repaired;        /* the same data in the only encoding of GCM's parameters that libksba 1.6 reads; nullable */
} MadoCms;

void mado_cms_clear (MadoCms *cms);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoCms, mado_cms_clear)

/* Could @bytes be the attributes that a signer signs instead of the text (RFC 5652, 5.4)? A signature over attributes is,
 * with them taken out and made the text, a signature over that "text". */
gboolean mado_cms_looks_like_attributes (const guint8 *bytes, gsize size);

/* Reads the structure of @bytes (binary). At most @max_recipients recipients are counted, and as many signers. */
void mado_cms_read (const guint8 *bytes, gsize size, guint max_recipients, MadoCms *cms);

/* (transfer full) a distinguished name in DER, last part first (RFC 4514). */
char *mado_cms_name (const guint8 *bytes, gsize size);

/* (transfer full, nullable) the binary data in @bytes: in PEM (RFC 7468), or base64 that no transfer encoding names; NULL
 * when they are neither. */
GBytes *mado_cms_binary (const guint8 *bytes, gsize size);
