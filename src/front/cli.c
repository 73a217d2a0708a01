/* cli.c: reads a command line by two tables, verbs and options, and runs the verb. See cli.h.
 *
 * Called by src/bin/madoguchi.c. Must never print what a mail says without going through a view.
 */
#include "madoguchi/front/cli.h"
#include "madoguchi/front/verbs.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

static const MadoCliVerb verbs[] = {
  { "open", "FILE|-", N_ ("Open one mail: what is it, who signed, what does it say"), "j", 1, 1, TRUE, mado_verb_open },
  { "ingest", "PATH...", N_ ("Put .eml files, mbox files or Maildirs into the spool"), "jwft", 1, 1000000, TRUE,
    mado_verb_ingest },
  { "list", "", N_ ("The shared queue, newest activity first"), "jsolaiQyxUD#W", 0, 0, TRUE, mado_verb_list },
  { "views", "[ls|keep NAME QUERY|forget NAME]", N_ ("Filters of the queue under names: yours, and the team's"), "jP", 0, 3, TRUE, mado_verb_views },
  { "show", "TICKET", N_ ("An incident with its thread, opened"), "je", 1, 1, TRUE, mado_verb_show },
  { "search", "QUERY", N_ ("Messages, notes and answers with these words; state: from: before: after: owner: tag:... filter; newest first"), "jlAB", 1, 1000, TRUE,
    mado_verb_search },
  { "part", "TICKET MESSAGE PART", N_ ("One attachment, decoded"), "OZ", 3, 3, TRUE, mado_verb_part },
  { "raw", "TICKET MESSAGE", N_ ("A mail as it was received"), "O", 2, 2, TRUE, mado_verb_raw },
  { "unread", "TICKET", N_ ("Mark tickets as not read by you"), "j", 1, 1, TRUE, mado_verb_unread },
  { "take", "TICKET", N_ ("Make a ticket yours"), "jV", 1, 1, TRUE, mado_verb_take },
  { "assign", "TICKET LOGIN", N_ ("Give a ticket to a member"), "jV", 2, 2, TRUE, mado_verb_assign },
  { "state", "TICKET STATE [REASON]", N_ ("new, open, waiting, resolved or rejected"), "jV", 2, 3, TRUE, mado_verb_state },
  { "due", "TICKET WHEN",
    N_ ("Until when something has to be done: a time, a day, how long from now (4h, 2d), none; auto: as configured"), "jV", 2, 2, TRUE, mado_verb_due },
  { "hand-over", "TICKET|--all --to LOGIN", N_ ("Give your own tickets to another member, at the end of duty"), "jV789", 0, 1, TRUE, mado_verb_hand_over },
  { "note", "TICKET [TEXT|-]", N_ ("Add a note that only members see; without TEXT from standard input"), "jV", 1, 2, TRUE, mado_verb_note },
  { "reply", "[TICKET]", N_ ("Answer whoever wrote the report: signed, and encrypted; the text from a file, or from standard input"), "j123456;|~@%&*+:V", 0, 1,
    TRUE, mado_verb_reply },
  { "drafts", "[TICKET]", N_ ("Answers that are not sent yet, of all tickets or of one"), "j", 0, 1, TRUE, mado_verb_drafts },
  { "approve", "DRAFT", N_ ("Send an answer that another member wrote, as you read it"), "jV", 1, 1, TRUE, mado_verb_approve },
  { "refuse", "DRAFT REASON", N_ ("Send it back to who wrote it"), "jV", 2, 2, TRUE, mado_verb_refuse },
  { "canned", "ls|show NAME [TICKET]", N_ ("Texts that the team has ready for answers"), "j+", 1, 3, TRUE, mado_verb_canned },
  { "priority", "TICKET LEVEL", N_ ("low, normal, high, urgent; auto: as the rules say"), "jV", 2, 2, TRUE, mado_verb_priority },
  { "category", "TICKET CATEGORY", N_ ("A category of RSIT (fraud:phishing) or its name (Phishing), none; auto: as the rules say"), "jV", 2, 2, TRUE,
    mado_verb_category },
  { "tlp", "TICKET COLOUR", N_ ("RED, AMBER+STRICT, AMBER, GREEN, CLEAR; auto: the strictest mark of its mails"), "jV", 2, 2, TRUE, mado_verb_tlp },
  { "tag", "TICKET TAG...", N_ ("Add tags, or take them away"), "jrV", 2, 101, TRUE, mado_verb_tag },
  { "restrict", "TICKET", N_ ("Narrow a ticket to named members (you and who is named already, unless --to says whom), or open it again"), "j<>{}^V", 1, 1, TRUE,
    mado_verb_restrict },
  { "link", "TICKET OTHER", N_ ("Say what OTHER is to TICKET: related (or --as parent, child, duplicate); or take the link away"), "j=rV", 2, 2, TRUE,
    mado_verb_link },
  { "merge", "TICKET INTO", N_ ("Make TICKET a part of INTO; its number leads there from then on"), "jV", 2, 2, TRUE, mado_verb_merge },
  { "split", "TICKET MESSAGE...", N_ ("Give mails of a ticket (numbers in its thread) a ticket of their own"), "jV", 2, 1001, TRUE, mado_verb_split },
  { "held", "[show|retry|release|drop ID]", N_ ("What could not be settled, and why"), "j", 0, 2, TRUE, mado_verb_held },
  { "reopen", "TICKET|--undecryptable", N_ ("Derive reports again from the raw mail"), "ju", 0, 1, TRUE, mado_verb_reopen },
  { "feeds", "[raw|reopen ID]", N_ ("Reports of machines that make no ticket (DMARC), newest first; a mail of theirs, or reading it again"), "jlaO", 0, 2, TRUE,
    mado_verb_feeds },
  { "account", "", N_ ("The loss account; exit 1 if it does not balance"), "j", 0, 0, TRUE, mado_verb_account },
  { "keys",
    "ls|show FPR|import FILE...|export FPR|[un]pin ADDRESS [FPR]|[un]map DOMAIN|ADDRESS [FPR]|[un]certify FPR|[un]distrust FPR"
    "|rm FPR|known [ADDRESS]|forget ADDRESS|refresh [ADDRESS|FPR]|roll-over",
    N_ ("The known public keys and what vouches for each"), "jpON", 1, 1000000, TRUE, mado_verb_keys },
  { "members", "[ls|add LOGIN|set LOGIN|on-duty|off-duty [LOGIN]|leave LOGIN|invite LOGIN|log-out LOGIN|token ls|add NAME|rm [LOGIN/]NAME]",
    N_ ("Who may ask what; what joining and leaving begins and ends; by which tokens your scripts ask"), "jMKRGCE", 0, 3,
    TRUE, mado_verb_members },
  { "audit", "[ls|head|verify]", N_ ("Who read, changed, exported, sent what; how far it went, signed; is it what was written? exit 1 if not"),
    "jlakmS!HO", 0, 1, TRUE, mado_verb_audit },
  { "vault", "[status|rewrap|rotate]", N_ ("The keys of the store: who can open them, a new wrapping, a new data key"), "j", 0, 1, TRUE, mado_verb_vault },
  { "retention", "[status|run]", N_ ("Tickets whose time is over, by [retention] rules; erase what they say"), "jD", 0, 1, TRUE, mado_verb_retention },
  { "erase", "TICKET", N_ ("Erase what a finished ticket says: it does not come back"), "jYV", 1, 1, TRUE, mado_verb_erase },
  { "hold", "TICKET", N_ ("Nothing of the ticket may be erased, until the hold is released"), "j^QV", 1, 1, TRUE, mado_verb_hold },
  { "policy", "[preview|test-form FILE|-|explain|try TICKET|reload]",
    N_ ("What is in force. Try the rules: which answer a mail would get; what the templates of forms find in a mail or a text; what was decided of a "
        "ticket, by which rule or whom, and what the rules would decide now; read the rules of triage again"),
    "jfT", 0, 2, TRUE, mado_verb_policy },
  { "publish", "[DIR]", N_ ("Write a key directory (WKD), security.txt, the key and RFC 2350 documents"), "jF", 0, 1, TRUE, mado_verb_publish },
  { "doctor", "", N_ ("Check configuration, keys, disk and daemons; exit 1 if a check failed"), "jL", 0, 0, FALSE,
    mado_verb_doctor },
  { "conf", "", N_ ("The table of settings"), "jdn", 0, 0, FALSE, mado_verb_conf },
};

static const struct {
  char id; /* in MadoCliVerb.options; 0: every verb has it */
  const char *name;
  char letter;
  GOptionArg kind;
  gsize offset;
  const char *help, *value;
} option_table[] = {
  { 0, "config", 'c', G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, config), N_ ("The configuration"), "FILE" },
  { 0, "help", 'h', G_OPTION_ARG_NONE, offsetof (MadoCliOptions, help), N_ ("Show this help"), NULL },
  { 0, "version", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, version), N_ ("Show the version"), NULL },
  { 'j', "json", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, json), N_ ("Print JSON"), NULL },
  { 'w', "wait", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, wait), N_ ("Wait until each mail is settled"), NULL },
  { 'f', "from", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, from), N_ ("Envelope sender (the null sender)"), "ADDR" },
  { 't', "to", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, to), N_ ("Envelope recipient (the team)"), "ADDR" },
  { 's', "state", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, state), N_ ("Only tickets in this state"), "STATE" },
  { 'o', "owner", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, owner), N_ ("Only tickets of a member"), "LOGIN|me|none" },
  { 'l', "limit", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, limit), N_ ("At most so many"), "N" },
  { 'a', "after", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, after), N_ ("Continue behind this ticket"), "TICKET" },
  { 'i', "priority", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, priority), N_ ("Only tickets of this priority"), "LEVEL" },
  { 'Q', "tag", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, tag), N_ ("Only tickets with this tag"), "TAG" },
  { 'y', "category", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, category), N_ ("Only tickets of this category, or of its first part (fraud)"), "CATEGORY" },
  { 'x', "tlp", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, tlp), N_ ("Only tickets with this mark"), "COLOUR" },
  { 'U', "unread", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, unread), N_ ("Only tickets in which you have not read all"), NULL },
  { 'D', "due", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, due), N_ ("Only tickets for which a time is set, the next one first"), NULL },
  { '#', "overdue", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, overdue), N_ ("Only those for which it is over"), NULL },
  { 'e', "peek", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, peek), N_ ("Leave it unread"), NULL },
  { '7', "all", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, all), N_ ("All of yours that are not finished"), NULL },
  { '8', "to", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, to), N_ ("The member who has them from now on"), "LOGIN" },
  { '9', "note", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, note), N_ ("What he has to know; it stands in each thread"), "TEXT" },
  { 'A', "after", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, after), N_ ("Continue behind this message"), "MESSAGE" },
  { 'B', "by-rank", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, by_rank), N_ ("The best first"), NULL },
  { 'Z', "zip", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, zip), N_ ("In a ZIP archive with the password that [web] archive-password says"), NULL },
  { 'W', "view", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, view), N_ ("As the view of this name says (views)"), "NAME" },
  { 'P', "team", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, team), N_ ("The team's, not yours"), NULL },
  { 'O', "output", 'o', G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, output), N_ ("Write to FILE"), "FILE" },
  { 'p', "pin", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, pin), N_ ("Pin each key to the addresses of its user IDs"), NULL },
  { 'N', "new", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, new_key), N_ ("The key that shall take over (roll-over)"), "FPR" },
  { 'L', "online", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, online), N_ ("Ask the team's key directories, too"), NULL },
  { 'F', "force", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, force), N_ ("Replace files of others, too"), NULL },
  { 'u', "undecryptable", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, undecryptable), N_ ("All that could not be read"), NULL },
  { 'T', "template", 't', G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, template_name), N_ ("Only this template"), "TEMPLATE" },
  { 'r', "remove", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, remove), N_ ("Take away instead of adding"), NULL },
  { '=', "as", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, as), N_ ("related, parent, child or duplicate"), "KIND" },
  { 'M', "name", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, name), N_ ("A member's name, for people"), "NAME" },
  { 'K', "key", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, key), N_ ("Fingerprint of a member's own OpenPGP key"), "FPR" },
  { 'R', "role", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, role), N_ ("poc, handler, commander, researcher, notification, reader, administrator"), "ROLE" },
  { 'G', "languages", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, languages), N_ ("That a member reads"), "ja,en" },
  { 'C', "scope", 0, G_OPTION_ARG_FILENAME_ARRAY, offsetof (MadoCliOptions, scopes),
    N_ ("Of a token: read, files, work, reply, house, audit; may be given again"), "SCOPE" },
  { 'E', "days", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, days), N_ ("For so many a token is good (90)"), "N" },
  { '1', "file", 'f', G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, file), N_ ("The text, in UTF-8; -: standard input"), "FILE|-" },
  { '2', "to", 0, G_OPTION_ARG_FILENAME_ARRAY, offsetof (MadoCliOptions, recipients), N_ ("To this address alone; given again: to each a mail of its own"), "ADDR" },
  { '3', "plain-ok", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, plain_ok), N_ ("Signed in the clear to whom no key is known for"), NULL },
  { '4', "waiting", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, waiting), N_ ("The ticket waits for an answer then"), NULL },
  { '5', "preview", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, preview), N_ ("Show to whom, with which key, and what stands outside; send nothing"), NULL },
  { '6', "subject", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, subject), N_ ("Another Subject than the thread's"), "TEXT" },
  { '<', "to", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, restrict_to), N_ ("To these members and the owner"), "LOGIN,..." },
  { '>', "add", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, add), N_ ("To these members, too"), "LOGIN,..." },
  { '{', "remove", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, remove_member), N_ ("Not to these members any more"), "LOGIN,..." },
  { '}', "lift", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, lift), N_ ("For all members again"), NULL },
  { '^', "reason", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, reason), N_ ("Why"), "TEXT" },
  { ':', "together", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, together), N_ ("One mail to all of them, who see each other"), NULL },
  { '|', "quote", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, quote), N_ ("Quote the mail that is answered, where that gives nothing away"), NULL },
  { ';', "attach", 0, G_OPTION_ARG_FILENAME_ARRAY, offsetof (MadoCliOptions, files), N_ ("A file that goes along; may be given again"), "FILE" },
  { '~', "draft", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, draft), N_ ("Keep it, send nothing"), NULL },
  { '@', "edit", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, edit), N_ ("Change what is kept: what is given takes the place of what was there"), "DRAFT" },
  { '%', "discard", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, discard), N_ ("Throw it away"), "DRAFT" },
  { '&', "send", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, send), N_ ("Send what is kept"), "DRAFT" },
  { '*', "canned", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, canned), N_ ("The text is one that the team has ready"), "NAME" },
  { '+', "language", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, language), N_ ("Of a canned text"), "ja" },
  { 'V', "if-version", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, if_version), N_ ("Only if nobody changed the ticket since it had this version"), "N" },
  { 'k', "ticket", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, ticket), N_ ("Only what was about this ticket"), "TICKET" },
  { 'm', "member", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, member), N_ ("Only what this member asked for"), "LOGIN" },
  { 'S', "since", 0, G_OPTION_ARG_FILENAME, offsetof (MadoCliOptions, since), N_ ("Only from this day or time on"), "TIME" },
  { '!', "sign", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, sign), N_ ("Have it signed now"), NULL },
  { 'H', "head", 0, G_OPTION_ARG_FILENAME_ARRAY, offsetof (MadoCliOptions, heads), N_ ("Hold it against a head that was given out before"), "FILE" },
  { 'Q', "release", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, release), N_ ("End the hold"), NULL },
  { 'Y', "yes", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, yes), N_ ("In earnest"), NULL },
  { 'D', "dry-run", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, dry_run), N_ ("Only say what would be erased"), NULL },
  { 'd', "defaults", 0, G_OPTION_ARG_NONE, offsetof (MadoCliOptions, defaults), N_ ("The defaults instead of the file"), NULL },
  { 'n', "changed", 'n', G_OPTION_ARG_NONE, offsetof (MadoCliOptions, changed), N_ ("Only what differs from the defaults"), NULL },
};

static const MadoCliVerb *
find_verb (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].name, name) == 0)
      return &verbs[i];
  return NULL;
}

/* (transfer full) the options of @verb (NULL: of the program itself), which write into @options. */
static GOptionContext *
make_context (const MadoCliVerb *verb, MadoCliOptions *options)
{
  GOptionContext *context = g_option_context_new (NULL);
  GOptionEntry entries[G_N_ELEMENTS (option_table) + 2] = { { NULL } };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (option_table); i++) {
    char id = option_table[i].id;
    if (id != 0 && (verb == NULL || strchr (verb->options, id) == NULL))
      continue;
    entries[n++] = (GOptionEntry){
      option_table[i].name, option_table[i].letter, 0, option_table[i].kind,
      (char *) options + option_table[i].offset, _ (option_table[i].help), option_table[i].value
    };
  }
  if (verb != NULL)
    entries[n++] = (GOptionEntry){ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL };
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
parse_with (const MadoCliVerb *verb, MadoCliOptions *options, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = make_context (verb, options);
  g_autoptr (GError) problem = NULL;

  /* Before the verb stand only options of the program itself. */
  g_option_context_set_strict_posix (context, verb == NULL);
  if (g_option_context_parse (context, argc, argv, &problem))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s%s%s", verb != NULL ? verb->name : "",
               verb != NULL ? ": " : "", problem->message);
  return FALSE;
}

static gboolean
check_arguments (MadoCli *cli, const MadoCliVerb *verb, GError **error)
{
  cli->n_arguments = cli->options.arguments != NULL ? g_strv_length (cli->options.arguments) : 0;
  if (cli->options.help || cli->options.version)
    return TRUE;
  if (cli->n_arguments < verb->min_arguments || cli->n_arguments > verb->max_arguments) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: usage: madoguchi %s [OPTION...] %s", verb->name, verb->name,
                 verb->synopsis);
    return FALSE;
  }
  for (guint i = 0; i < cli->n_arguments; i++)
    if (strlen (cli->options.arguments[i]) > 65536) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: argument %u is too long", verb->name, i + 1);
      return FALSE;
    }
  return TRUE;
}

gboolean
mado_cli_parse (MadoCli *cli, int argc, char **argv, const MadoCliVerb **verb, GError **error)
{
  g_autofree char **left = g_memdup2 (argv, sizeof *argv * ((gsize) argc + 1));
  char **rest = left;
  const MadoCliVerb *found;

  *verb = NULL;
  if (!parse_with (NULL, &cli->options, &argc, &rest, error))
    return FALSE;
  if (argc < 2) {
    if (cli->options.help || cli->options.version)
      return TRUE;
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "no verb given; see madoguchi --help");
    return FALSE;
  }
  found = find_verb (rest[1]);
  if (found == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: no such verb; see madoguchi --help", rest[1]);
    return FALSE;
  }
  rest++;
  argc--;
  if (!parse_with (found, &cli->options, &argc, &rest, error) || !check_arguments (cli, found, error))
    return FALSE;
  *verb = found;
  return TRUE;
}

void
mado_cli_clear (MadoCli *cli)
{
  char **owned[] = { &cli->options.config, &cli->options.from,  &cli->options.to,     &cli->options.state,
                     &cli->options.owner,  &cli->options.limit, &cli->options.after,  &cli->options.output,
                     &cli->conf_path,      &cli->options.template_name, &cli->options.new_key,
                     &cli->options.name,   &cli->options.key,   &cli->options.role,   &cli->options.languages,
                     &cli->options.if_version, &cli->options.ticket, &cli->options.member, &cli->options.since,
                     &cli->options.restrict_to, &cli->options.add, &cli->options.remove_member, &cli->options.reason,
                     &cli->options.file,   &cli->options.subject,
                     &cli->options.priority, &cli->options.category, &cli->options.tlp, &cli->options.tag,
                     &cli->options.note, &cli->options.as, &cli->options.days,
                     &cli->options.edit,   &cli->options.discard, &cli->options.send, &cli->options.canned, &cli->options.language };

  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    g_clear_pointer (owned[i], g_free);
  g_clear_pointer (&cli->options.arguments, g_strfreev);
  g_clear_pointer (&cli->options.recipients, g_strfreev);
  g_clear_pointer (&cli->options.heads, g_strfreev);
  g_clear_pointer (&cli->options.scopes, g_strfreev);
  g_clear_pointer (&cli->options.files, g_strfreev);
  g_clear_pointer (&cli->conf, mado_conf_free);
}

const char *
mado_cli_argument (const MadoCli *cli, guint index)
{
  return index < cli->n_arguments ? cli->options.arguments[index] : NULL;
}

gboolean
mado_cli_print (MadoCli *cli, const char *text, GError **error)
{
  return fputs (text, cli->out) >= 0 || mado_error_set_errno (error, "standard output");
}

void
mado_cli_warn (const char *what)
{
  g_autofree char *said = mado_words_translate (what);
  g_autofree char *safe = mado_text_escape_line (said);

  fprintf (stderr, "madoguchi: %s\n", safe);
}

static void
print_help (FILE *out, const MadoCliVerb *verb)
{
  MadoCliOptions unused = { NULL };
  g_autoptr (GOptionContext) context = make_context (verb, &unused);
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  const char *options = strchr (help, '\n'); /* GLib's own usage line knows no verbs */

  if (verb != NULL) {
    fprintf (out, _ ("Usage:\n  madoguchi %s [OPTION...] %s\n\n%s.\n"), verb->name, verb->synopsis, _ (verb->summary));
  } else {
    fputs (_ ("Usage:\n  madoguchi [OPTION...] VERB ...\n\nThe members' tool for the team's mailbox.\n\nVerbs:\n"), out);
    for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
      fprintf (out, "  %-8s %s\n", verbs[i].name, _ (verbs[i].summary));
    fputs (_ ("\nmadoguchi VERB --help tells more.\n"), out);
  }
  options = options != NULL ? strstr (options, "\n\n") : NULL;
  if (options != NULL)
    fputs (options + 1, out);
}

static void
choose_conf (MadoCli *cli)
{
  const char *path = cli->options.config != NULL ? cli->options.config : g_getenv ("MADOGUCHI_CONF");

  cli->conf_path = g_strdup (path != NULL ? path : "/etc/madoguchi/madoguchi.conf");
}

static gboolean
run_verb (MadoCli *cli, const MadoCliVerb *verb, GError **error)
{
  choose_conf (cli);
  if (verb->reads_conf) {
    cli->conf = mado_conf_load (cli->conf_path, error);
    if (cli->conf == NULL)
      return FALSE;
    mado_log_init ("cli", MADO_LOG_WARNING, mado_conf_bool (cli->conf, "log", "addresses"));
  }
  if (!verb->run (cli, error))
    return FALSE;
  if (fflush (cli->out) != 0)
    return mado_error_set_errno (error, "standard output");
  return TRUE;
}

int
mado_cli_main (const MadoCliHooks *hooks, int argc, char **argv)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };
  g_auto (MadoCli) cli = { .hooks = hooks, .out = stdout };
  g_autoptr (GError) error = NULL;
  const MadoCliVerb *verb;

  mado_words_init ();
  sigaction (SIGPIPE, &ignore, NULL);
  if (!mado_cli_parse (&cli, argc, argv, &verb, &error)) {
    mado_cli_warn (error->message);
    return mado_error_exit_status (error);
  }
  if (cli.options.json)
    mado_words_use_english ();
  if (cli.options.version) {
    printf ("madoguchi %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (cli.options.help) {
    print_help (stdout, verb);
    return 0;
  }
  if (run_verb (&cli, verb, &error))
    return cli.status;
  g_autofree char *what = g_strdup_printf ("%s: %s", verb->name, error->message);
  fflush (cli.out);
  mado_cli_warn (what);
  return mado_error_exit_status (error);
}
