// team.js: who is in the team, and what an administrator does about it; what came in and what became of it; who asked for what.

import { h, put } from './dom.js';
import * as api from './api.js';
import { present, rescue } from './focus.js';
import { whenChanged } from './live.js';
import { t, mark, time, number, deviceZone } from './words.js';
import { said } from './gateway.js';
import * as notices from './notices.js';
import { tokensSection } from './tokens.js';
import { ask } from './drafts.js';

const may = (house, word) => house.may.includes(word);

function invitation(given) {
  const address = `${location.origin}/#/invitation/${given.invitation}`;
  const dialog = h('dialog', { 'aria-labelledby': 'invitation-title' }, h('h2', { id: 'invitation-title' }, t('Invitation for {login}', { login: given.login })),
    h('p', {}, t('Give this to nobody else, by a way that you trust. It counts once, until tomorrow.')),
    h('p', { class: 'secret', tabindex: '0' }, address),
    h('form', { method: 'dialog' }, h('button', { autofocus: true }, t('Close'))));
  present(dialog);
}

async function invite(login) {
  try {
    invitation(await api.post(`/members/${encodeURIComponent(login)}/invite`));
  } catch (error) {
    notices.failed(error);
  }
}

async function endSessions(login) {
  try {
    const answer = await api.post(`/members/${encodeURIComponent(login)}/log-out`);
    notices.done(t('Sessions of {login} that were ended: {n}', { n: number(answer.count), login }));
  } catch (error) {
    notices.failed(error);
  }
}

// What the member is; an administrator may change it, but not of himself by mistake.
function roleOf(member, house) {
  if (member.left || !may(house, 'members-set') || member.login === house.login) return said(member.role);
  const choice = h('select', { 'aria-label': t('Role of {login}', { login: member.login }), on: { change: async () => {
    try {
      await api.post(`/members/${encodeURIComponent(member.login)}/role`, { role: choice.value });
      notices.done(t('{login} is {role} now.', { login: member.login, role: said(choice.value) }));
    } catch (error) {
      choice.value = member.role;
      notices.failed(error);
    }
  } } }, ROLES.map((role) => h('option', { value: role, selected: role === member.role }, said(role))));
  return choice;
}

function memberRow(member, house) {
  return h('tr', { class: member.left ? 'left' : '' },
    h('th', { scope: 'row' }, member.login), h('td', {}, h('bdi', {}, member.name || '')), h('td', {}, roleOf(member, house)),
    h('td', {}, member.left ? t('left {date}', { date: time(member.left) }) : member.on_duty ? t('on duty') : ''),
    h('td', {}, member.left ? null : [
      may(house, 'members-invite') ? h('button', { type: 'button', on: { click: () => invite(member.login) } }, t('Invite to the page')) : null, ' ',
      may(house, 'members-log-out') ? h('button', { type: 'button', on: { click: () => endSessions(member.login) } }, t('End the sessions')) : null]));
}

function account(shown) {
  const rows = Object.entries(shown.states).map(([name, count]) => h('tr', {}, h('th', { scope: 'row' }, said(name.replace(/_/g, ' '))), h('td', { class: 'count' }, number(count))));
  return h('section', { 'aria-labelledby': 'account-title' }, h('h2', { id: 'account-title' }, t('What became of every mail')),
    h('p', { class: shown.balanced ? 'good' : 'problem' }, shown.balanced ? t('{n} accepted, and every one accounted for.', { n: number(shown.accepted) })
      : t('{n} accepted, and the account does not balance.', { n: number(shown.accepted) })),
    shown.notices.length > 0 ? h('ul', { class: 'problems' }, shown.notices.map((text) => h('li', {}, said(text)))) : null,
    h('table', {}, h('tbody', {}, rows)));
}

const ROLES = ['poc', 'handler', 'commander', 'researcher', 'notification', 'reader', 'administrator'];

// Why a mail is held, by the keeper's words for it; desk/settle.c says the same in threads.
const READER = mark('the program that reads mails failed on it');
const HELD = { 'unconfirmed-tag': mark('it names a ticket, where its sender is not known'), 'unconfirmed-alias': mark('it names another team\'s number of a ticket, where its sender is not known'),
  limit: mark('reading it went over a limit'), broken: mark('its file in the spool is damaged'), 'no-mail': mark('it has no header field, so it is no mail'),
  'store-damaged': mark('what is stored of its sender or its thread does not belong there, or was changed'), crash: READER, attempts: READER };

const heldWords = (reason) => h('span', { title: reason }, HELD[reason] ? t(HELD[reason]) : reason);

function heldRow(one, house, again) {
  async function act(word) {
    try {
      const answer = await api.post(`/held/${encodeURIComponent(one.queue_id)}/${word}`);
      notices.done(answer.ticket ? t('It is in {ticket} now.', { ticket: answer.ticket }) : t('Done.'));
    } catch (error) {
      notices.failed(error);
    }
    await again();
  }
  const button = (word, words, run) => (may(house, `held-${word}`) && !one.restricted ? h('button', { type: 'button', on: { click: run } }, words) : null);
  const problems = h('td', {}, heldWords(one.reason || ''));
  return h('tr', { data: { mail: one.queue_id } }, h('td', {}, h('code', {}, one.queue_id)), h('td', {}, time(one.received)), problems, h('td', {}, h('bdi', {}, one.from || '')),
    h('td', {}, h('div', { class: 'buttons' },
      button('show', t('What is wrong'), async () => {
        try {
          const shown = await api.get(`/held/${encodeURIComponent(one.queue_id)}`);
          put(problems, heldWords(one.reason || ''), h('p', {}, h('bdi', {}, shown.subject || '')), h('ul', { class: 'problems' }, (shown.problems || []).map((text) => h('li', {}, h('bdi', {}, said(text))))));
        } catch (error) {
          notices.failed(error);
        }
      }),
      button('retry', t('Try again'), () => act('retry')), button('release', t('Let it in'), () => ask(t('Let this mail in as it is?'), t('Let it in'), () => act('release'))),
      button('drop', t('Throw it away'), () => ask(t('Throw this mail away? It does not come back.'), t('Throw it away'), () => act('drop'))))));
}

function held(first, house) {
  const place = h('div');
  let now = first;

  function draw(items) {
    const had = place.contains(document.activeElement) ? document.activeElement : null;
    const row = had && had.closest('tr') ? had.closest('tr').dataset.mail : null;
    put(place, items.length === 0 ? null : h('section', { 'aria-labelledby': 'held-title' }, h('h2', { id: 'held-title' }, t('Held mails')),
      h('div', { class: 'wide' }, h('table', {}, h('thead', {}, h('tr', {}, [mark('Mail'), mark('Came in'), mark('Why'), mark('From'), mark('Actions')].map((w) => h('th', { scope: 'col' }, w && t(w))))),
        h('tbody', {}, items.map((one) => heldRow(one, house, acted)))))));
    if (!had) return;
    const again = row && [...place.querySelectorAll('tr')].find((one) => one.dataset.mail === row);
    const button = again && [...again.querySelectorAll('button')].find((one) => one.textContent === had.textContent);
    if (button) button.focus({ preventScroll: true });
    else rescue(place.querySelector('h2') || place);
  }
  async function refresh() {
    const { items } = await api.get('/held');
    if (JSON.stringify(items) !== JSON.stringify(now)) draw(items); // what is being read stays
    now = items;
  }
  async function acted() {
    await refresh();
    rescue(place.querySelector('h2') || place);
  }
  draw(first);
  return { place, refresh };
}

async function audit() {
  const answer = await api.get('/audit', { limit: 100 });
  return h('details', { class: 'audit' }, h('summary', {}, t('Who asked for what')),
    h('div', { class: 'wide', role: 'region', tabindex: '0', 'aria-label': t('Who asked for what') }, h('table', {}, h('thead', {}, h('tr', {}, [mark('When'), mark('Who'), mark('What'), mark('Ticket'), mark('Outcome')].map((w) => h('th', { scope: 'col' }, t(w))))),
      h('tbody', {}, answer.items.map((one) => h('tr', {}, h('td', {}, time(one.date)), h('td', {}, one.member || t('the gateway')), h('td', {}, one.word || ''),
        h('td', {}, one.ticket || ''), h('td', {}, said(one.outcome || ''))))))));
}

// Where it is now: for the team, or for who travels.
function zones(house) {
  const words = { team: t('the team\'s zone ({zone})', { zone: house.zone }), device: t('this device\'s zone ({zone})', { zone: deviceZone() }) };
  return h('p', {}, h('label', { class: 'zone' }, t('Times are shown in'), ' ', h('select', { on: { change: (event) => house.chooseZone(event.target.value) } },
    Object.entries(words).map(([value, name]) => h('option', { value, selected: value === house.zoneChoice }, name)))));
}

export async function showTeam(place, rest, parameters, house) {
  const [members, mails, waiting, asked, tokens] = await Promise.all([api.get('/members'), api.get('/account'), api.get('/held'),
    may(house, 'audit-list') ? audit() : null, tokensSection(house)]);
  const duty = h('input', { type: 'checkbox', checked: members.items.some((m) => m.login === house.login && m.on_duty), on: { change: async () => {
    try {
      await api.post('/duty', { on_duty: duty.checked });
    } catch (error) {
      duty.checked = !duty.checked;
      notices.failed(error);
    }
  } } });
  const heldPart = held(waiting.items, house);
  put(place, h('h1', {}, t('Team')), h('label', { class: 'check' }, duty, t('I am on duty')), zones(house),
    h('div', { class: 'wide' }, h('table', {}, h('thead', {}, h('tr', {}, [mark('Login'), mark('Name'), mark('Role'), mark('Duty'), mark('Actions')].map((w) => h('th', { scope: 'col' }, w && t(w))))),
      h('tbody', {}, members.items.map((member) => memberRow(member, house))))),
    tokens, account(mails), heldPart.place, asked);
  return whenChanged(() => heldPart.refresh());
}
