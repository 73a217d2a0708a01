#!/usr/bin/env python3
"""A long queue in Debian's Chromium: scrolling and the keyboard load more, however far the document stays small, and nothing moves
under the reader's eyes while mails arrive and other members work; what is chosen stays chosen. Whoever opens an incident far down
comes back to where he was. Many events make few questions, and none from a page that nobody sees."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'bench'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
from web import Team  # noqa: E402

MANY = 700
# Rows that are in the document, and the first of them that can be seen: its number and where it stands.
LOOK = '''
const rows = [...document.querySelectorAll('.row')], seen = rows.find((r) => r.getBoundingClientRect().bottom > 80);
return {count: rows.length, number: seen && seen.dataset.number, top: seen && seen.getBoundingClientRect().top, scroll: scrollY,
        last: rows.length && Number(rows.at(-1).getAttribute('aria-posinset'))};
'''
COUNT = '''
window.asked = [];
const before = window.fetch;
window.fetch = (path, more) => { if (String(path).includes('/incidents?')) window.asked.push(String(path)); return before(path, more); };
'''


def arrive(team, name):
    raw = t.plain('newcomer@host.example.org', t.TEAM, name, 'text\n', mid=t.message_id())
    return team.demo.send(raw, 'newcomer@host.example.org') == [250]


def scrolls(tap, page):
    first = page.run(LOOK)
    tap.ok(first['count'] == 50 or first['count'] == 100, 'the first page is there', first)
    seen, numbers = first, set()
    for _ in range(80):
        page.run('scrollBy(0, 800)')
        time.sleep(0.05)
        seen = page.run(LOOK)
        numbers.update(page.run("return [...document.querySelectorAll('.row')].map((r) => r.dataset.number)"))
        if seen['last'] >= 500:
            break
    tap.ok(seen['last'] >= 500, 'scrolling loads more, by itself', seen)
    tap.ok(seen['count'] <= 250, 'the document stays small', seen)
    tap.ok(len(numbers) >= 500, 'no row is left out or there twice', len(numbers))
    tap.ok(page.run("return [...document.querySelectorAll('.row')].every((r, i, all) => i === 0 || all[i - 1].dataset.number > r.dataset.number)"),
           'all in their order')
    far = page.run(LOOK)
    page.run('scrollBy(0, -3000)')
    t.wait_for(lambda: page.run(LOOK)['number'] > far['number'], 10)
    page.run('scrollBy(0, 3000)')
    back = t.wait_for(lambda: page.run(LOOK)['number'] == far['number'] and page.run(LOOK), 10) or page.run(LOOK)
    tap.ok(abs(back['top'] - far['top']) < 3, 'up and down again, every row stands where it stood', (far, back))


def stands_still(tap, team, page):
    before = page.run(LOOK)
    tap.ok(arrive(team, 'came while reading'), 'a mail arrives while a member reads far down')
    tap.ok(t.wait_for(lambda: '1 new above' in page.text('.above'), 20), 'a button says so', page.text('.above'))
    after = page.run(LOOK)
    tap.ok(after['number'] == before['number'] and abs(after['top'] - before['top']) < 1, 'and nothing moves', (before, after))
    number = page.run("return [...document.querySelectorAll('.row')].find((r) => r.getBoundingClientRect().top > 200).dataset.number")
    changed = team.browsers[0].post('/api/v1/incidents/%s/priority' % number, {'priority': 'urgent'})
    tap.equal(changed.status, 200, 'somebody changes a ticket that is before his eyes')
    row = ".row[data-number='%s']" % number
    tap.ok(t.wait_for(lambda: 'changed since' in page.text(row) or 'urgent' in page.text(row), 20), 'its row says so, where it stands', page.text(row))
    after = page.run(LOOK)
    tap.ok(after['number'] == before['number'] and abs(after['top'] - before['top']) < 3, 'and still nothing moves', (before, after))
    page.screenshot(os.path.join(t.BUILD, 'screenshots', 'queue-scrolled.png'))
    page.click('.above')
    tap.ok(t.wait_for(lambda: page.run(LOOK)['scroll'] == 0 and 'came while reading' in page.text('.rows'), 20), 'the button leads to what is new')
    shown = page.run("return [...document.querySelectorAll('.row')].slice(0, 2).map((r) => r.dataset.number)")
    tap.ok(number in shown, 'and the changed one has gone up', (number, shown))
    tap.equal(page.run("return document.querySelectorAll(arguments[0]).length", row), 1, 'where it is shown once')


def keeps_choice(tap, team, page):
    page.press('j', 'j', 'j')
    chosen = page.run("return document.querySelector('.row.chosen').dataset.number")
    tap.ok(arrive(team, 'came above the chosen one'), 'a mail arrives at the top')
    tap.ok(page.wait_text('came above the chosen one', '.rows'), 'and its row comes in')
    tap.equal(page.run("return document.querySelector('.row.chosen').dataset.number"), chosen, 'what was chosen stays chosen')
    tap.equal(page.run("return document.activeElement.closest('.row').dataset.number"), chosen, 'and keeps the focus')
    for _ in range(6):
        page.press(*['j'] * 20)
    place = t.wait_for(lambda: page.run("const r = document.querySelector('.row.chosen'); return r && Number(r.getAttribute('aria-posinset')) > 90 && r.getBoundingClientRect().top"), 10)
    tap.ok(place and 0 < place < 900, 'j goes on over the end of a page', place)


def comes_back(tap, page):
    before = page.run(LOOK)
    chosen = page.run("return document.querySelector('.row.chosen').dataset.number")
    page.press('o')
    page.find('.thread')
    page.run('history.back()')
    page.find('.row')
    after = t.wait_for(lambda: (lambda now: abs(now['scroll'] - before['scroll']) < 200 and now)(page.run(LOOK)), 10) or page.run(LOOK)
    tap.ok(abs(after['scroll'] - before['scroll']) < 200, 'back from an incident he is where he was', (before, after))
    tap.equal(page.run("const r = document.querySelector('.row.chosen'); return r && r.dataset.number"), chosen, 'with the same row chosen')


def asks_seldom(tap, team, page):
    page.go(team.site + '/#/search')
    page.go(team.site + '/#/')
    page.find('.row')
    page.run(COUNT)
    for n in range(12):
        arrive(team, 'one of many %d' % n)
    tap.ok(page.wait_text('one of many 11', '.rows'), 'many mails come at once, and all are shown')
    asked = page.run('return window.asked.length')
    tap.ok(asked <= 5, 'in few questions', asked)
    page.run("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true}); window.asked = [];")
    arrive(team, 'came unseen')
    tap.ok(t.wait_for(lambda: b'came unseen' in team.browsers[0].get('/api/v1/incidents?limit=1').body, 20), 'a mail comes while nobody looks')
    time.sleep(1.5)
    tap.equal(page.run('return window.asked.length'), 0, 'a page that nobody sees asks nothing')
    page.run("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'));")
    tap.ok(page.wait_text('came unseen', '.rows'), 'and asks when it is looked at again')


def hears_after_trouble(tap, team, page):
    """A gateway that stood still for seconds, and then said no, keeps nobody waiting for long afterwards."""
    page.run("""
const before = window.fetch;
window.trouble = 0;
window.fetch = (path, more) => {
  if (!String(path).includes('/incidents?') || window.trouble > 0) return before(path, more);
  window.trouble = 1;
  return new Promise((resolve) => setTimeout(() => resolve(new Response('{}', { status: 503 })), 4000));
};""")
    arrive(team, 'came while the gateway stood still')
    tap.ok(t.wait_for(lambda: page.run('return window.trouble') == 1, 10), 'a question waits long, and gets no answer')
    tap.ok(page.wait_text('came while the gateway stood still', '.rows', 20), 'it is asked again soon', page.text('.row'))
    page.run("""
const before = window.fetch, patience = AbortSignal.timeout;
AbortSignal.timeout = () => patience.call(AbortSignal, 1000);
window.trouble = 0;
window.fetch = (path, more) => {
  if (!String(path).includes('/incidents?') || window.trouble > 0) return before(path, more);
  window.trouble = 1;
  return new Promise((resolve, reject) => more.signal?.addEventListener('abort', () => reject(new TypeError('gone'))));
};""")
    arrive(team, 'came while the line was dead')
    tap.ok(t.wait_for(lambda: page.run('return window.trouble') == 1, 10), 'a question is never answered')
    tap.ok(page.wait_text('came while the line was dead', '.rows', 20), 'nor does the page wait for that for ever', page.text('.row'))


def is_left_often(tap, team, page):
    for _ in range(7):
        page.go('about:blank')
        page.go(team.site + '/#/')
        page.find('.row')
    page.run('scrollTo(0, document.documentElement.scrollHeight)')
    tap.ok(t.wait_for(lambda: page.run(LOOK)['last'] >= 100, 10), 'pages that were left keep no connection from the one that is there', page.run(LOOK))


def main():
    t.need_programs()
    why = b.why_not()
    if why is not None:
        t.skip_all(why)
    if t.program('tests/bench/search-store') is None:
        t.skip_all('tests/bench/search-store is not built')
    tap = t.Tap()
    team = Team(MANY, 1)
    os.makedirs(os.path.join(t.BUILD, 'screenshots'), exist_ok=True)
    page = team.open()
    scrolls(tap, page)
    stands_still(tap, team, page)
    keeps_choice(tap, team, page)
    comes_back(tap, page)
    page.go(team.site + '/#/?priority=urgent')
    tap.ok(t.wait_for(lambda: page.run("return document.querySelectorAll('.row').length") in (1, 2), 10), 'a filter shows what fits, and no more',
           page.run(LOOK))
    tap.ok(page.run("return document.querySelector('button.next').hidden"), 'without a way to more')
    asks_seldom(tap, team, page)
    hears_after_trouble(tap, team, page)
    is_left_often(tap, team, page)
    tap.equal([line for line in page.console() if 'favicon' not in line['message']], [], 'the browser complains of nothing')
    team.close()
    tap.done()


if __name__ == '__main__':
    main()
