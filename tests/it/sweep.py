#!/usr/bin/env python3
"""A sweep of faults over the opening path: mails of the shared corpus with random damage. Each is read or is no mail, the
answer is JSON, no reader dies, and no damage makes a signature better than it was.

The damage is the same in each run (SEED and MUTANTS in the environment change that). Mails whose summary damage could
honestly heal, because something beside the signed part takes it away (partial, good-untrusted), are not compared."""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import corpus  # noqa: E402
import madotest as t  # noqa: E402

LARGEST = 60000
BATCH = 100
BY_HAND = 12  # so many also through the command itself
GOOD = {'good': 2, 'good-untrusted': 1}


def flip(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:]


def cut(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice([1, 2, 10, 100, 1000]):]


def end(rng, data):
    return data[:rng.randrange(1, len(data) + 1)]


def insert(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + rng.choice([b'\r\n', b'\n\n', b'--', b'\0', b'=?', b';', b'"', b'\x1b$B', b'-----BEGIN PGP MESSAGE-----\n',
                                   b'Content-Type: multipart/mixed\n', rng.randbytes(rng.choice([1, 4, 40]))]) + data[at:]


def repeat(rng, data):
    at, size = rng.randrange(len(data)), rng.choice([1, 10, 100, 1000])
    return data[:at + size] + data[at:]


def drop_line(rng, data):
    lines = data.splitlines(True)
    del lines[rng.randrange(len(lines))]
    return b''.join(lines) or b'\n'


def swap_lines(rng, data):
    lines = data.splitlines(True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b''.join(lines)


def spoil_word(rng, data):
    words = list(re.finditer(rb'boundary|charset|base64|multipart|protocol|PGP|Content-|filename|=\?', data))
    if not words:
        return flip(rng, data)
    word = rng.choice(words)
    return data[:word.start()] + flip(rng, word.group()) + data[word.end():]


DAMAGE = [flip, flip, cut, end, insert, insert, repeat, drop_line, drop_line, swap_lines, spoil_word]


def mutants(rng, originals, count):
    """(name of the original, damaged mail)"""
    names = sorted(originals)
    for _ in range(count):
        name = rng.choice(names)
        data = originals[name]
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            data = rng.choice(DAMAGE)(rng, data) or b'\n'
        yield name, data


def open_all(work, paths):
    """One line of JSON for each, or None."""
    lines = []
    for start in range(0, len(paths), BATCH):
        out = subprocess.run([corpus.OPEN_ONE, work + '/conf', work + '/r'] + paths[start:start + BATCH], capture_output=True, check=False)
        lines += out.stdout.splitlines()
    return lines


def parse(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def trouble(report):
    """Why this is no proper answer; None when it is one."""
    if report is None:
        return 'no JSON'
    if 'error' in report:
        return None if report['code'] == 'perm' else report['code'] + ': ' + report['error']
    return 'the reader died' if (report.get('undecryptable') or {}).get('reason') == 'crash' else None


def is_better(before, after):
    if 'error' in after or before.get('signature') not in ('none', 'bad', 'unknown-key', 'good'):
        return False
    return GOOD.get(after['signature'], 0) > GOOD.get(before['signature'], 0)


def by_hand(tap, work, paths):
    """The command itself: its exit status and its JSON."""
    wrong = []
    for path in paths:
        run = subprocess.run([t.program('madoguchi'), '-c', work + '/conf', 'open', '--json', path], capture_output=True, check=False)
        if run.returncode not in (0, 65) or (run.returncode == 0 and not parse(run.stdout)):
            wrong.append((path, run.returncode, run.stderr[-300:]))
    tap.equal(wrong, [], 'madoguchi open --json: exit 0 and JSON, or 65, for each of %d' % len(paths))


def sweep(tap, place, work, seed, count):
    _, files, lines, _ = corpus.run(place, work)
    before = {name: parse(line) for name, line in zip(files, lines)}
    originals = {}
    for name, report in before.items():
        path = os.path.join(place, name)
        if report and 'error' not in report and 0 < os.path.getsize(path) <= LARGEST:
            with open(path, 'rb') as file:
                originals[name] = file.read()
    paths, names = [], []
    for number, (name, data) in enumerate(mutants(random.Random(seed), originals, count)):
        names.append(name)
        paths.append('%s/%d.eml' % (work, number))
        with open(paths[-1], 'wb') as file:
            file.write(data)
    reports = [parse(line) for line in open_all(work, paths)]
    tap.equal(len(reports), len(paths), 'one answer for each of %d damaged mails (of %d)' % (len(paths), len(originals)))
    wrong = [(path, name, trouble(report)) for path, name, report in zip(paths, names, reports) if trouble(report)]
    tap.equal(wrong, [], 'each is read, or is no mail')
    better = [(path, name, before[name]['signature'], report['signature'])
              for path, name, report in zip(paths, names, reports) if report and is_better(before[name], report)]
    tap.equal(better, [], 'no damage makes a signature better')
    tap.note('signatures before and after: %s' % sorted({(before[n]['signature'], r['signature'])
                                                        for n, r in zip(names, reports) if r and 'error' not in r}))
    by_hand(tap, work, paths[:BY_HAND])


def main():
    tap = t.Tap()
    place = corpus.find_corpus()
    if place is None:
        t.skip_all('the shared corpus is not here (MADO_SHARED)')
    t.need_programs()
    seed, count = int(os.environ.get('SEED', '20261121')), int(os.environ.get('MUTANTS', '600'))
    tap.note('SEED=%d MUTANTS=%d' % (seed, count))
    work = tempfile.mkdtemp(prefix='w', dir='/tmp')
    try:
        sweep(tap, place, work, seed, count)
    finally:
        subprocess.run(['gpgconf', '--homedir', work + '/h', '--kill', 'gpg-agent'], check=False)
        if not os.environ.get('KEEP'):
            shutil.rmtree(work, ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
