noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = src/model/record.c src/model/record-json.c src/model/envelope.c src/model/report.c \
	src/model/incident.c src/model/reply.c src/model/preview.c src/model/key.c src/model/stretch.c src/model/source.c src/model/tlp.c \
	src/model/triage.c src/model/taxonomy.c src/model/feed.c src/model/overview.c src/model/form.c
libmodel_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
noinst_HEADERS += include/madoguchi/model/record.h include/madoguchi/model/record-json.h \
	include/madoguchi/model/envelope.h include/madoguchi/model/report.h include/madoguchi/model/incident.h \
	include/madoguchi/model/reply.h include/madoguchi/model/preview.h include/madoguchi/model/key.h \
	include/madoguchi/model/stretch.h include/madoguchi/model/source.h include/madoguchi/model/tlp.h \
	include/madoguchi/model/triage.h include/madoguchi/model/taxonomy.h include/madoguchi/model/feed.h include/madoguchi/model/overview.h include/madoguchi/model/form.h
model_libs = libmodel.a $(base_libs)
model_json_libs = libmodel.a $(base_libs) $(JSON_LIBS)
unit_tests += tests/unit/test-model
tests_unit_test_model_SOURCES = tests/unit/test-model.c
tests_unit_test_model_LDADD = $(model_json_libs)
tests_unit_test_model_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
unit_tests += tests/unit/test-model-taxonomy
tests_unit_test_model_taxonomy_SOURCES = tests/unit/test-model-taxonomy.c
tests_unit_test_model_taxonomy_LDADD = $(model_libs)
unit_tests += tests/unit/test-model-own-key
tests_unit_test_model_own_key_SOURCES = tests/unit/test-model-own-key.c
tests_unit_test_model_own_key_LDADD = $(model_libs)
libmodel_a_SOURCES += src/model/own-key.c
noinst_HEADERS += include/madoguchi/model/own-key.h
libmodel_a_SOURCES += src/model/door-mark.c src/model/reply-token.c
noinst_HEADERS += include/madoguchi/model/door-mark.h include/madoguchi/model/reply-token.h
unit_tests += tests/unit/test-model-door-mark
tests_unit_test_model_door_mark_SOURCES = tests/unit/test-model-door-mark.c
tests_unit_test_model_door_mark_LDADD = $(model_libs)
libmodel_a_SOURCES += src/model/publication.c
noinst_HEADERS += include/madoguchi/model/publication.h
libmodel_a_SOURCES += src/model/roll-over.c
noinst_HEADERS += include/madoguchi/model/roll-over.h
libmodel_a_SOURCES += src/model/member.c src/model/vault-status.c
noinst_HEADERS += include/madoguchi/model/member.h include/madoguchi/model/vault-status.h
libmodel_a_SOURCES += src/model/audit.c src/model/retention.c
noinst_HEADERS += include/madoguchi/model/audit.h include/madoguchi/model/retention.h
libmodel_a_SOURCES += src/model/access-token.c src/model/view.c
noinst_HEADERS += include/madoguchi/model/access-token.h include/madoguchi/model/view.h
libmodel_a_SOURCES += src/model/found.c
noinst_HEADERS += include/madoguchi/model/found.h
libmodel_a_SOURCES += src/model/reply-wish.c src/model/reply-preview.c src/model/draft.c
noinst_HEADERS += include/madoguchi/model/reply-wish.h include/madoguchi/model/draft.h include/madoguchi/model/reply-preview.h
libmodel_a_SOURCES += src/model/event.c
noinst_HEADERS += include/madoguchi/model/event.h
unit_tests += tests/unit/test-model-event
tests_unit_test_model_event_SOURCES = tests/unit/test-model-event.c
tests_unit_test_model_event_LDADD = $(model_json_libs)
tests_unit_test_model_event_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
libmodel_a_SOURCES += src/model/policy-sheet.c src/model/policy-trial.c
noinst_HEADERS += include/madoguchi/model/policy-sheet.h include/madoguchi/model/policy-trial.h
