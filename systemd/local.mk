# Units for production: one role each, under its own user, with its sandbox. Paths are filled in at build time.
systemd_services = madoguchi-lmtp.service madoguchi-keeper.service madoguchi-opener.service \
	madoguchi-signer.service madoguchi-keyring.service madoguchi-sender.service madoguchi-milter.service \
	madoguchi-web.service
systemd_built = $(systemd_services:%=systemd/%)

systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = $(systemd_built)
dist_systemdunit_DATA = systemd/madoguchi.target \
	systemd/madoguchi-agent-decrypt@.service systemd/madoguchi-agent-decrypt@.socket \
	systemd/madoguchi-agent-decrypt-extra@.socket systemd/madoguchi-agent-sign@.service \
	systemd/madoguchi-agent-sign@.socket systemd/madoguchi-agent-sign-extra@.socket
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d

EXTRA_DIST += $(systemd_services:%=systemd/%.in) systemd/madoguchi.sysusers systemd/madoguchi.tmpfiles
CLEANFILES += $(systemd_built)

$(systemd_built): %: %.in Makefile
	@$(MKDIR_P) systemd
	$(AM_V_GEN)sed -e 's,@pkglibexecdir\@,$(pkglibexecdir),g' -e 's,@sysconfdir\@,$(sysconfdir),g' \
	  $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@

# sysusers.d, tmpfiles.d and bash want one file named as the package.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir) $(DESTDIR)$(completiondir)
	$(INSTALL_DATA) $(srcdir)/conf/madoguchi.bash-completion $(DESTDIR)$(completiondir)/madoguchi
	$(INSTALL_DATA) $(srcdir)/systemd/madoguchi.sysusers $(DESTDIR)$(sysusersdir)/madoguchi.conf
	$(INSTALL_DATA) $(srcdir)/systemd/madoguchi.tmpfiles $(DESTDIR)$(tmpfilesdir)/madoguchi.conf

uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/madoguchi.conf $(DESTDIR)$(tmpfilesdir)/madoguchi.conf $(DESTDIR)$(completiondir)/madoguchi

# Directories of our own that are empty by now go, too.
uninstall-hook:
	-for d in $(pkgdatadir)/web $(pkgdatadir)/words $(pkgdatadir)/templates $(pkgdatadir)/canned $(pkgdatadir)/forms $(pkgdatadir) \
	  $(pkglibexecdir) $(docdir); do rmdir "$(DESTDIR)$$d" 2>/dev/null; done; :
