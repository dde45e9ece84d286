"""Departments, tickets and what is in them."""

import inspect
from collections.abc import Callable

import pytest

from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import Role
from apps.brands.models import Brand
from apps.tickets import services
from apps.tickets.models import Ticket, TicketEvent
from tests.conftest import make_user

OPENING = set(inspect.signature(services.open_ticket).parameters)
MANAGEMENT, PORTAL = TicketEvent.Face.MANAGEMENT, TicketEvent.Face.PORTAL


@pytest.fixture
def sales(brand: Brand, alice: User, manager: User) -> Department:
    """Alice's department, which Mia manages."""
    department = Department.objects.create(name="Sales")
    Membership.objects.create(department=department, user=alice)
    Membership.objects.create(department=department, user=manager)
    return department


@pytest.fixture
def bob(brand: Brand) -> User:
    return make_user("bob", Role.AGENT)


@pytest.fixture
def dave(brand: Brand) -> User:
    return make_user("dave")


@pytest.fixture
def workshop(brand: Brand, bob: User) -> Department:
    """Bob's department."""
    department = Department.objects.create(name="Workshop")
    Membership.objects.create(department=department, user=bob)
    return department


@pytest.fixture
def make_ticket(brand: Brand, sales: Department, carol: User) -> Callable[..., Ticket]:
    """`make_ticket(subject="…", **changes)`: opened on the portal by Carol in Sales, unless said otherwise.

    Columns that services do not take (agent, status, created_at, …) are set afterwards.
    """

    def make(**changes: object) -> Ticket:
        asked = {"brand": brand, "department": sales, "subject": "The kettle is cold", "text": "It stays cold."}
        asked |= {key: changes.pop(key) for key in list(changes) if key in OPENING}
        if "email" not in asked:
            asked.setdefault("by", carol)
        ticket = services.open_ticket(**{"face": PORTAL} | asked)
        if changes:
            Ticket.objects.filter(pk=ticket.pk).update(**changes)
        return Ticket.objects.get(pk=ticket.pk)

    return make


@pytest.fixture
def ticket(make_ticket: Callable[..., Ticket]) -> Ticket:
    return make_ticket()
