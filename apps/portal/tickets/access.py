"""Who looks at a ticket on the portal: its customer by account, or whoever opened the link to it.

Nobody proves that an e-mail address is theirs when they register, so an address never opens or lists a ticket.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from apps.accounts.models import User
from apps.tickets.guests import link_key, ticket_for_key
from apps.tickets.models import Ticket
from apps.tickets.numbers import normal_number
from apps.tickets.uploads import OPENED_TICKETS, UPLOADED, customers_ticket, person

KEYS_KEPT = 20

type View = Callable[..., HttpResponse]


class Customer(TypedDict):
    """Who acts, as the services of tickets take it."""

    by: User | None
    key: str


def customer_of(request: HttpRequest, ticket: Ticket) -> Customer:
    """The person and the key by which this request may act on the ticket that `ticket_page` found for it."""
    return {"by": person(request), "key": "" if ticket.customer_id else link_key(ticket)}


def remember_link(request: HttpRequest, ticket: Ticket) -> None:
    """Let this session open the ticket without its link from now on; the latest 20 are kept."""
    keys = {number: key for number, key in _keys(request).items() if number != ticket.number}
    latest = [*keys.items(), (ticket.number, link_key(ticket))][-KEYS_KEPT:]
    request.session[OPENED_TICKETS] = dict(latest)


def private(view: View) -> View:
    """Nothing keeps the page, and where it leads learns no address of ours.

    The policy is not `no-referrer`: browsers then send forms from nowhere, which the protection against forgery
    refuses.
    """

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return wrapped


def ticket_page(view: View) -> View:
    """Give the view the ticket of its address where it is the customer's, else answer that there is none.

    The number may be spelled in any way. A merged ticket stands for the one that it lives on in.
    """

    @private
    @wraps(view)
    def wrapped(request: HttpRequest, number: str) -> HttpResponse:
        normal = normal_number(number)
        ticket = customers_ticket(request, normal) if normal else None
        if ticket is not None and ticket.merged_into:
            ticket = customers_ticket(request, ticket.merged_into.number)
        if ticket is None:
            return not_found(request, normal or "")
        if request.method in ("GET", "HEAD") and ticket.number != number:
            return redirect(request.resolver_match.view_name, ticket.number)  # type: ignore[union-attr]
        return view(request, ticket)

    return wrapped


def open_link(request: HttpRequest, number: str) -> HttpResponse:
    """Where the link to a ticket without an account leads: its key goes into the session and out of the address."""
    normal = normal_number(number)
    ticket = ticket_for_key(number=normal, key=request.GET["key"]) if normal else None
    if ticket is not None:
        remember_link(request, ticket)
    elif normal is None or customers_ticket(request, normal) is None:
        return not_found(request, normal or "")
    response = redirect("portal:ticket", normal)
    response["Referrer-Policy"] = "no-referrer"
    return response


def not_found(request: HttpRequest, number: str = "") -> HttpResponse:
    """The page for a ticket that is not there and for one that is not theirs: the two look the same.

    Whoever was signed out while writing finds what they wrote on it.
    """
    context = {
        "next": reverse("portal:ticket", args=[number]) if number else request.path,
        "number": number,
        **not_sent(request),
    }
    return render(request, "portal/tickets/not_found.html", context, status=404)


def not_sent(request: HttpRequest) -> dict[str, Any]:
    """What `portal/_not_sent.html` says of a message that was refused."""
    return {"typed": request.POST.get("text", ""), "has_files": bool(request.FILES or request.POST.get(UPLOADED))}


def _keys(request: HttpRequest) -> dict[str, str]:
    keys = request.session.get(OPENED_TICKETS)
    return keys if isinstance(keys, dict) else {}
