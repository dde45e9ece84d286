"""What runs later for tickets."""

from django.utils import timezone

from apps.accounts.models import Department
from apps.tickets import services
from apps.tickets.models import Message, Ticket

BATCH = 1000


def announce_reply(message_id: int) -> None:
    """Tell the customer of a reply that can no longer be undone."""
    message = Message.objects.filter(pk=message_id).select_related("ticket__customer", "author").first()
    if message is not None:
        services.announce_reply(message=message)


def announce_held_replies() -> None:
    """Find the replies whose job was lost."""
    held = Message.objects.filter(is_announced=False, visible_at__lte=timezone.now()).values_list("pk", flat=True)
    for pk in list(held[:BATCH]):
        announce_reply(pk)


def announce_follow_ups() -> None:
    """Tell of the follow-ups that are due, the longest due first; what is left comes in the next minute."""
    for ticket in list(Ticket.objects.follow_up_untold().order_by("follow_up_at")[:BATCH]):
        services.announce_follow_up(ticket=ticket)


def give_out_waiting() -> None:
    """Give out what waits in round robin departments."""
    for department in Department.objects.filter(distribution=Department.Distribution.ROUND_ROBIN, is_active=True):
        services.give_out(department=department)
