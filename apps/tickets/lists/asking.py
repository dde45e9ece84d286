"""What the address of a list asks for, and the addresses of what is next to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.core.typed import read_number
from apps.tickets.lists.views import LISTS, ListView
from apps.tickets.models import Ticket
from apps.tickets.queries import Filters, Position, View

NOBODY = "none"
MAX_TYPED = 200


@dataclass(frozen=True)
class Choices:
    """What a person can narrow lists to; each kind is read once, when it is asked for."""

    user: User

    @cached_property
    def departments(self) -> list[Department]:
        """Those whose tickets the person sees."""
        return list(Department.objects.order_by("name")) if self._sees_all else self.user.own_departments

    @cached_property
    def agents(self) -> list[User]:
        """Who works in these departments."""
        rows = User.objects.agents().filter(is_active=True).only("username", "display_name")
        if not self._sees_all:
            rows = rows.filter(memberships__department_id__in=self.user.department_ids).distinct()
        return list(rows.order_by("display_name", "pk"))

    def agent_names(self, pks: Iterable[int | None]) -> Mapping[int | None, str]:
        """What the agents with these ids are called, whether they work in these departments or not."""
        known = [self.user, *self.__dict__.get("agents", ())]
        names: dict[int | None, str] = {person.pk: person.get_full_name() for person in known}
        if others := set(pks) - {None, *names}:
            rows = User.objects.filter(pk__in=others).only("username", "display_name")
            names |= {person.pk: person.get_full_name() for person in rows}
        return names

    @cached_property
    def brands(self) -> list[Brand]:
        return list(Brand.objects.only("name").order_by("name"))

    @cached_property
    def _sees_all(self) -> bool:
        return self.user.has_perm("tickets.view_all_tickets")

    def by_name(self, name: str) -> Mapping[str, Any]:
        """The values of a filter and what each is called."""
        match name:
            case "department":
                return {str(row.pk): row.name for row in self.departments}
            case "agent":
                return {NOBODY: "", **{str(row.pk): row.get_full_name() for row in self.agents}}
            case "brand":
                return {str(row.pk): row.name for row in self.brands}
            case "priority":
                return dict(Ticket.Priority.choices)
            case _:
                return dict(Ticket.Status.choices)


@dataclass(frozen=True)
class Asked:
    """A list as it was asked for; what it cannot be narrowed to was left out."""

    view: ListView
    values: Mapping[str, str]
    customer: int | None = None
    is_oldest_first: bool = False
    after: Position | None = None
    before: Position | None = None

    @classmethod
    def read(cls, query: QueryDict, choices: Choices) -> "Asked":
        """What an address asks for; anything that it cannot ask for is as if it were not there."""
        view = LISTS.get(query.get("view", "")) or LISTS[default_view(choices.user)]
        values = {name: query.get(name, "") for name in view.filters}
        return cls(
            view=view,
            values={name: value for name, value in values.items() if value in cls._offered(name, view, choices)},
            customer=read_number(query.get("customer", "")),
            is_oldest_first=view.is_ordered and query.get("order") == "oldest",
            after=Position.read(query.get("after", "")),
            before=Position.read(query.get("before", "")),
        )

    @staticmethod
    def _offered(name: str, view: ListView, choices: Choices) -> Mapping[str, Any]:
        offered = choices.by_name(name)
        return {value: offered[value] for value in view.statuses} if name == "status" else offered

    @cached_property
    def filters(self) -> Filters:
        """The same for the queries."""
        value = self.values.get
        agent = value("agent")
        return Filters(
            departments=tuple(int(pk) for pk in [value("department")] if pk),
            statuses=tuple(filter(None, [value("status")])),
            priorities=tuple(filter(None, [value("priority")])),
            brand=read_number(value("brand", "")),
            agent=0 if agent == NOBODY else read_number(agent or ""),
            customer=self.customer,
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.values or self.customer)

    @property
    def is_first(self) -> bool:
        """Whether the list is shown from its start."""
        return self.after is None and self.before is None

    def without(self, name: str) -> "Asked":
        """The start of the list without one of its filters."""
        values = {key: value for key, value in self.values.items() if key != name}
        customer = None if name == "customer" else self.customer
        return replace(self, values=values, customer=customer, after=None, before=None)

    def at(self, *, after: Position | None = None, before: Position | None = None) -> "Asked":
        """Another page of the list; its start where no position is given."""
        return replace(self, after=after, before=before)

    @property
    def address(self) -> str:
        """Where the list is found."""
        query = {"view": self.view.name, **self.values}
        if self.customer:
            query["customer"] = str(self.customer)
        if self.is_oldest_first:
            query["order"] = "oldest"
        for name, position in (("after", self.after), ("before", self.before)):
            if position is not None:
                query[name] = position.code()
        return list_address(**query)


def list_address(**query: str) -> str:
    """The address of the lists with these words behind the question mark."""
    address = reverse("admin:tickets_ticket_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def default_view(user: User) -> str:
    """The list that opens by itself: the own work, or everything for who works in no department."""
    return View.MY_ACTIVE if user.department_ids else View.OPEN
