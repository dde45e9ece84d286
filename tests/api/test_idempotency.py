import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.utils import timezone

from apps.core.idempotency import delete_old_records
from apps.core.locks import lock
from apps.core.models import IdempotencyRecord
from apps.tickets.models import Attachment, Message, Ticket
from tests.api.conftest import Caller, make_token

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def caller(carol, sales):
    return Caller(make_token(carol))


@pytest.fixture
def asked(sales):
    return {"department": sales.pk, "subject": "Cold", "text": "Brr"}


def test_it_carries_out_the_same_request_once(caller, asked):
    first, second = (caller.post("/tickets", asked, **KEY) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Content-Type"] == second["Content-Type"]
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Ticket.objects.count() == 1
    assert caller.post("/tickets", asked).json().keys() == first.json().keys()
    assert Ticket.objects.count() == 2


def test_it_refuses_a_key_that_was_used_for_something_else(caller, asked):
    number = caller.post("/tickets", asked, **KEY).json()["number"]
    for answer in (
        caller.post("/tickets", {**asked, "text": "Brrr"}, **KEY),
        caller.post(f"/tickets/{number}/messages", {"text": "x"}, **KEY),
        caller.upload(SimpleUploadedFile("a.txt", b"a"), **KEY),
    ):
        assert answer.status_code == 422
        assert answer.json()["code"] == "key_reused"
    assert (Ticket.objects.count(), Message.objects.count(), Attachment.objects.count()) == (1, 1, 0)


def test_it_keeps_the_keys_of_different_people_apart(caller, asked, dave):
    first = caller.post("/tickets", asked, **KEY).json()
    other = Caller(make_token(dave)).post("/tickets", asked, **KEY)
    assert other.status_code == 201
    assert other.json()["number"] != first["number"]


def test_it_does_not_keep_what_failed(caller, asked, sales):
    sales.is_public = False
    sales.save()
    assert caller.post("/tickets", asked, **KEY).status_code == 422
    assert not IdempotencyRecord.objects.exists()
    sales.is_public = True
    sales.save()
    assert caller.post("/tickets", asked, **KEY).status_code == 201


def test_it_keeps_neither_the_effect_nor_the_key_of_a_crash(caller, asked, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(IdempotencyRecord.objects, "create", fail)
        assert caller.post("/tickets", asked, **KEY).status_code == 500
    assert not Ticket.objects.exists()
    assert caller.post("/tickets", asked, **KEY).status_code == 201


def test_it_recognises_the_same_file_and_not_another(caller):
    first, same = (caller.upload(SimpleUploadedFile("a.txt", b"first"), **KEY) for _ in range(2))
    assert first.json() == same.json()
    assert Attachment.objects.count() == 1
    assert caller.upload(SimpleUploadedFile("a.txt", b"other"), **KEY).json()["code"] == "key_reused"
    assert caller.upload(SimpleUploadedFile("b.txt", b"first"), **KEY).json()["code"] == "key_reused"
    with Attachment.objects.get().file.open() as kept:
        assert kept.read() == b"first"


@pytest.mark.parametrize("key", ["x" * 256, "tab\tkey", "\x00", "é"])
def test_it_refuses_odd_keys(caller, asked, key):
    answer = caller.post("/tickets", asked, **{"idempotency-key": key})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert not Ticket.objects.exists()


def test_it_forgets_after_a_day(caller, asked):
    caller.post("/tickets", asked, **KEY)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        delete_old_records()
        assert caller.post("/tickets", asked, **KEY)["Idempotency-Replayed"] == "true"
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "Idempotency-Replayed" not in caller.post("/tickets", asked, **KEY)
    assert Ticket.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(hours=50)):
        delete_old_records()
    assert not IdempotencyRecord.objects.exists()


def test_it_carries_out_two_requests_at_once_one_time(transactional_db, carol, sales, asked):
    callers = [Caller(make_token(carol)) for _ in range(2)]
    barrier = Barrier(2)

    def send(caller):
        try:
            barrier.wait()
            answers = [caller.post("/tickets", asked, **KEY)]
            while answers[-1].status_code == 409:
                assert answers[-1]["Retry-After"] == "1"
                time.sleep(0.05)
                answers.append(caller.post("/tickets", asked, **KEY))
            return answers[-1]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, callers))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True]
    assert Ticket.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite the second waits for the first")
def test_it_says_that_a_request_is_under_way(transactional_db, carol, sales, asked):
    caller = Caller(make_token(carol))
    held, done = Event(), Event()

    def hold():
        try:
            with transaction.atomic():
                lock(f"idempotency.{carol.pk}.{KEY['idempotency-key']}")
                held.set()
                done.wait(10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        held.wait(10)
        answer = caller.post("/tickets", asked, **KEY)
        done.set()
    assert answer.status_code == 409
    assert answer.json()["code"] == "in_progress"
    assert answer["Retry-After"] == "1"
    assert caller.post("/tickets", asked, **KEY).status_code == 201
