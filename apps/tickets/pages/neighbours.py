"""The next and the previous ticket of the list that the agent came from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.tickets import queries
from apps.tickets.lists.asking import Asked, Choices
from apps.tickets.models import Ticket
from apps.tickets.pages.access import WorkRequest, reading


@reading
def following(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """To the ticket after this one; the address has the same words as the list's."""
    return _step(request, ticket, is_forward=True)


@reading
def previous(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """To the ticket before this one."""
    return _step(request, ticket, is_forward=False)


def _step(request: WorkRequest, ticket: Ticket, *, is_forward: bool) -> HttpResponse:
    asked = Asked.read(request.GET, Choices(request.user))
    lists = queries.streams(
        user=request.user, view=asked.view.name, filters=asked.filters, newest_first=not asked.is_oldest_first
    )
    found = queries.neighbour(lists, ticket, is_forward=is_forward)
    if found is not None:
        return redirect(reverse("admin:tickets_ticket_change", args=[found]))
    end = (
        _("This is the last ticket of the list “%(list)s”.")
        if is_forward
        else _("This is the first ticket of the list “%(list)s”.")
    )
    messages.info(request, end % {"list": asked.view.title})
    return redirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
