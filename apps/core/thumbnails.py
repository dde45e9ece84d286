"""Small pictures of outsiders' images: always drawn anew, so that nothing of the file itself is shown."""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

SIZE = (480, 360)
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
TYPES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
MAX_PIXELS = 25_000_000  # of the file: progressive photos are in memory whole, whatever size is drawn
THUMBNAIL_TYPE = "image/webp"


def thumbnail(file: Any) -> bytes | None:
    """A WebP of at most 480 × 360 pixels, or None for what is no image of ours, is broken, or too large to decode."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _drawn(file)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None


def _drawn(file: Any) -> bytes | None:
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            return None
        image.draft("RGB", SIZE)  # JPEG only: reads a half, a quarter or an eighth
        picture: Image.Image = ImageOps.exif_transpose(image)
        picture.thumbnail(SIZE)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        into = io.BytesIO()
        picture.save(into, "WEBP", quality=80, method=2)
        return into.getvalue()
