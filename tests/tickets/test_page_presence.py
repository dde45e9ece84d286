"""Who else is at a ticket, and what happened meanwhile."""

import pytest

from apps.tickets import services
from apps.tickets.models import Ticket
from tests.tickets.conftest import MANAGEMENT, PORTAL
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db


def test_it_shows_who_else_looks_or_writes(ticket, alice, manager, make_ticket):
    first, second = TicketPage(ticket, alice), TicketPage(ticket, manager)
    assert first.ask("pulse").json()["people"] == []
    assert second.ask("pulse", typing="1").json()["presence"] == ["Alice is looking at this ticket"]
    assert first.ask("pulse").json()["presence"] == ["Mia is writing"]
    assert TicketPage(make_ticket(), alice).ask("pulse").json()["people"] == []
    second.ask("pulse", leaving="1")
    assert first.ask("pulse").json()["people"] == []


def test_it_tells_what_others_did_and_not_what_one_did_oneself(ticket, alice, manager, carol):
    page = TicketPage(ticket, alice)
    seen = ticket.events.get().pk
    services.change_priority(ticket=ticket, priority="high", by=alice, face=MANAGEMENT)
    assert page.ask("pulse", seen_event=seen).json()["news"] == ""
    services.change_priority(ticket=ticket, priority="low", by=manager, face=MANAGEMENT)
    assert page.ask("pulse", seen_event=seen).json()["news"] == "Mia changed this ticket"
    message = services.add_customer_message(ticket=ticket, by=carol, text="Hello?", face=PORTAL)
    answer = page.ask("pulse", seen_event=seen).json()
    assert answer["news"] == "New message from Carol"
    assert answer["newest_message_id"] == message.pk
    assert page.ask("pulse", seen_event=answer["newest_event_id"]).json()["news"] == ""


def test_it_goes_on_without_valkey(ticket, alice, valkey):
    page = TicketPage(ticket, alice)
    valkey.stop()
    answer = page.ask("pulse")
    assert (answer.status_code, answer.json()["people"]) == (200, [])
    assert page.ask("pulse", leaving="1").status_code == 204
    assert page.show().status_code == 200


@pytest.mark.parametrize("seen", ["", "abc", "-1", "9" * 30, "9" * 5_000])
def test_it_bears_odd_positions(ticket, alice, seen):
    assert TicketPage(ticket, alice).ask("pulse", seen_event=seen).status_code == 200
    assert Ticket.objects.count() == 1
