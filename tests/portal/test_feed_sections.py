import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.connected_services.models import ConnectedServices
from apps.core.ordering import move_row
from apps.feeds.models import FeedState
from tests.portal.builders import make_article, make_brand, make_feed, page

EVIL = "<img src=x onerror=alert(1)>"


def headings(client):
    return re.findall(r'<h2 id="feed-\d+">([^<]*)<', page(client))


def set_max(number):
    services = ConnectedServices.load()
    services.max_external_feed_articles = number
    services.save()


def changed(feed):
    FeedState.objects.filter(feed=feed).update(last_change_at=timezone.now(), last_success_at=timezone.now())


def test_it_shows_feeds_in_their_order(client, brand):
    for name in ("Alpha", "Beta", "Gamma"):
        make_feed(name)
    assert headings(client) == ["Alpha", "Beta", "Gamma"]


def test_it_shows_articles_with_link_date_and_summary(client, brand):
    make_feed("News", articles=1)
    text = page(client)
    assert "News article 0" in text
    assert 'rel="noopener noreferrer nofollow ugc" target="_blank"' in text
    assert "Summary of News article 0" in text
    assert ">3 hours ago</time>" in text


def test_it_shows_no_date_where_none_is_known(client, brand):
    make_article(make_feed(articles=0), 0, "Undated", published_at=None)
    assert "Undated" in page(client)
    assert "<time" not in page(client)


def test_it_shows_an_article_without_address_as_text(client, brand):
    make_article(make_feed(articles=0), 0, "No address", url="")
    assert "<h3>No address</h3>" in page(client)


def test_it_follows_the_settings_of_a_feed(client, brand):
    feed = make_feed("News", articles=0, show_description=False, show_image=True, new_window=False)
    name = default_storage.save("feeds/home-test.webp", ContentFile(b"x"))
    make_article(feed, 0, "Pictured", image=name, image_url="https://example.com/original.jpg")
    text = page(client)
    assert f'src="/media/{name}"' in text
    assert "original.jpg" not in text
    assert "Summary of" not in text
    assert "target=" not in text
    feed.show_image = False
    feed.save()
    assert "/media/" not in page(client)


def test_it_hides_a_feed_without_articles(client, brand):
    make_feed("Silent", articles=0)
    assert "Silent" not in page(client)


def test_it_shows_the_newest_articles_of_each_feed_only(client, brand):
    set_max(2)
    make_feed("Alpha", articles=4)
    make_feed("Beta", articles=4)
    text = page(client)
    assert [n for n in range(4) if f"Alpha article {n}" in text] == [0, 1]
    assert [n for n in range(4) if f"Beta article {n}" in text] == [0, 1]


def test_it_hides_all_feeds_at_a_maximum_of_none(client, brand):
    set_max(0)
    make_feed("Alpha")
    assert "Alpha" not in page(client)


def test_it_shows_five_articles_before_anybody_saved_the_settings(client, brand):
    make_feed("Alpha", articles=7)
    assert page(client).count('<li class="article">') == 5


def test_it_escapes_what_feeds_say(client, brand):
    feed = make_feed(articles=0)
    feed.name = f"N{EVIL}"
    feed.save()
    make_article(feed, 0, f"T{EVIL}", summary=f"S{EVIL}", url='https://example.com/"onclick="x')
    text = page(client)
    assert EVIL not in text
    assert '"onclick=' not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 3


# Every change shows on the next request, although the sections are kept ----------------------------------------------


@pytest.fixture
def shown(client, brand):
    feed = make_feed("Alpha")
    make_feed("Beta")
    assert headings(client) == ["Alpha", "Beta"]
    return feed


def test_it_shows_at_once_that_a_feed_was_switched_off(client, shown):
    type(shown).objects.filter(pk=shown.pk).update(is_active=False)
    assert headings(client) == ["Beta"]


def test_it_shows_at_once_that_a_feed_was_deleted(client, shown):
    shown.delete()
    assert headings(client) == ["Beta"]


def test_it_shows_at_once_that_a_feed_was_moved(client, shown):
    beta = type(shown).objects.get(name="Beta")
    move_row(row=shown, after=beta)
    assert headings(client) == ["Beta", "Alpha"]


def test_it_shows_at_once_that_a_feed_was_renamed(client, shown):
    type(shown).objects.filter(pk=shown.pk).update(name="Omega")
    assert headings(client) == ["Omega", "Beta"]


def test_it_shows_at_once_that_a_feed_went_to_another_brand(client, brand, shown):
    other = make_brand("Kestrel", "kestrel.example")
    shown.brands.set([other])
    assert headings(client) == ["Beta"]
    shown.brands.add(brand)
    assert headings(client) == ["Alpha", "Beta"]
    shown.brands.clear()
    assert headings(client) == ["Alpha", "Beta"]


def test_it_shows_at_once_that_articles_were_replaced(client, shown):
    shown.articles.filter(position=0).update(title="Fresh from the press")
    changed(shown)
    assert "Fresh from the press" in page(client)


def test_it_shows_at_once_that_articles_came_and_went(client, shown):
    article = make_article(shown, 3, "One more")
    assert "One more" in page(client)
    article.delete()
    assert "One more" not in page(client)


def test_it_shows_at_once_that_the_maximum_was_changed(client, shown):
    set_max(1)
    assert page(client).count('<li class="article">') == 2


def test_it_shows_at_once_what_a_feed_shows(client, shown):
    type(shown).objects.filter(pk=shown.pk).update(show_description=False)
    assert "Summary of Alpha" not in page(client)
    assert "Summary of Beta" in page(client)


def test_it_keeps_sections_of_brands_and_languages_apart(client, brand):
    make_brand("Kestrel", "kestrel.example", language="de")
    make_feed("Everywhere")
    make_feed("Fernhill only", brands=[brand])
    assert "Fernhill only" in page(client)
    assert "Fernhill only" not in page(client, headers={"host": "kestrel.example"})
    assert "Fernhill only" in page(client)


def test_it_keeps_no_relative_date_for_longer_than_a_minute(client, brand):
    moment = timezone.now().replace(microsecond=0)
    with time_machine.travel(moment, tick=False) as now:
        make_article(make_feed(articles=0), 0, "Timed", published_at=moment - timedelta(minutes=1))
        assert ">1 minute ago<" in page(client)
        now.shift(timedelta(seconds=61))
        assert ">2 minutes ago<" in page(client)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=8), "1 week ago"),
        (timedelta(days=40), "Jan. 20, 2026"),
        (timedelta(days=-2), "March 3, 2026"),
    ],
)
def test_it_says_how_long_ago(client, brand, age, words):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        make_article(make_feed(articles=0), 0, "Timed", published_at=timezone.now() - age)
        assert f">{words}</time>" in page(client)
