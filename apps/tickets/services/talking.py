"""What is said in a ticket: replies, the customer's messages, notes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.jobs import defer
from apps.tickets import indexing, notices
from apps.tickets.attachments import attach
from apps.tickets.errors import BadField, NotAllowed, ReplyCrossed, TicketError
from apps.tickets.models import Attachment, Draft, Message, Ticket, TicketEvent
from apps.tickets.services.acting import hold_for_agent, hold_for_customer, record, refuse_locked, refuse_merged
from apps.tickets.services.status import STATUS_FIELDS, set_status
from apps.tickets.services.turns import give_to_next
from apps.tickets.services.working import put_before_draft
from apps.tickets.texts import clean_body, clean_copies

Direction, Kind, Status = Message.Direction, TicketEvent.Kind, Ticket.Status
MAX_HOLD_SECONDS = 60
CROSSED_SHOWN = 20
# What a reply changes on its ticket, and so what undoing it puts back.
_UNDONE = ("status", "agent_id", "idle_since", "first_replied_at", "closed_at", "last_activity_at")


class SentAlready(TicketError):
    """The reply has reached the customer."""

    code = "sent_already"


@transaction.atomic
def reply_to_ticket(
    *,
    ticket: Ticket,
    by: User,
    text: str,
    face: str,
    html: str = "",
    cc: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
    status: str = Status.WAITING,
    seen_message_id: int | None = None,
    hold_seconds: int = 0,
    client_id: UUID | None = None,
) -> Message:
    """Save an agent's reply and set the ticket's status; a ticket without an agent becomes theirs.

    seen_message_id: the newest message the agent has seen, 0 for none; where the customer wrote or another agent
    replied after it, ReplyCrossed is raised and nothing is saved. hold_seconds: how long the customer does not see the
    reply yet, so that it can be undone (at most 60). client_id: the same one again gives the same message.
    Raises TicketLocked where the ticket was locked or merged meanwhile, BadField for what cannot be used.
    """
    hold_for_agent(ticket, by)
    if earlier := _written_with(client_id, ticket, Direction.OUT):
        return earlier
    refuse_locked(ticket)
    body = _body(text, html, attachments)
    if seen_message_id is not None:
        _refuse_crossed(ticket, seen_message_id, by)
    before = {name: getattr(ticket, name) for name in _UNDONE}
    message = _write_reply(ticket, by, body, cc, hold_seconds, client_id)
    _count_reply(ticket, by, status, message.created_at)
    attach(attachments=attachments, message=message, by=by)
    event = record(ticket, Kind.REPLIED, by=by, face=face, message=message.pk, changes=_changes(before, ticket))
    Draft.objects.filter(ticket=ticket, agent=by).delete()
    indexing.index_message(message)
    if hold_seconds > 0:
        _hold(message, {**{name: _plain(value) for name, value in before.items()}, "event": event.pk})
    else:
        announce_reply(message=message)
    return message


def _write_reply(
    ticket: Ticket, by: User, body: tuple[str, str], cc: Sequence[str], hold_seconds: int, client_id: UUID | None
) -> Message:
    now = timezone.now()
    return Message.objects.create(
        ticket=ticket,
        direction=Direction.OUT,
        author=by,
        author_name=by.get_full_name(),
        text=body[0],
        html=body[1],
        cc=clean_copies(cc),
        created_at=now,
        visible_at=now + timedelta(seconds=min(max(hold_seconds, 0), MAX_HOLD_SECONDS)),
        is_announced=False,
        client_id=client_id,
    )


def _hold(message: Message, undo: dict[str, Any]) -> None:
    """Let the customer see the reply later; until then `undo` tells what taking it back puts back."""
    message.undo = undo
    message.save(update_fields=["undo"])
    defer("apps.tickets.tasks.announce_reply", message.pk, at=message.visible_at, queue="high")


def _count_reply(ticket: Ticket, by: User, status: str, now: datetime) -> None:
    set_status(ticket, status)
    ticket.agent_id = ticket.agent_id or by.pk
    ticket.idle_since = now if ticket.is_open else None
    ticket.first_replied_at = ticket.first_replied_at or now
    ticket.out_count += 1
    ticket.save(update_fields=[*STATUS_FIELDS, "agent", "first_replied_at", "out_count"])


@transaction.atomic
def undo_reply(*, message: Message, by: User) -> Draft:
    """Take a reply back while the customer cannot see it yet; its text and files become the agent's draft again.

    It comes before what they have written since; where that is a note, all of it becomes one. What the reply changed
    on the ticket is put back, unless something else has happened since.
    Raises SentAlready once the customer can see it, NotAllowed for the reply of somebody else.
    """
    ticket = message.ticket
    hold_for_agent(ticket, by)
    held = Message.objects.filter(pk=message.pk, ticket=ticket, direction=Direction.OUT).first()
    if held is None or held.author_id != by.pk:
        raise NotAllowed(_("Only who wrote a reply can take it back."))
    if not held.is_held:
        raise SentAlready(_("The reply has been sent; it cannot be taken back any more."))
    ticket.out_count = max(ticket.out_count - 1, 0)
    if not TicketEvent.objects.filter(ticket=ticket, pk__gt=held.undo["event"]).exclude(kind=Kind.NOTED).exists():
        for name in _UNDONE:
            value = held.undo[name]
            setattr(
                ticket, name, datetime.fromisoformat(value) if name.endswith(("_at", "_since")) and value else value
            )
    if ticket.first_replied_at == held.created_at:  # nobody has replied to the customer yet
        ticket.first_replied_at = None
    ticket.save()
    held.attachments.update(message=None)
    draft = put_before_draft(ticket=ticket, agent=by, kind=Draft.Kind.REPLY, text=held.text, cc=held.cc)
    indexing.forget_message(held)
    held.delete()
    record(ticket, Kind.REPLY_UNDONE, by=by, face=TicketEvent.Face.MANAGEMENT)
    return draft


@transaction.atomic
def announce_reply(*, message: Message) -> None:
    """Tell the customer of a reply, once, as soon as it can be seen; safe to call twice."""
    claimed = Message.objects.filter(pk=message.pk, is_announced=False, visible_at__lte=timezone.now())
    if claimed.update(is_announced=True, undo={}):
        notices.replied(message)


@transaction.atomic
def add_customer_message(
    *,
    ticket: Ticket,
    text: str,
    face: str,
    by: User | None = None,
    key: str = "",
    html: str = "",
    attachments: Sequence[Attachment] = (),
    upload_key: str = "",
    client_id: UUID | None = None,
) -> Message:
    """Save what the customer writes; a waiting or closed ticket becomes active again.

    by: the customer; None with the `key` of a ticket without an account.
    Raises TicketLocked where the ticket is locked or merged, NotAllowed where it is not theirs, BadField.
    """
    hold_for_customer(ticket, by, key)
    if earlier := _written_with(client_id, ticket, Direction.IN):
        return earlier
    refuse_locked(ticket, for_customer=True)
    body, safe_html = _body(text, html, attachments)
    before = ticket.status
    set_status(ticket, Status.ACTIVE)
    ticket.in_count += 1
    ticket.save(update_fields=["status", "idle_since", "closed_at", "last_activity_at", "in_count"])
    message = Message.objects.create(
        ticket=ticket,
        direction=Direction.IN,
        author=by,
        author_name=by.get_full_name() if by else ticket.customer_name,
        text=body,
        html=safe_html,
        client_id=client_id,
    )
    attach(attachments=attachments, message=message, by=by, upload_key=upload_key)
    changes = {"status": [before, ticket.status]} if before != ticket.status else {}
    record(ticket, Kind.CUSTOMER_REPLIED, by=by, face=face, message=message.pk, changes=changes)
    if ticket.agent_id is None:
        give_to_next(ticket)
    indexing.index_message(message)
    notices.customer_replied(message)
    return message


@transaction.atomic
def add_note(
    *,
    ticket: Ticket,
    by: User,
    text: str,
    face: str,
    kind: str = Message.Kind.GENERAL,
    attachments: Sequence[Attachment] = (),
    client_id: UUID | None = None,
) -> Message:
    """Save a note, which customers never see. Locked tickets take notes, merged ones do not (TicketLocked)."""
    hold_for_agent(ticket, by)
    if earlier := _written_with(client_id, ticket, Direction.NOTE):
        return earlier
    refuse_merged(ticket)
    if kind not in Message.Kind.values:
        raise BadField({"kind": _("There is no such kind of note.")})
    message = write_note(ticket, by=by, text=text, kind=kind, attachments=attachments, client_id=client_id)
    ticket.last_activity_at = message.created_at
    ticket.save(update_fields=["last_activity_at"])
    record(ticket, Kind.NOTED, by=by, face=face, message=message.pk)
    Draft.objects.filter(ticket=ticket, agent=by).delete()
    notices.noted(message)
    return message


def write_note(
    ticket: Ticket,
    *,
    by: User | None,
    text: str,
    kind: str,
    attachments: Sequence[Attachment] = (),
    client_id: UUID | None = None,
) -> Message:
    """Save the note alone, as a part of an act that holds the ticket."""
    body, _html = _body(text, "", attachments)
    message = Message.objects.create(
        ticket=ticket,
        direction=Direction.NOTE,
        kind=kind,
        author=by,
        author_name=by.get_full_name() if by else "",
        text=body,
        client_id=client_id,
    )
    attach(attachments=attachments, message=message, by=by)
    indexing.index_message(message)
    return message


def _written_with(client_id: UUID | None, ticket: Ticket, direction: str) -> Message | None:
    """The message that was saved when the same form arrived before; never a note for a reply, or a reply for a note."""
    if client_id is None:
        return None
    earlier = Message.objects.filter(client_id=client_id).first()
    if earlier is not None and (earlier.ticket_id, earlier.direction) != (ticket.pk, direction):
        raise NotAllowed(_("This form was sent already."))
    return earlier


def _body(text: str, html: str, attachments: Sequence[Attachment]) -> tuple[str, str]:
    body, safe_html = clean_body(text, html)
    if not body and not attachments:
        raise BadField({"text": _("Write a message.")})
    return body, safe_html


def _refuse_crossed(ticket: Ticket, seen_message_id: int, by: User) -> None:
    """Refuse where the customer or another agent wrote after what `by` has seen; notes are no reply."""
    said = ticket.messages.exclude(direction=Direction.NOTE).exclude(author=by)
    newer = list(said.filter(pk__gt=seen_message_id).order_by("pk")[:CROSSED_SHOWN])
    if newer:
        raise ReplyCrossed(newer)


def _changes(before: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    names = {"status": "status", "agent_id": "agent"}
    return {
        shown: [before[name], getattr(ticket, name)]
        for name, shown in names.items()
        if before[name] != getattr(ticket, name)
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
