"""Request bodies, taken in whole before a page's thread begins, so that slow senders occupy no thread."""

import asyncio
import codecs
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.utils.http import parse_header_parameters

from apps.core import problems

type Scope = dict[str, Any]
type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

IN_MEMORY = 1024 * 1024  # bytes; what is longer goes to a temporary file, enciphered
PIECE = 64 * 1024
SILENCE_SECONDS = 30
PROBE = b"a=+2AA-\\ud800\xff"  # halves of characters, as some codecs write them
TEXTS = {
    400: b"The request could not be read.\n",
    408: b"The upload stalled.\n",
    413: b"This is more than the server accepts.\n",
}


class Refused(Exception):
    """The body is not taken: an HTTP status, or None where nobody waits for an answer any more."""

    def __init__(self, status: int | None) -> None:
        self.status = status


class Body:
    """Bytes that are written and then read from the start, once.

    Anybody may send many, so memory does not hold the long ones. They may have passwords in them, so what is on disk
    can only be read with a key that is nowhere but here.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the body
        cipher = Cipher(AES256(os.urandom(32)), CTR(bytes(16)))  # the key is used once, so any nonce will do
        self._encipher, self._decipher = cipher.encryptor(), cipher.decryptor()
        self.length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, piece: bytes) -> None:
        self._file.write(self._encipher.update(piece))
        self.length += len(piece)

    def rewind(self) -> None:
        """Go from writing to reading."""
        self._file.seek(0)

    def read(self, size: int) -> bytes:
        return self._decipher.update(self._file.read(size))

    def close(self) -> None:
        self._file.close()


def announces_body(scope: Scope) -> bool:
    """Whether the request has a body to wait for."""
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def has_known_charset(scope: Scope) -> bool:
    """Whether the type of the body names no charset, or one that can be read as text.

    Python knows codecs that are none (`hex`), give up on some bytes (`idna`) or make what is no text (`utf-7`), or
    take hours for a megabyte (`punycode`).
    """
    kinds = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type")
    try:
        charset = parse_header_parameters(kinds)[1].get("charset")
        if charset is None:
            return True
        return bool(str(PROBE, charset, "replace").encode()) and codecs.lookup(charset).name != "punycode"
    except (LookupError, ValueError):
        return False


async def take(receive: Receive, *, limit: int) -> Body:
    """The whole body, written. Raises Refused where it is longer than `limit` bytes, stalls or breaks off."""
    body = Body()
    try:
        async for piece in _pieces(receive):
            body.write(piece)
            _check(body.length, limit)
    except Refused:
        body.close()
        raise
    return body


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        try:
            message = await asyncio.wait_for(receive(), SILENCE_SECONDS)
        except TimeoutError as error:
            raise Refused(408) from error
        if message["type"] == "http.disconnect":
            raise Refused(None)
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(413)


def with_length(scope: Scope, body: Body) -> Scope:
    """The request as one that says how long its body is; WSGI knows no other kind."""
    length = str(body.length).encode()
    names = {b"content-length", b"transfer-encoding"}
    headers = [(name, value) for name, value in scope["headers"] if name not in names]
    return {**scope, "headers": [*headers, (b"content-length", length)]}


def replay(body: Body) -> Receive:
    """A `receive` that gives out a body taken before."""
    body.rewind()

    async def receive() -> Message:
        piece = body.read(PIECE)
        return {"type": "http.request", "body": piece, "more_body": len(piece) == PIECE}

    return receive


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks, which shows its person what is answered."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepted and not scope["path"].startswith(problems.API_PATH)


def without_body(scope: Scope, path: str) -> Scope:
    """The request as one for another page, which has no body."""
    names = {b"content-length", b"content-type", b"transfer-encoding"}
    headers = [(name, value) for name, value in scope["headers"] if name not in names]
    return {**scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}


async def nothing() -> Message:
    """The `receive` of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


def closing(send: Send) -> Send:
    """A `send` that says that the connection ends: what is left of the body is not read."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return send_and_close


async def refuse(send: Send, status: int, path: str = "") -> None:
    """Answer with a status and its plain words; below `/api/` as a problem document."""
    if path.startswith(problems.API_PATH):
        response = problems.Problem(status).response()
        text, kind = response.content, response["Content-Type"].encode()
    else:
        text = TEXTS[status]
        kind = b"text/plain"
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
