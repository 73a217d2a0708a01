/* peer.h: who may ask what of whom: one table, and the words of every conversation.
 *
 * Arguments and answers are a{sv}; "record X" means the fields of that model record. A job's raw mail is a
 * descriptor of a spool or archive file, with "offset" and "size" (x) of the mail inside it.
 *
 * opener   (asked by the keeper)
 *   open   {queue_id s, offset x, size x, recipients as} + fd
 *          -> {outcome s: "report" | "crash" | "limit", detail s} + fd of a serialised MadoReport: whole when
 *          "report", else of the top header alone (who, when, about what), and missing when not even that was read.
 *          "crash": the reading child died; "limit": it went over memory, time or a cap.
 *          PERM: no mail at all (no header field).
 *          TEMP: no agent, or our own trouble: try again, this says nothing about the mail.
 *   part   {queue_id s, offset x, size x, path s, zip b: optional} + fd -> {filename s, type s, size x} + fd of the decoded bytes, or with
 *          {save_as s: the same as filename} of an archive with them (mail/locked-zip.h); NO when there is no such part
 *   unwrap {} + fd of the wrapped keys of the store -> {keys as: fingerprints of the team's keys that can open them, signer s}
 *          + fd of a memory file with the secrets, which its reader wipes. PERM: not what the team signed, or no key opens it
 * signer   (asked by the keeper)
 *   seal   record MadoReply -> {encrypted b, fingerprint s} + fd of the finished mail. TEMP, PERM
 *   wrap   {} + fd of a memory file with the secrets of the store, which is wiped -> {} + fd of them, signed by the team and
 *          encrypted to it. PERM for anything else; CONF when the team's key cannot be encrypted to; TEMP
 *   canned {name s, language s, prefers s, ticket s; all optional} -> {names as} of the canned texts, or {subject s, text s} of the one
 *          that is named, filled. NO, CONF
 *   texts {} -> {templates as, canned as, canned_problem s}: the names of the texts of answers, and of canned ones
 *   security-txt {} -> {} + fd of the team's security.txt, clear-signed: made by the signer of its configuration
 *   sign-head  record MadoAuditHead -> {} + fd of the text that says it, clear-signed
 *   check-head {} + fd of such a text -> record MadoAuditHead. PERM: not signed by a key of the team, or no such text
 * sender   (asked by the keeper)
 *   send   {message_id s, sender s, recipients as} + fd of the mail -> {detail s}. TEMP, PERM with the server's words
 *   discover {address s, source s (optional: "wkd", "dane", "vks"), fingerprint s (optional)} -> {source s} + fd of what the
 *          directory gave, at most 256 KiB. NO: none has a key; PERM: not to be looked up; TEMP; CONF: none is configured
 * keyring  (asked by the keeper)
 *   own {} -> {items aa{sv} of MadoOwnKey}: the team's own keys, part by part
 *   list {} -> {items aa{sv} of MadoKey};  show {fingerprint s} -> record MadoKey
 *   import {pin b, member s} + fd of a key block -> {items aa{sv} of MadoKey}
 *   adopt {address s, source s, fingerprint s (optional)} + fd of what a directory gave -> {items aa{sv} of MadoFoundKey}.
 *          PERM: nothing of use in it
 *   export {fingerprint s} -> {fingerprint s} + fd of the armoured key
 *   candidates {address s, candidates aa{sv} of MadoKeyCandidate, blocks b} -> {items aa{sv} of MadoKeyCandidate}: what is
 *          known of these keys, and the other keys for the address; "blocks": read the keys that are not in the ring, too
 *   pin {address s, fingerprint s}; map {address s (or a domain), fingerprint s}; certify, uncertify, distrust,
 *   undistrust {fingerprint s}; all with {member s} -> record MadoKey, or {} when the key is not known
 *   unpin, unmap {address s}; rm {fingerprint s} -> {}
 * keeper   (asked by members through the CLI)
 *   list {state s (or "unfinished"), owner s, priority s, category s (or the part of one before the colon), tlp s, tag s,
 *          unread b, due b, overdue b, limit x, after s, after_updated s (RFC 3339, with after);
 *          all optional} -> {items aa{sv} of summaries, notices as: what members have to know of the house}
 *   show {ticket s, peek b} -> record MadoIncident; read by who asks, unless "peek"; veiled for who may not read it
 *   unread {ticket s} -> {ticket s, unread x}: all of it is unread again to who asks
 *   looking {ticket s} -> {members as}: who asks has it before him, for a minute; and who else has
 *   search {query s, limit x, below x, by_rank b; all but the first optional} -> {items aa{sv} of MadoFound, next x, backlog x}:
 *          next: a message to go on below, 0: that was all; backlog: entries that the index does not have yet
 *   feeds {limit x, after s: a queue id; both optional} -> {items aa{sv} of MadoFeed}
 *   raw {ticket s, message x} or {queue_id s} of a mail without ticket -> {queue_id s, offset x, size x} + fd;
 *   part {ticket s, message x, path s, zip b} -> as the opener's
 *   take {ticket s}; assign {ticket s, owner s}; state {ticket s, state s, reason s}; note {ticket s, text s}
 *   hand-over {ticket s, to s, note s}: of a ticket of who asks;  due {ticket s, when s: a time, a day, how long from now, "none", "auto"}
 *   priority {ticket s, priority s}; category {ticket s, category s}; tlp {ticket s, tlp s}: each also "auto", which hands the
 *   matter back to the rules; category also "none"; tag {ticket s, tags as, remove b}
 *   restrict {ticket s, members as, add b, remove b, lift b, reason s; all but the first optional}: to these members (and the
 *   owner), without members to who is named already and who asks; or only adds or removes some; or ends it
 *   link {ticket s, other s, as s (what the other one is to the ticket: "related", "parent", "child", "duplicate"; optional),
 *   remove b}; merge {ticket s, into s}; split {ticket s, messages ax}
 *          -> {ticket s, restricted b, version x, state s, owner s, priority s, category s, tlp s, tags as}; for who may not
 *          read it (any more) what the veil shows: {ticket s, number s, created x, updated x, state s, restricted b, veiled b}
 *          All of these also notes as: what one has to know; of merge also merged s, the ticket that is part of `ticket` now; of
 *          split also split s, the new ticket
 *   reply {ticket s} with record MadoReplyWish -> the same with {recipients as, encrypted_to as: fingerprints beside them, ""
 *          for none, message_ids as}. NO when somebody would get it in the clear and plain_ok does not say that it may
 *   Each of these from take on also with {if_version s}: NO when the ticket has another version by now
 *   draft-save {ticket s, draft s: "7" or "7.2"; optional: then a new one} with record MadoReplyWish: what it does not speak of
 *          stays; draft-discard {ticket s, draft s}; refuse {ticket s, draft s: with its revision, reason s}
 *          -> the same with {draft s: its name, draft_state s}. A file with sha256 and without content is one that the draft has
 *   draft-file {ticket s, draft s, file x: 1 is the first} -> {filename s, save_as s, type s, size x} + fd of what goes along
 *   draft-send {ticket s, draft s}; approve {ticket s, draft s: with its revision} -> as reply. With {approval s: "needed"}
 *          reply and draft-send have only made a draft wait for another member
 *   drafts {ticket s; optional} -> {items aa{sv} of MadoDraft}
 *   canned-list {} -> {names as}; canned-show {name s, language s, ticket s; the last two optional} -> {subject s, text s}
 *   reply-preview, as reply or draft-send, with {files_of s: a draft whose files are named as in draft-save; optional} -> record MadoReplyPreview: what reply would do
 *   triage {ticket s} -> record MadoTriage: what was decided, by which rule or by whom
 *   policy {} -> record MadoPolicySheet: what is in force in the house
 *   policy-try {ticket s} -> record MadoPolicyTrial: what the rules would make of it now, and why its answer is what it is
 *   policy-reload {} -> {file s, rules x, constituencies x}: the rules of triage are read again. CONF, and those of before stay
 *   held {} -> {items aa{sv} of MadoHeld}; held-show {id s} -> record MadoHeld with {problems as}
 *   held-retry, held-release, held-drop {id s} -> {id s, state s, ticket s}
 *   reopen {ticket s | undecryptable b | queue_id s of a mail without ticket} -> {count x}
 *   account {} -> record MadoAccount
 *   status {queue_id s} -> {state s, ticket s, reason s}: "unknown" while the spool has not been scanned
 *   keys-list, keys-show, keys-import, keys-export, keys-pin, keys-unpin, keys-map, keys-unmap, keys-certify,
 *   keys-uncertify, keys-distrust, keys-undistrust, keys-rm: handed on to the keyring, with the name of who asks
 *   keys-known {address s; optional} -> {items aa{sv} of MadoKnownKey}: by which keys addresses are known
 *   keys-forget {address s} -> {address s, count x}
 *   keys-refresh {subject s: an address or a fingerprint; optional} -> {items aa{sv} of MadoFoundKey, left x}
 *   security-txt {} -> the signer's;  look-up-own {address s, of the team} -> the sender's, from a key directory (WKD) alone
 *   members-list {} -> {items aa{sv} of MadoMember}
 *   members-add, members-set {login s, name s, key s, role s, languages s, on_duty b; all but the first optional},
 *   members-duty {on_duty b}: of who asks; members-leave {login s}
 *          -> record MadoMember with {may as: words that it may use now, notes as}
 *   audit-list {ticket s, member s, since x, limit x, after x; all optional} -> {items aa{sv} of MadoAuditRecord}
 *   hold {ticket s, reason s, release b}; erase {ticket s}: as take. retention-status {} -> {items aa{sv} of MadoExpired}: tickets
 *   whose time is over; retention-run {} -> the same, erased now
 *   audit-head {} -> record MadoAuditHead + fd of the newest signed head; audit-sign {}: the same, signed now
 *   audit-verify {heads as: signed texts; optional} -> record MadoAuditVerdict
 *   From the first member on DENIED for everybody else, and for members as desk/permissions.h and desk/need.h say
 *   overview {} -> record MadoOverview
 *   views {} -> {items aa{sv} of MadoView}: of who asks, and the team's; view-put {name s, query s}, view-remove {name s}: of who asks;
 *   team-view-put, team-view-remove: the team's -> as views
 *   members-invite {login s} -> {login s, invitation s, until x}: lets a member choose a password for the page
 *   members-log-out {login s} -> {login s, count x}: ends the sessions of a member
 *   tokens-add {name s, scopes as, days x; the last two optional} -> record MadoAccessToken with {token s}: shown this once
 *   tokens-list {} -> {items aa{sv} of MadoAccessToken}: of who asks; of all to administrators
 *   tokens-rm {name s, login s: of an administrator who means another's; optional} -> {login s, name s}
 *   vault-status, vault-rewrap, vault-rotate {} -> record MadoVaultStatus; the latter two when the new file of keys is in place
 *   doctor {} -> {items aa{sv} of {name s, status s: "ok" | "warn" | "fail", detail s}}: what only the keeper can see
 *
 * madoguchi-web -> keeper: any word of members, with {session s} of whoever sits before the page, or {token s} of a script
 * (desk/token-scope.h); and, to come in:
 *   log-in {login s, password s, code s, device s, from s; the last two optional} -> {login s, session s, device s, until x}
 *          device: a word that tells this device from strangers' the next time; from: the address that asks
 *   log-in-trusted {login s} -> the same, when [web] trusted-header says that the server before the page knows who it is
 *   set-up {invitation s, password s, from s} -> {login s, secret s, uri s}: of a second device (RFC 6238)
 *   set-up-confirm {invitation s, code s, from s} -> as log-in: the password and the device count from now on
 *          all words of the page, {passive b; optional}: nobody did anything, the page asks by itself: it keeps no session open
 *   watch {since x, sessions as; optional} -> {serial x, ended as}: when anything in the queue changed since that serial, or after
 *          a second; and which of those sessions are over, or their member's role is another one
 *   session {session s, listen b; optional} -> record MadoMember with {may as}; name_of_session s: for watch, when it listens
 *   log-out {session s} -> {login s}
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Socket names of the roles (mado_wire_path). */
#define MADO_PEER_KEEPER "keeper"
#define MADO_PEER_OPENER "opener"
#define MADO_PEER_SIGNER "signer"
#define MADO_PEER_SENDER "sender"
#define MADO_PEER_KEYRING "keyring"

/* May a process of @uid ask role @server for @verb? Root and our own user always may; the roles' users (in
 * production each role has its own, named as its program) only what the table says; members (anybody else whom
 * the socket's file mode lets in) only what the keeper offers. */
gboolean mado_peer_may_ask (const char *server, const char *verb, uid_t uid);

/* Is @uid that of madoguchi-web? It asks for others, never for itself. */
gboolean mado_peer_is_web (uid_t uid);

/* Does this login name belong to a role? Those are "madoguchi-" and the role's name; no member may have such a one. */
gboolean mado_peer_is_role (const char *login);

/* File mode of a role's socket. The group of the runtime directory decides who comes near it. */
int mado_peer_socket_mode (const char *server);
