import pytest
from rq.utils import import_attribute

from apps.core import health
from apps.core.recurring import Recurring, tick
from project.jobs import RECURRING

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = (Recurring("apps.core.tasks.delete_expired_sessions", every=60),)
NOON = 1_800_000_000


@pytest.mark.parametrize("entry", RECURRING, ids=lambda entry: entry.task)
def test_it_names_tasks_that_are_there(entry):
    assert callable(import_attribute(entry.task))
    assert entry.queue in {"high", "default", "low"}


def test_it_runs_every_recurring_task(valkey, run_jobs):
    tick(RECURRING, valkey=valkey.client, now=NOON)
    assert sorted(run_jobs()) == sorted(entry.task for entry in RECURRING)


def test_it_defers_a_task_once_in_its_span(valkey):
    assert len(tick(JOBS, valkey=valkey.client, now=NOON)) == 1
    assert tick(JOBS, valkey=valkey.client, now=NOON + 20) == []


def test_it_defers_a_task_again_in_the_next_span(valkey, run_jobs):
    tick(JOBS, valkey=valkey.client, now=NOON)
    run_jobs()
    assert len(tick(JOBS, valkey=valkey.client, now=NOON + 60)) == 1


def test_it_does_not_pile_up_while_no_worker_runs(valkey):
    for minute in range(5):
        tick(JOBS, valkey=valkey.client, now=NOON + 60 * minute)
    assert valkey.client.llen("rq:queue:default") == 1


def test_it_leaves_a_sign_of_life(valkey):
    tick(JOBS, valkey=valkey.client, now=NOON)
    assert health.report().cron_seen_at.timestamp() == NOON
