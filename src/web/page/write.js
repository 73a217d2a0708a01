// write.js: notes and replies. A reply is shown as it will go out, to whom and by which key, before it is sent.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t } from './words.js';
import { said } from './gateway.js';
import * as notices from './notices.js';

function area(name, words, rows) {
  return [h('label', { for: `write-${name}` }, t(words)), h('textarea', { id: `write-${name}`, name, rows, required: true, dir: 'auto', spellcheck: 'true' })];
}

export function noteForm(act) {
  const form = h('form', { on: { submit: async (event) => {
    event.preventDefault();
    await act(form.elements.note.value);
    form.reset();
  } } }, area('note', 'A note that only members see', '4'), h('button', { type: 'submit' }, t('Add the note')));
  return h('details', { class: 'write note' }, h('summary', {}, t('Note')), form);
}

function recipient(one) {
  return h('li', {}, h('bdi', { class: 'address' }, one.address), ' – ',
    one.encrypted_to ? [t('encrypted to'), ' ', h('code', {}, one.encrypted_to)] : h('b', { class: 'problem' }, t('in the clear')),
    one.why ? h('p', { class: 'hint' }, said(one.why)) : null, one.warning ? h('p', { class: 'problem' }, said(one.warning)) : null,
    one.problem ? h('p', { class: 'problem' }, said(one.problem)) : null,
    h('details', {}, h('summary', {}, t('What everybody on the way can read')),
      h('dl', { class: 'facts' }, Object.entries(one.outside || {}).map(([name, value]) => [h('dt', {}, said(name)), h('dd', {}, h('bdi', {}, said(value)))]))));
}

function wishOf(form) {
  const wish = { text: form.elements.reply.value };
  const to = form.elements.to.value.split(/[\s,;]+/).filter((word) => word !== '');
  if (to.length > 0) wish.to = to;
  for (const name of ['plain_ok', 'quote', 'waiting']) if (form.elements[name].checked) wish[name] = true;
  return wish;
}

// current () is the incident as it is shown; after () is called when a reply was handed in.
export function replyForm(current, after) {
  const preview = h('div', { class: 'preview', role: 'region', 'aria-live': 'polite', 'aria-label': t('Before it is sent') });
  const send = h('button', { type: 'button', class: 'main', hidden: true }, t('Send it'));
  const check = (name, words) => h('label', { class: 'check' }, h('input', { type: 'checkbox', name }), t(words));
  let version = 0;

  function change() {
    send.hidden = true;
    put(preview);
  }

  async function look(event) {
    event.preventDefault();
    change();
    const one = current();
    try {
      const shown = await api.post(api.incident(one.number, 'reply', 'preview'), wishOf(form));
      version = shown.version || one.version;
      put(preview, h('h3', {}, t('Before it is sent')), h('ul', {}, shown.recipients.map(recipient)),
        shown.exposed.length > 0 ? h('ul', { class: 'problems' }, shown.exposed.map((text) => h('li', {}, said(text)))) : null,
        h('pre', { class: 'text ours', dir: 'auto' }, shown.text));
      send.hidden = shown.recipients.some((to) => to.problem);
      if (!send.hidden) send.focus();
    } catch (error) {
      notices.failed(error);
    }
  }

  const form = h('form', { on: { submit: look, input: change } },
    area('reply', 'What the reply says', '8'),
    h('label', {}, t('To (empty: who wrote last)'), h('input', { name: 'to', type: 'text', maxlength: '2000', autocomplete: 'off' })),
    check('waiting', 'Then it waits for the answer'),
    check('quote', 'Quote the newest mail'),
    check('plain_ok', 'It may go in the clear to whom no key is known for'),
    h('button', { type: 'submit' }, t('Look at it first')), preview, send);
  send.addEventListener('click', async () => {
    send.disabled = true;
    try {
      await api.post(api.incident(current().number, 'reply'), wishOf(form), version);
      form.reset();
      change();
      notices.done(t('The reply is on its way.'));
    } catch (error) {
      notices.failed(error);
    }
    send.disabled = false;
    after();
  });
  return h('details', { class: 'write reply' }, h('summary', {}, t('Reply')), form);
}
