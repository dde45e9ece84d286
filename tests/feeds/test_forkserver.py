"""The children: they are bounded, know nothing of ours, and nothing is left of them."""

import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.fetching.wire import FeedJob
from tests.fakes.feed_server import FeedServer, Visit, document, rss

FORK = multiprocessing.get_context("fork")


def job(publisher: FeedServer, path: str = "/feed") -> FeedJob:
    return FeedJob(url=publisher.url(path), user_agent="Deskbridge/test", allow=publisher.allow)


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(folder.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually_dead(pids: list[int]) -> bool:
    end = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(is_alive, pids))


def process_tree(publisher: FeedServer, path: str) -> list[int]:
    """The server and the child that are at work for us, once the child has reached `path`."""
    end = time.monotonic() + 10
    while not publisher.visits_to(path) and time.monotonic() < end:
        time.sleep(0.05)
    return working()


def working() -> list[int]:
    return [pid for server in servers() for pid in (server, *children_of(server)) if children_of(server)]


def servers() -> list[int]:
    return [pid for pid in children_of(os.getpid()) if b"feeds.fetching.server" in command(pid)]


def command(pid: int) -> bytes:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def test_it_starts_no_process_before_the_first_job() -> None:
    before = children_of(os.getpid())
    with ForkServer():
        assert children_of(os.getpid()) == before


def test_it_works_for_several_threads(publisher: FeedServer, children: ForkServer) -> None:
    publisher.at("/feed", document(rss(["New"])))
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: children.fetch(job(publisher)), range(30)))
    assert {result.outcome for result in results} == {"ok"}


def test_the_child_knows_nothing_of_ours(publisher: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "hush")
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9/")
    environments: list[bytes] = []

    def look(visit: Visit) -> None:
        environments.extend(
            (Path("/proc") / str(pid) / "environ").read_bytes() for pid in process_tree(publisher, "/feed")
        )
        visit.send(document(rss(["New"])))

    publisher.at("/feed", look)
    with ForkServer() as server:
        assert server.fetch(job(publisher)).outcome == "ok"
    assert environments
    assert not any(b"hush" in environment or b"proxy" in environment for environment in environments)


def test_a_child_that_hangs_is_killed_from_outside(publisher: FeedServer) -> None:
    publisher.at("/feed", Visit.stall)
    started = time.monotonic()
    with ForkServer(seconds=15, kill_after=1) as server:
        result = server.fetch(job(publisher))
    assert (result.outcome, result.kind) == ("error", "too_complex")
    assert time.monotonic() - started < 8


def test_a_child_that_is_killed_harms_no_other(publisher: FeedServer) -> None:
    publisher.at("/slow", Visit.stall)
    publisher.at("/feed", document(rss(["New"])))
    with ForkServer() as server, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(server.fetch, job(publisher, "/slow"))
        _, child = process_tree(publisher, "/slow")
        os.kill(child, signal.SIGSEGV)
        assert slow.result(timeout=5).kind == "crashed"
        assert server.fetch(job(publisher)).outcome == "ok"


def test_a_server_that_is_killed_is_replaced(publisher: FeedServer) -> None:
    publisher.at("/slow", Visit.stall)
    publisher.at("/feed", document(rss(["New"])))
    with ForkServer() as server, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(server.fetch, job(publisher, "/slow"))
        fork_server, child = process_tree(publisher, "/slow")
        os.kill(fork_server, signal.SIGKILL)
        assert slow.result(timeout=5).kind == "crashed"
        assert eventually_dead([child])
        assert server.fetch(job(publisher)).outcome == "ok"


def test_nothing_is_left_when_it_is_done(publisher: FeedServer) -> None:
    publisher.at("/slow", Visit.stall)
    with ThreadPoolExecutor(1) as pool:
        with ForkServer() as server:
            slow = pool.submit(server.fetch, job(publisher, "/slow"))
            pids = process_tree(publisher, "/slow")
            assert len(pids) == 2
        assert eventually_dead(pids)
        assert slow.result(timeout=5).kind in ("crashed", "too_complex")


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_nothing_is_left_when_its_owner_is_killed(publisher: FeedServer) -> None:
    """The owner is forked, as a work-horse is, and starts a fork server of its own."""
    publisher.at("/slow", Visit.stall)
    reader, writer = FORK.Pipe()

    def work() -> None:
        with ForkServer() as server, ThreadPoolExecutor(1) as pool:
            pool.submit(server.fetch, job(publisher, "/slow"))
            end = time.monotonic() + 10
            while not any(children_of(pid) for pid in servers()) and time.monotonic() < end:
                time.sleep(0.05)
            writer.send(working())
            time.sleep(30)

    owner = FORK.Process(target=work)
    owner.start()
    assert reader.poll(20)
    pids = reader.recv()
    assert len(pids) == 2
    assert all(map(is_alive, pids))
    assert owner.pid is not None
    os.kill(owner.pid, signal.SIGKILL)
    owner.join(5)
    assert eventually_dead(pids)
