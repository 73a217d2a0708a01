noinst_LIBRARIES += libweb.a
libweb_a_SOURCES = src/web/http.c
libweb_a_SOURCES += src/web/http-answer.c
libweb_a_SOURCES += src/web/http-request.c
libweb_a_SOURCES += src/web/line.c
libweb_a_SOURCES += src/web/known.c
libweb_a_SOURCES += src/web/events.c
libweb_a_SOURCES += src/web/patience.c
libweb_a_SOURCES += src/web/keeper.c
libweb_a_SOURCES += src/web/content.c
libweb_a_SOURCES += src/web/visitor.c
libweb_a_SOURCES += src/web/asset.c
libweb_a_SOURCES += src/web/api.c
libweb_a_SOURCES += src/web/api-calls.c
libweb_a_SOURCES += src/web/api-list.c
libweb_a_SOURCES += src/web/openapi.c
libweb_a_SOURCES += src/web/entrance.c
libweb_a_SOURCES += src/web/words.c
libweb_a_SOURCES += src/web/site.c
libweb_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
noinst_HEADERS += include/madoguchi/web/http.h
noinst_HEADERS += include/madoguchi/web/http-answer.h
noinst_HEADERS += include/madoguchi/web/http-request.h
noinst_HEADERS += include/madoguchi/web/line.h
noinst_HEADERS += include/madoguchi/web/known.h
noinst_HEADERS += include/madoguchi/web/events.h
noinst_HEADERS += include/madoguchi/web/patience.h
noinst_HEADERS += include/madoguchi/web/keeper.h
noinst_HEADERS += include/madoguchi/web/content.h
noinst_HEADERS += include/madoguchi/web/visitor.h
noinst_HEADERS += include/madoguchi/web/asset.h
noinst_HEADERS += include/madoguchi/web/api.h
noinst_HEADERS += include/madoguchi/web/api-list.h
noinst_HEADERS += include/madoguchi/web/openapi.h
noinst_HEADERS += include/madoguchi/web/entrance.h
noinst_HEADERS += include/madoguchi/web/words.h
noinst_HEADERS += include/madoguchi/web/site.h
web_libs = libweb.a libmodel.a libipc.a libconf.a $(base_libs) $(JSON_LIBS) $(MICROHTTPD_LIBS)

unit_tests += tests/unit/test-web-words
tests_unit_test_web_words_SOURCES = tests/unit/test-web-words.c
tests_unit_test_web_words_LDADD = $(web_libs)
tests_unit_test_web_words_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)

unit_tests += tests/unit/test-web-http-request
tests_unit_test_web_http_request_SOURCES = tests/unit/test-web-http-request.c
tests_unit_test_web_http_request_LDADD = $(web_libs)
tests_unit_test_web_http_request_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
unit_tests += tests/unit/test-web-http-answer
tests_unit_test_web_http_answer_SOURCES = tests/unit/test-web-http-answer.c
tests_unit_test_web_http_answer_LDADD = $(web_libs)
tests_unit_test_web_http_answer_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
unit_tests += tests/unit/test-web-known
tests_unit_test_web_known_SOURCES = tests/unit/test-web-known.c
tests_unit_test_web_known_LDADD = $(web_libs)
tests_unit_test_web_known_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
unit_tests += tests/unit/test-web-line
tests_unit_test_web_line_SOURCES = tests/unit/test-web-line.c
tests_unit_test_web_line_LDADD = $(web_libs)
tests_unit_test_web_line_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
unit_tests += tests/unit/test-web-content
tests_unit_test_web_content_SOURCES = tests/unit/test-web-content.c
tests_unit_test_web_content_LDADD = $(web_libs)
tests_unit_test_web_content_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
unit_tests += tests/unit/test-web-visitor
tests_unit_test_web_visitor_SOURCES = tests/unit/test-web-visitor.c
tests_unit_test_web_visitor_LDADD = $(web_libs)
tests_unit_test_web_visitor_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)

# The page's own files.
webdir = $(pkgdatadir)/web
dist_web_DATA = src/web/page/index.html
dist_web_DATA += src/web/page/icon.svg
dist_web_DATA += src/web/page/style.css
dist_web_DATA += src/web/page/print.css
dist_web_DATA += src/web/page/api.js
dist_web_DATA += src/web/page/categories.js src/web/page/events.js
dist_web_DATA += src/web/page/dom.js
dist_web_DATA += src/web/page/entrance.js
dist_web_DATA += src/web/page/entry.js
dist_web_DATA += src/web/page/focus.js
dist_web_DATA += src/web/page/gateway.js
dist_web_DATA += src/web/page/incident.js
dist_web_DATA += src/web/page/keys.js
dist_web_DATA += src/web/page/live.js
dist_web_DATA += src/web/page/main.js
dist_web_DATA += src/web/page/more.js
dist_web_DATA += src/web/page/marks.js
dist_web_DATA += src/web/page/notices.js
dist_web_DATA += src/web/page/overview.js
dist_web_DATA += src/web/page/queue.js src/web/page/rows.js src/web/page/pace.js
dist_web_DATA += src/web/page/search.js
dist_web_DATA += src/web/page/split.js
dist_web_DATA += src/web/page/team.js src/web/page/tokens.js src/web/page/drafts.js
dist_web_DATA += src/web/page/top.js src/web/page/unsent.js
dist_web_DATA += src/web/page/views.js
dist_web_DATA += src/web/page/visible.js
dist_web_DATA += src/web/page/why.js
dist_web_DATA += src/web/page/words.js
dist_web_DATA += src/web/page/write.js


# What doctor compares [web] files with.
src/front/page-files.c: $(dist_web_DATA) Makefile
	@$(MKDIR_P) src/front
	$(AM_V_GEN)(echo '#include "madoguchi/front/checks-web.h"'; echo 'const MadoPageFile mado_page_files[] = {'; \
	  cd $(srcdir) && sha256sum $(dist_web_DATA) | sed 's|^\([0-9a-f]*\) .*/\(.*\)$$|  { "\2", "\1" },|'; echo '  { NULL, NULL } };') >$@.tmp && mv $@.tmp $@
