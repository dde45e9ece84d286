"""The page of a ticket as a whole."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.typed import read_number
from apps.notifications.badge import read_group
from apps.tickets.models import Ticket
from apps.tickets.notices import group_of_agents
from apps.tickets.pages.access import WorkRequest, reading, ticket_for
from apps.tickets.pages.answers import FOLDER
from apps.tickets.pages.composer import composer
from apps.tickets.pages.contents import base, refreshed, side
from apps.tickets.pages.conversation import newest_messages


def ticket_page(request: Any, object_id: str) -> HttpResponse:
    """The conversation, the properties and the composer; a merged ticket leads to the one that it lives on in."""
    number = read_number(object_id)
    if number is None:
        raise Http404
    ticket = ticket_for(request, number, with_drafts=True)
    if ticket.merged_into_id is not None:
        return _survivor(request, ticket)
    read_group(request, group_of_agents(ticket))
    context = {
        **admin.site.each_context(request),
        "title": ticket.number,
        **base(request, ticket),
        **side(request, ticket),
        **newest_messages(request, ticket),
    }
    if context["can_work"]:
        context |= composer(request, ticket)
    return render(request, f"{FOLDER}/page.html", context)


@reading
def parts(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Everything of the page but the composer, as it is now."""
    return refreshed(request, ticket)


def _survivor(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    survivor = Ticket.objects.visible_to(request.user).filter(merged_tickets=ticket.pk).first()
    if survivor is None:
        raise Http404
    text = _("%(number)s was merged into this ticket.")
    messages.info(request, text % {"number": ticket.number})
    return redirect(reverse("admin:tickets_ticket_change", args=[survivor.pk]))
