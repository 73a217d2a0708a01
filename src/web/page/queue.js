// queue.js: the shared queue: filters, rows, unread, live.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark, number, ago, time } from './words.js';
import { said } from './gateway.js';
import { useKeys } from './keys.js';
import { categoryOptions } from './categories.js';
import { ownViews } from './views.js';
import { Rows } from './rows.js';
import { whenChanged } from './live.js';
import { verdictWords, stateWords, tlpMark } from './marks.js';

const FILTERS = ['state', 'owner', 'priority', 'category', 'tlp', 'tag', 'unread', 'due', 'overdue'];

// Filters that one click sets.
const SAVED = [
  [mark('All'), {}],
  [mark('New'), { state: 'new' }],
  [mark('Mine'), { owner: 'me' }],
  [mark('Nobody\'s'), { owner: 'none' }],
  [mark('Open'), { state: 'open' }],
  [mark('Unread'), { unread: 'true' }],
  [mark('Due'), { due: 'true' }],
  [mark('Overdue'), { overdue: 'true' }],
];

const pathOf = (filters) => {
  const query = new URLSearchParams(filters).toString();
  return query ? `#/?${query}` : '#/';
};

function rowOf(incident) {
  const path = `#/incidents/${encodeURIComponent(incident.number)}`;
  return h('li', { class: `row state-${incident.state}${incident.unread > 0 ? ' unread' : ''}`, data: { number: incident.number } },
    h('div', { class: 'row-facts' },
      h('span', { class: 'ticket' }, incident.number),
      h('span', { class: 'state' }, stateWords(incident.state)),
      tlpMark(incident.tlp),
      incident.priority ? h('span', { class: `priority priority-${incident.priority}` }, said(incident.priority)) : null,
      incident.due ? h('span', { class: incident.overdue ? 'badge problem' : 'due', title: time(incident.due) }, incident.overdue ? t('overdue since {time}', { time: time(incident.due) }) : t('due {when}', { when: ago(incident.due) })) : null,
      incident.unread > 0 ? h('span', { class: 'badge' }, t('{n} unread', { n: number(incident.unread) })) : null,
      incident.moved ? h('span', { class: 'changed' }, t('changed since')) : null),
    incident.veiled
      ? link(path, { class: 'subject veiled' }, t('Restricted to named members'))
      : link(path, { class: 'subject' }, h('bdi', {}, incident.subject || t('(no subject)'))),
    h('div', { class: 'row-more' },
      incident.veiled ? null : h('bdi', { class: 'reporter' }, incident.reporter || ''),
      incident.veiled ? null : verdictWords(incident.encryption, incident.signature),
      h('span', { class: 'owner' }, incident.owner ? t('with {owner}', { owner: incident.owner }) : t('nobody\'s')),
      h('time', { datetime: incident.updated, title: time(incident.updated) }, ago(incident.updated))));
}

function savedLinks(filters, house) {
  const current = pathOf(filters);
  return h('nav', { class: 'saved', 'aria-label': t('Filters') }, h('ul', {}, SAVED.map(([words, wanted]) => h('li', {},
    link(pathOf(wanted), pathOf(wanted) === current ? { 'aria-current': 'true' } : {}, t(words))))),
  ownViews(house, SAVED.some(([, wanted]) => pathOf(wanted) === current) ? '' : new URLSearchParams(filters).toString()));
}

function filterForm(filters) {
  const choices = {
    state: ['', 'new', 'open', 'waiting', 'resolved', 'rejected'],
    priority: ['', 'low', 'normal', 'high', 'urgent'],
    tlp: ['', 'TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR'],
  };
  const names = { state: mark('State'), priority: mark('Priority'), tlp: mark('TLP'), owner: mark('Owner'), category: mark('Category'),
    tag: mark('Tag') };
  const go = (event) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '');
    location.hash = pathOf(Object.fromEntries(given));
  };
  return h('details', { class: 'filters', open: FILTERS.some((name) => filters[name] !== undefined) }, h('summary', {}, t('Filter')),
    h('form', { on: { submit: go } },
      Object.entries(choices).map(([name, values]) => h('label', {}, t(names[name]), h('select', { name }, values.map((value) => h('option',
        { value, selected: filters[name] === value }, value === '' ? t('any') : name === 'state' ? stateWords(value) : said(value)))))),
      h('label', {}, t(names.category), h('select', { name: 'category' }, categoryOptions([['', t('any')]], filters.category, true))),
      ['owner', 'tag'].map((name) => h('label', {}, t(names[name]), h('input', { name, value: filters[name] || '', maxlength: '200' }))),
      [['unread', mark('Only unread')], ['overdue', mark('Only overdue')]].map(([name, words]) => h('label', { class: 'check' }, h('input', { type: 'checkbox', name, value: 'true', checked: filters[name] === 'true' }), t(words))),
      h('button', { type: 'submit' }, t('Show'))));
}

// Where the member was in the list when he opened an incident.
let left = null;

export async function showQueue(place, rest, parameters, house) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, parameters.get(name)]).filter(([, value]) => value));
  const query = pathOf(filters);
  const state = h('p', { class: 'empty', role: 'status' });
  const rows = new Rows({
    label: t('Incidents'),
    ask: async (page) => (await api.get('/incidents', { ...filters, ...page })).items,
    makeRow: rowOf,
    shown: (count) => put(state, count > 0 ? null : Object.keys(filters).length > 0 ? t('Nothing fits these filters.') : t('The queue is empty. New reports appear here by themselves.')),
  });
  const isBack = left !== null && left.query === query && left.login === house.login;
  try {
    if (isBack) rows.comeBack(left.state);
    else await rows.fetchFirst();
  } catch (error) {
    rows.leave();
    throw error;
  }
  left = null;
  requestAnimationFrame(() => {
    performance.measure('queue-shown');
    rows.look();
  });
  put(place, h('h1', {}, t('Queue')), savedLinks(filters, house), filterForm(filters), state, ...rows.elements);
  useKeys({
    j: [mark('Next incident'), () => rows.move(1)],
    k: [mark('Incident before'), () => rows.move(-1)],
    o: [mark('Open the incident'), () => { if (rows.chosenItem) location.hash = `#/incidents/${encodeURIComponent(rows.chosenItem.number)}`; }],
  });
  const forget = whenChanged(() => rows.refresh());
  return () => {
    if (location.hash.startsWith('#/incidents/')) left = { query, login: house.login, state: rows.state };
    forget();
    rows.leave();
  };
}
