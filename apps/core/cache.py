"""The shared cache: Valkey, and simply empty while Valkey is away."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _forgiving[**P, R](method: Callable[P, R], answer: R) -> Callable[P, R]:
    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except RedisError as error:
            logger.warning("Valkey is not reachable, going on without the cache: %s", type(error).__name__)
            return answer

    return wrapper


class ForgivingValkeyCache(RedisCache):
    """Django's Redis cache; a server that is away is a miss, never an error page."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _forgiving(super().get, default)(key, default, version)

    set = _forgiving(RedisCache.set, None)
    add = _forgiving(RedisCache.add, True)
    touch = _forgiving(RedisCache.touch, False)
    delete = _forgiving(RedisCache.delete, False)
    incr = _forgiving(RedisCache.incr, 1)
    get_many = _forgiving(RedisCache.get_many, {})
    set_many = _forgiving(RedisCache.set_many, [])
    delete_many = _forgiving(RedisCache.delete_many, None)
