"""The conversation of a ticket, some messages at a time."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.tickets.models import Attachment, Message, Ticket
from apps.tickets.pages.access import WorkRequest, reading, ticket_for
from apps.tickets.pages.answers import shown

SHOWN = 50
REFRESHED = 300
NEWEST, OLDEST = "newest", "oldest"
ORDER_COOKIE = "desk_ticket_order"
COOKIE_SECONDS = 400 * 86_400


def order_of(request: HttpRequest) -> str:
    """Which messages the person wants to see first."""
    return OLDEST if request.COOKIES.get(ORDER_COOKIE) == OLDEST else NEWEST


def newest_messages(request: HttpRequest, ticket: Ticket, *, since: int | None = None) -> dict[str, Any]:
    """What the page shows of the conversation: the newest messages, or (`since`) those from this id on."""
    rows = _messages(ticket)
    limit = SHOWN if since is None else REFRESHED
    if since is not None:
        rows = rows.filter(pk__gte=since)
    found = list(rows[: limit + 1])
    context = _in_order(request, found[:limit])
    oldest = found[:limit][-1].pk if found else 0
    return {
        **context,
        "newest_message": found[0].pk if found else 0,
        "from_message": oldest,
        "earlier": oldest if len(found) > limit else 0,
        "is_newest_first": context["order"] == NEWEST,
    }


@reading
def earlier(request: WorkRequest, ticket: Ticket, before: int) -> HttpResponse:
    """The messages before the one with this id, and the button for those before them."""
    found = list(_messages(ticket).filter(pk__lt=before)[: SHOWN + 1])
    page = _in_order(request, found[:SHOWN])
    page["earlier"] = found[SHOWN - 1].pk if len(found) > SHOWN else 0
    return shown(request, "_earlier", {"ticket": ticket, **page})


@reading
def whole_message(request: WorkRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """A long message with all of its text."""
    message = get_object_or_404(_messages(ticket), pk=message_id)
    return shown(request, "_message", {"ticket": ticket, "message": message, "is_whole": True})


@require_POST
def choose_order(request: WorkRequest, ticket_id: int) -> HttpResponse:
    """Remember which messages this person wants to see first."""
    ticket = ticket_for(request, ticket_id)
    response = redirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
    order = OLDEST if request.POST.get("order") == OLDEST else NEWEST
    response.set_cookie(
        ORDER_COOKIE, order, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _messages(ticket: Ticket) -> Any:
    files = Prefetch("attachments", Attachment.objects.order_by("pk"))
    return ticket.messages.prefetch_related(files).order_by("-pk")


def _in_order(request: HttpRequest, newest_first: list[Message]) -> dict[str, Any]:
    order = order_of(request)
    return {"written": newest_first if order == NEWEST else newest_first[::-1], "order": order}
