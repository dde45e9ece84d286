"""Files of outsiders: looked at before they are kept, kept where nothing serves them, sent out as downloads."""

import hashlib
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, NoReturn

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from apps.core.file_names import safe_name
from apps.core.file_types import content_type, is_program, read_ends

PIECE = 256 * 1024
POLICY = "sandbox; default-src 'none'"


class UploadRefused(Exception):
    """A file that is not taken. Its text is safe to show; `code` is empty, too_big, or refused_type."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class CheckedFile:
    """What a file is: `name` is safe to show and to save under, `content_type` is what its content says."""

    name: str
    size: int
    content_type: str
    sha256: str


class PrivateStorage(FileSystemStorage):
    """A folder of files that have no address: each is sent by a view that asks who is there."""

    MODE: ClassVar[int] = 0o640
    FOLDER_MODE: ClassVar[int] = 0o750

    def __init__(self, location: Any = None, **options: Any) -> None:
        super().__init__(
            location or settings.DESK_VAR / "attachments",
            **{"file_permissions_mode": self.MODE, "directory_permissions_mode": self.FOLDER_MODE, **options},
        )

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("private files have no address")


def check_upload(name: str, file: File, declared_type: str = "") -> CheckedFile:
    """Read a file to its end, piece by piece, and say what it is. It is left at its beginning.

    declared_type: what the browser says; taken for the sake of callers and believed in nothing.
    Raises UploadRefused for an empty file, one larger than `DESK_ATTACHMENT_MB`, and programs and scripts, however
    they are called.
    """
    shown = safe_name(name)
    limit = settings.DESK_ATTACHMENT_MB * 1024 * 1024
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        size += len(piece)
        if size > limit:
            text = _("“%(name)s” is larger than %(limit)d MB.")
            raise UploadRefused("too_big", text % {"name": shown, "limit": settings.DESK_ATTACHMENT_MB})
        digest.update(piece)
    if not size:
        raise UploadRefused("empty", _("“%(name)s” is empty.") % {"name": shown})
    kind = _type(shown, file, size)
    file.seek(0)
    return CheckedFile(name=shown, size=size, content_type=kind, sha256=digest.hexdigest())


def _type(shown: str, file: Any, size: int) -> str:
    head, tail = read_ends(file, size)
    if is_program(shown, file, head, tail):
        text = _("“%(name)s” is a program or a script and cannot be attached. If needed, put it into a ZIP file.")
        raise UploadRefused("refused_type", text % {"name": shown})
    return content_type(shown, head, tail)


def download(file: File | BinaryIO, *, name: str, content_type: str) -> FileResponse:
    """A response that saves the file under `name` and never shows it as a page of ours."""
    response = FileResponse(file, as_attachment=True, filename=safe_name(name), content_type=content_type)
    guard(response)
    return response


def guard(response: HttpResponseBase) -> None:
    """Give a response with outside content the headers that keep it from acting as a page of ours."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
