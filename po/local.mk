# What Madoguchi says in other languages. po/extract takes the sentences out of the sources; `make update-po` brings them into the
# catalogues, where people translate them. One catalogue, two uses: the programs read all of it (gettext), the page its own sentences and those
# of the roles that it shows.
EXTRA_DIST += po/POTFILES po/extract po/madoguchi.pot po/ja.po

jadir = $(localedir)/ja/LC_MESSAGES
nodist_ja_DATA = conf/locale/ja/LC_MESSAGES/madoguchi.mo
wordsdir = $(pkgdatadir)/words
nodist_words_DATA = conf/words/ja.mo
CLEANFILES += $(nodist_ja_DATA) $(nodist_words_DATA)

conf/locale/ja/LC_MESSAGES/madoguchi.mo: po/ja.po
	$(AM_V_GEN)$(MKDIR_P) conf/locale/ja/LC_MESSAGES && $(MSGFMT) -c -o $@.new $(srcdir)/po/ja.po && mv $@.new $@

conf/words/ja.mo: po/ja.po
	$(AM_V_GEN)$(MKDIR_P) conf/words && $(MSGGREP) -N 'src/web/page/*.js' -N src/conf/table.c -N 'src/desk/*.c' -N 'src/mail/*.c' -N 'src/model/*.c' -N 'src/reply/*.c' -N 'src/report/*.c' $(srcdir)/po/ja.po | $(MSGFMT) -o $@.new - && mv $@.new $@

update-po:
	cd $(srcdir) && po/extract && msgmerge --quiet --no-fuzzy-matching --update --backup=none --no-wrap --add-location=file po/ja.po po/madoguchi.pot && msgattrib --no-obsolete --no-wrap --add-location=file -o po/ja.po po/ja.po

.PHONY: update-po
