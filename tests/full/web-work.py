#!/usr/bin/env python3
"""What members do in the page beside the plain day, in Debian's Chromium: four eyes on every answer, with a reason when it is sent back;
held mails seen, tried again, let in, thrown away; merged, linked and handed over without losing the focus; a restricted incident that
others see only as such; a conflict; and nothing that was written is lost: not by a note that was refused, another view or language,
nor by a session that ends, nor by a keeper that starts anew."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'a sentence is fine'
SUBJECT = 'Scans from 133.1.2.77'
SECOND = 'Much the same again'
ANSWER = 'Thank you. We block it from now on.'
CLICK = ("const one = [...document.querySelectorAll(arguments[0])].find((e) => e.checkVisibility() && e.textContent.trim() === arguments[1]);"
         "if (!one) return false; one.scrollIntoView({block: 'center'}); one.focus(); one.click(); return true")
FOCUS = ("const e = document.activeElement; return e === document.body || !e.checkVisibility() ? '' : e.tagName + ' ' + (e.innerText || e.name || '').slice(0, 40)")


class Work:
    def __init__(self, tap):
        self.tap = tap
        port = b.free_port()
        self.demo = t.Demo(web='inet:127.0.0.1:%d' % port, conf={('reply', 'approval'): 'all'})
        self.site = 'http://127.0.0.1:%d' % port
        self.driver = b.Driver()
        self.secrets, self.used = {}, {}

    def come_in(self, login, role, **more):
        self.demo.cli('members', 'add', login, '--role', role, '--languages', 'en')
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        page = self.driver.open(**more)
        self.secrets[login] = page.set_up('%s/#/invitation/%s' % (self.site, invitation), PASSWORD)
        page.wait_text('Queue', 'main h1')
        return page

    def mail(self, subject, text, frm):
        mid = t.message_id()
        self.tap.equal(self.demo.send(t.plain(frm, t.TEAM, subject, text, mid=mid), frm), [250], 'a mail of %s is taken' % frm)
        return mid

    def button(self, page, where, words, name=None):
        """Presses a button by what it says, as one who reads."""
        done = t.wait_for(lambda: page.again(lambda: page.run(CLICK, where, words)), 15)
        if not done:
            self.tap.ok(False, name or 'there is "%s"' % words, page.text('body')[-1500:])
        return done

    def open(self, page, ticket):
        page.go('%s/#/incidents/%s' % (self.site, ticket))
        t.wait_for(lambda: ticket in page.text('main .incident-top .ticket') and page.find_all('.writing'), 20)

    def has_focus(self, page, why):
        self.tap.ok(t.wait_for(lambda: page.run(FOCUS), 5), 'the focus is somewhere: ' + why, page.run('return document.activeElement.outerHTML.slice(0, 200)'))


def begin(work, hanako):
    for subject, frm in ((SUBJECT, 'owner@reporter.example'), (SECOND, 'other@reporter.example')):
        work.mail(subject, 'see there\n', frm)
    hanako.wait_text(SECOND, '.rows')
    numbers = {one['subject']: one['number'] for one in hanako.run_async(
        "const done = arguments[0]; fetch('/api/v1/incidents').then((a) => a.json()).then((a) => done(a.items))")}
    return numbers[SUBJECT], numbers[SECOND]


def four_eyes(work, hanako, taro, first):
    tap = work.tap
    work.open(hanako, first)
    hanako.choose('.actions select', 'rejected')
    hanako.find('dialog[open]')
    hanako.press('escape')
    tap.ok(t.wait_for(lambda: hanako.run("return document.querySelector('.actions select').value") == 'new', 5), 'a rejection that is given up leaves the state as it was, in sight, too')
    hanako.press('r')
    tap.equal(hanako.run('return document.activeElement.name'), 'reply', 'r begins a reply')
    hanako.type('[name=reply]', ANSWER)
    hanako.run("document.querySelector('[name=plain_ok]').click()")
    hanako.run("document.querySelector('[name=reply]').form.requestSubmit()")
    hanako.click('.write.reply button.main')
    tap.ok(hanako.wait_text('Another member has to approve it first', '#notices'), 'her answer needs another member')
    tap.equal(hanako.run("return document.querySelector('[name=reply]').value"), '', 'and is handed in')
    work.open(taro, first)
    tap.ok(taro.wait_text(ANSWER, '.drafts'), 'he reads it', taro.text('main'))
    tap.ok('It may go in the clear' in taro.text('.draft .wishes'), 'and that it may go in the clear', taro.text('.drafts'))
    work.button(taro, '.draft button', 'Send it back')
    taro.find('dialog[open]')
    tap.ok(taro.run("return document.activeElement.closest('dialog') !== null"), 'a dialog takes the focus')
    taro.press('tab', 'tab', 'tab', 'tab', 'tab')
    tap.ok(taro.run("const e = document.activeElement; return e === document.body || e.closest('dialog') !== null"), 'and does not let it into what lies below')
    taro.press('escape')
    tap.ok(t.wait_for(lambda: taro.run(FOCUS) == 'BUTTON Send it back', 5), 'and gives it back', taro.run(FOCUS))
    work.button(taro, '.draft button', 'Send it back')
    taro.type('dialog [name=why]', 'say when')
    taro.click('dialog button.main')
    tap.ok(hanako.wait_text('say when', '.drafts'), 'she sees why it came back')
    work.has_focus(taro, 'after something was sent back')
    work.button(hanako, '.draft button', 'Go on writing')
    tap.ok(t.wait_for(lambda: hanako.run("return document.querySelector('[name=reply]').value") == ANSWER, 10), 'she goes on with it')
    hanako.type('[name=reply]', ' Since noon.', clear=False)
    hanako.run("document.querySelector('[name=reply]').form.requestSubmit()")
    hanako.click('.write.reply button.main')
    tap.ok(taro.wait_text('Since noon.', '.drafts'), 'and hands it in again')
    before = len(work.demo.outgoing())
    work.button(taro, '.draft button', 'Approve and send')
    taro.click('dialog button.main')
    tap.ok(t.wait_for(lambda: len(work.demo.outgoing()) > before and not taro.find_all('.draft'), 20), 'what he approves goes out')
    work.has_focus(taro, 'after it was approved, and its button is gone')


def held(work, hanako, first):
    tap = work.tap
    for name in ('one', 'two', 'three'):
        work.mail('Re: [EXCSIRT #%s] hello' % first, 'let me in\n', name + '@stranger.example')
    tap.ok(t.wait_for(lambda: work.demo.account()['states']['held'] == 3, 20), 'three strangers who name the ticket are held', work.demo.account())
    hanako.go(work.site + '/#/team')
    tap.ok(hanako.wait_text('it names a ticket, where its sender is not known', '[aria-labelledby=held-title]'), 'why they are held is said in words', hanako.text('main'))
    row = "[...document.querySelectorAll('section[aria-labelledby=held-title] tbody tr')].find((r) => r.innerText.includes('%s@'))"

    def press(name, words):
        def act():
            return hanako.run("const r = " + row % name + "; const b = r && [...r.querySelectorAll('button')].find((b) => b.innerText === arguments[0]);"
                              "if (!b) return false; b.focus(); b.click(); return true", words)
        tap.ok(t.wait_for(act, 15), '"%s" for %s' % (words, name), hanako.text('main'))

    def gone(name):
        return t.wait_for(lambda: not hanako.run("return Boolean(%s)" % (row % name)), 15)
    press('one', 'What is wrong')
    tap.ok(t.wait_for(lambda: 'hello' in (hanako.run("return (%s || {}).innerText" % (row % 'one')) or ''), 10), 'shows the subject that it claims', hanako.text('main'))
    press('three', 'Try again')
    said = t.wait_for(lambda: hanako.text('#notices [role=status]'), 10)
    tap.ok(said and t.wait_for(lambda: hanako.run("return Boolean(%s)" % (row % 'three')), 15), 'nothing changed: it is held again, and there by itself', (said, hanako.text('#notices'), hanako.text('main')[-300:]))
    work.has_focus(hanako, 'after it was tried again')
    press('one', 'Let it in')
    hanako.click('dialog button.main')
    tap.ok(gone('one') and hanako.wait_text(first, '#notices'), 'it is in the ticket now')
    work.has_focus(hanako, 'after its row went')
    press('two', 'Throw it away')
    hanako.click('dialog .buttons button:not(.main)')
    tap.ok(not t.wait_for(lambda: not hanako.run("return Boolean(%s)" % (row % 'two')), 0.5), 'who does not mean it throws nothing away')
    press('two', 'Throw it away')
    hanako.click('dialog button.main')
    tap.ok(gone('two'), 'who does, does')
    tap.equal(work.demo.account()['states']['dropped_by_member'], 1, 'and it is counted')


def unfold(page, words):
    page.find('.more')
    page.run("const d = [...document.querySelectorAll('.more details')].find((d) => d.querySelector('summary').innerText === arguments[0]);"
             "d.open = true; d.querySelector('summary').focus(); d.querySelector('input, select').focus()", words)


def together(work, hanako, taro, first, second):
    tap = work.tap
    work.open(hanako, second)
    unfold(hanako, 'Link')
    hanako.type('.more details[open] [name=other]', first)
    hanako.press('enter')
    tap.ok(hanako.wait_text(first, '.relations'), 'two incidents are linked')
    work.has_focus(hanako, 'after a link')
    work.button(hanako, '.actions button', 'Take it')
    tap.ok(hanako.wait_text('hanako', '.facts'), 'it is hers')
    work.has_focus(hanako, 'after the button that was pressed went')
    unfold(hanako, 'Hand over')
    hanako.choose('.more details[open] [name=to]', 'taro')
    hanako.type('.more details[open] [name=note]', 'the provider calls back')
    hanako.press('enter')
    tap.ok(hanako.wait_text('taro', '.facts') and taro.wait_text('1', 'body'), 'and handed over', hanako.text('.facts'))
    work.has_focus(hanako, 'after that, too')
    unfold(hanako, 'Restrict')
    hanako.run("document.querySelector('.more details[open] [name=member][value=taro]').click(); document.querySelector('.more details[open] [name=member][value=hanako]').click()")
    hanako.type('.more details[open] [name=reason]', 'the police asked')
    hanako.press('enter')
    tap.ok(hanako.wait_text('Restricted to', '.facts'), 'it is restricted', (hanako.text('.facts'), hanako.text('.more'), hanako.text('#notices')))


def veiled(work, jiro, second):
    tap = work.tap
    jiro.go(work.site + '/#/')
    tap.ok(jiro.wait_text('Restricted to named members', '.rows') and SECOND not in jiro.text('main'), 'who is not named sees that there is one', jiro.text('main'))
    jiro.go('%s/#/incidents/%s' % (work.site, second))
    tap.ok(jiro.wait_text('exists, and is for named members only', 'main'), 'and is told whom to ask')
    shown = jiro.run('return document.documentElement.outerHTML')
    tap.ok(SECOND not in shown and 'police' not in shown and not jiro.find_all('.thread, .writing, .actions'), 'and nothing else, in no corner of the page')
    jiro.press('r')
    tap.equal([line for line in jiro.console() if '401' not in line['message']], [], 'its keys harm nobody')


def conflict(work, hanako, first):
    """Somebody else changed it in a moment that this page did not hear of."""
    tap = work.tap
    work.open(hanako, first)
    hanako.run("window.realFetch = fetch; window.deaf = true; window.fetch = (path, more) => (window.deaf && /incidents\\/[0-9-]+$/.test(path) && (!more || more.method === 'GET')"
               "? new Promise((done) => { const wait = () => (window.deaf ? setTimeout(wait, 50) : done(realFetch(path, more))); wait(); }) : realFetch(path, more));")
    status = hanako.run_async("const done = arguments[1]; realFetch('/api/v1/session').then((a) => a.json()).then((s) => realFetch('/api/v1/incidents/' + arguments[0] + '/note',"
                              "{method: 'POST', headers: {'Content-Type': 'application/json', 'X-Madoguchi-Proof': s.proof}, body: '{\"text\": \"from elsewhere\"}'})).then((a) => done(a.status))", first)
    tap.ok(status in (200, 204), 'it is changed behind the page', status)
    hanako.press('n')
    hanako.type('[name=note]', 'must not be lost')
    hanako.run("document.querySelector('[name=note]').form.requestSubmit(); window.deaf = false")
    said = hanako.wait_text('Somebody else changed this meanwhile', '#notices')
    tap.ok(hanako.wait_text('from elsewhere', '.thread'), 'what the other one did is shown')
    tap.ok(not t.wait_for(lambda: hanako.run("return document.querySelector('[name=note]').value") != 'must not be lost', 0.5), 'a note that is refused stays in its field')
    tap.ok(said, 'and the page says why', hanako.text('#notices'))
    tap.ok(hanako.run("return document.querySelector('#notices [role=alert] .notice') !== null"), 'as something that failed')
    hanako.run("window.fetch = window.realFetch; document.querySelector('#notices button').click()")


def not_lost(work, hanako, first, second):
    tap = work.tap
    work.open(hanako, first)
    hanako.run("document.querySelector('.write.note form').reset(); document.activeElement.blur()")
    hanako.press('r')
    hanako.type('[name=reply]', 'half a rep')
    hanako.type('[name=to]', 'owner@reporter.example')
    hanako.run("document.querySelector('[name=waiting]').click()")
    hanako.press('escape', 'n')
    hanako.type('[name=note]', 'half a note')
    wanted = ['half a rep', 'owner@reporter.example', True, 'half a note']
    read = ("const v = (n) => document.querySelector('[name=' + n + ']'); return v('reply') && [v('reply').value, v('to').value, v('waiting').checked, v('note').value]")
    tap.equal(hanako.run(read), wanted, 'a reply and a note are begun')
    hanako.choose('.language select', 'ja')
    tap.ok(t.wait_for(lambda: '返信' in hanako.text('.write.reply summary'), 10), 'the language changes')
    tap.equal(hanako.run(read), wanted, 'and all of it is still there')
    tap.ok(hanako.run("return document.querySelector('.write.reply').open && document.querySelector('.write.note').open"), 'and in sight')
    hanako.choose('.language select', 'en')
    t.wait_for(lambda: 'Reply' in hanako.text('.write.reply summary'), 10)
    work.open(hanako, second)
    tap.equal(hanako.run(read), ['', '', False, ''], 'another ticket does not have it')
    tap.ok(first in hanako.text('#unsent'), 'the top says where it waits', hanako.text('#top'))
    hanako.click('#unsent a')
    t.wait_for(lambda: first in hanako.text('main .incident-top .ticket'), 10)
    tap.equal(hanako.run(read), wanted, 'and leads there')
    tap.ok(hanako.run("const e = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(e); return e.defaultPrevented"), 'the window does not close just so')
    # the session ends, by an administrator
    hanako.run_async("const done = arguments[0]; fetch('/api/v1/session').then((a) => a.json()).then((s) => fetch('/api/v1/members/hanako/log-out',"
                     "{method: 'POST', headers: {'Content-Type': 'application/json', 'X-Madoguchi-Proof': s.proof}, body: '{}'})).then((a) => done(a.status))")
    tap.ok(hanako.wait_text('The session has ended', 'main', 30), 'the session ends, and the page says so by itself', hanako.text('body'))
    tap.equal(hanako.run("return document.querySelector('#login').value"), 'hanako', 'and knows who it was')
    tap.ok('half a' not in hanako.run("return document.body.innerText + [...document.querySelectorAll('input, textarea')].map((e) => e.value).join()"), 'what was written is not in sight meanwhile')
    hanako.type('#password', PASSWORD)
    hanako.type('#code', w.totp(work.secrets['hanako'], time.time() + 30))
    hanako.click('form.entrance button[type=submit]')
    tap.ok(t.wait_for(lambda: hanako.run(read) == wanted, 20), 'she logs in again, and goes on where she was', (hanako.run(read), hanako.text('body')[:500]))
    work.button(hanako, '.write.reply button', 'Throw it away')
    hanako.click('dialog button.main')
    tap.equal(hanako.run(read)[:3], ['', '', False], 'thrown away is gone')
    hanako.run("document.querySelector('[name=note]').form.requestSubmit()")
    tap.ok(hanako.wait_text('half a note', '.thread'), 'the note is added')
    tap.ok(t.wait_for(lambda: hanako.run("const e = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(e); return !e.defaultPrevented && document.querySelector('#unsent').hidden"), 10),
           'and nothing keeps the window any more')


def begun_again(work, hanako, first):
    tap = work.tap
    work.open(hanako, first)
    hanako.press('n')
    hanako.type('[name=note]', 'written before it went')
    work.demo.kill_role('keeper')
    work.demo.kill_role('web')
    tap.ok(t.wait_for(lambda: hanako.run("return document.querySelector('#away').checkVisibility()"), 30), 'the page says that the gateway is away', hanako.text('body'))
    tap.ok(hanako.wait_text('The gateway is there again', '#notices', 30), 'and that it is there again')
    tap.ok(t.wait_for(lambda: hanako.run("return document.querySelector('#away').hidden"), 10), 'the warning goes')
    work.mail('Re: [EXCSIRT #%s] more' % first, 'after the restart\n', 'owner@reporter.example')
    tap.ok(hanako.wait_text('after the restart', '.thread', 30), 'what comes then appears by itself', (hanako.text('#notices'), hanako.text('.thread')[-300:], hanako.console(), work.demo.log()[-1500:]))
    tap.equal(hanako.run("return document.querySelector('[name=note]').value"), 'written before it went', 'what was written stands')
    hanako.run("document.querySelector('[name=note]').form.requestSubmit()")
    tap.ok(hanako.wait_text('written before it went', '.thread'), 'and is taken')
    tap.ok(t.wait_for(lambda: not hanako.find_all('#notices .done'), 15), 'what was done goes from the view by itself')


def on_a_phone(work, hanako, first):
    """One row at the top, everything large enough for a finger, nothing too wide: also with letters of twice the size."""
    tap = work.tap
    for width in (390, 320):
        hanako.size(width, 780)
        work.open(hanako, first)
        tall = hanako.run("return document.querySelector('#top').offsetHeight")
        tap.ok(tall <= 60, 'at %d pixels the top is one row' % width, tall)
        hanako.click('#top .menu')
        tap.ok(hanako.run("return [...document.querySelectorAll('#own button')].every((e) => e.checkVisibility())"), 'its menu opens')
        hanako.press('escape')
        tap.equal(hanako.run("return [document.querySelector('#own').checkVisibility(), document.activeElement.className]"), [False, 'menu'], 'and closes, and has the focus')
        for path in ('', 'incidents/' + first, 'search?q=there', 'overview', 'team'):
            hanako.go('%s/#/%s' % (work.site, path))
            hanako.find('main h1')
            small = hanako.run("document.querySelectorAll('main details').forEach((d) => { d.open = true; });"
                               "return [...document.querySelectorAll('main :is(a, button, select, input, summary), #top :is(a, button)')].filter((e) => e.checkVisibility()"
                               "&& !e.closest('p, dd, li li')).map((e) => [e.tagName, e.innerText, e.closest('label') || e]).map(([a, b, e]) => [a, b, e.getBoundingClientRect()])"
                               ".filter(([, , r]) => r.height > 0 && (r.height < 24 || r.width < 24)).map(([a, b, r]) => a + ' ' + b + ' ' + r.width + 'x' + r.height)")
            tap.equal(small, [], 'everything in %s can be pressed with a finger' % (path or 'the queue'))
            hanako.run("document.documentElement.style.fontSize = '200%'")
            wide = hanako.run('return document.documentElement.scrollWidth - innerWidth')
            hanako.run("document.documentElement.style.fontSize = ''")
            tap.ok(wide <= 0, 'and read in letters of twice the size', wide)
    hanako.size(1280, 900)


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    work = Work(tap)
    hanako = work.come_in('hanako', 'administrator')
    taro = work.come_in('taro', 'handler')
    first, second = begin(work, hanako)
    four_eyes(work, hanako, taro, first)
    held(work, hanako, first)
    together(work, hanako, taro, first, second)
    veiled(work, work.come_in('jiro', 'handler'), second)
    conflict(work, hanako, first)
    not_lost(work, hanako, first, second)
    begun_again(work, hanako, first)
    on_a_phone(work, hanako, first)
    work.driver.close()
    tap.equal(work.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
