"""Whose ticket it is: taking, assigning, transferring."""

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Department, User
from apps.tickets import indexing, notices
from apps.tickets.errors import BadField, LimitReached, NotAllowed, NothingToTake, TakenAlready
from apps.tickets.fields import move_values
from apps.tickets.models import Message, Ticket, TicketEvent
from apps.tickets.services.acting import hold_for_agent, may_work_on, record, refuse_locked, refuse_merged
from apps.tickets.services.status import set_status
from apps.tickets.services.talking import write_note
from apps.tickets.services.turns import give_to_next, note_turn, refuse_over_limit

Kind, Priority = TicketEvent.Kind, Ticket.Priority
URGENCY = Case(
    *(When(priority=name, then=Value(rank)) for rank, name in enumerate(reversed(Priority.values))),
    output_field=IntegerField(),
)
TRIES = 20


@transaction.atomic
def take_ticket(*, ticket: Ticket, by: User, face: str) -> Ticket:
    """Make an unassigned ticket the agent's own.

    Raises TakenAlready where another agent was quicker, LimitReached, TicketLocked, NotAllowed.
    """
    hold_for_agent(ticket, by)
    refuse_locked(ticket)
    if ticket.agent_id == by.pk:
        return ticket
    if ticket.agent is not None:
        raise TakenAlready(_("%(agent)s has this ticket already.") % {"agent": ticket.agent.get_full_name()})
    refuse_over_limit(by, ticket.department, by=by)
    _give(ticket, by, by=by, face=face)
    return ticket


@transaction.atomic
def take_next(*, by: User, face: str, department: Department | None = None) -> Ticket:
    """Take the unassigned active ticket that is most urgent and has waited longest.

    department: only from this one. Two agents who do it at once get two tickets.
    Raises NothingToTake where none waits, LimitReached where only departments have some that give no more.
    """
    waiting = Ticket.objects.visible_to(by).unmerged().filter(agent=None, status=Ticket.Status.ACTIVE)
    if department is not None:
        waiting = waiting.filter(department=department)
    reached: LimitReached | None = None
    for _try in range(TRIES):
        queue = waiting.order_by(URGENCY, "idle_since", "pk").select_for_update(skip_locked=True)
        ticket = queue.first()
        if ticket is None:
            break
        try:
            return take_ticket(ticket=ticket, by=by, face=face)
        except LimitReached as error:
            reached = error
            waiting = waiting.exclude(department_id=ticket.department_id)
    raise reached or NothingToTake(_("No ticket waits for an agent."))


@transaction.atomic
def assign_ticket(*, ticket: Ticket, agent: User | None, by: User, face: str) -> Ticket:
    """Give the ticket to an agent of its department, or (None) to nobody.

    Raises NotAllowed where another agent has it and `by` may not reassign, BadField where the agent does not work in
    the department, LimitReached where agents would give themselves or others more than the department allows; managers
    may.
    """
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    _refuse_foreign(ticket, by)
    if agent is not None:
        _refuse_stranger(agent, ticket.department)
    if ticket.agent_id != (agent.pk if agent else None):
        if agent is not None:
            _refuse_too_many(agent, ticket.department, by)
        _give(ticket, agent, by=by, face=face)
    return ticket


@transaction.atomic
def transfer_ticket(
    *,
    ticket: Ticket,
    department: Department,
    by: User,
    face: str,
    agent: User | None = None,
    comment: str = "",
    priority: str | None = None,
    status: str | None = None,
) -> Ticket:
    """Move the ticket to another department, where it is unassigned or `agent`'s.

    comment: becomes a transfer note. priority, status: None keeps them. A round robin department gives it out.
    Raises NotAllowed, TicketLocked, LimitReached, and BadField where the department or the agent cannot take it.
    """
    hold_for_agent(ticket, by, "tickets.transfer_ticket")
    refuse_merged(ticket)
    _refuse_foreign(ticket, by)
    _refuse_transfer(ticket, department, agent, priority, by=by)
    was_open = ticket.is_open
    if status is not None:
        set_status(ticket, status)
    before = {"department": ticket.department_id, "agent": ticket.agent_id}
    now = timezone.now()
    move_values(ticket, department)
    ticket.department, ticket.agent = department, agent
    ticket.priority = priority or ticket.priority
    ticket.transferred_at = ticket.last_activity_at = now
    ticket.save()
    if comment.strip():
        write_note(ticket, by=by, text=comment, kind=Message.Kind.TRANSFER)
    after = {"department": ticket.department_id, "agent": ticket.agent_id}
    record(ticket, Kind.TRANSFERRED, by=by, face=face, changes={name: [before[name], after[name]] for name in before})
    if agent is None:
        give_to_next(ticket)
    else:
        note_turn(agent, department)
    indexing.move_ticket(ticket)
    notices.transferred(ticket, by=by)
    if was_open and not ticket.is_open:
        notices.closed(ticket, by=by)
    return ticket


@transaction.atomic
def set_available(*, user: User, is_available: bool) -> None:
    """Whether an agent is given new work; what waited is given out at once."""
    User.objects.filter(pk=user.pk, is_staff=True).update(is_available=is_available)
    user.is_available = is_available
    if is_available:
        for department in Department.objects.filter(memberships__user=user, is_active=True):
            give_out(department=department)


@transaction.atomic
def give_out(*, department: Department, limit: int = 100) -> int:
    """Give the tickets that wait in a round robin department to its available agents; how many were given."""
    if department.distribution != Department.Distribution.ROUND_ROBIN:
        return 0
    waiting = Ticket.objects.unmerged().filter(department=department, agent=None, status=Ticket.Status.ACTIVE)
    given = 0
    for ticket in waiting.order_by(URGENCY, "idle_since", "pk").select_for_update(skip_locked=True)[:limit]:
        give_to_next(ticket)
        if ticket.agent_id is None:
            break
        given += 1
    return given


def _give(ticket: Ticket, agent: User | None, *, by: User, face: str) -> None:
    before = ticket.agent_id
    ticket.agent = agent
    ticket.save(update_fields=["agent"])
    if agent is not None:
        note_turn(agent, ticket.department)
    record(ticket, Kind.ASSIGNED, by=by, face=face, agent=[before, agent.pk if agent else None])
    notices.assigned(ticket, by=by)


def _refuse_foreign(ticket: Ticket, by: User) -> None:
    if ticket.agent is None or ticket.agent_id == by.pk or by.has_perm("tickets.reassign_ticket"):
        return
    name = ticket.agent.get_full_name()
    raise NotAllowed(_("This is %(agent)s's ticket; only managers can take it away.") % {"agent": name})


def _refuse_transfer(
    ticket: Ticket, department: Department, agent: User | None, priority: str | None, *, by: User
) -> None:
    if not Department.objects.for_brand(ticket.brand).filter(pk=department.pk).exists():
        raise BadField({"department": _("This department does not serve the ticket's brand.")})
    if agent is not None:
        _refuse_stranger(agent, department)
        _refuse_too_many(agent, department, by)
    if priority is not None and priority not in Priority.values:
        raise BadField({"priority": _("There is no such priority.")})


def _refuse_too_many(agent: User, department: Department, by: User) -> None:
    if not by.has_perm("tickets.reassign_ticket"):
        refuse_over_limit(agent, department, by=by)


def _refuse_stranger(agent: User, department: Department) -> None:
    if not may_work_on(agent, Ticket(department=department)):
        text = _("%(agent)s does not work in %(department)s.")
        raise BadField({"agent": text % {"agent": agent.get_full_name(), "department": department.name}})
