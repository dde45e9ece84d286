"""The owner's side of the fork server: start it, give it jobs, take their results."""

import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from apps.feeds.fetching.server import HEADER
from apps.feeds.fetching.wire import FeedJob, FeedResult, ImagesJob, ImagesResult

CHILD_SECONDS = 20.0
KILL_SECONDS = 25.0
GRACE_SECONDS = 10.0  # for a server that has to start first, on a busy machine
MAX_RESULT = 8 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from apps.feeds.fetching.server import main; main(int(sys.argv[2]))"
)


class ForkServer:
    """Runs jobs in children that can be killed. Several threads may use one; leaving it ends what it started.

    with ForkServer() as server:
        result = server.fetch(job)

    `seconds` is the time a child gives itself, `kill_after` when it is killed from outside, `fetch_seconds` shortens
    the time that a feed's server gets, `grace` is how long the owner waits beyond `kill_after`.
    """

    def __init__(
        self,
        *,
        seconds: float = CHILD_SECONDS,
        kill_after: float = KILL_SECONDS,
        fetch_seconds: float = CHILD_SECONDS,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self._grace = grace
        self._fetch_seconds = fetch_seconds
        self._seconds = seconds
        self._kill_after = kill_after
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _started(self) -> socket.socket:
        """The socket that takes jobs; the process starts with the first of them."""
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                # Isolated, and without our environment: nothing in there is the child's business.
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
                    [sys.executable, "-I", "-c", _START, str(_ROOT), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                )
        return self._control

    def _stop(self) -> None:
        if self._control is None or self._process is None:
            return
        self._control.close()
        self._control = None
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fetch(self, job: FeedJob) -> FeedResult:
        """Fetch and read a feed. A child that died becomes an error result: too_complex or crashed."""
        limited = replace(job, fetch_seconds=min(job.fetch_seconds, self._fetch_seconds))
        answer = self._run("feed", limited.to_json())
        if "died" in answer:
            return FeedResult(outcome="error", kind=str(answer["died"]), requested_url=job.url)
        return FeedResult.from_json(answer)

    def images(self, job: ImagesJob) -> ImagesResult:
        """Fetch and shrink images; none where the child died."""
        answer = self._run("images", job.to_json())
        return ImagesResult() if "died" in answer else ImagesResult.from_json(answer)

    def _run(self, task: str, job: dict[str, Any]) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs, self._lock:
                    self._hand_over(theirs)
                ours.sendall(json.dumps({"task": task, "seconds": self._seconds, "job": job}).encode("utf-8"))
                ours.shutdown(socket.SHUT_WR)
                return _last_line(_read_all(ours, self._kill_after + self._grace))
            except OSError:  # the server is gone, or gave no answer in time
                return {"died": "crashed"}

    def _hand_over(self, channel: socket.socket) -> None:
        message = [HEADER.pack(self._kill_after)]
        try:
            socket.send_fds(self._started(), message, [channel.fileno()])
        except ConnectionError:  # somebody killed the server: a new one takes its place
            self._stop()
            socket.send_fds(self._started(), message, [channel.fileno()])


def _read_all(channel: socket.socket, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    answer = bytearray()
    while True:
        channel.settimeout(max(end - time.monotonic(), 0.01))
        piece = channel.recv(65536)
        if not piece:
            return bytes(answer)
        answer += piece
        if len(answer) > MAX_RESULT:
            return b'{"died": "too_complex"}'


def _last_line(answer: bytes) -> dict[str, Any]:
    lines = answer.split()
    try:
        found = json.loads(answer.strip().rpartition(b"\n")[2]) if lines else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"died": "crashed"}
