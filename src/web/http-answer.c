/* http-answer.c: see http-answer.h. Must never let a value end a header field. */
#include "madoguchi/web/http-answer.h"

#include <string.h>
#include <unistd.h>

#define RETRY_SECONDS "5"

MadoHttpAnswer *
mado_http_answer_new (guint status, const char *type, GBytes *content)
{
  MadoHttpAnswer *answer = g_new0 (MadoHttpAnswer, 1);

  answer->status = status;
  answer->type = type;
  answer->content = content != NULL ? g_bytes_ref (content) : NULL;
  answer->fd = -1;
  answer->headers = g_ptr_array_new_with_free_func (g_free);
  return answer;
}

void
mado_http_answer_free (MadoHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->content, g_bytes_unref);
  if (answer->fd >= 0)
    close (answer->fd);
  g_ptr_array_unref (answer->headers);
  g_free (answer->listener);
  g_free (answer->session);
  g_free (answer);
}

void
mado_http_answer_add (MadoHttpAnswer *answer, const char *name, const char *value)
{
  GString *clean = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++)
    if ((guchar) *p >= 0x20 && *p != 0x7f)
      g_string_append_c (clean, *p);
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_string_free (clean, FALSE));
}

gboolean
mado_http_answer_has (const MadoHttpAnswer *answer, const char *name)
{
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    if (g_ascii_strcasecmp (answer->headers->pdata[i], name) == 0)
      return TRUE;
  return FALSE;
}

static const char *
get_title (guint status)
{
  static const struct {
    guint status;
    const char *title;
  } table[] = {
    { 400, "This request is not understood" },
    { 401, "Nobody is logged in here" },
    { 413, "Over a limit" },
    { 429, "Too many streams of one member" },
    { 503, "Too many ask at once" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].status == status)
      return table[i].title;
  return "Trouble of the page";
}

MadoHttpAnswer *
mado_http_answer_status (guint status)
{
  g_autofree char *text
      = g_strdup_printf ("{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u}\n", get_title (status), status);
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));
  MadoHttpAnswer *answer = mado_http_answer_new (status, "application/problem+json", content);

  mado_http_answer_add (answer, "Cache-Control", "no-store");
  return answer;
}

MadoHttpAnswer *
mado_http_answer_busy (void)
{
  MadoHttpAnswer *answer = mado_http_answer_status (503);

  mado_http_answer_add (answer, "Retry-After", RETRY_SECONDS);
  return answer;
}
