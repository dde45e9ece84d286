"""The history of a ticket in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import Department, User
from apps.core.typed import read_number
from apps.tickets.models import Ticket, TicketEvent
from apps.tickets.pages.access import WorkRequest, reading
from apps.tickets.pages.answers import shown

SHOWN = 50
Kind = TicketEvent.Kind
_PEOPLE, _DEPARTMENTS = "agent", "department"

SENTENCES = {
    Kind.OPENED: gettext_lazy("%(who)s opened the ticket"),
    Kind.CUSTOMER_REPLIED: gettext_lazy("%(who)s answered"),
    Kind.REPLIED: gettext_lazy("%(who)s replied"),
    Kind.REPLY_UNDONE: gettext_lazy("%(who)s took a reply back before it was sent"),
    Kind.NOTED: gettext_lazy("%(who)s added a note"),
    Kind.STATUS: gettext_lazy("%(who)s changed the status from %(before)s to %(now)s"),
    Kind.PRIORITY: gettext_lazy("%(who)s changed the priority from %(before)s to %(now)s"),
    Kind.SUBJECT: gettext_lazy("%(who)s changed the subject from “%(before)s” to “%(now)s”"),
    Kind.FOLLOW_UP: gettext_lazy("%(who)s set the follow-up to %(now)s"),
    Kind.PINNED: gettext_lazy("%(who)s pinned the ticket"),
    Kind.FIELDS: gettext_lazy("%(who)s changed fields"),
    Kind.ASSIGNED: gettext_lazy("%(who)s gave the ticket to %(now)s"),
    Kind.TRANSFERRED: gettext_lazy("%(who)s transferred the ticket from %(before)s to %(now)s"),
    Kind.MERGED: gettext_lazy("%(who)s merged %(number)s “%(subject)s” into this ticket"),
    Kind.MERGED_AWAY: gettext_lazy("%(who)s merged this ticket into %(into)s"),
    Kind.TIME_LOGGED: gettext_lazy("%(who)s logged %(time)s"),
    Kind.CLAIMED: gettext_lazy("%(who)s added the ticket to the own account"),
}
TAKEN = gettext_lazy("%(who)s took the ticket")
# What is said instead where there is nothing afterwards.
EMPTIED = {
    Kind.FOLLOW_UP: gettext_lazy("%(who)s removed the follow-up"),
    Kind.PINNED: gettext_lazy("%(who)s unpinned the ticket"),
    Kind.ASSIGNED: gettext_lazy("%(who)s took the ticket away from %(before)s; it is nobody's now"),
}
_COLUMNS = {
    Kind.STATUS: "status",
    Kind.PRIORITY: "priority",
    Kind.SUBJECT: "subject",
    Kind.FOLLOW_UP: "follow_up",
    Kind.PINNED: "is_pinned",
    Kind.ASSIGNED: _PEOPLE,
    Kind.TRANSFERRED: _DEPARTMENTS,
}


@dataclass(frozen=True)
class Line:
    """A line of the history: the sentence, and what else changed with it."""

    event: TicketEvent
    sentence: str
    details: list[str]


@reading
def show_history(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """What happened, the newest first; `before` goes on after that event."""
    before = read_number(request.GET.get("before", ""))
    events = ticket.events.order_by("-pk")
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: SHOWN + 1])
    lines = told(found[:SHOWN])
    older = found[SHOWN - 1].pk if len(found) > SHOWN else 0
    return shown(request, "_history", {"ticket": ticket, "lines": lines, "older": older, "is_first": before is None})


def told(events: Sequence[TicketEvent]) -> list[Line]:
    """The lines of these events; people and departments are looked up once for all of them."""
    names = {_PEOPLE: _names(User, events, _PEOPLE), _DEPARTMENTS: _names(Department, events, _DEPARTMENTS)}
    return [Line(event, _sentence(event, names), _details(event, names)) for event in events]


def _sentence(event: TicketEvent, names: dict[str, dict[int, str]]) -> str:
    kind, data = Kind(event.kind), event.data
    values = {"who": event.actor_name or _("Deskbridge"), "before": "", "now": "", "time": ""}
    values |= {name: value for name, value in data.items() if isinstance(value, str)}
    sentence = SENTENCES[kind]
    column = _COLUMNS.get(kind)
    if column and isinstance(data.get(column), list):
        before, now = data[column]
        values |= {"before": _shown(column, before, names), "now": _shown(column, now, names)}
        if not now and kind in EMPTIED:
            sentence = EMPTIED[kind]
        elif kind == Kind.ASSIGNED and now == event.actor_id:
            sentence = TAKEN
    if kind == Kind.TIME_LOGGED:
        minutes = int(data.get("minutes", 0))
        values["time"] = ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return str(sentence) % values


def _details(event: TicketEvent, names: dict[str, dict[int, str]]) -> list[str]:
    said = _COLUMNS.get(Kind(event.kind))
    labels = {"status": _("Status"), "agent": _("Agent"), "priority": _("Priority"), "department": _("Department")}
    details = [
        _change(labels[column], _shown(column, value[0], names), _shown(column, value[1], names))
        for column, value in event.data.items()
        if column in labels and column != said and isinstance(value, list) and value[0] != value[1]
    ]
    fields = event.data.get("fields") or {}
    details += [_change(name, before or "–", now or "–") for name, (before, now) in fields.items()]
    note = event.data.get("note")
    return [*details, note] if note else details


def _change(label: str, before: str, now: str) -> str:
    return _("%(label)s: %(before)s → %(now)s") % {"label": label, "before": before, "now": now}


def _shown(column: str, value: Any, names: dict[str, dict[int, str]]) -> str:
    """A value of the history as people read it."""
    if column in names:
        return names[column].get(value) or (_("somebody who left") if value else _("nobody"))
    if column == "follow_up" and value:
        return _moment(value)
    if column == "status":
        return str(dict(Ticket.Status.choices).get(value, value))
    if column == "priority":
        return str(dict(Ticket.Priority.choices).get(value, value))
    return str(value) if value is not None else ""


def _moment(text: str) -> str:
    """A moment in the person's time zone; at the ends of the calendar, where there is none, the text as it is kept."""
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT")
    except (ValueError, OverflowError):
        return text


def _names(model: Any, events: Sequence[TicketEvent], column: str) -> dict[int, str]:
    values = [event.data.get(column) for event in events]
    ids = {pk for pair in values if isinstance(pair, list) for pk in pair if isinstance(pk, int)}
    return {row.pk: str(row) for row in model.objects.filter(pk__in=ids)} if ids else {}
