/* smime.c: see smime.h. */
#include "madoguchi/reply/smime.h"
#include "madoguchi/pgp/cms-seal.h"
#include "madoguchi/reply/payload.h"

static void
append (GString *out, GBytes *bytes)
{
  g_string_append_len (out, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
}

/* (transfer full, nullable) @payload with its signature behind it, as one entity. */
static GBytes *
make_signed (MadoPgpHome *home, const char *team, GBytes *payload, GError **error)
{
  g_autofree char *boundary = mado_payload_boundary ();
  g_autoptr (GBytes) signature = NULL;
  GString *out;

  if (!mado_cms_sign (home, team, payload, &signature, error))
    return NULL;
  out = g_string_new (NULL);
  g_string_append_printf (out,
                          "Content-Type: multipart/signed; micalg=sha-256;\r\n protocol=\"application/pkcs7-signature\";\r\n"
                          " boundary=\"%s\"\r\n\r\n--%s\r\n",
                          boundary, boundary);
  append (out, payload);
  /* the line end before a boundary belongs to the boundary, not to what was signed */
  g_string_append_printf (out,
                          "\r\n--%s\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
                          "Content-Transfer-Encoding: base64\r\n"
                          "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
                          boundary);
  mado_payload_write_base64 (out, g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
  return g_string_free_to_bytes (out);
}

gboolean
mado_smime_seal (MadoPgpHome *home, const char *team, GBytes *payload, const MadoSealTo *to, GString *out, GError **error)
{
  g_autoptr (GBytes) entity = make_signed (home, team, payload, error);
  g_autoptr (GBytes) sealed = NULL;

  if (entity == NULL || !mado_cms_encrypt (home, team, entity, to, &sealed, error))
    return FALSE;
  g_string_append (out, "MIME-Version: 1.0\r\n"
                        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n");
  mado_payload_write_base64 (out, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  return TRUE;
}
