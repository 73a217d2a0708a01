#!/usr/bin/env python3
"""The log-in that scripts/quickstart --keep prints, followed in Debian's Chromium: it works, and once only."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import madobrowser as b  # noqa: E402
import madotest as t  # noqa: E402


def come_in(tap, link):
    driver = b.Driver()
    page = driver.open()
    page.set_up(link, 'a sentence is fine')
    tap.ok(page.wait_text('Phishing page on your network', 'main'), 'the printed log-in leads to the queue', page.text('main'))
    other = driver.open()
    other.go(link)
    other.type('#password', 'another sentence')
    other.click('form.entrance button[type=submit]')
    tap.ok(other.wait_text('this invitation is not known, or not good any more'), 'and leads there once', other.text('body'))
    driver.close()


def main():
    t.need_programs()
    if b.why_not():
        t.skip_all(b.why_not())
    tap = t.Tap()
    done = subprocess.run([sys.executable, os.path.join(t.SRC, 'scripts', 'lib', 'demo.py'), '--build', t.BUILD, '--keep'],
                          capture_output=True, text=True, check=False)
    tap.equal(done.returncode, 0, 'every step holds')
    link, pid, work = (re.search(pattern, done.stdout) for pattern in (r'http://\S+/invitation/\S+', r'process (\d+)', r'directory (\S+)/demo'))
    if not tap.ok(link and pid and work, 'it prints where the page is', done.stdout[-2000:]):
        tap.done()
        return
    try:
        come_in(tap, link.group(0))
    finally:
        os.kill(int(pid.group(1)), signal.SIGTERM)
    tap.ok(t.wait_for(lambda: int(pid.group(1)) not in t.processes(), 60), 'and it ends when it is told to')
    shutil.rmtree(work.group(1), ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
