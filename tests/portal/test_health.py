import time

import pytest
from django.db import DatabaseError, connection
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from apps.core import health

pytestmark = pytest.mark.django_db


def test_it_says_that_the_process_answers(client):
    response = client.get("/healthz", headers={"host": "10.0.0.1"})
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_it_is_ready_with_database_and_valkey(client):
    response = client.get("/readyz", headers={"host": "10.0.0.1"})
    assert response.status_code == 200
    assert response.json() == {
        "database": True,
        "valkey": True,
        "worker_seen_seconds_ago": None,
        "cron_seen_seconds_ago": None,
        "oldest_job_seconds": None,
        "waiting_jobs": 0,
        "failed_jobs": 0,
    }


def test_it_sees_worker_cron_and_waiting_jobs(client, valkey):
    valkey.client.set("desk:cron:seen_at", time.time() - 30)
    queue = Queue("low", connection=valkey.client, serializer=JSONSerializer)
    queue.enqueue("builtins.print")
    worker = SimpleWorker([queue], connection=valkey.client, serializer=JSONSerializer)
    worker.register_birth()
    seen = client.get("/readyz").json()
    assert seen["worker_seen_seconds_ago"] in (0, 1)
    assert seen["cron_seen_seconds_ago"] in (30, 31)
    assert (seen["waiting_jobs"], seen["oldest_job_seconds"]) in ((1, 0), (1, 1))


def test_it_counts_failed_jobs(valkey):
    queue = Queue("default", connection=valkey.client, serializer=JSONSerializer)
    queue.enqueue("operator.truediv", 1, 0, failure_ttl=60)
    SimpleWorker([queue], connection=valkey.client, serializer=JSONSerializer).work(
        burst=True, logging_level="CRITICAL"
    )
    assert health.report().failed_jobs == 1


def test_it_takes_an_odd_heartbeat_for_none(valkey):
    valkey.client.set("desk:cron:seen_at", "yesterday")
    assert health.report().cron_seen_at is None


def test_it_is_not_ready_without_valkey(client, valkey):
    valkey.stop()
    started = time.monotonic()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert (response.json()["database"], response.json()["valkey"]) == (True, False)
    assert time.monotonic() - started < 3
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_without_the_database(client):
    def refuse(execute, sql, params, many, context):
        raise DatabaseError("gone")

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert (response.json()["database"], response.json()["valkey"]) == (False, True)


def test_the_portal_works_without_valkey(client, brand, valkey):
    valkey.stop()
    assert client.get("/").status_code == 200
    assert client.post("/login/", {"username": "x", "password": "y"}).status_code == 200
