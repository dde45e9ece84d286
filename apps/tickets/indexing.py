"""What of tickets can be found by searching, and by whom.

Documents of three kinds: `ticket` (number, subject, customer), `message` (its text) and `customer` (name and address).
Their scopes say who finds them: `d<id>` the agents of that department, `c<id>` that customer.
"""

from collections.abc import Iterable

from apps.accounts.models import User
from apps.core.search.services import index, remove, rescope
from apps.tickets.models import Message, Ticket

TICKET, MESSAGE, CUSTOMER = "ticket", "message", "customer"


def index_ticket(ticket: Ticket) -> None:
    """Make the ticket findable as it is now, and its customer for the department's agents."""
    text = f"{ticket.number}\n{ticket.subject}\n{ticket.customer_name}\n{ticket.customer_email}"
    index(kind=TICKET, object_id=ticket.pk, group_id=ticket.pk, scopes=_scopes(ticket), text=text)
    if ticket.customer is not None:
        _index_customer(ticket.customer)


def index_message(message: Message) -> None:
    """Make the message findable; notes are for agents alone."""
    scopes = scopes_of_message(message, message.ticket)
    index(kind=MESSAGE, object_id=message.pk, group_id=message.ticket_id, scopes=scopes, text=message.text)


def index_whole(ticket: Ticket) -> None:
    """Index the ticket and all its messages anew: other people may find them now."""
    index_ticket(ticket)
    for message in ticket.messages.all():
        index_message(message)


def move_ticket(ticket: Ticket) -> None:
    """The ticket is in another department now: its agents find it, those of the old one do not."""
    index_ticket(ticket)
    rescope(group_id=ticket.pk, kinds=[MESSAGE], scopes=_scopes(ticket))
    for note in ticket.messages.filter(direction=Message.Direction.NOTE):
        index_message(note)


def forget_message(message: Message) -> None:
    """Nobody finds the message any more."""
    remove(kind=MESSAGE, object_id=message.pk)


def forget_ticket(ticket: Ticket) -> None:
    """Nobody finds the ticket itself any more; its messages stay."""
    remove(kind=TICKET, object_id=ticket.pk)


def scopes_for(user: User) -> list[str] | None:
    """What an agent may find; None is everything."""
    if user.has_perm("tickets.view_all_tickets"):
        return None
    if not user.has_perm("tickets.view_ticket"):
        return []
    return [f"d{pk}" for pk in user.department_ids]


def scopes_of_customer(user: User) -> list[str]:
    """What a customer may find on the portal."""
    return [f"c{user.pk}"]


def scopes_of_message(message: Message, ticket: Ticket) -> list[str]:
    """Who finds a message of this ticket."""
    return [f"d{ticket.department_id}"] if message.direction == Message.Direction.NOTE else _scopes(ticket)


def _scopes(ticket: Ticket) -> list[str]:
    own = [f"c{ticket.customer_id}"] if ticket.customer_id else []
    return [f"d{ticket.department_id}", *own]


def _index_customer(customer: User) -> None:
    departments: Iterable[int] = (
        Ticket.objects.of_customer(customer).order_by().values_list("department_id", flat=True).distinct()
    )
    text = f"{customer.get_full_name()}\n{customer.username}\n{customer.email}"
    scopes = [f"d{pk}" for pk in departments]
    index(kind=CUSTOMER, object_id=customer.pk, group_id=customer.pk, scopes=scopes, text=text)
