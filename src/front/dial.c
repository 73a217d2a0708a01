/* dial.c: see dial.h. */
#include "madoguchi/front/dial.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

GSocketConnection *
mado_dial (const char *spec, guint seconds, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_timeout (client, seconds);
  g_socket_client_set_enable_proxy (client, FALSE);
  if (g_str_has_prefix (spec, "unix:")) {
    g_autoptr (GSocketAddress) address = g_unix_socket_address_new (spec + strlen ("unix:"));
    return g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
  }
  return g_socket_client_connect_to_host (client, g_str_has_prefix (spec, "inet:") ? spec + strlen ("inet:") : spec, 25, NULL, error);
}
