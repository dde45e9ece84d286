"""Customers without an account: an unguessable link opens their ticket."""

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from apps.tickets.models import Ticket


def link_key(ticket: Ticket) -> str:
    """The key in the link to a ticket that no account owns: an HMAC of its number under the secret key."""
    return Signer(salt="tickets.guest").signature(ticket.number)


def is_link_key(ticket: Ticket, key: str) -> bool:
    """Whether this key opens the ticket; tickets that belong to an account have no key."""
    return ticket.customer_id is None and bool(key) and constant_time_compare(link_key(ticket), key)


def ticket_for_key(*, number: str, key: str) -> Ticket | None:
    """The ticket without an account that this key opens."""
    ticket = Ticket.objects.filter(number=number, customer=None).select_related("brand", "department").first()
    return ticket if ticket and is_link_key(ticket, key) else None
