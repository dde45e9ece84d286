"""Images of articles: fetched, decoded within limits and written anew, small and without their metadata."""

import base64
import io
import time
from contextlib import suppress

from PIL import Image, ImageOps

from apps.core.http import HttpError, Limits, request
from apps.feeds.fetching.wire import ImagesJob, ImagesResult

MAX_WIDTH, MAX_HEIGHT = 480, 960
MAX_PIXELS = 24_000_000
MAX_STORED = 200 * 1024
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_ALL_SECONDS = 16.0
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def fetch_images(job: ImagesJob) -> ImagesResult:
    """Each image that could be fetched and read; the others are left out, as are those for which no time was left."""
    end = time.monotonic() + _ALL_SECONDS
    images: dict[str, str] = {}
    for url in job.urls:
        left = end - time.monotonic()
        if left < 0.5:
            break
        with suppress(HttpError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            small = shrink(_download(url, job, min(job.fetch_seconds, left)))
            images[url] = base64.b64encode(small).decode("ascii")
    return ImagesResult(images=images)


def shrink(body: bytes) -> bytes:
    """The first frame of an image as WebP, at most 480 pixels wide. Raises ValueError or OSError where it is none."""
    with Image.open(io.BytesIO(body), formats=_FORMATS) as image:
        if image.width * image.height > MAX_PIXELS or min(image.size) < 8:
            raise ValueError("Too large, or a counting pixel.")
        image.draft("RGB", (MAX_WIDTH * 2, MAX_HEIGHT * 2))
        upright = ImageOps.exif_transpose(image)
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        picture = upright.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    for quality in (80, 60, 40, 20):
        target = io.BytesIO()
        picture.save(target, "WEBP", quality=quality, method=3)
        if target.tell() <= MAX_STORED:
            return target.getvalue()
    raise ValueError("Too large.")


def _download(url: str, job: ImagesJob, seconds: float) -> bytes:
    response = request(
        "GET",
        url,
        headers={"User-Agent": job.user_agent, "Accept": "image/webp, image/jpeg, image/png, image/gif"},
        limits=Limits(total=seconds, read=min(4.0, seconds), max_redirects=3),
        allow=job.allow,
    )
    if response.status != 200:
        raise ValueError(f"The server answered {response.status}.")
    return response.body
