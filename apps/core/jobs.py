"""Work that runs later: the one place that speaks to RQ."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import django_rq
from django.db import transaction
from redis.exceptions import RedisError
from rq import Retry
from rq.exceptions import DuplicateJobError
from rq.utils import import_attribute

logger = logging.getLogger(__name__)
Argument = str | int | float | bool | None


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
    at: not before this time. unique: while a job of this name waits or runs, no second one is made.

    A job is a hint, the truth is in the database: while Valkey is away nothing is raised, and the periodic
    sweep of each app finds what was left. Every task must be safe to run twice.
    """
    name = function if isinstance(function, str) else f"{function.__module__}.{function.__qualname__}"
    transaction.on_commit(lambda: _enqueue(name, arguments, at=at, unique=unique, queue=queue, timeout=timeout))


def _enqueue(
    name: str, arguments: tuple[Argument, ...], *, at: datetime | None, unique: str | None, queue: str, timeout: int
) -> None:
    import_attribute(name)  # a wrong path fails here, where it was written, and not in the worker
    target = django_rq.get_queue(queue)
    options = {
        "job_id": unique,
        "unique": unique is not None,
        "result_ttl": 0,
        "failure_ttl": 30 * 24 * 3600,
        "job_timeout": timeout,
        "retry": Retry(max=3, interval=[10, 60, 300]),
    }
    try:
        if at is None:
            target.enqueue(name, *arguments, **options)
        else:
            target.enqueue_at(at.astimezone(UTC), name, *arguments, **options)
    except DuplicateJobError:
        logger.debug("job %s is already waiting", unique)
    except RedisError as error:
        logger.warning("job %s was not queued, Valkey is not reachable: %s", name, type(error).__name__)
