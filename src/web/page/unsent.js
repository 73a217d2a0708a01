// unsent.js: what a member has written and not sent yet, for each ticket, as long as the page is open. Another view, another language or a
// session that ends takes none of it away; sending it, throwing it away or logging out does, and so does another member who logs in.

const kept = new Map(); // 'ticket name' -> { ticket, fields: [name, value] }
let whose = null;
let onChange = () => {};

// callback () is called when something is kept or forgotten.
export function whenUnsent(callback) { onChange = callback; }

const guard = (event) => { event.preventDefault(); };

function tell() {
  if (kept.size > 0) window.addEventListener('beforeunload', guard);
  else window.removeEventListener('beforeunload', guard);
  onChange();
}

export function forgetAll() {
  kept.clear();
  tell();
}

// Nobody reads what somebody else had begun.
export function belongsTo(login) {
  if (whose !== null && whose !== login) forgetAll();
  whose = login;
}

export const ticketsWithText = () => [...new Set([...kept.values()].map((one) => one.ticket))];

export const isKept = (ticket, name) => kept.has(`${ticket} ${name}`);

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.name !== 'canned' && field.type !== 'submit' && field.type !== 'file');
const valueOf = (field) => (field.type === 'checkbox' ? field.checked : field.value);
const isText = (field) => field.tagName === 'TEXTAREA' || field.type === 'text';

// Keeps what is written into the form; what was written before into one of that name is put into it at once. TRUE when there was any.
// files: (optional) what goes along with it, of files.js.
export function keepUnsent(form, ticket, name, files = null) {
  const key = `${ticket} ${name}`;
  const save = () => {
    if (fieldsOf(form).some((field) => isText(field) && field.value.trim() !== '') || (files && files.chosen().length > 0)) {
      kept.set(key, { ticket, draft: form.dataset.draft || '', files: files && files.chosen(), fields: fieldsOf(form).map((field) => [field.name, valueOf(field)]) });
    } else {
      kept.delete(key);
    }
    tell();
  };
  form.addEventListener('input', save);
  form.addEventListener('change', save);
  form.addEventListener('reset', () => { kept.delete(key); tell(); });
  const before = kept.get(key);
  if (!before) return false;
  for (const [which, value] of before.fields) {
    const field = form.elements[which];
    if (!field) continue;
    if (field.type === 'checkbox') field.checked = value;
    else field.value = value;
  }
  if (files && before.files) files.take(before.files);
  if (before.draft) form.dataset.draft = before.draft;
  return true;
}
