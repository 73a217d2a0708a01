/* json-rules.h: what a format says of its members, as a table: enough to tell a reporter what is wrong, not a schema language.
 * A report that breaks a rule is read all the same. */
#pragma once

#include <json-glib/json-glib.h>

typedef enum {
  MADO_RULE_OBJECT,
  MADO_RULE_CLOSED, /* an object with no members but @words */
  MADO_RULE_PLAIN,  /* an object of strings and whole numbers */
  MADO_RULE_STRINGS, /* an object of strings */
  MADO_RULE_LIST,
  MADO_RULE_STRING,
  MADO_RULE_NAME,   /* a string of three characters at least */
  MADO_RULE_WORD,   /* one of @words */
  MADO_RULE_EMAIL,
  MADO_RULE_NO_EMAIL, /* a string that is none */
  MADO_RULE_HOST,
  MADO_RULE_URL,
  MADO_RULE_IP,
  MADO_RULE_PORT,
  MADO_RULE_PORTS,  /* one, or a list of them */
  MADO_RULE_TIME,   /* RFC 3339 */
  MADO_RULE_UUID,
  MADO_RULE_CVE,
  MADO_RULE_CVSS,   /* a vector, of any version */
  MADO_RULE_BOOL,
  MADO_RULE_COUNT,  /* a whole number, 0 or more */
  MADO_RULE_NUMBER
} MadoRuleKind;

typedef struct {
  const char *path; /* as in MadoMapRow, without "*" */
  MadoRuleKind kind;
  const char *words; /* with blanks around each: " low medium high " */
} MadoRule;

typedef struct {
  const char *object; /* its path; "" is the root */
  const char *when;   /* "Member=Value" or "Member!=Value" of that object; NULL: always */
  const char *names;  /* "A": must be there; "A|B": one of them; "!A": must not be there */
} MadoRuleNeed;

/* Adds to @found (of char, at most @max) what is wrong with @root: "Report.SourceIp is no IP address". Both tables end with a
 * row without a path. Returns how much there is in all. */
guint mado_json_check (JsonNode *root, const MadoRule *rules, const MadoRuleNeed *needs, GPtrArray *found, guint max);
