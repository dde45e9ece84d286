"""What every act on a ticket shares: hold its row, check who acts, keep the history."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets.errors import NotAllowed, TicketLocked
from apps.tickets.guests import is_link_key
from apps.tickets.models import Ticket, TicketEvent

Face = TicketEvent.Face


def may_work_on(user: User, ticket: Ticket, permission: str = "tickets.change_ticket") -> bool:
    """Whether this person works on the ticket as an agent, with this permission."""
    if not (user.is_active and user.is_staff and user.has_perm(permission)):
        return False
    return user.has_perm("tickets.view_all_tickets") or ticket.department_id in user.department_ids


def may_write_as_customer(user: User | None, ticket: Ticket, key: str) -> bool:
    """Whether this is the ticket's customer: by account, or by the key of a ticket without an account."""
    if user is not None and ticket.customer_id is not None:
        return user.is_active and user.pk == ticket.customer_id
    return is_link_key(ticket, key)


def hold(ticket: Ticket) -> None:
    """Hold the ticket's row until the transaction ends, and read it anew."""
    try:
        ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update())
    except Ticket.DoesNotExist as error:
        raise not_there() from error


def hold_for_agent(ticket: Ticket, by: User | None, permission: str = "tickets.change_ticket") -> None:
    """As `hold`. by: the agent, or None for Deskbridge itself. Raises NotAllowed where it is not theirs."""
    hold(ticket)
    if by is not None and not may_work_on(by, ticket, permission):
        raise not_there()


def hold_for_customer(ticket: Ticket, by: User | None, key: str) -> None:
    """As `hold`. Raises NotAllowed where `by` or the key of a link is not the customer's."""
    hold(ticket)
    if not may_write_as_customer(by, ticket, key):
        raise not_there()


def refuse_locked(ticket: Ticket, *, for_customer: bool = False) -> None:
    """Raises TicketLocked where nobody can write any more, with words for agents or for the customer."""
    if ticket.merged_into is not None:
        raise TicketLocked(_("This ticket was merged into %(number)s.") % {"number": ticket.merged_into.number})
    if ticket.is_locked and for_customer:
        raise TicketLocked(_("This ticket is closed and locked. Please open a new one."))
    if ticket.is_locked:
        raise TicketLocked(_("This ticket is closed and locked. Give it another status first."))


def refuse_merged(ticket: Ticket) -> None:
    """Raises TicketLocked where the ticket lives on in another one; what is only locked passes."""
    if ticket.merged_into is not None:
        refuse_locked(ticket)


def record(
    ticket: Ticket, kind: str, *, by: User | None, face: str, changes: Mapping[str, Any] | None = None, **data: Any
) -> TicketEvent:
    """Add a line to the history. by: None for Deskbridge itself and for customers without an account.

    changes, data: what it says, as JSON; what changed is a pair [before, now].
    """
    return TicketEvent.objects.create(
        ticket=ticket,
        kind=kind,
        actor=by,
        actor_name=by.get_full_name() if by else "" if face == Face.SYSTEM else ticket.customer_name,
        face=face,
        data={**(changes or {}), **data},
    )


def not_there() -> NotAllowed:
    """The error for what is not there and for what is not theirs: the two look the same."""
    return NotAllowed(_("There is no such ticket, or it is not yours."))
