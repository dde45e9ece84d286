"""A feed publisher on loopback, good or hostile. Strict: what a polite reader never sends is written down as a fault.

with FeedServer() as server:
    server.at("/feed", document(rss(["One", "Two"])))
    ... fetch server.url("/feed") ...
"""

import gzip
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from types import TracebackType
from typing import Self

LONGEST_SECONDS = 30.0  # no answer lasts longer, whatever the test does
type Answer = bytes | Callable[[Visit], None]


@dataclass
class Visit:
    """One request and the connection that it came on."""

    method: str
    path: str
    headers: Mapping[str, str]
    connection: socket.socket
    server: "FeedServer"
    rest: bytes = b""
    end: float = field(default_factory=lambda: time.monotonic() + LONGEST_SECONDS)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def goes_on(self) -> bool:
        """Whether an endless answer should go on."""
        return self.server.is_open and time.monotonic() < self.end

    def drip(self, data: bytes, *, gap: float) -> None:
        """Send one byte at a time."""
        for byte in data:
            if not self.goes_on():
                return
            self.send(bytes([byte]))
            time.sleep(gap)

    def repeat(self, data: bytes, *, limit: int = 2_000_000_000) -> None:
        """Send `data` again and again; the reader has to hang up."""
        sent = 0
        while self.goes_on() and sent < limit:
            self.send(data)
            sent += len(data)
            self.server.sent[self.path] = self.server.sent.get(self.path, 0) + len(data)

    def stall(self) -> None:
        """Say nothing, until the reader hangs up."""
        self.connection.settimeout(0.2)
        while self.goes_on():
            try:
                if not self.connection.recv(1024):
                    return
            except TimeoutError:
                continue


class FeedServer:
    """Answers what it was told to answer; `visits` are the requests it saw, `faults` what was wrong with them."""

    def __init__(self, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self._tls = tls
        self.is_open = False
        self.visits: list[Visit] = []
        self.faults: list[str] = []
        self.connections = 0
        self.sent: dict[str, int] = {}
        self._answers: dict[str, list[Answer]] = {}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, 0), family=family, backlog=128)
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.is_open = True
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_open = False
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=3)

    @property
    def allow(self) -> list[str]:
        """What DESK_OUTBOUND_ALLOW must hold for this server alone."""
        return [f"{self.host}:{self.port}"]

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def at(self, path: str, *answers: Answer) -> str:
        """Answer at `path`: with each of `answers` once and then always with the last. Returns the address."""
        self._answers[path] = list(answers)
        return self.url(path)

    def visits_to(self, path: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.path == path]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _accept(self) -> None:
        while self.is_open:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            self._start(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # readers hang up on hostile answers, as they should
            connection.settimeout(10)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            visit = self._read(connection)
            if visit is None:
                return
            self.visits.append(visit)
            self._check(visit)
            answers = self._answers.get(visit.path, [respond(404, b"Not here.")])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, bytes):
                visit.send(answer)
            else:
                answer(visit)

    def _read(self, connection: socket.socket) -> Visit | None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(4096)
            if not piece or len(head) > 65536:
                return None
            if piece.startswith(b"\x16") and self._tls is None:  # TLS on a plain port
                connection.sendall(respond(400))
                return None
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        if line.count(b" ") != 2:
            self.faults.append("no HTTP")
            return None
        method, path, version = line.decode("latin-1").split(" ")
        if version != "HTTP/1.1":
            self.faults.append(f"version {version}")
        headers = http.client.parse_headers(io.BytesIO(rest + b"\r\n\r\n"))
        for name in set(headers.keys()):
            if len(headers.get_all(name) or []) > 1:
                self.faults.append(f"{name} twice")
        return Visit(method, path, headers, connection, self, body)

    def _check(self, visit: Visit) -> None:
        headers = visit.headers
        expected = {"Host": f"{self.host}:{self.port}", "Accept-Encoding": "gzip", "Connection": "close"}
        for name, value in expected.items():
            if headers.get(name) != value:
                self.faults.append(f"{name}: {headers.get(name)}")
        if visit.method != "GET":
            self.faults.append(f"method {visit.method}")
        if not headers.get("User-Agent", "").startswith("Deskbridge/"):
            self.faults.append(f"User-Agent: {headers.get('User-Agent')}")
        if "Authorization" in headers or "Referer" in headers:
            self.faults.append("a header that tells too much")


def respond(
    status: int = 200, body: bytes = b"", headers: Iterable[tuple[str, str]] = (), *, content_type: str = "text/plain"
) -> bytes:
    """A whole and correct answer."""
    head = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Odd')}", f"Content-Length: {len(body)}"]
    if content_type:
        head.append(f"Content-Type: {content_type}")
    head += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + (b"" if status == 304 else body)


def document(
    body: bytes | str, headers: Iterable[tuple[str, str]] = (), *, content_type: str = "application/rss+xml"
) -> bytes:
    """A 200 with a feed."""
    return respond(200, body.encode() if isinstance(body, str) else body, headers, content_type=content_type)


def packed(body: bytes, *, encoding: str = "gzip", declared: int | None = None) -> bytes:
    """A 200 whose body is `body` as it is, said to be packed."""
    length = len(body) if declared is None else declared
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode("latin-1") + body


def redirect(location: str | None, status: int = 302, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A redirect; without `Location` where that is None."""
    extra = [] if location is None else [("Location", location.encode().decode("latin-1"))]
    return respond(status, b"moved", [*extra, *headers])


def rss(items: Iterable[str], *, extra: str = "") -> str:
    """An RSS 2.0 document of titles, or of whole `<item>…</item>` texts."""
    parts = [
        item
        if item.startswith("<item")
        else f"<item><title>{escape(item)}</title><link>https://news.example/{number}</link>"
        f"<guid isPermaLink='false'>{escape(item)}</guid><description>About {escape(item)}.</description></item>"
        for number, item in enumerate(items)
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>News</title>'
        f"<link>https://news.example/</link>{extra}{''.join(parts)}</channel></rss>"
    )


def gzip_bomb(megabytes: int, *, members: int = 1) -> bytes:
    """`members` gzip streams that each become `megabytes` of zeros."""
    return gzip.compress(bytes(megabytes * 1024 * 1024), 9) * members
