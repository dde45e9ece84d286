"""The dialogs for transferring and merging."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Department, User
from apps.core.typed import read_number
from apps.tickets import services
from apps.tickets.errors import BadField, TicketError
from apps.tickets.models import Ticket
from apps.tickets.numbers import number_within
from apps.tickets.pages.access import FACE, WorkRequest, reading, working
from apps.tickets.pages.answers import sent_to, shown, status_of
from apps.tickets.pages.contents import base, members_of, refreshed

CANDIDATES = 20


@reading
def show_transfer(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """The form of a transfer, with the agents of the department that is chosen in it."""
    return _transfer_form(request, ticket, typed=request.GET.dict())


@working
def transfer(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Move the ticket; who does not see it any more goes back to the list."""
    typed = request.POST.dict()
    try:
        department = _department(ticket, typed.get("department", ""))
        if department is None:
            raise BadField({"department": _("Choose a department.")})
        services.transfer_ticket(
            ticket=ticket,
            department=department,
            agent=_member(department, typed.get("agent", "")),
            comment=typed.get("comment", ""),
            priority=typed.get("priority") or None,
            status=typed.get("status") or None,
            by=request.user,
            face=FACE,
        )
    except TicketError as error:
        return _transfer_form(request, ticket, typed=typed, error=error)
    said = _("Transferred to %(department)s.") % {"department": department.name}
    if not Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists():
        messages.success(request, said)
        return sent_to(reverse("admin:tickets_ticket_changelist"))
    return refreshed(request, ticket, template="_done", said=said)


@reading
def show_merge(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """The form of a merge: the customer's other tickets, and a field for a number."""
    return _merge_form(request, ticket)


@working
def merge(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Say what a merge would do, and do it once that is confirmed."""
    try:
        chosen = _chosen(request, ticket)
    except BadField as error:
        return _merge_form(request, ticket, error=error)
    is_kept = request.POST.get("keep", "this") == "this" or len(chosen) > 1
    survivor, duplicates = (ticket, chosen) if is_kept else (chosen[0], [ticket])
    if not request.POST.get("confirmed"):
        context = {**base(request, ticket), "survivor": survivor, "duplicates": duplicates, "chosen": chosen}
        return shown(request, "_merge_preview", {**context, "keep": "this" if is_kept else "other"})
    try:
        services.merge_tickets(survivor=survivor, duplicates=duplicates, by=request.user, face=FACE)
    except TicketError as error:
        return _merge_form(request, ticket, error=error)
    count = len(duplicates)
    said = ngettext("One ticket is merged into this one.", "%(count)d tickets are merged into this one.", count)
    if is_kept:
        return refreshed(request, ticket, template="_done", said=said % {"count": count})
    messages.success(request, said % {"count": count})
    return sent_to(reverse("admin:tickets_ticket_change", args=[survivor.pk]))


def _transfer_form(
    request: WorkRequest, ticket: Ticket, *, typed: dict[str, str], error: TicketError | None = None
) -> HttpResponse:
    chosen = _department(ticket, typed.get("department", ""))
    context = {
        **base(request, ticket),
        "departments": Department.objects.for_brand(ticket.brand).order_by("name"),
        "chosen": chosen,
        "members": members_of(chosen) if chosen else [],
        "typed": typed,
        **_said(error),
    }
    return shown(request, "_transfer", context, status=status_of(error) if error else 200)


def _merge_form(request: WorkRequest, ticket: Ticket, *, error: TicketError | None = None) -> HttpResponse:
    candidates = Ticket.objects.visible_to(request.user).filter(services.mergeable_with(ticket))
    context = {
        **base(request, ticket),
        "candidates": candidates.order_by("-last_activity_at", "-pk")[:CANDIDATES],
        "number": request.POST.get("number", ""),
        "picked": request.POST.getlist("tickets"),
        **_said(error),
    }
    return shown(request, "_merge", context, status=status_of(error) if error else 200)


def _said(error: TicketError | None) -> dict[str, Any]:
    errors = error.errors if isinstance(error, BadField) else {}
    return {"errors": errors, "problem": "" if errors or error is None else str(error)}


def _chosen(request: WorkRequest, ticket: Ticket) -> list[Ticket]:
    """The tickets that were ticked and the one whose number was typed; those the person does not see are not there."""
    seen = Ticket.objects.visible_to(request.user).exclude(pk=ticket.pk)
    ids = [read_number(value) for value in request.POST.getlist("tickets")]
    found = {other.pk: other for other in seen.filter(pk__in=[pk for pk in ids if pk is not None][: CANDIDATES * 2])}
    if typed := request.POST.get("number", "").strip():
        number = number_within(typed)
        other = seen.filter(number=number).first() if number else None
        if other is None:
            raise BadField({"number": _("There is no other ticket with this number.")})
        found[other.pk] = other
    if not found:
        raise BadField({"number": _("Choose a ticket, or write its number.")})
    return list(found.values())


def _department(ticket: Ticket, value: str) -> Department | None:
    return Department.objects.for_brand(ticket.brand).filter(pk=read_number(value) or 0).first()


def _member(department: Department, value: str) -> User | None:
    """The agent who was chosen; None for nobody. Raises BadField for who does not work there."""
    if not value:
        return None
    found = department.members.filter(is_active=True, is_staff=True)
    member = found.filter(pk=read_number(value) or 0).first()
    if member is None:
        raise BadField({"agent": _("This agent does not work there any more. Choose another one.")})
    return member
