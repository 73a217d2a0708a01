#!/usr/bin/env python3
"""Reports that are JSON: every sample of the shared corpus and facts becomes the fields that its source expects; samples that
their schema refuses say what is wrong with them, and are reports all the same."""
import collections
import glob
import itertools
import json
import os
import re
import resource
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madotest as t  # noqa: E402

REPORTS = os.path.join(f.CORPUS, 'reports')
XARF3 = os.path.join(f.DATA, 'xarf-v3', 'samples')
XARF4 = os.path.join(f.DATA, 'xarf-v4', 'samples')
# A class that no schema has: said, and read.
OF_NO_SCHEMA = ('botnet_v3_sample.json', 'ddos_v3_sample.json', 'spam_v3_sample.json')


# Files on one mail.
BATCH = 25


def read(path):
    with open(path, 'rb') as sample:
        return sample.read()


def load(path):
    with open(path, encoding='utf-8') as sample:
        return json.load(sample)


class Count:
    """The table of what was read, by format."""

    def __init__(self):
        self.rows = collections.defaultdict(collections.Counter)

    def add(self, name, report, files=1):
        records = report['report']['records']
        self.rows[name].update(files=files, records=len(records), fields=sum(len(r['fields']) for r in records),
                               indicators=len(report['indicators']), problems=len(report['problems']))

    def show(self, tap):
        columns = ('files', 'records', 'fields', 'indicators', 'problems')
        tap.note('%-24s' % 'format' + ''.join('%11s' % column for column in columns))
        for name, row in self.rows.items():
            tap.note('%-24s' % name + ''.join('%11d' % row[column] for column in columns))


def open_all(reader, paths):
    """{path: report}, each file attached to a mail of its own."""
    return {path: reader.open(f.carrying(read(path), 'application/json', os.path.basename(path))) for path in paths}


def open_together(reader, paths, count, name):
    """{path: (its records, its problems)}, many files attached to one mail: the 300 samples would take too long else."""
    found = {}
    for start in range(0, len(paths), BATCH):
        some = paths[start:start + BATCH]
        parts = [t.attachment(os.path.basename(path), read(path), 'application/json') for path in some]
        report = reader.open(t.plain('reporter@example.net', t.TEAM, 'Reports', '', entity=t.part_entity([t.text_entity('See below.')] + parts)))
        count.add(name, report, len(some))
        for n, path in enumerate(some):
            part = '1.%d' % (n + 2)
            found[path] = ([r for r in report['report']['records'] if r['part'] == part],
                           [text for text in report['problems'] if text.startswith('Part %s: ' % part)])
    return found


def only(report, what):
    """Its one record of format @what."""
    records = report['report']['records']
    return records[0] if len(records) == 1 and records[0]['format'] == what and report['report']['kind'] == what else None


def wrong_xarf3(sample, record):
    """What the record does not have of the sample."""
    inner = sample['Report']
    wanted = {'type': inner['ReportClass'] + '/' + inner['ReportType'], 'organization': sample['ReporterInfo'].get('ReporterOrg'),
              'version': sample.get('Version')}
    wrong = ['%s: %s' % (key, record[key]) for key, value in wanted.items() if record[key] != value]
    for key in ('SourceIp', 'SourceUrl', 'AttackerIp'):
        if key in inner and inner[key] not in record['sources']:
            wrong.append(key)
    if 'DestinationIp' in inner and inner['DestinationIp'] not in record['targets']:
        wrong.append('DestinationIp')
    if not record['detected'] or (inner['ReportType'] not in ('Trademark', 'WebCrawler') and record['category'] is None):
        wrong.append('time or category')
    samples = inner.get('Samples', [])
    return wrong + [str(i) for i in range(len(samples)) if 'Report.Samples[%d].Payload.sha256' % i not in record['fields']]


def wrong_xarf4(sample, record):
    wanted = {'type': sample['category'] + '/' + sample['type'], 'organization': sample['reporter']['org'], 'id': sample['report_id'],
              'version': sample['xarf_version'], 'reporter': {'name': None, 'address': sample['reporter']['contact']}}
    wrong = ['%s: %s' % (key, record[key]) for key, value in wanted.items() if record[key] != value]
    if sample['source_identifier'] not in record['sources'] or not record['started']:
        wrong.append('source or time')
    if sample.get('cve_id', 'none') not in record['references'] + ['none']:
        wrong.append('cve_id')
    return wrong + [str(i) for i in range(len(sample.get('evidence', []))) if 'evidence[%d].payload.size' % i not in record['fields']]


def check_xarf3(tap, reader, count, version):
    found = open_together(reader, sorted(glob.glob(os.path.join(XARF3, 'positive', version, '*.json'))), count, 'xarf ' + version)
    wrong = []
    for path, (records, problems) in found.items():
        faults = wrong_xarf3(load(path), records[0]) if len(records) == 1 else ['%d records' % len(records)]
        wrong += [os.path.basename(path) + ': ' + what for what in faults + problems]
    tap.ok(found and not wrong, 'XARF %s: %d samples as their schema wants them' % (version, len(found)), '\n'.join(wrong))
    found = open_together(reader, sorted(glob.glob(os.path.join(XARF3, 'negative', version, '*.json'))), count, 'xarf %s, wrong' % version)
    silent = [os.path.basename(path) for path, (records, problems) in found.items()
              if len(records) != 1 or len(problems) != 1 or 'not as its schema wants it: ' not in problems[0]]
    tap.ok(found and not silent, 'XARF %s: %d wrong ones, each with what is wrong' % (version, len(found)), silent)


def check_xarf(tap, reader, count):
    for version in ('alpha', '1', '2', '3', 'development'):
        check_xarf3(tap, reader, count, version)
    for name, pattern, wrong_in in (('xarf 3, of xarf.org', 'v3', None), ('xarf 4', 'v4', wrong_xarf4)):
        paths = sorted(glob.glob(os.path.join(XARF4, pattern, '*.json')) + glob.glob(os.path.join(REPORTS, 'xarf-spec', pattern + '__*.json')))
        wrong = []
        for path, (records, problems) in open_together(reader, paths, count, name).items():
            faults = ['%d records' % len(records)] if len(records) != 1 else wrong_in(load(path), records[0]) if wrong_in else []
            allowed = path.endswith(OF_NO_SCHEMA)
            wrong += [os.path.basename(path) + ': ' + what for what in faults + ([] if allowed else problems)]
            if allowed and not problems:
                wrong.append(os.path.basename(path) + ': no word')
        tap.ok(paths and not wrong, '%s: %d samples' % (name, len(paths)), '\n'.join(wrong))


# file below reports/: (what the record says, how many of sources and indicators)
STIX = {
    'apt1.json': ({'type': 'report', 'title': "APT1: Exposing One of China's Cyber Espionage Units", 'reported': '2013-02-19T00:00:00Z',
                   'version': '2.1'}, 7),
    'poisonivy.json': ({'type': 'report', 'title': 'Poison Ivy: Assessing Damage and Extracting Intelligence', 'organization': 'FireEye, Inc.',
                        'reported': '2013-08-21T00:00:00Z'}, None),
    'indicator-for-c2-ip-address.json': ({'type': 'indicator', 'title': 'IP Address for known C2 channel', 'sources': ['10.0.0.0']}, 1),
    'indicator-to-campaign-relationship.json': ({'type': 'campaign', 'sources': ['10.0.0.0']}, 1),
    'indicators-for-C2-with-COA.json': ({'type': 'indicator', 'sources': ['10.0.0.0']}, 1),
    'infrastructure.json': ({'type': 'infrastructure', 'title': 'Poison Ivy C2', 'category': 'malicious-code:c2-server',
                             'sources': ['198.51.100.3', 'example.com']}, 2),
    'interop-objectmarking-test.json': ({'type': 'campaign', 'title': 'Spear Phishing', 'tlp': 'TLP:RED', 'references': ['CAPEC-163']}, 0),
    'malicious-email-indicator-with-attachment.json': ({'type': 'indicator', 'title': 'Malicious E-mail', 'references': ['CAPEC-98'],
                                                        'organization': 'The MITRE Corporation - DHS Support Team'}, 0),
}
OTHERS = {
    'intelmq/misp_event.json': ('misp', {'type': 'event', 'id': '5758ebf5-c898-48e6-9fe9-5665c0a83866', 'title': 'A Random Event',
                                         'organization': 'ORGNAME', 'detected': '2016-06-09T00:00:00Z',
                                         'category': 'malicious-code:infected-system', 'sources': ['http://fake.example.com/malware/is/here']}),
    'intelmq/misp_attribute.json': ('misp', {'type': 'attribute', 'id': '575c8598-f1f0-4c16-a94a-0612c0a83866',
                                             'reported': '2016-06-11T21:41:44Z', 'sources': ['http://fake.example.com/malware/is/here']}),
    'veris/veris-1_3_4-test1.json': ('veris', {'id': '8490a90d-7c87-4d4e-be19-bb1d7889851c', 'type': 'malware, social', 'version': '1.3.4',
                                               'started': '2016-09-17T00:00:00Z', 'category': 'malicious-code:infected-system'}),
    'veris/veris-1_3_6-test1.json': ('veris', {'version': '1.3.6'}),
    'veris/veris-1_3_7-test1.JSON': ('veris', {'version': '1.3.6'}),
    'veris/veris-1_4_1-test1.JSON': ('veris', {'id': '5b2c1160-a083-11f0-b4de-6102c171a07e', 'type': 'hacking, malware', 'version': '1.4.0'}),
}


def compare(record, wanted):
    return [(key, record.get(key)) for key, value in wanted.items() if record.get(key) != value]


def pattern_values(sample):
    """What stands in the patterns of a bundle: every quoted text that is compared with an address or a name."""
    found = set()
    for item in sample.get('objects', [sample]):
        found.update(value for _, value in re.findall(r"(ipv4-addr|domain-name):value = '([^']*)'", item.get('pattern', '')))
    return found


def check_stix(tap, reader, count):
    names = {path: os.path.basename(path) for folder in (os.path.join(REPORTS, 'stix21'), os.path.join(f.DATA, 'stix2.1', 'examples'))
             for path in sorted(glob.glob(os.path.join(folder, '**', '*.json'), recursive=True))}
    wrong = []
    for path, report in open_all(reader, list(names)).items():
        count.add('stix', report)
        record, (wanted, sources) = only(report, 'stix'), STIX[names[path]]
        faults = ['no record'] if record is None else compare(record, wanted)
        if record is not None:
            faults += [value for value in pattern_values(load(path)) if value not in record['sources']]
            faults += ['sources: %d' % len(record['sources'])] if sources not in (None, len(record['sources'])) else []
        wrong += ['%s: %s' % (names[path], what) for what in faults + report['problems']]
        if names[path] == 'poisonivy.json':
            found = {i['value'] for i in report['indicators']}
            missed = {value.split()[-1] for value in pattern_values(load(path))} - found
            tap.ok(not missed, 'STIX: every address and name of the patterns is an indicator', missed)
            tap.ok('CVE-2012-0158' in found and 'CVE-2012-0158' in record['references'], 'STIX: so is a CVE')
            tap.ok(int(record['fields'].get('relationship.indicates', 0)) > 0, 'STIX: relationships are counted', record['fields'].keys())
    tap.ok(len(names) == 16 and not wrong, 'STIX: %d samples' % len(names), '\n'.join(wrong))


def check_others(tap, reader, count):
    reports = open_all(reader, [os.path.join(REPORTS, name) for name in OTHERS])
    for name, (what, wanted) in OTHERS.items():
        report = reports[os.path.join(REPORTS, name)]
        count.add(what, report)
        record = only(report, what)
        faults = ['no record'] if record is None else compare(record, wanted) + report['problems']
        tap.ok(not faults, name, faults)
    report = reports[os.path.join(REPORTS, 'intelmq/misp_event.json')]
    tap.equal([(i['type'], i['value']) for i in report['indicators']],
              [('url', 'http://fake.example.com/malware/is/here'), ('domain', 'fake.example.com')], 'MISP: the URL, and its host')


def iodef_json():
    """RFC 8727, the form of its examples."""
    return {'version': '2.0', 'lang': 'en', 'Incident': [{
        'purpose': 'reporting', 'restriction': 'green', 'IncidentID': {'id': '189493', 'name': 'csirt.example.com'},
        'GenerationTime': '2015-10-02T11:18:00-05:00', 'Description': ['Summarized the Indicators of Compromise'],
        'Contact': [{'type': 'organization', 'role': 'creator', 'ContactName': ['CSIRT for example.com'],
                     'Email': [{'EmailTo': 'contact@csirt.example.com'}]}],
        'EventData': [{'System': [{'category': 'source', 'Node': {'Address': [{'category': 'ipv4-addr', 'value': '192.0.2.104'}]}}]}]},
        {'purpose': 'mitigation', 'IncidentID': {'id': '2', 'name': 'csirt.example.com'}}]}


def csaf():
    return {'document': {'category': 'csaf_security_advisory', 'csaf_version': '2.0', 'title': 'Advisory', 'publisher': {'name': 'Vendor'},
                         'distribution': {'tlp': {'label': 'AMBER'}}, 'tracking': {'id': 'VSA-1', 'initial_release_date': '2023-11-14T22:13:20Z'}},
            'vulnerabilities': [{'cve': 'CVE-2023-1234'}]}


def check_made(tap, reader, count):
    """Formats of which the corpus has no sample."""
    report = reader.open(f.carrying(json.dumps(iodef_json()).encode(), 'application/json', 'a.json'))
    count.add('iodef (RFC 8727)', report)
    first = report['report']['records'][0]
    wrong = compare(first, {'format': 'iodef', 'id': '189493', 'tlp': 'TLP:GREEN', 'organization': 'CSIRT for example.com',
                            'sources': ['192.0.2.104'], 'type': 'reporting', 'reported': '2015-10-02T16:18:00Z'})
    tap.ok(not wrong and len(report['report']['records']) == 2, 'IODEF in JSON: a record of each incident', wrong)
    tap.ok('csirt.example.com#189493' in report['report']['external_ids'] and report['report']['tlp'] == 'TLP:GREEN', 'its number and its colour')
    report = reader.open(f.carrying(json.dumps(csaf()).encode(), 'application/json', 'a.json'))
    count.add('csaf', report)
    wrong = compare(report['report']['records'][0], {'format': 'csaf', 'id': 'VSA-1', 'title': 'Advisory', 'tlp': 'TLP:AMBER',
                                                     'references': ['VSA-1', 'CVE-2023-1234'], 'organization': 'Vendor'})
    tap.ok(not wrong and report['report']['tlp'] == 'TLP:AMBER', 'CSAF', wrong)


def check_ways(tap, reader):
    """The same report on other ways into a mail."""
    path = os.path.join(XARF3, 'positive', '3', 'ddos_sample.json')
    with open(path, 'rb') as sample:
        plain = sample.read()
    wanted = reader.open(f.carrying(plain, 'application/json', 'a.json'))['report']['records'][0]['fields']
    line = json.dumps(json.loads(plain)).encode()
    ways = {
        'by its name alone': f.carrying(plain, 'application/octet-stream', 'a.JSON'),
        'by its first characters alone': f.carrying(plain, 'application/octet-stream', 'report.bin'),
        'as the body of the mail': t.plain('reporter@example.net', t.TEAM, 'Report', plain.decode()),
        'in UTF-16': f.carrying(plain.decode().encode('utf-16'), 'application/json', 'a.json'),
        'with a byte order mark': f.carrying(b'\xef\xbb\xbf' + plain, 'application/json', 'a.json'),
        'as application/xarf+json': f.carrying(plain, 'application/xarf+json', 'a'),
    }
    for name, mail in ways.items():
        report = reader.open(mail)
        records = report['report']['records']
        tap.ok(len(records) == 1 and records[0]['fields'] == wanted and not report['problems'], 'XARF ' + name, report['problems'])
    name = '\u65e5\u672c\u30c6\u30b9\u30c8'
    named = json.dumps({'Version': '3', 'ReporterInfo': {'ReporterOrg': name}}, ensure_ascii=False)
    for charset in ('iso-2022-jp', 'shift_jis', 'utf-8'):
        report = reader.open(t.plain('reporter@example.net', t.TEAM, 'Report', named, charset=charset))
        tap.equal([record['organization'] for record in report['report']['records']], [name], 'a body in ' + charset)
    report = reader.open(f.carrying(b'\n'.join([line] * 3), 'application/x-ndjson', 'a.jsonl'))
    tap.equal([len(report['report']['records']), report['problems']], [3, []], 'one report in each line')
    report = reader.open(t.plain('reporter@example.net', t.TEAM, 'Report', 'Please see:\n\n```\n' + plain.decode() + '```\n'))
    tap.equal([report['report']['kind'], report['problems']], ['free-text', []], 'inside of prose it is text')
    report = reader.open(f.carrying(b'{"menu": ["tea", "192.0.2.77"]}', 'application/json', 'a.json'))
    tap.ok(report['report']['kind'] == 'free-text' and any('no format that is read' in text for text in report['problems']), 'other JSON: said',
           report['problems'])
    tap.ok('192.0.2.77' in [i['value'] for i in report['indicators']], 'and searched as a text')


def colliding(count):
    """Names that fall into one place of a hash table (h * 33 + c)."""
    return [''.join(pair) for _, pair in zip(range(count), itertools.product(('aB', 'b!'), repeat=12))]


def circle(count):
    """Reports that name each other as their makers and their markings."""
    one = '{"type":"report","id":"report--%d","created_by_ref":"report--%d","object_marking_refs":["report--%d"]}'
    return '{"type":"bundle","id":"bundle--1","objects":[%s]}' % ','.join(one % (n, (n + 1) % count, (n + 1) % count) for n in range(count))


# name, what is attached, what is said
HOSTILE = [
    ('35 MB of brackets', lambda: b'[' * 35_000_000, 'more bytes than [formats] size'),
    ('8 MB of brackets', lambda: b'[' * 8_000_000, 'nested deeper than [formats] depth: 64'),
    ('1.5 M objects inside each other', lambda: b'{"a":' * 1_500_000, 'nested deeper than [formats] depth: 64'),
    ('10 M empty objects', lambda: b'[' + b'{},' * 10_000_000 + b'{}]', 'more bytes than [formats] size'),
    ('2.6 M empty objects', lambda: b'[' + b'{},' * 2_600_000 + b'{}]', 'more values than [formats] values'),
    ('190,000 empty objects', lambda: b'[' + b'{},' * 190_000 + b'{}]', 'no format that is read'),
    ('a number of 7 MB', lambda: b'{"Version":' + b'9' * 7_000_000 + b'}', 'longer than computers count'),
    ('a string of 7 MB', lambda: b'{"Version":"' + b'9' * 7_000_000 + b'"}', 'not as its schema wants it'),
    ('a member named 500 times', lambda: b'{"Version":"3"' + b',"Version":"3"' * 499 + b'}', 'names a member twice'),
    ('names that collide', lambda: ('[%s]' % ','.join(['{%s}' % ','.join('"%s":1' % name for name in colliding(500))] * 390)).encode(), 'no format'),
    ('a STIX pattern of 7 MB', lambda: b'{"type":"indicator","id":"indicator--1","pattern":"[' + b"a:b = 'x' OR " * 500_000 + b'"}',
     '1 of the STIX patterns'),
    ('30,000 STIX reports in a circle', lambda: circle(30000).encode(), 'more fields than are kept'),
    ('90,000 reports', lambda: b'[' + b'{"Version":"3"},' * 90_000 + b'{}]', 'more records than are kept'),
    ('trailing words', lambda: b'{"Version":"3"} and so on', 'to its end'),
]


def check_hostile(tap, reader):
    for name, make, wanted in HOSTILE:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = reader.open(f.carrying(make(), 'application/json', 'a.json'))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        said = [text for text in report['problems'] if wanted in text]
        tap.ok(said and report['undecryptable'] is None, '%s: %s' % (name, wanted), report['problems'][:3])
        tap.ok(seconds < 4 * t.SANITIZED_FACTOR, '%s: in less than 4 s of processor time' % name, seconds)
    many = t.part_entity([t.text_entity('x')] + [t.attachment('a.json', b'[' + b'{},' * 190_000 + b'{}]', 'application/json')] * 10)
    report = reader.open(t.plain('reporter@example.net', t.TEAM, 'Report', '', entity=many))
    said = [text for text in report['problems'] if 'more values than [formats] values' in text]
    tap.ok(len(said) == 9 and report['undecryptable'] is None, 'ten of them on one mail: the values of all are counted', report['problems'])


def check_settings(tap):
    """Each limit of [formats], crossed and not."""
    for setting, below, above in (('size = 1K', b'{"Version":"3"}', b'{"Version":"3","Report":{"a":"%s"}}' % (b'x' * 1024)),
                                  ('depth = 8', b'{"Version":"3","Report":[[[[[[1]]]]]]}', b'{"Version":"3","Report":[[[[[[[[1]]]]]]]]}'),
                                  ('values = 100', b'{"Version":"3","Report":[%s1]}' % (b'1,' * 90), b'{"Version":"3","Report":[%s1]}' % (b'1,' * 100))):
        reader = f.Reader('[formats]\n%s\n' % setting)
        for payload, wanted in ((below, 1), (above, 0)):
            report = reader.open(f.carrying(payload, 'application/json', 'a.json'))
            named = any('[formats] ' + setting.split()[0] in text for text in report['problems'])
            tap.equal((len(report['report']['records']), named), (wanted, not wanted), '%s: %d bytes' % (setting, len(payload)))


def check_gateway(tap):
    """Through LMTP: a wrong report and a hostile one are tickets that say so."""
    t.need_programs()
    demo = t.Demo()
    wrong = read(os.path.join(XARF3, 'negative', '3', 'invalid_ip.json'))
    for name, payload, wanted in (('wrong', wrong, 'not as its schema wants it'), ('hostile', b'[' * 1_000_000, 'nested deeper')):
        mid, entity = t.message_id(), t.part_entity([t.text_entity('See below.'), t.attachment('a.json', payload, 'application/json')])
        demo.send(t.plain('reporter@example.net', t.TEAM, 'Report', '', mid=mid, entity=entity), 'reporter@example.net')
        incident = demo.ticket_of(mid)
        thread = incident['thread'] if incident else []
        said = [text for entry in thread if entry.get('report') for text in entry['report']['problems'] if wanted in text]
        tap.ok(said, 'a %s report is a ticket that says so' % name, incident)
    tap.equal(demo.stop(), 0, 'the gateway stops')


def main():
    tap = t.Tap()
    for path in (REPORTS, XARF3, XARF4):
        if not os.path.isdir(path):
            t.skip_all('no ' + path)
    reader, count = f.Reader('[indicators]\nexamples = yes\n'), Count()
    check_xarf(tap, reader, count)
    check_stix(tap, reader, count)
    check_others(tap, reader, count)
    check_made(tap, reader, count)
    check_ways(tap, reader)
    check_hostile(tap, reader)
    check_settings(tap)
    check_gateway(tap)
    count.show(tap)
    tap.done()


main()
