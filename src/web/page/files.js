// files.js: what goes along with a reply: chosen or dropped, listed with its size, taken away again; and what others wrote and attached.
// A file is read by the browser only to be sent.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t, bytes } from './words.js';
import { visible } from './visible.js';
import * as notices from './notices.js';

const MOST = 50;

// (an element, or null) of files that the gateway has; get (index): keeps one.
export function filesList(files, get = null) {
  if (!files || files.length === 0) return null;
  return h('ul', { class: 'files', 'aria-label': t('What goes along') }, files.map((file, index) => h('li', {},
    h('bdi', { class: 'file' }, visible(file.name)), ' ', h('span', { class: 'size' }, bytes(file.size)), ' ', h('span', { class: 'hint' }, file.type),
    file.sha256 ? h('p', { class: 'hint' }, 'SHA-256 ', h('code', {}, file.sha256)) : null,
    get ? h('button', { type: 'button', 'aria-label': t('Download {name}', { name: visible(file.name) }), on: { click: () => get(index) } }, t('Download')) : null)));
}

// The same for a draft, as it was read.
export function draftFiles(draft, number, mayGet) {
  const name = draft.name.replace(/^.*\//, '');
  return filesList(draft.wish.files, mayGet ? (index) => api.download(api.incident(number, 'drafts', name, 'files', String(index + 1)), draft.wish.files[index].name).catch(notices.failed) : null);
}

function read(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,?/, '')));
    reader.addEventListener('error', () => reject(new Error(t('{name} cannot be read.', { name: file.name }))));
    reader.readAsDataURL(file);
  });
}

// Chooses files for a form; max: bytes of all of them; changed () is called when there are others.
// Its wish () resolves to what the API takes; keep (files): those that a draft has; empty (); chosen () and take (it) carry them over to a form
// that is drawn anew.
export function fileChooser(max, changed) {
  let chosen = []; // {name, size, file}, or {name, size, sha256} of what the draft has
  const list = h('ul', { class: 'files', 'aria-label': t('What goes along') });
  const sum = h('p', { class: 'hint', role: 'status', id: 'files-sum' });
  const input = h('input', { type: 'file', name: 'files', id: 'files', class: 'unseen', multiple: true, 'aria-describedby': 'files-sum', on: { change: (event) => {
    add(event.target.files);
    event.target.value = '';
  } } });
  const tooMuch = () => t('Too much: {size}, and {max} may go along. Take something away.', { size: bytes(total()), max: bytes(max) });
  const total = () => chosen.reduce((all, one) => all + one.size, 0);

  function draw() {
    const over = total() > max;
    put(list, chosen.map((one, index) => h('li', {}, h('bdi', { class: 'file' }, visible(one.name)), ' ', h('span', { class: 'size' }, bytes(one.size)),
      h('button', { type: 'button', class: 'plain', 'aria-label': t('Take {name} away', { name: visible(one.name) }), on: { click: () => {
        chosen.splice(index, 1);
        draw();
        changed();
        (list.querySelectorAll('button')[Math.min(index, chosen.length - 1)] || input).focus();
      } } }, '×'))));
    sum.className = over ? 'problem' : 'hint';
    put(sum, over ? tooMuch()
      : chosen.length > 0 ? t('{size} of {max}', { size: bytes(total()), max: bytes(max) }) : t('Up to {max}; or drop files here.', { max: bytes(max) }));
    input.setCustomValidity(over ? sum.textContent : '');
  }

  function add(files) {
    for (const file of files) {
      if (chosen.length >= MOST) {
        notices.failed(new Error(t('No more than {n} files go along.', { n: MOST })));
        break;
      }
      chosen.push({ name: file.name, size: file.size, file });
    }
    draw();
    changed();
  }

  const element = h('div', { class: 'attach', role: 'group', 'aria-label': t('Files that go along') }, input, h('label', { for: 'files', class: 'choose' }, t('Attach files …')), sum, list);
  let depth = 0; // of elements that something is held over
  const over = (by) => { depth = Math.max(0, depth + by); element.classList.toggle('over', depth > 0); };
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');

  // Dropping works all over the form.
  function listen(form) {
    form.addEventListener('dragenter', (event) => { if (holdsFiles(event)) { event.preventDefault(); over(1); } });
    form.addEventListener('dragover', (event) => { if (holdsFiles(event)) event.preventDefault(); });
    form.addEventListener('dragleave', (event) => { if (holdsFiles(event)) over(-1); });
    form.addEventListener('drop', (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over(-depth);
      add(event.dataTransfer.files);
    });
  }

  draw();
  return {
    element, listen,
    wish: async () => {
      if (total() > max) throw new Error(tooMuch());
      return Promise.all(chosen.map(async (one) => (one.file ? { name: one.name, ...(one.file.type ? { type: one.file.type } : {}), content: await read(one.file) }
        : { name: one.name, sha256: one.sha256 })));
    },
    keep: (files) => { chosen = files.map(({ name, size, sha256 }) => ({ name, size, sha256 })); draw(); },
    empty: () => { chosen = []; draw(); },
    chosen: () => [...chosen],
    take: (before) => { chosen = [...before]; draw(); },
  };
}
