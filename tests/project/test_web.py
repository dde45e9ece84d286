"""The web server between the network and Django's pages."""

import hashlib
import json
import socket
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from tests.live import served

THREADS = 8
pytestmark = pytest.mark.urls("tests.project.echo_urls")


def ask(desk, method="GET", path="/echo", body=None, headers=None, **options):
    connection = HTTPConnection("127.0.0.1", desk.port, timeout=10)
    connection.request(method, path, body=body, headers=headers or {}, **options)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def echo(desk, *args, **options):
    return json.loads(ask(desk, *args, **options)[1])


def opened(stack, desk, request):
    """A raw connection that sends this and then does nothing more."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", desk.port), timeout=10))
    client.sendall(request)
    return client


@pytest.mark.parametrize("size", [1, 64 * 1024, 3 * 1024 * 1024 + 7])
def test_it_takes_a_body_whole(desk, size):
    body = bytes(range(256)) * (size // 256 + 1)
    answer = echo(desk, "POST", body=body[:size])
    assert answer["length"] == size
    assert answer["sha256"] == hashlib.sha256(body[:size]).hexdigest()


def test_it_takes_a_body_of_unknown_length(desk):
    answer = echo(desk, "POST", body=iter([b"one", b"two", b"three"]), encode_chunked=True)
    assert answer["length"] == len(b"onetwothree")


def test_it_takes_an_upload(desk):
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    body = head + b"y" * 2_000_000 + b"\r\n--b--\r\n"
    _response, content = ask(desk, "POST", "/upload", body, {"Content-Type": "multipart/form-data; boundary=b"})
    assert content == b"2000000"


@pytest.mark.parametrize("chunked", [False, True])
def test_it_refuses_more_than_it_accepts(desk, settings, chunked):
    settings.DESK_MAX_UPLOAD_MB = 1
    pieces = [b"z" * 65536] * 17  # one more than it accepts, and nothing after the answer, which would be lost
    with ExitStack() as stack:
        length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 1310720"
        client = opened(stack, desk, b"POST /echo HTTP/1.1\r\nHost: localhost\r\n" + length + b"\r\n\r\n")
        for piece in pieces:
            client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.urls("project.urls")
@pytest.mark.parametrize(
    ("path", "accept", "kind", "words"),
    [
        ("/tickets/new/", "text/html,*/*;q=0.8", "text/html", "This form is too large"),
        ("/tickets/uploads/", "application/json", "text/plain", "This is more than the server accepts."),
        ("/api/v1/tickets", "text/html", "application/problem+json", "too_large"),
    ],
)
def test_it_shows_people_a_page_where_their_form_is_too_large(desk, settings, path, accept, kind, words):
    settings.DESK_MAX_UPLOAD_MB = 1
    response, content = ask(desk, "POST", path, b"z" * 1_048_577, {"Accept": accept})
    assert response.status == 413
    assert response.headers["Connection"] == "close"
    assert response.headers["Content-Type"].startswith(kind)
    assert words in content.decode()


@pytest.mark.parametrize("charset", ["hex", "rot13", "idna", "punycode", "utf-7", "no-such-one"])
def test_it_refuses_what_is_no_charset(desk, charset):
    for kind in ("text/plain", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": f"{kind}; charset={charset}"}
        assert ask(desk, path="/echo?a=b", headers=headers)[0].status == 400
        assert ask(desk, "POST", body=b"a=b", headers=headers)[0].status == 400
    response, content = ask(desk, path="/api/v1/tickets?a=b", headers=headers)
    assert (response.status, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(content)["code"] == "malformed"


@pytest.mark.parametrize("charset", ["UTF-8", '"utf-8"', "us-ascii", "iso-8859-1", "windows-1252"])
def test_it_takes_the_usual_charsets(desk, charset):
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    assert ask(desk, "POST", "/echo?a=b", b"a=b", headers)[0].status == 200


def test_it_serves_others_while_senders_are_slow(desk):
    with ExitStack() as stack:
        for _ in range(3 * THREADS):
            opened(stack, desk, b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf")
        assert echo(desk)["length"] == 0


def test_it_serves_others_while_readers_are_slow(desk):
    with ExitStack() as stack:
        for _ in range(3 * THREADS):
            opened(stack, desk, b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert echo(desk)["length"] == 0


def test_it_outlives_those_who_leave(desk):
    for _ in range(2 * THREADS):
        with ExitStack() as stack:
            opened(stack, desk, b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").recv(100)
            opened(stack, desk, b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
    assert len(ask(desk, path="/large")[1]) == 512 * 4096


@pytest.mark.once
def test_it_keeps_a_database_connection_open(desk):
    seen = {(answer["thread"], answer["connection"]) for answer in (echo(desk) for _ in range(20))}
    assert len(seen) == len({thread for thread, _connection in seen}) <= THREADS


def test_it_believes_nobody_about_the_caller(desk):
    answer = echo(desk, headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
    assert answer["address"] == "127.0.0.1"
    assert not answer["is_secure"]


def test_it_believes_a_trusted_proxy_about_the_caller(transactional_db, settings):
    settings.DESK_TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.1.2.3", "X-Forwarded-Proto": "https"}
    with served() as desk:
        answer = echo(desk, headers=headers)
    assert answer["address"] == "203.0.113.9"  # the last one that a proxy of ours saw, not what the caller wrote
    assert answer["is_secure"]
