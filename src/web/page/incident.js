// incident.js: one incident: its thread, what was proved of each mail, what belongs to it, and what a member may do.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { present, rescue } from './focus.js';
import { t, mark, time, number as amount } from './words.js';
import { said } from './gateway.js';
import { useKeys } from './keys.js';
import { whenChanged } from './live.js';
import * as notices from './notices.js';
import { stateWords, tlpMark, tlpWords, verdictWords } from './marks.js';
import { categoryBoth, categoryOptions } from './categories.js';
import { entryElement } from './entry.js';
import { moreActions } from './more.js';
import { whyDecided } from './why.js';
import { draftsSection } from './drafts.js';
import { replyForm, noteForm } from './write.js';

const may = (house, word) => house.may.includes(word);
const STATES = ['new', 'open', 'waiting', 'resolved', 'rejected'];
const PRIORITIES = ['auto', 'low', 'normal', 'high', 'urgent'];
const TLPS = ['auto', 'TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR'];

// name and value of one fact; nothing when there is none.
const fact = (words, value) => (value === null || value === undefined || value === '' || value.length === 0 ? null
  : [h('dt', {}, t(words)), h('dd', {}, value)]);

function ticketLink(ticket) {
  const number = (ticket.match(/[0-9]{4}-[0-9]{6}/) || [''])[0];
  return number ? link(`#/incidents/${number}`, {}, ticket) : h('span', {}, ticket);
}

function facts(one) {
  return h('dl', { class: 'facts' },
    fact('State', stateWords(one.state)), fact('Owner', one.owner || t('nobody')),
    fact('Due time', one.due && [time(one.due), one.overdue ? h('b', { class: 'problem' }, ` ${t('overdue')}`) : '']),
    fact('Priority', one.priority && said(one.priority)), fact('Category', one.category && categoryBoth(one.category)),
    fact('TLP', one.tlp && [tlpMark(one.tlp), ' ', tlpWords(one.tlp)]), fact('PAP', one.pap), fact('Tags', one.tags.join(', ')),
    fact('Constituencies', one.constituencies.join(', ')),
    fact('Reporter', one.reporter && h('bdi', {}, one.reporter)),
    fact('Other teams\' numbers', one.external_ids.length > 0 ? h('bdi', {}, one.external_ids.join(', ')) : null),
    fact('Came in', time(one.created)), fact('Last change', time(one.updated)),
    one.restricted ? fact('Restricted to', (one.restricted_to || []).map((named) => named.login).join(', ') || t('named members')) : null,
    fact('Why restricted', one.restricted_reason && h('bdi', {}, one.restricted_reason)));
}

function relations(one) {
  const linked = one.linked.map((other) => h('li', {}, ticketLink(other.ticket), ' – ', said(other.kind), other.state ? `, ${stateWords(other.state)}` : ''));
  const same = one.links.map((ticket) => h('li', {}, ticketLink(ticket), ' – ', t('of the same mail')));
  const shared = one.relations.map((other) => h('li', {}, ticketLink(other.ticket), ` – ${stateWords(other.state)}, `,
    t('{n} indicators in common', { n: amount(other.shared) }), ': ', h('bdi', { class: 'indicator' }, other.indicators.map((i) => i.value).join(', '))));
  const merged = one.merged.map((ticket) => h('li', {}, ticket, ' – ', t('is part of this one')));
  if (linked.length + same.length + shared.length + merged.length === 0) return null;
  return h('section', { class: 'relations', 'aria-labelledby': 'relations-title' }, h('h2', { id: 'relations-title' }, t('Related')),
    h('ul', {}, linked, same, merged, shared));
}

function choice(words, values, current, act, translate) {
  return h('label', {}, t(words), h('select', { on: { change: (event) => act(event.target.value, event.target) } },
    values.includes(current) ? null : h('option', { value: '', selected: true, disabled: true }, current || '–'),
    values.map((value) => h('option', { value, selected: value === current }, translate(value)))));
}

const autoOr = (value) => (value === 'auto' ? t('as the rules say') : said(value));

// What can be done at once; each with the version that is shown.
function actions(one, house, change, people) {
  return h('section', { class: 'actions', 'aria-labelledby': 'actions-title' }, h('h2', { id: 'actions-title' }, t('Work')),
    may(house, 'take') && one.owner !== house.login ? h('button', { type: 'button', class: 'main', on: { click: () => change('take') } }, t('Take it')) : null,
    may(house, 'state') ? choice('State', STATES, one.state, (state, select) => changeState(state, change, () => { select.value = one.state; }), stateWords) : null,
    may(house, 'assign') ? choice('Owner', ['none', ...people], one.owner || 'none', (owner) => change('assign', { owner }), (v) => (v === 'none' ? t('nobody') : v)) : null,
    may(house, 'priority') ? choice('Priority', PRIORITIES, one.priority, (priority) => change('priority', { priority }), autoOr) : null,
    may(house, 'tlp') ? choice('TLP', TLPS, one.tlp, (tlp) => change('tlp', { tlp }), (v) => (v === 'auto' ? autoOr(v) : v)) : null,
    may(house, 'category') ? h('label', { class: 'whole' }, t('Category'), h('select', { name: 'category', on: { change: (event) => change('category', { category: event.target.value }) } },
      categoryOptions([['auto', t('as the rules say')], ['none', t('none')]], one.category || 'none'))) : null,
    may(house, 'due') ? lineForm('Due (4h, 2d, a day, none, auto)', 'due', '', (when) => change('due', { when })) : null,
    may(house, 'tag') ? lineForm('New tag', 'tag', '', (tag) => change('tag', { tags: [tag] }), t('Add')) : null,
    may(house, 'unread') ? h('button', { type: 'button', on: { click: () => change('unread') } }, t('Unread again')) : null);
}

function lineForm(words, name, value, act, button = t('Set')) {
  return h('form', { class: 'line', on: { submit: (event) => { event.preventDefault(); act(new FormData(event.currentTarget).get(name).trim()); } } },
    h('label', {}, t(words), h('input', { name, value: value || '', required: true, maxlength: '200' })), h('button', { type: 'submit' }, button));
}

// back () shows the state of before again, when it is not rejected after all.
function changeState(state, change, back) {
  if (state !== 'rejected') {
    change('state', { state });
    return;
  }
  const reason = h('textarea', { name: 'reason', required: true, rows: '3', id: 'reason' });
  const dialog = h('dialog', { 'aria-labelledby': 'reason-title' }, h('form', { on: { submit: (event) => {
    event.preventDefault();
    change('state', { state, reason: reason.value });
    dialog.close();
  } } }, h('h2', { id: 'reason-title' }, t('Why is it rejected?')), h('label', { for: 'reason' }, t('Reason')), reason,
  h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, t('Reject')),
    h('button', { type: 'button', on: { click: () => dialog.close() } }, t('Cancel')))));
  dialog.addEventListener('close', back);
  present(dialog);
}

function header(one) {
  return h('header', { class: 'incident-top' },
    h('p', { class: 'row-facts' }, h('span', { class: 'ticket' }, one.ticket), h('span', { class: `state state-${one.state}` }, stateWords(one.state)), tlpMark(one.tlp),
      one.veiled ? null : verdictWords(one.encryption, one.signature)),
    h('h1', {}, one.veiled ? t('Restricted to named members') : h('bdi', { lang: one.language || null }, one.subject || t('(no subject)'))),
    one.veiled ? null : h('p', { class: 'row-facts' }, one.reporter ? h('bdi', { class: 'reporter' }, one.reporter) : null,
      h('span', {}, one.owner ? t('with {owner}', { owner: one.owner }) : t('nobody\'s')),
      ['high', 'urgent'].includes(one.priority) ? h('span', { class: `priority priority-${one.priority}` }, said(one.priority)) : null,
      one.due ? h('span', { class: one.overdue ? 'problem' : '' }, one.overdue ? t('overdue since {time}', { time: time(one.due) }) : t('due {when}', { when: time(one.due) })) : null),
    one.asked_for ? h('p', { class: 'hint' }, t('{ticket} is part of this incident now.', { ticket: one.asked_for })) : null,
    one.damaged ? h('p', { class: 'problem' }, t('Something of this was changed in the store, or does not belong here.')) : null);
}

function showVeiled(place, one) {
  put(place, header(one), h('div', { class: 'failure' }, h('p', {}, t('This incident exists, and is for named members only. Ask one of them, the commander or an administrator.')),
    h('div', { class: 'buttons' }, link('#/', { class: 'button' }, t('Back to the queue')))));
}

// Runs redraw, and leaves what a member has open, typed or chosen in place as it was: news come while one works.
function keeping(place, redraw) {
  const opened = [...place.querySelectorAll('details[open] > summary')].map((summary) => summary.textContent);
  const fields = [...place.querySelectorAll('details[open] input, details[open] select, form.line input')].map((field) => [field.name,
    field.type === 'checkbox' ? field.checked : field.value, field.type === 'checkbox' ? field.value : null, field.defaultValue]);
  const had = place.contains(document.activeElement) ? document.activeElement : null;
  const focused = had && had.name;
  redraw();
  for (const summary of place.querySelectorAll('details > summary')) if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  for (const [name, value, which, before] of fields) {
    const field = name && [...place.querySelectorAll('input, select')].find((one) => one.name === name && (which === null || one.value === which));
    if (field && which !== null) field.checked = value;
    else if (field && value !== before) field.value = value;
  }
  const again = had && (focused ? [...place.querySelectorAll('input, select')].find((one) => one.name === focused)
    : [...place.querySelectorAll('button, summary, a, select')].find((one) => one.tagName === had.tagName && one.textContent === had.textContent));
  if (again) again.focus({ preventScroll: true });
  else if (had) rescue(place.querySelector('h2') || place);
}

function toEntry(entry) {
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: 'start' });
}

// The entry that many after the one that has the focus.
function step(thread, by) {
  const entries = [...thread.children];
  const now = entries.findIndex((entry) => entry.contains(document.activeElement));
  const next = entries[now < 0 ? (by > 0 ? 0 : entries.length - 1) : Math.min(entries.length - 1, Math.max(0, now + by))];
  if (next) toEntry(next);
}

// What is pressed most, at hand in a thread of any length; away while the forms themselves are in sight.
function quickBar(reply, note, newest) {
  return h('div', { class: 'quick', role: 'group', 'aria-label': t('Write') },
    reply ? h('button', { type: 'button', class: 'main', on: { click: reply } }, t('Reply')) : null,
    note ? h('button', { type: 'button', on: { click: note } }, t('Note')) : null,
    newest ? h('button', { type: 'button', class: 'newest', on: { click: newest } }, t('Newest entry')) : null);
}

export async function showIncident(place, rest, parameters, house) {
  const number = rest[0] || '';
  const [first, members] = await Promise.all([api.get(api.incident(number)), api.get('/members').catch(() => ({ items: [] }))]);
  const thread = h('ol', { class: 'thread', 'aria-label': t('Thread') });
  const top = h('div');
  const side = h('div', { class: 'side-facts' });
  const news = h('p', { class: 'news', role: 'status', hidden: true });
  const writing = h('div', { class: 'writing' });
  const waiting = h('div');
  const others = h('p', { class: 'hint looking', role: 'status', hidden: true });
  let one = first;
  const reply = !one.veiled && (may(house, 'reply') || may(house, 'draft-save')) ? replyForm(() => one, () => refresh(), house) : null;

  if (one.veiled) {
    showVeiled(place, one);
    return null;
  }

  // goesOn: what is left of it is another incident now.
  async function change(word, content = {}, goesOn = false) {
    try {
      const answer = await api.post(api.incident(number, ...word.split('/')), content, one.version);
      for (const form of side.querySelectorAll('form.line')) form.reset(); // what was asked for is done
      for (const fold of side.querySelectorAll('details[open]')) {
        if (fold.contains(document.activeElement)) fold.firstChild.focus({ preventScroll: true });
        fold.open = false;
      }
      if (answer.notes) answer.notes.forEach((note) => notices.done(said(note)));
      if (goesOn && answer.ticket) location.hash = `#/incidents/${answer.ticket.replace(/^.*#/, '')}`;
      else if (word === 'unread') location.hash = '#/'; // looking at it again would make it read
      else await refresh();
      rescue(thread);
      return true;
    } catch (error) {
      notices.failed(error);
      await refresh().catch(() => {}); // said above already
      rescue(thread);
      return false;
    }
  }

  function draw() {
    put(top, header(one));
    place.dataset.tlp = one.tlp || ''; // for paper
    keeping(waiting, () => put(waiting, draftsSection(one, house, change, (draft, name) => reply.go(draft, name))));
    const logins = members.items.filter((member) => member.left === null).map((member) => member.login);
    keeping(side, () => put(side, actions(one, house, change, logins), h('section', { 'aria-labelledby': 'facts-title' }, h('h2', { id: 'facts-title' }, t('Facts')), facts(one), may(house, 'triage') ? whyDecided(one.number, may(house, 'policy')) : null), relations(one), moreActions(one, house, logins, change)));
    const known = new Set([...thread.children].map((item) => item.dataset.id));
    const fresh = one.thread.filter((entry) => !known.has(String(entry.id)));
    for (const entry of fresh) thread.append(entryElement(one, entry, house));
    for (const entry of one.thread.filter((e) => e.direction === 'out')) { // their delivery goes on
      const old = thread.querySelector(`[data-id="${Number(entry.id)}"]`);
      if (old && old.dataset.delivery !== entry.delivery) old.replaceWith(entryElement(one, entry, house));
    }
    return fresh;
  }

  async function refresh() {
    one = await api.get(api.incident(number));
    if (one.veiled) {
      showVeiled(place, one);
      return;
    }
    const fresh = draw().filter((entry) => entry.from !== house.login);
    news.hidden = fresh.length === 0;
    if (fresh.length > 0) put(news, t('New entries in this thread: {n}', { n: amount(fresh.length) }));
  }

  const focusOn = (name) => { const field = writing.querySelector(`[name="${name}"]`); if (field) { field.closest('details').open = true; field.focus(); } };
  const quick = quickBar(reply && (() => focusOn('reply')), may(house, 'note') && (() => focusOn('note')), one.thread.length > 4 && (() => toEntry(thread.lastElementChild)));
  const seeing = new IntersectionObserver((seen) => { quick.hidden = seen[seen.length - 1].isIntersecting; });

  draw();
  put(writing,
    reply && reply.element,
    may(house, 'note') ? noteForm((text) => change('note', { text }), one.number) : null);
  put(place, top, others, news, h('div', { class: 'incident' }, h('section', { class: 'thread-part', 'aria-label': t('Thread') }, thread, waiting, writing, quick), h('aside', { 'aria-label': t('Facts and work') }, side)));
  useKeys({
    j: [mark('Next entry'), () => step(thread, 1)],
    k: [mark('Entry before'), () => step(thread, -1)],
    r: [mark('Reply'), () => focusOn('reply')],
    n: [mark('Note'), () => focusOn('note')],
    a: [mark('Take it'), () => change('take')],
    u: [mark('Back to the queue'), () => { location.hash = '#/'; }],
  });
  seeing.observe(writing);
  const wanted = thread.querySelector(`[data-id="${Number(parameters.get('entry'))}"]`);
  if (wanted) setTimeout(() => toEntry(wanted), 0);
  async function look() {
    const { members: names } = await api.post(api.incident(number, 'looking'));
    others.hidden = names.length === 0;
    put(others, names.length === 0 ? null : t('Also looking at it: {names}', { names: names.join(', ') }));
  }

  const say = () => { if (!document.hidden) look().catch(() => {}); }; // it is no work of the member's
  say();
  const timer = setInterval(say, 15000);
  const forget = whenChanged(() => refresh());
  return () => { clearInterval(timer); seeing.disconnect(); forget(); };
}
