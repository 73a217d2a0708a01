#!/usr/bin/env python3
"""Files and matters in the members' page, in Debian's Chromium: files are attached, looked at, sent, and found by the reporter's gpg
as they were, or kept in a draft that another member looks into; mails of another matter get an incident of their own;
a stranger's program is kept as an archive; a view that is kept in one browser is there in another."""
import base64
import hashlib
import io
import json
import os
import sys
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'a sentence is fine'
API = '/api/v1'
ALICE = 'alice@reporter.example'
PICTURES = os.path.join(t.BUILD, 'screenshots')


class Site:
    def __init__(self, tap):
        self.tap = tap
        port = b.free_port()
        self.demo = t.Demo({('reply', 'attachments-max'): '2M'}, web='inet:127.0.0.1:%d' % port)
        self.site = 'http://127.0.0.1:%d' % port
        self.driver = b.Driver()
        self.secrets = {}
        self.gpg = t.Gpg()
        self.gpg.load(self.demo.team_key)
        key = self.demo.dir + '/alice.asc'
        with open(key, 'wb') as file:
            file.write(self.gpg.export(self.gpg.generate('Alice <%s>' % ALICE)))
        tap.equal(self.demo.cli('keys', 'import', '--pin', key).status, 0, 'the reporter\'s key is known')
        self.demo.cli('members', 'add', 'clerk', '--role', 'administrator')
        invitation = json.loads(self.demo.cli('members', 'invite', 'clerk', '--json').out)['invitation']
        self.clerk = w.Browser(port)  # who looks things up for the test
        self.clerk.set_up(invitation, PASSWORD)
        os.makedirs(PICTURES, exist_ok=True)

    def come_in(self, login, role, **more):
        self.demo.cli('members', 'add', login, '--role', role, '--languages', 'en')
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        page = self.driver.open(**more)
        self.secrets[login] = page.set_up('%s/#/invitation/%s' % (self.site, invitation), PASSWORD)
        self.tap.ok(page.wait_text('Queue', 'main h1'), '%s is in' % login)
        return page

    def mail(self, subject, text='text\n', entity=None):
        mid = t.message_id()
        self.demo.send(t.plain(ALICE, t.TEAM, subject, text, mid=mid, entity=entity), ALICE)

        def find():
            for item in self.clerk.get(API + '/incidents').json['items']:
                one = self.clerk.get(API + '/incidents/%s?peek=true' % item['number']).json
                if any(entry.get('message_id') == mid for entry in one['thread']):
                    return one
            return None
        return t.wait_for(find, 30)

    def show(self, page, one):
        page.go('%s/#/incidents/%s' % (self.site, one['number']))
        page.find('.thread')

    def pictures(self, page, name, ready=lambda: None, at='main'):
        """Both languages, both widths, light and dark, for people."""
        for language in ('en', 'ja'):
            page.choose('.language select', language)
            self.tap.ok(t.wait_for(lambda l=language: page.run('return document.documentElement.lang') == l, 20), '%s in %s' % (name, language))
            page.find('.thread, .view-queue h1')
            ready()
            for width in (1280, 360):
                page.size(width, 900 if width > 600 else 740)
                page.run("document.querySelector(arguments[0]).scrollIntoView()", at)
                wide = page.run('return document.documentElement.scrollWidth - innerWidth')
                self.tap.ok(wide <= 0, 'at %d pixels nothing stands out' % width, wide)
                page.screenshot(os.path.join(PICTURES, '%s-%s-%d.png' % (name, language, width)))
            page.size(1280, 900)
            page.run("document.querySelectorAll('dialog[open]').forEach((d) => d.close())")
        page.choose('.language select', 'en')
        page.find('.thread, .view-queue h1')


def splitting(site, hanako):
    tap = site.tap
    one = site.mail('Scans of our network')
    site.mail('Re: [%s] A phishing page' % one['ticket'], 'of another matter\n')
    site.show(hanako, one)
    tap.ok(hanako.wait_text('of another matter', '.thread'), 'two matters in one thread')
    site.pictures(hanako, 'split', lambda: (hanako.click('button.split'), hanako.click('dialog .mails label:nth-of-type(2)')))
    hanako.click('button.split')
    tap.ok(hanako.run("return document.querySelector('dialog button.main').disabled"), 'nothing is split off before mails are chosen')
    hanako.press('space') if hanako.run("return document.activeElement.type === 'checkbox'") else hanako.press('tab', 'space')
    tap.ok(hanako.wait_text('Scans of our network', 'dialog .future dd') and hanako.wait_text('1 go, 1 stay', 'dialog .future'), 'what will become of it is shown')
    hanako.click('dialog .mails label:nth-of-type(2)')
    tap.ok(hanako.wait_text('One mail at least stays here', 'dialog .future'), 'all of them cannot go')
    hanako.click('dialog .mails label:nth-of-type(1)')
    tap.ok(hanako.wait_text('A phishing page', 'dialog .future dd'), 'the mail that goes says what it will be called')
    hanako.press('enter')
    tap.ok(t.wait_for(lambda: hanako.run('return location.hash') not in ('#/incidents/' + one['number'], ''), 20) and hanako.wait_text('A phishing page', 'h1'),
           'the page goes to the new incident', hanako.text('body'))
    tap.ok(one['ticket'] in hanako.text('.relations') and 'Split off from' in hanako.text('.thread'), 'which leads to the old one', hanako.text('main'))
    made = hanako.run('return location.hash').split('/')[2]
    hanako.click('.relations a')
    tap.ok(hanako.wait_text('Scans of our network', 'h1') and hanako.wait_text(made, '.relations'), 'and that one to it')


DROP = """
const [css, name, text] = arguments;
const data = new DataTransfer();
data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, {type: 'application/octet-stream'}));
for (const type of ['dragenter', 'dragover', 'drop']) document.querySelector(css).dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
"""


def attaching(site, hanako):
    tap = site.tap
    one = site.mail('A report that needs files')
    top = t.short_dir('f')
    contents = {'対応手順 (第2版).pdf': b'%PDF-1.4\n' + os.urandom(200000), 'log.txt': '行\r\n'.encode() * 1000, 'dropped.bin': bytes(range(256)) * 40}
    for name in list(contents)[:2]:
        with open(os.path.join(top, name), 'wb') as file:
            file.write(contents[name])
    with open(os.path.join(top, 'large.iso'), 'wb') as file:
        file.write(bytes(3000000))
    site.show(hanako, one)
    hanako.click('.write.reply summary')
    tap.ok(hanako.wait_text('Up to 2.1 MB', '.attach'), 'how much may go along is said', hanako.text('.attach'))
    hanako.type('[name=reply]', 'Please find the files attached.')
    hanako.type('[name=files]', '\n'.join(os.path.join(top, n) for n in list(contents)[:2] + ['large.iso']), clear=False)
    tap.ok(hanako.wait_text('Too much', '.attach') and 'large.iso' in hanako.text('.attach .files') and '3 MB' in hanako.text('.attach .files'), 'too much is said at once', hanako.text('.attach'))
    hanako.click('.write.reply form > button[type=submit]')
    tap.ok(hanako.text('.preview') == '' and hanako.run("return document.activeElement.name === 'files' && !document.querySelector('.write.reply form').checkValidity()"),
           'and does not get as far as the preview', hanako.run('return document.activeElement.outerHTML'))
    hanako.click('.attach li:nth-of-type(3) button')
    tap.ok(t.wait_for(lambda: 'large.iso' not in hanako.text('.attach'), 10) and hanako.wait_text('of 2.1 MB', '.attach'), 'it is taken away again')
    hanako.run(DROP, '.write.reply textarea', 'dropped.bin', base64.b64encode(contents['dropped.bin']).decode())
    tap.ok(hanako.wait_text('dropped.bin', '.attach .files'), 'another one is dropped onto the form')
    site.pictures(hanako, 'attach', lambda: attach_again(hanako, top, contents), '.attach')
    site.show(hanako, one)
    attach_again(hanako, top, contents)
    hanako.click('.write.reply form > button[type=submit]')
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    tap.ok(hanako.wait_text(sums['dropped.bin'], '.preview .files') and all(name in hanako.text('.preview .files') and sums[name] in hanako.text('.preview .files') for name in contents),
           'the preview has each with its hash', hanako.text('.preview'))
    before = {t.header(raw, 'Message-ID') for raw in site.demo.outgoing()}
    hanako.click('.write.reply button.main')
    raw = t.wait_for(lambda: next((r for r in site.demo.outgoing() if t.header(r, 'Message-ID') not in before), None), 30)
    opened = site.gpg.open_mail(raw)
    found = {p.get_filename(): p.get_payload(decode=True) for p in opened.inner.walk() if p.get_content_disposition() == 'attachment'}
    tap.ok(opened.encrypted and opened.good and {n: c for n, c in found.items() if n in contents} == contents, 'the reporter\'s gpg opens it and finds the same names and bytes',
           (opened.status, {n: len(c) for n, c in found.items()}))
    tap.ok(all(name.encode() not in raw and base64.b64encode(name.encode()) not in raw for name in contents), 'no name stands outside')
    tap.ok(hanako.wait_text(sums['dropped.bin'], '.entry-out .files'), 'what went along stands in the thread')
    drafting(site, hanako, one, top, contents)


def attach_again(page, top, contents):
    """In a form that is new."""
    if page.run("return document.querySelectorAll('.attach li').length") == 3:
        return
    page.run("document.querySelector('.write.reply').open = true")
    page.type('[name=reply]', 'Please find the files attached.')
    page.type('[name=files]', '\n'.join(os.path.join(top, n) for n in list(contents)[:2]), clear=False)
    page.run(DROP, '.write.reply textarea', 'dropped.bin', base64.b64encode(contents['dropped.bin']).decode())
    page.wait_text('dropped.bin', '.attach .files')
    page.click('.write.reply form > button[type=submit]')
    page.find('.preview .files')


def drafting(site, hanako, one, top, contents):
    """By the keyboard: files of a draft stay, one by one, until somebody takes them away."""
    tap, name = site.tap, list(contents)[0]
    hanako.run("document.querySelector('.write.reply').open = true")
    hanako.type('[name=reply]', 'A draft with files')
    hanako.type('[name=files]', '\n'.join(os.path.join(top, n) for n in list(contents)[:2]), clear=False)
    hanako.click('.write.reply form > button[type=button]:not(.main)')
    tap.ok(hanako.wait_text(name, '.drafts .files') and hanako.wait_text('log.txt', '.drafts .files'), 'a draft keeps its files')
    hanako.run("window.kept = []; HTMLAnchorElement.prototype.click = function () { window.kept.push(this.download); fetch = fetch; }; "
               "URL.createObjectURL = (blob) => { blob.arrayBuffer().then((b) => crypto.subtle.digest('SHA-256', b)).then((d) => { window.sum = [...new Uint8Array(d)].map((x) => x.toString(16).padStart(2, '0')).join(''); }); return 'blob:x'; }")
    hanako.click('.drafts .files li button')
    tap.ok(t.wait_for(lambda: hanako.run('return window.sum') == hashlib.sha256(contents[name]).hexdigest(), 20) and hanako.run('return window.kept') == [name],
           'who approves gets the same bytes, under the same name', hanako.run('return [window.sum, window.kept]'))
    hanako.click('.draft .buttons button:nth-of-type(2)')  # go on writing
    tap.ok(hanako.wait_text('log.txt', '.attach .files') and name in hanako.text('.attach .files'), 'and has them when it is gone on with')
    hanako.run("document.querySelector('.attach li:nth-of-type(2) button').focus()")
    hanako.press('enter')
    tap.ok(t.wait_for(lambda: 'log.txt' not in hanako.text('.attach'), 10), 'one is taken away')
    tap.ok(name in hanako.run('return document.activeElement.ariaLabel'), 'the focus goes to its neighbour')
    hanako.click('.write.reply form > button[type=submit]')
    tap.ok(hanako.wait_text(name, '.preview .files') and 'log.txt' not in hanako.text('.preview .files'), 'the preview shows the one that is left')
    before = {t.header(raw, 'Message-ID') for raw in site.demo.outgoing()}
    hanako.click('.write.reply button.main')
    raw = t.wait_for(lambda: next((r for r in site.demo.outgoing() if t.header(r, 'Message-ID') not in before), None), 30)
    found = {p.get_filename(): p.get_payload(decode=True) for p in site.gpg.open_mail(raw).inner.walk() if p.get_content_disposition() == 'attachment'}
    tap.ok(found.get(name) == contents[name] and 'log.txt' not in found, 'which is sent', found.keys())


def archiving(site, hanako):
    tap, content = site.tap, b'MZ' + os.urandom(5000)
    entity = (b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nlook\r\n--b\r\n'
              b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="invoice.pdf.exe"\r\n'
              b'Content-Transfer-Encoding: base64\r\n\r\n' + base64.encodebytes(content).replace(b'\n', b'\r\n') + b'--b--\r\n')
    one = site.mail('A stranger\'s program', entity=entity)
    site.show(hanako, one)
    hanako.wait_text('invoice.pdf.exe', '.parts')
    site.pictures(hanako, 'archive', lambda: hanako.click('.parts td button'))
    hanako.run("window.sums = []; HTMLAnchorElement.prototype.click = function () { window.name_of = this.download; }; "
               "URL.createObjectURL = (blob) => { const r = new FileReader(); r.onload = () => { window.content = r.result.split(',')[1]; }; r.readAsDataURL(blob); return 'blob:x'; }")
    hanako.click('.parts td button')
    tap.ok(hanako.run('return document.activeElement.innerText') == 'Cancel' and 'infected' in hanako.text('dialog'), 'the password is said, and doing nothing is what comes first')
    hanako.click('dialog button.main')
    got = t.wait_for(lambda: hanako.run('return window.content'), 20)
    sha = hashlib.sha256(content).hexdigest()
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(got)))
    tap.ok(hanako.run('return window.name_of') == sha + '.zip' and archive.namelist() == [sha + '.bin'] and archive.read(sha + '.bin', pwd=b'infected') == content,
           'it is an archive that opens with it, and holds the same bytes', archive.namelist())


def viewing(site, hanako):
    """Two browsers of one member; and what an earlier page kept in one of them."""
    tap = site.tap
    hanako.run("localStorage.setItem('views:hanako', JSON.stringify([{name: 'From before', query: 'state=waiting'}, {name: 3}, {name: 'bad', query: 'x=y'}]))")
    hanako.go(site.site + '/#/?state=open&owner=me')
    tap.ok(hanako.wait_text('From before', '.own-views') and hanako.wait_text('kept by the gateway now: 1', '#notices'), 'what this browser kept is moved, once', hanako.text('main'))
    tap.equal(hanako.run("return localStorage.getItem('views:hanako')"), None, 'and is in it no more')
    hanako.click('.keep-view')
    hanako.type('#view-name', '朝の一覧')
    hanako.press('enter')
    tap.ok(hanako.wait_text('朝の一覧', '.own-views'), 'a view is kept')
    hanako.click('.own-views li:nth-of-type(1) a')
    hanako.go(site.site + '/#/?priority=high')
    hanako.click('.keep-view')
    hanako.type('#view-name', 'Everybody')
    hanako.click('dialog [name=team]')
    hanako.click('dialog button.main')
    tap.ok(hanako.wait_text('Everybody', '.own-views') and '(team)' in hanako.text('.own-views'), 'and one for all')
    site.pictures(hanako, 'views')
    phone = site.driver.open(width=390, height=740)
    phone.go(site.site)
    phone.type('#login', 'hanako')
    phone.type('#password', PASSWORD)
    phone.type('#code', w.totp(site.secrets['hanako'], time.time() + 30))
    phone.click('form.entrance button[type=submit]')
    tap.ok(phone.wait_text('朝の一覧', '.own-views', 30) and 'From before' in phone.text('.own-views'), 'her phone has the same', phone.text('body'))
    phone.run("[...document.querySelectorAll('.own-views a')].find((a) => a.innerText === '朝の一覧').click()")
    tap.ok(t.wait_for(lambda: phone.run('return location.hash') == '#/?state=open&owner=me', 10), 'and it leads where it led')
    forget = "const x = [...document.querySelectorAll('.own-views button')].find((a) => a.ariaLabel.includes('朝の一覧')); if (x) x.click(); return Boolean(x)"
    t.wait_for(lambda: phone.run(forget), 10) # the queue is drawn anew first
    tap.ok(t.wait_for(lambda: '朝の一覧' not in phone.text('.own-views'), 10), 'it is forgotten there')
    hanako.go(site.site + '/#/?state=new')
    tap.ok(t.wait_for(lambda: 'From before' in hanako.text('.own-views') and '朝の一覧' not in hanako.text('.own-views'), 10), 'and here', hanako.text('.own-views'))


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    site = Site(tap)
    hanako = site.come_in('hanako', 'administrator', dark=True)
    splitting(site, hanako)
    viewing(site, hanako)
    archiving(site, hanako)
    attaching(site, hanako)
    said = [line for line in hanako.console() if '401' not in line['message'] and '/views - ' not in line['message']]  # the one that was no view
    tap.equal(said, [], 'the browser had nothing to complain of')
    site.driver.close()
    site.demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
