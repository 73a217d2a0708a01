// events.js: the gateway's own sentences in a thread, in the member's language. The keeper says what each is made of (model/event.h);
// a sentence that it did not understand is shown as it was written.

import { t, time } from './words.js';
import { said } from './gateway.js';
import { categoryWords } from './categories.js';

// Values that are words of the gateway.
const WORDS = new Set(['state', 'was', 'what', 'owner', 'priority', 'before', 'category', 'earlier', 'tlp', 'kind', 'reason', 'why', 'source',
  'template', 'language', 'impact', 'urgency', 'fact', 'role']);
const CATEGORIES = new Set(['category', 'earlier', 'value']);
const BY = [[/^rule (.+)$/s, 'rule {name}'], [/^constituency (.+)$/s, 'constituency {name}']]; // marked in model/event.c
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function inWords(name, value) {
  if (CATEGORIES.has(name)) return categoryWords(value) === value ? t(value) : categoryWords(value);
  if (name === 'impactby' || name === 'urgencyby') return BY.reduce((said, [pattern, words]) => (pattern.test(value) ? t(words, { name: pattern.exec(value)[1] }) : said), t(value));
  if (name === 'file') return value.split('/').pop();
  if (name === 'time') return TIME.test(value) ? time(value) : value;
  if (name === 'leaders') return value.replace(/\(([a-z]+)\)/g, (all, role) => `(${said(role)})`);
  return WORDS.has(name) ? said(t(value)) : value;
}

const sentence = (event) => t(event.sentence, Object.fromEntries(Object.entries(event.values || {}).map(([name, value]) => [name, inWords(name, value)])));

// What an entry of the gateway's says.
export const eventText = (entry) => (entry.event && entry.event.length > 0 ? entry.event.map(sentence).join('') : entry.text || '');
