"""What can be done with many tickets at once, tried before it is done.

Each ticket goes through its own service call: one that is refused does not keep the others back. The preview runs the
very same calls and takes them back, so that it cannot promise anything else than what will happen.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from apps.accounts.models import User
from apps.tickets import services
from apps.tickets.errors import TicketError
from apps.tickets.lists import forms
from apps.tickets.models import Ticket, TicketEvent

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Status = Ticket.Status
FACE = TicketEvent.Face.MANAGEMENT
MAX_TICKETS = 200
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """Something that can be done with many tickets.

    run: does it with one ticket. needless: why it need not be done with this one; empty where it must be.
    asks, will, done: what its button, its preview and its message say of a number of tickets. takes: whether it takes
    tickets away from their agents, so that the preview says from whom. needs_two: whether one ticket is not enough.
    """

    name: str
    title: "StrPromise"
    icon: str
    permission: str
    form: type[forms.BulkForm]
    run: Callable[[Ticket, Values, User], object]
    needless: Callable[[Ticket, Values], str]
    asks: Any
    will: Any
    done: Any
    takes: bool = False
    needs_two: bool = False


@dataclass
class Outcome:
    """What an action does, or did. left_out: tickets by the reason why nothing happens to them."""

    changed: list[Ticket] = field(default_factory=list)
    left_out: dict[str, list[Ticket]] = field(default_factory=dict)
    not_found: int = 0

    @property
    def left_out_count(self) -> int:
        return sum(map(len, self.left_out.values())) + self.not_found

    def leave_out(self, ticket: Ticket, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(ticket)


def actions_for(user: User) -> list[Action]:
    """The actions that this person may use."""
    return [action for action in ACTIONS.values() if user.has_perm(action.permission)]


def tickets_to_change(user: User, pks: Sequence[int]) -> list[Ticket]:
    """The tickets of these ids that this person sees, in their order; others are not there."""
    rows = Ticket.objects.visible_to(user).filter(pk__in=pks)
    by_pk = {ticket.pk: ticket for ticket in rows.select_related("department", "agent", "merged_into")}
    return [by_pk[pk] for pk in dict.fromkeys(pks) if pk in by_pk]


def preview(*, action: Action, tickets: Iterable[Ticket], values: Values, by: User) -> Outcome:
    """What the action would do; nothing is changed."""
    return _go_through(action, tickets, values, by, is_rehearsal=True)


def perform(*, action: Action, tickets: Iterable[Ticket], values: Values, by: User) -> Outcome:
    """Do it with each ticket that it can be done with."""
    return _go_through(action, tickets, values, by, is_rehearsal=False)


def _go_through(action: Action, tickets: Iterable[Ticket], values: Values, by: User, *, is_rehearsal: bool) -> Outcome:
    outcome = Outcome()
    for ticket in tickets:
        if values.get("survivor") == ticket:
            continue
        if reason := _needless(action, ticket, values):
            outcome.leave_out(ticket, reason)
            continue
        try:
            with transaction.atomic():
                action.run(copy.copy(ticket), values, by)
                transaction.set_rollback(is_rehearsal)
        except TicketError as error:
            outcome.leave_out(ticket, str(error))
        else:
            outcome.changed.append(ticket)
    return outcome


def _needless(action: Action, ticket: Ticket, values: Values) -> str:
    if ticket.merged_into is not None:
        return _("Merged into another ticket.")
    return action.needless(ticket, values)


def _is_assigned(ticket: Ticket, values: Values) -> str:
    agent: User | None = values["agent"]
    if ticket.agent_id != (agent.pk if agent else None):
        return ""
    return _("%(agent)s has it already.") % {"agent": agent.get_full_name()} if agent else _("Nobody has it now.")


def _has_status(ticket: Ticket, values: Values) -> str:
    return _("It has this status already.") if ticket.status == values["status"] else ""


def _has_priority(ticket: Ticket, values: Values) -> str:
    return _("It has this priority already.") if ticket.priority == values["priority"] else ""


def _is_there(ticket: Ticket, values: Values) -> str:
    department = values["department"]
    text = _("It is in %(department)s already.")
    return text % {"department": department.name} if ticket.department_id == department.pk else ""


def _is_closed(ticket: Ticket, values: Values) -> str:
    if ticket.is_locked:
        return _("Closed and locked already.")
    return "" if ticket.is_open else _("Closed already.")


def _merge(ticket: Ticket, values: Values, by: User) -> object:
    survivor = copy.copy(values["survivor"])
    return services.merge_tickets(survivor=survivor, duplicates=[ticket], by=by, face=FACE)


ACTIONS = {
    action.name: action
    for action in (
        Action(
            "assign",
            gettext_lazy("Assign"),
            "person",
            "tickets.change_ticket",
            forms.AssignForm,
            lambda ticket, values, by: services.assign_ticket(ticket=ticket, agent=values["agent"], by=by, face=FACE),
            _is_assigned,
            ngettext_lazy("Assign %(count)d ticket", "Assign %(count)d tickets", "count"),
            ngettext_lazy("%(count)d ticket will be assigned.", "%(count)d tickets will be assigned.", "count"),
            ngettext_lazy("%(count)d ticket was assigned.", "%(count)d tickets were assigned.", "count"),
            takes=True,
        ),
        Action(
            "status",
            gettext_lazy("Set status"),
            "flag",
            "tickets.change_ticket",
            forms.StatusForm,
            lambda ticket, values, by: services.change_status(ticket=ticket, status=values["status"], by=by, face=FACE),
            _has_status,
            ngettext_lazy("Set the status of %(count)d ticket", "Set the status of %(count)d tickets", "count"),
            ngettext_lazy("%(count)d ticket will get this status.", "%(count)d tickets will get this status.", "count"),
            ngettext_lazy("%(count)d ticket has a new status.", "%(count)d tickets have a new status.", "count"),
        ),
        Action(
            "priority",
            gettext_lazy("Set priority"),
            "priority_high",
            "tickets.change_ticket",
            forms.PriorityForm,
            lambda ticket, values, by: services.change_priority(
                ticket=ticket, priority=values["priority"], by=by, face=FACE
            ),
            _has_priority,
            ngettext_lazy("Set the priority of %(count)d ticket", "Set the priority of %(count)d tickets", "count"),
            ngettext_lazy(
                "%(count)d ticket will get this priority.", "%(count)d tickets will get this priority.", "count"
            ),
            ngettext_lazy("%(count)d ticket has a new priority.", "%(count)d tickets have a new priority.", "count"),
        ),
        Action(
            "transfer",
            gettext_lazy("Transfer"),
            "move_up",
            "tickets.transfer_ticket",
            forms.TransferForm,
            lambda ticket, values, by: services.transfer_ticket(
                ticket=ticket, department=values["department"], comment=values["comment"], by=by, face=FACE
            ),
            _is_there,
            ngettext_lazy("Transfer %(count)d ticket", "Transfer %(count)d tickets", "count"),
            ngettext_lazy("%(count)d ticket will be transferred.", "%(count)d tickets will be transferred.", "count"),
            ngettext_lazy("%(count)d ticket was transferred.", "%(count)d tickets were transferred.", "count"),
            takes=True,
        ),
        Action(
            "merge",
            gettext_lazy("Merge"),
            "merge",
            "tickets.merge_ticket",
            forms.MergeForm,
            _merge,
            lambda ticket, values: "",
            ngettext_lazy("Merge %(count)d ticket", "Merge %(count)d tickets", "count"),
            ngettext_lazy(
                "%(count)d ticket will be merged into the one that stays.",
                "%(count)d tickets will be merged into the one that stays.",
                "count",
            ),
            ngettext_lazy("%(count)d ticket was merged.", "%(count)d tickets were merged.", "count"),
            needs_two=True,
        ),
        Action(
            "close",
            gettext_lazy("Close"),
            "task_alt",
            "tickets.change_ticket",
            forms.CloseForm,
            lambda ticket, values, by: services.change_status(ticket=ticket, status=Status.CLOSED, by=by, face=FACE),
            _is_closed,
            ngettext_lazy("Close %(count)d ticket", "Close %(count)d tickets", "count"),
            ngettext_lazy("%(count)d ticket will be closed.", "%(count)d tickets will be closed.", "count"),
            ngettext_lazy("%(count)d ticket was closed.", "%(count)d tickets were closed.", "count"),
        ),
    )
}
