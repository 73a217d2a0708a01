/* postconf.h: what the Postfix of this machine is told to do, for `madoguchi doctor`. */
#pragma once

#include <glib.h>

/* (transfer full) the value of a parameter of main.cf, without white space around it; NULL when there is no Postfix. */
char *mado_postconf (const char *parameter);

/* (transfer full, nullable) what the first of @maps ("hash:/etc/postfix/transport, ...", as Postfix writes them) that knows @key says of it. */
char *mado_postmap (const char *maps, const char *key);
