"""The API's operations on whole tickets."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja import Status as Answer

from apps.accounts.bearer import Bearer
from apps.accounts.models import User
from apps.accounts.token_models import Scope
from apps.core.api_types import MomentIn, as_utc
from apps.core.idempotency import IdempotencyKey, idempotent
from apps.core.paging import MAX_ID, Cursor, Limit, Page, bad_cursor, next_address
from apps.core.problems import Problem
from apps.tickets import queries
from apps.tickets.api.changing import change
from apps.tickets.api.opening import open_for
from apps.tickets.api.schemas import Priority, Status, TicketIn, TicketItem, TicketOut, TicketPatch
from apps.tickets.api.showing import person_of, show_item, show_ticket, ticket_or_404
from apps.tickets.held import show_as_before_held
from apps.tickets.models import Ticket

router = Router(tags=["Tickets"])
Id = Annotated[int, Query(ge=1, le=MAX_ID)]
Agent = Annotated[
    str, Query(pattern=r"^(me|none|[1-9][0-9]{0,17})?$", description="For agents: an id, `me`, or `none`.")
]
Statuses = Annotated[list[Status], Query(max_length=4)]
Priorities = Annotated[list[Priority], Query(max_length=4)]
Since = Annotated[MomentIn, Query(description="Those with an activity at this moment or later.")]

SHOWN = ("brand", "department", "customer", "agent")  # what a ticket in a list names


@router.get("/tickets", response=Page[TicketItem], auth=Bearer(Scope.TICKETS_READ), exclude_unset=True)
def list_tickets(
    request: HttpRequest,
    status: Statuses = [],  # noqa: B006 - nobody changes it
    priority: Priorities = [],  # noqa: B006 - nobody changes it
    department: Id | None = None,
    customer: Id | None = None,
    agent: Agent = "",
    changed_since: Since | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[TicketItem]:
    """The tickets that this person sees, the latest activity first; without those merged into another one."""
    person = person_of(request)
    filters = queries.Filters(
        departments=(department,) if department else (),
        statuses=tuple(status),
        priorities=tuple(priority),
        agent=_agent(person, agent),
        customer=customer,
    )
    lists = _since(_lists(person, filters), changed_since)
    page = queries.page(lists, after=_position(cursor), size=limit, related=SHOWN)
    if not person.is_staff:
        show_as_before_held(page.tickets)
    following = next_address(request, page.after.code()) if page.after else None
    return Page[TicketItem](items=[show_item(ticket, person) for ticket in page.tickets], next=following)


@router.post("/tickets", response={201: TicketOut}, auth=Bearer(Scope.TICKETS_WRITE), exclude_unset=True)
@idempotent
def open_ticket(request: HttpRequest, data: TicketIn, key: IdempotencyKey = "") -> Answer[TicketOut]:
    """Open a ticket: a customer's own, or (agents) one for a customer in a department of the agent's."""
    person = person_of(request)
    ticket = open_for(person, data, host_brand=request.brand)  # type: ignore[attr-defined]
    return Answer(201, show_ticket(ticket, person))


@router.get("/tickets/{number}", response=TicketOut, auth=Bearer(Scope.TICKETS_READ), exclude_unset=True)
def get_ticket(request: HttpRequest, number: str) -> TicketOut:
    """A ticket. The number of a merged one still leads to it; `merged_into` says where it lives on."""
    person = person_of(request)
    return show_ticket(ticket_or_404(person, number), person)


@router.patch("/tickets/{number}", response=TicketOut, auth=Bearer(Scope.TICKETS_WRITE), exclude_unset=True)
def change_ticket(request: HttpRequest, number: str, data: TicketPatch) -> TicketOut:
    """Change a ticket: everything that is named, or nothing."""
    person = person_of(request)
    ticket = ticket_or_404(person, number)
    change(ticket, data, by=person)
    return show_ticket(ticket, person)  # also where it is another department's now: the agent knew it a moment ago


def _agent(person: User, agent: str) -> int | None:
    if agent and not person.is_staff:
        raise Problem(422, "for_agents", errors={"agent": ["Only agents can choose by agent."]})
    if agent in ("me", "none"):
        return person.pk if agent == "me" else 0
    return int(agent) if agent else None


def _lists(person: User, filters: queries.Filters) -> queries.Streams:
    if person.is_staff:
        return queries.streams(user=person, view=queries.View.ALL, filters=filters)
    wanted: dict[str, Any] = {
        "department__in": filters.departments,
        "status__in": filters.statuses,
        "priority__in": filters.priorities,
        "customer": filters.customer,
    }
    own = Ticket.objects.visible_to(person).unmerged()
    return queries.Streams([own.filter(**{name: value for name, value in wanted.items() if value})])


def _since(lists: queries.Streams, moment: datetime | None) -> queries.Streams:
    if moment is None:
        return lists
    return replace(lists, parts=[part.filter(last_activity_at__gte=as_utc(moment)) for part in lists.parts])


def _position(cursor: str) -> queries.Position | None:
    if not cursor:
        return None
    position = queries.Position.read(cursor)
    if position is None:
        raise bad_cursor()
    return queries.Position(as_utc(position.at), position.pk)
