#!/usr/bin/env python3
"""The door over the shared corpus: it refuses nothing that the opener can open or read, and everything that is plain or for
somebody else, unless it has a doubt, which is counted."""
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madodoor as door  # noqa: E402
import madotest as t  # noqa: E402

corpus = importlib.import_module('corpus')


def is_plain(report):
    return not door.attempts(report) and not report['undecryptable']


def is_foreign(report):
    """Wholly encrypted, and to nobody whose key we have."""
    tried = door.attempts(report)
    return (report['undecryptable'] or {}).get('reason') == 'no-secret-key' and tried and all(
        layer['outcome'] == 'no-secret-key' for layer in tried)


def compare(tap, reports, ours, foreign):
    """`ours` and `foreign`: the door's words with our keys and with a stranger's."""
    wrong = ['%s: %s, but %s' % (name, word['rules'], why) for name, word in ours.items()
             for why in [door.is_false_refusal(word, reports[name])] if why]
    tap.ok(not wrong, 'nothing is refused that can be opened or read', '\n'.join(wrong))
    plain = [name for name in reports if is_plain(reports[name])]
    let_in = [name for name in plain if ours[name]['rules'] != 'plaintext']
    doubts = [name for name in let_in if ours[name]['may_be_encrypted']]
    tap.ok(let_in == doubts, '%d of %d plain mails are refused, %d are in doubt, none is missed' % (len(plain) - len(let_in), len(plain), len(doubts)),
           '\n'.join(sorted(set(let_in) - set(doubts))))
    tap.ok(len(doubts) * 10 <= len(plain), 'the doubts are few')
    for name in doubts:
        tap.note('in doubt: ' + name)
    for words, title in ((ours, 'our keys'), (foreign, "a stranger's key")):
        closed = [name for name in reports if is_foreign(reports[name])] if words is ours else [
            name for name in reports if door.attempts(reports[name]) and reports[name]['encryption'] == 'whole']
        refused = [name for name in closed if words[name]['rules']]
        excused = [name for name in closed if not words[name]['rules'] and (
            words[name]['may_be_ours'] or words[name]['has_plaintext'] or words[name]['ciphertexts'] == 0)]
        tap.ok(len(refused) + len(excused) == len(closed), 'with %s: %d of %d mails to somebody else are refused, %d are in doubt'
               % (title, len(refused), len(closed), len(excused)), '\n'.join(sorted(set(closed) - set(refused) - set(excused))))
        tap.ok(refused, 'with %s: some are' % title)
        for name in excused:
            tap.note('in doubt with %s: %s' % (title, name))


def main():
    place = corpus.find_corpus()
    if place is None:
        t.skip_all('the shared corpus is not here (MADO_SHARED)')
    if not os.path.exists(door.DOOR_ONE):
        t.skip_all('door-one is not built')
    tap = t.Tap()
    work = tempfile.mkdtemp(prefix='c', dir='/tmp')
    try:
        _, files, lines, _ = corpus.run(place, work)
        reports = {name: report for name, report in zip(files, map(json.loads, lines)) if 'error' not in report}
        paths = [os.path.join(place, name) for name in reports]
        ours = dict(zip(reports, door.ask(door.write_keys(work + '/ours', door.key_ids(work + '/h') + door.serials(work + '/h')), paths)))
        foreign = dict(zip(reports, door.ask(door.write_keys(work + '/foreign', ['0123456789ABCDEF', '#0123456789']), paths)))
        tap.ok(len(ours) == len(reports) > 300, 'one word on each of %d mails' % len(reports))
        compare(tap, reports, ours, foreign)
    finally:
        subprocess.run(['gpgconf', '--homedir', os.path.join(work, 'h'), '--kill', 'gpg-agent'], check=False)
        shutil.rmtree(work, ignore_errors=True)
    tap.done()


main()
