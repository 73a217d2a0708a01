#!/usr/bin/env python3
"""A stolen disk is silent: mails of many kinds with planted marker words go through a demonstration; then database, WAL, archive,
spool, temporary directories, run directory and the loudest log are searched for them, in every encoding that they may have
taken: none is there. The same search finds each of them where it is planted plainly."""
import base64
import itertools
import os
import pwd
import quopri
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madoforms  # noqa: E402
import madotest as t  # noqa: E402

JAPANESE = '極秘印'
DIGITS = '零壱弐参肆伍陸漆捌玖'
serial = itertools.count(10)


class Markers:
    """Words that no mail of other tests has, and where each was put."""

    def __init__(self):
        self.words = {}

    def new(self, where):
        word = 'zq%dxwmark' % next(serial)
        self.words[word] = where
        return word

    def japanese(self, where):
        word = JAPANESE + ''.join(DIGITS[int(c)] for c in str(next(serial))) + '号'
        self.words[word] = where
        return word


def forms_of(word):
    """{name of an encoding: the bytes of @word in it}"""
    plain = word.encode()
    found = {'utf-8': plain, 'utf-16le': word.encode('utf-16-le'), 'utf-16be': word.encode('utf-16-be'), 'hex': plain.hex().encode()}
    for offset in range(3):
        coded = base64.b64encode(b'\0' * offset + plain)
        found['base64+%d' % offset] = coded[(offset * 8 + 5) // 6:len(plain + b'\0' * offset) * 8 // 6]
    if not word.isascii():
        found['quoted-printable'] = quopri.encodestring(plain).replace(b'=\n', b'')
        found['iso-2022-jp'] = word.encode('iso-2022-jp')[3:-3]
        found['cp932'] = word.encode('cp932')
        for offset in range(3):
            jis = word.encode('iso-2022-jp')
            coded = base64.b64encode(b'\0' * offset + jis)
            found['base64+%d of iso-2022-jp' % offset] = coded[(offset * 8 + 5) // 6:len(jis + b'\0' * offset) * 8 // 6]
    else:
        found['quoted-printable'] = b''.join(b'=%02X' % byte for byte in plain)
    return found


def files_below(roots, leave_out):
    for root in roots:
        if os.path.isfile(root):
            yield root
        for where, dirs, files in os.walk(root):
            dirs[:] = [d for d in dirs if os.path.join(where, d) not in leave_out]
            for name in files + dirs:
                yield os.path.join(where, name)


def search(markers, roots, leave_out=()):
    """[(marker, where it was planted, encoding, file)] of all that is found, in contents and in names."""
    table = [(word, name, piece, piece.lower()) for word in markers.words for name, piece in forms_of(word).items()]
    hits = []
    for path in files_below(roots, leave_out):
        data = os.fsencode(path)
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                data += b'\n' + file.read()
        views = (data, data.replace(b'\r', b'').replace(b'\n', b''), data.lower())
        for word, name, piece, lower in table:
            if piece in views[0] or piece in views[1] or (word.isascii() and 'base64' not in name and lower in views[2]):
                hits.append((word, markers.words[word], name, path))
    return hits


def can_fail(tap, markers, demo):
    """Each encoding of a word of each kind, planted plainly, is seen."""
    place = demo.dir + '/run/planted'
    for word in (markers.new('nowhere'), markers.japanese('nowhere')):
        for name, piece in forms_of(word).items():
            with open(place, 'wb') as file:
                file.write(b'before' + piece + b'after')
            found = {hit[2] for hit in search(markers, [demo.dir], (demo.dir + '/outgoing',)) if hit[3] == place}
            tap.ok(name in found, 'the search finds a word in %s' % name, found)
        del markers.words[word]
    os.unlink(place)


class Site:
    def __init__(self, temporary):
        os.mkdir(temporary)
        os.environ['TMPDIR'] = temporary
        self.demo = t.Demo(conf={('log', 'level'): 'debug', ('reply', 'rate-per-sender'): '1000', ('reply', 'rate-per-hour'): '10000'})
        self.gpg = t.Gpg()
        self.team = self.gpg.load(self.demo.team_key)[0]
        self.markers = Markers()
        self.sent = 0
        name, local, domain = (self.markers.new('name'), self.markers.new('address'), self.markers.new('domain'))
        self.address = '%s@%s.example' % (local, domain)
        self.reporter = '%s <%s>' % (name, self.address)
        self.key = self.gpg.generate(self.reporter)

    def send(self, raw, to=t.TEAM):
        codes = self.demo.send(raw, self.address, to)
        assert all(str(code).startswith('250') for code in codes), codes
        self.sent += 1

    def encrypted(self, entity, mid=None, signed=True, headers=()):
        return t.pgp_encrypted(self.gpg, self.reporter, t.TEAM, '...', entity, [self.team], self.key if signed else None, mid, headers,
                               inner_subject='Inside ' + self.markers.new('protected subject'))


def nested(depth, text):
    entity = t.text_entity(text)
    for _ in range(depth):
        entity = t.part_entity([entity])
    return entity


def send_all(site):
    """Mails of many kinds; the Message-ID of one that was encrypted and signed."""
    m, mid = site.markers, '<%s@%s>' % (site.markers.new('message id'), site.markers.new('host of a message id'))
    text = 'Secret %s and %s. See https://%s.example.net/x and 192.0.2.7.\n' % (m.new('text'), m.japanese('text'), m.new('indicator'))
    site.send(site.encrypted(t.text_entity(text), mid))
    files = t.part_entity([t.text_entity('two files ' + m.new('text of a multipart')),
                           t.attachment(m.new('file name') + '.txt', ('content ' + m.new('attachment')).encode()),
                           t.attachment('x.bin', m.japanese('attachment').encode('utf-16-le'))])
    site.send(site.encrypted(files))
    site.send(site.encrypted(t.text_entity('unsigned ' + m.new('unsigned text')), signed=False))
    site.send(t.plain(site.reporter, t.TEAM, 'In the clear ' + m.new('clear subject'), 'clear %s\n' % m.new('clear text')))
    site.send(t.plain(site.reporter, t.TEAM, '件名 ' + m.japanese('japanese subject'), '本文 %s\n' % m.japanese('japanese text'), 'iso-2022-jp'))
    site.send(t.plain(site.reporter, t.TEAM, 'base64', 'with umlauts äöü %s\n' % m.japanese('text in base64')))
    site.send(t.pgp_signed(site.gpg, site.reporter, t.TEAM, 'Signed ' + m.new('signed subject'),
                           t.text_entity('signed ' + m.new('signed text')), site.key))
    site.send(t.plain(site.reporter, '%s <%s>' % (m.new('name in To'), t.TEAM), 'Cc', 'x\n', headers=[('Cc', '%s <%s@elsewhere.example>' % (m.new('name in Cc'), m.new('address in Cc')))]))
    form = madoforms.JPCERT.replace('山田 太郎', m.japanese('name in a form')).replace('Debian 12', m.new('field of a form'))
    site.send(t.plain(site.reporter, t.TEAM, 'form', form))
    site.send(t.plain(site.reporter, t.TEAM, 'too deep ' + m.new('subject of a held mail'), '', entity=nested(130, m.new('held text'))))
    other = site.gpg.generate('Other <%s@key.example>' % m.new('name of another key'))
    armour = site.gpg.encrypt([other], t.text_entity('to another ' + m.new('text for another')), site.key)
    site.send(t.compose(t.outer_headers(site.reporter, t.TEAM, 'unreadable ' + m.new('subject of an unreadable mail')), t.encrypted_entity(armour)))
    site.send(t.plain('<>', t.TEAM, 'Undelivered ' + m.new('subject of a bounce'), 'x %s\n' % m.new('text of a bounce'),
                      headers=[('Auto-Submitted', 'auto-replied')]))
    return mid


def work(site, tap, mid):
    """What members do with it; a reporter who answers; a mail that is opened again."""
    m, demo = site.markers, site.demo
    incident = demo.ticket_of(mid)
    ticket = incident['ticket']
    answer = site.gpg.open_mail(demo.reply_to(mid, 30))
    site.send(site.encrypted(t.text_entity('More: ' + m.new('second mail')),
                             headers=[('In-Reply-To', str(answer.outer['Message-ID'])), ('References', str(answer.outer['Message-ID']))]))
    demo.settle(accepted=site.sent)
    done = {}
    login = pwd.getpwuid(os.getuid()).pw_name
    done['members add'] = demo.cli('members', 'add', login, '--name', 'A ' + m.new('name of a member'), '--role', 'administrator')
    done['note'] = demo.cli('note', ticket, 'A note ' + m.new('note'))
    done['tag'] = demo.cli('tag', ticket, m.new('tag'))
    done['take'] = demo.cli('take', ticket)
    done['restrict'] = demo.cli('restrict', ticket, '--to', login, '--reason', m.new('reason of a restriction'))
    done['state'] = demo.cli('state', ticket, 'rejected', m.new('reason of a state'))
    done['reply'] = demo.cli('reply', '-f', '-', '--plain-ok', ticket, stdin=('An answer ' + m.new('answer') + '\n').encode())
    done['draft'] = demo.cli('reply', '--draft', '-f', '-', '--plain-ok', ticket, stdin=('A draft ' + m.new('draft') + '\n').encode())
    done['search'] = demo.cli('search', next(word for word, where in m.words.items() if where == 'text'))
    demo.cli('search', m.new('words that somebody looked for'))
    done['reopen'] = demo.cli('reopen', ticket)
    done['raw'] = demo.cli('raw', ticket, str(incident['thread'][0]['id']))
    tap.equal({word: got.err for word, got in done.items() if got.status != 0}, {}, 'every word of the members is done')
    for summary in demo.incidents():
        shown = demo.show(summary['ticket'])
        for entry in shown.get('thread', []):
            for part in (entry.get('report') or {}).get('parts', []):
                demo.cli('part', '-o', os.environ['TMPDIR'] + '/out', summary['ticket'], str(entry['id']), part['path'])
    if os.path.exists(os.environ['TMPDIR'] + '/out'):
        os.unlink(os.environ['TMPDIR'] + '/out')  # what a member asked for is his own
    demo.cli('held', '--json')
    demo.cli('list')
    return ticket


def report(tap, hits, name):
    lines = sorted({'%s, in %s: %s' % (where, encoding, path) for _, where, encoding, path in hits})
    tap.ok(not lines, name, '\n'.join(lines[:40]))


def main():
    t.need_programs()
    tap = t.Tap()
    top = t.short_dir('s')
    site = Site(top + '/tmp')
    demo, markers = site.demo, site.markers
    can_fail(tap, markers, demo)
    mid = send_all(site)
    tap.ok(demo.settle(accepted=site.sent) is not None, 'all mails are settled', demo.account())
    states = demo.account()['states']
    tap.ok(states['held'] == 1 and states['ticket'] >= 8, 'tickets, and one held mail', states)
    ticket = work(site, tap, mid)
    shown = demo.cli('show', ticket).out.decode()
    planted = next(word for word, where in markers.words.items() if where == 'text')
    tap.ok(planted in shown, 'a member reads the words', shown[:300])
    tap.note('%d marker words' % len(markers.words))
    roots, outgoing = [demo.dir, demo.log_path, top + '/tmp'], demo.dir + '/outgoing'
    report(tap, search(markers, roots, (outgoing,)), 'while it runs: no word is on the disk')
    sealed = Markers()
    sealed.words = {word: where for word, where in markers.words.items()
                    if 'address' not in where and where not in ('name', 'domain', 'answer') and 'message id' not in where}
    report(tap, search(sealed, [outgoing]), 'nor in the answers, beside whom they go to and what they answer')
    tap.equal(demo.stop(), 0, 'an orderly end')
    report(tap, search(markers, roots, (outgoing,)), 'afterwards: no word is on the disk')
    tap.done()


if __name__ == '__main__':
    main()
