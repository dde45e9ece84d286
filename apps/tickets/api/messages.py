"""The API's operations on what is said in a ticket."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.accounts.bearer import Bearer
from apps.accounts.models import User
from apps.accounts.token_models import Scope
from apps.core.idempotency import IdempotencyKey, idempotent
from apps.core.paging import Cursor, Limit, Page, page_of
from apps.core.problems import Problem
from apps.tickets import services
from apps.tickets.api.files import uploaded
from apps.tickets.api.schemas import MessageIn, MessageOut
from apps.tickets.api.showing import messages_for, person_of, show_message, ticket_or_404
from apps.tickets.floods import ANSWER_SECONDS, are_too_many_answers
from apps.tickets.models import Message, Ticket, TicketEvent

router = Router(tags=["Messages"])
FACE = TicketEvent.Face.API
# What each kind of message can have; naming anything else is a mistake that should not pass in silence.
ALLOWED = {
    "in": {"text", "html", "attachments"},
    "out": {"text", "html", "attachments", "direction", "cc", "status", "seen_message"},
    "note": {"text", "attachments", "direction", "kind"},
}


@router.get(
    "/tickets/{number}/messages", response=Page[MessageOut], auth=Bearer(Scope.TICKETS_READ), exclude_unset=True
)
def list_messages(request: HttpRequest, number: str, limit: Limit = 50, cursor: Cursor = "") -> Page[MessageOut]:
    """What was said in a ticket, oldest first. Customers see no notes, and replies once they are sent."""
    person = person_of(request)
    rows = messages_for(person, ticket_or_404(person, number)).prefetch_related("attachments")
    messages, following = page_of(rows, request=request, order="pk", limit=limit, cursor=cursor)
    return Page[MessageOut](items=[show_message(message, person) for message in messages], next=following)


@router.post(
    "/tickets/{number}/messages", response={201: MessageOut}, auth=Bearer(Scope.TICKETS_WRITE), exclude_unset=True
)
@idempotent
def add_message(request: HttpRequest, number: str, data: MessageIn, key: IdempotencyKey = "") -> Status[MessageOut]:
    """Write in a ticket: a customer to the agents, an agent to the customer or a note to colleagues."""
    person = person_of(request)
    ticket = ticket_or_404(person, number)
    direction = (data.direction or "out") if person.is_staff else "in"
    _refuse_others(data, direction)
    message = WAYS[direction](ticket, data, person)
    return Status(201, show_message(message, person))


def _refuse_others(data: MessageIn, direction: str) -> None:
    wrong = data.model_fields_set - ALLOWED[direction]
    if direction != "in" and data.direction == "in":
        wrong = {"direction"}
    if wrong:
        who = "a customer's message" if direction == "in" else "a note" if direction == "note" else "a reply"
        raise Problem(422, "not_here", errors={name: [f"Not for {who}."] for name in sorted(wrong)})


def _reply(ticket: Ticket, data: MessageIn, person: User) -> Message:
    return services.reply_to_ticket(
        ticket=ticket,
        by=person,
        text=data.text,
        html=data.html,
        cc=data.cc,
        attachments=uploaded(person, data.attachments),
        status=data.status.value,
        seen_message_id=data.seen_message,
        face=FACE,
    )


def _note(ticket: Ticket, data: MessageIn, person: User) -> Message:
    files = uploaded(person, data.attachments)
    return services.add_note(
        ticket=ticket, by=person, text=data.text, kind=data.kind.value, attachments=files, face=FACE
    )


def _customers(ticket: Ticket, data: MessageIn, person: User) -> Message:
    if are_too_many_answers(by=person):
        raise Problem(429, headers={"Retry-After": str(ANSWER_SECONDS)})
    files = uploaded(person, data.attachments)
    return services.add_customer_message(
        ticket=ticket, by=person, text=data.text, html=data.html, attachments=files, face=FACE
    )


WAYS: dict[str, Any] = {"in": _customers, "out": _reply, "note": _note}
