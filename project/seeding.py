"""Synthetic tickets in numbers, to measure with: invented words, no people, the same ones each time.

Rows are made one after the other and written in batches, with COPY on PostgreSQL, so memory does not grow with them.
Files, notifications and most events are left out: no list reads them.
"""

import random
from collections.abc import Callable, Iterable, Iterator
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
from apps.core.search.services import Document, bulk_load, index_many
from apps.tickets.indexing import scopes_of_message
from apps.tickets.models import Message, Ticket, TicketEvent
from apps.tickets.numbers import number_of

BATCH = 2_000
MESSAGES = 3
DEPARTMENTS, AGENTS, TICKETS_A_CUSTOMER, DAYS = 10, 40, 25, 1000
SYLLABLES = (
    "ba be bi da de di do fa fe ga go ka ke ki la le li lo ma me mi mo na ne no pa pe po ra re ri sa se ta to va"
)
STATUSES = (("active", 0.02), ("waiting", 0.04), ("closed", 0.8), ("locked", 0.14))
PRIORITIES = (("low", 0.1), ("normal", 0.75), ("high", 0.12), ("urgent", 0.03))
COMMON, MEDIUM = "delivery", "refund"  # in about every second and every two hundredth message


@dataclass
class World:
    """Who and what the tickets belong to, as ids."""

    brands: list[int]
    departments: list[int]
    members: dict[int, list[int]]
    customers: list[tuple[int, str, str]]


def seed(*, tickets: int, tell: Callable[[int], None]) -> None:
    """Make so many tickets with three messages each. tell: is told how many there are, now and then."""
    chance = random.Random(tickets)  # noqa: S311 - the same ones each time
    world = make_world(tickets)
    vocabulary = [_word(chance) for _ in range(20_000)]
    now = timezone.now()
    first_ticket, first_message = (_next_id(model) for model in (Ticket, Message))
    made = (
        _ticket(first_ticket + n, first_message + MESSAGES * n, chance, world, vocabulary, now) for n in range(tickets)
    )
    done = 0
    with bulk_load():
        for batch in batched(made, BATCH):
            with transaction.atomic():
                _write(Ticket, (ticket for ticket, _messages in batch))
                _write(Message, (message for _ticket, messages in batch for message in messages))
                _write_events(batch)
                index_many(document for ticket, messages in batch for document in _documents(ticket, messages))
            done += len(batch)
            tell(done)
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
    user, created = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.com", "password": make_password(None)}
    )
    if created:
        set_role(user=user, role=role)
    return user


def _ticket(
    pk: int, message: int, chance: random.Random, world: World, words: list[str], now: datetime
) -> tuple[Ticket, list[Message]]:
    department = chance.choice(world.departments)
    status = chance.choices([s for s, _ in STATUSES], [share for _, share in STATUSES])[0]
    is_open = status in ("active", "waiting")
    opened = now - timedelta(seconds=chance.random() * (30 if is_open else DAYS) * 86_400 + 3600)
    answered = opened + timedelta(seconds=chance.expovariate(1 / 7200))
    last = min(answered + timedelta(seconds=chance.expovariate(1 / 80_000)), now)
    agent = None if status == "active" and chance.random() < 0.3 else chance.choice(world.members[department])
    customer, name, email = chance.choice(world.customers)
    ticket = Ticket(
        pk=pk,
        number=number_of(pk * 7_919_999 % 2**40),  # spread out, each once
        brand_id=chance.choice(world.brands),
        department_id=department,
        subject=" ".join(_some(chance, words, 5)).capitalize(),
        customer_id=customer,
        customer_name=name,
        customer_email=email,
        agent_id=agent,
        status=status,
        priority=chance.choices([p for p, _ in PRIORITIES], [share for _, share in PRIORITIES])[0],
        created_at=opened,
        last_activity_at=last,
        idle_since=last if is_open else None,
        first_replied_at=min(answered, last),
        closed_at=None if is_open else last,
        follow_up_at=now + timedelta(days=chance.randint(-3, 9)) if is_open and chance.random() < 0.05 else None,
        transferred_at=last if chance.random() < 0.03 else None,
        in_count=2 if status == "active" else 1,
        out_count=1,
    )
    directions = ("in", "out", "in" if status == "active" else "note")
    times = (opened, min(answered, last), last)
    return ticket, [
        Message(
            pk=message + n,
            ticket=ticket,
            direction=direction,
            author_id=customer if direction == "in" else agent,
            author_name=name if direction == "in" else "Agent",
            text=_text(chance, words, f"case{pk}" if n == 0 else ""),
            created_at=times[n],
            visible_at=times[n],
        )
        for n, direction in enumerate(directions)
    ]


def _text(chance: random.Random, words: list[str], rare: str) -> str:
    some = _some(chance, words, chance.randint(15, 60))
    some += [COMMON] * (chance.random() < 0.5) + [MEDIUM] * (chance.random() < 0.005) + [rare]
    return " ".join(some).strip()


def _some(chance: random.Random, words: list[str], count: int) -> list[str]:
    """Words that come as often as in a language: some everywhere, most hardly ever."""
    return [words[min(int(chance.paretovariate(0.6)), len(words)) - 1] for _ in range(count)]


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES.split(), k=chance.randint(2, 5)))


def _documents(ticket: Ticket, messages: list[Message]) -> Iterator[Document]:
    scopes = (f"d{ticket.department_id}", f"c{ticket.customer_id}")
    text = f"{ticket.number}\n{ticket.subject}\n{ticket.customer_name}\n{ticket.customer_email}"
    yield Document("ticket", ticket.pk, ticket.pk, scopes, text)
    for message in messages:
        yield Document("message", message.pk, ticket.pk, tuple(scopes_of_message(message, ticket)), message.text)


def _write_events(batch: Iterable[tuple[Ticket, list[Message]]]) -> None:
    first = _next_id(TicketEvent)
    opened = TicketEvent.Kind.OPENED
    rows = (
        TicketEvent(pk=first + n, ticket=ticket, kind=opened, face="system", created_at=ticket.created_at, data={})
        for n, (ticket, _messages) in enumerate(batch)
    )
    _write(TicketEvent, rows)


def _write(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(field, row) for field in fields])


def _value(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    return value.isoformat() if isinstance(value, datetime) else "{}" if value == {} else "[]" if value == [] else value


def _next_id(model: type[models.Model]) -> int:
    last: int | None = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1


def _after() -> None:
    """Let the ids go on after ours, and let the database know what it has."""
    with closing(connection.cursor()) as cursor:
        if connection.vendor == "postgresql":
            for model in (Ticket, Message, TicketEvent):
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA optimize=0x10002")
