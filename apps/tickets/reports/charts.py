"""The charts of the reports, as Unfold's chart components take them: JSON of data and of options."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.tickets.reports.figures import Day, Row

BARS_SHOWN = 15
HEIGHT = 240
OPENED, CLOSED, BACKLOG = "var(--color-primary-500)", "var(--color-green-600)", "var(--color-orange-500)"


@dataclass(frozen=True)
class Chart:
    """A chart; `text` says to those who do not see it what is in it. height: in pixels."""

    title: str
    text: str
    data: str
    options: str
    height: int = HEIGHT
    kind: str = "line"


def flow_chart(days: list[Day], *, height: int = HEIGHT) -> Chart:
    """What came and what was done, day by day."""
    opened, closed = sum(day.opened for day in days), sum(day.closed for day in days)
    text = _("Line chart: %(opened)d tickets opened and %(closed)d closed. The table of days has the numbers.")
    lines = [
        _line(pgettext("tickets", "Opened"), OPENED, [day.opened for day in days]),
        _line(pgettext("tickets", "Closed"), CLOSED, [day.closed for day in days], borderDash=[6, 3]),
    ]
    title = _("Opened and closed per day")
    return Chart(title, text % {"opened": opened, "closed": closed}, _data(_labels(days), lines), _options(), height)


def backlog_chart(days: list[Day], *, height: int = HEIGHT) -> Chart:
    """How many tickets were left at the end of each day."""
    first, last = (days[0].backlog, days[-1].backlog) if days else (0, 0)
    text = _("Line chart: from %(first)d open tickets to %(last)d. The table of days has the numbers.")
    lines = [_line(_("Backlog"), BACKLOG, [day.backlog for day in days])]
    options = _options(legend=False)
    return Chart(_("Backlog"), text % {"first": first, "last": last}, _data(_labels(days), lines), options, height)


def rows_chart(title: str, rows: list[Row]) -> Chart:
    """Departments or agents beside each other, the busiest ones first."""
    busiest = sorted(rows, key=lambda row: -(row.figures.opened + row.figures.closed))[:BARS_SHOWN]
    bars = [
        {
            "label": pgettext("tickets", "Opened"),
            "data": [row.figures.opened for row in busiest],
            "backgroundColor": OPENED,
        },
        {
            "label": pgettext("tickets", "Closed"),
            "data": [row.figures.closed for row in busiest],
            "backgroundColor": CLOSED,
        },
    ]
    names = [_short(row.name) if row.name else _("Nobody") for row in busiest]
    text = _("Bar chart of opened and closed tickets. The table has the same numbers.")
    return Chart(title, text, _data(names, bars), _options(indexAxis="y"), height=70 + 44 * len(busiest), kind="bar")


def _line(label: str, colour: str, values: list[int], **more: Any) -> dict[str, Any]:
    dots = 2 if len(values) <= 31 else 0
    return {
        "label": label,
        "data": values,
        "borderColor": colour,
        "backgroundColor": colour,
        "pointRadius": dots,
    } | more


def _data(labels: list[str], datasets: list[dict[str, Any]]) -> str:
    return json.dumps({"labels": labels, "datasets": datasets})


def _labels(days: list[Day]) -> list[str]:
    return [date_format(day.day, "j M") for day in days]


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def _options(*, legend: bool = True, **more: Any) -> str:
    whole = {"beginAtZero": True, "ticks": {"precision": 0}, "grid": {"drawTicks": False}, "border": {"display": False}}
    named = {"grid": {"display": False}, "ticks": {"maxRotation": 0, "autoSkipPadding": 16}}
    across = more.get("indexAxis") == "y"
    options = {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False, "axis": "y" if across else "x"},
        "borderWidth": 2,
        "maxBarThickness": 14,
        "plugins": {"legend": {"display": legend, "align": "end", "labels": {"boxWidth": 24, "boxHeight": 2}}},
        "scales": {"x": whole, "y": {**named, "ticks": {}}} if across else {"x": named, "y": whole},
    }
    return json.dumps(options | more)
