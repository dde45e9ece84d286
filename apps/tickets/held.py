"""What a customer knows of a ticket while a reply to it can still be undone."""

from collections.abc import Sequence

from django.utils import timezone

from apps.tickets.models import Message, Ticket


def show_as_before_held(tickets: Sequence[Ticket]) -> None:
    """Give tickets the status from before a reply that the customer cannot read yet: for showing, never for saving."""
    held = Message.objects.filter(
        ticket__in=tickets, is_announced=False, direction=Message.Direction.OUT, visible_at__gt=timezone.now()
    )
    before: dict[int, str] = {}
    for pk, undo in held.order_by("-pk").values_list("ticket_id", "undo"):  # the earliest one has the last word
        before[pk] = undo.get("status", "")
    for ticket in tickets:
        ticket.status = before.get(ticket.pk) or ticket.status
