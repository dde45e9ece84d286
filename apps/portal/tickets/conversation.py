"""A customer's ticket: what was said, and what can be done about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.backends import caller_network
from apps.core.limits import is_over_limit
from apps.core.typed import read_moment, read_number
from apps.notifications.badge import read_group
from apps.portal.tickets.access import customer_of, open_link, private, ticket_page
from apps.portal.tickets.forms import ReplyForm
from apps.portal.tickets.opening import departments_of, file_names, link_to
from apps.tickets.errors import TicketError, TicketLocked
from apps.tickets.fields import Shown, shown_fields
from apps.tickets.floods import ANSWER_SECONDS, are_too_many_answers
from apps.tickets.held import show_as_before_held
from apps.tickets.models import Attachment, Message, Ticket, TicketEvent
from apps.tickets.notices import group_of_customer
from apps.tickets.services import add_customer_message, claim_ticket, close_by_customer, reopen_by_customer
from apps.tickets.texts import MAX_LINE
from apps.tickets.uploads import person, posted_files, upload_key

SHOWN = 50
LONG = 20_000  # characters of a message that are shown at once
LOOKS, LOOK_SECONDS = 30, 60
PORTAL = TicketEvent.Face.PORTAL


@dataclass(frozen=True)
class Part:
    """A page of a conversation, the oldest message first. `seen_until`: when its latest answer could be read."""

    said: list[Message] = field(default_factory=list)
    has_earlier: bool = False
    is_latest: bool = True

    @property
    def seen_until(self) -> datetime | None:
        answers = [message.visible_at for message in self.said if message.direction == Message.Direction.OUT]
        return max(answers) if answers else self.said[0].visible_at if self.said else None


def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The conversation; the link of somebody without an account leads here too."""
    if request.method == "GET" and "key" in request.GET:
        return _open_link(request, number)
    return _conversation(request, number)


_open_link = private(open_link)


@require_http_methods(["GET", "HEAD", "POST"])
@ticket_page
def _conversation(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    if request.method == "POST":
        return _reply(request, ticket)
    return _page(request, ticket)


@require_POST
@ticket_page
def close(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer says that the matter is done."""
    try:
        close_by_customer(ticket=ticket, face=PORTAL, **customer_of(request, ticket))
    except TicketError as error:
        return _refused(request, ticket, error)
    messages.success(request, _("The ticket is closed. Write again whenever the matter comes back."))
    return redirect("portal:ticket", ticket.number)


@require_POST
@ticket_page
def reopen(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer says that the matter is not done."""
    try:
        reopen_by_customer(ticket=ticket, face=PORTAL, **customer_of(request, ticket))
    except TicketError as error:
        return _refused(request, ticket, error)
    messages.success(request, _("The ticket is open again. We look at it."))
    return redirect("portal:ticket", ticket.number)


@require_POST
@ticket_page
def claim(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Whoever opened the link to a ticket adds it to their account."""
    by = person(request)
    key = customer_of(request, ticket)["key"]
    if by is not None and key and not by.is_staff:
        try:
            claim_ticket(ticket=ticket, key=key, by=by)
        except TicketError as error:
            return _refused(request, ticket, error)
        messages.success(request, _("The ticket is among your tickets now. Its link is no longer needed."))
    return redirect("portal:ticket", ticket.number)


@require_safe
@ticket_page
def news(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Whether there are answers after `after`, and the status: for pages that stay open."""
    by = person(request)
    key = f"{ticket.pk}-{by.pk if by else caller_network(request)}"
    if is_over_limit(name="ticket_news", key=key, limit=LOOKS, seconds=LOOK_SECONDS):
        return JsonResponse({}, status=429)
    after = read_moment(request.GET.get("after", ""))
    answers = ticket.messages.visible_to_customer().filter(direction=Message.Direction.OUT)
    has_answer = after is not None and answers.filter(visible_at__gt=after).exists()
    show_as_before_held([ticket])
    return JsonResponse({"answer": has_answer, "status": ticket.status})


def _reply(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    customer = customer_of(request, ticket)
    form = ReplyForm(request.POST, files=file_names(request))
    files, problems = posted_files(request, sent_as=form.sent_id() if form.is_valid() else None)
    for problem in problems:
        form.add_error(None, problem)
    if not form.is_valid() or _is_flood(request, ticket, form):
        return _page(request, ticket, form=form, pending=files, problems=problems)
    try:
        message = add_customer_message(
            ticket=ticket,
            text=form.cleaned_data["text"],
            attachments=files,
            upload_key=upload_key(request),
            client_id=form.sent_id(),
            face=PORTAL,
            **customer,
        )
    except TicketLocked:
        ticket.refresh_from_db()
        return _page(request, ticket, form=form, pending=files)
    except TicketError as error:
        form.refuse(error)
        return _page(request, ticket, form=form, pending=files)
    messages.success(request, _thanks(ticket, message, form.cleaned_data["seen"]), extra_tags="sent")
    return redirect(f"{reverse('portal:ticket', args=[ticket.number])}#latest")


def _is_flood(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> bool:
    by = person(request)
    if not are_too_many_answers(by=by, network="" if by else caller_network(request)):
        return False
    form.add_error(None, _("These are too many messages at once. Please wait some minutes, then send this again."))
    form.is_flood = True
    return True


def _thanks(ticket: Ticket, message: Message, seen: str) -> str:
    """What to say after a reply, also where an answer has come since the page was shown."""
    after = read_moment(seen)
    answers = ticket.messages.visible_to_customer().filter(direction=Message.Direction.OUT, pk__lt=message.pk)
    if after is not None and answers.filter(visible_at__gt=after).exists():
        return _("Your message is sent. We had answered while you were writing: our answer is above yours.")
    return _("Your message is sent.")


def _refused(request: HttpRequest, ticket: Ticket, error: TicketError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("portal:ticket", ticket.number)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    form: ReplyForm | None = None,
    pending: list[Attachment] | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    part = _part(ticket, read_number(request.GET.get("before", "")))
    by = person(request)
    if by is not None and by.pk == ticket.customer_id:
        read_group(request, group_of_customer(ticket))
    seen = part.seen_until.isoformat() if part.seen_until else ""
    show_as_before_held([ticket])
    fields: list[Shown] = [one for one in shown_fields(ticket, for_customer=True) if one.value]
    context: dict[str, Any] = {
        "ticket": ticket,
        "part": part,
        "viewer": by,
        "whole": read_number(request.GET.get("whole", "")),
        "long": LONG,
        "fields": fields,
        "form": form or ReplyForm(initial={"seen": seen}),
        "pending": pending or [],
        "problems": problems or [],
        "seen": seen,
        "link": "" if ticket.customer_id else link_to(request, ticket),
        "may_claim": by is not None and not by.is_staff and ticket.customer_id is None,
        "is_other_brand": ticket.brand_id != request.brand.pk,  # type: ignore[attr-defined]
    }
    if ticket.is_locked:
        context |= {"can_write_again": bool(departments_of(request)), "again": _again(ticket.subject)}
    response = render(request, "portal/tickets/ticket.html", context)
    if form is not None and form.is_flood:
        response.status_code = 429
        response["Retry-After"] = str(ANSWER_SECONDS)
    return response


def _again(subject: str) -> str:
    """The subject of the ticket that continues a locked one."""
    return subject if subject.startswith("Re: ") else f"Re: {subject}"[:MAX_LINE]


def _part(ticket: Ticket, before: int | None) -> Part:
    """The latest messages, or those before the message `before`."""
    rows = ticket.messages.visible_to_customer().prefetch_related("attachments")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    return Part(found[:SHOWN][::-1], has_earlier=len(found) > SHOWN, is_latest=before is None)
