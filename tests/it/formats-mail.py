#!/usr/bin/env python3
"""Reports that are mails of a certain form: every sample of the shared corpus becomes the fields that its source expects, a
report is made from every schema, and a table says what was found."""
import glob
import gzip
import hashlib
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madotest as t  # noqa: E402

SPAMEXPERTS = {'feedback-type': 'abuse', 'user-agent': 'SpamExperts/88068', 'version': '1', 'original-rcpt-to': '<ashley@example.com>'}
NETCRAFT = {'Category': 'abuse', 'Report-Type': 'malware-attack', 'Reported-From': 'takedown@netcraft.com', 'User-Agent': 'Netcraft Takedown'}

# file, kind, category, what the fields say, sources
SAMPLES = [
    ('abuseio/1.eml', 'arf', 'abusive-content:spam',
     {**SPAMEXPERTS, 'source-ip': '172.16.10.13', 'arrival-date': 'Tue, 04 Aug 2015 08:51:18 -0000'}, ['172.16.10.13']),
    ('abuseio/2.eml', 'arf', 'abusive-content:spam',
     {**SPAMEXPERTS, 'source-ip': '192.168.1.12', 'arrival-date': 'Tue, 04 Aug 2015 08:51:17 -0000'}, ['192.168.1.12']),
    ('abuseio/3.eml', 'arf', 'abusive-content:spam',
     {**SPAMEXPERTS, 'source-ip': '10.0.2.35', 'arrival-date': 'Tue, 04 Aug 2015 11:01:11 -0000'}, ['10.0.2.35']),
    ('../threading/flanker/aol.eml', 'arf', 'abusive-content:spam',
     {'feedback-type': 'abuse', 'version': '0.1', 'received-date': 'Wed, 17 Nov 2010 12:41:30 -0500 (EST)', 'reported-domain': 'mars-34.example.com',
      'content-type': None, 'mime-version': None}, ['173.193.210.34', 'mars-34.example.com']),
    ('abuseio/Blocklistde_Example_1.eml', 'xarf', 'abusive-content:spam',
     {'Report-Type': 'regbot', 'Source': '10.0.2.150', 'Version': '0.2', 'Port': '80', 'Report-ID': '123456789@blocklist.de'}, ['10.0.2.150']),
    ('abuseio/Cleanmx_Example_1.eml', 'xarf', 'information-gathering:scanner',
     {'Report-Type': 'harvesting', 'Source': '192.168.2.20', 'Version': '0.1', 'Service': 'postfix',
      'Schema-URL': 'http: //support.clean-mx.de/schema/xarf.json'}, ['192.168.2.20']),
    ('abuseio/Netcraft_Example_1.eml', 'xarf', 'malicious-code:malware-distribution', {**NETCRAFT, 'Source': '10.0.2.2'},
     ['10.0.2.2', 'http://www.domain.tld/scripts/ufo.js']),
    ('abuseio/Netcraft_Example_2.eml', 'xarf', 'malicious-code:malware-distribution',
     {**NETCRAFT, 'Source': 'fdf1:cb9d:f59e:19b0:0:0:0:1'}, ['fdf1:cb9d:f59e:19b0:0:0:0:1', 'http://www.domain6.tld/scripts/ufo.js']),
    ('abuseio/Netcraft_Example_3.eml', 'xarf', 'fraud:phishing', {'Report-Type': 'phishing', 'Source-Type': 'uri', 'Domain': 'customer1.tld'},
     ['http://customer1.tld/ints.cancellation.form.your.pc.is.now.connected/to.ituneserver.with.ssl2active'
      '.applecustomers.webformlogin2/', 'customer1.tld']),
]

# A value for each word of the schemata, by its type there; the words that matter by name.
WORDS = {'Source': '203.0.113.9', 'Source-Type': 'ipv4', 'Destination': '198.51.100.7', 'Destination-Type': 'ipv4', 'Reported-From': 'r@reporter.test',
         'Report-ID': '7@reporter.test', 'Date': '2026-11-20T01:02:03Z', 'TLP': 'amber', 'Malware-MD5': '0cc175b9c0f1b6a831c399e269772661',
         'MD5': '0cc175b9c0f1b6a831c399e269772661', 'Schema-URL': 'http://schema.test/x.json', 'Version': '0.2', 'Port': '22'}


class Table:
    """Counts per format, printed at the end."""

    def __init__(self):
        self.rows = {}

    def add(self, name, opened):
        row = self.rows.setdefault(name, [0, 0, 0, 0, 0])
        records = opened['report']['records']
        for n, more in enumerate((1, len(records), sum(len(r['fields']) for r in records), len(opened['indicators']), len(opened['problems']))):
            row[n] += more

    def note(self, tap):
        tap.note('%-22s %6s %8s %7s %11s %9s' % ('format', 'mails', 'records', 'fields', 'indicators', 'problems'))
        for name, row in sorted(self.rows.items()):
            tap.note('%-22s %6d %8d %7d %11d %9d' % (name, *row))


def check_samples(tap, reader, table):
    reports = os.path.join(f.CORPUS, 'reports')
    for name, kind, category, fields, sources in SAMPLES:
        opened = reader.open_file(reports, name)
        report = opened['report']
        found = {key: report['fields'].get(key) for key in fields}
        tap.equal((report['kind'], report['category'], found, report['records'][0]['sources']), (kind, category, fields, sources), name)
        tap.ok(not opened['problems'] and not report['records'][0]['evidence'], name + ': no problem, and the reporter says it', str(opened['problems']))
        behind = [i['role'] for i in opened['indicators'] if i['part'] == '1.3']
        tap.ok(set(behind) <= {'evidence'} and (behind or 'Blocklist' not in name), '... what stands behind it is evidence', str(opened['indicators']))
        table.add(report['records'][0]['format'], opened)


def check_tagged(tap, reader, table):
    """A feed whose program writes its own tags into two reports."""
    opened = reader.open_file(f.CORPUS, 'reports', 'abuseio', 'Webiron_Example_1.eml')
    report = opened['report']
    tap.equal((report['kind'], report['category'], report['tlp'], [(r['id'][-4:], r['sources'], r['type']) for r in report['records']]),
              ('xarf', 'intrusion-attempts:exploit', 'TLP:AMBER', [(end, ['172.16.31.20'], 'abuse/web-attack') for end in ('eb12', 'eb13')]),
              'abuseio/Webiron_Example_1.eml: two reports with tags')
    tap.equal((report['fields']['Targeted-URL'], len(opened['problems'])), ("!!python/unicode 'http://*MUNGED*/robots.txt'", 2), '... which stay letters')
    table.add('x-arf', opened)


def schema_words(path):
    """{word: allowed values} of a schema; one lacks a comma."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    try:
        return {name: rule.get('enum') for name, rule in json.loads(text)['properties'].items()}
    except ValueError:
        return {name: rule.get('enum') for name, rule in json.loads(re.sub(r'(["\]}])(\s*\n\s*")', r'\1,\2', text))['properties'].items()}


def check_schemata(tap, reader, table):
    """A report with every word that a schema knows, for each of its report types."""
    for path in sorted(glob.glob(os.path.join(f.DATA, 'xarf-v0', '*.json'))):
        words = schema_words(path)
        name = os.path.basename(path)
        for kind in words.get('Report-Type') or ['other']:
            chosen = {word: kind if word == 'Report-Type' else WORDS.get(word) or (values or ['x-%s' % word])[0] for word, values in words.items()}
            text = '---\n' + ''.join('%s: %s\n' % (word, json.dumps(value) if '?' in value else value) for word, value in chosen.items())
            opened = reader.open(x_arf_mail(text))
            record = (opened['report']['records'] or [{}])[0]
            want = {word: value for word, value in chosen.items()}
            tap.ok(record.get('fields') == want and record.get('type') == '%s/%s' % (chosen['Category'], kind) and record['sources'][0] == '203.0.113.9'
                   and opened['report']['kind'] == 'xarf' and record['tlp'] == ('TLP:AMBER' if 'TLP' in words else None)
                   and not opened['problems'], '%s: %s' % (name, kind), '%s %s' % (record, opened['problems']))
            table.add('x-arf (schemata)', opened)


def x_arf_mail(text, header='PLAIN', name='report.txt', more=()):
    entity = t.part_entity([t.text_entity('See the report.'), t.attachment(name, text.encode(), 'text/plain'), *more])
    return t.plain('feed@reporter.test', t.TEAM, 'abuse report', '', entity=entity, headers=(('X-XARF', header),))


def check_x_arf(tap, reader, table):
    one = 'Reported-From: r@reporter.test\nCategory: abuse\nReport-Type: login-attack\nSource: 203.0.113.%d\n'
    opened = reader.open(x_arf_mail('---\n' + one % 1 + '---\n' + one % 2, 'BULK', 'other.yaml', [t.attachment('x.txt', (one % 3).encode(), 'text/plain')]))
    tap.equal([r['sources'] for r in opened['report']['records']], [['203.0.113.1'], ['203.0.113.2'], ['203.0.113.3']], 'X-ARF in bulk: a record for each')
    table.add('x-arf (bulk)', opened)
    opened = reader.open(x_arf_mail('nothing of it'))
    tap.ok('no part that can be read holds one' in ' '.join(opened['problems']), 'a header that promises a report is missed', str(opened['problems']))
    opened = reader.open(x_arf_mail('nothing of it', '12345678'))
    tap.equal(opened['report']['external_ids'], [], '... whose value is no number of a case')
    opened = reader.open(x_arf_mail('nothing of it', 'no'))
    tap.equal(opened['problems'], [], '... and one that does not is not')


# of the sample's four incidents: number, purpose, category, sources, targets, what is asked for
INCIDENTS = [
    ('189493', 'reporting', 'intrusion-attempts:exploit', ['192.0.2.200'], ['192.0.2.16/28'], 'block-host'),
    ('59334', 'reporting', 'information-gathering:scanner', ['192.0.2.200', '192.0.2.240'], ['192.0.2.201', '192.0.2.64/28'], None),
    ('908711', 'mitigation', 'availability:dos', ['192.0.2.1', '192.0.2.3', 'irc.example.com', '192.0.2.20'], [], 'investigate'),
    ('908711', 'reporting', 'intrusions:privileged-account-compromise', ['192.0.2.53', '192.0.2.16/28', '192.0.2.241'], [], 'contact-sender'),
]


def check_iodef(tap, reader, table):
    with open(os.path.join(f.CORPUS, 'reports', 'iodef', 'iodef.xml'), 'rb') as file:
        xml = file.read()
    opened = reader.open(f.carrying(xml, 'text/xml', 'iodef.xml'))
    report = opened['report']
    found = [(r['id'], r['type'], r['category'], r['sources'], r['targets'], r['request']) for r in report['records']]
    tap.equal(found, INCIDENTS, 'iodef/iodef.xml: its four incidents')
    tap.equal((report['kind'], report['category'], report['external_ids'], opened['problems']),
              ('iodef', 'intrusion-attempts:exploit', ['csirt.example.com#' + n for n in ('189493', '59334', '908711')], []), '... and what the mail is')
    tap.equal([r['references'] for r in report['records']], [[], ['nmap'], ['GT Bot', 'CA-2003-22'], []], '... and its references')
    table.add('iodef', opened)
    plain = [{key: value for key, value in record.items() if key != 'part'} for record in report['records']]
    for encoding in ('utf-16', 'shift_jis', 'euc_jp', 'iso2022_jp'):
        label = {'iso2022_jp': 'ISO-2022-JP', 'shift_jis': 'Shift_JIS', 'euc_jp': 'EUC-JP'}.get(encoding, encoding)
        text = xml.decode().replace('UTF-8', label).replace('>nmap<', '>\u8abf\u67fb<')
        again = reader.open(f.carrying(text.encode(encoding), 'application/octet-stream', 'iodef.xml'))['report']['records']
        tap.equal([[r['references'] for r in again], [r['sources'] for r in again]],
                  [[[], ['\u8abf\u67fb'], ['GT Bot', 'CA-2003-22'], []], [r['sources'] for r in plain]], 'the same in ' + label)


ROW = ('<record><row><source_ip>%s</source_ip><count>%d</count><policy_evaluated><disposition>%s</disposition><dkim>%s</dkim><spf>%s</spf>'
       '</policy_evaluated></row><identifiers><header_from>team.example</header_from></identifiers><auth_results><dkim><domain>team.example'
       '</domain><result>%s</result></dkim><spf><domain>team.example</domain><result>%s</result></spf></auth_results></record>')
DMARC = ('<?xml version="1.0" encoding="UTF-8" ?>\n<feedback%s><report_metadata><org_name>Big Mail</org_name><email>dmarc@big.example</email><report_id>'
         '77</report_id><date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata><policy_published><domain>'
         'team.example</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published>%s</feedback>\n')


def check_dmarc(tap, reader, table):
    rows = ''.join(ROW % row for row in (('203.0.113.1', 10, 'none', 'pass', 'fail', 'pass', 'fail'), ('203.0.113.2', 3, 'reject', 'fail', 'fail', 'fail', 'fail')))
    name, subject = 'big.example!team.example!1700000000!1700086399', 'Report Domain: team.example Submitter: big.example Report-ID: <77>'
    for space in ('', ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'):
        xml = (DMARC % (space, rows)).encode()
        shapes = (('text/xml', name + '.xml', xml), ('application/gzip', name + '.xml.gz', gzip.compress(xml)), ('application/zip', name + '.zip', f.zipped(xml)),
                  ('application/octet-stream', 'report.zip', f.zipped(xml)))
        for kind, filename, payload in shapes:
            opened = reader.open(f.carrying(payload, kind, filename, subject=subject))
            report = opened['report']
            record = (report['records'] or [{'fields': {}}])[0]
            counts = [record['fields'].get(n) for n in ('org_name', 'report_id', 'policy.p', 'rows', 'messages', 'pass', 'fail', 'source')]
            tap.equal((report['kind'], report['category'], counts, record.get('started'), opened['indicators'], opened['problems']),
                      ('dmarc', None, ['Big Mail', '77', 'none', '2', '13', '10', '3', '203.0.113.2: 0 pass, 3 fail'], '2023-11-14T22:13:20Z', [], []),
                      'DMARC, %s%s' % (filename, space))
            table.add('dmarc', opened)
    xml = (DMARC % ('', rows)).encode()
    sent = t.attachment(name + '.zip', f.zipped(xml), 'application/zip')
    incident = t.attachment('iodef.xml', b'<IODEF-Document><Incident purpose="other"><IncidentID>1</IncidentID></Incident></IODEF-Document>', 'text/xml')
    for who, title, parts, kind in (('a person who sends one along', 'Who sends this?', [sent], 'free-text'), ('an answer to one', 'Re: ' + subject, [sent], 'free-text'),
                                    ('one beside another report', subject, [sent, incident], 'iodef'), ('one without a word', 'report', None, 'dmarc'),
                                    ('one with a tag', '[EXT] ' + subject, [sent], 'dmarc')):
        entity = sent if parts is None else t.part_entity([t.text_entity('See the attachment.'), *parts])
        found = reader.open(t.plain('dmarc@big.example', t.TEAM, title, '', entity=entity))['report']
        tap.ok(found['kind'] == kind and found['records'][0]['format'] == 'dmarc', 'DMARC, %s: %s' % (who, kind), str(found))


def crlf(text):
    return text.replace('\n', '\r\n').encode()


PHISH = """Return-Path: <bounce@phish.example>
Received: from mx.victim.example (mx.victim.example [203.0.113.5]) by mbox.victim.example
 (Postfix) with ESMTP id 1; Fri, 20 Nov 2026 09:59:00 +0900
Received: from evil (unknown [IPv6:2001:db8::7]) by mx.victim.example; Fri, 20 Nov 2026 09:58:00 +0900
Authentication-Results: mx.victim.example; spf=fail
From: =?utf-8?B?6YqA6KGM?= <bank@phish.example>
To: v@victim.example, w@victim.example
Subject: =?utf-8?B?6YeN6KaB?=
Date: Fri, 20 Nov 2026 09:57:00 +0900
Message-ID: <1@phish.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: text/plain

http://phish.company.com/x
--c
Content-Type: application/zip; name=invoice.zip
Content-Transfer-Encoding: base64

UEsDBA==
--c
Content-Type: image/png; name=logo.png

x
--c--
"""
PHISH_FIELDS = {
    'from': '\u9280\u884c <bank@phish.example>', 'return-path': '<bounce@phish.example>', 'to': 'v@victim.example, w@victim.example', 'subject': '\u91cd\u8981',
    'date': 'Fri, 20 Nov 2026 09:57:00 +0900', 'message-id': '<1@phish.example>',
    'received': 'from mx.victim.example [203.0.113.5] by mbox.victim.example; Fri, 20 Nov 2026 09:59:00 +0900',
    'received[1]': 'from evil [2001:db8::7] by mx.victim.example; Fri, 20 Nov 2026 09:58:00 +0900',
    'authentication-results': 'mx.victim.example; spf=fail', 'attachment': 'invoice.zip', 'attachment[1]': 'logo.png',
    'sha256': hashlib.sha256(b'PK\3\4').hexdigest(), 'sha256[1]': hashlib.sha256(b'x').hexdigest()}
MESSAGE = 'Content-Type: message/rfc822\n\n'


def forwarding(*entities, headers=()):
    return t.plain('reporter@example.net', t.TEAM, 'Fwd: a phish', '', entity=t.part_entity([t.text_entity('See below.'), *entities]), headers=headers)


def check_forwarded(tap, reader, table):
    opened = reader.open(forwarding(crlf(MESSAGE + PHISH)))
    record = opened['report']['records'][0]
    tap.equal((opened['report']['kind'], len(opened['report']['records']), record['format'], record['part'], record['evidence'], record['fields']),
              ('forwarded-mail', 1, 'mail', '1.2', True, PHISH_FIELDS), 'a forwarded mail: its way, its people, its files')
    tap.equal((record['id'], record['title'], record['started'], record['sources'], record['targets']),
              ('<1@phish.example>', '\u91cd\u8981', '2026-11-20T00:57:00Z', ['bank@phish.example', 'bounce@phish.example'], ['v@victim.example', 'w@victim.example']),
              '... in terms of all formats')
    tap.equal({i['role'] for i in opened['indicators']}, {'evidence'}, '... all that is found in it is evidence')
    tap.equal([i['value'] for i in opened['indicators'] if i['type'] in ('sha256', 'url')], ['http://phish.company.com/x', PHISH_FIELDS['sha256']],
              '... with the digest of its file, without that of its picture')
    table.add('mail', opened)
    nested = MESSAGE + 'Subject: outer one\n' + MESSAGE + 'Subject: inner one\n\ntext\n'
    opened = reader.open(forwarding(crlf(nested), crlf('Content-Type: text/rfc822-headers\n\nSubject: header alone\nFrom: a@b.net\n'),
                                    crlf('Content-Type: application/octet-stream; name="c.EML"\n\nSubject: a file\nFrom: c@b.net\n\nbody\n'),
                                    crlf('Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogcGFja2VkCgpi\n')))
    tap.equal([(r['part'], r['title']) for r in opened['report']['records']],
              [('1.2', 'outer one'), ('1.2.1', 'inner one'), ('1.3', 'header alone'), ('1.4', 'a file'), ('1.5', 'packed')], 'several, one in another, headers, files')
    tap.ok(all(i['role'] == 'evidence' for i in opened['indicators']), '... all evidence', str(opened['indicators']))
    table.add('mail', opened)
    opened = reader.open(forwarding(*[crlf(MESSAGE + 'Subject: s\n\nx\n')] * 101))
    tap.ok(len(opened['report']['records']) == 100 and 'More than 100' in ' '.join(opened['problems']), 'a hundred at most', str(opened['problems']))
    hops = ''.join('Received: from a by b; x\n' for _ in range(500)) + 'Received: ' + 'from [' * 5000 + '\n'
    opened = reader.open(forwarding(crlf(MESSAGE + hops + 'Subject: s\n\nx\n')))
    tap.equal(len([n for n in opened['report']['records'][0]['fields'] if n.startswith('received')]), 30, '... with thirty stations')


def check_forwarded_reports(tap, reader):
    """A report in a forwarded mail is evidence: it is read, and says nothing about the mail."""
    report = 'Reported-From: r@reporter.test\nCategory: abuse\nReport-Type: login-attack\nTLP: amber\nSource: 203.0.113.1\n'
    arf = 'Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 203.0.113.2\n'
    xml = 'Content-Type: text/xml\n\n<IODEF-Document><Incident purpose="other"><IncidentID name="x">1</IncidentID></Incident></IODEF-Document>\n'
    for name, inside in (('x-arf', 'X-ARF: yes\nContent-Type: text/plain\n\n' + report), ('arf', arf), ('iodef', xml)):
        opened = reader.open(forwarding(crlf(MESSAGE + 'Subject: s\n' + inside)))
        found = opened['report']
        tap.equal((found['kind'], found['category'], found['fields'], found['external_ids'], [(r['format'], r['evidence']) for r in found['records']]),
                  ('forwarded-mail', None, {}, [], [(name, True), ('mail', True)]), 'a forwarded mail with a report in it: ' + name)
    opened = reader.open(forwarding(t.attachment('report.txt', report.encode(), 'text/plain'), crlf(MESSAGE + PHISH), crlf(MESSAGE + 'Subject: s\n' + arf), headers=(('X-ARF', 'yes'),)))
    found = opened['report']
    tap.equal((found['kind'], found['category'], found['tlp'], [(r['format'], r['evidence']) for r in found['records']]),
              ('xarf', 'intrusion-attempts:brute-force', 'TLP:AMBER', [('x-arf', False), ('arf', True), ('mail', True), ('mail', True)]),
              "the reporter's own report beside forwarded mails wins the kind")


def main():
    tap = t.Tap()
    if not os.path.isdir(os.path.join(f.CORPUS, 'reports')):
        t.skip_all('no ' + f.CORPUS)
    reader, table = f.Reader(), Table()
    check_samples(tap, reader, table)
    check_tagged(tap, reader, table)
    check_schemata(tap, reader, table)
    check_x_arf(tap, reader, table)
    check_iodef(tap, reader, table)
    check_dmarc(tap, reader, table)
    check_forwarded(tap, reader, table)
    check_forwarded_reports(tap, reader)
    table.note(tap)
    tap.done()


main()
