noinst_LIBRARIES += libspool.a
libspool_a_SOURCES = src/spool/spool.c src/spool/format.c
noinst_HEADERS += include/madoguchi/spool/spool.h include/madoguchi/spool/format.h
spool_libs = libspool.a libmodel.a $(base_libs)

