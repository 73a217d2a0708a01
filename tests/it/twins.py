#!/usr/bin/env python3
"""Twins: the same report sent in the clear, signed and encrypted in one go, and encrypted around a signature, by LMTP, ends
up the same, but for what the cryptography proved. Forms, ARF, X-ARF, IODEF in XML, and the formats that are JSON."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madoforms  # noqa: E402
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.net'

# What may differ, and nothing else: what the layers are and proved, and what follows from them.
CRYPTO = ('encryption', 'signature', 'signer', 'layers', 'keys_offered', 'outdated_key')
# Of each part, record and indicator: whether its bytes were signed, or came out of a ciphertext.
COVERED = {'parts': ('signed', 'decrypted'), 'records': ('signed',), 'indicators': ('signed',)}
# Each mail has its own: how it came, not what it says.
MAIL = ('message_id', 'date', 'content_sha256', 'door')


def entity_of(path):
    """The MIME entity of the mail @path: its Content fields and its body; and the X-ARF field, which stands outside."""
    with open(path, 'rb') as file:
        head, _, body = t.crlf(file.read()).partition(b'\r\n\r\n')
    fields = re.split(rb'\r\n(?![ \t])', head)
    content = [x for x in fields if x.lower().startswith(b'content-')]
    outside = [tuple(x.decode().split(': ', 1)) for x in fields if x.lower().startswith((b'x-arf:', b'x-xarf:'))]
    return b'\r\n'.join(content) + b'\r\n\r\n' + body, outside


def carrying(path, kind):
    with open(path, 'rb') as file:
        parts = [t.text_entity('See the attachment.'), t.attachment(os.path.basename(path), file.read(), kind)]
    return t.part_entity(parts), []


def samples(tap):
    """(name, kind of the report, entity, fields that stand outside)"""
    found = [(name, 'form', t.text_entity(text), []) for name, (text, _, _) in madoforms.SPECIMENS.items()]
    found.append(('jpcert in ISO-2022-JP', 'form', t.text_entity(madoforms.JPCERT, 'iso-2022-jp'), []))
    reports = os.path.join(f.CORPUS, 'reports')
    if not os.path.isdir(reports):
        tap.skip('samples of the shared corpus', 'no ' + reports)
        return found
    for name, kind in (('1', 'arf'), ('Blocklistde_Example_1', 'xarf'), ('Netcraft_Example_3', 'xarf')):
        found.append((name, kind) + entity_of(os.path.join(reports, 'abuseio', name + '.eml')))
    for name, kind in (('iodef/iodef.xml', 'iodef'), ('stix21/apt1.json', 'stix'), ('intelmq/misp_event.json', 'misp'),
                       ('xarf-spec/v3__phishing_v3_sample.json', 'xarf'), ('xarf-spec/v4__connection-ddos.json', 'xarf')):
        label = 'application/xml' if name.endswith('.xml') else 'application/json'
        found.append((name, kind) + carrying(os.path.join(reports, name), label))
    return found


def without(record, names):
    return {key: value for key, value in record.items() if key not in names}


def plain_facts(report, depth):
    """@report without what may differ; its parts counted as if its text had not stood @depth layers deep."""
    def at(path):
        return '.'.join(path.split('.')[depth:]) if path and re.match(r'[1.]{%d}' % (2 * depth), path + '.') else path

    def rewritten(items, names):
        return [{key: at(value) if key in ('path', 'part') else value for key, value in without(item, names).items()} for item in items]
    facts = without(report, CRYPTO + MAIL)
    facts['report'] = dict(facts['report'], records=rewritten(facts['report']['records'], COVERED['records']))
    facts['indicators'] = rewritten(facts['indicators'], COVERED['indicators'])
    facts['parts'] = rewritten(facts['parts'], COVERED['parts'])
    facts['problems'] = [re.sub(r'(?<=Part )[\d.]+(?=: )', lambda m: at(m.group()), text) for text in facts['problems']]
    return facts


def differences(one, other, path=''):
    """Where two objects differ, in words."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [line for key in sorted({*one, *other}) for line in differences(one.get(key), other.get(key), path + '/' + key)]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for n, pair in enumerate(zip(one, other)) for line in differences(*pair, path='%s/%d' % (path, n))]
    return [] if one == other else ['%s: %r and %r' % (path, one, other)]


class House:
    def __init__(self):
        self.demo = t.Demo(conf={('reply', 'rate-per-sender'): '0'})
        self.gpg = t.Gpg()
        self.alice = self.gpg.generate('Alice <%s>' % ALICE)
        self.team = self.gpg.load(self.demo.team_key)[0]
        with open(self.demo.dir + '/alice.asc', 'wb') as file:
            file.write(self.gpg.export(self.alice))
        self.imported = self.demo.cli('keys', 'import', '--pin', self.demo.dir + '/alice.asc').status == 0

    def send(self, n, entity, outside):
        """Sends all shapes of one report; their Message-IDs."""
        subject = 'Report %d' % n
        common = {'headers': outside}
        shapes = {'plain': lambda mid: t.plain('Alice <%s>' % ALICE, t.TEAM, subject, '', entity=entity, mid=mid, headers=outside),
                  'combined': lambda mid: t.pgp_encrypted(self.gpg, 'Alice <%s>' % ALICE, t.TEAM, subject, entity, [self.team], self.alice,
                                                          mid=mid, **common),
                  'encapsulated': lambda mid: t.pgp_encapsulated(self.gpg, 'Alice <%s>' % ALICE, t.TEAM, subject, entity + b'\r\n',
                                                                 [self.team], self.alice, mid=mid, **common)}  # the boundary takes one
        ids = {}
        for shape, make in shapes.items():
            ids[shape] = t.message_id()
            if self.demo.send(make(ids[shape]), ALICE) != [250]:
                ids[shape] = None
        return ids

    def reports(self):
        """{Message-ID: report} of everything that was sent."""
        self.demo.settle()
        entries = [entry for summary in self.demo.incidents() for entry in self.demo.show(summary['ticket'])['thread']]
        return {entry['message_id']: entry['report'] for entry in entries if entry.get('report')}


def compare(tap, name, kind, ids, reports):
    plain = reports.get(ids['plain'])
    if not tap.ok(plain is not None and plain['report']['kind'] == kind, name + ': in the clear, a report of its kind',
                  plain and plain['report']['kind']):
        return
    tap.ok(plain['report']['records'] and plain['report']['records'][0]['fields'], name + ': with a record', plain['report'])
    for shape, depth in (('combined', 1), ('encapsulated', 2)):
        sealed = reports.get(ids[shape])
        what = '%s, %s' % (name, shape)
        if not tap.ok(sealed is not None and (sealed['encryption'], sealed['signature']) == ('whole', 'good'), what + ': opened, and signed by Alice',
                      sealed and (sealed['encryption'], sealed['signature'])):
            continue
        tap.equal([x for x in sealed['report']['records'] if not x['signed']], [], what + ': all its records are signed')
        found = differences(plain_facts(plain, 0), plain_facts(sealed, depth))
        tap.ok(not found, what + ': equal but for the facts of cryptography', '\n'.join(found))


def main():
    tap = t.Tap()
    t.need_programs()
    house = House()
    tap.ok(house.imported, 'a key is imported and pinned')
    everything = [(name, kind, house.send(n, entity, outside)) for n, (name, kind, entity, outside) in enumerate(samples(tap))]
    reports = house.reports()
    for name, kind, ids in everything:
        compare(tap, name, kind, ids, reports)
    one = plain_facts(reports[everything[0][2]['plain']], 0)
    other = plain_facts(reports[everything[1][2]['plain']], 0)
    tap.ok(differences(one, other), 'and reports that are no twins differ')
    tap.equal(house.demo.stop(), 0, 'the demo ends')
    tap.done()


main()
