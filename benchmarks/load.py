"""A small HTTP load generator on loopback: bounded in requests and time, keep-alive, one asyncio loop."""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What one run showed: requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    bytes: int


async def _client(host: str, port: int, path: str, count: int, deadline: float, times: list[float]) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: identity\r\n\r\n".encode()
    size = 0
    for _ in range(count):
        if time.perf_counter() > deadline:
            break
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
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


async def _run(host: str, port: int, path: str, requests: int, concurrency: int, seconds: float) -> Load:
    times: list[float] = []
    started = time.perf_counter()
    clients = [_client(host, port, path, requests // concurrency, started + seconds, times) for _ in range(concurrency)]
    sizes = await asyncio.gather(*clients)
    elapsed = time.perf_counter() - started
    times.sort()
    percentile = lambda share: times[min(len(times) - 1, int(len(times) * share))]  # noqa: E731
    return Load(len(times) / elapsed, percentile(0.5), percentile(0.95), percentile(0.99), max(sizes))


def load(*, port: int, path: str, requests: int, concurrency: int, seconds: float = 30) -> Load:
    """GET `path` on 127.0.0.1 `requests` times, or for `seconds`, with `concurrency` connections.

    Raises RuntimeError for an answer other than 200.
    """
    return asyncio.run(_run("127.0.0.1", port, path, requests, concurrency, seconds))
