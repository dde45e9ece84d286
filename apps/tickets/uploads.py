"""Files that come with a request: whose they are, and what a form posted of them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import get_random_string

from apps.accounts.backends import client_address
from apps.accounts.models import User
from apps.core.typed import read_number
from apps.tickets.attachments import gone, pending_for, refuse_too_many, store_upload
from apps.tickets.errors import TicketError
from apps.tickets.guests import ticket_for_key
from apps.tickets.models import Attachment, Ticket
from apps.tickets.numbers import normal_number

SESSION_KEY = "upload_key"
OPENED_TICKETS = "ticket_keys"  # in the session: the key of each ticket that was opened by its link, by its number
NEW_FILES, UPLOADED = "files", "attachments"  # the names of the fields in templates/tickets/_attach_field.html


def person(request: HttpRequest) -> User | None:
    """Who is signed in, if anybody."""
    return request.user if isinstance(request.user, User) else None


def customers_ticket(request: HttpRequest, number: str) -> Ticket | None:
    """The ticket with this number where it is the customer's: by account, or by the link that this session opened."""
    normal = normal_number(number)
    if normal is None:
        return None
    if by := person(request):
        found = Ticket.objects.of_customer(by).filter(number=normal).first()
        if found is not None:
            return found
    return ticket_for_key(number=normal, key=request.session.get(OPENED_TICKETS, {}).get(normal, ""))


def upload_key(request: HttpRequest) -> str:
    """What tells whose the uploads of this session are; empty where there were none."""
    return str(request.session.get(SESSION_KEY, ""))


def new_upload_key(request: HttpRequest) -> str:
    """As `upload_key`, made where there is none."""
    if SESSION_KEY not in request.session:
        request.session[SESSION_KEY] = get_random_string(40)
    return upload_key(request)


def owner(request: HttpRequest) -> dict[str, Any]:
    """`by` and `upload_key` of the one who sends the request, as the services of attachments take them."""
    return {"by": person(request), "upload_key": upload_key(request)}


def posted_files(
    request: HttpRequest, *, ticket: Ticket | None = None, sent_as: UUID | None = None
) -> tuple[list[Attachment], list[str]]:
    """The files of a posted form, and what is wrong with those that are missing.

    Takes what was uploaded before (the hidden fields `attachments`) and stores what comes with the form itself
    (`files`). Files are kept when the form has errors: show it again with them. With anything in the second list,
    show the form again instead of sending. sent_as: the `client_id` of the message that this form makes; files that
    it has already, because the form comes twice, are not missing.
    """
    posted = request.POST.getlist(UPLOADED)
    ids = {number for value in posted if (number := read_number(value)) is not None}
    kept = list(pending_for(**owner(request), ids=list(ids)[:1000]))
    new = request.FILES.getlist(NEW_FILES)
    try:
        refuse_too_many(len(ids) + len(new))
    except TicketError as error:
        return kept, [str(error)]
    problems = [] if _are_here(ids, kept, sent_as) else [gone()]
    for upload in new:
        try:
            kept.append(store_posted(request, upload, ticket=ticket))
        except TicketError as error:
            problems.append(str(error))
    return kept, problems


def _are_here(ids: set[int], kept: list[Attachment], sent_as: UUID | None) -> bool:
    """Whether the files with these ids are kept, or were sent when the same form arrived before."""
    missing = ids - {attachment.pk for attachment in kept}
    if not missing or sent_as is None:
        return not missing
    return Attachment.objects.filter(pk__in=missing, message__client_id=sent_as).count() == len(missing)


def store_posted(request: HttpRequest, upload: Any, *, ticket: Ticket | None = None) -> Attachment:
    """Store one file of the request for who sends it. Raises TicketError for a file that is not taken."""
    by = person(request)
    key = "" if by else new_upload_key(request)
    return store_upload(upload=upload, ticket=ticket, by=by, upload_key=key, address=client_address(request))
