/* report.h: what a mail says and what its cryptography proved: facts, bounded, derived from the raw mail and
 * derivable again. This is the madoguchi.open/1 object of the contract.
 *
 * The opener fills it in an empty room; everybody else only reads it. `encryption` and `signature` are
 * computed from `layers` alone (mail/verdict).
 */
#pragma once

#include "madoguchi/model/door-mark.h"
#include "madoguchi/model/form.h"
#include "madoguchi/model/record.h"

typedef enum { MADO_ENCRYPTION_NONE, MADO_ENCRYPTION_PARTIAL, MADO_ENCRYPTION_WHOLE } MadoEncryption;

typedef enum {
  MADO_SIGNATURE_NONE,
  MADO_SIGNATURE_PARTIAL,           /* covers not all that a person reads; never set on a single signature */
  MADO_SIGNATURE_GOOD,
  MADO_SIGNATURE_GOOD_UNTRUSTED,
  MADO_SIGNATURE_BAD,
  MADO_SIGNATURE_EXPIRED_SIGNATURE,
  MADO_SIGNATURE_EXPIRED_KEY,
  MADO_SIGNATURE_REVOKED_KEY,
  MADO_SIGNATURE_UNKNOWN_KEY,
  MADO_SIGNATURE_UNSUPPORTED        /* algorithm or version that is not accepted, or a weak hash */
} MadoSignatureStatus;

typedef enum {
  MADO_OUTCOME_OK,
  MADO_OUTCOME_NO_SECRET_KEY,
  MADO_OUTCOME_BAD_PASSPHRASE,
  MADO_OUTCOME_NO_INTEGRITY,
  MADO_OUTCOME_CORRUPT,
  MADO_OUTCOME_UNSUPPORTED,
  MADO_OUTCOME_LIMIT,
  MADO_OUTCOME_ERROR
} MadoOutcome;

typedef enum { MADO_PROTOCOL_OPENPGP, MADO_PROTOCOL_SMIME } MadoProtocol;
typedef enum {
  MADO_FORM_PGP_MIME, MADO_FORM_INLINE, MADO_FORM_ATTACHMENT, MADO_FORM_MANGLED, MADO_FORM_OPAQUE
} MadoForm;
typedef enum { MADO_OPERATION_DECRYPT, MADO_OPERATION_VERIFY, MADO_OPERATION_DECRYPT_VERIFY } MadoOperation;
typedef enum { MADO_INTEGRITY_UNKNOWN, MADO_INTEGRITY_MDC, MADO_INTEGRITY_AEAD, MADO_INTEGRITY_NONE } MadoIntegrity;
typedef enum { MADO_COVERS_WHOLE, MADO_COVERS_PART } MadoCovers;
typedef enum {
  MADO_VALIDITY_UNKNOWN, MADO_VALIDITY_NEVER, MADO_VALIDITY_MARGINAL, MADO_VALIDITY_FULL, MADO_VALIDITY_ULTIMATE
} MadoValidity;

extern const char *const mado_signature_status_names[];
extern const char *const mado_encryption_names[];
extern const char *const mado_outcome_names[];
extern const char *const mado_validity_names[];

typedef struct {
  char *name;    /* display name, decoded; NULL when there is none. Never a proof of anything */
  char *address; /* addr-spec */
} MadoMailbox;

typedef struct {
  MadoSignatureStatus status;
  char *fingerprint; /* of the primary key when it is known, else what the engine knew (16 hex digits at least) */
  char *subkey;      /* fingerprint of the key that signed, when it is not the primary */
  gint64 created;
  gint64 expires;    /* 0: never */
  char *hash;        /* "SHA512" */
  char **user_ids;   /* S/MIME: the addresses in the certificate; its subject, when it has none */
  char *certificates; /* S/MIME: base64 of the certificates that came with a signature that is vouched for, DER one after
                         another: an answer may need them; internal */
  char *vouched_by;  /* S/MIME: "smime-chain" when the certificate leads to an authority that the team trusts; else NULL */
} MadoSignature;

/* The key of ours that opened a layer; for OpenPGP alone. */
typedef struct {
  char *fingerprint; /* of the primary key */
  char *subkey;      /* of the part that opened it; NULL: the primary key itself */
  char *kind;        /* "team", "old", "shared"; NULL: the configuration does not name it */
  gboolean is_expired, is_revoked;
  char *newer;       /* fingerprint of the key, or subkey, of the team that the sender should take from now on; NULL: none */
} MadoUsedKey;

typedef struct {
  char *part; /* path of the part that is the layer: "1", "1.2"; the root is "1" */
  MadoProtocol protocol;
  MadoForm form;
  MadoOperation operation;
  MadoOutcome outcome;
  MadoIntegrity integrity;
  char **encrypted_to;   /* long key ids as the packets name them; zeros: hidden; S/MIME: "#SERIAL/ISSUER" */
  MadoCovers covers;     /* whole: belongs to the cryptographic envelope (RFC 9787) */
  GPtrArray *signatures; /* of MadoSignature */
  MadoUsedKey *used_key; /* NULL: not opened, or not known */
} MadoLayer;

typedef struct {
  char *fingerprint; /* primary key, 40 or 64 hex digits */
  char **user_ids;
  MadoValidity validity; /* of the key for the From address */
  gboolean matches_from; /* a user ID or a pin of this key names the From address */
  char *vouched_by;      /* "pin", "map", "certified", "web-of-trust", "smime-chain"; NULL: nobody */
  char **successor_of;   /* fingerprints of the older keys that certified this one for the From address */
} MadoSigner;

typedef struct {
  char *reason; /* an outcome's name, or "crash" */
  char **encrypted_to;
} MadoUndecryptable;

typedef struct {
  char *path;     /* "1.2"; parts of a decrypted entity continue the path of the layer */
  char *type;     /* "application/pdf", lower case */
  char *filename; /* decoded; NULL when it has none */
  gint64 size;    /* bytes, decoded */
  char *sha256;   /* of the decoded bytes */
  gboolean decrypted;
  gboolean is_signed;  /* JSON "signed": covered by a good or good-untrusted signature */
  char **flags;        /* what a member should know before opening it: mail/attachment.h has the list */
  char *detected_type; /* what its bytes are, whatever its label says; NULL when they do not tell */
} MadoPart;

typedef struct {
  char *fingerprint;
  char *source; /* "attached", "autocrypt", "inline" */
  char **user_ids;
  char *vouched_by; /* what vouches that it is the key of the From address, as in MadoSigner; NULL: nothing */
  char *address;   /* of Autocrypt: the one that it is said to be for; nullable */
  MadoProtocol protocol; /* of a certificate: S/MIME, its fingerprint is SHA-1 */
  gboolean gossip; /* of Autocrypt: somebody else offers it (Autocrypt-Gossip) */
  char *block;     /* base64 of the OpenPGP key, when it says to be the sender's: an answer may need it; internal */
} MadoOfferedKey;

/* One thing that a structured report says: what happened, to whom, by whom, in terms that all formats share. What a
 * format does not tell stays NULL, 0 or empty; nothing in it is a proof. */
typedef struct {
  char *format;  /* "arf", "x-arf", "xarf", "iodef", "stix", "misp", "csaf", "veris", "dmarc", "form", "mail" (a forwarded one) */
  char *version; /* of the format; of a form: the name of its template */
  char *part;    /* path of the part it stands in */
  gboolean is_signed;   /* JSON "signed": that part is covered by a good or good-untrusted signature */
  gboolean is_evidence; /* JSON "evidence": it stands in a mail that was forwarded */
  char *id;             /* its number at who wrote it */
  char *type;           /* what it is about, as the format says: "abuse", "connection/ddos", "reporting" */
  char *category;       /* the same in RSIT: "availability:ddos" */
  MadoMailbox *reporter;
  char *organization;   /* of the reporter */
  gint64 reported, detected, started, ended;
  char **sources;       /* addresses, names, URLs that it came from, as written */
  char **targets;       /* that it went to */
  char *title;
  char *description;
  char *request;        /* what is asked for: "information", "consultation", "contact", or the format's own word */
  char *tlp;            /* as in MadoReportBody */
  char **references;    /* CVE, advisories, other teams' numbers */
  char **fields;        /* map: everything that was understood, by its name in the format; lists as "name[0]" */
} MadoReportRecord;

typedef struct {
  char *kind; /* "free-text", "dsn", "auto-reply"... */
  char **fields; /* map */
  GPtrArray *records; /* of MadoReportRecord: a mail may bring many */
  char *category;
  char *tlp;           /* "TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR": the strictest mark */
  char *pap;           /* "PAP:RED"... */
  char **external_ids; /* other teams' numbers of the case, without brackets */
  char **outer_ids;    /* those of the subject outside, of a mail that came encrypted; internal */
  char **thread_ids;   /* those that stand where a correspondence names itself; internal */
  GPtrArray *forms;    /* of MadoFormFit: only for those who write templates, otherwise empty; internal */
} MadoReportBody;

/* What a mail server of ours found out about the sender (RFC 8601). */
typedef struct {
  char *method; /* "spf", "dkim", "dmarc": lower case */
  char *result; /* "pass", "fail", "softfail", "none"... */
  char *domain; /* for which: smtp.mailfrom, header.d (or header.i), header.from; lower case; NULL when it does not say */
} MadoAuthResult;

/* Header facts for threading and for the answer policy; protected values where there are any. */
typedef struct {
  char **in_reply_to;    /* Message-IDs with their angle brackets */
  char **references;
  char *auto_submitted;  /* the keyword, lower case; NULL when the field is absent */
  char *precedence;      /* lower case */
  gboolean is_list;      /* any List-* field (RFC 2369, RFC 2919) */
  char **list_ids;       /* of all List-Id fields: what stands in angle brackets, lower case */
  GPtrArray *auth_results; /* of MadoAuthResult: from the Authentication-Results of [reply] authserv-id alone, topmost first */
  gboolean suppress_auto_response; /* X-Auto-Response-Suppress: All, OOF or AutoReply; X-Autoreply and their like */
  gboolean is_delivery_report; /* multipart/report; report-type=delivery-status (RFC 3464), or another form of a returned mail */
  gboolean is_receipt;   /* multipart/report; report-type=disposition-notification (RFC 8098) */
  char **reported_ids;   /* Message-IDs of the returned mail inside a delivery report */
  char *reply_to;        /* address of a single Reply-To */
  gint64 from_count;     /* mailboxes in From; identity needs exactly 1 */
} MadoHeaderFacts;

/* A header field that says one thing outside and another one inside the cryptographic envelope (RFC 9788). */
typedef struct {
  char *name;        /* "Subject" */
  char *outer;       /* NULL: there is none outside */
  char *protected;   /* NULL: there is none inside */
  gboolean intended; /* the sender hid it: the protected header says so (HP-Outer), or a well-known word stands outside */
} MadoHeaderDifference;

typedef struct {
  char *message_id; /* with angle brackets */
  gint64 date;
  MadoMailbox *from; /* NULL when there is none that can be read */
  char **to;         /* addresses of To and Cc */
  char *subject;
  char *subject_source; /* "outer", "protected" */
  char *outer_subject;
  char *language; /* "ja", "en"; NULL: not known */
  MadoEncryption encryption;
  MadoSignatureStatus signature;
  MadoSigner *signer; /* NULL when no signature could be bound to a known key */
  MadoUndecryptable *undecryptable;
  GPtrArray *layers; /* of MadoLayer */
  char *text;        /* what a person would read; visible characters only (mado_text_visible) */
  char *text_charset;
  gboolean text_truncated;
  GPtrArray *parts;        /* of MadoPart: every leaf but the text that was shown and the signatures of layers */
  GPtrArray *keys_offered; /* of MadoOfferedKey */
  MadoReportBody *report;
  GPtrArray *indicators;   /* of MadoIndicator */
  char **problems;         /* plain sentences */
  MadoHeaderFacts *headers;
  GPtrArray *header_differences; /* of MadoHeaderDifference */
  MadoUsedKey *outdated_key; /* of the first layer that was opened by a key that there is a newer one for; NULL: none */
  MadoDoorMark *door;      /* what the door in the SMTP dialogue said of it; NULL: nothing */
  char *content_sha256;    /* over From, Date, Subject and the body as they arrived: tells a duplicate from a clash */
} MadoReport;

typedef struct {
  char *type;         /* "ipv4", "ipv6", "cidr", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "asn", "cve", "cwe",
                         "ghsa", "jvn", "jvndb", "vu", "btc" */
  char *value;        /* as it is compared: refanged, names in ASCII lower case */
  char *as_written;
  char *part;         /* path of the part; "subject"; "field NAME" of a structured report */
  gint64 offset;      /* of as_written in the text of that part, in bytes of UTF-8 */
  gboolean is_signed; /* JSON "signed" */
  char *role;         /* "statement": the reporter says it; "evidence": it stands in what he quotes or forwards */
  char **flags;       /* "defanged", "header", "private", "reserved", "example", "own", "scheme-guessed" */
} MadoIndicator;

/* Longest offered key that is kept, in base64. */
#define MADO_KEY_BLOCK_MAX (64 * 1024)
/* Longest text that travels; limits.text in the configuration may be smaller, not larger. */
#define MADO_REPORT_TEXT_MAX (16 * 1024 * 1024 + 64)
/* Largest serialised report that a keeper takes from an opener. */
#define MADO_REPORT_BYTES_MAX (64 * 1024 * 1024)

MADO_DECLARE_RECORD (MadoMailbox, mado_mailbox)
MADO_DECLARE_RECORD (MadoAuthResult, mado_auth_result)
MADO_DECLARE_RECORD (MadoSignature, mado_signature)
MADO_DECLARE_RECORD (MadoUsedKey, mado_used_key)
MADO_DECLARE_RECORD (MadoLayer, mado_layer)
MADO_DECLARE_RECORD (MadoSigner, mado_signer)
MADO_DECLARE_RECORD (MadoUndecryptable, mado_undecryptable)
MADO_DECLARE_RECORD (MadoPart, mado_part)
MADO_DECLARE_RECORD (MadoOfferedKey, mado_offered_key)
MADO_DECLARE_RECORD (MadoReportRecord, mado_report_record)
MADO_DECLARE_RECORD (MadoReportBody, mado_report_body)
MADO_DECLARE_RECORD (MadoHeaderFacts, mado_header_facts)
MADO_DECLARE_RECORD (MadoIndicator, mado_indicator)
MADO_DECLARE_RECORD (MadoHeaderDifference, mado_header_difference)
MADO_DECLARE_RECORD (MadoReport, mado_report)
