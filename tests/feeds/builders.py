"""The management pages of feeds: what is sent to them, and feeds that stand as they are to be shown."""

from datetime import timedelta

from django.utils import timezone

from apps.feeds.models import FeedState
from tests.fakes.feed_server import respond

PAGE = "/management/feeds/externalfeed/"
PAGE_OF_FEEDS = "<html><head>{links}</head><body>A site</body></html>"


def text(response):
    return response.content.decode()


def form_data(url, **changes):
    data = {"name": "News", "url": url, "show_description": "on", "new_window": "on", "is_active": "on"}
    return data | changes


def link(path, title):
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{path}">'


def web_page(*links):
    return respond(200, PAGE_OF_FEEDS.format(links="".join(links)).encode(), content_type="text/html")


def fail(feed, **changes):
    values = {"status": "failing", "error_kind": "http_status", "http_status": 404, "failures": 5}
    moment = timezone.now() - timedelta(days=2)
    times = {"first_failure_at": moment, "last_attempt_at": moment, "next_check_at": timezone.now()}
    return FeedState.objects.update_or_create(feed=feed, defaults=values | times | changes)[0]
