/* tlp.c: see tlp.h. */
#include "madoguchi/model/tlp.h"

#include <string.h>

static const char *const tlp_names[] = { NULL, "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED" };
static const char *const pap_names[] = { NULL, "PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:AMBER", "PAP:RED" };

const char *
mado_tlp_name (MadoTlpLevel level)
{
  return tlp_names[level];
}

const char *
mado_pap_name (MadoTlpLevel level)
{
  return pap_names[level];
}

MadoTlpLevel
mado_tlp_level (const char *name)
{
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (tlp_names); i++)
    if (strcmp (name, tlp_names[i]) == 0 || strcmp (name, pap_names[i]) == 0)
      return (MadoTlpLevel) i;
  return MADO_TLP_NONE;
}

const char *
mado_tlp_stricter (const char *a, const char *b)
{
  return mado_tlp_level (b) > mado_tlp_level (a) ? b : a;
}
