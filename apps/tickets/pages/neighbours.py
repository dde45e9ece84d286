"""The next and the previous ticket of the list that the agent came from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets import queries
from apps.tickets.lists.asking import Asked, Choices
from apps.tickets.lists.searching import Wanted, found_ids
from apps.tickets.models import Ticket
from apps.tickets.pages.access import WorkRequest, reading


@reading
def following(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """To the ticket after this one; the address has the same words as the list's or the search's."""
    return _step(request, ticket, is_forward=True)


@reading
def previous(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """To the ticket before this one."""
    return _step(request, ticket, is_forward=False)


def _step(request: WorkRequest, ticket: Ticket, *, is_forward: bool) -> HttpResponse:
    choices = Choices(request.user)
    wanted = Wanted.read(request.GET, choices)
    if wanted.text:
        found, end = _in_results(wanted, request.user, ticket, is_forward=is_forward)
    else:
        found, end = _in_list(Asked.read(request.GET, choices), request.user, ticket, is_forward=is_forward)
    if found is None:
        messages.info(request, end)
    return redirect(reverse("admin:tickets_ticket_change", args=[found or ticket.pk]))


def _in_list(asked: Asked, user: User, ticket: Ticket, *, is_forward: bool) -> tuple[int | None, str]:
    """The neighbour, and what to say where there is none."""
    lists = queries.streams(
        user=user, view=asked.view.name, filters=asked.filters, newest_first=not asked.is_oldest_first
    )
    found = queries.neighbour(lists, ticket, is_forward=is_forward)
    end = (
        _("This is the last ticket of the list “%(list)s”.")
        if is_forward
        else _("This is the first ticket of the list “%(list)s”.")
    )
    return found, end % {"list": asked.view.title}


def _in_results(wanted: Wanted, user: User, ticket: Ticket, *, is_forward: bool) -> tuple[int | None, str]:
    """The neighbour, and what to say where there is none."""
    order = found_ids(wanted, user)
    if ticket.pk not in order:
        return None, _("This ticket is not among the first 200 results.")
    place = order.index(ticket.pk) + (1 if is_forward else -1)
    if 0 <= place < len(order):
        return order[place], ""
    return None, _("This is the last of the results.") if is_forward else _("This is the first of the results.")
