from datetime import timedelta

import pytest
from django.utils import timezone
from redis.exceptions import RedisError

from apps.accounts.models import Department
from apps.brands.models import BrandHost, CustomLink
from apps.core.health import HealthReport
from apps.feeds.models import ExternalFeed, FeedState
from project.dashboard import health_signs
from tests.conftest import make_user, signed_in
from apps.accounts.roles import Role

pytestmark = pytest.mark.django_db


def make_feed(name, status=FeedState.Status.OK, **state):
    feed = ExternalFeed.objects.create(name=name, url=f"https://example.com/{name}")
    FeedState.objects.update_or_create(feed=feed, defaults={"status": status, **state})
    return feed


def healthy(**changes):
    now = timezone.now()
    return HealthReport(
        **{"database_ok": True, "valkey_ok": True, "worker_seen_at": now, "cron_seen_at": now, **changes}
    )


def problems(report):
    return {str(sign.title) for sign in health_signs(report) if not sign.is_well}


def test_it_says_that_all_is_well():
    assert not problems(healthy(waiting_jobs=3, oldest_job_seconds=20))


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"database_ok": False}, "Database"),
        ({"valkey_ok": False}, "Valkey"),
        ({"worker_seen_at": None}, "Worker"),
        ({"worker_seen_at": timezone.now() - timedelta(hours=1)}, "Worker"),
        ({"cron_seen_at": timezone.now() - timedelta(hours=1)}, "Clock"),
        ({"waiting_jobs": 2, "oldest_job_seconds": 3600}, "Waiting jobs"),
        ({"failed_jobs": 1}, "Failed jobs"),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(changes, title):
    report = healthy(**changes)
    assert problems(report) == {title}
    sign = next(sign for sign in health_signs(report) if not sign.is_well)
    assert sign.advice or title == "Database"


def test_it_names_failing_feeds(admin_client):
    make_feed("fine")
    broken = make_feed("broken", FeedState.Status.FAILING, first_failure_at=timezone.now() - timedelta(hours=5))
    page = admin_client.get("/management/").text
    assert f'<a href="/management/feeds/externalfeed/{broken.pk}/change/">broken</a>' in page
    assert "for 5" in page
    assert "All is well" not in page


def test_it_offers_first_steps_until_they_are_done(admin_client, brand):
    page = admin_client.get("/management/").text
    assert 'href="/management/feeds/externalfeed/add/"' in page
    make_feed("news")
    BrandHost.objects.create(brand=brand, name="support.example.com")
    CustomLink.objects.create(title="Shop", url="/")
    Department.objects.create(name="Billing")
    assert "First steps" in admin_client.get("/management/").text
    make_user("bob", Role.AGENT)
    assert "First steps" not in admin_client.get("/management/").text


def test_it_welcomes_people_with_what_they_may_open(alice):
    page = signed_in(alice).get("/management/").text
    assert "Welcome, Alice" in page
    assert 'href="/management/accounts/department/"' in page
    assert "Worker" not in page
    assert "/management/brands/brand/" not in page


def test_it_needs_the_same_queries_for_many_feeds(admin_client, django_assert_max_num_queries):
    counts = []
    admin_client.get("/management/")  # the number beside Tickets is kept for some seconds
    for count in (1, 15):
        for n in range(count):
            make_feed(f"{count}-{n}", FeedState.Status.FAILING)
        with django_assert_max_num_queries(30) as captured:
            admin_client.get("/management/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_keeps_jobs_to_administrators(admin_client, alice, manager, valkey):
    address = "/management/django_rq/dashboard/"
    assert admin_client.get(address).status_code == 200
    for person in (alice, manager):
        client = signed_in(person)
        for path in ("", "queues/0/", "stats.json", "queues/0/empty/", "workers/0/"):
            assert client.get(address + path).status_code == 403, path
            assert client.post(address + path).status_code == 403, path


@pytest.mark.parametrize("page", ["queues/0/", "workers/0/", *(f"queues/0/{kind}/" for kind in (
    "details", "finished", "failed", "scheduled", "started", "deferred"))])  # fmt: skip
def test_it_shows_jobs_without_scripts_in_the_page(admin_client, valkey, page):
    answer = admin_client.get(f"/management/django_rq/dashboard/{page}")
    assert answer.status_code == 200
    assert "actions();" not in answer.text


def test_it_says_when_valkey_is_away(admin_client, settings, monkeypatch):
    def away(**kwargs):
        raise RedisError

    monkeypatch.setattr("django_rq.stats_views.get_statistics", away)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = admin_client.get("/management/django_rq/dashboard/")
    assert answer.status_code == 503
    assert "Valkey does not answer" in answer.text
    assert "Does not answer" in admin_client.get("/management/health/").text
