#!/usr/bin/env python3
"""The members' page in the member's language, in Debian's Chromium: who reads Japanese first gets it at once; no English sentence of the
page is left in any view; dates, numbers and the page's own language follow; a choice is made live, before and after logging in, and stays;
nothing is wider than a phone."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madoevents as events  # noqa: E402
import madoqr as qr  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
PICTURES = os.path.join(t.BUILD, 'screenshots')
VIEWS = {'': '受付一覧', 'search?q=%E5%A0%B1%E5%91%8A': '検索', 'overview': '概況', 'team': 'チーム', 'policy?ticket=1': '方針'}
# What stands so in a file, or is typed so, is the same in every language.
OPEN_ALL = ("document.querySelectorAll('details').forEach((one) => { one.open = true; }); const words = [...document.querySelectorAll('[translate=no]')];"
            "words.forEach((one) => { one.hidden = true; }); const text = document.body.innerText; words.forEach((one) => { one.hidden = false; }); return text")
UNSAID = ("const said = [...document.querySelectorAll('.settings td:nth-child(4)')].map((one) => one.firstChild.textContent);"
          "return [said.length > 130, said.filter((one) => !/[\\u3040-\\u30ff\\u4e00-\\u9fff]/.test(one))]")
CHOOSE = "const s = document.querySelector('.language select'); s.value = arguments[0]; s.dispatchEvent(new Event('change')); return 1"


def left_over(text, words):
    """Lines of @text that are an English sentence of the page."""
    english = {sentence for sentence, said in words.items() if said != sentence and '{' not in sentence}
    patterns = [re.compile(re.sub(r'\\\{[a-z]+\\\}', '.+', re.escape(sentence))) for sentence, said in words.items()
                if '{' in sentence and re.search('[A-Za-z]{4}', re.sub(r'\{[a-z]+\}', '', sentence))]
    return [line for line in (one.strip() for one in text.split('\n'))
            if line in english or any(pattern.fullmatch(line) for pattern in patterns if re.search('[A-Za-z]{4}', line))]


def begin(demo, page, site, login, *more):
    """As far as the second device."""
    demo.cli('members', 'add', login, *more)
    invitation = json.loads(demo.cli('members', 'invite', login, '--json').out)['invitation']
    page.go('%s/#/invitation/%s' % (site, invitation))
    page.type('#password', PASSWORD)
    page.click('form.entrance button[type=submit]')
    page.find('#secret')


def check_code(tap, demo, page, site, words):
    """The QR code of a second device is read from the screen: on a desk and on the narrowest phone, light and dark."""
    begin(demo, page, site, 'saburo')
    tap.equal(left_over(page.run(OPEN_ALL), words), [], 'no English is left where a second device is set up')
    uri = page.run("return document.querySelector('details .secret').textContent")
    tap.ok(uri.startswith('otpauth://totp/') and page.text('#secret').replace(' ', '') in uri, 'the secret stands there as text and as an address', [uri])
    tap.equal(page.run("const one = document.querySelector('main svg'); return one && [one.getAttribute('role'), one.getAttribute('aria-label')]"),
              ['img', '下の鍵の QR コード'], 'and as a picture, which says what it is')
    os.makedirs(PICTURES, exist_ok=True)
    for scheme in ('light', 'dark'):
        page.ask('POST', '/goog/cdp/execute', {'cmd': 'Emulation.setEmulatedMedia', 'params': {
            'features': [{'name': 'prefers-color-scheme', 'value': scheme}]}})
        for wide in (1280, 320):
            page.size(wide, 900)
            tap.ok(page.run('return document.documentElement.scrollWidth - innerWidth') <= 0, 'nothing is too wide at %d pixels, %s' % (wide, scheme))
            path = os.path.join(PICTURES, 'second-device-%s-%d.png' % (scheme, wide))
            page.screenshot(path, whole=True)
            if qr.why_not():
                tap.skip('the picture can be read', qr.why_not())
            else:
                tap.equal(qr.read(path), [uri], 'the picture can be read')


def come_in(demo, page, site):
    begin(demo, page, site, 'hanako', '--role', 'administrator', '--name', '佐藤 花子', '--languages', 'zh,ja,en')
    page.type('#code', w.totp(page.text('#secret').replace(' ', '')))
    page.click('form.entrance button[type=submit]')


def check_work(tap, demo, page, site, words):
    """A thread with lines of every kind, why it was decided so, and categories by their names."""
    demo.cli('members', 'add', 'root', '--role', 'administrator')
    raw = t.plain('jiro@reporter.example', t.TEAM, '迷惑メールの報告', '窓口御中\n\n迷惑メールが届きました。\n', mid=t.message_id())
    tap.equal(demo.send(raw, 'jiro@reporter.example'), [250], 'another mail is taken')
    t.wait_for(lambda: len(demo.cli('list', '--json').lines) == 2, 30)
    other, first = (one['number'] for one in sorted(demo.cli('list', '--json').lines, key=lambda one: one['number'], reverse=True))
    tap.equal(events.work(demo, first, other), [], 'it is worked on in every way')
    page.go('%s/#/incidents/%s' % (site, first))
    tap.ok(page.wait_text('自動応答: 平文 (日本語、内容なし)', 'main') and page.wait_text('下書きを始めました', 'main'), 'the page tells it in Japanese')
    page.run(OPEN_ALL)
    tap.ok(page.wait_text('ルール intrusion', 'main'), 'and why it was decided so')
    text = page.run(OPEN_ALL)
    own = events.pieces(demo.show(first))
    tap.equal((sorted(piece for piece in own if piece in text), left_over(text, words)), ([], []), 'no sentence of the gateway is in English')
    for said in ('状態: 回答待ち (変更前: 対応中)。それを待つ', 'root から hanako に引き継ぎました。よろしく', '閲覧を次のメンバーに限定しました: root。関係者のみ',
                 '分類: フィッシング (変更前: システムの侵害)', '件名に「不正アクセス」', 'システムの侵害 intrusions:system-compromise'):
        tap.ok(said in text, 'but: ' + said, [text])
    page.type('[name=reply]', '対応します。')
    page.run("document.querySelector('[name=reply]').form.requestSubmit()")
    tap.ok(page.wait_text('このアドレス宛ての暗号化に使える鍵がありません', '.preview'), 'a preview says why it would not go', page.text('.preview'))
    tap.equal(re.findall('[A-Za-z-]*[Pp]lain[A-Za-z-]*|no key', page.text('.preview')), [], 'without a word of the command line')
    problem = "return fetch('/api/v1/incidents/9999').then((answer) => answer.json()).then((one) => one.detail)"
    tap.ok('no such ticket' in (page.run(problem) or ''), 'while its JSON is the same in every language')


def look(tap, page, site, words):
    for wide in (1280, 360):
        page.size(wide, 900)
        for view, title in VIEWS.items():
            page.go('%s/#/%s' % (site, view))
            tap.ok(page.wait_text(title, 'main h1'), '%s, %d pixels wide: %s' % (view.split('?')[0] or 'queue', wide, title))
            text = page.run(OPEN_ALL)
            tap.equal(left_over(text, words), [], 'no English is left in it')
            tap.ok(page.run('return document.documentElement.scrollWidth - innerWidth') <= 0, 'nor is it too wide')
            if view.startswith('policy'):
                tap.equal(page.run(UNSAID), [True, []], 'what each setting means is said in Japanese')
        page.go(site + '/#/')
        page.find('.row a')
        page.run("document.querySelector('.row a').click(); return 1")
        tap.ok(page.wait_text('ゲートウェイによる自動送信', 'main'), 'an incident, %d pixels wide' % wide)
        text = page.run(OPEN_ALL)
        tap.equal(left_over(text, words), [], 'no English is left in it')
        tap.ok(re.search(r'20\d\d/\d\d/\d\d \d{1,2}:\d\d', text), 'dates as they are written in Japanese', [text])
        tap.ok(page.run('return document.documentElement.scrollWidth - innerWidth') <= 0, 'nor is it too wide')


def main():
    why = b.why_not()
    if why:
        t.skip_all(why)
    tap = t.Tap()
    port = b.free_port()
    demo = t.Demo(web='inet:127.0.0.1:%d' % port)
    site = 'http://127.0.0.1:%d' % port
    driver = b.Driver()
    try:
        page = driver.open()
        come_in(demo, page, site)
        tap.ok(page.wait_text('受付一覧', 'main h1'), 'the first of the member\'s languages that there is')
        tap.equal(page.run('return document.documentElement.lang'), 'ja', 'and the document says so')
        raw = t.plain('taro@reporter.example', t.TEAM, '不正アクセスの報告', '窓口御中\n\n133.1.2.77 から攻撃を受けています。\n', mid=t.message_id())
        tap.equal(demo.send(raw, 'taro@reporter.example'), [250], 'a mail is taken')
        tap.ok(page.wait_text('不正アクセスの報告', 'main'), 'and appears')
        words = page.run("return fetch('/words.ja.json').then((answer) => answer.json())")
        tap.ok(len(words) > 300 and left_over('Nothing fits these filters.\n5 unread\nx', words) == ['Nothing fits these filters.', '5 unread'],
               'English would be found')
        # nobody can write a text that takes the page long to find among its sentences
        took = page.run("return import('/words.js').then(({ understood }) => ['  ', ' ', ': ', 'a  b  expires ', '  1 bytes, '].map((piece) => {"
                        " const begun = performance.now(); understood(`x${piece.repeat(1300 / piece.length)}\\n`); return performance.now() - begun; }))")
        tap.ok(max(took) < 500 * t.slowness(), 'a text of spaces and signs costs no more than others', took)
        tap.ok('no such ticket' not in page.run("return import('/words.js').then(({ understood }) => understood('2026-000001: no such ticket'))"),
               'while a sentence of ours with a value in it is found')
        check_code(tap, demo, driver.open(language='ja'), site, words)
        check_work(tap, demo, page, site, words)
        look(tap, page, site, words)

        page.go(site + '/#/team')
        page.find('.zone select')
        joined = page.run("return document.querySelector('.audit td').textContent")
        page.run("const s = document.querySelector('.zone select'); s.value = 'device'; s.dispatchEvent(new Event('change')); return 1")
        tap.ok(t.wait_for(lambda: page.run("const one = document.querySelector('.audit td'); return one && one.textContent") not in (joined, None), 10),
               'times in the zone of the device, at once')
        page.run('location.reload(); return 1')
        page.find('.zone select')
        tap.equal(page.run("return document.querySelector('.zone select').value"), 'device', 'and it stays')
        page.go(site + '/#/overview')
        page.wait_text('概況', 'main h1')
        page.click('.menu')
        page.run(CHOOSE, 'en')
        tap.ok(page.wait_text('Overview', 'main h1'), 'English, at once')
        tap.equal(page.run('return [document.documentElement.lang, document.activeElement.tagName]'), ['en', 'SELECT'], 'and the choice keeps the focus')
        page.run('location.reload(); return 1')
        tap.ok(page.wait_text('By state', 'main'), 'it stays when the page is loaded again')
        page.run("document.querySelector('.own > button:last-child').click(); return 1")
        tap.ok(page.wait_text('Password', 'main'), 'and when he logs out')
        page.run(CHOOSE, 'ja')
        tap.ok(page.wait_text('パスワード', 'main'), 'whoever is not in yet chooses, too, and stays where he is')
        page.type('#login', 'nobody')
        page.type('#password', PASSWORD)
        page.type('#code', '000000')
        page.click('form.entrance button[type=submit]')
        tap.ok(page.wait_text('ログイン名、パスワード、コードのいずれかが違います', 'main'), 'why the gateway says no is said in Japanese')
    finally:
        driver.close()
        demo.stop()
    tap.done()


main()
