#!/usr/bin/env python3
"""Reports made to read files, to fetch something or to cost too much, through a running gateway: each is refused with a word
about it, becomes a ticket, and nothing is fetched; the same reports sent encrypted and signed say what the plain ones say."""
import gzip
import io
import os
import socket
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madotest as t  # noqa: E402

SENDER = 'reporter@example.net'
INCIDENT = '<Incident purpose="reporting"><IncidentID name="x.test">%s</IncidentID><Description>%s</Description></Incident>'
YAML = '---\nReported-From: r@reporter.test\nCategory: abuse\nReport-Type: login-attack\nSource: %s\n'
DMARC_NAME = 'big.example!team.example!1700000000!1700086399'
DMARC = '<feedback><report_metadata><org_name>Big</org_name><report_id>%s</report_id></report_metadata></feedback>'


def iodef(head, text='x', more=''):
    return '<?xml version="1.0"?>%s<IODEF-Document version="1.00" xmlns="urn:ietf:params:xml:ns:iodef-1.0">%s%s</IODEF-Document>' % (head, INCIDENT % (1, text), more)


def laughs(depth=9):
    entities = ''.join('<!ENTITY l%d "%s">' % (n, '&l%d;' % (n - 1) * 10) for n in range(1, depth + 1))
    return iodef('<!DOCTYPE x [<!ENTITY l0 "ha">%s]>' % entities, '&l%d;' % depth)


def yaml_laughs():
    return YAML % 'x' + 'a0: &a0 [ha, ha]\n' + ''.join('a%d: &a%d [%s]\n' % (n, n, ', '.join(['*a%d' % (n - 1)] * 10)) for n in range(1, 10))


def locked(data):
    """A zip whose file says that it wants a password."""
    raw = bytearray(f.zipped(data))
    raw[6] |= 1
    raw[raw.index(b'PK\1\2') + 8] |= 1
    return bytes(raw)


def deep_zip(data, depth):
    for _ in range(depth):
        data = f.zipped(data)
    return data


def zip_bomb(size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        with archive.open('report.xml', 'w') as member:
            for _ in range(size >> 20):
                member.write(b'<' * (1 << 20))
    return out.getvalue()


def xml_cases(port):
    """name, document, a word of the problem"""
    url, refused = 'http://127.0.0.1:%d/x' % port, 'document type (DTD), which is not followed'
    return [
        ('a file as an entity', iodef('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '&e;'), refused),
        ('an address as an entity', iodef('<!DOCTYPE x [<!ENTITY e SYSTEM "%s">]>' % url, '&e;'), refused),
        ('a public entity', iodef('<!DOCTYPE x [<!ENTITY e PUBLIC "p" "%s">]>' % url, '&e;'), refused),
        ('a parameter entity', iodef('<!DOCTYPE x [<!ENTITY %% e SYSTEM "%s">%%e;]>' % url), refused),
        ('an external DTD', iodef('<!DOCTYPE x SYSTEM "%s">' % url), refused),
        ('a billion laughs', laughs(), refused),
        ('quadratic blow-up', iodef('<!DOCTYPE x [<!ENTITY e "%s">]>' % ('a' * 50000), '&e;' * 50000), refused),
        ('an entity of nobody', iodef('', '&e;'), 'is no XML'),
        ('100,000 elements in one another', iodef('', 'x', '<a>' * 100000), 'too deep'),
        ('a million attributes', iodef('', 'x', '<a ' + 'b="c" ' * 1000000 + '/>'), 'too many attributes'),
        ('an incident of a million elements', iodef('', 'x', '<Incident>' + '<a/>' * 1000000 + '</Incident>'), 'too many elements'),
        ('2,000 incidents', iodef('', 'x', INCIDENT % (2, 'y') * 2000), 'more records than are kept'),
        ('an incident of 5,000 fields', iodef('', 'x', '<Incident>' + '<a>b</a>' * 5000 + '</Incident>'), 'more fields than are kept'),
        ('a document that breaks off', iodef('', 'x')[:-20], 'not to its end'),
        ('an inclusion', iodef('', 'x', '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="%s"/>' % url), None),
        ('a schema elsewhere', iodef('', 'x').replace(' xmlns', ' xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="a %s" xmlns' % url, 1), None),
        ('a style sheet', iodef('<?xml-stylesheet type="text/xsl" href="%s"?>' % url), None)]


def yaml_cases(port):
    return [
        ('a tag', YAML % "!!python/object/apply:os.system ['true']", 'a tag, which is not followed'),
        ('a tag directive', '%TAG ! tag:x.test,2000:\n' + YAML % 'x', 'a tag directive, which is not followed'),
        ('an alias', YAML % '&a x' + 'Domain: *a\n', 'an anchor, which is not followed'),
        ('aliases of aliases', yaml_laughs(), 'an anchor, which is not followed'),
        ('100,000 lists in one another', YAML % ('[' * 100000), 'deep'),
        ('maps in one another', YAML % '' + ''.join(' ' * n + 'a:\n' for n in range(1, 50)), 'deep'),
        ('100,000 values', YAML % ('[' + 'a, ' * 40000 + 'b]') + 'More: [' + 'a, ' * 40000 + ']\n', 'more fields than are kept'),
        ('a schema elsewhere', YAML % 'x' + 'Schema-URL: http://127.0.0.1:%d/x.json\n' % port, None)]


def packed_cases():
    name = DMARC_NAME
    return [
        ('a gzip bomb', name + '.xml.gz', gzip.compress(b'<' * (100 << 20)), 'more than'),
        ('a gzip bomb below the cap', name + '.xml.gz', gzip.compress(b'<feedback>' + b' ' * (15 << 20)), 'no report'),
        ('a zip bomb', name + '.zip', zip_bomb(100 << 20), 'more than'),
        ('a zip of many', name + '.zip', f.zipped(*[b'<feedback/>'] * 1000), 'more than one file'),
        ('a zip in a zip', name + '.zip', deep_zip(b'<feedback/>', 3), 'another packed file'),
        ('a gzip in a gzip', name + '.xml.gz', gzip.compress(gzip.compress(b'<feedback/>')), 'another packed file'),
        ('a zip with a password', name + '.zip', locked(b'<feedback/>'), 'wants a password'),
        ('a zip that is cut off', name + '.zip', f.zipped(b'<feedback/>' * 100)[:-10], 'no directory'),
        ('a gzip that is cut off', name + '.xml.gz', gzip.compress((DMARC % 1).encode())[:-12], 'broken or cut off'),
        ('an entity in a gzip', name + '.xml.gz', gzip.compress(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + (DMARC % '&e;').encode()), 'document type')]


def arf(fields):
    return ('Content-Type: multipart/report; report-type=feedback-report; boundary=r\n\n--r\nContent-Type: text/plain\n\nSee.\n--r\n'
            'Content-Type: message/feedback-report\n\n%s\n--r--\n' % fields).encode()


def hostile_mails(port):
    """(name, mail, a word of the problem)"""
    mails = [('XML, ' + name, f.carrying(text.encode(), 'text/xml', 'report.xml'), word) for name, text, word in xml_cases(port)]
    mails += [('YAML, ' + name, f.carrying(text.encode(), 'text/plain', 'report.txt', headers=(('X-XARF', 'PLAIN'),)), word) for name, text, word in yaml_cases(port)]
    mails += [('packed, ' + name, f.carrying(payload, 'application/octet-stream', filename), word) for name, filename, payload, word in packed_cases()]
    mails += [('ARF, ' + name, t.plain(SENDER, t.TEAM, 'x', '', entity=arf(fields)), word) for name, fields, word in (
        ('no field', 'nothing', 'has no field'), ('no type', 'Source-IP: 203.0.113.1\n', 'does not say of which type'),
        ('20,000 fields', 'Feedback-Type: abuse\n' + 'Reported-URI: http://a.test/\n' * 20000, 'more fields than are kept'))]
    return mails


def check_hostile(tap, demo, port):
    mails = hostile_mails(port)
    numbered = [(n, name, raw.replace(b'\r\nSubject: ', b'\r\nSubject: case %d ' % n, 1), word) for n, (name, raw, word) in enumerate(mails)]
    for _, name, raw, _ in numbered:
        codes = demo.send(raw, SENDER)
        if codes != [250]:
            tap.ok(False, name + ': taken', str(codes))
    demo.settle(120, len(numbered))
    tickets = {int(i['subject'].split()[1]): i['ticket'] for i in demo.incidents() if i['subject'].startswith('case ')}
    for n, name, _, word in numbered:
        report = demo.show(tickets[n])['thread'][0]['report'] if n in tickets else {}
        problems = ' '.join(report.get('problems') or [])
        said = word is None and not problems or word is not None and word in problems
        tap.ok(report and report['undecryptable'] is None and said and 'root:' not in str(report['report']), name + ': a ticket'
               + (' that says so' if word else ''), str(report)[:1500])


def reports():
    """(name, entity) of honest reports."""
    with open(os.path.join(f.CORPUS, 'reports', 'iodef', 'iodef.xml'), 'rb') as file:
        xml = file.read()
    with open(os.path.join(f.DATA, 'xarf-v3', 'samples', 'positive', '3', 'exploit_sample.json'), 'rb') as file:
        xarf = file.read()
    with open(os.path.join(f.CORPUS, 'reports', 'stix21', 'poisonivy.json'), 'rb') as file:
        stix = file.read()
    note = t.text_entity('See the report.')
    return [('arf', arf('Feedback-Type: fraud\nVersion: 1\nSource-IP: 45.33.32.156\nReported-URI: http://phish.company.com/\n')),
            ('x-arf', t.part_entity([note, t.attachment('report.txt', (YAML % '45.33.32.156').encode(), 'text/plain')])),
            ('x-arf, wrapped (RFC 8551)', t.part_entity([note, t.attachment('report.txt', (YAML % '45.33.32.157').encode(), 'text/plain')])),
            ('iodef', t.part_entity([note, t.attachment('iodef.xml', xml, 'text/xml')])),
            ('xarf', t.part_entity([note, t.attachment('report.json', xarf, 'application/json')])),
            ('stix', t.part_entity([note, t.attachment('report.json', stix, 'application/stix+json')]))]


def facts(value):
    """@value without paths of parts and what cryptography adds."""
    if isinstance(value, dict):
        return {key: facts(inner) for key, inner in value.items() if key not in ('part', 'signed')}
    return [facts(inner) for inner in value] if isinstance(value, list) else value


def check_equal(tap, demo, gpg):
    key = gpg.generate('Reporter <%s>' % SENDER)
    team = gpg.load(demo.team_key)[0]
    with open(demo.dir + '/reporter.asc', 'wb') as out:
        out.write(gpg.export(key))
    demo.cli('keys', 'import', '--pin', demo.dir + '/reporter.asc')
    for name, entity in reports():
        found, wrapper = {}, b'Content-Type: message/rfc822; forwarded=no\r\n\r\nFrom: %s\r\nSubject: %s\r\n' % (SENDER.encode(), name.encode())
        for how in ('plain', 'encrypted'):
            mid = t.message_id()
            raw = (t.plain(SENDER, t.TEAM, name, '', entity=entity, mid=mid) if how == 'plain' else
                   t.pgp_encrypted(gpg, SENDER, t.TEAM, '...', wrapper + entity, [team], signer=key, mid=mid) if 'wrapped' in name else
                   t.pgp_encrypted(gpg, SENDER, t.TEAM, '...', entity, [team], signer=key, mid=mid, inner_subject=name))
            demo.send(raw, SENDER)
            incident = demo.ticket_of(mid)
            found[how] = incident and next(e for e in incident['thread'] if e.get('message_id') == mid)['report']
        plain, sealed = found['plain'], found['encrypted']
        tap.ok(plain and sealed and (sealed['encryption'], sealed['signature']) == ('whole', 'good')
               and all(record['signed'] for record in sealed['report']['records']), name + ' arrives encrypted and signed', str(sealed)[:1500])
        if plain and sealed:
            tap.equal((facts(sealed['report']), facts(sealed['indicators'])), (facts(plain['report']), facts(plain['indicators'])), '... and says what the plain one says')


def main():
    tap = t.Tap()
    t.need_programs()
    if not os.path.isdir(os.path.join(f.CORPUS, 'reports')):
        t.skip_all('no ' + f.CORPUS)
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(10)
    listener.settimeout(0)
    demo, gpg = t.Demo(), t.Gpg()
    check_hostile(tap, demo, listener.getsockname()[1])
    check_equal(tap, demo, gpg)
    try:
        tap.ok(False, 'nobody fetched anything', str(listener.accept()))
    except BlockingIOError:
        tap.ok(True, 'nobody fetched anything')
    tap.ok((demo.account() or {}).get('balanced'), 'the account balances')
    demo.stop()
    tap.done()


main()
