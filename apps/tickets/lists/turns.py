"""Taking tickets, and being available for them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import Department, User
from apps.core.typed import read_number
from apps.tickets import services
from apps.tickets.errors import TicketError
from apps.tickets.lists.asking import list_address
from apps.tickets.lists.badge import forget_my_active
from apps.tickets.lists.frames import agent_of
from apps.tickets.lists.ways_back import address_back
from apps.tickets.models import Ticket, TicketEvent

FACE = TicketEvent.Face.MANAGEMENT


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the next ticket from the queue, of one department where the list shows one, and open it."""
    user = _worker(request)
    department = _department(user, request.POST.get("department", ""))
    try:
        ticket = services.take_next(by=user, department=department, face=FACE)
    except TicketError as error:
        messages.info(request, str(error))
        return HttpResponseRedirect(address_back(request, otherwise=list_address()))
    return _opened(request, user, ticket)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take one unassigned ticket and open it."""
    user = _worker(request)
    pk = read_number(request.POST.get("ticket", "")) or 0
    ticket = get_object_or_404(Ticket.objects.visible_to(user), pk=pk)
    try:
        services.take_ticket(ticket=ticket, by=user, face=FACE)
    except TicketError as error:
        messages.warning(request, str(error))
        return HttpResponseRedirect(address_back(request, otherwise=list_address()))
    return _opened(request, user, ticket)


@require_POST
def change_availability(request: HttpRequest) -> HttpResponse:
    """Say whether the agent is given new work (`available=1`)."""
    user = _worker(request)
    is_available = request.POST.get("available") == "1"
    services.set_available(user=user, is_available=is_available)
    forget_my_active(user)
    if is_available:
        messages.success(request, _("You are available: new tickets can come to you."))
    else:
        messages.info(request, _("You are away: nobody is given new tickets in your name. Yours stay yours."))
    return HttpResponseRedirect(address_back(request, otherwise=list_address()))


def _worker(request: HttpRequest) -> User:
    user = agent_of(request)
    if not user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    return user


def _department(user: User, posted: str) -> Department | None:
    """The department to take from; None for all. One that is not the person's is not there."""
    pk = read_number(posted)
    if pk is None:
        return None
    if not user.has_perm("tickets.view_all_tickets") and pk not in user.department_ids:
        raise Http404
    department = Department.objects.filter(pk=pk).first()
    if department is None:
        raise Http404
    return department


def _opened(request: HttpRequest, user: User, ticket: Ticket) -> HttpResponse:
    forget_my_active(user)
    messages.success(request, _("“%(subject)s” is yours now.") % {"subject": ticket.subject})
    return redirect("admin:tickets_ticket_change", ticket.pk)
