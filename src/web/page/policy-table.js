// policy-table.js: tables with a caption that become cards on a phone: each cell says there what it is.

import { h } from './dom.js';
import { t } from './words.js';
import { keyWords } from './policy-words.js';

// heads: their words, translated here unless isSaid; rows: lists of cells (th, td).
export function cells(caption, heads, rows, isSaid = false, kind = '') {
  const words = heads.map((head) => (isSaid || head === '' ? head : t(head)));
  for (const row of rows) row.forEach((cell, i) => { if (i > 0) cell.dataset.label = words[i]; });
  return h('div', { class: `cells ${kind}`, role: 'region', tabindex: '0', 'aria-label': caption }, h('table', {}, h('caption', {}, caption),
    h('thead', {}, h('tr', {}, words.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', {}, rows.map((row) => h('tr', {}, row)))));
}

// What stands so in a file, or is typed so: in every language the same.
export const asIs = (text) => h('bdi', { translate: 'no' }, text);
export const word = (text) => h('code', { translate: 'no' }, text);

// A map of the rules file: its keys in words, what stands there as it stands.
export function mapList(map) {
  const pairs = Object.entries(map);
  return pairs.length === 0 ? h('span', { class: 'hint' }, t('nothing')) : h('dl', { class: 'pairs' }, pairs.map(([key, value]) => [h('dt', {}, keyWords(key)), h('dd', {}, asIs(value))]));
}

// Long tables: folded on a phone, where they would hide what comes after them.
export function folded(summary, table) {
  return h('details', { open: window.matchMedia('(min-width: 48.01rem)').matches }, h('summary', {}, summary), table);
}
