"""A publisher on loopback, a canary next to it, and a way to refresh a feed that has articles already."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.services import refresh_feed
from tests.fakes.feed_server import Answer, FeedServer, document, rss

OLD = ["Old one", "Old two"]
Refresh = Callable[..., FeedState]


@pytest.fixture(scope="session")
def children() -> Iterator[ForkServer]:
    """Children with short limits: 2 seconds to fetch, 6 in all."""
    with ForkServer(fetch_seconds=2, seconds=6, kill_after=8) as server:
        yield server


@pytest.fixture
def publisher() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server
        assert server.faults == []


@pytest.fixture
def publisher_is_allowed(settings: LazySettings, publisher: FeedServer) -> None:
    """Deskbridge may reach the publisher, though it is an inner address."""
    settings.DESK_OUTBOUND_ALLOW = publisher.allow


@pytest.fixture
def canary() -> Iterator[FeedServer]:
    """An inner server that must not be reached."""
    with FeedServer("127.0.0.2") as server:
        yield server
        assert server.connections == 0


@pytest.fixture
def feed(db: None, publisher: FeedServer) -> ExternalFeed:
    """A feed that nobody has fetched."""
    return ExternalFeed.objects.create(name="News", url=publisher.url("/feed"))


@pytest.fixture
def refresh(feed: ExternalFeed, publisher: FeedServer, children: ForkServer) -> Refresh:
    """Refresh the feed: `refresh(answer)` lets the publisher answer that; its old articles are there before."""

    def run(*answers: Answer, force: bool = False, has_old: bool = True) -> FeedState:
        if has_old and not feed.articles.exists():
            publisher.at("/feed", document(rss(OLD)))
            refresh_feed(feed=feed, allow=publisher.allow, server=children)
            assert titles(feed) == OLD
        if answers:
            publisher.at("/feed", *answers)
        return refresh_feed(feed=feed, force=force, allow=publisher.allow, server=children)

    return run


def titles(feed: ExternalFeed) -> list[str]:
    return list(feed.articles.order_by("position").values_list("title", flat=True))


def assert_kept(state: FeedState, kind: str | tuple[str, ...]) -> None:
    """The refresh failed for this reason, and what was shown is still shown."""
    assert state.error_kind in ((kind,) if isinstance(kind, str) else kind)
    assert titles(state.feed) == OLD
    assert state.next_check_at is not None
    assert state.next_check_at > state.last_attempt_at
