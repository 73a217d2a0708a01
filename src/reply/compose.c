/* compose.c: see compose.h. Called by the signer only.
 *
 * The same list of fields is written three times: outside, inside (with the real Subject), and inside again as
 * HP-Outer, which says what stood outside. So they can never disagree by accident. */
#include "madoguchi/reply/compose.h"
#include "madoguchi/base/error.h"
#include "madoguchi/reply/fields.h"
#include "madoguchi/reply/hours.h"
#include "madoguchi/reply/payload.h"
#include "madoguchi/reply/smime.h"
#include "madoguchi/reply/templates.h"

#include <string.h>

#define EXTERNAL_ID_MAX 64
#define KEYDATA_LINE 64
#define KEY_NAME "OpenPGP-key.asc"
#define AUTOCRYPT_MAX 9900 /* with what folding adds, less than 10 KiB (Autocrypt Level 1, 2.1) */

struct _MadoComposer {
  MadoTemplates *templates;
  MadoHours *hours; /* nullable */
  char *team, *address, *fingerprint, *key_url, *office_hours, *urgent, *hidden_subject;
  gboolean has_autocrypt;
  char *attach_key, *encrypt_to_team, *certificate; /* as in the configuration */
};

void
mado_composer_free (MadoComposer *composer)
{
  if (composer == NULL)
    return;
  mado_templates_free (composer->templates);
  g_free (composer->team);
  g_free (composer->address);
  g_free (composer->fingerprint);
  g_free (composer->key_url);
  g_free (composer->office_hours);
  g_free (composer->urgent);
  mado_hours_free (composer->hours);
  g_free (composer->hidden_subject);
  g_free (composer->attach_key);
  g_free (composer->encrypt_to_team);
  g_free (composer->certificate);
  g_free (composer);
}

/* (transfer full) a fingerprint as people compare it: in groups of four. */
static char *
group_by_four (const char *fingerprint)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; fingerprint != NULL && fingerprint[i] != '\0'; i++) {
    if (i > 0 && i % 4 == 0)
      g_string_append (out, i % 20 == 0 ? "  " : " ");
    g_string_append_c (out, g_ascii_toupper (fingerprint[i]));
  }
  return g_string_free (out, FALSE);
}

MadoComposer *
mado_composer_new (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoComposer) composer = g_new0 (MadoComposer, 1);
  const char *const *addresses = mado_conf_list (conf, "team", "address");

  if (addresses[0] == NULL || !mado_fields_is_address (addresses[0])) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] address: the first one must be a mail address");
    return NULL;
  }
  composer->templates = mado_templates_load (mado_conf_string (conf, "reply", "templates"),
                                             mado_conf_list (conf, "team", "languages"), error);
  if (composer->templates == NULL || !mado_templates_check (composer->templates, mado_template_names, error))
    return NULL;
  if (!mado_hours_read (conf, &composer->hours, error))
    return NULL;
  composer->address = g_strdup (addresses[0]);
  composer->team = g_strdup (mado_conf_string (conf, "team", "name"));
  composer->fingerprint = group_by_four (mado_conf_string (conf, "team", "key"));
  composer->key_url = g_strdup (mado_conf_string (conf, "team", "key-url"));
  composer->office_hours = g_strdup (mado_conf_string (conf, "team", "office-hours"));
  composer->urgent = g_strdup (mado_conf_string (conf, "hours", "urgent"));
  composer->has_autocrypt = mado_conf_bool (conf, "reply", "autocrypt");
  composer->attach_key = g_strdup (mado_conf_string (conf, "reply", "attach-key"));
  composer->certificate = g_strdup (mado_conf_string (conf, "team", "smime-certificate"));
  composer->encrypt_to_team = g_strdup (mado_conf_string (conf, "reply", "encrypt-to-team"));
  composer->hidden_subject = g_strdup (mado_conf_string (conf, "reply", "hidden-subject"));
  return g_steal_pointer (&composer);
}

/* Is the team there at @now? Returns what @values then hold: (transfer full, nullable). */
static char *
add_hours (const MadoComposer *composer, gint64 now, MadoTemplateValues *values)
{
  MadoHoursNow state;
  char *changes;

  if (composer->hours == NULL)
    return NULL;
  state = mado_hours_at (composer->hours, now);
  if (state.changes == 0)
    return NULL;
  changes = mado_hours_format (composer->hours, state.changes);
  values->hours = state.is_open ? MADO_HOURS_OPEN : MADO_HOURS_CLOSED;
  *(state.is_open ? &values->closes : &values->opens) = changes;
  return changes;
}

static gboolean
fill_template (const MadoComposer *composer, const MadoTemplates *templates, const MadoReply *reply, char **subject, char **body,
               GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (reply->date);
  g_autofree char *date = time == NULL ? NULL : g_date_time_format (time, "%Y-%m-%d %H:%M UTC");
  MadoTemplateValues values = { .ticket = reply->ticket, .team = composer->team != NULL ? composer->team : composer->address,
                                .address = composer->address, .fingerprint = composer->fingerprint, .date = date,
                                .office_hours = composer->office_hours, .key_url = composer->key_url,
                                .urgent = composer->urgent, .reason = reply->reason, .reasons = reply->reasons, .earlier = reply->earlier };
  g_autofree char *changes = add_hours (composer, reply->date, &values);

  return mado_templates_fill (templates, reply->template_name, (const char *const *) reply->variants, reply->language, &values,
                              subject, body, error);
}

static gboolean
fill_text (const MadoComposer *composer, const MadoReply *reply, char **subject, char **body, GError **error)
{
  if (reply->template_name != NULL) {
    if (!fill_template (composer, composer->templates, reply, subject, body, error))
      return FALSE;
  } else if (reply->text != NULL) {
    *subject = g_strdup_printf ("[%s]", reply->ticket != NULL ? reply->ticket : "");
    *body = g_strdup (reply->text);
  } else {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "an answer without text");
    return FALSE;
  }
  if (reply->subject != NULL) {
    g_free (*subject);
    *subject = g_strdup (reply->subject);
  }
  return TRUE;
}

static gboolean
check_reply (const MadoReply *reply, GError **error)
{
  const char *what = NULL;

  if (!mado_fields_is_address (reply->recipient))
    what = "recipient";
  else if (!mado_fields_is_id (reply->message_id))
    what = "Message-ID";
  else if (reply->reply_to != NULL && !mado_fields_is_address (reply->reply_to))
    what = "Reply-To";
  for (char **other = reply->together; *other != NULL; other++)
    if (!mado_fields_is_address (*other))
      what = "recipient";
  if (g_strv_length (reply->together) != g_strv_length (reply->together_keys)
      || (reply->together[0] != NULL && (reply->encrypt_to == NULL || g_strcmp0 (reply->key_protocol, "smime") == 0)))
    what = "key for each recipient";
  for (guint i = 0; i < reply->files->len; i++) {
    const MadoReplyFile *file = reply->files->pdata[i];
    if (file->name == NULL || file->content == NULL || file->type == NULL || strpbrk (file->type, " \t\r\n;") != NULL)
      what = "file";
  }
  if (what != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "an answer without a usable %s", what);
  return what == NULL;
}

/* Autocrypt Level 1, 2.1: keydata last; folded where blanks do not count. */
static void
add_autocrypt (GPtrArray *fields, const char *address, GBytes *key)
{
  gsize size;
  const guchar *bytes = g_bytes_get_data (key, &size);
  g_autofree char *encoded = g_base64_encode (bytes, size);
  g_autoptr (GString) value = g_string_new (NULL);

  g_string_append_printf (value, "addr=%s; prefer-encrypt=mutual; keydata=", address);
  for (gsize at = 0, length = strlen (encoded); at < length; at += KEYDATA_LINE) {
    g_string_append_c (value, ' ');
    g_string_append_len (value, encoded + at, (gssize) MIN (KEYDATA_LINE, length - at));
  }
  if (value->len <= AUTOCRYPT_MAX)
    mado_fields_add (fields, "Autocrypt", value->str);
}

/* (transfer full) all fields but Subject and the structural ones. */
static GPtrArray *
make_fields (const MadoComposer *composer, const MadoReply *reply)
{
  GPtrArray *fields = mado_fields_new ();
  const char *const parent[] = { reply->in_reply_to, NULL };
  g_autoptr (GPtrArray) references = g_ptr_array_new ();

  mado_fields_add_mailbox (fields, "From", composer->team, composer->address);
  mado_fields_add_mailbox (fields, "To", reply->recipient_name, reply->recipient);
  for (char **other = reply->together; *other != NULL; other++)
    mado_fields_append_address (fields, *other);
  if (reply->reply_to != NULL)
    mado_fields_add_mailbox (fields, "Reply-To", composer->team, reply->reply_to);
  mado_fields_add_date (fields, "Date", reply->date);
  mado_fields_add (fields, "Message-ID", reply->message_id);
  mado_fields_add_ids (fields, "In-Reply-To", parent);
  for (char **id = reply->references; id != NULL && *id != NULL; id++)
    if (g_strcmp0 (*id, reply->in_reply_to) != 0)
      g_ptr_array_add (references, *id);
  if (reply->in_reply_to != NULL)
    g_ptr_array_add (references, reply->in_reply_to); /* the parent stands last (RFC 5322, 3.6.4) */
  g_ptr_array_add (references, NULL);
  mado_fields_add_ids (fields, "References", (const char *const *) references->pdata);
  if (reply->is_automatic) {
    mado_fields_add (fields, "Auto-Submitted", "auto-replied");
    mado_fields_add (fields, "X-Auto-Response-Suppress", "All");
  }
  return fields;
}

static void
write_fields (GString *out, const char *prefix, GPtrArray *fields, const char *subject)
{
  g_autoptr (GPtrArray) last = mado_fields_new ();

  for (guint i = 0; i < fields->len; i++)
    mado_fields_write (out, prefix, fields->pdata[i]);
  mado_fields_add_text (last, "Subject", subject);
  mado_fields_write (out, prefix, last->pdata[0]);
}

static GBytes *
finish (GString *mail)
{
  return g_string_free_to_bytes (mail);
}

/* What a member wrote, members can read again; what a template says, the ticket names. */
static gboolean
is_for_team (const MadoComposer *composer, const MadoReply *reply)
{
  return g_str_equal (composer->encrypt_to_team, "all")
         || (!reply->is_automatic && !g_str_equal (composer->encrypt_to_team, "none"));
}

/* (transfer full, nullable) */
static GBytes *
decode_block (const char *block)
{
  gsize length;
  guchar *bytes = block != NULL ? g_base64_decode (block, &length) : NULL;

  return bytes != NULL ? g_bytes_new_take (bytes, length) : NULL;
}

/* (transfer full) what an encrypted answer says, with its protected header. */
static GBytes *
make_covered (const MadoComposer *composer, GPtrArray *fields, const char *subject, const MadoPayload *payload)
{
  GString *inner = g_string_new (NULL);

  write_fields (inner, NULL, fields, subject);
  write_fields (inner, "HP-Outer", fields, composer->hidden_subject);
  mado_payload_write (inner, payload, "cipher");
  return g_string_free_to_bytes (inner);
}

/* RFC 8551, 3.6: signed, and encrypted around it. */
static gboolean
compose_smime (const MadoComposer *composer, MadoSealer *sealer, const MadoReply *reply, GPtrArray *fields,
               const char *subject, const MadoPayload *payload, GBytes **mail, GError **error)
{
  g_autoptr (GBytes) block = decode_block (reply->key_block), plain = make_covered (composer, fields, subject, payload);
  const MadoSealTo to = { reply->encrypt_to, block, is_for_team (composer, reply), NULL };
  g_autoptr (GString) outer = g_string_new (NULL);

  write_fields (outer, NULL, fields, composer->hidden_subject);
  if (!mado_smime_seal (mado_sealer_home (sealer), composer->certificate, plain, &to, outer, error))
    return FALSE;
  *mail = finish (g_steal_pointer (&outer));
  return TRUE;
}

static gboolean
compose_encrypted (const MadoComposer *composer, MadoSealer *sealer, const MadoReply *reply, GPtrArray *fields,
                   const char *subject, const MadoPayload *payload, GBytes **mail, GError **error)
{
  g_autoptr (GBytes) block = decode_block (reply->key_block);
  const MadoSealTo to = { reply->encrypt_to, block, is_for_team (composer, reply), (const char *const *) reply->together_keys };
  g_autofree char *boundary = mado_payload_boundary ();
  g_autoptr (GBytes) plain = make_covered (composer, fields, subject, payload);
  g_autoptr (GBytes) armoured = NULL;
  GString *outer;

  if (!mado_sealer_sign_encrypt (sealer, plain, &to, &armoured, error))
    return FALSE;
  outer = g_string_new (NULL);
  write_fields (outer, NULL, fields, composer->hidden_subject);
  g_string_append_printf (outer,
                          "MIME-Version: 1.0\r\n"
                          "Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n"
                          " boundary=\"%s\"\r\n\r\n"
                          "--%s\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
                          "--%s\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                          "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n",
                          boundary, boundary, boundary);
  g_string_append_len (outer, g_bytes_get_data (armoured, NULL), (gssize) g_bytes_get_size (armoured));
  g_string_append_printf (outer, "\r\n--%s--\r\n", boundary);
  *mail = finish (outer);
  return TRUE;
}

static gboolean
compose_signed (MadoSealer *sealer, GPtrArray *fields, const char *subject, const MadoPayload *payload, GBytes **mail,
                GError **error)
{
  g_autofree char *boundary = mado_payload_boundary ();
  g_autofree char *micalg = NULL;
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GBytes) signature = NULL;
  GString *inner = g_string_new (NULL), *outer;

  write_fields (inner, NULL, fields, subject);
  mado_payload_write (inner, payload, "clear");
  part = finish (inner);
  if (!mado_sealer_sign (sealer, part, &signature, &micalg, error))
    return FALSE;
  outer = g_string_new (NULL);
  write_fields (outer, NULL, fields, subject);
  g_string_append_printf (outer,
                          "MIME-Version: 1.0\r\n"
                          "Content-Type: multipart/signed; micalg=\"%s\";\r\n protocol=\"application/pgp-signature\";\r\n"
                          " boundary=\"%s\"\r\n\r\n"
                          "--%s\r\n",
                          micalg, boundary, boundary);
  g_string_append_len (outer, g_bytes_get_data (part, NULL), (gssize) g_bytes_get_size (part));
  /* the line end before a boundary belongs to the boundary, not to what was signed */
  g_string_append_printf (outer,
                          "\r\n--%s\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n"
                          "Content-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n",
                          boundary);
  g_string_append_len (outer, g_bytes_get_data (signature, NULL), (gssize) g_bytes_get_size (signature));
  g_string_append_printf (outer, "\r\n--%s--\r\n", boundary);
  *mail = finish (outer);
  return TRUE;
}

/* Letters and signs of which a number of a ticket is made: nothing that could be anything else in a header or a mail
 * program. */
static gboolean
is_external_id (const char *id)
{
  gsize length = strlen (id), digits = 0;

  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isalnum (id[i]) && strchr (" ._-/|#", id[i]) == NULL)
      return FALSE;
    digits += g_ascii_isdigit (id[i]) != 0;
  }
  return length <= EXTERNAL_ID_MAX && digits > 0;
}

/* (transfer full) @subject with the other teams' numbers behind it, in brackets: their systems look for that form, and
 * those that write their number without brackets find it, too. */
static char *
add_external_ids (const char *subject, char **ids)
{
  GString *out = g_string_new (subject);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (is_external_id (ids[i]) && strstr (subject, ids[i]) == NULL)
      g_string_append_printf (out, " [%s]", ids[i]);
  return g_string_free (out, FALSE);
}

void
mado_composer_warm_up (const MadoComposer *composer, MadoSealer *sealer)
{
  const MadoPublicKey *key;

  if (composer->has_autocrypt || !g_str_equal (composer->attach_key, "never"))
    mado_sealer_public_key (sealer, composer->address, &key, NULL); /* what is wrong turns up with the first answer */
}

/* The team's key goes along as the configuration says. @key: of the sealer. */
static gboolean
add_key (const MadoComposer *composer, MadoSealer *sealer, gboolean is_encrypted, GPtrArray *fields, MadoPayload *payload,
         GError **error)
{
  gboolean attaches = g_str_equal (composer->attach_key, "always")
                      || (g_str_equal (composer->attach_key, "plain") && !is_encrypted);
  const MadoPublicKey *key;

  if (!attaches && !composer->has_autocrypt)
    return TRUE;
  if (!mado_sealer_public_key (sealer, composer->address, &key, error))
    return FALSE;
  if (composer->has_autocrypt && key->small != NULL)
    add_autocrypt (fields, composer->address, key->small);
  payload->key = attaches ? key->armoured : NULL;
  payload->key_name = KEY_NAME;
  return TRUE;
}

char **
mado_composer_list_templates (const MadoComposer *composer)
{
  return mado_templates_list (composer->templates);
}

gboolean
mado_compose_canned (const MadoComposer *composer, const MadoTemplates *texts, const MadoReply *reply, char **subject, char **body,
                     GError **error)
{
  return fill_template (composer, texts, reply, subject, body, error);
}

gboolean
mado_compose_words (const MadoComposer *composer, const MadoReply *reply, char **subject, char **body, GError **error)
{
  g_autofree char *own_subject = NULL;

  if (!fill_text (composer, reply, &own_subject, body, error))
    return FALSE;
  *subject = add_external_ids (own_subject, reply->external_ids);
  return TRUE;
}

gboolean
mado_compose (const MadoComposer *composer, MadoSealer *sealer, const MadoReply *reply, GBytes **mail, GError **error)
{
  g_autoptr (GPtrArray) fields = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *body = NULL;
  MadoPayload payload = { 0 };

  if (!check_reply (reply, error) || !mado_compose_words (composer, reply, &subject, &body, error))
    return FALSE;
  fields = make_fields (composer, reply);
  payload.body = body;
  payload.files = reply->files;
  if (!add_key (composer, sealer, reply->encrypt_to != NULL, fields, &payload, error))
    return FALSE;
  if (reply->encrypt_to != NULL && g_strcmp0 (reply->key_protocol, "smime") == 0)
    return compose_smime (composer, sealer, reply, fields, subject, &payload, mail, error);
  if (reply->encrypt_to != NULL)
    return compose_encrypted (composer, sealer, reply, fields, subject, &payload, mail, error);
  return compose_signed (sealer, fields, subject, &payload, mail, error);
}
