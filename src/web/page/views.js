// views.js: filters that a member gave names to. They are kept in this browser, for each login by itself.

import { h, put, link } from './dom.js';
import { present } from './focus.js';
import { t } from './words.js';

const MOST = 20;

const keyOf = (house) => `views:${house.login}`;

function read(house) {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(house)) || '[]');
    return Array.isArray(kept) ? kept.filter((view) => typeof view.name === 'string' && typeof view.query === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function write(house, views) {
  try {
    localStorage.setItem(keyOf(house), JSON.stringify(views));
  } catch { /* private browsing: they last as long as the page */ }
}

// Asks for a name; act () gets it.
function ask(act) {
  const name = h('input', { name: 'name', required: true, maxlength: '40', id: 'view-name', autocomplete: 'off' });
  const dialog = h('dialog', { 'aria-labelledby': 'view-title' }, h('form', { on: { submit: (event) => {
    event.preventDefault();
    act(name.value.trim());
    dialog.close();
  } } }, h('h2', { id: 'view-title' }, t('Keep this view')), h('label', { for: 'view-name' }, t('Name of the view')), name,
  h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, t('Keep')), h('button', { type: 'button', on: { click: () => dialog.close() } }, t('Cancel')))));
  present(dialog);
}

// (an element) the member's own views; query: the filters that are shown now, as they stand in the address.
export function ownViews(house, query) {
  const place = h('ul', { class: 'own-views' });

  function draw() {
    const views = read(house);
    put(place, views.map((view) => h('li', {},
      link(`#/?${view.query}`, view.query === query ? { 'aria-current': 'true' } : {}, h('bdi', {}, view.name)),
      h('button', { type: 'button', class: 'plain', 'aria-label': t('Forget the view {name}', { name: view.name }), on: { click: () => {
        write(house, read(house).filter((other) => other.name !== view.name));
        draw();
      } } }, '×'))),
    query !== '' && views.length < MOST && !views.some((view) => view.query === query)
      ? h('li', {}, h('button', { type: 'button', class: 'plain keep-view', on: { click: () => ask((name) => {
        if (name === '') return;
        write(house, [...read(house).filter((other) => other.name !== name), { name, query }]);
        draw();
      }) } }, t('Keep this view'))) : null);
  }

  draw();
  return place;
}
