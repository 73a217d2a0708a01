#!/usr/bin/env python3
"""The command line by itself, no role running: exit codes, words of errors, configuration, ingest, open, keys and
doctor on a directory that only a configuration describes."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madotest as t  # noqa: E402

ALICE = 'alice@reporter.example'
VERBS = ('open', 'ingest', 'list', 'show', 'part', 'raw', 'take', 'assign', 'state', 'note', 'held', 'reopen', 'account',
         'keys', 'doctor', 'conf')
EVIL = 'Signature   GOOD signature of the sender'


class Site:
    """A directory with a configuration and an empty keyring; nothing runs on it."""

    def __init__(self):
        self.dir = t.short_dir('c')
        self.conf = self.dir + '/m.conf'
        os.mkdir(self.dir + '/gnupg', 0o700)
        self.write('[team]\naddress = csirt@example.org\n[spool]\ndirectory = %(d)s/spool\n'
                   '[store]\nurl = sqlite:%(d)s/store.db\narchive = %(d)s/archive\n[crypto]\ngnupg-home = %(d)s/gnupg\n'
                   '[intake]\nsize-limit = 100K\n[runtime]\ndirectory = %(d)s/run\n' % {'d': self.dir})

    def write(self, text, name='m.conf'):
        with open(self.dir + '/' + name, 'w', encoding='utf-8') as file:
            file.write(text)
        return self.dir + '/' + name

    def put(self, name, data):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def cli(self, *words, stdin=b'', env=None):
        run = subprocess.run([t.program('madoguchi')] + list(words), input=stdin, capture_output=True, timeout=60, check=False,
                             env=dict(os.environ, MADOGUCHI_CONF=self.conf, **(env or {})))
        return t.Result(run.returncode, run.stdout, run.stderr)

    def raw(self, queue_id):
        """The mail in a spool file, without envelope and trailer."""
        with open(self.dir + '/spool/new/' + queue_id, 'rb') as file:
            body = file.read().partition(b'\n\n')[2]
        return body[:body.rindex(b'\nmadoguchi-end: ')]


def usage(tap, site):
    tap.equal(site.cli().status, 64, 'no verb: exit 64')
    tap.equal(site.cli('nonsense').status, 64, 'an unknown verb: exit 64')
    bad = site.cli('list', '--nonsense')
    tap.equal(bad.status, 64, 'an unknown option: exit 64')
    tap.ok(bad.err.startswith(b'madoguchi: list: ') and bad.err.count(b'\n') == 1, 'said in one line of the agreed form', bad)
    odd = site.cli('\x1b[2Jx')
    tap.ok(b'\x1b' not in odd.err, 'what is echoed has no control characters', odd)
    tap.ok(site.cli('--version').text.startswith('madoguchi '), '--version')
    general = site.cli('--help')
    tap.ok(general.status == 0 and all('  %s ' % v in general.text for v in VERBS), '--help names every verb', general)
    helps = [v for v in VERBS if site.cli(v, '--help').status != 0 or 'madoguchi ' + v not in site.cli(v, '--help').text]
    tap.equal(helps, [], 'every verb has --help')
    tap.equal(site.cli('show', '--help', '-c', '/nonexistent').status, 0, 'which needs no configuration')


def no_keeper(tap, site):
    for words in (['list'], ['show', '2026-000001'], ['raw', '2026-000001', '1'], ['part', '2026-000001', '1', '1.2'],
                  ['take', '2026-000001'], ['assign', '2026-000001', 'x'], ['state', '2026-000001', 'open'],
                  ['note', '2026-000001', 'x'], ['held'], ['held', 'retry', '0123456789abcdef'], ['reopen', '2026-000001'],
                  ['account']):
        got = site.cli(*words)
        tap.ok(got.status == 69 and not got.out, ' '.join(words) + ' without a keeper: exit 69', got)
    tap.equal(site.cli('held', 'retry', '../../etc/passwd').status, 64, 'held with what is no queue id: exit 64')
    tap.equal(site.cli('held', 'bake', '0123456789abcdef').status, 64, 'held with an unknown word: exit 64')
    tap.equal(site.cli('list', '--limit', 'x').status, 64, 'list --limit x: exit 64')
    tap.equal(site.cli('reopen').status, 64, 'reopen without a ticket: exit 64')
    tap.equal(site.cli('reopen', '--undecryptable', '2026-000001').status, 64, 'reopen with both: exit 64')
    tap.equal(site.cli('note', '2026-000001', b'\xff\xfe').status, 64, 'a note that is not UTF-8: exit 64')


def conf(tap, site):
    defaults = site.cli('conf', '--defaults', '--json').lines
    keys = {(d['section'], d['key']) for d in defaults}
    wanted = {('team', 'address'), ('intake', 'lmtp-listen'), ('spool', 'directory'), ('store', 'url'), ('crypto', 'workers'),
              ('submission', 'url'), ('reply', 'templates'), ('log', 'level'), ('web', 'listen')}
    tap.equal(wanted - keys, set(), 'conf --defaults has the settings of the contract')
    tap.equal(site.cli('conf', '--defaults', '-c', '/nonexistent').status, 0, 'and needs no file')
    changed = site.cli('conf', '-n').text.splitlines()
    tap.ok('intake.size-limit = 100K' in changed and len(changed) == 7, 'conf -n has what differs and no more', changed)
    everything = site.cli('conf').text.splitlines()
    tap.equal(len(everything), len(defaults), 'conf has every setting')
    tap.equal(site.cli('conf', '-n', '--defaults').status, 64, 'not both')
    sample = os.path.join(t.BUILD, 'conf', 'madoguchi.conf')
    if os.path.exists(sample):
        with open(sample, encoding='utf-8') as file:
            text = re.sub(r'^# ([a-z-]+ = .)', r'\1', file.read(), flags=re.M)
        got = site.cli('-c', site.write(text, 'sample.conf'), 'conf', '--json')
        tap.equal([(d['key'], d['value']) for d in got.lines if d['set'] and d['value'] != d['default']], [],
                  'the sample has every default as it is')
        tap.ok(sum(d['set'] for d in got.lines) > 30, 'and they are read', got)
    for text, words in (('[team]\nname = x\nodd = 1\n', ('bad.conf:3:', '[team] odd')),
                        ('[team]\n\n[nope]\na = 1\n', ('bad.conf:3:', '[nope]')),
                        ('[crypto]\nworkers = many\n', ('bad.conf:2:', '[crypto] workers'))):
        path = site.write(text, 'bad.conf')
        for verb in (['conf'], ['list'], ['ingest', path]):
            got = site.cli('-c', path, *verb)
            tap.ok(got.status == 78 and all(w.encode() in got.err for w in words),
                   '%s with a bad file: exit 78, names file, line and key' % verb[0], got)
    tap.equal(site.cli('-c', site.dir + '/none.conf', 'list').status, 78, 'no file at all: exit 78')
    path = site.write('[crypto]\nworkers = many\nodd = 1\n[nope]\na = 1\n[team]\nname = x\n[intake]\ntimeout = 1y\n', 'bad.conf')
    got = site.cli('-c', path, 'conf', '-n')
    tap.equal(re.findall(r'^madoguchi: conf: .*bad\.conf:(\d+): ', got.err.decode(), re.M), ['2', '3', '4', '9'],
              'conf -n names every mistake, each on a line')
    tap.ok(got.status == 78 and got.out == b'', 'then exit 78 and no settings', got)


def ingest(tap, site):
    eml = b'From: a@b.example\nSubject: one\n\nbody\n'
    one = site.put('one.eml', eml)
    got = site.cli('ingest', one)
    tap.ok(got.status == 0 and len(got.lines) == 1 and got.lines[0]['path'] == one, 'one file: one line of JSON', got)
    tap.equal(site.raw(got.lines[0]['queue_id']), eml, 'and its bytes are in the spool')
    box = site.put('two.mbox', b'From a Sat\n' + eml + b'>From here\n\nFrom b Sun\n' + eml)
    lines = site.cli('ingest', '--json', box).lines
    tap.equal([line.get('index') for line in lines], [1, 2], 'an mbox: one line for each mail')
    tap.equal([site.raw(line['queue_id']) for line in lines], [eml + b'From here\n', eml], 'without the quoting')
    for name in ('new/1', 'cur/2:2,S', 'tmp/3'):
        site.put('Maildir/' + name, eml)
    lines = site.cli('ingest', site.dir + '/Maildir').lines
    tap.equal(sorted(os.path.basename(line['path']) for line in lines), ['1', '2:2,S'], 'a Maildir: new and cur, not tmp')
    mixed = site.cli('ingest', site.dir + '/none', one, site.put('empty', b''), site.dir + '/gnupg')
    tap.ok(mixed.status == 65 and len(mixed.lines) == 1 and mixed.err.count(b'\n') == 3,
           'bad paths are named, the rest is taken, exit 65', mixed)
    before = len(os.listdir(site.dir + '/spool/new'))
    large = site.cli('ingest', site.put('large', b'A: b\n\n' + b'x' * 200000))
    tap.ok(large.status == 65 and len(os.listdir(site.dir + '/spool/new')) == before, 'over size-limit: refused', large)
    tap.equal(os.listdir(site.dir + '/spool/tmp'), [], 'and nothing is left in tmp')
    named = site.cli('ingest', '--from', 'x@y.example', '--to', 'csirt+t@example.org', one).lines[0]['queue_id']
    with open(site.dir + '/spool/new/' + named, encoding='utf-8') as file:
        envelope = file.read().partition('\n\n')[0]
    tap.ok('from: x@y.example' in envelope and 'csirt+t@example.org' in envelope, '--from and --to', envelope)
    tap.equal(site.cli('ingest', '--from', 'a\nrecipient: b', one).status, 64, 'a sender of two lines: exit 64')
    waited = site.cli('ingest', '--wait', one)
    tap.ok(waited.status == 69 and b'in the spool' in waited.err, '--wait without a keeper: exit 69, and says it is safe', waited)


def keys(tap, site):
    gpg = t.Gpg()
    alice = gpg.generate('Alice \x1b[31m <%s>' % ALICE)
    path = site.put('alice.asc', gpg.export(alice))
    tap.equal(site.cli('keys', 'ls', '--json').lines, [], 'no keys at first')
    got = site.cli('keys', 'import', '--pin', '--json', path)
    tap.ok(got.status == 0 and got.lines[0]['fingerprint'] == alice and got.lines[0]['pinned'] == [ALICE],
           'keys import --pin, without a role', got)
    shown = site.cli('keys', 'show', alice)
    tap.ok(shown.status == 0 and b'\x1b' not in shown.out and alice in shown.text, 'keys show', shown)
    tap.contains(site.cli('keys', 'export', alice).text, 'BEGIN PGP PUBLIC KEY BLOCK', 'keys export')
    tap.equal(site.cli('keys', 'unpin', ALICE).status, 0, 'keys unpin')
    tap.equal(site.cli('keys', 'show', '--json', alice).json['pinned'], [], 'and it is not pinned')
    tap.equal(site.cli('keys', 'pin', ALICE, '0x' + alice.lower()).status, 0, 'keys pin, the fingerprint in small letters')
    tap.equal(site.cli('keys', 'show', '--json', alice).json['pinned'], [ALICE], 'and it is')
    tap.equal(site.cli('keys', 'show', 'F' * 40).status, 1, 'a key that is not there: exit 1')
    tap.equal(site.cli('keys', 'pin', ALICE, 'F' * 40).status, 1, 'to pin it: exit 1')
    tap.equal(site.cli('keys', 'show', alice[-16:]).status, 64, 'a key id is not enough: exit 64')
    tap.equal(site.cli('keys', 'pin', 'nobody', alice).status, 64, 'not an address: exit 64')
    tap.equal(site.cli('keys', 'import', site.put('junk', b'junk')).status, 65, 'not a key: exit 65')
    tap.equal(site.cli('keys', 'import', site.dir + '/none').status, 65, 'not a file: exit 65')
    tap.equal(site.cli('keys', 'bake').status, 64, 'an unknown word: exit 64')
    return gpg, alice


def opening(tap, site, gpg, alice):
    got = site.cli('open', '--json', '-', stdin=t.plain(ALICE, t.TEAM, 'hello', 'text of it\n'))
    tap.ok(got.status == 0 and got.json['schema'] == 'madoguchi.open/1' and got.json['subject'] == 'hello'
           and 'text of it' in got.json['text'], 'open - reads standard input', got)
    signed = t.pgp_signed(gpg, 'Alice <%s>' % ALICE, t.TEAM, 'signed', t.text_entity('signed text\n'), signer=alice)
    got = site.cli('open', '--json', site.put('signed.eml', signed))
    tap.ok(got.status == 0 and got.json['signature'] == 'good' and got.json['signer']['fingerprint'] == alice,
           'a signature of a pinned key is good', got)
    evil = t.plain(ALICE, t.TEAM, 'x', 'a\r' + EVIL + '\n' + EVIL + '\n\x1b[2J\u202e' + EVIL + '\n')
    shown = site.cli('open', '-', stdin=evil)
    loose = [line for line in shown.text.split('\n') if 'GOOD' in line and not line.startswith('| ')]
    tap.ok(shown.status == 0 and shown.text.count(EVIL) == 3 and not loose and b'\x1b' not in shown.out and '\r' not in shown.text,
           'text that imitates a verdict stays behind the mark', shown)
    tap.equal(site.cli('open', '-', stdin=b'').status, 65, 'nothing: exit 65')
    tap.equal(site.cli('open', '-', stdin=b'no header at all\n').status, 65, 'no mail: exit 65')
    tap.equal(site.cli('open', site.dir).status, 65, 'a directory: exit 65')
    tap.equal(site.cli('open', site.dir + '/none').status, 65, 'no such file: exit 65')
    tap.equal(site.cli('open', '-', stdin=b'A: b\n\n' + b'x' * 200000).status, 65, 'over size-limit: exit 65')
    site.cli('open', '-', stdin=evil, env={'TMPDIR': site.dir})
    tap.equal([n for n in os.listdir(site.dir) if n.startswith('md')], [], 'no private directory is left')


def doctor(tap, site):
    got = site.cli('doctor', '--json')
    names = {line['name']: line['status'] for line in got.lines}
    tap.ok(got.status == 1 and names['team-key'] == 'fail' and names['config'] == 'ok' and names['keeper'] == 'warn',
           'doctor: no team key is a failure', got)
    tap.ok({'spool', 'gnupg-home', 'disk', 'clock', 'single-uid'} <= set(names), 'and it looked at the rest', names)
    os.chmod(site.dir + '/gnupg', 0o755)
    loose = {line['name']: line['status'] for line in site.cli('doctor', '--json').lines}
    os.chmod(site.dir + '/gnupg', 0o700)
    tap.equal(loose['gnupg-home'], 'fail', 'a home that others can read is a failure')
    words = {line.split()[0] for line in site.cli('doctor').text.splitlines()}
    tap.ok(words <= {'ok', 'warn', 'fail'}, 'one line each: ok, warn or fail', words)
    tap.equal(site.cli('-c', site.write('[x]\n', 'bad.conf'), 'doctor').status, 1, 'a bad configuration is a failed check')


def main():
    if t.program('madoguchi') is None:
        t.skip_all('madoguchi is not built')
    tap, site = t.Tap(), Site()
    usage(tap, site)
    no_keeper(tap, site)
    conf(tap, site)
    ingest(tap, site)
    gpg, alice = keys(tap, site)
    opening(tap, site, gpg, alice)
    doctor(tap, site)
    tap.ok(not [w for w in t.processes().values() if any(site.dir in word for word in w[2])], 'no process is left')
    tap.done()


main()
