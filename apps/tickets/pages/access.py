"""Who may see and work on the ticket of a page; what is not there and what is not theirs look the same."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.core.exceptions import PermissionDenied
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.tickets.errors import TicketError
from apps.tickets.lists.badge import forget_my_active
from apps.tickets.models import Draft, Ticket, TicketEvent, TimeLog
from apps.tickets.pages.answers import refusal
from apps.tickets.services.acting import may_work_on

FACE = TicketEvent.Face.MANAGEMENT
DRAFT = ("kind", "text", "cc", "updated_at")


class WorkRequest(HttpRequest):
    """A request that the door of the management interface has let in."""

    user: User


def ticket_for(request: HttpRequest, ticket_id: int, *, with_drafts: bool = False) -> Ticket:
    """The ticket with what its page shows of it. with_drafts: for `own_draft`. Raises Http404."""
    rows = Ticket.objects.visible_to(request.user).select_related(
        "department", "brand", "agent", "customer", "merged_into"
    )
    events = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    minutes = TimeLog.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    rows = rows.annotate(
        newest_event=Subquery(events), logged_minutes=Subquery(minutes.annotate(all=Sum("minutes")).values("all"))
    )
    if with_drafts:
        own = FilteredRelation("drafts", condition=Q(drafts__agent=request.user.pk))
        columns = {f"draft_{name}": F(f"own_drafts__{name}") for name in DRAFT}
        rows = rows.annotate(own_drafts=own).annotate(**columns)
    return get_object_or_404(rows, pk=ticket_id)


def own_draft(ticket: Any, user: User) -> Draft | None:
    """What the person has typed on a ticket that was read with drafts: no query."""
    if ticket.draft_updated_at is None:
        return None
    return Draft(ticket=ticket, agent=user, **{name: getattr(ticket, f"draft_{name}") for name in DRAFT})


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
            response = view(request, ticket, *args, **kwargs)
        except TicketError as error:
            return refusal(request, error)
        forget_my_active(request.user)
        return response

    return guarded


def _seeing[**P](
    view: Callable[Concatenate[WorkRequest, Ticket, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: WorkRequest, ticket_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, ticket_for(request, ticket_id), *args, **kwargs)

    return guarded
