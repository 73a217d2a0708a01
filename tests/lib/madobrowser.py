"""Drives Debian's Chromium by its WebDriver (W3C WebDriver 2), with nothing but the standard library."""
import atexit
import base64
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import madotest as t
import madoweb as w
from madopostfix import free_port

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
KEYS = {'space': ' ', 'enter': '\ue007', 'tab': '\ue004', 'escape': '\ue00c', 'shift': '\ue008'}


def why_not():
    """Why browsers cannot be tried here; None when they can."""
    for name in ('chromium', 'chromedriver'):
        if shutil.which(name) is None:
            return name + ' is not installed'
    return None


class WebDriverError(Exception):
    pass


class Driver:
    """One chromedriver; `open` makes windows with cookies of their own."""

    def __init__(self):
        self.port = free_port()
        self.top = t.short_dir('c')
        self.log = open(self.top + '/driver.log', 'wb')
        self.process = subprocess.Popen(['chromedriver', '--port=%d' % self.port], stdout=self.log, stderr=self.log, start_new_session=True)
        self.pages = []
        atexit.register(self.close)
        if not t.wait_for(self.is_ready, 30):
            raise WebDriverError('chromedriver does not start')

    def is_ready(self):
        try:
            return self.ask('GET', '/status')['ready']
        except OSError:
            return False

    def ask(self, method, path, content=None):
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request('http://127.0.0.1:%d%s' % (self.port, path), data, {'Content-Type': 'application/json'}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())['value']
        except urllib.error.HTTPError as error:
            value = json.loads(error.read())['value']
            raise WebDriverError('%s: %s' % (value.get('error'), value.get('message', '')[:600])) from None

    def open(self, width=1280, height=900, language='en', dark=False):
        arguments = ['--headless=new', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage', '--disable-background-networking',
                     '--window-size=%d,%d' % (width, height), '--lang=' + language, '--user-data-dir=%s/p%d' % (self.top, len(self.pages)),
                     '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--accept-lang=' + language]
        if os.geteuid() == 0:
            arguments.append('--no-sandbox')
        if dark:
            arguments.append('--force-dark-mode')
        page = Page(self, self.ask('POST', '/session', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments, 'binary': shutil.which('chromium')},
            'goog:loggingPrefs': {'browser': 'ALL'}}}})['sessionId'])
        page.size(width, height)
        self.pages.append(page)
        return page

    def close(self):
        for page in self.pages:
            page.quit()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


class Page:
    def __init__(self, driver, session):
        self.driver, self.session, self.is_open = driver, session, True

    def ask(self, method, path, content=None):
        return self.driver.ask(method, '/session/%s%s' % (self.session, path), content)

    def quit(self):
        if self.is_open:
            self.is_open = False
            try:
                self.ask('DELETE', '')
            except (OSError, WebDriverError):
                pass

    def go(self, url):
        self.ask('POST', '/url', {'url': url})

    def set_up(self, link, password):
        """As who was invited by @link: sets a password, and a second device by its secret, which is returned."""
        self.go(link)
        self.type('#password', password)
        self.click('form.entrance button[type=submit]')
        self.find('#secret')
        secret = self.text('#secret').replace(' ', '')
        self.type('#code', w.totp(secret))
        self.click('form.entrance button[type=submit]')
        return secret

    def size(self, width, height):
        """The viewport's, which has no least width."""
        self.ask('POST', '/goog/cdp/execute', {'cmd': 'Emulation.setDeviceMetricsOverride', 'params': {
            'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': width < 600}})

    def run(self, script, *arguments):
        return self.ask('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def run_async(self, script, *arguments):
        return self.ask('POST', '/execute/async', {'script': script, 'args': list(arguments)})

    def find_all(self, css):
        return [found[ELEMENT] for found in self.ask('POST', '/elements', {'using': 'css selector', 'value': css})]

    def find(self, css, seconds=20):
        """Waits until there is one that can be seen; its id."""
        def look():
            return next((e for e in self.find_all(css) if self.is_shown(e)), None)
        found = t.wait_for(look, seconds)
        if found is None:
            raise WebDriverError('%s is not there; the page says: %s' % (css, self.text('body')[:1500]))
        return found

    def is_shown(self, element):
        try:
            return self.ask('GET', '/element/%s/displayed' % element)
        except WebDriverError:
            return False

    def click(self, css, seconds=20):
        def act():
            element = self.find(css, seconds)
            self.run("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: element})  # out from under what sticks at the top
            self.ask('POST', '/element/%s/click' % element, {})
        self.again(act)

    def type(self, css, text, clear=True):
        def act():
            element = self.find(css)
            if clear:
                self.ask('POST', '/element/%s/clear' % element, {})
            self.ask('POST', '/element/%s/value' % element, {'text': text})
        self.again(act)

    def again(self, act):
        """What is drawn anew while we look at it is looked for again."""
        for _ in range(20):
            try:
                return act()
            except WebDriverError as error:
                if 'stale' not in str(error) and 'intercepted' not in str(error) and 'not interactable' not in str(error):
                    raise
                time.sleep(0.05)
        return act()

    def choose(self, css, value):
        self.run("const s = document.querySelector(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change', {bubbles: true}));", css, value)

    def press(self, *keys):
        """Keys for whatever has the focus: 'j', 'enter', 'shift+tab'."""
        actions = []
        for key in keys:
            chord = [KEYS.get(k, k) for k in (key.split('+') if len(key) > 1 else [key])]
            actions += [{'type': 'keyDown', 'value': k} for k in chord] + [{'type': 'keyUp', 'value': k} for k in reversed(chord)]
        self.ask('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': actions}]})

    def text(self, css):
        return self.run("const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", css) or ''

    def wait_text(self, piece, css='body', seconds=20):
        return t.wait_for(lambda: piece in self.text(css), seconds)

    def screenshot(self, path, whole=False):
        if whole:
            size = self.run('return [innerWidth, Math.min(6000, document.documentElement.scrollHeight)]')
            self.size(*size)
        with open(path, 'wb') as file:
            file.write(base64.b64decode(self.ask('GET', '/screenshot')))

    def console(self):
        """What the browser complained of since the last call."""
        return [line for line in self.ask('POST', '/se/log', {'type': 'browser'}) if line['level'] in ('SEVERE', 'WARNING')]
