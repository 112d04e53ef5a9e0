"""Small PDF files, written byte by byte: pages of text, a page that is a picture, files with a password."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

PICTURE = None
"""A page that is one picture, as a scanner makes it."""

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_PERMISSIONS = -60
_ID = b"0123456789abcdef"


@dataclass(frozen=True)
class _Locked:
    """The entries of the standard security handler, 40 bits, and the key."""

    key: bytes
    owner: bytes
    user: bytes


def pdf(pages: Sequence[str | None], *, locked: bool = False, password: str = "") -> bytes:
    """A file with these pages. `locked` encrypts it, and only a password that is not empty has to be typed."""
    lock = _lock(password) if locked or password else None
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    objects.append(
        _stream(
            4,
            b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
            b" /BitsPerComponent 8",
            b"\x00",
            lock,
        )
    )
    kids = []
    for page in pages:
        number = len(objects) + 1
        kids.append(number)
        resources = b"<< /Font << /F1 3 0 R >> /XObject << /I1 4 0 R >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources %s /Contents %d 0 R >>"
            % (resources, number + 1)
        )
        objects.append(_stream(number + 1, b"", _content(page), lock))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = b" ".join(b"%d 0 R" % one for one in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    if lock:
        objects.append(
            b"<< /Filter /Standard /V 1 /R 2 /P %d /O <%s> /U <%s> >>"
            % (_PERMISSIONS, lock.owner.hex().encode(), lock.user.hex().encode())
        )
    return _file(objects, encrypted=bool(lock))


def _content(page: str | None) -> bytes:
    if page is None:
        return b"q 612 0 0 792 0 0 cm /I1 Do Q"
    lines = []
    for number, line in enumerate(page.split("\n")):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        lines.append(f"BT /F1 10 Tf 40 {760 - 13 * number} Td ({escaped}) Tj ET")
    return "\n".join(lines).encode("latin-1")


def _stream(number: int, entries: bytes, data: bytes, lock: _Locked | None) -> bytes:
    if lock:
        salt = number.to_bytes(3, "little") + b"\x00\x00"
        data = _rc4(hashlib.md5(lock.key + salt).digest()[:10], data)
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def _file(objects: Sequence[bytes], *, encrypted: bool) -> bytes:
    made = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b" /Encrypt %d 0 R" % len(objects) if encrypted else b""
    identity = _ID.hex().encode()
    trailer = b"<< /Size %d /Root 1 0 R%s /ID [<%s> <%s>] >>"
    made += b"trailer\n" + trailer % (len(objects) + 1, lock, identity, identity)
    return made + b"\nstartxref\n%d\n%%%%EOF\n" % table


def _lock(password: str) -> _Locked:
    padded = (password.encode() + _PADDING)[:32]
    owner = _rc4(hashlib.md5(_PADDING).digest()[:5], padded)
    permissions = (_PERMISSIONS & 0xFFFFFFFF).to_bytes(4, "little")
    key = hashlib.md5(padded + owner + permissions + _ID).digest()[:5]
    return _Locked(key, owner, _rc4(key, _PADDING))


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
