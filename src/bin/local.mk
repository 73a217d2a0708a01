# src/bin: see ARCHITECTURE.md

pkglibexec_PROGRAMS += madoguchi-lmtp
madoguchi_lmtp_SOURCES = src/bin/madoguchi-lmtp.c
madoguchi_lmtp_LDADD = $(intake_libs) $(role_libs)

pkglibexec_PROGRAMS += madoguchi-milter
madoguchi_milter_SOURCES = src/bin/madoguchi-milter.c
madoguchi_milter_LDADD = $(milter_libs) $(role_libs)

bin_PROGRAMS += madoguchi
madoguchi_SOURCES = src/bin/madoguchi.c
madoguchi_LDADD = libdesk.a libreply.a $(report_libs) $(front_libs) $(mail_libs) $(model_json_libs)

pkglibexec_PROGRAMS += madoguchi-web
madoguchi_web_SOURCES = src/bin/madoguchi-web.c src/base/wiping.c
madoguchi_web_LDADD = $(web_libs) $(intake_libs) $(role_libs)

pkglibexec_PROGRAMS += madoguchi-keeper
madoguchi_keeper_SOURCES = src/bin/madoguchi-keeper.c src/base/wiping.c
madoguchi_keeper_LDADD = libreply.a $(desk_libs) $(role_libs)

sbin_PROGRAMS += madoguchid
madoguchid_SOURCES = src/bin/madoguchid.c
madoguchid_LDADD = $(role_libs)
EXTRA_madoguchid_DEPENDENCIES = conf/data.stamp conf/words/ja.mo

# A demonstration that runs from the build directory finds the templates there, too.
conf/data.stamp: Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && for d in templates canned forms; do test -d conf/$$d || ln -s '$(abs_top_srcdir)/conf/'$$d conf/$$d || exit 1; done && { test -d conf/web || ln -s '$(abs_top_srcdir)/src/web/page' conf/web; } && : > $@
CLEANFILES += conf/data.stamp
clean-local:
	for d in templates canned forms web; do if test -L conf/$$d; then rm -f conf/$$d; fi; done

pkglibexec_PROGRAMS += madoguchi-signer madoguchi-sender madoguchi-keyring
madoguchi_signer_SOURCES = src/bin/madoguchi-signer.c
madoguchi_signer_LDADD = $(reply_libs) $(role_libs)
madoguchi_sender_SOURCES = src/bin/madoguchi-sender.c
madoguchi_sender_LDADD = $(submit_libs) $(role_libs)
madoguchi_keyring_SOURCES = src/bin/madoguchi-keyring.c
madoguchi_keyring_LDADD = $(pgp_libs) $(role_libs)

pkglibexec_PROGRAMS += madoguchi-opener
madoguchi_opener_SOURCES = src/bin/madoguchi-opener.c
madoguchi_opener_LDADD = $(report_libs) $(mail_libs) $(role_libs)
