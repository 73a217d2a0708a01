#!/usr/bin/env python3
"""What is left of secrets in the memory of madoguchi-web and of the keeper, after they were used: nothing of passwords, secrets of
second devices (as QR codes, too), codes, invitations and sessions. The test reads the processes' memory as root."""
import base64
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'Zwiebelkuchen-77-donnert-laut'
WRONG = 'Quarkstrudel-88-schweigt-sehr'
KEPT = 'Pflaumenmus-99-wartet-lange'
API = '/api/v1'


def memory(pid):
    """All that can be written, and what is read only, piece by piece."""
    with open('/proc/%d/maps' % pid) as maps, open('/proc/%d/mem' % pid, 'rb') as mem:
        for line in maps:
            found = re.match(r'([0-9a-f]+)-([0-9a-f]+) (r\S*) \S+ \S+ \S+ *(\S*)', line)
            if not found or found.group(4) in ('[vvar]', '[vsyscall]'):
                continue
            begin, end = int(found.group(1), 16), int(found.group(2), 16)
            try:
                mem.seek(begin)
                yield mem.read(end - begin), found.group(4)
            except (OSError, ValueError, OverflowError):
                pass # not backed by anything


def hits(pid, words):
    """{name: how often}, of those that are there."""
    counts = {}
    for piece, place in memory(pid):
        for name, word in words.items():
            n = piece.count(word)
            if n:
                counts[name + ' in ' + (place or 'memory')] = counts.get(name + ' in ' + (place or 'memory'), 0) + n
    return counts


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    if os.geteuid() != 0:
        t.skip_all('only root reads the memory of another process')
    if os.environ.get('MADO_PATIENCE'):
        t.skip_all('a sanitizer keeps what was freed')
    tap = t.Tap()
    path = t.short_dir('w') + '/web.sock'
    demo = t.Demo(web='unix:' + path)
    roles = {name: demo.role_pids(name)[0] for name in ('web', 'keeper')}
    tap.ok(hits(roles['web'], {'mark': b'Sec-Fetch-Site'}) and hits(roles['keeper'], {'mark': b'unseal ('}),
           'the memory can be read')
    demo.cli('members', 'add', 'hanako', '--role', 'administrator')
    invitation = json.loads(demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    first, second = w.Browser(path), w.Browser(path)
    device = first.post(API + '/set-up', {'invitation': invitation, 'password': PASSWORD}).json
    secret, row = device['secret'], device['qr']['rows'][-19] # where its right half is data alone
    first.proof = first.post(API + '/set-up/confirm', {'invitation': invitation, 'code': w.totp(secret)}).json['proof']
    tap.equal(second.log_in('hanako', WRONG, '000000').status, 403, 'a wrong password is tried')
    kept = w.UnixConnection(path) # a browser that keeps its connection
    kept.request('POST', API + '/log-in', json.dumps({'login': 'hanako', 'password': KEPT, 'code': '000000'}),
                 {'Content-Type': 'application/json', 'X-Madoguchi-Proof': 'none'})
    answer = kept.getresponse()
    tap.equal((answer.status, answer.read() != b''), (403, True), 'another wrong one, over a connection that stays open')
    code = w.totp(secret, time.time() + 30)
    tap.equal(second.log_in('hanako', PASSWORD, code).status, 200, 'and the right one')
    sessions = {'session %d' % i: b.jar[w.COOKIE].encode() for i, b in enumerate((first, second))}
    words = {'password': PASSWORD.encode(), 'wrong password': WRONG.encode(), 'kept password': KEPT.encode(), 'secret': secret.encode(),
             'raw secret': base64.b32decode(secret), 'invitation': invitation.encode(),
             'code of the secret': row.encode(), 'modules of the secret': bytes(int(module) for module in row[25:]), **sessions}
    stream = w.Events(first)
    tap.ok(stream.wait(b'event: hello'), 'a stream is open')
    for browser in (first, second):
        tap.equal(browser.get(API + '/incidents').status, 200, 'a session is used')
    time.sleep(2.5) # what is written a little later, too
    for name, pid in roles.items():
        tap.equal(hits(pid, {k: v for k, v in words.items() if k != 'session 0' or name != 'web'}), {}, 'nothing is left in the memory of the ' + name)
    held = hits(roles['web'], {'session': first.jar[w.COOKIE].encode()})
    tap.ok(sum(held.values()) <= 4, 'of the session whose stream is open, what came over that connection', held)
    stream.close()
    kept.close()
    for name, pid in roles.items():
        with open('/proc/%d/limits' % pid) as limits:
            tap.ok(re.search(r'Max core file size +0 +0 ', limits.read()), 'no core of the %s is written' % name)
        tap.ok(os.stat('/proc/%d/mem' % pid).st_uid == 0, 'nor may its user look into it')
    log = demo.log()
    tap.ok(not any(word.decode() in log for key, word in words.items() if key != 'raw secret') and code not in log, 'and the log says nothing of it')
    tap.equal(demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
