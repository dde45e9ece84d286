"""The API's operations on what was done with a ticket, and on the fields that departments ask for."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from apps.accounts.api import departments_for
from apps.accounts.bearer import Bearer
from apps.accounts.token_models import Scope
from apps.core.api_types import PathId
from apps.core.paging import Cursor, Limit, Page, page_of
from apps.tickets.api.schemas import CustomFieldOut, EventOut
from apps.tickets.api.showing import person_of, ticket_or_404
from apps.tickets.models import CustomField, TicketEvent

router = Router()


@router.get("/tickets/{number}/events", response=Page[EventOut], auth=Bearer(Scope.TICKETS_READ), tags=["Tickets"])
def list_events(request: HttpRequest, number: str, limit: Limit = 50, cursor: Cursor = "") -> Page[EventOut]:
    """What was done with a ticket, oldest first. Only agents see it."""
    person = person_of(request)
    ticket = ticket_or_404(person, number)
    if not person.is_staff:
        raise Http404
    rows = TicketEvent.objects.filter(ticket=ticket)
    events, following = page_of(rows, request=request, order="pk", limit=limit, cursor=cursor)
    return Page[EventOut](items=[_show(event) for event in events], next=following)


@router.get(
    "/departments/{department_id}/fields",
    response=Page[CustomFieldOut],
    auth=Bearer(Scope.DEPARTMENTS_READ),
    tags=["Departments"],
)
def list_fields(
    request: HttpRequest, department_id: PathId, limit: Limit = 50, cursor: Cursor = ""
) -> Page[CustomFieldOut]:
    """The custom fields that a ticket of a department has."""
    department = get_object_or_404(departments_for(request), pk=department_id)
    rows = CustomField.objects.filter(department=department, is_active=True)
    rows = rows if request.user.is_staff else rows.for_customers()
    fields, following = page_of(rows, request=request, order="position", limit=limit, cursor=cursor)
    return Page[CustomFieldOut](items=[_show_field(field) for field in fields], next=following)


def _show(event: TicketEvent) -> EventOut:
    return EventOut(
        id=event.pk,
        kind=TicketEvent.Kind(event.kind),
        actor=event.actor_id,
        actor_name=event.actor_name,
        face=TicketEvent.Face(event.face),
        data=event.data,
        created_at=event.created_at,
    )


def _show_field(field: CustomField) -> CustomFieldOut:
    return CustomFieldOut(
        id=field.pk,
        name=field.name,
        kind=CustomField.Kind(field.kind),
        choices=field.choice_list if field.kind == CustomField.Kind.CHOICE else [],
        help_text=field.help_text,
        is_required=field.is_required,
    )
