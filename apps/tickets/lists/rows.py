"""What a row of a list shows besides the ticket itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from apps.accounts.models import User
from apps.tickets.models import Ticket

TELLING = timedelta(hours=1)


@dataclass(frozen=True)
class Row:
    """A ticket in a list.

    idle: for how long the side whose turn it is has done nothing, in words; empty where the last activity says it.
    """

    ticket: Ticket
    idle: str
    is_overdue: bool
    can_be_taken: bool


def rows_of(tickets: Iterable[Ticket], user: User) -> list[Row]:
    """The rows of these tickets for this person."""
    now, takes = timezone.now(), user.has_perm("tickets.change_ticket")
    return [_row(ticket, now, takes=takes) for ticket in tickets]


def _row(ticket: Ticket, now: datetime, *, takes: bool) -> Row:
    since = ticket.idle_since if ticket.is_open else None
    return Row(
        ticket=ticket,
        idle=timesince(since, now, depth=1) if since and ticket.last_activity_at - since >= TELLING else "",
        is_overdue=ticket.follow_up_at is not None and ticket.follow_up_at <= now,
        can_be_taken=takes and ticket.agent_id is None and ticket.status == Ticket.Status.ACTIVE,
    )
