"""The lists of tickets: each reads an index from an end, so that its time does not grow with the tickets.

A list is one or more streams. A stream is the part of the tickets that one index holds in order: those of one
department with one status, or of one agent. Several streams are cut to a page each before they are merged, in one
statement on both databases. Streams that differ only in department, status and priority are one query with a key:
Django turns it into SQL once, and PostgreSQL plans it once.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from apps.accounts.models import Department, User
from apps.tickets.models import Ticket, TicketQuerySet

COUNTED = 999
RECENTLY = timedelta(days=7)
PAGE = 50
MOST_PINNED = 50  # that stand above the others
Status = Ticket.Status


@dataclass(frozen=True)
class Position:
    """A place in a list: the value that orders it, and the ticket's id."""

    at: datetime
    pk: int

    def code(self) -> str:
        """Text for an address; only `read` needs to understand it."""
        return base64.urlsafe_b64encode(json.dumps([self.at.isoformat(), self.pk]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, code: str) -> "Position | None":
        """The position of a code; None where it is none."""
        try:
            at, pk = json.loads(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)))
            typed = datetime.fromisoformat(at)
            moment = typed.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None
        return cls(moment, pk) if isinstance(pk, int) and typed.tzinfo is not None and abs(pk) < 2**63 else None


@dataclass(frozen=True)
class Filters:
    """What narrows a list; empty values do not. `statuses`, `priorities`: values. `agent`: 0 is nobody."""

    departments: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    brand: int | None = None
    agent: int | None = None
    customer: int | None = None


@dataclass(frozen=True)
class Key:
    """What makes one stream of a query that names `DEPARTMENT`, `STATUS` or `PRIORITY`."""

    department: int
    status: str = ""
    priority: str = ""


DEPARTMENT, STATUS, PRIORITY = (RawSQL(f"key.{name}", ()) for name in ("department", "status", "priority"))  # noqa: S611


@dataclass(frozen=True)
class Streams:
    """The parts of a list, in the order of `order`, a column. keys: each makes a stream of every part.

    pinned: the tickets that stand above the others, in their order; the parts leave them out.
    """

    parts: list[TicketQuerySet]
    order: str = "last_activity_at"
    newest_first: bool = True
    keys: list[Key] | None = None
    pinned: tuple[int, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some tickets of a list, and where the list goes on."""

    tickets: list[Ticket] = field(default_factory=list)
    before: Position | None = None
    after: Position | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads lists: an agent's id and departments (None: all); what makes their SQL, so it can be kept by this."""

    pk: int
    departments: tuple[int, ...] | None

    @classmethod
    def of(cls, user: User) -> "Reader":
        """The same tickets as `visible_to` gives agents; none for everybody else."""
        if not (user.is_active and user.is_staff):
            return cls(user.pk, ())
        if user.has_perm("tickets.view_all_tickets"):
            return cls(user.pk, None)
        return cls(user.pk, tuple(user.department_ids) if user.has_perm("tickets.view_ticket") else ())

    def tickets(self) -> TicketQuerySet:
        """All tickets in lists that the agent sees."""
        rows = Ticket.objects.unmerged()
        return rows if self.departments is None else rows.filter(department_id__in=self.departments)


class View:
    """The lists of the agents' navigation."""

    MY_ACTIVE, MY_WAITING, FOLLOW_UPS = "my-active", "my-waiting", "follow-ups"
    UNASSIGNED, TRANSFERRED, OPEN, CLOSED, ALL = "unassigned", "transferred", "open", "closed", "all"
    NAMES = (MY_ACTIVE, MY_WAITING, FOLLOW_UPS, UNASSIGNED, TRANSFERRED, OPEN, CLOSED, ALL)
    STATUSES = {
        MY_ACTIVE: (Status.ACTIVE,),
        MY_WAITING: (Status.WAITING,),
        UNASSIGNED: (Status.ACTIVE,),
        OPEN: (Status.ACTIVE, Status.WAITING),
        CLOSED: (Status.CLOSED, Status.LOCKED),
        ALL: tuple(Status.values),
    }
    WITH_PINNED = (MY_ACTIVE, MY_WAITING)  # a pin keeps a ticket before its agent's eyes


def departments_of(user: User) -> list[int]:
    """The departments whose tickets this person sees."""
    if user.has_perm("tickets.view_all_tickets"):
        return list(Department.objects.order_by("name").values_list("pk", flat=True))
    return user.department_ids


def streams(*, user: User, view: str, filters: Filters, newest_first: bool = True) -> Streams:
    """The streams of a view for this person: never a ticket that `visible_to` would leave out."""
    departments = [pk for pk in departments_of(user) if not filters.departments or pk in filters.departments]
    parts = [rows.filter(_narrow(filters)) for rows in _rows(Reader.of(user), view, _recently())]
    if view == View.FOLLOW_UPS:
        own = [rows.filter(department_id__in=departments) for rows in parts]
        return Streams(own, order="follow_up_at", newest_first=False)
    (rows,) = parts
    statuses = [s for s in View.STATUSES.get(view, ()) if not filters.statuses or s in filters.statuses]
    pinned = _pinned(rows, departments, statuses, filters, newest_first) if view in View.WITH_PINNED else ()
    rows = rows.filter(department_id=DEPARTMENT)
    if view == View.TRANSFERRED:
        return Streams([rows], order="transferred_at", keys=[Key(pk) for pk in departments])
    only = statuses[0] if len(statuses) == 1 else None  # said outright, so that the index of unassigned tickets fits
    rows = rows.filter(status=only or STATUS)
    if pinned:
        rows = rows.exclude(pk__in=pinned)
    if filters.priorities:
        rows = rows.filter(priority=PRIORITY)
    priorities = filters.priorities or ("",)
    keys = [Key(pk, status, priority) for pk in departments for status in statuses for priority in priorities]
    return Streams([rows], newest_first=newest_first, keys=keys, pinned=pinned)


def _rows(reader: Reader, view: str, recently: datetime) -> list[TicketQuerySet]:
    """The tickets of a view for this person, of whatever department and status, in parts that do not overlap."""
    rows = reader.tickets()
    match view:
        case View.MY_ACTIVE | View.MY_WAITING:
            return [rows.filter(agent_id=reader.pk)]
        case View.FOLLOW_UPS:
            planned = rows.filter(follow_up_at__isnull=False)
            return [planned.filter(agent_id=reader.pk), planned.filter(agent__isnull=True)]
        case View.UNASSIGNED:
            return [rows.filter(agent__isnull=True)]
        case View.TRANSFERRED:
            return [rows.filter(transferred_at__gte=recently)]
        case _:
            return [rows]


def _recently() -> datetime:
    """Since when a transfer is recent: by the hour, so that the SQL of the counts can be kept."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) - RECENTLY


def _pinned(
    rows: TicketQuerySet, departments: list[int], statuses: list[str], filters: Filters, newest_first: bool
) -> tuple[int, ...]:
    """The pinned ones among a person's own tickets."""
    rows = rows.filter(is_pinned=True, department_id__in=departments, status__in=statuses)
    if filters.priorities:
        rows = rows.filter(priority__in=filters.priorities)
    way = "-" if newest_first else ""
    return tuple(rows.order_by(f"{way}last_activity_at", f"{way}pk").values_list("pk", flat=True)[:MOST_PINNED])


def page(
    lists: Streams,
    *,
    after: Position | None = None,
    before: Position | None = None,
    size: int = PAGE,
    related: Sequence[str] = (),
) -> Page:
    """At most `size` tickets of a list, from its start, after a position, or before one.

    The first page has the pinned ones besides. related: what each ticket comes with, as `select_related` takes it.
    """
    backwards = before is not None
    found = _merged(lists, position=before or after, backwards=backwards, size=size + 1)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    is_start = not (more if backwards else after is not None)
    pks = [*(lists.pinned if is_start else ()), *(pk for _at, pk in found)]
    tickets = rows_by_pk(pks, related)
    if not found:
        return Page(tickets)
    first, last = (Position(*found[index]) for index in (0, -1))
    return Page(tickets, before=None if is_start else first, after=last if backwards or more else None)


def neighbour(lists: Streams, ticket: Ticket, *, is_forward: bool) -> int | None:
    """The id of the ticket after this one in a list, or before it; None at its end, or where the list is over."""
    pinned = list(lists.pinned)
    if ticket.pk in pinned:
        place = pinned.index(ticket.pk) + (1 if is_forward else -1)
        if place < len(pinned):
            return pinned[place] if place >= 0 else None
        found = _merged(lists, position=None, backwards=False, size=1)
    elif at := getattr(ticket, lists.order):
        found = _merged(lists, position=Position(at, ticket.pk), backwards=not is_forward, size=1)
    else:
        return None
    if found:
        return found[0][1]
    return pinned[-1] if pinned and not is_forward and ticket.pk not in pinned else None


def rows_by_pk(pks: Sequence[int], related: Sequence[str] = ()) -> list[Ticket]:
    """Tickets in the order of these ids; unknown ids are left out."""
    rows = Ticket.objects.filter(pk__in=pks)
    by_pk = {ticket.pk: ticket for ticket in (rows.select_related(*related) if related else rows)}
    return [by_pk[pk] for pk in pks if pk in by_pk]


def counts(*, user: User, views: Sequence[str], departments: Sequence[int] = ()) -> dict[str, int]:
    """How many tickets each view has, and each department open ones (key `department-<id>`); at most 1,000 each.

    One statement; each number reads no more than a thousand entries of an index. Departments that are not the
    person's have none.
    """
    sql, values = _counting(Reader.of(user), tuple(views), tuple(departments), _recently())
    if not sql:
        return {}
    names = [*views, *(f"department-{pk}" for pk in departments)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = zip(names, cursor.fetchone() or (), strict=True)
        return {name: min(count, COUNTED + 1) for name, count in found}


@lru_cache(maxsize=512)
def _counting(
    reader: Reader, views: tuple[str, ...], departments: tuple[int, ...], recently: datetime
) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts, and its values: every page of the lists needs it, and making it costs more."""
    statements: list[str] = []
    values: list[Any] = []
    for view in views:
        parts = _rows(reader, view, recently)
        if view in View.STATUSES:
            parts = [rows.filter(status__in=View.STATUSES[view]) for rows in parts]
        statements.append(_count(parts, values))
    open_ones = reader.tickets().filter(department_id=DEPARTMENT, status__in=View.STATUSES[View.OPEN])
    statements += [_count([open_ones], values, Key(pk)) for pk in departments]
    return f"SELECT {', '.join(statements)}" if statements else "", tuple(values)


def _narrow(filters: Filters) -> Q:
    condition = Q()
    if filters.brand:
        condition &= Q(brand_id=filters.brand)
    if filters.agent is not None:
        condition &= Q(agent_id=filters.agent) if filters.agent else Q(agent__isnull=True)
    if filters.customer:
        condition &= Q(customer_id=filters.customer)
    return condition


def _merged(lists: Streams, *, position: Position | None, backwards: bool, size: int) -> list[tuple[datetime, int]]:
    descending = lists.newest_first != backwards
    ways = [F(lists.order).desc(), F("pk").desc()] if descending else [F(lists.order).asc(), F("pk").asc()]
    inner: list[str] = []
    values: list[Any] = []
    for part in lists.parts:
        rows = part.filter(_beyond(lists.order, position, descending)) if position else part
        cut = _sql(rows.order_by(*ways).values_list(lists.order, "pk")[:size])
        if cut is None or lists.keys == []:
            continue
        statements = _keyed(cut[0], lists.keys) if lists.keys else [f"({cut[0]}) AS part"]
        inner += [f"SELECT part.* FROM {statement}" for statement in statements]  # noqa: S608 - made by Django
        values += cut[1] * len(statements)
    if not inner:
        return []
    way = "DESC" if descending else "ASC"
    merged = f"SELECT * FROM ({' UNION ALL '.join(inner)}) AS every ORDER BY 1 {way}, 2 {way} LIMIT {size}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(merged, values)
        return [(_moment(at), pk) for at, pk in cursor.fetchall()]


def _keyed(sql: str, keys: list[Key]) -> list[str]:
    """`sql`, which names the columns of a key, once for all keys where the database can, else once for each.

    Keys are whole numbers and words of our own choices, never what somebody typed.
    """
    if connection.vendor != "postgresql":
        return [f"({_with_key(sql, key)}) AS part" for key in keys]
    rows = ", ".join(f"({key.department:d}, '{key.status}', '{key.priority}')" for key in keys)
    return [f"(VALUES {rows}) AS key(department, status, priority) CROSS JOIN LATERAL ({sql}) AS part"]


def _with_key(sql: str, key: Key) -> str:
    sql = sql.replace("(key.department)", f"{key.department:d}")
    return sql.replace("(key.status)", f"'{key.status}'").replace("(key.priority)", f"'{key.priority}'")


def _sql(rows: QuerySet[Ticket, Any]) -> tuple[str, list[Any]] | None:
    """The SQL of these rows and its values; None where Django knows that there are none."""
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, list(values)


def _count(parts: Sequence[TicketQuerySet], values: list[Any], key: Key | None = None) -> str:
    """SQL of the capped count of these rows; adds its values."""
    counted = []
    for rows in parts:
        compiled = _sql(rows.order_by().values_list("pk")[: COUNTED + 1])
        if compiled is None:
            continue
        sql = _with_key(compiled[0], key) if key else compiled[0]
        counted.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - made by Django
        values.extend(compiled[1])
    return " + ".join(counted) or "0"


def _beyond(order: str, position: Position, descending: bool) -> Q:
    way = "lt" if descending else "gt"
    # The first condition lets the index start at the right place; a row comparison would not be portable.
    return Q(**{f"{order}__{way}e": position.at}) & (
        Q(**{f"{order}__{way}": position.at}) | Q(**{f"pk__{way}": position.pk})
    )


def _moment(value: Any) -> datetime:
    """A moment as the database driver gives it: SQLite's are text in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else timezone.make_aware(moment, timezone.get_fixed_timezone(0))
