"""What bounds one HTTP request, below the client library: errors, addresses, deadline and size."""

import queue
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from apps.core.addresses import AllowList, is_public, parse_address

MAX_URL = 2000
_PERMANENT = frozenset({"blocked_address", "bad_scheme", "bad_url", "bad_header", "redirect_to_other_origin"})


class HttpError(Exception):
    """A request that brought no usable answer.

    `kind` is one of timeout, connection, tls, blocked_address, bad_scheme, bad_url, bad_header, too_many_redirects,
    redirect_no_location, redirect_to_other_origin, too_large, bad_content_encoding, truncated, protocol.
    `permanent` says that trying again cannot help; `detail` holds no address, token or body.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail[:300]
        self.permanent = kind in _PERMANENT


class Deadline:
    """The moment at which a request is over: its sockets are shut then, whatever they are waiting for.

    Timeouts of a socket count from the last byte, so a server that sends a byte now and then is bounded only by this.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        return max(self._end - time.monotonic(), 0.001)

    def is_over(self) -> bool:
        return time.monotonic() >= self._end - 0.002

    def watch(self, sock: socket.socket) -> None:
        # A duplicate stays valid when TLS takes the socket over, and shutting it shuts the connection.
        self._sockets.append(sock.dup())
        if self.is_over():
            self._shut()

    def cancel(self) -> None:
        self._timer.cancel()
        for sock in self._sockets:
            sock.close()

    def _shut(self) -> None:
        for sock in list(self._sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # already closed, which is what we want
                continue


def dial(host: str, port: int, *, seconds: float, allow: AllowList) -> socket.socket:
    """Connect to the address that was vetted, not to the name: a second look-up could answer otherwise.

    `seconds` bounds the look-up and each attempt. Raises HttpError, blocked_address where any answer is not public.
    """
    addresses = _resolve(host, port, seconds)
    for numeric in addresses:
        address = parse_address(numeric)
        if not (is_public(address) or allow.permits(host, address, port)):
            raise HttpError("blocked_address")
    failure = HttpError("connection", "The name has no address.")
    for numeric in addresses:
        try:
            sock = socket.create_connection((numeric, port), seconds)
        except TimeoutError:
            failure = HttpError("timeout", "No answer to the connection attempt.")
        except OSError as error:
            failure = HttpError("connection", error.strerror or "")
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise failure


def _resolve(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of `host`. In a thread of its own, because the look-up knows no timeout."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise HttpError("timeout", "The name could not be looked up in time.") from None
    if isinstance(answer, OSError):
        raise HttpError("connection", "The name could not be found.") from answer
    if isinstance(answer, Exception):
        raise HttpError("bad_url") from answer
    return answer


def check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise HttpError("bad_url") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise HttpError("bad_scheme")
    if not parts.hostname or "@" in parts.netloc or port == 0 or len(url) > MAX_URL:
        raise HttpError("bad_url")
    if any(ord(char) < 32 or ord(char) == 127 for char in url):
        raise HttpError("bad_url")


def gunzip(pieces: Iterator[bytes], limit: int) -> bytes:
    """Decode at most `limit` bytes. Done here, because urllib3 does not report a stream that was cut short."""
    decoded = bytearray()
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    started = False
    for piece in pieces:
        rest = piece
        while rest:
            if decoder.eof:
                if not rest.startswith(b"\x1f"):  # padding after the last member
                    break
                decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
            started = True
            try:
                decoded += decoder.decompress(rest, limit - len(decoded) + 1)
            except zlib.error as error:
                raise HttpError("bad_content_encoding", "gzip") from error
            if len(decoded) > limit:
                raise HttpError("too_large")
            rest = decoder.unconsumed_tail or decoder.unused_data
    if started and not decoder.eof:
        raise HttpError("truncated", "gzip")
    return bytes(decoded)
