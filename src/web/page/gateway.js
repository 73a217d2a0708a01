// gateway.js: what the gateway says in words of its own (roles, flags, outcomes, why it says no), in the member's language. What is not
// known here is shown as it came.

import { t, mark, understood } from './words.js';

const WORDS = new Set([
  // priorities and kinds of links
  mark('low'), mark('normal'), mark('high'), mark('urgent'), mark('related'), mark('parent'), mark('child'), mark('duplicate'),
  // roles
  mark('poc'), mark('handler'), mark('commander'), mark('researcher'), mark('notification'), mark('reader'), mark('administrator'),
  // what is odd about a part
  mark('executable'), mark('double-extension'), mark('executable-in-document-name'), mark('type-mismatch'), mark('encrypted-archive'),
  mark('executable-in-archive'), mark('office-macros'), mark('disk-image'), mark('rtl-name'), mark('odd-name'),
  // layers of a mail: their form, what came of them, what vouches for a key
  mark('inline'), mark('attachment'), mark('mangled'), mark('opaque'), mark('ok'), mark('no-secret-key'), mark('bad-passphrase'),
  mark('no-integrity'), mark('corrupt'), mark('unsupported'), mark('limit'), mark('error'), mark('certified'), mark('pin'), mark('map'),
  mark('web-of-trust'), mark('smime-chain'),
  // what became of mails
  mark('ticket'), mark('joined'), mark('bounce'), mark('auto reply'), mark('held'), mark('dropped by member'), mark('feed'), mark('pending'),
  // what came of a member's question
  mark('done'), mark('begun'), mark('refused'), mark('failed'),
  // why an answer is encrypted by that key, or by none
  mark('it signed the mail that is answered'), mark('the team pinned it to the address'),
  mark('the team said that the address, or its domain, is written to with it'), mark('the team certified it for the address'),
  mark('the address signed with it before'), mark('others vouch for it, whom the team trusts'), mark('the domain of the address publishes it'),
  mark('a key server offers it for the address'), mark('the DNS of the domain has it'), mark('a directory offers it for the address'),
  mark('the mail itself offers it (Autocrypt); nobody vouches for it'), mark('it came with the mail; nobody vouches for it'),
  mark('it is known for the address'), mark('no key to encrypt to'), mark('no key to encrypt to is known for this address'),
  mark('it is an address of our own'), mark('signed, then encrypted: nobody outside sees by whom it is signed'),
  mark('signed, NOT encrypted: everybody on the way can read all of it'),
  mark('of the recipient\'s key, and of the team\'s when the team can read it, too'),
  mark('Form'), mark('Key ids'), mark('Size'), mark('Date'), mark('From'), mark('To'), mark('Subject'),
  // why it says no
  mark('nobody is logged in here, or not any more'), mark('only for members'),
  mark('this invitation is not known, or not good any more'), mark('the code is wrong: look at the clock of the device'),
  mark('the login, the password or the code is wrong'),
  mark('no memory to hash a password: try again'), mark('too many log in at once: try again in a moment'),
  mark('Trouble of the gateway'), mark('Nobody is logged in here'), mark('This request does not come from the page'), mark('Not permitted'),
  mark('The gateway does not answer'), mark('offline'), mark('an answer without text'), mark('nothing to search for'),
  mark('that is no address of the team'), mark('the text is too long to quote a mail below it'),
  mark('nothing can be quoted: there is more than one recipient'), mark('a file needs content and a name without a path'),
  mark('the ticket was merged into another one meanwhile: look at it again'),
  mark('a file of the answer is not in its draft any more'),
  mark('[web] archive-password: no archives without a password in ASCII'), mark('Over a limit'), mark('Content Too Large'),
]);

// The same with something in it that differs; as a pair, what the page says instead where the gateway speaks of the command line.
const SENTENCES = [
  mark('made when it is sent, ends in {domain}'), mark('{login} is no member of the team'), mark('{ticket}: no such ticket'), mark('{word}: not for you to ask'),
  mark('{word}: the incident is restricted to named members'), mark('{ticket} is yours already'), mark('{login} only reads (role {role})'),
  mark('{answer}: who wrote in an answer does not approve it'), mark('{value}: not a mark of TLP'), mark('{value}: not a priority'),
  mark('{value}: not a state of a ticket'), mark('{ticket}: not a ticket of ours'), mark('too many tries: wait {seconds} seconds'),
  mark('{address}: {why}; nothing was sent'),
  ['{why}. --plain-ok would send it signed, and readable for everybody on the way', mark('{why}. If it may go in the clear, it goes signed, and readable for everybody on the way')],
].map((one) => (Array.isArray(one) ? one : [one, one])).map(([sentence, ours]) => [ours, [...sentence.matchAll(/\{([a-z]+)\}/g)].map((found) => found[1]),
  new RegExp(`^${sentence.split(/\{[a-z]+\}/).map((part) => part.replace(/[.*+?^$()[\]\\|]/g, '\\$&')).join('(.{1,200}?)')}$`, 'u')]);

// A word or sentence of the gateway.
export function said(text) {
  if (WORDS.has(text)) return t(text);
  for (const [sentence, names, pattern] of SENTENCES) {
    const found = pattern.exec(text);
    if (found) return t(sentence, Object.fromEntries(names.map((name, i) => [name, found[i + 1].includes(' ') ? said(found[i + 1]) : found[i + 1]])));
  }
  return understood(text);
}
