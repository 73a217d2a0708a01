// words.js: what the page says, in the member's language. English is the key of each sentence (gettext's way); /words.LANGUAGE.json is
// made from po/LANGUAGE.po, and holds the sentences that po/extract finds in the page.

let words = {};
let language = 'en';
const LANGUAGES = ['en', 'ja'];
const FALLBACK = 'en';

// Takes the words of the first of `wanted` (codes of languages) that there are any of.
export async function useLanguage(...wanted) {
  language = wanted.find((code) => LANGUAGES.includes(code)) || FALLBACK;
  words = {};
  patterns = null;
  if (language !== FALLBACK) {
    const answer = await fetch(`/words.${language}.json`, { credentials: 'same-origin' });
    if (answer.ok) words = await answer.json();
  }
  document.documentElement.lang = language;
}

// Marks a sentence that reaches t () by another name, for those who translate.
export const mark = (text) => text;

export const currentLanguage = () => language;

// The sentence `text` in the member's language; {name} is replaced by values.name.
export function t(text, values = {}) {
  const found = Object.hasOwn(words, text) ? words[text] : text;
  return found.replace(/\{([a-z]+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

// Sentences of the catalogue with values that a program put in ("%s: no such ticket"), as patterns; the longest first.
let patterns = null;
const VALUE = /%(?:\d+\$)?\d*(?:hh|h|ll|l|z)?([sdiuc])/g;

function makePatterns() {
  const made = [];
  for (const [sentence, said] of Object.entries(words)) {
    const own = sentence.replace(VALUE, '');
    if (own === sentence || (own.match(/[a-z]/gi) || []).length < 4) continue;
    const escaped = sentence.split(/(%(?:\d+\$)?\d*(?:hh|h|ll|l|z)?[sdiuc])/).map((part, i) => (i % 2 === 0
      ? part.replaceAll('%%', '%').replace(/[.*+?^${}()[\]\\|/]/g, '\\$&') : part.endsWith('s') ? '([^]{0,2000}?)' : '(-?\\d{1,20})')).join('');
    made.push([own.length, new RegExp(`^${escaped}$`, 'u'), said]);
  }
  return made.sort((a, b) => b[0] - a[0]);
}

// A whole sentence that a program made out of one of the catalogue, in the member's language with the same values in it, as
// mado_words_translate () does it for the command line; what is none of ours stays as it is.
export function understood(text, depth = 0) {
  if (Object.hasOwn(words, text)) return words[text];
  if (language === FALLBACK || depth > 4) return text;
  patterns = patterns || makePatterns();
  for (const [, pattern, said] of patterns) {
    const found = pattern.exec(text);
    if (found) {
      let next = 1;
      return said.replace(/%(?:(\d)\$)?\d*(?:hh|h|ll|l|z)?[sdiuc]|%%/g, (all, place) => {
        const value = all === '%%' ? '%' : found[place ? Number(place) : next++] || '';
        return value.includes(' ') ? understood(value, depth + 1) : value;
      });
    }
  }
  const colon = text.indexOf(': ');
  return colon < 0 ? text : `${text.slice(0, colon)}: ${understood(text.slice(colon + 2), depth + 1)}`;
}

// The zone of the member's device, for who works elsewhere than the team.
export const deviceZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

// Making a format takes long: each is made once.
const formats = new Map();
function format(kind, options = {}) {
  const key = `${kind} ${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl[kind](language, options));
  return formats.get(key);
}

// Times as the member reads them, in the team's zone or his own.
let zone = 'UTC';
export function useZone(name) {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name;
  } catch {
    zone = 'UTC';
  }
}

export function time(text) {
  if (!text) return '';
  return format('DateTimeFormat', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(new Date(text));
}

// A day, 2026-11-21.
export const day = (text) => format('DateTimeFormat', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${text}T00:00:00Z`));

// How long ago, in words: for lists.
export function ago(text, now = Date.now()) {
  const seconds = Math.round((new Date(text).getTime() - now) / 1000);
  const steps = [['day', 86400], ['hour', 3600], ['minute', 60]];
  const relative = format('RelativeTimeFormat', { numeric: 'auto' });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, 'minute');
}

export const number = (value) => format('NumberFormat').format(value);

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte'];
  let unit = 0;
  let n = value;
  while (n >= 1000 && unit < 2) { n /= 1000; unit++; }
  return format('NumberFormat', { style: 'unit', unit: units[unit], maximumFractionDigits: 1 }).format(n);
}
