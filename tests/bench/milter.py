#!/usr/bin/env python3
"""What the door costs: the time of one SMTP transaction (MAIL to the answer after the final dot) with and without the milter, in
one run, mails in turn; for other recipients, and for ours (plain and encrypted, 2 KB and 1 MB)."""
import argparse
import os
import smtplib
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ALICE, BOB = 'alice@reporter.example', 'bob@reporter.example'


def servers():
    """A gateway with a milter, and two mail servers: one that asks it, one that does not."""
    place = t.short_dir('p')
    os.chmod(place, 0o755)
    milter, lmtp = 'unix:%s/milter.sock' % place, 'unix:%s/lmtp.sock' % place
    plain = t.Postfix(lmtp, [ALICE, BOB])
    asking = t.Postfix(lmtp, [ALICE, BOB], more='smtpd_milters = %s\n' % milter)
    demo = t.Demo(listen=lmtp, conf={('intake', 'milter-listen'): milter})
    for name in ('lmtp', 'milter'):
        os.chmod('%s/%s.sock' % (place, name), 0o666)
    return demo, plain.start(), asking.start()


def one(session, to, raw):
    start = time.perf_counter()
    session.sendmail(ALICE, [to], raw)
    return (time.perf_counter() - start) * 1000


def compare(name, plain, asking, to, make, rounds):
    sessions = [smtplib.SMTP('127.0.0.1', server.port, timeout=60) for server in (plain, asking)]
    times = ([], [])
    for _ in range(rounds):
        for which, session in enumerate(sessions):
            times[which].append(one(session, to, make()))
    for session in sessions:
        session.quit()
    without, with_it = (statistics.median(one[rounds // 10:]) for one in times)
    print('%-28s without %7.2f ms   with %7.2f ms   added %6.2f ms   ratio %.2f' % (name, without, with_it, with_it - without, with_it / without))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--rounds', type=int, default=60)
    rounds = options.parse_args().rounds
    why = t.why_not()
    if why:
        print('the door was not measured: ' + why)
        return
    demo, plain, asking = servers()
    gpg = t.Gpg()
    gpg.load(demo.team_key)
    team = demo.setting('team', 'key')

    def mail(to, size, is_encrypted=False):
        text = 'Evidence, line by line.\n' * (size // 24)
        if not is_encrypted:
            return lambda: t.plain(ALICE, to, 'Report', text)
        armour = gpg.encrypt([team], t.text_entity(text))
        return lambda: t.compose(t.outer_headers(ALICE, to, '...'), t.encrypted_entity(armour))

    compare('for others, 2 KB', plain, asking, BOB, mail(BOB, 2048), rounds)
    compare('for others, 1 MB', plain, asking, BOB, mail(BOB, 1 << 20), rounds)
    compare('for us, 2 KB plain', plain, asking, t.TEAM, mail(t.TEAM, 2048), rounds)
    compare('for us, 2 KB encrypted', plain, asking, t.TEAM, mail(t.TEAM, 2048, True), rounds)
    compare('for us, 1 MB plain', plain, asking, t.TEAM, mail(t.TEAM, 1 << 20), rounds)
    demo.stop()


if __name__ == '__main__':
    main()
