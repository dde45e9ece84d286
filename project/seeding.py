"""Synthetic tickets in numbers, to measure with: invented words, no people, the same ones each time.

Rows are made one after the other and written in batches, with COPY on PostgreSQL, so memory does not grow with them.
Files, notifications and most events are left out: no list reads them.
"""

import json
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, islice
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from django.utils import timezone

from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import Role, set_role
from apps.brands.models import Brand
from apps.brands.services import default_brand
from apps.core.search.models import SearchDocument
from apps.core.search.services import Document, bulk_load, columns
from apps.tickets.models import Message, Ticket, TicketEvent
from apps.tickets.numbers import number_of

BATCH = 2_000
DEPARTMENTS, AGENTS, TICKETS_A_CUSTOMER, DAYS = 10, 40, 25, 1000
SYLLABLES = (
    "ba be bi da de di do fa fe ga go ka ke ki la le li lo ma me mi mo na ne no pa pe po ra re ri sa se ta to va"
)
STATUSES = (("active", "waiting", "closed", "locked"), (0.02, 0.04, 0.8, 0.14))
PRIORITIES = (("low", "normal", "high", "urgent"), (0.1, 0.75, 0.12, 0.03))
POOL = 50_000  # pieces of text that messages are put together from
COMMON, MEDIUM = "delivery", "refund"  # in about every second and every two hundredth message


@dataclass
class World:
    """Who and what the tickets belong to, as ids."""

    brands: list[int]
    departments: list[int]
    members: dict[int, list[int]]
    customers: list[tuple[int, str, str]]


class Table:
    """Rows for a table, written without making objects of them: with COPY on PostgreSQL, in batches on SQLite."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = list(model._meta.concrete_fields)
        self._names = [field.attname for field in fields]
        self._columns = ", ".join(f'"{field.column}"' for field in fields)
        self._defaults = {field.attname: _plain(field.get_default()) for field in fields}
        self.next_id = _next_id(model)
        self._rows: list[list[Any]] = []

    def add(self, **values: Any) -> int:
        """Remember a row; columns that are not named get their default. Returns its id."""
        row = {**self._defaults, "id": self.next_id, **values}
        self._rows.append([row[name] for name in self._names])
        self.next_id += 1
        return self.next_id - 1

    def write(self) -> None:
        """Write the rows that were added."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f'COPY "{self.model._meta.db_table}" ({self._columns}) FROM STDIN') as copy:
                    for row in self._rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(self._names))
                statement = f'INSERT INTO "{self.model._meta.db_table}" ({self._columns}) VALUES ({places})'  # noqa: S608
                cursor.executemany(statement, self._rows)
        self._rows.clear()


def seed(*, tickets: int, tell: Callable[[int], None]) -> None:
    """Make so many tickets with three messages each. tell: is told how many there are, now and then."""
    chance = random.Random(tickets)  # noqa: S311 - the same ones each time
    world = make_world(tickets)
    texts = Texts(chance)
    now = timezone.now()
    tables: dict[type[models.Model], Table] = {
        model: Table(model) for model in (Ticket, Message, TicketEvent, SearchDocument)
    }
    with bulk_load():
        for numbers in batched(range(tickets), BATCH):
            for _number in numbers:
                _add_ticket(tables, chance, world, texts, now)
            with transaction.atomic():
                for table in tables.values():
                    table.write()
            tell(numbers[-1] + 1)
    _after()


def make_world(tickets: int) -> World:
    """The departments, agents and customers; `bench-agent` works in three departments, `bench-admin` sees all."""
    brands = [default_brand(), *(Brand.objects.get_or_create(name=f"Benchmark {n}")[0] for n in (1, 2))]
    departments = [Department.objects.get_or_create(name=f"Benchmark {n:02}")[0] for n in range(DEPARTMENTS)]
    members: dict[int, list[int]] = {department.pk: [] for department in departments}
    for number in range(AGENTS):
        agent = _staff("bench-agent" if number == 0 else f"bench-agent-{number}", Role.AGENT)
        for department in departments[:3] if number == 0 else [departments[number % DEPARTMENTS]]:
            Membership.objects.get_or_create(user=agent, department=department)
            members[department.pk].append(agent.pk)
    _staff("bench-admin", Role.ADMINISTRATOR)
    wanted = max(tickets // TICKETS_A_CUSTOMER, 1)
    for numbers in batched(range(wanted), BATCH):
        names = [f"bench-customer-{number}" for number in numbers]
        people = [
            User(username=name, display_name=name, email=f"{name}@example.com", password=make_password(None))
            for name in names
        ]
        User.objects.bulk_create(people, ignore_conflicts=True)
    rows = User.objects.filter(username__startswith="bench-customer-").order_by("pk")
    customers = list(islice(rows.values_list("pk", "display_name", "email").iterator(), wanted))
    return World([brand.pk for brand in brands], list(members), members, customers)


def _staff(name: str, role: Role) -> User:
    user: User
    user, created = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.com", "password": make_password(None)}
    )
    if created:
        set_role(user=user, role=role)
    return user


def _add_ticket(
    tables: dict[type[models.Model], Table], chance: random.Random, world: World, texts: "Texts", now: datetime
) -> None:
    pk = tables[Ticket].next_id
    number = number_of(pk * 7_919_999 % 2**40)  # spread out, each number once
    ticket = {"number": number, **_ticket(chance, world, texts, now)}
    tables[Ticket].add(**ticket)
    tables[TicketEvent].add(ticket_id=pk, kind="opened", face="system", created_at=ticket["created_at"])
    scopes = (f"d{ticket['department_id']}", f"c{ticket['customer_id']}")
    words = (ticket[name] for name in ("number", "subject", "customer_name", "customer_email"))
    _index(tables, Document("ticket", pk, pk, scopes, " ".join(words)))
    _add_messages(tables, pk, ticket, scopes, texts)


def _ticket(chance: random.Random, world: World, texts: "Texts", now: datetime) -> dict[str, Any]:
    """The columns of a ticket: how it stands, and when which of its three messages was written."""
    department = chance.choice(world.departments)
    status = chance.choices(*STATUSES)[0]
    is_open = status in ("active", "waiting")
    opened = now - timedelta(seconds=chance.random() * (30 if is_open else DAYS) * 86_400 + 3600)
    answered = opened + timedelta(seconds=chance.expovariate(1 / 7200))
    last = min(answered + timedelta(seconds=chance.expovariate(1 / 80_000)), now)
    agent = None if status == "active" and chance.random() < 0.3 else chance.choice(world.members[department])
    customer, name, email = chance.choice(world.customers)
    follows = is_open and chance.random() < 0.05
    return {
        "subject": texts.subject(),
        "brand_id": chance.choice(world.brands),
        "department_id": department,
        "customer_id": customer,
        "customer_name": name,
        "customer_email": email,
        "agent_id": agent,
        "status": status,
        "priority": chance.choices(*PRIORITIES)[0],
        "created_at": opened,
        "last_activity_at": last,
        "idle_since": last if is_open else None,
        "first_replied_at": min(answered, last),
        "closed_at": None if is_open else last,
        "follow_up_at": now + timedelta(days=chance.randint(-3, 9)) if follows else None,
        "transferred_at": last if chance.random() < 0.03 else None,
        "in_count": 2 if status == "active" else 1,
        "out_count": 1,
    }


def _add_messages(
    tables: dict[type[models.Model], Table], pk: int, ticket: dict[str, Any], scopes: tuple[str, ...], texts: "Texts"
) -> None:
    """A question, its answer, and what came last: another question, or a note where no answer is due."""
    customer, agent = (ticket["customer_id"], ticket["customer_name"]), (ticket["agent_id"], "Agent")
    last = "in" if ticket["status"] == "active" else "note"
    said = (("in", "created_at"), ("out", "first_replied_at"), (last, "last_activity_at"))
    for place, (direction, moment) in enumerate(said):
        text = texts.message(f"case{pk}" if place == 0 else "")
        author, name = customer if direction == "in" else agent
        message = tables[Message].add(
            ticket_id=pk,
            direction=direction,
            author_id=author,
            author_name=name,
            text=text,
            created_at=ticket[moment],
            visible_at=ticket[moment],
        )
        _index(tables, Document("message", message, pk, scopes[:1] if direction == "note" else scopes, text))


def _index(tables: dict[type[models.Model], Table], document: Document) -> None:
    tables[SearchDocument].add(**columns(document))


class Texts:
    """Sentences of invented words that come as often as in a language: some everywhere, most hardly ever."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        words = ["".join(chance.choices(SYLLABLES.split(), k=chance.randint(2, 5))) for _ in range(20_000)]
        chosen = (words[min(int(chance.paretovariate(0.6)), len(words)) - 1] for _ in range(POOL * 12))
        self._pieces = [" ".join(piece) for piece in batched(chosen, 12)]

    def subject(self) -> str:
        """A line of twelve words."""
        return self._chance.choice(self._pieces).capitalize()[:200]

    def message(self, rare: str) -> str:
        """A few lines, perhaps with the common and the medium word, and with `rare`."""
        pieces = self._chance.choices(self._pieces, k=self._chance.randint(1, 5))
        if self._chance.random() < 0.5:
            pieces.append(COMMON)
        if self._chance.random() < 0.005:
            pieces.append(MEDIUM)
        return " ".join([*pieces, rare]).strip()


def _plain(value: Any) -> Any:
    """A default as the column holds it."""
    return json.dumps(value) if isinstance(value, dict | list) else value() if callable(value) else value


def _next_id(model: type[models.Model]) -> int:
    last: int | None = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1


def _after() -> None:
    """Let the ids go on after ours, and let the database know what it has."""
    with closing(connection.cursor()) as cursor:
        if connection.vendor == "postgresql":
            for model in (Ticket, Message, TicketEvent, SearchDocument):
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA optimize=0x10002")
