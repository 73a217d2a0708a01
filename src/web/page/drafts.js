// drafts.js: answers that are not sent yet: read, gone on with, sent, thrown away; approved or sent back by another member.

import { h } from './dom.js';
import { present } from './focus.js';
import { t, mark, time } from './words.js';
import { said } from './gateway.js';
import { draftFiles } from './files.js';

const may = (house, word) => house.may.includes(word);

// How a reply may be wished to go: boxes of the form, and said of a draft.
export const WISHES = [['waiting', mark('Then it waits for the answer')], ['together', mark('One mail to all, who see each other')],
  ['quote', mark('Quote the newest mail')], ['plain_ok', mark('It may go in the clear to whom no key is known for')]];

// Asks for a reason, or only whether it is meant, before act (reason) is called.
export function ask(question, button, act, asksWhy = false) {
  const reason = h('textarea', { name: 'why', required: true, rows: '3', id: 'ask-why', maxlength: '4000' });
  const dialog = h('dialog', { 'aria-labelledby': 'ask-title' }, h('form', { on: { submit: (event) => {
    event.preventDefault();
    dialog.close();
    act(reason.value);
  } } }, h('h2', { id: 'ask-title' }, question), asksWhy ? [h('label', { for: 'ask-why' }, t('Reason')), reason] : null,
  h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, button),
    h('button', { type: 'button', on: { click: () => dialog.close() } }, t('Cancel')))));
  present(dialog);
}

// How it is to go, beside the text: whoever approves the one approves the other.
function wishes(wish) {
  const wanted = WISHES.filter(([name]) => wish[name]);
  return wanted.length === 0 ? null : h('ul', { class: 'wishes' }, wanted.map(([name, words]) => h('li', { class: name === 'plain_ok' ? 'problem' : '' }, t(words))));
}

function draftElement(draft, house, change, edit) {
  const name = draft.name.replace(/^.*\//, '');
  const asked = draft.state === 'needs-approval';
  const button = (word, words, act, kind) => (may(house, word) ? h('button', { type: 'button', class: kind || '', on: { click: act } }, words) : null);
  return h('li', { class: 'draft', data: { draft: name } },
    h('p', { class: 'row-facts' }, h('span', { class: 'ticket' }, name), h('span', { class: 'state' }, asked ? t('waits for another member\'s yes') : t('draft')),
      h('span', {}, t('by {login}', { login: draft.author })), h('time', { datetime: draft.updated }, time(draft.updated))),
    draft.refused_reason ? h('p', { class: 'problem' }, t('{login} sent it back', { login: draft.refused_by || '' }), ': ', h('bdi', {}, draft.refused_reason)) : null,
    draft.conflict ? h('p', { class: 'problem' }, said(draft.conflict)) : null,
    draft.wish.subject ? h('p', {}, t('Subject'), ': ', h('bdi', { class: 'subject' }, draft.wish.subject)) : null,
    draft.wish.to.length > 0 ? h('p', {}, t('To'), ': ', h('bdi', { class: 'address' }, draft.wish.to.join(', '))) : null,
    wishes(draft.wish),
    h('pre', { class: 'text ours', dir: 'auto' }, draft.wish.text || ''),
    draftFiles(draft, draft.name.replace(/\/.*$/, ''), may(house, 'draft-file')),
    h('div', { class: 'buttons' },
      asked ? [button('approve', t('Approve and send'), () => ask(t('Send it as it stands here?'), t('Approve and send'), () => change('approve', { draft: name })), 'main'),
        button('refuse', t('Send it back'), () => ask(t('Why is it sent back?'), t('Send it back'), (reason) => change('refuse', { draft: name, reason }), true))]
        : button('draft-send', t('Send it'), () => ask(t('Send it as it stands here?'), t('Send it'), () => change('drafts/send', { draft: name })), 'main'),
      button('draft-save', t('Go on writing'), () => edit(draft, name)),
      button('draft-discard', t('Throw it away'), () => ask(t('Throw this draft away?'), t('Throw it away'), () => change('drafts/discard', { draft: name })))));
}

export function draftsSection(one, house, change, edit) {
  if (one.drafts.length === 0) return null;
  return h('section', { class: 'drafts', 'aria-labelledby': 'drafts-title' }, h('h2', { id: 'drafts-title' }, t('Drafts')),
    h('ul', { class: 'rows' }, one.drafts.map((draft) => draftElement(draft, house, change, edit))));
}
