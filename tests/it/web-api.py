#!/usr/bin/env python3
"""The members' API over HTTP: who comes in and how, what a session is worth and when it ends, what changes something and what must
not, errors, versions, files, events, and the document that describes it all."""
import gzip
import json
import os
import re
import socket
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoqr as qr  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

PASSWORD = 'correct horse battery'
API = '/api/v1'


class House:
    def __init__(self, tap, conf=None):
        self.tap = tap
        self.top = t.short_dir('w')
        self.path = self.top + '/web.sock'
        self.demo = t.Demo(conf or {('reply', 'approval'): 'all'}, web='unix:' + self.path)
        self.secrets = {}

    def browser(self, address='192.0.2.1'):
        return w.Browser(self.path, address)

    def member(self, login, role):
        self.demo.cli('members', 'add', login, '--role', role)
        invitation = json.loads(self.demo.cli('members', 'invite', login, '--json').out)['invitation']
        browser = self.browser()
        self.secrets[login] = browser.set_up(invitation, PASSWORD)
        return browser

    def code(self, login, steps=1):
        """The next code: one step ahead, since each counts once."""
        return w.totp(self.secrets[login], time.time() + 30 * steps)

    def report(self, subject, browser, text='text\n'):
        """A mail comes in; returns its ticket as @browser sees it."""
        self.demo.send(t.plain('reporter@reporter.example', t.TEAM, subject, text, mid=t.message_id()), 'reporter@reporter.example')

        def find():
            return next((i for i in browser.get(API + '/incidents').json['items'] if i['subject'] == subject), None)
        return t.wait_for(find, 60)


def stranger(house):
    tap, nobody = house.tap, house.browser()
    for path in ('/incidents', '/incidents/1', '/account', '/members', '/session', '/events', '/audit', '/incidents/1/messages/1/raw'):
        answer = nobody.get(API + path)
        tap.ok(answer.status == 401 and answer.json['status'] == 401 and answer.header('Content-Type') == 'application/problem+json',
               'a stranger gets 401 at ' + path, answer)
    tap.equal(nobody.get(API + '/nothing').status, 404, 'no such place')
    tap.equal(nobody.get('/../../etc/passwd').status, 404, 'no file of the host')
    tap.equal(nobody.get('/%2e%2e/index.html').status, 404, 'nor with percent signs')
    tap.equal(nobody.post(API + '/watch', {}).status, 404, 'the page\'s own words are not for browsers')
    page = nobody.get('/')
    tap.ok(page.status == 200 and "default-src 'none'" in page.header('Content-Security-Policy')
           and page.header('X-Content-Type-Options') == 'nosniff' and page.header('X-Frame-Options') == 'DENY'
           and page.header('Referrer-Policy') == 'no-referrer', 'the page is there, and may do little', page)
    tap.ok(nobody.get('/', headers={'If-None-Match': page.header('ETag')}).status == 304, 'and is not sent twice')


def check_code(tap, device):
    """The secret of a second device as apps take it."""
    uri = urllib.parse.urlsplit(device['uri'])
    team, login = (urllib.parse.unquote(word) for word in uri.path[1:].split(':'))
    tap.equal((uri.scheme, uri.netloc, login), ('otpauth', 'totp', 'hanako'), 'the secret comes as an address for apps, too')
    tap.equal(dict(urllib.parse.parse_qsl(uri.query, strict_parsing=True)),
              {'secret': device['secret'], 'issuer': team, 'algorithm': 'SHA1', 'digits': '6', 'period': '30'}, 'which says all that they need')
    is_code = qr.is_code(device.get('qr'))
    tap.ok(is_code, 'and as the modules of a QR code', device)
    if is_code and qr.why_not():
        tap.skip('that says the same', qr.why_not())
    else:
        tap.equal(is_code and qr.read_modules(device['qr']['rows']), [device['uri']], 'that says the same')


def coming_in(house):
    tap = house.tap
    house.demo.cli('members', 'add', 'hanako', '--role', 'administrator')
    first = json.loads(house.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    invitation = json.loads(house.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
    browser = house.browser()
    tap.equal(browser.post(API + '/set-up', {'invitation': first, 'password': PASSWORD}).status, 403, 'an older invitation is void')
    tap.equal(browser.post(API + '/set-up', {'invitation': invitation, 'password': 'short'}).status, 400, 'a short password is refused')
    device = browser.post(API + '/set-up', {'invitation': invitation, 'password': PASSWORD}).json
    secret = house.secrets['hanako'] = device['secret']
    check_code(tap, device)
    tap.equal(browser.log_in('hanako', PASSWORD, w.totp(secret)).status, 403, 'nothing counts before a code confirmed it')
    browser.proof = 'none'
    wrong = '%06d' % ((int(w.totp(secret)) + 1) % 1000000)
    tap.equal(browser.post(API + '/set-up/confirm', {'invitation': invitation, 'code': wrong}).status, 403, 'a wrong code confirms nothing')
    done = browser.post(API + '/set-up/confirm', {'invitation': invitation, 'code': w.totp(secret)})
    tap.ok(done.status == 200 and 'session' not in done.json, 'with the code it is done, and the session is not in the content', done)
    cookie = next(c for c in done.cookies() if c.startswith(w.COOKIE + '='))
    tap.ok(all(word in cookie for word in ('Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/')) and 'Domain' not in cookie,
           'the cookie is bound', cookie)
    tap.equal(browser.get(API + '/session').json['login'], 'hanako', 'and it is hers')
    tap.equal(house.browser().post(API + '/set-up', {'invitation': invitation, 'password': PASSWORD}).status, 403, 'an invitation counts once')
    other = house.browser()
    replies = [other.log_in('hanako', 'wrong horse battery', house.code('hanako')), other.log_in('hanako', PASSWORD, w.totp(secret)),
               other.log_in('nobody', PASSWORD, house.code('hanako')), other.log_in('hanako', PASSWORD, wrong)]
    tap.ok(all(r.status == 403 for r in replies) and len({r.body for r in replies}) == 1,
           'a wrong password, a used code, no member, a wrong code: all the same words', [r.body for r in replies])
    good = other.log_in('hanako', PASSWORD, house.code('hanako'))
    tap.equal(good.status, 200, 'she comes in with password and code')
    browser.proof = browser.get(API + '/session').json['proof']
    tap.ok(browser.proof != other.proof and browser.jar[w.COOKIE] != other.jar[w.COOKIE], 'each browser has a session of its own')
    fixed = house.browser()
    fixed.jar[w.COOKIE] = 'A' * 43
    tap.equal(fixed.get(API + '/session').status, 401, 'a session that somebody made up is none')
    return browser, other


def guessing(house):
    tap, thief = house.tap, house.browser('198.51.100.7')
    taro = house.member('taro', 'handler')
    statuses = [thief.log_in('taro', 'guess number %06d' % i, '000000').status for i in range(8)]
    tap.ok(statuses[:5] == [403] * 5 and set(statuses[5:]) == {503}, 'guessing is stopped after some tries', statuses)
    tap.equal(taro.get(API + '/session').status, 200, 'who is in stays in')
    taro.post(API + '/log-out')
    tap.equal(taro.log_in('taro', PASSWORD, house.code('taro')).status, 200, 'and comes in from a known device while somebody guesses')
    return taro


def forgery(house, hanako):
    tap = house.tap
    before = house.report('forged', hanako)
    path = API + '/incidents/%s/take' % before['number']
    tries = [('without the proof', dict(proof=False)), ('with another proof', dict(headers={'X-Madoguchi-Proof': 'f' * 64})),
             ('from another site', dict(headers={'Sec-Fetch-Site': 'cross-site'})), ('from a sister site', dict(headers={'Sec-Fetch-Site': 'same-site'})),
             ('from another origin', dict(headers={'Origin': 'https://evil.example'})),
             ('as a form', dict(headers={'Content-Type': 'application/x-www-form-urlencoded'}))]
    for name, more in tries:
        answer = hanako.post(path, {}, **more) if name != 'as a form' else hanako.request('POST', path, 'a=b', **more)
        tap.ok(answer.status in (403, 415), 'a change %s is refused' % name, answer)
    tap.equal(hanako.get(path).status, 405, 'and reading changes nothing')
    tap.equal(hanako.get(API + '/incidents').json['items'][0]['version'], before['version'], 'nothing was changed')
    return before


def working(house, hanako, taro):
    tap = house.tap
    one = hanako.get(API + '/incidents').json['items'][0]
    place = API + '/incidents/' + one['number']
    shown = hanako.get(place)
    tap.ok(shown.json['ticket'] == one['ticket'] and shown.json['thread'][0]['report']['text'].strip() == 'text'
           and shown.header('ETag').startswith('"%d.' % shown.json['version']) and shown.header('Cache-Control') == 'no-store', 'a ticket is shown whole', shown)
    taken = hanako.post(place + '/take', headers={'If-Match': shown.header('ETag')})
    tap.ok(taken.status == 200 and taken.json['owner'] == 'hanako' and taken.header('ETag') != shown.header('ETag'), 'and taken', taken)
    late = taro.post(place + '/assign', {'owner': 'taro'}, headers={'If-Match': shown.header('ETag')})
    tap.ok(late.status == 412 and 'changed meanwhile' in late.json['detail'], 'who saw an older one does not write over it', late)
    tap.equal(taro.post(place + '/note', {'text': 'seen'}, headers={'If-Match': taken.header('ETag')}).status, 200, 'who saw the newest does')
    mine = hanako.get(place).json
    tap.ok([e['from'] for e in mine['thread'] if e['direction'] == 'note'] == ['taro'], 'and it stands in the thread', mine['thread'])
    shown = hanako.get(API + '/overview').json
    counts = {name: {share['name']: share['count'] for share in shown[name]} for name in ('states', 'ages', 'categories', 'owners', 'days')}
    tap.ok(shown['schema'] == 'madoguchi.overview/1' and counts['states'] == {'open': 1} and counts['ages'] == {'1': 1}
           and counts['owners'] == {'hanako': 1} and len(counts['days']) == 30 and sum(counts['days'].values()) == 1, 'the queue in numbers', counts)
    found = hanako.get(API + '/search?query=forged').json['items']
    tap.ok([f['number'] for f in found[:1]] == [one['number']], 'what was written is found', found)
    raw = hanako.get(place + '/messages/%d/raw' % mine['thread'][0]['id'])
    tap.ok(raw.status == 200 and b'Subject: forged' in raw.body and raw.header('Content-Type') == 'application/octet-stream'
           and raw.header('Content-Disposition').startswith('attachment'), 'the mail as it came, as a download', raw)
    for content, name in (({'state': 'nonsense'}, 'a wrong value'), ({}, 'a missing one'), ({'state': 3}, 'one of the wrong type'),
                          ({'state': 'open', 'more': 1}, 'one that nobody knows'), ('[1]', 'a list'), ('{', 'no JSON'),
                          ('[' * 100, 'deep JSON'), (b'{"state": "\xff"}', 'no UTF-8')):
        answer = hanako.request('POST', place + '/state', content, headers={'Content-Type': 'application/json'})
        tap.ok(answer.status == 400, '400 for ' + name, answer)
    tap.equal(hanako.get(API + '/incidents?state=open&colour=red').status, 400, '400 for a question that nobody knows')
    tap.equal(hanako.get(API + '/incidents/2026-999999').status, 404, '404 for a ticket that is not there')
    tap.equal(hanako.get(API + '/incidents?limit=x').status, 400, '400 for a limit that is no number')
    page = API + '/incidents?after=' + one['number']
    tap.equal([i['number'] for i in hanako.get(page).json['items']], [], 'after the last ticket comes nothing')
    tap.equal([i['number'] for i in hanako.get(page + '&after_updated=2100-01-01T00:00:00Z').json['items']], [one['number']],
              'but after where it stood when it was seen')
    for wrong in (page + '&after_updated=soon', API + '/incidents?after_updated=2100-01-01T00:00:00Z'):
        tap.equal(hanako.get(wrong).status, 400, '400 for a place that is none')


def answering(house, hanako, taro):
    """Drafts, four eyes, texts that are ready; due times; held mails."""
    tap, number = house.tap, hanako.get(API + '/incidents').json['items'][0]['number']
    place = API + '/incidents/' + number

    def drafts(browser):
        return browser.get(API + '/drafts?ticket=' + number).json['items']

    saved = taro.post(place + '/drafts/save', {'text': 'first', 'to': ['reporter@reporter.example'], 'plain_ok': True})
    one = drafts(hanako)
    tap.ok(saved.status == 200 and len(one) == 1 and one[0]['author'] == 'taro' and one[0]['wish']['text'] == 'first', 'a draft is kept, and others see it', saved)
    name = one[0]['name'].split('/')[1]
    tap.equal(taro.post(place + '/drafts/save', {'draft': name, 'text': 'second'}, headers={'If-Match': '"1"'}).status, 412, 'not over what was not seen')
    taro.post(place + '/drafts/save', {'draft': name, 'text': 'second'})
    two = drafts(taro)[0]
    tap.ok(two['wish']['text'] == 'second' and two['wish']['to'] == ['reporter@reporter.example'] and two['revision'] > one[0]['revision'], 'and is gone on with', two)
    name = two['name'].split('/')[1]
    asked = taro.post(place + '/drafts/send', {'draft': name})
    tap.ok(asked.status == 200 and asked.json['approval'] == 'needed', 'who sends it asks for approval', asked)
    name = drafts(taro)[0]['name'].split('/')[1]
    tap.equal(taro.post(place + '/approve', {'draft': name}).status, 403, 'nobody approves his own')
    tap.equal(hanako.post(place + '/refuse', {'draft': name}).status, 400, 'who sends it back says why')
    tap.equal(hanako.post(place + '/refuse', {'draft': name, 'reason': 'too short'}).status, 200, 'another member sends it back')
    back = drafts(taro)[0]
    tap.ok(back['state'] == 'draft' and back['refused_reason'] == 'too short' and back['refused_by'] == 'hanako', 'with the reason', back)
    taro.post(place + '/drafts/send', {'draft': back['name'].split('/')[1]})
    sent = hanako.post(place + '/approve', {'draft': drafts(hanako)[0]['name'].split('/')[1]})
    tap.ok(sent.status == 200 and sent.json['recipients'] == ['reporter@reporter.example'] and drafts(hanako) == [], 'or approves it, and it goes', sent)
    taro.post(place + '/drafts/save', {'text': 'not this'})
    gone = taro.post(place + '/drafts/discard', {'draft': drafts(taro)[0]['name'].split('/')[1]})
    tap.ok(gone.status == 200 and drafts(taro) == [], 'or is thrown away', gone)
    canned = taro.get(API + '/canned').json['names']
    text = taro.get(API + '/canned/closing?language=en&ticket=' + number)
    tap.ok('closing.en' in canned and text.status == 200 and text.json['text'] != '', 'texts that are ready', text)
    tap.equal(taro.get(API + '/canned/nothing').status, 404, '404 for one that is not')
    tap.equal(taro.post(place + '/due', {'when': '1h'}).status, 200, 'a time is set')
    tap.equal([i['number'] for i in taro.get(API + '/incidents?due=true').json['items']], [number], 'and found by')
    tap.ok(taro.get(API + '/incidents?overdue=true').json['items'] == [] and taro.get(place).json['due_by'] == 'taro', 'it is not over yet')
    tap.equal((taro.post(place + '/looking').json['members'], hanako.post(place + '/looking').json['members'], taro.post(place + '/looking').json['members']),
              ([], ['taro'], ['hanako']), 'each is told who else looks at it')
    tap.equal(taro.post(place + '/unread').status, 200, 'it is unread again')
    tap.equal([i['number'] for i in taro.get(API + '/incidents?unread=true').json['items']], [number], 'in the list, too')
    tap.equal(taro.get(API + '/held/nothing').status in (400, 404), True, 'no held mail of that name')
    for word in ('retry', 'release', 'drop'):
        tap.ok(taro.post(API + '/held/nothing/' + word).status in (400, 404), 'nor is it there to ' + word)
    tap.equal(taro.post(API + '/members/hanako/role', {'role': 'reader'}).status, 403, 'a handler gives no roles')
    tap.equal(hanako.post(API + '/members/taro/role', {'role': 'nonsense'}).status, 400, 'nor is there any role')


def tokens(house, hanako, taro):
    """Scripts ask by tokens of members: within scopes, never with more than the member may, and not after the end."""
    tap, script = house.tap, house.browser()

    def bearer(token, **more):
        return dict(headers={'Authorization': 'Bearer ' + token, **more}, proof=False)

    made = {}
    for scopes in (['read'], ['files'], ['work'], ['reply'], ['house'], ['audit'], ['read', 'work']):
        made[','.join(scopes)] = taro.post(API + '/tokens/new', {'name': '-'.join(scopes), 'scopes': scopes, 'days': 7}).json['token']
    read, work = made['read'], made['work']
    number = script.get(API + '/incidents', **bearer(read)).json['items'][0]['number']
    place = API + '/incidents/' + number
    first = script.get(place, **bearer(read)).json['thread'][0]['id']
    tries = {'read': ('GET', place, None), 'files': ('GET', place + '/messages/%d/raw' % first, None),
             'work': ('POST', place + '/note', {'text': 'by a script'}), 'reply': ('POST', place + '/reply', {'text': 'x', 'to': ['nonsense']}),
             'never': ('POST', place + '/restrict', {})}
    wrong = []
    for scopes, token in made.items():
        for needed, (method, path, content) in tries.items():
            answer = script.request(method, path, content, **bearer(token))
            if (answer.status == 403) != (needed not in scopes.split(',')) or answer.status == 401:
                wrong.append((scopes, needed, answer))
    tap.equal(wrong, [], 'each token does what its scopes say, and nothing else')
    note = script.get(place, **bearer(read)).json['thread'][-1]
    tap.ok(note['from'] == 'taro' and note['text'] == 'by a script', 'as the member whose it is', note)
    refused = script.get(API + '/audit', **bearer(made['audit']))
    tap.ok(refused.status == 403 and 'handler' in refused.json['detail'], 'never more than the member may', refused)
    for name, answer in (('a token makes no token', script.post(API + '/tokens/new', {'name': 'more'}, **bearer(made['read,work']))),
                         ('nor lists them', script.get(API + '/tokens', **bearer(read))),
                         ('nor invites anybody', script.post(API + '/members/taro/invite', {}, **bearer(work)))):
        tap.equal(answer.status, 403, name)
    both = taro.get(API + '/incidents', headers={'Authorization': 'Bearer ' + read})
    tap.equal(both.status, 400, 'a session and a token at once: refused')
    for name, token in (('unknown', 'A' * 43), ('short', 'x'), ('empty', ''), ('the session itself', hanako.jar[w.COOKIE])):
        answer = script.get(API + '/incidents', **bearer(token))
        tap.ok(answer.status == 401 and answer.header('WWW-Authenticate') == 'Bearer', '401 for a token that is ' + name, answer)
    cookie = house.browser()
    cookie.jar[w.COOKIE] = read
    tap.equal(cookie.get(API + '/incidents').status, 401, 'a token is no cookie')
    for name, content in (('a bad scope', {'name': 'b', 'scopes': ['everything']}), ('too long a time', {'name': 'b', 'days': 4000}),
                          ('no time', {'name': 'b', 'days': 0}), ('a bad name', {'name': 'a/b'}), ('no name', {})):
        tap.equal(taro.post(API + '/tokens/new', content).status, 400, '400 for ' + name)
    tap.equal(taro.post(API + '/tokens/new', {'name': 'read'}).status, 404, 'each name once')
    hers = hanako.post(API + '/tokens/new', {'name': 'hers'}).json
    tap.ok(hers['scopes'] == ['read'] and script.get(API + '/incidents', **bearer(hers['token'])).status == 200, 'without more words a token reads', hers)
    own = taro.get(API + '/tokens').json['items']
    tap.ok({i['login'] for i in own} == {'taro'} and next(i for i in own if i['name'] == 'read')['used'] is not None
           and next(i for i in own if i['name'] == 'house')['used'] is not None, 'members see their own, and when each was used', own)
    everybody = hanako.get(API + '/tokens').json['items']
    tap.ok({i['login'] for i in everybody} == {'taro', 'hanako'} and read not in json.dumps(everybody), 'administrators all, and no token itself', everybody)
    tap.equal(taro.post(API + '/tokens/hers/remove', {'login': 'hanako'}).status, 403, 'nobody takes back another\'s')
    tap.equal(hanako.post(API + '/tokens/work/remove', {'login': 'taro'}).status, 200, 'but an administrator')
    tap.equal(script.post(place + '/note', {'text': 'x'}, **bearer(work)).status, 401, 'at once')
    listed = house.demo.cli('members', 'token', 'ls').out
    tap.ok(b'taro/read ' in listed and b'taro/work ' not in listed, 'the command line lists them', listed)
    house.demo.cli('members', 'token', 'rm', 'taro/files')
    tap.equal(script.get(place + '/messages/%d/raw' % first, **bearer(made['files'])).status, 401, 'and takes them back')
    lines = [i for i in hanako.get(API + '/audit?limit=1000').json['items'] if 'by a script' not in json.dumps(i)]
    words = json.dumps(lines)
    tap.ok(any(i['word'] == 'note' and i['details'].get('token') == 'work' for i in lines) and '"tokens-add"' in words and '"tokens-rm"' in words,
           'the audit names the token', words[-2000:])
    tap.ok(not any(token in words or token in house.demo.log() for token in made.values()), 'and never says it')
    return read


def roles(house, hanako):
    tap, reader = house.tap, house.member('rei', 'reader')
    number = hanako.get(API + '/incidents').json['items'][0]['number']
    tap.equal(reader.get(API + '/incidents/' + number).status, 200, 'a reader reads')
    tap.equal(reader.post(API + '/incidents/%s/note' % number, {'text': 'x'}).status, 403, 'and does not write')
    tap.equal(reader.get(API + '/audit').status, 403, 'nor sees who asked for what')
    hanako.post(API + '/incidents/%s/tlp' % number, {'tlp': 'TLP:RED'})
    veiled = reader.get(API + '/incidents/' + number)
    tap.ok(veiled.status == 200 and b'forged' not in veiled.body and veiled.json['thread'] == [], 'what is restricted is veiled', veiled)
    tap.equal(reader.get(API + '/incidents/%s/messages/1/raw' % number).status, 403, 'and its mails are not given out')
    answer = reader.get(API + '/incidents')
    tap.ok(answer.status == 200 and b'forged' not in answer.body, 'nor does the list tell', answer)
    events = w.Events(reader)
    tap.ok(events.wait(b'event: hello'), 'a reader hears events')
    house.report('something new', hanako)
    tap.ok(events.wait(b'event: change'), 'and that something came')
    events.close()
    token = reader.post(API + '/tokens/new', {'name': 'rei'}).json['token']
    script = house.browser()
    use = dict(headers={'Authorization': 'Bearer ' + token}, proof=False)
    veiled = script.get(API + '/incidents/' + number, **use)
    tap.ok(veiled.status == 200 and veiled.json['thread'] == [], 'a token reads no more than its member', veiled)
    house.demo.cli('members', 'leave', 'rei')
    tap.equal(script.get(API + '/incidents', **use).status, 401, 'who left has no token any more')
    tap.equal(reader.get(API + '/incidents').status, 401, 'who left is out at once')
    tap.equal(reader.log_in('rei', PASSWORD, house.code('rei')).status, 403, 'and does not come in again')


def leaving(house, hanako, other, taro):
    tap = house.tap
    tap.equal(other.post(API + '/log-out', proof=False).status, 403, 'no other site logs anybody out')
    gone = other.post(API + '/log-out')
    cookie = next(c for c in gone.cookies() if c.startswith(w.COOKIE + '='))
    tap.ok(gone.status == 204 and 'Max-Age=0' in cookie, 'logging out takes the cookie back', gone)
    tap.equal(hanako.get(API + '/session').status, 200, 'the other browser stays in')
    kept = dict(taro.jar)
    house.demo.cli('members', 'log-out', 'taro')
    taro.jar = kept
    tap.equal(taro.get(API + '/incidents').status, 401, 'all sessions of a member end by command')
    words = hanako.get(API + '/audit?limit=1000').body.decode()
    tap.ok('"log-in"' in words and '"log-out"' in words and PASSWORD not in words and 'guess number' not in words, 'log-in, log-out and failures stand in the audit, passwords do not',
           words[-3000:])
    log = house.demo.log()
    tap.ok(PASSWORD not in log and house.secrets['hanako'] not in log and hanako.jar[w.COOKIE] not in log, 'nor in the log')


def raw_http(house):
    """What libraries would not send."""
    tap = house.tap

    def send(text, read=True):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(30)
        sock.connect(house.path)
        sock.sendall(text)
        got = b''
        while read:
            try:
                piece = sock.recv(65536)
            except (TimeoutError, ConnectionResetError):
                break
            if not piece:
                break
            got += piece
            if b'\r\n\r\n' in got and b'Content-Length: 0' in got:
                break
        sock.close()
        return got

    head = b'POST /api/v1/log-in HTTP/1.1\r\nHost: madoguchi.example\r\nConnection: close\r\n'
    for name, text in (('two lengths', head + b'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} '),
                       ('a length and chunks', head + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'),
                       ('a coding that is no coding', head + b'Transfer-Encoding: xchunked\r\n\r\n{}'),
                       ('a space in a name', head + b'Content-Length : 2\r\n\r\n{}'),
                       ('a length with a sign', head + b'Content-Length: +2\r\n\r\n{}'),
                       ('no host', b'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')):
        got = send(text)
        tap.ok(got == b'' or re.match(rb'HTTP/1\.1 (400|403|501)', got), 'refused: ' + name, got[:300])
    got = send(head + b'Content-Length: 99999999\r\n\r\n')
    tap.ok(b' 413 ' in got.split(b'\r\n')[0], 'too much content is refused before it comes', got[:200])
    got = send(b'GET / HTTP/1.1\r\nHost: x\r\n' + b'X-Long: ' + b'a' * 200000 + b'\r\n\r\n')
    tap.ok(got == b'' or b' 431 ' in got.split(b'\r\n')[0] or b' 413 ' in got.split(b'\r\n')[0], 'a header without end is refused', got[:200])
    tap.equal(house.browser().get('/').status, 200, 'and the page goes on')


def correctness(house, hanako):
    """What browsers, proxies and scripts expect of HTTP."""
    tap, number = house.tap, hanako.get(API + '/incidents').json['items'][0]['number']
    place = API + '/incidents/' + number
    for path, methods in ((place, 'GET, HEAD'), (place + '/take', 'POST'), (API + '/log-in', 'POST'), (API + '/session', 'GET'), ('/main.js', 'GET, HEAD')):
        for method in ('OPTIONS', 'DELETE'):
            answer = hanako.request(method, path)
            tap.ok(answer.status == 405 and answer.header('Allow') == methods and answer.header('Content-Type') == 'application/problem+json',
                   '405 says what there is: %s %s' % (method, path.replace(number, 'N')), answer)
    for path in (API + '/incidents', place, API + '/members', API + '/overview'):
        first = hanako.get(path)
        second = hanako.get(path, headers={'If-None-Match': first.header('ETag')})
        if path == place: # reading it changed what it says: nothing is unread any more
            first = hanako.get(path)
            second = hanako.get(path, headers={'If-None-Match': 'W/"x", ' + first.header('ETag')})
        tap.ok(first.status == 200 and second.status == 304 and second.body == b'' and second.header('ETag') == first.header('ETag')
               and second.header('Cache-Control') == 'no-store', 'what somebody has already is not sent again: ' + path.replace(number, 'N'), second)
    tag = hanako.get(place).header('ETag')
    hanako.post(place + '/note', {'text': 'one more'})
    tap.equal(hanako.get(place, headers={'If-None-Match': tag}).status, 200, 'what changed is')
    tap.equal(hanako.post(place + '/note', {'text': 'late'}, headers={'If-Match': tag}).status, 412, 'and by the old tag nothing is changed')
    tap.equal(hanako.get(place, headers={'Accept': 'text/html'}).status, 406, 'who takes no JSON gets none')
    tap.equal(hanako.get(place, headers={'Accept': 'text/html,*/*;q=0.8'}).status, 200, 'who takes anything does')
    for path in (place + '/note', API + '/log-in'):
        browser = hanako if path != API + '/log-in' else house.browser()
        tap.equal(browser.request('POST', path, 'a=b', headers={'Content-Type': 'text/plain'}).status, 415, 'content of another type')
    head = hanako.request('HEAD', '/main.js')
    page = hanako.get('/main.js')
    tap.ok(head.status == 200 and head.body == b'' and head.header('Content-Length') == page.header('Content-Length') and head.header('Date'), 'HEAD', head)
    packed = hanako.get('/main.js', headers={'Accept-Encoding': 'gzip'})
    tap.ok(packed.header('Content-Encoding') == 'gzip' and gzip.decompress(packed.body) == page.body and packed.header('Vary') == 'Accept-Encoding'
           and packed.header('ETag') != page.header('ETag') and page.header('Content-Encoding') is None, 'the page\'s files are packed for who takes that', packed.headers)
    tap.equal(hanako.get(place, headers={'Accept-Encoding': 'gzip'}).header('Content-Encoding'), None, 'what is secret is not: its size would tell')
    mail = next(e for e in hanako.get(place).json['thread'] if e['direction'] == 'in')
    part = hanako.get(place + '/messages/%d/raw' % mail['id'], headers={'Range': 'bytes=0-3'})
    tap.ok(part.status == 200 and part.header('Accept-Ranges') == 'none' and len(part.body) > 4, 'a mail is given as a whole', part)
    for path in ('/session', '/incidents', '/openapi.json', '/nothing', '/incidents/' + number, '/members', '/incidents/%s/messages/%d/raw' % (number, mail['id'])):
        tap.equal(hanako.get(API + path).header('Cache-Control'), 'no-store', 'nobody keeps ' + path.replace(number, 'N'))
    deep = ''.join('Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i) for i in range(150))
    house.demo.send(t.plain('reporter@reporter.example', t.TEAM, 'deep', '', mid=t.message_id(), entity=deep.encode()), 'reporter@reporter.example')
    held = t.wait_for(lambda: hanako.get(API + '/held').json['items'], 60)[0]
    shown = hanako.get(API + '/held/' + held['queue_id']).json
    tap.ok({k: shown.get(k) for k in held} == held and isinstance(shown['problems'], list), 'a held mail says the same alone and in the list, times and all',
           (held, shown))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(house.path)
        got = b''
        for i in range(3):
            sock.sendall(b'GET /icon.svg HTTP/1.1\r\nHost: x\r\n\r\n')
            while got.count(b'</svg>') <= i:
                got += sock.recv(65536)
        tap.equal(got.count(b'HTTP/1.1 200 '), 3, 'a connection is used again')


def no_text(house):
    """What strangers send that is no text, or that json-glib takes for JSON: refused, and it ends nothing."""
    tap = house.tap
    json_type = {'Content-Type': 'application/json'}
    deep = '[' * 60000 # as much as a stranger may send
    for content, name in (('/*"*/{"login":' + deep, 'deep behind a comment'), ("{'\"':" + deep, 'deep behind another quote'),
                          ('{"login": "\\udc00x", "password": "x", "code": "1"}', 'half of a character'),
                          ('{"login": "\\377", "password": "x", "code": "1"}', 'an octal byte'),
                          ('{"login": "a\\u0000b", "password": "x", "code": "1"}', 'a NUL')):
        answer = house.browser('198.51.100.44').request('POST', API + '/log-in', content, headers=json_type)
        tap.equal(answer.status, 400, '400 for ' + name)
    for field, name in (('Cookie: %s=\xff\xfe' % w.COOKIE, 'cookie'), ('Cookie: %s=x\r\nIf-Match: "\xff"' % w.COOKIE, 'version')):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(30)
        sock.connect(house.path)
        path = API + ('/session' if name == 'cookie' else '/incidents/2026-000001')
        sock.sendall(('GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n' % (path, field)).encode('latin-1'))
        wanted = b'HTTP/1.1 401 ' if name == 'cookie' else b'HTTP/1.1 400 '
        tap.ok(sock.recv(100).startswith(wanted), 'a %s that is no text: %s' % (name, wanted[9:12].decode()))
        sock.close()


def flood(house, hanako):
    """What strangers do in masses: it stays small, in the audit and in memory."""
    tap, stranger = house.tap, house.browser()
    stranger.jar[w.COOKIE] = 'A' * 43
    for i in range(100):
        stranger.get(API + '/incidents/planted-%d' % i)
        stranger.get(API + '/incidents/1/messages/%d/parts/planted' % i)

    def refused():
        words = hanako.get(API + '/audit?limit=1000')
        return words.body, [i for i in words.json['items'] if i['outcome'] == 'refused' and i['word'] in ('show', 'part', 'session')]
    t.wait_for(lambda: sum(i['times'] for i in refused()[1]) >= 200, 20, 0.2)
    body, lines = refused()
    tap.ok(b'planted' not in body and 1 <= len(lines) < 40 and sum(i['times'] for i in lines) >= 200,
           'who has no session writes nothing of his own into the audit, and few lines', (len(lines), lines[:3]))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(house.path)
        sock.sendall(b'POST /api/v1/log-in HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 8000000\r\n\r\n')
        tap.ok(re.match(rb'HTTP/1.1 4(01|13) ', sock.recv(100)), 'a made-up token lets in no large content')
    token = hanako.post(API + '/tokens/new', {'name': 'large', 'scopes': ['read']}).json['token'].encode()
    socks = []
    for i in range(60):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(30)
        sock.connect(house.path)
        socks.append(sock)
        try:
            sock.sendall(b'POST /api/v1/log-in HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 8000000\r\n\r\n' % token
                         + b' ' * 4000000)
        except OSError:
            pass
    ended = 0
    for sock in socks:
        sock.settimeout(0.01)
        try:
            ended += sock.recv(1) == b''
        except TimeoutError:
            pass
        except OSError:
            ended += 1
    tap.ok(10 < ended < 60, 'large contents that come at once are bounded together', ended)
    tap.equal(house.browser().post(API + '/log-in', {'login': 'x', 'password': 'x' * 1000, 'code': '1'}).status, 403, 'small ones go on meanwhile')
    for sock in socks:
        sock.close()


def listeners(house, hanako):
    """Who listens to more than there is room for takes it from nobody who asks."""
    tap, streams, status = house.tap, [], []
    for _ in range(60):
        streams.append(w.Events(hanako))
        head = streams[-1].wait(b'\r\n')
        status.append(head[9:12] if head else None)
    tap.ok(status.count(b'200') == 20 and status.count(b'429') == 40, 'twenty windows of one member may listen', status)
    tap.equal(hanako.get(API + '/session').status, 200, 'and the others are answered meanwhile')
    for stream in streams:
        stream.close()

    def has_room():
        stream = w.Events(hanako)
        head = stream.wait(b'\r\n')
        stream.close()
        return b' 200 ' in head
    tap.ok(t.wait_for(has_room, 60), 'who went makes room')


def document(house, hanako):
    tap = house.tap
    spec = hanako.get(API + '/openapi.json').json
    tap.equal(spec['openapi'], '3.1.0', 'the API describes itself')
    for path, methods in spec['paths'].items():
        for method in methods:
            filled = re.sub(r'\{[a-z]+\}', '1', path)
            answer = house.browser().request(method.upper(), API + filled, {} if method in ('post', 'put') else None)
            tap.ok(answer.status in (401, 403), '%s %s is there, and asks who it is' % (method.upper(), path), answer)
    tap.ok(spec['components']['securitySchemes']['token'] == {'type': 'http', 'scheme': 'bearer', 'description': spec['components']['securitySchemes']['token']['description']}
           and spec['security'] == [{'session': []}, {'token': []}], 'how one comes in stands in it, too')
    references = set(re.findall(r'#/components/schemas/([A-Za-z_-]+)', json.dumps(spec)))
    tap.equal(references - set(spec['components']['schemas']), set(), 'every record that it names is in it')
    number = hanako.get(API + '/incidents').json['items'][0]['number']
    shown = hanako.get(API + '/incidents/' + number).json
    schema = spec['components']['schemas'][spec['paths']['/incidents/{ticket}']['get']['responses']['200']['content']['application/json']['schema']['$ref'].rsplit('/', 1)[1]]
    tap.equal(set(shown) - {'schema'}, set(schema['properties']), 'a ticket has just the fields that it promises')


def vouched(tap):
    """A server before the page says who it is."""
    house = House(tap, {('web', 'trusted-header'): 'X-Remote-User'})
    for login, role in (('hanako', 'administrator'), ('taro', 'handler')):
        house.demo.cli('members', 'add', login, '--role', role)
    browser = house.browser()

    def ask(who):
        return browser.get(API + '/session', headers={'X-Remote-User': who} if who else None)
    tap.equal((ask(None).status, ask('nobody').status), (401, 401), 'nobody is in without a name, or with one that is no member\'s')
    tap.equal((ask('hanako').json['login'], ask('hanako').json['login']), ('hanako', 'hanako'), 'a member is in by the name that is vouched for')
    tap.equal((ask('taro').json['login'], ask(None).json['login']), ('taro', 'taro'), 'who comes after her at the same browser is himself')
    tap.equal(ask('nobody').status, 401, 'and a stranger nobody')
    house.demo.stop()


def main():
    t.need_programs()
    if t.program('madoguchi-web') is None:
        t.skip_all('madoguchi-web is not built')
    tap = t.Tap()
    house = House(tap)
    stranger(house)
    hanako, other = coming_in(house)
    taro = guessing(house)
    forgery(house, hanako)
    working(house, hanako, taro)
    answering(house, hanako, taro)
    tokens(house, hanako, taro)
    roles(house, hanako)
    raw_http(house)
    correctness(house, hanako)
    no_text(house)
    flood(house, hanako)
    listeners(house, hanako)
    document(house, hanako)
    leaving(house, hanako, other, taro)
    tap.equal(house.demo.stop(), 0, 'everything ends in order')
    vouched(tap)
    tap.done()


if __name__ == '__main__':
    main()
