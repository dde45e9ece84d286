from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Version

from apps.brands.models import Brand
from apps.connected_services.models import ConnectedServices
from apps.feeds.models import ExternalFeed, FeedArticle, FeedState
from apps.feeds.services import refresh_feed
from tests.conftest import signed_in
from tests.fakes.feed_server import document, respond, rss

PAGE = "/management/feeds/externalfeed/"
PAGE_OF_FEEDS = "<html><head>{links}</head><body>A site</body></html>"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outside(settings, publisher):
    settings.DESK_OUTBOUND_ALLOW = publisher.allow


def text(response):
    return response.content.decode()


def form_data(url, **changes):
    data = {"name": "News", "url": url, "show_description": "on", "new_window": "on", "is_active": "on"}
    return data | changes


def link(path, title):
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{path}">'


def web_page(*links):
    return respond(200, PAGE_OF_FEEDS.format(links="".join(links)).encode(), content_type="text/html")


def make_feeds(number):
    brand = Brand.objects.create(name=f"Brand {number}")
    for place in range(number):
        feed = ExternalFeed.objects.create(name=f"Feed {place}", url=f"https://news.example/{number}/{place}")
        feed.brands.add(brand)
        FeedState.objects.create(feed=feed, status="ok", last_attempt_at=timezone.now())


def fail(feed, **changes):
    values = {"status": "failing", "error_kind": "http_status", "http_status": 404, "failures": 5}
    moment = timezone.now() - timedelta(days=2)
    times = {"first_failure_at": moment, "last_attempt_at": moment, "next_check_at": timezone.now()}
    return FeedState.objects.update_or_create(feed=feed, defaults=values | times | changes)[0]


# The list


def test_it_says_what_to_do_where_there_is_no_feed(admin_client):
    page = text(admin_client.get(PAGE))
    assert "No external feeds yet" in page
    assert f"{PAGE}add/" in page


def test_it_shows_each_feed_with_its_state(admin_client, feed):
    fail(feed)
    page = text(admin_client.get(PAGE))
    for words in (
        feed.name,
        feed.url,
        "All brands",
        "Failing",
        "404 Not Found",
        "Failing since",
        "never",
        "Last error",
        "Move",
    ):
        assert words in page, words


def test_it_names_the_chosen_brands(admin_client, feed, brand):
    feed.brands.add(brand)
    assert "Fernhill" in text(admin_client.get(PAGE))


def test_it_takes_a_fixed_number_of_queries(admin_client, brand):
    counts = []
    for number in (2, 6):
        make_feeds(number)
        admin_client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=one", {"One"}),
        ("q=two.example", {"Two"}),
        ("state__status__exact=failing", {"One"}),
        ("is_active__exact=0", {"Two"}),
        ("brand={brand}", {"One", "Three"}),
    ],
)
def test_it_finds_by_name_address_status_brand_and_switch(admin_client, brand, query, names):
    other = Brand.objects.create(name="Oakwood")
    one = ExternalFeed.objects.create(name="One", url="https://one.example")
    two = ExternalFeed.objects.create(name="Two", url="https://two.example", is_active=False)
    ExternalFeed.objects.create(name="Three", url="https://three.example")
    one.brands.add(brand)
    two.brands.add(other)
    fail(one)
    page = admin_client.get(f"{PAGE}?{query.format(brand=brand.pk)}")
    assert {row.name for row in page.context["cl"].result_list} == names


def test_it_watches_a_few_new_feeds_but_not_a_hundred(admin_client):
    for place in range(3):
        ExternalFeed.objects.create(name=f"Feed {place}", url=f"https://news.example/{place}")
    assert text(admin_client.get(PAGE)).count("every 2s") == 3
    for place in range(3, 9):
        ExternalFeed.objects.create(name=f"Feed {place}", url=f"https://news.example/{place}")
    assert "every 2s" not in text(admin_client.get(PAGE))


# Adding and changing


def test_it_saves_a_feed_and_starts_its_first_fetch(admin_client, publisher, run_jobs):
    url = publisher.at("/feed", document(rss(["One", "Two"])))
    answer = admin_client.post(f"{PAGE}add/", form_data(url), follow=True)
    feed = ExternalFeed.objects.get()
    assert "Waiting for its first fetch" in text(answer)
    assert feed.url == url
    assert feed.articles.count() == 0
    assert run_jobs() == ["apps.feeds.tasks.refresh_feed"]
    assert feed.articles.count() == 2


def test_it_takes_the_only_feed_of_a_web_page(admin_client, publisher):
    publisher.at("/blog", web_page(link("/feed", "Our blog")))
    answer = admin_client.post(f"{PAGE}add/", form_data(publisher.url("/blog")), follow=True)
    assert ExternalFeed.objects.get().url == publisher.url("/feed")
    assert "Its feed “Our blog” was taken" in text(answer)


def test_it_offers_the_feeds_of_a_web_page_and_loses_nothing(admin_client, publisher):
    publisher.at("/blog", web_page(link("/a", "Posts"), link("/b", "Comments <b>")))
    publisher.at("/b", document(rss(["One"])))
    data = form_data(publisher.url("/blog"), name="My name", show_image="on")
    page = admin_client.post(f"{PAGE}add/", data)
    body = text(page)
    assert not ExternalFeed.objects.exists()
    assert publisher.url("/a") in body
    assert "Comments &lt;b&gt;" in body
    assert page.context["adminform"].form["name"].value() == "My name"
    assert page.context["adminform"].form["show_image"].value()
    chosen = {"chosen_feed": publisher.url("/b"), "chosen_for": publisher.url("/blog")}
    assert admin_client.post(f"{PAGE}add/", data | chosen).status_code == 302
    feed = ExternalFeed.objects.get()
    assert (feed.url, feed.name, feed.show_image) == (publisher.url("/b"), "My name", True)


def test_it_forgets_a_choice_that_was_for_another_page(admin_client, publisher):
    url = publisher.at("/feed", document(rss(["One"])))
    chosen = {"chosen_feed": "https://other.example/feed", "chosen_for": publisher.url("/blog")}
    admin_client.post(f"{PAGE}add/", form_data(url, **chosen))
    assert ExternalFeed.objects.get().url == url


def test_it_refuses_a_page_without_feed(admin_client, publisher):
    publisher.at("/blog", web_page())
    page = admin_client.post(f"{PAGE}add/", form_data(publisher.url("/blog")))
    assert "This is a web page, not a feed." in text(page)
    assert "Nothing was saved" in text(page)
    assert not ExternalFeed.objects.exists()


def test_it_refuses_an_inner_address(admin_client):
    page = admin_client.post(f"{PAGE}add/", form_data("http://127.0.0.1:1/feed"))
    assert "private network" in text(page)
    assert not ExternalFeed.objects.exists()


@pytest.mark.parametrize("answer", [respond(503), respond(404), lambda visit: visit.connection.close()])
def test_it_saves_what_cannot_be_reached_now_and_says_so(admin_client, publisher, answer):
    url = publisher.at("/feed", answer)
    page = admin_client.post(f"{PAGE}add/", form_data(url), follow=True)
    assert ExternalFeed.objects.get().url == url
    assert "could not be checked" in text(page)


def test_it_asks_nobody_where_the_address_stays(admin_client, feed, publisher):
    admin_client.post(f"{PAGE}{feed.pk}/change/", form_data(feed.url, name="Newer"))
    feed.refresh_from_db()
    assert feed.name == "Newer"
    assert publisher.visits == []


def test_it_asks_nobody_where_the_form_is_wrong_anyway(admin_client, publisher):
    assert admin_client.post(f"{PAGE}add/", form_data(publisher.url("/feed"), name="")).status_code == 200
    assert publisher.visits == []


@pytest.mark.django_db(transaction=True)
def test_it_looks_up_outside_of_a_transaction(admin_client, publisher):
    """Nobody else can write to SQLite while a transaction is open, and a server may take eight seconds."""

    def answer(visit):
        ConnectedServices.load().save()
        visit.send(document(rss(["One"])))
        connection.close()

    url = publisher.at("/feed", answer)
    assert admin_client.post(f"{PAGE}add/", form_data(url)).status_code == 302
    assert publisher.visits_to("/feed")


def test_it_starts_afresh_with_a_new_address(admin_client, feed, publisher):
    fail(feed)
    url = publisher.at("/other", document(rss(["One"])))
    admin_client.post(f"{PAGE}{feed.pk}/change/", form_data(url))
    assert FeedState.objects.get(feed=feed).status == "never"


def test_it_refuses_an_address_that_is_in_the_list(admin_client, feed):
    page = admin_client.post(f"{PAGE}add/", form_data(feed.url))
    assert "in the list already" in text(page)
    assert ExternalFeed.objects.count() == 1


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


# Who may


@pytest.mark.parametrize("persona", ["alice", "manager", "carol", None])
def test_it_is_for_administrators_only(request, client, feed, publisher, persona):
    browser = signed_in(request.getfixturevalue(persona)) if persona else client
    fail(feed, moved_to="https://new.example")
    for answer in (
        browser.get(PAGE),
        browser.get(f"{PAGE}add/"),
        browser.post(f"{PAGE}add/", form_data(publisher.url("/other"))),
        browser.get(f"{PAGE}{feed.pk}/change/"),
        browser.post(f"{PAGE}{feed.pk}/change/", form_data(publisher.url("/other"))),
        browser.post(f"{PAGE}{feed.pk}/refresh/"),
        browser.get(f"{PAGE}{feed.pk}/status/"),
        browser.post(f"{PAGE}{feed.pk}/use-new-address/"),
        browser.post(f"{PAGE}refresh-failing/"),
        browser.post(f"{PAGE}preview/", form_data(publisher.url("/other"))),
    ):
        assert answer.status_code in (302, 403, 404)
        assert feed.url not in text(answer)
    assert publisher.visits == []
    assert ExternalFeed.objects.get().url == feed.url


def test_it_needs_the_page_s_token_for_every_act(admin, feed, publisher):
    strict = signed_in(admin)
    strict.handler.enforce_csrf_checks = True
    for address in ("add/", "preview/", "refresh-failing/", f"{feed.pk}/refresh/", f"{feed.pk}/use-new-address/"):
        assert strict.post(f"{PAGE}{address}", form_data(publisher.url("/feed"))).status_code == 403, address
    assert publisher.visits == []
