"""Personas, builders and servers that the tests share."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from apps.accounts.models import User
from apps.accounts.roles import Role, set_role
from apps.accounts.sign_in import open_management
from apps.brands.models import Brand
from tests import environment
from tests.valkey import Valkey

pytest_plugins = ["tests.live"]
PASSWORD = "correct horse battery"
HOW_TO_INSTALL_CHROMIUM = "apt-get install chromium"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's, which drops the database at the end: PostgreSQL refuses that while a thread holds on to it."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


def make_user(name: str, role: Role = Role.CUSTOMER, **changes: object) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", PASSWORD, **{"display_name": name.title(), **changes})
    set_role(user=user, role=role)
    return user


@pytest.fixture
def brand(db: None) -> Brand:
    return Brand.objects.create(name="Fernhill", is_default=True)


@pytest.fixture
def admin(brand: Brand) -> User:
    return make_user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def manager(brand: Brand) -> User:
    return make_user("mia", Role.MANAGER)


@pytest.fixture
def alice(brand: Brand) -> User:
    return make_user("alice", Role.AGENT)


@pytest.fixture
def carol(brand: Brand) -> User:
    return make_user("carol")


def signed_in(user: User) -> Client:
    """A client of this person, signed in to the portal and to the management interface."""
    client = Client()
    client.force_login(user)
    session = client.session
    open_management(session, user)
    session.save()
    return client


@pytest.fixture
def admin_client(admin: User) -> Client:
    return signed_in(admin)


# Valkey and jobs ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    server = Valkey(environment.FOLDER / "valkey.sock")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def valkey(valkey_server: Valkey) -> Valkey:
    """The Valkey behind `REDIS_URL`, empty at the start of each test. A test may stop it; the next one has it again."""
    valkey_server.flush()
    return valkey_server


@pytest.fixture
def run_jobs(valkey: Valkey) -> Callable[..., list[str]]:
    """`run_jobs()` commits what the test did so far and works on the queues until they are empty.

    Returns the dotted paths of the jobs it ran. A job that fails fails the test, unless `failing=True` is given;
    what is scheduled for later stays.
    """

    def run(*, failing: bool = False) -> list[str]:
        done: list[str] = []
        errors: list[BaseException] = []

        def remember(job: Job, kind: type[BaseException], error: BaseException, trace: object) -> bool:
            errors.append(error)
            return True

        class Worker(SimpleWorker):
            def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
                done.append(job.func_name)
                return super().perform_job(job, queue, execution)

        while (callbacks := connection.run_on_commit) or _waiting(valkey):
            connection.run_on_commit = []
            for _savepoints, callback, _robust in callbacks:
                callback()
            Worker(
                [
                    Queue(name, connection=valkey.client, serializer=JSONSerializer)
                    for name in ("high", "default", "low")
                ],
                connection=valkey.client,
                serializer=JSONSerializer,
                exception_handlers=[remember],
            ).work(burst=True, logging_level="ERROR")
        if errors and not failing:
            raise errors[0]
        return done

    return run


def _waiting(valkey: Valkey) -> int:
    return sum(valkey.client.llen(f"rq:queue:{name}") for name in ("high", "default", "low"))


# What was skipped is said loudly --------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "/e2e/" in report.nodeid]
    if skipped and "PYTEST_XDIST_WORKER" not in os.environ:
        terminalreporter.write_line(
            f"\n!!! SKIPPED: {len(skipped)} browser tests, because no Chromium was found. "
            f"Install one: {HOW_TO_INSTALL_CHROMIUM}\n",
            red=True,
            bold=True,
        )
