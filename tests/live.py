"""The real web server in a thread of the tests' process, on the tests' database."""

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn

PATIENCE = 60  # seconds for the requests that are under way


@dataclass(frozen=True)
class LiveDesk:
    """A web server and the requests that it works on."""

    port: int
    requests: Collection[object] = field(default=(), repr=False, compare=False)

    def address(self, path: str = "/", host: str = "localhost") -> str:
        """The whole address of a path; every name that ends in `.localhost` leads to this machine."""
        return f"http://{host}:{self.port}{path}"

    def finish(self) -> None:
        """Wait for the requests under way, also those of a browser that is gone.

        One that goes on after its test meets another test's rows, or keeps the database from being dropped: where the
        server or the access to the database ends before it, nobody closes its connection.
        """
        end = time.monotonic() + PATIENCE
        while self.requests and time.monotonic() < end:
            time.sleep(0.01)
        assert not self.requests, "a request does not end"


@contextmanager
def served() -> Iterator[LiveDesk]:
    """The ASGI application as `project.web` serves it, but on a free port."""
    from project.asgi import application
    from project.web import options

    changes = {"host": "127.0.0.1", "port": 0, "workers": 1, "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(application, **{**options(), **changes}))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the web server did not start"
    desk = LiveDesk(server.servers[0].sockets[0].getsockname()[1], server.server_state.tasks)
    try:
        yield desk
        desk.finish()
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def live_desk(django_db_setup: None) -> Iterator[LiveDesk]:
    with served() as desk:
        yield desk


@pytest.fixture
def desk(live_desk: LiveDesk, transactional_db: None) -> Iterator[LiveDesk]:
    """The web server on an empty database; what the test saves is seen by it at once."""
    yield live_desk
    live_desk.finish()
