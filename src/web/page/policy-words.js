// policy-words.js: the gateway's own words on what is in force: why a mail is answered or not, what settings are about, how long things
// take. What a setting means stands in src/conf/table.c, and is translated from there.

import { t, mark } from './words.js';
import { said } from './gateway.js';
import { categoryWords } from './categories.js';

// By the codes of src/desk/policy.c; each is a sentence without its end.
const WHEN = new Set([
  mark('the same mail came before, by another way'), mark('the mail joined a ticket, or waits for a member'), mark('the envelope sender is empty'),
  mark('the mail returns another one, or reports its delivery'), mark('the mail says that another one was read'), mark('the mail says that a program wrote it'),
  mark('the mail came by a list that is not ours'), mark('Precedence is list or junk'), mark('the mail asks for no automatic answer'), mark('the mail is our own'),
  mark('From names nobody, or more than one'), mark('From is no address that a mail can go to'), mark('a mail server wrote the mail'),
  mark('only programs send such reports, or nobody reads there'), mark('a rule of the team says so'),
  mark('a mail with this Message-ID came before, with other content'), mark('our mail server says that the sender is forged'),
  mark('the sender got as many answers as the cap allows'), mark('all senders together did'),
  mark('the same text came more than ten times, unsigned and in the clear'), mark('the mail is encrypted, and we could not open it'),
  mark('the mail came encrypted, and there is no key to answer with'), mark('the sender sent the same text before'),
  mark('a rule of the team says that it is not ours to handle'), mark('the mail came in the clear'), mark('all others'),
  mark('the rules would answer such a mail today; when it came, a cap on answers, an equal mail before it or other rules kept it back'),
  mark('the signer, who has them, does not answer'),
  mark('what could not be opened is answered in the clear: nothing in it is worth a key, and it has to arrive'),
]);

const ANSWERS = { none: mark('no answer'), acknowledge: mark('acknowledged, encrypted'), 'content-free': mark('acknowledged without content'),
  'cannot-open': mark('cannot be opened: which key is ours'), plaintext: mark('acknowledged, and how to encrypt the next one'),
  'out-of-scope': mark('not ours to handle, and why'), duplicate: mark('came before') };

const GROUPS = { team: mark('Team, hours and publishing'), intake: mark('Intake and door'), reading: mark('Reading mails and their limits'), triage: mark('Triage'),
  answers: mark('Answers and their way out'), discovery: mark('Looking for keys'), crypto: mark('Encryption and trust'), due: mark('Due times'),
  retention: mark('Store, retention and audit'), web: mark('Access to this page'), house: mark('Machine and log') };

const TYPES = { text: mark('a text'), list: mark('a list'), 'yes or no': mark('yes or no'), number: mark('a number'), size: mark('a size: bytes, K, M, G'),
  duration: mark('a time: s, m, h, d') };

const SCOPES = { refused: mark('refused'), 'veiled or left out': mark('veiled or left out'), veiled: mark('veiled'), 'refused, unless nobody named can act': mark('refused, unless nobody named can act'),
  'commander and administrator': mark('commander and administrator') };

const KEYS = { words: mark('words'), kind: mark('kind'), format: mark('format'), type: mark('type'), form: mark('form'), field: mark('field'), reported: mark('reported category'),
  sender: mark('sender'), indicator: mark('indicator'), tag: mark('tag'), language: mark('language'), tlp: 'TLP', encryption: mark('encryption'), signature: mark('signature'),
  constituency: mark('constituency'), source: mark('source'), target: mark('target'), reporter: mark('reporter'), related: mark('related'), category: mark('category'),
  override: mark('overrides the report'), tags: mark('tags'), impact: mark('impact'), urgency: mark('urgency'), owner: mark('owner'), template: mark('template'),
  answer: mark('automatic answer'), networks: mark('networks'), domains: mark('domains'), as: 'AS', contacts: mark('contacts') };

const known = (table, word) => (Object.hasOwn(table, word) ? t(table[word]) : word);

export const whenWords = (text) => (WHEN.has(text) ? t(text) : text || '');
export const answerWords = (name) => known(ANSWERS, name);
export const groupWords = (name) => known(GROUPS, name || '');
// What stands among `names`, each once, in the order in which it is shown; what is not known comes last.
export const groupOrder = (names) => [...new Set([...Object.keys(GROUPS).filter((name) => names.includes(name)), ...names])];
export const typeWords = (name) => known(TYPES, name);
export const scopeWords = (name) => known(SCOPES, name);

// PoC, handler, ..., and who runs the host.
export const roleWords = (title) => (title === 'host' ? t(mark('host')) : said(title.toLowerCase()));

// "fraud/high", "category=fraud", "tlp=RED", "any", "all": whom a time is about.
export function aboutWords(about) {
  if (about === 'any') return t('all others');
  if (about === 'all') return t(mark('all'));
  const retained = /^(category|tlp)=(.+)$/.exec(about);
  if (retained) return retained[1] === 'tlp' ? `TLP:${retained[2].toUpperCase()}` : categoryWords(retained[2]);
  return about.split('/').map((one) => (categoryWords(one) === one ? said(one) : categoryWords(one))).join(' / ');
}

// A key of the rules file.
export function keyWords(key) {
  const language = /^out-of-scope(?:-(.+))?$/.exec(key);
  if (language) return language[1] ? t('out of scope ({language})', { language: language[1] }) : t('out of scope');
  return known(KEYS, key);
}

const UNITS = { m: 'minute', h: 'hour', d: 'day', w: 'week' };

// "4h", "90d", "never" as people say it; anything else stays.
export function spanWords(text, language) {
  if (text === 'never') return t('for ever');
  const found = /^(\d+)([mhdw])$/.exec(text || '');
  return found ? new Intl.NumberFormat(language, { style: 'unit', unit: UNITS[found[2]], unitDisplay: 'long' }).format(Number(found[1])) : text || '–';
}

// Seconds, in the largest unit that fits.
export function secondsWords(seconds, language) {
  if (!seconds) return '–';
  const [unit, length] = [['d', 86400], ['h', 3600], ['m', 60]].find(([, size]) => seconds % size === 0) || ['m', 60];
  return spanWords(`${Math.round(seconds / length)}${unit}`, language);
}
