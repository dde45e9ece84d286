"""A ticket begins."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.models import Department, User
from apps.brands.models import LANGUAGES, Brand
from apps.core.html import plain, visible
from apps.core.locks import lock
from apps.tickets import indexing, notices
from apps.tickets.attachments import attach
from apps.tickets.errors import BadField, NotAllowed
from apps.tickets.fields import keep_values
from apps.tickets.models import Attachment, Message, Ticket, TicketEvent
from apps.tickets.numbers import new_number
from apps.tickets.services.acting import may_work_on, not_there, record
from apps.tickets.services.turns import give_to_next
from apps.tickets.texts import clean_body, clean_copies, clean_subject

NUMBER_TRIES = 5
LONGEST_ADDRESS = 254
Direction = Message.Direction


@transaction.atomic
def open_ticket(
    *,
    brand: Brand,
    department: Department,
    subject: str,
    text: str,
    face: str,
    by: User | None = None,
    customer: User | None = None,
    name: str = "",
    email: str = "",
    html: str = "",
    priority: str = Ticket.Priority.NORMAL,
    fields: dict[int, str] | None = None,
    attachments: Sequence[Attachment] = (),
    upload_key: str = "",
    cc: Sequence[str] = (),
    language: str = "",
    direction: str = Direction.IN,
    client_id: UUID | None = None,
) -> Ticket:
    """Open a ticket with its first message and, where the department deals out work, give it to an agent.

    by: who does it; None for somebody without an account, who then gives `email`. customer: whose ticket it is, an
    agent may open one for a customer; otherwise it is `by`. direction: `in` is what the customer said, `out` (agents
    only) a first message to the customer, which leaves the ticket waiting. fields: values by id of the custom field.
    client_id: the same one again by the same person gives the ticket that was opened first.
    Raises BadField for what cannot be used, NotAllowed where `by` may not open it here.
    """
    if earlier := _opened_with(client_id, by, email):
        return earlier
    is_agent = _check_opener(by, customer, department, direction)
    _check_department(department, brand, is_agent=is_agent)
    words = _words(text, html, is_optional=bool(attachments))
    if priority not in Ticket.Priority.values:
        raise BadField({"priority": _("There is no such priority.")})
    new = Ticket(brand=brand, department=department, subject=clean_subject(subject), priority=priority)
    new.customer = customer or (None if is_agent else by)
    new.customer_name, new.customer_email = _person(new.customer, name, email)
    new.language = _language(language, new, reads_page=not is_agent and face == TicketEvent.Face.PORTAL)
    _start(new, direction, by)
    ticket = _save_with_free_number(new)
    keep_values(ticket, fields or {}, for_customer=not is_agent)
    message = _first_message(ticket, direction, by, words=words, cc=clean_copies(cc), client_id=client_id)
    attach(attachments=attachments, message=message, by=by, upload_key=upload_key)
    record(ticket, TicketEvent.Kind.OPENED, by=by, face=face, message=message.pk)
    _announce(ticket, message, by)
    return ticket


def _first_message(
    ticket: Ticket, direction: str, by: User | None, *, words: tuple[str, str], cc: list[str], client_id: UUID | None
) -> Message:
    """What the customer said or, where the ticket begins with a message to the customer, the agent."""
    agent = by if direction == Direction.OUT else None
    return Message.objects.create(
        ticket=ticket,
        direction=direction,
        author=agent or ticket.customer,
        author_name=agent.get_full_name() if agent else ticket.customer_name,
        text=words[0],
        html=words[1],
        cc=cc,
        created_at=ticket.created_at,
        visible_at=ticket.created_at,
        client_id=client_id,
    )


def _start(ticket: Ticket, direction: str, by: User | None) -> None:
    """Set the clocks and counters: a first message to the customer waits for the answer, and is its writer's."""
    now = timezone.now()
    ticket.created_at = ticket.last_activity_at = ticket.idle_since = now
    if direction == Direction.OUT:
        ticket.status, ticket.agent, ticket.first_replied_at, ticket.out_count = Ticket.Status.WAITING, by, now, 1
    else:
        ticket.in_count = 1


def _announce(ticket: Ticket, message: Message, by: User | None) -> None:
    if ticket.agent_id is None:
        give_to_next(ticket)
    indexing.index_ticket(ticket)
    indexing.index_message(message)
    notices.opened(ticket, by=by)


def _language(language: str, ticket: Ticket, *, reads_page: bool) -> str:
    """What was said, else that of the page which the customer reads, else the customer's or the brand's own.

    The language that an agent or a program reads says nothing about the customer.
    """
    own = ticket.customer.language if ticket.customer else ""
    choices = (language, get_language() if reads_page else "", own, ticket.brand.language)
    return next((choice for choice in choices if choice in dict(LANGUAGES)), "")


def _opened_with(client_id: UUID | None, by: User | None, email: str) -> Ticket | None:
    if client_id is None:
        return None
    lock(f"tickets.form.{client_id}")  # the same form twice at once: the second one waits and finds the first
    message = Message.objects.filter(client_id=client_id).select_related("ticket").first()
    if message is None:
        return None
    event = TicketEvent.objects.filter(ticket=message.ticket, kind=TicketEvent.Kind.OPENED).first()
    opener = event.actor_id if event else None
    if opener != (by.pk if by else None) or (by is None and message.ticket.customer_email != email.strip().lower()):
        raise NotAllowed(_("This form was sent already."))
    return message.ticket


def _check_opener(by: User | None, customer: User | None, department: Department, direction: str) -> bool:
    """Whether an agent opens it. Raises NotAllowed for what only agents may do."""
    if by is not None and by.is_staff and (customer is None or customer.pk != by.pk):
        if not may_work_on(by, Ticket(department=department), "tickets.add_ticket"):
            raise not_there()
        return True
    if (customer is not None and (by is None or customer.pk != by.pk)) or direction != Direction.IN:
        raise not_there()
    return False


def _words(text: str, html: str, *, is_optional: bool) -> tuple[str, str]:
    """The message as it is kept, as text and as HTML."""
    words = clean_body(text, html)
    if not words[0] and not is_optional:
        raise BadField({"text": _("Write a message.")})
    return words


def _check_department(department: Department, brand: Brand, *, is_agent: bool) -> None:
    offered = Department.objects.for_brand(brand)
    if not (offered if is_agent else offered.public()).filter(pk=department.pk).exists():
        raise BadField({"department": _("This department takes no tickets here. Choose another one.")})


def _person(customer: User | None, name: str, email: str) -> tuple[str, str]:
    if customer is not None:
        return customer.get_full_name()[:100], customer.email
    address = visible(email).strip().lower()
    try:
        validate_email(address)
        MaxLengthValidator(LONGEST_ADDRESS)(address)
    except ValidationError as error:
        raise BadField({"email": _("Write the e-mail address, for example name@example.com.")}) from error
    return plain(name)[:100] or address[:100], address


def _save_with_free_number(ticket: Ticket) -> Ticket:
    for tried in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
            return ticket
        except IntegrityError:
            if tried == NUMBER_TRIES - 1 or not Ticket.objects.filter(number=ticket.number).exists():
                raise
            ticket.number = new_number()
    return ticket
