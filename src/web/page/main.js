// main.js: the page's frame: who is logged in, which view is shown, what is always there.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark, useLanguage, useZone, deviceZone, currentLanguage } from './words.js';
import { useCategories } from './categories.js';
import { said } from './gateway.js';
import * as keys from './keys.js';
import * as live from './live.js';
import * as notices from './notices.js';
import { showLogIn, showSetUp } from './entrance.js';
import { showQueue } from './queue.js';
import { showIncident } from './incident.js';
import { showSearch } from './search.js';
import { showOverview } from './overview.js';
import { showTeam } from './team.js';

// The first part of the address after '#/' -> its view: show (place, rest, parameters, house) -> what to do when it goes, or nothing.
const views = {
  '': showQueue,
  incidents: showIncident,
  search: showSearch,
  overview: showOverview,
  team: showTeam,
};

const main = document.getElementById('main');
let house = null; // the session: who is in, and what the house is called
let leave = null; // of the view that is shown
let shown = 0;

const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private browsing */ } };

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, ...rest] = path.split('/').map(decodeURIComponent);
  return { view, rest, parameters: new URLSearchParams(query || '') };
}

async function show() {
  const turn = ++shown;
  const { view, rest, parameters } = address();
  if (leave) leave();
  leave = null;
  keys.useKeys({});
  drawTop(view);
  put(main, h('p', { class: 'loading', role: 'status' }, t('Loading …')));
  const place = h('div', { class: `view view-${view || 'queue'}` });
  try {
    const gone = await (views[view] || showQueue)(place, rest, parameters, house);
    if (turn !== shown) {
      if (gone) gone();
      return;
    }
    leave = gone || null;
    put(main, place);
    main.focus({ preventScroll: true });
  } catch (error) {
    if (turn !== shown) return;
    put(main, h('div', { class: 'failure', role: 'alert' }, h('h1', {}, t('This cannot be shown')), h('p', {}, said(error.message)),
      h('button', { type: 'button', on: { click: show } }, t('Try again'))));
  }
}

function navigation(view) {
  const places = [['', '#/', mark('Queue')], ['search', '#/search', mark('Search')], ['overview', '#/overview', mark('Overview')], ['team', '#/team', mark('Team')]];
  return h('nav', { 'aria-label': t('Views') }, h('ul', {}, places.map(([name, path, words]) => h('li', {},
    link(path, name === view || (name === '' && view === 'incidents') ? { 'aria-current': 'page' } : {}, t(words))))));
}

async function changeLanguage(event) {
  const wanted = event.target.value;
  store('language', wanted);
  await useLanguage(wanted);
  if (house) await show();
  else enter();
  document.querySelector('.language select').focus();
}

function languageChoice() {
  const names = { en: 'English', ja: '日本語' };
  return h('label', { class: 'language' }, h('span', { class: 'unseen' }, t('Language')),
    h('select', { on: { change: changeLanguage } }, Object.entries(names).map(([code, name]) => h('option', { value: code, lang: code,
      selected: code === currentLanguage() }, name))));
}

function changeTheme() {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  store('theme', next);
}

async function logOut() {
  try {
    await api.post('/log-out');
  } catch (error) {
    notices.failed(error);
    return;
  }
  location.hash = '#/';
  begin();
}

function drawTop(view) {
  document.title = house ? `${house.team} – Madoguchi` : 'Madoguchi';
  document.querySelector('.skip').textContent = t('Skip to the content');
  put(document.getElementById('top'),
    h('p', { class: 'brand' }, link('#/', {}, h('b', {}, '窓口'), ' ', house ? house.team : 'Madoguchi')),
    house ? navigation(view) : null,
    h('p', { id: 'away', class: 'away', role: 'alert', hidden: true }, t('The gateway is out of reach. This may be out of date.')),
    h('div', { class: 'own' },
      languageChoice(),
      h('button', { type: 'button', class: 'plain', on: { click: changeTheme }, title: t('Light or dark') }, '◐', h('span', { class: 'unseen' }, t('Light or dark'))),
      house ? h('button', { type: 'button', class: 'plain', on: { click: keys.showHelp }, title: t('Keys') }, '?') : null,
      house ? h('span', { class: 'who' }, house.name || house.login) : null,
      house ? h('button', { type: 'button', on: { click: logOut } }, t('Log out')) : null));
}

// Whoever is not in yet, comes in here.
function enter() {
  house = null;
  live.close();
  keys.useKeys({});
  if (leave) leave();
  leave = null;
  shown++;
  drawTop('');
  const { view, rest } = address();
  const place = h('div', { class: 'view view-entrance' });
  put(main, place);
  if (view === 'invitation') showSetUp(place, rest[0] || '', begin);
  else showLogIn(place, begin);
}

async function begin() {
  notices.clear();
  try {
    house = await api.get('/session');
  } catch (error) {
    if (error.status !== 401) notices.failed(error);
    enter();
    return;
  }
  if (house.session === undefined && house.role === undefined) house = await api.get('/session'); // a trusted server let us in just now
  api.setProof(house.proof);
  house.chooseZone = (which) => {
    store('zone', which);
    house.zoneChoice = which;
    useZone(which === 'device' ? deviceZone() : house.zone);
    show();
  };
  house.zoneChoice = stored('zone') === 'device' ? 'device' : 'team';
  useZone(house.zoneChoice === 'device' ? deviceZone() : house.zone);
  if (!stored('language') && house.languages && house.languages.length > 0) await useLanguage(...house.languages);
  if (address().view === 'invitation') location.hash = '#/';
  live.listen();
  show();
}

async function start() {
  const theme = stored('theme');
  if (theme) document.documentElement.dataset.theme = theme;
  await Promise.all([useCategories(), useLanguage(...(stored('language') ? [stored('language')] : navigator.languages.map((code) => code.slice(0, 2))))]);
  api.whenStranger(() => { if (house) enter(); });
  live.whenReachable((is) => { const sign = document.getElementById('away'); if (sign) sign.hidden = is; });
  keys.always('?', mark('Show the keys'), keys.showHelp);
  keys.always('/', mark('Search'), () => { location.hash = '#/search'; });
  keys.always('g', mark('Go to the queue'), () => { location.hash = '#/'; });
  window.addEventListener('hashchange', () => { if (house) show(); else enter(); });
  begin();
}

start();
