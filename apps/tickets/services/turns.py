"""Who gets the next ticket: limits, and the round robin."""

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import ngettext

from apps.accounts.models import Department, User
from apps.core.locks import lock
from apps.tickets import notices
from apps.tickets.errors import LimitReached
from apps.tickets.models import AssignmentTurn, Ticket, TicketEvent
from apps.tickets.services.acting import record

AGENTS_ASKED = 200


def refuse_over_limit(agent: User, department: Department, *, by: User) -> None:
    """Raises LimitReached where the agent has as many active tickets as the department allows."""
    lock(f"tickets.limit.{agent.pk}")
    if _has_room(agent.pk, department):
        return
    text = (
        ngettext(
            "%(department)s allows %(count)s active ticket per agent. Finish or pass on yours first.",
            "%(department)s allows %(count)s active tickets per agent. Finish or pass on one of yours first.",
            department.max_tickets,
        )
        if agent == by
        else ngettext(
            "%(department)s allows %(count)s active ticket per agent, and %(agent)s has one. Choose somebody else, "
            "or ask a manager.",
            "%(department)s allows %(count)s active tickets per agent, and %(agent)s has that many. Choose somebody "
            "else, or ask a manager.",
            department.max_tickets,
        )
    )
    names = {"department": department.name, "count": department.max_tickets, "agent": agent.get_full_name()}
    raise LimitReached(text % names)


def give_to_next(ticket: Ticket) -> None:
    """In a round robin department, give an active ticket without an agent to the available agent whose turn it is.

    The ticket's row must be held. Where nobody is available or has room, it stays unassigned and is given out later
    by `apps.tickets.tasks.give_out_waiting`.
    """
    department = ticket.department
    if department.distribution != Department.Distribution.ROUND_ROBIN or ticket.status != Ticket.Status.ACTIVE:
        return
    lock(f"tickets.turn.{department.pk}")
    for agent in _agents_in_turn(department)[:AGENTS_ASKED]:
        if _has_room(agent.pk, department):
            _give(ticket, agent)
            return


def note_turn(agent: User, department: Department) -> None:
    """Remember that this agent has just got a ticket."""
    AssignmentTurn.objects.update_or_create(
        department=department, agent=agent, defaults={"assigned_at": timezone.now()}
    )


def _agents_in_turn(department: Department) -> "QuerySet[User]":
    """The available agents, who waited longest first."""
    last = AssignmentTurn.objects.filter(department=department, agent=OuterRef("pk")).values("assigned_at")
    members = department.members.filter(is_active=True, is_staff=True, is_available=True)
    return members.annotate(last=Subquery(last)).order_by(F("last").asc(nulls_first=True), "pk")


def _has_room(agent_id: int, department: Department) -> bool:
    if not department.max_tickets:
        return True
    active = Ticket.objects.unmerged().filter(agent_id=agent_id, department=department, status=Ticket.Status.ACTIVE)
    return active[: department.max_tickets].count() < department.max_tickets


def _give(ticket: Ticket, agent: User) -> None:
    ticket.agent = agent
    ticket.save(update_fields=["agent"])
    note_turn(agent, ticket.department)
    record(ticket, TicketEvent.Kind.ASSIGNED, by=None, face=TicketEvent.Face.SYSTEM, agent=[None, agent.pk], turn=True)
    notices.assigned(ticket, by=None)
