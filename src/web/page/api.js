// api.js: asks the gateway. The session is in a cookie that this page cannot read; `proof` shows that a request is the page's own.

const PATIENCE = 60000; // milliseconds: what is read later than that is not coming any more, as behind a line that went away without a word

let proof = 'none';
let onStranger = () => {};

// Has anybody done anything here since the last question that counted? What the page asks by itself keeps nobody logged in.
let isUsed = true;
for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove', 'click', 'input']) { // the last two: of who speaks, or uses a screen reader
  addEventListener(kind, (event) => { if (event.isTrusted) isUsed = true; }, { capture: true, passive: true });
}

// What the gateway said no to, in its own words.
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }

  get isConflict() { return this.status === 412; }
}

// Called when nobody is logged in any more.
export function whenStranger(callback) { onStranger = callback; }

export function setProof(word) { proof = word || 'none'; }

async function fail(answer) {
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    problem = { title: answer.statusText };
  }
  return new Problem(answer.status, problem.title || String(answer.status), problem.detail);
}

async function send(method, path, content, headers, signal) {
  let answer;
  const passive = isUsed ? {} : { 'X-Madoguchi-Passive': '1' };
  isUsed = false;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, credentials: 'same-origin', cache: 'no-store', redirect: 'error',
      headers: { ...(method === 'GET' ? {} : { 'X-Madoguchi-Proof': proof }),
        ...(content === undefined ? {} : { 'Content-Type': 'application/json' }), ...passive, ...headers },
      body: content === undefined ? undefined : JSON.stringify(content), signal,
    });
  } catch {
    throw new Problem(0, 'offline', null);
  }
  if (answer.status === 401) onStranger();
  if (!answer.ok) throw await fail(answer);
  return answer;
}

function query(parameters) {
  const given = Object.entries(parameters || {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

// Reads: the object that path, with its parameters, is.
export async function get(path, parameters) {
  const answer = await send('GET', path + query(parameters), undefined, {}, AbortSignal.timeout(PATIENCE));
  return answer.json();
}

// Changes something; version: of the ticket as it was seen, so that nobody's change is written over.
export async function post(path, content = {}, version) {
  const answer = await send('POST', path, content, version ? { 'If-Match': `"${version}"` } : {});
  return answer.status === 204 ? null : answer.json();
}

// A stranger's bytes, as a file to keep.
export async function download(path, name) {
  const answer = await send('GET', path);
  const url = URL.createObjectURL(await answer.blob());
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// The path of one incident, and of what belongs to it.
export const incident = (number, ...rest) => ['/incidents', number, ...rest].map((part, i) => (i === 0 ? part : encodeURIComponent(part))).join('/');

// Keeps something under its name, and forgets it.
export async function keep(path, content) {
  const answer = await send('PUT', path, content);
  return answer.json();
}

export async function forget(path, parameters) {
  const answer = await send('DELETE', path + query(parameters));
  return answer.json();
}
