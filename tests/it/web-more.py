#!/usr/bin/env python3
"""What the command line can, over HTTP: mails of another matter get a ticket of their own; files go along with replies and drafts; files of
strangers come in archives with the usual password; views are the same everywhere."""
import base64
import email
import email.policy
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.parse
import zipfile

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
        self.demo = t.Demo({('reply', 'attachments-max'): '1M'}, web='unix:' + self.path)

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = w.Browser(self.path)
        browser.set_up(invitation, PASSWORD)
        return browser

    def begin(self, path, browser, length):
        """What is said to a header alone, before the content comes."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(30)
            sock.connect(self.path)
            cookie = '; '.join('%s=%s' % pair for pair in browser.jar.items()) or 'a=b'
            sock.sendall(('POST %s%s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n' % (API, path, cookie, length)).encode())
            return sock.recv(1000).split(b'\r\n')[0]

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


def attaching(house, hanako, taro, reader):
    tap = house.tap
    one, _ = house.report('with files', hanako)
    place = API + '/incidents/' + one['number']
    names = ['報告書 "最終".pdf', 'empty.txt', "o'brien;x=1.bin"]
    contents = [os.urandom(300000), b'', bytes(range(256)) * 10]
    files = [{'name': n, 'type': 'application/pdf', 'content': base64.b64encode(c).decode()} for n, c in zip(names, contents)]
    sums = [hashlib.sha256(c).hexdigest() for c in contents]
    wish = {'text': 'see the files', 'to': [ALICE], 'plain_ok': True}
    tap.equal(hanako.get(API + '/session').json['attachments_max'], 1048576, 'how much may go along is said')
    shown = hanako.post(place + '/reply/preview', {**wish, 'files': files})
    tap.ok([(f['name'], f['size'], f['sha256']) for f in shown.json['files']] == list(zip(names, map(len, contents), sums)), 'the preview lists names, sizes and hashes', shown)
    for wrong, name in (('x', 'no list'), ([{'content': 'eA=='}], 'no name'), ([{'name': 'a', 'content': 'eA'}], 'half of base64'),
                        ([{'name': 'a', 'content': 'e A='}], 'no base64'), ([{'name': 'a', 'content': 'eA==', 'size': 1}], 'what nobody knows'),
                        ([{'name': 'a/b', 'content': 'eA=='}], 'a path'), ([{'name': 'a\nb', 'content': 'eA=='}], 'a line end'), ([{'name': 'a'}], 'no content'),
                        ([{'name': 'a', 'content': 3}], 'a number')):
        tap.equal(hanako.post(place + '/reply/preview', {**wish, 'files': wrong}).status, 400, '400 for a file with ' + name)
    large = base64.b64encode(bytes(1048577)).decode()
    for word, more in (('reply', {}), ('drafts/save', {}), ('reply/preview', {})):
        answer = hanako.post(place + '/' + word, {**wish, 'files': [{'name': 'large', 'content': large}], **more})
        tap.ok(answer.status == 413 and 'attachments-max is 1048576' in answer.json['detail'], 'too much is refused with a reason: ' + word, answer)
    tap.equal(hanako.request('POST', place + '/reply', b' ' * 9500000, headers={'Content-Type': 'application/json'}).status, 400, 'a content with files may be larger than others')
    tap.ok(b' 413 ' in house.begin('/incidents/%s/note' % one['number'], hanako, 9500000), 'than those without')
    tap.ok(b' 413 ' in house.begin('/incidents/%s/reply' % one['number'], hanako, 10000000), 'but not without end')
    tap.ok(b' 401 ' in house.begin('/incidents/%s/reply' % one['number'], w.Browser(house.path), 9500000), 'nor from a stranger')
    saved = taro.post(place + '/drafts/save', {**wish, 'files': files})
    draft = taro.get(API + '/drafts?ticket=' + one['number']).json['items'][0]
    tap.ok(saved.status == 200 and [(f['name'], f['size'], f['sha256']) for f in draft['wish']['files']] == list(zip(names, map(len, contents), sums)),
           'a draft keeps them', draft)
    tap.ok(draft['wish']['plain_ok'] and not draft['wish']['quote'], 'and how it is to go', draft)
    name = draft['name'].split('/')[1]
    got = [hanako.get('%s/drafts/%s/files/%d' % (place, name, i)) for i in (1, 2, 3)]
    tap.ok([g.body for g in got] == contents and all(g.header('Content-Type') == 'application/octet-stream' for g in got), 'another member reads the same bytes')
    tap.equal(got[0].header('Content-Disposition'), 'attachment; filename="___ ____.pdf"; filename*=UTF-8\'\'%E5%A0%B1%E5%91%8A%E6%9B%B8%20%22%E6%9C%80%E7%B5%82%22.pdf',
              'under the name that the member gave it')
    tap.equal([hanako.get('%s/drafts/%s/files/%s' % (place, name, i)).status for i in ('0', '4', 'x', '-1')], [404, 404, 400, 404], 'there are no others')
    tap.equal(reader.get('%s/drafts/%s/files/1' % (place, name)).status, 403, 'who only reads gets no files')
    kept = [{'name': 'renamed.pdf', 'sha256': sums[0]}, {'name': names[2], 'sha256': sums[2]}]
    shown = taro.post(place + '/reply/preview', {**wish, 'files': kept, 'files_of': name})
    tap.ok([(f['name'], f['size']) for f in shown.json['files']] == [('renamed.pdf', 300000), (names[2], 2560)], 'what it has is named, and not sent again', shown)
    tap.equal(taro.post(place + '/reply/preview', {**wish, 'files': kept}).status, 400, 'but not where nobody has it')
    tap.equal(taro.post(place + '/drafts/save', {'draft': name, 'files': [{'name': 'a', 'sha256': 'f' * 64}]}).status, 404, 'nor what it has not')
    again = taro.post(place + '/drafts/save', {'draft': name, 'plain_ok': False, 'files': kept})
    draft = taro.get(API + '/drafts?ticket=' + one['number']).json['items'][0]
    tap.ok([f['name'] for f in draft['wish']['files']] == ['renamed.pdf', names[2]] and draft['wish']['text'] == 'see the files' and not draft['wish']['plain_ok'],
           'one is taken away, one renamed, and what is not spoken of stays', (again, draft))
    tap.equal(hanako.get('%s/drafts/%s/files/1' % (place, name)).status, 404, 'the revision of before is not handed out')
    name = draft['name'].split('/')[1]
    taro.post(place + '/drafts/save', {'draft': name, 'files': [], 'to': [], 'subject': ''})
    draft = taro.get(API + '/drafts?ticket=' + one['number']).json['items'][0]
    tap.ok(draft['wish']['files'] == [] and draft['wish']['to'] == [], 'all of them are taken away', draft)
    taro.post(place + '/drafts/discard', {'draft': draft['name'].split('/')[1]})
    before = {t.header(raw, 'Message-ID') for raw in house.demo.outgoing()}
    sent = hanako.post(place + '/reply', {**wish, 'files': files})
    tap.equal(sent.status, 200, 'a reply goes with files')
    raw = t.wait_for(lambda: next((r for r in house.demo.outgoing() if t.header(r, 'Message-ID') not in before), None), 30)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    found = [(p.get_filename(), p.get_payload(decode=True)) for p in mail.walk() if p.get_content_disposition() == 'attachment']
    tap.ok([f for f in found if f[0] in names] == list(zip(names, contents)), 'and who gets it finds the same names and bytes', [f[0] for f in found])
    entry = next(e for e in hanako.get(place).json['thread'] if e.get('text') == 'see the files')
    tap.equal([(f['name'], f['sha256']) for f in entry['files']], list(zip(names, sums)), 'the thread tells what went along')
    lines = [i for i in hanako.get(API + '/audit?limit=300').json['items'] if i['word'] == 'draft-file' and i['outcome'] == 'done']
    tap.ok(len(lines) >= 3 and all(i['member'] == 'hanako' for i in lines), 'the audit knows who got which', lines)


def archives(house, hanako, reader):
    """Opened by Python's zipfile, and by unzip and 7z where they are."""
    tap, content = house.tap, b'MZ' + os.urandom(150000)
    entity = (b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nlook\r\n--b\r\n'
              b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="../../evil\xe2\x80\xaegpj.exe"\r\n'
              b'Content-Transfer-Encoding: base64\r\n\r\n' + base64.encodebytes(content).replace(b'\n', b'\r\n')
              + b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="none.csv"\r\n\r\n\r\n--b--\r\n')
    one, message = house.report('a stranger\'s program', hanako, entity)
    parts = next(e for e in one['thread'] if e['id'] == message)['report']['parts']
    tap.equal([p['size'] for p in parts], [len(content), 0], 'two files came')
    place = '%s/incidents/%s/messages/%d/parts/' % (API, one['number'], message)
    for part, wanted in zip(parts, (content, b'')):
        answer = hanako.get(place + part['path'] + '?zip=true')
        sha = hashlib.sha256(wanted).hexdigest()
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        tap.ok(answer.status == 200 and answer.header('Content-Type') == 'application/octet-stream'
               and answer.header('Content-Disposition').startswith('attachment; filename="%s.zip"' % sha), 'an archive, called by what is in it', answer.headers)
        info = archive.infolist()
        tap.ok([i.filename for i in info] == [sha + '.bin'] and info[0].flag_bits & 1 and info[0].external_attr == 0 and info[0].date_time[0] == 1980,
               'nothing in it was named by the stranger, and nothing may run', info)
        tap.equal(archive.read(sha + '.bin', pwd=b'infected'), wanted, 'with the password it holds the same bytes')
        tap.ok(wanted == b'' or wanted[:1000] not in answer.body, 'which do not stand in it')
        for pwd in (None, b'infecteD', b''):
            try:
                same = archive.read(sha + '.bin', pwd=pwd) == wanted and wanted != b''
            except (RuntimeError, zipfile.BadZipFile):
                same = False
            tap.ok(not same, 'and not with the password %r' % pwd)
        path = os.path.join(t.short_dir('z'), 'a.zip')
        with open(path, 'wb') as file:
            file.write(answer.body)
        for tool, command in (('unzip', ['unzip', '-p', '-P', 'infected', path]), ('7z', ['7z', 'e', '-so', '-pinfected', path])):
            if shutil.which(tool) is None:
                continue
            wrong = [word.replace('infected', 'innocent') for word in command]
            right = subprocess.run(command, capture_output=True, check=False)
            tap.ok(right.returncode == 0 and right.stdout == wanted, tool + ' opens it', right.stderr)
            wrong = subprocess.run(wrong, capture_output=True, check=False)
            tap.ok(wanted == b'' or (wrong.returncode != 0 and wrong.stdout != wanted), tool + ' does not with a wrong password', wrong.stderr)
    plain = hanako.get(place + parts[0]['path'])
    tap.ok(plain.body == content and 'evil' not in plain.header('Content-Disposition'), 'the bytes as they are, without the stranger\'s name', plain.headers)
    tap.equal(hanako.get(place + '9.9?zip=true').status, 404, 'no archive of what is not there')
    tap.equal(reader.get(place + parts[0]['path'] + '?zip=true').status, 403, 'nor for who only reads')
    tap.equal(hanako.get(place + parts[0]['path'] + '?zip=yes').status, 400, 'nor for who says something else')


def views(house, hanako, taro, reader):
    tap = house.tap

    def shown(browser):
        return [(v['name'], v['query'], v['team']) for v in browser.get(API + '/views').json['items']]

    def put(browser, name, query, path='/views'):
        return browser.request('PUT', API + path, {'name': name, 'query': query})

    def drop(browser, name, path='/views'):
        return browser.request('DELETE', '%s%s?%s' % (API, path, urllib.parse.urlencode({'name': name})))
    tap.equal(shown(taro), [], 'nobody has a view')
    kept = put(taro, '朝/の 一覧', 'state=open&owner=me')
    tap.ok(kept.status == 200 and shown(taro) == [('朝/の 一覧', 'state=open&owner=me', False)], 'a view is kept', kept)
    tap.equal(shown(hanako), [], 'it is his')
    put(taro, 'late', 'overdue=true&category=%E8%84%86%E5%BC%B1+x')
    put(taro, '朝/の 一覧', 'state=new')
    tap.equal(sorted(v[1] for v in shown(taro)), ['overdue=true&category=%E8%84%86%E5%BC%B1+x', 'state=new'], 'another takes the place of the one of its name')
    for name, query, why in (('x', 'colour=red', 'a filter that is none'), ('x', '', 'none'), ('x', 'state=open&state=new', 'one twice'), ('x', 'unread=perhaps', 'no yes'),
                             ('x', 'state=', 'an empty one'), ('x', 'state=%ff', 'no text'), ('', 'state=new', 'no name'), ('a\nb', 'state=new', 'two lines'),
                             ('x' * 121, 'state=new', 'a long name'), ('x', 'tag=' + 'a' * 2000, 'a long query')):
        tap.equal(put(taro, name, query).status, 400, '400 for ' + why)
    tap.equal(put(taro, 'ours', 'state=new', '/team-views').status, 403, 'a handler keeps none for the team')
    tap.equal(put(hanako, 'ours', 'priority=urgent', '/team-views').status, 200, 'an administrator does')
    tap.ok(shown(reader) == [('ours', 'priority=urgent', True)] and shown(taro)[-1] == ('ours', 'priority=urgent', True), 'and all see it', shown(reader))
    tap.equal(drop(taro, 'ours').status, 404, 'nobody forgets it as his own')
    tap.equal(drop(taro, 'ours', '/team-views').status, 403, 'nor the team\'s without a say')
    tap.equal(taro.request('PUT', API + '/views', {'name': 'forged', 'query': 'state=new'}, proof=False).status, 403, 'nobody keeps one from another site')
    tap.equal(taro.post(API + '/views', {'name': 'x', 'query': 'state=new'}).status, 405, 'nor another way')
    tap.equal([drop(taro, 'late').status, drop(taro, 'late').status], [200, 404], 'one is forgotten, once')
    many = [put(reader, 'v%d' % i, 'state=new').status for i in range(52)]
    tap.ok(many[:50] == [200] * 50 and many[50:] == [413] * 2, 'fifty are enough', many)
    with open(house.demo.dir + '/store.db', 'rb') as file:
        store = file.read() + open(house.demo.dir + '/store.db-wal', 'rb').read()
    tap.ok('朝/の'.encode() not in store and b'overdue=true' not in store and b'saved_view' in store, 'names and queries rest sealed')
    audit = hanako.get(API + '/audit?limit=50').body.decode()
    tap.ok('view-put' in audit and '朝/の' not in audit, 'the audit knows that, and not what')
    house.demo.cli('members', 'leave', 'rei')
    tap.equal(shown(hanako), [('ours', 'priority=urgent', True)], 'who leaves takes only his own along')


def by_command(house):
    """Before there are members, all that is kept is the team's."""
    tap, cli = house.tap, house.demo.cli
    house.demo.send(t.plain(ALICE, t.TEAM, 'for the view', 'text\n', mid=t.message_id()), ALICE)
    house.demo.settle(accepted=1)
    tap.equal(cli('views', 'keep', 'mine', 'state=new').status, 64, 'a view of nobody is not kept')
    kept = cli('views', 'keep', '--team', 'new ones', 'state=new')
    tap.ok(kept.status == 0 and cli('views', '--json').json == {'schema': 'madoguchi.view/1', 'name': 'new ones', 'query': 'state=new', 'team': True}, 'the team\'s is', kept)
    tap.ok(b'new ones (team)  state=new' in cli('views').out, 'and listed', cli('views'))
    tap.equal([len(cli('list', '--json', '--view', 'new ones', *more).lines) for more in ((), ('--state', 'open'))], [1, 0], 'list goes by it, and by what is said besides')
    wrong = cli('list', '--view', 'none')
    tap.ok(wrong.status == 1 and b'no view of that name' in wrong.err, 'a name that is none is said', wrong)
    tap.equal([cli('views', 'keep', 'x').status, cli('views', 'x').status, cli('views', 'keep', '--team', 'x', 'colour=red').status], [64, 64, 64], 'words that make no sense')
    tap.equal([cli('views', 'forget', '--team', 'new ones').status, cli('views', 'forget', '--team', 'new ones').status, len(cli('views').out)], [0, 1, 0], 'it is forgotten')


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(tap)
    by_command(house)
    hanako = house.member('hanako', 'administrator')
    reader = house.member('rei', 'reader')
    taro = house.member('taro', 'handler')
    splitting(house, hanako, reader)
    attaching(house, hanako, taro, reader)
    archives(house, hanako, reader)
    views(house, hanako, taro, reader)
    house.demo.stop()
    tap.done()


if __name__ == '__main__':
    main()
