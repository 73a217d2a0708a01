#!/usr/bin/env python3
"""Files and matters in the members' page, in Debian's Chromium: mails of another matter get an incident of their own."""
import json
import os
import sys

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
        self.demo = t.Demo(web='inet:127.0.0.1:%d' % port)
        self.site = 'http://127.0.0.1:%d' % port
        self.driver = b.Driver()
        self.demo.cli('members', 'add', 'clerk', '--role', 'administrator')
        invitation = json.loads(self.demo.cli('members', 'invite', 'clerk', '--json').out)['invitation']
        self.clerk = w.Browser(port)  # who looks things up for the test
        self.clerk.set_up(invitation, PASSWORD)
        os.makedirs(PICTURES, exist_ok=True)

    def come_in(self, login, role, **more):
        self.demo.cli('members', 'add', login, '--role', role, '--languages', 'en')
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        page = self.driver.open(**more)
        page.go('%s/#/invitation/%s' % (self.site, invitation))
        page.type('#password', PASSWORD)
        page.click('form.entrance button[type=submit]')
        page.find('#secret')
        page.type('#code', w.totp(page.text('#secret').replace(' ', '')))
        page.click('form.entrance button[type=submit]')
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

    def pictures(self, page, name, ready=lambda: None):
        """Both languages, both widths, light and dark, for people."""
        for language in ('en', 'ja'):
            page.choose('.language select', language)
            self.tap.ok(t.wait_for(lambda l=language: page.run('return document.documentElement.lang') == l, 20), '%s in %s' % (name, language))
            page.find('.thread, .rows')
            ready()
            for width in (1280, 360):
                page.size(width, 900 if width > 600 else 740)
                wide = page.run('return document.documentElement.scrollWidth - innerWidth')
                self.tap.ok(wide <= 0, 'at %d pixels nothing stands out' % width, wide)
                page.screenshot(os.path.join(PICTURES, '%s-%s-%d.png' % (name, language, width)))
            page.size(1280, 900)
            page.run("document.querySelectorAll('dialog[open]').forEach((d) => d.close())")
        page.choose('.language select', 'en')
        page.find('.thread, .rows')


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


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    site = Site(tap)
    hanako = site.come_in('hanako', 'administrator', dark=True)
    splitting(site, hanako)
    said = [line for line in hanako.console() if '401' not in line['message']]
    tap.equal(said, [], 'the browser had nothing to complain of')
    site.driver.close()
    site.demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
