"""A customer's own tickets: the list, and searching in it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.core.search.hits import Hit
from apps.core.search.services import search_groups
from apps.core.typed import read_number
from apps.portal.tickets.access import private
from apps.tickets.held import show_as_before_held
from apps.tickets.indexing import MESSAGE, TICKET, scopes_of_customer
from apps.tickets.models import Message, Ticket, TicketQuerySet
from apps.tickets.numbers import number_within
from apps.tickets.queries import Page, Position, Streams, page
from apps.tickets.uploads import person

PAGE = 25
SHOWN = ("department", "brand")
Status = Ticket.Status
TABS: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "open": (
        pgettext_lazy("tickets", "Open"),
        _("Tickets that we or you still have to do something about."),
        (Status.ACTIVE, Status.WAITING),
    ),
    "closed": (pgettext_lazy("tickets", "Closed"), _("Tickets that are done."), (Status.CLOSED, Status.LOCKED)),
    "all": (_("All"), _("Every ticket you have opened."), tuple(Status.values)),
}


@dataclass(frozen=True)
class Row:
    """A ticket of the list; `found` is the text in which a search found it."""

    ticket: Ticket
    found: str = ""


@private
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """The person's own tickets; whoever is not signed in is offered to."""
    by = person(request)
    if by is None:
        return render(request, "portal/tickets/sign_in.html", {"next": request.get_full_path()})
    if words := request.GET.get("q", "").strip()[:200]:
        return _search_page(request, by, words)
    tab = request.GET.get("show", "open")
    tab = tab if tab in TABS else "open"
    found = _page_of(request, own_tickets(by).filter(status__in=TABS[tab][2]))
    show_as_before_held(found.tickets)
    context = {"rows": [Row(ticket) for ticket in found.tickets], "page": found, "tab": tab, "about": TABS[tab][1]}
    context["has_none"] = not found.tickets and not own_tickets(by).exists()
    return _render(request, context)


def own_tickets(by: User) -> TicketQuerySet:
    """What the list shows: merged tickets live on in others."""
    return Ticket.objects.of_customer(by).unmerged()


def _page_of(request: HttpRequest, rows: TicketQuerySet) -> Page:
    after, before = (Position.read(request.GET.get(name, "")) for name in ("after", "before"))
    return page(Streams([rows]), after=after, before=None if after else before, size=PAGE, related=SHOWN)


def _search_page(request: HttpRequest, by: User, words: str) -> HttpResponse:
    number = number_within(words)
    if number and Ticket.objects.of_customer(by).filter(number=number).exists():
        return redirect("portal:ticket", number)
    position = read_number(request.GET.get("before", ""))
    found = search_groups(
        text=words, scopes=scopes_of_customer(by), kinds=(TICKET, MESSAGE), limit=PAGE, before=position
    )
    return _render(request, {"words": words, "rows": _found_rows(by, found.hits), "next": found.next})


def _found_rows(by: User, hits: list[Hit]) -> list[Row]:
    """The tickets that were found, asked for again as the customer's own, with messages that the customer sees."""
    tickets = {
        row.pk: row for row in own_tickets(by).filter(pk__in={hit.group_id for hit in hits}).select_related(*SHOWN)
    }
    ids = [hit.object_id for hit in hits if hit.kind == MESSAGE]
    texts = Message.objects.visible_to_customer().filter(pk__in=ids, ticket__in=tickets)
    found = dict(texts.values_list("pk", "text"))
    return [
        Row(tickets[hit.group_id], found.get(hit.object_id, "") if hit.kind == MESSAGE else "")
        for hit in hits
        if hit.group_id in tickets and (hit.kind == TICKET or hit.object_id in found)
    ]


def _render(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    tabs = [(name, label) for name, (label, _about, _statuses) in TABS.items()]
    return render(request, "portal/tickets/list.html", {"tabs": tabs, **context})
