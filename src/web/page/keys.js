// keys.js: one letter, one act. A view says which letters mean what while it is shown; `?` shows all of them.

import { h } from './dom.js';
import { t } from './words.js';

const general = new Map();
let local = new Map();

// letter -> { words, act }; for the whole page.
export function always(letter, words, act) { general.set(letter, { words, act }); }

// The same for the view that is shown; forgotten when another one is.
export function useKeys(table) { local = new Map(Object.entries(table).map(([letter, [words, act]]) => [letter, { words, act }])); }

const isTyping = (target) => target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (document.querySelector('dialog[open]')) return;
  const found = local.get(event.key) || general.get(event.key);
  if (!found) return;
  event.preventDefault();
  found.act();
});

// The list of all of them, as a dialog.
export function showHelp() {
  const rows = [...general, ...local].map(([letter, { words }]) => h('tr', {}, h('td', {}, h('kbd', {}, letter)), h('td', {}, t(words))));
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title' }, t('Keys')),
    h('table', {}, h('tbody', {}, rows)),
    h('form', { method: 'dialog' }, h('button', { autofocus: true }, t('Close'))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
