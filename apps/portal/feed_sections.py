"""The feeds on the portal home, rendered once and kept for as long as nothing changed."""

import hashlib
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.cache import caches
from django.db.models import Count, FilteredRelation, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from apps.brands.models import Brand
from apps.connected_services.models import ConnectedServices
from apps.core.prepared import PreparedQuery
from apps.feeds.models import ExternalFeed, FeedArticle

SECONDS_KEPT = 60  # "3 minutes ago" must not stand still for longer


def feed_sections(brand: Brand) -> SafeString:
    """The HTML of the brand's feed sections, empty where there is no article to show.

    Costs two small queries while nothing changed, and one more for all the articles when something did.
    """
    limit = _max_articles()
    if not limit:
        return SafeString("")
    stamps = _STAMPS.rows(brand.pk, limit)
    parts = (brand.pk, limit, translation.get_language(), timezone.get_current_timezone_name(), stamps)
    key = hashlib.blake2b(repr(parts).encode(), digest_size=20).hexdigest()
    cache = caches["fragments"]
    html: str | None = cache.get(key)
    if html is None:
        html = _render(brand, limit)
        cache.set(key, html, SECONDS_KEPT)
    return mark_safe(html)


def _max_articles() -> int:
    """The setting alone: loading the whole row would decrypt its secrets for every visitor."""
    rows = _LIMIT.rows()
    return rows[0][0] if rows else ConnectedServices().max_external_feed_articles


def _stamps(brand_id: int, limit: int) -> QuerySet[ExternalFeed, Any]:
    """What the sections depend on: each feed of the brand in its order, and when its articles last changed."""
    text = TextField()  # moments are only compared, so nobody needs to parse them
    shown = FilteredRelation("articles", condition=Q(articles__position__lt=limit))
    return (
        ExternalFeed.objects.for_brand(Brand(pk=brand_id))
        .annotate(shown=shown, count=Count("shown"), newest=Max("shown__pk"))
        .annotate(changed_at=Cast("state__last_change_at", text), fetched_at=Cast("state__last_success_at", text))
        .order_by("position", "pk")
        .values_list(
            *("pk", "name", "show_description", "show_image", "new_window"),
            *("count", "newest", "changed_at", "fetched_at"),
        )
    )


_LIMIT = PreparedQuery(lambda: ConnectedServices.objects.values_list("max_external_feed_articles"), 0)
_STAMPS = PreparedQuery(_stamps, 2)


def _render(brand: Brand, limit: int) -> str:
    articles = FeedArticle.objects.for_brand(brand, limit)
    sections = [(feed, list(group)) for feed, group in groupby(articles, key=attrgetter("feed"))]
    return render_to_string("portal/_feeds.html", {"sections": sections}) if sections else ""
