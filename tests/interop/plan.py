"""The cases that every implementation has: what it makes, in which mail, and what Madoguchi must say about it.

What only one of them makes is in special.py.
"""
import mails as m
import madotest as t

PLAIN, BOTH, VERIFY = 'decrypt', 'decrypt+verify', 'verify'
MAIN = 'ed25519'


class Plan:
    """Collects the cases of one tool; their makers run later, several at a time."""

    def __init__(self, tool):
        self.tool, self.cases = tool, []
        self.team = MAIN if MAIN in tool.recipients else tool.recipients[0]
        self.who = tool.senders.get(MAIN) or next(iter(tool.senders.values()))

    def add(self, name, make, want):
        self.cases.append(m.Case(self.tool.name, name, make, want))

    # The usual ways of a message. Each returns a maker of mail bytes.

    def mime(self, to=None, signer=None, data=None, **options):
        def make():
            message = self.tool.encrypt(data or m.entity(), to or [self.team], signer, **options)
            return m.mail((signer or self.who).address, m.encrypted(message))
        return make

    def inline(self, to=None, signer=None, encoding='8bit', text=m.TEXT, style=None, **options):
        def make():
            message = self.tool.encrypt(text.encode(), to or [self.team], signer, **options, **(style or {}))
            return m.mail((signer or self.who).address, m.inline(message, encoding))
        return make

    def signed(self, signer, frm=None, part=None, **options):
        def make():
            entity = part or m.signable()
            return m.mail(frm or signer.address, m.detached(entity, self.tool.detach(entity, signer, **options)))
        return make

    def clear(self, signer, encoding='8bit', text=m.TEXT, **options):
        return lambda: m.mail(signer.address, m.inline(self.tool.clear(text.encode(), signer, **options), encoding))

    def opaque(self, signer, text=m.TEXT, style=None, **options):
        return lambda: m.mail(signer.address, m.inline(self.tool.opaque(text.encode(), signer, **options, **(style or {}))))

    def body(self, make_body):
        return lambda: m.mail(self.who.address, make_body())


def keys(plan):
    """Every kind of key that signs, every kind of key that is encrypted to."""
    tool = plan.tool
    for kind, signer in tool.senders.items():
        plan.add('%s signs, PGP/MIME' % kind, plan.signed(signer), m.signed('pgp-mime', signer))
        plan.add('%s signs inside the encryption' % kind, plan.mime(signer=signer), m.whole('pgp-mime', BOTH, signer, integrity='mdc'))
        if tool.clears:
            plan.add('%s clear-signs' % kind, plan.clear(signer), m.signed('inline', signer, text=tool.clear_text))
        if tool.opaques:
            plan.add('%s signs, one-pass' % kind, plan.opaque(signer), m.signed('inline', signer))
    for kind in tool.recipients:
        plan.add('to %s, PGP/MIME' % kind, plan.mime([kind]), m.whole('pgp-mime', PLAIN, integrity='mdc', to=1))
        plan.add('to %s, inline, signed' % kind, plan.inline([kind], plan.who), m.whole('inline', BOTH, plan.who))


def shapes(plan):
    """The same message in every shape of mail."""
    tool, who, to = plan.tool, plan.who, [plan.team]
    text = m.TEXT.encode()
    part = m.signable()
    plan.add('binary in base64, PGP/MIME', plan.mime(signer=who, binary=True), m.whole('pgp-mime', BOTH, who))
    plan.add('a binary signature', plan.signed(who, binary=True), m.signed('pgp-mime', who))
    for encoding in ('8bit', 'base64', 'quoted-printable'):
        plan.add('inline, %s' % encoding, plan.inline(encoding=encoding), m.whole('inline', PLAIN))
        if tool.clears:
            plan.add('clear-signed, %s' % encoding, plan.clear(who, encoding), m.signed('inline', who, text=tool.clear_text))
    plan.add('a file is the whole mail', plan.body(lambda: m.file(tool.encrypt(text, to, who), 'report.txt.asc')), m.whole('attachment', BOTH, who))
    plan.add('a binary file is the whole mail', plan.body(lambda: m.file(tool.encrypt(text, to, binary=True))), m.whole('attachment', PLAIN))
    plan.add('a file beside a text', plan.body(lambda: m.beside(tool.encrypt(m.DATA, to))),
             m.part('partial', 'none', ('attachment', PLAIN, 'ok'), file=m.DATA))
    plan.add('a signed file beside a text', plan.body(lambda: m.beside(tool.encrypt(m.DATA, to, who, binary=True))),
             m.part('partial', 'partial', ('attachment', BOTH, 'ok'), file=m.DATA))
    plan.add('a file and its signature', plan.body(lambda: m.beside(m.DATA, 'evidence.pdf', t.attachment('evidence.pdf.asc', tool.detach(m.DATA, who)))),
             m.part('none', 'partial', ('attachment', VERIFY, 'ok'), signed_file=m.DATA))
    plan.add('mangled by Exchange', plan.body(lambda: m.mangled(tool.encrypt(m.entity(), to, who))), m.whole('mangled', BOTH, who))
    plan.add('signed, then encrypted', plan.body(lambda: m.encrypted(tool.encrypt(m.detached(part, tool.detach(part, who)), to))),
             m.want('whole', who, layers=[('pgp-mime', PLAIN, 'ok'), ('pgp-mime', VERIFY, 'ok')]))
    plan.add('encrypted, then signed: the carrier wrote nothing', plan.body(lambda: around(tool, who, tool.encrypt(m.entity(), to))),
             m.want('whole', None, layers=[('pgp-mime', VERIFY, 'ok'), ('pgp-mime', PLAIN, 'ok')]))
    plan.add('a text in ISO-2022-JP', plan.mime(signer=who, data=m.entity(charset='iso-2022-jp')), m.whole('pgp-mime', BOTH, who, text_charset='iso-2022-jp'))
    plan.add('a signed text in ISO-2022-JP', plan.signed(who, part=m.signable(charset='iso-2022-jp')), m.signed('pgp-mime', who, text_charset='iso-2022-jp'))
    plan.add('300 kB', plan.mime(signer=who, data=m.entity(m.LONG), **tool.unpadded), m.whole('pgp-mime', BOTH, who, text=m.LONG))


def around(tool, who, message):
    part = m.encrypted(message)[:-2]
    return m.detached(part, tool.detach(part, who))


def outcomes(plan):
    """What is not opened, or not verified, and the reason that must be named."""
    tool, who, to = plan.tool, plan.who, [plan.team]
    other = next((s for s in tool.senders.values() if s is not who), None)
    plan.add('to us and to a stranger', plan.mime(to + ['stranger'], who), m.whole('pgp-mime', BOTH, who, to=2))
    plan.add('to a stranger and to us', plan.inline(['stranger'] + to, who), m.whole('inline', BOTH, who, to=2))
    plan.add('to a stranger alone', plan.mime(['stranger'], who), m.refused('no-secret-key', to=1))
    plan.add('changed on its way', plan.body(lambda: m.encrypted(m.spoil(tool.encrypt(m.entity(), to, who, binary=True), -40))),
             m.refused('corrupt', says='changed or cut'))
    plan.add('cut short', plan.body(lambda: m.encrypted(tool.encrypt(m.entity(), to, who, binary=True)[:-60])), m.refused('corrupt'))
    plan.add('a signature by another address', plan.signed(who, frm='bob@elsewhere.example'),
             m.unverified('good-untrusted', who, matches=False, vouched=None))
    plan.add('changed after signing', lambda: plan.signed(who, part=m.signable(m.ASCII))().replace(b'192.0.2.7', b'192.0.2.8'),
             m.unverified('bad', text=m.ASCII.replace('192.0.2.7', '192.0.2.8')))
    if other:
        plan.add('signed by one key, sent by the other', plan.signed(who, frm=other.address),
                 m.unverified('good-untrusted', who, matches=False, vouched=None))


def common(tool):
    plan = Plan(tool)
    keys(plan)
    shapes(plan)
    outcomes(plan)
    return plan
