// keys.js: one letter, one act. A view says which letters mean what while it is shown; `?` shows all of them. Who speaks to the page instead
// of typing turns them off, since spoken words would be letters (WCAG 2.1.4).

import { h } from './dom.js';
import { t } from './words.js';
import { present } from './focus.js';

const general = new Map();
let local = new Map();
let areOn = true;
try { areOn = localStorage.getItem('keys') !== 'off'; } catch { /* private browsing */ }

// letter -> { words, act }; for the whole page.
export function always(letter, words, act) { general.set(letter, { words, act }); }

// The same for the view that is shown; forgotten when another one is.
export function useKeys(table) { local = new Map(Object.entries(table).map(([letter, [words, act]]) => [letter, { words, act }])); }

const isTyping = (target) => target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT'
  || (target.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes(target.type));

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && event.target.tagName === 'TEXTAREA' && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (!areOn || document.querySelector('dialog[open]')) return;
  const found = local.get(event.key) || general.get(event.key);
  if (!found) return;
  event.preventDefault();
  found.act();
});

function turn(on) {
  areOn = on;
  try { localStorage.setItem('keys', on ? 'on' : 'off'); } catch { /* private browsing */ }
}

const rows = (title, keys) => (keys.size === 0 ? null : [h('h3', {}, title), h('table', {}, h('tbody', {}, [...keys].map(([letter, { words }]) => h('tr', {},
  h('th', { scope: 'row' }, h('kbd', {}, letter)), h('td', {}, t(words))))))]);

// The list of all of them, as a dialog.
export function showHelp() {
  const choice = h('input', { type: 'checkbox', checked: areOn, on: { change: () => turn(choice.checked) } });
  present(h('dialog', { class: 'keys', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title' }, t('Keys')),
    rows(t('In this view'), local), rows(t('Everywhere'), general),
    h('p', { class: 'hint' }, h('kbd', {}, 'Esc'), ' ', t('leaves a field, or closes a dialog'), h('br'), h('kbd', {}, 'Ctrl'), ' + ', h('kbd', {}, 'Enter'), ' ', t('hands in what is written')),
    h('label', { class: 'check' }, choice, t('Single letters act')),
    h('form', { method: 'dialog' }, h('button', { autofocus: true, class: 'main' }, t('Close')))));
}
