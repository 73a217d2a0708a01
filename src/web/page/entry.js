// entry.js: one line of a thread. What the gateway proved stands in a strip of its own, outside of the box that holds what a stranger
// wrote; whatever is in that box is text.

import { h } from './dom.js';
import * as api from './api.js';
import { present } from './focus.js';
import { t, mark, time, bytes, number } from './words.js';
import * as notices from './notices.js';
import { encryptionVerdict, signatureVerdict, verdictKind } from './marks.js';
import { visible } from './visible.js';
import { said } from './gateway.js';
import { eventText } from './events.js';
import { filesList } from './files.js';

const DIRECTIONS = { in: mark('Mail from outside'), out: mark('Our answer'), note: mark('Note of a member'), event: mark('Event') };
const DELIVERY = { ready: mark('waits to be sent'), sending: mark('is being sent'), sent: mark('sent'), failed: mark('could not be delivered'),
  'needs-approval': mark('waits for another member\'s approval'), draft: mark('a draft'), refused: mark('was refused by another member') };
const OPERATIONS = { decrypt: mark('decrypted'), verify: mark('verified'), 'decrypt+verify': mark('decrypted and verified') };

const dated = (entry) => h('time', { datetime: entry.date }, time(entry.date));

function layerWords(layer) {
  const signatures = layer.signatures.map((s) => h('li', {}, signatureVerdict(s.status), ' ', h('code', {}, s.fingerprint || '?'), s.hash ? ` ${s.hash}` : ''));
  const isChecked = layer.operation === 'verify' && layer.outcome === 'ok'; // what came of that, each signature says for itself
  return h('li', {}, `${layer.part}: ${layer.protocol} (${said(layer.form)})`, isChecked ? '' : `, ${t(OPERATIONS[layer.operation] || layer.operation)}: ${said(layer.outcome)}`,
    layer.integrity ? `, ${layer.integrity}` : '', signatures.length > 0 ? h('ul', {}, signatures) : null);
}

// What was proved, and how.
function verdicts(entry) {
  const report = entry.report;
  const warning = entry.key_warning;
  return h('div', { class: `strip strip-${warning ? 'bad' : verdictKind(report.encryption, report.signature)}`, role: 'group', 'aria-label': t('What the gateway proved') },
    h('p', { class: 'verdict-line' }, encryptionVerdict(report.encryption), ' ', signatureVerdict(report.signature)),
    report.signer ? h('p', { class: 'signer' }, t('Key'), ' ', h('code', {}, report.signer.fingerprint), ' ',
      report.signer.matches_from ? t('belongs to the sender\'s address') : t('does not belong to the sender\'s address'),
      report.signer.vouched_by ? ` (${said(report.signer.vouched_by)})` : '') : null,
    report.undecryptable ? h('p', { class: 'problem' }, t('This mail could not be opened: {reason}', { reason: said(report.undecryptable.reason) })) : null,
    warning ? h('p', { class: 'problem' }, t('The sender is known by another key: look twice.'), ' ', h('code', {}, warning.known || '?')) : null,
    report.layers.length > 0 ? h('details', {}, h('summary', {}, t('Layers')), h('ul', {}, report.layers.map(layerWords))) : null,
    report.problems.length > 0 ? h('ul', { class: 'problems' }, report.problems.map((text) => h('li', {}, h('bdi', {}, said(text))))) : null);
}

function parts(one, entry, house) {
  if (entry.report.parts.length === 0) return null;
  const rows = entry.report.parts.map((part) => h('tr', {},
    h('td', {}, h('bdi', { class: 'file' }, visible(part.filename || t('(no name)')))),
    h('td', {}, part.type, part.detected_type && part.detected_type !== part.type ? ` (${t('really {type}', { type: part.detected_type })})` : ''),
    h('td', {}, bytes(part.size)),
    h('td', {}, part.flags.map((flag) => h('span', { class: 'flag' }, said(flag)))),
    h('td', {}, h('button', { type: 'button', on: { click: () => keep(one, entry, part, house) } }, t('Download …')))));
  return h('details', { class: 'parts', open: true }, h('summary', {}, t('Parts: {n}', { n: number(entry.report.parts.length) })),
    h('table', {}, h('thead', {}, h('tr', {}, [mark('Name'), mark('Type'), mark('Size'), mark('Flags'), mark('Actions')].map((w) => h('th', { scope: 'col' }, w && t(w))))), h('tbody', {}, rows)));
}

// A stranger's file is kept only by whoever read the warning; as an archive that nothing opens by mistake, or as it is.
function keep(one, entry, part, house) {
  const get = (zip) => async () => {
    dialog.close();
    try {
      await api.download(`${api.incident(one.number, 'messages', entry.id, 'parts', part.path)}${zip ? '?zip=true' : ''}`,
        zip ? `${part.sha256}.zip` : `${one.number}-${entry.id}-${part.path}.bin`);
    } catch (error) {
      notices.failed(error);
    }
  };
  const dialog = h('dialog', { 'aria-labelledby': 'keep-title' },
    h('h2', { id: 'keep-title' }, t('Download a stranger\'s file?')),
    h('p', {}, t('It may be made to harm whoever opens it. Open it only where that does no harm.')),
    h('dl', { class: 'facts' }, h('dt', {}, t('Name')), h('dd', {}, h('bdi', {}, visible(part.filename || t('(no name)')))),
      h('dt', {}, t('Size')), h('dd', {}, bytes(part.size)), h('dt', {}, 'SHA-256'), h('dd', {}, h('code', {}, part.sha256)),
      part.flags.length > 0 ? [h('dt', {}, t('Flags')), h('dd', {}, part.flags.map(said).join(', '))] : null,
      house.archive_password ? [h('dt', {}, t('Password')), h('dd', {}, h('code', { class: 'indicator' }, house.archive_password))] : null),
    house.archive_password ? h('p', { class: 'hint' }, t('The archive is a ZIP with this password; the file in it is called by its SHA-256.')) : null,
    h('div', { class: 'buttons' },
      house.archive_password ? h('button', { type: 'button', class: 'main', on: { click: get(true) } }, t('Download as an archive')) : null,
      h('button', { type: 'button', class: 'bare', on: { click: get(false) } }, t('Download as it is')),
      h('button', { type: 'button', autofocus: true, on: { click: () => dialog.close() } }, t('Cancel'))));
  present(dialog);
}

// Dots and schemes that nobody can click by accident.
const defang = (value) => value.replace(/^http/i, 'hxxp').replace(/\./g, '[.]').replace(/@/g, '[@]');

function indicators(entry) {
  const all = entry.report.indicators;
  if (all.length === 0) return null;
  return h('details', { class: 'indicators' }, h('summary', {}, t('Indicators: {n}', { n: number(all.length) })),
    h('ul', {}, all.slice(0, 500).map((one) => h('li', {}, h('span', { class: 'kind' }, one.type), ' ', h('code', { class: 'indicator' }, defang(one.value)),
      one.signed ? h('span', { class: 'flag' }, t('signed')) : null))));
}

function mail(one, entry, house) {
  const report = entry.report;
  if (!report) return h('div', { class: 'stranger' }, h('pre', { class: 'text' }, visible(eventText(entry))));
  return [verdicts(entry),
    h('div', { class: 'stranger', role: 'group', 'aria-label': t('What the sender wrote') },
      h('p', { class: 'heading' }, t('From'), ' ', h('bdi', {}, visible(report.from ? report.from.address : '?')),
        report.from && report.from.name ? [' ', h('bdi', { class: 'name' }, visible(report.from.name))] : null),
      h('p', { class: 'heading' }, t('Subject'), ' ', h('bdi', { class: 'subject', lang: report.language || null }, visible(report.subject || t('(no subject)')))),
      h('pre', { class: 'text', dir: 'auto', tabindex: '0', lang: report.language || null }, visible(report.text || '')),
      report.text_truncated ? h('p', { class: 'hint' }, t('The text is longer; the rest is in the mail as it came.')) : null,
      parts(one, entry, house), indicators(entry)),
    h('p', { class: 'entry-end' }, h('button', { type: 'button', class: 'plain', on: { click: () => api.download(api.incident(one.number, 'messages', entry.id, 'raw'),
      `${one.number}-${entry.id}.eml`).catch(notices.failed) } }, t('The mail as it came')))];
}

function answer(entry) {
  return [h('div', { class: 'strip' }, h('p', {}, entry.author ? t('Written by {author}', { author: entry.author }) : t('Sent by the gateway'), ' – ',
    h('span', { class: `delivery delivery-${entry.delivery}` }, entry.delivery ? t(DELIVERY[entry.delivery] || entry.delivery) : null)),
  h('p', {}, entry.encrypted_to ? [t('Encrypted to'), ' ', h('code', {}, entry.encrypted_to)] : t('Signed, not encrypted'))),
  h('p', { class: 'heading' }, t('To'), ' ', h('bdi', {}, entry.to || '')),
  h('pre', { class: 'text ours', dir: 'auto' }, visible(eventText(entry))), filesList(entry.files)];
}

// (an element) of one entry of the thread of incident `one`.
export function entryElement(one, entry, house) {
  const body = entry.direction === 'in' ? mail(one, entry, house) : entry.direction === 'out' ? answer(entry)
    : h('pre', { class: 'text ours', dir: 'auto' }, visible(eventText(entry)));
  return h('li', { class: `entry entry-${entry.direction}`, data: { id: String(entry.id), delivery: entry.delivery || '' } },
    h('p', { class: 'entry-top' }, h('b', {}, t(DIRECTIONS[entry.direction] || mark('Entry'))),
      entry.direction === 'note' || entry.direction === 'event' ? [' ', h('span', {}, entry.from || '')] : null, ' ', dated(entry)), body);
}
