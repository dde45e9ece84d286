"""A new ticket that an agent opens for a customer."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.core.html import plain
from apps.core.search.services import search
from apps.core.typed import read_number, read_uuid
from apps.tickets import indexing, services
from apps.tickets.errors import BadField, TicketError
from apps.tickets.models import Attachment, CustomField, Message, Ticket
from apps.tickets.pages.access import FACE
from apps.tickets.pages.answers import FOLDER
from apps.tickets.pages.contents import FieldInput
from apps.tickets.queries import departments_of
from apps.tickets.uploads import posted_files

CUSTOMERS = 20
SHORTEST_SEARCH = 2


def new_ticket(request: Any) -> HttpResponse:
    """The form; nothing that was typed is lost where something is wrong with it."""
    _refuse_others(request)
    if request.method != "POST":
        typed = {"direction": Message.Direction.IN, "priority": Ticket.Priority.NORMAL, **request.GET.dict()}
        return _form(request, typed)
    typed = request.POST.dict()
    files, problems = posted_files(request, sent_as=read_uuid(typed.get("client_id", "")))
    if problems:
        return _form(request, typed, files=files, problems=problems, status=422)
    try:
        ticket = _open(request, typed, files)
    except TicketError as error:
        errors = error.errors if isinstance(error, BadField) else {"": str(error)}
        return _form(request, typed, files=files, errors=errors, status=422)
    messages.success(request, _("Ticket %(number)s is open.") % {"number": ticket.number}, extra_tags="opened")
    return redirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))


@require_GET
def department_fields(request: Any) -> HttpResponse:
    """The custom fields and brands of the department that is chosen, with what was typed into those of the same id."""
    _refuse_others(request)
    typed = request.GET.dict()
    department = _department(request.user, typed.get("department", ""))
    context = {"inputs": _inputs(department, typed, {}), "brands": _brands(department), "typed": typed, "is_new": True}
    return render(request, f"{FOLDER}/_new_fields.html", context)


@require_GET
def customers(request: Any) -> HttpResponse:
    """Customers to choose from.

    Found are those whose tickets the agent sees, and anybody by the whole e-mail address or user name.
    """
    _refuse_others(request)
    query = plain(request.GET.get("q", ""))[:200]
    context = {"query": query, "customers": _found(request.user, query) if len(query) >= SHORTEST_SEARCH else None}
    return render(request, f"{FOLDER}/_new_customers.html", context)


def _open(request: Any, typed: dict[str, str], files: list[Attachment]) -> Ticket:
    department = _department(request.user, typed.get("department", ""))
    brand = _brand(typed.get("brand", ""), department)
    missing = _missing(typed, files)
    if department is None or brand is None or missing:
        raise BadField(missing if department and brand else {"department": _("Choose a department."), **missing})
    return services.open_ticket(
        brand=brand,
        department=department,
        customer=_customer(request.user, typed),
        name=typed.get("name", ""),
        email=typed.get("email", ""),
        subject=typed.get("subject", ""),
        text=typed.get("text", ""),
        priority=typed.get("priority", ""),
        direction=Message.Direction.OUT if typed.get("direction") == Message.Direction.OUT else Message.Direction.IN,
        fields={item.field.pk: item.value for item in _inputs(department, typed, {})},
        attachments=files,
        client_id=read_uuid(typed.get("client_id", "")),
        by=request.user,
        face=FACE,
    )


def _missing(typed: dict[str, str], files: list[Attachment]) -> dict[str, str]:
    """What is empty and must not be: said at once, not one after the other."""
    texts = {"subject": _("Write a subject."), "text": _("Write a message.")}
    missing = {name: text for name, text in texts.items() if not typed.get(name, "").strip()}
    if files:
        missing.pop("text", None)
    if not typed.get("customer") and not typed.get("email", "").strip():
        missing["email"] = _("Choose a customer, or write an e-mail address.")
    return missing


def _form(
    request: HttpRequest,
    typed: dict[str, str],
    *,
    files: list[Attachment] | None = None,
    errors: dict[str, str] | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    departments = list(_departments(request.user))
    chosen = _department(request.user, typed.get("department", "")) or (
        departments[0] if len(departments) == 1 else None
    )
    context = {
        **admin.site.each_context(request),
        "title": _("New ticket"),
        "departments": departments,
        "brands": _brands(chosen),
        "chosen": chosen,
        "customer": _customer(request.user, typed),
        "inputs": _inputs(chosen, typed, errors or {}),
        "priorities": Ticket.Priority.choices,
        "typed": typed,
        "errors": errors or {},
        "pending": files or [],
        "problems": problems or [],
        "client_id": read_uuid(typed.get("client_id", "")) or uuid.uuid4(),
    }
    return render(request, f"{FOLDER}/new.html", context, status=status)


def _refuse_others(request: Any) -> None:
    if not request.user.has_perm("tickets.add_ticket"):
        raise PermissionDenied


def _departments(user: Any) -> "QuerySet[Department]":
    """Where the person may open tickets."""
    return Department.objects.filter(pk__in=departments_of(user), is_active=True).order_by("name")


def _department(user: Any, value: str) -> Department | None:
    return _departments(user).filter(pk=read_number(value) or 0).first()


def _brands(department: Department | None) -> "QuerySet[Brand]":
    """What the department serves; without one, all brands."""
    served = department.brands.all() if department else Brand.objects.none()
    return (served or Brand.objects.all()).order_by("-is_default", "name")


def _brand(value: str, department: Department | None) -> Brand | None:
    """The brand that was chosen; without a choice the first one that the department serves."""
    if (number := read_number(value)) is not None:
        return Brand.objects.filter(pk=number).first()
    return _brands(department).first()


def _customer(user: Any, typed: dict[str, str]) -> User | None:
    """The customer that was chosen: by user name, or by the id of one whom the agent knows already.

    An e-mail address that was typed chooses nobody, for an address proves nothing.
    """
    value = plain(typed.get("customer", ""))
    people = User.objects.customers().filter(is_active=True)
    found: User | None = people.filter(username__iexact=value).first() if value else None
    number = read_number(value)
    if found is None and number is not None:
        knows = user.has_perm("accounts.view_user") or Ticket.objects.visible_to(user).filter(customer_id=number)
        found = people.filter(pk=number).first() if knows else None
    return found


def _found(user: User, query: str) -> list[User]:
    hits = search(text=query, scopes=indexing.scopes_for(user), kinds=[indexing.CUSTOMER], limit=CUSTOMERS)
    people = User.objects.customers().filter(is_active=True)
    exact = list(people.for_name_or_email(query)[:1])
    by_pk = {person.pk: person for person in people.filter(pk__in=[hit.object_id for hit in hits])}
    found = {person.pk: person for person in exact} | by_pk
    return list(found.values())[:CUSTOMERS]


def _inputs(department: Department | None, typed: dict[str, str], errors: dict[str, str]) -> list[FieldInput]:
    if department is None:
        return []
    names = {field: f"field_{field.pk}" for field in CustomField.objects.filter(department=department, is_active=True)}
    return [FieldInput(field, name, typed.get(name, ""), error=errors.get(name, "")) for field, name in names.items()]
