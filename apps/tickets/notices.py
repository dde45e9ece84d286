"""What people are told about tickets: the kinds, and who is told when."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.notifications.registry import Audience, Kind, register
from apps.notifications.services import notify
from apps.tickets.models import Message, Ticket

KINDS = (
    Kind(
        "ticket_assigned",
        _("A ticket is given to me"),
        _("%(person)s gave you “%(subject)s” (%(number)s)"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_given",
        _("A ticket comes to me in turn"),
        _("“%(subject)s” (%(number)s) is yours: it was your turn"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_answered",
        _("A customer answers my ticket"),
        _("%(person)s answered “%(subject)s” (%(number)s)"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_closed_by_customer",
        _("A customer closes my ticket"),
        _("%(person)s closed “%(subject)s” (%(number)s)"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_follow_up",
        _("A follow-up is due"),
        _("The follow-up of “%(subject)s” (%(number)s) is due"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_noted",
        _("A colleague adds a note to my ticket"),
        _("%(person)s added a note to “%(subject)s” (%(number)s)"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_transferred",
        _("A ticket is transferred to me or my department"),
        _("%(person)s transferred “%(subject)s” (%(number)s) to %(department)s"),
        Audience.STAFF,
    ),
    Kind(
        "ticket_opened",
        _("A customer opens a ticket in my departments"),
        _("%(person)s opened “%(subject)s” (%(number)s) in %(department)s"),
        Audience.STAFF,
        default_on=False,
    ),
    Kind(
        "ticket_replied",
        _("My ticket is answered"),
        _("%(person)s replied to “%(subject)s” (%(number)s)"),
        Audience.CUSTOMER,
    ),
    Kind("ticket_closed", _("My ticket is closed"), _("“%(subject)s” (%(number)s) was closed"), Audience.CUSTOMER),
    Kind(
        "ticket_merged",
        _("My ticket goes on in another one"),
        _("“%(subject)s” (%(number)s) now also holds %(merged)s"),
        Audience.CUSTOMER,
    ),
)
MEMBERS_TOLD = 500
NUMBERS_TOLD = 15


def register_kinds() -> None:
    """Make the kinds known; called once the apps are ready."""
    for kind in KINDS:
        register(kind)


def opened(ticket: Ticket, *, by: User | None) -> None:
    """A ticket came in: tell the department's agents, those who want to know."""
    _tell(_members(ticket), "ticket_opened", ticket, person=ticket.customer_name, by=by)


def assigned(ticket: Ticket, *, by: User | None) -> None:
    """A ticket got an agent: tell them, unless they took it themselves."""
    kind = "ticket_assigned" if by else "ticket_given"
    _tell(_agent(ticket), kind, ticket, person=by.get_full_name() if by else "", by=by)


def transferred(ticket: Ticket, *, by: User) -> None:
    """A ticket came from another department: tell its agent, or the department's agents."""
    people = _agent(ticket) or _members(ticket)
    _tell(people, "ticket_transferred", ticket, person=by.get_full_name(), by=by)


def noted(message: Message) -> None:
    """A colleague wrote a note: tell the ticket's agent."""
    ticket = message.ticket
    _tell(_agent(ticket), "ticket_noted", ticket, person=message.author_name, by=message.author)


def customer_replied(message: Message) -> None:
    """The customer wrote: tell the ticket's agent, or where there is none the department's agents."""
    ticket = message.ticket
    if agent := _agent(ticket):
        _tell(agent, "ticket_answered", ticket, person=message.author_name, by=message.author)
    else:
        _tell(_members(ticket), "ticket_opened", ticket, person=message.author_name, by=message.author)


def reopened(ticket: Ticket) -> None:
    """The customer opened a closed ticket again: tell its agent."""
    _tell(_agent(ticket), "ticket_answered", ticket, person=ticket.customer_name, by=ticket.customer)


def replied(message: Message) -> None:
    """The customer can read a reply: tell them."""
    _tell_customer(message.ticket, "ticket_replied", person=message.author_name, by=message.author)


def closed(ticket: Ticket, *, by: User | None) -> None:
    """A ticket was closed: tell the customer."""
    _tell_customer(ticket, "ticket_closed", by=by)


def closed_by_customer(ticket: Ticket) -> None:
    """The customer closed the ticket: tell its agent."""
    _tell(_agent(ticket), "ticket_closed_by_customer", ticket, person=ticket.customer_name, by=ticket.customer)


def follow_up_due(ticket: Ticket) -> None:
    """A follow-up came up: tell the ticket's agent, or where nobody works on it the department's agents."""
    _tell(_agent(ticket) or _members(ticket), "ticket_follow_up", ticket, person="", by=None)


def merged(survivor: Ticket, *, by: User) -> None:
    """Other tickets were merged into this one: tell the customer where their numbers lead now."""
    numbers = survivor.merged_tickets.order_by("-pk").values_list("number", flat=True)[:NUMBERS_TOLD]
    _tell_customer(survivor, "ticket_merged", by=by, merged=", ".join(numbers))


def group_of_agents(ticket: Ticket) -> str:
    """The group of what agents are told about a ticket; reading the ticket reads all of it."""
    return f"ticket-{ticket.pk}"


def group_of_customer(ticket: Ticket) -> str:
    """The group of what the customer is told about a ticket."""
    return f"own-{ticket.pk}"


def _agent(ticket: Ticket) -> list[User]:
    """The ticket's agent, as long as the person works here and the ticket is one of theirs to see."""
    agent = ticket.agent
    if agent is None or not agent.is_staff or not Ticket.objects.visible_to(agent).filter(pk=ticket.pk).exists():
        return []
    return [agent]


def _members(ticket: Ticket) -> list[User]:
    return list(ticket.department.members.filter(is_active=True, is_staff=True)[:MEMBERS_TOLD])


def _tell(people: list[User], kind: str, ticket: Ticket, *, person: str, by: User | None) -> None:
    path = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    data = {**_data(ticket), "person": person, "department": ticket.department.name}
    notify(people=people, kind=kind, data=data, path=path, group=group_of_agents(ticket), except_for=by)


def _tell_customer(ticket: Ticket, kind: str, *, by: User | None, **more: str) -> None:
    if ticket.customer is not None:
        path = reverse("portal:ticket", args=[ticket.number])
        data = {**_data(ticket), **more}
        notify(
            people=[ticket.customer], kind=kind, data=data, path=path, group=group_of_customer(ticket), except_for=by
        )


def _data(ticket: Ticket) -> dict[str, str | int | float]:
    return {"subject": ticket.subject, "number": ticket.number}
