"""Header protection as RFC 9788 asks for it, checked from the bytes of a mail alone: no parser but this one, and nothing
shared with the code that writes answers. `check` returns what is wrong, in words; [] is good."""
import base64
import re


class Field:
    """One header field: its name as written, its value unfolded."""

    def __init__(self, name, value):
        self.name, self.value = name, value

    @property
    def key(self):
        return self.name.lower()

    @property
    def is_structural(self):
        """RFC 9788, 1.1.1: MIME-Version and all of Content-*."""
        return self.key == 'mime-version' or self.key.startswith('content-')

    @property
    def pair(self):
        return self.key, self.value


def split(entity):
    """(fields, body) of an entity with CRLF line ends."""
    head, empty, body = entity.partition(b'\r\n\r\n')
    if not empty:
        raise ValueError('no empty line after the header')
    fields = []
    for line in re.sub(rb'\r\n(?=[ \t])', b'', head).split(b'\r\n'):
        name, colon, value = line.partition(b':')
        if not colon or not re.fullmatch(rb'[!-9;-~]+', name):
            raise ValueError('no header field: %r' % line)
        fields.append(Field(name.decode(), value.decode('ascii').strip(' \t')))
    return fields, body


def parameters(value):
    """{name: value} of a Content-Type; a name that comes twice is an error."""
    found = {}
    for name, quoted, word in re.findall(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', value):
        if name.lower() in found:
            raise ValueError('parameter %s comes twice' % name)
        found[name.lower()] = quoted or word
    return found


def content_type(fields):
    values = [f.value for f in fields if f.key == 'content-type']
    if len(values) != 1:
        raise ValueError('%d Content-Type fields' % len(values))
    return values[0].partition(';')[0].strip().lower(), parameters(values[0])


def one_of_each(fields, where):
    """RFC 5322, 3.6."""
    for key in ('from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'in-reply-to', 'references', 'reply-to'):
        count = sum(f.key == key for f in fields)
        if count > 1 or (count == 0 and key in ('from', 'to', 'subject', 'date', 'message-id')):
            yield '%s: %d of %s' % (where, count, key)


def check_parts(kind, params, body):
    """The hp parameter belongs to the root of the payload alone (2.1.1)."""
    if not kind.startswith('multipart/'):
        return
    for piece in body.split(b'--' + params['boundary'].encode())[1:-1]:
        fields, inner = split(piece.lstrip(b'\r\n') if piece.startswith(b'\r\n') else piece)
        below, deeper = content_type(fields)
        if 'hp' in deeper:
            yield 'a part below the root has hp'
        yield from check_parts(below, deeper, inner)


def check_cipher(outer, inner, hp_outer, baseline):
    mirrored = sorted(f.pair for f in hp_outer)
    outside = sorted(f.pair for f in outer if not f.is_structural)
    if mirrored != outside: # 2.2: a copy of each field that stands outside, as it stands there
        yield 'HP-Outer %r does not list what stands outside, %r' % (mirrored, outside)
    if any(f.is_structural for f in hp_outer):
        yield 'HP-Outer of a structural field'
    named = {f.key for f in inner}
    for field in outer: # 2.4: nothing stands outside that is not protected inside
        if not field.is_structural and field.key not in named:
            yield '%s stands only outside' % field.name
    for field in inner: # 3.2.1: the baseline hides Subject, Comments and Keywords; all else stands outside as it is
        same = [f.value for f in outer if f.key == field.key]
        if field.is_structural:
            continue
        if field.key == 'subject':
            if same != [baseline]:
                yield 'the outer Subject is %r' % same
        elif field.key in ('comments', 'keywords'):
            if same:
                yield '%s stands outside' % field.name
        elif field.value not in same:
            yield '%s differs outside: %r' % (field.name, same)


def check_clear(outer, inner):
    outside = sorted(f.pair for f in outer if not f.is_structural)
    inside = sorted(f.pair for f in inner if not f.is_structural)
    if outside != inside: # 2.3: nothing is hidden
        yield 'outside %r, inside %r' % (outside, inside)


def check(outer_bytes, payload_bytes, is_encrypted, baseline='[...]'):
    """What is wrong with the protection of the header: of the mail, and of the payload that its cryptography covers."""
    try:
        outer, _ = split(outer_bytes)
        inner, body = split(payload_bytes)
        kind, params = content_type(inner)
        hp_outer = [Field(*[x.strip() for x in f.value.partition(':')[::2]]) for f in inner if f.key == 'hp-outer']
        inner = [f for f in inner if f.key != 'hp-outer']
        wrong = list(one_of_each(outer, 'outside')) + list(one_of_each(inner, 'inside'))
        if params.get('hp') != ('cipher' if is_encrypted else 'clear'):
            wrong.append('hp is %r' % params.get('hp'))
        if any(f.key == 'hp-outer' for f in outer):
            wrong.append('HP-Outer stands outside')
        if 'hp' in content_type(outer)[1]:
            wrong.append('hp stands outside')
        wrong += check_parts(kind, params, body)
        if is_encrypted:
            wrong += check_cipher(outer, inner, hp_outer, baseline)
        else:
            wrong += check_clear(outer, inner)
            if hp_outer:
                wrong.append('HP-Outer in what is not encrypted')
        return wrong
    except (ValueError, KeyError) as problem:
        return [str(problem)]


def autocrypt(outer_bytes):
    """(what is wrong, the key) of the Autocrypt field outside (Autocrypt Level 1, 2.1); (None, None) when there is none."""
    fields = split(outer_bytes)[0]
    found = [f.value for f in fields if f.key == 'autocrypt']
    if not found:
        return None, None
    sender = [re.search(r'<([^<>]+)>\s*$', f.value) for f in fields if f.key == 'from']
    raw = re.search(rb'(?im)^autocrypt:.*(?:\r\n[ \t].*)*', outer_bytes)
    attributes = [a.strip().partition('=')[::2] for a in found[0].split(';')]
    names = [name for name, _ in attributes]
    wrong = []
    if len(found) > 1:
        wrong.append('more than one field')
    if len(raw.group(0)) > 10240:
        wrong.append('more than 10 KiB')
    if names[-1:] != ['keydata'] or 'addr' not in names or len(set(names)) != len(names):
        wrong.append('attributes %r' % names)
    if set(n for n in names if not n.startswith('_')) - {'addr', 'prefer-encrypt', 'keydata'}:
        wrong.append('an attribute that makes it invalid: %r' % names)
    given = dict(attributes)
    if sender[0] is None or given.get('addr', '').lower() != sender[0].group(1).lower():
        wrong.append('addr is %r' % given.get('addr'))
    try:
        key = base64.b64decode(re.sub(r'\s', '', given.get('keydata', '')), validate=True)
    except ValueError as problem:
        return wrong + [str(problem)], None
    return wrong, key
