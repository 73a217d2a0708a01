noinst_HEADERS += include/madoguchi/mail/open.h include/madoguchi/mail/jail.h
