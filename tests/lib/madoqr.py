"""QR codes: read out of pictures by zbarimg, and what of their shape can be seen without it."""
import os
import shutil
import struct
import subprocess
import zlib

import madotest as t

FINDER = ('1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111')


def why_not():
    """Why no code can be read here; None when it can."""
    return None if shutil.which('zbarimg') else 'zbarimg is not installed (zbar-tools)'


def read(path):
    """What the codes in the picture @path say, as text."""
    done = subprocess.run(['zbarimg', '--nodbus', '--quiet', '--raw', '--set', 'disable', '--set', 'qrcode.enable', path],
                          capture_output=True, timeout=60)
    return done.stdout.decode().splitlines()


def read_modules(rows):
    """The same of rows of '0' and '1': they become a picture, with white around, four pixels a module."""
    side = len(rows) + 8
    plain = ['0' * side] * 4 + ['0000' + row + '0000' for row in rows] + ['0' * side] * 4
    lines = b''.join((b'\0' + b''.join((b'\0' if module == '1' else b'\xff') * 4 for module in row)) * 4 for row in plain)

    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))

    path = os.path.join(t.short_dir('q'), 'code.png')
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side * 4, side * 4, 8, 0, 0, 0, 0))
                   + chunk(b'IDAT', zlib.compress(lines)) + chunk(b'IEND', b''))
    return read(path)


def is_code(code):
    """Is {'size', 'rows'} square, of a size that there is, with a finder in three corners and none in the fourth?"""
    if not isinstance(code, dict) or set(code) != {'size', 'rows'}:
        return False
    size, rows = code['size'], code['rows']
    if not (size % 4 == 1 and 21 <= size <= 177 and len(rows) == size and all(len(row) == size and set(row) <= {'0', '1'} for row in rows)):
        return False
    corners = [all(rows[y + i][x:x + 7] == FINDER[i] for i in range(7)) for y, x in ((0, 0), (0, size - 7), (size - 7, 0), (size - 7, size - 7))]
    return corners == [True, True, True, False]
