/* test-web-qr.c: a code that another program made, module by module; the shape of one for a second device; what does not fit.
 * That readers read them is seen in tests/it/web-api.py and tests/full/web-languages.py. */
#include "madoguchi/web/qr.h"

#include <string.h>

#define URI \
  "otpauth://totp/Example%20CSIRT:hanako?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20CSIRT&algorithm=SHA1&digits=6&period=30"

/* `qrencode -l M -m 0 -t ASCII MADOGUCHI`: not the same when it is turned or mirrored. */
static const char *const known[] = {
  "111111101110001111111",
  "100000100110001000001",
  "101110100101101011101",
  "101110101010101011101",
  "101110101100101011101",
  "100000101111001000001",
  "111111101010101111111",
  "000000001001100000000",
  "100010111101011111001",
  "111000010111100001111",
  "000001100111001111001",
  "101010011000011110101",
  "101111111000111000100",
  "000000001100111000100",
  "111111101010110011101",
  "100000100111100101100",
  "101110101101001011001",
  "101110100011100010011",
  "101110100011001010100",
  "100000100100011011101",
  "111111101010111001111",
};

static guint
read_size (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  JsonArray *rows = json_object_get_array_member (object, "rows");
  guint size = (guint) json_object_get_int_member (object, "size");

  g_assert_cmpuint (json_object_get_size (object), ==, 2);
  g_assert_cmpuint (json_array_get_length (rows), ==, size);
  for (guint y = 0; y < size; y++) {
    const char *row = json_array_get_string_element (rows, y);
    g_assert_cmpuint (strlen (row), ==, size);
    g_assert_cmpuint (strspn (row, "01"), ==, size);
  }
  return size;
}

static const char *
get_row (JsonNode *node, guint y)
{
  return json_array_get_string_element (json_object_get_array_member (json_node_get_object (node), "rows"), y);
}

static void
test_known (void)
{
  g_autoptr (JsonNode) node = mado_qr_new ("MADOGUCHI");

  g_assert_nonnull (node);
  g_assert_cmpuint (read_size (node), ==, G_N_ELEMENTS (known));
  for (guint y = 0; y < G_N_ELEMENTS (known); y++)
    g_assert_cmpstr (get_row (node, y), ==, known[y]);
}

static gboolean
has_finder (JsonNode *node, guint left, guint top)
{
  static const char *const finder[] = { "1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111" };

  for (guint y = 0; y < G_N_ELEMENTS (finder); y++)
    if (strncmp (get_row (node, top + y) + left, finder[y], strlen (finder[y])) != 0)
      return FALSE;
  return TRUE;
}

/* Three corners, and dotted lines between them (ISO/IEC 18004, 6.3). */
static void
test_shape (void)
{
  g_autoptr (JsonNode) node = mado_qr_new (URI);
  g_autoptr (JsonNode) other = mado_qr_new (URI "1");
  guint size = read_size (node), differs = 0;

  g_assert_cmpuint (size, ==, 17 + 4 * 8); /* version 8 */
  g_assert_true (has_finder (node, 0, 0));
  g_assert_true (has_finder (node, size - 7, 0));
  g_assert_true (has_finder (node, 0, size - 7));
  g_assert_false (has_finder (node, size - 7, size - 7));
  for (guint i = 8; i < size - 8; i++) {
    g_assert_cmpint (get_row (node, 6)[i], ==, i % 2 == 0 ? '1' : '0');
    g_assert_cmpint (get_row (node, i)[6], ==, i % 2 == 0 ? '1' : '0');
  }
  g_assert_cmpuint (read_size (other), ==, size);
  for (guint y = 0; y < size; y++)
    differs += strcmp (get_row (node, y), get_row (other, y)) != 0;
  g_assert_cmpuint (differs, >, 4);
}

static void
test_limits (void)
{
  char text[3001];
  gboolean did_fit = TRUE;
  guint last = 0;

  g_assert_null (mado_qr_new (""));
  for (gsize length = 1; length < sizeof text; length += 50) {
    memset (text, 'x', length);
    text[length] = '\0';
    g_autoptr (JsonNode) node = mado_qr_new (text);
    g_assert_false (node != NULL && !did_fit);
    if (node == NULL) {
      did_fit = FALSE;
      continue;
    }
    g_assert_cmpuint (read_size (node), >=, last);
    last = read_size (node);
    g_assert_cmpuint (last, <=, MADO_QR_MAX_SIZE);
  }
  g_assert_false (did_fit);
  g_assert_cmpuint (last, ==, MADO_QR_MAX_SIZE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/qr/known", test_known);
  g_test_add_func ("/web/qr/shape", test_shape);
  g_test_add_func ("/web/qr/limits", test_limits);
  return g_test_run ();
}
