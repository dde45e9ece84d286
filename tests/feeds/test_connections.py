"""What may go wrong on the wire (rows 15 to 24). The children of these tests have 2 seconds for a fetch."""

import gzip
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.models import ExternalFeed
from apps.feeds.services import refresh_feed
from tests.fakes.feed_server import FeedServer, Visit, document, gzip_bomb, packed, rss
from tests.feeds.conftest import Refresh, assert_kept

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
FEED = rss(["New"] * 1).encode()
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Nothing here takes longer than a child may."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 12


def reset(visit: Visit) -> None:
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.connection.close()


def test_it_row_15_reports_a_closed_connection(refresh: Refresh) -> None:
    assert_kept(refresh(lambda visit: visit.connection.close()), "connection")


def test_it_row_15_reports_a_reset_connection(refresh: Refresh) -> None:
    assert_kept(refresh(reset), "connection")


def test_it_row_15_reports_a_server_that_never_answers(refresh: Refresh) -> None:
    assert_kept(refresh(Visit.stall), "timeout")


def test_it_row_15_reports_a_port_where_nobody_listens(db: None, children: ForkServer) -> None:
    with FeedServer() as server:
        url = server.url("/")
    feed = ExternalFeed.objects.create(name="Nobody", url=url)
    state = refresh_feed(feed=feed, allow=["127.0.0.1"], server=children)
    assert (state.error_kind, state.failures) == ("connection", 1)


def test_it_row_16_does_not_wait_for_dripping_headers(refresh: Refresh) -> None:
    assert_kept(refresh(lambda visit: visit.drip(OK + b"X: " + b"y" * 200, gap=0.1)), "timeout")


def test_it_row_16_does_not_wait_for_a_dripping_body(refresh: Refresh) -> None:
    def drip(visit: Visit) -> None:
        visit.send(OK + f"Content-Length: {len(FEED)}\r\n\r\n".encode())
        visit.drip(FEED, gap=0.1)

    assert_kept(refresh(drip), "timeout")


def test_it_row_16_takes_no_dripping_body_without_a_length_for_whole(refresh: Refresh) -> None:
    def drip(visit: Visit) -> None:
        visit.send(OK + b"\r\n")
        visit.drip(FEED, gap=0.1)

    assert_kept(refresh(drip), "timeout")


def test_it_row_16_reports_a_stall_in_the_middle(refresh: Refresh) -> None:
    def stall(visit: Visit) -> None:
        visit.send(OK + f"Content-Length: {len(FEED)}\r\n\r\n".encode() + FEED[:100])
        visit.stall()

    assert_kept(refresh(stall), "timeout")


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_it_row_17_ends_interim_answers_without_end(refresh: Refresh, line: bytes) -> None:
    assert_kept(refresh(lambda visit: visit.repeat(line)), ("timeout", "protocol", "http_status"))


def test_it_row_17_ends_headers_without_end(refresh: Refresh) -> None:
    def headers(visit: Visit) -> None:
        visit.send(OK)
        visit.repeat(b"X-More: 1\r\n")

    assert_kept(refresh(headers), "protocol")


def test_it_row_18_notices_a_body_that_is_too_short(refresh: Refresh) -> None:
    head = OK + f"Content-Length: {len(FEED) + 5000}\r\n\r\n".encode()
    assert_kept(refresh(head + FEED), "truncated")


@pytest.mark.parametrize(
    "rest",
    [
        b"%x\r\n%s\r\n" % (len(FEED), FEED),
        b"%x\r\n%s" % (len(FEED) + 50, FEED),
        b"zz\r\n%s\r\n0\r\n\r\n" % FEED,
        b"7fffffffffffffff\r\n" + FEED,
        b"-1\r\n" + FEED,
    ],
    ids=["no last chunk", "short chunk", "no number", "huge number", "negative number"],
)
def test_it_row_19_refuses_broken_chunks(refresh: Refresh, rest: bytes) -> None:
    assert_kept(refresh(CHUNKED + rest), ("truncated", "protocol"))


def test_it_row_20_ends_a_body_without_end(refresh: Refresh, publisher: FeedServer) -> None:
    def endless(visit: Visit) -> None:
        visit.send(CHUNKED)
        visit.repeat(b"10000\r\n" + b" " * 65536 + b"\r\n")

    assert_kept(refresh(endless), "too_large")
    assert publisher.sent["/feed"] < 40_000_000


def test_it_row_20_believes_a_length_that_is_too_large(refresh: Refresh) -> None:
    assert_kept(refresh(OK + b"Content-Length: 10737418240\r\n\r\n" + FEED), "too_large")


@pytest.mark.parametrize(
    "answer",
    [
        b"\x16\x03\x01garbage\r\n\r\n",
        FEED,
        b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\n\r\n" + FEED,
        OK + b"".join(b"X-%d: 1\r\n" % number for number in range(200)) + b"\r\n" + FEED,
    ],
    ids=["garbage", "HTTP/0.9", "long status line", "200 headers"],
)
def test_it_row_21_refuses_what_is_not_http(refresh: Refresh, answer: bytes) -> None:
    assert_kept(refresh(answer), "protocol")


def test_it_row_22_reports_tls_on_a_plain_port(db: None, children: ForkServer) -> None:
    with FeedServer() as server:
        feed = ExternalFeed.objects.create(name="Plain", url=server.url("/").replace("http:", "https:"))
        state = refresh_feed(feed=feed, allow=server.allow, server=children)
    assert state.error_kind == "tls"


def test_it_row_22_refuses_a_certificate_that_nobody_vouches_for(db: None, children: ForkServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "documents" / "wrong.example.pem")
    with FeedServer(tls=context) as server:
        server.at("/", document(rss(["New"])))
        feed = ExternalFeed.objects.create(name="TLS", url=server.url("/").replace("http:", "https:"))
        state = refresh_feed(feed=feed, allow=server.allow, server=children)
        assert server.visits == []
    assert (state.error_kind, feed.articles.count()) == ("tls", 0)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (packed(gzip_bomb(100)), "too_large"),
        (packed(gzip_bomb(10, members=100)), "too_large"),
        (packed(b"\x1f\x8b not packed"), "bad_content_encoding"),
        (packed(gzip_bomb(1), encoding="gzip, gzip"), "bad_content_encoding"),
        (packed(gzip_bomb(1), encoding=", ".join(["gzip"] * 40)), "bad_content_encoding"),
        (packed(b"x", encoding="br"), "bad_content_encoding"),
    ],
    ids=["100 MB", "100 members", "not packed", "twice", "forty times", "brotli"],
)
def test_it_row_23_refuses_bombs(refresh: Refresh, answer: bytes, kind: str) -> None:
    assert_kept(refresh(answer), kind)


def test_it_row_24_notices_gzip_that_was_cut_in_half(refresh: Refresh) -> None:
    body = gzip.compress(rss([f"New {number}" for number in range(50)]).encode())
    assert_kept(refresh(packed(body[: len(body) // 2])), "truncated")
