"""Who may see and work on the ticket of a page; what is not there and what is not theirs look the same."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.tickets.errors import TicketError
from apps.tickets.models import Ticket, TicketEvent, TimeLog
from apps.tickets.pages.answers import refusal
from apps.tickets.services.acting import may_work_on

FACE = TicketEvent.Face.MANAGEMENT


class WorkRequest(HttpRequest):
    """A request that the door of the management interface has let in."""

    user: User


def ticket_for(request: HttpRequest, ticket_id: int) -> Ticket:
    """The ticket with what its page shows of it. Raises Http404."""
    rows = Ticket.objects.visible_to(request.user).select_related("department", "brand", "agent", "customer")
    return get_object_or_404(with_marks(rows.select_related("merged_into")), pk=ticket_id)


def with_marks(tickets: "QuerySet[Ticket]") -> "QuerySet[Ticket]":
    """With `newest_event` (an id) and `logged_minutes` of each."""
    events = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    minutes = TimeLog.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    return tickets.annotate(
        newest_event=Subquery(events), logged_minutes=Subquery(minutes.annotate(all=Sum("minutes")).values("all"))
    )


def reading[**P](
    view: Callable[Concatenate[WorkRequest, Ticket, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """For views that show something of a ticket which the person may see."""
    return require_GET(_seeing(view))


def reading_by_post[**P](
    view: Callable[Concatenate[WorkRequest, Ticket, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """As `reading`, for what is told to the server about the reader."""
    return require_POST(_seeing(view))


def working[**P](
    view: Callable[Concatenate[WorkRequest, Ticket, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """For views that change something: the person works on the ticket, and what cannot be done is said."""

    @require_POST
    @wraps(view)
    def guarded(request: WorkRequest, ticket_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        ticket = ticket_for(request, ticket_id)
        if not may_work_on(request.user, ticket):
            raise PermissionDenied
        try:
            return view(request, ticket, *args, **kwargs)
        except TicketError as error:
            return refusal(request, error)

    return guarded


def _seeing[**P](
    view: Callable[Concatenate[WorkRequest, Ticket, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: WorkRequest, ticket_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, ticket_for(request, ticket_id), *args, **kwargs)

    return guarded
