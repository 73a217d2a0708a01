#!/usr/bin/env python3
"""What is in force, as administrators see it: `madoguchi policy` and the page's GET /policy have every setting of the table and no
secret; whom it is not for gets 77 and 403; rules tried on a ticket change nothing; rules read again, and a broken file that keeps the
old ones."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402
from team import ADMIN, HANDLER, READER, Team  # noqa: E402

PASSWORD = 'a sentence is fine'
SECRETS = ('swordfish-of-smtp', 'sixteen-bytes-of-door-secret', 'word-in-the-address')
RULES = '[rule phish]\nwords = phishing\ncategory = Phishing\n'


class Site(Team):
    def __init__(self, tap):
        super().__init__(tap)
        self.web = self.demo.dir + '/web.sock'
        self.demo.stop()
        for name, text in (('smtp.password', SECRETS[0]), ('door.secret', SECRETS[1])):
            with open(self.demo.dir + '/' + name, 'w', encoding='utf-8') as file:
                file.write(text + '\n')
            os.chmod(self.demo.dir + '/' + name, 0o600)
        for section, key, value in (('submission', 'password-file', self.demo.dir + '/smtp.password'),
                                    ('milter', 'secret-file', self.demo.dir + '/door.secret'), ('reply', 'rate-per-sender', '33'),
                                    ('publish', 'policy', 'https://me:%s@www.example/' % SECRETS[2])):
            self.demo.configure(section, key, value)
        self.rules(RULES)
        self.demo.web = 'unix:' + self.web
        self.demo.start()
        self.open_way()
        assert self.demo.cli('members', 'add', ADMIN).status == 0
        for login, role in ((HANDLER, 'handler'), (READER, 'reader')):
            assert self.run(ADMIN, 'members', 'add', login, '--role', role).status == 0

    def rules(self, text):
        with open(self.demo.setting('triage', 'rules'), 'w', encoding='utf-8') as file:
            file.write(text)

    def browser(self, login):
        browser = w.Browser(self.web)
        browser.set_up(self.run(ADMIN, 'members', 'invite', login, '--json').json['invitation'], PASSWORD)
        return browser


def settings(site, tap, answer):
    table = {(row['section'], row['key']): row for row in site.demo.cli('conf', '--defaults', '--json').lines}
    told = {(row['section'], row['key']): row for row in answer['settings']}
    tap.ok(len(table) > 130 and set(told) == set(table) and len(answer['settings']) == len(table), 'every setting of the table, once',
           set(table) ^ set(told))
    tap.ok(all(told[key]['help'] == row['help'] and told[key]['default'] == row['default'] for key, row in table.items()),
           'with its sentence and its default')
    tap.ok(all(row['group'] for row in told.values()), 'and the matter that it belongs to', [r for r in told.values() if not r['group']])
    rate = told['reply', 'rate-per-sender']
    tap.equal((rate['value'], rate['default'], rate['set'], rate['differs']), ('33', '20', True, True), 'what differs is marked')
    tap.equal([told['reply', 'rate-per-hour'][k] for k in ('value', 'set', 'differs')], ['1000', False, False], 'and what does not is not')
    tap.equal(told['submission', 'password-file']['value'], site.demo.dir + '/smtp.password', 'a file with a secret is named')
    text = json.dumps(answer)
    tap.equal([one for one in SECRETS if one in text], [], 'and what stands in it is not told, nor a pass word in an address')
    tap.ok(told['publish', 'policy']['value'] == 'https://...@www.example/' and answer['file'] == site.demo.conf_file and not answer['changed'],
           'where it comes from', [told['publish', 'policy'], answer['file']])


def others(site, tap, answer):
    tap.equal([(r['name'], r['asks'], r['decides']) for r in answer['rules']], [('phish', {'words': 'phishing'}, {'category': 'Phishing'})], 'the rules of triage')
    tap.ok('ack.ja' in answer['templates']['names'] and 'closing.en' in answer['canned']['names'], 'templates and canned texts', answer['templates'])
    tap.equal([d for d in answer['due'] if d['about'] == 'urgent'], [{'about': 'urgent', 'answer': '1h', 'action': '4h', 'waiting': '1d'}], 'due times')
    with open(os.path.join(t.SRC, 'docs/members.md'), encoding='utf-8') as file:
        table = file.read()
    for row in answer['permissions']:
        marks = ' |'.join(' yes' if r in row['roles'] else '' for r in ('PoC', 'handler', 'commander', 'researcher', 'notification', 'reader', 'administrator', 'host'))
        if '| %s |%s | %s |' % (row['word'], marks, row['restricted']) not in table:
            tap.ok(False, 'the table of permissions is that of docs/members.md', row)
    tap.ok(len(answer['permissions']) > 80 and len(answer['answer_rules']) > 20 and len(answer['categories']) > 30, 'who may what, answers, categories')


def permitted(site, tap, browsers):
    for login, status in ((ADMIN, 0), (HANDLER, 77), (READER, 77)):
        tap.equal(site.run(login, 'policy', '--json').status, status, '%s asks what is in force' % login)
        tap.equal(site.run(login, 'policy', 'reload').status, status, 'and reads the rules again')
    tap.equal([browsers[login].get('/api/v1/policy').status for login in (ADMIN, READER)], [200, 403], 'the page\'s question, too')
    tap.equal(browsers[READER].post('/api/v1/policy/reload', {}).status, 403, 'and its button')
    tap.equal(browsers[ADMIN].request('POST', '/api/v1/policy/reload', {}, proof=False).status, 403, 'which no other site presses')
    tap.equal(w.Browser(site.web).get('/api/v1/policy').status, 401, 'a stranger gets nothing')


def tried(site, tap, browser):
    site.report('a phishing page', 'text\n')
    ticket = t.wait_for(lambda: site.run(ADMIN, 'list', '--json').lines, 30)[0]
    number = ticket['number']
    path = '/api/v1/incidents/%s/policy' % number
    same = site.run(HANDLER, 'policy', 'try', number, '--json').json
    tap.ok(same['changes'] == [] and same['answer']['reason'] == 'came-in-the-clear' and not same['answer']['encrypted'] and same['mails'] == 1,
           'the same rules would decide the same', same)
    site.rules(RULES.replace('Phishing', 'Spam') + 'tags = odd\n')
    tap.ok(site.run(ADMIN, 'policy', '--json').json['rules_changed'], 'the file is another one now')
    tap.equal(browser.get(path).json['changes'], [], 'but not in force')
    tap.ok(b'1 rules' in site.run(ADMIN, 'policy', 'reload').out, 'read again')
    changes = browser.get(path).json['changes']
    tap.equal([(c['field'], c['now'], c['then']) for c in changes],
              [('category', 'fraud:phishing', 'abusive-content:spam'), ('tag', None, 'odd')], 'other rules would decide otherwise')
    after = site.run(ADMIN, 'show', '--json', '--peek', number).json
    tap.ok(after['category'] == 'fraud:phishing' and after['version'] == ticket['version'], 'and nothing of it was written down', after)
    fired = site.run(ADMIN, 'policy', '--json').json
    tap.equal((fired['rules'][0]['fired'], fired['looked_at'], fired['rules_changed']), (1, 1, False), 'how often a rule decided something')
    said = site.run(ADMIN, 'policy').text
    tap.ok('reply.rate-per-sender = 33 (default: 20)' in said and 'rule phish: decided in 1 of the newest 1 mails' in said, 'and in words', said)
    site.run(ADMIN, 'restrict', number, '--to', HANDLER)
    tap.equal((site.run(READER, 'policy', 'try', number).status, browser.get(path).status), (77, 403), 'a restricted ticket is not tried by others')


def broken(site, tap, browser):
    site.rules(RULES + '[rule <b>odd</b>]\nwords = x\nimpact = enormous\n')
    refused = site.run(ADMIN, 'policy', 'reload')
    tap.ok(refused.status == 78 and b'triage.conf:6: [rule <b>odd</b>] impact: enormous' in refused.err, 'a broken file is refused, with its line', refused)
    answer = browser.post('/api/v1/policy/reload', {})
    tap.ok(answer.status == 422 and ':6: ' in answer.json['detail'], 'on the page, too', answer)
    now = site.run(ADMIN, 'policy', '--json').json
    tap.ok([r['decides'].get('tags') for r in now['rules']] == ['odd'] and now['rules_changed'], 'and the old rules hold on', now['rules'])
    site.report('another phishing page', 'text\n')
    mail = t.wait_for(lambda: [i for i in site.run(ADMIN, 'list', '--json').lines if i.get('subject') == 'another phishing page'], 30)
    tap.equal(mail[0]['category'], 'abusive-content:spam', 'and decide')
    site.rules(RULES + '[rule mended]\nwords = x\nimpact = high\n')
    tap.equal(browser.post('/api/v1/policy/reload', {}).json['rules'], 2, 'mended')
    lines = [(r['word'], r['outcome'], r['member']) for r in site.run(ADMIN, 'audit', '--json').lines if r['word'] == 'policy-reload']
    tap.ok(lines.count(('policy-reload', 'done', ADMIN)) == 3 and lines.count(('policy-reload', 'failed', ADMIN)) == 2
           and ('policy-reload', 'refused', READER) in lines, 'each has its line in the audit', lines)


def main():
    t.need_programs()
    if os.getuid() != 0:
        t.skip_all('needs root, to ask as other users')
    tap = t.Tap()
    site = Site(tap)
    answer = site.run(ADMIN, 'policy', '--json').json
    settings(site, tap, answer)
    others(site, tap, answer)
    browsers = {login: site.browser(login) for login in (ADMIN, READER)}
    permitted(site, tap, browsers)
    tap.equal(browsers[ADMIN].get('/api/v1/policy').json['settings'], answer['settings'], 'the page and the command line tell the same')
    tried(site, tap, browsers[ADMIN])
    broken(site, tap, browsers[ADMIN])
    tap.equal(site.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
