"""The API's operations on files."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import File, Router, Status
from ninja.files import UploadedFile

from apps.accounts.backends import client_address
from apps.accounts.bearer import Bearer
from apps.accounts.models import User
from apps.accounts.token_models import Scope
from apps.core import files
from apps.core.api_types import PathId
from apps.core.idempotency import IdempotencyKey, idempotent
from apps.core.problems import Problem
from apps.tickets.api.schemas import FileOut
from apps.tickets.api.showing import messages_for, person_of, show_file, ticket_or_404
from apps.tickets.attachments import pending_for, store_upload
from apps.tickets.errors import BadField
from apps.tickets.models import Attachment

router = Router(tags=["Attachments"])
ANY_CONTENT = {
    "responses": {
        200: {
            "description": "The file, to be saved and not shown.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


ONLY_THE_FILE = {"additionalProperties": False, "properties": {"file": {"minLength": 1}}}
UPLOAD = {"requestBody": {"content": {"multipart/form-data": {"schema": ONLY_THE_FILE}}}}


@router.post("/attachments", response={201: FileOut}, auth=Bearer(Scope.TICKETS_WRITE), openapi_extra=UPLOAD)
@idempotent
def upload_file(request: HttpRequest, file: File[UploadedFile], key: IdempotencyKey = "") -> Status[FileOut]:
    """Upload a file, to be named in a ticket or message within a day. Its type is read from its content."""
    if others := sorted({*request.POST, *request.FILES} - {"file"}):
        raise Problem(422, errors={name: ["There is no such part."] for name in others})
    attachment = store_upload(upload=file, by=person_of(request), address=client_address(request))
    return Status(201, show_file(attachment))


@router.get(
    "/tickets/{number}/attachments/{attachment_id}",
    response={200: None},
    auth=Bearer(Scope.TICKETS_READ),
    openapi_extra=ANY_CONTENT,
)
def download_file(request: HttpRequest, number: str, attachment_id: PathId) -> HttpResponseBase:
    """The content of a file of a message that this person sees."""
    person = person_of(request)
    seen = messages_for(person, ticket_or_404(person, number))
    attachment = get_object_or_404(Attachment, pk=attachment_id, message__in=seen)
    try:
        content = attachment.file.open("rb")
    except OSError as error:
        raise Http404 from error
    return files.download(content, name=attachment.name, content_type=attachment.content_type)


def uploaded(person: User, ids: list[int]) -> list[Attachment]:
    """The files of these ids, uploaded by this person and in no message yet. Raises BadField where one is not."""
    found = {attachment.pk: attachment for attachment in pending_for(by=person, ids=ids)}
    if len(found) != len(set(ids)):
        raise BadField({"attachments": "One of these files is not there, or is in a message already."})
    return [found[pk] for pk in dict.fromkeys(ids)]
