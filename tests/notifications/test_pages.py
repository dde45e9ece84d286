import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.notifications.models import Notification
from apps.notifications.services import unread_count
from tests.conftest import make_user, signed_in
from tests.notifications.builders import tell

MANAGEMENT, PORTAL = "/management/notifications/", "/notifications/"
FACES = [MANAGEMENT, PORTAL]
EVIL = "<img src=x onerror=alert(1)>"
pytestmark = pytest.mark.django_db


def text(client, path, **data):
    return client.get(path, data).content.decode()


def number_on_bell(page):
    found = re.search(r'class="bell-number"[^>]*?( hidden)?>(.*?)<', page)
    return found[2] if found and not found[1] else ""


def fill(person, count, **changes):
    now = timezone.now()
    Notification.objects.bulk_create(
        [
            Notification(
                person=person,
                kind="apple_ripe",
                data={"person": "Eve", "apple": f"No {number}."},
                path="/account/",
                happened_at=now - timedelta(minutes=number),
                **changes,
            )
            for number in range(count)
        ]
    )


@pytest.mark.parametrize("face", FACES)
def test_it_lists_the_own_ones_only(alice, carol, face):
    tell(alice, data={"person": "Eve", "apple": "Alice's"})
    tell(carol, data={"person": "Eve", "apple": "Carol's"})
    page = text(signed_in(alice), face)
    assert "“Alice&#x27;s”" in page
    assert "“Carol&#x27;s”" not in page


@pytest.mark.parametrize("face", FACES)
def test_it_escapes_what_others_wrote(alice, face):
    tell(alice, data={"person": EVIL, "apple": '"><script>alert(1)</script>'})
    page = text(signed_in(alice), face)
    assert EVIL not in page
    assert "<script>alert" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("face", FACES)
def test_it_opens_one_and_marks_it_as_read(alice, face):
    tell(alice)
    tell(alice)
    row = Notification.objects.first()
    response = signed_in(alice).get(f"{face}{row.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/account/")
    row.refresh_from_db()
    assert row.read_at
    assert unread_count(person=alice) == 1


@pytest.mark.parametrize("face", FACES)
def test_it_knows_nothing_of_the_ones_of_others(alice, carol, face):
    tell(carol)
    row = Notification.objects.get()
    client = signed_in(alice)
    for pk in (row.pk, row.pk + 1, 10**30):
        assert client.get(f"{face}{pk}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


@pytest.mark.parametrize("face", FACES)
def test_it_marks_all_as_read_that_was_shown(alice, carol, face):
    client = signed_in(alice)
    tell(alice, carol)
    shown_at = re.search(r'name="shown_at" value="([^"]+)"', text(client, face))[1]
    tell(alice)
    client.post(f"{face}read/", {"shown_at": shown_at})
    assert (unread_count(person=alice), unread_count(person=carol)) == (1, 1)
    response = client.post(f"{face}read/", {"shown_at": "nonsense"}, follow=True)
    assert (unread_count(person=alice), unread_count(person=carol)) == (0, 1)
    assert "All notifications are marked as read." in response.content.decode()


def test_it_changes_nothing_by_get_or_without_a_token(alice):
    tell(alice)
    client = signed_in(alice)
    assert client.get(f"{PORTAL}read/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"{PORTAL}read/").status_code == 403
    assert strict.post("/account/notifications/").status_code == 403
    assert unread_count(person=alice) == 1


@pytest.mark.parametrize("face", FACES)
def test_it_shows_one_page_at_a_time(alice, face):
    fill(alice, 65, read_at=timezone.now())
    Notification.objects.filter(data__apple="No 31.").update(
        happened_at=Notification.objects.get(data__apple="No 30.").happened_at
    )
    client, seen, address = signed_in(alice), [], face
    while address:
        page = text(client, address)
        seen += re.findall(r"“No (\d+)\.”", page)
        found = re.search(r'href="([^"]*\?before=[^"]+)"', page)
        address = found and face + found[1].removeprefix(face)
    assert len(seen) == 65
    assert sorted(map(int, seen)) == list(range(65))


@pytest.mark.parametrize("position", ["x", "1-", "-1", "-", "9" * 30 + "-1", "1-2-3", "٣-٣", "1-" + "9" * 60])
def test_it_shows_the_first_page_for_a_position_that_is_none(alice, position):
    tell(alice)
    assert "“Boskoop”" in text(signed_in(alice), PORTAL, before=position)


def test_it_says_so_where_there_is_nothing_older(alice):
    for face in FACES:
        assert "There is nothing older." in text(signed_in(alice), face, before="1000-1")
        assert "Nothing new for you" in text(signed_in(alice), face)


@pytest.mark.parametrize(("count", "shown"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (150, "99+")])
def test_it_counts_to_ninety_nine(alice, count, shown):
    fill(alice, count)
    client = signed_in(alice)
    assert number_on_bell(text(client, "/management/")) == number_on_bell(text(client, "/")) == shown
    assert client.get(f"{MANAGEMENT}count/").json()["text"] == shown or not count


def test_it_tells_the_number_to_pages_that_stay_open(alice):
    tell(alice)
    answer = signed_in(alice).get(f"{MANAGEMENT}count/")
    assert answer.json() == {"count": 1, "text": "1", "label": "1 unread notification"}
    assert "no-store" in answer["Cache-Control"]


def test_it_goes_on_without_valkey(alice, valkey):
    tell(alice)
    client = signed_in(alice)
    valkey.stop()
    assert number_on_bell(text(client, "/")) == "1"
    assert client.get(f"{MANAGEMENT}count/").json()["count"] == 1
    valkey.start()


def test_it_asks_the_database_once_for_the_bell_and_never_for_strangers(alice, client):
    def asked(who, path):
        with CaptureQueriesContext(connection) as captured:
            who.get(path)
        return [query["sql"] for query in captured if "notifications_notification" in query["sql"]]

    mine = signed_in(alice)
    assert asked(client, "/") == asked(client, "/login/") == []
    for path in ("/", "/account/", "/management/"):
        assert len(asked(mine, path)) == 1
    assert len(asked(mine, PORTAL)) == len(asked(mine, MANAGEMENT)) == 2


@pytest.mark.parametrize("face", FACES)
def test_it_needs_the_same_queries_for_ten_and_a_thousand(alice, face):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            text(client, face)
        return len(captured)

    client = signed_in(alice)
    fill(alice, 10)
    queries()
    few = queries()
    fill(alice, 990)
    assert queries() == few <= 6


def test_it_finds_list_and_number_by_their_indexes(alice):
    for number in range(20):
        fill(make_user(f"p{number}"), 50)
    fill(alice, 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    mine = Notification.objects.visible_to(alice)
    page = mine.older_than(mine.newest_first()[50].position).newest_first()[:30]
    assert "notification_list" in page.explain()
    assert "notification_unread" in mine.unread()[:100].explain()


@pytest.mark.parametrize("shown_at", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_a_moment_beyond_the_calendar_is_none(alice, shown_at):
    tell(alice)
    assert signed_in(alice).post(f"{PORTAL}read/", {"shown_at": shown_at}).status_code == 302
    assert unread_count(person=alice) == 0


@pytest.mark.parametrize("path", ["", "1/", "settings/", "count/"])
def test_it_opens_management_pages_for_staff_only(carol, client, path):
    assert client.get(MANAGEMENT + path).status_code == 302
    assert signed_in(carol).get(MANAGEMENT + path).status_code == 403


@pytest.mark.parametrize("path", [PORTAL, f"{PORTAL}1/", "/account/notifications/"])
def test_it_asks_strangers_to_sign_in(client, brand, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/login/?next={path}")


def test_it_is_not_kept_by_caches(carol):
    assert "no-store" in signed_in(carol).get(PORTAL)["Cache-Control"]


def test_it_shows_the_list_in_the_language_of_the_reader(brand):
    greta = make_user("greta", language="de")
    tell(greta, kind="spoken")
    assert "There is an account" not in text(signed_in(greta), PORTAL)


def test_it_says_how_often_something_happened(alice):
    for _turn in range(3):
        tell(alice, group="tree-1")
    for face in FACES:
        page = text(signed_in(alice), face)
        assert "3×" in page
        assert "3 times" in page
