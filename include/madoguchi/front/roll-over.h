/* roll-over.h: the way from one key of the team to the next, step by step: what is done, what is left, and what to type.
 * Looks at keyring, agents, configuration and what is published; changes nothing. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/roll-over.h"

/* (transfer full) where things stand at @now. @new_key: (nullable) fingerprint of the key that shall take over; NULL: the one of
 * the configuration, from the newest of [team] old-keys, or a newer encryption subkey of the same key. Errors: CONF, TEMP. */
MadoRollOver *mado_roll_over_look (const MadoConf *conf, const char *new_key, gint64 now, GError **error);
