"""What the portal shows, or would show, of a feed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.connected_services.models import ConnectedServices
from apps.core.urls import validate_web_address
from apps.feeds.fetching.wire import Article, FoundFeed
from apps.feeds.models import ExternalFeed
from apps.feeds.services import preview_feed


@dataclass(frozen=True, kw_only=True)
class ShownArticle:
    """One article as the portal shows it: plain text; `image` is an address on this server."""

    title: str
    url: str
    summary: str = ""
    image: str = ""
    has_remote_image: bool = False
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The articles, or in `message` why there are none; `found` are the feeds that a web page names."""

    heading: str = ""
    articles: list[ShownArticle] = field(default_factory=list)
    message: Promise | str = ""
    found: list[FoundFeed] = field(default_factory=list)
    new_window: bool = False
    is_live: bool = False


def preview_stored(feed: ExternalFeed) -> Preview:
    """What the portal shows at this moment."""
    limit = ConnectedServices.load().max_external_feed_articles
    if not limit:
        return Preview(message=_hidden())
    articles = [
        ShownArticle(
            title=article.title,
            url=article.url,
            summary=article.summary if feed.show_description else "",
            image=article.image.url if feed.show_image and article.image else "",
            published_at=article.published_at,
        )
        for article in feed.articles.filter(position__lt=limit).order_by("position")
    ]
    empty = _("Nothing yet: a feed without articles does not appear on the portal.")
    message = "" if articles else empty
    return Preview(heading=feed.name, articles=articles, message=message, new_window=feed.new_window)


def preview_address(url: str, chosen: Collection[str]) -> Preview:
    """What the portal would show of the feed at `url`, asked now. `chosen` are the feed's options that are on."""
    try:
        validate_web_address(url)
    except ValidationError as error:
        return Preview(message=" ".join(error.messages), is_live=True)
    limit = ConnectedServices.load().max_external_feed_articles
    found = preview_feed(url=url, max_articles=limit)
    articles = [_shown(article, chosen) for article in found.articles[:limit]]
    again = _("Try again in a moment.")  # outside of the f-string, where it is found for translation
    message = f"{found.message} {again}" if found.kind == "busy" else found.message
    if not message and not articles:
        message = _("The feed is healthy but has no articles now.") if limit else _hidden()
    return Preview(
        heading=found.title,
        articles=articles,
        message=message,
        found=found.found,
        new_window="new_window" in chosen,
        is_live=True,
    )


def _shown(article: Article, chosen: Collection[str]) -> ShownArticle:
    return ShownArticle(
        title=article.title,
        url=article.url,
        summary=article.summary if "show_description" in chosen else "",
        has_remote_image=bool(article.image_url) and "show_image" in chosen,
        published_at=None if article.published is None else datetime.fromtimestamp(article.published, UTC),
    )


def _hidden() -> str:
    return _("The portal shows no feeds now: “Max External Feed Articles” is 0 in the settings.")
