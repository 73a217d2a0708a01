// entrance.js: logging in, and choosing a password with an invitation.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t, mark } from './words.js';
import { said } from './gateway.js';
import { drawCode } from './qr.js';

function field(words, attributes, help) {
  const input = h('input', { required: true, spellcheck: 'false', ...attributes });
  return [h('label', { for: attributes.id }, t(words)), input, help ? h('p', { class: 'help', id: `${attributes.id}-help` }, t(help)) : null];
}

const code = () => field('Code of your device', { id: 'code', name: 'code', type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code',
  pattern: '[0-9 ]{6,8}', maxlength: '8' });

// A form that asks act () with its fields, and says below what was wrong.
function form(title, fields, button, act) {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const submit = h('button', { type: 'submit', class: 'main' }, t(button));
  const element = h('form', { class: 'entrance', 'aria-labelledby': 'entrance-title', on: { submit: async (event) => {
    event.preventDefault();
    put(problem);
    submit.disabled = true;
    try {
      await act(Object.fromEntries(new FormData(element)));
    } catch (error) {
      put(problem, error.status === 0 ? t('The gateway does not answer. Try again in a moment.') : said(error.message));
      submit.disabled = false;
    }
  } } }, h('h1', { id: 'entrance-title' }, t(title)), fields, problem, submit);
  return element;
}

// wasIn: whose session ended by itself just now; '' for nobody's.
export function showLogIn(place, then, wasIn = '') {
  api.setProof('none');
  put(place, form('Log in', [
    wasIn ? h('p', { class: 'news', role: 'status' }, t('The session has ended. Log in again and go on: what you wrote is still there.')) : null,
    field('Login', { id: 'login', name: 'login', type: 'text', autocomplete: 'username', autofocus: !wasIn, value: wasIn, maxlength: '64' }),
    field('Password', { id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', autofocus: Boolean(wasIn) }),
    code(),
  ], mark('Log in'), async (given) => {
    const answer = await api.post('/log-in', given);
    api.setProof(answer.proof);
    then();
  }));
  (place.querySelector('[autofocus]') || place).focus();
}

export function showSetUp(place, invitation, then) {
  api.setProof('none');
  put(place, form('Welcome', [
    h('p', {}, t('With this invitation you choose a password, and register a second device: an app that shows codes of six digits.')),
    field('Invitation', { id: 'invitation', name: 'invitation', type: 'text', value: invitation, autocomplete: 'off' }),
    field('New password', { id: 'password', name: 'password', type: 'password', autocomplete: 'new-password', minlength: '12',
      'aria-describedby': 'password-help' }, mark('At least 12 characters. A sentence is fine.')),
  ], mark('Next'), async (given) => {
    const device = await api.post('/set-up', given);
    showDevice(place, given.invitation, device, then);
  }));
}

function showDevice(place, invitation, device, then) {
  put(place, form('Your second device', [
    device.qr ? [h('p', {}, t('Scan this with your app:')), drawCode(device.qr, t('QR code of the key below')),
      h('p', {}, t('If you cannot scan it, type this key, as time-based with six digits:'))]
      : h('p', {}, t('Type this key into your app, as time-based with six digits:')),
    h('p', { class: 'secret', id: 'secret', tabindex: '0' }, device.secret.match(/.{1,4}/g).join(' ')),
    h('details', {}, h('summary', {}, t('The same as an address for apps')), h('p', { class: 'secret' }, device.uri)),
    code(),
  ], mark('Done'), async (given) => {
    const answer = await api.post('/set-up/confirm', { invitation, code: given.code });
    api.setProof(answer.proof);
    then();
  }));
}
