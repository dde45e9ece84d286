"""Finding tickets by number, words or customer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.search.highlights import highlight
from apps.core.search.services import search, search_groups
from apps.core.typed import read_number
from apps.tickets import indexing
from apps.tickets.lists.asking import MAX_TYPED, Choices, list_address
from apps.tickets.lists.frames import frame
from apps.tickets.lists.rows import rows_of
from apps.tickets.models import Message, Ticket
from apps.tickets.numbers import PATTERN, normal_number, number_within
from apps.tickets.queries import View

PAGE, CUSTOMERS = 25, 6
FOUND = (indexing.TICKET, indexing.MESSAGE)
STEPPED = 200  # tickets that one can step through
_DASHED = re.compile(r"\w{3}-\w{5}-\w{2}")
_NUMBER = re.compile(PATTERN)


@dataclass(frozen=True)
class FoundTicket:
    """A ticket, and the text of the message in which the words were found (empty: they are in the ticket itself)."""

    ticket: Ticket
    text: str


@dataclass(frozen=True)
class Found:
    """What a search found. next: the position at which its next page begins; None on the last one."""

    tickets: list[FoundTicket] = field(default_factory=list)
    customers: list[User] = field(default_factory=list)
    next: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. department: the only one to look in; None for all that are theirs."""

    text: str
    department: int | None = None

    @classmethod
    def read(cls, query: QueryDict, choices: Choices) -> "Wanted":
        """What an address asks for; a department that is not this person's is as if it were not there."""
        department = query.get("department", "")
        is_theirs = bool(department) and department in choices.by_name("department")
        return cls(" ".join(query.get("q", "").split())[:MAX_TYPED], int(department) if is_theirs else None)

    def address(self, **more: str) -> str:
        """Where this is looked for."""
        narrowed = {"department": str(self.department)} if self.department else {}
        return list_address(q=self.text, **narrowed, **more)


def search_page(request: HttpRequest, user: User) -> HttpResponse:
    """What was found; a ticket's number leads to the ticket itself."""
    choices = Choices(user)
    wanted = Wanted.read(request.GET, choices)
    ticket = ticket_by_number(wanted.text, user)
    if ticket is not None:
        return redirect("admin:tickets_ticket_change", ticket.pk)
    before = read_number(request.GET.get("before", ""))
    found = find(wanted, user, before=before)
    context = {
        **frame(request, choices, None),
        "title": _("Search"),
        "query": wanted.text,
        "department": wanted.department,
        "choices": choices,
        "everywhere": Wanted(wanted.text).address(),
        "note": note_on_number(wanted.text),
        "found": found_html(found.tickets, wanted.text, choices) if found.tickets else "",
        "is_first": before is None,
        "customers": [(person, list_address(view=View.ALL, customer=str(person.pk))) for person in found.customers],
        "older": wanted.address(before=str(found.next)) if found.next else "",
        "first": wanted.address(),
    }
    return render(request, "admin/tickets/list_search.html", context)


def find(wanted: Wanted, user: User, *, before: int | None = None) -> Found:
    """What this person may know of that matches, newest first, from a position on; customers only on the first page."""
    scopes = indexing.scopes_for(user, department=wanted.department)
    page = search_groups(text=wanted.text, scopes=scopes, kinds=FOUND, limit=PAGE, before=before)
    # The index is a hint: what a person may see is decided here.
    tickets = Ticket.objects.visible_to(user).unmerged().in_bulk([hit.group_id for hit in page.hits])
    in_messages = {hit.group_id: hit.object_id for hit in page.hits if hit.kind == indexing.MESSAGE}
    texts = Message.objects.filter(pk__in=in_messages.values(), ticket__in=tickets).values_list("ticket_id", "text")
    text_of = dict(texts)
    found = [
        FoundTicket(tickets[hit.group_id], text_of.get(hit.group_id, ""))
        for hit in page.hits
        if hit.group_id in tickets
    ]
    return Found(found, _customers(wanted.text, user, scopes) if before is None else [], page.next)


def found_ids(wanted: Wanted, user: User) -> list[int]:
    """The ids of the first 200 tickets that `find` finds, in its order."""
    scopes = indexing.scopes_for(user, department=wanted.department)
    page = search_groups(text=wanted.text, scopes=scopes, kinds=FOUND, limit=STEPPED)
    groups = [hit.group_id for hit in page.hits]
    seen = set(Ticket.objects.visible_to(user).unmerged().filter(pk__in=groups).values_list("pk", flat=True))
    return [group for group in groups if group in seen]


def found_html(found: Sequence[FoundTicket], query: str, choices: Choices) -> str:
    """The found tickets, with the words that were looked for marked."""
    rows = rows_of([hit.ticket for hit in found], choices)
    context = {
        "found": [
            {
                "row": row,
                "subject": highlight(row["subject"], query, length=200),
                "customer": highlight(row["customer"], query, length=100),
                "text": highlight(hit.text, query, length=220),
            }
            for hit, row in zip(found, rows, strict=True)
        ]
    }
    return render_to_string("admin/tickets/_list_found.jinja", context, using="jinja2")


def _customers(query: str, user: User, scopes: list[str] | None) -> list[User]:
    hits = search(text=query, scopes=scopes, kinds=[indexing.CUSTOMER], limit=CUSTOMERS)
    asked = Ticket.objects.visible_to(user).filter(customer=OuterRef("pk"))
    people = User.objects.filter(Exists(asked), pk__in=[hit.object_id for hit in hits])
    by_pk = {person.pk: person for person in people}
    return [by_pk[hit.object_id] for hit in hits if hit.object_id in by_pk]


def ticket_by_number(text: str, user: "User | AnonymousUser") -> Ticket | None:
    """The ticket of a number among words, or the one it was merged into; None where it is not this person's."""
    number = number_within(text)
    if number is None:
        return None
    survivor = Coalesce("merged_into_id", "pk")
    pks = Ticket.objects.filter(number=number).annotate(survivor=survivor).values("survivor")
    return Ticket.objects.visible_to(user).filter(pk__in=pks).first()


def note_on_number(text: str) -> str:
    """What to say of something that looks like a ticket's number and leads to no ticket; empty for other words."""
    bare = _bare(text)
    if not (_DASHED.fullmatch(bare) or (_NUMBER.fullmatch(bare) and any(letter.isdigit() for letter in bare))):
        return ""
    number = normal_number(bare)
    if number is None:
        return _("%(text)s cannot be a ticket number: there is a typing error in it.") % {"text": bare}
    return _("There is no ticket %(number)s, or it is not yours to see.") % {"number": number}


def _bare(text: str) -> str:
    return text.strip(" #[]().:")
