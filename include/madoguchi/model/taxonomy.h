/* taxonomy.h: what incidents are called: the values of the Reference Security Incident Taxonomy (RSIT v1003), by which
 * everything here is counted, and beside them the names of the CSIRT guide's table and of JPCERT/CC's quarterly reports.
 * Pure. */
#pragma once

#include <glib.h>

/* Names of one category; NULL: that list has none for it. All static. */
typedef struct {
  const char *guide, *guide_ja;   /* "Scan", "Forged", "Intrusion", "Phishing", "DDoS", "Virus", "Spam", "APT" */
  const char *jpcert, *jpcert_ja; /* "Phishing site", "フィッシングサイト"... */
} MadoTaxonomyNames;

/* Reads what a person or a rule calls a category: an RSIT value ("fraud:phishing", rsit:fraud="phishing"), an older one of
 * eCSIRT.net, or a name of the two other lists in English or Japanese, without regard to case.
 * @tag: (out, nullable) what the name says besides ("apt", "targeted", "ics"), or NULL. NULL: no category is called so. */
const char *mado_taxonomy_read (const char *word, const char **tag);

/* The names beside the RSIT value @category (nullable). @tags: (nullable) "apt", "targeted" and "ics" among them change
 * them: these lists count such cases apart. */
MadoTaxonomyNames mado_taxonomy_names (const char *category, const char *const *tags);

/* (transfer full) the same as a map of strings ("guide", "guide_ja", "jpcert", "jpcert_ja"), those that there are. */
char **mado_taxonomy_map (const char *category, const char *const *tags);

/* (static, nullable) what people call an RSIT value or class ("fraud:phishing", "fraud"), in English, which is the key of its
 * translation; NULL: it is none. */
const char *mado_taxonomy_title (const char *category);

/* The same as a list, a class before its values. FALSE: there are not so many. */
gboolean mado_taxonomy_nth (guint n, const char **category, const char **title);
