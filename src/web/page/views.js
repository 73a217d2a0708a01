// views.js: filters of the queue under names: the member's own, the same in each browser, and the team's.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { present } from './focus.js';
import { t } from './words.js';
import * as notices from './notices.js';

let known = []; // as they were last seen, so that nothing jumps while they are read anew
let whose = null;

// What earlier pages kept in this browser is the member's everywhere from now on; once.
async function moveOld(house) {
  const name = `views:${house.login}`;
  let old = [];
  try {
    old = JSON.parse(localStorage.getItem(name) || '[]');
  } catch { /* none that could be read */ }
  if (!Array.isArray(old) || old.length === 0) return;
  let n = 0;
  for (const view of old) {
    if (!view || typeof view.name !== 'string' || typeof view.query !== 'string' || known.some((other) => !other.team && other.name === view.name)) continue;
    try {
      known = (await api.keep('/views', { name: view.name, query: view.query })).items;
      n++;
    } catch (error) {
      if (error.status !== 400) return; // another time
    }
  }
  localStorage.removeItem(name);
  if (n > 0) notices.done(t('The views of this browser are kept by the gateway now: {n}.', { n }));
}

// Asks for a name; act () gets it, and whether it is for all.
function ask(mayTeam, act) {
  const name = h('input', { name: 'name', required: true, maxlength: '40', id: 'view-name', autocomplete: 'off' });
  const team = mayTeam ? h('input', { type: 'checkbox', name: 'team' }) : null;
  const dialog = h('dialog', { 'aria-labelledby': 'view-title' }, h('form', { on: { submit: (event) => {
    event.preventDefault();
    act(name.value.trim(), team !== null && team.checked);
    dialog.close();
  } } }, h('h2', { id: 'view-title' }, t('Keep this view')), h('label', { for: 'view-name' }, t('Name of the view')), name,
  team ? h('label', { class: 'check' }, team, t('For the whole team')) : null,
  h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, t('Keep')), h('button', { type: 'button', on: { click: () => dialog.close() } }, t('Cancel')))));
  present(dialog);
}

// (an element) the views; query: the filters that are shown now, as they stand in the address.
export function ownViews(house, query) {
  const place = h('ul', { class: 'own-views' });
  const may = (word) => house.may.includes(word);
  const pathOf = (isTeam) => (isTeam ? '/team-views' : '/views');

  async function change(act) {
    try {
      known = (await act()).items;
      draw();
    } catch (error) {
      notices.failed(error);
    }
  }

  function draw() {
    put(place, known.map((view) => h('li', {},
      link(`#/?${view.query}`, view.query === query ? { 'aria-current': 'true' } : {}, h('bdi', {}, view.name), view.team ? ` ${t('(team)')}` : null),
      may(view.team ? 'team-view-remove' : 'view-remove') ? h('button', { type: 'button', class: 'plain', 'aria-label': t('Forget the view {name}', { name: view.name }),
        on: { click: () => change(() => api.forget(pathOf(view.team), { name: view.name })) } }, '×') : null)),
    query !== '' && may('view-put') && !known.some((view) => view.query === query)
      ? h('li', {}, h('button', { type: 'button', class: 'plain keep-view', on: { click: () => ask(may('team-view-put'), (name, isTeam) => {
        if (name !== '') change(() => api.keep(pathOf(isTeam), { name, query }));
      }) } }, t('Keep this view'))) : null);
  }

  async function read() {
    known = (await api.get('/views')).items;
    await moveOld(house);
    draw();
  }

  if (whose !== house.login) known = [];
  whose = house.login;
  draw();
  read().catch(() => {}); // the queue goes without them
  return place;
}
