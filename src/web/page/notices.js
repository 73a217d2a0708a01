// notices.js: short words about what was done or could not be, above everything, read out by screen readers.

import { h } from './dom.js';
import { t } from './words.js';
import { said } from './gateway.js';
import { Problem } from './api.js';

const place = () => document.getElementById('notices');

function show(kind, text, seconds) {
  const notice = h('p', { class: `notice ${kind}` }, text,
    h('button', { type: 'button', 'aria-label': t('Close'), on: { click: () => notice.remove() } }, '×'));
  place().append(notice);
  if (seconds) setTimeout(() => notice.remove(), seconds * 1000);
}

export const done = (text) => show('done', text, 6);

// What went wrong, in the gateway's words.
export function failed(error) {
  if (error instanceof Problem && error.status === 401) return;
  if (error instanceof Problem && error.isConflict) {
    show('failed', t('Somebody else changed this meanwhile. Look at it again; nothing was done.'));
  } else if (error instanceof Problem && error.status === 0) {
    show('failed', t('The gateway does not answer. Try again in a moment.'), 10);
  } else {
    show('failed', said(error.message));
  }
}

export const clear = () => place().replaceChildren();
