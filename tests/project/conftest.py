"""Installations that are really started, each with a folder and a port of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180  # on a machine that does many other things
PASSWORD = "open-sesame"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def make_database() -> Iterator[str]:
    """The URL of an empty database on the tests' PostgreSQL, or none, which means SQLite."""
    if not os.environ["DATABASE_URL"].startswith("postgres"):
        yield ""
        return
    name = f"run_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


class Installation:
    """One state folder, and what `make run` starts on it."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.database = database
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder.parent / f"{folder.name}.log"

    def environment(self, **changes: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
        for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
            clean.pop(name, None)
        ours = {"DESK_VAR": str(self.folder), "DESK_PORT": str(self.port), "DESK_DEMO_PASSWORD": PASSWORD}
        if self.database:
            ours["DATABASE_URL"] = self.database
        return {**clean, **ours, **changes}

    def begin(self, **changes: str) -> None:
        """Start without waiting."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "project.run"],
                cwd=ROOT,
                env=self.environment(**changes),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self, **changes: str) -> None:
        """Start, and wait until it says that it is ready."""
        self.begin(**changes)
        deadline = time.monotonic() + START_SECONDS
        while "Ready: " not in self.output():
            assert self.process is not None
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.1)

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to the process that was started, and to no other; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def refuses(self, **changes: str) -> str:
        """What it says when it cannot start."""
        result = subprocess.run(
            [sys.executable, "-m", "project.run"],
            cwd=ROOT,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert result.returncode == 1
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=True
        ).stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "--verbosity", "0", "--command", code).strip()

    def get(self, path: str, host: str = "127.0.0.1") -> str:
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": f"{host}:{self.port}"})
        with urlopen(request, timeout=30) as response:
            return str(response.read().decode())

    def processes(self) -> dict[int, str]:
        """Everything that runs for this installation: processes whose environment names its folder."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                environment = (path / "environ").read_bytes().split(b"\0")
                command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if not command:  # ended, and not yet collected
                continue
            # Valkey writes its title over its environment.
            if f"DESK_VAR={self.folder}".encode() in environment or f":{self.folder}/valkey.sock" in command:
                found[int(path.name)] = command
        return found

    def process_named(self, pattern: str) -> int:
        return next(pid for pid, command in self.processes().items() if re.search(pattern, command))

    def is_gone(self, seconds: float = 10) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What does not depend on the database is tested once, on SQLite."""
    if os.environ["DATABASE_URL"].startswith("postgres"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("once")])
        items[:] = [item for item in items if not item.get_closest_marker("once")]


@pytest.fixture(scope="session")
def new_installation() -> Iterator[Callable[[], Installation]]:
    """`new_installation()` is one that was not set up yet; at the end whatever still runs of it is killed."""
    base = Path(tempfile.mkdtemp(prefix="run-", dir="/tmp"))  # short: there is a unix socket in it
    made: list[Installation] = []
    databases: list[Iterator[str]] = []

    def make() -> Installation:
        databases.append(make_database())
        made.append(Installation(base / str(len(made)), next(databases[-1])))
        return made[-1]

    yield make
    for installation in made:
        for pid in installation.processes():
            os.kill(pid, signal.SIGKILL)
        if installation.process is not None:
            installation.process.wait()
    shutil.rmtree(base, ignore_errors=True)
