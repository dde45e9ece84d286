"""The child that does one job: it limits itself, reads the job, writes the answer and is gone."""

import json
import os
import resource
import signal
import socket
from typing import Any

from apps.feeds.fetching.fetch import fetch_feed
from apps.feeds.fetching.images import fetch_images
from apps.feeds.fetching.wire import FeedJob, ImagesJob

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15
ALARM_SECONDS = 20.0
_MAX_JOB = 256 * 1024


def do_job(channel: socket.socket) -> None:
    """Read one job from `channel` and write its result there, each as JSON."""
    limit_self(ALARM_SECONDS)
    request = json.loads(_read_all(channel))
    signal.setitimer(signal.ITIMER_REAL, min(float(request["seconds"]), ALARM_SECONDS))
    result = _run(str(request["task"]), request["job"])
    channel.sendall(json.dumps(result, separators=(",", ":")).encode("utf-8") + b"\n")


def limit_self(seconds: float) -> None:
    """Bound memory, processor and time of this process. The alarm kills: an exception could be swallowed on its way."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _run(task: str, job: dict[str, Any]) -> dict[str, Any]:
    if task == "images":
        return fetch_images(ImagesJob.from_json(job)).to_json()
    return fetch_feed(FeedJob.from_json(job)).to_json()


def _read_all(channel: socket.socket) -> bytes:
    pieces = bytearray()
    while len(pieces) < _MAX_JOB and (piece := channel.recv(65536)):
        pieces += piece
    return bytes(pieces)


def leave(status: int) -> None:
    """End at once, without the clean-up of a process that this one is a copy of."""
    os._exit(status)
