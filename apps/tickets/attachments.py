"""Files of messages: taken in before the message is sent, given to it when it is, thrown away when it never is.

Until a message has it, a file belongs to who uploaded it: a person, or the random `upload_key` in the session of
somebody who is not signed in.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.files import UploadRefused, check_upload
from apps.core.limits import is_over_limit, is_over_total, network_of
from apps.tickets.errors import BadField, TicketError
from apps.tickets.models import Attachment, Message, Ticket

MEGABYTE = 1024 * 1024
MAX_FILES = 20  # in one message
MAX_TOTAL = 60 * MEGABYTE  # in one message
MAX_PENDING = 200 * MEGABYTE  # uploaded by one person and in no message yet
MAX_PENDING_GUEST = MAX_TOTAL
MAX_PENDING_GUESTS = 2048 * MEGABYTE  # of all people who are not signed in
MAX_DAY_GUESTS = 200 * MEGABYTE  # from one network address in a day, sent or not
DAY_SECONDS = 86_400
UPLOADS, GUEST_UPLOADS, UPLOAD_SECONDS = 200, 40, 600
KEPT = timedelta(hours=24)
SWEEP = 500
MAX_ID = 2**63 - 1  # what a database takes as one


class FileRefused(TicketError):
    """A file that is not taken. `reason`: empty, too_big or refused_type."""

    code = "file_refused"

    def __init__(self, refused: UploadRefused) -> None:
        super().__init__(str(refused))
        self.reason = refused.code


class TooManyUploads(TicketError):
    """More files, or larger ones, than one person may leave here without sending a message."""

    code = "too_many_uploads"


def store_upload(
    *, upload: File, ticket: Ticket | None = None, by: User | None = None, upload_key: str = "", address: str = ""
) -> Attachment:
    """Check a file and keep it until a message has it.

    by: whose it is; None for somebody not signed in, who then has an `upload_key`. ticket: which ticket's page it was
    uploaded on; the caller has checked that `by` may see it. address: the network address, to refuse floods from it.
    Raises FileRefused for the file, TooManyUploads for the person.
    """
    if by is None and not upload_key:
        raise TooManyUploads(_("Your browser refuses cookies, so files cannot be kept for you."))
    _refuse_floods(by, address)
    try:
        checked = check_upload(upload.name or "", upload)
    except UploadRefused as refused:
        raise FileRefused(refused) from refused
    _refuse_heaps(by, upload_key, checked.size)
    _refuse_streams(by, address, checked.size)
    attachment = Attachment(
        ticket=ticket,
        uploaded_by=by,
        upload_key="" if by else upload_key,
        name=checked.name,
        size=checked.size,
        content_type=checked.content_type,
        sha256=checked.sha256,
    )
    attachment.file.save("upload", upload, save=False)
    try:
        attachment.save()
    except DatabaseError:
        attachment.file.storage.delete(attachment.file.name)
        raise
    return attachment


def pending_for(
    *, by: User | None = None, upload_key: str = "", ticket: Ticket | None = None, ids: Iterable[int] | None = None
) -> QuerySet[Attachment]:
    """The files that this person uploaded and no message has yet; of one ticket's page, or only those with `ids`."""
    owned = Q(pk__in=())
    if by is not None:
        owned |= Q(uploaded_by=by)
    if upload_key:
        owned |= Q(uploaded_by=None, upload_key=upload_key)
    found = Attachment.objects.filter(owned, message=None)
    if ticket is not None:
        found = found.filter(ticket=ticket)
    return found if ids is None else found.filter(pk__in={pk for pk in ids if pk <= MAX_ID})


def attach(*, attachments: Sequence[Attachment], message: Message, by: User | None, upload_key: str = "") -> None:
    """Give uploaded files to a message, all or none; runs inside the transaction that saves the message.

    Raises BadField (`attachments`) for more than a message may have, and for files that are somebody else's, in
    another message or swept away: these three look the same.
    """
    if not attachments:
        return
    ids = {attachment.pk for attachment in attachments}
    refuse_too_many(len(ids))
    held = list(pending_for(by=by, upload_key=upload_key, ids=ids).select_for_update())
    if len(held) != len(ids):
        raise BadField({"attachments": gone()})
    if sum(attachment.size for attachment in held) > MAX_TOTAL:
        text = _("The files are larger than %(limit)d MB together. Send some of them with another message.")
        raise BadField({"attachments": text % {"limit": MAX_TOTAL // MEGABYTE}})
    Attachment.objects.filter(pk__in=ids).update(message=message, ticket=message.ticket_id, upload_key="")


def gone() -> str:
    """What to say of a file that is somebody else's, in another message or swept away: these three look the same."""
    return _("A file is no longer here. Remove it and attach it again.")


def refuse_too_many(count: int) -> None:
    """Raises BadField (`attachments`) for more files than one message may have."""
    if count > MAX_FILES:
        text = ngettext("A message can have %(limit)d file.", "A message can have %(limit)d files.", MAX_FILES)
        advice = _("Put them into a ZIP file, or send several messages.")
        raise BadField({"attachments": f"{text % {'limit': MAX_FILES}} {advice}"})


def discard_upload(*, attachment_id: int, by: User | None = None, upload_key: str = "") -> bool:
    """Throw away a file of one's own that no message has; whether there was one."""
    found = pending_for(by=by, upload_key=upload_key, ids=[attachment_id]).first()
    return found is not None and _delete(found)


def sweep_uploads() -> int:
    """Throw away what was uploaded a day ago and is in no message; returns how many. Safe to run twice."""
    old = Attachment.objects.filter(message=None, created_at__lt=timezone.now() - KEPT)[:SWEEP]
    return sum(_delete(attachment) for attachment in old)


def _delete(attachment: Attachment) -> bool:
    """Delete the row unless a message has it meanwhile, and then the file."""
    storage, name = attachment.file.storage, attachment.file.name
    with transaction.atomic():
        deleted, _rows = Attachment.objects.filter(pk=attachment.pk, message=None).delete()
        if deleted:
            transaction.on_commit(lambda: storage.delete(name))
    return bool(deleted)


def _refuse_floods(by: User | None, address: str) -> None:
    key, limit = (f"user-{by.pk}", UPLOADS) if by else (f"address-{network_of(address)}", GUEST_UPLOADS)
    if is_over_limit(name="uploads", key=key, limit=limit, seconds=UPLOAD_SECONDS):
        raise TooManyUploads(_("These are too many files at once. Please wait some minutes."))


def _refuse_heaps(by: User | None, upload_key: str, size: int) -> None:
    """Refuse what fills the disk with files that are never sent."""
    limit = MAX_PENDING if by else MAX_PENDING_GUEST
    is_full = _bytes(pending_for(by=by, upload_key="" if by else upload_key)) + size > limit
    if is_full:
        raise TooManyUploads(_("Your files that are not sent yet are too large. Send or remove some of them first."))
    if by is None and _bytes(Attachment.objects.filter(message=None, uploaded_by=None)) + size > MAX_PENDING_GUESTS:
        raise TooManyUploads(_("Files cannot be taken right now. Send your message without them, or sign in."))


def _refuse_streams(by: User | None, address: str, size: int) -> None:
    """Refuse what fills the disk little by little, in many sessions or with files that are sent."""
    if by is None and is_over_total(
        name="uploads", key=network_of(address), amount=size, limit=MAX_DAY_GUESTS, seconds=DAY_SECONDS
    ):
        raise TooManyUploads(_("Files cannot be taken right now. Send your message without them, or sign in."))


def _bytes(attachments: QuerySet[Attachment]) -> Any:
    return attachments.aggregate(total=Sum("size"))["total"] or 0
