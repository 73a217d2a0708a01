// why.js: what was decided of an incident, by which rule of the team's or by whom; asked for when somebody wants to know.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark } from './words.js';
import { eventText } from './events.js';
import { categoryWords } from './categories.js';
import { said } from './gateway.js';

const SCOPE = 'out-of-scope-';
const FIELDS = { category: mark('Category'), priority: mark('Priority'), owner: mark('Owner'), template: mark('Template of the answer'),
  answer: mark('Automatic answer'), tag: mark('Tag'), untag: mark('Tag taken away'), constituency: mark('Constituency'), tlp: mark('TLP') };

function fieldWords(field) {
  if (field.startsWith(SCOPE)) return t('Out of scope ({language})', { language: field.slice(SCOPE.length) });
  return FIELDS[field] ? t(FIELDS[field]) : field;
}

export function valueWords({ field, value }) {
  if (!value) return '–';
  if (value === 'auto') return t('as the rules say');
  if (field === 'category') return h('span', { title: value }, categoryWords(value));
  return ['priority', 'answer', 'template'].includes(field) ? t(value) : value;
}

const setBy = (who) => (who === 'report' ? t('The report') : who === 'rule' ? t('A rule') : who || '');

function row(decision) {
  return h('tr', { class: decision.current ? '' : 'left' },
    h('td', {}, fieldWords(decision.field)), h('td', {}, h('bdi', {}, valueWords(decision))),
    h('td', {}, decision.rule ? h('bdi', { title: decision.rule }, eventText({ event: decision.rule_event, text: decision.rule })) : setBy(decision.set_by),
      decision.because ? [': ', h('bdi', {}, eventText({ event: decision.because_event, text: decision.because }))] : null));
}

// What was decided, or would be.
export function decisionsTable(triage) {
  return triage.decisions.length === 0 ? h('p', { class: 'empty' }, t('Nothing was decided yet.'))
    : h('table', {}, h('thead', {}, h('tr', {}, [t('What was decided'), t('Value'), t('Why')].map((words) => h('th', { scope: 'col' }, words)))),
      h('tbody', {}, triage.decisions.map(row)));
}

// mayTry: is who looks let see what the rules of now would decide?
export function whyDecided(number, mayTry) {
  const place = h('div', { class: 'wide' });
  const fold = h('details', { class: 'why', on: { toggle: async () => {
    if (!fold.open) return;
    try {
      const triage = await api.get(api.incident(number, 'triage'));
      put(place, decisionsTable(triage), mayTry ? h('p', {}, link(`#/policy?ticket=${encodeURIComponent(number)}`, {}, t('What would the rules decide now?'))) : null);
    } catch (error) {
      put(place, h('p', { class: 'problem' }, said(error.message)));
    }
  } } }, h('summary', {}, t('What was decided, and why')), place);
  return fold;
}
