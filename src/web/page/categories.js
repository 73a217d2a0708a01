// categories.js: what categories of incidents are called: /categories.json has the gateway's one table of them.

import { h } from './dom.js';
import { t } from './words.js';

let titles = {};

// Asked for once, before anything is shown.
export async function useCategories() {
  try {
    const answer = await fetch('/categories.json', { credentials: 'same-origin' });
    if (answer.ok) titles = await answer.json();
  } catch {
    titles = {};
  }
}

// "fraud:phishing" in the member's language; what is not known stays as it is.
export const categoryWords = (category) => (Object.hasOwn(titles, category) ? t(titles[category]) : category);

// The same with what the command line calls it.
export const categoryBoth = (category) => (Object.hasOwn(titles, category)
  ? [categoryWords(category), ' ', h('code', { class: 'machine' }, category)] : category);

// Options for a <select>: `first` before all of them; with classes to choose, too, when `whole`. `chosen` is there even if it is not known.
export function categoryOptions(first, chosen, whole) {
  const all = Object.keys(titles);
  const option = (value, words) => h('option', { value, selected: value === chosen }, words);
  const known = first.some(([value]) => value === chosen) || all.includes(chosen);
  return [...first.map(([value, words]) => option(value, words)), known || !chosen ? null : option(chosen, chosen),
    ...all.filter((one) => !one.includes(':')).map((one) => h('optgroup', { label: categoryWords(one) },
      whole ? option(one, `${categoryWords(one)} (${t('all of them')})`) : null,
      all.filter((value) => value.startsWith(`${one}:`)).map((value) => option(value, categoryWords(value)))))];
}
