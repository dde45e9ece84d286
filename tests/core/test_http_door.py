"""The HTTP door, as a vendor's module uses it. What hostile servers do is in tests/feeds."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from apps.core.http import HttpError, Limits, request
from tests.fakes.feed_server import FeedServer, Visit, redirect, respond

FOLLOW = Limits(total=3, max_redirects=5)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[FeedServer]:
    """Another origin."""
    with FeedServer("127.0.0.2") as server:
        yield server


@pytest.fixture(autouse=True)
def allowed(settings: LazySettings) -> None:
    settings.DESK_OUTBOUND_ALLOW = ["127.0.0.1", "127.0.0.2"]


def body_of(visit: Visit) -> bytes:
    return visit.connection.recv(int(visit.headers.get("Content-Length", "0"))) if visit.rest == b"" else visit.rest


def test_it_posts_json_and_forms(server: FeedServer) -> None:
    bodies: list[tuple[str, bytes]] = []

    def keep(visit: Visit) -> None:
        bodies.append((visit.headers["Content-Type"], body_of(visit)))
        visit.send(respond(201, b"{}", content_type="application/json"))

    url = server.at("/api", keep)
    assert request("POST", url, json={"text": ["ü"]}).status == 201
    assert request("POST", url, data={"a": "1 2"}).body == b"{}"
    assert json.loads(bodies[0][1]) == {"text": ["ü"]}
    assert bodies[1] == ("application/x-www-form-urlencoded", b"a=1+2")


def test_it_sends_parameters_and_basic_authentication(server: FeedServer) -> None:
    server.at("/api?key=a+b", respond(200, b"yes"))
    response = request("GET", server.url("/api"), params={"key": "a b"}, auth=("user", "pass"))
    assert (response.status, response.body) == (200, b"yes")
    assert server.visits[0].headers["Authorization"] == "Basic dXNlcjpwYXNz"


def test_it_reads_headers_in_any_case(server: FeedServer) -> None:
    url = server.at("/", respond(200, headers=[("X-Limit", "5")]))
    assert request("GET", url).headers["x-limit"] == "5"


def test_it_returns_every_status(server: FeedServer) -> None:
    assert request("GET", server.at("/", respond(500, b"broken"))).body == b"broken"


def test_it_follows_no_redirect_unless_asked(server: FeedServer) -> None:
    server.at("/new", respond(200, b"new"))
    url = server.at("/", redirect("/new"))
    response = request("GET", url)
    assert (response.status, response.headers["Location"], response.body) == (302, "/new", b"")
    response = request("GET", url, limits=FOLLOW)
    assert (response.body, response.url, response.hops) == (b"new", server.url("/new"), ((302, url),))


def test_credentials_never_follow_to_another_origin(server: FeedServer, other: FeedServer) -> None:
    target = other.at("/", respond(200))
    url = server.at("/", redirect(target))
    secret = {"X-Api-Key": "k", "Cookie": "c=1", "Authorization": "Bearer t", "Accept": "text/plain"}
    request("GET", url, headers=secret, limits=FOLLOW)
    request("GET", url, auth=("user", "pass"), limits=FOLLOW)
    for visit in other.visits:
        assert not {"X-Api-Key", "Cookie", "Authorization"} & set(visit.headers)
    assert other.visits[0].headers["Accept"] == "text/plain"
    assert server.visits[0].headers["X-Api-Key"] == "k"


def test_credentials_stay_at_their_origin(server: FeedServer) -> None:
    server.at("/new", respond(200))
    request("GET", server.at("/", redirect("/new")), headers={"X-Api-Key": "k"}, auth=("u", "p"), limits=FOLLOW)
    assert server.visits[-1].headers["X-Api-Key"] == "k"
    assert "Authorization" in server.visits[-1].headers


def test_a_body_never_follows_to_another_origin(server: FeedServer, other: FeedServer) -> None:
    url = server.at("/", redirect(other.at("/", respond(200)), 307))
    with pytest.raises(HttpError) as caught:
        request("POST", url, data={"secret": "s"}, limits=FOLLOW)
    assert (caught.value.kind, caught.value.permanent) == ("redirect_to_other_origin", True)
    assert other.connections == 0


def test_a_post_becomes_a_get_after_303(server: FeedServer) -> None:
    server.at("/new", respond(200))
    request("POST", server.at("/", redirect("/new", 303)), json={"a": 1}, limits=FOLLOW)
    assert (server.visits[-1].method, server.visits[-1].headers.get("Content-Length")) == ("GET", None)


def test_it_reads_the_exceptions_from_the_settings(server: FeedServer, settings: LazySettings) -> None:
    settings.DESK_OUTBOUND_ALLOW = []
    with pytest.raises(HttpError, match="blocked_address"):
        request("GET", server.url("/"))
    with pytest.raises(HttpError, match="blocked_address"):
        request("GET", server.url("/"), allow=["127.0.0.1#1"])
    assert server.connections == 0


def test_it_connects_to_the_address_that_it_vetted(
    server: FeedServer, other: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with a public address first and with an inner one next."""
    look_ups = 0
    original = socket.getaddrinfo

    def rebinding(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        nonlocal look_ups
        if host != "rebind.example":
            return original(host, port, *args, **kwargs)  # type: ignore[arg-type]
        look_ups += 1
        address = "127.0.0.1" if look_ups == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.at("/", respond(200, b"vetted"))
    response = request("GET", f"http://rebind.example:{server.port}/", allow=["127.0.0.1"])
    assert (response.body, look_ups) == (b"vetted", 1)
    assert server.visits[0].headers["Host"] == f"rebind.example:{server.port}"


def test_it_refuses_a_name_with_one_inner_address(monkeypatch: pytest.MonkeyPatch, server: FeedServer) -> None:
    def mixed(host: str, port: int, **kwargs: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("93.184.216.34", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    with pytest.raises(HttpError, match="blocked_address"):
        request("GET", f"http://mixed.example:{server.port}/", allow=[])
    assert server.connections == 0


def test_it_does_not_wait_for_a_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1) or [])
    started = time.monotonic()
    with pytest.raises(HttpError) as caught:
        request("GET", "http://slow.example/", limits=Limits(total=0.5))
    assert caught.value.kind == "timeout"
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("ftp://a.example/", "bad_scheme"),
        ("a.example", "bad_scheme"),
        ("http://user:pw@a.example/", "bad_url"),
        ("http://a.example:0/", "bad_url"),
        ("http://a.example/\nx", "bad_url"),
        ("http:///path", "bad_url"),
        ("http://[::1/", "bad_url"),
    ],
)
def test_it_refuses_addresses_that_are_none(url: str, kind: str) -> None:
    with pytest.raises(HttpError) as caught:
        request("GET", url)
    assert (caught.value.kind, caught.value.permanent) == (kind, True)


def test_it_says_whether_trying_again_can_help(server: FeedServer) -> None:
    with pytest.raises(HttpError) as caught:
        request("GET", server.at("/", lambda visit: visit.connection.close()))
    assert (caught.value.kind, caught.value.permanent) == ("connection", False)


def test_it_stops_at_the_size_it_is_given(server: FeedServer) -> None:
    url = server.at("/", respond(200, b"x" * 1001))
    assert len(request("GET", url, limits=Limits(max_bytes=1001)).body) == 1001
    with pytest.raises(HttpError, match="too_large"):
        request("GET", url, limits=Limits(max_bytes=1000))


def test_the_total_time_spans_every_redirect(server: FeedServer) -> None:
    def slow(visit: Visit) -> None:
        time.sleep(0.4)
        visit.send(redirect("/"))

    url = server.at("/", slow)
    started = time.monotonic()
    with pytest.raises(HttpError, match="timeout"):
        request("GET", url, limits=Limits(total=1, max_redirects=20))
    assert time.monotonic() - started < 2
