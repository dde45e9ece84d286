"""Tickets that come up again on a day."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets import notices
from apps.tickets.errors import BadField
from apps.tickets.models import Ticket, TicketEvent
from apps.tickets.services.acting import hold_for_agent, record, refuse_merged
from apps.tickets.texts import clean_line

LAST_YEAR = 2200


@transaction.atomic
def change_follow_up(*, ticket: Ticket, at: datetime | None, by: User, face: str, note: str = "") -> Ticket:
    """Set when the ticket comes up again, or (None) that it does not.

    Raises BadField for a note of more than 200 characters, and for days before today and years after 2200, which are
    slips; one that is there already may stay.
    """
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    before = ticket.follow_up_at
    if at is not None and before is not None and _minute(at) == _minute(before):
        at = before  # forms know no seconds
    if at is not None and at != before:
        _refuse_slip(at)
    if at != before:
        ticket.is_follow_up_told = False
    ticket.follow_up_at = at
    ticket.follow_up_note = clean_line("note", note) if at else ""
    ticket.save(update_fields=["follow_up_at", "follow_up_note", "is_follow_up_told"])
    shown = [moment.isoformat() if moment else None for moment in (before, at)]
    record(ticket, TicketEvent.Kind.FOLLOW_UP, by=by, face=face, follow_up=shown, note=ticket.follow_up_note)
    return ticket


@transaction.atomic
def announce_follow_up(*, ticket: Ticket) -> None:
    """Tell the ticket's agent, or where there is none the department's, that it is due; once, safe to call twice."""
    if Ticket.objects.follow_up_untold().filter(pk=ticket.pk).update(is_follow_up_told=True):
        ticket.refresh_from_db()
        notices.follow_up_due(ticket)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _refuse_slip(at: datetime) -> None:
    if at < timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0):
        raise BadField({"follow_up_at": _("This day is over. Choose today or a later one.")})
    if at.year > LAST_YEAR:
        raise BadField({"follow_up_at": _("Choose a year up to 2200.")})
