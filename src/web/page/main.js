// main.js: the page's frame: who is logged in, which view is shown, what is always there.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark, useLanguage, useZone, deviceZone } from './words.js';
import { useCategories } from './categories.js';
import { said } from './gateway.js';
import * as keys from './keys.js';
import * as live from './live.js';
import * as notices from './notices.js';
import * as unsent from './unsent.js';
import { rescue } from './focus.js';
import { drawTop, drawUnsent, foldMenu, isMenuOpen } from './top.js';
import { ask } from './drafts.js';
import { showLogIn, showSetUp } from './entrance.js';
import { showQueue } from './queue.js';
import { showIncident } from './incident.js';
import { showSearch } from './search.js';
import { showOverview } from './overview.js';
import { showTeam } from './team.js';
import { showPolicy } from './policy.js';

// The first part of the address after '#/' -> its view: show (place, rest, parameters, house) -> what to do when it goes, or nothing.
const views = {
  '': showQueue,
  incidents: showIncident,
  search: showSearch,
  overview: showOverview,
  team: showTeam,
  policy: showPolicy,
};

const main = document.getElementById('main');
let house = null; // the session: who is in, and what the house is called
let leave = null; // of the view that is shown
let shown = 0;
let isFailed = false; // the view could not be shown
let wasIn = ''; // who was, until the session ended by itself

const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private browsing */ } };

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, ...rest] = path.split('/').map(decodeURIComponent);
  return { view, rest, parameters: new URLSearchParams(query || '') };
}

// What stands there while a view comes: of its shape, so that nothing jumps; seen only when it takes longer than a blink.
const loading = () => h('div', { class: 'loading', role: 'status' }, h('span', { class: 'unseen' }, t('Loading …')),
  Array.from({ length: 6 }, () => h('div', { class: 'bone', 'aria-hidden': 'true' })));

async function show() {
  const turn = ++shown;
  isFailed = false;
  const { view, rest, parameters } = address();
  if (leave) leave();
  leave = null;
  keys.useKeys({});
  frame(view, rest);
  put(main, loading());
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
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'main', on: { click: show } }, t('Try again')), link('#/', { class: 'button' }, t('Back to the queue')))));
    isFailed = true;
    rescue(main);
  }
}

const PLACES = [['', '#/', mark('Queue')], ['search', '#/search', mark('Search')], ['overview', '#/overview', mark('Overview')], ['team', '#/team', mark('Team')],
  ['policy', '#/policy', mark('Policy')]];
const places = () => PLACES.filter(([name]) => name !== 'policy' || (house && house.may.includes('policy')));

// What a window is called: where one is, and of an incident no more than its number, since titles end up in histories.
function nameWindow(view, rest) {
  const place = PLACES.find(([name]) => name === view);
  const where = !house ? t('Log in') : view === 'incidents' && rest[0] ? rest[0] : place ? t(place[2]) : t('Queue');
  document.title = [where, house && house.team, 'Madoguchi'].filter(Boolean).join(' – ');
}

async function changeLanguage(event) {
  const wanted = event.target.value;
  store('language', wanted);
  await useLanguage(wanted);
  const wasOpen = isMenuOpen();
  if (house) await show();
  else enter();
  if (wasOpen) foldMenu(true);
  document.querySelector('.language select').focus();
}

function changeTheme() {
  const now = document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const next = now === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  store('theme', next);
}

async function leaveHouse() {
  try {
    await api.post('/log-out');
  } catch (error) {
    notices.failed(error);
    return;
  }
  unsent.forgetAll();
  house = null;
  location.hash = '#/';
  begin();
}

function logOut() {
  const tickets = unsent.ticketsWithText();
  if (tickets.length === 0) leaveHouse();
  else ask(t('Something was not sent yet: {tickets}. Throw it away and log out?', { tickets: tickets.join(', ') }), t('Log out'), leaveHouse);
}

function frame(view, rest) {
  nameWindow(view, rest);
  document.querySelector('.skip').textContent = t('Skip to the content');
  drawTop(house, view, places(), { language: changeLanguage, theme: changeTheme, logOut });
}

// Whoever is not in yet, comes in here.
function enter() {
  if (house) wasIn = house.login;
  house = null;
  live.close();
  keys.useKeys({});
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  if (leave) leave();
  leave = null;
  shown++;
  const { view, rest } = address();
  frame('', rest);
  const place = h('div', { class: 'view view-entrance' });
  put(main, place);
  if (view === 'invitation') showSetUp(place, rest[0] || '', begin);
  else showLogIn(place, begin, wasIn);
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
  unsent.belongsTo(house.login);
  wasIn = '';
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
  live.whenReachable((is) => {
    const sign = document.getElementById('away');
    if (sign) sign.hidden = is;
    if (!is || !house) return;
    notices.done(t('The gateway is there again.'));
    if (isFailed) show();
  });
  unsent.whenUnsent(drawUnsent);
  keys.always('?', mark('Show the keys'), keys.showHelp);
  keys.always('/', mark('Search'), () => { location.hash = '#/search'; });
  keys.always('g', mark('Go to the queue'), () => { location.hash = '#/'; });
  window.addEventListener('hashchange', () => { foldMenu(); if (house) show(); else enter(); });
  begin();
}

start();
