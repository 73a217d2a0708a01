/* thread.h: where does a mail belong? Pure: it decides over facts that the store gave, and finds in a mail what
 * the store is then asked for. No word of the text is looked at, only structure: headers, tokens, tags, keys. */
#pragma once

#include "madoguchi/model/report.h"

typedef struct {
  const MadoReport *report;
  gint64 reported;   /* the incident of a Message-ID that a delivery report returns to us; 0: none */
  gint64 own;        /* ... of this mail's own Message-ID, when it is one of ours (our mail came back) */
  gint64 referenced; /* ... of an answer of ours in In-Reply-To or References */
  gint64 tokened;    /* ... of a reply token in a recipient's plus-address */
  gint64 tagged;     /* ... of the tag in its subject */
  gboolean belongs;  /* its From address or its good signature's key speaks in `tagged` already */
  gint64 aliased;    /* ... that goes by another team's number, when the mail's subject names it */
  gboolean alias_belongs; /* its From address or its good signature's key speaks in `aliased` already */
  gboolean same;     /* its Message-ID came before, with the same content */
  gint64 same_in;    /* ... in this incident; 0: none */
  gboolean is_feed;  /* machines' reports and nothing else: feed.h */
  gboolean clash;    /* its Message-ID came before, with other content */
} MadoThreadFacts;

typedef struct {
  const char *state;   /* "ticket" (a new one), "joined", "bounce", "auto_reply", "duplicate", "held", "feed" */
  gint64 incident;     /* 0: a new one, or none */
  const char *reason;  /* static: "new", "reference", "token", "tag", "returned", "own", "same-message-id",
                          "unconfirmed-tag", "feed", "alias", "unconfirmed-alias" */
  gboolean is_clash;   /* worth an event: see MadoThreadFacts */
} MadoThreadVerdict;

/* What becomes of a mail with these @facts. Pure: the look-ups that made the facts are the caller's. */
MadoThreadVerdict mado_thread_decide (const MadoThreadFacts *facts);

/* Does @external_id ("JPCERT#12345678", "Ticket#5", "#5") name a team? Numbers that name none are given by many: they
 * say something in the mouth of the one who gave them only. */
gboolean mado_thread_names_team (const char *external_id);

/* (transfer full) the numbers ("2026-000001") of all tags [PREFIX #N] in @subject (nullable), at most eight, as
 * they come; read with NFKC (full-width signs and digits), without regard to case and spaces. Brackets may be
 * [] or 【】. */
char **mado_thread_find_tags (const char *subject, const char *prefix);

/* (transfer full, nullable) the reply token in @address, when it is LOCAL+TOKEN@DOMAIN of one of @team. */
char *mado_thread_find_token (const char *address, const char *const *team);

/* (transfer full, nullable) "2026-000001" out of the forms in which people write a ticket: "PREFIX #2026-000001",
 * "[PREFIX #2026-000001]", "#2026-000001", "2026-000001", and "1", the first of @year. */
char *mado_thread_parse_number (const char *text, const char *prefix, int year);
