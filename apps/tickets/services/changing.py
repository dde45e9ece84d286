"""Changing what is written on a ticket."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets import indexing, notices
from apps.tickets.errors import BadField
from apps.tickets.fields import keep_values
from apps.tickets.guests import is_link_key
from apps.tickets.models import Ticket, TicketEvent
from apps.tickets.services.acting import (
    hold,
    hold_for_agent,
    hold_for_customer,
    not_there,
    record,
    refuse_locked,
    refuse_merged,
)
from apps.tickets.services.status import STATUS_FIELDS, set_status
from apps.tickets.services.turns import give_to_next
from apps.tickets.texts import clean_subject

Kind, Status = TicketEvent.Kind, Ticket.Status


@transaction.atomic
def change_status(*, ticket: Ticket, status: str, by: User | None, face: str) -> Ticket:
    """Give the ticket another status; a locked one can be opened again, a merged one cannot (TicketLocked).

    Raises BadField for what is no status, ResolutionMissing where the department wants a resolution note first.
    """
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    _change_status(ticket, status, by=by, face=face)
    return ticket


@transaction.atomic
def close_by_customer(*, ticket: Ticket, face: str, by: User | None = None, key: str = "") -> Ticket:
    """The customer says that the matter is done. Raises TicketLocked, NotAllowed."""
    hold_for_customer(ticket, by, key)
    refuse_locked(ticket, for_customer=True)
    before = ticket.status
    if ticket.is_open:
        set_status(ticket, Status.CLOSED, by_customer=True)
        ticket.save(update_fields=STATUS_FIELDS)
        record(ticket, Kind.STATUS, by=by, face=face, status=[before, ticket.status])
        notices.closed_by_customer(ticket)
    return ticket


@transaction.atomic
def reopen_by_customer(*, ticket: Ticket, face: str, by: User | None = None, key: str = "") -> Ticket:
    """The customer says that the matter is not done. Raises TicketLocked, NotAllowed."""
    hold_for_customer(ticket, by, key)
    refuse_locked(ticket, for_customer=True)
    before = ticket.status
    if not ticket.is_open:
        set_status(ticket, Status.ACTIVE)
        ticket.save(update_fields=STATUS_FIELDS)
        record(ticket, Kind.STATUS, by=by, face=face, status=[before, ticket.status])
        if ticket.agent_id is None:
            give_to_next(ticket)
        notices.reopened(ticket)
    return ticket


@transaction.atomic
def change_priority(*, ticket: Ticket, priority: str, by: User, face: str) -> Ticket:
    """Raises BadField for what is no priority."""
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    if priority not in Ticket.Priority.values:
        raise BadField({"priority": _("There is no such priority.")})
    return _change(ticket, "priority", priority, Kind.PRIORITY, by=by, face=face)


@transaction.atomic
def change_subject(*, ticket: Ticket, subject: str, by: User, face: str) -> Ticket:
    """Raises BadField for a subject that is empty or too long."""
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    _change(ticket, "subject", clean_subject(subject), Kind.SUBJECT, by=by, face=face)
    indexing.index_ticket(ticket)
    return ticket


@transaction.atomic
def change_pin(*, ticket: Ticket, is_pinned: bool, by: User, face: str) -> Ticket:
    """Pin the ticket to the top of its agent's mind, or unpin it."""
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    return _change(ticket, "is_pinned", is_pinned, Kind.PINNED, by=by, face=face)


@transaction.atomic
def change_fields(*, ticket: Ticket, values: dict[int, str], by: User, face: str) -> Ticket:
    """Set custom fields by their id. Raises BadField with an error for each, named `field_<id>`."""
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    if changes := keep_values(ticket, values, for_customer=False):
        record(ticket, Kind.FIELDS, by=by, face=face, fields=changes)
    return ticket


@transaction.atomic
def claim_ticket(*, ticket: Ticket, key: str, by: User) -> Ticket:
    """Add a ticket without an account to the account of who has its link; the link opens nothing from then on.

    Raises NotAllowed where the key is not the ticket's.
    """
    hold(ticket)
    if not is_link_key(ticket, key):
        raise not_there()
    ticket.customer = by
    ticket.save(update_fields=["customer"])
    record(ticket, Kind.CLAIMED, by=by, face=TicketEvent.Face.PORTAL)
    indexing.index_whole(ticket)
    return ticket


def _change_status(ticket: Ticket, status: str, *, by: User | None, face: str) -> None:
    before, was_open = ticket.status, ticket.is_open
    if status == before:
        return
    set_status(ticket, status)
    ticket.save(update_fields=STATUS_FIELDS)
    record(ticket, Kind.STATUS, by=by, face=face, status=[before, ticket.status])
    if was_open and not ticket.is_open:
        notices.closed(ticket, by=by)


def _change(ticket: Ticket, name: str, value: object, kind: str, *, by: User, face: str) -> Ticket:
    before = getattr(ticket, name)
    if before != value:
        setattr(ticket, name, value)
        ticket.save(update_fields=[name])
        record(ticket, kind, by=by, face=face, changes={name: [before, value]})
    return ticket
