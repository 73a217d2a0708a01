noinst_LIBRARIES += libweb.a
libweb_a_SOURCES = src/web/http.c
libweb_a_SOURCES += src/web/events.c
libweb_a_SOURCES += src/web/keeper.c
libweb_a_SOURCES += src/web/content.c
libweb_a_SOURCES += src/web/visitor.c
libweb_a_SOURCES += src/web/asset.c
libweb_a_SOURCES += src/web/api.c
libweb_a_SOURCES += src/web/api-calls.c
libweb_a_SOURCES += src/web/openapi.c
libweb_a_SOURCES += src/web/entrance.c
libweb_a_SOURCES += src/web/site.c
libweb_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(MICROHTTPD_CFLAGS)
noinst_HEADERS += include/madoguchi/web/http.h
noinst_HEADERS += include/madoguchi/web/events.h
noinst_HEADERS += include/madoguchi/web/keeper.h
noinst_HEADERS += include/madoguchi/web/content.h
noinst_HEADERS += include/madoguchi/web/visitor.h
noinst_HEADERS += include/madoguchi/web/asset.h
noinst_HEADERS += include/madoguchi/web/api.h
noinst_HEADERS += include/madoguchi/web/openapi.h
noinst_HEADERS += include/madoguchi/web/entrance.h
noinst_HEADERS += include/madoguchi/web/site.h
web_libs = libweb.a libmodel.a libipc.a libconf.a $(base_libs) $(JSON_LIBS) $(MICROHTTPD_LIBS)

# The page's own files.
webdir = $(pkgdatadir)/web
dist_web_DATA = src/web/page/index.html
