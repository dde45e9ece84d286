"""Counting how often something happens, to refuse floods."""

from ipaddress import IPv6Address, IPv6Network, ip_address

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


def is_over_total(*, name: str, key: str, amount: int, limit: int, seconds: int) -> bool:
    """Add `amount` of `name` for `key`; True, and nothing is added, where that makes more than `limit` in `seconds`.

    The window starts with the first one. While Valkey is away nothing is refused.
    """
    counter = f"total:{name}:{key}"
    cache.add(counter, 0, timeout=seconds)
    try:
        if cache.incr(counter, amount) <= limit:
            return False
        cache.incr(counter, -amount)
    except ValueError:  # the window ended between the calls
        return amount > limit
    return True


def network_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the 64 bits of an IPv6 address that a single connection owns."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))
