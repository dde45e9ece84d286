"""What is written on a ticket, changed where it stands: each by its own small form."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.typed import read_number
from apps.tickets import services
from apps.tickets.errors import BadField
from apps.tickets.models import Ticket
from apps.tickets.pages.access import FACE, WorkRequest, ticket_for, working
from apps.tickets.pages.answers import shown, status_of
from apps.tickets.pages.contents import base, field_inputs, refreshed

MORNING = time(9)
MAX_DAYS = 365


@working
def status(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    services.change_status(ticket=ticket, status=request.POST.get("value", ""), by=request.user, face=FACE)
    return refreshed(request, ticket)


@working
def priority(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    services.change_priority(ticket=ticket, priority=request.POST.get("value", ""), by=request.user, face=FACE)
    return refreshed(request, ticket, parts=["head", "property_priority"])


@working
def agent(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Give the ticket to somebody, or (empty) to nobody."""
    value = request.POST.get("value", "")
    chosen = None
    if value:
        chosen = User.objects.agents().filter(pk=read_number(value) or 0).first()
        if chosen is None:
            raise BadField({"agent": _("This agent is no longer there. Choose another one.")})
    services.assign_ticket(ticket=ticket, agent=chosen, by=request.user, face=FACE)
    return refreshed(request, ticket)


@working
def take(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Take an unassigned ticket, or (`from_agent`) the one of an agent that the page named."""
    if request.POST.get("from_agent") and request.user.has_perm("tickets.reassign_ticket"):
        services.assign_ticket(ticket=ticket, agent=request.user, by=request.user, face=FACE)
    else:
        services.take_ticket(ticket=ticket, by=request.user, face=FACE)
    return refreshed(request, ticket)


@working
def subject(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    typed = request.POST.get("subject", "")
    try:
        services.change_subject(ticket=ticket, subject=typed, by=request.user, face=FACE)
    except BadField as error:
        return _again(request, ticket, "subject", error, typed=typed)
    return refreshed(request, ticket, parts=["head"])


@working
def pin(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    services.change_pin(ticket=ticket, is_pinned=request.POST.get("value") == "1", by=request.user, face=FACE)
    return refreshed(request, ticket, parts=["head", "property_pin"])


@working
def follow_up(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Set or remove the follow-up: `days` from today, or the moment `at` in the person's time zone."""
    typed = {name: request.POST.get(name, "") for name in ("at", "note", "days")}
    try:
        at = None if request.POST.get("remove") else _moment(typed["at"], typed["days"])
        services.change_follow_up(ticket=ticket, at=at, note=typed["note"], by=request.user, face=FACE)
    except BadField as error:
        return _again(request, ticket, "property_follow_up", error, typed=typed)
    return refreshed(request, ticket, parts=["head", "property_follow_up"])


@working
def field(request: WorkRequest, ticket: Ticket, field_id: int) -> HttpResponse:
    """Set one custom field."""
    if all(item.field.pk != field_id for item in field_inputs(ticket)):
        raise Http404
    typed = request.POST.get("value", "")
    try:
        services.change_fields(ticket=ticket, values={field_id: typed}, by=request.user, face=FACE)
    except BadField as error:
        item = next(item for item in field_inputs(ticket) if item.field.pk == field_id)
        return _again(request, ticket, "field", error, input=replace(item, value=typed, error=str(error)))
    item = next(item for item in field_inputs(ticket) if item.field.pk == field_id)
    return refreshed(request, ticket, parts=["field"], input=item)


def _again(request: WorkRequest, ticket: Ticket, part: str, error: BadField, **context: object) -> HttpResponse:
    """The form with what was typed and what is wrong with it."""
    now = ticket_for(request, ticket.pk)
    full = {**base(request, now), **context, "error": str(error)}
    return shown(request, "", full, parts=[part], status=status_of(error))


def _moment(typed: str, days: str) -> datetime:
    number = read_number(days) or 0
    if 0 < number <= MAX_DAYS:
        day = timezone.localdate() + timedelta(days=number)
        return timezone.make_aware(datetime.combine(day, MORNING))
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if moment is None:
        raise BadField({"follow_up": _("Choose a day and a time.")})
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
