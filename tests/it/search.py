#!/usr/bin/env python3
"""Search on the running gateway: what was encrypted is found by its words in any width, by parts, by people, files, indicators and
notes; filters and their errors; nothing readable rests in the index."""
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.example'
SECRET = 'Zaphodbeeblebrox'
JAPANESE = '不正アクセスを確認しました。窓口へ情報漏\nえいの疑いを報告します。'


class Site:
    def __init__(self, tap):
        self.tap = tap
        self.demo = t.Demo(conf={('indicators', 'examples'): 'yes'})
        self.gpg = t.Gpg()
        self.gpg.load(self.demo.team_key)

    def found(self, *words):
        result = self.demo.cli('search', '--json', *words[:-1], '--', words[-1])
        if result.status != 0:
            self.tap.ok(False, 'search %s answers' % (words,), result)
        return result.lines

    def finds(self, query, *wanted):
        """(where, number) of each line, newest first."""
        self.tap.equal([(line['where'], line['number']) for line in self.found(query)], list(wanted), 'search ' + query)

    def refuses(self, query, why):
        result = self.demo.cli('search', query)
        self.tap.equal(result.status, 64, 'no query: ' + query)
        self.tap.contains(result.err.decode(), why, 'and it says where')


def fill(site):
    demo = site.demo
    text = JAPANESE + '\nThe page hxxp://login.evil.example[.]com/bank steals passwords. %s\n' % SECRET
    raw = t.pgp_encrypted(site.gpg, 'Alice Liddell <%s>' % ALICE, t.TEAM, '...', t.text_entity(text),
                          [demo.setting('team', 'key')], inner_subject='ﾌｨｯｼﾝｸﾞ site', mid='<first@x>')
    demo.send(raw, ALICE)
    first = demo.ticket_of('<first@x>')
    part = b'\r\n'.join([b'--b', b'Content-Type: text/plain; charset=utf-8', b'', b'Log of 203.0.113.7 and CVE-2026-1234.', b'--b',
                         b'Content-Type: application/octet-stream', b'Content-Disposition: attachment; filename="access-log.bin"', b'',
                         b'\x01\x02', b'--b--', b''])
    demo.send(t.compose(t.outer_headers('bob@other.example', t.TEAM, 'Scans [JPCERT#12345678]', '<second@x>'),
                        b'Content-Type: multipart/mixed; boundary=b\r\n\r\n' + part), 'bob@other.example')
    second = demo.ticket_of('<second@x>')
    site.tap.equal(demo.cli('note', second['ticket'], 'Called the owner: 電話で連絡済み').status, 0, 'a note')
    site.tap.equal(demo.cli('tag', second['ticket'], 'watch').status, 0, 'a tag')
    site.tap.equal(demo.cli('take', first['ticket']).status, 0, 'an owner')
    return first['number'], second['number']


def words(site, first, second):
    text, subject = ('text', first), ('subject', first)
    for query in ('情報漏えい', '漏えいの疑い', '窓', '不正アクセス', SECRET.lower(), '"steals passwords"', 'PASSWORDS the', 'text:steals'):
        site.finds(query, text)
    site.finds('ﾌｨｯｼﾝｸﾞ', subject)
    site.finds('フィッシング', subject)
    site.finds('subject:site', subject)
    for query in ('情報の漏えい', '正不', '"passwords steals"', 'Zaphod', 'subject:steals', 'text:フィッシング', 'steals -passwords'):
        site.finds(query)
    site.finds('login.evil.example.com', ('indicator', first))
    site.finds('hxxp://login.evil.example[.]com', ('indicator', first))
    site.finds('indicator:evil.example', ('indicator', first))
    site.finds('evil.example.banks')
    site.finds('203.0.113.7', ('indicator', second))
    site.finds('cve-2026-1234', ('indicator', second))
    site.finds('JPCERT#12345678', ('subject', second))
    site.finds('indicator:12345678', ('number', second))
    site.finds('from:liddell', ('person', first))
    site.finds('from:bob@other.example', ('person', second))
    site.finds('access-log.bin', ('file', second))
    site.finds('file:log', ('file', second))
    site.finds('連絡済', ('note', second))
    site.finds('steals OR 連絡済', ('note', second), text)
    site.finds('(steals OR scans) from:alice', text)
    site.finds(first, ('ticket', first))


def filters(site, first, second):
    tap = site.tap
    for query, numbers in (('has:attachment', {second}), ('tag:Watch', {second}), ('state:open', {first}), ('state:new', {second}),
                           ('owner:me', {first}), ('owner:none', {second}), ('ticket:' + first, {first}), ('after:2026-01', {first, second}),
                           ('before:2001', set()), ('-state:open', {second}), ('tlp:none', {first, second}), ('tlp:red', set()),
                           ('state:open OR tag:watch', {first, second}), ('log -state:new', set())):
        tap.equal({line['number'] for line in site.found(query)}, numbers, 'search ' + query)
    site.refuses('a state:closed', 'character 9: the state must be')
    site.refuses('"open', 'character 1: a quoted phrase has no end')
    site.refuses('(a b', 'character 1: a parenthesis has no end')
    site.refuses('stat:open', 'character 1: no such filter')
    site.refuses('窓 before:May', 'character 10: a day is written')
    site.refuses('phish*', 'there is no search for beginnings')
    site.refuses('a OR', 'a term is missing')
    site.refuses('!!!', 'no letter or digit')


def pages(site, first):
    tap = site.tap
    for i in range(7):
        site.demo.cli('note', first, 'paged number %d' % i)
    every = site.found('paged')
    tap.equal([line['snippet'] for line in every], ['paged number %d' % i for i in range(6, -1, -1)], 'the newest first')
    tap.equal(site.found('--limit', '3', 'paged'), every[:3], '--limit')
    tap.equal(site.found('--limit', '3', '--after', every[2]['message'], 'paged'), every[3:6], '--after')
    site.demo.cli('note', first, 'paged paged paged paged')
    best = site.found('--by-rank', 'paged')
    tap.equal((best[0]['snippet'], best[0]['score']), ('paged paged paged paged', 1000), '--by-rank: the best first')
    tap.ok(all(0 < line['score'] < 1000 for line in best[1:]), 'and the others beside it', best)
    text = site.demo.cli('search', 'steals').text
    tap.ok('| ' in text and 'passwords' in text and 'message' in text, 'people see it, strangers behind the mark', text)
    tap.contains(site.demo.cli('search', 'nowhere').text, 'Nothing found', 'or that there is nothing')


def at_rest(site):
    tap, demo = site.tap, site.demo
    tap.equal(demo.stop(), 0, 'the demo stops')
    path = demo.setting('store', 'url').partition(':')[2]
    store = sqlite3.connect(path)
    dump = b''.join(bytes(value) for table in ('words_data', 'words_idx', 'words_docsize', 'words_config')
                    for row in store.execute('SELECT * FROM ' + table) for value in row if isinstance(value, (bytes, str))
                    for value in [value.encode() if isinstance(value, str) else value])
    store.close()
    tap.ok(len(dump) > 500, 'there is an index', len(dump))
    found = [word for word in (SECRET, SECRET.lower(), 'steals', '漏', 'evil', 'liddell', 'access')
             if re.search(re.escape(word.encode()), dump, re.IGNORECASE)]
    tap.equal(found, [], 'and no word can be read in it')


def reopened(site, first):
    site.demo.start()
    site.tap.equal(site.demo.cli('reopen', first).status, 0, 'reopen')
    site.finds('情報漏えい', ('text', first))
    site.tap.equal(site.demo.settle()['balanced'], True, 'the account balances')


def main():
    tap = t.Tap()
    t.need_programs()
    site = Site(tap)
    try:
        first, second = fill(site)
        words(site, first, second)
        filters(site, first, second)
        pages(site, first)
        at_rest(site)
        reopened(site, first)
    except Exception as problem:  # the demo has to stop all the same
        tap.ok(False, 'ends early', '%s: %s' % (type(problem).__name__, problem))
    site.demo.stop()
    tap.equal(site.demo.left_over(), [], 'no process is left')
    tap.done()


if __name__ == '__main__':
    main()
