"""When a feed is checked next. Pure: times in, times out."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from apps.feeds.fetching.wire import FeedResult
from apps.feeds.models import FeedState

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(days=1)
WEEK = timedelta(days=7)
GONE_AFTER = 3
GONE_GAP = timedelta(hours=6)
MOVED_AFTER, MOVED_FOR = 5, WEEK
REFRESH_FLOOR = timedelta(seconds=60)
WARN_AFTER_FAILURES, WARN_AFTER = 3, LONGEST


def base_interval() -> timedelta:
    """The time between two checks of a healthy feed."""
    return max(timedelta(minutes=settings.DESK_FEEDS_INTERVAL), SHORTEST)


def after_success(*, now: datetime, wait: float) -> datetime:
    """The next check after a good answer that asked for `wait` seconds."""
    return now + _jittered(max(base_interval(), min(timedelta(seconds=wait), LONGEST)))


def after_failure(*, state: FeedState, result: FeedResult, now: datetime, throttled_at: datetime | None) -> datetime:
    """The next check after an error; `state` has the failure counted already. It never stops, it only waits longer.

    throttled_at: the attempt before this one, where it was throttled too.
    """
    asked = timedelta(seconds=result.wait)
    if state.status == FeedState.Status.GONE:
        return now + _jittered(WEEK)
    if result.kind == "throttled":
        return now + _jittered(max(base_interval(), asked or _doubled(state, throttled_at)))
    ladder = min(base_interval() * 2 ** min(max(state.failures - 1, 0), 10), LONGEST)
    confirming = GONE_GAP if state.gone_count else timedelta(0)
    return now + max(_jittered(max(ladder, asked)), confirming)


def has_moved(state: FeedState, now: datetime) -> bool:
    """Whether the feed answered from another address often and long enough to believe it."""
    return bool(state.moved_since and state.moved_count >= MOVED_AFTER and now - state.moved_since >= MOVED_FOR)


def needs_attention(state: FeedState, now: datetime) -> bool:
    """Whether an administrator should look: a single failure is no news, the third one or a day of them is."""
    if state.status == FeedState.Status.GONE:
        return True
    failing_for = now - state.first_failure_at if state.first_failure_at else timedelta(0)
    return state.failures >= WARN_AFTER_FAILURES or failing_for >= WARN_AFTER


def _doubled(state: FeedState, throttled_at: datetime | None) -> timedelta:
    """Twice the last wait, for a server that asks us to wait but does not say how long."""
    if throttled_at is None or state.next_check_at is None:
        return base_interval()
    return min(max(base_interval(), (state.next_check_at - throttled_at) * 2), LONGEST)


def _jittered(gap: timedelta) -> timedelta:
    return gap * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, protects nothing
