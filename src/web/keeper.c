/* keeper.c: see keeper.h. */
#include "madoguchi/web/keeper.h"
#include "madoguchi/ipc/peer.h"

#include <unistd.h>

/* A keeper that is busy may take its time; the page does not wait for one that is stuck. */
#define QUICK_MS 10000
#define SLOW_MS 60000

gboolean
mado_web_is_slow (const char *verb)
{
  static const char *const slow[] = {
    "search", "overview", "audit-list", "feeds", /* much to look at */
    "reply", "reply-preview", "draft-send", "approve", /* may look for keys in the network */
    "raw", "part", /* a mail is opened for it, and may be large */
    "policy", "policy-try", /* waits for the signer; all mails of an incident are judged again */
    NULL,
  };

  return g_strv_contains (slow, verb);
}

gboolean
mado_web_ask (const MadoConf *conf, const char *verb, GVariant *body, MadoPacket *answer, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autofree char *path = mado_wire_path (mado_conf_string (conf, "runtime", "directory"), MADO_PEER_KEEPER);
  int socket = mado_wire_connect (path, mado_web_is_slow (verb) ? SLOW_MS : QUICK_MS, error);
  gboolean ok;

  if (socket < 0)
    return FALSE;
  ok = mado_wire_call (socket, verb, sunk, -1, answer, error);
  close (socket);
  return ok;
}
