// rows.js: a long list that is scrolled through. Only the rows near the eyes are in the document; further pages are fetched when
// the end comes near. While the member reads further down, nothing moves under his eyes: rows are mended where they stand, and a
// button says that there is something new above.

import { h, put } from './dom.js';
import { t, number } from './words.js';

const PAGE = 50;
const NEAR = 1200; // pixels beyond the screen that are drawn, and how soon before the end the next page is asked for
const ROW = 90; // of a row that was never seen

// Newest activity first: does a stand before b?
const isBefore = (a, b) => a.updated > b.updated || (a.updated === b.updated && a.number > b.number);

const placeOf = (item) => (item ? { after: item.number, after_updated: item.updated } : {});

// ask (parameters) -> items; makeRow (item) -> element; shown (how many) when what is in the list changed.
export class Rows {
  constructor({ label, ask, makeRow, shown }) {
    this.ask = ask;
    this.makeRow = makeRow;
    this.shown = shown;
    this.items = [];
    this.heights = []; // of pages of PAGE items, when they were last seen
    this.first = 0; // pages that are in the document
    this.last = -1;
    this.hasMore = false;
    this.isAsking = false;
    this.stale = new Set(); // pages that may say something that is not so any more
    this.chosen = null;
    this.list = h('ol', { class: 'rows', 'aria-label': label });
    this.above = h('button', { type: 'button', class: 'above', hidden: true, on: { click: () => this.goUp() } });
    this.more = h('button', { type: 'button', class: 'next', hidden: true, on: { click: () => this.fetchNext() } }, t('Show more'));
    this.said = h('p', { class: 'loading', role: 'status' });
    this.onMove = () => { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.look(); }); };
    addEventListener('scroll', this.onMove, { passive: true });
    addEventListener('resize', this.onMove);
    this.clock = setInterval(() => this.tick(), 60000);
  }

  get elements() { return [this.above, this.list, this.said, this.more]; }

  // When another view is shown.
  leave() {
    removeEventListener('scroll', this.onMove);
    removeEventListener('resize', this.onMove);
    cancelAnimationFrame(this.frame);
    clearInterval(this.clock);
    this.isGone = true;
  }

  get pages() { return Math.ceil(this.items.length / PAGE); }

  page(n) { return this.items.slice(n * PAGE, (n + 1) * PAGE); }

  rowOf(index) { return this.list.querySelector(`[aria-posinset="${index + 1}"]`); }

  isAtTop() {
    return !this.list.isConnected || this.list.getBoundingClientRect().top > -ROW / 2;
  }

  // --- what is drawn

  heightOf(n) {
    if (this.heights[n]) return this.heights[n];
    const seen = this.heights.filter(Boolean);
    const one = seen.length > 0 ? seen.reduce((sum, height) => sum + height, 0) / seen.length / PAGE : ROW;
    return one * this.page(n).length;
  }

  measure() {
    for (let n = this.first; n <= this.last; n++) {
      const rows = this.list.children;
      const begin = rows[(n - this.first) * PAGE];
      const end = rows[Math.min((n - this.first + 1) * PAGE, rows.length) - 1];
      if (begin && end && end.getBoundingClientRect().height > 0) this.heights[n] = end.getBoundingClientRect().bottom - begin.getBoundingClientRect().top;
    }
  }

  make(index) {
    const item = this.items[index];
    const row = this.makeRow(item);
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.hasMore ? -1 : this.items.length));
    row.classList.toggle('chosen', item.number === this.chosen);
    row.classList.toggle('moved', Boolean(item.moved));
    return row;
  }

  // Puts the pages from first to last into the document, and what stays there is not touched.
  draw(first, last) {
    const kept = new Map([...this.list.children].map((row) => [Number(row.getAttribute('aria-posinset')) - 1, row]));
    const wanted = [];
    for (let index = first * PAGE; index < Math.min((last + 1) * PAGE, this.items.length); index++) wanted.push(kept.get(index) || this.make(index));
    const focused = document.activeElement;
    const isLost = this.list.contains(focused) && !wanted.some((row) => row.contains(focused));
    const stay = new Set(wanted);
    for (const row of kept.values()) if (!stay.has(row)) row.remove();
    wanted.forEach((row, i) => { if (this.list.children[i] !== row) this.list.insertBefore(row, this.list.children[i] || null); });
    this.first = first;
    this.last = last;
    let above = 0;
    let below = 0;
    for (let n = 0; n < first; n++) above += this.heightOf(n);
    for (let n = last + 1; n < this.pages; n++) below += this.heightOf(n);
    this.list.style.paddingTop = `${above}px`;
    this.list.style.paddingBottom = `${below}px`;
    if (isLost) this.list.closest('main')?.focus({ preventScroll: true });
  }

  // Draws what is near; asks for what will be.
  look() {
    if (this.isGone || !this.list.isConnected || this.items.length === 0) return;
    this.measure();
    const top = this.list.getBoundingClientRect().top;
    let [first, last, at] = [-1, 0, top];
    for (let n = 0; n < this.pages; n++) {
      const height = this.heightOf(n);
      if (at < innerHeight + NEAR && at + height > -NEAR) {
        if (first < 0) first = n;
        last = n;
      }
      at += height;
    }
    if (first < 0) { first = at < 0 ? this.pages - 1 : 0; last = first; }
    if (first !== this.first || last !== this.last) this.redraw(first, last);
    if (this.hasMore && !this.hasFailed && this.list.getBoundingClientRect().bottom < innerHeight + NEAR) this.fetchNext();
    if (this.isAtTop() && !this.above.hidden) this.refresh().catch(() => {});
    else this.mend();
  }

  // Rows of other heights than were thought come in above: what is looked at stays where it is.
  redraw(first, last) {
    const rows = [...this.list.children];
    const anchor = rows.find((row) => row.getBoundingClientRect().bottom > 0);
    const before = anchor?.getBoundingClientRect().top;
    this.draw(first, last);
    if (!anchor?.isConnected) return;
    const shift = anchor.getBoundingClientRect().top - before;
    if (Math.abs(shift) >= 1) scrollBy(0, shift);
  }

  replace(index) {
    const old = this.rowOf(index);
    if (!old) return;
    const hadFocus = old.contains(document.activeElement);
    const row = this.make(index);
    old.replaceWith(row);
    if (hadFocus) row.querySelector('a')?.focus({ preventScroll: true });
  }

  // All of it anew: the rows that say the same stay.
  fill(items) {
    const before = this.items;
    const rows = new Map([...this.list.children].map((row) => [before[Number(row.getAttribute('aria-posinset')) - 1], row]));
    const focused = document.activeElement?.closest?.('.row')?.dataset.number;
    const hadFocus = this.list.contains(document.activeElement);
    const same = new Map([...rows].map(([item, row]) => [JSON.stringify(item), row]));
    this.items = items;
    this.heights = [];
    const last = Math.min(this.pages - 1, this.first === 0 ? Math.max(this.last, 0) : 0);
    put(this.list, items.slice(0, (last + 1) * PAGE).map((item, index) => {
      const row = same.get(JSON.stringify(item));
      if (!row) return this.make(index);
      row.setAttribute('aria-posinset', String(index + 1));
      row.setAttribute('aria-setsize', String(this.hasMore ? -1 : items.length));
      return row;
    }));
    this.draw(0, last);
    this.more.hidden = !this.hasMore;
    this.shown(items.length);
    const again = hadFocus && focused ? [...this.list.children].find((row) => row.dataset.number === focused) : null;
    again?.querySelector('a')?.focus({ preventScroll: true });
  }

  tick() {
    for (const row of this.list.children) {
      const index = Number(row.getAttribute('aria-posinset')) - 1;
      if (!row.contains(document.activeElement)) this.replace(index);
    }
  }

  // --- what is asked for

  async fetchFirst() {
    const items = await this.ask({ limit: PAGE });
    this.hasMore = items.length === PAGE;
    this.fill(items);
  }

  async fetchNext() {
    if (this.isAsking || !this.hasMore) return;
    this.isAsking = true;
    this.hasFailed = false;
    put(this.said, t('Loading …'));
    try {
      const items = await this.ask({ limit: PAGE, ...placeOf(this.items.at(-1)) });
      const known = new Set(this.items.map((item) => item.number));
      this.hasMore = items.length === PAGE;
      this.items = [...this.items, ...items.filter((item) => !known.has(item.number))];
      for (const index of [...this.list.children].map((row) => Number(row.getAttribute('aria-posinset')) - 1)) {
        this.rowOf(index).setAttribute('aria-setsize', String(this.hasMore ? -1 : this.items.length));
      }
      this.more.hidden = !this.hasMore;
      this.shown(this.items.length);
      put(this.said);
    } catch {
      this.hasFailed = true; // the button tries again
      put(this.said, t('No more could be fetched.'));
    }
    this.isAsking = false;
    if (!this.isGone) {
      this.draw(this.first, Math.min(this.pages - 1, this.last + 1));
      this.look();
    }
  }

  // Something changed somewhere.
  async refresh() {
    this.isWanted = true;
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    try {
      while (this.isWanted && !this.isGone) {
        this.isWanted = false;
        const head = await this.ask({ limit: PAGE });
        if (this.isGone) return;
        if (this.isAtTop()) this.merge(head);
        else this.hold(head);
      }
    } finally {
      this.isRefreshing = false;
    }
  }

  // The first page is known anew; of what was fetched before, what comes after it is kept.
  merge(head) {
    const isWhole = head.length < PAGE;
    const heads = new Set(head.map((item) => item.number));
    const end = head.at(-1);
    const rest = isWhole ? [] : this.items.filter((item) => !heads.has(item.number) && isBefore(end, item));
    const hasGap = !isWhole && this.items.length > 0 && isBefore(end, this.items[0]) && !this.items.some((item) => heads.has(item.number));
    if (isWhole || hasGap || rest.length === 0) this.hasMore = !isWhole;
    this.above.hidden = true;
    this.fill([...head, ...(hasGap ? [] : rest)]);
    this.stale = new Set(this.pages > 1 ? [...Array(this.pages).keys()].slice(1) : []);
    this.look();
  }

  // He reads further down: only a button says what came.
  hold(head) {
    const before = new Map(this.items.map((item) => [item.number, item.updated]));
    const news = head.filter((item) => before.get(item.number) !== item.updated && (this.items.length === 0 || isBefore(item, this.items[0]))).length;
    put(this.above, news === PAGE ? t('Much is new above') : t('{n} new above', { n: number(news) }));
    this.above.hidden = news === 0;
    this.stale = new Set(Array(this.pages).keys());
    this.mend();
  }

  async goUp() {
    scrollTo(0, 0);
    await this.refresh().catch(() => {});
    this.choose(0, true);
  }

  // Where he is, so that he can come back to it.
  get state() {
    return { items: this.items, heights: this.heights, hasMore: this.hasMore, chosen: this.chosen, top: scrollY };
  }

  comeBack({ top, ...state }) {
    Object.assign(this, state);
    this.more.hidden = !this.hasMore;
    this.stale = new Set(Array(this.pages).keys());
    this.draw(0, Math.min(this.pages - 1, 0));
    this.shown(this.items.length);
    requestAnimationFrame(() => {
      if (this.isGone) return;
      scrollTo(0, top);
      this.look();
      this.refresh().catch(() => {});
    });
  }

  // What is in sight is looked at again, row by row where it stands.
  async mend() {
    const n = [...this.stale].find((page) => page >= this.first && page <= this.last && this.isInSight(page));
    if (n === undefined || this.isMending) return;
    this.isMending = true;
    this.stale.delete(n);
    const old = this.page(n);
    try {
      const fresh = new Map((await this.ask({ limit: PAGE, ...placeOf(this.items[n * PAGE - 1]) })).map((item) => [item.number, item]));
      if (this.isGone || this.items[n * PAGE] !== old[0]) return;
      old.forEach((item, i) => {
        const now = fresh.get(item.number) || { ...item, moved: true };
        this.items[n * PAGE + i] = now;
        if (JSON.stringify(now) !== JSON.stringify(item)) this.replace(n * PAGE + i);
      });
    } catch { /* the next change asks again */ } finally {
      this.isMending = false;
    }
    this.onMove();
  }

  isInSight(n) {
    const begin = this.rowOf(n * PAGE)?.getBoundingClientRect();
    const end = this.rowOf(Math.min((n + 1) * PAGE, this.items.length) - 1)?.getBoundingClientRect();
    return Boolean(begin && end && begin.top < innerHeight && end.bottom > 0);
  }

  // --- the keyboard

  get chosenItem() { return this.items.find((item) => item.number === this.chosen); }

  choose(index, moveFocus) {
    const item = this.items[Math.max(0, Math.min(index, this.items.length - 1))];
    if (!item) return;
    this.chosen = item.number;
    for (const row of this.list.children) row.classList.toggle('chosen', row.dataset.number === this.chosen);
    const at = this.items.indexOf(item);
    if (!this.rowOf(at)) this.draw(Math.max(0, Math.floor(at / PAGE) - 1), Math.min(this.pages - 1, Math.floor(at / PAGE) + 1));
    if (!moveFocus) return;
    this.rowOf(at).querySelector('a')?.focus({ preventScroll: true });
    this.rowOf(at).scrollIntoView({ block: 'nearest' });
  }

  async move(step) {
    const at = this.items.findIndex((item) => item.number === this.chosen);
    if (step > 0 && at + step >= this.items.length && this.hasMore) await this.fetchNext();
    this.choose(at < 0 ? 0 : at + step, true);
  }
}
