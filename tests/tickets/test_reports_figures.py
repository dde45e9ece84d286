"""The numbers of the reports are right."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.tickets import services
from apps.tickets.reports.figures import days, idle_longest, report
from apps.tickets.reports.scopes import Period, Reach
from apps.tickets.models import Ticket
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def minutes(count):
    return timedelta(minutes=count)


@pytest.fixture
def figures(admin):
    """The totals of March, as an administrator sees them."""
    return lambda period=MARCH, **asked: report(scope=Reach.of(admin).scope(**asked), period=period).totals


def closed(make_ticket, after=60, **changes):
    opened = changes.pop("created_at", NOON)
    return make_ticket(
        created_at=opened, closed_at=opened + minutes(after), status="closed", idle_since=None, **changes
    )


def test_it_counts_what_was_opened_and_closed(make_ticket, figures):
    for day in (9, 10, 11):
        make_ticket(created_at=NOON.replace(day=day))
    closed(make_ticket)
    make_ticket(created_at=NOON.replace(month=2))
    found = figures()
    assert (found.opened, found.closed, found.backlog) == (4, 1, 4)


def test_it_counts_what_was_closed_in_the_period_and_opened_before(make_ticket, figures):
    closed(make_ticket, created_at=NOON - timedelta(days=20), after=20 * 24 * 60)
    found = figures()
    assert (found.opened, found.closed) == (0, 1)
    assert found.resolution_median == timedelta(days=20)


@pytest.mark.parametrize(
    ("times", "median"), [([], None), ([7], 7), ([1, 3], 2), ([60, 1, 2], 2), ([4, 1, 3, 900], 3.5)]
)
def test_it_finds_the_median(make_ticket, figures, times, median):
    for count in times:
        make_ticket(created_at=NOON, first_replied_at=NOON + minutes(count))
    make_ticket(created_at=NOON)
    found = figures()
    assert found.replied == len(times)
    assert found.response_median == (None if median is None else minutes(median))
    assert found.response_average == (minutes(sum(times) / len(times)) if times else None)


def test_it_measures_how_long_tickets_took(make_ticket, figures):
    for count in (10, 20, 90):
        closed(make_ticket, after=count)
    found = figures()
    assert (found.resolution_median, found.resolution_average) == (minutes(20), minutes(40))


def test_it_leaves_out_merged_tickets(make_ticket, figures, alice):
    first, second = make_ticket(created_at=NOON), make_ticket(created_at=NOON)
    services.merge_tickets(survivor=first, duplicates=[second], by=alice, face=MANAGEMENT)
    Ticket.objects.filter(pk=second.pk).update(closed_at=NOON)
    found = figures()
    assert (found.opened, found.closed, found.backlog) == (1, 0, 1)


def test_it_counts_a_reopened_ticket_as_open(make_ticket, figures, carol):
    ticket = closed(make_ticket)
    services.add_customer_message(ticket=ticket, by=carol, text="Not yet", face=MANAGEMENT)
    found = figures()
    assert (found.closed, found.backlog) == (0, 1)


def test_it_groups_by_department_and_agent(make_ticket, admin, workshop, alice, bob):
    make_ticket(created_at=NOON, agent=alice, first_replied_at=NOON + minutes(5))
    closed(make_ticket, agent=alice)
    make_ticket(created_at=NOON, department=workshop, agent=bob)
    make_ticket(created_at=NOON, department=workshop)
    found = report(scope=Reach.of(admin).scope(), period=MARCH)
    shown = [(row.name, row.figures.opened, row.figures.closed, row.figures.backlog) for row in found.departments]
    assert shown == [("Sales", 2, 1, 1), ("Workshop", 2, 0, 2)]
    shown = [(row.name, row.figures.opened, row.figures.closed, row.figures.backlog) for row in found.agents]
    assert shown == [("Alice", 2, 1, 1), ("Bob", 1, 0, 1), ("", 1, 0, 1)]
    assert found.agents[0].figures.response_median == minutes(5)
    assert found.agents[1].figures.response_median is None


def test_it_narrows_to_a_department_or_an_agent(make_ticket, figures, sales, workshop, alice, bob):
    make_ticket(created_at=NOON, agent=alice)
    make_ticket(created_at=NOON, department=workshop, agent=bob)
    make_ticket(created_at=NOON, department=workshop)
    assert figures(department=sales.pk).opened == 1
    assert figures(department=workshop.pk).opened == 2
    assert figures(department=workshop.pk, agent=bob.pk).opened == 1
    assert figures(agent=alice.pk).backlog == 1


def test_it_tells_day_by_day_what_was_left(make_ticket, admin):
    make_ticket(created_at=NOON.replace(month=2))
    for day in (9, 10, 10):
        make_ticket(created_at=NOON.replace(day=day))
    closed(make_ticket, created_at=NOON.replace(day=9), after=24 * 60)
    closed(make_ticket, created_at=NOON.replace(month=1), after=80 * 24 * 60)
    found = days(scope=Reach.of(admin).scope(), period=Period(date(2026, 3, 8), date(2026, 3, 11)))
    assert [(day.day.day, day.opened, day.closed, day.backlog) for day in found] == [
        (8, 0, 0, 2), (9, 2, 0, 4), (10, 2, 1, 5), (11, 0, 0, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("UTC", date(2026, 3, 29), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Asia/Kathmandu", date(2026, 3, 8), 24),
    ],
)
def test_it_knows_how_long_days_are_where_the_person_is(make_ticket, admin, zone, day, hours):
    with timezone.override(ZoneInfo(zone)):
        period = Period(day, day)
        start = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
        assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=hours)
        moments = [
            start - minutes(1),
            start,
            start + timedelta(hours=hours) - minutes(1),
            start + timedelta(hours=hours),
        ]
        for moment in moments:
            make_ticket(created_at=moment)
        around = Period(day - timedelta(days=1), day + timedelta(days=1))
        found = days(scope=Reach.of(admin).scope(), period=around)
        assert [shown.opened for shown in found] == [1, 2, 1]
        assert report(scope=Reach.of(admin).scope(), period=period).totals.opened == 2


def test_it_lists_what_has_waited_longest(make_ticket, admin, workshop):
    now = timezone.now()
    for hours, department in ((2, None), (9, workshop), (5, None)):
        place = {"department": department} if department else {}
        make_ticket(subject=f"{hours} hours", idle_since=now - timedelta(hours=hours), **place)
    make_ticket(subject="waits for the customer", idle_since=now - timedelta(days=9), status="waiting")
    found = idle_longest(scope=Reach.of(admin).scope(), limit=2)
    assert [ticket.subject for ticket in found] == ["9 hours", "5 hours"]


def test_it_counts_nothing_where_there_is_nothing(admin, manager, alice):
    for person in (admin, manager, alice):
        found = report(scope=Reach.of(person).scope(), period=Period.of_days(7))
        assert (found.totals.opened, found.totals.backlog, found.departments, found.agents) == (0, 0, [], [])
        assert len(found.days) == 7
