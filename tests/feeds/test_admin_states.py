"""Refreshing a feed, what its page shows of it and of an address before it is saved, and earlier versions."""

import pytest
from django.utils import timezone
from reversion.models import Version

from apps.connected_services.models import ConnectedServices
from apps.feeds.models import ExternalFeed, FeedArticle, FeedState
from apps.feeds.services import refresh_feed
from tests.fakes.feed_server import document, rss
from tests.feeds.builders import PAGE, fail, form_data, link, text, web_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publisher_is_allowed")]


# Refreshing


def test_it_queues_a_refresh_and_says_so(admin_client, feed):
    answer = admin_client.post(f"{PAGE}{feed.pk}/refresh/", {"part": "row"}, headers={"HX-Request": "true"})
    assert "Queued" in text(answer)
    assert 'hx-trigger="every 2s"' in text(answer)
    assert admin_client.get(f"{PAGE}{feed.pk}/refresh/").status_code == 405


def test_it_waits_for_the_refresh_and_then_shows_the_state(admin_client, feed, publisher, children):
    since = timezone.now().isoformat()
    query = {"part": "panel", "phase": "queued", "since": since}
    assert admin_client.get(f"{PAGE}{feed.pk}/status/", query).status_code == 204
    publisher.at("/feed", document(rss(["One & all"])))
    refresh_feed(feed=feed, server=children)
    panel = text(admin_client.get(f"{PAGE}{feed.pk}/status/", query))
    assert "Healthy" in panel
    assert "One &amp; all" in panel
    assert "every 2s" not in panel


def test_it_refuses_a_second_try_within_a_minute_in_words(admin_client, feed):
    fail(feed, last_attempt_at=timezone.now())
    answer = admin_client.post(f"{PAGE}{feed.pk}/refresh/", {"part": "row"}, headers={"HX-Request": "true"})
    assert "less than a minute ago" in text(answer)


def test_it_refreshes_all_that_fail(admin_client, feed):
    fail(feed)
    fail(ExternalFeed.objects.create(name="B", url="https://b.example"), last_attempt_at=timezone.now())
    fail(ExternalFeed.objects.create(name="C", url="https://c.example", is_active=False))
    assert "Refresh all failing" in text(admin_client.get(PAGE))
    answer = text(admin_client.post(f"{PAGE}refresh-failing/", follow=True))
    assert "1 feed is queued." in answer
    assert "1 feed was tried less than a minute ago" in answer


# The state and the preview


def test_it_shows_what_the_portal_shows(admin_client, feed, refresh):
    refresh(document(rss(["<script>alert(1)</script>", *[f"Item {n}" for n in range(9)]])), has_old=False)
    page = text(admin_client.get(f"{PAGE}{feed.pk}/change/"))
    assert "Item 3" in page
    assert "Item 4" not in page
    assert "<script>alert(1)" not in page


def test_it_previews_an_address_before_it_is_saved(admin_client, publisher, brand):
    item = "<item><title>&lt;img src=x onerror=alert(1)&gt; Hello</title><link>javascript:alert(1)</link></item>"
    url = publisher.at("/feed", document(rss([item, "Second"])))
    answer = text(admin_client.post(f"{PAGE}preview/", form_data(url, name="")))
    assert "Second" in answer
    assert "About Second." in answer
    assert "<img" not in answer
    assert "javascript:" not in answer
    assert not ExternalFeed.objects.exists()
    assert not FeedArticle.objects.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "Start the address"), ("file:///etc/passwd", "Start the address"), ("http://127.0.0.1:1/", "private")],
)
def test_it_says_why_there_is_no_preview(admin_client, url, words):
    assert words in text(admin_client.post(f"{PAGE}preview/", form_data(url)))


def test_it_names_the_feeds_of_a_page_in_the_preview(admin_client, publisher):
    publisher.at("/blog", web_page(link("/a", "Posts")))
    answer = text(admin_client.post(f"{PAGE}preview/", form_data(publisher.url("/blog"))))
    assert "Posts" in answer
    assert publisher.url("/a") in answer


def test_it_says_when_the_settings_hide_all_feeds(admin_client, feed):
    settings = ConnectedServices.load()
    settings.max_external_feed_articles = 0
    settings.save()
    assert "The portal shows no feeds now" in text(admin_client.get(f"{PAGE}{feed.pk}/change/"))


def test_it_takes_the_new_address_of_a_feed_that_moved(admin_client, feed, publisher):
    fail(feed, moved_to=publisher.url("/new"))
    assert "Use the new address" in text(admin_client.get(f"{PAGE}{feed.pk}/change/"))
    admin_client.post(f"{PAGE}{feed.pk}/use-new-address/")
    feed.refresh_from_db()
    assert feed.url == publisher.url("/new")
    assert FeedState.objects.get(feed=feed).moved_to == ""
    assert Version.objects.get_for_object(feed).count() == 1


def test_it_does_not_take_an_address_that_another_feed_has(admin_client, feed):
    other = ExternalFeed.objects.create(name="B", url="https://b.example")
    fail(feed, moved_to=other.url)
    answer = admin_client.post(f"{PAGE}{feed.pk}/use-new-address/", follow=True)
    assert "in the list already" in text(answer)
    feed.refresh_from_db()
    assert feed.url != other.url


# History


def test_it_brings_back_an_earlier_version_with_its_brands_and_address(admin_client, feed, publisher, brand):
    url = publisher.at("/other", document(rss(["One"])))
    admin_client.post(f"{PAGE}{feed.pk}/change/", form_data(feed.url, brands=[brand.pk]))
    admin_client.post(f"{PAGE}{feed.pk}/change/", form_data(url, name="Newer"))
    first = Version.objects.get_for_object(feed).order_by("pk").first()
    address = f"{PAGE}{feed.pk}/history/{first.pk}/"
    assert address in text(admin_client.get(f"{PAGE}{feed.pk}/history/"))
    fail(feed)
    assert admin_client.get(address).status_code == 200
    assert FeedState.objects.get(feed=feed).status == "failing"
    admin_client.post(address, form_data(feed.url, brands=[brand.pk]))
    back = ExternalFeed.objects.get()
    assert (back.name, back.url, list(back.brands.all())) == ("News", feed.url, [brand])
    assert FeedState.objects.get(feed=feed).status == "never"


def test_it_recovers_a_deleted_feed_at_a_place_without_gap(admin_client, feed, publisher):
    ExternalFeed.objects.create(name="B", url="https://b.example")
    admin_client.post(f"{PAGE}{feed.pk}/change/", form_data(feed.url))
    version = Version.objects.get_for_object(feed).latest("pk")
    admin_client.post(f"{PAGE}{feed.pk}/delete/", {"post": "yes"})
    address = f"{PAGE}recover/{version.pk}/"
    assert address in text(admin_client.get(f"{PAGE}recover/"))
    assert admin_client.get(address).status_code == 200
    assert admin_client.post(address, form_data(feed.url)).status_code == 302
    assert sorted(ExternalFeed.objects.values_list("position", flat=True)) == [1, 2]
    assert FeedState.objects.get(feed__name="News").status == "never"
