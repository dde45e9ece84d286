"""Rows as the API shows them to a person: what is for agents is left out for customers."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from apps.accounts.models import User
from apps.core.api_types import Named
from apps.tickets.api.schemas import Customer, FieldOut, FileOut, MessageOut, TicketItem, TicketOut
from apps.tickets.fields import shown_fields
from apps.tickets.held import show_as_before_held
from apps.tickets.models import Attachment, CustomField, Message, Ticket
from apps.tickets.numbers import normal_number


def person_of(request: HttpRequest) -> User:
    """Who the request's token belongs to."""
    person: User = request.user  # type: ignore[assignment]
    return person


def ticket_or_404(person: User, number: str) -> Ticket:
    """The ticket of this number. Raises Http404 where there is none or it is not theirs."""
    rows = Ticket.objects.visible_to(person).select_related("brand", "department", "customer", "agent", "merged_into")
    ticket = rows.filter(number=normal_number(number) or "").first()
    if ticket is None:
        raise Http404
    return ticket


def messages_for(person: User, ticket: Ticket) -> QuerySet[Message]:
    """The messages of a ticket that this person sees."""
    messages = Message.objects.filter(ticket=ticket)
    return messages if person.is_staff else messages.visible_to_customer()


def show_item(ticket: Ticket, person: User) -> TicketItem:
    """A ticket in a list."""
    return TicketItem(**_values(ticket, person))


def show_ticket(ticket: Ticket, person: User) -> TicketOut:
    """A whole ticket."""
    if not person.is_staff:
        show_as_before_held([ticket])
    survivor = Ticket.objects.visible_to(person).filter(merged_tickets=ticket).first()
    fields = [
        FieldOut(id=shown.field.pk, name=shown.field.name, kind=CustomField.Kind(shown.field.kind), value=shown.value)
        for shown in shown_fields(ticket, for_customer=not person.is_staff)
    ]
    return TicketOut(**_values(ticket, person), fields=fields, merged_into=survivor.number if survivor else None)


def show_message(message: Message, person: User) -> MessageOut:
    """A message; its attachments should be prefetched."""
    for_agents = {"kind": message.kind, "author": message.author_id, "cc": message.cc, "visible_at": message.visible_at}
    return MessageOut(
        id=message.pk,
        direction=Message.Direction(message.direction),
        author_name=message.author_name,
        text=message.text,
        html=message.html,
        attachments=[show_file(attachment) for attachment in message.attachments.all()],
        created_at=message.created_at,
        **(for_agents if person.is_staff else {}),
    )


def show_file(attachment: Attachment) -> FileOut:
    """A file, without its content."""
    return FileOut(
        id=attachment.pk,
        name=attachment.name,
        size=attachment.size,
        content_type=attachment.content_type,
        sha256=attachment.sha256,
        created_at=attachment.created_at,
    )


def _values(ticket: Ticket, person: User) -> dict[str, Any]:
    values = {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "brand": _named(ticket.brand),
        "department": _named(ticket.department),
        "customer": Customer(id=ticket.customer_id, name=ticket.customer_name, email=ticket.customer_email),
        "language": ticket.language,
        "created_at": ticket.created_at,
        "last_activity_at": ticket.last_activity_at,
        "closed_at": ticket.closed_at,
    }
    if not person.is_staff:
        return values
    return values | {
        "agent": Named(id=ticket.agent.pk, name=ticket.agent.get_full_name()) if ticket.agent else None,
        "is_pinned": ticket.is_pinned,
        "follow_up_at": ticket.follow_up_at,
        "follow_up_note": ticket.follow_up_note,
        "idle_since": ticket.idle_since,
        "first_replied_at": ticket.first_replied_at,
        "transferred_at": ticket.transferred_at,
        "in_count": ticket.in_count,
        "out_count": ticket.out_count,
    }


def _named(row: Any) -> Named:
    return Named(id=row.pk, name=row.name)
