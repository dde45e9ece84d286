"""The one door to the outside: every request that Deskbridge makes goes through `request`.

No Django at import time, because the feed reader's child, which has no settings, comes through here too.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as faults
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from apps.core.addresses import AllowList
from apps.core.transport import Deadline, HttpError, check_url, dial, gunzip

__all__ = ["HttpError", "Limits", "Response", "outbound_allow", "request"]

MAX_BYTES = 5 * 1024 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What still goes along when a redirect leads to another origin: nothing that could be a credential.
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "connection", "content-type", "user-agent"})
_BODY_HEADERS = ("content-type", "content-length")
_CHUNK = 16 * 1024

type Payload = Mapping[str, str] | bytes | str


@dataclass(frozen=True)
class Response:
    """An answer: `url` is where it came from in the end, `hops` the (status, address) of every redirect on the way."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    hops: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Limits:
    """How long (seconds) and how much (decoded bytes) one request may take; `total` spans all its redirects."""

    total: float = 20.0
    connect: float = 5.0
    read: float = 8.0
    max_bytes: int = MAX_BYTES
    max_redirects: int = 0


def outbound_allow() -> AllowList:
    """The owner's exceptions from DESK_OUTBOUND_ALLOW."""
    from django.conf import settings  # here, because the feed reader's child has no settings

    return AllowList(settings.DESK_OUTBOUND_ALLOW)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: object = None,
    data: Payload | None = None,
    auth: tuple[str, str] | None = None,
    url_headers: Mapping[str, Mapping[str, str]] | None = None,
    limits: Limits | None = None,
    allow: AllowList | Iterable[str] | None = None,
) -> Response:
    """Send one request and read the whole answer, whatever its status.

    `auth` is a user name and password (Basic). `url_headers` are sent to exactly the address they are kept under, which
    is how a validator stays with the address that gave it. With `max_redirects` 0 a redirect is returned as it is,
    its body unread; otherwise redirects are followed, credentials stay at their origin and a body is never sent to
    another one. `allow` replaces DESK_OUTBOUND_ALLOW. Raises HttpError.
    """
    if allow is None:
        allow = outbound_allow()
    elif not isinstance(allow, AllowList):
        allow = AllowList(allow)
    outgoing = {"Accept-Encoding": "gzip", "Connection": "close", **(headers or {})}
    template = requests.Request(method, url, headers=outgoing, params=params, json=json, data=data, auth=auth)
    with _Call(limits or Limits(), allow) as call:
        return call.follow(template, url_headers or {})


@dataclass
class _Call:
    """One request with its redirects: one session, one cookie jar, one deadline."""

    limits: Limits
    allow: AllowList
    session: requests.Session = field(init=False)
    deadline: Deadline = field(init=False)

    def __enter__(self) -> Self:
        self.deadline = Deadline(self.limits.total)
        self.session = _Session()
        self.session.headers.clear()
        adapter = _Adapter(self._dial)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.deadline.cancel()
        self.session.close()

    def follow(self, template: requests.Request, url_headers: Mapping[str, Mapping[str, str]]) -> Response:
        hops: list[tuple[int, str]] = []
        while True:
            response = self._send(template, url_headers)
            if response.status not in REDIRECTS or self.limits.max_redirects == 0:
                return Response(response.status, response.headers, response.body, response.url, tuple(hops))
            hops.append((response.status, response.url))
            if len(hops) > self.limits.max_redirects:
                raise HttpError("too_many_redirects")
            template = _next_request(template, response)

    def _send(self, template: requests.Request, url_headers: Mapping[str, Mapping[str, str]]) -> Response:
        check_url(template.url)
        try:
            prepared = self.session.prepare_request(template)
            check_url(prepared.url or "")
            prepared.headers.update(url_headers.get(prepared.url or "", {}))
            timeout = (min(self.limits.connect, self.deadline.left()), min(self.limits.read, self.deadline.left()))
            answer = self.session.send(prepared, stream=True, allow_redirects=False, timeout=timeout)
            try:
                body = b"" if answer.status_code in REDIRECTS else self._read(answer)
            finally:
                answer.close()
        except (requests.RequestException, faults.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            raise HttpError("timeout") if self.deadline.is_over() else _explain(error) from error
        if self.deadline.is_over():  # a body without a length looks complete when the deadline cut it
            raise HttpError("timeout")
        return Response(answer.status_code, CaseInsensitiveDict(answer.headers), body, prepared.url or "")

    def _read(self, answer: requests.Response) -> bytes:
        encoding = answer.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise HttpError("bad_content_encoding", encoding)
        length = answer.headers.get("Content-Length", "").strip()
        if length.isdigit() and int(length) > self.limits.max_bytes:
            raise HttpError("too_large")
        pieces = self._counted(_raw_pieces(answer.raw))
        if encoding in ("", "identity"):
            return b"".join(pieces)
        return gunzip(pieces, self.limits.max_bytes)

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        received = 0
        for piece in pieces:
            received += len(piece)
            if received > self.limits.max_bytes:
                raise HttpError("too_large")
            yield piece

    def _dial(self, host: str, port: int) -> socket.socket:
        sock = dial(host, port, seconds=min(self.limits.connect, self.deadline.left()), allow=self.allow)
        self.deadline.watch(sock)
        return sock


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False  # else ~/.netrc and proxy variables leak in

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: otherwise requests reads the whole body of a redirect into memory even where it does not follow it."""
        return None


class _Adapter(HTTPAdapter):
    def __init__(self, dial: Callable[[str, int], socket.socket]) -> None:
        self._dial = dial
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=tls_context(), **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._dial)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # The shared context holds the certificates already; requests would read the bundle again for each connection.
        conn.cert_reqs = "CERT_REQUIRED"


def _pools(dial: Callable[[str, int], socket.socket]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return dial(self._dns_host, self.port or 80)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return dial(self._dns_host, self.port or 443)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


@cache
def tls_context() -> ssl.SSLContext:
    """The certificates that every TLS connection is checked against: the system's and the bundled ones. Read once."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _next_request(template: requests.Request, response: Response) -> requests.Request:
    try:
        location = response.headers.get("Location", "").strip().encode("latin-1").decode("utf-8", "replace")
        if not location:
            raise HttpError("redirect_no_location")
        if urlsplit(location).scheme:
            check_url(location)
        target = urljoin(response.url, location).partition("#")[0]
    except ValueError:
        raise HttpError("bad_url") from None
    check_url(target)
    same_origin = _origin(target) == _origin(response.url)
    headers = {name: value for name, value in template.headers.items() if same_origin or name.lower() in _HARMLESS}
    method = (template.method or "GET").upper()
    if response.status == 303 or (response.status in (301, 302) and method == "POST"):
        headers = {name: value for name, value in headers.items() if name.lower() not in _BODY_HEADERS}
        return requests.Request("GET", target, headers=headers, auth=template.auth if same_origin else None)
    if not same_origin and (template.data or template.json is not None):
        raise HttpError("redirect_to_other_origin")
    return requests.Request(
        method,
        target,
        headers=headers,
        data=template.data,
        json=template.json,
        auth=template.auth if same_origin else None,
    )


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname, parts.port or (443 if parts.scheme.lower() == "https" else 80)


def _raw_pieces(raw: urllib3.HTTPResponse) -> Iterator[bytes]:
    update = raw._update_chunk_length

    def checked_update() -> None:
        update()
        if raw.chunk_left is not None and raw.chunk_left < 0:  # "-1" would read to the end, however far that is
            raise HttpError("protocol", "A negative chunk length.")

    raw._update_chunk_length = checked_update  # type: ignore[method-assign]
    yield from raw.stream(_CHUNK, decode_content=False)


# In this order: what is found first names the fault, at whatever depth requests and urllib3 wrapped it.
_KINDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("tls", (ssl.SSLError, faults.SSLError, requests.exceptions.SSLError)),
    ("timeout", (TimeoutError, faults.TimeoutError, requests.Timeout)),
    ("bad_scheme", (requests.exceptions.InvalidSchema,)),
    ("bad_header", (requests.exceptions.InvalidHeader,)),
    ("bad_url", (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, UnicodeError)),
    ("connection", (ConnectionError,)),
    ("truncated", (faults.IncompleteRead, http.client.IncompleteRead)),
    ("protocol", (http.client.HTTPException, faults.ProtocolError, faults.HTTPError, ValueError)),
)


def _explain(error: BaseException) -> HttpError:
    causes = list(_causes(error))
    for kind, types in _KINDS:
        found = next((cause for cause in causes if isinstance(cause, types)), None)
        if found is None:
            continue
        if kind == "protocol" and any("ended prematurely" in str(cause) for cause in causes):
            return HttpError("truncated")
        return HttpError(kind, getattr(found, "verify_message", ""))
    return HttpError("connection")


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    yield error
    inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    for cause in inner:
        if isinstance(cause, BaseException) and depth < 6:
            yield from _causes(cause, depth + 1)
