noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = src/conf/conf.c src/conf/table.c
noinst_HEADERS += include/madoguchi/conf/conf.h
conf_libs = libconf.a $(base_libs)
