"""Every format in which feeds are written, read from documents of our own. No database, no network."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.feeds.fetching.discover import find_feeds
from apps.feeds.fetching.parse import Document, read_document
from apps.feeds.fetching.wire import FeedError, FoundFeed

DOCUMENTS = Path(__file__).parent / "documents"


def read(name: str, content_type: str = "application/xml") -> Document:
    body = (DOCUMENTS / name).read_bytes()
    return read_document(body, content_type=content_type, url="https://letters.example/feed", keep=50)


def day(number: int, hour: int = 10) -> float:
    return datetime(2026, 3, number, hour, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("name", "title", "articles"),
    [
        ("rss-0.91.xml", "Harbour office", ["High tide at noon", "Ferry delayed"]),
        ("rss-0.92.xml", "Workshop", ["The lathe is back and works. More", "Open day"]),
        ("rss-1.0.rdf", "Library", ["A book on fern", "A book on moss"]),
        ("rss-2.0.xml", "Garden & yard", ["Sowing & watering", "Pruning roses"]),
        ("atom-0.3.xml", "Old diary", ["Rain & wind"]),
        ("atom-1.0.xml", "Code <notes>", ["Types matter", "AT&amp;T <b> as typed"]),
        ("cdf.xml", "Museum", ["Amber room", "Coins"]),
        ("media-rss.xml", "Pictures", ["Thumbnail", "Content", "Film only"]),
        ("itunes.xml", "Talks", ["Episode 2"]),
        ("json-feed-1.0.json", "Notes", ["First", "A note without a title, typed with <b> and &amp; as they are."]),
        ("json-feed-1.1.json", "Weather", ["Snow", "Sun"]),
        ("malformed-ampersand.xml", "Fish & chips", ["Salt & vinegar", "Closed Monday"]),
        ("malformed-undeclared.xml", "Prefix", ["One"]),
        ("preamble.xml", "Broken server", ["Größe zählt"]),
    ],
)
def test_it_reads_each_format(name: str, title: str, articles: list[str]) -> None:
    document = read(name)
    assert document.title == title
    assert [article.title for article in document.articles] == articles
    assert document.item_count == len(articles)
    assert document.is_malformed == name.startswith("malformed")


def test_it_reads_dates_links_and_summaries() -> None:
    sowing, roses = read("rss-2.0.xml").articles
    assert (sowing.published, roses.published) == (day(3, 8), datetime(2026, 3, 2, 8, 30, tzinfo=UTC).timestamp())
    assert (sowing.url, roses.url) == ("https://garden.example/sowing", "https://letters.example/roses?a=1&b=2")
    assert (sowing.summary, roses.summary) == ("First one two", "Cut them short. Then wait.")
    assert sowing.image_url == "https://garden.example/sow.png?w=1&h=2"


def test_it_prefers_pages_among_links_and_published_among_dates() -> None:
    types, paper = read("atom-1.0.xml").articles
    assert (paper.url, paper.published, paper.summary) == (
        "https://code.example/blog/paper.html",
        day(1),
        "Small steps",
    )
    assert (types.url, types.published, types.summary) == ("https://code.example/blog/types.html", day(2), "They do.")


def test_it_finds_images_where_each_format_keeps_them() -> None:
    def images(name: str) -> list[str]:
        return [article.image_url.rpartition("/")[2] for article in read(name).articles]

    assert images("media-rss.xml") == ["thumb.jpg", "photo", ""]
    assert images("itunes.xml") == ["2.png"]
    assert images("rss-0.92.xml") == ["", "open.jpg"]
    assert images("json-feed-1.1.json") == ["snow.png", ""]


def test_it_reads_json_feeds_carefully() -> None:
    snow, sun = read("json-feed-1.1.json").articles
    assert (snow.url, snow.published, snow.summary) == ("https://weather.example/snow", day(2), "On the hills.")
    assert (sun.url, sun.published, sun.summary) == ("", None, "In the valley.")
    first, _ = read("json-feed-1.0.json").articles
    assert (first.url, first.published, first.summary) == ("https://notes.example/1", day(1, 15), "Hello there")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("windows-1252.xml", "“Größe” – 5 €"),
        ("cp1252-said-utf-8.xml", "“Größe” – 5 €"),
        ("iso-8859-15.xml", "Prix: 5 €"),
        ("koi8-r.xml", "Новости дня"),
        ("shift_jis.xml", "新しい記事"),
        ("euc-kr.xml", "새 소식"),
        ("gb18030.xml", "新闻"),
        ("utf-16.xml", "Größe 新"),
        ("utf-16-le.xml", "Größe 新"),
        ("utf-8-bom.xml", "Größe 新"),
        ("arabic.xml", "أخبار اليوم"),
    ],
)
@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/html", "application/octet-stream", ""])
def test_it_row_29_reads_each_alphabet(name: str, title: str, content_type: str) -> None:
    assert [article.title for article in read(name, content_type).articles] == [title]


@pytest.mark.parametrize("content_type", ["text/xml", "application/rss+xml; charset=ISO-8859-1", "text/xml; charset=x"])
def test_it_row_29_reads_utf_8_that_is_called_something_else(content_type: str) -> None:
    assert [article.title for article in read("preamble.xml", content_type).articles] == ["Größe zählt"]


@pytest.mark.parametrize(("name", "detail"), [("opml.xml", ""), ("sitemap.xml", ""), ("page.html", "html")])
def test_it_row_27_tells_a_feed_from_other_documents(name: str, detail: str) -> None:
    with pytest.raises(FeedError) as caught:
        read(name)
    assert (caught.value.kind, caught.value.detail) == ("not_a_feed", detail)


def test_it_row_25_finds_the_feeds_that_a_page_names() -> None:
    found = find_feeds((DOCUMENTS / "page.html").read_bytes(), url="https://shop.example/de/")
    assert found == [
        FoundFeed(title="Shop & news", url="https://shop.example/en/feed.xml", type="application/rss+xml"),
        FoundFeed(title="", url="https://feeds.example/atom", type="application/atom+xml"),
        FoundFeed(title="JSON", url="https://shop.example/feed.json", type="application/feed+json"),
    ]


@pytest.mark.parametrize(
    ("end", "titles"),
    [
        ("sentence.</description></item>", ["One", "Two", "Three"]),
        ("Half a sen", ["One", "Two"]),
        ("<title>Thr", ["One", "Two"]),
        ("<item><title>Two</title></ite", ["One"]),
    ],
)
def test_it_keeps_the_whole_items_of_a_document_that_was_cut(end: str, titles: list[str]) -> None:
    text = (
        "<rss version='2.0'><channel><title>T</title><item><title>One</title></item><item><title>Two</title></item>"
        "<item><title>Three</title><description>Half a sentence.</description></item></channel></rss>"
    )
    body = text[: text.index(end) + len(end)].encode()
    document = read_document(body, content_type="text/xml", url="https://a.example/", keep=50)
    assert [article.title for article in document.articles] == titles


def test_it_refuses_a_document_cut_within_its_first_item() -> None:
    body = b"<rss version='2.0'><channel><title>T</title><item><title>One</title><descr"
    with pytest.raises(FeedError, match="truncated"):
        read_document(body, content_type="text/xml", url="https://a.example/", keep=50)
