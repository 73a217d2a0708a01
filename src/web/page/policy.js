// policy.js: what is in force in the house, for those who answer for it: settings, rules, answers, texts, times, who may what. Settings
// are shown, and changed in their file.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t, mark, number, time, currentLanguage } from './words.js';
import * as notices from './notices.js';
import { categoryBoth } from './categories.js';
import { rulesSection } from './policy-rules.js';
import { asIs, cells, folded, word } from './policy-table.js';
import { aboutWords, answerWords, groupOrder, groupWords, roleWords, scopeWords, secondsWords, spanWords, typeWords, whenWords } from './policy-words.js';

const ROLES = ['PoC', 'handler', 'commander', 'researcher', 'notification', 'reader', 'administrator', 'host'];

const section = (id, title, ...content) => h('section', { 'aria-labelledby': id }, h('h2', { id, tabindex: '-1' }, title), content);

// --- settings

const shown = (value) => (value === null || value === '' ? h('span', { class: 'hint' }, t('not set')) : asIs(value));

function settingRow(setting) {
  return [
    h('th', { scope: 'row' }, word(`[${setting.section}] ${setting.key}`)),
    h('td', {}, shown(setting.value), setting.differs ? [' ', h('span', { class: 'badge' }, t('set here'))] : null),
    h('td', {}, shown(setting.default)),
    h('td', {}, t(setting.help), ' ', h('span', { class: 'hint' }, setting.words ? t('One of: {words}.', { words: setting.words }) : `(${typeWords(setting.type)})`)),
  ];
}

function settingsSection(sheet) {
  const place = h('div');
  const differing = h('input', { type: 'checkbox', on: { change: draw } });
  const search = h('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', on: { input: draw } });

  function fits(setting) {
    const wanted = search.value.trim().toLowerCase();
    const text = [`[${setting.section}] ${setting.key}`, setting.value, setting.default, setting.help, t(setting.help)].join('\n').toLowerCase();
    return (!differing.checked || setting.differs) && text.includes(wanted);
  }

  function draw() {
    const found = sheet.settings.filter(fits);
    const groups = groupOrder(found.map((setting) => setting.group));
    const isNarrow = differing.checked || search.value.trim() !== '';
    put(place, found.length === 0 ? h('p', { class: 'empty' }, t('No setting fits.')) : groups.map((group) => {
      const rows = found.filter((setting) => setting.group === group);
      const own = rows.filter((setting) => setting.differs).length;
      return h('details', { open: isNarrow }, h('summary', {}, h('b', {}, groupWords(group)), ' ', h('span', { class: 'hint' },
        own > 0 ? t('{own} of {n} set here', { n: number(rows.length), own: number(own) }) : t('{n}, all as usual', { n: number(rows.length) }))),
      cells(t('Settings: {group}', { group: groupWords(group) }), [mark('Setting'), mark('Value'), mark('Default'), mark('What it means')], rows.map(settingRow), false, 'settings'));
    }));
  }

  draw();
  return section('settings-title', t('Settings'),
    h('p', {}, t('They stand in one file: {file}.', { file: sheet.file }), ' ', t('Read {time}. Who changes something there restarts Madoguchi; it is not changed here.', { time: time(sheet.read) })),
    sheet.changed ? h('p', { class: 'warning' }, t('The file has been written since then, so it may say something else. A restart brings it into force; madoguchi conf -n names mistakes first.')) : null,
    h('form', { class: 'narrow', role: 'search', on: { submit: (event) => event.preventDefault() } },
      h('label', {}, t('Find a setting'), search), h('label', { class: 'check' }, differing, t('Only what is set here'))),
    place);
}

// --- answers and texts

// "ack.phishing.ja" -> ack.phishing, ja; [[name, languages]].
function byName(names) {
  const found = new Map();
  for (const one of names) {
    const at = one.lastIndexOf('.');
    const name = one.slice(0, at);
    found.set(name, [...(found.get(name) || []), one.slice(at + 1)]);
  }
  return [...found];
}

const whose = (texts) => (texts.own ? t('your own') : t('built in'));

function answersSection(sheet) {
  const { templates } = sheet;
  return section('answers-title', t('Automatic answers'),
    h('p', {}, t('The first line that is true of a mail decides.')),
    folded(t('{n} lines', { n: number(sheet.answer_rules.length) }), cells(t('When a mail is answered, and how'), [mark('No.'), mark('If'), mark('Answer'), mark('Rule')], sheet.answer_rules.map((rule, i) => [
      h('td', { class: 'count' }, number(i + 1)), h('th', { scope: 'row' }, whenWords(rule.when)),
      h('td', { class: rule.answer === 'none' ? '' : 'good' }, answerWords(rule.answer)), h('td', {}, word(rule.reason))]))),
    h('h3', {}, t('Templates')),
    h('p', {}, t('{whose}, in {directory}. They are read when Madoguchi starts.', { whose: whose(templates), directory: templates.directory || '–' })),
    templates.problem ? h('p', { class: 'problem' }, whenWords(templates.problem)) : null,
    templates.names.length === 0 ? null : cells(t('Templates of answers'), [mark('Template'), mark('Languages')], byName(templates.names).map(([name, languages]) => [
      h('th', { scope: 'row' }, word(name)), h('td', {}, asIs(languages.join(', ')))])));
}

function cannedRow(name, languages, house) {
  const place = h('div', { class: 'preview', hidden: true });
  async function show(language) {
    try {
      const text = await api.get(`/canned/${encodeURIComponent(name)}`, { language });
      place.hidden = false;
      put(place, text.subject ? h('p', {}, h('b', {}, text.subject)) : null, h('p', { class: 'text ours', lang: language }, text.text || ''));
    } catch (error) {
      notices.failed(error);
    }
  }
  return [h('th', { scope: 'row' }, word(name)), h('td', {}, h('div', { class: 'buttons' }, languages.map((language) => (house.may.includes('canned-show')
    ? h('button', { type: 'button', on: { click: () => show(language) } }, asIs(language), h('span', { class: 'unseen', translate: 'no' }, ` ${name}`)) : asIs(language)))), place)];
}

function cannedSection(sheet, house) {
  const { canned } = sheet;
  return section('canned-title', t('Canned texts'),
    h('p', {}, t('{whose}: files NAME.LANGUAGE.txt in {directory}. Who writes, changes or removes one there changes it here at once, without a restart.', { whose: whose(canned), directory: canned.directory || '–' })),
    canned.problem ? h('p', { class: 'problem' }, whenWords(canned.problem)) : null,
    canned.names.length > 0 ? cells(t('All canned texts'), [mark('Name'), mark('Languages')], byName(canned.names).map(([name, languages]) => cannedRow(name, languages, house)))
      : canned.problem ? null : h('p', { class: 'empty' }, t('There are none.')));
}

// --- times

function timesSection(sheet) {
  const language = currentLanguage();
  return section('times-title', t('Due times, escalation and retention'),
    sheet.due.length === 0 ? h('p', { class: 'empty' }, t('Nothing is ever due by itself.')) : cells(t('How long a ticket may wait'),
      [mark('About'), mark('First answer'), mark('Next step'), mark('Asking again')], sheet.due.map((due) => [h('th', { scope: 'row' }, aboutWords(due.about)),
        ...[due.answer, due.action, due.waiting].map((one) => h('td', {}, spanWords(one, language)))])),
    h('p', {}, sheet.due_by_office_hours ? t('Only office hours count.') : t('Every hour counts, day and night.'), ' ',
      t('What names both category and priority goes before what names one; of two that fit the shorter counts.')),
    h('p', {}, t('When a time is over, the thread says so once, with the owner and who is on duty: commanders, or else points of contact. Nobody loses a ticket by it.')),
    sheet.retention.length === 0 ? h('p', {}, t('What finished tickets say is kept for ever: there is no rule of retention.')) : cells(t('How long finished tickets are kept'),
      [mark('No.'), mark('About'), mark('Kept')], sheet.retention.map((one, i) => [h('td', { class: 'count' }, number(i + 1)), h('th', { scope: 'row' }, aboutWords(one.about)),
        h('td', {}, spanWords(one.kept, language))])),
    h('details', {}, h('summary', {}, t('What follows for each category')),
      cells(t('Each category, with normal priority and no mark'), [mark('Category'), mark('First answer'), mark('Next step'), mark('Asking again'), mark('Kept')],
        sheet.categories.map((one) => [h('th', { scope: 'row' }, categoryBoth(one.category)), ...[one.answer, one.action, one.waiting].map((seconds) => h('td', {}, secondsWords(seconds, language))),
          h('td', {}, one.retention ? spanWords(one.retention.split(/\s+/).pop(), language) : t('for ever'))]))));
}

// --- who may what

function permissionsSection(sheet) {
  return section('may-title', t('Who may what'),
    h('p', {}, t('By role, for each word of the gateway; the command line, this page and scripts all ask by these. Members and their roles are on the page Team. An incident is restricted to named members by TLP:RED or by one of them; the last column says what becomes of a word then for everybody else.')),
    h('details', {}, h('summary', {}, t('{n} words', { n: number(sheet.permissions.length) })), h('div', { class: 'matrix' }, cells(t('Words, and who may use them'),
      [mark('Word'), ...ROLES, mark('Where an incident is restricted to others')].map((words) => (ROLES.includes(words) ? roleWords(words) : t(words))),
      sheet.permissions.map((one) => [h('th', { scope: 'row' }, word(one.word)), ...ROLES.map((role) => h('td', {}, one.roles.includes(role) ? t('yes') : '')),
        h('td', {}, one.restricted === '-' ? '' : scopeWords(one.restricted))]), true))));
}

const SECTIONS = [['settings-title', mark('Settings')], ['rules-title', mark('Rules of triage')], ['answers-title', mark('Automatic answers')], ['canned-title', mark('Canned texts')],
  ['times-title', mark('Due times, escalation and retention')], ['may-title', mark('Who may what')]];

function jump(id) {
  const title = document.getElementById(id);
  title.scrollIntoView({ block: 'start' });
  title.focus({ preventScroll: true });
}

export async function showPolicy(place, rest, parameters, house) {
  const sheet = await api.get('/policy');
  const rules = h('section', { 'aria-labelledby': 'rules-title' });
  rulesSection(rules, sheet, house, { ticket: parameters.get('ticket') || '' });
  put(place, h('h1', {}, t('Policy')), h('p', { class: 'lead' }, t('What is in force here, and where it is said. Nothing of it is about a single incident.')),
    h('nav', { class: 'contents', 'aria-label': t('Parts of this page') }, h('ul', {}, SECTIONS.map(([id, words]) => h('li', {},
      h('button', { type: 'button', class: 'plain', on: { click: () => jump(id) } }, t(words)))))),
    settingsSection(sheet), rules, answersSection(sheet), cannedSection(sheet, house), timesSection(sheet), permissionsSection(sheet));
  return null;
}
