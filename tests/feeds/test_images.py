"""Articles' images: fetched by us, written anew and small, kept only as long as an article shows them."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from PIL import Image

from apps.connected_services.models import ConnectedServices
from apps.feeds.images import forget_orphans
from apps.feeds.models import ExternalFeed
from tests.fakes.feed_server import Answer, FeedServer, document, redirect, respond, rss
from tests.feeds.conftest import Refresh


@pytest.fixture(autouse=True)
def uploads(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def pictured(feed: ExternalFeed) -> ExternalFeed:
    ExternalFeed.objects.update(show_image=True)
    feed.refresh_from_db()
    return feed


def picture(width: int = 1200, height: int = 900, *, colour: str = "teal", form: str = "JPEG") -> bytes:
    target = io.BytesIO()
    image = Image.new("RGB", (width, height), colour)
    image.save(target, form, **({"comment": b"secret place"} if form == "JPEG" else {}))
    return target.getvalue()


def illustrated(publisher: FeedServer, *images: str) -> bytes:
    items = [
        f"<item><title>T{number}</title><guid>{number}</guid><enclosure url='{image}' type='image/jpeg'/></item>"
        for number, image in enumerate(map(publisher.url, images))
    ]
    return document(rss(items))


def test_it_stores_a_small_copy(refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer, uploads: Path) -> None:
    publisher.at("/a.jpg", respond(200, picture(), content_type="image/jpeg"))
    refresh(illustrated(publisher, "/a.jpg"), has_old=False)

    article = pictured.articles.get()
    assert article.image.name.startswith("feeds/")
    assert article.image.name.endswith(".webp")
    with article.image.open() as file:
        body = file.read()
    with Image.open(io.BytesIO(body)) as image:
        assert (image.format, image.size) == ("WEBP", (480, 360))
    assert b"secret place" not in body
    assert len(body) <= 200 * 1024


def test_it_fetches_an_image_once(refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer) -> None:
    publisher.at("/a.jpg", respond(200, picture(), content_type="image/jpeg"))
    publisher.at("/b.png", respond(200, picture(form="PNG", colour="red"), content_type="image/png"))
    refresh(illustrated(publisher, "/a.jpg"), has_old=False)
    refresh(illustrated(publisher, "/a.jpg", "/b.png"))
    assert len(publisher.visits_to("/a.jpg")) == 1
    assert all(article.image for article in pictured.articles.all())


def test_it_fetches_nothing_unless_it_is_wanted(refresh: Refresh, feed: ExternalFeed, publisher: FeedServer) -> None:
    publisher.at("/a.jpg", respond(200, picture(), content_type="image/jpeg"))
    refresh(illustrated(publisher, "/a.jpg"), has_old=False)
    assert publisher.visits_to("/a.jpg") == []
    ExternalFeed.objects.update(show_image=True)
    feed.refresh_from_db()
    refresh()  # unchanged, but now its images are wanted
    assert feed.articles.get().image


def test_it_fetches_images_of_shown_articles_only(
    refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer
) -> None:
    services = ConnectedServices.load()
    services.max_external_feed_articles = 2
    services.save()
    for number in range(4):
        publisher.at(f"/{number}.jpg", respond(200, picture(colour=f"#00000{number}"), content_type="image/jpeg"))
    refresh(illustrated(publisher, *(f"/{number}.jpg" for number in range(4))), has_old=False)
    assert [bool(article.image) for article in pictured.articles.order_by("position")] == [True, True, False, False]


@pytest.mark.parametrize(
    "answer",
    [
        respond(404),
        respond(200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
        respond(200, picture()[:2000], content_type="image/jpeg"),
        respond(200, picture(1, 1, form="GIF"), content_type="image/gif"),
        respond(200, picture(12_000, 12_000, form="PNG"), content_type="image/png"),
        redirect("http://169.254.169.254/a.jpg"),
        lambda visit: visit.connection.close(),
    ],
    ids=["missing", "svg", "cut", "counting pixel", "bomb", "private", "closed"],
)
def test_it_shows_an_article_whose_image_fails(
    refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer, answer: Answer
) -> None:
    publisher.at("/a.jpg", answer)
    state = refresh(illustrated(publisher, "/a.jpg"), has_old=False)
    assert (state.error_kind, pictured.articles.get().image.name) == ("", "")


def test_it_deletes_the_file_that_no_article_shows(
    refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer, django_capture_on_commit_callbacks
) -> None:
    publisher.at("/a.jpg", respond(200, picture(), content_type="image/jpeg"))
    publisher.at("/b.jpg", respond(200, picture(colour="red"), content_type="image/jpeg"))
    refresh(illustrated(publisher, "/a.jpg"), has_old=False)
    old = pictured.articles.get().image.name
    with django_capture_on_commit_callbacks(execute=True):
        refresh(illustrated(publisher, "/b.jpg"))
    assert not default_storage.exists(old)
    assert default_storage.exists(pictured.articles.get().image.name)


def test_it_deletes_the_files_of_deleted_feeds_a_day_later(
    refresh: Refresh, pictured: ExternalFeed, publisher: FeedServer, uploads: Path
) -> None:
    publisher.at("/a.jpg", respond(200, picture(), content_type="image/jpeg"))
    refresh(illustrated(publisher, "/a.jpg"), has_old=False)
    assert forget_orphans() == 0
    pictured.delete()
    assert forget_orphans() == 0
    (file,) = (uploads / "feeds").iterdir()
    before = time.time() - timedelta(days=2).total_seconds()
    os.utime(file, (before, before))
    assert forget_orphans() == 1
    assert not file.exists()
