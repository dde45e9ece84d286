"""Lists of feeds from feed readers and for them."""

from collections.abc import Callable
from xml.etree import ElementTree

from django.test import Client

from apps.brands.models import Brand
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed
from tests.importing.conftest import FEEDS, confirm, export, upload

Import = Callable[..., BulkImport]
OPML_NUMBER = 3

READER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0">
  <head><title>Mine</title></head>
  <body>
    <outline text="Tech">
      <outline text="Fernhill">
        <outline type="rss" text="N&#228;chrichten &amp; mehr" XMLURL="https://example.com/news" htmlUrl="https://example.com/"/>
      </outline>
      <outline title="Only a title" xmlurl="https://example.com/titled" category="/Fernhill,/Other"/>
    </outline>
    <outline type="rss" text="No address" htmlUrl="https://example.com/"/>
    <outline text="Again" xmlUrl="https://example.com/news"/>
    <outline text="Off" isComment="true" xmlUrl="https://example.com/off"/>
    <outline xmlUrl="https://unnamed.example/feed"/>
    <outline text="https://example.com/is-only-text"/>
  </body>
</opml>
"""


def state() -> list[tuple[object, ...]]:
    """Everything that people can set about every feed, in order."""
    return [
        (
            *(feed.name, feed.url, feed.position, feed.is_active),
            *(feed.show_description, feed.show_image, feed.new_window),
            sorted(brand.name for brand in feed.brands.all()),
        )
        for feed in ExternalFeed.objects.all()
    ]


def make_feeds() -> None:
    odd = Brand.objects.create(name="A/B, 100% | C")
    for number in range(4):
        feed = ExternalFeed.objects.create(
            name=f"Feed <{number}> & 'more' \"Ü\"",
            url=f"https://example.com/{number}?a=1&b=2",
            is_active=number != 1,
            show_image=number == 2,
            new_window=number == 3,
            show_description=number != 2,
        )
        feed.brands.set([odd, *Brand.objects.filter(name="Fernhill")][: number % 3])
    ExternalFeed.objects.filter(url__contains="/3").update(position=10)


def test_it_reads_the_list_of_a_feed_reader(import_feeds: Import) -> None:
    done = import_feeds(READER.encode("latin-1"), "subscriptions.opml")
    assert [(name, url, brands) for name, url, _p, *_flags, brands in state()] == [
        ("Nächrichten & mehr", "https://example.com/news", ["Fernhill"]),
        ("Only a title", "https://example.com/titled", ["Fernhill"]),
        ("unnamed.example", "https://unnamed.example/feed", []),
    ]
    assert done.notes == [
        "1 entry has no feed address and was left out.",
        "1 feed was in the file more than once and was put together.",
    ]


def test_it_leaves_brands_alone_where_the_list_names_none(import_feeds: Import) -> None:
    feed = ExternalFeed.objects.create(name="Old", url="https://example.com/x")
    feed.brands.add(Brand.objects.get())
    import_feeds('<opml><body><outline text="New" xmlUrl="https://example.com/x"/></body></opml>', "a.xml")
    feed.refresh_from_db()
    assert feed.name == "New"
    assert feed.brands.count() == 1


def test_it_writes_valid_opml(admin_client: Client) -> None:
    make_feeds()
    root = ElementTree.fromstring(export(admin_client, FEEDS, OPML_NUMBER))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [child.tag for child in root] == ["head", "body"]
    assert root.findtext("head/title")
    assert root.findtext("head/dateCreated").endswith("+0000")
    outlines = root.findall("body/outline")
    assert [outline.get("xmlUrl") for outline in outlines] == list(ExternalFeed.objects.values_list("url", flat=True))
    for outline in outlines:
        assert outline.get("type") == "rss"
        assert outline.get("text") == outline.get("title")
        assert outline.get("htmlUrl") == "https://example.com/"


def test_it_comes_back_as_it_was_on_an_empty_installation(admin_client: Client) -> None:
    make_feeds()
    before = [row[:2] + row[3:] for row in state()]
    content = export(admin_client, FEEDS, OPML_NUMBER)
    ExternalFeed.objects.all().delete()
    upload(admin_client, FEEDS, content, "feeds.opml")
    confirm(admin_client)
    assert [row[:2] + row[3:] for row in state()] == before


def test_it_finds_everything_unchanged_in_its_own_list(admin_client: Client) -> None:
    make_feeds()
    upload(admin_client, FEEDS, export(admin_client, FEEDS, OPML_NUMBER), "feeds.opml")
    latest = BulkImport.objects.get()
    assert (latest.state, latest.unchanged_count) == (BulkImport.State.DONE, 4)
    assert latest.notes == []
