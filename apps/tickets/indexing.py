"""What of tickets can be found by searching, and by whom.

Documents of three kinds: `ticket` (number, subject, customer), `message` (its text) and `customer` (name and address).
Their scopes say who finds them: `d<id>` the agents of that department, `c<id>` that customer.
"""

from itertools import chain

from apps.accounts.models import User
from apps.core.search.services import Document, index_many, remove, rescope
from apps.tickets.models import Message, Ticket

TICKET, MESSAGE, CUSTOMER = "ticket", "message", "customer"


def index_ticket(ticket: Ticket) -> None:
    """Make the ticket findable as it is now, and its customer for the department's agents."""
    index_many([_of_ticket(ticket)])
    if ticket.customer is not None:
        index_many([_of_customer(ticket.customer)])


def index_message(message: Message) -> None:
    """Make the message findable; notes are for agents alone."""
    index_many([_of_message(message)])


def index_everything() -> int:
    """Fill the index anew, oldest first, as after a move to another database; how many documents it has then."""
    tickets = Ticket.objects.unmerged().order_by("pk")
    messages = Message.objects.select_related("ticket").order_by("pk")
    customers = User.objects.filter(own_tickets__isnull=False).distinct().order_by("pk")
    documents = chain(
        map(_of_customer, customers.iterator()),
        map(_of_ticket, tickets.iterator()),
        map(_of_message, messages.iterator()),
    )
    return index_many(documents)


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


def scopes_for(user: User, *, department: int | None = None) -> list[str] | None:
    """What an agent may find, everywhere or in one department; None is everything."""
    if user.has_perm("tickets.view_all_tickets"):
        return None if department is None else [f"d{department}"]
    if not user.has_perm("tickets.view_ticket"):
        return []
    return [f"d{pk}" for pk in user.department_ids if department in (None, pk)]


def scopes_of_customer(user: User) -> list[str]:
    """What a customer may find on the portal."""
    return [f"c{user.pk}"]


def scopes_of_message(message: Message, ticket: Ticket) -> list[str]:
    """Who finds a message of this ticket."""
    return [f"d{ticket.department_id}"] if message.direction == Message.Direction.NOTE else _scopes(ticket)


def _scopes(ticket: Ticket) -> list[str]:
    own = [f"c{ticket.customer_id}"] if ticket.customer_id else []
    return [f"d{ticket.department_id}", *own]


def _of_ticket(ticket: Ticket) -> Document:
    text = f"{ticket.number}\n{ticket.subject}\n{ticket.customer_name}\n{ticket.customer_email}"
    return Document(TICKET, ticket.pk, ticket.pk, tuple(_scopes(ticket)), text)


def _of_message(message: Message) -> Document:
    scopes = tuple(scopes_of_message(message, message.ticket))
    return Document(MESSAGE, message.pk, message.ticket_id, scopes, message.text)


def _of_customer(customer: User) -> Document:
    departments = (
        Ticket.objects.of_customer(customer)
        .order_by("department_id")
        .values_list("department_id", flat=True)
        .distinct()
    )
    text = f"{customer.get_full_name()}\n{customer.username}\n{customer.email}"
    return Document(CUSTOMER, customer.pk, customer.pk, tuple(f"d{pk}" for pk in departments), text)
