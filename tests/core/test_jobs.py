import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from apps.core.jobs import defer

pytestmark = pytest.mark.django_db


def note(key: str, value: str) -> None:
    """A task of these tests."""
    cache.set(key, value)


def fail() -> None:
    """A task that fails."""
    raise ZeroDivisionError


def waiting(valkey, queue="default"):
    return Queue(queue, connection=valkey.client, serializer=JSONSerializer).job_ids


def test_it_runs_a_job_after_the_commit(run_jobs, valkey):
    defer(note, "color", "green", queue="high")
    assert waiting(valkey, "high") == []
    assert run_jobs() == ["tests.core.test_jobs.note"]
    assert cache.get("color") == "green"


@pytest.mark.django_db(transaction=True)
def test_it_forgets_the_job_of_a_transaction_that_failed(valkey):
    with transaction.atomic():
        defer(note, "color", "red")
        transaction.set_rollback(True)
    assert waiting(valkey) == []


@pytest.mark.django_db(transaction=True)
def test_it_keeps_one_job_of_a_name(valkey):
    for _ in range(3):
        defer(note, "color", "blue", unique="paint")
    assert waiting(valkey) == ["paint"]


@pytest.mark.django_db(transaction=True)
def test_it_makes_a_job_again_after_it_ran(run_jobs, valkey):
    for _ in range(2):
        defer(note, "color", "blue", unique="paint")
        assert run_jobs() == ["tests.core.test_jobs.note"]


@pytest.mark.django_db(transaction=True)
def test_it_makes_a_job_again_after_it_failed(valkey):
    defer(fail, unique="paint")
    job = Job.fetch("paint", connection=valkey.client, serializer=JSONSerializer)
    Queue("default", connection=valkey.client, serializer=JSONSerializer).empty()
    job.set_status(JobStatus.FAILED)
    job.save()
    defer(note, "color", "blue", unique="paint")
    assert waiting(valkey) == ["paint"]


@pytest.mark.django_db(transaction=True)
def test_it_tries_a_failed_job_again_later(run_jobs, valkey):
    defer(fail, unique="paint")
    assert run_jobs(failing=True) == ["tests.core.test_jobs.fail"]
    job = Job.fetch("paint", connection=valkey.client, serializer=JSONSerializer)
    assert job.get_status() == JobStatus.SCHEDULED
    assert job.retries_left == 2


@pytest.mark.django_db(transaction=True)
def test_it_holds_a_job_back_until_its_time(run_jobs, valkey):
    defer(note, "color", "blue", at=timezone.now() + timedelta(hours=1))
    assert run_jobs() == []
    assert Queue("default", connection=valkey.client, serializer=JSONSerializer).scheduled_job_registry.count == 1


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_while_valkey_is_away(valkey, caplog):
    valkey.stop()
    with caplog.at_level(logging.WARNING):
        defer(note, "color", "blue")
    assert "Valkey is not reachable" in caplog.text


def test_it_refuses_a_task_that_is_not_there():
    with pytest.raises(ValueError, match="paint"):
        defer("apps.core.tasks.paint")
