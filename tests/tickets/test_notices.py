"""Who is told of what happens to a ticket."""

import pytest
from django.utils import translation

from apps.notifications.models import Notification
from apps.notifications.registry import KINDS
from apps.tickets import guests, services
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db


def told(person, kind):
    """What a person was told of a kind: the text, how often, and where it leads."""
    rows = Notification.objects.filter(person=person, kind=kind)
    with translation.override("en"):
        return [(KINDS[kind].say(row.data), row.count, row.path) for row in rows]


def test_it_tells_the_agent_alone_that_the_customer_closed_the_ticket(make_ticket, alice, manager, carol):
    for ticket in (make_ticket(agent=alice), make_ticket()):
        for _ in range(2):  # the second time nothing changes
            services.close_by_customer(ticket=ticket, by=carol, face=PORTAL)
    assert [text[:12] for text, _count, _path in told(alice, "ticket_closed_by_customer")] == ["Carol closed"]
    assert not Notification.objects.filter(kind="ticket_closed_by_customer").exclude(person=alice).exists()
    assert not Notification.objects.filter(person=carol).exists()


def test_it_tells_the_agent_that_somebody_with_a_link_closed_the_ticket(make_ticket, alice):
    ticket = make_ticket(email="eve@example.com", name="Eve", agent=alice)
    services.close_by_customer(ticket=ticket, key=guests.link_key(ticket), face=PORTAL)
    path = f"/management/tickets/ticket/{ticket.pk}/change/"
    text = f"Eve closed “The kettle is cold” ({ticket.number})"
    assert told(alice, "ticket_closed_by_customer") == [(text, 1, path)]


def test_it_tells_nobody_of_their_own_closing(make_ticket, alice):
    own = make_ticket(by=alice, customer=alice, agent=alice)
    services.close_by_customer(ticket=own, by=alice, face=PORTAL)
    services.reopen_by_customer(ticket=own, by=alice, face=PORTAL)
    services.change_status(ticket=own, status="closed", by=alice, face=MANAGEMENT)
    assert not Notification.objects.filter(person=alice).exclude(kind="ticket_opened").exists()


@pytest.mark.parametrize("first", ["closed", "locked"])
def test_it_tells_the_customer_once_that_the_ticket_is_closed_or_locked(ticket, alice, carol, first):
    for status in (first, "locked", "closed"):
        services.change_status(ticket=ticket, status=status, by=alice, face=MANAGEMENT)
    text = f"“The kettle is cold” ({ticket.number}) was closed"
    assert told(carol, "ticket_closed") == [(text, 1, f"/tickets/{ticket.number}/")]


def test_it_tells_the_customer_of_a_transfer_that_closes(ticket, alice, carol, workshop):
    services.transfer_ticket(ticket=ticket, department=workshop, status="closed", by=alice, face=MANAGEMENT)
    assert len(told(carol, "ticket_closed")) == 1


def test_it_tells_the_customer_where_merged_tickets_go_on(make_ticket, alice, carol):
    stays, *others = (make_ticket(subject=name) for name in ("Kettle", "Pot", "Pan", "Cup"))
    services.merge_tickets(survivor=stays, duplicates=others[:1], by=alice, face=MANAGEMENT)
    path = f"/tickets/{stays.number}/"
    text = f"“Kettle” ({stays.number}) now also holds {others[0].number}"
    assert told(carol, "ticket_merged") == [(text, 1, path)]
    services.merge_tickets(survivor=stays, duplicates=others[1:], by=alice, face=MANAGEMENT)
    numbers = ", ".join(ticket.number for ticket in reversed(others))
    assert told(carol, "ticket_merged") == [(f"“Kettle” ({stays.number}) now also holds {numbers}", 2, path)]
