#!/usr/bin/env python3
"""Hostile texts in every field that a sender controls, in every view of the members' page: nothing runs, nothing is fetched, no element
comes out of a text, the strip with the verdicts is what it is for an honest mail, and the page stays usable."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402
from madopayloads import payloads  # noqa: E402

PASSWORD = 'a sentence is fine'
# Notes what must never happen, from the first moment of each document on.
WATCH = '''
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
window.alert = window.confirm = window.prompt = () => { window.pwned = 1; };
'''
# What stands in a view that the page's own code did not make: elements that it never makes, attributes that it never sets, addresses
# that lead elsewhere.
FOREIGN = '''
const bad = [];
const known = new Set(['A','ABBR','ARTICLE','ASIDE','B','BDI','BODY','BUTTON','CAPTION','CODE','DD','DETAILS','DIALOG','DIV','DL','DT','FIELDSET','FORM','H1','H2','H3','H4',
  'HEAD','HEADER','HTML','INPUT','KBD','LABEL','LEGEND','LI','LINK','MAIN','META','NAV','NOSCRIPT','OL','OPTGROUP','OPTION','P','PRE','SCRIPT','SECTION','SELECT','SPAN',
  'SUMMARY','TABLE','TBODY','TD','TEXTAREA','TH','THEAD','TIME','TITLE','TR','UL','svg','rect','title']);
for (const e of document.querySelectorAll('*')) {
  if (!known.has(e.tagName)) bad.push('element ' + e.tagName);
  for (const a of e.attributes) {
    if (a.name === 'style' && e.matches('ol.rows') && /^(padding-(top|bottom): [0-9.]+px; ?)*$/.test(a.value)) continue; // room for rows that are not drawn
    if (a.name.startsWith('on') || a.name === 'style' || a.name === 'srcdoc') bad.push('attribute ' + a.name);
    if ((a.name === 'href' || a.name === 'src' || a.name === 'action') && !/^(#\\/|#main|\\/)/.test(a.value)) bad.push(a.name + ' ' + a.value.slice(0, 80));
  }
}
for (const e of document.querySelectorAll('.stranger script, .stranger a, .stranger img, .stranger form')) bad.push('in the stranger\\'s box: ' + e.tagName);
if (document.querySelectorAll('script').length !== 1) bad.push('another script');
return [bad, window.violations || [], window.pwned === undefined];
'''


class Siege:
    def __init__(self, tap):
        self.tap = tap
        port = b.free_port()
        self.site = 'http://127.0.0.1:%d' % port
        self.canned = t.short_dir('c')
        self.demo = t.Demo({('reply', 'canned'): self.canned}, web='inet:127.0.0.1:%d' % port)
        self.demo.cli('members', 'add', 'hanako', '--role', 'administrator')
        invitation = json.loads(self.demo.cli('members', 'invite', 'hanako', '--json').out)['invitation']
        self.driver = b.Driver()
        self.page = self.driver.open()
        self.page.ask('POST', '/goog/cdp/execute', {'cmd': 'Page.addScriptToEvaluateOnNewDocument', 'params': {'source': WATCH}})
        self.page.set_up('%s/#/invitation/%s' % (self.site, invitation), PASSWORD)
        self.page.wait_text('Queue', 'main h1')

    def send(self, number, payload):
        """One mail with @payload wherever a sender can put something."""
        clean = payload.replace('\x00', '').replace('\r', ' ').replace('\n', ' ')
        word = t.b64_word(clean) if hasattr(t, 'b64_word') else encoded(clean)
        frm = 'reporter%d@reporter.example' % number
        entity = ('Content-Type: multipart/mixed; boundary=BB\r\n\r\n--BB\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s'
                  '\r\n--BB\r\nContent-Type: application/octet-stream; name="%s"\r\nContent-Disposition: attachment; filename="%s"\r\n\r\nbytes\r\n--BB--\r\n'
                  % (base64_lines('Mail %d says:\n%s\nhttp://evil.example/%s\n' % (number, payload, clean[:40].replace(' ', ''))), word, word))
        raw = ('From: %s <%s>\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: %s\r\nDate: Sat, 21 Nov 2026 10:00:00 +0900\r\nReply-To: %s <%s>\r\n'
               'X-Case: %s\r\nMIME-Version: 1.0\r\n%s' % (word, frm, t.TEAM, word, t.message_id(), word, frm, word, entity)).encode('utf-8', 'replace')
        return self.demo.send(raw, frm)

    def send_giants(self, number):
        """A subject of a megabyte, and ten thousand parts: the numbers of what came of them."""
        frm = 'reporter%d@reporter.example'
        head = 'From: %s\r\nTo: %s\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\n'
        subject = '\r\n '.join(['<b>%s</b>' % ('s' * 900)] * 1150)
        long = (head % (frm % number, t.TEAM, t.message_id()) + 'Subject: %s\r\n\r\nMail %d says: long\r\n' % (subject, number)).encode()
        parts = ''.join('--BB\r\nContent-Type: text/html; name="<script>window.pwned=1</script>%d.html"\r\n\r\n<p>%d\r\n' % (i, i) for i in range(9990))
        many = (head % (frm % (number + 1), t.TEAM, t.message_id()) + 'Subject: many\r\nContent-Type: multipart/mixed; boundary=BB\r\n\r\n%s--BB--\r\n' % parts).encode()
        return [self.demo.send(long, frm % number), self.demo.send(many, frm % (number + 1))]

    def odd_policy(self, texts):
        """Rules and canned texts called as strangers call things: what the team itself writes is text, too."""
        lines, seen = [], set()
        for text in texts:
            clean = ''.join(c for c in text if c.isprintable() and c not in '[]\\;,').strip().encode('utf-8', 'replace')[:60].decode('utf-8', 'ignore').strip()
            if clean and clean[0] != '-' and clean not in seen:
                seen.add(clean)
                lines.append('[rule %s]\nwords = w%d; %s\ntags = odd\nout-of-scope-en = %s\n' % (clean, len(seen), clean[:20], clean))
        with open(self.demo.setting('triage', 'rules'), 'w', encoding='utf-8') as file:
            file.write(''.join(lines))
        with open(self.canned + '/odd.en.txt', 'w', encoding='utf-8') as file:
            file.write('Subject: <img src=x onerror=alert(1)>\n\n<script>window.pwned=1</script>\n<a href="javascript:alert(1)">x</a>\n')
        done = self.demo.cli('policy', 'reload')
        self.tap.ok(done.status == 0 and len(seen) > 100, 'rules with odd names are read', done)
        self.page.go(self.site + '/#/policy?ticket=1')
        self.page.find('.trial h4')
        self.page.run("document.querySelectorAll('.view-policy details').forEach((one) => { one.open = true; });"
                      "document.querySelector('section[aria-labelledby=canned-title] button').click()")
        self.tap.ok(self.page.wait_text('javascript:alert(1)', '.cells .preview'), 'a canned text is shown as it is written')
        names = self.page.run("return [...document.querySelectorAll('section[aria-labelledby=rules-title] details')].find((d) => d.querySelector('.pairs'))"
                              ".querySelectorAll('tbody tr').length")
        self.tap.equal(names, len(seen), 'so is every rule')
        self.check('the view #/policy', '.cells')
        self.tap.ok(self.page.run('return document.documentElement.scrollWidth - innerWidth') <= 0, 'nothing stands out of it')

    def check(self, name, ready):
        """The view that is shown now."""
        self.page.find(ready)
        bad, violations, is_quiet = self.page.run(FOREIGN)
        return self.tap.ok(bad == [] and violations == [] and is_quiet, name, (bad[:5], violations[:5], is_quiet))


def base64_lines(text):
    import base64
    return base64.encodebytes(text.encode('utf-8', 'replace')).decode().replace('\n', '\r\n')


def encoded(text):
    """RFC 2047, in pieces of 40 bytes of text at most."""
    import base64
    pieces, piece = [], ''
    for letter in text[:3000]:
        if len((piece + letter).encode('utf-8', 'replace')) > 39:
            pieces.append(piece)
            piece = ''
        piece += letter
    pieces.append(piece)
    return '\r\n '.join('=?utf-8?B?%s?=' % base64.b64encode(p.encode('utf-8', 'replace')).decode() for p in pieces)


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    siege = Siege(tap)
    texts = payloads()
    tap.ok(len(texts) >= 150, 'there are at least 150 texts', len(texts))
    tap.equal(siege.send(0, 'an honest mail'), [250], 'an honest mail')
    taken = [siege.send(i + 1, text) for i, text in enumerate(texts)]
    tap.ok(all(code == [250] for code in taken), 'every one of %d is taken' % len(texts), [i for i, c in enumerate(taken) if c != [250]])
    giants = siege.send_giants(len(texts) + 1)
    tap.equal(giants, [[250], [250]], 'so are a subject of a megabyte and a mail of ten thousand parts')
    page = siege.page
    settled = t.wait_for(lambda: page.run_async("const done = arguments[0]; fetch('/api/v1/account').then((a) => a.json()).then((a) => done(a.states.pending === 0 "
                                                "&& a.accepted > %d ? a : null))" % (len(texts) + 2)), 120)
    held = page.run_async("const done = arguments[0]; fetch('/api/v1/held').then((a) => a.json()).then((a) => done(a.items.map((i) => [i.reason, i.subject])))")
    tap.ok(settled and settled['balanced'] and sorted(reason for reason, _ in held) == ['limit', 'unconfirmed-tag'],
           'and settled; a subject of a megabyte is over a limit, and who names a ticket of ours waits for a yes', held)
    items = page.run_async("const done = arguments[0]; fetch('/api/v1/incidents?limit=1000').then((a) => a.json()).then((a) => done(a.items.map((i) => [i.number, i.reporter])))")
    numbers = {int(reporter.split('@')[0][8:]): number for number, reporter in items if reporter and reporter.startswith('reporter')}
    tap.equal(len(numbers), len(texts) + 2, 'each but the last of these is an incident')
    page.go(siege.site + '/#/')
    siege.check('the queue', '.row')
    seen = {}
    walk = ("const there = [...document.querySelectorAll('.row')].map((row) => row.dataset.number); scrollBy(0, 500);"
            "const more = [...document.querySelectorAll('main button')].find((x) => x.innerText === 'Show more' && !x.hidden); if (more) more.click();"
            "return [there, (() => {%s})()];" % FOREIGN)
    go_up = ("const above = document.querySelector('button.above'); if (above && !above.hidden) above.click(); else scrollTo(0, 0);"
             "return scrollY === 0 && (!above || above.hidden)")
    for step in range(6 * len(numbers)):
        if step % (2 * len(numbers)) == 0:
            t.wait_for(lambda: page.run(go_up), 20) # what is answered meanwhile goes up
        there, foreign = page.run(walk)
        seen.update((number, foreign) for number in there)
        if len(seen) == len(numbers) or foreign != [[], [], True]:
            break
    tap.ok(len(seen) == len(numbers), 'all of them stand in it', sorted(set(numbers.values()) - set(seen)))
    tap.equal([one for one in seen.items() if one[1] != [[], [], True]], [], 'and nothing foreign in any of its rows')
    siege.check('the whole queue', '.row')
    wide = page.run('return document.documentElement.scrollWidth - innerWidth')
    tap.ok(wide <= 0, 'nothing stands out of the page', wide)
    page.go('%s/#/incidents/%s' % (siege.site, numbers[0]))
    page.find('.strip')
    honest = page.run("return document.querySelector('.strip > p').outerHTML")
    failed = []
    for i, text in enumerate(texts):
        if i + 1 not in numbers:
            continue
        page.go('%s/#/incidents/%s' % (siege.site, numbers[i + 1]))
        t.wait_for(lambda n=numbers[i + 1]: n in page.text('.incident-top .ticket'), 20)
        page.find('.strip')
        bad, violations, is_quiet = page.run(FOREIGN)
        strip = page.run("return document.querySelector('.strip > p').outerHTML")
        shown = page.run("return document.querySelector('.stranger .text').textContent")
        place = page.run("const s = document.querySelector('.strip').getBoundingClientRect(), x = document.querySelector('.stranger').getBoundingClientRect();"
                         "return s.bottom <= x.top + 1 && s.height > 10 && x.width <= innerWidth")
        if bad or violations or not is_quiet or strip != honest or ('Mail %d says' % (i + 1)) not in shown or not place:
            failed.append((text[:60], bad[:3], violations[:3], is_quiet, strip == honest, place))
    tap.equal(failed, [], 'each of %d incidents: nothing runs, nothing is fetched, the verdicts are untouched, the text is there' % len(numbers))
    for number, name in ((len(texts) + 1, 'a subject of a megabyte'), (len(texts) + 2, 'ten thousand parts')):
        page.go('%s/#/incidents/%s' % (siege.site, numbers[number]))
        t.wait_for(lambda n=numbers[number]: n in page.text('.incident-top .ticket'), 60)
        siege.check('an incident with ' + name, '.strip')
        wide = page.run('return [document.documentElement.scrollWidth - innerWidth, document.querySelector(".incident-top").getBoundingClientRect().height]')
        tap.ok(wide[0] <= 0 and wide[1] < 400, 'and it is no larger than others', wide)
    for path, ready in (('#/search?q=evil.example', '.rows li'), ('#/search?q=says', '.rows li'), ('#/overview', '.plots'), ('#/team', 'table')):
        page.go('%s/%s' % (siege.site, path))
        siege.check('the view ' + path, ready)
    siege.odd_policy(texts)
    page.press('g')
    tap.ok(page.wait_text('Queue', 'main h1'), 'the page is usable after all that')
    bad = [line['message'] for line in page.console() if '401' not in line['message']]
    tap.equal(bad, [], 'the browser complained of nothing')
    siege.driver.close()
    tap.equal(siege.demo.stop(), 0, 'everything ends in order')
    tap.done()


if __name__ == '__main__':
    main()
