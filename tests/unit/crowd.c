/* crowd.c: one member at the keeper's socket who does not rest: a helper of tests/it/crowd.py, which starts forty of them.
 *
 *   crowd reader SOCKET STOP SEED TICKET...   list and show, again and again: "list MICROSECONDS", "show MICROSECONDS"
 *   crowd writer SOCKET STOP SEED TICKET...   looks at a ticket and changes it if nobody did meanwhile:
 *                                             "done VERB TICKET BEFORE AFTER VALUE" (versions), "conflict VERB TICKET", "error ..."
 *
 * Ends when the file STOP is there. Every line is written at once.
 */
#include "madoguchi/base/error.h"
#include "madoguchi/ipc/wire.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_MS 60000
#define READER_REST_MS 100
#define WRITER_REST_MS 30
#define MAX_TAGS 8 /* of one writer: a ticket has room for a hundred */

typedef struct {
  int socket;
  const char *stop, *seed;
  char **tickets;
  guint n_tickets, n_tags, n;
  GRand *dice;
} Member;

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  if (write (STDOUT_FILENO, whole, strlen (whole)) < 0)
    _exit (1);
}

static const char *
pick (const Member *member)
{
  return member->tickets[g_rand_int_range (member->dice, 0, (gint32) member->n_tickets)];
}

static gboolean
ask (const Member *member, const char *verb, GVariant *body, MadoPacket *answer, GError **error)
{
  return mado_wire_call (member->socket, verb, body, -1, answer, error);
}

static GVariant *
make_body (const char *name, const char *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (name != NULL)
    g_variant_dict_insert (&dict, name, "s", value);
  else
    g_variant_dict_insert (&dict, "limit", "x", (gint64) 50);
  return g_variant_dict_end (&dict);
}

static void
read_once (const Member *member, const char *verb, GVariant *body)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  if (ask (member, verb, body, &answer, &error))
    say ("%s %" G_GINT64_FORMAT, verb, g_get_monotonic_time () - start);
  else
    say ("error %s: %s", verb, error->message);
}

static void
read_on (Member *member)
{
  read_once (member, "list", make_body (NULL, NULL));
  read_once (member, "show", make_body ("ticket", pick (member)));
  g_usleep ((gulong) g_rand_int_range (member->dice, 0, 2 * READER_REST_MS * 1000));
}

/* What this turn changes: @verb with an argument @name. */
static char *
choose (Member *member, const char *state, const char **verb, const char **name)
{
  static const char *const levels[] = { "low", "normal", "high", "urgent" };
  guint turn = member->n++;

  *verb = *name = "priority";
  if (turn % 4 == 1 && member->n_tags < MAX_TAGS) {
    *verb = "tag";
    *name = "tags";
    return g_strdup_printf ("t-%s-%u", member->seed, member->n_tags++);
  }
  if (turn % 4 == 2) {
    *verb = *name = "state";
    return g_strdup (strcmp (state, "open") == 0 ? "waiting" : "open");
  }
  if (turn % 4 == 3)
    return g_strdup (levels[g_rand_int_range (member->dice, 0, 4)]);
  *verb = "note";
  *name = "text";
  return g_strdup_printf ("n-%s-%u", member->seed, turn);
}

static void
change (const Member *member, const char *verb, const char *name, const char *value, const char *ticket, gint64 version)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree char *seen = g_strdup_printf ("%" G_GINT64_FORMAT, version);
  const char *const tags[] = { value, NULL };
  gint64 after = 0;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ticket", "s", ticket);
  g_variant_dict_insert (&dict, "if_version", "s", seen);
  if (strcmp (name, "tags") == 0)
    g_variant_dict_insert_value (&dict, name, g_variant_new_strv (tags, -1));
  else
    g_variant_dict_insert (&dict, name, "s", value);
  if (ask (member, verb, g_variant_dict_end (&dict), &answer, &error)) {
    g_variant_lookup (answer.body, "version", "x", &after);
    say ("done %s|%s|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%s", verb, ticket, version, after, value);
  } else if (g_error_matches (error, MADO_ERROR, MADO_ERROR_CONFLICT) && strstr (error->message, "was changed meanwhile") != NULL) {
    say ("conflict %s|%s", verb, ticket);
  } else {
    say ("error %s: %s", verb, error->message);
  }
}

static void
write_on (Member *member)
{
  g_auto (MadoPacket) seen = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;
  const char *ticket = pick (member), *state = "", *verb, *name;
  gint64 version = 0;

  if (!ask (member, "show", make_body ("ticket", ticket), &seen, &error)) {
    say ("error show: %s", error->message);
    return;
  }
  g_variant_lookup (seen.body, "version", "x", &version);
  g_variant_lookup (seen.body, "state", "&s", &state);
  g_autofree char *value = choose (member, state, &verb, &name);
  change (member, verb, name, value, ticket, version);
  g_usleep ((gulong) g_rand_int_range (member->dice, 0, 2 * WRITER_REST_MS * 1000));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Member member = { .socket = -1 };

  if (argc < 6)
    return 64;
  member.socket = mado_wire_connect (argv[2], DEADLINE_MS, &error);
  if (member.socket < 0) {
    say ("error connect: %s", error->message);
    return 69;
  }
  member.stop = argv[3];
  member.seed = argv[4];
  member.tickets = argv + 5;
  member.n_tickets = (guint) argc - 5;
  member.dice = g_rand_new_with_seed (g_str_hash (member.seed));
  while (!g_file_test (member.stop, G_FILE_TEST_EXISTS)) {
    if (strcmp (argv[1], "writer") == 0)
      write_on (&member);
    else
      read_on (&member);
  }
  g_rand_free (member.dice);
  close (member.socket);
  return 0;
}
