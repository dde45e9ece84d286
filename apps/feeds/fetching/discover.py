"""The feeds that a web page names (autodiscovery)."""

from html.parser import HTMLParser

from apps.core.html import snippet
from apps.feeds.fetching.links import safe_link
from apps.feeds.fetching.wire import FoundFeed

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_MAX_FOUND = 20
_MAX_PAGE = 512 * 1024


def find_feeds(body: bytes, *, url: str) -> list[FoundFeed]:
    """What `<link rel="alternate">` names in the page at `url`, in the page's order, each address once."""
    finder = _Finder(url)
    finder.feed(body[:_MAX_PAGE].decode("utf-8", "replace"))
    found: dict[str, FoundFeed] = {}
    for feed in finder.found:
        found.setdefault(feed.url, feed)
    return list(found.values())[:_MAX_FOUND]


class _Finder(HTMLParser):
    """Comments and scripts are no tags to HTMLParser, so links inside them are not found."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url
        self.found: list[FoundFeed] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and values.get("href"):
            self.base = safe_link(values["href"], self.base) or self.base
        kind = values.get("type", "").split(";")[0].strip().lower()
        if tag != "link" or "alternate" not in values.get("rel", "").lower().split() or kind not in FEED_TYPES:
            return
        if address := safe_link(values.get("href"), self.base):
            self.found.append(FoundFeed(title=snippet(values.get("title", ""), limit=200), url=address, type=kind))
