"""The real web server in a thread of the tests' process, on the tests' database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn


@dataclass(frozen=True)
class LiveDesk:
    """A web server."""

    port: int

    def address(self, path: str = "/", host: str = "localhost") -> str:
        """The whole address of a path; every name that ends in `.localhost` leads to this machine."""
        return f"http://{host}:{self.port}{path}"


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
    yield LiveDesk(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def live_desk(django_db_setup: None) -> Iterator[LiveDesk]:
    with served() as desk:
        yield desk


@pytest.fixture
def desk(live_desk: LiveDesk, transactional_db: None) -> LiveDesk:
    """The web server on an empty database; what the test saves is seen by it at once."""
    return live_desk
