"""What the numbers of a desk are: how much comes, how much is done, how long people wait.

What is counted, and how:

- A ticket belongs to the department and the agent that it has now, whatever it had before.
- Opened: it came in during the period. Closed: it was closed during the period and is closed still; one that was
  opened again counts as open. Merged tickets count as one, the one that they live on in.
- Backlog: active and waiting tickets. That of a day is the one at its end, worked out from the backlog of now.
- First response: from the opening to the first reply, of the tickets opened during the period and replied to.
- Resolution: from the opening to the closing, of the tickets closed during the period.
- Half of the tickets took no longer than the median; a few very old ones do not bend it as they bend the average.

Each question is one statement over the part of an index that the period is (`ticket_opened`, `ticket_closed`), so its
time grows with the tickets of the period and not with all that there are. Days are those of the active time zone.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import Department, User
from apps.tickets import queries
from apps.tickets.errors import NotAllowed
from apps.tickets.models import Ticket, TicketQuerySet

MAX_DAYS = 366
IDLE_SHOWN = 50
OPEN = (Ticket.Status.ACTIVE, Ticket.Status.WAITING)
OPENED, CLOSED = "opened", "closed"
ALL, DEPARTMENT, AGENT = "all", "department", "agent"
TOGETHER = 0
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included, in the active time zone."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int) -> "Period":
        """Today and the days before it."""
        today = timezone.localdate()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Its days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Scope:
    """Whose tickets are counted, for this person: never one that they may not see. agent: None is everybody's."""

    user: User
    departments: tuple[int, ...]
    agent: int | None = None

    def rows(self) -> TicketQuerySet:
        """The tickets, without merged ones, in no order."""
        rows = Ticket.objects.visible_to(self.user).unmerged().filter(department_id__in=self.departments).order_by()
        return rows if self.agent is None else rows.filter(agent_id=self.agent)


@dataclass(frozen=True)
class Reach:
    """What a person may look at: departments and agents, by id with their names."""

    user: User
    departments: dict[int, str]
    agents: dict[int, str]

    @classmethod
    def of(cls, user: User) -> "Reach":
        """Who may view reports looks at all agents of their departments, everybody else at the own work."""
        departments = Department.objects.filter(pk__in=queries.departments_of(user))
        if sees_everybody(user):
            people = User.objects.agents().order_by("display_name").only("username", "display_name")
            if not user.has_perm("tickets.view_all_tickets"):
                people = people.filter(memberships__department_id__in=user.department_ids).distinct()
            agents = {person.pk: person.get_full_name() for person in people}
        else:
            agents = {user.pk: user.get_full_name()}
        return cls(user, dict(departments.values_list("pk", "name")), agents)

    def scope(self, *, department: int | None = None, agent: int | None = None) -> Scope:
        """What this person looks at; None is everything they may look at.

        Raises NotAllowed for a department or an agent that is not theirs to look at.
        """
        if department not in {None, *self.departments} or agent not in {None, *self.agents}:
            raise NotAllowed
        chosen = agent if sees_everybody(self.user) else self.user.pk
        return Scope(self.user, tuple(self.departments if department is None else [department]), chosen)


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


class Median(Aggregate):
    """The middle one of durations, on both databases."""

    name = "Median"
    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        connection.ensure_connection()
        connection.connection.create_aggregate("DESK_MEDIAN", 1, _Middle)
        return self.as_sql(compiler, connection, template="DESK_MEDIAN(%(expressions)s)", **extra)


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


def sees_everybody(user: User) -> bool:
    """Whether this person sees the numbers of other people, and not only the own ones."""
    return user.has_perm("tickets.view_reports")


def report(*, scope: Scope, period: Period) -> Report:
    """Everything about a period."""
    figures = _measured(scope, period)
    backlogs = _open(scope).values_list("department_id", "agent_id", Count("pk"))
    for department, agent, count in backlogs:
        for key in ((ALL, TOGETHER), (DEPARTMENT, department), (AGENT, agent)):
            known = figures.get(key, Figures())
            figures[key] = replace(known, backlog=known.backlog + count)
    totals = figures.get((ALL, TOGETHER), Figures())
    agents = {pk: found for (what, pk), found in figures.items() if what == AGENT}
    people = User.objects.filter(pk__in=[pk for pk in agents if pk]).only("username", "display_name")
    departments = {pk: found for (what, pk), found in figures.items() if what == DEPARTMENT}
    return Report(
        totals,
        _rows(
            departments,
            dict(Department.objects.filter(pk__in=[pk for pk in departments if pk]).values_list("pk", "name")),
        ),
        _rows(agents, {person.pk: person.get_full_name() for person in people}),
        days(scope=scope, period=period, backlog=totals.backlog),
    )


def days(*, scope: Scope, period: Period, backlog: int | None = None) -> list[Day]:
    """Day by day. backlog: that of now, where it is known."""
    left = _open(scope).count() if backlog is None else backlog
    if period.end <= timezone.now():
        later = [scope.rows().filter(**{f"{column}__gte": period.end}) for column in ("closed_at", "created_at")]
        left += later[0].count() - later[1].count()
    opened, closed = _per_day(scope, period)
    found = []
    for day in reversed(period.days):
        found.append(Day(day, opened.get(day, 0), closed.get(day, 0), left))
        left += closed.get(day, 0) - opened.get(day, 0)
    return found[::-1]


def idle_longest(*, scope: Scope, limit: int = IDLE_SHOWN) -> list[Ticket]:
    """The active tickets that have waited longest for somebody to do something."""
    rows = scope.rows().filter(status=Ticket.Status.ACTIVE, idle_since__isnull=False)
    parts = [rows.filter(department_id=pk) for pk in scope.departments]
    return queries.page(queries.Streams(parts, order="idle_since", newest_first=False), size=limit).tickets


def midnight(day: date) -> datetime:
    """When a day begins in the active time zone, whatever the clocks do that day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _open(scope: Scope) -> TicketQuerySet:
    return scope.rows().filter(status__in=OPEN)


def _during(scope: Scope, period: Period, column: str) -> TicketQuerySet:
    return scope.rows().filter(**{f"{column}__gte": period.start, f"{column}__lt": period.end})


def _measured(scope: Scope, period: Period) -> dict[Key, Figures]:
    """The figures, without the backlog: of all together, of each department and of each agent, in one statement."""
    opened, closed = _during(scope, period, "created_at"), _during(scope, period, "closed_at")
    parts = [
        part
        for what, key in (
            (ALL, Value(TOGETHER)),
            (DEPARTMENT, F("department_id")),
            (AGENT, F("agent_id")),
        )
        for part in (
            _spans(opened, OPENED, what, key, "first_replied_at"),
            _spans(closed, CLOSED, what, key, "closed_at"),
        )
    ]
    figures: dict[Key, Figures] = {}
    for event, what, key, count, ended, median, average in parts[0].union(*parts[1:], all=True):
        known = figures.get((what, key), Figures())
        if event == OPENED:
            new = replace(known, opened=count, replied=ended, response_median=median, response_average=average)
        else:
            new = replace(known, closed=count, resolution_median=median, resolution_average=average)
        figures[what, key] = new
    return figures


def _spans(rows: TicketQuerySet, event: str, what: str, key: Any, until: str) -> Any:
    """A row a group: how many tickets, how many of them have `until`, the median and average time from the opening."""
    span = ExpressionWrapper(F(until) - F("created_at"), output_field=DurationField())
    grouped = rows.annotate(event=Value(event), what=Value(what), key=key).values("event", "what", "key")
    measured = grouped.annotate(count=Count("pk"), ended=Count(until), median=Median(span), average=Avg(span))
    return measured.values_list("event", "what", "key", "count", "ended", "median", "average")


def _per_day(scope: Scope, period: Period) -> tuple[dict[date, int], dict[date, int]]:
    """How many were opened and closed each day, in one statement."""
    parts = [
        _during(scope, period, column)
        .annotate(event=Value(event), day=TruncDate(column, tzinfo=timezone.get_current_timezone()))
        .values("event", "day")
        .annotate(count=Count("pk"))
        .values_list("event", "day", "count")
        for event, column in ((OPENED, "created_at"), (CLOSED, "closed_at"))
    ]
    found: dict[str, dict[date, int]] = {OPENED: {}, CLOSED: {}}
    for event, day, count in parts[0].union(parts[1], all=True):
        found[event][day] = count
    return found[OPENED], found[CLOSED]


def _rows(figures: dict[int | None, Figures], names: dict[int, str]) -> list[Row]:
    """By name, what belongs to nobody last."""
    rows = [Row(pk, names.get(pk, "") if pk else "", numbers) for pk, numbers in figures.items()]
    return sorted(rows, key=lambda row: (row.pk is None, row.name.casefold()))
