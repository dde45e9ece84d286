"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser cannot read."""

import json
from datetime import UTC, datetime
from typing import Any

from apps.feeds.fetching.articles import Entry, Text
from apps.feeds.fetching.wire import FeedError


def read_json(body: bytes) -> tuple[dict[str, Any], list[Entry]]:
    """The feed's own fields and its entries. Raises FeedError where it is other JSON."""
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FeedError("not_a_feed", "json") from error
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version", "")):
        raise FeedError("not_a_feed", "json")
    items = document.get("items")
    if not isinstance(items, list):
        raise FeedError("not_a_feed", "json")
    return document, [_entry(item) for item in items if isinstance(item, dict)]


def _entry(item: dict[str, Any]) -> Entry:
    def text(name: str) -> str:
        value = item.get(name)
        return str(value) if isinstance(value, str | int | float) else ""

    summary = Text(text("summary") or text("content_text"))
    return Entry(
        guid=text("id"),
        links=[text("url"), text("external_url")],
        title=Text(text("title")),
        summary=summary if summary.value.strip() else Text(text("content_html"), is_html=True),
        images=[text("image"), text("banner_image")],
        published=_moment(text("date_published") or text("date_modified")),
    )


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
