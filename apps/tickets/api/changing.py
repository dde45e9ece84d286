"""Changing a ticket through the API: each part by its service, all in one transaction."""

from collections.abc import Callable

from django.db import transaction

from apps.accounts.models import Department, User
from apps.core.api_types import as_utc
from apps.core.problems import Problem
from apps.tickets import services
from apps.tickets.api.schemas import TicketPatch
from apps.tickets.errors import BadField
from apps.tickets.models import Ticket, TicketEvent

FACE = TicketEvent.Face.API


@transaction.atomic
def change(ticket: Ticket, data: TicketPatch, *, by: User) -> None:
    """Change what the patch names. Raises TicketError; Problem (422) for what only agents may change."""
    named = data.model_fields_set
    if not by.is_staff:
        _change_as_customer(ticket, data, by)
        return
    for fields, act in PARTS:
        if named & fields:
            act(ticket, data, by)


def _change_as_customer(ticket: Ticket, data: TicketPatch, by: User) -> None:
    if others := data.model_fields_set - {"status"}:
        raise Problem(422, "for_agents", errors={name: ["Only agents can change this."] for name in sorted(others)})
    if data.status == Ticket.Status.CLOSED:
        services.close_by_customer(ticket=ticket, by=by, face=FACE)
    elif data.status == Ticket.Status.ACTIVE:
        services.reopen_by_customer(ticket=ticket, by=by, face=FACE)
    elif data.status is not None:
        raise Problem(422, "for_agents", errors={"status": ["Customers can say `closed` or `active`."]})


def _change_owner(ticket: Ticket, data: TicketPatch, by: User) -> None:
    agent = _agent(data.agent)
    if data.department is not None and data.department != ticket.department_id:
        department = Department.objects.filter(pk=data.department).first()
        if department is None:
            raise BadField({"department": "There is no such department for this brand."})
        services.transfer_ticket(ticket=ticket, department=department, agent=agent, by=by, face=FACE)
    elif "agent" in data.model_fields_set:
        if agent == by and ticket.agent_id is None:
            services.take_ticket(ticket=ticket, by=by, face=FACE)
        else:
            services.assign_ticket(ticket=ticket, agent=agent, by=by, face=FACE)


def _agent(wanted: int | None) -> User | None:
    if wanted is None:
        return None
    agent: User | None = User.objects.agents().filter(pk=wanted, is_active=True).first()
    if agent is None:
        raise BadField({"agent": "There is no such agent."})
    return agent


def _change_subject(ticket: Ticket, data: TicketPatch, by: User) -> None:
    services.change_subject(ticket=ticket, subject=data.subject, by=by, face=FACE)


def _change_priority(ticket: Ticket, data: TicketPatch, by: User) -> None:
    services.change_priority(ticket=ticket, priority=data.priority.value, by=by, face=FACE)


def _change_pin(ticket: Ticket, data: TicketPatch, by: User) -> None:
    services.change_pin(ticket=ticket, is_pinned=data.is_pinned, by=by, face=FACE)


def _change_follow_up(ticket: Ticket, data: TicketPatch, by: User) -> None:
    at = as_utc(data.follow_up_at) if data.follow_up_at else None
    note = data.follow_up_note or ""
    if "follow_up_at" not in data.model_fields_set:
        at = ticket.follow_up_at
    if "follow_up_note" not in data.model_fields_set:
        note = ticket.follow_up_note
    services.change_follow_up(ticket=ticket, at=at, note=note, by=by, face=FACE)


def _change_fields(ticket: Ticket, data: TicketPatch, by: User) -> None:
    services.change_fields(ticket=ticket, values={f.id: f.value for f in data.fields}, by=by, face=FACE)


def _change_status(ticket: Ticket, data: TicketPatch, by: User) -> None:
    services.change_status(ticket=ticket, status=data.status.value, by=by, face=FACE)


# What is named, what it does; the status at last, because other parts decide what it may become, and the department
# after all else but that, because it may take the ticket away from the agent.
PARTS: tuple[tuple[set[str], Callable[[Ticket, TicketPatch, User], None]], ...] = (
    ({"subject"}, _change_subject),
    ({"priority"}, _change_priority),
    ({"is_pinned"}, _change_pin),
    ({"follow_up_at", "follow_up_note"}, _change_follow_up),
    ({"fields"}, _change_fields),
    ({"status"}, _change_status),
    ({"department", "agent"}, _change_owner),
)
