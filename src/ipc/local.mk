noinst_LIBRARIES += libipc.a
libipc_a_SOURCES = src/ipc/wire.c src/ipc/peer.c
noinst_HEADERS += include/madoguchi/ipc/wire.h include/madoguchi/ipc/peer.h
ipc_libs = libipc.a $(base_libs)
unit_tests += tests/unit/test-ipc
tests_unit_test_ipc_SOURCES = tests/unit/test-ipc.c
tests_unit_test_ipc_LDADD = $(ipc_libs)
