"""The conversation of a ticket, some messages at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
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


@dataclass(frozen=True)
class Written:
    """A message and its files."""

    message: Message
    files: list[Attachment]


def order_of(request: HttpRequest) -> str:
    """Which messages the person wants to see first."""
    return OLDEST if request.COOKIES.get(ORDER_COOKIE) == OLDEST else NEWEST


def newest_messages(request: HttpRequest, ticket: Ticket, *, since: int | None = None) -> dict[str, Any]:
    """What the page shows of the conversation: the newest messages, or (`since`) those from this id on.

    With it come the person's own files that are in no message yet (`pending`).
    """
    rows = ticket.messages.order_by("-pk")
    limit = SHOWN if since is None else REFRESHED
    if since is not None:
        rows = rows.filter(pk__gte=since)
    found = list(rows[: limit + 1])
    written, pending = with_files(found[:limit], request, ticket)
    context = _in_order(request, written)
    oldest = written[-1].message.pk if written else 0
    return {
        **context,
        "pending": pending,
        "newest_message": found[0].pk if found else 0,
        "from_message": oldest,
        "earlier": oldest if len(found) > limit else 0,
        "is_newest_first": context["order"] == NEWEST,
    }


@reading
def earlier(request: WorkRequest, ticket: Ticket, before: int) -> HttpResponse:
    """The messages before the one with this id, and the button for those before them."""
    found = list(ticket.messages.filter(pk__lt=before).order_by("-pk")[: SHOWN + 1])
    page = _in_order(request, with_files(found[:SHOWN], request, ticket)[0])
    page["earlier"] = found[SHOWN - 1].pk if len(found) > SHOWN else 0
    return shown(request, "_earlier", {"ticket": ticket, **page})


@reading
def whole_message(request: WorkRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """A long message with all of its text."""
    message = get_object_or_404(ticket.messages, pk=message_id)
    files = message.attachments.order_by("pk")
    return shown(request, "_message", {"ticket": ticket, "message": message, "files": files, "is_whole": True})


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


def with_files(
    messages: Sequence[Message], request: HttpRequest, ticket: Ticket
) -> tuple[list[Written], list[Attachment]]:
    """These messages with their files, and the person's own files on this ticket that are in no message yet."""
    own = Q(message=None, ticket=ticket, uploaded_by=request.user.pk)
    by_message: dict[int | None, list[Attachment]] = {}
    for file in Attachment.objects.filter(Q(message__in=messages) | own).order_by("pk"):
        by_message.setdefault(file.message_id, []).append(file)
    return [Written(message, by_message.get(message.pk, [])) for message in messages], by_message.get(None, [])


def _in_order(request: HttpRequest, newest_first: list[Written]) -> dict[str, Any]:
    order = order_of(request)
    return {"written": newest_first if order == NEWEST else newest_first[::-1], "order": order}
