"""`make run`: everything that an installation needs, in the foreground, until Ctrl-C.

Starts the processes of the Procfile, shows what they print, and ends all of them when one ends or a signal comes.
Each gets a session of its own, so that at the end whatever its children started is found and ended too.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from apps.core.processes import die_with_parent
from project import preflight
from project.keys import state_folder

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"^(?P<name>[a-z]+): (?P<command>.+)$", re.MULTILINE)
STOP_SECONDS = 5
WHEN_READY = "cron"
LAST = "valkey"  # ends after the others, which still write to it


class Stopping:
    """Whether a signal asked us to stop. A plain flag: a handler that sets a `threading.Event` may have interrupted
    the very code that holds the event's lock, and then waits for ever.
    """

    def __init__(self) -> None:
        self._is_asked = False

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self._is_asked = True

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._is_asked

    def wait(self, seconds: float) -> bool:
        """Whether to stop, after a short pause."""
        time.sleep(seconds)
        return self._is_asked


class Supervised:
    """One process of the Procfile and everything it started."""

    def __init__(self, name: str, command: str, environment: dict[str, str]) -> None:
        self.name = name
        self.popen = subprocess.Popen(  # noqa: S602 - our own Procfile
            command,
            shell=True,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - sets one flag; no lock is held that it could wait for
        )
        threading.Thread(target=self._show, daemon=True).start()

    def _show(self) -> None:
        for line in self.popen.stdout or ():
            say(f"{self.name:<6} | {line.decode(errors='replace').rstrip()}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        """Kill every process of its session, also those in groups of their own."""
        for pid in _session(self.popen.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.signal(signal.SIGKILL)


def _session(leader: int) -> list[int]:
    members = []
    for path in Path("/proc").glob("[0-9]*/stat"):  # where there is no /proc the process group has to do
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                members.append(int(path.parent.name))
    return members


def say(text: str) -> None:
    """Print a line; a terminal that is gone is no reason to fail."""
    with suppress(OSError):
        print(text, flush=True)


def main() -> int:
    """Check, set up, run. 1 where something went wrong, 0 after Ctrl-C or SIGTERM."""
    stopping = Stopping()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopping.ask)
    try:
        address = preflight.wanted_address()
        preflight.check_https()
        preflight.check_folder()
        lock = preflight.claim_folder()
        preflight.check_port(address)
    except preflight.CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    with lock:
        environment = process_environment(address)
        code = set_up(environment, stopping)
        return code if code or stopping.is_set() else supervise(environment, address, stopping)


def process_environment(address: preflight.Address) -> dict[str, str]:
    """What the processes get: this Python first in the path and, for the demo's feeds, our own address allowed."""
    environment = {
        **os.environ,
        "DESK_VAR": str(state_folder()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }
    if preflight.demo_is_wanted():
        ours = f"{address.near}#{address.port}"
        environment["DESK_OUTBOUND_ALLOW"] = ",".join(filter(None, [os.environ.get("DESK_OUTBOUND_ALLOW"), ours]))
    return environment


def set_up(environment: dict[str, str], stopping: Stopping) -> int:
    """Run `project.setup` in a process of its own, whose memory is free again afterwards; its exit code."""
    setup = subprocess.Popen(
        [sys.executable, "-m", "project.setup"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,  # Ctrl-C is ours to hear
        preexec_fn=die_with_parent,  # noqa: PLW1509 - as above
    )
    while setup.poll() is None:
        if stopping.wait(0.1):
            setup.terminate()
            setup.wait()
    return 0 if stopping.is_set() else setup.returncode


def supervise(environment: dict[str, str], address: preflight.Address, stopping: Stopping) -> int:
    """Run the processes of the Procfile until `stopping` is set (0) or one of them ends by itself (1).

    Cron comes last, once pages are served: the demo's feeds are read from this very installation.
    """
    commands = dict(LINE.findall((ROOT / "Procfile").read_text()))
    processes = [Supervised(name, commands[name], environment) for name in commands if name != WHEN_READY]
    ended, ready = None, False
    while ended is None and not stopping.wait(0.1):
        ended = next((process for process in processes if process.popen.poll() is not None), None)
        if not ready and serves(address):
            ready = True
            processes.append(Supervised(WHEN_READY, commands[WHEN_READY], environment))
            say(f"Ready: {address.url}   (Ctrl-C stops everything)")
    if ended is not None:
        time.sleep(0.2)  # for its last words
        say(f"{ended.name} ended by itself (exit code {ended.popen.returncode}), so everything stops.")
    stop([process for process in processes if process.name != LAST])
    stop([process for process in processes if process.name == LAST])
    say("Stopped.")
    return int(ended is not None)


def serves(address: preflight.Address) -> bool:
    """Whether the web server takes connections."""
    try:
        socket.create_connection((address.near, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def stop(processes: Iterable[Supervised]) -> None:
    """Ask the processes to end, and after some seconds do not ask any more."""
    processes = list(processes)
    for process in processes:
        process.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(timeout=max(deadline - time.monotonic(), 0))
    for process in processes:
        process.kill()
        process.popen.wait()


if __name__ == "__main__":
    sys.exit(main())
