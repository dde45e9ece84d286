"""What the numbers of a desk are: how much comes, how much is done, how long people wait.

What is counted, and how:

- A ticket belongs to the department and the agent that it has now, whatever it had before.
- Opened: it came in during the period. Closed: it was closed during the period and is closed still; one that was
  opened again counts as open. Merged tickets count as one, the one that they live on in.
- Backlog: active and waiting tickets. That of a day is the one at its end, worked out from the backlog of now.
- First response: from the opening to the first reply, of the tickets opened during the period and replied to.
- Resolution: from the opening to the closing, of the tickets closed during the period.
- Half of the tickets took no longer than the median; a few very old ones do not bend it as they bend the average.

Days are those of the active time zone. `measuring` asks the database.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from apps.accounts.models import Department, User
from apps.tickets import queries
from apps.tickets.models import Ticket
from apps.tickets.reports.measuring import (
    AGENT,
    ALL,
    DEPARTMENT,
    TOGETHER,
    Group,
    Measured,
    PerDay,
    Spans,
    count_backlog,
    count_days,
    count_open,
    measure,
    net_since,
)
from apps.tickets.reports.scopes import Period, Scope

IDLE_SHOWN = 50


@dataclass(frozen=True)
class Figures:
    """The numbers of a department, an agent or all together; times are None where there is nothing to measure."""

    opened: int = 0
    closed: int = 0
    backlog: int = 0
    replied: int = 0
    response_median: timedelta | None = None
    response_average: timedelta | None = None
    resolution_median: timedelta | None = None
    resolution_average: timedelta | None = None


@dataclass(frozen=True)
class Row:
    """The figures of one department or agent; an empty name is nobody."""

    pk: int | None
    name: str
    figures: Figures


@dataclass(frozen=True)
class Day:
    """What happened on a day, and what was left at its end."""

    day: date
    opened: int
    closed: int
    backlog: int


@dataclass(frozen=True)
class Report:
    """Everything about a period."""

    totals: Figures
    departments: list[Row] = field(default_factory=list)
    agents: list[Row] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def report(*, scope: Scope, period: Period) -> Report:
    """Everything about a period."""
    measured, backlogs = measure(scope, period), count_open(scope)
    figures = _figures(measured, backlogs)
    agents = {pk: found for (what, pk), found in figures.items() if what == AGENT}
    departments = {pk: found for (what, pk), found in figures.items() if what == DEPARTMENT}
    people = User.objects.filter(pk__in=[pk for pk in agents if pk]).only("username", "display_name")
    names = Department.objects.filter(pk__in=[pk for pk in departments if pk]).values_list("pk", "name")
    return Report(
        figures.get((ALL, TOGETHER), Figures()),
        _rows(departments, dict(names)),
        _rows(agents, {person.pk: person.get_full_name() for person in people}),
        _day_by_day(period, measured.days, sum(backlogs.values()) - net_since(scope, period)),
    )


def days(*, scope: Scope, period: Period) -> list[Day]:
    """Day by day."""
    left = count_backlog(scope) - net_since(scope, period)
    return _day_by_day(period, count_days(scope, period), left)


def idle_longest(*, scope: Scope, limit: int = IDLE_SHOWN) -> list[Ticket]:
    """The active tickets that have waited longest for somebody to do something."""
    rows = scope.rows().filter(status=Ticket.Status.ACTIVE, idle_since__isnull=False)
    parts = [rows.filter(department_id=pk) for pk in scope.departments]
    return queries.page(
        queries.Streams(parts, order="idle_since", newest_first=False), size=limit, related=("department", "agent")
    ).tickets


def _figures(measured: Measured, backlogs: dict[tuple[int, int | None], int]) -> dict[Group, Figures]:
    left: Counter[Group] = Counter()
    for (department, agent), count in backlogs.items():
        for group in ((ALL, TOGETHER), (DEPARTMENT, department), (AGENT, agent)):
            left[group] += count
    figures = {}
    for group in {**measured.responses, **measured.resolutions, **left}:
        response, resolution = (found.get(group, Spans()) for found in (measured.responses, measured.resolutions))
        figures[group] = Figures(
            opened=response.count,
            closed=resolution.count,
            backlog=left[group],
            replied=response.ended,
            response_median=response.median,
            response_average=response.average,
            resolution_median=resolution.median,
            resolution_average=resolution.average,
        )
    return figures


def _day_by_day(period: Period, counts: PerDay, left: int) -> list[Day]:
    """left: the backlog at the end of the period, from which the days before it follow."""
    found = []
    for day in reversed(period.days):
        opened, closed = counts.opened.get(day, 0), counts.closed.get(day, 0)
        found.append(Day(day, opened, closed, left))
        left += closed - opened
    return found[::-1]


def _rows(figures: dict[int | None, Figures], names: dict[int, str]) -> list[Row]:
    """By name, what belongs to nobody last."""
    rows = [Row(pk, names.get(pk, "") if pk else "", numbers) for pk, numbers in figures.items()]
    return sorted(rows, key=lambda row: (row.pk is None, row.name.casefold()))
