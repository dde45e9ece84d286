"""Every address of Deskbridge, asked by everybody whom a ticket does not concern: none shows it, none changes it.

The addresses are read from the resolver, so that a new one is asked without anybody thinking of it.
"""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from apps.accounts.models import User
from apps.tickets import services
from apps.tickets.models import Attachment, Draft, Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # what is asked are pages; the queries have tests of their own
SECRET, FINDABLE = "Quetzalcoatlus", "xylophone"
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# Signing out ends the walk; the frame of static files and jobs shows no tickets.
LEFT_OUT = re.compile(r"logout|^management/django_rq|^management/jsi18n|^static/")


def addresses(patterns: list[object], before: str = "") -> Iterator[str]:
    for entry in patterns:
        if not isinstance(getattr(entry, "pattern", None), RoutePattern):
            if isinstance(entry, URLResolver) and str(entry.pattern) in ("", "^/"):
                yield from addresses(entry.url_patterns, before)
            continue
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry.url_patterns, route)


@pytest.fixture
def secret(make_ticket: Callable[..., Ticket], alice: User, workshop: object) -> Ticket:
    """Carol's ticket with Alice in Sales, with everything that a ticket can have."""
    ticket = make_ticket(subject=f"{SECRET} subject", text=f"{SECRET} message {FINDABLE}")
    ticket = services.take_ticket(ticket=ticket, by=alice, face=MANAGEMENT)
    text = f"{SECRET} reply {FINDABLE}"
    reply = services.reply_to_ticket(ticket=ticket, by=alice, text=text, status="active", face=MANAGEMENT)
    services.add_note(ticket=ticket, by=alice, text=f"{SECRET} note {FINDABLE}", face=MANAGEMENT)
    services.save_draft(ticket=ticket, by=alice, text=f"{SECRET} draft")
    attachment = Attachment(
        ticket=ticket, message=reply, name=f"{SECRET}.txt", size=4, content_type="text/plain", sha256="0" * 64
    )
    attachment.file.save("x", ContentFile(SECRET.encode()))
    return ticket


def value_for(name: str, kind: str | None, ticket: Ticket) -> str:
    message, attachment = ticket.messages.order_by("pk")[1], Attachment.objects.get()
    known = {
        "number": ticket.number,
        "message_id": str(message.pk),
        "attachment_id": str(attachment.pk),
        "pk": str(ticket.pk),
        "app_label": "tickets",
    }
    return known.get(name) or (str(uuid.uuid4()) if kind == "uuid" else str(ticket.pk))


def state(ticket: Ticket) -> object:
    return (
        Ticket.objects.filter(pk=ticket.pk).values().get(),
        list(Message.objects.filter(ticket=ticket).order_by("pk").values()),
        list(TicketEvent.objects.filter(ticket=ticket).order_by("pk").values()),
        list(Attachment.objects.filter(ticket=ticket).order_by("pk").values()),
        list(Draft.objects.filter(ticket=ticket).values()),
        list(ticket.time_logs.values()),
        list(ticket.field_values.values()),
    )


def form(ticket: Ticket, bob: User) -> dict[str, object]:
    """Whatever any form of ours might read, all of it about the ticket that is not theirs."""
    own = bob.departments.get()
    ids = [ticket.pk]
    return {
        **dict.fromkeys(
            ("ids", "tickets", "selected", "_selected_action", "duplicates", "pk", "ticket", "survivor"), ids
        ),
        **dict.fromkeys(
            ("text", "body", "subject", "comment", "note", "reason", "message", "title", "name"), "mine now"
        ),
        **dict.fromkeys(("agent", "assign", "customer"), bob.pk),
        "number": ticket.number,
        "status": "closed",
        "priority": "urgent",
        "department": own.pk,
        "kind": "reply",
        "action": "close",
        "confirm": "1",
        "confirmed": "1",
        "is_pinned": "1",
        "minutes": "5",
        "follow_up_at": "2090-01-01T10:00",
        "attachments": [Attachment.objects.get().pk],
        "client_id": str(uuid.uuid4()),
        "key": "wrong",
    }


def caller(who: str, bob: User, dave: User) -> Client:
    client = Client() if who == "nobody" else signed_in({"bob": bob, "dave": dave}[who])
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("who", ["bob", "dave", "nobody"])
def test_it_shows_and_changes_a_ticket_nowhere_for_those_whom_it_does_not_concern(secret, bob, dave, who):
    client = caller(who, bob, dave)
    before, asked = state(secret), 0
    for route in addresses(get_resolver().url_patterns):
        if LEFT_OUT.search(route):
            continue
        path = "/" + PART.sub(lambda part: value_for(part["name"], part["kind"], secret), route)
        queries = ["", f"?q={FINDABLE}&view=all", f"?customer={secret.customer_id}&department={secret.department_id}"]
        for query in queries if "ticket" in route else queries[:1]:
            page = client.get(path + query)
            assert page.status_code < 500, path + query
            shown = (b"".join(page.streaming_content) if page.streaming else page.content).decode(errors="replace")
            assert SECRET not in shown, f"{who} reads the ticket at {path}{query}"
            if "number>" not in route:
                assert secret.number not in shown, f"{who} reads its number at {path}{query}"
        answer = client.post(path, form(secret, bob))
        assert answer.status_code < 500, path
        assert state(secret) == before, f"{who} changes the ticket at {path} ({answer.status_code})"
        asked += 1
        if who != "nobody" and "_auth_user_id" not in client.session:
            client = caller(who, bob, dave)
    assert asked > 100


@pytest.mark.parametrize("who", ["bob", "dave", "nobody"])
def test_it_answers_the_same_for_what_is_not_theirs_and_what_is_not_there(secret, bob, dave, who):
    client = caller(who, bob, dave)
    nothing = Ticket(pk=secret.pk + 100_000, number="000-00000-00")
    for route in addresses(get_resolver().url_patterns):
        if "tickets/" not in route or not PART.search(route) or LEFT_OUT.search(route):
            continue
        paths = [
            "/" + PART.sub(lambda part: value_for(part["name"], part["kind"], secret), route),
            "/" + PART.sub(lambda part: nothing.number if part["name"] == "number" else str(nothing.pk), route),
        ]
        answers = [client.get(path) for path in paths] + [client.post(path, form(secret, bob)) for path in paths]
        codes = [answer.status_code for answer in answers]
        assert codes[0] == codes[1], f"{who} sees at {paths[0]} that there is something: {codes}"
        assert codes[2] == codes[3], f"{who} sees by posting to {paths[0]} that there is something: {codes}"
