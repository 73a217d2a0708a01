// overview.js: the queue in numbers, each plot with its table.

import { h, put, svg, link } from './dom.js';
import * as api from './api.js';
import { t, mark, number, day } from './words.js';
import { stateWords } from './marks.js';
import { categoryWords } from './categories.js';
import { whenChanged } from './live.js';

const AGES = { 1: mark('up to a day'), 3: mark('up to 3 days'), 7: mark('up to a week'), 30: mark('up to 30 days'), more: mark('older') };
const NAMES = { none: mark('none'), restricted: mark('restricted') };

// A category's name, which may be broken where its parts meet.
const breakable = (name) => name.split(/(?<=[:\/-])/).map((part, i) => (i > 0 ? [h('wbr'), part] : part));

// Bars beside each other's names; the numbers stand there, too.
function bars(title, id, shares, nameOf, pathOf) {
  const most = Math.max(1, ...shares.map((share) => share.count));
  return h('section', { class: 'plot', 'aria-labelledby': id }, h('h2', { id }, t(title)),
    shares.length === 0 ? h('p', { class: 'empty' }, t('Nothing.')) : h('table', { class: 'bars' }, h('tbody', {}, shares.map((share) => h('tr', {},
      h('th', { scope: 'row' }, pathOf && pathOf(share.name) ? link(pathOf(share.name), {}, nameOf(share.name)) : nameOf(share.name)),
      h('td', { class: 'count' }, number(share.count)),
      h('td', { class: 'bar', 'aria-hidden': 'true' }, svg('svg', { viewBox: '0 0 100 10', width: '100%', height: '12', role: 'presentation' },
        svg('rect', { x: 0, y: 1, width: Math.max(0.5, 100 * share.count / most), height: 8, rx: 1 }))))))));
}

// One column for each day.
function days(shares) {
  const most = Math.max(1, ...shares.map((share) => share.count));
  const wide = 100 / Math.max(1, shares.length);
  const all = shares.reduce((sum, share) => sum + share.count, 0);
  return h('section', { class: 'plot', 'aria-labelledby': 'days-title' }, h('h2', { id: 'days-title' }, t('New in the last 30 days')),
    h('p', {}, t('{n} in all, {most} on the busiest day', { n: number(all), most: number(Math.max(0, ...shares.map((s) => s.count))) })),
    svg('svg', { viewBox: '0 0 100 30', width: '100%', class: 'columns', role: 'img', 'aria-label': t('New in the last 30 days') },
      shares.map((share, i) => svg('rect', { x: i * wide + wide * 0.1, y: 30 - 30 * share.count / most, width: wide * 0.8, height: 30 * share.count / most },
        svg('title', {}, `${day(share.name)}: ${number(share.count)}`)))),
    h('details', {}, h('summary', {}, t('As a table')), h('table', {}, h('tbody', {}, shares.map((share) => h('tr', {},
      h('th', { scope: 'row' }, day(share.name)), h('td', { class: 'count' }, number(share.count))))))));
}

export async function showOverview(place) {
  async function draw() {
    const shown = await api.get('/overview');
    if (shown.states.length === 0) {
      put(place, h('h1', {}, t('Overview')), h('p', { class: 'empty' }, t('There is no incident yet. When reports come in, they are counted here.')));
      return;
    }
    put(place, h('h1', {}, t('Overview')), h('div', { class: 'plots' },
      bars('By state', 'states-title', shown.states, stateWords, (name) => `#/?state=${encodeURIComponent(name)}`),
      bars('Unfinished, by age', 'ages-title', shown.ages, (name) => t(AGES[name] || name)),
      bars('Unfinished, by category', 'categories-title', shown.categories, (name) => (NAMES[name] ? t(NAMES[name]) : breakable(categoryWords(name))),
        (name) => (NAMES[name] ? null : `#/?category=${encodeURIComponent(name)}`)),
      bars('Unfinished, by owner', 'owners-title', shown.owners, (name) => (name === 'none' ? t('nobody') : name), (name) => `#/?owner=${encodeURIComponent(name)}`),
      days(shown.days)));
  }
  await draw();
  return whenChanged(() => draw());
}
