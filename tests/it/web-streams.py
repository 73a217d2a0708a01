#!/usr/bin/env python3
"""A stream of events ends with the session by which it was opened, whatever ends that one; and no stream, nor anything else that the
page does by itself, keeps a session open."""
import json
import os
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
API = '/api/v1'
SOON = 4 # seconds; a second or two, and what a busy machine adds


class House:
    def __init__(self, tap):
        self.tap = tap
        self.path = t.short_dir('w') + '/web.sock'
        self.demo = t.Demo(web='unix:' + self.path)
        self.secrets = {}

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = w.Browser(self.path)
        self.secrets[login] = browser.set_up(invitation, PASSWORD)
        return browser

    def store(self, sql, *values):
        database = sqlite3.connect(self.demo.dir + '/store.db', timeout=30)
        with database:
            rows = database.execute(sql, values).fetchall()
        database.close()
        return rows


def listen(browser):
    events = w.Events(browser)
    return events if events.wait(b'event: hello') else None


def ends(events, seconds=SOON):
    """Does the stream end within that time? An end of it is the last chunk."""
    until = time.monotonic() + seconds * (4 if os.environ.get('MADO_PATIENCE') else 1)
    while b'\r\n0\r\n' not in b'\r\n' + events.text and time.monotonic() < until:
        events.sock.settimeout(max(0.01, until - time.monotonic()))
        try:
            got = events.sock.recv(65536)
        except (TimeoutError, BlockingIOError):
            return False
        if not got:
            return True
        events.text += got
    return b'\r\n0\r\n' in b'\r\n' + events.text


def endings(house, hanako, taro):
    """Whatever ends a session ends its streams; nobody else's."""
    tap = house.tap
    other = listen(hanako)
    first, second = listen(taro), listen(taro)
    tap.ok(other and first and second, 'two members listen')
    tap.equal(taro.post(API + '/log-out').status, 204, 'one logs out')
    tap.ok(ends(first) and ends(second), 'both of his streams end')
    tap.equal(taro.get(API + '/events').status, 401, 'and no other one begins')
    taro = house.member('jiro', 'handler')
    stream = listen(taro)
    house.demo.cli('members', 'log-out', 'jiro')
    tap.ok(ends(stream), 'a stream ends when an administrator ends the sessions')
    taro = house.member('saburo', 'handler')
    stream = listen(taro)
    tap.equal(hanako.post(API + '/members/saburo/role', {'role': 'reader'}).status, 200, 'a member gets another role')
    tap.ok(ends(stream), 'his stream ends')
    stream = listen(taro)
    tap.ok(stream is not None and not ends(stream, 2.5), 'and the next one, by the same session, goes on')
    house.demo.cli('members', 'leave', 'saburo')
    tap.ok(ends(stream), 'until he leaves')
    token = hanako.post(API + '/tokens/new', {'name': 'script'}).json['token']
    answer = w.Browser(house.path).get(API + '/events', headers={'Authorization': 'Bearer ' + token})
    tap.equal(answer.status, 401, 'a token listens to nothing, and so no stream outlives it')
    tap.ok(not ends(other, 0.5), 'all the time the other member listens')
    return other


def limits(house, hanako, other):
    """The two limits, by a store whose clock was turned back."""
    tap = house.tap
    for column, name in (('seen', 'idle'), ('begun', 'absolute')):
        browser = house.member('m-' + column, 'handler')
        stream = listen(browser)
        house.store('UPDATE session SET %s = %s - 90000 WHERE login = ?' % (column, column), 'm-' + column)
        tap.ok(ends(stream), 'a stream ends at the %s limit' % name)
        tap.equal(browser.get(API + '/session').status, 401, 'as the session does')
    tap.ok(not ends(other, 0.5), 'the other member listens still')


def restart(house, hanako, other):
    """A session that ends while nobody looks: the keeper is away."""
    tap = house.tap
    browser = house.member('shiro', 'handler')
    stream = listen(browser)
    old = house.demo.role_pids('keeper')[0]
    os.kill(old, signal.SIGSTOP)
    house.store('DELETE FROM session WHERE login = ?', 'shiro')
    tap.ok(not ends(stream, 1) and not ends(other, 0.5), 'of a keeper that stands still nothing is heard')
    other.text = b'' # what it said before that
    os.kill(old, signal.SIGKILL)
    t.wait_for(lambda: house.demo.role_pids('keeper') and house.demo.role_pids('keeper')[0] != old, 30)
    t.wait_for(lambda: hanako.get(API + '/session').status == 200, 30)
    tap.ok(ends(stream), 'the next one knows that the session is over')
    tap.ok(other.wait(b'event: change') and not ends(other, 2), 'and the other stream goes on')


def activity(house, hanako):
    """Only what a person does counts."""
    tap = house.tap

    def age():
        house.store('UPDATE session SET seen = seen - 600 WHERE login = ?', 'hanako')
        return house.store('SELECT max (seen) FROM session WHERE login = ?', 'hanako')[0][0]

    before = age()
    passive = {'X-Madoguchi-Passive': '1'}
    stream = listen(hanako)
    for path in ('/session', '/incidents', '/overview', '/members'):
        tap.equal(hanako.get(API + path, headers=passive).status, 200, 'the page asks by itself: ' + path)
    time.sleep(1.5)
    tap.equal(house.store('SELECT max (seen) FROM session WHERE login = ?', 'hanako')[0][0], before, 'neither that nor a stream counts as doing something')
    stream.close()
    tap.equal(hanako.get(API + '/incidents').status, 200, 'she asks for something')
    tap.ok(t.wait_for(lambda: house.store('SELECT max (seen) FROM session WHERE login = ?', 'hanako')[0][0] > before + 500, 10), 'and that counts')


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(tap)
    hanako = house.member('hanako', 'administrator')
    taro = house.member('taro', 'handler')
    activity(house, hanako)
    other = endings(house, hanako, taro)
    limits(house, hanako, other)
    restart(house, hanako, other)
    other.close()
    tap.ok('critical' not in house.demo.log().lower(), 'nothing was complained of')
    tap.equal(house.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
