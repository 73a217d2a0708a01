// qr.js: draws the modules of a QR code that the gateway sends. Dark on white whatever the theme: not every reader takes it the other way.

import { svg } from './dom.js';

const QUIET = 4; // modules of white around it (ISO/IEC 18004, 6.3.8)

// code: {size, rows}; label: what it is, for who does not see it.
export function drawCode(code, label) {
  const side = code.size + 2 * QUIET;
  const runs = code.rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map(({ 0: run, index }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`));
  return svg('svg', { class: 'qr', viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': label },
    svg('rect', { width: side, height: side, fill: '#fff' }), svg('path', { d: runs.join(''), fill: '#000' }));
}
