// write.js: notes and replies. A reply is shown as it will go out, to whom and by which key, before it is sent.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t } from './words.js';
import { said } from './gateway.js';
import * as notices from './notices.js';
import { keepUnsent, isKept } from './unsent.js';
import { ask, WISHES } from './drafts.js';
import { fileChooser, filesList } from './files.js';

function area(name, words, rows) {
  return [h('label', { for: `write-${name}` }, t(words)), h('textarea', { id: `write-${name}`, name, rows, required: true, dir: 'auto', spellcheck: 'true' })];
}

// act (text) says whether the note was taken; number: of the incident.
export function noteForm(act, number) {
  const form = h('form', { on: { submit: async (event) => {
    event.preventDefault();
    if (await act(form.elements.note.value)) form.reset();
  } } }, area('note', 'A note that only members see', '4'), h('button', { type: 'submit' }, t('Add the note')));
  return h('details', { class: 'write note', open: keepUnsent(form, number, 'note') }, h('summary', {}, t('Note')), form);
}

// Something may be thrown away that was not sent: only by whoever means it.
function whenMeant(number, act) {
  if (isKept(number, 'reply')) ask(t('A reply to this incident is not sent yet. Throw it away?'), t('Throw it away'), act);
  else act();
}

function recipient(one) {
  return h('li', {}, h('bdi', { class: 'address' }, one.address), ' – ',
    one.encrypted_to ? [t('encrypted to'), ' ', h('code', {}, one.encrypted_to)] : h('b', { class: 'problem' }, t('in the clear')),
    one.why && !(one.problem || '').startsWith(one.why) ? h('p', { class: 'hint' }, said(one.why)) : null, one.warning ? h('p', { class: 'problem' }, said(one.warning)) : null,
    one.problem ? h('p', { class: 'problem' }, said(one.problem)) : null,
    h('details', {}, h('summary', {}, t('What everybody on the way can read')),
      h('dl', { class: 'facts' }, Object.entries(one.outside || {}).map(([name, value]) => [h('dt', {}, said(name)), h('dd', {}, h('bdi', {}, said(value)))]))));
}

// whole: also what is empty, since in a draft that is not spoken of stays as it was.
function wishOf(form, whole = false) {
  const wish = { text: form.elements.reply.value };
  if (form.elements.subject.value.trim() !== '' || whole) wish.subject = form.elements.subject.value.trim();
  const to = form.elements.to.value.split(/[\s,;]+/).filter((word) => word !== '');
  if (to.length > 0 || whole) wish.to = to;
  for (const [name] of WISHES) if (form.elements[name].checked || whole) wish[name] = form.elements[name].checked;
  return wish;
}

// The same with what goes along: of that, what a draft has is only named.
async function wholeWish(form, files, whole) {
  const along = await files.wish();
  return { ...wishOf(form, whole), ...(along.length > 0 || whole ? { files: along } : {}) };
}

const nameOf = (answer) => answer.draft.replace(/^.*\//, '');

// current () is the incident as it is shown; after () is called when a reply was handed in.
// Its go (draft, name) takes a draft to go on with.
export function replyForm(current, after, house) {
  const preview = h('div', { class: 'preview', role: 'region', 'aria-live': 'polite', 'aria-label': t('Before it is sent') });
  const send = h('button', { type: 'button', class: 'main', hidden: true }, t('Send it'));
  const check = (name, words) => h('label', { class: 'check' }, h('input', { type: 'checkbox', name }), t(words));
  const may = (word) => house.may.includes(word);
  const { number } = current();
  let version = 0;

  function change() {
    send.hidden = true;
    put(preview);
  }

  async function look(event) {
    event.preventDefault();
    change();
    const one = current();
    const { draft } = form.dataset;
    try {
      const shown = await api.post(api.incident(one.number, 'reply', 'preview'), { ...await wholeWish(form, files, false), ...(draft ? { files_of: draft } : {}) });
      version = shown.version || one.version;
      put(preview, h('h2', {}, t('Before it is sent')), h('ul', {}, shown.recipients.map(recipient)),
        shown.exposed.length > 0 ? h('ul', { class: 'problems' }, shown.exposed.map((text) => h('li', {}, said(text)))) : null,
        h('pre', { class: 'text ours', dir: 'auto' }, shown.text), filesList(shown.files));
      send.hidden = shown.recipients.some((to) => to.problem);
      if (!send.hidden) send.focus();
    } catch (error) {
      notices.failed(error);
    }
  }

  function empty() {
    form.reset();
    files.empty();
    delete form.dataset.draft; // the one that is gone on with
    change();
  }

  const files = fileChooser(house.attachments_max, () => form.dispatchEvent(new Event('input')));
  const keep = h('button', { type: 'button' }, t('Keep it as a draft'));
  const discard = h('button', { type: 'button', class: 'plain discard', hidden: true, on: { click: () => whenMeant(number, () => { empty(); element.firstChild.focus(); }) } }, t('Throw it away'));
  const canned = h('label', { hidden: true }, t('A text that is ready'), h('select', { name: 'canned', on: { change: async (event) => {
    if (event.target.value === '') return;
    try {
      const text = await api.get(`/canned/${encodeURIComponent(event.target.value)}`, { ticket: current().number });
      form.elements.reply.value = form.elements.reply.value.trim() === '' ? text.text : `${form.elements.reply.value.trimEnd()}\n\n${text.text}`;
      if (text.subject) form.elements.subject.value = text.subject;
      form.dispatchEvent(new Event('input'));
    } catch (error) {
      notices.failed(error);
    }
    event.target.value = '';
  } } }));
  if (may('canned-show')) {
    api.get('/canned').then((answer) => {
      canned.hidden = answer.names.length === 0;
      canned.querySelector('select').append(h('option', { value: '' }, '–'), ...[...new Set(answer.names.map((name) => name.replace(/\.[a-z]{2,3}(-[A-Za-z]+)?$/, '')))].map((name) => h('option', { value: name }, name)));
    }).catch(() => {}); // without them it goes, too
  }

  const form = h('form', { on: { submit: look, input: change } },
    canned,
    h('label', {}, t('Subject (empty: as in the thread)'), h('input', { name: 'subject', type: 'text', maxlength: '500', autocomplete: 'off' })),
    area('reply', 'What the reply says', '8'),
    h('label', {}, t('To (empty: who wrote last)'), h('input', { name: 'to', type: 'text', maxlength: '2000', autocomplete: 'off' })),
    WISHES.map(([name, words]) => check(name, words)),
    files.element,
    h('button', { type: 'submit' }, t('Look at it first')), may('draft-save') ? keep : null, discard, preview, may('reply') ? send : null);
  files.listen(form);
  send.addEventListener('click', async () => {
    send.disabled = true;
    const { draft } = form.dataset;
    try {
      let answer;
      if (draft) { // what is on the screen, and then that
        const saved = await api.post(api.incident(current().number, 'drafts', 'save'), { draft, ...await wholeWish(form, files, true) }, version);
        answer = await api.post(api.incident(current().number, 'drafts', 'send'), { draft: nameOf(saved) }, saved.version);
      } else {
        answer = await api.post(api.incident(current().number, 'reply'), await wholeWish(form, files, false), version);
      }
      empty();
      notices.done(answer.approval === 'needed' ? t('Another member has to approve it first.') : t('The reply is on its way.'));
    } catch (error) {
      notices.failed(error);
    }
    send.disabled = false;
    after();
  });
  keep.addEventListener('click', async () => {
    const { draft } = form.dataset;
    try {
      await api.post(api.incident(current().number, 'drafts', 'save'), { ...(draft ? { draft } : {}), ...await wholeWish(form, files, true) }, current().version);
      empty();
      notices.done(t('The draft is kept.'));
    } catch (error) {
      notices.failed(error);
    }
    after();
  });
  const element = h('details', { class: 'write reply', open: keepUnsent(form, number, 'reply', files) }, h('summary', {}, t('Reply')), form);

  const showDiscard = () => { discard.hidden = !isKept(number, 'reply'); };
  form.addEventListener('input', showDiscard);
  form.addEventListener('reset', showDiscard);
  showDiscard();

  function go(chosen, name) {
    empty();
    form.dataset.draft = name;
    form.elements.reply.value = chosen.wish.text || '';
    form.elements.to.value = chosen.wish.to.join(', ');
    form.elements.subject.value = chosen.wish.subject || '';
    for (const [flag] of WISHES) form.elements[flag].checked = chosen.wish[flag];
    files.keep(chosen.wish.files);
    form.dispatchEvent(new Event('input'));
    element.open = true;
    form.elements.reply.focus();
  }
  return { element, go: (chosen, name) => whenMeant(number, () => go(chosen, name)) };
}
