#!/usr/bin/env python3
"""Reports that are JSON: every sample of the shared corpus and facts becomes the fields that its source expects; samples that
their schema refuses say what is wrong with them, and are reports all the same."""
import collections
import concurrent.futures
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madotest as t  # noqa: E402

REPORTS = os.path.join(f.CORPUS, 'reports')
XARF3 = os.path.join(f.DATA, 'xarf-v3', 'samples')
XARF4 = os.path.join(f.DATA, 'xarf-v4', 'samples')
# A class that no schema has: said, and read.
OF_NO_SCHEMA = ('botnet_v3_sample.json', 'ddos_v3_sample.json', 'spam_v3_sample.json')


def load(path):
    with open(path, encoding='utf-8') as sample:
        return json.load(sample)


class Count:
    """The table of what was read, by format."""

    def __init__(self):
        self.rows = collections.defaultdict(collections.Counter)

    def add(self, name, report):
        records = report['report']['records']
        self.rows[name].update(files=1, records=len(records), fields=sum(len(r['fields']) for r in records),
                               indicators=len(report['indicators']), problems=len(report['problems']))

    def show(self, tap):
        columns = ('files', 'records', 'fields', 'indicators', 'problems')
        tap.note('%-24s' % 'format' + ''.join('%11s' % column for column in columns))
        for name, row in self.rows.items():
            tap.note('%-24s' % name + ''.join('%11d' % row[column] for column in columns))


def open_all(reader, paths):
    """{path: report}, each file attached to a mail of its own."""
    def one(path):
        with open(path, 'rb') as sample:
            return reader.open(f.carrying(sample.read(), 'application/json', os.path.basename(path)))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(one, paths)))


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


def check_xarf(tap, reader, count):
    for version in ('alpha', '1', '2', '3', 'development'):
        reports = open_all(reader, sorted(glob.glob(os.path.join(XARF3, 'positive', version, '*.json'))))
        wrong = []
        for path, report in reports.items():
            count.add('xarf ' + version, report)
            record = only(report, 'xarf')
            faults = ['no record'] if record is None else wrong_xarf3(load(path), record)
            wrong += [os.path.basename(path) + ': ' + what for what in faults + report['problems']]
        tap.ok(reports and not wrong, 'XARF %s: %d samples as their schema wants them' % (version, len(reports)), '\n'.join(wrong))
        reports = open_all(reader, sorted(glob.glob(os.path.join(XARF3, 'negative', version, '*.json'))))
        silent = []
        for path, report in reports.items():
            count.add('xarf %s, wrong' % version, report)
            if only(report, 'xarf') is None or not any('not as its schema wants it: ' in text for text in report['problems']):
                silent.append(os.path.basename(path))
        tap.ok(reports and not silent, 'XARF %s: %d wrong ones, each with what is wrong' % (version, len(reports)), silent)
    for name, pattern, wrong_in in (('xarf 3, of xarf.org', 'v3', None), ('xarf 4', 'v4', wrong_xarf4)):
        paths = sorted(glob.glob(os.path.join(XARF4, pattern, '*.json')) + glob.glob(os.path.join(REPORTS, 'xarf-spec', pattern + '__*.json')))
        wrong = []
        for path, report in open_all(reader, paths).items():
            count.add(name, report)
            record = only(report, 'xarf')
            faults = ['no record'] if record is None else wrong_in(load(path), record) if wrong_in else []
            allowed = path.endswith(OF_NO_SCHEMA)
            wrong += [os.path.basename(path) + ': ' + what for what in faults + ([] if allowed else report['problems'])]
            if allowed and not report['problems']:
                wrong.append(os.path.basename(path) + ': no word')
        tap.ok(paths and not wrong, '%s: %d samples' % (name, len(paths)), '\n'.join(wrong))


def main():
    tap = t.Tap()
    for path in (REPORTS, XARF3, XARF4):
        if not os.path.isdir(path):
            t.skip_all('no ' + path)
    reader, count = f.Reader('[indicators]\nexamples = yes\n'), Count()
    check_xarf(tap, reader, count)
    count.show(tap)
    tap.done()


main()
