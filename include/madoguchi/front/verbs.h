/* verbs.h: the functions behind the table of verbs. Each takes a parsed command line; errors decide the exit
 * status (base/error.h). Nothing here runs twice in a process. */
#pragma once

#include "madoguchi/front/cli.h"

/* verb-queue.c: asked of the keeper. */
gboolean mado_verb_list (MadoCli *cli, GError **error);
gboolean mado_verb_show (MadoCli *cli, GError **error);
gboolean mado_verb_part (MadoCli *cli, GError **error);
gboolean mado_verb_raw (MadoCli *cli, GError **error);
gboolean mado_verb_take (MadoCli *cli, GError **error);
gboolean mado_verb_assign (MadoCli *cli, GError **error);
gboolean mado_verb_state (MadoCli *cli, GError **error);
gboolean mado_verb_note (MadoCli *cli, GError **error);
gboolean mado_verb_unread (MadoCli *cli, GError **error);
gboolean mado_verb_due (MadoCli *cli, GError **error);

/* verb-hand-over.c: asked of the keeper. */
gboolean mado_verb_hand_over (MadoCli *cli, GError **error);

/* verb-reply.c: asked of the keeper. */
gboolean mado_verb_reply (MadoCli *cli, GError **error);
gboolean mado_verb_approve (MadoCli *cli, GError **error);

/* verb-draft.c: asked of the keeper. The first one is `reply --draft` and `reply --edit` with what they say. */
gboolean mado_verb_save_draft (MadoCli *cli, GVariant *wish, GError **error);
gboolean mado_verb_discard_draft (MadoCli *cli, GError **error);
gboolean mado_verb_drafts (MadoCli *cli, GError **error);
gboolean mado_verb_refuse (MadoCli *cli, GError **error);

/* verb-canned.c: asked of the keeper. */
gboolean mado_verb_canned (MadoCli *cli, GError **error);

/* verb-triage.c: asked of the keeper. The last one is `policy explain`. */
gboolean mado_verb_priority (MadoCli *cli, GError **error);
gboolean mado_verb_category (MadoCli *cli, GError **error);
gboolean mado_verb_tlp (MadoCli *cli, GError **error);
gboolean mado_verb_tag (MadoCli *cli, GError **error);
gboolean mado_verb_restrict (MadoCli *cli, GError **error);
gboolean mado_verb_policy_explain (MadoCli *cli, GError **error);

/* verb-policy-sheet.c: `policy`, `policy try`, `policy reload`: asked of the keeper. */
gboolean mado_verb_policy_show (MadoCli *cli, GError **error);
gboolean mado_verb_policy_try (MadoCli *cli, GError **error);
gboolean mado_verb_policy_reload (MadoCli *cli, GError **error);

/* verb-link.c: asked of the keeper. */
gboolean mado_verb_link (MadoCli *cli, GError **error);
gboolean mado_verb_merge (MadoCli *cli, GError **error);
gboolean mado_verb_split (MadoCli *cli, GError **error);

/* verb-held.c: asked of the keeper. */
gboolean mado_verb_held (MadoCli *cli, GError **error);
gboolean mado_verb_reopen (MadoCli *cli, GError **error);
gboolean mado_verb_account (MadoCli *cli, GError **error);

/* verb-members.c: asked of the keeper. */
gboolean mado_verb_members (MadoCli *cli, GError **error);
gboolean mado_verb_views (MadoCli *cli, GError **error);
gboolean mado_verb_token (MadoCli *cli, GError **error); /* members token */

/* verb-vault.c: asked of the keeper. */
gboolean mado_verb_vault (MadoCli *cli, GError **error);

/* verb-audit.c: asked of the keeper. */
gboolean mado_verb_audit (MadoCli *cli, GError **error);

/* verb-search.c: asked of the keeper. */
gboolean mado_verb_search (MadoCli *cli, GError **error);
/* verb-retention.c: asked of the keeper. */
gboolean mado_verb_retention (MadoCli *cli, GError **error);
gboolean mado_verb_erase (MadoCli *cli, GError **error);
gboolean mado_verb_hold (MadoCli *cli, GError **error);

/* verb-feeds.c: asked of the keeper. */
gboolean mado_verb_feeds (MadoCli *cli, GError **error);

/* verb-keys.c: asked of the keeper, or done here when none runs. */
gboolean mado_verb_keys (MadoCli *cli, GError **error);

/* verb-roll-over.c: `keys roll-over`. @new_key: (nullable) a fingerprint. */
gboolean mado_verb_roll_over (MadoCli *cli, const char *new_key, GError **error);

/* verb-publish.c: the key and the signature from the keeper, or made here when none runs. */
gboolean mado_verb_publish (MadoCli *cli, GError **error);

/* verb-open.c: needs no daemon. */
gboolean mado_verb_open (MadoCli *cli, GError **error);

/* verb-policy.c: what it shows of a mail needs no daemon. */
gboolean mado_verb_policy (MadoCli *cli, GError **error);

/* verb-ingest.c: writes to the spool; --wait asks the keeper. */
gboolean mado_verb_ingest (MadoCli *cli, GError **error);

/* verb-doctor.c */
gboolean mado_verb_doctor (MadoCli *cli, GError **error);

/* verb-conf.c */
gboolean mado_verb_conf (MadoCli *cli, GError **error);
