/* key-choice.h: which key is an answer encrypted to? Pure: it judges candidates whose facts others filled in, and says of
 * each why it was taken or not.
 *
 * The sources, best first:
 *   "signed"        the key that signed the report
 *   "pinned"        the team pinned it to the address
 *   "mapped"        the team said that the address, or its domain, is written to with it (one key for a whole house)
 *   "certified"     the team, or a key of ours, certified its user ID with the address
 *   "known"         the address signed with it before
 *   "web-of-trust"  others certified it, whom the administrator trusts ([crypto] trust-model pgp)
 *   "wkd"           the address's domain publishes it; "vks", "dane", "directory": others do
 *   "autocrypt", "attached"  the report itself offers it for its sender: opportunistic, nobody vouches for it
 * Whatever the source, a key counts only when it could be read, is not ours, not distrusted, revoked, expired or
 * disabled, has a valid encryption subkey, and names the address by a user ID that is not revoked, a pin or a map; and a
 * key of the mail itself only while the address is not known by another one. Keys are named by fingerprint alone. */
#pragma once

#include "madoguchi/model/key.h"
#include "madoguchi/model/report.h"

/* (transfer full) the candidates that @report brings, of MadoKeyCandidate: the key that signed, keys that it offers for
 * its sender, and those of @known (of MadoKnownKey: what the sender is known by, after this mail was looked at). What
 * the keyring knows of them, and adds itself, is missing yet. */
GPtrArray *mado_key_choice_gather (const MadoReport *report, const GPtrArray *known);

/* Sorts @candidates by their sources, each key once, writes into each its reason, and returns the one to use (transfer
 * none; NULL: none can be used). @may_smime: has the team a certificate to answer in S/MIME with? @now: seconds since the
 * epoch. */
const MadoKeyCandidate *mado_key_choose (GPtrArray *candidates, gboolean may_smime, gint64 now);

/* Is it only the mail itself that says whose key this source's is? */
gboolean mado_key_choice_is_opportunistic (const char *source);

/* (transfer full, nullable) what members should see in the thread of a choice (@chosen: nullable) among @candidates: that
 * nobody vouches for the key, or why none of the keys could be used. NULL: nothing out of the ordinary. */
char *mado_key_choice_describe (const GPtrArray *candidates, const MadoKeyCandidate *chosen);
