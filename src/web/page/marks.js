// marks.js: verdicts, states and marks in words and colour: never in colour alone, and never with a word of a stranger in them.

import { h } from './dom.js';
import { t, mark } from './words.js';

const STATES = { new: mark('new'), open: mark('open'), waiting: mark('waiting'), resolved: mark('resolved'), rejected: mark('rejected'),
  merged: mark('merged') };

export const stateWords = (state) => t(STATES[state] || mark('unknown'));

// encryption and signature of madoguchi.open/1 -> [words, kind]
const ENCRYPTION = {
  whole: [mark('Encrypted'), 'good'],
  partial: [mark('Partly encrypted'), 'doubt'],
  none: [mark('Not encrypted'), 'none'],
};

const SIGNATURE = {
  good: [mark('Signed by the sender'), 'good'],
  'good-untrusted': [mark('Signed, but nobody vouches for the key'), 'doubt'],
  partial: [mark('Only partly signed'), 'doubt'],
  bad: [mark('The signature is wrong'), 'bad'],
  'expired-signature': [mark('The signature is over'), 'doubt'],
  'expired-key': [mark('Signed by a key that is over'), 'doubt'],
  'revoked-key': [mark('Signed by a key that was revoked'), 'bad'],
  'unknown-key': [mark('Signed by an unknown key'), 'doubt'],
  unsupported: [mark('Signed in a way that is not accepted'), 'doubt'],
  none: [mark('Not signed'), 'none'],
};

const SIGNS = { good: '✔', doubt: '!', bad: '✘', none: '–' };

function verdict([words, kind]) {
  return h('span', { class: `verdict verdict-${kind}` }, h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[kind]), ' ', t(words));
}

export const encryptionVerdict = (encryption) => verdict(ENCRYPTION[encryption] || ENCRYPTION.none);
export const signatureVerdict = (signature) => verdict(SIGNATURE[signature] || SIGNATURE.none);

// The worst of both: 'bad', 'doubt', 'good' (signed, and by whom is proved) or 'none'.
export function verdictKind(encryption, signature) {
  const kinds = [(ENCRYPTION[encryption] || ENCRYPTION.none)[1], (SIGNATURE[signature] || SIGNATURE.none)[1]];
  return ['bad', 'doubt'].find((kind) => kinds.includes(kind)) || kinds[1];
}

// Both, for a line of a list.
export const verdictWords = (encryption, signature) => h('span', { class: 'verdicts' }, encryptionVerdict(encryption), ' ', signatureVerdict(signature));

const TLP = { 'TLP:RED': 'red', 'TLP:AMBER+STRICT': 'amber', 'TLP:AMBER': 'amber', 'TLP:GREEN': 'green', 'TLP:CLEAR': 'clear' };

// With whom it may be shared (FIRST, TLP 2.0).
const TLP_WORDS = {
  'TLP:RED': mark('only those who were told, nobody else'), 'TLP:AMBER+STRICT': mark('within the own organisation, who needs to know'),
  'TLP:AMBER': mark('within the own organisation and its clients, who needs to know'), 'TLP:GREEN': mark('within the community, not in public'),
  'TLP:CLEAR': mark('everybody'),
};

export const tlpWords = (tlp) => (TLP_WORDS[tlp] ? t(TLP_WORDS[tlp]) : '');

export const tlpMark = (tlp) => (tlp && TLP[tlp] ? h('span', { class: `tlp tlp-${TLP[tlp]}`, title: tlpWords(tlp) }, tlp) : null);
