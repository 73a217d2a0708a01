#!/usr/bin/env python3
"""Reports that are mails of a certain form: every sample of the shared corpus becomes the fields that its source expects."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madotest as t  # noqa: E402

# file, kind, what the fields say
SAMPLES = [
    ('abuseio/1.eml', 'arf', {'feedback-type': 'abuse', 'source-ip': '172.16.10.13', 'user-agent': 'SpamExperts/88068',
                              'arrival-date': 'Tue, 04 Aug 2015 08:51:18 -0000', 'original-rcpt-to': '<ashley@example.com>'}),
    ('abuseio/2.eml', 'arf', {'feedback-type': 'abuse', 'source-ip': '192.168.1.12', 'user-agent': 'SpamExperts/88068',
                              'arrival-date': 'Tue, 04 Aug 2015 08:51:17 -0000', 'original-rcpt-to': '<ashley@example.com>'}),
    ('abuseio/3.eml', 'arf', {'feedback-type': 'abuse', 'source-ip': '10.0.2.35', 'user-agent': 'SpamExperts/88068',
                              'arrival-date': 'Tue, 04 Aug 2015 11:01:11 -0000', 'original-rcpt-to': '<ashley@example.com>'}),
]


def main():
    tap = t.Tap()
    reports = os.path.join(f.CORPUS, 'reports')
    if not os.path.isdir(reports):
        t.skip_all('no ' + reports)
    reader = f.Reader()
    for name, kind, fields in SAMPLES:
        report = reader.open_file(reports, name)['report']
        found = {key: report['fields'].get(key) for key in fields}
        tap.ok((report['kind'], found) == (kind, fields), name, '%s %s' % (report['kind'], report['fields']))
        tap.ok(report['records'][0]['format'] == kind, name + ': a record', str(report['records']))
    tap.done()


main()
