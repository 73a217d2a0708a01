// dom.js: makes elements. The only file that does; nothing is ever made out of markup, so what a stranger wrote stays text.

const SVG = 'http://www.w3.org/2000/svg';

// What may be set as an attribute. Addresses (href, src) are ours alone: see link () and download ().
const ATTRIBUTES = new Set(['class', 'id', 'type', 'name', 'value', 'for', 'title', 'lang', 'dir', 'translate', 'role', 'tabindex', 'placeholder',
  'autocomplete', 'inputmode', 'maxlength', 'minlength', 'pattern', 'rows', 'min', 'max', 'step', 'scope', 'datetime', 'open', 'required',
  'disabled', 'checked', 'selected', 'multiple', 'hidden', 'readonly', 'autofocus', 'spellcheck', 'enterkeyhint', 'colspan', 'method', 'label',
  'x', 'y', 'width', 'height', 'viewBox', 'd', 'rx', 'fill', 'stroke', 'accept', 'accesskey']);

function set(element, name, value) {
  if (name === 'on') {
    for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
  } else if (name === 'data') {
    for (const [key, word] of Object.entries(value)) element.dataset[key] = word;
  } else if (name.startsWith('aria-') || ATTRIBUTES.has(name)) {
    if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  } else {
    throw new Error(`not an attribute of ours: ${name}`);
  }
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) set(element, name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// An element with its attributes and what is in it: elements and texts.
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same for pictures.
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// A way to another view of the page. path: of our own making, '#/...'.
export function link(path, attributes, ...children) {
  const element = h('a', attributes, ...children);
  element.href = path.startsWith('#/') ? path : '#/';
  return element;
}

// Empties an element and puts something else into it.
export function put(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}
