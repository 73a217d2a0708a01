/* api-calls.c: the table of api.h. Whoever adds a word for members adds a row here, when the page or a script may use it. */
#include "madoguchi/model/access-token.h"
#include "madoguchi/model/audit.h"
#include "madoguchi/model/draft.h"
#include "madoguchi/model/feed.h"
#include "madoguchi/model/found.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/member.h"
#include "madoguchi/model/overview.h"
#include "madoguchi/model/policy-sheet.h"
#include "madoguchi/model/policy-trial.h"
#include "madoguchi/model/reply-preview.h"
#include "madoguchi/model/reply-wish.h"
#include "madoguchi/model/triage.h"
#include "madoguchi/model/view.h"
#include "madoguchi/web/api.h"

#define TICKET { "ticket", MADO_API_STRING, MADO_API_PATH, TRUE, "Its number, e.g. 2026-000001" }
#define MESSAGE { "message", MADO_API_INTEGER, MADO_API_PATH, TRUE, "The id of the entry in the thread" }
#define NEEDED(name, help) { name, MADO_API_STRING, MADO_API_CONTENT, TRUE, help }
#define OPTIONAL(name, help) { name, MADO_API_STRING, MADO_API_CONTENT, FALSE, help }
#define FLAG(name, help) { name, MADO_API_BOOLEAN, MADO_API_CONTENT, FALSE, help }
#define QUERY(name, help) { name, MADO_API_STRING, MADO_API_QUERY, FALSE, help }
#define NUMBER(name, help) { name, MADO_API_INTEGER, MADO_API_QUERY, FALSE, help }
#define LIMIT NUMBER ("limit", "At most so many")
#define WISH { "text", MADO_API_STRING, MADO_API_CONTENT, TRUE, "What the reply says" }, REST
#define DRAFT NEEDED ("draft", "Its number, with the revision that was read: 7.2")
#define VIEW NEEDED ("name", "What it is called")
#define VIEW_NAMED { "name", MADO_API_STRING, MADO_API_QUERY, TRUE, "What it is called" }
#define HELD { "id", MADO_API_STRING, MADO_API_PATH, TRUE, "The queue id" }
#define REST                                                                                                                  \
  OPTIONAL ("subject", "Instead of the thread's"),                                                                            \
      { "to", MADO_API_STRINGS, MADO_API_CONTENT, FALSE, "Addresses; nobody: who wrote last" },                                \
      FLAG ("plain_ok", "In the clear to whom no key is known for"), FLAG ("quote", "The newest mail, below the text"),        \
      FLAG ("waiting", "The ticket waits for the recipient then"),                                                           \
      FLAG ("together", "One mail to all of them, who see each other"),                                                      \
      { "files", MADO_API_FILES, MADO_API_CONTENT, FALSE, "What goes along; [reply] attachments-max says how much" }

const MadoApiCall mado_api_calls[] = {
  { "GET", "/incidents", "list", MADO_API_ITEMS, &mado_summary_type, FALSE, "The shared queue, newest activity first",
    { QUERY ("state", "new, open, waiting, resolved, rejected"), QUERY ("owner", "A login, me, or none"), QUERY ("priority", "A priority"),
      QUERY ("category", "A category"), QUERY ("tlp", "A mark"), QUERY ("tag", "A tag"),
      { "unread", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "Only what the member has not read" },
      { "due", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "Only what is due some time, the next first" },
      { "overdue", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "Only what is late" }, LIMIT,
      QUERY ("after", "The last ticket of the page before"),
      QUERY ("after_updated", "When that one was changed, as that page said: so that it may have gone up since") } },
  { "GET", "/incidents/{ticket}", "show", MADO_API_RECORD, &mado_incident_type, TRUE, "An incident with its thread, opened",
    { TICKET, { "peek", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "It stays unread" } } },
  { "POST", "/incidents/{ticket}/unread", "unread", MADO_API_BODY, NULL, FALSE, "All of it is unread again", { TICKET } },
  { "POST", "/incidents/{ticket}/looking", "looking", MADO_API_BODY, NULL, FALSE, "The member has it before him; and who else has", { TICKET } },
  { "POST", "/incidents/{ticket}/take", "take", MADO_API_BODY, NULL, TRUE, "It becomes the member's own", { TICKET } },
  { "POST", "/incidents/{ticket}/assign", "assign", MADO_API_BODY, NULL, TRUE, "It becomes somebody's",
    { TICKET, NEEDED ("owner", "A login, or none") } },
  { "POST", "/incidents/{ticket}/state", "state", MADO_API_BODY, NULL, TRUE, "How far it is",
    { TICKET, NEEDED ("state", "new, open, waiting, resolved, rejected"), OPTIONAL ("reason", "Why; needed for rejected") } },
  { "POST", "/incidents/{ticket}/note", "note", MADO_API_BODY, NULL, TRUE, "A note that only members see",
    { TICKET, NEEDED ("text", "The note") } },
  { "POST", "/incidents/{ticket}/priority", "priority", MADO_API_BODY, NULL, TRUE, "How urgent it is",
    { TICKET, NEEDED ("priority", "low, normal, high, urgent, or auto") } },
  { "POST", "/incidents/{ticket}/category", "category", MADO_API_BODY, NULL, TRUE, "What it is",
    { TICKET, NEEDED ("category", "A category, none, or auto") } },
  { "POST", "/incidents/{ticket}/tlp", "tlp", MADO_API_BODY, NULL, TRUE, "Who may know of it", { TICKET, NEEDED ("tlp", "A mark, or auto") } },
  { "POST", "/incidents/{ticket}/tag", "tag", MADO_API_BODY, NULL, TRUE, "Words of the team's own",
    { TICKET, { "tags", MADO_API_STRINGS, MADO_API_CONTENT, TRUE, "The words" }, FLAG ("remove", "They are taken away") } },
  { "POST", "/incidents/{ticket}/reply", "reply", MADO_API_BODY, NULL, TRUE, "Answers, signed, and encrypted where a key is known",
    { TICKET, WISH } },
  { "POST", "/incidents/{ticket}/reply/preview", "reply-preview", MADO_API_RECORD, &mado_reply_preview_type, FALSE,
    "What the reply would be, to whom, and what is seen outside",
    { TICKET, WISH, OPTIONAL ("files_of", "The draft that has the files of which only sha256 is said") } },
  { "GET", "/drafts", "drafts", MADO_API_ITEMS, &mado_draft_type, FALSE, "Answers that are not sent yet", { QUERY ("ticket", "Of one incident") } },
  { "POST", "/incidents/{ticket}/drafts/save", "draft-save", MADO_API_BODY, NULL, TRUE, "Keeps an answer; what is not given stays as it was",
    { TICKET, OPTIONAL ("draft", "Which one; else a new one"), OPTIONAL ("text", "What the reply says"), REST } },
  { "POST", "/incidents/{ticket}/drafts/send", "draft-send", MADO_API_BODY, NULL, TRUE, "Sends it, or asks another member to approve it", { TICKET, DRAFT } },
  { "POST", "/incidents/{ticket}/drafts/discard", "draft-discard", MADO_API_BODY, NULL, TRUE, "Throws it away", { TICKET, DRAFT } },
  { "GET", "/incidents/{ticket}/drafts/{draft}/files/{file}", "draft-file", MADO_API_FILE, NULL, FALSE, "What goes along with it",
    { TICKET, { "draft", MADO_API_STRING, MADO_API_PATH, TRUE, "Its number, with the revision that was read: 7.2" },
      { "file", MADO_API_INTEGER, MADO_API_PATH, TRUE, "Which one: 1 is the first" } } },
  { "POST", "/incidents/{ticket}/approve", "approve", MADO_API_BODY, NULL, TRUE, "Sends what another member wrote, as it was read", { TICKET, DRAFT } },
  { "POST", "/incidents/{ticket}/refuse", "refuse", MADO_API_BODY, NULL, TRUE, "Gives it back to who wrote it",
    { TICKET, DRAFT, NEEDED ("reason", "Why") } },
  { "POST", "/incidents/{ticket}/due", "due", MADO_API_BODY, NULL, TRUE, "Until when something has to be done",
    { TICKET, NEEDED ("when", "A time, a day, how long from now (4h, 2d), none, or auto") } },
  { "GET", "/canned", "canned-list", MADO_API_BODY, NULL, FALSE, "Names of the texts that the team has ready", { { NULL } } },
  { "GET", "/canned/{name}", "canned-show", MADO_API_BODY, NULL, FALSE, "One of them, filled",
    { { "name", MADO_API_STRING, MADO_API_PATH, TRUE, "Its name" }, QUERY ("language", "ja, en"), QUERY ("ticket", "For which incident") } },
  { "GET", "/incidents/{ticket}/triage", "triage", MADO_API_RECORD, &mado_triage_type, FALSE, "What was decided of it, by which rule or whom",
    { TICKET } },
  { "GET", "/incidents/{ticket}/messages/{message}/raw", "raw", MADO_API_FILE, NULL, FALSE, "The mail as it was received", { TICKET, MESSAGE } },
  { "GET", "/incidents/{ticket}/messages/{message}/parts/{path}", "part", MADO_API_FILE, NULL, FALSE, "One part, decoded: a stranger's bytes",
    { TICKET, MESSAGE, { "path", MADO_API_STRING, MADO_API_PATH, TRUE, "Its path in the mail, e.g. 1.2" },
      { "zip", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "In a ZIP archive with [web] archive-password, as SHA256.bin" } } },
  { "POST", "/incidents/{ticket}/restrict", "restrict", MADO_API_BODY, NULL, TRUE, "Only named members may read it",
    { TICKET, { "members", MADO_API_STRINGS, MADO_API_CONTENT, FALSE, "Their logins" }, FLAG ("add", "Besides those who are"),
      FLAG ("remove", "They are named no more"), FLAG ("lift", "Everybody may read it again"), OPTIONAL ("reason", "Why") } },
  { "POST", "/incidents/{ticket}/hand-over", "hand-over", MADO_API_BODY, NULL, TRUE, "The member's own ticket becomes somebody else's",
    { TICKET, NEEDED ("to", "A login"), OPTIONAL ("note", "What he has to know") } },
  { "POST", "/incidents/{ticket}/link", "link", MADO_API_BODY, NULL, TRUE, "Another incident belongs to it",
    { TICKET, NEEDED ("other", "The other ticket"), OPTIONAL ("as", "related, parent, child, duplicate"), FLAG ("remove", "It does not any more") } },
  { "POST", "/incidents/{ticket}/merge", "merge", MADO_API_BODY, NULL, TRUE, "It becomes part of another one",
    { TICKET, NEEDED ("into", "The other ticket") } },
  { "POST", "/incidents/{ticket}/split", "split", MADO_API_BODY, NULL, TRUE, "Mails of another matter get a ticket of their own: \"split\"",
    { TICKET, { "messages", MADO_API_INTEGERS, MADO_API_CONTENT, TRUE, "The ids of their entries in the thread" } } },
  { "GET", "/search", "search", MADO_API_ITEMS, &mado_found_type, FALSE, "Messages, notes and answers that fit, the newest first",
    { { "query", MADO_API_STRING, MADO_API_QUERY, TRUE, "docs/search.md" }, LIMIT, NUMBER ("below", "The page after: \"next\" of the one before"),
      { "by_rank", MADO_API_BOOLEAN, MADO_API_QUERY, FALSE, "The best first" } } },
  { "GET", "/views", "views", MADO_API_ITEMS, &mado_view_type, FALSE, "Filters of the queue under names: the member's own, then the team's", { { NULL } } },
  { "PUT", "/views", "view-put", MADO_API_ITEMS, &mado_view_type, FALSE, "Keeps one of the member's own, in the place of the one of that name",
    { VIEW, NEEDED ("query", "The arguments of GET /incidents: state=open&owner=me") } },
  { "DELETE", "/views", "view-remove", MADO_API_ITEMS, &mado_view_type, FALSE, "Forgets it", { VIEW_NAMED } },
  { "PUT", "/team-views", "team-view-put", MADO_API_ITEMS, &mado_view_type, FALSE, "The same for one that all members see",
    { VIEW, NEEDED ("query", "The arguments of GET /incidents") } },
  { "DELETE", "/team-views", "team-view-remove", MADO_API_ITEMS, &mado_view_type, FALSE, "Forgets it", { VIEW_NAMED } },
  { "GET", "/overview", "overview", MADO_API_RECORD, &mado_overview_type, FALSE, "The queue in numbers", { { NULL } } },
  { "GET", "/policy", "policy", MADO_API_RECORD, &mado_policy_sheet_record_type, FALSE, "What is in force: settings, rules, permissions", { { NULL } } },
  { "POST", "/policy/reload", "policy-reload", MADO_API_BODY, NULL, FALSE, "The rules of triage are read again", { { NULL } } },
  { "GET", "/incidents/{ticket}/policy", "policy-try", MADO_API_RECORD, &mado_policy_trial_type, FALSE,
    "What the rules would make of it now, and why its answer is what it is", { TICKET } },
  { "GET", "/held", "held", MADO_API_ITEMS, &mado_held_type, FALSE, "Mails that could not be settled, and why", { { NULL } } },
  { "GET", "/held/{id}", "held-show", MADO_API_BODY, &mado_held_type, FALSE, "One of them, with what is wrong", { HELD } },
  { "POST", "/held/{id}/retry", "held-retry", MADO_API_BODY, NULL, FALSE, "It is tried again", { HELD } },
  { "POST", "/held/{id}/release", "held-release", MADO_API_BODY, NULL, FALSE, "It becomes a ticket, or joins the one it claims", { HELD } },
  { "POST", "/held/{id}/drop", "held-drop", MADO_API_BODY, NULL, FALSE, "It is thrown away", { HELD } },
  { "GET", "/account", "account", MADO_API_RECORD, &mado_account_type, FALSE, "What came in, and what became of it", { { NULL } } },
  { "GET", "/feeds", "feeds", MADO_API_ITEMS, &mado_feed_type, FALSE, "Reports of machines that make no ticket",
    { LIMIT, QUERY ("after", "The last queue id of the page before") } },
  { "GET", "/members", "members-list", MADO_API_ITEMS, &mado_member_record_type, FALSE, "The members of the team", { { NULL } } },
  { "POST", "/members/{login}/invite", "members-invite", MADO_API_BODY, NULL, FALSE, "Lets a member choose a password",
    { { "login", MADO_API_STRING, MADO_API_PATH, TRUE, "Whom" } } },
  { "POST", "/members/{login}/role", "members-set", MADO_API_BODY, NULL, FALSE, "What a member may",
    { { "login", MADO_API_STRING, MADO_API_PATH, TRUE, "Whose" }, NEEDED ("role", "poc, handler, commander, researcher, notification, reader, administrator") } },
  { "POST", "/members/{login}/log-out", "members-log-out", MADO_API_BODY, NULL, FALSE, "Ends the sessions of a member",
    { { "login", MADO_API_STRING, MADO_API_PATH, TRUE, "Whose" } } },
  { "GET", "/tokens", "tokens-list", MADO_API_ITEMS, &mado_access_token_type, FALSE, "By what scripts ask: the member's own; of all to administrators",
    { { NULL } } },
  { "POST", "/tokens/new", "tokens-add", MADO_API_BODY, NULL, FALSE, "A token for a script of the member's: it is shown this once",
    { NEEDED ("name", "What it is called"), { "scopes", MADO_API_STRINGS, MADO_API_CONTENT, FALSE, "read, files, work, reply, house, audit" },
      { "days", MADO_API_INTEGER, MADO_API_CONTENT, FALSE, "For so many it is good" } } },
  { "POST", "/tokens/{name}/remove", "tokens-rm", MADO_API_BODY, NULL, FALSE, "It is good no more",
    { { "name", MADO_API_STRING, MADO_API_PATH, TRUE, "What it is called" }, OPTIONAL ("login", "Whose, when it is another member's") } },
  { "POST", "/duty", "members-duty", MADO_API_BODY, NULL, FALSE, "Whether the member is on duty",
    { { "on_duty", MADO_API_BOOLEAN, MADO_API_CONTENT, TRUE, "Is he?" } } },
  { "GET", "/audit", "audit-list", MADO_API_ITEMS, &mado_audit_record_type, FALSE, "Who asked for what",
    { QUERY ("ticket", "Of one incident"), QUERY ("member", "Of one member"), LIMIT, NUMBER ("after", "The last id of the page before") } },
  { .method = NULL },
};
