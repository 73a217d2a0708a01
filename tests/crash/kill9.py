#!/usr/bin/env python3
"""kill -9 of each role, and of all with the daemon, at random moments while mails come in by LMTP.

After each round: the loss account balances; every mail that was answered 250 is exactly one message in the store
(its queue id is exactly one file of the archive, its Message-ID exactly one ticket, each further copy a
duplicate); every new ticket has exactly one answer, under one Message-ID however often it was sent.

ROUNDS (2; 10 for the full run), MAILS per round (60; 300), SEED.
"""
import collections
import os
import queue
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madotest as t  # noqa: E402

ROUNDS = int(os.environ.get('ROUNDS', '2'))
MAILS = int(os.environ.get('MAILS', '60'))
SEED = int(os.environ.get('SEED', str(time.time_ns() % 1000000)))
SENDERS = 4
RATE = 120  # mails per second: faster than they can be opened and answered, so that a kill always finds a backlog


class Ledger:
    """What the outside knows: per Message-ID how many 250s and how many broken sessions; queue ids of the 250s."""

    def __init__(self):
        self.lock = threading.Lock()
        self.taken = collections.Counter()
        self.unsure = collections.Counter()
        self.queue_ids = []
        self.refused = 0


def make_mails(gpg, alice, team, rng, count, round_):
    """(Message-ID, sender, bytes): signed+encrypted, plain, and copies of some."""
    mails = []
    for i in range(count):
        mid, kind = t.message_id(), rng.random()
        if kind < 0.2 and mails:
            mails.append(rng.choice(mails))
        elif kind < 0.6:
            mails.append((mid, 'alice@reporter.example', t.pgp_encrypted(
                gpg, 'Alice <alice@reporter.example>', t.TEAM, '...',
                t.text_entity('Report %d of round %d.\n' % (i, round_) * 20), [team], signer=alice, mid=mid,
                inner_subject='Report %d' % i)))
        else:
            sender = 'r%d@plain.example' % i
            mails.append((mid, sender, t.plain(sender, t.TEAM, 'Plain %d' % i, 'Text %d of %d.\n' % (i, round_), mid=mid)))
    return mails


def send_once(demo, mail):
    """(code, text) of one transmission; code 0 when the session broke after DATA: it may have been taken."""
    mid, sender, raw = mail
    reached_data = False
    try:
        with t.Lmtp(demo.lmtp, 20) as session:
            if session.greeting[0] != 220:
                return session.greeting[0] or 421, ''
            replies = session.begin(sender, [t.TEAM])
            if not session.accepted:
                return replies[-1][0] or 421, ''
            reached_data = True
            return session.data(raw)[0]
    except (OSError, IndexError):
        return (0 if reached_data else 421), ''


def sender_thread(demo, mails, ledger, pause, stop):
    """As a mail server would: again until it is taken."""
    while True:
        try:
            mail = mails.get_nowait()
        except queue.Empty:
            return
        while not stop.is_set():
            code, text = send_once(demo, mail)
            with ledger.lock:
                if code == 250:
                    ledger.taken[mail[0]] += 1
                    ledger.queue_ids.append(next((w for w in text.replace('.', ' ').split() if len(w) == 16), None))
                    break
                ledger.unsure[mail[0]] += code == 0
                ledger.refused += code >= 500
                if code >= 500:
                    break
            time.sleep(0.05)
        time.sleep(pause)


def massacre(demo, rng, span, busy):
    """Kills each role once, in any order, at random moments of `span` seconds, then everything; starts again."""
    victims = list(t.ROLES)
    rng.shuffle(victims)
    for role in victims:
        time.sleep(rng.uniform(0, 2 * span / 7))
        if rng.random() < 0.5:
            demo.kill_role(role, whole=rng.random() < 0.5)
        else:
            demo.kill_worker(role, rng.choice)
            demo.kill_role(role)
    time.sleep(rng.uniform(0, 2 * span / 7))
    demo.remember()
    demo.kill()
    demo.start()
    return busy()


def run_round(demo, mails, ledger, rng):
    waiting = queue.Queue()
    for mail in mails:
        waiting.put(mail)
    stop = threading.Event()
    span = len(mails) / RATE
    pause = SENDERS / RATE
    threads = [threading.Thread(target=sender_thread, args=(demo, waiting, ledger, pause, stop)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    was_busy = massacre(demo, rng, span, lambda: any(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join(120)
    stop.set()
    for thread in threads:
        thread.join(30)
    return was_busy


def archive_files(demo):
    """How often each queue id is a file of the archive or the spool."""
    found = collections.Counter()
    for place in (demo.setting('store', 'archive'), demo.spool + '/new', demo.spool + '/active'):
        for _, _, files in os.walk(place):
            found.update(files)
    return found


def read_threads(demo, known):
    """The incidents that are not among the tickets @known, by ticket. A look at one costs a program: the last round looks at all."""
    return {one['ticket']: demo.show(one['ticket']) for one in demo.incidents() if one['ticket'] not in known}


def check_store(tap, demo, ledger, mids, threads, round_, account):
    """Every 250 exactly once; @mids: what may be in the incidents @threads."""
    states = account['states']
    taken, unsure = sum(ledger.taken.values()), sum(ledger.unsure.values())
    tap.ok(taken <= account['accepted'] <= taken + unsure, 'round %d: as many mails as 250s (and no more than sent)' % round_,
           'taken %d, unsure %d, %r' % (taken, unsure, account))
    files = archive_files(demo)
    if all(ledger.queue_ids):
        wrong = [(qid, files[qid]) for qid in ledger.queue_ids if files[qid] != 1]
        tap.equal(wrong, [], 'round %d: every 250 is one file of the archive' % round_)
    tap.equal(states['held'] + states['bounce'] + states['auto_reply'] + states['joined'], 0,
              'round %d: nothing is held or misjudged' % round_)
    wanted = {mid for mid in mids if ledger.taken[mid]}
    tickets = collections.Counter()
    incidents = {}
    for incident in threads.values():
        for entry in incident['thread']:
            if entry['direction'] == 'in':
                tickets[entry['message_id']] += 1
                incidents[entry['message_id']] = incident
    wrong = [(mid, tickets[mid]) for mid in wanted if tickets[mid] != 1]
    tap.equal(wrong, [], 'round %d: every Message-ID that was taken is one ticket' % round_)
    return {mid: incidents[mid] for mid in wanted if mid in incidents}


def check_answers(tap, demo, incidents, round_):
    def is_sent(incident):
        return all(e['delivery'] == 'sent' for e in incident['thread'] if e['direction'] == 'out')

    def all_sent():
        incidents.update({mid: demo.show(i['ticket']) for mid, i in incidents.items() if not is_sent(i)})
        return all(map(is_sent, incidents.values()))
    tap.ok(t.wait_for(all_sent, 90, 0.2), 'round %d: every answer is sent' % round_)
    answers = collections.defaultdict(list)
    for raw in demo.outgoing():
        answers[t.header(raw, 'In-Reply-To')].append(t.header(raw, 'Message-ID'))
    lost = [mid for mid in incidents if not answers[mid]]
    double = {mid: ids for mid, ids in answers.items() if len(set(ids)) > 1}
    tap.equal(lost, [], 'round %d: no answer is lost' % round_)
    tap.equal(double, {}, 'round %d: no mail has answers with two Message-IDs' % round_)
    odd = [mid for mid, i in incidents.items()
           if [e['message_id'] for e in i['thread'] if e['direction'] == 'out'] != sorted(set(answers[mid]))]
    tap.equal(odd, [], 'round %d: the ticket names the same one answer' % round_)
    again = sum(len(ids) - 1 for ids in answers.values())
    tap.note('round %d: %d answers, %d of them sent again with the same Message-ID' % (round_, len(answers), again))


def main():
    tap = t.Tap()
    t.need_programs()
    tap.note('SEED=%d ROUNDS=%d MAILS=%d' % (SEED, ROUNDS, MAILS))
    rng = random.Random(SEED)
    demo = t.Demo(conf={('reply', 'rate-per-sender'): '100000', ('reply', 'rate-per-hour'): '1000000', ('spool', 'attempts'): '20',
                        ('submission', 'retry-first'): '1s'})
    gpg = t.Gpg()
    alice = gpg.generate('Alice <alice@reporter.example>')
    team = gpg.load(demo.team_key)[0]
    ledger, known = Ledger(), set()
    for round_ in range(1, ROUNDS + 1):
        mails = make_mails(gpg, alice, team, rng, MAILS, round_)
        started = time.monotonic()
        was_busy = run_round(demo, mails, ledger, rng)
        tap.ok(demo.wait_roles(60), 'round %d: every role lives again' % round_, demo.log()[-2000:])
        account = demo.settle(180, sum(ledger.taken.values()))
        tap.note('round %d: %.1f s, mails were coming in during the last kill: %s, %d broken sessions so far'
                 % (round_, time.monotonic() - started, was_busy, sum(ledger.unsure.values())))
        if not tap.ok(account and account['balanced'] and demo.cli('account').status == 0,
                      'round %d: it settles and the account balances' % round_, (demo.account(), demo.log()[-3000:])):
            break
        tap.note(account['states'])
        tap.equal(ledger.refused, 0, 'round %d: no mail was refused for good' % round_)
        last = round_ == ROUNDS
        threads = read_threads(demo, set() if last else known)
        known.update(threads)
        mids = set(ledger.taken) if last else {mid for mid, _, _ in mails}
        incidents = check_store(tap, demo, ledger, mids, threads, round_, account)
        check_answers(tap, demo, incidents, round_)
    tap.equal(demo.stop(), 0, 'the demo stops')
    tap.equal(demo.left_over(), [], 'and leaves no process')
    tap.done()


if __name__ == '__main__':
    main()
