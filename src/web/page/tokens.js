// tokens.js: by which tokens a member's scripts ask: made, shown once, taken back.

import { h, put } from './dom.js';
import * as api from './api.js';
import { present } from './focus.js';
import { t, time, mark } from './words.js';
import * as notices from './notices.js';

const SCOPES = [['read', mark('Read incidents, search, overview')], ['files', mark('Download mails and attachments')], ['work', mark('Change incidents, write notes and drafts')],
  ['reply', mark('Send replies')], ['house', mark('Held mails, keys and the machine')], ['audit', mark('Read the audit')]];

function shown(made) {
  const dialog = h('dialog', { 'aria-labelledby': 'token-title' }, h('h2', { id: 'token-title' }, t('Token {name}', { name: made.name })),
    h('p', {}, t('It is shown this once. Whoever has it may ask as you.')),
    h('p', { class: 'secret', tabindex: '0' }, made.token),
    h('form', { method: 'dialog' }, h('button', { autofocus: true }, t('Close'))));
  present(dialog);
}

// The section with the tokens of the member, or of all for administrators.
export async function tokensSection(house) {
  const list = h('div', { class: 'wide' });

  async function act(promise) {
    try {
      const answer = await promise;
      await refresh();
      return answer;
    } catch (error) {
      notices.failed(error);
      return null;
    }
  }

  const remove = (token) => act(api.post(`/tokens/${encodeURIComponent(token.name)}/remove`, token.login === house.login ? {} : { login: token.login }));
  const row = (token) => h('tr', {}, h('th', { scope: 'row' }, token.name), h('td', {}, token.login), h('td', {}, token.scopes.join(', ')), h('td', {}, time(token.until)),
    h('td', {}, token.used ? time(token.used) : t('never')),
    h('td', {}, h('button', { type: 'button', on: { click: () => remove(token) }, 'aria-label': t('Take back the token {name}', { name: token.name }) }, t('Take back'))));

  async function refresh() {
    const answer = await api.get('/tokens');
    put(list, answer.items.length === 0 ? h('p', { class: 'hint' }, t('There are none.')) : h('table', {},
      h('thead', {}, h('tr', {}, [mark('Name'), mark('Login'), mark('Scopes'), mark('Good until'), mark('Last used'), mark('Actions')].map((w) => h('th', { scope: 'col' }, w && t(w))))),
      h('tbody', {}, answer.items.map(row))));
  }

  const form = h('form', { class: 'stacked', on: { submit: async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const made = await act(api.post('/tokens/new', { name: given.get('name'), scopes: given.getAll('scope'), days: Number(given.get('days')) }));
    if (made) {
      form.reset();
      shown(made);
    }
  } } },
  h('label', {}, t('Name'), h('input', { name: 'name', required: true, maxlength: '64', pattern: '[A-Za-z0-9._\\-]+', autocomplete: 'off' })),
  h('fieldset', {}, h('legend', {}, t('What it may do, of what you may')), SCOPES.map(([name, words], i) => h('label', { class: 'check' },
    h('input', { type: 'checkbox', name: 'scope', value: name, checked: i === 0 }), t(words)))),
  h('label', {}, t('Good for so many days'), h('input', { name: 'days', type: 'number', min: '1', max: '366', value: '90', required: true })),
  h('button', { type: 'submit' }, t('Make a token')));

  await refresh();
  return h('section', { class: 'tokens', 'aria-labelledby': 'tokens-title' }, h('h2', { id: 'tokens-title' }, t('Tokens for scripts')), list,
    h('details', {}, h('summary', {}, t('New token')), form));
}
