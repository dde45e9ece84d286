"""What can go wrong with tickets; each text is safe to show to whoever caused it."""

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from apps.tickets.models import Message


class TicketError(Exception):
    """Something that cannot be done with a ticket. `code` names the reason for programs."""

    code: ClassVar[str] = "ticket_error"


class NotAllowed(TicketError):
    """The person may not do this, or may not know of the ticket."""

    code = "not_allowed"


class TicketLocked(TicketError):
    """The ticket is closed and locked, or was merged into another one."""

    code = "ticket_locked"


class ReplyCrossed(TicketError):
    """The customer or another agent wrote while the reply was being written. `newer`: what, the oldest first."""

    code = "reply_crossed"

    def __init__(self, newer: "list[Message]") -> None:
        text = _("A colleague has replied in the meantime. Read the new message, then send again.")
        if any(message.direction == "in" for message in newer):
            text = _("The customer has written in the meantime. Read the new message, then send again.")
        super().__init__(text)
        self.newer = newer


class TakenAlready(TicketError):
    """Another agent has the ticket."""

    code = "taken_already"


class LimitReached(TicketError):
    """The agent has as many tickets as the department allows."""

    code = "limit_reached"


class NothingToTake(TicketError):
    """No ticket waits for an agent."""

    code = "nothing_to_take"


class BadField(TicketError):
    """Something typed cannot be used. `errors`: what is wrong, by the name of the field."""

    code = "bad_field"

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors
