/* table.c: every setting there is. conf.c parses by it, `madoguchi conf --defaults` and madoguchi.conf(5)
 * print it. Keys named in the contract must not be renamed. */
#include "madoguchi/conf/conf.h"

#define KIB (1024LL)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define DAY (86400LL)

const MadoConfSetting mado_conf_settings[] = {
  { "team", "name", MADO_CONF_STRING, NULL, 0, 0, "The team's name, as it stands in From and in templates." },
  { "team", "address", MADO_CONF_LIST, NULL, 0, 0,
    "The team's addresses. Mail to any of them, with or without +extension, is ours; the first one answers." },
  { "team", "key", MADO_CONF_STRING, NULL, 0, 0, "Fingerprint of the team's OpenPGP key: it signs every answer, and is published." },
  { "team", "old-keys", MADO_CONF_LIST, NULL, 0, 0,
    "Fingerprints of earlier keys of the team. Their secret parts stay where the decrypt agent has them: what is encrypted to them "
    "is opened. They sign nothing, are not published, and vouch for nobody." },
  { "team", "shared-keys", MADO_CONF_LIST, NULL, 0, 0,
    "The same for keys that other teams have, too, as FIRST's quarterly one: whoever signs with it proves nothing." },
  { "team", "key-url", MADO_CONF_STRING, NULL, 0, 0, "Where the team's key can be fetched from; stands in answers." },
  { "team", "smime-certificate", MADO_CONF_STRING, NULL, 0, 0,
    "SHA-1 fingerprint of the team's S/MIME certificate, whose key the signer's agent holds: whoever signed with a certificate that "
    "smime-trust vouches for is answered in S/MIME. Unset: such reports are answered in OpenPGP." },
  { "team", "ticket-prefix", MADO_CONF_STRING, "CSIRT", 0, 0,
    "Letters and digits before the ticket number: [PREFIX #2026-000001]." },
  { "team", "languages", MADO_CONF_LIST, "ja;en", 0, 0,
    "Languages the team answers in; all of them, in this order, when a mail's language is not known or none of them." },
  { "team", "office-hours", MADO_CONF_STRING, "Mon-Fri 09:00-17:30 JST (UTC+9)", 0, 0,
    "When the window is staffed, in words; stands in the acknowledgement." },

  { "hours", "open", MADO_CONF_LIST, NULL, 0, 0,
    "When the window is staffed, for answers that say whether it is now: Mon-Fri 09:00-12:00; Mon-Fri 13:00-17:30; Sun 22:00-06:00. "
    "Unset: answers do not say it." },
  { "hours", "zone", MADO_CONF_STRING, "Asia/Tokyo", 0, 0, "Time zone of these times, by its name in the time zone database." },
  { "hours", "holidays", MADO_CONF_LIST, NULL, 0, 0,
    "Days on which it is not staffed: 2026-11-23; 2026-12-29/2027-01-03 (both included); 01-01 (each year)." },
  { "hours", "holidays-file", MADO_CONF_STRING, NULL, 0, 0,
    "File with more of them, one per line; a remark may follow, lines with # are passed over. Read at start." },
  { "hours", "urgent", MADO_CONF_STRING, NULL, 0, 0, "Whom to turn to when it cannot wait, in words; stands in answers." },

  { "intake", "lmtp-listen", MADO_CONF_LIST, "unix:/run/madoguchi/lmtp.sock", 0, 0,
    "Where LMTP is served: unix:PATH or inet:HOST:PORT (loopback; IPv6 in brackets)." },
  { "intake", "milter-listen", MADO_CONF_LIST, NULL, 0, 0,
    "Where madoguchi-milter is served: unix:PATH or inet:HOST:PORT, one address. Unset: no milter." },
  { "intake", "size-limit", MADO_CONF_SIZE, "50M", 1 * KIB, 1 * GIB, "Largest mail we take; larger ones get 552." },
  { "intake", "connections", MADO_CONF_INT, "100", 1, 10000, "LMTP sessions at the same time; more get 421." },
  { "intake", "recipients", MADO_CONF_INT, "100", 1, 1000, "Recipients of one mail; more get 452." },
  { "intake", "timeout", MADO_CONF_DURATION, "5m", 1, 3600, "An LMTP client silent for this long is let go (RFC 5321, 4.5.3.2.7)." },
  { "intake", "session-timeout", MADO_CONF_DURATION, "1h", 1, DAY, "One mail may take this long to arrive, however slowly." },
  { "intake", "min-free", MADO_CONF_SIZE, "100M", 0, 1024 * GIB, "Disk space under which LMTP answers 452." },

  { "milter", "intake", MADO_CONF_STRING, "no", 0, 0,
    "Is the milter the intake? no; copy: it spools the mail, and the MTA delivers its own copy, too; take: the MTA keeps none.",
    "no, copy, take" },
  { "milter", "plaintext", MADO_CONF_STRING, "log", 0, 0,
    "Mail without encryption to an address that takes encrypted mail only: 550 5.7.1. off; log: told in the log and in the mark; on: "
    "refused.", "off, log, on" },
  { "milter", "wrong-key", MADO_CONF_STRING, "log", 0, 0,
    "Encrypted, but to none of our keys, or to expired ones only: 550 5.7.5.", "off, log, on" },
  { "milter", "no-integrity", MADO_CONF_STRING, "log", 0, 0,
    "Encrypted without integrity protection: 550 5.7.7.", "off, log, on" },
  { "milter", "packet-version", MADO_CONF_STRING, "log", 0, 0,
    "Encrypted in a format that GnuPG 2.2 does not read: 550 5.7.6.", "off, log, on" },
  { "milter", "size", MADO_CONF_STRING, "log", 0, 0,
    "Larger than [intake] size-limit: 552 5.3.4.", "off, log, on" },
  { "milter", "structure", MADO_CONF_STRING, "log", 0, 0,
    "More parts, levels or header than [limits] allows: 554 5.6.0.", "off, log, on" },
  { "milter", "token", MADO_CONF_STRING, "log", 0, 0,
    "A reply address that we never gave away (needs secret-file): 550 5.1.1.", "off, log, on" },
  { "milter", "rate", MADO_CONF_STRING, "log", 0, 0,
    "More than rate-limit mails of one network (24 bits of IPv4, 56 of IPv6) within rate-window: 450 4.7.1.", "off, log, on" },
  { "milter", "rate-limit", MADO_CONF_INT, "100", 0, 1000000, "See rate; 0: no limit." },
  { "milter", "rate-window", MADO_CONF_DURATION, "1h", 1, 7 * DAY, "See rate." },
  { "milter", "encrypted-only", MADO_CONF_LIST, NULL, 0, 0, "Addresses to which the rule plaintext applies. Unset: all of [team] address." },
  { "milter", "key-url", MADO_CONF_STRING, NULL, 0, 0, "Where senders find the key: stands in the refusals." },
  { "milter", "secret-file", MADO_CONF_STRING, NULL, 0, 0,
    "File with at least 16 random bytes, readable by keeper, opener and milter: by it the opener knows the door's marks, and the door our "
    "reply addresses. Unset: no marks, and no check of addresses." },
  { "milter", "timeout", MADO_CONF_DURATION, "2h", 10, DAY, "An MTA silent for this long is let go (libmilter's own value is 2 h)." },

  { "spool", "directory", MADO_CONF_STRING, "/var/spool/madoguchi", 0, 0, "The durable queue of accepted mails." },
  { "spool", "attempts", MADO_CONF_INT, "3", 1, 20,
    "A mail whose parser died this often is held, with a visible incident." },
  { "spool", "tmp-age", MADO_CONF_DURATION, "1d", 60, 365 * DAY, "Unfinished files older than this are removed." },

  { "store", "url", MADO_CONF_STRING, "sqlite:/var/lib/madoguchi/store.db", 0, 0, "The database: sqlite:PATH." },
  { "store", "search-words", MADO_CONF_INT, "500000", 100, 10000000,
    "Most words of one message that can be searched, the first ones (in Japanese: characters). What is longer is kept and shown all the same." },
  { "store", "archive", MADO_CONF_STRING, "/var/lib/madoguchi/archive", 0, 0, "Where raw mails stay after they were read." },

  { "retention", "rules", MADO_CONF_LIST, NULL, 0, 0,
    "How long the text of a finished ticket is kept once nobody touched it any more; the first rule that is about the ticket counts: "
    "category=fraud 90d; tlp=RED 30d; all never. Without a rule: for ever." },

  { "audit", "sign-every", MADO_CONF_DURATION, "1d", 0, 365 * DAY,
    "How often the team's key signs how far the audit went, when there is something new; 0: only when a member asks." },

  { "crypto", "gnupg-home", MADO_CONF_STRING, "/var/lib/madoguchi/gnupg", 0, 0,
    "GnuPG home with the public keyring (and, without agents of their own, the team's secret key)." },
  { "crypto", "workers", MADO_CONF_INT, "2", 1, 64, "Mails opened, and answers sealed, at the same time; as many as cores." },
  { "crypto", "decrypt-agent", MADO_CONF_LIST, NULL, 0, 0,
    "Sockets of gpg-agents that hold only the decryption subkey (one, or one per worker). Unset: each worker runs its own on gnupg-home." },
  { "crypto", "sign-agent", MADO_CONF_LIST, NULL, 0, 0, "The same for the signing key." },
  { "crypto", "max-plaintext", MADO_CONF_SIZE, "64M", 1 * KIB, 1 * GIB, "Most bytes that decryption of one mail may produce." },
  { "crypto", "trust-model", MADO_CONF_STRING, "pin", 0, 0,
    "What vouches for a key: pin (what the team pinned, mapped or certified) or pgp (the Web of Trust too; whom gpg is told to "
    "trust introduces others). Pins go before.", "pin, pgp" },
  { "crypto", "smime-trust", MADO_CONF_STRING, NULL, 0, 0,
    "File that names the certificate authorities whose S/MIME certificates vouch for an address: one SHA-1 fingerprint per line, "
    "as in GnuPG's trustlist.txt. Their certificates have to be in gnupg-home (gpgsm --import) or in the mail. Read at start. "
    "With decrypt-agent, the trustlist.txt of those agents counts instead. Unset: none." },
  { "crypto", "smime-crls", MADO_CONF_STRING, NULL, 0, 0,
    "Directory with lists of revoked certificates (CRLs; files *.crl, *.pem or *.der, put there by renaming). Nothing is ever "
    "fetched, neither lists nor OCSP: a job of yours brings them and checks their signatures first (openssl crl -CAfile). A "
    "certificate on a list is revoked-key; one whose authority's list is out of date is vouched for by nobody; one whose "
    "authority has no list here is not checked. Unset: none is checked." },

  { "submission", "url", MADO_CONF_STRING, "smtp://localhost:587", 0, 0,
    "Where answers go: smtp://HOST:PORT (STARTTLS when offered), smtps://HOST:PORT, unix:PATH (SMTP) or maildir:PATH." },
  { "submission", "user", MADO_CONF_STRING, NULL, 0, 0, "Name for SMTP AUTH (RFC 4954)." },
  { "submission", "password-file", MADO_CONF_STRING, NULL, 0, 0, "File whose first line is the password for SMTP AUTH." },
  { "submission", "from", MADO_CONF_STRING, NULL, 0, 0,
    "Envelope sender of answers. Unset: the null sender <> (RFC 3834, 3.3)." },
  { "submission", "tls", MADO_CONF_STRING, "try", 0, 0, "STARTTLS on smtp://: try, require or never. With user set, require is implied.",
    "try, require, never" },
  { "submission", "ca-file", MADO_CONF_STRING, NULL, 0, 0, "Certificates that vouch for the submission host; unset: the system's." },
  { "submission", "timeout", MADO_CONF_DURATION, "60s", 1, 3600, "One attempt may take this long." },
  { "submission", "retry-first", MADO_CONF_DURATION, "30s", 0, DAY, "Wait before the second attempt; doubled each time." },
  { "submission", "retry-max", MADO_CONF_DURATION, "1h", 0, 7 * DAY, "Longest wait between two attempts." },
  { "submission", "give-up", MADO_CONF_DURATION, "5d", 0, 30 * DAY, "An answer not delivered after this long has failed (RFC 5321, 4.5.4.1)." },

  { "reply", "templates", MADO_CONF_STRING, MADO_DATADIR "/templates", 0, 0, "Directory of answer templates (NAME.LANGUAGE.txt; docs/answers.md explains them)." },
  { "reply", "rate-per-sender", MADO_CONF_INT, "20", 0, 100000, "Most automatic answers to one address within rate-window." },
  { "reply", "rate-window", MADO_CONF_DURATION, "1d", 1, 365 * DAY, "See rate-per-sender." },
  { "reply", "rate-per-hour", MADO_CONF_INT, "1000", 0, 1000000,
    "Most automatic answers to all senders together within an hour. Reports with a good signature do not wait for it." },
  { "reply", "own-lists", MADO_CONF_LIST, NULL, 0, 0,
    "List-Ids of mailing lists of the team, as they stand in angle brackets: a mail that came by these alone is answered like one "
    "that came directly, for example when abuse@ is a group." },
  { "reply", "authserv-id", MADO_CONF_LIST, NULL, 0, 0,
    "Names under which mail servers of the team write Authentication-Results (RFC 8601). When such a field says that the sender is "
    "forged, it gets no answer. That server has to remove fields with its name from mail that comes in. Unset: none is believed." },
  { "reply", "encrypt", MADO_CONF_BOOL, "yes", 0, 0, "Encrypt answers to the best key that is known for the address; no: all go in the clear, without content." },
  { "reply", "encrypt-to-team", MADO_CONF_STRING, "written", 0, 0,
    "Which encrypted answers the team itself can read, too: all; written (what a member wrote: what a template says, the ticket "
    "names, and a second recipient costs a fifth of the time); none.",
    "all, written, none" },
  { "reply", "autocrypt", MADO_CONF_BOOL, "yes", 0, 0,
    "Put the team's public key into the header of each answer (Autocrypt Level 1), when a user ID of it has the team's first "
    "address and it is small enough." },
  { "reply", "attach-key", MADO_CONF_STRING, "plain", 0, 0,
    "Attach the team's public key to answers: always; plain (to those that go unencrypted); never.", "always, plain, never" },
  { "reply", "approval", MADO_CONF_STRING, "no", 0, 0,
    "Members' answers that another member has to approve before they are sent: no (none), red (in tickets marked TLP:RED), all.", "no, red, all" },
  { "reply", "attachments-max", MADO_CONF_SIZE, "10M", 0, 16 * MIB, "Most bytes of files that go with one answer of a member." },
  { "reply", "canned", MADO_CONF_STRING, MADO_DATADIR "/canned", 0, 0,
    "Directory of canned texts for members' answers (NAME.LANGUAGE.txt; docs/replies.md explains them)." },
  { "reply", "hidden-subject", MADO_CONF_STRING, "[...]", 0, 0, "Outer Subject of encrypted answers (RFC 9788, 3.2.1)." },

  { "due", "answer", MADO_CONF_LIST, "urgent 1h; high 4h; normal 1d; low 3d", 0, 0,
    "How long a new ticket may be without an answer of a member: by priority, by category (fraud 2h; Phishing 2h) or by both "
    "(fraud/high 30m), which goes before; any 1d: all others. Of two that fit the shorter counts. Empty: no limit." },
  { "due", "action", MADO_CONF_LIST, "urgent 4h; high 1d; normal 3d; low 7d", 0, 0,
    "How long an open ticket that was answered may be without anything that a member does in it; with a new mail, from then." },
  { "due", "waiting", MADO_CONF_LIST, "urgent 1d; high 3d; normal 7d; low 14d", 0, 0,
    "How long a ticket may wait for somebody outside before we ask again." },
  { "due", "office-hours", MADO_CONF_BOOL, "no", 0, 0,
    "Count only the time in which the window is staffed ([hours] open): then 1d is 24 such hours." },

  { "discovery", "wkd", MADO_CONF_BOOL, "no", 0, 0,
    "Look for the key of a reporter who is answered, when no better one is known, in the Web Key Directory of the reporter's domain. "
    "The owner of the domain, its name servers and who watches them then see that the team heard from somebody there." },
  { "discovery", "vks", MADO_CONF_STRING, NULL, 0, 0,
    "A key server to ask after that (https://HOST; the VKS interface of Hagrid). It learns whose keys the team looks for. Unset: none." },
  { "discovery", "openpgpkey", MADO_CONF_STRING, NULL, 0, 0,
    "Look in the DNS, too (OPENPGPKEY, RFC 7929), after wkd and before vks: a validating resolver on this machine (127.0.0.1, or "
    "127.0.0.1:PORT). Its word that DNSSEC proves the record is believed; without it nothing is taken. Unset: not asked." },
  { "discovery", "wait", MADO_CONF_DURATION, "5s", 1, 60, "An answer waits this long for a key, and goes without content then." },
  { "discovery", "connections", MADO_CONF_INT, "2", 1, 16, "Look-ups at the same time." },
  { "discovery", "max-keys", MADO_CONF_INT, "5000", 0, 1000000, "Most keys that directories may bring into the keyring; then only known ones are updated." },
  { "discovery", "not-for", MADO_CONF_LIST, "PAP:RED; TLP:RED", 0, 0,
    "Reports with one of these marks, or a stricter one, have nobody looked up." },
  { "discovery", "except", MADO_CONF_LIST, NULL, 0, 0, "Addresses, and domains with all below them, that are not looked up." },
  { "discovery", "keep-found", MADO_CONF_DURATION, "7d", 1, 365 * DAY, "A key that was found is not looked for again for this long." },
  { "discovery", "keep-none", MADO_CONF_DURATION, "1d", 1, 365 * DAY, "Nor is one where there was none, or none of use." },
  { "discovery", "keep-failed", MADO_CONF_DURATION, "1h", 1, 365 * DAY, "Nor is one where a directory could not be asked." },
  { "discovery", "refresh-before", MADO_CONF_DURATION, "14d", 0, 365 * DAY,
    "A reporter's key is looked for again, once a day, when it ends within this time or has ended. 0: never by itself." },
  { "discovery", "hosts", MADO_CONF_LIST, NULL, 0, 0,
    "Where names lead, instead of what DNS says: NAME=ADDRESS (public), NAME=ADDRESS:PORT (reached even when it is not: a directory of "
    "one's own network) or NAME=none. The name * is all others." },
  { "discovery", "ca-file", MADO_CONF_STRING, NULL, 0, 0, "Certificates that vouch for the directories; unset: the system's." },

  { "publish", "directory", MADO_CONF_STRING, NULL, 0, 0,
    "Where `madoguchi publish` writes the key directory (WKD), security.txt and what belongs to them when no other directory is "
    "named, and what doctor compares with the key in use: what the web server shows, or a copy of it." },
  { "publish", "site", MADO_CONF_STRING, NULL, 0, 0,
    "https://HOST under which that directory is seen: stands in security.txt (Canonical, Encryption; RFC 9116)." },
  { "publish", "key-file", MADO_CONF_STRING, "pgp-key.asc", 0, 0, "Name of the team's armoured public key in that directory." },
  { "publish", "contact", MADO_CONF_LIST, NULL, 0, 0,
    "Contacts in security.txt, best first: mailto:, https: and tel: URIs. Unset: the team's addresses." },
  { "publish", "policy", MADO_CONF_STRING, NULL, 0, 0, "https: address of the team's policy on reports, for security.txt." },
  { "publish", "expires", MADO_CONF_DURATION, "180d", DAY, 364 * DAY,
    "How long security.txt says that it holds; less when the key ends before. Publish it again in time: doctor warns." },
  { "publish", "constituency", MADO_CONF_STRING, NULL, 0, 0, "Whom the team serves, in words, for the RFC 2350 document." },
  { "publish", "telephone", MADO_CONF_STRING, NULL, 0, 0, "The team's telephone number, for the same." },
  { "publish", "postal-address", MADO_CONF_STRING, NULL, 0, 0, "The team's postal address, for the same." },
  { "publish", "time-zone", MADO_CONF_STRING, "JST (UTC+9)", 0, 0, "The team's time zone, for the same." },

  { "web", "session-idle", MADO_CONF_DURATION, "30m", 60, DAY, "A member who does nothing in the page for this long is logged out." },
  { "web", "session-limit", MADO_CONF_DURATION, "12h", 300, 7 * DAY, "A log-in ends after this long, whatever is done." },
  { "web", "trusted-header", MADO_CONF_STRING, NULL, 0, 0,
    "Name of a header field in which the server before the page says who has logged in there (as RT's remote user): then no password "
    "is asked for. Only with a server that takes the field away from what browsers send. Unset: the page asks itself." },
  { "web", "listen", MADO_CONF_LIST, NULL, 0, 0,
    "Where madoguchi-web serves the members' page: unix:PATH or inet:HOST:PORT (loopback), behind a server that speaks TLS. Unset: "
    "no page." },
  { "web", "connections", MADO_CONF_INT, "1000", 20, 20000,
    "Connections to the page at the same time. Strangers have half of them: more of theirs close the oldest of theirs." },
  { "web", "proxies", MADO_CONF_LIST, "unix;127.0.0.1;::1", 0, 0,
    "From whose connections X-Real-IP and trusted-header are believed: addresses of servers before the page; unix: sockets of the host." },
  { "web", "archive-password", MADO_CONF_STRING, "infected", 0, 0,
    "Password of the ZIP archives in which files of strangers are handed out, by which nothing runs by mistake. Everybody may know it. "
    "ASCII." },
  { "web", "files", MADO_CONF_STRING, MADO_DATADIR "/web", 0, 0, "Directory of the page's own files." },
  { "web", "words", MADO_CONF_STRING, MADO_DATADIR "/words", 0, 0, "Directory of the page's sentences in other languages (LANGUAGE.mo)." },

  { "log", "level", MADO_CONF_STRING, "info", 0, 0, "error, warning, info or debug.", "error, warning, info, debug" },
  { "log", "addresses", MADO_CONF_BOOL, "no", 0, 0, "Show mail addresses in the log instead of short hashes." },

  { "runtime", "directory", MADO_CONF_STRING, "/run/madoguchi", 0, 0, "Sockets of the roles and private GnuPG homes. Keep it short: socket names have 107 bytes." },
  { "runtime", "insecure-single-uid", MADO_CONF_BOOL, "no", 0, 0,
    "Let all roles run under one user, each missing protection logged. For demonstrations and tests." },

  { "formats", "one-ticket-each", MADO_CONF_BOOL, "no", 0, 0,
    "A mail with many reports makes a ticket for each (at most 100), linked to each other; the first one keeps the mail. Otherwise one ticket has "
    "them all." },
  { "formats", "forms", MADO_CONF_LIST, MADO_DATADIR "/forms", 0, 0,
    "Directories with templates of forms (*.form, madoguchi-forms(5)); of two with one name the later one counts. Read at start." },

  { "indicators", "ignore", MADO_CONF_LIST, NULL, 0, 0,
    "What is no indicator here: names (with all below them), networks (192.0.2.0/24) and mail addresses. The team's addresses and their "
    "domains never are." },
  { "indicators", "examples", MADO_CONF_BOOL, "no", 0, 0,
    "List names and networks for examples (RFC 2606, 3849, 5737), too, flagged \"example\": for drills." },
  { "indicators", "max", MADO_CONF_INT, "10000", 1, 100000, "Most indicators of one report." },
  { "indicators", "text", MADO_CONF_SIZE, "16M", 1 * KIB, 16 * MIB, "Most bytes of text in which they are looked for." },

  { "formats", "size", MADO_CONF_SIZE, "8M", 1 * KIB, 64 * MIB, "Most bytes of a report in JSON; a longer one stays an attachment." },
  { "formats", "depth", MADO_CONF_INT, "64", 8, 200, "Deepest nesting of lists and objects in one." },
  { "formats", "values", MADO_CONF_INT, "200000", 100, 1000000,
    "Most JSON values of a mail. Each may take 300 bytes of limits.memory." },

  { "triage", "rules", MADO_CONF_STRING, MADO_DATADIR "/triage.conf", 0, 0,
    "File with the rules of triage: constituencies, categories, priorities, owners, what is out of scope (madoguchi-triage.conf(5)). "
    "Read at start, and by `madoguchi policy reload`. none: only what reports say of themselves counts." },

  { "limits", "depth", MADO_CONF_INT, "100", 1, 1000, "Deepest nesting of MIME parts." },
  { "limits", "parts", MADO_CONF_INT, "10000", 1, 100000, "Most MIME parts of one mail." },
  { "limits", "header-size", MADO_CONF_SIZE, "100K", 1 * KIB, 16 * MIB, "Most header bytes of one part; all parts of a mail together may have 40 times as many." },
  { "limits", "layers", MADO_CONF_INT, "8", 1, 100, "Most cryptographic layers inside each other." },
  { "limits", "recipients", MADO_CONF_INT, "500", 1, 100000, "Most recipients an encrypted message may name." },
  { "limits", "hidden-recipients", MADO_CONF_INT, "50", 1, 100000,
    "Most recipients of one mail that are hidden, or named twice: each may be ours, and costs a secret-key operation." },
  { "limits", "signatures", MADO_CONF_INT, "20", 1, 1000, "Most signatures looked at on one part." },
  { "limits", "text", MADO_CONF_SIZE, "1M", 1 * KIB, 8 * MIB, "Most bytes of text kept in a report; the raw mail keeps all of it." },
  { "limits", "memory", MADO_CONF_SIZE, "256M", 64 * MIB, 16 * GIB, "Address space of the process that reads one mail." },
  { "limits", "cpu", MADO_CONF_DURATION, "4s", 1, 3600, "Processor time of that process, and of each engine that it asks; of all engines of one mail together." },
  { "limits", "wall", MADO_CONF_DURATION, "60s", 1, 3600, "Time after which it is ended." },
  { NULL, NULL, 0, NULL, 0, 0, NULL }
};
