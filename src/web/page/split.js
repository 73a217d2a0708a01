// split.js: mails of another matter get an incident of their own: which, what will become of them, and only then.

import { h, put } from './dom.js';
import * as api from './api.js';
import { present } from './focus.js';
import { t, time, number } from './words.js';
import { visible } from './visible.js';
import { stateWords, verdictWords } from './marks.js';
import * as notices from './notices.js';

const subjectOf = (entry) => visible((entry.report && entry.report.subject) || t('(no subject)'));
const senderOf = (entry) => visible((entry.report && entry.report.from && entry.report.from.address) || entry.from || '?');

// What the new incident will be: the first of its mails says so.
function future(one, chosen, all) {
  if (chosen.length === 0) return h('p', { class: 'hint' }, t('Choose the mails that belong to another matter.'));
  if (chosen.length === all.length) return h('p', { class: 'problem' }, t('One mail at least stays here.'));
  const [first] = chosen;
  return [h('h3', {}, t('The new incident')),
    h('dl', { class: 'facts' },
      h('dt', {}, t('Subject')), h('dd', {}, h('bdi', {}, subjectOf(first))),
      h('dt', {}, t('Reporter')), h('dd', {}, h('bdi', {}, senderOf(first))),
      h('dt', {}, t('State')), h('dd', {}, stateWords('new')),
      first.report ? [h('dt', {}, t('Proved')), h('dd', {}, verdictWords(first.report.encryption, first.report.signature))] : null,
      h('dt', {}, t('Mails')), h('dd', {}, t('{n} go, {left} stay', { n: number(chosen.length), left: number(all.length - chosen.length) }))),
    h('p', { class: 'hint' }, one.restricted ? t('Our answers to these mails go with them. It is restricted as this one is, and both are linked.')
      : t('Our answers to these mails go with them, and both incidents are linked.'))];
}

function choose(one, all) {
  const shown = h('div', { class: 'future', role: 'status' });
  const go = h('button', { type: 'submit', class: 'main', disabled: true }, t('Split off'));
  const chosenOf = (form) => all.filter((entry) => form.elements[`mail-${entry.id}`].checked);

  const form = h('form', { on: {
    change: (event) => {
      const chosen = chosenOf(event.currentTarget);
      go.disabled = chosen.length === 0 || chosen.length === all.length;
      put(shown, future(one, chosen, all));
    },
    submit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      try { // with the version that was shown when the choice began
        const answer = await api.post(api.incident(one.number, 'split'), { messages: chosenOf(form).map((entry) => entry.id) }, one.version);
        dialog.close();
        notices.done(t('Split off into {ticket}.', { ticket: answer.split }));
        location.hash = `#/incidents/${answer.split.replace(/^.*#/, '')}`;
      } catch (error) {
        dialog.close();
        notices.failed(error);
      }
    },
  } }, h('h2', { id: 'split-title' }, t('Split off mails')),
  h('fieldset', { class: 'mails' }, h('legend', {}, t('Which mails go?')), all.map((entry) => h('label', { class: 'check' },
    h('input', { type: 'checkbox', name: `mail-${entry.id}` }),
    h('span', {}, h('bdi', { class: 'subject' }, subjectOf(entry)), h('span', { class: 'hint' }, h('bdi', {}, senderOf(entry)), ' ', h('time', { datetime: entry.date }, time(entry.date))))))),
  shown,
  h('div', { class: 'buttons' }, go, h('button', { type: 'button', on: { click: () => dialog.close() } }, t('Cancel'))));
  const dialog = h('dialog', { class: 'split', 'aria-labelledby': 'split-title' }, form);
  put(shown, future(one, [], all));
  present(dialog);
}

// (a button, or null) of incident `one`, when more than one mail is in it.
export function splitAction(one) {
  const all = one.thread.filter((entry) => entry.direction === 'in').sort((a, b) => a.id - b.id);
  if (all.length < 2) return null;
  return h('button', { type: 'button', class: 'split', on: { click: () => choose(one, all) } }, t('Split off mails …'));
}
