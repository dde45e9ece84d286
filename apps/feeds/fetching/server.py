"""The process that has everything loaded and forks one child a job, which takes milliseconds where a start takes 0.2 s.

It ends when its owner does: the socket that jobs arrive on is then closed, also after SIGKILL.
"""

import ctypes
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from dataclasses import dataclass

from apps.core.http import tls_context
from apps.feeds.fetching import child

HEADER = struct.Struct("!d")  # the seconds after which the child is killed
# The request has a shorter limit of its own, so that a child out of time or memory was busy with the document.
_OUT_OF_TIME = (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL)
_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True)
class Running:
    """A child at work, the channel its owner waits on and the moment it is killed."""

    channel: socket.socket
    kill_at: float


def serve(control: socket.socket) -> None:
    """Fork a child for each channel that arrives on `control`, until that is closed."""
    running: dict[int, Running] = {}
    wake_read, wake_write = socket.socketpair()
    wake_read.setblocking(False)
    wake_write.setblocking(False)
    signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    waiting.register(wake_read, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in waiting.poll(_milliseconds(running))}
        if wake_read.fileno() in ready:
            wake_read.recv(4096)
        _reap(running)
        if control.fileno() in ready and not _accept(control, running):
            break
        _kill_overdue(running)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _milliseconds(running: dict[int, Running]) -> int | None:
    if not running:
        return None
    return max(1, int((min(job.kill_at for job in running.values()) - time.monotonic()) * 1000) + 1)


def _accept(control: socket.socket, running: dict[int, Running]) -> bool:
    """Start a child for the next channel; False where the owner is gone."""
    try:
        header, descriptors, _, _ = socket.recv_fds(control, HEADER.size, 1)
    except ConnectionError:
        return False
    if len(header) < HEADER.size or not descriptors:
        return False
    channel = socket.socket(fileno=descriptors[0])
    pid = os.fork()
    if pid == 0:
        _become_child(control, channel)
    running[pid] = Running(channel, time.monotonic() + HEADER.unpack(header)[0])
    return True


def _become_child(control: socket.socket, channel: socket.socket) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    control.close()
    status = 1
    try:
        child.do_job(channel)
        status = 0
    except MemoryError:
        status = 2
    finally:
        if status == 1:  # where it happened, without the message, which may hold an address
            traceback.print_tb(sys.exc_info()[2], limit=-3)
        child.leave(status)


def _reap(running: dict[int, Running]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        job = running.pop(pid)
        if status != 0:
            _tell(job.channel, status)
        job.channel.close()


def _tell(channel: socket.socket, status: int) -> None:
    """Say on the channel how the child ended, on a line of its own, as half an answer may stand there already."""
    if os.WIFSIGNALED(status):
        word = "too_complex" if os.WTERMSIG(status) in _OUT_OF_TIME else "crashed"
    else:
        word = "too_complex" if os.WEXITSTATUS(status) == 2 else "crashed"
    channel.setblocking(False)
    try:
        channel.sendall(b"\n" + json.dumps({"died": word}).encode("ascii") + b"\n")
    except OSError:  # the owner waits no longer
        return


def _kill_overdue(running: dict[int, Running]) -> None:
    for pid, job in running.items():
        if time.monotonic() >= job.kill_at:
            os.kill(pid, signal.SIGKILL)


def die_with_parent() -> None:
    """Ask the kernel to kill this process with its parent, where it can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(descriptor: int) -> None:
    """Load what every child needs, once, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the owner, whose end is ours
    tls_context()
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=descriptor))
