"""Looking at an address before it is stored, and naming the feeds of a web page."""

from pathlib import Path

import pytest

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.models import FeedArticle
from apps.feeds.services import discover_feeds, preview_feed
from tests.fakes.feed_server import FeedServer, document, respond, rss

PAGE = (Path(__file__).parent / "documents" / "page.html").read_bytes()


def test_it_shows_what_a_feed_would_show(db: None, children: ForkServer, publisher: FeedServer) -> None:
    url = publisher.at("/feed", document(rss(["One", "Two", "Three"])))
    preview = preview_feed(url=url, max_articles=2, allow=publisher.allow, server=children)
    assert (preview.title, preview.kind, str(preview.message)) == ("News", "", "")
    assert [article.title for article in preview.articles] == ["One", "Two"]
    assert not FeedArticle.objects.exists()
    assert len(publisher.visits) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (respond(404), "http_status", "The server answered 404 Not Found."),
        (respond(200, b"<html></html>", content_type="text/html"), "not_a_feed", "This is a web page, not a feed."),
        (respond(302, headers=[("Location", "http://10.0.0.1/")]), "blocked_address", "private network"),
    ],
)
def test_it_says_in_words_why_there_is_nothing_to_show(
    db: None, children: ForkServer, publisher: FeedServer, answer: bytes, kind: str, message: str
) -> None:
    preview = preview_feed(url=publisher.at("/feed", answer), max_articles=2, allow=publisher.allow, server=children)
    assert preview.kind == kind
    assert message in str(preview.message)


def test_it_refuses_private_addresses_unless_they_are_allowed(
    db: None, children: ForkServer, publisher: FeedServer
) -> None:
    url = publisher.at("/feed", document(rss(["One"])))
    assert preview_feed(url=url, max_articles=1, server=children).kind == "blocked_address"
    assert publisher.connections == 0


def test_it_names_the_feeds_of_a_web_page(db: None, children: ForkServer, publisher: FeedServer) -> None:
    url = publisher.at("/", respond(200, PAGE, content_type="text/html"))
    found = discover_feeds(url=url, allow=publisher.allow, server=children)
    assert [feed.title for feed in found] == ["Shop & news", "", "JSON"]
    assert preview_feed(url=url, max_articles=1, allow=publisher.allow, server=children).found == found


def test_it_names_a_feed_itself(db: None, children: ForkServer, publisher: FeedServer) -> None:
    url = publisher.at("/feed", document(rss(["One"])))
    (found,) = discover_feeds(url=url, allow=publisher.allow, server=children)
    assert (found.title, found.url) == ("News", url)
    assert discover_feeds(url=publisher.url("/nothing"), allow=publisher.allow, server=children) == []
