"""The time that agents log on a ticket."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from apps.core.typed import read_number
from apps.tickets import services
from apps.tickets.errors import BadField
from apps.tickets.models import Ticket
from apps.tickets.pages.access import FACE, WorkRequest, reading, ticket_for, working
from apps.tickets.pages.answers import shown, status_of
from apps.tickets.pages.contents import base

LOGS_SHOWN = 100


@reading
def show_time(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """What was logged, and the form for more."""
    return _time(request, ticket)


@working
def log_time(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Log some minutes and show everything that was logged."""
    typed = request.POST.dict()
    try:
        services.log_time(
            ticket=ticket,
            minutes=read_number(typed.get("minutes", "").strip()) or 0,
            subject=typed.get("subject", ""),
            is_billable=bool(typed.get("is_billable")),
            worked_on=_day(typed.get("worked_on", "")),
            by=request.user,
            face=FACE,
        )
    except BadField as error:
        return _time(request, ticket, error=error, typed=typed)
    return _time(request, ticket)


def _day(typed: str) -> date | None:
    """The day that was chosen; None for today. Raises BadField."""
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if typed and day is None:
        raise BadField({"worked_on": _("Choose a day.")})
    return day


def _time(
    request: WorkRequest, ticket: Ticket, *, error: BadField | None = None, typed: dict[str, str] | None = None
) -> HttpResponse:
    now = ticket_for(request, ticket.pk)
    context = {
        **base(request, now),
        "logs": now.time_logs.all()[:LOGS_SHOWN],
        "errors": error.errors if error else {},
        "typed": typed or {},
        "today": timezone.localdate().isoformat(),
    }
    return shown(request, "_time", context, parts=["property_time"], status=status_of(error) if error else 200)
