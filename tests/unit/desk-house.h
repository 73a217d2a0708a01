/* desk-house.h: a keeper in a directory of its own, with fake roles around it. Tests only. */
#pragma once

#include "desk-fake.h"
#include "madoguchi/conf/conf.h"
#include "madoguchi/desk/keeper.h"
#include "madoguchi/spool/spool.h"

typedef struct {
  char *top;
  MadoConf *conf;
  MadoSpool *spool; /* the intake's */
  FakeOpener opener_data;
  FakeSender sender_data;
  FakeRole *opener, *signer, *sender, *keyring; /* NULL: away */
  MadoKeeper *keeper;                 /* NULL: down */
} House;

void house_set_up (House *house, gconstpointer more_conf);
void house_tear_down (House *house, gconstpointer unused);

/* Starts and stops parts. stop_keeper is a crash: nothing is finished first. */
void house_start_keeper (House *house);
void house_stop_keeper (House *house);
void house_start_opener (House *house);
void house_start_signer (House *house);
void house_start_sender (House *house);
void house_stop_role (FakeRole **role);

/* (transfer full) commits a mail made of @headers (LF lines) and a body to the spool; its queue id. */
char *house_put (House *house, const char *mail_from, const char *recipient, const char *headers);

/* Runs the main loop until @is_done says so; fails the test after some seconds. */
void house_wait (House *house, gboolean (*is_done) (House *house, gpointer data), gpointer data);

/* (transfer full) asks the keeper; @body: (transfer floating). Aborts the test on an error, unless @error. */
GVariant *house_ask (House *house, const char *verb, GVariant *body, GError **error);

/* (transfer full) one string argument's body; a string of an answer. */
GVariant *house_body (const char *name, const char *value);
char *house_string (GVariant *answer, const char *name);

/* Waits until mail @id is in @state; (transfer full) its ticket ("" for none). */
char *house_wait_state (House *house, const char *id, const char *state);

/* Waits until @n answers were sent in all. (transfer none) number @n of them, from 1. */
const char *house_wait_sent (House *house, guint n);
