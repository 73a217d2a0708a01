"""Every source file has a test of its own, tests/unit/test-LAYER-NAME.c, or stands in the table below with the test
that covers it and a word by which that test shows it: a function it calls, or what it asks of a program. A row for
nothing is an error, too."""
import re

from tap import Sample, Tap, source_dir

# test: {source file below src/, without .c: a word of the test}
COVERED = {
    "tests/it/first-steps.py": {"front/checks-roles": "does not serve, others do", "front/checks-postfix": "local_recipient_maps"},
    "tests/unit/test-front-checks-web.c": {"front/dial": "systemctl status madoguchi-web"},
    "tests/unit/test-base.c": {"base/error": "mado_error_code", "base/fsio": "mado_fsio_replace", "base/log": "mado_log",
                               "base/qid": "mado_qid_new", "base/text": "mado_text_visible"},
    "tests/unit/test-conf.c": {"conf/conf": "mado_conf_check", "conf/table": "mado_conf_settings"},
    "tests/arch/test-man.py": {"conf/conf-man": "madoguchi.conf.5"},
    "tests/unit/test-ipc.c": {"ipc/peer": "mado_peer_may_ask", "ipc/wire": "mado_wire_call"},
    "tests/unit/test-model.c": {"model/record": "mado_record_to_bytes", "model/record-json": "mado_record_to_json",
                                "model/report": "mado_report_new", "model/incident": "mado_incident"},
    "tests/unit/test-spool-spool.c": {"model/envelope": "mado_envelope"},
    "tests/unit/test-pgp-key-index.c": {"model/key": "mado_key_new"},
    "tests/unit/test-desk-audit.c": {"desk/audit-call": "no-such-word", "desk/audit-table": "mado_audit_table_find", "desk/store-audit": "times",
                                     "desk/store-chain": "count_rows", "desk/verbs-audit": "audit-list", "model/audit": "mado_audit_record_from"},
    "tests/unit/test-desk-renewal.c": {"desk/rewrap": "vault-rotate", "desk/verbs-vault": "vault-status", "model/vault-status": "mado_vault_status_from"},
    "tests/it/web-more.py": {"web/api-list": "no whole number", "desk/store-view": "rest sealed", "desk/verbs-view": "for the team", "model/view": "a filter that is none",
                             "front/verb-view": "no view of that name"},
    "tests/it/web-attacks.py": {"web/patience": "buys no more than the deadline"},
    "tests/it/vault.py": {"front/verb-vault": "'vault', 'rewrap'", "front/checks-vault": "vault-keys"},
    "tests/unit/test-desk-retention.c": {"desk/store-retention": "mado_store_erase_incident", "desk/verbs-retention": "\"hold\"", "model/retention": "MadoExpired",
                                         "spool/erase": "find_archived"},
    "tests/it/audit.py": {"front/verb-audit": "'--since', 'soon'", "front/verb-retention": "'retention', 'run'"},
    "tests/it/smime-answer.py": {"pgp/cms-seal": "gpgsm decrypts the same", "reply/smime": "signed inside the encryption"},
    "tests/unit/test-pgp-seal.c": {"pgp/public-key": "mado_sealer_public_key"},
    "tests/unit/test-reply-compose.c": {"model/reply": "mado_reply_new", "reply/payload": "multipart/mixed"},
    "tests/unit/test-pgp-open.c": {"pgp/data": "max_plaintext", "pgp/outcome": "MADO_OUTCOME_CORRUPT", "pgp/result": "MadoPgpResult"},
    "tests/unit/test-pgp-keyring.c": {"pgp/key-list": "encrypts_until"},
    "tests/unit/test-front-checks-keys.c": {"pgp/own-secrets": "decrypt agent"},
    "tests/unit/test-pgp-web.c": {"pgp/ring-engine": "mado_ring_engine_compute"},
    "tests/unit/test-mail-open.c": {"mail/body": "mado_open_part", "mail/facts": "message_id", "mail/peel": "MADO_COVERS_PART",
                                    "mail/protect": "subject_source", "mail/reading": "mado_open_outline"},
    "tests/unit/test-model-taxonomy.c": {"model/triage": "mado_triage_get"},
    "tests/unit/test-report-marking.c": {"model/tlp": "mado_tlp_stricter"},
    "tests/it/returned.py": {"mail/returned": "is_receipt"},
    "tests/it/answers.py": {"front/verb-policy": "'policy', 'preview'", "front/input": "'preview'", "model/preview": "said['answer']"},
    "tests/it/indicators.py": {"mail/sources": "multipart/alternative"},
    "tests/it/revoked.py": {"pgp/cms-chain": "below", "pgp/authorities": "authority", "front/checks-smime": "doctor"},
    "tests/it/smime.py": {"pgp/cms": "OAEP", "pgp/cms-verify": "two signers, the second one wrong", "pgp/certificates": "certificates only", "mail/smime": "application/pkcs7-mime"},
    "tests/unit/test-mail-charset.c": {"mail/convert": "sjis-bad-byte", "mail/guess": "sjis-unlabelled", "mail/jis": "jis-half-a-pair"},
    "tests/unit/test-mail-attachment.c": {"mail/sniff": "mado_sniff ", "mail/archive": "make_zip"},
    "tests/unit/test-mail-html.c": {"mail/strip": "is_odd"},
    "tests/unit/test-report-language.c": {"report/read": "mado_language"},
    "tests/unit/test-report-arf.c": {"report/format": "mado_format_time", "model/source": "mado_document_new"},
    "tests/it/formats-mail.py": {"report/formats": "'arf'", "mail/forwarded": "check_forwarded"},
    "tests/unit/test-report-xarf.c": {"report/json-formats": "no format that is read", "report/xarf-rules": "is no IP address"},
    "tests/unit/test-report-form.c": {"report/form-match": "mado_form_match_find", "report/form-value": "mado_form_value_", "model/form": "MadoFormFit"},
    "tests/unit/test-report-form-template.c": {"report/form-file": "mado_form_file_parse"},
    "tests/it/forms.py": {"front/verb-policy": "'policy', 'test-form'", "front/input": "a text in Shift_JIS"},
    "tests/unit/test-report-indicator-scan.c": {"report/indicator-sieve": "partner.com", "model/stretch": "mado_stretch_new"},
    "tests/unit/test-role.c": {"role/role": "mado_role_run", "role/workers": "worker-died", "role/sandbox": "EPERM",
                               "role/privileges": "must not"},
    "tests/unit/test-desk-parts.c": {"desk/batch": "mado_batch_", "desk/intake-queue": "mado_intake_queue_",
                                     "desk/outbox": "desk/outbox.h", "desk/outbox-parts": "mado_outbox_pause", "desk/pool": "mado_pool_",
                                     "desk/settings": "mado_desk_settings_read"},
    "tests/unit/test-desk-policy.c": {"desk/draft": "mado_draft_answer"},
    "tests/unit/test-desk-policy-sheet.c": {"desk/policy-rules": "sheet->rules", "desk/store-policy": "fired", "desk/verbs-policy": "\"policy-reload\"",
                                            "model/policy-sheet": "mado_policy_sheet_record_from"},
    "tests/unit/test-desk-policy-trial.c": {"model/policy-trial": "MadoPolicyTrial"},
    "tests/it/policy.py": {"front/verb-policy-sheet": "'policy', 'try'"},
    "tests/unit/test-desk-store.c": {"desk/store-incident": "mado_store_list_incidents", "desk/store-mail": "mado_store_find_mail",
                                     "desk/store-outbox": "mado_store_list_due", "desk/store-sql": "sqlite3",
                                     "desk/settle": "mado_settle_report"},
    "tests/unit/test-desk-members.c": {"desk/admission": "mado_admission_check", "desk/permissions": "mado_permissions_allow",
                                       "desk/store-member": "mado_store_put_member", "model/member": "mado_member_record_new"},
    "tests/unit/test-desk-four-eyes.c": {"desk/reply-files": "mado_reply_files_check", "model/draft": "mado_draft_new"},
    "tests/it/reply-team.py": {"desk/verbs-draft": "'refuse'", "front/verb-draft": "'drafts'"},
    "tests/unit/test-desk-recipient.c": {"desk/reply-words": "mado_reply_words_describe"},
    "tests/it/reply-member.py": {"desk/reply-plan": "--preview", "desk/verbs-reply": "'reply'", "front/verb-reply": "--plain-ok",
                                 "front/view-reply": "people see it", "front/reply-input": "'--attach'",
                                 "desk/verbs-canned": "'canned'", "front/verb-canned": "'ls'", "model/reply-preview": "madoguchi.reply/1",
                                 "model/reply-wish": "--waiting"},
    "tests/unit/test-desk-escalate.c": {"desk/store-due": "mado_store_set_due"},
    "tests/it/queue.py": {"desk/verbs-queue": "'state'", "front/tickets": "numbers",
                          "front/verb-hand-over": "'hand-over'"},
    "tests/it/web-api.py": {"bin/madoguchi-web": "'madoguchi-web'", "desk/session": "a session that somebody made up", "desk/verbs-session": "'/log-out'", "desk/watch": "event: change", "web/api": "If-Match", "desk/store-overview": "'/overview'", "model/overview": "madoguchi.overview/1",
 "web/entrance": "'/session'", "web/events": "event: hello",
                            "web/http": "a length and chunks", "web/keeper": "API", "web/site": "etc/passwd",
 "desk/verbs-token": "tokens/new", "front/verb-token": "'token', 'rm'"},
    "tests/unit/test-desk-token.c": {"desk/store-token": "mado_store_find_access_token", "desk/token-scope": "mado_token_scope_allows",
                                     "model/access-token": "MadoAccessToken"},
    "tests/it/need.py": {"desk/verbs-need": "restrict", "front/verb-restrict": "'restrict'"},
    "tests/it/team.py": {"desk/verbs-member": "'leave'", "front/verb-members": "'on-duty'"},
    "tests/unit/test-desk-continuity.c": {"desk/store-key": "mado_store_forget_keys"},
    "tests/unit/test-desk-triage.c": {"desk/triage-facts": "evidence", "desk/triage-rules": "mado_triage_rules_parse"},
    "tests/unit/test-desk-store-search.c": {"desk/store-words": "mado_store_forget_words", "desk/store-tokenizer": "mado_store_search", "desk/indexer": "mado_indexer_new",
                                            "desk/search-text": "MadoFound", "model/found": "MadoFound"},
    "tests/it/search.py": {"desk/verbs-search": "'search'", "front/verb-search": "'--by-rank'"},
    "tests/unit/test-desk-feed.c": {"desk/store-feed": "mado_store_list_feeds", "model/feed": "MadoFeed"},
    "tests/unit/test-desk-merge.c": {"desk/store-merge": "mado_store_move_all", "desk/need-keep": "mado_need_keep"},
    "tests/it/link.py": {"desk/verbs-link": "'split'", "front/verb-link": "'merge'"},
    "tests/unit/test-desk-each.c": {"desk/store-each": "mado_store_list_links"},
    "tests/unit/test-desk-store-triage.c": {"desk/triage-case": "mado_settle_report"},
    # A keeper with a control socket, and fake roles around it.
    "tests/unit/test-desk-keeper.c": {"desk/account": '"account"', "desk/control": "house_ask", "desk/desk": "house_start_keeper", "desk/key-step": "BADKEY",
                                      "desk/flow": "house_wait_state", "desk/verbs": "house_ask", "desk/verbs-house": '"doctor"',
                                      "desk/verbs-mail": '"held', "desk/verbs-ticket": '"list"'},
    "tests/unit/test-front-view.c": {"front/view-incident": "mado_view_summary", "front/view-report": "mado_view_"},
    # The command line as people use it.
    "tests/it/triage.py": {"desk/verbs-triage": "'tag'", "front/verb-triage": "'explain'", "front/verb-feeds": "'feeds'"},
    "tests/it/cli.py": {"bin/madoguchi": "'madoguchi'", "front/verb-conf": "'conf', '-n'", "front/checks": "'doctor'", "front/verb-doctor": "'doctor'",
                        "front/verb-ingest": "'ingest'", "front/verb-keys": "'keys'", "front/verb-open": "'open'"},
    "tests/it/members.py": {"front/member": "'take'", "front/verb-held": "'held'", "front/verb-queue": "'list'"},
    # Programs: a real role, and what it answers on its socket.
    "tests/it/reply.py": {"bin/madoguchi-signer": "madoguchi-signer"},
    "tests/it/demo.py": {"role/demo": "Demo", "bin/madoguchid": "madoguchid", "bin/madoguchi-opener": "ROLES",
                         "bin/madoguchi-keeper": "ROLES", "bin/madoguchi-keyring": "ROLES"},
    "tests/it/milter.py": {"intake/milter": "milter-listen", "bin/madoguchi-milter": "role_pids('milter')",
                           "front/checks-milter": "'doctor'", "front/postconf": "smtpd_milters"},
    "tests/unit/test-intake-door-reader.c": {"intake/door-leaf": "test_odd_ciphertexts"},
    "tests/unit/test-intake-door-policy.c": {"intake/door-keys": "mado_door_keys_judge", "intake/door-rate": "mado_door_rate_count"},
    "tests/unit/test-model-door-mark.c": {"model/reply-token": "mado_reply_token_is_foreign"},
    "tests/it/publish.py": {"front/checks-online": "'--online'", "front/verb-publish": "'publish'"},
    "tests/it/own-keys.py": {"front/verb-roll-over": "'roll-over'"},
    "tests/unit/test-front-roll-over.c": {"model/roll-over": "MadoRollOver"},
    "tests/unit/test-front-publish.c": {"front/rfc2350": "mado_rfc2350_make", "model/publication": "MadoPublication"},
    "tests/it/lmtp.py": {"bin/madoguchi-lmtp": "lmtp"},
    "tests/it/open.py": {"pgp/unwrap": "a wrong signature inside"},
    "tests/it/inline.py": {"mail/blocks": "detached", "mail/offers": "Autocrypt", "mail/unlock": "more blocks than we open"},
    "tests/it/shapes.py": {"mail/pairs": "rebuilt"},
    "tests/it/headers.py": {"mail/differences": "header_differences"},
    "tests/it/discovery.py": {"reply/discover": "a redirect to another host", "reply/dane": "what DNSSEC does not prove"},
    "tests/crash/kill9.py": {"bin/madoguchi-sender": "sender"},
}


def own_test(root, layer, name):
    return root / "tests/unit" / f"test-{layer}-{name}.c"


def check_tested(root, covered):
    """Source files that no test names."""
    listed = {name for rows in covered.values() for name in rows}
    for path in sorted((root / "src").glob("*/*.c")):
        name = f"{path.parent.name}/{path.stem}"
        if name not in listed and not own_test(root, path.parent.name, path.stem).exists():
            yield f"src/{name}.c has no tests/unit/test-{name.replace('/', '-')}.c and stands in no table"


def check_rows(root, covered):
    """Rows of the table that promise what is not there."""
    for test, rows in covered.items():
        text = (root / test).read_text() if (root / test).exists() else ""
        for name, word in rows.items():
            if not (root / "src" / f"{name}.c").exists():
                yield f"{test}: covers src/{name}.c, which is not there"
            elif own_test(root, *name.split("/")).exists():
                yield f"{test}: covers src/{name}.c, which has a test of its own"
            elif word not in text:
                yield f"{test}: covers src/{name}.c, and does not say {word}"


def check_run(root, covered):
    """Tests that no makefile runs."""
    lists = "".join(path.read_text() for path in [*root.glob("src/*/local.mk"), *root.glob("tests/**/local.mk")])
    units = [str(path.relative_to(root).with_suffix("")) for path in (root / "tests/unit").glob("test-*.c")]
    for test in sorted({*units, *(test.removesuffix(".c") for test in covered)}):
        if not re.search(rf"(?m)^(unit_tests|TESTS|it_quick|it_full|arch_tests) \+?=(.*\\\n)*.*{re.escape(test)}( |$)", lists):
            yield f"{test} is in no list of tests"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_tested(root, COVERED), "every source file has a test that names it")
    tap.none(check_rows(root, COVERED), "the table of covering tests is true")
    tap.none(check_run(root, COVERED), "every test is run")
    tree = {"src/a/own.c": "", "src/a/listed.c": "", "src/a/bare.c": "", "tests/unit/test-a-own.c": "",
            "tests/unit/test-a.c": "mado_listed ();", "src/a/local.mk": "unit_tests += tests/unit/test-a\n"}
    with Sample(tree) as sample:
        table = {"tests/unit/test-a.c": {"a/listed": "mado_listed"}}
        found = list(check_tested(sample, table))
        tap.finds(found, "src/a/bare.c", "a source file without a test is found")
        tap.ok(len(found) == 1, "one with a test and one in the table are let be", found)
        tap.none(check_rows(sample, table), "a true row is let be")
        tap.finds(check_rows(sample, {"tests/unit/test-a.c": {"a/listed": "mado_other"}}), "does not say", "an empty promise is found")
        tap.finds(check_rows(sample, {"tests/unit/test-a.c": {"a/gone": "x"}}), "not there", "a row for nothing is found")
        tap.finds(check_rows(sample, {"tests/unit/test-a.c": {"a/own": "x"}}), "of its own", "a row too many is found")
        found = list(check_run(sample, table))
        tap.finds(found, "test-a-own is in no list", "a test that is never run is found")
        tap.ok(len(found) == 1, "a test in a list is let be", found)
    tap.done()


main()
