"""From the entries of a document, however it was written, to the articles that are shown."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.core.html import plain, snippet, to_text
from apps.feeds.fetching.links import safe_link
from apps.feeds.fetching.wire import Article

MAX_TITLE, MAX_SUMMARY, TITLE_FROM_TEXT, MAX_GUID = 200, 300, 100, 1000
_OLDEST = 631_152_000.0  # 1990: older dates are mistakes of a parser or of a publisher
_DAY = 24 * 3600


@dataclass(frozen=True)
class Text:
    """Text as the document had it, and whether it is HTML."""

    value: str = ""
    is_html: bool = False

    def shown(self, limit: int) -> str:
        return to_text(self.value, limit=limit) if self.is_html else snippet(self.value[: 32 * 1024], limit=limit)


@dataclass(frozen=True)
class Entry:
    """One entry, not yet cleaned. `published` is seconds since 1970 as the document says, right or wrong."""

    guid: str = ""
    links: list[str] = field(default_factory=list)
    title: Text = Text()
    summary: Text = Text()
    images: list[str] = field(default_factory=list)
    published: float | None = None


def to_articles(entries: list[Entry], *, base: str, keep: int) -> list[Article]:
    """At most `keep` articles, newest first, undated ones after the dated, each once."""
    guids = Counter(entry.guid for entry in entries)
    articles: list[Article] = []
    twins: set[tuple[str, str]] = set()
    keys: set[str] = set()
    for entry, published in _in_order(entries):
        article = _article(entry, published, base, is_guid_unique=guids[entry.guid] == 1)
        # Some publishers repeat an item under another guid ("#0", "#3"): same link, same title.
        twin = (article.url, article.title) if article else ("", "")
        if article is None or article.key in keys or (article.url and twin in twins):
            continue
        articles.append(article)
        twins.add(twin)
        keys.add(article.key)
        if len(articles) == keep:
            break
    return articles


def _in_order(entries: list[Entry]) -> Iterable[tuple[Entry, float | None]]:
    latest = time.time() + _DAY
    dated = [entry.published for entry in entries if entry.published is not None]
    # A calendar of events lives in the future; one far date in a list of news is a mistake and must not stick on top.
    if dated and sum(moment > latest for moment in dated) * 2 > len(dated):
        latest = time.time() + 50 * 365 * _DAY
    known = [(entry, _plausible(entry.published, latest)) for entry in entries]
    return sorted(known, key=lambda pair: (pair[1] is None, -(pair[1] or 0.0)))


def _plausible(moment: float | None, latest: float) -> float | None:
    return moment if moment is not None and _OLDEST <= moment <= latest else None


def _article(entry: Entry, published: float | None, base: str, *, is_guid_unique: bool) -> Article | None:
    url = next((link for link in (safe_link(link, base) for link in entry.links) if link), "")
    summary = entry.summary.shown(MAX_SUMMARY)
    title = entry.title.shown(MAX_TITLE) or snippet(summary, limit=TITLE_FROM_TEXT) or url[:MAX_TITLE]
    if not title:
        return None
    return Article(
        key=_key(entry.guid, url, title, summary, is_guid_unique=is_guid_unique),
        guid=plain(entry.guid)[:MAX_GUID],
        title=title,
        summary="" if summary == title else summary,
        url=url,
        image_url=next((link for link in (safe_link(link, base) for link in entry.images) if link), ""),
        published=published,
    )


def _key(guid: str, url: str, title: str, summary: str, *, is_guid_unique: bool) -> str:
    if guid:
        parts = ["guid", guid] if is_guid_unique else ["guid", guid, url, title]
    else:
        parts = ["link", url] if url else ["text", title, summary]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
