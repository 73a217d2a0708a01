/* door-policy.c: see door-policy.h. Called by the milter. */
#include "madoguchi/intake/door-policy.h"

#include "madoguchi/base/text.h"
#include "madoguchi/intake/lmtp-parse.h"

#include <string.h>

static const MadoDoorRuleRow rows[MADO_DOOR_RULES] = {
  [MADO_DOOR_RATE] = { "rate", "450", "4.7.1", "Too many mails from your network at the moment. Please try again later.",
                       "ただいま貴ネットワークからのメールが多すぎます。しばらくしてから再送してください。" },
  [MADO_DOOR_TOKEN] = { "token", "550", "5.1.1",
                        "This reply address was never given away by us. Please write to the address without the part behind the plus sign.",
                        "この返信用アドレスは当方が発行したものではありません。「+」以降を除いたアドレス宛てにお送りください。" },
  [MADO_DOOR_SIZE] = { "size", "552", "5.3.4", "The mail is larger than we take. Please ask for another way to send large files.",
                       "メールのサイズが上限を超えています。大きなファイルの送付方法はお問い合わせください。" },
  [MADO_DOOR_STRUCTURE] = { "structure", "554", "5.6.0", "The mail has more parts or levels than we read. Please send it in a simpler form.",
                            "メールの構造が複雑すぎるため受け付けられません。簡単な形式でお送りください。" },
  [MADO_DOOR_PACKET_VERSION] = { "packet-version", "550", "5.7.6",
                                 "The mail is encrypted in a newer OpenPGP format than we can read. Please encrypt it in the version 4 format, "
                                 "to the key {key} ({where}).",
                                 "対応していない新しい OpenPGP 形式で暗号化されています。バージョン4の形式で、鍵 {key} ({where}) 宛てに暗号化してください。" },
  [MADO_DOOR_NO_INTEGRITY] = { "no-integrity", "550", "5.7.7",
                               "The mail is encrypted without integrity protection, so nobody can tell whether it was changed. Please encrypt it "
                               "with a current OpenPGP program.",
                               "改ざん検知のない方式で暗号化されています。現行の OpenPGP ソフトウェアで暗号化してください。" },
  [MADO_DOOR_WRONG_KEY] = { "wrong-key", "550", "5.7.5", "The mail is encrypted, but not to a key that we use now. Please encrypt it to the key {key} ({where}).",
                            "当方の現在の鍵では復号できません。鍵 {key} ({where}) 宛てに暗号化してください。" },
  [MADO_DOOR_PLAINTEXT] = { "plaintext", "550", "5.7.1", "This address takes encrypted mail only. Please encrypt it to the key {key} ({where}).",
                            "このアドレスは暗号化されたメールのみ受け付けます。鍵 {key} ({where}) 宛てに暗号化してください。" },
};

const MadoDoorRuleRow *
mado_door_rule (MadoDoorRule rule)
{
  return &rows[rule];
}

void
mado_door_settings_read (MadoDoorSettings *settings, const MadoConf *conf)
{
  for (int i = 0; i < MADO_DOOR_RULES; i++) {
    const char *mode = mado_conf_string (conf, "milter", rows[i].name);
    settings->modes[i] = g_strcmp0 (mode, "on") == 0 ? MADO_DOOR_ON : g_strcmp0 (mode, "log") == 0 ? MADO_DOOR_LOG : MADO_DOOR_OFF;
  }
  settings->encrypted_only = mado_conf_list (conf, "milter", "encrypted-only");
  settings->where = mado_conf_string (conf, "milter", "key-url");
}

static gboolean
is_encrypted_only (const MadoDoorSettings *settings, const MadoDoorMail *mail)
{
  if (settings->encrypted_only == NULL || settings->encrypted_only[0] == NULL)
    return TRUE;
  for (guint i = 0; mail->recipients[i] != NULL; i++) /* one that takes anything is enough */
    if (!mado_lmtp_is_ours (settings->encrypted_only, mail->recipients[i]))
      return FALSE;
  return TRUE;
}

/* Only what nobody could read anyway: words outside of the ciphertext, a hidden recipient or a passphrase make it a mail
 * for us. */
static gboolean
is_wrong_key (MadoDoorKeys *keys, const MadoDoorMail *mail)
{
  const MadoDoorFacts *facts = mail->facts;

  if (facts->ciphertexts == 0 || facts->has_plaintext || facts->may_be_ours || !mado_door_keys_are_known (keys))
    return FALSE;
  for (guint i = 0; i < facts->recipients->len; i++) {
    const char *id = facts->recipients->pdata[i];
    if (mado_door_keys_judge (keys, id, mail->now) == MADO_DOOR_KEY_OURS || (*id == '#' && !mado_door_keys_have_certificates (keys)))
      return FALSE;
  }
  return TRUE;
}

guint
mado_door_judge (const MadoDoorSettings *settings, MadoDoorKeys *keys, const MadoDoorMail *mail)
{
  const MadoDoorFacts *facts = mail->facts;
  gboolean is_unread = facts == NULL || facts->is_bomb;
  guint broken = 0;

  if (mail->is_too_large)
    broken |= 1u << MADO_DOOR_SIZE;
  if (facts != NULL && facts->is_bomb)
    broken |= 1u << MADO_DOOR_STRUCTURE;
  if (is_unread)
    return broken;
  if (facts->ciphertexts > 0 && facts->is_new_format && !facts->has_plaintext)
    broken |= 1u << MADO_DOOR_PACKET_VERSION;
  if (facts->ciphertexts > 0 && !facts->has_integrity && !facts->has_plaintext)
    broken |= 1u << MADO_DOOR_NO_INTEGRITY;
  if (is_wrong_key (keys, mail))
    broken |= 1u << MADO_DOOR_WRONG_KEY;
  if (!facts->may_be_encrypted && is_encrypted_only (settings, mail))
    broken |= 1u << MADO_DOOR_PLAINTEXT;
  return broken;
}

MadoDoorRule
mado_door_choose (const MadoDoorSettings *settings, guint broken, gboolean is_mixed)
{
  for (int i = 0; !is_mixed && i < MADO_DOOR_RULES; i++)
    if ((broken & (1u << i)) != 0 && settings->modes[i] == MADO_DOOR_ON)
      return (MadoDoorRule) i;
  return MADO_DOOR_RULES;
}

char *
mado_door_names (const MadoDoorSettings *settings, guint broken)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (int i = 0; i < MADO_DOOR_RULES; i++)
    if ((broken & (1u << i)) != 0 && settings->modes[i] != MADO_DOOR_OFF)
      g_string_append_printf (names, "%s%s", names->len == 0 ? "" : ",", rows[i].name);
  return names->len == 0 ? NULL : g_strdup (names->str);
}

char *
mado_door_words (MadoDoorRule rule, const MadoDoorSettings *settings, const char *key, gboolean may_utf8)
{
  const MadoDoorRuleRow *row = &rows[rule];
  GString *words = g_string_new (row->english);

  if (may_utf8)
    g_string_append_printf (words, "\n%s", row->japanese);
  g_string_replace (words, "{key}", key == NULL ? "of our team" : key, 0);
  g_string_replace (words, "{where}", settings->where == NULL ? "ask us for it" : settings->where, 0);
  return g_string_free (words, FALSE);
}
