"""Who else is looking at a ticket or writing in it, for some seconds, in Valkey.

While Valkey is away nobody is seen, and nothing fails.
"""

import json
import logging
import time
from dataclasses import dataclass

from redis.exceptions import RedisError

from apps.accounts.models import User
from apps.core.valkey import client

logger = logging.getLogger(__name__)
SECONDS = 20
PEOPLE = 20


@dataclass(frozen=True)
class Present:
    """A person at a ticket."""

    name: str
    is_typing: bool


def meet(*, ticket_id: int, user: User, is_typing: bool) -> list[Present]:
    """Note that this person is there, and who else is."""
    now = time.time()
    key = _key(ticket_id)
    value = json.dumps([now + SECONDS, user.get_full_name(), is_typing])
    try:
        pipeline = client().pipeline(transaction=False)
        pipeline.hset(key, str(user.pk), value)
        pipeline.expire(key, SECONDS)
        pipeline.hgetall(key)
        found = pipeline.execute()[-1]
    except RedisError as error:
        logger.warning("Valkey is not reachable, going on without presence: %s", type(error).__name__)
        return []
    others = [json.loads(entry) for person, entry in found.items() if int(person) != user.pk]
    return [Present(name, typing) for until, name, typing in sorted(others) if until > now][:PEOPLE]


def leave(*, ticket_id: int, user: User) -> None:
    """Forget the person before the time is over."""
    try:
        client().hdel(_key(ticket_id), str(user.pk))
    except RedisError as error:
        logger.warning("Valkey is not reachable, going on without presence: %s", type(error).__name__)


def _key(ticket_id: int) -> str:
    return f"desk:presence:{ticket_id}"
