"""What a form says about the files it takes."""

from django import template
from django.conf import settings

from apps.tickets.attachments import MAX_FILES, MEGABYTE

register = template.Library()


@register.simple_tag
def upload_limits() -> dict[str, int]:
    """`files`: how many a message can have; `bytes` and `megabytes`: how large one may be."""
    megabytes = settings.DESK_ATTACHMENT_MB
    return {"files": MAX_FILES, "megabytes": megabytes, "bytes": megabytes * MEGABYTE}
