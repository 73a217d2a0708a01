"""What the tests of structured formats share: one configuration, mails made of samples, and their reports."""
import io
import json
import os
import subprocess
import tempfile
import zipfile

import madotest as t

CORPUS = os.path.join(t.SHARED, 'corpus')
DATA = os.path.join(t.SHARED, 'facts', 'data')


class Reader:
    """Opens mails with `madoguchi open`; nothing is stored, no key is there."""

    def __init__(self, more=''):
        self.home = tempfile.TemporaryDirectory(prefix='m')
        self.conf = os.path.join(self.home.name, 'c')
        with open(self.conf, 'w', encoding='utf-8') as out:
            out.write('[team]\nname = T\naddress = %s\n[crypto]\ngnupg-home = %s\n[formats]\nforms = %s\n%s'
                      % (t.TEAM, self.home.name, os.path.join(t.SRC, 'conf', 'forms'), more))

    def open(self, mail):
        """The report of @mail (bytes); an exception when the mail was refused."""
        done = subprocess.run([t.program('madoguchi'), 'open', '-c', self.conf, '--json', '-'], input=mail,
                              capture_output=True, check=True, timeout=60 * t.SANITIZED_FACTOR)
        return json.loads(done.stdout)

    def open_file(self, *path):
        with open(os.path.join(*path), 'rb') as sample:
            return self.open(sample.read())


def carrying(payload, kind='application/octet-stream', name='report.bin', text='See the attachment.', headers=(), subject='Report'):
    """A plain mail with @payload (bytes) attached."""
    entity = t.part_entity([t.text_entity(text), t.attachment(name, payload, kind)])
    return t.plain('reporter@example.net', t.TEAM, subject, '', entity=entity, headers=headers)


def zipped(*files):
    """A zip of @files (bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for n, content in enumerate(files):
            archive.writestr('report%d.xml' % n, content)
    return out.getvalue()
