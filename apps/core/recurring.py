"""Tasks that run again and again, whichever host's cron comes first."""

from collections.abc import Iterable
from dataclasses import dataclass

from redis import Redis

from apps.core.health import CRON_SEEN_AT
from apps.core.jobs import defer


@dataclass(frozen=True)
class Recurring:
    """A task (its dotted path) and after how many seconds it is due again."""

    task: str
    every: int
    queue: str = "default"


def tick(recurring: Iterable[Recurring], *, valkey: Redis, now: float) -> list[str]:
    """Defer the tasks that are due at the unix time `now`, and leave a sign of life. Returns what was deferred.

    Time is cut into spans of `every` seconds; in each span the first cron process of all hosts claims the task.
    Raises redis.exceptions.RedisError while Valkey is away.
    """
    deferred = []
    for entry in recurring:
        span = int(now // entry.every)
        if valkey.set(f"desk:cron:{entry.task}:{span}", 1, nx=True, ex=2 * entry.every):
            defer(entry.task, unique=f"cron-{entry.task.replace('.', '-')}", queue=entry.queue)
            deferred.append(entry.task)
    valkey.set(CRON_SEEN_AT, int(now))
    return deferred
