// why.js: what was decided of an incident, by which rule of the team's or by whom; asked for when somebody wants to know.

import { h, put } from './dom.js';
import * as api from './api.js';
import { t } from './words.js';
import { said } from './gateway.js';

function row(decision) {
  return h('tr', { class: decision.current ? '' : 'left' },
    h('td', {}, said(decision.field)), h('td', {}, h('bdi', {}, decision.value || '–')),
    h('td', {}, decision.rule || said(decision.set_by || ''), decision.because ? [': ', h('bdi', {}, decision.because)] : null));
}

export function whyDecided(number) {
  const place = h('div', { class: 'wide' });
  const fold = h('details', { class: 'why', on: { toggle: async () => {
    if (!fold.open) return;
    try {
      const triage = await api.get(api.incident(number, 'triage'));
      put(place, triage.decisions.length === 0 ? h('p', { class: 'empty' }, t('Nothing was decided yet.'))
        : h('table', {}, h('thead', {}, h('tr', {}, [t('What'), t('Value'), t('Why')].map((words) => h('th', { scope: 'col' }, words)))),
          h('tbody', {}, triage.decisions.map(row))));
    } catch (error) {
      put(place, h('p', { class: 'problem' }, error.message));
    }
  } } }, h('summary', {}, t('What was decided, and why')), place);
  return fold;
}
