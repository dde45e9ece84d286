"""The files of articles' images, in the public uploads. One file may belong to several articles."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.feeds.models import FeedArticle

FOLDER = "feeds"
_SETTLED = timedelta(days=1)


def store(found: dict[str, bytes]) -> dict[str, str]:
    """Store WebP images, given by their address; returns the file's name by the address."""
    names: dict[str, str] = {}
    for url, body in found.items():
        name = f"{FOLDER}/{hashlib.sha256(body).hexdigest()}.webp"
        names[url] = name if default_storage.exists(name) else default_storage.save(name, ContentFile(body))
    return names


def forget_unused(names: Iterable[str]) -> None:
    """Delete those files that no article shows."""
    wanted = {name for name in names if name}
    if not wanted:
        return
    used = set(FeedArticle.objects.filter(image__in=wanted).values_list("image", flat=True))
    for name in wanted - used:
        default_storage.delete(name)


def forget_orphans() -> int:
    """Delete the files that no article shows, a day after they came; returns how many. For feeds that were deleted."""
    if not default_storage.exists(FOLDER):
        return 0
    before = timezone.now() - _SETTLED
    names = {f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]}
    orphans = names - set(FeedArticle.objects.exclude(image="").values_list("image", flat=True))
    old = [name for name in orphans if default_storage.get_modified_time(name) < before]
    for name in old:
        default_storage.delete(name)
    return len(old)
