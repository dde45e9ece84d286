"""Where a publisher may lead a refresh, and where not (rows 9 to 14, and cookies: row 39)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import describe_error
from apps.feeds.schedule import has_moved
from tests.fakes.feed_server import FeedServer, Visit, document, redirect, respond, rss
from tests.feeds.conftest import Refresh, assert_kept, titles

HTML = respond(200, b"<!doctype html><title>Maintenance</title>", content_type="text/html")
NEW = document(rss(["New"]))


@pytest.mark.parametrize("status", [301, 308])
def test_it_row_9_notes_a_permanent_move_and_keeps_the_address(
    refresh: Refresh, publisher: FeedServer, feed: ExternalFeed, status: int
) -> None:
    target = publisher.at("/b/good", NEW)
    state = refresh(redirect("/b/good", status))
    feed.refresh_from_db()
    assert (titles(feed), feed.url) == (["New"], publisher.url("/feed"))
    assert (state.status, state.moved_to, state.moved_count) == (FeedState.Status.OK, target, 1)
    assert not has_moved(state, timezone.now())


@pytest.mark.parametrize("status", [302, 303, 307])
def test_it_notes_no_move_for_a_passing_redirect(refresh: Refresh, publisher: FeedServer, status: int) -> None:
    publisher.at("/b/good", NEW)
    state = refresh(redirect("/b/good", status))
    assert (titles(state.feed), state.moved_to) == (["New"], "")


def test_it_forgets_a_move_that_was_taken_back(refresh: Refresh, publisher: FeedServer) -> None:
    publisher.at("/b/good", NEW)
    assert refresh(redirect("/b/good", 301)).moved_count == 1
    assert refresh(redirect("/b/good", 301)).moved_count == 2
    state = refresh(NEW)
    assert (state.moved_to, state.moved_count, state.moved_since) == ("", 0, None)


def test_it_asks_the_new_address_first_once_it_believes_the_move(refresh: Refresh, publisher: FeedServer) -> None:
    publisher.at("/b/good", NEW)
    for _ in range(5):
        state = refresh(redirect("/b/good", 301), force=True)
    FeedState.objects.update(moved_since=state.moved_since - timedelta(days=7))
    visits = len(publisher.visits_to("/feed"))
    refresh(force=True)
    assert len(publisher.visits_to("/feed")) == visits
    publisher.at("/b/good", respond(500))
    state = refresh(document(rss(["Back home"])), force=True)
    assert (titles(state.feed), state.moved_to) == (["Back home"], "")


@pytest.mark.parametrize("status", [404, 410])
def test_it_switches_where_the_old_address_ends_after_a_move(
    refresh: Refresh, publisher: FeedServer, status: int
) -> None:
    publisher.at("/b/good", NEW)
    refresh(redirect("/b/good", 301))
    publisher.at("/b/good", document(rss(["Newer"])))
    state = refresh(respond(status))
    assert (state.error_kind, titles(state.feed)) == ("", ["Newer"])
    assert has_moved(state, timezone.now())


def test_it_row_10_notes_nothing_where_a_move_leads_to_a_web_page(refresh: Refresh, publisher: FeedServer) -> None:
    publisher.at("/portal", HTML)
    state = refresh(redirect("/portal", 301))
    assert_kept(state, "not_a_feed")
    assert (state.moved_to, state.moved_count) == ("", 0)


def test_it_row_11_ends_a_circle(refresh: Refresh, publisher: FeedServer) -> None:
    assert_kept(refresh(redirect("/feed")), "too_many_redirects")
    publisher.at("/a", redirect("/feed"))
    assert_kept(refresh(redirect("/a")), "too_many_redirects")
    assert len(publisher.visits) == 1 + 6 + 6


def test_it_row_11_follows_five_hops_and_no_more(refresh: Refresh, publisher: FeedServer) -> None:
    for number in range(1, 25):
        publisher.at(f"/{number}", redirect(f"/{number + 1}"))
    assert_kept(refresh(redirect("/1")), "too_many_redirects")
    publisher.at("/5", NEW)
    assert titles(refresh().feed) == ["New"]


@pytest.mark.parametrize("location", [None, "", "  "])
def test_it_row_11_reports_a_redirect_to_nowhere(refresh: Refresh, location: str | None) -> None:
    assert_kept(refresh(redirect(location)), "redirect_no_location")


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("file:///etc/passwd", "bad_scheme"),
        ("gopher://news.example/", "bad_scheme"),
        ("data:text/xml,<rss/>", "bad_scheme"),
        ("javascript:alert(1)", "bad_scheme"),
        ("ftp://news.example/feed", "bad_scheme"),
        ("http://[::1/", "bad_url"),
        ("http://news.example:99999/", "bad_url"),
        ("http://", "bad_url"),
        ("http://" + "a" * 300 + "/", "bad_url"),
        ("http://news.example/" + "a" * 3000, "bad_url"),
    ],
)
def test_it_row_12_refuses_what_is_no_web_address(refresh: Refresh, location: str, kind: str) -> None:
    state = refresh(redirect(location))
    assert_kept(state, kind)
    assert describe_error(state)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.2", "2130706434", "0x7f000002", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]", "[::1]", "[::]"),
        *("0", "localhost", "169.254.169.254", "10.0.0.1", "[::ffff:7f00:2]", "[64:ff9b::7f00:2]"),
    ],
)
def test_it_row_13_refuses_redirects_to_private_addresses(refresh: Refresh, canary: FeedServer, host: str) -> None:
    state = refresh(redirect(f"http://{host}:{canary.port}/"))
    assert_kept(state, "blocked_address")
    assert "private network" in str(describe_error(state))


@pytest.mark.parametrize("host", ["127.0.0.1@127.0.0.2", "①②⑦.⓪.⓪.②"])
def test_it_row_13_refuses_disguised_addresses(refresh: Refresh, canary: FeedServer, host: str) -> None:
    assert_kept(refresh(redirect(f"http://{host}:{canary.port}/")), ("bad_url", "blocked_address"))


def test_it_row_13_refuses_another_port_of_an_allowed_address(refresh: Refresh) -> None:
    with FeedServer() as inner:
        assert_kept(refresh(redirect(inner.url("/"))), "blocked_address")
        assert inner.connections == 0


@pytest.mark.parametrize("packing", ["", "Content-Encoding: gzip\r\n"])
def test_it_row_14_never_reads_the_body_of_a_redirect(refresh: Refresh, publisher: FeedServer, packing: str) -> None:
    def endless(visit: Visit) -> None:
        visit.send(f"HTTP/1.1 302 Found\r\nLocation: /good\r\n{packing}Transfer-Encoding: chunked\r\n\r\n".encode())
        visit.repeat(b"10000\r\n" + b"\x1f" * 65536 + b"\r\n")

    publisher.at("/good", NEW)
    assert titles(refresh(endless).feed) == ["New"]
    assert publisher.sent.get("/feed", 0) < 20_000_000  # what fits in the buffers of two sockets


def test_it_row_39_keeps_no_cookie_for_the_next_time(refresh: Refresh, publisher: FeedServer) -> None:
    refresh(document(rss(["New"]), [("Set-Cookie", "track=1; Path=/")]))
    refresh(force=True)
    assert "Cookie" not in publisher.visits[-1].headers


def test_it_row_39_passes_a_cookie_wall(refresh: Refresh, publisher: FeedServer) -> None:
    def wall(visit: Visit) -> None:
        passed = visit.headers.get("Cookie") == "pass=1"
        visit.send(NEW if passed else redirect("/feed", 302, [("Set-Cookie", "pass=1; Path=/")]))

    assert titles(refresh(wall).feed) == ["New"]
