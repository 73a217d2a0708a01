// live.js: hears that something changed, and says when the gateway is out of reach. What changed is asked for by whoever shows it.

import { get } from './api.js';

const listeners = new Set();
let source = null;
let onState = () => {};

// callback () is called when something changed, until the returned function is.
export function whenChanged(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

// state (true | false): is the gateway there?
export function whenReachable(callback) { onState = callback; }

function tell() {
  for (const listener of listeners) listener();
}

export function listen() {
  close();
  let last = null;
  source = new EventSource('/api/v1/events');
  const hear = (event) => {
    onState(true);
    if (last !== null && event.data !== last) tell();
    last = event.data;
  };
  source.addEventListener('hello', hear);
  source.addEventListener('change', hear);
  source.addEventListener('error', () => {
    onState(false);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => source && listen(), 3000);
    get('/session').catch(() => {}); // whoever is not logged in any more is told so
  });
}

export function close() {
  if (source) source.close();
  source = null;
}
