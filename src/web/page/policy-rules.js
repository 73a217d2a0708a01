// policy-rules.js: the rules of triage as their file has them, how often each decided something, what they would make of an incident, and
// the button that reads them again.

import { h, put, link } from './dom.js';
import * as api from './api.js';
import { t, mark, number, time } from './words.js';
import { said } from './gateway.js';
import * as notices from './notices.js';
import { asIs, cells, folded, mapList, word } from './policy-table.js';
import { answerWords, keyWords, whenWords } from './policy-words.js';
import { decisionsTable, valueWords } from './why.js';

function ruleRows(rules, lookedAt) {
  return rules.map((rule) => [h('th', { scope: 'row' }, asIs(rule.name)), h('td', {}, mapList(rule.asks)), h('td', {}, mapList(rule.decides)),
    lookedAt > 0 ? h('td', { class: 'count' }, number(rule.fired)) : null].filter(Boolean));
}

function heads(first, lookedAt) {
  return lookedAt > 0 ? [...first, mark('Decided')] : first;
}

function matrix(sheet) {
  return [cells(t('Priority, by impact and urgency'), [mark('Impact'), mark('Urgency: low'), mark('Urgency: normal'), mark('Urgency: high')],
    sheet.matrix.map((row) => [h('th', { scope: 'row' }, said(row.impact)), ...[row.low, row.normal, row.high].map((one) => h('td', {}, said(one)))])),
  h('p', { class: 'hint' }, t('Where no rule says anything: impact {impact}, urgency {urgency}.', { impact: said(sheet.impact), urgency: said(sheet.urgency) }))];
}

// --- trying them

function answerPart(answer) {
  if (!answer) return h('p', { class: 'hint' }, t('Nothing can be said of its answer: the mail is not kept, or was not read.'));
  const key = answer.template === null ? null : h('p', {}, answer.encrypted ? t('Encrypted, to the key {fingerprint}: {why}', { fingerprint: answer.fingerprint, why: said(answer.because || '') })
    : t('Signed, in the clear: {why}', { why: whenWords(answer.because) === answer.because ? said(answer.because) : whenWords(answer.because) }));
  return [h('h4', {}, t('Its automatic answer')), h('p', {}, h('b', {}, answerWords(answer.answer)), ': ', whenWords(answer.when), ' ', word(answer.reason)), key];
}

function trialPart(trial) {
  const words = (change, value) => (value === null ? '–' : change.field === 'tag' || change.field === 'constituency' ? value : valueWords({ field: change.field, value }));
  return [
    h('h4', {}, link(`#/incidents/${trial.number}`, {}, trial.ticket)),
    h('p', {}, t('Mails that were judged: {n}.', { n: number(trial.mails) }), trial.left_out > 0 ? [' ', t('Mails that could not be: {n}.', { n: number(trial.left_out) })] : null),
    trial.changes.length === 0 ? h('p', { class: 'good' }, t('The rules would decide the same again.')) : cells(t('What would be otherwise'), [mark('What'), mark('Now'), mark('Would be')],
      trial.changes.map((change) => [h('th', { scope: 'row' }, keyWords(change.field)), h('td', {}, h('bdi', {}, words(change, change.now))), h('td', {}, h('bdi', {}, words(change, change.then)))])),
    answerPart(trial.answer),
    h('details', {}, h('summary', {}, t('What the rules would decide, and why')), h('div', { class: 'cells' }, decisionsTable(trial.triage))),
  ];
}

function tryForm(wish) {
  const place = h('div', { class: 'trial', 'aria-live': 'polite' });
  const ticket = h('input', { name: 'ticket', value: wish.ticket, required: true, maxlength: '64', autocomplete: 'off', placeholder: '2026-000001' });
  async function run(event) {
    if (event) event.preventDefault();
    try {
      put(place, trialPart(await api.get(api.incident(ticket.value.trim(), 'policy'))));
    } catch (error) {
      put(place, h('p', { class: 'problem' }, said(error.message)));
    }
  }
  if (wish.ticket) run();
  return [h('h3', {}, t('Try them')), h('p', {}, t('What would the rules as they are now make of an incident, and why is its automatic answer what it is? Nothing is changed by it.')),
    h('form', { class: 'narrow', on: { submit: run } }, h('label', {}, t('Ticket'), ticket), h('button', { type: 'submit', class: 'main' }, t('Try'))), place];
}

// --- the section

export function rulesSection(place, sheet, house, wish) {
  async function reload() {
    try {
      await api.post('/policy/reload');
      notices.done(t('The rules are read again, and in force.'));
      rulesSection(place, await api.get('/policy'), house, wish);
      document.getElementById('rules-title').focus();
    } catch (error) {
      put(problem, t('They cannot be read; those of before hold on. The file says:'), ' ', h('bdi', {}, said(error.message)));
    }
  }
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = house.may.includes('policy-reload') && sheet.rules_file ? h('button', { type: 'button', on: { click: reload } }, t('Read the rules again')) : null;
  const title = h('h2', { id: 'rules-title', tabindex: '-1' }, t('Rules of triage'));
  if (!sheet.rules_file) {
    put(place, title, h('p', { class: 'empty' }, t('There are no rules: only what reports say of themselves counts. [triage] rules names a file.')), tryForm(wish));
    return;
  }
  put(place, title,
    h('p', {}, t('They stand in {file}. Read {time}. Who changes them there lets them be read again here; no restart is needed.', { file: sheet.rules_file, time: time(sheet.rules_read) })),
    sheet.rules_changed ? h('p', { class: 'warning' }, t('The file has been written since then: what it says now is not in force yet.')) : null,
    button, problem,
    sheet.looked_at > 0 ? h('p', { class: 'hint' }, t('"Decided" counts among the newest mails that rules were asked of: {n}.', { n: number(sheet.looked_at) })) : null,
    sheet.rules.length === 0 ? h('p', { class: 'empty' }, t('There are none.')) : folded(t('{n} rules', { n: number(sheet.rules.length) }),
      cells(t('Rules, from top to bottom'), heads([mark('Rule'), mark('If'), mark('Then')], sheet.looked_at), ruleRows(sheet.rules, sheet.looked_at))),
    sheet.constituencies.length === 0 ? h('p', { class: 'hint' }, t('No constituency is named, so nothing is out of scope.')) : folded(t('{n} constituencies', { n: number(sheet.constituencies.length) }), cells(t('Constituencies'),
      heads([mark('Constituency'), mark('What is theirs'), mark('Then')], sheet.looked_at), ruleRows(sheet.constituencies, sheet.looked_at))),
    matrix(sheet), tryForm(wish));
}
