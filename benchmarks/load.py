"""A small HTTP load generator on loopback: bounded in requests and time, keep-alive, one asyncio loop."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What one run showed: requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    bytes: int


BETWEEN = 0.01  # seconds between two connections
Requests = Callable[[], bytes]


def get(path: str, *, port: int, cookies: str = "") -> Requests:
    """The request that reads `path`, the same each time."""
    return lambda: request("GET", path, port=port, cookies=cookies)


def request(method: str, path: str, *, port: int, cookies: str = "", body: bytes = b"") -> bytes:
    """One HTTP request as bytes; a body is a form."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}", "Accept-Encoding: identity"]
    lines += [f"Cookie: {cookies}"] if cookies else []
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(host: str, port: int, connections: int) -> list[Connection]:
    """One connection after the other, as people come: a burst would all be taken by the process that wakes first."""
    opened = []
    for _ in range(connections):
        opened.append(await asyncio.open_connection(host, port))
        await asyncio.sleep(BETWEEN)
    return opened


async def _client(
    connection: Connection,
    requests: Requests,
    answers: tuple[int, ...],
    count: int,
    deadline: float,
    times: list[float],
) -> int:
    reader, writer = connection
    size = 0
    for _ in range(count):
        if time.perf_counter() > deadline:
            break
        sent = requests()
        started = time.perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if int(head.split(b" ", 2)[1]) not in answers:
            raise RuntimeError(f"{sent[:200]!r} was answered with {head.split(b'\r\n', 1)[0].decode()}")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if b": " in line)
        if b"content-length" in fields:
            size = len(await reader.readexactly(int(fields[b"content-length"])))
        else:
            size = await _read_chunks(reader)
        times.append((time.perf_counter() - started) * 1000)
    writer.close()
    return size


async def _read_chunks(reader: asyncio.StreamReader) -> int:
    total = 0
    while length := int(await reader.readline(), 16):
        total += len(await reader.readexactly(length))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return total


async def _run(
    host: str, port: int, each: Requests, answers: tuple[int, ...], requests: int, concurrency: int, seconds: float
) -> Load:
    times: list[float] = []
    connections = await _connect(host, port, concurrency)
    started = time.perf_counter()
    count, deadline = requests // concurrency, started + seconds
    clients = [_client(connection, each, answers, count, deadline, times) for connection in connections]
    sizes = await asyncio.gather(*clients)
    elapsed = time.perf_counter() - started
    times.sort()
    percentile = lambda share: times[min(len(times) - 1, int(len(times) * share))]  # noqa: E731
    return Load(len(times) / elapsed, percentile(0.5), percentile(0.95), percentile(0.99), max(sizes))


def load(*, port: int, path: str, requests: int, concurrency: int, seconds: float = 30) -> Load:
    """GET `path` on 127.0.0.1 `requests` times, or for `seconds`, with `concurrency` connections.

    Raises RuntimeError for an answer other than 200.
    """
    each = get(path, port=port)
    return send(port=port, each=each, requests=requests, concurrency=concurrency, seconds=seconds)


def send(
    *,
    port: int,
    each: Requests,
    requests: int,
    concurrency: int,
    seconds: float = 30,
    answers: tuple[int, ...] = (200,),
) -> Load:
    """As `load`, with the requests that `each` gives one after the other. Raises RuntimeError for other answers."""
    return asyncio.run(_run("127.0.0.1", port, each, answers, requests, concurrency, seconds))
