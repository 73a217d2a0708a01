# Unit tests: one file per .c, named test-LAYER-NAME; scripts: tests/it (real roles), tests/arch (structure).
#
# Quick tests (TESTS, `make check`, below 5 minutes on 2 cores): units, structure, and real roles without Postfix.
# Full tests (FULL_TESTS, `make check-full`): real Postfix, the long crash rounds, and what tests/full/ builds.
it_quick = \
	tests/it/lmtp.py \
	tests/it/milter-protocol.py \
	tests/it/cli.py \
	tests/it/demo.py \
	tests/it/triage.py tests/it/policy.py \
	tests/it/reply.py \
	tests/it/submit-tls.py \
	tests/it/discovery.py \
	tests/it/discovery-answers.py \
	tests/it/members.py tests/it/audit.py \
	tests/it/reply-member.py tests/it/reply-team.py \
	tests/it/team.py tests/it/need.py tests/it/authorisation.py \
	tests/it/link.py tests/it/day.py tests/it/web-api.py tests/it/web-more.py \
	tests/it/queue.py \
	tests/it/trust.py \
	tests/it/bad-input.py \
	tests/it/loop.py \
	tests/it/returned.py \
	tests/it/answers.py \
	tests/crash/kill9.py
it_full = \
	tests/it/e2e.py \
	tests/it/milter.py \
	tests/it/bombs.py \
	tests/it/sweep.py \
	tests/it/crowd.py \
	tests/it/corpus.py \
	tests/full/kill9-rounds.sh
TESTS += $(it_quick)
FULL_TESTS += $(it_full)
EXTRA_DIST += $(it_quick) $(it_full) tests/it/milter/common.lua tests/it/milter/order.lua tests/it/milter/aborted.lua \
	tests/it/milter/many.lua tests/it/milter/odd.lua tests/bench/run.py tests/bench/milter.py tests/bench/scale.py tests/bench/web.py tests/lib/madobombs.py \
	tests/lib/madogpg.py tests/lib/madolmtp.py tests/lib/madomail.py tests/lib/madopostfix.py tests/lib/madotest.py tests/lib/madowire.py \
	tests/lib/madoweb.py tests/lib/madoevents.py tests/lib/madoproxy.py tests/lib/madobrowser.py tests/lib/madopayloads.py tests/lib/madoqr.py tests/lib/madowkd.py

# The team's own keys: what is published of them, and the way from one to the next.
TESTS += tests/it/publish.py tests/it/own-keys.py
EXTRA_DIST += tests/it/publish.py tests/it/own-keys.py
TESTS += tests/it/vault.py tests/it/silent.py tests/it/tamper.py
EXTRA_DIST += tests/it/vault.py tests/it/silent.py tests/it/tamper.py

# Search.
TESTS += tests/it/search.py
EXTRA_DIST += tests/it/search.py

# Languages.
TESTS += tests/it/words.py
EXTRA_DIST += tests/it/words.py

# A store of the first version, handed to this one.
TESTS += tests/it/upgrade.py
EXTRA_DIST += tests/it/upgrade.py tests/upgrade
# A stream of events ends with its session.
TESTS += tests/it/web-streams.py
EXTRA_DIST += tests/it/web-streams.py
# Slow questions, a keeper that hangs, and strangers in masses.
TESTS += tests/it/web-crowd.py
EXTRA_DIST += tests/it/web-crowd.py
# What is left of secrets in memory.
TESTS += tests/it/web-memory.py
EXTRA_DIST += tests/it/web-memory.py
# Attacks on the members' page.
TESTS += tests/it/web-attacks.py
EXTRA_DIST += tests/it/web-attacks.py

# What doctor says of the members' page.
TESTS += tests/it/doctor-page.py tests/it/first-steps.py tests/it/docs.py tests/it/restore.py
EXTRA_DIST += tests/it/doctor-page.py tests/it/first-steps.py tests/it/docs.py tests/it/restore.py
