// notices.js: short words about what was done or could not be, read out by screen readers. What was done goes by itself, unless somebody is
// reading it; what failed stays until it is closed.

import { h } from './dom.js';
import { t } from './words.js';
import { said } from './gateway.js';
import { Problem } from './api.js';

const MOST = 4;
const place = (kind) => document.querySelector(`#notices > [role="${kind === 'failed' ? 'alert' : 'status'}"]`);

function show(kind, text, seconds) {
  const notice = h('p', { class: `notice ${kind}` }, h('span', {}, text),
    h('button', { type: 'button', class: 'plain', 'aria-label': t('Close'), on: { click: () => notice.remove() } }, '×'));
  const all = place(kind);
  for (const same of [...all.children].filter((one) => one.firstChild.textContent === text)) same.remove();
  all.append(notice);
  while (all.children.length > MOST) all.firstChild.remove();
  if (!seconds) return;
  let timer = 0;
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => notice.remove(), seconds * 1000); };
  for (const event of ['mouseenter', 'focusin']) notice.addEventListener(event, () => clearTimeout(timer));
  for (const event of ['mouseleave', 'focusout']) notice.addEventListener(event, wait);
  wait();
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

export function clear() {
  for (const kind of ['done', 'failed']) place(kind).replaceChildren();
}
