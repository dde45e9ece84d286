"""The queries behind the lists of tickets, on whatever database the tests run."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.tickets.models import Ticket
from apps.tickets.queries import Filters, Position, View, counts, neighbour, page, streams

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def tickets(brand, sales, workshop, alice, bob, manager, carol):
    """Three hundred tickets of every kind, many of which share their moment."""
    chance = random.Random(7)
    spares = Department.objects.create(name="Spares")
    Membership.objects.create(user=alice, department=spares)
    recent = timezone.now() - timedelta(days=1)
    return Ticket.objects.bulk_create(
        Ticket(
            brand=brand,
            department=chance.choice([sales, workshop, spares]),
            subject=f"Number {n}",
            customer=carol,
            agent=chance.choice([alice, bob, manager, None]),
            status=chance.choice(Ticket.Status.values),
            priority=chance.choice(Ticket.Priority.values),
            is_pinned=chance.random() < 0.2,
            last_activity_at=MOMENT + timedelta(seconds=chance.randrange(6)),
            follow_up_at=chance.choice([None, MOMENT, MOMENT + timedelta(hours=chance.randrange(3))]),
            transferred_at=chance.choice([None, MOMENT - timedelta(days=400), recent, recent + timedelta(hours=1)]),
        )
        for n in range(300)
    )


def all_pages(lists, size=7):
    """Every ticket's id, page after page from the start."""
    found, at = [], None
    while True:
        shown = page(lists, after=at, size=size)
        found += [ticket.pk for ticket in shown.tickets]
        if shown.after is None:
            return found
        at = shown.after


def all_pages_backwards(lists, start, size=7):
    """What comes before a position, back to the start."""
    found, at = [], start
    while at is not None:
        shown = page(lists, before=at, size=size)
        found = [ticket.pk for ticket in shown.tickets] + found
        at = shown.before
    return found


def expected(user, view, **narrowed):
    """The same by way of plain Django, without an order."""
    now = timezone.now()
    rows = Ticket.objects.visible_to(user).filter(merged_into=None, **narrowed)
    match view:
        case View.MY_ACTIVE | View.MY_WAITING:
            rows = rows.filter(agent=user)
        case View.FOLLOW_UPS:
            return rows.filter(Q(agent=user) | Q(agent=None), follow_up_at__isnull=False)
        case View.UNASSIGNED:
            rows = rows.filter(agent=None)
        case View.TRANSFERRED:
            return rows.filter(transferred_at__gte=now - timedelta(days=7))
    return rows.filter(status__in=View.STATUSES[view])


ORDERS = {View.FOLLOW_UPS: ("follow_up_at", False), View.TRANSFERRED: ("transferred_at", True)}


@pytest.mark.parametrize("view", View.NAMES)
@pytest.mark.parametrize("newest_first", [True, False])
def test_it_pages_through_all_of_a_view_once_and_back(tickets, alice, view, newest_first):
    lists = streams(user=alice, view=view, filters=Filters(), newest_first=newest_first)
    order, descending = ORDERS.get(view, ("last_activity_at", newest_first))
    sign = "-" if descending else ""
    pinned = ["-is_pinned"] if view in View.WITH_PINNED else []
    ordered = expected(alice, view).order_by(*pinned, f"{sign}{order}", f"{sign}pk")
    wanted = list(ordered.values_list("pk", flat=True))
    assert wanted
    assert all_pages(lists) == wanted
    last = Ticket.objects.get(pk=wanted[-1])
    assert all_pages_backwards(lists, Position(getattr(last, order), last.pk)) == wanted[:-1]


@pytest.mark.parametrize("view", [View.MY_ACTIVE, View.FOLLOW_UPS, View.CLOSED])
def test_it_steps_through_a_list_ticket_by_ticket(tickets, alice, view):
    lists = streams(user=alice, view=view, filters=Filters())
    wanted = all_pages(lists)
    by_pk = Ticket.objects.in_bulk(wanted)
    after = [neighbour(lists, by_pk[pk], is_forward=True) for pk in wanted]
    before = [neighbour(lists, by_pk[pk], is_forward=False) for pk in wanted]
    assert after == [*wanted[1:], None]
    assert before == [None, *wanted[:-1]]


@pytest.mark.parametrize("view", View.NAMES)
@pytest.mark.parametrize("who", ["alice", "bob", "manager", "admin", "carol"])
def test_it_never_shows_what_is_not_visible(request, tickets, view, who):
    person = request.getfixturevalue(who)
    found = set(all_pages(streams(user=person, view=view, filters=Filters()), size=50))
    if person.is_staff:
        assert found == set(expected(person, view).values_list("pk", flat=True))
    else:
        assert found == set()


def test_it_narrows_by_everything_at_once(tickets, alice, manager, sales, brand, carol):
    filters = Filters(
        departments=(sales.pk,), statuses=("active", "closed"), priorities=("high", "low"), brand=brand.pk,
        agent=manager.pk, customer=carol.pk,
    )  # fmt: skip
    found = set(all_pages(streams(user=alice, view=View.ALL, filters=filters)))
    wanted = expected(
        alice, View.ALL, department=sales, status__in=["active", "closed"], priority__in=["high", "low"], agent=manager
    )
    assert found == set(wanted.values_list("pk", flat=True)) != set()
    nobody = streams(user=alice, view=View.ALL, filters=Filters(agent=0))
    assert set(all_pages(nobody, size=50)) == set(expected(alice, View.ALL, agent=None).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "filters",
    [Filters(departments=(10**9,)), Filters(agent=10**9), Filters(customer=10**9), Filters(brand=10**9)],
    ids=["department", "agent", "customer", "brand"],
)
def test_it_finds_nothing_for_what_is_not_there(tickets, alice, filters):
    assert page(streams(user=alice, view=View.ALL, filters=filters)).tickets == []


def test_it_shows_nothing_of_a_foreign_department(tickets, alice, workshop):
    for view in View.NAMES:
        lists = streams(user=alice, view=view, filters=Filters(departments=(workshop.pk,)))
        assert page(lists).tickets == [], view
    assert counts(user=alice, views=[], departments=[workshop.pk]) == {f"department-{workshop.pk}": 0}


def test_it_counts_every_view_in_one_statement(tickets, alice, sales, admin):
    views = list(View.NAMES)
    for person in (alice, admin):
        person.department_ids  # noqa: B018 - read before the statement is counted
        person.has_perm("tickets.view_all_tickets")
        with CaptureQueriesContext(connection) as queries:
            found = counts(user=person, views=views, departments=[sales.pk])
        assert len(queries) == 1, person
        for view in views:
            assert found[view] == expected(person, view).count(), (person, view)
        assert found[f"department-{sales.pk}"] == expected(person, View.OPEN, department=sales).count()


def test_it_counts_no_further_than_a_thousand(brand, sales, alice, carol):
    Ticket.objects.bulk_create(
        Ticket(brand=brand, department=sales, subject="Many", customer=carol, agent=alice, status=status)
        for status in ("active", "waiting")
        for _ in range(1100)
    )
    found = counts(user=alice, views=View.NAMES, departments=[sales.pk])
    assert {view: found[view] for view in (View.MY_ACTIVE, View.MY_WAITING, View.OPEN, View.ALL)} == dict.fromkeys(
        (View.MY_ACTIVE, View.MY_WAITING, View.OPEN, View.ALL), 1000
    )
    assert found[f"department-{sales.pk}"] == 1000
    assert found[View.CLOSED] == 0


def test_it_goes_on_from_a_ticket_that_has_moved(tickets, alice):
    lists = streams(user=alice, view=View.ALL, filters=Filters())
    first = page(lists, size=5)
    Ticket.objects.filter(pk=first.tickets[-1].pk).update(last_activity_at=timezone.now())
    second = page(lists, after=first.after, size=5)
    assert not {ticket.pk for ticket in first.tickets} & {ticket.pk for ticket in second.tickets}


def test_it_reads_back_the_codes_of_positions():
    position = Position(MOMENT, 12)
    assert Position.read(position.code()) == position


def coded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "code",
    [
        "", "x", "====", "é", "\x00", "W10", coded([]), coded(1), coded(None), coded({}), coded([1, 2]), coded(["", 1]),
        coded([MOMENT.isoformat(), "1"]), coded([MOMENT.isoformat(), 2**70]), coded([MOMENT.isoformat(), None]),
        coded(["2026-11-01T12:00:00", 1]), coded([MOMENT.isoformat(), 1, 1]), "A" * 5000,
        coded(["0001-01-01T00:00:00+23:59", 1]), coded(["9999-12-31T23:59:59-23:59", 1]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)  # fmt: skip
def test_it_reads_no_position_from_nonsense_or_one_that_can_be_asked_for(tickets, alice, code):
    position = Position.read(code)
    lists = streams(user=alice, view=View.ALL, filters=Filters())
    assert page(lists, after=position, size=3) is not None
    assert page(lists, before=position, size=3) is not None
