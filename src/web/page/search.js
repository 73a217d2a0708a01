// search.js: finds messages, notes and answers.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark, number, time } from './words.js';
import { said } from './gateway.js';
import { useKeys } from './keys.js';
import { stateWords } from './marks.js';
import { visible } from './visible.js';

const WHERE = { text: mark('in the text'), subject: mark('in the subject'), note: mark('in a note'), answer: mark('in an answer'), indicator: mark('as an indicator'),
  number: mark('another team\'s number'), person: mark('a person'), file: mark('the name of a file'), ticket: mark('the ticket itself') };

function row(found) {
  const path = `#/incidents/${encodeURIComponent(found.number)}${found.message ? `?entry=${Number(found.message)}` : ''}`;
  return h('li', { class: 'row' },
    h('div', { class: 'row-facts' }, h('span', { class: 'ticket' }, found.number), h('span', { class: 'state' }, stateWords(found.state)),
      h('span', { class: 'where' }, t(WHERE[found.where] || mark('somewhere'))), h('time', { datetime: found.date }, time(found.date))),
    link(path, { class: 'subject' }, found.subject === null && found.restricted ? t('Restricted to named members') : h('bdi', {}, visible(found.subject || t('(no subject)')))),
    found.snippet ? h('p', { class: 'snippet' }, h('bdi', {}, visible(found.snippet))) : null);
}

export async function showSearch(place, rest, parameters) {
  const query = parameters.get('q') || '';
  const rank = parameters.get('rank') === '1';
  const list = h('ol', { class: 'rows', 'aria-label': t('Found') });
  const state = h('p', { class: 'empty', role: 'status' });
  const more = h('button', { type: 'button', hidden: true, on: { click: () => fetchPage() } }, t('Show more'));
  let below = null;

  const form = h('form', { class: 'search', role: 'search', on: { submit: (event) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    location.hash = `#/search?${new URLSearchParams({ q: given.get('q'), ...(given.get('rank') ? { rank: '1' } : {}) })}`;
  } } },
  h('label', { for: 'q' }, t('Search for')), h('input', { id: 'q', name: 'q', type: 'search', value: query, required: true, maxlength: '1000', autofocus: true, enterkeyhint: 'search' }),
  h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'rank', value: '1', checked: rank }), t('The best first')),
  h('button', { type: 'submit', class: 'main' }, t('Search')),
  h('details', {}, h('summary', {}, t('What can be asked')), h('p', { class: 'hint' }, t('Words, "phrases", -without, OR; and'), ' ',
    h('code', {}, 'state: from: before: after: category: owner: tlp: tag: ticket: indicator: has:attachment'))));

  async function fetchPage() {
    put(state, t('Loading …'));
    let answer;
    try {
      answer = await api.get('/search', { query, limit: 50, below, by_rank: rank ? 'true' : null });
    } catch (error) {
      put(state, h('span', { class: 'problem' }, said(error.message)), ' ', h('button', { type: 'button', on: { click: fetchPage } }, t('Try again')));
      return;
    }
    for (const found of answer.items) list.append(row(found));
    below = answer.next || null;
    more.hidden = !below;
    put(state, list.children.length === 0 ? t('Nothing was found. Fewer words find more; "What can be asked" shows how to narrow a search.') : null,
      answer.backlog > 0 ? t('{n} older entries are not in the index yet.', { n: number(answer.backlog) }) : null);
  }

  put(place, h('h1', {}, t('Search')), form, state, list, more);
  if (query !== '') await fetchPage();
  const step = (by) => {
    const rows = [...list.querySelectorAll('a.subject')];
    const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(document.activeElement) + by))];
    if (next) next.focus();
  };
  useKeys({ j: [mark('Next incident'), () => step(1)], k: [mark('Incident before'), () => step(-1)],
    o: [mark('Open the incident'), () => { if (list.contains(document.activeElement)) document.activeElement.click(); }] });
  setTimeout(() => { if (query === '') form.elements.q.focus(); }, 0);
  return null;
}
