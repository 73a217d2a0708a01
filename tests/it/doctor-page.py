#!/usr/bin/env python3
"""`madoguchi doctor` of a running members' page: nothing to mend when it is in order; invitations, page files of another version, a
page that is away, and a server before it that everybody can pass by are named, each with what to do."""
import json
import os
import shutil
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'


def ask(demo, name):
    return [(line['status'], line['detail']) for line in demo.cli('doctor', '--json').lines if line['name'] == name]


def has(lines, status, words):
    return any(line[0] == status and words in line[1] for line in lines)


def members(tap, demo, web):
    tap.equal(ask(demo, 'page-members'), [], 'without members nobody is missing')
    demo.cli('members', 'add', 'hanako', '--role', 'administrator')
    demo.cli('members', 'add', 'taro', '--role', 'handler')
    lines = ask(demo, 'page-members')
    tap.ok(has(lines, 'warn', '0 can log in') and has(lines, 'warn', 'hanako, taro'), 'nobody can log in yet', lines)
    invitation = json.loads(demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    lines = ask(demo, 'page-members')
    tap.ok(has(lines, 'warn', 'let in whoever has them: hanako'), 'an invitation that waits', lines)
    tap.ok(invitation not in json.dumps(lines), 'is not shown')
    w.Browser(web).set_up(invitation, PASSWORD)
    lines = ask(demo, 'page-members')
    tap.ok(len(lines) == 1 and has(lines, 'ok', '1 can log in') and has(lines, 'ok', 'taro'), 'used up, it is not named any more', lines)
    demo.cli('members', 'leave', 'taro')
    lines = ask(demo, 'page-members')
    tap.ok(len(lines) == 1 and 'taro' not in lines[0][1], 'nor is who left', lines)


def page(tap, demo, web, files):
    lines = ask(demo, 'web')
    tap.ok(not [line for line in lines if line[0] != 'ok'] and has(lines, 'ok', 'answers') and has(lines, 'ok', 'of this version'),
           'a page in order', lines)
    tap.equal(stat.S_IMODE(os.stat(web).st_mode) & 0o007, 0, 'its socket is not for everybody')
    os.chmod(web, 0o666)
    tap.ok(has(ask(demo, 'web'), 'warn', 'chmod o='), 'a socket for everybody is named')
    os.chmod(web, 0o660)
    with open(files + '/main.js', 'a', encoding='utf-8') as file:
        file.write('// changed\n')
    lines = ask(demo, 'web')
    tap.ok(has(lines, 'warn', 'main.js is not the one of this version') and has(lines, 'warn', 'restart madoguchi-web'),
           'a file of another version, and that an older one is served still', lines)
    demo.stop()
    demo.start()
    lines = ask(demo, 'web')
    tap.ok(has(lines, 'warn', 'main.js is not the one') and has(lines, 'ok', 'answers'), 'after a restart it is served', lines)
    shutil.copy(os.path.join(t.SRC, 'src', 'web', 'page', 'main.js'), files + '/main.js')
    demo.stop()
    done = demo.cli('doctor', '--json')
    lines = [(line['status'], line['detail']) for line in done.lines if line['name'] == 'web']
    tap.ok(has(lines, 'fail', 'systemctl status madoguchi-web') and done.status == 1, 'a page that is away', lines)


def main():
    t.need_programs()
    tap, top = t.Tap(), t.short_dir('w')
    demo = t.Demo(where=top + '/d')
    tap.equal(ask(demo, 'web') + ask(demo, 'page-members'), [], 'where there is no page there is nothing to say of it')
    demo.stop()
    web, files = top + '/web.sock', top + '/files'
    shutil.copytree(os.path.join(t.SRC, 'src', 'web', 'page'), files)
    demo.configure('web', 'files', files)
    demo.web = 'unix:' + web
    demo.start()
    members(tap, demo, web)
    page(tap, demo, web, files)
    tap.done()


if __name__ == '__main__':
    main()
