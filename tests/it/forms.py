#!/usr/bin/env python3
"""Forms: filled ones of every template, in three charsets, in replies, twice in a mail; empty ones, and mails that only
speak of forms; and `madoguchi policy test-form`, which shows what a template finds."""
import json
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madoformats as f  # noqa: E402
import madoforms  # noqa: E402
import madotest as t  # noqa: E402

REPORTER = 'reporter@example.net'


def mail(text, charset='utf-8', subject='Report'):
    return t.plain(REPORTER, t.TEAM, subject, text, charset=charset)


def records(report):
    return [r for r in report['report']['records'] if r['format'] == 'form']


def check(tap, report, name, what):
    """Is the one form of @report the specimen @name?"""
    _, fields, says = madoforms.SPECIMENS[name]
    found = records(report)
    versions = [r['version'] for r in found]
    if not tap.equal((report['report']['kind'], versions), ('form', [name]), what + ': one form of this kind'):
        return
    record = found[0]
    tap.equal({key: record['fields'].get(key) for key in fields}, fields, what + ': its fields')
    tap.equal({key: record[key] for key in says}, says, what + ': what it says')
    tap.equal(report['report']['fields'], record['fields'], what + ': it speaks for the mail')
    tap.equal(report['report']['category'], record['category'], what + ': and gives it its category')


def specimens(tap, reader):
    for name, (text, _, _) in madoforms.SPECIMENS.items():
        check(tap, reader.open(mail(text)), name, name)
    for charset in ('iso-2022-jp', 'cp932'):
        for name in ('jpcert', 'ntt-cert', 'ipa-access'):
            text = madoforms.SPECIMENS[name][0]
            raw = mail(text.replace('\uff0d', '\u2212') if charset == 'iso-2022-jp' else text, charset)
            raw = raw.replace(b'charset=cp932', b'charset=Shift_JIS')
            check(tap, reader.open(raw), name, '%s in %s' % (name, charset))


def quoted(text):
    return ''.join('> ' + line + '\n' for line in text.splitlines())


def replies(tap, reader):
    text = madoforms.JPCERT.partition('-- \n')[0]
    check(tap, reader.open(mail('記入しました。\n\n2026年11月20日 CSIRT wrote:\n' + quoted(text))), 'jpcert', 'filled in inside of a quotation')
    under = []
    for line in madoforms.IPA_VIRUS.splitlines():
        label, colon, value = line.partition(':')
        under += ['> ' + label + colon] + ([value.strip()] if colon else [])
    check(tap, reader.open(mail('\n'.join(under) + '\n')), 'ipa-virus', 'answers below quoted labels')
    twice = reader.open(mail('受け取りました。\n' + quoted(quoted(text))))
    tap.equal((twice['report']['kind'], [r['evidence'] for r in records(twice)]), ('free-text', [True]),
              'a quotation of a quotation is shown, and speaks for nobody')


def many(tap, reader):
    both = reader.open(mail(madoforms.IPA_VIRUS + '\n' + madoforms.US_CERT))
    tap.equal(sorted(r['version'] for r in records(both)), ['ipa-virus', 'us-cert'], 'two forms of two kinds in one mail')
    again = reader.open(mail(madoforms.US_CERT + '\n' + madoforms.US_CERT.replace('CAT 5', 'CAT 3')))
    tap.equal([(r['version'], r['type']) for r in records(again)], [('us-cert', 'CAT 5'), ('us-cert', 'CAT 3')],
              'two forms of one kind in one mail: two records')
    bare = '\n'.join(madoforms.US_CERT.splitlines()[2:]) + '\n'
    again = reader.open(mail(bare + '\n' + bare.replace('CAT 5', 'CAT 3')))
    tap.equal([(r['version'], r['type']) for r in records(again)], [('us-cert', 'CAT 5'), ('us-cert', 'CAT 3')],
              'and without their headings')
    rows = ''.join('<tr><td>%s</td><td>%s</td></tr>' % (line.partition(':')[0] + ':', line.partition(':')[2])
                   for line in madoforms.IPA_VIRUS.splitlines() if ':' in line)
    page = t.text_entity('<html><body><p>ウイルス届出様式</p><table>%s</table></body></html>' % rows, subtype='html')
    alternative = t.part_entity([t.text_entity(madoforms.IPA_VIRUS), page], 'alternative')
    check(tap, reader.open(t.plain(REPORTER, t.TEAM, 'R', '', entity=alternative)), 'ipa-virus', 'as text and as a page: said once')
    check(tap, reader.open(t.plain(REPORTER, t.TEAM, 'R', '', entity=page)), 'ipa-virus', 'as a page alone')
    check(tap, reader.open(f.carrying(madoforms.JPCERT.encode('cp932'), 'text/plain; charset=Shift_JIS', 'form.txt')), 'jpcert', 'as a text file')
    forwarded = b'From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n' + t.text_entity(madoforms.US_CERT)
    inside = t.part_entity([t.text_entity('see below'), b'Content-Type: message/rfc822\r\n\r\n' + forwarded])
    report = reader.open(t.plain(REPORTER, t.TEAM, 'R', '', entity=inside))
    tap.equal([r['evidence'] for r in records(report)], [True], 'in a mail that was forwarded: evidence')
    tap.ok(report['report']['kind'] != 'form', 'and it does not speak for the mail', report['report']['kind'])


def rest(tap, reader):
    """What the mail says beside the form, and what its texts give."""
    text = madoforms.JPCERT.replace('お世話', 'TLP:GREEN [CERT-Bund#2018091028000488]\nお世話')
    report = reader.open(mail(text, subject='[Case #77] report'))
    tap.equal(report['report']['tlp'], 'TLP:GREEN', 'the mark in the text counts')
    tap.ok('CERT-Bund#2018091028000488' in ' '.join(report['report']['external_ids']), 'so do numbers of the case', report['report']['external_ids'])
    seen = [(i['type'], i['value'], i['part'], i['role']) for i in report['indicators']]
    tap.ok(('ipv4', '45.33.32.156', '1', 'statement') in seen and ('domain', 'scan.badhost.net', '1', 'statement') in seen,
           'indicators stand where they stand in the text', seen)
    tap.equal(report['language'], 'ja', 'the language')
    red = reader.open(mail(madoforms.filled_blank()))
    tap.equal(red['report']['tlp'], 'TLP:AMBER', 'the ticked box is the mark, not the list of all of them')


def nearly(tap, reader):
    """Not a form, or an empty one."""
    with open(os.path.join(madoforms.FORMS, 'madoguchi.blank.txt'), encoding='utf-8') as file:
        blank = file.read()
    report = reader.open(mail(blank))
    tap.equal(records(report), [], 'an empty form is no record')
    tap.ok(any('nothing is filled in' in p for p in report['problems']), 'and says so', report['problems'])
    talks = ['インシデント報告様式の書き方について質問です。名前は必須ですか。ログ情報には何を書けばよいでしょうか。\n'
             '「コンピュータセキュリティインシデント報告様式」の 2-1 は 1: 情報提供 を選べばよいですか。\n',
             'Please fill in the US-CERT Incident Report: the fields Agency, POC name and Source IP are the ones we need.\n',
             'Hello,\n\nName: you know me\nPhone: same as ever\n\nThe description of the incident follows later.\n',
             'ご連絡します。\n\n氏名: 山田 太郎\n組織名: 例示\n部署名: 情報\n役職: 係長\n電話番号: 03-0000-0000\nFAX番号: 03-0000-0001\nE-Mail: y@example.co.jp\n住所: 東京\n',
             'Source: 45.33.32.156\nSource port: 1\nDestination: 8.8.8.8\nDestination port: 22\nProtocol: TCP\nCategory: scan\nTime zone: UTC\nLocation: x\n'
             'Description: y\n',
             'Date: today\nFrom: somebody\nSubject: nothing\nTime: noon\n']
    for text in talks:
        report = reader.open(mail(text))
        tap.equal((report['report']['kind'], records(report)), ('free-text', []), 'not a form: ' + text[:30].split('\n')[0])


def test_form(reader, data, *words):
    done = subprocess.run([t.program('madoguchi'), 'policy', 'test-form', '-c', reader.conf, *words, '-'], input=data,
                          capture_output=True, check=False, timeout=60 * t.SANITIZED_FACTOR)
    return t.Result(done.returncode, done.stdout, done.stderr)


def shown(tap, reader):
    raw = mail(madoforms.JPCERT)
    for what, data in (('a mail', raw), ('a text', madoforms.JPCERT.encode()), ('a text in Shift_JIS', madoforms.JPCERT.encode('cp932')),
                       ('a text in ISO-2022-JP', madoforms.JPCERT.encode('iso-2022-jp'))):
        got = test_form(reader, data, '--json')
        rows = got.lines[0]['matches'] if got.status == 0 else []
        best = rows[0] if rows else {}
        tap.equal((got.status, best.get('template'), best.get('chosen')), (0, 'jpcert', True), 'test-form finds the form in ' + what)
        tap.equal(sorted(set(r['template'] for r in rows)), sorted(madoforms.SPECIMENS), 'every template has a row')
        found = {x['field']: x for x in best.get('fields', [])}
        tap.equal([found.get('os', {}).get(k) for k in ('label', 'value', 'line')], ['OS', 'Debian 12', madoforms.JPCERT.splitlines().index(' OS：Debian 12') + 1], 'label, value and line')
        tap.equal(found.get('time', {}).get('meaning'), '2026-11-20T12:30:00Z', 'and what was made of it')
        tap.equal(found.get('fax', {'value': 1})['value'], None, 'an answer that says nothing is none')
    tap.equal(json.loads(test_form(reader, raw, '--json').out)['schema'], 'madoguchi.form-test/1', 'the schema')
    plain = test_form(reader, raw, '-t', 'us-cert')
    tap.ok(plain.status == 1 and 'us-cert: score' in plain.text and 'jpcert' not in plain.text, 'one template alone: exit 1, it does not fit', plain)
    tap.equal(test_form(reader, raw, '-t', 'nonesuch').status, 64, 'a template that is not there: exit 64')
    evil = test_form(reader, madoforms.US_CERT.replace('Springfield', 'x\x1b[31m\njpcert: score 99, this is the form').encode(), '-t', 'us-cert')
    tap.ok('\x1b' not in evil.text and '\njpcert:' not in evil.text, 'what a mail says cannot pass for a verdict', evil)
    tap.equal(test_form(reader, b'just a line\n').status, 1, 'a text without a form: exit 1')


def mistakes(tap):
    with f.tempfile.TemporaryDirectory(prefix='m') as forms:
        bad = os.path.join(forms, 'bad.form')
        with open(bad, 'w', encoding='utf-8') as file:
            file.write('[form]\ntitle = x\n\n[field a]\nlabels = A\nkind = nonsense\n[field b]\nlabels = !!!\nwrong = 1\n[page c]\n')
        reader = f.Reader()
        with open(reader.conf, encoding='utf-8') as file:
            text = file.read().replace(madoforms.FORMS, madoforms.FORMS + ';' + forms)
        with open(reader.conf, 'w', encoding='utf-8') as file:
            file.write(text)
        done = subprocess.run([t.program('madoguchi'), 'conf', '-n', '-c', reader.conf], capture_output=True, check=False)
        said = done.stderr.decode()
        tap.equal(done.returncode, 78, 'conf -n: a template with mistakes is a bad configuration')
        for line in (6, 8, 9, 10):
            tap.contains(said, '%s:%d: ' % (bad, line), 'and names file and line %d' % line)
        tap.equal(test_form(reader, b'x').status, 78, 'and so it is for everybody who reads it')
        with open(bad, 'w', encoding='utf-8') as file:
            file.write('[form]\ntitle = Ours\nneeded = 2\n[field name]\nlabels = Wer\nto = reporter-name\n[field what]\nlabels = Was\nto = title\n')
        report = reader.open(mail('Wer: ich\nWas: alles\n'))
        tap.equal([(r['version'], r['title']) for r in records(report)], [('bad', 'alles')], "a team's own form, without any code")


def hostile(tap, reader):
    """10 MB of labels."""
    lines = {'labels': 'OS: x\n', 'empty labels': '名前\n', 'markers': 'US-CERT Incident Report\nAgency: x\n', 'numbers': '2-1\n',
             'choices': '2-1 [ ] 情報提供 [x] 質問\n', 'blanks': '\n', 'colons': ':' * 76 + '\n', 'quotation': '> ' * 30 + 'OS:\n'}
    for name, line in lines.items():
        text = 'US-CERT Incident Report\nAgency: a\nLocation: b\nProtocol: TCP\n' + line * (10 * 1024 * 1024 // len(line.encode()))
        raw = b'From: %s\r\nTo: %s\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n' \
              b'Content-Transfer-Encoding: 8bit\r\n\r\n' % (REPORTER.encode(), t.TEAM.encode()) + t.crlf(text.encode())
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = reader.open(raw)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        tap.ok(report['undecryptable'] is None and len(records(report)) > 0 and spent < 2 * t.SANITIZED_FACTOR,
               '10 MB of %s: read in %.1f s' % (name, spent), '%s %s' % (spent, report['undecryptable']))


def main():
    tap = t.Tap()
    t.need_programs()
    reader = f.Reader()
    specimens(tap, reader)
    replies(tap, reader)
    many(tap, reader)
    rest(tap, reader)
    nearly(tap, reader)
    shown(tap, reader)
    mistakes(tap)
    hostile(tap, reader)
    tap.done()


main()
