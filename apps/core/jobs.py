"""Work that runs later: the one place that puts jobs into RQ's queues."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import import_attribute

from apps.core import valkey

logger = logging.getLogger(__name__)
Argument = str | int | float | bool | None
QUEUES = ("high", "default", "low")  # a worker empties them in this order
ENDED = {JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED}
FAILED_DAYS = 30


def defer(
    function: Callable[..., None] | str,
    *arguments: Argument,
    at: datetime | None = None,
    unique: str | None = None,
    queue: str = "default",
    timeout: int = 600,
) -> None:
    """Run `function(*arguments)` in a worker, after this transaction has committed.

    function: a task, or its dotted path. arguments: ids and plain values; never secrets or objects.
    at: not before this time. unique: letters, digits, - and _; while a job of this name waits or runs, no second
    one is made.

    A job is a hint, the truth is in the database: while Valkey is away nothing is raised, and the periodic
    sweep of each app finds what was left. Every task must be safe to run twice.
    """
    name = function if isinstance(function, str) else f"{function.__module__}.{function.__qualname__}"
    import_attribute(name)  # a wrong path fails here, where it was written, and not in the worker
    options = {
        "job_id": unique,
        "unique": unique is not None,
        "result_ttl": 0,
        "failure_ttl": FAILED_DAYS * 24 * 3600,
        "job_timeout": timeout,
        "retry": Retry(max=3, interval=[10, 60, 300]),
    }
    transaction.on_commit(lambda: _enqueue(name, arguments, at=at, queue=queue, options=options))


def _enqueue(
    name: str, arguments: tuple[Argument, ...], *, at: datetime | None, queue: str, options: dict[str, Any]
) -> None:
    target = Queue(queue, connection=valkey.client(), serializer=JSONSerializer)
    try:
        _forget_ended(target, options["job_id"])
        if at is None:
            target.enqueue(name, *arguments, **options)
        else:
            target.enqueue_at(at.astimezone(UTC), name, *arguments, **options)
    except DuplicateJobError:
        logger.debug("job %s is already waiting", options["job_id"])
    except RedisError as error:
        logger.warning("job %s was not queued, Valkey is not reachable: %s", name, type(error).__name__)


def _forget_ended(queue: Queue, job_id: str | None) -> None:
    """Remove a job of this name that failed: RQ keeps it for a month, and refuses its successor for as long."""
    if job_id is None:
        return
    try:
        job = Job.fetch(job_id, connection=queue.connection, serializer=JSONSerializer)
    except NoSuchJobError:
        return
    if job.get_status(refresh=False) in ENDED:
        job.delete()
