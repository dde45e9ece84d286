"""`make run`, started for real."""

import os
import signal
import socket
import time

import pytest

from tests.project.conftest import PASSWORD

pytestmark = pytest.mark.xdist_group("run")


@pytest.fixture(scope="module")
def running(new_installation):
    installation = new_installation()
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def prepared(new_installation):
    """An installation that ran once and stands still."""
    installation = new_installation()
    installation.start()
    installation.stop(signal.SIGTERM)
    return installation


@pytest.fixture
def alive(prepared):
    prepared.start()
    yield prepared
    if prepared.process.poll() is None:
        prepared.stop()


def test_it_serves_pages(running):
    assert "Fernhill Garden Tools" in running.get("/")
    assert "Bergquell Fahrräder" in running.get("/", host="bergquell.localhost")
    assert '"valkey": true' in running.get("/readyz")


def test_it_says_where_to_go_and_as_whom(running):
    output = running.output()
    assert f"http://127.0.0.1:{running.port}/management/" in output
    assert f"http://tidewater.localhost:{running.port}/" in output
    for name in ("admin", "alice", "bob", "carol", "dave", PASSWORD):
        assert name in output


def test_it_keeps_the_demo_accounts_to_its_owner(running):
    file = running.folder / "demo-accounts.txt"
    assert PASSWORD in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (running.folder / "keys" / "field-keys").stat().st_mode & 0o777 == 0o600


def test_it_keeps_everything_to_its_owner(running):
    database = [file for file in running.folder.iterdir() if ".sqlite3" in file.name]
    assert {file.stat().st_mode & 0o777 for file in [*database, running.folder / "keys"]} <= {0o600, 0o700}
    assert bool(database) is not bool(running.database)  # what lies beside it comes and goes with who uses it


def test_it_gives_the_accounts_their_roles(running):
    code = (
        "from apps.accounts.models import User; from apps.accounts.roles import role_of; "
        f"print({{u.username: (role_of(u).value, u.check_password({PASSWORD!r})) for u in User.objects.all()}})"
    )
    assert eval(running.shell(code)) == {
        "admin": ("Administrator", True),
        "alice": ("Agent", True),
        "bob": ("Agent", True),
        "carol": ("Customer", True),
        "dave": ("Customer", True),
        "maud": ("Customer", True),
        "mona": ("Manager", True),
    }


@pytest.mark.parametrize(
    ("host", "article"),
    [
        ("fernhill.localhost", "How to put an edge on a spade"),
        ("tidewater.localhost", "How to read your invoice"),
        ("bergquell.localhost", "Kette wechseln in zwanzig Minuten"),
    ],
)
def test_it_reads_the_feeds_of_the_demo(running, host, article):
    deadline = time.monotonic() + 90
    while article not in running.get("/", host=host):
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.5)


def test_it_is_quiet_while_all_is_well(running):
    running.get("/")
    assert " | " not in running.output()


def test_it_refuses_a_folder_that_is_in_use(running):
    sentence = running.refuses(DESK_PORT="1")
    assert f"already running on the folder {running.folder}" in sentence
    assert str(running.process.pid) in sentence


@pytest.mark.once
def test_it_leaves_nothing_running_after_sigterm(prepared):
    assert prepared.process.returncode == 0
    assert prepared.output().endswith("Stopped.\n")
    assert prepared.is_gone(seconds=1)


@pytest.mark.once
def test_it_leaves_nothing_running_in_the_middle_of_a_job(alive):
    alive.shell("from django_rq import get_queue; get_queue('high').enqueue('os.system', 'sleep 303 & sleep 304')")
    deadline = time.monotonic() + 60
    while sum("sleep 30" in command for command in alive.processes().values()) < 2:
        assert time.monotonic() < deadline, alive.processes()
        time.sleep(0.1)
    began = time.monotonic()
    assert alive.stop() == 0
    assert time.monotonic() - began < 12
    assert alive.is_gone(seconds=1)


@pytest.mark.once
def test_it_leaves_nothing_running_when_it_is_killed(alive):
    assert len(alive.processes()) >= 5
    alive.stop(signal.SIGKILL)
    assert alive.is_gone()


@pytest.mark.once
def test_it_stops_everything_when_one_process_ends(alive):
    os.kill(alive.process_named(r"project\.web"), signal.SIGKILL)
    assert alive.process.wait(timeout=30) == 1
    assert "web ended by itself" in alive.output()
    assert alive.is_gone(seconds=1)


def test_it_keeps_what_was_changed_beside_another_installation(prepared, running):
    prepared.shell("from apps.brands.models import Brand; Brand.objects.filter(is_default=True).update(name='Ours')")
    prepared.shell("from apps.feeds.models import ExternalFeed; ExternalFeed.objects.all()[0].delete()")
    prepared.start()
    assert "Ours" in prepared.get("/")
    assert prepared.shell("from apps.feeds.models import ExternalFeed; print(ExternalFeed.objects.count())") == "4"
    assert PASSWORD not in prepared.output()
    assert "demo-accounts.txt" in prepared.output()
    assert "Fernhill" in running.get("/")
    prepared.stop()
    assert prepared.is_gone()
    assert '"valkey": true' in running.get("/readyz")


@pytest.mark.once
def test_it_refuses_a_port_that_is_taken(prepared):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = prepared.refuses(DESK_PORT=str(port))
    assert sentence == (
        f"Port {port} on 127.0.0.1 is taken by another program; "
        f"choose another one, for example: make run DESK_PORT={port + 1}\n"
    )
