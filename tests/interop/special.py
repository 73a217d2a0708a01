"""What only one implementation makes: compressions, ciphers, hashes, passphrases, hidden recipients, the new formats."""
import mails as m
from plan import BOTH, PLAIN

SOUND = ('SHA224', 'SHA256', 'SHA384', 'SHA512')
WEAK = ('SHA1', 'RIPEMD160', 'MD5')
NEW_MESSAGE = 'RFC 9580'
PASSWORD = b'correct horse'


def hashes(plan, signer, option, sound, weak, unknown=()):
    for name in sound:
        plan.add('hash %s' % name, plan.mime(signer=signer, options=option(name)), m.whole('pgp-mime', BOTH, signer, hash=[name]))
        plan.add('hash %s, PGP/MIME' % name, plan.signed(signer, options=option(name)), m.signed('pgp-mime', signer, hash=[name]))
    for name in weak:
        plan.add('hash %s is not accepted' % name, plan.signed(signer, options=option(name)), m.unverified('unsupported', says='hash', hash=[name]))
    for name in unknown:
        plan.add('hash %s is not known' % name, plan.signed(signer, options=option(name)), m.unverified('unsupported', says='does not know or does not accept'))


def gpg(plan):
    tool, who, rsa = plan.tool, plan.who, plan.tool.senders['rsa2048']
    for name in ('none', 'zip', 'zlib', 'bzip2'):
        option = ('--compress-algo', name)
        for binary in (False, True):
            how = ', binary' if binary else ''
            plan.add('compressed by %s%s' % (name, how), plan.mime(signer=who, binary=binary, options=option), m.whole('pgp-mime', BOTH, who))
        plan.add('signed, compressed by %s' % name, plan.opaque(who, options=option), m.signed('inline', who))
        plan.add('inline, compressed by %s' % name, plan.inline(options=option), m.whole('inline', PLAIN))
    for name in ('AES', 'AES192', 'AES256', '3DES', 'CAST5', 'BLOWFISH', 'TWOFISH', 'CAMELLIA128', 'CAMELLIA192', 'CAMELLIA256', 'IDEA'):
        plan.add('cipher %s' % name, plan.mime(signer=who, options=('--cipher-algo', name)), m.whole('pgp-mime', BOTH, who, integrity='mdc'))
    hashes(plan, rsa, lambda name: ('--digest-algo', name), SOUND, WEAK[:2])
    plan.add('a text signature in one message', plan.opaque(who, text=m.TEXT, options=('--textmode',)), m.signed('inline', who))
    plan.add('a text signature, PGP/MIME', plan.signed(who, text=True), m.signed('pgp-mime', who))
    plan.add('a text signature inside the encryption', plan.mime(signer=who, text=True), m.whole('pgp-mime', BOTH, who))
    plan.add('a text signature, inline', plan.inline(signer=who, options=('--textmode',)), m.whole('inline', BOTH, who))
    plan.add('white space at line ends, clear-signed', plan.clear(who, text='a 192.0.2.7  \n\t\nb\t\n'), m.signed('inline', who, text='a 192.0.2.7\n\nb\n'))
    plan.add('a long line', plan.inline(signer=who, text='192.0.2.7 ' * 500 + '\n'), m.whole('inline', BOTH, who, text='192.0.2.7 ' * 500 + '\n'))
    plan.add('no line end', plan.inline(signer=who, text='192.0.2.7'), m.whole('inline', BOTH, who, text='192.0.2.7'))
    plan.add('two signers', plan.mime(signer=who, options=('-u', rsa.secret)), m.whole('pgp-mime', BOTH, who))
    plan.add('two signers, PGP/MIME', plan.signed(rsa, options=('-u', who.secret)), m.signed('pgp-mime', rsa))
    plan.add('two signers, clear', plan.clear(who, options=('-u', rsa.secret)), m.signed('inline', who))
    plan.add('a notation and a policy', plan.signed(who, options=('--set-notation', 'a@b.example=c', '--set-policy-url', 'https://b.example/')),
             m.signed('pgp-mime', who))
    plan.add('a signature that will expire', plan.signed(who, options=('--default-sig-expire', '1y')), m.signed('pgp-mime', who))
    plan.add('a name for the text', plan.inline(options=('--set-filename', '../evil')), m.whole('inline', PLAIN))
    plan.add('for your eyes only', plan.mime(signer=who, options=('--for-your-eyes-only',)), m.whole('pgp-mime', BOTH, who))
    plan.add('comments in the armour', plan.inline(signer=who, options=('--comment', '\u5831\u544a', '--emit-version')), m.whole('inline', BOTH, who))
    for name in ('--rfc4880', '--openpgp', '--pgp8'):
        plan.add(name[2:], plan.mime(signer=rsa, to=['rsa2048'], options=(name,)), m.whole('pgp-mime', BOTH, rsa))
    for name in ('--pgp6', '--pgp7'):
        plan.add(name[2:], plan.mime(signer=rsa, to=['rsa2048'], options=(name,)), m.want('whole', None, signature='unsupported', says='hash', hash=['SHA1']))
    plan.add('a hidden recipient', plan.mime(signer=who, hidden=True), m.whole('pgp-mime', BOTH, who, to=1))
    plan.add('hidden recipients, we are the last', plan.inline(['stranger', 'rsa2048'], who, hidden=True), m.whole('inline', BOTH, who, to=2))
    plan.add('key ids thrown away', plan.mime(['ed25519', 'stranger'], options=('--throw-keyids',)), m.whole('pgp-mime', PLAIN, to=2))
    plan.add('a hidden stranger', plan.mime(['stranger'], who, hidden=True), m.refused('no-secret-key', says='hides'))
    symmetric = lambda *words: lambda: m.mail(who.address, m.encrypted(tool.gpg.run(
        '--pinentry-mode', 'loopback', '--passphrase', 'x', '--armor', *words, stdin=m.entity())[0]))
    plan.add('with a passphrase', symmetric('-c'), m.refused('unsupported', says='passphrase'))
    plan.add('with a passphrase, signed', symmetric('-c', '-s', '-u', who.secret), m.refused('unsupported', says='passphrase'))
    plan.add('with a passphrase and to us', symmetric('-c', '-e', '-r', tool.team_fingerprints['ed25519']), m.whole('pgp-mime', PLAIN, says='passphrase'))


def gpg1(plan):
    tool, who = plan.tool, plan.who
    rsa = tool.senders['rsa2048']
    for name in ('none', 'zip', 'zlib', 'bzip2'):
        plan.add('compressed by %s' % name, plan.mime(signer=who, options=('--compress-algo', name)), m.whole('pgp-mime', BOTH, who))
    plan.add('without integrity protection', plan.mime(signer=who, options=('--disable-mdc',)), m.refused('no-integrity', integrity='none'))
    plan.add('without integrity protection, inline', plan.inline(options=('--disable-mdc', '--cipher-algo', '3DES')), m.refused('no-integrity'))
    for name in ('3DES', 'CAST5', 'BLOWFISH', 'IDEA'):
        plan.add('cipher %s' % name, plan.mime(signer=who, options=('--cipher-algo', name, '--force-mdc')), m.whole('pgp-mime', BOTH, who))
    plan.add('a signature of version 3', plan.signed(rsa, options=('--force-v3-sigs',)), m.signed('pgp-mime', rsa))
    plan.add('version 3, clear-signed', plan.clear(rsa, options=('--force-v3-sigs',)), m.signed('inline', rsa))
    plan.add('version 3 inside the encryption', plan.mime(signer=rsa, options=('--force-v3-sigs',)), m.whole('pgp-mime', BOTH, rsa))
    hashes(plan, rsa, lambda name: ('--digest-algo', name), SOUND, WEAK[:2], WEAK[2:])
    plan.add('pgp2', plan.signed(rsa, options=('--rfc1991', '--digest-algo', 'MD5')), m.unverified('unsupported', says='does not accept'))


def sq(plan):
    who = plan.who
    for name in ('none', 'pad', 'zip', 'zlib', 'bzip2'):
        for binary in (False, True):
            plan.add('compression %s%s' % (name, ', binary' if binary else ''), plan.mime(signer=who, binary=binary, options=('--compression', name)),
                     m.whole('pgp-mime', BOTH, who))
    for name in ('zip', 'zlib', 'bzip2'):
        plan.add('300 kB, %s' % name, plan.mime(signer=who, data=m.entity(m.LONG), options=('--compression', name)),
                 m.whole('pgp-mime', BOTH, who, text=m.LONG))
    # How much GnuPG 2.2 reads of padded data hangs on where its pieces end: it opens some, and takes others for changed.
    for size in (700000, 800000, 900000, 1000000):
        text = (m.LONG * 4).encode()[:size].decode(errors='ignore')
        plan.add('%d letters, padded' % size, plan.inline(signer=who, text=text), [m.refused('corrupt', says='padding'), m.whole('inline', BOTH, who, text=text),
                 m.want('whole', None, text=text, signature='unsupported', says='did not check')])
        text += '\n'
        plan.add('%d letters, padded, not signed' % size, plan.inline(text=text), [m.refused('corrupt', says='padding'), m.whole('inline', PLAIN, text=text)])
    plan.add('for transport', plan.mime(signer=who, options=('--mode', 'transport')), m.whole('pgp-mime', BOTH, who))
    plan.add('a notation', plan.signed(who, options=('--notation', 'a@b.example', 'c')), m.signed('pgp-mime', who))


def sop(plan):
    """The switches that all SOP programs have."""
    tool, who = plan.tool, plan.who
    plan.add('a text signature, PGP/MIME', plan.signed(who, text=True), m.signed('pgp-mime', who))
    plan.add('as text, inside the encryption', plan.mime(signer=who, text=True), m.whole('pgp-mime', BOTH, who))
    plan.add('as text with CR LF, inline', plan.inline(signer=who, text=m.TEXT.replace('\n', '\r\n'), style={'text': True}), m.whole('inline', BOTH, who))
    # A text signature over bare line feeds in a literal packet that says "binary": GnuPG 2.2 counts them as they are.
    strict = tool.name != 'gosop'
    plan.add('as text with line feeds, inline', plan.inline(signer=who, style={'text': True}), m.want(
        'whole', None, signature='bad') if strict else m.whole('inline', BOTH, who))
    if tool.opaques:
        plan.add('as text with line feeds, one-pass', plan.opaque(who, style={'text': True}), m.unverified('bad'))
        plan.add('as text with CR LF, one-pass', plan.opaque(who, text=m.TEXT.replace('\n', '\r\n'), style={'text': True}), m.signed('inline', who))
    plan.add('with a passphrase', lambda: m.mail(who.address, m.encrypted(tool.encrypt(m.entity(), [], password=PASSWORD))),
             m.refused('unsupported', says='passphrase'))
    if tool.name != 'gosop': # with a passphrase it forgets the keys
        plan.add('with a passphrase and to us', plan.mime(signer=who, password=PASSWORD), m.whole('pgp-mime', BOTH, who, says='passphrase'))


def gosop(plan):
    """GopenPGP signs with SHA-256 whatever the key: GnuPG wants more for the larger curves."""
    sop(plan)
    for case in plan.cases:
        kind, _, rest = case.name.partition(' ')
        if rest == 'signs inside the encryption' and kind in ('nistp384', 'nistp521', 'brainpoolP384r1', 'brainpoolP512r1'):
            case.want.update(signature='unsupported', signer=None, says='hash')


def rnp(plan):
    tool, who, rsa = plan.tool, plan.who, plan.tool.senders['rsa2048']
    for name in ('--zip', '--zlib', '--bzip'):
        for binary in (False, True):
            plan.add('compressed by %s%s' % (name[2:], ', binary' if binary else ''), plan.mime(signer=who, binary=binary, options=(name, '-z', '6')),
                     m.whole('pgp-mime', BOTH, who))
        plan.add('signed, compressed by %s' % name[2:], plan.opaque(who, options=(name, '-z', '9')), m.signed('inline', who))
    plan.add('not compressed', plan.mime(signer=who, options=('-z', '0')), m.whole('pgp-mime', BOTH, who))
    for name in ('AES128', 'AES192', 'AES256', 'TRIPLEDES', 'CAST5', 'BLOWFISH', 'TWOFISH', 'CAMELLIA128', 'CAMELLIA192', 'CAMELLIA256', 'IDEA'):
        plan.add('cipher %s' % name, plan.mime(signer=who, options=('--cipher', name)), m.whole('pgp-mime', BOTH, who, integrity='mdc'))
    plan.add('cipher SM4', plan.mime(signer=who, options=('--cipher', 'SM4')), m.refused('unsupported', says='does not know'))
    for name in ('OCB', 'EAX'):
        for cipher in ('AES128', 'AES256'):
            plan.add('AEAD %s, %s' % (name, cipher), plan.mime(signer=who, options=('--aead=' + name, '--cipher', cipher)),
                     m.whole('pgp-mime', BOTH, who, integrity='aead'))
        plan.add('300 kB, AEAD %s' % name, plan.mime(signer=who, data=m.entity(m.LONG), options=('--aead=' + name,)),
                 m.whole('pgp-mime', BOTH, who, text=m.LONG, integrity='aead'))
        plan.add('AEAD %s, inline' % name, plan.inline(signer=who, options=('--aead=' + name,)), m.whole('inline', BOTH, who, integrity='aead'))
    hashes(plan, rsa, lambda name: ('--hash', name), SOUND, WEAK[:2], WEAK[2:] + ('SHA3-256', 'SHA3-512', 'SM3'))
    plan.add('with a passphrase', lambda: m.mail(who.address, m.encrypted(tool.call(m.entity(), '--symmetric', '--password', 'x'))),
             m.refused('unsupported', says='passphrase'))
    plan.add('with a passphrase and to us', plan.mime(options=('--symmetric', '--password', 'x')), m.whole('pgp-mime', PLAIN, says='passphrase'))
    plan.add('two signers', plan.mime(signer=who, options=('-u', rsa.secret)), m.whole('pgp-mime', BOTH, who))


def openpgpjs(plan):
    tool, who = plan.tool, plan.who
    for name in ('uncompressed', 'zip', 'zlib'):
        plan.add('compression %s' % name, plan.mime(signer=who, config={'preferredCompressionAlgorithm': name}), m.whole('pgp-mime', BOTH, who))
    for name in ('aes128', 'aes192', 'aes256'):
        plan.add('cipher %s' % name, plan.mime(signer=who, config={'preferredSymmetricAlgorithm': name}), m.whole('pgp-mime', BOTH, who))
    for name in ('sha256', 'sha384', 'sha512'):
        plan.add('hash %s' % name, plan.signed(who, config={'preferredHashAlgorithm': name}), m.signed('pgp-mime', who))
    plan.add('as text, PGP/MIME', lambda: m.mail(who.address, m.encrypted(tool.encrypt(m.entity(), [plan.team], who, text=True))), m.whole('pgp-mime', BOTH, who))
    plan.add('as text, one-pass', lambda: m.mail(who.address, m.inline(tool.opaque(m.TEXT.encode(), who, text=True))), m.signed('inline', who))
    plan.add('a text signature, PGP/MIME', plan.signed(who, text=True), m.signed('pgp-mime', who))
    plan.add('streamed, partial lengths', plan.mime(signer=who, data=m.entity(m.LONG), stream=True), m.whole('pgp-mime', BOTH, who, text=m.LONG))
    plan.add('streamed, binary', plan.mime(signer=who, data=m.entity(m.LONG), stream=True, binary=True), m.whole('pgp-mime', BOTH, who, text=m.LONG))
    plan.add('a hidden recipient', plan.mime(signer=who, hidden=True), m.whole('pgp-mime', BOTH, who, to=1))
    plan.add('a hidden recipient, inline', plan.inline(['rsa2048'], hidden=True), m.whole('inline', PLAIN, to=1))
    plan.add('a hidden stranger', plan.mime(['stranger'], hidden=True), m.refused('no-secret-key', says='hides'))
    plan.add('with a passphrase and to us', plan.mime(signer=who, passwords=['x']), m.whole('pgp-mime', BOTH, who, says='passphrase'))
    plan.add('with a passphrase', lambda: m.mail(who.address, m.encrypted(tool.call('encrypt', m.entity(), passwords=['x']))),
             m.refused('unsupported', says='passphrase'))


def openpgpjs6(plan):
    """RFC 9580: version 6 keys and signatures, the new curves, and messages that GnuPG 2.2 cannot read."""
    openpgpjs(plan)
    tool, who = plan.tool, plan.who
    for kind, sender in tool.newer.items():
        says = 'RFC 9580' if 'v6' in kind else 'does not know'
        plan.add('%s signs, PGP/MIME' % kind, plan.signed(sender), m.unverified('unsupported', says=says))
        plan.add('%s clear-signs' % kind, plan.clear(sender), m.unverified('unsupported', says=says, text=tool.clear_text))
        plan.add('%s signs, one-pass' % kind, plan.opaque(sender), m.unverified('unsupported', says=says) if 'v4' in kind else
                 m.want('none', None, '', signature='unsupported', reason='unsupported', says=says))
        plan.add('%s signs inside the encryption' % kind, plan.mime(signer=sender), m.want('whole', None, signature='unsupported', says=says)
                 if 'v4' in kind else m.refused('unsupported', says=says))
        plan.add('to us and to %s' % kind, plan.mime([plan.team, sender.public.decode()], who), m.whole('pgp-mime', BOTH, who, to=2))
        plan.add('to %s alone' % kind, plan.mime([sender.public.decode()], who), m.refused('unsupported'))
    for name in ('eax', 'ocb', 'gcm'):
        config = {'aeadProtect': True, 'preferredAEADAlgorithm': name}
        plan.add('version 2, %s, to a key of ours' % name, plan.mime([tool.name + ' aead'], who, config=config), m.refused('unsupported', says=NEW_MESSAGE, to=1))
        plan.add('version 2, %s, with a passphrase' % name, lambda config=config: m.mail(who.address, m.encrypted(
            tool.call('encrypt', m.entity(), passwords=['x'], config=config))), m.refused('unsupported', says=NEW_MESSAGE))


def openpgpjs5(plan):
    openpgpjs(plan)
    tool, who = plan.tool, plan.who
    for name in ('eax', 'ocb'):
        config = {'aeadProtect': True, 'preferredAEADAlgorithm': name}
        plan.add('tag 20, %s' % name, plan.mime([tool.name + ' aead'], who, config=config), m.whole('pgp-mime', BOTH, who, integrity='aead'))


SPECIAL = {'gpg': gpg, 'gpg1': gpg1, 'sq': sq, 'sqop': sop, 'pgpainless': sop, 'gosop': gosop, 'rnp': rnp, 'OpenPGP.js': openpgpjs6, 'OpenPGP.js 5': openpgpjs5}
