/* seal-one.c: asks a running signer, as the keeper does: seal-one SOCKET COUNT FIELD=VALUE...
 *
 * FIELD is one of MadoReply. Writes the last mail to standard output and the rate to standard error; on failure
 * the code and words of the error there, and the exit status of the code. For tests/it/reply.py. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/wire.h"
#include "madoguchi/model/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* (transfer floating) "FIELD=VALUE" words as the body of a request. */
static GVariant *
make_body (char **words)
{
  GVariantBuilder body;

  g_variant_builder_init (&body, G_VARIANT_TYPE_VARDICT);
  for (; *words != NULL; words++) {
    g_auto (GStrv) pair = g_strsplit (*words, "=", 2);
    for (const MadoField *field = mado_reply_type.fields; field->name != NULL; field++) {
      if (strcmp (field->name, pair[0]) != 0)
        continue;
      if (field->kind == MADO_FIELD_STRV) {
        g_auto (GStrv) list = g_strsplit (pair[1], " ", -1);
        g_variant_builder_add (&body, "{sv}", pair[0], g_variant_new_strv ((const char *const *) list, -1));
      } else if (field->kind == MADO_FIELD_BOOL) {
        g_variant_builder_add (&body, "{sv}", pair[0], g_variant_new_boolean (strcmp (pair[1], "yes") == 0));
      } else if (field->kind == MADO_FIELD_TIME) {
        g_variant_builder_add (&body, "{sv}", pair[0], g_variant_new_int64 (g_ascii_strtoll (pair[1], NULL, 10)));
      } else {
        g_variant_builder_add (&body, "{sv}", pair[0], g_variant_new_string (pair[1]));
      }
    }
  }
  return g_variant_builder_end (&body);
}

static gboolean
seal (int socket, GVariant *body, GBytes **mail, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  g_clear_pointer (mail, g_bytes_unref);
  return mado_wire_call (socket, "seal", body, -1, &answer, error) && mado_wire_check (&answer, error)
         && mado_fsio_read_all (answer.fd, 64 * 1024 * 1024, mail, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = NULL;
  g_autoptr (GBytes) mail = NULL;
  gint64 start;
  int count, fd;
  gboolean ok;

  if (argc < 4)
    return 64;
  count = (int) g_ascii_strtoll (argv[2], NULL, 10);
  body = g_variant_ref_sink (make_body (argv + 3));
  fd = mado_wire_connect (argv[1], 60 * 1000, &error);
  ok = fd >= 0;
  start = g_get_monotonic_time ();
  for (int i = 0; i < count && ok; i++)
    ok = seal (fd, body, &mail, &error);
  if (ok)
    ok = mado_fsio_write_all (STDOUT_FILENO, g_bytes_get_data (mail, NULL), g_bytes_get_size (mail), &error);
  if (!ok) {
    fprintf (stderr, "%s: %s\n", mado_error_name (error->code), error->message);
    return mado_error_exit_status (error);
  }
  fprintf (stderr, "%.1f\n", count * 1e6 / (double) (g_get_monotonic_time () - start));
  return 0;
}
