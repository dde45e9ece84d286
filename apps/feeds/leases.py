"""Which worker has which feed: leases in the database, so that two of them never take one feed or one host."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.core.locks import lock
from apps.feeds.models import ExternalFeed, FeedState

LEASE = timedelta(seconds=120)
HOST_GAP = timedelta(seconds=1)
_CANDIDATES = 500


@dataclass(frozen=True)
class Lease:
    """The right to refresh `feed` until `until`."""

    feed: ExternalFeed
    state: FeedState
    until: datetime


def ensure_states() -> None:
    """Give each active feed its state, where it has none."""
    missing = ExternalFeed.objects.active().filter(state=None)
    states = [FeedState(feed=feed, host=host_of(feed.url)) for feed in missing]
    FeedState.objects.bulk_create(states, ignore_conflicts=True)


def take(*, feed: ExternalFeed) -> Lease | None:
    """The lease of one feed, whenever it is due; None where another worker is busy with it or with its host."""
    now, host = timezone.now(), host_of(feed.url)
    with transaction.atomic():
        lock("feeds.leases")
        state, _ = FeedState.objects.get_or_create(feed=feed, defaults={"host": host})
        # What ends within the gap was released: a person who asks for this feed need not wait for that.
        if FeedState.objects.filter(Q(feed=feed) | Q(host=host), lease_until__gt=now + HOST_GAP).exists():
            return None
        state.lease_until, state.host = now + LEASE, host
        state.save(update_fields=["lease_until", "host"])
        return Lease(feed, state, state.lease_until)


def is_taken(*, feed: ExternalFeed) -> bool:
    """Whether a worker is busy with this feed."""
    return FeedState.objects.filter(feed=feed, lease_until__gt=timezone.now() + HOST_GAP).exists()


def take_due(*, limit: int) -> list[Lease]:
    """Up to `limit` due feeds, longest overdue first, at most one of each host and none of a host that is busy.

    A released lease ends one second after the fetch, which keeps two fetches of a host a second apart.
    """
    now = timezone.now()
    with transaction.atomic():
        lock("feeds.leases")
        busy = FeedState.objects.filter(lease_until__gt=now).values("host")
        due = _due(now).exclude(host__in=busy).order_by(F("next_check_at").asc(nulls_first=True), "feed_id")
        chosen: dict[str, int] = {}
        for feed_id, host in due.values_list("feed_id", "host")[:_CANDIDATES]:
            chosen.setdefault(host, feed_id)
            if len(chosen) == limit:
                break
        mine = FeedState.objects.filter(feed_id__in=chosen.values())
        mine.update(lease_until=now + LEASE)
        return [Lease(state.feed, state, now + LEASE) for state in mine.select_related("feed")]


def next_moment() -> datetime | None:
    """When a due feed that waits only for its host may be taken; None where there is no such feed."""
    now = timezone.now()
    in_work = FeedState.objects.filter(lease_until__gt=now + HOST_GAP).values("host")
    if not _due(now).exclude(host__in=in_work).exists():
        return None
    released = FeedState.objects.filter(lease_until__gt=now, lease_until__lte=now + HOST_GAP)
    return released.order_by("lease_until").values_list("lease_until", flat=True).first() or now


def _due(now: datetime) -> QuerySet[FeedState]:
    return FeedState.objects.filter(Q(next_check_at=None) | Q(next_check_at__lte=now), feed__is_active=True)


def is_held(lease: Lease, state: FeedState) -> bool:
    """Whether `lease` still holds, `state` being the locked row: it may have run out, or the address was changed."""
    return state.lease_until == lease.until


def released() -> datetime:
    """What `lease_until` becomes when the work is done."""
    return timezone.now() + HOST_GAP


def host_of(url: str) -> str:
    """The host that politeness counts by."""
    return (urlsplit(url).hostname or "")[:260]
