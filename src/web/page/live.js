// live.js: hears that something changed, and says when the gateway is out of reach. What changed is asked for by whoever shows it.

import * as api from './api.js';
import { paced } from './pace.js';

const PATIENCE = 1500; // milliseconds without the gateway before anybody is told
const PAUSE = 3000;

const listeners = new Set();
let source = null;
let onState = () => {};
let alarm = 0;
let isAway = false;

// callback () is called soon after something changed, until the returned function is. It may return a promise: the next call waits.
export function whenChanged(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

// state (true | false): is the gateway there? Called when that changes.
export function whenReachable(callback) { onState = callback; }

export const isReachable = () => !isAway;

// Whoever asked and was told that too many do, asks again.
const isBusy = ({ reason }) => reason instanceof api.Problem && (reason.status === 503 || reason.status === 0);
const tell = paced(async () => !(await Promise.allSettled([...listeners].map(async (listener) => listener()))).some(isBusy));

function setAway(is) {
  clearTimeout(alarm);
  alarm = 0;
  if (is !== isAway) {
    isAway = is;
    onState(!is);
  }
}

// The browser gave up: because nobody is logged in any more, who is told so by that question, or because the gateway is away.
function again() {
  const later = (act) => setTimeout(() => { if (source) act(); }, PAUSE);
  api.get('/session').then(() => later(() => listen(false)), (error) => { if (error.status !== 401) later(again); });
}

// isFirst: nothing was missed meanwhile.
export function listen(isFirst = true) {
  let last = null;
  let wasLost = !isFirst;
  if (source) source.close();
  source = new EventSource('/api/v1/events');
  const mine = source;
  const hear = (event) => {
    setAway(false);
    if (wasLost || (last !== null && event.data !== last)) tell();
    wasLost = false;
    last = event.data;
  };
  source.addEventListener('hello', hear);
  source.addEventListener('change', hear);
  source.addEventListener('error', () => {
    if (mine !== source) return;
    wasLost = true;
    if (!alarm && !isAway) alarm = setTimeout(() => setAway(true), PATIENCE);
    if (source.readyState === EventSource.CLOSED) again();
  });
}

export function close() {
  if (source) source.close();
  source = null;
  tell.stop();
  setAway(false);
}

// A page that is left may be kept by the browser, and its stream with it: six of them, and nothing else of ours gets through.
window.addEventListener('pagehide', () => { if (source) source.close(); });
window.addEventListener('pageshow', (event) => { if (event.persisted && source) listen(false); });
