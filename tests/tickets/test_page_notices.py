"""Looking at a ticket reads what the bell told of it."""

import pytest

from apps.notifications.models import Notification
from apps.tickets import services
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db


def test_it_reads_what_the_bell_told_of_this_ticket_alone(make_ticket, alice, carol):
    tickets = [services.take_ticket(ticket=make_ticket(), by=alice, face=MANAGEMENT) for _ in range(2)]
    for ticket in tickets:
        services.add_customer_message(ticket=ticket, by=carol, text="Still cold", face=PORTAL)
    page = signed_in(alice).get(f"/management/tickets/ticket/{tickets[0].pk}/change/").content.decode()
    unread = Notification.objects.filter(person=alice, read_at=None)
    assert [note.group for note in unread] == [f"ticket-{tickets[1].pk}"]
    assert "1 unread notification" in page
