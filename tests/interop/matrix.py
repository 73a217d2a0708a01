#!/usr/bin/env python3
"""The interoperability matrix: messages made on the spot by every OpenPGP and S/MIME implementation and mail program
that Debian 12 and npm have, each in every shape that it can make; opened, and the whole verdict compared.

Everything that GnuPG 2.2 can read must be opened; everything else must name its reason. `MATRIX_ONLY=gpg,sq` runs
some tools only, `MATRIX_KEEP=DIR` keeps the mails and the reports there.
"""
import concurrent.futures
import filecmp
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'lib')]
import madotest as t  # noqa: E402
import madodoor as door  # noqa: E402
import mailers  # noqa: E402
import mails as m  # noqa: E402
import replies  # noqa: E402
import tools as implementations  # noqa: E402
from gateway import Gateway  # noqa: E402
from plan import common  # noqa: E402
from special import SPECIAL  # noqa: E402

tap = t.Tap()


def settle(gateway, case, number):
    """Makes, opens and judges one case. Returns what is wrong with it."""
    try:
        case.mail = case.make()
    except implementations.Failed as problem:
        return ['%s could not make it: %s' % (case.tool, problem)]
    case.report = gateway.open(case.mail, 'm%d' % number)
    tries = case.want if isinstance(case.want, list) else [case.want]
    found = [m.Judge(case.report, want).all() for want in tries]
    best = min(found, key=len)
    case.want = tries[found.index(best)]
    return best


def run_cases(gateway, cases):
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        waiting = [pool.submit(settle, gateway, case, number) for number, case in enumerate(cases)]
        for case, one in zip(cases, waiting):
            wrong = one.result()
            tap.ok(not wrong, '%s: %s' % (case.tool, case.name), '\n'.join(wrong))
            keep(case, wrong)
            case.wrong = wrong


def ask_door(gateway, cases):
    """The door refuses nothing that was opened, and all that is for the stranger alone."""
    made = [(case, '%s/m%d.eml' % (gateway.work, number)) for number, case in enumerate(cases) if case.mail and case.report]
    keys = door.write_keys(gateway.work + '/door-keys', door.key_ids(gateway.home))
    words = door.ask(keys, [path for _, path in made])
    wrong = ['%s: %s: %s, but %s' % (case.tool, case.name, word['rules'], why) for (case, _), word in zip(made, words)
             for why in [door.is_false_refusal(word, case.report)] if why]
    tap.ok(not wrong, 'the door refuses none of %d mails that can be opened' % len(made), '\n'.join(wrong))
    foreign = [(case, word) for (case, _), word in zip(made, words) if (case.report['undecryptable'] or {}).get('reason') == 'no-secret-key']
    missed = ['%s: %s' % (case.tool, case.name) for case, word in foreign if not word['rules'] and not word['may_be_ours'] and not word['has_plaintext']]
    tap.ok(not missed, 'and all of %d that are for somebody else, but %d that may be for us' % (
        len(foreign), sum(1 for _, word in foreign if not word['rules'])), '\n'.join(missed))


def keep(case, wrong):
    folder = os.environ.get('MATRIX_KEEP')
    if folder and wrong and case.mail:
        os.makedirs(folder, exist_ok=True)
        name = os.path.join(folder, ''.join(c if c.isalnum() else '-' for c in case.tool + ' ' + case.name))
        with open(name + '.eml', 'wb') as file:
            file.write(case.mail)
        with open(name + '.json', 'w', encoding='utf-8') as file:
            json.dump(case.report, file, ensure_ascii=False, indent=1)


def figures(cases, versions):
    tap.note('%-14s %-28s %6s %7s %8s %11s' % ('made by', 'version', 'cases', 'opened', 'refused', 'unexpected'))
    rows = list(dict.fromkeys(case.tool for case in cases)) + [None]
    for row in rows:
        mine = [case for case in cases if row in (case.tool, None)]
        good = [case for case in mine if not case.wrong]
        said_no = [case for case in good if case.want['reason'] or case.want['signature'] not in ('good', 'none', 'partial')]
        tap.note('%-14s %-28s %6d %7d %8d %11d' % (row or 'together', versions.get(row, '')[:28], len(mine), len(good) - len(said_no), len(said_no),
                                                   len(mine) - len(good)))


def install_openpgpjs():
    """OpenPGP.js by npm, as pinned in openpgpjs/, into the build directory. Returns the folder; says why when it failed."""
    folder = os.path.join(t.BUILD, 'tests', 'interop', 'js')
    os.makedirs(folder, exist_ok=True)
    stamp = os.path.join(folder, 'installed')
    fresh = True
    for name in sorted(os.listdir(os.path.join(HERE, 'openpgpjs'))):
        source, copy = os.path.join(HERE, 'openpgpjs', name), os.path.join(folder, name)
        if name.endswith('.json') and not (os.path.exists(copy) and filecmp.cmp(source, copy, shallow=False)):
            fresh = False
        shutil.copyfile(source, copy)
    if shutil.which('npm') and not (fresh and os.path.exists(stamp)):
        words = ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', os.path.join(folder, 'cache')]
        try:
            done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=180)
        except subprocess.TimeoutExpired:
            tap.note('npm ci took too long')
            return folder
        if done.returncode != 0:
            tap.note('npm ci failed: ' + done.stderr.decode('utf-8', 'replace')[-500:])
            return folder
        open(stamp, 'w', encoding='ascii').close()
    return folder


def make_tools(gateway, gpg):
    """The implementations that are here, with keys made; the others are skipped, and said so."""
    wanted = os.environ.get('MATRIX_ONLY')
    made = []
    work = t.short_dir('w')
    for kind in implementations.ALL + mailers.ALL:
        if wanted and kind.name not in wanted.split(','):
            continue
        why = kind.missing()
        if why:
            tap.skip(kind.name, why)
            continue
        tool = kind(work, gateway.keys, gpg)
        tool.team_fingerprints = gateway.fingerprints
        made.append(tool)
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        list(pool.map(lambda tool: tool.make_keys(), made))
    return made


def main():
    t.need_programs()
    start = time.monotonic()
    implementations.OpenPgpJs.folder = install_openpgpjs()
    gpg = t.Gpg()
    gateway = Gateway(gpg)
    tools = make_tools(gateway, gpg)
    try:
        for tool in tools:
            if hasattr(tool, 'aead'):
                gateway.take_secret(tool.name + ' aead', tool.aead.secret.encode(), tool.aead.public)
        pinned = gateway.pin([sender for tool in tools for sender in tool.senders.values()])
        tap.ok(pinned.status == 0, 'the keys of all senders are pinned', pinned)
        tap.note('keys after %.0f s' % (time.monotonic() - start))
        cases = []
        for tool in tools:
            if isinstance(tool, mailers.Mailer):
                tool.plan(lambda name, make, want, tool=tool: cases.append(m.Case(tool.name, name, make, want)))
                continue
            plan = common(tool)
            SPECIAL[tool.name](plan)
            cases += plan.cases
        run_cases(gateway, cases)
        ask_door(gateway, cases)
        replies.run(tap, gateway, tools, cases)
        figures(cases, {tool.name: tool.version for tool in tools})
    finally:
        for tool in tools:
            tool.close()
    tap.note('%.0f s' % (time.monotonic() - start))
    tap.done()


if __name__ == '__main__':
    main()
