#!/usr/bin/env python3
"""A day in the members' page, in Debian's Chromium: two members set themselves up with a second device; an encrypted report arrives
live in both windows; it is taken, read, discussed and answered; the reporter opens the answer with gpg and writes back; two members
change it at once; a second report is merged; it is handed over, found by a Japanese word, resolved, and opened again by a late mail.
Then the same queue by the keyboard alone, on a phone, and in Japanese. Screenshots are kept in the directory `screenshots`."""
import json
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'a sentence is fine'
ALICE = 'alice@reporter.example'
SUBJECT = '学内サーバーからの不審な通信'
REPORT = '133.1.2.77 のサーバーが踏み台にされているようです。hxxp://c2[.]example/gate\n'
ANSWER = 'ご連絡ありがとうございます。該当サーバーを隔離しました。'
SECOND = 'こちらでも 133.1.2.77 から総当たり攻撃を受けています。\n'
WORD = '総当たり攻撃'
PICTURES = os.path.join(t.BUILD, 'screenshots')
README_SHOWS = ('queue-en-1280', 'incident-ja-1280', 'overview-en-1280', 'queue-ja-390')  # go to $MADO_IMAGES, too


class Day:
    def __init__(self, tap):
        self.tap = tap
        port = b.free_port()
        self.demo = t.Demo(web='inet:127.0.0.1:%d' % port)
        self.site = 'http://127.0.0.1:%d' % port
        self.driver = b.Driver()
        self.gpg = t.Gpg()
        self.team_key = self.gpg.load(self.demo.team_key)[0]
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.secrets = {}
        key = self.demo.dir + '/alice.asc'
        with open(key, 'wb') as file:
            file.write(self.gpg.export(self.alice))
        tap.equal(self.demo.cli('keys', 'import', '--pin', key).status, 0, 'the reporter\'s key is known')
        os.makedirs(PICTURES, exist_ok=True)

    def come_in(self, login, role, name, **more):
        """With an invitation, a password of one's own and a second device."""
        self.demo.cli('members', 'add', login, '--role', role, '--name', name, '--languages', 'en')
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        page = self.driver.open(**more)
        self.secrets[login] = page.set_up('%s/#/invitation/%s' % (self.site, invitation), PASSWORD)
        self.tap.ok(page.wait_text('Queue', 'main h1'), '%s sets a password and a second device up, and is in' % login)
        return page

    def mail(self, text, subject, answers=None, encrypted=True, frm=ALICE):
        mid = t.message_id()
        headers = [('In-Reply-To', answers), ('References', answers)] if answers else []
        if encrypted:
            raw = t.pgp_encrypted(self.gpg, frm, t.TEAM, '...', t.text_entity(text), [self.team_key], self.alice, mid=mid, headers=headers,
                                  inner_subject=subject)
        else:
            raw = t.plain(frm, t.TEAM, subject, '', mid=mid, headers=headers, entity=t.text_entity(text))
        self.tap.equal(self.demo.send(raw, frm), [250], 'a mail of %s is taken' % frm)
        return mid

    def picture(self, page, name):
        path = os.path.join(PICTURES, name + '.png')
        page.screenshot(path)
        self.tap.ok(os.path.getsize(path) < 150000, 'the picture %s is small' % name, os.path.getsize(path))
        if os.environ.get('MADO_IMAGES') and name in README_SHOWS:
            shutil.copy(path, os.environ['MADO_IMAGES'])

    def open_row(self, page, subject):
        page.go(self.site + '/#/')
        page.again(lambda: page.run("[...document.querySelectorAll('.row')].find((r) => r.innerText.includes(arguments[0])).querySelector('a').click()", subject)
                   if page.wait_text(subject, 'main') else None)
        page.find('.thread')
        return page.run("return location.hash.split('/')[2]")


def unfold(page, words):
    page.find('.more')
    page.run("[...document.querySelectorAll('.more details')].forEach((d) => { d.open = d.querySelector('summary').innerText === arguments[0]; })", words)


def arrives(d, hanako, taro):
    tap = d.tap
    tap.ok('The queue is empty' in hanako.text('main'), 'an empty queue says so')
    d.mail(REPORT, SUBJECT)
    tap.ok(hanako.wait_text(SUBJECT, '.rows') and taro.wait_text(SUBJECT, '.rows'), 'a report appears live in both windows')
    row = hanako.text('.row')
    tap.ok('Encrypted' in row and 'Signed by the sender' in row and 'unread' in row, 'with its verdicts in words', row)


def is_worked_on(d, hanako, taro):
    tap = d.tap
    d.ticket = d.open_row(hanako, SUBJECT)
    hanako.click('.why summary')
    tap.ok(hanako.wait_text('triage.conf', '.why'), 'which rule decided what is a click away', hanako.text('.why'))
    d.open_row(taro, SUBJECT)
    tap.ok(taro.wait_text('Also looking at it: hanako', '.looking') and hanako.wait_text('Also looking at it: taro', '.looking', 30), 'each sees that the other looks at it')
    shown = hanako.text('.entry-in')
    tap.ok('133.1.2.77' in hanako.text('.stranger .text') and 'Signed by the sender' in hanako.text('.strip'), 'she reads what was encrypted', shown)
    tap.ok('133[.]1[.]2[.]77' in hanako.run("document.querySelector('.indicators').open = true; return document.querySelector('.indicators').innerText"),
           'indicators cannot be clicked')
    tap.equal(hanako.run("return document.querySelectorAll('.stranger a').length"), 0, 'nothing that a stranger wrote is a link')
    hanako.click('.actions button.main')
    tap.ok(t.wait_for(lambda: 'hanako' in hanako.text('.facts') and 'hanako' in taro.text('.facts'), 20), 'she takes it, and he sees it at once')
    # two at once: his page still has the version before her note
    taro.run("window.realFetch = fetch; window.fetch = (path, more) => (String(path).endsWith(location.hash.split('/')[2]) && (!more || more.method === 'GET') "
             "? new Promise(() => {}) : realFetch(path, more));")
    hanako.click('.write.note summary')
    hanako.type('[name=note]', '大学の担当者に電話した')
    hanako.click('.write.note button')
    tap.ok(hanako.wait_text('大学の担当者に電話した', '.thread'), 'her note stands in the thread')
    taro.choose('.actions select', 'waiting')
    tap.ok(taro.wait_text('Somebody else changed this meanwhile', '#notices'), 'he is told that she was faster')
    taro.ask('POST', '/refresh', {})
    tap.ok(taro.wait_text('大学の担当者に電話した', '.thread') and 'waiting' not in taro.text('.facts'), 'and nothing of hers was written over')


def is_drafted(d, hanako, taro):
    """A draft of hers is gone on with by him, and thrown away; a text that is ready; when it is due; and it is unread again."""
    tap = d.tap
    hanako.click('.write.reply summary')
    hanako.type('[name=reply]', '下書きです')
    hanako.click('.write.reply form > button[type=button]:not(.main)')
    tap.ok(taro.wait_text('下書きです', '.drafts'), 'a draft of hers appears before him')
    taro.click('.draft .buttons button:nth-of-type(2)')
    tap.ok(t.wait_for(lambda: taro.run("return document.querySelector('[name=reply]').value") == '下書きです', 20), 'he goes on with it')
    taro.type('[name=reply]', '書き直した下書き')
    taro.click('.write.reply form > button[type=button]:not(.main)')
    tap.ok(hanako.wait_text('書き直した下書き', '.drafts'), 'she sees what he wrote')
    hanako.click('.draft .buttons button:nth-of-type(3)')
    hanako.click('dialog button.main')
    tap.ok(t.wait_for(lambda: not taro.find_all('.draft'), 20), 'and throws it away')
    tap.ok(t.wait_for(lambda: hanako.run("return [...document.querySelectorAll('[name=canned] option')].some((o) => o.value === 'closing')"), 20), 'texts are ready')
    hanako.choose('[name=canned]', 'closing')
    tap.ok(t.wait_for(lambda: len(hanako.run("return document.querySelector('[name=reply]').value")) > 20, 20), 'and fill the reply')
    hanako.run("document.querySelector('.write.reply form').reset(); document.querySelector('.write.reply').open = false")
    hanako.type('.actions [name=due]', '4h')
    hanako.run("document.querySelector('.actions [name=due]').form.requestSubmit()")
    tap.ok(hanako.wait_text('Due', '.facts'), 'when it is due stands among the facts', hanako.text('.facts'))
    hanako.go(d.site + '/#/?due=true')
    tap.ok(hanako.wait_text('due in', '.row'), 'and in the queue', hanako.text('main'))
    d.open_row(hanako, SUBJECT)


def tokens_and_roles(d, hanako):
    tap = d.tap
    hanako.go(d.site + '/#/team')
    hanako.find('.tokens')
    hanako.run("document.querySelector('.tokens details').open = true")
    hanako.type('.tokens [name=name]', 'backup')
    hanako.click('.tokens form button')
    hanako.find('dialog .secret')
    tap.equal(len(hanako.text('dialog .secret')), 43, 'a token is shown')
    hanako.click('dialog button')
    tap.ok(hanako.wait_text('backup', '.tokens table') and 'read' in hanako.text('.tokens table'), 'and listed')
    hanako.click('.tokens table button')
    tap.ok(hanako.wait_text('There are none', '.tokens'), 'and taken back')
    hanako.choose('select[aria-label="Role of taro"]', 'commander')
    tap.ok(hanako.wait_text('taro is', '#notices'), 'she changes what he may')


def is_answered(d, hanako):
    tap = d.tap
    hanako.click('.write.reply summary')
    hanako.type('[name=reply]', ANSWER)
    hanako.click('.write.reply form > button[type=submit]')
    tap.ok(hanako.wait_text('Before it is sent', '.preview') and ALICE in hanako.text('.preview') and d.alice in hanako.text('.preview'),
           'before it is sent, she sees to whom and with which key', hanako.text('.write.reply'))
    before = {t.header(raw, 'Message-ID') for raw in d.demo.outgoing()}
    hanako.click('.write.reply button.main')
    raw = t.wait_for(lambda: next((r for r in d.demo.outgoing() if t.header(r, 'Message-ID') not in before), None), 30)
    opened = d.gpg.open_mail(raw)
    tap.ok(opened.encrypted and opened.good and ANSWER in opened.text, 'the reporter\'s gpg opens and verifies it', opened.status)
    last = "const e = [...document.querySelectorAll('.entry-out')].pop(); return e ? e.innerText : ''"
    tap.ok(t.wait_for(lambda: 'Written by hanako' in hanako.run(last) and hanako.run(last.replace('innerText', 'dataset.delivery')) == 'sent', 20),
           'its delivery stands in the thread', hanako.run(last))
    d.mail('隔離を確認しました。\n', 'Re: ' + SUBJECT, t.header(raw, 'Message-ID'))
    tap.ok(hanako.wait_text('隔離を確認しました', '.thread'), 'the reporter\'s answer appears below it by itself')


def is_finished(d, hanako, taro):
    tap = d.tap
    d.mail(SECOND, '別件', frm='carol@university.example', encrypted=False)
    hanako.go(d.site + '/#/')
    tap.ok(hanako.wait_text('別件', '.rows'), 'a second report of the same matter')
    d.open_row(hanako, '別件')
    unfold(hanako, 'Merge')
    hanako.type('[name=into]', d.ticket)
    hanako.click('.more details[open] button')
    tap.ok(t.wait_for(lambda: hanako.run('return location.hash') == '#/incidents/' + d.ticket, 20) and hanako.wait_text(WORD, '.thread'), 'is merged')
    hanako.wait_text(d.ticket, 'main .incident-top .ticket')  # the view of the other one is gone
    unfold(hanako, 'Hand over')
    hanako.choose('.more [name=to]', 'taro')
    hanako.type('.more [name=note]', 'ISP が九時に電話してくる')
    hanako.click('.more details[open] button')
    tap.ok(hanako.wait_text('taro', '.facts'), 'it is handed over')
    taro.go(d.site + '/#/search')
    taro.type('#q', WORD)
    taro.press('enter')
    tap.ok(taro.wait_text(d.ticket, '.rows'), 'it is found by a Japanese word', taro.text('main'))
    taro.click('.rows .subject')
    taro.find('.thread')
    tap.ok(t.wait_for(lambda: WORD in taro.run('return document.activeElement.innerText'), 20), 'and the entry in which it stands is gone to')
    taro.choose('.actions select', 'resolved')
    tap.ok(t.wait_for(lambda: 'resolved' in taro.text('.incident-top'), 20), 'it is resolved')
    d.mail('また通信が出ています。\n', 'Re: [EXCSIRT #%s] %s' % (d.ticket, SUBJECT))
    tap.ok(t.wait_for(lambda: 'open' in taro.text('.incident-top .state'), 30), 'a late mail opens it again, before his eyes')
    taro.size(1280, 760)
    d.picture(taro, 'incident-dark-1280')
    taro.go(d.site + '/#/overview')
    tap.ok(taro.wait_text('By state') and taro.run("return document.querySelectorAll('.plot rect').length") >= 30, 'the overview shows it in plots')


def by_keyboard(d, hanako):
    """Without a mouse, from the log-in on."""
    tap = d.tap
    hanako.go(d.site + '/#/')
    hanako.find('.row')
    hanako.press('j')
    tap.ok(hanako.run("return document.activeElement.closest('.row') !== null"), 'j goes to an incident')
    hanako.press('o')
    tap.ok(t.wait_for(lambda: hanako.find_all('.thread'), 20), 'o opens it')
    hanako.press('n')
    tap.equal(hanako.run('return document.activeElement.name'), 'note', 'n begins a note')
    hanako.press('escape')
    hanako.press('shift+?')
    tap.ok(hanako.wait_text('Keys', 'dialog'), '? shows the keys')
    hanako.press('escape')
    hanako.press('/')
    tap.ok(t.wait_for(lambda: hanako.run('return document.activeElement.id') == 'q', 20), '/ searches')
    hanako.go(d.site + '/#/')
    hanako.find('.row')
    order = []
    for _ in range(8):
        hanako.press('tab')
        order.append(hanako.run('return document.activeElement.innerText || document.activeElement.tagName'))
    there = hanako.run("return [...document.querySelectorAll('main a, main button, main summary')].filter((e) => e.checkVisibility()).slice(0, 8).map((e) => e.innerText)")
    tap.ok(len(there) == 8 and order == there, 'the focus goes as one reads', (order, there))


def own_views(d, hanako):
    """A filter gets a name, is there again after a reload, and goes when it is forgotten."""
    tap = d.tap
    hanako.go(d.site + '/#/?owner=taro&state=open')
    hanako.click('.keep-view')
    hanako.type('#view-name', 'Taro at work')
    hanako.press('enter')
    tap.ok(hanako.wait_text('Taro at work', '.own-views'), 'a view is kept under a name')
    hanako.go('about:blank')
    hanako.go(d.site + '/#/')
    hanako.click('.own-views a')
    tap.ok(t.wait_for(lambda: hanako.run('return location.hash') == '#/?state=open&owner=taro', 10), 'and leads there again')
    hanako.click('.own-views li button')
    tap.ok(t.wait_for(lambda: 'Taro at work' not in hanako.text('.own-views'), 10), 'until it is forgotten')


def on_a_phone(d, hanako):
    tap = d.tap
    for width in (320, 390):
        hanako.size(width, 740)
        for path in ('#/', '#/incidents/' + d.ticket, '#/search?q=' + 'x', '#/overview', '#/team'):
            hanako.go('%s/%s' % (d.site, path))
            hanako.find('main h1')
            wide = hanako.run('return document.documentElement.scrollWidth - innerWidth')
            tap.ok(wide <= 0, 'at %d pixels nothing of %s stands out' % (width, path), wide)
    hanako.size(1280, 900)


def in_two_languages(d, hanako):
    """Every view in both languages and two widths: looked at here by its words, and kept as pictures for people."""
    tap = d.tap
    words = {'en': ('Queue', 'Thread', 'Reply', 'Search for', 'By state'), 'ja': ('受付一覧', '外部からのメール', '返信', '検索', '状態別')}
    for language in ('en', 'ja'):
        hanako.choose('.language select', language)
        tap.ok(t.wait_for(lambda l=language: hanako.run('return document.documentElement.lang') == l, 20), 'the page speaks ' + language)
        for width in (1280, 390):
            hanako.size(width, 760 if width > 600 else 780)
            for view, path, ready in (('queue', '#/', '.row'), ('incident', '#/incidents/' + d.ticket, '.thread'), ('reply', '#/incidents/' + d.ticket, '.thread'),
                                      ('search', '#/search?q=' + WORD, '.rows li'), ('overview', '#/overview', '.plots')):
                hanako.go('%s/%s' % (d.site, path))
                hanako.find(ready)
                if view == 'reply':
                    hanako.run("document.querySelector('.write.reply').open = true; document.querySelector('.write.reply').scrollIntoView()")
                shown = hanako.run('return document.body.innerText + [...document.querySelectorAll("[aria-label]")].map((e) => e.ariaLabel).join(" ")')
                word = words[language][('queue', 'incident', 'reply', 'search', 'overview').index(view)]
                tap.ok(word in shown, '%s in %s at %d pixels' % (view, language, width), shown[:800])
                d.picture(hanako, '%s-%s-%d' % (view, language, width))
    hanako.size(1280, 900)
    hanako.choose('.language select', 'en')


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    d = Day(tap)
    hanako = d.come_in('hanako', 'administrator', 'Hanako Sato')
    taro = d.come_in('taro', 'handler', 'Taro Suzuki', dark=True)
    arrives(d, hanako, taro)
    is_worked_on(d, hanako, taro)
    is_drafted(d, hanako, taro)
    is_answered(d, hanako)
    is_finished(d, hanako, taro)
    tokens_and_roles(d, hanako)
    by_keyboard(d, hanako)
    own_views(d, hanako)
    on_a_phone(d, hanako)
    in_two_languages(d, hanako)
    hanako.click('.own > button:last-of-type')
    tap.ok(hanako.wait_text('Password'), 'she logs out')
    hanako.type('#login', 'hanako')
    hanako.type('#password', PASSWORD)
    hanako.type('#code', w.totp(d.secrets['hanako'], time.time() + 30))
    hanako.click('form.entrance button[type=submit]')
    tap.ok(hanako.wait_text('Queue', 'main h1'), 'and in again with password and code')
    for page, who in ((hanako, 'hanako'), (taro, 'taro')):
        bad = [line['message'] for line in page.console() if '401' not in line['message'] and '412' not in line['message']]
        tap.equal(bad, [], 'the browser of %s complained of nothing' % who)
    d.driver.close()
    tap.equal(d.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
