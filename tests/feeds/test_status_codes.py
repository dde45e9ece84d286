"""What a refresh makes of the server's status line (rows 1 to 8 and 40 of the behaviours it must survive)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.utils import timezone

from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import describe_error
from tests.fakes.feed_server import FeedServer, document, respond, rss
from tests.feeds.conftest import OLD, Refresh, assert_kept, titles

Status = FeedState.Status
GOOD = document(rss(["New"]))


def test_it_row_1_sends_the_validator_back_word_for_word(refresh: Refresh, publisher: FeedServer) -> None:
    tag = r'W/"a b,c\"d"'
    modified = "Tue, 03 Nov 2026 10:00:00 GMT"
    refresh(document(rss(OLD), [("ETag", tag), ("Last-Modified", modified)]), force=True)
    before = FeedState.objects.get()

    state = refresh(respond(304, headers=[("ETag", tag)]))

    asked = publisher.visits[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == (tag, modified)
    assert (state.status, state.error_kind, state.http_status) == (Status.OK, "", 304)
    assert (state.etag, state.last_modified, state.last_change_at) == (tag, modified, before.last_change_at)
    assert titles(state.feed) == OLD


def test_it_row_1_takes_the_same_bytes_for_unchanged(refresh: Refresh) -> None:
    first = refresh(GOOD)
    keys = list(first.feed.articles.values_list("pk", flat=True))

    second = refresh()

    assert list(first.feed.articles.values_list("pk", flat=True)) == keys
    assert second.last_change_at == first.last_change_at
    assert second.last_success_at > first.last_success_at


def test_it_sends_no_validator_to_another_address(refresh: Refresh, publisher: FeedServer) -> None:
    refresh(document(rss(OLD), [("ETag", '"1"')]), force=True)
    publisher.at("/other", document(rss(["Moved"])))
    refresh(respond(302, headers=[("Location", "/other")]))
    assert publisher.visits_to("/feed")[-1].headers["If-None-Match"] == '"1"'
    assert "If-None-Match" not in publisher.visits_to("/other")[-1].headers


def test_it_sends_no_validator_when_somebody_asks_for_a_refresh(refresh: Refresh, publisher: FeedServer) -> None:
    refresh(document(rss(OLD), [("ETag", '"1"')]), force=True)
    refresh(force=True)
    assert "If-None-Match" not in publisher.visits[-1].headers


def test_it_row_2_does_not_believe_an_unasked_304(refresh: Refresh) -> None:
    assert_kept(refresh(respond(304)), "unasked_304")


@pytest.mark.parametrize("body", [b"", b" \r\n\t\0\0\n "], ids=["nothing", "white space"])
def test_it_row_3_reports_an_empty_document(refresh: Refresh, body: bytes) -> None:
    assert_kept(refresh(respond(200, body)), "empty")


@pytest.mark.parametrize("status", [404, 500, 503, 206, 204, 999])
def test_it_row_4_ignores_a_feed_that_comes_with_an_error(refresh: Refresh, status: int) -> None:
    state = refresh(
        respond(status, rss(["New"]).encode() if status != 204 else b"", content_type="application/rss+xml")
    )
    assert_kept(state, "http_status")
    assert str(status) in str(describe_error(state))


def test_it_row_5_believes_410_at_the_third_check_six_hours_apart(refresh: Refresh) -> None:
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=True) as clock:
        state = refresh(respond(410))
        assert_kept(state, "gone")
        assert (state.status, state.gone_count) == (Status.FAILING, 1)
        assert state.next_check_at - timezone.now() > timedelta(hours=5, minutes=59)
        assert refresh().gone_count == 1  # at once again: no confirmation
        clock.shift(timedelta(hours=7))
        assert refresh().gone_count == 2
        clock.shift(timedelta(hours=7))
        state = refresh()
        assert_kept(state, "gone")
        assert (state.status, state.gone_count) == (Status.GONE, 3)
        assert state.next_check_at - timezone.now() > timedelta(days=6)
        state = refresh(GOOD)
        assert (state.status, state.gone_count, titles(state.feed)) == (Status.OK, 0, ["New"])


@pytest.mark.parametrize(
    ("header", "shortest", "longest"),
    [
        ("7200", 1.8 * 3600, 2.2 * 3600),
        (format_datetime(datetime(2026, 11, 3, 11, tzinfo=UTC), usegmt=True), 2.7 * 3600, 3.3 * 3600),
        ("-5", 0.9 * 3600, 1.1 * 3600),
        ("soon", 0.9 * 3600, 1.1 * 3600),
        ("99999999999999", 21.6 * 3600, 26.4 * 3600),
        (None, 0.9 * 3600, 1.1 * 3600),
    ],
    ids=["seconds", "date", "negative", "word", "huge", "missing"],
)
def test_it_row_6_waits_as_long_as_it_is_asked(
    refresh: Refresh, header: str | None, shortest: float, longest: float
) -> None:
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=False):
        extra = [("Date", "Tue, 03 Nov 2026 08:00:00 GMT")] + ([("Retry-After", header)] if header else [])
        state = refresh(respond(429, headers=extra))
        assert_kept(state, "throttled")
        assert (state.status, state.failures) == (Status.THROTTLED, 0)
        assert shortest <= (state.next_check_at - timezone.now()).total_seconds() <= longest


def test_it_row_6_doubles_the_wait_where_no_time_is_named(refresh: Refresh) -> None:
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=False) as clock:
        gaps = []
        for _ in range(8):
            state = refresh(respond(429))
            gaps.append(state.next_check_at - timezone.now())
            clock.move_to(state.next_check_at)
        assert gaps[3] > gaps[0] * 4
        assert max(gaps) < timedelta(hours=27)


def test_it_row_7_does_not_answer_a_question_for_a_password(refresh: Refresh, publisher: FeedServer) -> None:
    state = refresh(respond(401, headers=[("WWW-Authenticate", 'Basic realm="x"')]))
    assert_kept(state, "auth")
    assert len(publisher.visits) == 2  # the one before, and one try


def test_it_row_8_names_a_protection_against_robots(refresh: Refresh) -> None:
    page = b"<!doctype html><title>Just a moment</title>"
    state = refresh(respond(403, page, [("cf-mitigated", "challenge")], content_type="text/html"))
    assert_kept(state, "forbidden")
    assert "robots" in str(describe_error(state))


def test_it_row_40_never_loses_articles_while_a_server_wavers(refresh: Refresh, feed: ExternalFeed) -> None:
    good, bad = document(rss(OLD)), respond(500)
    for _ in range(2):
        state = refresh(bad, force=True)
        assert (state.failures, state.status, titles(feed)) == (1, Status.FAILING, OLD)
        state = refresh(good, force=True)
        assert (state.failures, state.status, state.first_failure_at, titles(feed)) == (0, Status.OK, None, OLD)


def test_it_waits_longer_with_each_failure_and_never_stops(refresh: Refresh) -> None:
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=False) as clock:
        gaps = []
        for _ in range(9):
            state = refresh(respond(500))
            gaps.append((state.next_check_at - timezone.now()).total_seconds() / 3600)
            clock.move_to(state.next_check_at)
        expected = [1, 2, 4, 8, 16, 24, 24, 24, 24]
        assert all(abs(gap - hours) <= hours * 0.1 + 0.01 for gap, hours in zip(gaps, expected, strict=True))
        assert state.first_failure_at == datetime(2026, 11, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "hours"),
    [
        ([("Cache-Control", "max-age=14400")], 4),
        ([("Cache-Control", "max-age=14400"), ("Age", "7200")], 2),
        ([("Cache-Control", "max-age=99999999")], 24),
        ([("Cache-Control", "no-cache, max-age=14400")], 1),
        ([("Date", "Tue, 03 Nov 2026 08:00:00 GMT"), ("Expires", "Tue, 03 Nov 2026 11:00:00 GMT")], 3),
        ([("Expires", "0")], 1),
        ([], 5),
    ],
    ids=["max-age", "age", "capped", "no-cache", "expires", "expired", "ttl"],
)
def test_it_comes_as_often_as_the_server_wants(refresh: Refresh, headers: list[tuple[str, str]], hours: float) -> None:
    extra = "" if headers else "<ttl>300</ttl>"
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=False):
        state = refresh(document(rss(["New"], extra=extra), headers), has_old=False)
        gap = (state.next_check_at - timezone.now()).total_seconds() / 3600
        assert hours * 0.9 <= gap <= hours * 1.1
