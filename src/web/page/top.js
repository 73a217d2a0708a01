// top.js: what is always there: where one can go, what was written and not sent, language, light or dark, keys, who is in. On a phone it is
// one row, and what is seldom needed opens below it.

import { h, put, link } from './dom.js';
import { t, currentLanguage } from './words.js';
import * as keys from './keys.js';
import { ticketsWithText } from './unsent.js';
import { isReachable } from './live.js';

const NAMES = { en: 'English', ja: '日本語' };

// A link to what was begun and not sent.
export function drawUnsent() {
  const place = document.getElementById('unsent');
  if (!place) return;
  const tickets = ticketsWithText();
  const words = tickets.length > 0 ? t('Not sent yet: {tickets}', { tickets: tickets.join(', ') }) : '';
  place.hidden = tickets.length === 0;
  put(place, tickets.length === 0 ? null : link(`#/incidents/${tickets[0]}`, { title: words },
    h('span', { 'aria-hidden': 'true' }, `✎ ${tickets.length}`), h('span', { class: 'unseen' }, words)));
}

function fold(button, is) {
  button.setAttribute('aria-expanded', String(is));
  document.getElementById('own').classList.toggle('shown', is);
}

function menuButton() {
  const button = h('button', { type: 'button', class: 'menu', 'aria-expanded': 'false', 'aria-controls': 'own', on: {
    click: () => fold(button, button.getAttribute('aria-expanded') === 'false'),
  } }, h('span', { 'aria-hidden': 'true' }, '☰'), h('span', { class: 'unseen' }, t('Menu')));
  return button;
}

export function foldMenu(is = false) {
  const button = document.querySelector('#top .menu');
  if (button) fold(button, is);
}

export const isMenuOpen = () => document.querySelector('#top .menu[aria-expanded="true"]') !== null;

document.addEventListener('keydown', (event) => {
  const button = document.querySelector('#top .menu[aria-expanded="true"]');
  if (event.key !== 'Escape' || !button) return;
  fold(button, false);
  button.focus();
});

// house: who is in, or null; places: [name, path, words] of the views; acts: what its buttons do.
export function drawTop(house, view, places, acts) {
  const isHere = (name) => name === view || (name === '' && view === 'incidents');
  put(document.getElementById('top'),
    h('p', { class: 'brand' }, link('#/', {}, h('b', {}, '窓口'), ' ', h('span', {}, house ? house.team : 'Madoguchi'))),
    house ? h('nav', { 'aria-label': t('Views') }, h('ul', {}, places.map(([name, path, words]) => h('li', {},
      link(path, isHere(name) ? { 'aria-current': 'page' } : {}, t(words)))))) : null,
    h('p', { id: 'away', class: 'away', role: 'alert', hidden: isReachable() }, t('The gateway is out of reach. This may be out of date.')),
    house ? h('p', { id: 'unsent', hidden: true }) : null,
    house ? menuButton() : null,
    h('div', { class: house ? 'own' : 'own shown', id: 'own' },
      house ? h('span', { class: 'who' }, house.name || house.login) : null,
      h('label', { class: 'language' }, h('span', { class: 'unseen' }, t('Language')),
        h('select', { on: { change: acts.language } }, Object.entries(NAMES).map(([code, name]) => h('option', { value: code, lang: code,
          selected: code === currentLanguage() }, name)))),
      h('button', { type: 'button', class: 'plain', on: { click: acts.theme }, title: t('Light or dark') }, '◐', h('span', { class: 'unseen' }, t('Light or dark'))),
      house ? h('button', { type: 'button', class: 'plain', on: { click: keys.showHelp }, title: t('Keys') }, '?', h('span', { class: 'unseen' }, t('Keys'))) : null,
      house ? h('button', { type: 'button', on: { click: acts.logOut } }, t('Log out')) : null));
  const here = document.querySelector('#top [aria-current]');
  if (here) here.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // on a phone the row may be longer than it is wide
  drawUnsent();
}
