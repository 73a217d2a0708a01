# src/bin: see ARCHITECTURE.md

pkglibexec_PROGRAMS += madoguchi-lmtp
madoguchi_lmtp_SOURCES = src/bin/madoguchi-lmtp.c
madoguchi_lmtp_LDADD = $(intake_libs) $(role_libs)
