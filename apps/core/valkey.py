"""The connection to Valkey that everything but RQ's workers and the cache share."""

from functools import cache

from django.conf import settings
from redis import Redis

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0


def client() -> Redis:
    """The installation's Valkey. A server that hangs raises redis.exceptions.TimeoutError after some seconds."""
    return _client(settings.REDIS_URL)


@cache
def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS)
