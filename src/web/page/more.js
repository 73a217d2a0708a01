// more.js: what is done to an incident less often: handing over, narrowing, merging, linking.

import { h } from './dom.js';
import { t, mark } from './words.js';
import { said } from './gateway.js';
import { splitAction } from './split.js';

const KINDS = ['related', 'parent', 'child', 'duplicate'];

// A form in a fold; act () gets its fields.
function fold(words, button, fields, act) {
  return h('details', { class: 'fold' }, h('summary', {}, t(words)), h('form', { on: { submit: (event) => {
    event.preventDefault();
    act(Object.fromEntries(new FormData(event.currentTarget)), new FormData(event.currentTarget));
  } } }, fields, h('button', { type: 'submit' }, t(button))));
}

const text = (words, name, isNeeded = true) => h('label', {}, t(words), h('input', { name, required: isNeeded, maxlength: '2000', autocomplete: 'off' }));

const people = (words, name, logins) => h('label', {}, t(words), h('select', { name, required: true },
  h('option', { value: '' }, '–'), logins.map((login) => h('option', { value: login }, login))));

export function moreActions(one, house, logins, change) {
  const may = (word) => house.may.includes(word);
  const others = logins.filter((login) => login !== house.login);
  return h('section', { class: 'more', 'aria-labelledby': 'more-title' }, h('h2', { id: 'more-title' }, t('More')),
    may('hand-over') && one.owner === house.login ? fold('Hand over', mark('Hand over'), [people('To', 'to', others), text('What the other one has to know', 'note', false)],
      (given) => change('hand-over', given.note ? given : { to: given.to })) : null,
    may('restrict') ? fold('Restrict', mark('Restrict'), [
      h('fieldset', {}, h('legend', {}, t('Only these may read it')), logins.map((login) => h('label', { class: 'check' },
        h('input', { type: 'checkbox', name: 'member', value: login, checked: one.restricted && one.restricted_to.some((named) => named.login === login) }), login))),
      text('Why', 'reason', false)],
    (given, data) => change('restrict', { members: data.getAll('member'), ...(given.reason ? { reason: given.reason } : {}) })) : null,
    may('restrict') && one.restricted ? h('button', { type: 'button', on: { click: () => change('restrict', { lift: true }) } }, t('Everybody may read it again')) : null,
    may('merge') ? fold('Merge', mark('Merge'), [text('Into the incident', 'into'), h('p', { class: 'hint' }, t('This one becomes part of the other; its number goes on leading there.'))],
      (given) => change('merge', { into: given.into }, true)) : null,
    may('link') ? fold('Link', mark('Link'), [text('With the incident', 'other'), h('label', {}, t('Which is its'), h('select', { name: 'as' }, KINDS.map((kind) => h('option', { value: kind }, said(kind)))))],
      (given) => change('link', given)) : null,
    may('split') ? splitAction(one) : null);
}
