"""Can Deskbridge start here? Each answer is one sentence. Needs no Django, and settings only from the environment."""

import errno
import fcntl
import ipaddress
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from project.keys import make_state_folder, state_folder

SOCKET_PATH_BYTES = 100  # the system allows 108 for the path of a unix socket
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what we look for, not what we bind to


class CannotStart(Exception):
    """Why not, in one sentence that says what to do."""


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def near(self) -> str:
        """The host under which this machine itself reaches it."""
        return LOOPBACK.get(self.host, self.host)

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://{f'[{self.near}]' if ':' in self.near else self.near}:{self.port}/"


def wanted_address() -> Address:
    """`DESK_HOST` and `DESK_PORT`."""
    text = os.environ.get("DESK_PORT") or "8000"
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise CannotStart(f"DESK_PORT is {text!r}; it must be a number between 1 and 65535.")
    return Address(os.environ.get("DESK_HOST") or "127.0.0.1", int(text))


def check_folder() -> None:
    """The state folder exists or can be made, and can be written."""
    folder = state_folder()
    try:
        make_state_folder()
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be written ({error.strerror}); set DESK_VAR to a folder that can."
        ) from error
    path = os.fsencode(folder / "valkey.sock")
    if not os.environ.get("REDIS_URL") and len(path) > SOCKET_PATH_BYTES:
        raise CannotStart(
            f"The path of the folder {folder} is too long for a unix socket; "
            f"set DESK_VAR to one that is at least {len(path) - SOCKET_PATH_BYTES} characters shorter."
        )


def claim_folder() -> IO[str]:
    """A lock on the state folder, held until this process ends: two installations must not share one."""
    file = (state_folder() / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        raise CannotStart(
            f"Deskbridge is already running on the folder {state_folder()} (process {file.read().strip()}); "
            "stop it first, or set DESK_VAR to another folder."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def check_port(address: Address) -> None:
    """The port is free and may be listened on."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotStart(f"DESK_HOST is {address.host!r}, which is no address of this machine.") from error
    with socket.socket(found[0], socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(found[4])
            listener.listen()
        except OSError as error:
            raise CannotStart(_why_not(address, error)) from error


def _why_not(address: Address, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Port {address.port} needs more rights than this user has; choose one from 1024 on with DESK_PORT."
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {address.port} on {address.host} is taken by another program; "
            f"choose another one, for example: make run DESK_PORT={address.port + 1}"
        )
    return f"DESK_HOST is {address.host!r}, where this machine cannot listen ({error.strerror})."


def check_https() -> None:
    """Behind HTTPS there is a proxy, and it is named."""
    is_https = os.environ.get("DESK_HTTPS", "").lower() in {"1", "on", "true", "yes", "y", "ok"}
    if is_https and not os.environ.get("DESK_TRUSTED_PROXIES"):
        raise CannotStart(
            "DESK_HTTPS is on, so a proxy must stand in front of Deskbridge; "
            "name its address in DESK_TRUSTED_PROXIES, for example 127.0.0.1."
        )
    for text in os.environ.get("DESK_TRUSTED_PROXIES", "").split(","):
        try:
            ipaddress.ip_network(text.strip(), strict=False) if text.strip() else None
        except ValueError as error:
            raise CannotStart(f"DESK_TRUSTED_PROXIES holds {text!r}, which is no address or network.") from error


def demo_is_wanted() -> bool:
    """Whether an empty installation gets the demo data (`DESK_DEMO`)."""
    return os.environ.get("DESK_DEMO", "on").lower() not in {"off", "0", "no", "false"}


def demo_accounts_file() -> Path:
    """Where the demo accounts and their password are written down."""
    return state_folder() / "demo-accounts.txt"
