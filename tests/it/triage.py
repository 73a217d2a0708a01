#!/usr/bin/env python3
"""Triage on the running gateway: rules decide of mails, members of tickets, `policy explain` tells which; and everything read
again, from mails of every shape, comes out the same to the byte and keeps what members said."""
import hashlib
import json
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as formats  # noqa: E402
import madotest as t  # noqa: E402

ALICE = 'alice@uni.example'
RULES = '''
[constituency uni]
networks = 133.1.2.0/24; 2001:200::/32
domains = uni.example
contacts = @uni.example
owner = hanako

[constituency hospital]
networks = 133.1.2.128/25
domains = clinic.uni.example
impact = high

[rule phishing]
words = phishing; フィッシング
category = Phishing
urgency = high

[rule scan]
words = scan; スキャン
category = Scan
impact = low

[rule machine]
kind = xarf; arf
tags = machine

[rule partner]
sender = partner.example
signature = good; good-untrusted
tags = partner
owner = taro

[rule not-ours]
constituency = none
out-of-scope-ja = 対象とする組織が報告に含まれていません。
out-of-scope-en = The report names none of our organisations.

[rule followed]
words = it gets worse
urgency = high
impact = high
tags = worse
'''
OTHER_RULES = RULES.replace('category = Phishing', 'category = Spam').replace('owner = hanako', 'owner = jiro') \
                   .replace('tags = machine', 'tags = automatic')


class Site:
    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo(start=False)
        self.gpg = t.Gpg()
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)

    def rules(self, text):
        with open(self.demo.dir + '/triage.conf', 'w', encoding='utf-8') as file:
            file.write(text)

    def report(self, subject='report', text='text\n', frm=ALICE, **more):
        mid = more.pop('mid', None) or t.message_id()
        codes = self.demo.send(t.plain(frm, t.TEAM, subject, text, mid=mid, **more), frm)
        if codes != [250]:
            self.tap.ok(False, 'a mail is taken', codes)
        return mid

    def incident(self, **more):
        return self.demo.ticket_of(self.report(**more))

    def explain(self, ticket):
        return self.demo.cli('policy', 'explain', '--json', ticket).json


def of(explained, field, current=True):
    return [d for d in explained['decisions'] if d['field'] == field and d['current'] == current]


def check_rules(site):
    """Rules decide, and say so."""
    tap = site.tap
    found = site.incident(subject='フィッシングサイトの件', text='The site hxxp://133.1.2.200/x is up.\n')
    ticket = found['ticket']
    tap.equal((found['category'], found['priority'], found['owner'], found['constituencies']),
              ('fraud:phishing', 'urgent', 'hanako', ['uni', 'hospital']), 'a mail gets what its rules say')
    tap.equal((found['category_names']['guide'], found['category_names']['jpcert_ja']), ('Phishing', 'フィッシングサイト'),
              'beside it stands what the guide and JPCERT/CC call it')
    why = site.explain(ticket)
    tap.equal(why['schema'], 'madoguchi.triage/1', 'policy explain has a schema')
    category = of(why, 'category')[0]
    tap.ok(category['rule'].endswith('triage.conf [rule phishing]') and 'フィッシング' in category['because']
           and category['set_by'] == 'rule' and category['queue_id'], 'explain names file, rule, and the word', category)
    touched = [d['because'] for d in of(why, 'constituency') if d['value'] == 'hospital']
    tap.ok(touched and '133.1.2.200' in touched[0], 'explain names the address that made it ours', touched)
    tap.ok('impact high (constituency hospital), urgency high (rule phishing)' == of(why, 'priority')[0]['because'],
           'explain says how the priority came about', of(why, 'priority'))
    text = site.demo.cli('policy', 'explain', ticket).text
    tap.ok('Category    fraud:phishing, Phishing; guide: Phishing' in text and '| ' in text, 'explain for people', text)
    shown = site.demo.cli('show', ticket).text
    tap.ok('Priority    urgent' in shown and '| Constituencies: uni, hospital' in shown, 'show for people names both', shown[:600])
    scan = site.incident(subject='port scan', text='from 133.1.2.5\n')
    tap.equal((scan['category'], scan['priority']), ('information-gathering:scanner', 'low'), 'another mail gets another verdict')


def check_scope(site):
    """What is not ours is answered with its reason."""
    tap, demo = site.tap, site.demo
    mid = site.report(subject='scan of somebody else', text='A scan from 151.101.1.69 was seen here.\n', frm='bob@far.example')
    found = demo.ticket_of(mid)
    tap.ok('out-of-scope' in found['tags'] and found['constituencies'] == [], 'what touches nobody of ours is tagged', found)
    why = site.explain(found['ticket'])
    tap.equal(why['out_of_scope'].get('en'), 'The report names none of our organisations.', 'explain has the reason')
    answer = demo.reply_to(mid)
    tap.ok(answer is not None, 'and it is answered')
    if answer is not None:
        body = site.gpg.open_mail(answer).text
        tap.ok('none of our organisations' in body, 'with the reason in its language', body)


def check_members(site):
    """Members' words count, are told in the thread, and stay."""
    tap, demo = site.tap, site.demo
    mid = site.report(subject='phishing [TLP:RED]', text='at http://www.uni.example/\n')
    ticket = demo.ticket_of(mid)['ticket']
    for words in (('priority', ticket, 'low'), ('category', ticket, 'APT'), ('tlp', ticket, 'green'),
                  ('tag', ticket, 'mine', 'other'), ('tag', '--remove', ticket, 'other'), ('assign', ticket, 'mika')):
        tap.equal(demo.cli(*words).status, 0, 'a member may: ' + ' '.join(words).replace(ticket, 'TICKET'))
    kept = ('intrusions:system-compromise', 'low', 'TLP:GREEN', 'mika', ['apt', 'mine'])

    def shown():
        now = demo.show(ticket)
        return now['category'], now['priority'], now['tlp'], now['owner'], sorted(now['tags'])
    tap.equal(shown(), kept, 'and the ticket shows it')
    events = ' | '.join(e['text'] or '' for e in demo.show(ticket)['thread'] if e['direction'] == 'event')
    tap.ok('Priority: low (was high)' in events and 'TLP: TLP:GREEN (was TLP:RED)' in events and 'Tagged: mine, other' in events,
           'each change is an event', events)
    author = [e['from'] for e in demo.show(ticket)['thread'] if (e['text'] or '').startswith('Priority: low')]
    why = site.explain(ticket)
    mine = of(why, 'priority')[0]
    tap.ok(mine['set_by'] == author[0] and mine['value'] == 'low' and mine['date'] and mine['rule'] is None, 'explain names the member', mine)
    tap.ok(of(why, 'priority', False)[0]['value'] == 'high', 'and still knows what the rule said')
    for words, status in ((('priority', ticket, 'huge'), 64), (('category', ticket, 'nonsense'), 64), (('tlp', ticket, 'purple'), 64),
                          (('tag', ticket, 'a b'), 64), (('tag', ticket), 64), (('priority', '2020-000001', 'low'), 1),
                          (('policy', 'explain', '2020-000001'), 1)):
        tap.equal(demo.cli(*words).status, status, 'refused: ' + ' '.join(words).replace(ticket, 'TICKET'))
    tap.equal(demo.cli('reopen', ticket).status, 0, 'it is read again')
    tap.equal(shown(), kept, 'and keeps what members said')
    reply = next(e['message_id'] for e in demo.show(ticket)['thread'] if e['direction'] == 'out')
    follow = site.report(subject='Re: phishing', text='It gets worse.\n', headers=[('In-Reply-To', reply)])
    t.wait_for(lambda: any(e['message_id'] == follow for e in demo.show(ticket)['thread']), 20)
    now = demo.show(ticket)
    tap.equal((now['priority'], now['category'], sorted(now['tags'])), ('low', kept[0], ['apt', 'mine', 'worse']),
              'a mail that joins adds its tag, and overrides nobody')
    demo.cli('priority', ticket, 'auto')
    tap.equal(demo.show(ticket)['priority'], 'urgent', 'handed back to the rules, it is as high as the highest mail')
    return ticket


FOLDERS = ('reports/abuseio', 'reports/intelmq', 'reports/iodef', 'smime/rt', 'openpgp/rt', 'openpgp/mimekit', 'threading/mikel-mail', 'attack/mimekit')
FORM = '''[JPCERT/CC インシデント報告様式]
1. 報告者氏名：山田太郎
2. E-mail アドレス：alice@uni.example
3. インシデントの種類：フィッシング
4. 対象 IP アドレス：133.1.2.77
'''


def samples():
    """Mails of the shared corpus, and files of the shared facts, as many as there are of each kind."""
    for folder in FOLDERS:
        top = os.path.join(t.SHARED, 'corpus', folder)
        for name in sorted(os.listdir(top))[:12] if os.path.isdir(top) else []:
            if name.endswith(('.eml', '.xml', '.json')):
                with open(os.path.join(top, name), 'rb') as file:
                    raw = file.read()
                yield raw if name.endswith('.eml') else formats.carrying(raw, 'application/octet-stream', name, subject='file ' + name)
    for name in ('xarf-v0', 'xarf-v3', 'xarf-v4', 'iodef', 'stix2.1'):
        files = []
        for top, _, names in os.walk(os.path.join(t.SHARED, 'facts', 'data', name)):
            files += [os.path.join(top, n) for n in names if n.endswith(('.json', '.xml', '.yaml')) and 'schema' not in top]
        for path in sorted(files)[:4]:
            with open(path, 'rb') as file:
                kind = {'json': 'application/json', 'xml': 'application/xml'}.get(path.rpartition('.')[2], 'text/plain')
                yield formats.carrying(file.read(), kind, os.path.basename(path), subject='format ' + name)


def corpus(site):
    """Mails of every shape: free text, formats, forms, forwarded, signed, encrypted, broken."""
    gpg, team = site.gpg, site.gpg.load(site.demo.team_key)[0]
    yield from samples()
    yield t.plain(ALICE, t.TEAM, 'インシデント報告', FORM)
    x_arf = b'Reported-From: r@reporter.test\nCategory: abuse\nReport-Type: login-attack\nSource: 133.1.2.8\n'
    yield formats.carrying(x_arf, 'text/plain', 'report.txt', headers=[('X-XARF', 'PLAIN')])
    advisory = {'document': {'category': 'csaf_security_advisory', 'csaf_version': '2.0', 'title': 'Advisory', 'publisher': {'name': 'V'},
                             'tracking': {'id': 'VSA-1'}}, 'vulnerabilities': [{'cve': 'CVE-2023-1234'}]}
    yield formats.carrying(json.dumps(advisory).encode(), 'application/json', 'a.json')
    yield formats.carrying(DMARC, 'text/xml', 'report.xml', 'A person sends this DMARC report along.')
    inner = t.plain('crook@phish.example', ALICE, 'Win', 'http://www.uni.example/win\n')
    yield t.plain(ALICE, t.TEAM, 'forwarded', '', entity=t.part_entity(
        [t.text_entity('see the mail\n'), b'Content-Type: message/rfc822\r\n\r\n' + inner]))
    entity = t.text_entity('フィッシングです hxxp://133.1.2.9/\n', 'iso-2022-jp')
    yield t.pgp_signed(gpg, ALICE, t.TEAM, 'signed', entity, site.alice)
    yield t.pgp_encrypted(gpg, ALICE, t.TEAM, '...', entity, [team], signer=site.alice, inner_subject='scan, sealed')
    yield t.pgp_encapsulated(gpg, ALICE, t.TEAM, 'sealed twice', entity, [team], site.alice)
    yield t.pgp_encrypted(gpg, ALICE, t.TEAM, 'not for us', entity, [site.alice])
    yield t.pgp_signed(gpg, ALICE, t.TEAM, 'changed', entity, site.alice).replace(b'133.1.2', b'133.1.3')


def stored(site):
    """What the store has of each mail, and of each aggregate: it rests sealed, each time with another nonce."""
    demo = site.demo
    has = {e['queue_id']: json.dumps(e['report'], sort_keys=True)
           for i in demo.incidents() for e in demo.show(i['ticket'])['thread'] if e['report']}
    return dict(has, feeds=sorted(json.dumps(line, sort_keys=True) for line in demo.cli('feeds', '--json').lines))


def check_reopen(site, changed):
    """Everything again: the same bytes; then under other rules: only what no member said."""
    tap, demo = site.tap, site.demo
    count = 0
    refused = []
    for raw in corpus(site):
        if demo.send(raw, ALICE) != [250]:
            refused.append(count)
        count += 1
    tap.equal(refused, [], '%d mails of many shapes are taken' % count)
    demo.settle()
    database = sqlite3.connect('file:%s/store.db?mode=ro' % demo.dir, uri=True)
    states = dict(database.execute('SELECT state, count (*) FROM message GROUP BY state').fetchall())
    database.close()
    kinds = sorted({r['format'] for i in demo.incidents() for e in demo.show(i['ticket'])['thread'] if e['report']
                    for r in (e['report']['report'] or {}).get('records', [])})
    tap.note('%s; formats: %s' % (states, ', '.join(kinds)))
    if os.path.isdir(os.path.join(t.SHARED, 'corpus')):
        wanted = ['arf', 'csaf', 'dmarc', 'form', 'iodef', 'mail', 'misp', 'stix', 'x-arf', 'xarf']
        tap.equal([k for k in wanted if k not in kinds], [], 'mails of every format are among them')
    else:
        tap.skip('mails of every format are among them', 'no shared corpus')
    before = stored(site)
    apart = sum(states.get(state, 0) for state in ('held', 'duplicate', 'feed'))
    tap.ok(len(before) > count - apart, '%d reports are stored' % (len(before) - 1))
    tickets = [i['ticket'] for i in demo.incidents()]
    view = {i['ticket']: (i['category'], i['priority'], i['owner'], i['tlp'], i['tags'], i['constituencies']) for i in demo.incidents()}
    for ticket in tickets:
        answer = demo.cli('reopen', '--json', ticket)
        if answer.status != 0:
            tap.ok(False, 'reopen of ' + ticket, answer)
    after = stored(site)
    tap.equal([q for q in before if before[q] != after.get(q)], [], 'read again, every report is the same')
    tap.equal({i['ticket']: (i['category'], i['priority'], i['owner'], i['tlp'], i['tags'], i['constituencies'])
               for i in demo.incidents()}, view, 'and every ticket shows what it showed')
    demo.stop()
    site.rules(OTHER_RULES)
    demo.start()
    for ticket in tickets:
        demo.cli('reopen', ticket)
    tap.equal(stored(site), before, 'under other rules reports are still the same')
    now = {i['ticket']: i for i in demo.incidents()}
    tap.equal((now[changed]['category'], now[changed]['owner']), ('intrusions:system-compromise', 'mika'), 'what a member said stays')
    moved = [k for k, v in view.items() if v[0] == 'fraud:phishing' and now[k]['category'] == 'abusive-content:spam']
    left = [k for k, i in now.items() if i['category'] == 'fraud:phishing']
    tap.ok(moved and all(of(site.explain(k), 'category')[0]['set_by'] == 'report' for k in left), 'what a rule said follows the rules',
           (moved, left))
    tap.ok(all(i['owner'] in ('jiro', 'mika', 'taro', None) for i in now.values()), 'owners, too', [i['owner'] for i in now.values()])
    tap.ok(any('automatic' in i['tags'] for i in now.values()) and not any('machine' in i['tags'] for i in now.values()), 'and tags')
    tap.ok(demo.account()['balanced'], 'the account balances')


DMARC = b'''<?xml version="1.0"?><feedback><report_metadata><org_name>Big Mail</org_name><email>noreply@big.example</email>
<report_id>77</report_id><date_range><begin>1795132800</begin><end>1795219199</end></date_range></report_metadata>
<policy_published><domain>example.org</domain><p>none</p></policy_published>
<record><row><source_ip>133.1.2.5</source_ip><count>12</count><policy_evaluated><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row></record>
<record><row><source_ip>151.101.1.69</source_ip><count>3</count><policy_evaluated><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row></record>
</feedback>'''


def check_feeds(site):
    """DMARC's aggregates: counted, listed, answered by nobody, and never a hiding place for what a person writes."""
    tap, demo = site.tap, site.demo
    tickets, sent, frm = len(demo.incidents()), len(demo.outgoing()), 'noreply@big.example'
    subject = 'Report domain: example.org Submitter: big.example Report-ID: 77'

    def mail(about, text):
        return formats.carrying(DMARC, 'text/xml', 'big.example!example.org!1795132800!1795219199.xml', text, subject=about)
    before = demo.settle()['states']['feed']
    tap.equal([demo.send(mail(subject, 'This is an aggregate report.'), frm) for _ in range(2)], [[250], [250]], 'two reports are taken')
    account = demo.settle()
    tap.equal((account['states']['feed'] - before, account['balanced']), (2, True), 'they settle in a state of their own, and all balances')
    tap.equal((len(demo.incidents()), len(demo.outgoing())), (tickets, sent), 'without a ticket, without an answer')
    rows = demo.cli('feeds', '--json').lines
    tap.equal([(r['schema'], r['organization'], r['domain'], r['messages'], r['passed'], r['failed']) for r in rows[:2]],
              [('madoguchi.feed/1', 'Big Mail', 'example.org', 15, 12, 3)] * 2, 'feeds lists them with their totals')
    newest, older = rows[0]['queue_id'], rows[1]['queue_id']
    tap.ok(newest > older, 'newest first')
    tap.equal([r['queue_id'] for r in demo.cli('feeds', '--json', '--limit', '1', '--after', newest).lines], [older], 'and in pages')
    tap.ok('| Big Mail about example.org' in demo.cli('feeds').text, 'feeds for people marks a stranger\'s words')
    raw = demo.cli('feeds', 'raw', newest)
    tap.ok(raw.status == 0 and b'Report domain' in raw.out, 'the raw mail is in reach', raw)
    was = stored(site)
    tap.equal((demo.cli('feeds', 'reopen', newest).status, stored(site) == was, len(demo.cli('feeds', '--json').lines)), (0, True, len(rows)),
              'it can be read again, and is the same')
    tap.equal(demo.cli('feeds', 'raw', '0000000000000000').status, 1, 'of no mail there is nothing')
    tap.equal(demo.cli('feeds', 'show').status, 64, 'a word that means nothing is refused')
    tap.equal(demo.send(mail('help', 'We get such reports. Is something wrong?'), frm), [250], 'a person sends one, with a question')
    demo.settle()
    tap.equal(len(demo.incidents()), tickets + 1, 'and gets a ticket')


def check_bad_rules(site):
    """A bad file is named, and no keeper starts on it."""
    tap, demo = site.tap, site.demo
    site.rules(RULES + '[rule broken]\nwordz = x\n')
    line = (RULES + '[rule broken]\nwordz = x\n').split('\n').index('wordz = x') + 1
    checked = demo.cli('conf', '-n')
    tap.ok(checked.status == 78 and 'triage.conf:%d: [rule broken] wordz: unknown key' % line in checked.err.decode(),
           'conf -n names file, line, group and key', checked)
    demo.stop()
    started = subprocess.run([t.program('madoguchi-keeper'), '-c', demo.dir + '/madoguchi.conf'], capture_output=True, timeout=20)
    tap.ok(started.returncode == 78 and b'wordz' in started.stderr, 'a keeper refuses to start on it', started)
    site.rules(RULES)
    tap.equal(demo.cli('conf', '-n').status, 0, 'mended, all is well')


def xarf(kind, address):
    return json.dumps({'Version': '3', 'ReporterInfo': {'ReporterOrg': 'Reporter', 'ReporterOrgEmail': 'r@reporter.example',
                       'ReporterOrgDomain': 'reporter.example'}, 'Disclosure': True,
                       'Report': {'ReportClass': 'Activity', 'ReportType': kind, 'Date': '2026-11-20T01:02:03Z', 'SourceIp': address,
                                  'SourcePort': 4000, 'DestinationIp': '151.101.1.69'}}).encode()


def check_each(site):
    """A mail with many reports: one ticket, or one for each."""
    tap, demo = site.tap, site.demo
    demo.start()

    def send(mid):
        entity = t.part_entity([t.text_entity('two reports\n'), t.attachment('a.json', xarf('Spam', '133.1.2.6'), 'application/json'),
                                t.attachment('b.json', xarf('PortScan', '133.1.2.201'), 'application/json')])
        demo.send(t.plain('machine@reporter.example', t.TEAM, 'abuse', '', entity=entity, mid=mid), 'machine@reporter.example')
        return demo.ticket_of(mid)
    one, before = send('<both-in-one@reporter.example>'), len(demo.incidents())
    records = [r for e in one['thread'] if e['report'] for r in e['report']['report']['records']]
    tap.equal((len(records), one['links']), (2, []), 'one ticket has both reports')
    demo.stop()
    demo.configure('formats', 'one-ticket-each', 'yes')
    demo.start()
    first = send('<one-each@reporter.example>')
    tap.equal((len(demo.incidents()) - before, len(first['links'])), (2, 1), 'or there is one for each, linked')
    other = demo.show(first['links'][0])
    tap.equal((other['links'], other['category']), ([first['ticket']], records[1]['category']), 'the second is judged by its own report')
    tap.ok('hospital' in other['constituencies'] and 'hospital' not in first['constituencies'], 'and touches whom it names',
           (first['constituencies'], other['constituencies']))
    tap.ok('Linked      ' + first['ticket'] in demo.cli('show', other['ticket']).text, 'show names the other')
    tap.equal(demo.cli('reopen', '--json', other['ticket']).json['count'], 1, 'either one reads the mail again')
    tap.ok(demo.account()['balanced'], 'and the account balances')


def main():
    t.need_programs()
    tap = t.Tap()
    site = Site(tap)
    site.demo.start()
    with open(site.demo.dir + '/triage.conf', encoding='utf-8') as file:
        tap.ok('[rule phishing]' in file.read(), 'a demonstration has rules of its own')
    site.demo.stop()
    site.rules(RULES)
    site.demo.start()
    path = site.demo.dir + '/alice.asc'
    with open(path, 'wb') as file:
        file.write(site.gpg.export(site.alice))
    site.demo.cli('keys', 'import', '--pin', path)
    check_rules(site)
    check_scope(site)
    changed = check_members(site)
    check_reopen(site, changed)
    check_feeds(site)
    check_bad_rules(site)
    check_each(site)
    site.demo.stop()
    tap.done()


main()
