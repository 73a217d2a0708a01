/* taxonomy.c: see taxonomy.h. Facts: RSIT v1003; JPCERT/CC CSIRT guide, table 1.1-1; JPCERT/CC incident report, categories. */
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/base/words.h"

#include <string.h>

static const char *const rsit[] = {
  "abusive-content:spam", "abusive-content:harmful-speech", "abusive-content:violence",
  "malicious-code:infected-system", "malicious-code:c2-server", "malicious-code:malware-distribution",
  "malicious-code:malware-configuration",
  "information-gathering:scanner", "information-gathering:sniffing", "information-gathering:social-engineering",
  "intrusion-attempts:ids-alert", "intrusion-attempts:brute-force", "intrusion-attempts:exploit",
  "intrusions:privileged-account-compromise", "intrusions:unprivileged-account-compromise",
  "intrusions:application-compromise", "intrusions:system-compromise", "intrusions:burglary",
  "availability:dos", "availability:ddos", "availability:misconfiguration", "availability:sabotage", "availability:outage",
  "information-content-security:unauthorised-information-access",
  "information-content-security:unauthorised-information-modification", "information-content-security:data-loss",
  "information-content-security:data-leak",
  "fraud:unauthorised-use-of-resources", "fraud:copyright", "fraud:masquerade", "fraud:phishing",
  "vulnerable:weak-crypto", "vulnerable:ddos-amplifier", "vulnerable:potentially-unwanted-accessible",
  "vulnerable:information-disclosure", "vulnerable:vulnerable-system",
  "other:other", "other:undetermined", "test:test",
};

/* What people call them, and their classes (which have no value behind the colon). */
static const struct {
  const char *value, *title;
} titles[] = {
  { "abusive-content", N_ ("Abusive content") },
  { "abusive-content:spam", N_ ("Spam") },
  { "abusive-content:harmful-speech", N_ ("Harmful speech") },
  { "abusive-content:violence", N_ ("Sexual or violent content") },
  { "malicious-code", N_ ("Malicious code") },
  { "malicious-code:infected-system", N_ ("Infected system") },
  { "malicious-code:c2-server", N_ ("C2 server") },
  { "malicious-code:malware-distribution", N_ ("Malware distribution") },
  { "malicious-code:malware-configuration", N_ ("Malware configuration") },
  { "information-gathering", N_ ("Information gathering") },
  { "information-gathering:scanner", N_ ("Scanning") },
  { "information-gathering:sniffing", N_ ("Sniffing") },
  { "information-gathering:social-engineering", N_ ("Social engineering") },
  { "intrusion-attempts", N_ ("Intrusion attempts") },
  { "intrusion-attempts:ids-alert", N_ ("Exploitation of known vulnerabilities") },
  { "intrusion-attempts:brute-force", N_ ("Login attempts") },
  { "intrusion-attempts:exploit", N_ ("New attack signature") },
  { "intrusions", N_ ("Intrusions") },
  { "intrusions:privileged-account-compromise", N_ ("Privileged account compromise") },
  { "intrusions:unprivileged-account-compromise", N_ ("Unprivileged account compromise") },
  { "intrusions:application-compromise", N_ ("Application compromise") },
  { "intrusions:system-compromise", N_ ("System compromise") },
  { "intrusions:burglary", N_ ("Burglary") },
  { "availability", N_ ("Availability") },
  { "availability:dos", N_ ("Denial of service") },
  { "availability:ddos", N_ ("Distributed denial of service") },
  { "availability:misconfiguration", N_ ("Misconfiguration") },
  { "availability:sabotage", N_ ("Sabotage") },
  { "availability:outage", N_ ("Outage") },
  { "information-content-security", N_ ("Information content security") },
  { "information-content-security:unauthorised-information-access", N_ ("Unauthorised access to information") },
  { "information-content-security:unauthorised-information-modification", N_ ("Unauthorised modification of information") },
  { "information-content-security:data-loss", N_ ("Data loss") },
  { "information-content-security:data-leak", N_ ("Leak of confidential information") },
  { "fraud", N_ ("Fraud") },
  { "fraud:unauthorised-use-of-resources", N_ ("Unauthorised use of resources") },
  { "fraud:copyright", N_ ("Copyright") },
  { "fraud:masquerade", N_ ("Masquerade") },
  { "fraud:phishing", N_ ("Phishing") },
  { "vulnerable", N_ ("Vulnerable") },
  { "vulnerable:weak-crypto", N_ ("Weak cryptography") },
  { "vulnerable:ddos-amplifier", N_ ("DDoS amplifier") },
  { "vulnerable:potentially-unwanted-accessible", N_ ("Potentially unwanted accessible service") },
  { "vulnerable:information-disclosure", N_ ("Information disclosure") },
  { "vulnerable:vulnerable-system", N_ ("Vulnerable system") },
  { "other", N_ ("Other category") },
  { "other:other", N_ ("Uncategorised") },
  { "other:undetermined", N_ ("Undetermined") },
  { "test", N_ ("Test category") },
  { "test:test", N_ ("Test") },
};

/* Names of the two other lists, and what they mean here. The first row of a value is what it is called. */
typedef struct {
  const char *name, *name_ja;
  const char *category, *tag;
} Row;

static const Row guide[] = {
  { "Scan", "スキャン", "information-gathering:scanner", NULL },
  { "Forged", "送信元の詐称", "fraud:masquerade", NULL },
  { "Intrusion", "侵入", "intrusions:system-compromise", NULL },
  { "Phishing", "フィッシング", "fraud:phishing", NULL },
  { "DDoS", "サービス運用妨害", "availability:ddos", NULL },
  { "Virus", "ウイルス", "malicious-code:infected-system", NULL },
  { "Spam", "迷惑メール", "abusive-content:spam", NULL },
  { "APT", "標的型攻撃（APT）", "intrusions:system-compromise", "apt" },
};

static const Row jpcert[] = {
  { "Phishing site", "フィッシングサイト", "fraud:phishing", NULL },
  { "Website defacement", "Webサイト改ざん", "information-content-security:unauthorised-information-modification", NULL },
  { "Malware site", "マルウエアサイト", "malicious-code:malware-distribution", NULL },
  { "Scan", "スキャン", "information-gathering:scanner", NULL },
  { "DoS/DDoS", "DoS/DDoS", "availability:ddos", NULL },
  { "Control system", "制御システム関連", "intrusions:system-compromise", "ics" },
  { "Targeted attack", "標的型攻撃", "intrusions:system-compromise", "targeted" },
  { "Other", "その他", "other:other", NULL },
};

/* Values of eCSIRT.net's older list, and spellings that people use. */
static const struct {
  const char *name, *category;
} aliases[] = {
  { "virus", "malicious-code:infected-system" },      { "worm", "malicious-code:infected-system" },
  { "trojan", "malicious-code:infected-system" },     { "spyware", "malicious-code:infected-system" },
  { "dialer", "malicious-code:infected-system" },     { "rootkit", "malicious-code:infected-system" },
  { "malware", "malicious-code:infected-system" },    { "botnet-drone", "malicious-code:infected-system" },
  { "ransomware", "malicious-code:infected-system" }, { "c&c", "malicious-code:c2-server" },
  { "bot", "malicious-code:infected-system" },        { "compromised", "intrusions:system-compromise" },
  { "backdoor", "intrusions:system-compromise" },     { "vulnerable-service", "vulnerable:vulnerable-system" },
  { "defacement", "information-content-security:unauthorised-information-modification" },
  { "dropzone", "information-content-security:unauthorised-information-access" },
  { "unauthorized-use-of-resources", "fraud:unauthorised-use-of-resources" },
  { "blacklist", "other:other" },                     { "unknown", "other:undetermined" },
  { "dos", "availability:dos" },                      { "マルウェアサイト", "malicious-code:malware-distribution" },
  { "改ざん", "information-content-security:unauthorised-information-modification" },
};

/* A category without a row of its own is called as its class is: class or value, and which row of each list (-1: none). */
static const struct {
  const char *prefix;
  int guide, jpcert;
} classes[] = {
  { "abusive-content:spam", 6, 7 },        { "malicious-code:malware-distribution", 5, 2 },
  { "malicious-code:", 5, 7 },             { "information-gathering:scanner", 0, 3 },
  { "intrusion-attempts:", 0, 3 }, /* JPCERT/CC counts attempts that failed among scans */
  { "intrusions:", 2, 7 },                 { "availability:dos", 4, 4 },
  { "availability:ddos", 4, 4 },           { "information-content-security:unauthorised-information-modification", 2, 1 },
  { "information-content-security:unauthorised-information-access", 2, 7 },
  { "fraud:masquerade", 1, 7 },            { "fraud:phishing", 3, 0 },
  { "", -1, 7 },
};

static const char *
find_row (const Row *rows, gsize n, const char *word, const char **tag)
{
  for (gsize i = 0; i < n; i++)
    if (g_ascii_strcasecmp (rows[i].name, word) == 0 || g_ascii_strcasecmp (rows[i].name_ja, word) == 0) {
      *tag = rows[i].tag;
      return rows[i].category;
    }
  return NULL;
}

/* (transfer full) rsit:fraud="phishing" as "fraud:phishing"; everything else as it is. */
static char *
simplify (const char *word)
{
  const char *at = g_ascii_strncasecmp (word, "rsit:", 5) == 0 ? word + 5 : word;
  const char *equals = strstr (at, "=\"");
  gsize length = equals != NULL ? strlen (equals) : 0;

  if (length < 4 || equals[length - 1] != '"')
    return g_strdup (at);
  return g_strdup_printf ("%.*s:%.*s", (int) (equals - at), at, (int) (length - 3), equals + 2);
}

const char *
mado_taxonomy_read (const char *word, const char **tag)
{
  const char *unused = NULL, *found = NULL;
  g_autofree char *plain = word != NULL && strlen (word) < 200 ? simplify (word) : NULL;

  if (tag == NULL)
    tag = &unused;
  *tag = NULL;
  for (gsize i = 0; plain != NULL && found == NULL && i < G_N_ELEMENTS (rsit); i++)
    if (g_ascii_strcasecmp (rsit[i], plain) == 0)
      found = rsit[i];
  if (plain != NULL && found == NULL)
    found = find_row (guide, G_N_ELEMENTS (guide), plain, tag);
  if (plain != NULL && found == NULL)
    found = find_row (jpcert, G_N_ELEMENTS (jpcert), plain, tag);
  for (gsize i = 0; plain != NULL && found == NULL && i < G_N_ELEMENTS (aliases); i++) {
    const char *value = strchr (plain, ':'); /* eCSIRT.net: "malicious-code:worm" */
    if (g_ascii_strcasecmp (aliases[i].name, plain) == 0
        || (value != NULL && g_ascii_strcasecmp (aliases[i].name, value + 1) == 0))
      found = aliases[i].category;
  }
  return found;
}

static gboolean
has_tag (const char *const *tags, const char *tag)
{
  return tags != NULL && g_strv_contains (tags, tag);
}

MadoTaxonomyNames
mado_taxonomy_names (const char *category, const char *const *tags)
{
  MadoTaxonomyNames names = { NULL };
  int in_guide = -1, in_jpcert = -1;

  if (category == NULL)
    return names;
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_has_prefix (category, classes[i].prefix)) {
      in_guide = classes[i].guide;
      in_jpcert = classes[i].jpcert;
      break;
    }
  if (has_tag (tags, "apt"))
    in_guide = 7;
  if (has_tag (tags, "apt") || has_tag (tags, "targeted"))
    in_jpcert = 6;
  if (has_tag (tags, "ics"))
    in_jpcert = 5;
  if (in_guide >= 0) {
    names.guide = guide[in_guide].name;
    names.guide_ja = guide[in_guide].name_ja;
  }
  if (in_jpcert >= 0) {
    names.jpcert = jpcert[in_jpcert].name;
    names.jpcert_ja = jpcert[in_jpcert].name_ja;
  }
  return names;
}

char **
mado_taxonomy_map (const char *category, const char *const *tags)
{
  MadoTaxonomyNames names = mado_taxonomy_names (category, tags);
  const char *const pairs[][2] = {
    { "guide", names.guide }, { "guide_ja", names.guide_ja }, { "jpcert", names.jpcert }, { "jpcert_ja", names.jpcert_ja }
  };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][1] != NULL)
      g_strv_builder_add_many (builder, pairs[i][0], pairs[i][1], NULL);
  return g_strv_builder_end (builder);
}

const char *
mado_taxonomy_title (const char *category)
{
  for (gsize i = 0; category != NULL && i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i].value, category) == 0)
      return titles[i].title;
  return NULL;
}

gboolean
mado_taxonomy_nth (guint n, const char **category, const char **title)
{
  if (n >= G_N_ELEMENTS (titles))
    return FALSE;
  *category = titles[n].value;
  *title = titles[n].title;
  return TRUE;
}
