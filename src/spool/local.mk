noinst_HEADERS += include/madoguchi/spool/spool.h
