"""What a status means for the clocks of a ticket. Nothing is saved here."""

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.tickets.errors import BadField, TicketError
from apps.tickets.models import Message, Ticket

Status = Ticket.Status
STATUS_FIELDS = ["status", "idle_since", "closed_at", "last_activity_at"]


class ResolutionMissing(TicketError):
    """The department wants a resolution note before a ticket is closed."""

    code = "resolution_missing"


def set_status(ticket: Ticket, status: str, *, by_customer: bool = False) -> None:
    """Set the status and the clocks that follow from it.

    The idle time starts anew with each new status; closed tickets have none. Raises BadField for what is no status,
    ResolutionMissing where the department wants a resolution note first (not from customers, who cannot write one).
    """
    if status not in Status.values:
        raise BadField({"status": _("There is no such status.")})
    now = timezone.now()
    ticket.last_activity_at = now
    if status == ticket.status:
        return
    was_open = ticket.is_open
    if was_open and status in (Status.CLOSED, Status.LOCKED) and not by_customer:
        _refuse_without_resolution(ticket)
    ticket.status = status
    ticket.idle_since = now if ticket.is_open else None
    if was_open != ticket.is_open:
        ticket.closed_at = None if ticket.is_open else now


def _refuse_without_resolution(ticket: Ticket) -> None:
    if not ticket.department.requires_resolution:
        return
    if not ticket.messages.filter(kind=Message.Kind.RESOLUTION).exists():
        raise ResolutionMissing(
            _("%(department)s wants a resolution note before a ticket is closed.")
            % {"department": ticket.department.name}
        )
