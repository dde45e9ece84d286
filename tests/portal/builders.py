"""Rows that the portal's tests share."""

from datetime import timedelta

from django.utils import timezone

from apps.brands.models import Brand, BrandHost, CustomLink
from apps.feeds.models import ExternalFeed, FeedArticle, FeedState


def make_brand(name, host, **changes):
    brand = Brand.objects.create(name=name, **changes)
    BrandHost.objects.create(brand=brand, name=host)
    return brand


def make_link(title="Status", url="https://status.example.com", brands=(), **changes):
    link = CustomLink.objects.create(title=title, url=url, **changes)
    link.brands.set(brands)
    return link


def make_feed(name="News", articles=3, brands=(), **changes):
    feed = ExternalFeed.objects.create(name=name, url=f"https://{name.replace(' ', '-')}.example.com/feed", **changes)
    feed.brands.set(brands)
    FeedState.objects.update_or_create(feed=feed)
    for position in range(articles):
        make_article(feed, position, f"{name} article {position}")
    return feed


def make_article(feed, position, title, **changes):
    values = {
        "key": f"{position}-{title}"[:64],
        "title": title,
        "summary": f"Summary of {title}",
        "url": f"https://example.com/{feed.pk}/{position}",
        "published_at": timezone.now() - timedelta(hours=3),
        "first_seen_at": timezone.now(),
    }
    return FeedArticle.objects.create(feed=feed, position=position, **{**values, **changes})


def page(client, path="/", **options):
    return client.get(path, **options).content.decode()
