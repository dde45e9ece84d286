"""A customer opens a ticket, signed in or not."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.backends import caller_network
from apps.accounts.models import Department, User
from apps.brands.addresses import own_address
from apps.core.limits import is_over_limit
from apps.portal.tickets.access import private, remember_link, ticket_page
from apps.portal.tickets.forms import NewTicketForm
from apps.tickets.errors import TicketError
from apps.tickets.guests import link_key
from apps.tickets.models import Attachment, Ticket, TicketEvent
from apps.tickets.services import open_ticket
from apps.tickets.uploads import NEW_FILES, UPLOADED, owner, person, posted_files

TICKETS_AN_HOUR, GUESTS_TICKETS_AN_HOUR = 30, 10
HOUR = 3600


@private
@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """The form for a new ticket. `department` and `subject` in the address fill it in."""
    departments = departments_of(request)
    if not departments:
        return render(request, "portal/tickets/no_departments.html")
    if request.method == "POST":
        return _posted(request, departments)
    initial = {name: request.GET[name][:200] for name in ("department", "subject") if name in request.GET}
    return _form_page(request, _form(request, departments, initial=initial))


@private
@require_safe
def department_fields(request: HttpRequest) -> HttpResponse:
    """The custom fields of one department, a part of the form."""
    initial = {"department": request.GET.get("department", "")}
    form = _form(request, departments_of(request), initial=initial)
    return render(request, "portal/tickets/_fields.html", {"form": form})


@require_safe
@ticket_page
def opened(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """What somebody without an account keeps of a ticket: its number and its link."""
    if ticket.customer_id is not None:
        return redirect("portal:ticket", ticket.number)
    after = reverse("portal:ticket", args=[ticket.number])
    doors = {"sign_in": _door("portal:login", after), "register": _door("portal:register", after)}
    return render(request, "portal/tickets/opened.html", {"ticket": ticket, "link": link_to(request, ticket), **doors})


def departments_of(request: HttpRequest) -> list[Department]:
    """The departments that customers of this brand can write to."""
    return list(Department.objects.for_brand(request.brand).public())  # type: ignore[attr-defined]


def link_to(request: HttpRequest, ticket: Ticket) -> str:
    """The whole address that opens a ticket without an account."""
    return f"{own_address(request)}{reverse('portal:ticket', args=[ticket.number])}?key={link_key(ticket)}"


def file_names(request: HttpRequest) -> list[str]:
    """What tells the posted files apart from others."""
    new = [f"{upload.name} {upload.size}" for upload in request.FILES.getlist(NEW_FILES)]
    return [*request.POST.getlist(UPLOADED), *new]


def _door(name: str, after: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': after})}"


def _form(request: HttpRequest, departments: list[Department], **data: Any) -> NewTicketForm:
    return NewTicketForm(departments=departments, is_guest=person(request) is None, **data)


def _posted(request: HttpRequest, departments: list[Department]) -> HttpResponse:
    form = _form(request, departments, data=request.POST, files=file_names(request))
    files, problems = posted_files(request, sent_as=form.sent_id() if form.is_valid() else None)
    if "show" in request.POST or form.lacks_fields:
        said = "" if "show" in request.POST else _("One more step: please fill in what %(department)s needs to know.")
        form = _form(request, departments, initial=request.POST.dict())
        notice = said % {"department": form.chosen}
        return _form_page(request, form, pending=files, problems=problems, notice=notice)
    for problem in problems:
        form.add_error(None, problem)
    if form.is_valid() and not _is_flood(request, form):
        ticket = _open(request, form, files)
        if ticket is not None:
            return _done(request, ticket)
    return _form_page(request, form, pending=files, problems=problems)


def _is_flood(request: HttpRequest, form: NewTicketForm) -> bool:
    by = person(request)
    key, limit = (f"user-{by.pk}", TICKETS_AN_HOUR) if by else (caller_network(request), GUESTS_TICKETS_AN_HOUR)
    if not is_over_limit(name="new_ticket", key=key, limit=limit, seconds=HOUR):
        return False
    text = ngettext(
        "More than %(count)d ticket came from here within an hour. Please wait a little, then send this again.",
        "More than %(count)d tickets came from here within an hour. Please wait a little, then send this again.",
        limit,
    )
    form.add_error(None, text % {"count": limit})
    form.is_flood = True
    return True


def _open(request: HttpRequest, form: NewTicketForm, files: list[Attachment]) -> Ticket | None:
    """Open the ticket; None where the form now says why not."""
    typed = form.cleaned_data
    assert form.chosen is not None  # the form is valid
    try:
        return open_ticket(
            brand=request.brand,  # type: ignore[attr-defined]
            department=form.chosen,
            subject=typed["subject"],
            text=typed["text"],
            name=typed.get("name", ""),
            email=typed.get("email", ""),
            fields=form.values,
            attachments=files,
            client_id=form.sent_id(),
            face=TicketEvent.Face.PORTAL,
            **_opener(request),
        )
    except TicketError as error:
        form.refuse(error)
        return None


def _opener(request: HttpRequest) -> dict[str, Any]:
    """As themselves: staff open tickets for others in the management interface."""
    by: User | None = person(request)
    return {**owner(request), "customer": by}


def _done(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    if ticket.customer_id is None:
        remember_link(request, ticket)
        return redirect("portal:ticket_opened", ticket.number)
    messages.success(request, _("Your ticket is with us. We answer here."), extra_tags="sent")
    return redirect("portal:ticket", ticket.number)


def _form_page(
    request: HttpRequest,
    form: NewTicketForm,
    *,
    pending: list[Attachment] | None = None,
    problems: list[str] | None = None,
    notice: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "pending": pending or [], "problems": problems or [], "notice": notice}
    if person(request) is None:
        context["next"] = request.get_full_path()
        context["sign_in"] = _door("portal:login", request.get_full_path())
    response = render(request, "portal/tickets/new.html", context)
    if form.is_flood:
        response.status_code = 429
        response["Retry-After"] = str(HOUR)
    return response
