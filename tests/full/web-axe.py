#!/usr/bin/env python3
"""axe-core on the views and dialogs of the members' page, light and dark, on a desk and on a phone: it finds nothing, not even what is minor. npm
fetches axe-core into the build directory, as tests/full/axe pins it; without npm or its registry this is skipped."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'a sentence is fine'
ALICE = 'alice@reporter.example'
SUBJECT = 'what was encrypted'
EXCUSED = {}  # what axe-core finds and we keep: its name -> why


def fetch():
    """(axe-core's text, None), or (None, why not)."""
    if shutil.which('npm') is None:
        return None, 'npm is not installed'
    folder = os.path.join(t.BUILD, 'tests', 'full', 'axe-js')
    os.makedirs(folder, exist_ok=True)
    for name in ('package.json', 'package-lock.json'):
        shutil.copyfile(os.path.join(t.SRC, 'tests', 'full', 'axe', name), os.path.join(folder, name))
    try:
        done = subprocess.run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', os.path.join(folder, 'cache')],
                              cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        return None, 'npm does not reach its registry'
    if done.returncode != 0:
        if b'EINTEGRITY' in done.stderr:
            raise SystemExit('axe-core is not what was pinned: ' + done.stderr.decode()[-500:])
        return None, 'npm ci failed: ' + done.stderr.decode('utf-8', 'replace')[-200:].replace('\n', ' ')
    with open(os.path.join(folder, 'node_modules', 'axe-core', 'axe.min.js'), encoding='utf-8') as file:
        return file.read(), None


class Look:
    def __init__(self, tap, axe):
        self.tap, self.axe = tap, axe
        port = b.free_port()
        self.demo = t.Demo(web='inet:127.0.0.1:%d' % port, conf={('reply', 'approval'): 'all'})
        self.site = 'http://127.0.0.1:%d' % port
        self.driver = b.Driver()

    def cdp(self, page, command, **parameters):
        return page.ask('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def examine(self, page, name):
        """In each width and colour scheme."""
        self.cdp(page, 'Page.setBypassCSP', enabled=True)
        for width in (1280, 390):
            page.size(width, 900)
            for scheme in ('light', 'dark'):
                self.cdp(page, 'Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])
                if not page.run('return typeof axe === "object"'):
                    self.cdp(page, 'Runtime.evaluate', expression=self.axe)
                found = page.run_async('const done = arguments[arguments.length - 1]; axe.run(document, {resultTypes: ["violations"]}).then('
                                       '(r) => done({passes: r.passes.length, bad: r.violations.map((v) => [v.id, v.impact, v.nodes.slice(0, 4).map((n) => n.target.join(" ") + ": " + n.failureSummary)])}),'
                                       '(e) => done({bad: [String(e)], passes: 0}))')
                bad = [one for one in found['bad'] if one[0] not in EXCUSED]
                self.tap.ok(found['passes'] > 3 and not bad, '%s, %d pixels, %s: nothing is found' % (name, width, scheme), json.dumps(bad, indent=1))
        page.size(1280, 900)

    def tries(self, page):
        """A button without a name, put there by hand, and the colours of the dark are seen."""
        self.cdp(page, 'Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'dark'}])
        self.tap.ok(page.run('return matchMedia("(prefers-color-scheme: dark)").matches'), 'the dark is dark')
        page.run('document.querySelector("main").append(document.createElement("button"))')
        found = page.run_async('const done = arguments[arguments.length - 1]; axe.run(document).then((r) => done(r.violations.map((v) => [v.id, v.impact])))')
        self.tap.ok(['button-name', 'critical'] in found, 'and a mistake is found', found)

    def go(self, page, where, wait):
        page.go(self.site + '/#/' + where)
        page.find(wait)

    def dialog(self, page, name, script, *arguments):
        """Opens one with what the script presses, looks at it, and closes it."""
        page.run(script, *arguments)
        if not self.tap.ok(t.wait_for(lambda: page.find_all('dialog[open]'), 15), 'there is a dialog: ' + name, page.text('body')[-800:]):
            return
        self.examine(page, name)
        page.press('escape')
        t.wait_for(lambda: not page.find_all('dialog'), 5)


PRESS = ("const one = [...document.querySelectorAll(arguments[0])].find((e) => e.textContent.trim() === arguments[1] && e.checkVisibility()); if (one) one.click();")
OPEN_ALL = "document.querySelectorAll('main details').forEach((d) => { d.open = true; })"


def know(look):
    """The reporter's key, before there are members: root may not say whose it is later."""
    gpg = look.gpg = t.Gpg()
    look.team_key = gpg.load(look.demo.team_key)[0]
    alice = look.alice = gpg.generate('Alice <%s>' % ALICE)
    key = look.demo.dir + '/alice.asc'
    with open(key, 'wb') as file:
        file.write(gpg.export(alice))
    look.tap.equal(look.demo.cli('keys', 'import', '--pin', key).status, 0, 'the reporter\'s key is known')


def arrive(look):
    entity = t.part_entity([t.text_entity('hxxp://c2[.]example/gate 192.0.2.7\n'), t.attachment('invoice.pdf.exe', b'MZ' + b'x' * 300)])
    raw = t.pgp_encrypted(look.gpg, ALICE, t.TEAM, '...', entity, [look.team_key], look.alice, mid=t.message_id(), inner_subject=SUBJECT)
    look.demo.send(raw, ALICE)
    look.demo.send(t.plain('bob@reporter.example', t.TEAM, 'plain', 'in the clear\n', mid=t.message_id()), 'bob@reporter.example')


def dialogs(look, page):
    look.dialog(page, 'download of a part', "document.querySelector('.parts td:last-child button, .parts tr button').click()")
    look.dialog(page, 'throw away', PRESS, '.write.reply button', 'Throw it away')
    look.dialog(page, 'reject', "const s = document.querySelector('.actions select'); s.value = 'rejected'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    look.dialog(page, 'log out with something unsent', PRESS, '.own button', 'Log out')
    page.run(PRESS, '.write.reply button', 'Keep it as a draft')
    look.tap.ok(page.wait_text('an answer', '.drafts'), 'there is a draft')
    look.examine(page, 'incident with a draft and a notice')
    look.dialog(page, 'send a draft', PRESS, '.draft button', 'Send it')
    page.run(PRESS, '.draft button', 'Send it')
    page.click('dialog button.main')
    look.tap.ok(page.wait_text('member\'s yes', '.drafts'), 'it waits for another member', page.text('.drafts'))
    look.examine(page, 'incident with an answer that waits for approval')
    look.number = page.run("return location.hash.split('/')[2]")
    look.go(page, '?state=open&owner=me', '.keep-view')
    look.dialog(page, 'keep a view', PRESS, '.keep-view', 'Keep this view')
    look.go(page, 'search?q=zzzzz', 'main h1')
    page.wait_text('Nothing was found', 'main')
    look.examine(page, 'search that finds nothing')
    look.go(page, 'incidents/2026-000099', '.failure')
    look.examine(page, 'what cannot be shown')


def team(look, page):
    stranger = 'one@stranger.example'
    look.demo.send(t.plain(stranger, t.TEAM, 'Re: [EXCSIRT #%s] hello' % look.number, 'let me in\n', mid=t.message_id()), stranger)
    look.tap.ok(page.wait_text(stranger, '.view-team'), 'a held mail appears by itself')
    page.run(PRESS, '[aria-labelledby=held-title] button', 'What is wrong')
    page.run(OPEN_ALL)
    look.examine(page, 'team, all open, a mail held')
    look.dialog(page, 'throw a mail away', PRESS, '[aria-labelledby=held-title] button', 'Throw it away')
    look.dialog(page, 'invitation', PRESS, '.view-team button', 'Invite to the page')
    page.type('.tokens [name=name]', 'backup')
    look.dialog(page, 'token', PRESS, '.tokens form button', 'Make a token')


def walk(look):
    know(look)
    look.demo.cli('members', 'add', 'hanako', '--role', 'administrator', '--languages', 'en')
    invitation = json.loads(look.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    page = look.driver.open()
    look.go(page, '', 'form.entrance')
    look.examine(page, 'log-in')
    look.go(page, 'invitation/' + invitation, '#password')
    look.examine(page, 'set-up')
    page.type('#password', PASSWORD)
    page.click('form.entrance button[type=submit]')
    page.find('#secret')
    look.examine(page, 'second device')
    page.type('#code', w.totp(page.text('#secret').replace(' ', '')))
    page.click('form.entrance button[type=submit]')
    page.wait_text('Queue', 'main h1')
    look.examine(page, 'empty queue')
    arrive(look)
    look.tap.ok(page.wait_text(SUBJECT, '.rows') and page.wait_text('plain', '.rows'), 'two mails came')
    page.run("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    look.examine(page, 'queue, filters open')
    page.press('?')
    look.tap.ok(t.wait_for(lambda: page.find_all('dialog[open]'), 10), 'help is open')
    look.examine(page, 'help')
    page.press('escape')
    page.run("[...document.querySelectorAll('.row')].find((r) => r.innerText.includes(arguments[0])).querySelector('a').click()", SUBJECT)
    page.find('.thread')
    page.run("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    look.examine(page, 'incident with an encrypted mail, all open')
    page.run("document.querySelector('.write.reply').open = true")
    page.type('[name=reply]', 'an answer')
    page.click('.write.reply form > button[type=submit]')
    look.tap.ok(t.wait_for(lambda: ALICE in page.text('.write.reply'), 20), 'a reply is shown before it goes')
    look.examine(page, 'reply with preview')
    dialogs(look, page)
    for view, wait in (('search', 'main h1'), ('overview', 'main h1'), ('team', 'main h1')):
        look.go(page, view, wait)
        look.examine(page, view)
    team(look, page)
    look.go(page, 'policy?ticket=1', '.trial details')
    page.run("document.querySelectorAll('.view-policy details').forEach((one) => { one.open = true; })")
    look.examine(page, 'policy, all of it open')
    page.run_async("const done = arguments[0]; fetch('/api/v1/session').then((a) => a.json()).then((s) => fetch('/api/v1/members/hanako/log-out',"
                   "{method: 'POST', headers: {'Content-Type': 'application/json', 'X-Madoguchi-Proof': s.proof}, body: '{}'})).then((a) => done(a.status))")
    page.wait_text('The session has ended', 'main', 30)
    look.examine(page, 'a session that ended')
    look.tries(page)


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    axe, why = fetch()
    if axe is None:
        t.skip_all(why)
    tap = t.Tap()
    look = Look(tap, axe)
    walk(look)
    look.driver.close()
    tap.equal(look.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
