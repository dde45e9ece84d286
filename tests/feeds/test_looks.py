"""Looking at slow addresses occupies some of the pages' threads, never all of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from apps.feeds.models import ExternalFeed
from tests.conftest import signed_in
from tests.fakes.feed_server import Visit

PAGE = "/management/feeds/externalfeed/"
BUSY = "Two addresses are being looked at already. Try again in a moment."
TOKEN = "t" * 32


@pytest.fixture
def ask(desk, admin, settings, publisher):
    """Send a request to the web server as an administrator; returns status and text."""
    settings.DESK_OUTBOUND_ALLOW = publisher.allow
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in signed_in(admin).cookies.items())
    headers = {"Cookie": f"{cookies}; {settings.CSRF_COOKIE_NAME}={TOKEN}", "X-CSRFToken": TOKEN}

    def run(path, **data):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("127.0.0.1", desk.port, timeout=60)) as connection:
            connection.request("POST" if data else "GET", path, urlencode(data) if data else None, headers | kind)
            response = connection.getresponse()
            return response.status, response.read().decode()

    return run


def wait_for_visits(publisher, number):
    end = time.monotonic() + 10
    while len(publisher.visits) < number and time.monotonic() < end:
        time.sleep(0.05)


def test_it_answers_while_many_slow_addresses_are_previewed(ask, publisher):
    url = publisher.at("/slow", Visit.stall)
    started = time.monotonic()
    with ThreadPoolExecutor(9) as pool:
        previews = [pool.submit(ask, f"{PAGE}preview/", url=url) for _ in range(9)]
        wait_for_visits(publisher, 2)
        asked = time.monotonic()
        assert ask("/")[0] == 200
        assert time.monotonic() - asked < 3
        answers = [preview.result() for preview in previews]
    assert time.monotonic() - started < 12
    assert [status for status, _ in answers] == [200] * 9
    assert sum(BUSY in answer for _, answer in answers) == 7
    slow = ("took too long", "takes too much time")  # whichever limit comes first on a busy machine
    assert sum(any(words in answer for words in slow) for _, answer in answers) == 2
    assert len(publisher.visits) == 2


def test_it_saves_without_a_look_while_others_are_looking(ask, publisher):
    slow, url = publisher.at("/slow", Visit.stall), publisher.url("/feed")
    with ThreadPoolExecutor(2) as pool:
        previews = [pool.submit(ask, f"{PAGE}preview/", url=slow) for _ in range(2)]
        wait_for_visits(publisher, 2)
        assert ask(f"{PAGE}add/", name="News", url=url)[0] == 302
        assert not any(preview.done() for preview in previews)
    assert ExternalFeed.objects.get().url == url
    assert publisher.visits_to("/feed") == []
    page = ask(PAGE)[1]
    assert "could not be checked: Two addresses are being looked at already. The first fetch" in page


def test_it_looks_again_once_others_are_done(ask, publisher):
    url = publisher.at("/gone", lambda visit: visit.connection.close())
    for _ in range(3):
        assert BUSY not in ask(f"{PAGE}preview/", url=url)[1]
