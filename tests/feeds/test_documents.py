"""What a document may do to its reader (rows 25 to 28 and 30 to 34)."""

import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.fetching.parse import read_document
from apps.feeds.fetching.wire import FeedError
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import describe_error
from apps.feeds.services import refresh_feed
from tests.fakes.feed_server import FeedServer, document, respond, rss
from tests.feeds.conftest import OLD, Refresh, assert_kept, titles

DOCUMENTS = Path(__file__).parent / "documents"
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>" + b"<div class='a'>text</div>" * 1000
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>T</title>'


@pytest.mark.parametrize("content_type", ["text/html", "application/rss+xml"])
def test_it_row_25_says_that_a_web_page_is_no_feed(refresh: Refresh, content_type: str) -> None:
    state = refresh(respond(200, HTML, content_type=content_type))
    assert_kept(state, "not_a_feed")
    assert str(describe_error(state)) == "This is a web page, not a feed."


def test_it_row_25_does_not_parse_four_megabytes_of_html(refresh: Refresh) -> None:
    refresh()
    started = time.monotonic()
    assert_kept(refresh(respond(200, HTML + b"<div style='a:b'>" * 250_000, content_type="text/html")), "not_a_feed")
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("between", ["", "\n"])
def test_it_row_25_reads_a_feed_behind_many_comments(refresh: Refresh, between: str) -> None:
    head = "<?xml version='1.0'?>\n" + f"<!-- - -->{between}" * 60
    feed = rss(["New"])
    assert titles(refresh(document(head + feed[feed.index("<rss") :])).feed) == ["New"]


def test_it_row_25_tells_a_web_page_behind_many_comments(refresh: Refresh) -> None:
    assert_kept(refresh(respond(200, b"<!-- - --> " * 60 + HTML, content_type="text/html")), "not_a_feed")


@pytest.mark.parametrize("piece", ["<!--", "<!-- -->", "<!ENTITY "])
def test_it_row_25_is_quick_about_five_megabytes_of_one_thing(piece: str) -> None:
    body = (piece * (5_000_000 // len(piece))).encode()
    started = time.process_time()
    with suppress(FeedError):
        read_document(body, content_type="text/xml", url="https://example.com/", keep=1)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("inside", ["<img " * 6_500, "<img " * 400 + "src" + " " * 30_000, "<img src= " * 3_200])
def test_it_row_25_looks_for_an_image_quickly(inside: str) -> None:
    items = f"<item><title>New</title><description><![CDATA[{inside}]]></description></item>" * 20
    started = time.monotonic()
    read_document(
        f"{HEAD}{items}</channel></rss>".encode(), content_type="text/xml", url="https://example.com/", keep=1
    )
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "body", ["/etc/passwd", "/dev/zero", "http://127.0.0.2:{port}/feed", "feed://127.0.0.2:{port}/"]
)
def test_it_row_26_opens_nothing_that_a_body_names(refresh: Refresh, canary: FeedServer, body: str) -> None:
    state = refresh(respond(200, body.format(port=canary.port).encode(), content_type="application/rss+xml"))
    assert_kept(state, "not_a_feed")
    assert "root:" not in state.error_detail


def test_it_row_26_reads_no_file_of_its_own(refresh: Refresh) -> None:
    path = str(DOCUMENTS / "rss-2.0.xml").encode()
    assert_kept(refresh(respond(200, path, content_type="application/rss+xml")), "not_a_feed")


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20,
        (DOCUMENTS / "opml.xml").read_bytes(),
        (DOCUMENTS / "sitemap.xml").read_bytes(),
        b'{"version": "2.0", "items": []}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": 3}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"just words",
    ],
    ids=["png", "opml", "sitemap", "other json", "odd json feed", "nested list", "nested object", "words"],
)
def test_it_row_27_tells_what_is_no_feed(refresh: Refresh, body: bytes) -> None:
    assert_kept(refresh(respond(200, body, content_type="application/xml")), "not_a_feed")


def test_it_row_28_keeps_showing_articles_while_a_feed_is_empty(refresh: Refresh, feed: ExternalFeed) -> None:
    empty = document(rss([]))
    with time_machine.travel(datetime(2026, 11, 3, 8, tzinfo=UTC), tick=True) as clock:
        state = refresh(empty)
        assert (state.status, state.error_kind, titles(feed)) == (FeedState.Status.EMPTY, "", OLD)
        clock.shift(timedelta(days=6))
        assert (refresh().status, titles(feed)) == (FeedState.Status.EMPTY, OLD)
        clock.shift(timedelta(days=2))
        assert (refresh().status, titles(feed)) == (FeedState.Status.EMPTY, [])
        state = refresh(document(rss(["New"])))
        assert (state.status, state.empty_since, titles(feed)) == (FeedState.Status.OK, None, ["New"])


def test_it_row_30_reads_what_follows_a_warning(refresh: Refresh) -> None:
    state = refresh(document((DOCUMENTS / "preamble.xml").read_bytes(), content_type="text/html"))
    assert (state.error_kind, titles(state.feed)) == ("", ["Größe zählt"])


@pytest.mark.parametrize("name", ["punycode", "undefined", "idna", "zlib_codec", "utf-7", "rot13", "x\0y", "ü", "hex"])
def test_it_row_31_is_not_upset_by_odd_encodings(refresh: Refresh, name: str) -> None:
    body = rss(["New"]).replace('encoding="utf-8"', f'encoding="{name}"')
    state = refresh(document(body))
    assert state.error_kind in ("", "unreadable", "not_a_feed")
    assert titles(state.feed) in (OLD, ["New"])


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
LAYOUTS = {
    "one line": '<?xml version="1.0"?><!DOCTYPE rss [{}]>',
    "many lines": '<?xml version="1.0"?>\n<!DOCTYPE rss [\n{}\n]>\n',
}
BOMBS = {
    "laughs": (LAUGHS, "&l9;"),
    "megabyte": (f'<!ENTITY l "{"a" * 1_000_000}">', "&l;" * 90),
    "file": ('<!ENTITY l SYSTEM "file:///etc/passwd">', "&l;"),
    "web": ('<!ENTITY l SYSTEM "http://127.0.0.2:{port}/">', "&l;"),
    "parameter": ('<!ENTITY % l SYSTEM "http://127.0.0.2:{port}/"> %l;', ""),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bomb", BOMBS)
def test_it_row_32_refuses_dangerous_entities(refresh: Refresh, canary: FeedServer, layout: str, bomb: str) -> None:
    declared, used = BOMBS[bomb]
    head = LAYOUTS[layout].format(declared).replace("{port}", str(canary.port))
    body = f'{head}<rss version="2.0"><channel><title>T</title><item><title>x{used}</title></item></channel></rss>'
    assert_kept(refresh(document(body)), "unsafe_xml")


def test_it_row_32_accepts_entities_that_are_letters(refresh: Refresh) -> None:
    head = '<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY nbsp "&#160;">\n<!ENTITY uuml "ü">\n]>\n'
    body = (
        f'{head}<rss version="2.0"><channel><title>T</title><item><title>T&uuml;r&nbsp;1</title></item></channel></rss>'
    )
    assert titles(refresh(document(body)).feed) == ["Tür 1"]


@pytest.fixture(scope="module")
def impatient() -> Iterator[ForkServer]:
    """Children that have 2 seconds for everything."""
    with ForkServer(seconds=2, kill_after=3) as server:
        yield server


def one_item(inside: str, *, title: str = "New") -> str:
    return f"{HEAD}<item><title>{title}</title>{inside}</item></channel></rss>"


HEAVY = {
    "style": lambda: one_item(f"<description>&lt;p style=&quot;{'a' * 100_000}!&quot;&gt;x&lt;/p&gt;</description>"),
    "author": lambda: one_item(f"<author>{'a.' * 60_000}</author>"),
    "attributes": lambda: one_item("<b " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
    "categories": lambda: one_item("".join(f"<category>c{n}</category>" for n in range(60_000))),
    "comments": lambda: one_item(f"<description><![CDATA[{'<!--' * 250_000}]]></description>"),
    "nested": lambda: one_item("<a>" * 200_000 + "</a>" * 200_000),
    "nested html": lambda: one_item(f"<description>{'&lt;div&gt;' * 100_000}</description>"),
    "many items": lambda: f"{HEAD}{'<item><title>New</title></item>' * 100_000}</channel></rss>",
}


@pytest.mark.parametrize("name", HEAVY)
def test_it_row_33_gives_up_on_what_takes_too_long(
    feed: ExternalFeed, publisher: FeedServer, impatient: ForkServer, name: str
) -> None:
    publisher.at("/feed", document(rss(OLD)))
    refresh_feed(feed=feed, allow=publisher.allow, server=impatient)
    publisher.at("/feed", document(HEAVY[name]()))
    started = time.monotonic()
    state = refresh_feed(feed=feed, allow=publisher.allow, server=impatient)
    assert time.monotonic() - started < 5
    assert state.error_kind in ("", "too_complex", "crashed", "unreadable", "too_large")
    assert titles(feed) == (OLD if state.error_kind else ["New"])
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1024 * 1024


def test_it_row_34_refuses_twenty_megabytes(refresh: Refresh) -> None:
    assert_kept(refresh(document(rss(["New"]) + " " * 20_000_000)), "too_large")


def test_it_row_34_cuts_a_title_of_a_megabyte(refresh: Refresh) -> None:
    (title,) = titles(refresh(document(rss(["word " * 200_000]))).feed)
    assert len(title) <= 200
    assert title.endswith("word…")
