/* keeper.c: see keeper.h. */
#include "madoguchi/web/keeper.h"
#include "madoguchi/ipc/peer.h"

#include <unistd.h>

#define ANSWER_MS 60000 /* a keeper that is busy may take its time; the page does not wait for one that is stuck */

gboolean
mado_web_ask (const MadoConf *conf, const char *verb, GVariant *body, MadoPacket *answer, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autofree char *path = mado_wire_path (mado_conf_string (conf, "runtime", "directory"), MADO_PEER_KEEPER);
  int socket = mado_wire_connect (path, ANSWER_MS, error);
  gboolean ok;

  if (socket < 0)
    return FALSE;
  ok = mado_wire_call (socket, verb, sunk, -1, answer, error);
  close (socket);
  return ok;
}
