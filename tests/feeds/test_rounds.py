"""The recurring round: what is due is claimed and refreshed, politely, and only once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.feeds import leases
from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.services import note_new_address, refresh_due_feeds, refresh_feed, request_refresh
from tests.fakes.feed_server import FeedServer, Visit, document, respond, rss
from tests.feeds.conftest import Refresh, titles
import itertools


@pytest.fixture(autouse=True)
def allowed(settings: LazySettings, publisher: FeedServer) -> None:
    settings.DESK_OUTBOUND_ALLOW = ["127.0.0.0/8"]


def make_feeds(publisher: FeedServer, count: int, answer: bytes = document(rss(["New"]))) -> list[ExternalFeed]:
    addresses = [publisher.at(f"/{number}", answer) for number in range(count)]
    return [ExternalFeed.objects.create(name=f"Feed {number}", url=url) for number, url in enumerate(addresses)]


def test_it_refreshes_what_is_due_and_nothing_else(db: None, children: ForkServer, publisher: FeedServer) -> None:
    due, later, resting, idle = make_feeds(publisher, 4)
    soon = timezone.now() + timedelta(minutes=5)
    FeedState.objects.create(feed=later, next_check_at=soon, host="127.0.0.1")
    FeedState.objects.create(feed=resting, lease_until=soon, host="elsewhere.example")
    ExternalFeed.objects.filter(pk=idle.pk).update(is_active=False)

    assert refresh_due_feeds(seconds=20, server=children) == 1

    assert titles(due) == ["New"]
    assert [visit.path for visit in publisher.visits] == ["/0"]
    assert refresh_due_feeds(seconds=20, server=children) == 0


def test_it_asks_one_host_once_a_second_and_never_twice_at_a_time(
    db: None, children: ForkServer, publisher: FeedServer
) -> None:
    make_feeds(publisher, 3)
    busy, most, starts = 0, 0, []
    lock = threading.Lock()

    def slow(visit: Visit) -> None:
        nonlocal busy, most
        with lock:
            busy, most = busy + 1, max(most, busy + 1)
            starts.append(time.monotonic())
        time.sleep(0.2)
        with lock:
            busy -= 1
        visit.send(document(rss(["New"])))

    for number in range(3):
        publisher.at(f"/{number}", slow)
    assert refresh_due_feeds(seconds=20, server=children) == 3
    assert most == 1
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) >= 1


def test_it_asks_several_hosts_at_a_time(db: None, children: ForkServer, publisher: FeedServer) -> None:
    together = threading.Barrier(3, timeout=5)

    def meet(visit: Visit) -> None:
        together.wait()
        visit.send(document(rss(["New"])))

    publisher.at("/feed", meet)
    with FeedServer("127.0.0.3") as second, FeedServer("127.0.0.4") as third:
        for server in (publisher, second, third):
            server.at("/feed", meet)
            ExternalFeed.objects.create(name=server.host, url=server.url("/feed"))
        assert refresh_due_feeds(seconds=20, server=children) == 3
    assert set(FeedState.objects.values_list("status", flat=True)) == {FeedState.Status.OK}


def test_it_stops_when_its_time_is_up(db: None, children: ForkServer, publisher: FeedServer) -> None:
    make_feeds(publisher, 5)
    started = time.monotonic()
    assert refresh_due_feeds(seconds=1, server=children) < 5
    assert time.monotonic() - started < 4
    assert FeedState.objects.filter(next_check_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_it_gives_each_feed_to_one_worker(publisher: FeedServer) -> None:
    for number in range(12):
        ExternalFeed.objects.create(name=str(number), url=f"http://127.0.1.{number}/feed")
    leases.ensure_states()

    def take(_: int) -> list[int]:
        try:
            return [lease.feed.pk for lease in leases.take_due(limit=5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for batch in pool.map(take, range(4)) for pk in batch]
    assert len(taken) == len(set(taken)) == 12


def test_it_takes_over_from_a_worker_that_died(db: None, children: ForkServer, publisher: FeedServer) -> None:
    (feed,) = make_feeds(publisher, 1)
    FeedState.objects.create(feed=feed, lease_until=timezone.now() - timedelta(seconds=1), host="127.0.0.1")
    assert refresh_due_feeds(seconds=20, server=children) == 1


def test_it_drops_a_result_for_an_address_that_was_changed_meanwhile(
    db: None, publisher: FeedServer, children: ForkServer
) -> None:
    (feed,) = make_feeds(publisher, 1)

    def change(visit: Visit) -> None:
        visit.send(document(rss(["New"])))

    lease = leases.take(feed=feed)
    assert lease is not None
    ExternalFeed.objects.filter(pk=feed.pk).update(url=publisher.at("/elsewhere", change))
    note_new_address(feed=ExternalFeed.objects.get(pk=feed.pk))
    state = refresh_feed(feed=ExternalFeed.objects.get(pk=feed.pk), server=children)
    assert (state.status, publisher.visits[-1].path) == (FeedState.Status.OK, "/elsewhere")


def test_it_survives_a_feed_that_is_deleted_meanwhile(
    db: None, feed: ExternalFeed, publisher: FeedServer, children: ForkServer
) -> None:
    from apps.feeds import errands, recording

    publisher.at("/feed", document(rss(["New"])))
    lease = leases.take(feed=feed)
    assert lease is not None
    findings = errands.run(errands.plan(lease, errands.Surroundings.load()), children)
    ExternalFeed.objects.all().delete()
    assert recording.record(findings) is None


def test_it_learns_anew_after_a_new_address(refresh: Refresh, feed: ExternalFeed) -> None:
    refresh(document(rss(["New"]), [("ETag", '"1"')]), force=True)
    note_new_address(feed=feed)
    state = FeedState.objects.get(feed=feed)
    assert (state.status, state.etag, state.next_check_at) == (FeedState.Status.NEVER, "", None)
    assert titles(feed)


def test_it_asks_a_feed_once_a_minute_however_often_somebody_presses(refresh: Refresh, feed: ExternalFeed) -> None:
    assert request_refresh(feed=feed)
    refresh()
    assert not request_refresh(feed=feed)
    FeedState.objects.update(last_attempt_at=timezone.now() - timedelta(seconds=61))
    assert request_refresh(feed=feed)


def test_the_command_prints_a_line_a_feed(db: None, publisher: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    make_feeds(publisher, 2)
    call_command("refresh_feeds")
    assert capsys.readouterr().out.splitlines() == ["Feed 0: Healthy, 1 articles", "Feed 1: Healthy, 1 articles"]


def test_the_command_fails_where_a_feed_failed(
    db: None, publisher: FeedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    make_feeds(publisher, 2)
    publisher.at("/1", respond(404))
    with pytest.raises(CommandError):
        call_command("refresh_feeds")
    assert "Feed 1: Failing: The server answered 404 Not Found." in capsys.readouterr().out
    call_command("refresh_feeds", name="Feed 0")
    with pytest.raises(CommandError):
        call_command("refresh_feeds", name="Nobody")
