"""What the door would say of mails, against what the opener found in them."""
import json
import os
import subprocess

import madotest as t

DOOR_ONE = os.path.join(t.BUILD, 'tests', 'unit', 'door-one')


def ask(keys, mails):
    """The door's word on each of the files `mails`. `keys`: a file as RUNTIME/door-keys."""
    found = []
    for start in range(0, len(mails), 500):
        done = subprocess.run([DOOR_ONE, keys, *mails[start:start + 500]], capture_output=True, check=True)
        found += [json.loads(line) for line in done.stdout.decode().splitlines()]
    return found


def key_ids(home):
    """Long ids of all keys and subkeys in a GnuPG home that we have the secret of."""
    out = subprocess.run(['gpg', '--homedir', home, '--batch', '--no-tty', '--with-colons', '--list-secret-keys'],
                         capture_output=True, check=False).stdout.decode('utf-8', 'replace')
    return [line.split(':')[4] for line in out.splitlines() if line.startswith(('sec:', 'ssb:'))]


def serials(home):
    """Numbers of the certificates in it, as the door knows them."""
    out = subprocess.run(['gpgsm', '--homedir', home, '--batch', '--no-tty', '--with-colons', '--list-keys'],
                         capture_output=True, check=False).stdout.decode('utf-8', 'replace')
    numbers = [line.split(':')[7] for line in out.splitlines() if line.startswith('crt:')]
    return ['#' + (number[2:] if number.startswith('00') and len(number) > 2 else number) for number in numbers]


def write_keys(path, ids):
    with open(path, 'w', encoding='ascii') as out:
        out.write(''.join('%s 0\n' % one for one in ids))
    return path


def attempts(report):
    """The layers of a report that were, or should have been, decrypted."""
    return [layer for layer in report['layers'] if layer['operation'] != 'verify']


def is_false_refusal(word, report):
    """Why the door should not have said that of a mail with this report; None when it was right."""
    rules = word['rules'].split(',') if word['rules'] else []
    opened = [layer for layer in attempts(report) if layer['outcome'] == 'ok']
    if opened and set(rules) & {'wrong-key', 'no-integrity', 'packet-version'}:
        return 'it was opened'
    if 'plaintext' in rules and (attempts(report) or report['undecryptable']):
        return 'it is encrypted'
    if 'structure' in rules and (report['undecryptable'] or {}).get('reason') != 'limit':
        return 'it was read'
    return None
