"""The first page of the management interface says what of the tickets needs its reader."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.accounts.roles import Role
from tests.conftest import make_user, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/management/"
LIST = "/management/tickets/ticket/?view="


def cards(person):
    """The number of each card by the view that it leads to."""
    text = signed_in(person).get(PAGE).text
    return dict(
        re.findall(r'href="/management/tickets/ticket/\?view=([\w-]+)">.*?report-number">([\d+]+)<', text, re.DOTALL)
    )


@pytest.fixture
def busy(make_ticket, alice, bob, workshop):
    now = timezone.now()
    make_ticket(subject="Hers", agent=alice, idle_since=now - timedelta(days=2))
    make_ticket(subject="Waits", agent=alice, status="waiting", follow_up_at=now - timedelta(hours=1))
    make_ticket(subject="Later", agent=alice, status="waiting", follow_up_at=now + timedelta(days=1))
    make_ticket(subject="Free", idle_since=now - timedelta(days=1))
    make_ticket(subject="Foreign", agent=bob, department=workshop, idle_since=now - timedelta(days=9))


def test_it_counts_what_needs_the_agent(busy, alice, bob, manager):
    assert cards(alice) == {"my-active": "1", "my-waiting": "2", "follow-ups": "1", "unassigned": "1"}
    assert cards(bob) == {"my-active": "1", "my-waiting": "0", "follow-ups": "0", "unassigned": "0"}
    assert cards(manager)["unassigned"] == "1"


def test_it_says_how_many_follow_ups_are_planned(busy, alice):
    assert "2 planned in all" in signed_in(alice).get(PAGE).text


def test_it_names_what_has_waited_longest(busy, alice, admin):
    text = signed_in(alice).get(PAGE).text
    assert text.index("Hers") < text.index("Free")
    assert "Foreign" not in text
    text = signed_in(admin).get(PAGE).text
    assert text.index("Foreign") < text.index("Hers")


def test_it_names_five_at_most(make_ticket, alice):
    for number in range(7):
        make_ticket(subject=f"Number {number}", idle_since=timezone.now() - timedelta(hours=number))
    text = signed_in(alice).get(PAGE).text
    assert [f"Number {number}" in text for number in range(7)] == [False, False, *[True] * 5]


def test_it_draws_charts_for_those_who_view_reports(busy, alice, manager, admin):
    for person, shown in ((alice, False), (manager, True), (admin, True)):
        text = signed_in(person).get(PAGE).text
        assert ("Opened and closed per day" in text) is shown
        assert ("All reports" in text) is shown


def test_it_keeps_the_charts_of_each_part_of_the_desk_apart(busy, manager, admin):
    text = "Line chart: 4 tickets opened and 0 closed."
    assert text in signed_in(manager).get(PAGE).text
    assert text not in signed_in(admin).get(PAGE).text
    assert text in signed_in(manager).get(PAGE).text


def test_it_draws_the_charts_anew_each_minute_only(busy, make_ticket, manager, valkey):
    client = signed_in(manager)
    text = "Line chart: 4 tickets opened"
    assert text in client.get(PAGE).text
    make_ticket()
    assert text in client.get(PAGE).text
    valkey.flush()
    assert "Line chart: 5 tickets opened" in client.get(PAGE).text


def test_it_shows_the_page_while_valkey_is_away(busy, manager, valkey):
    valkey.stop()
    assert "Opened and closed per day" in signed_in(manager).get(PAGE).text


def test_it_shows_no_tickets_to_those_who_work_on_none(busy, alice):
    lone = make_user("lea", Role.AGENT)
    text = signed_in(lone).get(PAGE).text
    assert "Welcome, Lea" in text
    assert "Idle longest" not in text
    alice.groups.clear()
    assert "Hers" not in signed_in(alice).get(PAGE).text


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR])
def test_it_needs_the_same_queries_for_many_tickets(make_ticket, role, django_assert_max_num_queries):
    person = make_user("pat", role)
    client, counts = signed_in(person), []
    for count in (1, 15):
        for number in range(count):
            department = Department.objects.create(name=f"{count}-{number}")
            Membership.objects.create(department=department, user=person)
            make_ticket(department=department, agent=person)
        client.get(PAGE)
        with django_assert_max_num_queries(20) as captured:
            client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1]
