"""Every address of the ticket page and who may come in."""

import re
import uuid

import pytest
from django.test import Client

from apps.tickets import services
from apps.tickets.models import CannedReply, CustomField, Message, Ticket, TicketEvent
from apps.tickets.pages.urls import VIEWS
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db
READ = {"parts", "earlier", "message", "history", "composer", "canned_replies", "canned_reply", "show_transfer"}
READ |= {"show_merge", "agents", "time", "next", "previous"}
FIELDS = {
    "value": "closed",
    "text": "replayed",
    "subject": "replayed",
    "minutes": "5",
    "days": "1",
    "confirmed": "1",
    "kind": "reply",
    "order": "oldest",
    "from_agent": "1",
    "seen_message_id": str(10**9),
}
RANDOM = re.compile(rb'(nonce=|csrfmiddlewaretoken" value=)"[^"]*"')


def ids(name: str, ticket: Ticket) -> list[int]:
    message = ticket.messages.filter(direction="out").first() or ticket.messages.get()
    field, canned = CustomField.objects.get(), CannedReply.objects.get()
    known = {"earlier": message.pk, "message": message.pk, "undo": message.pk}
    known |= {"field": field.pk, "canned_reply": canned.pk}
    return [known[name]] if name in known else []


def ask(client: Client, name: str, page: TicketPage) -> int:
    address = page.address(name, *ids(name, page.ticket))
    fields = {**FIELDS, "client_id": str(uuid.uuid4()), "number": page.ticket.number}
    return (client.get(address) if name in READ else client.post(address, fields)).status_code


@pytest.fixture
def asked(ticket: Ticket, sales, alice) -> TicketPage:
    CustomField.objects.create(department=sales, name="Order", kind="text")
    CannedReply.objects.create(title="Hello", body="Hello")
    services.reply_to_ticket(ticket=ticket, by=alice, text="Held", hold_seconds=8, face=MANAGEMENT)
    return TicketPage(Ticket.objects.get(pk=ticket.pk), alice)


def state(ticket: Ticket) -> object:
    columns = Ticket.objects.filter(pk=ticket.pk).values().get()
    return (
        columns,
        Message.objects.count(),
        TicketEvent.objects.count(),
        ticket.drafts.count(),
        ticket.time_logs.count(),
    )


def test_it_is_not_there_for_agents_of_other_departments(asked, bob, workshop):
    before = state(asked.ticket)
    client = signed_in(bob)
    assert {name: ask(client, name, asked) for name in VIEWS} == dict.fromkeys(VIEWS, 404)
    foreign, missing = (client.get(f"/management/tickets/ticket/{pk}/change/") for pk in (asked.ticket.pk, 10**9))
    assert foreign.status_code == missing.status_code == 404
    assert RANDOM.sub(b"", foreign.content) == RANDOM.sub(b"", missing.content).replace(
        b"1000000000", str(asked.ticket.pk).encode()
    )
    assert state(asked.ticket) == before


def test_it_refuses_customers_and_strangers(asked, carol):
    before = state(asked.ticket)
    customer, stranger = signed_in(carol), Client()
    assert {name: ask(customer, name, asked) for name in VIEWS} == dict.fromkeys(VIEWS, 403)
    assert {name: ask(stranger, name, asked) for name in VIEWS} == dict.fromkeys(VIEWS, 302)
    assert state(asked.ticket) == before


@pytest.mark.parametrize("who", ["alice", "manager", "admin"])
def test_it_lets_those_in_who_work_there(asked, request, who):
    client = signed_in(request.getfixturevalue(who))
    # Undoing is for who wrote the reply; a ticket cannot be transferred nowhere or merged with itself.
    odd = {"undo": 200 if who == "alice" else 403, "transfer": 422, "merge": 422, "agent": 422, "priority": 422}
    odd |= dict.fromkeys(("order", "next", "previous"), 302)
    first = ["undo", *(name for name in VIEWS if name != "undo")]  # before others have closed the ticket
    assert {name: ask(client, name, asked) for name in first} == {name: odd.get(name, 200) for name in first}


def test_it_changes_nothing_by_following_a_link_or_without_a_token(asked):
    before = state(asked.ticket)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = asked.client.cookies
    for name in sorted(set(VIEWS) - READ):
        address = asked.address(name, *ids(name, asked.ticket))
        assert asked.client.get(address).status_code == 405, name
        assert strict.post(address, FIELDS).status_code == 403, name
    assert state(asked.ticket) == before


def test_it_lets_only_those_open_tickets_who_may(alice, bob, carol, sales, workshop):
    address = "/management/tickets/ticket/add/"
    assert signed_in(alice).get(address).status_code == 200
    assert signed_in(carol).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    form = {"department": sales.pk, "email": "eve@example.com", "subject": "A", "text": "B"}
    assert signed_in(bob).post(address, form).status_code == 422
    assert not Ticket.objects.exists()
