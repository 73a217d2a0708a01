#!/usr/bin/env python3
"""What the command line can, over HTTP: mails of another matter get a ticket of their own."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
API = '/api/v1'
ALICE = 'alice@reporter.example'


class House:
    def __init__(self, tap):
        self.tap = tap
        self.path = t.short_dir('w') + '/web.sock'
        self.demo = t.Demo(web='unix:' + self.path)

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = w.Browser(self.path)
        browser.set_up(invitation, PASSWORD)
        return browser

    def report(self, subject, browser, entity=None):
        """A mail comes in; its ticket as @browser sees it. "[TICKET]" in the subject: it joins that one."""
        mid = t.message_id()
        self.demo.send(t.plain(ALICE, t.TEAM, subject, 'text\n', mid=mid, entity=entity), ALICE)

        def find():
            for item in browser.get(API + '/incidents').json['items']:
                one = browser.get(API + '/incidents/' + item['number']).json
                if any(entry.get('message_id') == mid for entry in one['thread']):
                    return one
            return None
        one = t.wait_for(find, 30)
        return one, next(entry['id'] for entry in one['thread'] if entry['message_id'] == mid)


def splitting(house, hanako, reader):
    tap = house.tap
    one, first = house.report('one matter', hanako)
    one, other = house.report('Re: [%s] another matter' % one['ticket'], hanako)
    place = API + '/incidents/' + one['number']
    for messages, name in (('1', 'no list'), (['1'], 'texts'), ([1.5], 'no whole number'), ([], 'nobody'), ([None], 'nothing')):
        answer = hanako.post(place + '/split', {'messages': messages})
        tap.equal(answer.status, 400, '400 for %s to split off' % name)
    tap.equal(hanako.post(place + '/split', {'messages': [first, other]}).status, 404, 'one mail at least stays')
    stale = hanako.post(place + '/split', {'messages': [other]}, headers={'If-Match': '"1"'})
    tap.equal(stale.status, 412, 'nothing is split off what was not seen')
    tap.equal(reader.post(place + '/split', {'messages': [other]}).status, 403, 'who only reads splits nothing')
    seen = hanako.get(place)
    done = hanako.post(place + '/split', {'messages': [other]}, headers={'If-Match': seen.header('ETag')})
    tap.ok(done.status == 200 and done.json['split'] != one['ticket'], 'a mail is split off', done)
    made = hanako.get(API + '/incidents/' + done.json['split'].split('#')[1]).json
    left = hanako.get(place).json
    tap.ok('another matter' in made['subject'] and [e['id'] for e in made['thread'] if e['direction'] == 'in'] == [other]
           and [e['id'] for e in left['thread'] if e['direction'] == 'in'] == [first], 'it is alone in a ticket of its own', made)
    tap.equal(([l['number'] for l in made['linked']], [l['number'] for l in left['linked']]), ([left['number']], [made['number']]), 'each leads to the other')
    lines = [i for i in hanako.get(API + '/audit?limit=200').json['items'] if i['word'] == 'split' and i['outcome'] == 'done']
    tap.ok(len(lines) == 1 and lines[0]['member'] == 'hanako', 'the audit knows', lines)


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(tap)
    hanako = house.member('hanako', 'administrator')
    reader = house.member('rei', 'reader')
    splitting(house, hanako, reader)
    house.demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
