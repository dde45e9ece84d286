"""What the parts of the ticket page show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from apps.accounts.models import Department, User
from apps.core.typed import read_number
from apps.tickets.fields import shown_fields
from apps.tickets.models import CustomField, Ticket
from apps.tickets.pages.access import WorkRequest, reading, ticket_for
from apps.tickets.pages.answers import shown
from apps.tickets.pages.conversation import newest_messages
from apps.tickets.services.acting import may_work_on

OTHER_TICKETS = 5
AGENTS = 200
ALL_PARTS = ("head", "state", "side", "conversation", "stamp")


@dataclass(frozen=True)
class FieldInput:
    """A custom field in a form. `value`: what is kept or was typed; `text`: the same for readers."""

    field: CustomField
    name: str
    value: str
    text: str = ""
    error: str = ""
    is_open: bool = True

    @property
    def element_id(self) -> str:
        return f"field-{self.field.pk}"

    @property
    def described_by(self) -> str:
        """The ids of what explains the input."""
        parts = ((self.field.help_text, "help"), (self.error, "error"))
        return " ".join(f"{self.element_id}-{name}" for text, name in parts if text)

    @property
    def is_foreign_choice(self) -> bool:
        """Whether the value is no longer among the choices."""
        return bool(self.value) and self.value not in self.field.choice_list


def base(request: WorkRequest, ticket: Ticket) -> dict[str, Any]:
    """What every part needs."""
    can_work = ticket.merged_into_id is None and may_work_on(request.user, ticket)
    return {
        "ticket": ticket,
        "person": request.user,
        "can_work": can_work,
        "can_assign": can_work and may_assign(request.user, ticket),
        "can_transfer": can_work and request.user.has_perm("tickets.transfer_ticket"),
        "can_merge": can_work and request.user.has_perm("tickets.merge_ticket"),
        "statuses": Ticket.Status.choices,
        "priorities": Ticket.Priority.choices,
    }


def side(request: WorkRequest, ticket: Ticket) -> dict[str, Any]:
    """The panel beside the conversation."""
    return {
        "inputs": field_inputs(ticket),
        **customer(request, ticket),
    }


def field_inputs(ticket: Ticket) -> list[FieldInput]:
    """The ticket's custom fields; those that it brought from another department are only shown."""
    return [
        FieldInput(
            item.field,
            "value",
            item.value,
            item.text,
            is_open=item.field.is_active and item.field.department_id == ticket.department_id,
        )
        for item in shown_fields(ticket, for_customer=False)
    ]


def customer(request: WorkRequest, ticket: Ticket) -> dict[str, Any]:
    """The customer's other tickets that the person sees, and whether there are more."""
    others = list(same_customer(request.user, ticket).order_by("-last_activity_at", "-pk")[: OTHER_TICKETS + 1])
    return {
        "other_tickets": others[:OTHER_TICKETS],
        "has_more_tickets": len(others) > OTHER_TICKETS,
        "can_open_account": ticket.customer_id is not None and request.user.has_perm("accounts.view_user"),
    }


def same_customer(user: User, ticket: Ticket) -> Any:
    """The other tickets of the ticket's customer that this person sees."""
    owned = Q(customer=ticket.customer_id) if ticket.customer_id else Q(customer_email=ticket.customer_email)
    if not ticket.customer_id and not ticket.customer_email:
        return Ticket.objects.none()
    return Ticket.objects.visible_to(user).unmerged().filter(owned).exclude(pk=ticket.pk)


@reading
def agents(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Those who can be given the ticket, to choose from."""
    options = [("", _("Nobody")), *((str(agent.pk), _choice(agent)) for agent in members_of(ticket.department))]
    return shown(request, "_options", {"options": options, "value": str(ticket.agent_id or "")})


def members_of(department: Department) -> "QuerySet[User]":
    """The agents to choose from in a department, by name."""
    return department.members.filter(is_active=True, is_staff=True).order_by("display_name", "pk")[:AGENTS]


def may_assign(user: User, ticket: Ticket) -> bool:
    """Whether this person may give the ticket to somebody: it is nobody's, or their own, or they are a manager."""
    return ticket.agent_id in (None, user.pk) or user.has_perm("tickets.reassign_ticket")


def refreshed(
    request: WorkRequest, ticket: Ticket, *, template: str = "", parts: Iterable[str] = ALL_PARTS, **context: Any
) -> HttpResponse:
    """A piece of the page and the parts of the ticket as they are now."""
    now = ticket_for(request, ticket.pk)
    since = read_number(request.GET.get("from", "") or request.POST.get("from", ""))
    wanted = tuple(parts)
    full = {**base(request, now), **context}
    if "side" in wanted:
        full |= side(request, now)
    if "conversation" in wanted:
        full |= newest_messages(request, now, since=since)
        if since is not None and full["earlier"]:  # more than a page can take in: let it start anew
            return HttpResponse(headers={"HX-Refresh": "true"})
    return shown(request, template, full, parts=wanted)


def _choice(agent: User) -> str:
    return agent.get_full_name() if agent.is_available else f"{agent.get_full_name()} {_('(away)')}"
