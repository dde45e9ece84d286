"""Which articles are shown, in which order and with which words (rows 35 to 38)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.feeds.models import ExternalFeed, FeedArticle
from tests.fakes.feed_server import document, rss
from tests.feeds.conftest import Refresh, titles


def item(title: str = "", *, link: str = "", guid: str = "", date: str = "", text: str = "") -> str:
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": text}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value) + "</item>"


def show(refresh: Refresh, *items: str) -> list[FeedArticle]:
    state = refresh(document(rss(items)), has_old=False)
    assert state.error_kind == ""
    return list(state.feed.articles.order_by("position"))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hello", "Hello"),
        ("<![CDATA[<img src=x onerror=alert(1)>Hello]]>", "Hello"),
        ("<![CDATA[<!-- --!><img src=x onerror=alert(1)>Hello]]>", "Hello"),
        ("{{7*7}} {% debug %} ${7*7}", "{{7*7}} {% debug %} ${7*7}"),
        ("A List&lt;String&gt; in Java", "A List<String> in Java"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("a&#x200b;b\u2066c\u0007", "a\u200bbc"),
    ],
)
def test_it_row_35_shows_text_and_nothing_else(refresh: Refresh, title: str, expected: str) -> None:
    assert show(refresh, item(title, link="https://a.example/"))[0].title == expected


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user:pw@a.example/"),
        *("https://a.example:99999/", "vbscript:x", "urn:uuid:1", "https://a.example/\u202e"),
    ],
)
def test_it_row_36_shows_an_article_without_a_bad_link(refresh: Refresh, link: str) -> None:
    (article,) = show(refresh, item("Title", link=link, guid=link, text="Text"))
    assert (article.title, article.summary, article.url) == ("Title", "Text", "")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/&quot;onmouseover=&quot;x", "https://a.example/%22onmouseover=%22x"),
        ("https://a.example/two words?q=a|b", "https://a.example/two%20words?q=a%7Cb"),
        ("https://a.example/größe%20x", "https://a.example/größe%20x"),
    ],
)
def test_it_row_36_makes_odd_links_safe(refresh: Refresh, link: str, expected: str) -> None:
    assert show(refresh, item("Title", link=link))[0].url == expected


def test_it_row_36_makes_every_link_whole(refresh: Refresh) -> None:
    (article,) = show(refresh, item("Title", link="//other.example/x"))
    assert article.url in ("", "http://other.example/x")


def test_it_row_37_tells_items_with_one_guid_apart(refresh: Refresh) -> None:
    items = [item(f"T{n}", link=f"https://a.example/{n}", guid="same") for n in range(3)]
    assert len(show(refresh, *items)) == 3


def test_it_row_37_does_not_grow_where_guids_are_random(refresh: Refresh, feed: ExternalFeed) -> None:
    for _ in range(3):
        items = [item(f"T{n}", link=f"https://a.example/{n}", guid=str(random.random())) for n in range(3)]
        show(refresh, *items)
    assert feed.articles.count() == 3


def test_it_row_37_shows_a_twin_once(refresh: Refresh) -> None:
    items = [item("News", link="https://a.example/1", guid=f"https://a.example/1#{n}") for n in (0, 3)]
    assert len(show(refresh, *items)) == 1


def test_it_row_37_does_without_guids(refresh: Refresh) -> None:
    assert len(show(refresh, item("One", link="https://a.example/1"), item("Two"), item("Two"))) == 2


@pytest.mark.parametrize(
    "date",
    [
        *(
            "1704067200",
            "Tue, 03 Mar 2026 24:00:00 GMT",
            "32 Foo 2026",
            "0000-00-00T00:00:00Z",
            "Tue, 31 Feb 2026 10:00:00 GMT",
        ),
        *("9999-99-99", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ],
)
def test_it_row_38_shows_no_impossible_date(refresh: Refresh, date: str) -> None:
    assert show(refresh, item("Title", link="https://a.example/", date=date))[0].published_at is None


def test_it_row_38_sorts_the_newest_first_and_undated_last(refresh: Refresh, feed: ExternalFeed) -> None:
    items = [
        item("Second", date="Mon, 02 Mar 2026 10:00:00 GMT"),
        item("Undated"),
        item("First", date="Tue, 03 Mar 2026 10:00:00 GMT"),
        item("Far", date="Tue, 19 Jan 2038 03:14:07 GMT"),
    ]
    articles = show(refresh, *items)
    assert [article.title for article in articles] == ["First", "Second", "Undated", "Far"]
    assert articles[0].published_at == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert articles[3].published_at is None


def test_it_row_38_keeps_the_order_of_a_document_without_dates(refresh: Refresh) -> None:
    assert [article.title for article in show(refresh, item("B"), item("C"), item("A"))] == ["B", "C", "A"]


def test_it_keeps_the_dates_of_a_calendar(refresh: Refresh) -> None:
    days = [timezone.now() + timedelta(days=30 * n) for n in (1, 2)]
    items = [item(f"In {n}", date=day.strftime("%a, %d %b %Y %H:%M:%S GMT")) for n, day in enumerate(days)]
    assert [article.published_at is not None for article in show(refresh, *items)] == [True, True]


def test_it_takes_back_what_the_publisher_took_back(refresh: Refresh, feed: ExternalFeed) -> None:
    refresh(document(rss(["One", "Two"])), has_old=False)
    first_seen = feed.articles.get(title="Two").first_seen_at
    refresh(document(rss(["Three", "Two"])))
    assert titles(feed) == ["Three", "Two"]
    assert feed.articles.get(title="Two").first_seen_at > first_seen - timedelta(seconds=1)


def test_it_remembers_when_it_saw_an_article_first(refresh: Refresh, feed: ExternalFeed) -> None:
    refresh(document(rss([item("One", guid="g")])), has_old=False)
    first_seen = feed.articles.get().first_seen_at
    refresh(document(rss([item("One, corrected", guid="g")])))
    assert (feed.articles.get().title, feed.articles.get().first_seen_at) == ("One, corrected", first_seen)


def test_it_keeps_fifty_articles(refresh: Refresh, feed: ExternalFeed) -> None:
    state = refresh(document(rss([f"Article {number}" for number in range(80)])), has_old=False)
    assert (feed.articles.count(), state.item_count) == (50, 80)
    assert list(feed.articles.values_list("position", flat=True)) == list(range(50))


def test_it_makes_a_title_of_the_text(refresh: Refresh) -> None:
    long, linked = show(refresh, item(text="A long story. " * 30), item(link="https://a.example/page"))
    assert long.title.startswith("A long story.")
    assert len(long.title) <= 100
    assert len(long.summary) <= 300
    assert linked.title == "https://a.example/page"


def test_it_does_not_say_twice_what_an_untitled_item_says(refresh: Refresh) -> None:
    (article,) = show(refresh, item(text="Only a line.", link="https://example.com/1"))
    assert (article.title, article.summary) == ("Only a line.", "")
