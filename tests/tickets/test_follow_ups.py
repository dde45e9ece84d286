"""Follow-ups: set for today or later, and told once when they are due."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.notifications.models import Notification
from apps.tickets import services
from apps.tickets.errors import BadField
from apps.tickets.models import Ticket
from apps.tickets.tasks import announce_follow_ups
from tests.api.conftest import Caller, make_token
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, int]]:
    """Who was told of which ticket's follow-up, and how often."""
    rows = Notification.objects.filter(kind="ticket_follow_up").order_by("pk").select_related("person")
    return [(row.person.username, row.data["number"], row.count) for row in rows]


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def test_it_tells_the_agent_of_a_ticket_that_is_due_once(make_ticket, alice, manager):
    due = make_ticket(agent=alice, status="waiting", follow_up_at=ago(minutes=1))
    make_ticket(agent=alice, follow_up_at=ago(minutes=-1))
    announce_follow_ups()
    announce_follow_ups()
    assert told() == [("alice", due.number, 1)]
    assert Notification.objects.get(person=alice).path == f"/management/tickets/ticket/{due.pk}/change/"
    assert Ticket.objects.get(pk=due.pk).status == "waiting"


def test_it_tells_the_department_where_nobody_works_on_the_ticket(make_ticket, alice, manager, bob, workshop):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    free, left = make_ticket(follow_up_at=ago(minutes=2)), make_ticket(agent=manager, follow_up_at=ago(minutes=1))
    announce_follow_ups()
    assert told() == [("alice", free.number, 1), ("alice", left.number, 1)]


def test_it_tells_of_closed_tickets_and_not_of_merged_ones(make_ticket, alice):
    closed = make_ticket(agent=alice, status="closed", follow_up_at=ago(minutes=2))
    locked = make_ticket(agent=alice, status="locked", follow_up_at=ago(minutes=1))
    gone, stays = make_ticket(agent=alice, follow_up_at=ago(minutes=3)), make_ticket()
    services.merge_tickets(survivor=stays, duplicates=[gone], by=alice, face=MANAGEMENT)
    announce_follow_ups()
    assert told() == [("alice", ticket.number, 1) for ticket in (closed, locked)]


def test_it_tells_again_when_the_follow_up_was_changed(ticket, alice):
    at = timezone.now() + timedelta(days=1)
    services.change_follow_up(ticket=ticket, at=at, by=alice, face=MANAGEMENT)
    Ticket.objects.update(agent=alice, follow_up_at=ago(minutes=1))
    announce_follow_ups()
    Notification.objects.update(read_at=timezone.now())
    for note in ("Call", "Write"):  # the same moment: told already
        ticket = Ticket.objects.get()
        services.change_follow_up(ticket=ticket, at=ticket.follow_up_at, note=note, by=alice, face=MANAGEMENT)
    announce_follow_ups()
    assert len(told()) == 1
    services.change_follow_up(ticket=ticket, at=at, by=alice, face=MANAGEMENT)
    Ticket.objects.update(follow_up_at=ago(minutes=1))
    announce_follow_ups()
    assert len(told()) == 2


def test_it_tells_in_batches_the_longest_due_first(make_ticket, alice, monkeypatch):
    monkeypatch.setattr("apps.tickets.tasks.BATCH", 2)
    tickets = [make_ticket(agent=alice, follow_up_at=ago(minutes=n)) for n in (1, 3, 2)]
    announce_follow_ups()
    assert [number for _name, number, _count in told()] == [tickets[1].number, tickets[2].number]
    announce_follow_ups()
    assert len(told()) == 3


def test_it_finds_what_is_due_by_an_index_of_its_own(ticket):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Ticket.objects.follow_up_untold().order_by("follow_up_at")[:500].explain()
    assert "ticket_follow_up_untold" in plan
    assert "SORT" not in plan.upper().replace("SORT KEY", "")


@pytest.mark.parametrize("year", [1, 1999, 2201, 9999])
def test_it_refuses_years_that_are_slips(ticket, alice, year):
    with pytest.raises(BadField):
        services.change_follow_up(ticket=ticket, at=datetime(year, 12, 31, tzinfo=UTC), by=alice, face=MANAGEMENT)


def test_it_takes_today_and_no_day_before(ticket, alice):
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    with pytest.raises(BadField, match="This day is over"):
        services.change_follow_up(ticket=ticket, at=today - timedelta(minutes=1), by=alice, face=MANAGEMENT)
    assert Ticket.objects.get().follow_up_at is None
    services.change_follow_up(ticket=ticket, at=today, by=alice, face=MANAGEMENT)
    assert Ticket.objects.get().follow_up_at == today


def test_it_lets_one_that_is_there_stay(ticket, alice):
    at = ago(days=3)
    Ticket.objects.update(follow_up_at=at)
    typed = at.replace(second=0, microsecond=0)
    services.change_follow_up(ticket=ticket, at=typed, note="Ask Mia", by=alice, face=MANAGEMENT)
    ticket = Ticket.objects.get()
    assert (ticket.follow_up_at, ticket.follow_up_note) == (at, "Ask Mia")


def test_it_says_the_same_to_programs(ticket, alice):
    agent = Caller(make_token(alice))
    address, over = f"/tickets/{ticket.number}", ago(days=2)
    refused = agent.patch(address, {"follow_up_at": over.isoformat(), "subject": "Pot"})
    assert refused.status_code == 422
    assert refused.json()["errors"] == {"follow_up_at": ["This day is over. Choose today or a later one."]}
    assert agent.get(address).json()["subject"] == "The kettle is cold"
    Ticket.objects.update(follow_up_at=over)
    shown = agent.get(address).json()["follow_up_at"]
    for body in ({"follow_up_note": "Call"}, {"follow_up_at": shown}):
        assert agent.patch(address, body).json()["follow_up_at"] == shown
    assert agent.patch(address, {"follow_up_at": "2201-01-01T00:00:00Z"}).status_code == 422
