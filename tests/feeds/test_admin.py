"""The list of feeds, the form that adds and changes them, and who may use them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.brands.models import Brand
from apps.connected_services.models import ConnectedServices
from apps.feeds.models import ExternalFeed, FeedState
from tests.conftest import signed_in
from tests.fakes.feed_server import document, respond, rss
from tests.feeds.builders import PAGE, fail, form_data, link, text, web_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publisher_is_allowed")]


def make_feeds(number):
    brand = Brand.objects.create(name=f"Brand {number}")
    for place in range(number):
        feed = ExternalFeed.objects.create(name=f"Feed {place}", url=f"https://news.example/{number}/{place}")
        feed.brands.add(brand)
        FeedState.objects.create(feed=feed, status="ok", last_attempt_at=timezone.now())


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
