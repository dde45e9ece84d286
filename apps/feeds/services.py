"""What can happen to external feeds."""

import threading
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from apps.core.jobs import defer
from apps.feeds import errands, leases, recording, rounds
from apps.feeds.errands import Surroundings, user_agent
from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.fetching.wire import Article, FeedJob, FeedResult, FoundFeed
from apps.feeds.leases import Lease
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import explain
from apps.feeds.schedule import REFRESH_FLOOR

ROUND_SECONDS = 240.0
ROUND_THREADS = 8
HOST_SECONDS = 30.0  # how long a refresh waits for another feed of the same host
# A look occupies a page's thread, of which a web process has a few: two at a time, each for at most eight seconds.
LOOKS_AT_ONCE = 2
_looks = threading.BoundedSemaphore(LOOKS_AT_ONCE)


@dataclass(frozen=True)
class FeedPreview:
    """What a feed would show. `message` is empty where all is well; `found` are the feeds that a web page names."""

    title: str = ""
    articles: list[Article] = field(default_factory=list)
    kind: str = ""
    message: Promise | str = ""
    found: list[FoundFeed] = field(default_factory=list)


def refresh_feed(
    *, feed: ExternalFeed, force: bool = False, allow: list[str] | None = None, server: ForkServer | None = None
) -> FeedState:
    """Fetch one feed now and store what it brought; its last good articles stay whatever the server does.

    force: ask without validators. allow: in place of DESK_OUTBOUND_ALLOW. server: children of this one are used,
    otherwise a fork server lives as long as the call. Where another worker has this feed, nothing is done.
    """
    lease = _wait_for_lease(feed)
    if lease is not None:
        errand = errands.plan(lease, Surroundings.load(allow=allow), force=force)
        with _children(server) as children:
            recording.record(errands.run(errand, children))
    return FeedState.objects.get(feed=feed)


def _children(server: ForkServer | None) -> AbstractContextManager[ForkServer]:
    return ForkServer() if server is None else nullcontext(server)


def _wait_for_lease(feed: ExternalFeed) -> Lease | None:
    end = time.monotonic() + HOST_SECONDS
    while True:
        lease = leases.take(feed=feed)
        if lease or leases.is_taken(feed=feed) or time.monotonic() >= end:
            return lease
        time.sleep(0.2)


def refresh_due_feeds(
    *, seconds: float = ROUND_SECONDS, threads: int = ROUND_THREADS, server: ForkServer | None = None
) -> int:
    """Refresh every active feed that is due, `threads` at a time, for at most about `seconds`; returns how many.

    Several workers may do this at once: each feed, and each host, is taken by one of them.
    """
    with _children(server) as children:
        return rounds.Round(around=Surroundings.load(), threads=threads, seconds=seconds).run(children)


def request_refresh(*, feed: ExternalFeed, by: AbstractBaseUser | None = None) -> bool:
    """Refresh a feed soon, in a job, whatever its schedule says.

    Returns False, and does nothing, where it was tried less than a minute ago.
    """
    state = FeedState.objects.filter(feed=feed).first()
    if state and state.last_attempt_at and timezone.now() - state.last_attempt_at < REFRESH_FLOOR:
        return False
    defer("apps.feeds.tasks.refresh_feed", feed.pk, unique=f"feed-{feed.pk}", timeout=120)
    return True


def note_new_address(*, feed: ExternalFeed) -> None:
    """Start afresh after a feed's address was set or changed: what was learnt belongs to the old one.

    The old articles stay until the new address brought some.
    """
    with transaction.atomic():
        FeedState.objects.filter(feed=feed).delete()
        FeedState.objects.create(feed=feed, host=leases.host_of(feed.url))
    defer("apps.feeds.tasks.refresh_feed", feed.pk, unique=f"feed-{feed.pk}", timeout=120)


def preview_feed(
    *, url: str, max_articles: int, allow: list[str] | None = None, server: ForkServer | None = None
) -> FeedPreview:
    """What the feed at `url` holds at this moment, or why it cannot be read. Nothing is stored.

    Takes eight seconds and no longer. Where this process looks at two addresses already, the kind is `busy` at once.
    """
    result = _look_at(url, max_articles, allow, server)
    if result.outcome == "error":
        message = explain(result.kind, result.detail, result.http_status)
        return FeedPreview(kind=result.kind, message=message, found=result.found)
    return FeedPreview(title=result.title, articles=result.articles)


def discover_feeds(*, url: str, allow: list[str] | None = None, server: ForkServer | None = None) -> list[FoundFeed]:
    """The feeds that the web page at `url` names; the address itself where it is a feed; none where neither."""
    result = _look_at(url, 1, allow, server)
    if result.outcome == "ok":
        return [FoundFeed(title=result.title, url=url, type="")]
    return result.found


def _look_at(url: str, keep: int, allow: list[str] | None, server: ForkServer | None) -> FeedResult:
    around = Surroundings.load(allow=allow)
    job = FeedJob(url=url, user_agent=user_agent(), allow=around.allow, keep=max(keep, 1), discover=True)
    if not _looks.acquire(blocking=False):
        return FeedResult(outcome="error", kind="busy", requested_url=url)
    try:
        with _brief_children() if server is None else nullcontext(server) as children:
            return children.fetch(job)
    finally:
        _looks.release()


def _brief_children() -> ForkServer:
    return ForkServer(fetch_seconds=6, seconds=7, kill_after=7, grace=1)
