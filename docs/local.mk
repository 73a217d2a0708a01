# Documents, the example configuration and manual pages.
dist_man_MANS += docs/man/madoguchi.1 docs/man/madoguchid.8 docs/man/madoguchi-lmtp.8 docs/man/madoguchi-milter.8 docs/man/madoguchi-web.8 docs/man/madoguchi-keeper.8 \
	docs/man/madoguchi-opener.8 docs/man/madoguchi-signer.8 docs/man/madoguchi-keyring.8 \
	docs/man/madoguchi-sender.8 docs/man/madoguchi-spool.5 docs/man/madoguchi-triage.conf.5 docs/man/madoguchi-forms.5
dist_doc_DATA = README README.ja ARCHITECTURE.md SECURITY.md NEWS LICENSE docs/threat-model.md docs/answers.md docs/formats.md docs/members.md docs/replies.md docs/search.md docs/audit.md docs/policy.md docs/web.md docs/first-day.md docs/first-day.ja.md docs/glossary-ja.md \
	conf/madoguchi.conf.example conf/nginx.conf.example conf/Caddyfile.example

# The members' page as its tests show it, for the README.
EXTRA_DIST += docs/images/queue-en-1280.png docs/images/incident-ja-1280.png docs/images/overview-en-1280.png docs/images/queue-ja-390.png

# bash finds it by the program's name.
completiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += conf/madoguchi.bash-completion
