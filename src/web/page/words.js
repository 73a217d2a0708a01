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
    try {
      const answer = await fetch(`/words.${language}.json`, { credentials: 'same-origin' });
      if (answer.ok) words = await answer.json();
    } catch { /* out of reach: in English, rather than not at all */ }
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

// Sentences of the catalogue with values that a program put in ("%s: no such ticket"), as what stands between the values; the longest first.
let patterns = null;
const VALUE = /%(?:\d+\$)?\d*(?:hh|h|ll|l|z)?([sdiuc])/;
const MAX_TEXT = 4096; // of what is understood
const MAX_VALUE = 2000;
const MAX_STEPS = 500; // for one sentence
const MAX_SENTENCES = 50; // within one another

function makePatterns() {
  const made = [];
  for (const [sentence, said] of Object.entries(words)) {
    const parts = sentence.split(VALUE); // a sentence's own words, and kinds of values between them
    const own = parts.filter((part, i) => i % 2 === 0).map((part) => part.replaceAll('%%', '%'));
    const areTexts = parts.filter((part, i) => i % 2 === 1).map((kind) => kind === 's');
    if (areTexts.length === 0 || (own.join('').match(/[a-z]/gi) || []).length < 4) continue;
    made.push({ own, areTexts, said, weight: own.join('').length });
  }
  return made.sort((a, b) => b.weight - a.weight);
}

// The values of `text`, if it was made from that sentence: each as short as can be. A text may be a stranger's, so nothing is tried again
// without end: after a text the next of the sentence's own words are where they come first, unless a number behind them does not fit.
function fits({ own, areTexts }, text) {
  const found = [];
  let steps = MAX_STEPS;
  const go = (i, at) => {
    const next = own[i + 1];
    const isLast = i + 1 === areTexts.length;
    const end = text.length - next.length;
    const accept = (to) => {
      found[i] = text.slice(at, to);
      return isLast ? to === end : go(i + 1, to + next.length);
    };
    if (!areTexts[i]) {
      const digits = /-?\d{1,20}/y;
      digits.lastIndex = at;
      return digits.test(text) && text.startsWith(next, digits.lastIndex) && accept(digits.lastIndex);
    }
    if (isLast) return end >= at && end - at <= MAX_VALUE && text.endsWith(next) && accept(end);
    const mayTryAgain = areTexts.includes(false, i + 1);
    for (let to = text.indexOf(next, at); to >= 0 && to - at <= MAX_VALUE && steps-- > 0; to = text.indexOf(next, to + 1)) {
      if (accept(to)) return true;
      if (!mayTryAgain || to >= text.length) return false;
    }
    return false;
  };
  return text.startsWith(own[0]) && go(0, own[0].length) ? found : null;
}

// A whole sentence that a program made out of one of the catalogue, in the member's language with the same values in it, as
// mado_words_translate () does it for the command line; what is none of ours stays as it is.
export function understood(text, depth = 0, left = { n: MAX_SENTENCES }) {
  if (Object.hasOwn(words, text)) return words[text];
  if (language === FALLBACK || depth > 4 || text.length > MAX_TEXT || left.n-- <= 0) return text;
  patterns = patterns || makePatterns();
  for (const pattern of patterns) {
    const found = fits(pattern, text);
    if (found) {
      let next = 0;
      return pattern.said.replace(/%(?:(\d)\$)?\d*(?:hh|h|ll|l|z)?[sdiuc]|%%/g, (all, place) => {
        const value = all === '%%' ? '%' : found[place ? Number(place) - 1 : next++] || '';
        return value.includes(' ') ? understood(value, depth + 1, left) : value;
      });
    }
  }
  const colon = text.indexOf(': ');
  return colon < 0 ? text : `${text.slice(0, colon)}: ${understood(text.slice(colon + 2), depth + 1, left)}`;
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
  return format('NumberFormat', { style: 'unit', unit: units[unit], unitDisplay: unit === 0 ? 'long' : 'short', maximumFractionDigits: 1 }).format(n);
}
