"""What the gateway itself writes into threads: has it write lines of every kind, for tests of what people read of them."""
import re


def work(demo, first, second):
    """Has the gateway write lines of every kind into the thread of @first; returns what did not work."""
    done = []
    for words in (('members', 'add', 'root', '--role', 'administrator'), ('members', 'add', 'hanako', '--role', 'handler'),
                  ('take', first), ('state', first, 'waiting', 'それを待つ'), ('state', first, 'open'), ('priority', first, 'urgent'),
                  ('priority', first, 'auto'), ('category', first, 'phishing'), ('category', first, 'auto'), ('tlp', first, 'GREEN'),
                  ('tag', first, 'x'), ('tag', '--remove', first, 'x'), ('due', first, '4h'), ('due', first, 'none'), ('due', first, 'auto'),
                  ('hold', first), ('hold', '--release', first), ('link', first, second), ('link', '--remove', first, second),
                  ('link', '--as', 'parent', first, second), ('restrict', first, '--to', 'root', '--reason', '関係者のみ'), ('restrict', '--lift', first),
                  ('hand-over', first, '--to', 'hanako', '--note', 'よろしく'), ('assign', first, 'none'), ('assign', first, 'root'),
                  ('merge', second, first), ('split', first, '3')):
        done.append((words, demo.cli(*words)))
    drafted = demo.cli('reply', '--draft', '--plain-ok', first, '-f', '-', '--json', stdin='下書き\n'.encode())
    done.append((('reply', '--draft'), drafted))
    return ['%s: %s' % (' '.join(words), one.err.decode().strip()) for words, one in done
            if one.status != 0 and b'is a member already' not in one.err]


def pieces(incident):
    """The English of the gateway's own lines in the thread of @incident, without what they name."""
    return {piece for one in incident['thread'] for event in one['event'] for piece in re.split(r'\{[a-z]+\}', event['sentence'])
            if re.search('[A-Za-z]{4}', piece)}
