"""The statements behind the numbers: each reads the part of an index that the period is.

What is grouped in several ways is read once and kept in a common table expression.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.tickets.models import Ticket
from apps.tickets.reports.scopes import Period, Scope

OPEN = (Ticket.Status.ACTIVE, Ticket.Status.WAITING)
OPENED, CLOSED = 0, 1  # numbers, because the databases sort by them
ALL, DEPARTMENT, AGENT, DAY = "all", "department", "agent", "day"
TOGETHER = 0
_COUNTS = "event, COUNT(*), COUNT(span), %(median)s, AVG(span) FROM spans GROUP BY event"
_GROUPED = f"""
WITH spans (event, department_id, agent_id, day, span) AS (%(spans)s)
SELECT '{ALL}', {TOGETHER}, CAST(NULL AS date), {_COUNTS}
UNION ALL SELECT '{DEPARTMENT}', department_id, NULL, {_COUNTS}, department_id
UNION ALL SELECT '{AGENT}', agent_id, NULL, {_COUNTS}, agent_id
UNION ALL SELECT '{DAY}', NULL, day, event, COUNT(*), 0, NULL, NULL FROM spans GROUP BY event, day
"""  # noqa: S608 - our own words
Group = tuple[str, int | None]


@dataclass(frozen=True)
class Spans:
    """How many tickets, how many of them came to the end of the span, and how long it took them."""

    count: int = 0
    ended: int = 0
    median: timedelta | None = None
    average: timedelta | None = None


@dataclass
class PerDay:
    """How many tickets were opened and closed on each day that had some."""

    opened: dict[date, int] = field(default_factory=dict)
    closed: dict[date, int] = field(default_factory=dict)

    def note(self, event: int, day: date | str, count: int) -> None:
        """Keep a number; SQLite's days are text."""
        days = self.opened if event == OPENED else self.closed
        days[date.fromisoformat(day) if isinstance(day, str) else day] = count


@dataclass
class Measured:
    """What happened in a period: from the opening to the first reply, to the closing, and day by day.

    The keys are what is grouped by and its id: `(ALL, TOGETHER)`, `(DEPARTMENT, 3)`, `(AGENT, None)` for nobody.
    """

    responses: dict[Group, Spans] = field(default_factory=dict)
    resolutions: dict[Group, Spans] = field(default_factory=dict)
    days: PerDay = field(default_factory=PerDay)


class _Middle:
    """The median for SQLite, which has none."""

    def __init__(self) -> None:
        self.values: list[int] = []

    def step(self, value: int | None) -> None:
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        values, half = sorted(self.values), len(self.values) // 2
        if not values:
            return None
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def measure(scope: Scope, period: Period) -> Measured:
    """Everything that happened in the period, in one statement that reads each ticket of it once, or twice where it
    was opened and closed in it."""
    opened = _spans(scope, period, OPENED, "created_at", "first_replied_at")
    closed = _spans(scope, period, CLOSED, "closed_at", "closed_at")
    found = Measured()
    try:
        spans, values = opened.union(closed, all=True).query.sql_with_params()
    except EmptyResultSet:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_GROUPED % {"spans": spans, "median": _median()}, values)
        for what, key, day, event, count, ended, median, average in cursor.fetchall():
            if what == DAY:
                found.days.note(event, day, count)
                continue
            groups = found.responses if event == OPENED else found.resolutions
            groups[what, key] = Spans(count, ended, _timedelta(median), _timedelta(average))
    return found


def count_days(scope: Scope, period: Period) -> PerDay:
    """How many tickets were opened and closed each day, in one statement."""
    opened, closed = (
        _on_days(scope, period, event, column)
        .values("event", "day")
        .annotate(count=Count("pk"))
        .values_list("event", "day", "count")
        for event, column in ((OPENED, "created_at"), (CLOSED, "closed_at"))
    )
    found = PerDay()
    for row in opened.union(closed, all=True):
        found.note(*row)
    return found


def count_open(scope: Scope) -> dict[tuple[int, int | None], int]:
    """How many tickets are open now, by department and agent."""
    rows = scope.rows().filter(status__in=OPEN).values("department_id", "agent_id").annotate(count=Count("pk"))
    return {(row["department_id"], row["agent_id"]): row["count"] for row in rows}


def count_backlog(scope: Scope) -> int:
    """How many tickets are open now; the index alone answers."""
    return scope.rows().filter(status__in=OPEN).count()


def net_since(scope: Scope, period: Period) -> int:
    """How many tickets more there are open now than there were at the end of the period."""
    if period.end > timezone.now():
        return 0
    opened, closed = (scope.rows().filter(**{f"{name}__gte": period.end}) for name in ("created_at", "closed_at"))
    return opened.count() - closed.count()


def _on_days(scope: Scope, period: Period, event: int, column: str) -> QuerySet[Any, Any]:
    rows: Any = scope.rows().filter(**{f"{column}__gte": period.start, f"{column}__lt": period.end})
    day = TruncDate(column, tzinfo=timezone.get_current_timezone())
    found: QuerySet[Any, Any] = rows.annotate(event=Value(event), day=day)
    return found


def _spans(scope: Scope, period: Period, event: int, column: str, until: str) -> QuerySet[Any, Any]:
    """A row a ticket: whose it is, its day, and how long it took from the opening to `until`."""
    span = ExpressionWrapper(F(until) - F("created_at"), output_field=DurationField())
    named: Any = _on_days(scope, period, event, column).annotate(span=span)
    found: QuerySet[Any, Any] = named.values_list("event", "department_id", "agent_id", "day", "span")
    return found


def _median() -> str:
    """The SQL of the median of `span`, which SQLite learns here."""
    if connection.vendor == "postgresql":
        return "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY span)"
    connection.connection.create_aggregate("DESK_MEDIAN", 1, _Middle)
    return "DESK_MEDIAN(span)"


def _timedelta(value: timedelta | float | None) -> timedelta | None:
    """A duration as the database driver gives it: SQLite's are microseconds."""
    return value if value is None or isinstance(value, timedelta) else timedelta(microseconds=value)
