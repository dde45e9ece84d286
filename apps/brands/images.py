"""Pictures that people upload for a brand: made anew from their pixels, small, and named after their content."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from apps.brands.models import Brand

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 16_000_000  # 64 MB in memory; what says it has more is not opened
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)


@dataclass(frozen=True)
class Rule:
    """How large an upload may be, and the box in pixels that the stored picture is fitted into."""

    max_bytes: int
    box: tuple[int, int]
    is_square: bool = False


LOGO = Rule(max_bytes=1024 * 1024, box=(960, 160))
FAVICON = Rule(max_bytes=256 * 1024, box=(256, 256), is_square=True)


def made_anew(upload: UploadedFile, rule: Rule) -> "ContentFile[bytes]":
    """The picture of an upload as a PNG file without anything else that was in it.

    The content decides what it is, not the file's name. Raises ValidationError.
    """
    if (upload.size or 0) > rule.max_bytes:
        raise ValidationError(_("The file is larger than %(size)s.") % {"size": filesizeformat(rule.max_bytes)})
    try:
        picture = _read(upload, rule)
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is not a readable PNG, JPEG or WebP image.")) from error
    output = io.BytesIO()
    picture.save(output, "PNG", optimize=True)
    content = output.getvalue()
    return ContentFile(content, name=f"{hashlib.sha256(content).hexdigest()[:32]}.png")


def _read(upload: UploadedFile, rule: Rule) -> Image.Image:
    upload.seek(0)
    with Image.open(upload, formats=FORMATS) as image:
        width, height = image.size
        if not 0 < width * height <= MAX_PIXELS:
            raise ValidationError(_("The image has too many pixels: use one of at most 4000 by 4000."))
        picture = ImageOps.exif_transpose(image).convert("RGBA")
    picture.info.clear()
    picture.thumbnail(rule.box, Image.Resampling.LANCZOS)
    return ImageOps.pad(picture, (max(picture.size),) * 2, color=(0, 0, 0, 0)) if rule.is_square else picture


def discard(names: Iterable[str]) -> None:
    """Delete stored pictures once this transaction has committed, unless a brand shows them (again)."""
    transaction.on_commit(partial(_discard_unused, [name for name in names if name]))


def _discard_unused(names: list[str]) -> None:
    for name in names:
        if not Brand.objects.filter(Q(logo=name) | Q(favicon=name)).exists():
            default_storage.delete(name)
