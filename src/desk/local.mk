noinst_LIBRARIES += libdesk.a
libdesk_a_SOURCES = src/desk/store.c src/desk/store-sql.c src/desk/store-mail.c src/desk/store-incident.c src/desk/store-list.c \
	src/desk/store-outbox.c src/desk/thread.c src/desk/policy.c src/desk/draft.c src/desk/answer.c src/desk/settle.c \
	src/desk/settings.c src/desk/desk.c src/desk/batch.c src/desk/pool.c src/desk/intake-queue.c src/desk/flow.c \
	src/desk/outbox.c src/desk/control.c src/desk/verbs.c src/desk/verbs-ticket.c src/desk/verbs-mail.c \
	src/desk/verbs-house.c src/desk/continuity.c src/desk/store-key.c src/desk/store-case.c src/desk/account.c src/desk/keeper.c \
	src/desk/seek-rule.c src/desk/seeker.c src/desk/store-look-up.c src/desk/refresh.c
libdesk_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
noinst_HEADERS += include/madoguchi/desk/store.h include/madoguchi/desk/store-sql.h \
	include/madoguchi/desk/store-mail.h include/madoguchi/desk/store-incident.h include/madoguchi/desk/store-list.h \
	include/madoguchi/desk/store-outbox.h include/madoguchi/desk/store-case.h include/madoguchi/desk/thread.h include/madoguchi/desk/policy.h \
	include/madoguchi/desk/draft.h include/madoguchi/desk/answer.h include/madoguchi/desk/settle.h include/madoguchi/desk/settings.h \
	include/madoguchi/desk/desk.h include/madoguchi/desk/batch.h include/madoguchi/desk/pool.h \
	include/madoguchi/desk/intake-queue.h include/madoguchi/desk/flow.h include/madoguchi/desk/outbox.h \
	include/madoguchi/desk/control.h include/madoguchi/desk/verbs.h include/madoguchi/desk/verbs-ticket.h \
	include/madoguchi/desk/verbs-mail.h include/madoguchi/desk/verbs-house.h include/madoguchi/desk/continuity.h include/madoguchi/desk/store-key.h \
	include/madoguchi/desk/account.h \
	include/madoguchi/desk/seek-rule.h include/madoguchi/desk/seeker.h include/madoguchi/desk/store-look-up.h include/madoguchi/desk/refresh.h \
	include/madoguchi/desk/keeper.h
libdesk_a_SOURCES += src/desk/admission.c src/desk/permissions.c src/desk/store-member.c src/desk/verbs-member.c
noinst_HEADERS += include/madoguchi/desk/admission.h include/madoguchi/desk/permissions.h include/madoguchi/desk/store-member.h \
	include/madoguchi/desk/verbs-member.h
libdesk_a_SOURCES += src/desk/store-vault.c src/desk/store-schema.c src/desk/store-seals.c
noinst_HEADERS += include/madoguchi/desk/store-vault.h include/madoguchi/desk/store-schema.h include/madoguchi/desk/store-seals.h
libdesk_a_SOURCES += src/desk/need.c src/desk/store-need.c src/desk/verbs-need.c
noinst_HEADERS += include/madoguchi/desk/need.h include/madoguchi/desk/store-need.h include/madoguchi/desk/verbs-need.h
desk_libs = libdesk.a libvault.a libspool.a libmodel.a libipc.a libconf.a $(base_libs) $(SQLITE_LIBS) $(SODIUM_LIBS)

desk_house = tests/unit/desk-house.c tests/unit/desk-house.h tests/unit/desk-fake.c tests/unit/desk-fake.h
libdesk_a_SOURCES += src/desk/guess-guard.c src/desk/session.c src/desk/watch.c src/desk/store-overview.c src/desk/store-session.c src/desk/verbs-session.c
noinst_HEADERS += include/madoguchi/desk/guess-guard.h include/madoguchi/desk/session.h include/madoguchi/desk/watch.h include/madoguchi/desk/store-overview.h \
	include/madoguchi/desk/store-session.h include/madoguchi/desk/verbs-session.h
libdesk_a_SOURCES += src/desk/store-view.c src/desk/verbs-view.c
noinst_HEADERS += include/madoguchi/desk/store-view.h include/madoguchi/desk/verbs-view.h
libdesk_a_SOURCES += src/desk/token-scope.c src/desk/store-token.c src/desk/verbs-token.c
noinst_HEADERS += include/madoguchi/desk/token-scope.h include/madoguchi/desk/store-token.h include/madoguchi/desk/verbs-token.h
unit_tests += tests/unit/test-desk-token
tests_unit_test_desk_token_SOURCES = tests/unit/test-desk-token.c
tests_unit_test_desk_token_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) -DMADO_MEMBERS=\"$(abs_top_srcdir)/docs/members.md\"
tests_unit_test_desk_token_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/looking.c
noinst_HEADERS += include/madoguchi/desk/looking.h
unit_tests += tests/unit/test-desk-looking
tests_unit_test_desk_looking_SOURCES = tests/unit/test-desk-looking.c
tests_unit_test_desk_looking_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-guess-guard
tests_unit_test_desk_guess_guard_SOURCES = tests/unit/test-desk-guess-guard.c
tests_unit_test_desk_guess_guard_LDADD = $(desk_libs)

unit_tests += tests/unit/test-desk-trouble
tests_unit_test_desk_trouble_SOURCES = tests/unit/test-desk-trouble.c $(desk_house)
tests_unit_test_desk_trouble_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/vault-file.c src/desk/archive.c src/desk/rewrap.c src/desk/renewal.c src/desk/store-renew.c src/desk/verbs-vault.c
noinst_HEADERS += include/madoguchi/desk/vault-file.h include/madoguchi/desk/archive.h include/madoguchi/desk/rewrap.h \
	include/madoguchi/desk/renewal.h include/madoguchi/desk/store-renew.h include/madoguchi/desk/verbs-vault.h
unit_tests += tests/unit/test-desk-renewal tests/unit/test-desk-store-renew
tests_unit_test_desk_renewal_SOURCES = tests/unit/test-desk-renewal.c $(desk_house)
tests_unit_test_desk_renewal_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_renewal_LDADD = $(desk_libs)
tests_unit_test_desk_store_renew_SOURCES = tests/unit/test-desk-store-renew.c
tests_unit_test_desk_store_renew_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_renew_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-archive
tests_unit_test_desk_archive_SOURCES = tests/unit/test-desk-archive.c
tests_unit_test_desk_archive_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-vault-file
tests_unit_test_desk_vault_file_SOURCES = tests/unit/test-desk-vault-file.c tests/unit/desk-fake.c tests/unit/desk-fake.h
tests_unit_test_desk_vault_file_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_vault_file_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-keeper
tests_unit_test_desk_keeper_SOURCES = tests/unit/test-desk-keeper.c $(desk_house)
tests_unit_test_desk_keeper_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-thread tests/unit/test-desk-policy
tests_unit_test_desk_thread_SOURCES = tests/unit/test-desk-thread.c
tests_unit_test_desk_thread_LDADD = $(desk_libs)
tests_unit_test_desk_policy_SOURCES = tests/unit/test-desk-policy.c
tests_unit_test_desk_policy_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store
tests_unit_test_desk_store_SOURCES = tests/unit/test-desk-store.c
tests_unit_test_desk_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-parts
tests_unit_test_desk_parts_SOURCES = tests/unit/test-desk-parts.c tests/unit/desk-fake.c tests/unit/desk-fake.h
tests_unit_test_desk_parts_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-continuity
tests_unit_test_desk_continuity_SOURCES = tests/unit/test-desk-continuity.c
tests_unit_test_desk_continuity_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_continuity_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-case
tests_unit_test_desk_store_case_SOURCES = tests/unit/test-desk-store-case.c
tests_unit_test_desk_store_case_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-policy-table
tests_unit_test_desk_policy_table_SOURCES = tests/unit/test-desk-policy-table.c
tests_unit_test_desk_policy_table_CPPFLAGS = $(AM_CPPFLAGS) -DMADO_TABLE=\"$(abs_top_srcdir)/tests/unit/policy-table.tsv\" \
	-DMADO_ANSWERS=\"$(abs_top_srcdir)/docs/answers.md\"
tests_unit_test_desk_policy_table_LDADD = $(desk_libs)
EXTRA_DIST += tests/unit/policy-table.tsv
noinst_HEADERS += tests/unit/desk-vault.h tests/unit/desk-schema.h

unit_tests += tests/unit/test-desk-seek-rule tests/unit/test-desk-store-look-up tests/unit/test-desk-seeker
tests_unit_test_desk_seek_rule_SOURCES = tests/unit/test-desk-seek-rule.c
tests_unit_test_desk_seek_rule_LDADD = $(desk_libs)
tests_unit_test_desk_store_look_up_SOURCES = tests/unit/test-desk-store-look-up.c
tests_unit_test_desk_store_look_up_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_look_up_LDADD = $(desk_libs)
tests_unit_test_desk_seeker_SOURCES = tests/unit/test-desk-seeker.c tests/unit/desk-fake.c tests/unit/desk-fake.h
tests_unit_test_desk_seeker_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/key-watch.c
noinst_HEADERS += include/madoguchi/desk/key-watch.h
unit_tests += tests/unit/test-desk-key-watch
tests_unit_test_desk_key_watch_SOURCES = tests/unit/test-desk-key-watch.c tests/unit/desk-fake.c tests/unit/desk-fake.h
tests_unit_test_desk_key_watch_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/key-choice.c src/desk/key-step.c
noinst_HEADERS += include/madoguchi/desk/key-choice.h include/madoguchi/desk/key-step.h
unit_tests += tests/unit/test-desk-key-choice
tests_unit_test_desk_key_choice_SOURCES = tests/unit/test-desk-key-choice.c
tests_unit_test_desk_key_choice_LDADD = $(desk_libs)
TESTS += tests/it/key-choice.py
EXTRA_DIST += tests/it/key-choice.py
unit_tests += tests/unit/test-desk-refresh
tests_unit_test_desk_refresh_SOURCES = tests/unit/test-desk-refresh.c tests/unit/desk-fake.c tests/unit/desk-fake.h
tests_unit_test_desk_refresh_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/triage-words.c src/desk/triage-places.c src/desk/triage-rules.c src/desk/triage-facts.c src/desk/triage.c \
	src/desk/triage-case.c src/desk/store-triage.c src/desk/verbs-triage.c src/desk/feed.c src/desk/store-feed.c src/desk/each.c src/desk/store-each.c
noinst_HEADERS += include/madoguchi/desk/triage-words.h include/madoguchi/desk/triage-places.h \
	include/madoguchi/desk/triage-rules.h include/madoguchi/desk/triage-facts.h include/madoguchi/desk/triage.h \
	include/madoguchi/desk/triage-case.h include/madoguchi/desk/store-triage.h include/madoguchi/desk/verbs-triage.h include/madoguchi/desk/feed.h include/madoguchi/desk/store-feed.h include/madoguchi/desk/each.h include/madoguchi/desk/store-each.h
unit_tests += tests/unit/test-desk-triage-words
tests_unit_test_desk_triage_words_SOURCES = tests/unit/test-desk-triage-words.c
tests_unit_test_desk_triage_words_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-triage-places
tests_unit_test_desk_triage_places_SOURCES = tests/unit/test-desk-triage-places.c
tests_unit_test_desk_triage_places_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-triage
tests_unit_test_desk_triage_SOURCES = tests/unit/test-desk-triage.c
tests_unit_test_desk_triage_LDADD = $(desk_libs)
dist_pkgdata_DATA = conf/triage.conf
unit_tests += tests/unit/test-desk-answer
tests_unit_test_desk_answer_SOURCES = tests/unit/test-desk-answer.c
tests_unit_test_desk_answer_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-triage
tests_unit_test_desk_store_triage_SOURCES = tests/unit/test-desk-store-triage.c
tests_unit_test_desk_store_triage_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_triage_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-feed
tests_unit_test_desk_feed_SOURCES = tests/unit/test-desk-feed.c
tests_unit_test_desk_feed_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_feed_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-each
tests_unit_test_desk_each_SOURCES = tests/unit/test-desk-each.c
tests_unit_test_desk_each_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-members
tests_unit_test_desk_members_SOURCES = tests/unit/test-desk-members.c
tests_unit_test_desk_members_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) -DMADO_MEMBERS=\"$(abs_top_srcdir)/docs/members.md\"
tests_unit_test_desk_members_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-vault
tests_unit_test_desk_store_vault_SOURCES = tests/unit/test-desk-store-vault.c
tests_unit_test_desk_store_vault_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_vault_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/state-rule.c src/desk/verbs-queue.c src/desk/store-queue.c
noinst_HEADERS += include/madoguchi/desk/state-rule.h include/madoguchi/desk/verbs-queue.h include/madoguchi/desk/store-queue.h
unit_tests += tests/unit/test-desk-state-rule
tests_unit_test_desk_state_rule_SOURCES = tests/unit/test-desk-state-rule.c
tests_unit_test_desk_state_rule_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-need tests/unit/test-desk-store-need
tests_unit_test_desk_need_SOURCES = tests/unit/test-desk-need.c
tests_unit_test_desk_need_CPPFLAGS = $(AM_CPPFLAGS) -DMADO_MEMBERS=\"$(abs_top_srcdir)/docs/members.md\"
tests_unit_test_desk_need_LDADD = $(desk_libs)
tests_unit_test_desk_store_need_SOURCES = tests/unit/test-desk-store-need.c
tests_unit_test_desk_store_need_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_need_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/audit.c src/desk/audit-call.c src/desk/audit-table.c src/desk/store-audit.c src/desk/store-chain.c src/desk/store-check.c src/desk/heads.c src/desk/verbs-audit.c
noinst_HEADERS += include/madoguchi/desk/audit.h include/madoguchi/desk/audit-call.h include/madoguchi/desk/audit-table.h \
	include/madoguchi/desk/store-audit.h include/madoguchi/desk/store-chain.h include/madoguchi/desk/store-check.h include/madoguchi/desk/heads.h include/madoguchi/desk/verbs-audit.h
unit_tests += tests/unit/test-desk-audit
tests_unit_test_desk_audit_SOURCES = tests/unit/test-desk-audit.c $(desk_house)
tests_unit_test_desk_audit_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_audit_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/outbox-parts.c src/desk/recipient.c src/desk/quote.c src/desk/reply-words.c src/desk/reply-plan.c src/desk/verbs-reply.c \
	src/desk/reply-files.c src/desk/four-eyes.c src/desk/store-draft.c src/desk/verbs-draft.c src/desk/verbs-canned.c
noinst_HEADERS += include/madoguchi/desk/outbox-parts.h include/madoguchi/desk/recipient.h include/madoguchi/desk/quote.h include/madoguchi/desk/reply-words.h \
	include/madoguchi/desk/reply-plan.h include/madoguchi/desk/verbs-reply.h include/madoguchi/desk/reply-files.h \
	include/madoguchi/desk/four-eyes.h include/madoguchi/desk/store-draft.h include/madoguchi/desk/verbs-draft.h \
	include/madoguchi/desk/verbs-canned.h
unit_tests += tests/unit/test-desk-recipient tests/unit/test-desk-quote tests/unit/test-desk-four-eyes tests/unit/test-desk-store-draft
tests_unit_test_desk_four_eyes_SOURCES = tests/unit/test-desk-four-eyes.c
tests_unit_test_desk_four_eyes_LDADD = $(desk_libs)
tests_unit_test_desk_store_draft_SOURCES = tests/unit/test-desk-store-draft.c
tests_unit_test_desk_store_draft_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_draft_LDADD = $(desk_libs)
tests_unit_test_desk_quote_SOURCES = tests/unit/test-desk-quote.c
tests_unit_test_desk_quote_LDADD = $(desk_libs)
tests_unit_test_desk_recipient_SOURCES = tests/unit/test-desk-recipient.c
tests_unit_test_desk_recipient_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-schema
tests_unit_test_desk_store_schema_SOURCES = tests/unit/test-desk-store-schema.c tests/unit/desk-rows.c tests/unit/desk-rows.h
tests_unit_test_desk_store_schema_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_schema_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-check
tests_unit_test_desk_store_check_SOURCES = tests/unit/test-desk-store-check.c
tests_unit_test_desk_store_check_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_check_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/store-link.c src/desk/store-merge.c src/desk/merge.c src/desk/split.c src/desk/need-keep.c src/desk/verbs-link.c
noinst_HEADERS += include/madoguchi/desk/store-link.h include/madoguchi/desk/store-merge.h include/madoguchi/desk/merge.h \
	include/madoguchi/desk/split.h include/madoguchi/desk/need-keep.h include/madoguchi/desk/verbs-link.h
unit_tests += tests/unit/test-desk-merge tests/unit/test-desk-split tests/unit/test-desk-store-link
tests_unit_test_desk_split_SOURCES = tests/unit/test-desk-split.c tests/unit/desk-tickets.h
tests_unit_test_desk_split_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_split_LDADD = $(desk_libs)
tests_unit_test_desk_merge_SOURCES = tests/unit/test-desk-merge.c tests/unit/desk-tickets.h
tests_unit_test_desk_merge_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_merge_LDADD = $(desk_libs)
tests_unit_test_desk_store_link_SOURCES = tests/unit/test-desk-store-link.c
tests_unit_test_desk_store_link_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/query.c src/desk/search-text.c src/desk/store-tokenizer.c src/desk/store-words.c
noinst_HEADERS += include/madoguchi/desk/query.h include/madoguchi/desk/search-text.h include/madoguchi/desk/store-index.h \
	include/madoguchi/desk/store-words.h
libdesk_a_SOURCES += src/desk/snippet.c src/desk/store-search.c
noinst_HEADERS += include/madoguchi/desk/snippet.h include/madoguchi/desk/store-search.h
libdesk_a_SOURCES += src/desk/indexer.c src/desk/verbs-search.c
noinst_HEADERS += include/madoguchi/desk/indexer.h include/madoguchi/desk/verbs-search.h
unit_tests += tests/unit/test-desk-query tests/unit/test-desk-snippet
tests_unit_test_desk_query_SOURCES = tests/unit/test-desk-query.c
tests_unit_test_desk_query_LDADD = $(desk_libs)
tests_unit_test_desk_snippet_SOURCES = tests/unit/test-desk-snippet.c
tests_unit_test_desk_snippet_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-search
tests_unit_test_desk_store_search_SOURCES = tests/unit/test-desk-store-search.c
tests_unit_test_desk_store_search_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_search_LDADD = $(desk_libs)

unit_tests += tests/bench/search-store
tests_bench_search_store_SOURCES = tests/bench/search-store.c tests/bench/house.h tests/bench/corpus.h tests/unit/desk-vault.h
tests_bench_search_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_search_store_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-seals
tests_unit_test_desk_store_seals_SOURCES = tests/unit/test-desk-store-seals.c tests/unit/desk-rows.c tests/unit/desk-rows.h
tests_unit_test_desk_store_seals_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_seals_LDADD = $(desk_libs)

libdesk_a_SOURCES += src/desk/due-rule.c src/desk/store-due.c src/desk/escalate.c
noinst_HEADERS += include/madoguchi/desk/due-rule.h include/madoguchi/desk/store-due.h include/madoguchi/desk/escalate.h
unit_tests += tests/unit/test-desk-due-rule
tests_unit_test_desk_due_rule_SOURCES = tests/unit/test-desk-due-rule.c
tests_unit_test_desk_due_rule_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-escalate
tests_unit_test_desk_escalate_SOURCES = tests/unit/test-desk-escalate.c
tests_unit_test_desk_escalate_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/store-retention.c src/desk/retention.c src/desk/verbs-retention.c
noinst_HEADERS += include/madoguchi/desk/store-retention.h include/madoguchi/desk/retention.h include/madoguchi/desk/verbs-retention.h
unit_tests += tests/unit/test-desk-retention
tests_unit_test_desk_retention_SOURCES = tests/unit/test-desk-retention.c $(desk_house)
tests_unit_test_desk_retention_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_retention_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-list
tests_unit_test_desk_store_list_SOURCES = tests/unit/test-desk-store-list.c tests/unit/desk-vault.h
tests_unit_test_desk_store_list_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_list_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-queue
tests_unit_test_desk_store_queue_SOURCES = tests/unit/test-desk-store-queue.c
tests_unit_test_desk_store_queue_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_queue_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-heads
tests_unit_test_desk_heads_SOURCES = tests/unit/test-desk-heads.c $(desk_house)
tests_unit_test_desk_heads_LDADD = $(desk_libs)
unit_tests += tests/unit/test-desk-store-session
tests_unit_test_desk_store_session_SOURCES = tests/unit/test-desk-store-session.c
tests_unit_test_desk_store_session_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_store_session_LDADD = $(desk_libs)
libdesk_a_SOURCES += src/desk/policy-sheet.c src/desk/policy-rules.c src/desk/policy-trial.c src/desk/store-policy.c src/desk/verbs-policy.c
noinst_HEADERS += include/madoguchi/desk/policy-sheet.h include/madoguchi/desk/policy-rules.h include/madoguchi/desk/policy-trial.h \
	include/madoguchi/desk/store-policy.h include/madoguchi/desk/verbs-policy.h
unit_tests += tests/unit/test-desk-policy-sheet tests/unit/test-desk-policy-trial
tests_unit_test_desk_policy_sheet_SOURCES = tests/unit/test-desk-policy-sheet.c $(desk_house)
tests_unit_test_desk_policy_sheet_LDADD = $(desk_libs)
tests_unit_test_desk_policy_trial_SOURCES = tests/unit/test-desk-policy-trial.c
tests_unit_test_desk_policy_trial_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_desk_policy_trial_LDADD = $(desk_libs)
