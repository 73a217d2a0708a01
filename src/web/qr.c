/* qr.c: see qr.h. Called by entrance.c. Must never keep or log what it is given; what libqrencode frees is wiped like all that this
 * program frees (base/wiping.h). */
#include "madoguchi/web/qr.h"

#include <qrencode.h>
#include <string.h>

#define MAX_TEXT 2048 /* bytes: more never fit, and the library's way to look for the shortest form is not linear */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QRcode, QRcode_free)

static JsonArray *
make_rows (const QRcode *code)
{
  JsonArray *rows = json_array_sized_new ((guint) code->width);
  char row[MADO_QR_MAX_SIZE + 1];

  for (int y = 0; y < code->width; y++) {
    for (int x = 0; x < code->width; x++)
      row[x] = (code->data[y * code->width + x] & 1) != 0 ? '1' : '0';
    row[code->width] = '\0';
    json_array_add_string_element (rows, row);
  }
  explicit_bzero (row, sizeof row);
  return rows;
}

JsonNode *
mado_qr_new (const char *text)
{
  g_autoptr (QRcode) code = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node;

  if (*text == '\0' || strlen (text) > MAX_TEXT)
    return NULL;
  code = QRcode_encodeString (text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
  if (code == NULL || code->width > MADO_QR_MAX_SIZE)
    return NULL;
  json_object_set_int_member (object, "size", code->width);
  json_object_set_array_member (object, "rows", make_rows (code));
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, object);
  return node;
}
