/* checks-online.c: see checks-online.h. What comes is a stranger's: it is compared, and its fingerprint read from its packets. */
#include "madoguchi/front/checks-online.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/publish.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/wkd.h"
#include "madoguchi/base/words.h"
#include "madoguchi/model/report.h"
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/pgp/offered.h"

#include <string.h>
#include <unistd.h>

#define BLOCK_MAX (1024 * 1024)

typedef struct {
  const MadoConf *conf;
  const GPtrArray *plan; /* of MadoPublishFile: what should be found */
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, MadoCheckStatus status, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (const Checks *checks, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, "online", status, detail);
}

/* Is @block what one of the two forms would give for @address? */
static gboolean
is_planned (const Checks *checks, const char *address, GBytes *block)
{
  g_autofree char *name = mado_wkd_name (address);
  g_autofree char *domain = g_ascii_strdown (strrchr (address, '@') + 1, -1);
  g_autofree char *advanced = g_strdup_printf ("/openpgpkey/%s/hu/%s", domain, name);
  g_autofree char *direct = g_strdup_printf ("/openpgpkey/hu/%s", name);

  for (guint i = 0; i < checks->plan->len; i++) {
    const MadoPublishFile *file = checks->plan->pdata[i];
    if ((g_str_has_suffix (file->path, advanced) || g_str_has_suffix (file->path, direct)) && file->content != NULL
        && g_bytes_equal (file->content, block))
      return TRUE;
  }
  return FALSE;
}

static void
compare (const Checks *checks, const char *address, GBytes *block)
{
  const char *team = mado_conf_string (checks->conf, "team", "key");
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  gboolean has_team = FALSE;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (block, &size);

  mado_offered_read (bytes, size, "attached", 10, keys);
  for (guint i = 0; i < keys->len; i++)
    has_team |= g_ascii_strcasecmp (((MadoOfferedKey *) keys->pdata[i])->fingerprint, team) == 0;
  if (is_planned (checks, address, block))
    say (checks, MADO_CHECK_OK, "%s: the directory gives the key in use", address);
  else if (keys->len == 1 && has_team)
    say (checks, MADO_CHECK_WARN, "%s: the directory gives the key as it was, or with other user IDs: copy what madoguchi publish wrote", address);
  else
    say (checks, MADO_CHECK_FAIL, "%s: the directory gives %s%s; in use is %s", address,
         keys->len == 0 ? N_ ("no key") : keys->len > 1 ? N_ ("several keys, one of them ")
                                                        : "the key ",
         keys->len == 0 ? "" : ((MadoOfferedKey *) keys->pdata[0])->fingerprint, team);
}

static void
check_address (const Checks *checks, const char *address)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) block = NULL;

  if (!mado_member_ask (checks->conf, "look-up-own", mado_member_body ("address", address, NULL), -1, &answer, &problem))
    say (checks, g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO) ? MADO_CHECK_FAIL : MADO_CHECK_WARN, "%s: %s", address, problem->message);
  else if (answer.fd < 0 || lseek (answer.fd, 0, SEEK_SET) != 0 || !mado_fsio_read_all (answer.fd, BLOCK_MAX, &block, NULL))
    say (checks, MADO_CHECK_WARN, "%s: the keeper sent nothing along", address);
  else
    compare (checks, address, block);
}

void
mado_checks_online (const MadoConf *conf, MadoCheckReport report, gpointer data)
{
  const char *team = mado_conf_string (conf, "team", "key");
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) key = team == NULL ? NULL : mado_keyring_export (conf, team, &problem);
  g_autoptr (GPtrArray) plan = key == NULL ? NULL : mado_publish_plan (conf, key, NULL, &problem);
  const Checks checks = { conf, plan, report, data };

  if (plan == NULL) {
    say (&checks, MADO_CHECK_FAIL, "%s", problem != NULL ? problem->message : "[team] key is not set");
    return;
  }
  for (const char *const *address = mado_conf_list (conf, "team", "address"); *address != NULL; address++)
    check_address (&checks, *address);
}
