#!/usr/bin/env python3
"""What the documents say can be typed: every command line of `madoguchi` in README, docs/ and the manual is taken by the program (with no
keeper there, so that nothing happens: only "usage", exit 64, is wrong), every setting is in the table, every file is there."""
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

CONF = '''[team]
name = Docs
address = csirt@docs.example
[crypto]
gnupg-home = %(d)s/gnupg
[spool]
directory = %(d)s/spool
[store]
url = sqlite:%(d)s/store/store.db
archive = %(d)s/archive
[publish]
directory = %(d)s/web
site = https://docs.example
[runtime]
directory = %(d)s/run
'''
# What stands for something of the reader's.
STANDS_FOR = {'FINGERPRINT': 'A' * 40, 'FPR': 'A' * 40, '0123...': 'A' * 40, 'TICKET': '17', 'INTO': '18', 'LOGIN': 'taro', 'ADDRESS': 'a@b.example',
              'WHEN': '2d', 'DOMAIN': 'b.example', 'MESSAGE': '1', 'PART': '1'}
FILES = {'FILE', 'DIR', 'PATH'}
# Settings of other files: triage rules and forms have manual pages and checks of their own.
OTHER_SECTIONS = re.compile(r'(rule|constituency|form|field|category) ?')
PAGES = re.compile(r'`((?:docs|conf|scripts|tests|systemd|po|src)/[\w./@-]+)`|\b(docs/[\w.-]+\.(?:md|png))')


def documents():
    """(name, text) of each."""
    for top, names in (('', ['README', 'README.ja', 'SECURITY.md', 'ARCHITECTURE.md']), ('docs', None), ('docs/man', None)):
        for name in names or sorted(os.listdir(os.path.join(t.SRC, top))):
            path = os.path.join(t.SRC, top, name)
            if os.path.isfile(path) and not name.endswith(('.mk', '.png')):
                with open(path, encoding='utf-8') as file:
                    yield os.path.join(top, name), file.read()


def command_lines(text):
    """What stands in code, and begins with `madoguchi VERB`."""
    found = [line for block in re.findall(r'^```[^\n]*\n(.*?)^```', text, re.S | re.M) for line in block.splitlines()]
    # In a sentence a verb alone is a name, no command.
    found += re.findall(r'(?<!`)`(madoguchi \S+ [^`\n]+)`(?!`)', re.sub(r'^```.*?^```', '', text, flags=re.S | re.M))
    found += [line[4:] for line in text.splitlines() if line.startswith('.Dl ')]
    for line in found:
        for piece in re.split(r'(?<!\\)[|;](?= )|&&', line):
            match = re.match(r'\s*(?:[$#] +)?(?:MADOGUCHI_CONF=\S+ +)?madoguchi ([a-z][\w-]*(?: .*)?)$', piece.rstrip())
            if match and '...' not in match.group(1).split('#')[0].replace('0123...', '') and ' / ' not in match.group(1):
                yield match.group(1)


def words_of(line):
    """As a shell would read it, with what stands for something replaced."""
    line = re.sub(r'(\s{2,}|\s#).*$', '', re.sub(r'\[[^]]*\]|\s*[<>].*$', '', line))
    words = []
    for word in shlex.split(line):
        for part in re.split(r'\|', word)[:1]:
            words.append('/nonexistent/file' if part in FILES else STANDS_FOR.get(part, part))
    return words


class House:
    def __init__(self):
        self.dir = t.short_dir('o')
        for name in ('gnupg', 'spool', 'store', 'archive', 'run'):
            os.mkdir(self.dir + '/' + name, 0o700)
        with open(self.dir + '/m.conf', 'w', encoding='utf-8') as file:
            file.write(CONF % {'d': self.dir})

    def run(self, words):
        return subprocess.run([t.program('madoguchi'), *words], input=b'17\n', capture_output=True, timeout=60, check=False, cwd=self.dir,
                              env=dict(os.environ, MADOGUCHI_CONF=self.dir + '/m.conf'))


def commands(tap, house):
    seen, wrong = set(), []
    for name, text in documents():
        for line in command_lines(text):
            words = words_of(line)
            if tuple(words) in seen:
                continue
            seen.add(tuple(words))
            done = house.run(words)
            if done.returncode == 64 or done.returncode < 0:
                wrong.append('%s: madoguchi %s: %s' % (name, line, done.stderr.decode('utf-8', 'replace').strip()[:200]))
    tap.ok(len(seen) > 70, 'the documents have command lines (%d)' % len(seen))
    tap.equal(wrong, [], 'each is one that the program takes')
    tap.equal([house.run(w).returncode for w in (['list', '--nonsense'], ['nonsense'], ['take'])], [64, 64, 64], '(and a wrong one would be found)')


def settings(tap, house):
    table = {tuple(line.split(' ', 1)[0].split('.', 1)) for line in house.run(['conf', '--defaults']).stdout.decode().splitlines()}
    tap.ok(('web', 'listen') in table and ('team', 'key') in table and len(table) > 60, 'the table of settings is read (%d)' % len(table))
    wrong, count = [], 0
    for name, text in documents():
        named = re.findall(r'`\[([a-z-]+)\] ([a-z][a-z-]*)\b', text)
        for block in re.findall(r'^```[^\n]*\n(.*?)^```', text, re.S | re.M):
            section = None
            for line in block.splitlines():
                head = re.match(r'\[([^\]]+)\]\s*$', line)
                section = head.group(1) if head else section
                row = re.match(r'([a-z][a-z-]*) = ', line)
                if row and section and not OTHER_SECTIONS.match(section):
                    named.append((section, row.group(1)))
        count += len(named)
        wrong += ['%s: [%s] %s' % (name, *one) for one in named if one not in table]
    tap.ok(count > 30, 'the documents name settings (%d)' % count)
    tap.equal(sorted(set(wrong)), [], 'each of them is in the table')


def files(tap):
    wrong, count = [], 0
    for name, text in documents():
        for path in {a or b for a, b in PAGES.findall(text)}:
            path = path.rstrip('./')
            if '/man/' in path or re.search(r'[A-Z]{4}', path):
                continue
            count += 1
            if not os.path.exists(os.path.join(t.SRC, path)) and not os.path.exists(os.path.join(t.BUILD, path)):
                wrong.append('%s: %s' % (name, path))
    tap.ok(count > 20, 'the documents name files (%d)' % count)
    tap.equal(sorted(wrong), [], 'each of them is there')
    with open(os.path.join(t.SRC, 'docs', 'local.mk'), encoding='utf-8') as file:
        shipped = file.read()
    pages = [name for name in sorted(os.listdir(os.path.join(t.SRC, 'docs'))) if name.endswith('.md')]
    tap.equal([name for name in pages if 'docs/' + name not in shipped], [], 'each page is installed')
    readme = dict(documents())['README']
    tap.equal([name for name in pages if 'docs/' + name not in readme], [], 'and named in README')


def completion(tap):
    """What bash offers is what the program takes."""
    def offered(*words):
        script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _madoguchi; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(['bash', '--norc', '-c', script, 'x', os.path.join(t.SRC, 'conf', 'madoguchi.bash-completion'), t.program('madoguchi'), *words],
                              capture_output=True, text=True, check=False, env=dict(os.environ, LANGUAGE='ja'))
        return done.stdout.split(), done
    verbs, done = offered('')
    tap.ok({'list', 'show', 'members', 'hand-over', 'doctor', '--version'} <= set(verbs) and len(verbs) > 40, 'bash knows the verbs', done)
    tap.equal(offered('hand')[0], ['hand-over'], 'one that is begun')
    tap.equal(offered('reply', '--prev')[0], ['--preview'], 'the options of a verb')
    tap.equal(offered('-c', 'x.conf', 'reply', '--prev')[0], ['--preview'], 'behind a configuration, too')
    words = offered('members', '')[0]
    tap.ok({'add', 'set', 'leave', 'invite', 'log-out', 'ls'} <= set(words), 'and its small words', words)
    tap.equal(offered('-c', '/etc/hostnam')[0], ['/etc/hostname'], 'and files where a file is wanted')


def main():
    if t.program('madoguchi') is None:
        t.skip_all('madoguchi is not built')
    tap, house = t.Tap(), House()
    commands(tap, house)
    settings(tap, house)
    files(tap)
    completion(tap)
    tap.done()


if __name__ == '__main__':
    main()
