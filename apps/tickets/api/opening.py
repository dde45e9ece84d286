"""Opening a ticket through the API."""

from typing import Any

from django.db.models import Q

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.core.limits import is_over_limit
from apps.core.problems import Problem
from apps.tickets import services
from apps.tickets.api.files import uploaded
from apps.tickets.api.schemas import TicketIn
from apps.tickets.errors import BadField, NotAllowed
from apps.tickets.models import Ticket, TicketEvent

OPENED, OPENED_SECONDS = 60, 3600  # by one customer
NO_DEPARTMENT = {"department": "There is no such department for this brand."}
# What only agents may say, with what it is when nobody says it.
FOR_AGENTS: dict[str, Any] = {
    "priority": Ticket.Priority.NORMAL,
    "cc": [],
    "customer": None,
    "name": "",
    "email": "",
    "direction": "in",
}


def open_for(person: User, data: TicketIn, *, host_brand: Brand) -> Ticket:
    """Open the ticket. Raises TicketError; Problem (422, 429) for what only agents may say, and for floods."""
    if not person.is_staff:
        _refuse_agents_fields(data)
        _refuse_flood(person)
    brand = _brand(person, data.brand, host_brand)
    department = Department.objects.for_brand(brand).filter(pk=data.department).first()
    if department is None:
        raise BadField(NO_DEPARTMENT)
    try:
        return services.open_ticket(
            brand=brand,
            department=department,
            subject=data.subject,
            text=data.text,
            html=data.html,
            by=person,
            customer=_customer(person, data.customer),
            name=data.name,
            email=data.email,
            priority=data.priority.value,
            fields={field.id: field.value for field in data.fields},
            attachments=uploaded(person, data.attachments),
            cc=data.cc,
            language=data.language,
            direction=data.direction,
            face=TicketEvent.Face.API,
        )
    except NotAllowed as error:  # a department that is not the agent's
        raise BadField(NO_DEPARTMENT) from error


def _refuse_agents_fields(data: TicketIn) -> None:
    named = [name for name, usual in FOR_AGENTS.items() if getattr(data, name) != usual]
    if named:
        raise Problem(422, "for_agents", errors={name: ["Only agents can say this."] for name in named})


def _refuse_flood(person: User) -> None:
    if is_over_limit(name="api-tickets", key=str(person.pk), limit=OPENED, seconds=OPENED_SECONDS):
        raise Problem(429, headers={"Retry-After": str(OPENED_SECONDS)})


def _brand(person: User, wanted: int | None, host_brand: Brand) -> Brand:
    if wanted is None or wanted == host_brand.pk:
        return host_brand
    brand = Brand.objects.filter(pk=wanted).first() if person.is_staff else None
    if brand is None:
        raise BadField({"brand": "There is no such brand here."})
    return brand


def _customer(person: User, wanted: int | None) -> User | None:
    """The customer of an id: one whom this agent knows already, from the list of people or from a ticket."""
    if wanted is None:
        return None
    if person.has_perm("accounts.view_user"):
        known = Q(pk=wanted)
    else:
        theirs = Ticket.objects.visible_to(person).filter(customer_id=wanted)
        known = Q(pk=wanted) & (Q(pk=person.pk) | Q(pk__in=theirs.values("customer_id")))
    customer: User | None = User.objects.filter(known, is_active=True).first()
    if customer is None:
        raise BadField({"customer": "There is no such customer."})
    return customer
