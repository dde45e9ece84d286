"""The pulse of an open ticket page: who else is there, and what happened meanwhile."""

from collections.abc import Iterable

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from apps.core.typed import read_number
from apps.tickets.models import Ticket, TicketEvent
from apps.tickets.pages import presence
from apps.tickets.pages.access import WorkRequest, reading_by_post

Kind = TicketEvent.Kind
EVENTS_TOLD = 20


@reading_by_post
def pulse(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Note that the person is there (`typing`, `leaving`); `seen_event` is the newest event that the page shows."""
    if request.POST.get("leaving"):
        presence.leave(ticket_id=ticket.pk, user=request.user)
        return HttpResponse(status=204)
    is_typing = bool(request.POST.get("typing"))
    people = presence.meet(ticket_id=ticket.pk, user=request.user, is_typing=is_typing)
    news = _news(request, ticket, read_number(request.POST.get("seen_event", "")) or 0)
    answer = {
        "people": [{"name": person.name, "is_typing": person.is_typing} for person in people],
        "presence": _presence(people),
        "news": _said(news),
        "newest_event_id": news[0].pk if news else None,
        "newest_message_id": max((event.data.get("message", 0) for event in news), default=None),
        "is_merged": ticket.merged_into_id is not None,
    }
    return JsonResponse(answer)


def _presence(people: Iterable[presence.Present]) -> list[str]:
    writes, looks = _("%(name)s is writing"), _("%(name)s is looking at this ticket")
    return [(writes if person.is_typing else looks) % {"name": person.name} for person in people]


def _news(request: WorkRequest, ticket: Ticket, seen: int) -> list[TicketEvent]:
    """What others did after the event `seen`, the newest first."""
    newer = ticket.events.filter(pk__gt=seen).exclude(actor=request.user)
    return list(newer.order_by("-pk")[:EVENTS_TOLD])


def _said(news: list[TicketEvent]) -> str:
    """What is most worth to know of it, in one line."""
    for kinds, text in (
        ((Kind.CUSTOMER_REPLIED,), _("New message from %(name)s")),
        ((Kind.REPLIED,), _("New reply by %(name)s")),
        ((Kind.NOTED,), _("New note by %(name)s")),
    ):
        found = next((event for event in news if event.kind in kinds), None)
        if found is not None:
            return text % {"name": found.actor_name}
    if not news:
        return ""
    name = news[0].actor_name
    return _("%(name)s changed this ticket") % {"name": name} if name else _("This ticket has changed")
