"""The tables of the reports, as people read them on the page and as programs read them from a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.tickets.models import Ticket
from apps.tickets.reports.figures import Day, Figures, Row, days, idle_longest, report
from apps.tickets.reports.scopes import Period, Scope

Spans = Callable[[timedelta | None], str]


@dataclass(frozen=True)
class File:
    """A table for a file: its columns and its rows as text."""

    columns: list[str]
    rows: Iterator[list[str]]


def spoken(span: timedelta | None) -> str:
    """How long something took, as people say it; a dash where there was nothing to measure."""
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if hours < 24 and minutes:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if hours < 24:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(days)d d %(hours)d h") % {"days": hours // 24, "hours": hours % 24}


def in_minutes(span: timedelta | None) -> str:
    """How long something took in minutes, as programs read it."""
    return "" if span is None else f"{span.total_seconds() / 60:.1f}"


def figure_columns() -> list[str]:
    """The headings over what `figure_cells` gives."""
    return [
        pgettext("tickets", "Opened"),
        pgettext("tickets", "Closed"),
        _("Backlog"),
        _("Replied to"),
        _("First response, median"),
        _("First response, average"),
        _("Resolution, median"),
        _("Resolution, average"),
    ]


def figure_cells(figures: Figures, spans: Spans = spoken) -> list[str]:
    """Figures as text."""
    counts = [figures.opened, figures.closed, figures.backlog, figures.replied]
    times = [
        figures.response_median,
        figures.response_average,
        figures.resolution_median,
        figures.resolution_average,
    ]
    return [*map(str, counts), *map(spans, times)]


def day_columns() -> list[str]:
    """The headings over days."""
    return [_("Day"), pgettext("tickets", "Opened"), pgettext("tickets", "Closed"), _("Backlog")]


def day_cells(day: Day) -> list[str]:
    """A day as text."""
    return [date_format(day.day, "SHORT_DATE_FORMAT"), str(day.opened), str(day.closed), str(day.backlog)]


def file_of(name: str, *, scope: Scope, period: Period) -> File | None:
    """The table of this name (departments, agents, days, idle) for a file; None where there is no such table."""
    match name:
        case "departments":
            return _figures(_("Department"), report(scope=scope, period=period).departments)
        case "agents":
            return _figures(_("Agent"), report(scope=scope, period=period).agents)
        case "days":
            found = days(scope=scope, period=period)
            rows = ([day.day.isoformat(), str(day.opened), str(day.closed), str(day.backlog)] for day in found)
            return File(day_columns(), rows)
        case "idle":
            return File(_idle_columns(), (_idle_cells(ticket) for ticket in idle_longest(scope=scope)))
    return None


def _figures(what: str, rows: list[Row]) -> File:
    columns = figure_columns()
    columns[4:] = [_("%(what)s (minutes)") % {"what": column} for column in columns[4:]]
    cells = ([row.name or _("Nobody"), *figure_cells(row.figures, in_minutes)] for row in rows)
    return File([what, *columns], cells)


def _idle_columns() -> list[str]:
    return [_("Number"), _("Subject"), _("Department"), _("Agent"), _("Priority"), _("Customer"), _("Idle since")]


def _idle_cells(ticket: Ticket) -> list[str]:
    since = timezone.localtime(ticket.idle_since).isoformat(timespec="seconds") if ticket.idle_since else ""
    return [
        ticket.number,
        ticket.subject,
        ticket.department.name,
        ticket.agent.get_full_name() if ticket.agent else "",
        str(ticket.get_priority_display()),
        ticket.customer_name,
        since,
    ]
