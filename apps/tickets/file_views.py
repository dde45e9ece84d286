"""Files of messages over HTTP, for agents and for customers, and the frames that show messages in HTML.

What is not there and what is not theirs look the same: 404.
"""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core import files
from apps.core.frames import message_frame
from apps.core.thumbnails import THUMBNAIL_TYPE, TYPES, thumbnail
from apps.core.typed import read_number
from apps.tickets.attachments import discard_upload, pending_for
from apps.tickets.errors import TicketError
from apps.tickets.models import Attachment, Message, Ticket
from apps.tickets.uploads import NEW_FILES, customers_ticket, owner, store_posted

THUMBNAIL_SECONDS = 3600


@require_POST
def agent_upload(request: HttpRequest) -> JsonResponse:
    """Take one file (`file`) of an agent; `ticket` is the id of the ticket whose page it is dropped on, if any."""
    ticket = None
    if number := request.POST.get("ticket", ""):
        ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=read_number(number) or 0)
    return _stored(request, "agent_files", "attachment", ticket)


@require_POST
def customer_upload(request: HttpRequest) -> JsonResponse:
    """Take one file (`file`) of a customer, signed in or not."""
    return _stored(request, "customer_files", "upload_file", None)


@require_POST
def discard(request: HttpRequest, attachment_id: int) -> JsonResponse:
    """Throw away a file of one's own that is not sent yet."""
    if not discard_upload(attachment_id=attachment_id, **owner(request)):
        raise Http404
    return JsonResponse({"discarded": attachment_id})


@require_safe
def agent_file(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A file of a ticket that the agent may see, or one's own that is not sent yet."""
    return _download(_for_agent(request, attachment_id))


@require_safe
def agent_thumbnail(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """The small picture of such a file."""
    return _thumbnail(request, _for_agent(request, attachment_id))


@require_safe
def customer_file(request: HttpRequest, number: str, attachment_id: int) -> HttpResponseBase:
    """A file of a message that the customer sees, in a ticket of theirs."""
    return _download(_for_customer(request, number, attachment_id))


@require_safe
def customer_thumbnail(request: HttpRequest, number: str, attachment_id: int) -> HttpResponseBase:
    """The small picture of such a file."""
    return _thumbnail(request, _for_customer(request, number, attachment_id))


@require_safe
def upload_file(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A file of one's own that is not sent yet."""
    return _download(_own(request, attachment_id))


@require_safe
def upload_thumbnail(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """The small picture of such a file."""
    return _thumbnail(request, _own(request, attachment_id))


@require_safe
def agent_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """A message in HTML, for the frame that shows it to an agent."""
    message = get_object_or_404(Message.objects.exclude(html=""), pk=message_id)
    get_object_or_404(Ticket.objects.visible_to(request.user), pk=message.ticket_id)
    return message_frame(request, message.html)


@require_safe
def customer_message(request: HttpRequest, number: str, message_id: int) -> HttpResponse:
    """A message in HTML, for the frame that shows it to the customer."""
    ticket = customers_ticket(request, number)
    if ticket is None:
        raise Http404
    messages = ticket.messages.visible_to_customer().exclude(html="")
    return message_frame(request, get_object_or_404(messages, pk=message_id).html)


def _stored(request: HttpRequest, face: str, name: str, ticket: Ticket | None) -> JsonResponse:
    upload = request.FILES.get("file") or request.FILES.get(NEW_FILES)
    if upload is None:
        return JsonResponse({"error": _("No file has arrived. Try again."), "code": "no_file"}, status=400)
    try:
        attachment = store_posted(request, upload, ticket=ticket)
    except TicketError as error:
        return JsonResponse({"error": str(error), "code": error.code}, status=400)
    answer = {
        "id": attachment.pk,
        "name": attachment.name,
        "size": attachment.size,
        "size_text": filesizeformat(attachment.size),
        "url": reverse(f"{face}:{name}", args=[attachment.pk]),
        "discard_url": reverse(f"{face}:discard", args=[attachment.pk]),
    }
    return JsonResponse(answer, status=201)


def _own(request: HttpRequest, attachment_id: int) -> Attachment:
    return get_object_or_404(pending_for(**owner(request), ids=[attachment_id]))


def _for_agent(request: HttpRequest, attachment_id: int) -> Attachment:
    attachment = get_object_or_404(Attachment, pk=attachment_id)
    if attachment.message_id is None:
        return _own(request, attachment_id)
    get_object_or_404(Ticket.objects.visible_to(request.user), messages=attachment.message_id)
    return attachment


def _for_customer(request: HttpRequest, number: str, attachment_id: int) -> Attachment:
    ticket = customers_ticket(request, number)
    if ticket is None:
        raise Http404
    return get_object_or_404(Attachment, pk=attachment_id, message__in=ticket.messages.visible_to_customer())


def _download(attachment: Attachment) -> HttpResponseBase:
    try:
        file = attachment.file.open("rb")
    except OSError as error:
        raise Http404 from error
    return files.download(file, name=attachment.name, content_type=attachment.content_type)


def _thumbnail(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """Asked for again at each visit, so that who may no longer see it does not; sent again only when it is new."""
    etag = f'"{attachment.sha256}"'
    picture = b"" if attachment.content_type not in TYPES else _picture(attachment)
    if not picture:
        raise Http404
    response = HttpResponse(picture, content_type=THUMBNAIL_TYPE)
    files.guard(response)
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _picture(attachment: Attachment) -> bytes:
    """The small picture, empty where there is none; drawn once an hour at most."""
    key = f"thumbnail:{attachment.sha256}"
    picture: bytes | None = cache.get(key)
    if picture is None:
        try:
            with attachment.file.open("rb") as file:
                picture = thumbnail(file) or b""
        except OSError:
            picture = b""
        cache.set(key, picture, THUMBNAIL_SECONDS)
    return picture
