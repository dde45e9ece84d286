"""Counting how often something happens, to refuse floods."""

from django.core.cache import cache


def is_over_limit(*, name: str, key: str, limit: int, seconds: int) -> bool:
    """Count one more `name` of `key` (an address, an account); True once there were more than `limit` in `seconds`.

    The window starts with the first one. While Valkey is away nothing is refused.
    """
    counter = f"limit:{name}:{key}"
    if cache.add(counter, 1, timeout=seconds):
        return False
    try:
        return cache.incr(counter) > limit
    except ValueError:  # the window ended between the two calls
        return False
