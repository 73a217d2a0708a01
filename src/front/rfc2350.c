/* rfc2350.c: see rfc2350.h. The headings are those of RFC 2350, appendix E; every sentence is ours, to be changed by the
 * team. {name} is a value of the configuration; one that is not set becomes a mark. */
#include "madoguchi/front/rfc2350.h"

#include <string.h>

static const char english[]
    = "{team}: description of the team (RFC 2350)\n"
      "\n"
      "1. About this document\n"
      "\n"
      "1.1 Date of last update: (to be completed)\n"
      "1.2 Distribution list for notifications: (to be completed, or: there is none)\n"
      "1.3 Where this document may be found: {site}\n"
      "1.4 Authenticating this document: (to be completed: sign it with the key in 2.8,\n"
      "    gpg --local-user {fingerprint} --clear-sign FILE)\n"
      "\n"
      "2. Contact\n"
      "\n"
      "2.1 Name of the team: {team}\n"
      "2.2 Address: {postal-address}\n"
      "2.3 Time zone: {time-zone}\n"
      "2.4 Telephone: {telephone}\n"
      "2.5 Facsimile: (to be completed, or: none)\n"
      "2.6 Other telecommunication: (to be completed, or: none)\n"
      "2.7 Electronic mail: {addresses}\n"
      "2.8 Public keys and encryption: OpenPGP, fingerprint\n"
      "    {spaced}\n"
      "    The key: {key}\n"
      "2.9 Members of the team: (to be completed)\n"
      "2.10 Other information: (to be completed)\n"
      "2.11 Points of contact: electronic mail to {address}, encrypted when it is sensitive. The window is\n"
      "    staffed {hours}. Each new report is acknowledged automatically, with a number and a signature.\n"
      "\n"
      "3. Charter\n"
      "\n"
      "3.1 Mission: (to be completed)\n"
      "3.2 Constituency: {constituency}\n"
      "3.3 Sponsor and affiliation: (to be completed)\n"
      "3.4 Authority: (to be completed)\n"
      "\n"
      "4. Policies\n"
      "\n"
      "4.1 Types of incidents and level of support: (to be completed)\n"
      "4.2 Co-operation, interaction and disclosure of information: the Traffic Light Protocol (TLP) is\n"
      "    understood and respected. (To be completed)\n"
      "4.3 Communication and authentication: what is sensitive is sent encrypted to the key in 2.8. Answers\n"
      "    of the team are signed with it.\n"
      "\n"
      "5. Services\n"
      "\n"
      "5.1 Incident response: (to be completed: triage, co-ordination, resolution)\n"
      "5.2 Proactive work: (to be completed)\n"
      "\n"
      "6. Forms for reports: none is needed. Say what happened, when (with the time zone), and to which\n"
      "   systems; logs help.\n"
      "\n"
      "7. Disclaimer: reports are accepted with care; that they are resolved, or that each can be handled,\n"
      "   is not promised. (To be completed)\n";

static const char japanese[]
    = "{team} 紹介文書（RFC 2350）\n"
      "\n"
      "1. この文書について\n"
      "\n"
      "1.1 最終更新日：（記入してください）\n"
      "1.2 更新の通知先：（記入してください。なければ「なし」）\n"
      "1.3 この文書の所在：{site}\n"
      "1.4 この文書の真正性：（2.8 の鍵で署名してください。\n"
      "    gpg --local-user {fingerprint} --clear-sign FILE）\n"
      "\n"
      "2. 連絡先\n"
      "\n"
      "2.1 チーム名：{team}\n"
      "2.2 所在地：{postal-address}\n"
      "2.3 時間帯：{time-zone}\n"
      "2.4 電話番号：{telephone}\n"
      "2.5 FAX：（記入してください。なければ「なし」）\n"
      "2.6 その他の通信手段：（記入してください。なければ「なし」）\n"
      "2.7 メールアドレス：{addresses}\n"
      "2.8 公開鍵と暗号化：OpenPGP、指紋\n"
      "    {spaced}\n"
      "    鍵の所在：{key}\n"
      "2.9 チームのメンバー：（記入してください）\n"
      "2.10 その他の情報：（記入してください）\n"
      "2.11 連絡方法：{address} へのメール。機微な情報は暗号化してお送りください。\n"
      "    受付時間：{hours}。新しい報告には、番号と署名を付けた受付通知を自動で返信します。\n"
      "\n"
      "3. 活動の根拠\n"
      "\n"
      "3.1 使命：（記入してください）\n"
      "3.2 サービス対象：{constituency}\n"
      "3.3 支援組織・所属：（記入してください）\n"
      "3.4 権限：（記入してください）\n"
      "\n"
      "4. 方針\n"
      "\n"
      "4.1 扱うインシデントの種類と支援の範囲：（記入してください）\n"
      "4.2 協力・連携・情報の開示：TLP（Traffic Light Protocol）に従って情報を扱います。（記入してください）\n"
      "4.3 連絡と認証：機微な情報は 2.8 の鍵で暗号化してください。当チームの返信には、その鍵で署名します。\n"
      "\n"
      "5. サービス\n"
      "\n"
      "5.1 インシデント対応：（記入してください：トリアージ、調整、解決）\n"
      "5.2 予防のための活動：（記入してください）\n"
      "\n"
      "6. 報告の様式：決まった様式はありません。何が、いつ（時間帯を添えて）、どのシステムに起きたかをお書きください。\n"
      "   ログがあれば添えてください。\n"
      "\n"
      "7. 免責：ご報告は慎重に扱いますが、すべての対応や解決をお約束するものではありません。（記入してください）\n";

typedef struct {
  const char *name;
  char *value; /* NULL: not set */
} Value;

/* (transfer full) ten groups of four digits. */
static char *
space_out (const char *fingerprint)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; fingerprint[i] != '\0'; i++) {
    if (i > 0 && i % 4 == 0)
      g_string_append (out, i % 20 == 0 ? "  " : " ");
    g_string_append_c (out, g_ascii_toupper (fingerprint[i]));
  }
  return g_string_free (out, FALSE);
}

static void
fill (const MadoConf *conf, Value *values)
{
  const char *fingerprint = mado_conf_string (conf, "team", "key"), *site = mado_conf_string (conf, "publish", "site");
  const char *key_file = mado_conf_string (conf, "publish", "key-file");
  const char *const *addresses = mado_conf_list (conf, "team", "address");
  const Value filled[] = {
    { "team", g_strdup (mado_conf_string (conf, "team", "name")) },
    { "site", g_strdup (site) },
    { "fingerprint", g_strdup (fingerprint) },
    { "spaced", fingerprint == NULL ? NULL : space_out (fingerprint) },
    { "key", site == NULL ? NULL : g_build_path ("/", site, key_file, NULL) },
    { "address", g_strdup (addresses[0]) },
    { "addresses", g_strjoinv (", ", (char **) addresses) },
    { "hours", g_strdup (mado_conf_string (conf, "team", "office-hours")) },
    { "postal-address", g_strdup (mado_conf_string (conf, "publish", "postal-address")) },
    { "telephone", g_strdup (mado_conf_string (conf, "publish", "telephone")) },
    { "time-zone", g_strdup (mado_conf_string (conf, "publish", "time-zone")) },
    { "constituency", g_strdup (mado_conf_string (conf, "publish", "constituency")) },
    { NULL, NULL },
  };

  memcpy (values, filled, sizeof filled);
}

char *
mado_rfc2350_make (const MadoConf *conf, const char *language)
{
  gboolean is_japanese = strcmp (language, "ja") == 0;
  const char *mark = is_japanese ? "（記入してください）" : "(to be completed)";
  const char *at = is_japanese ? japanese : english;
  GString *out = g_string_new (NULL);
  Value values[16];

  fill (conf, values);
  while (*at != '\0') {
    const char *close = *at == '{' ? strchr (at, '}') : NULL;
    const Value *value = values;
    if (close == NULL) {
      g_string_append_c (out, *at++);
      continue;
    }
    while (value->name != NULL && (strncmp (value->name, at + 1, (gsize) (close - at - 1)) != 0 || value->name[close - at - 1] != '\0'))
      value++;
    g_string_append (out, value->value != NULL ? value->value : mark);
    at = close + 1;
  }
  for (Value *value = values; value->name != NULL; value++)
    g_free (value->value);
  return g_string_free (out, FALSE);
}
