"""What a list of files shows of their names."""

from django import template

from apps.core.file_names import extension_of
from apps.core.thumbnails import TYPES

register = template.Library()
SHOWN = 4


@register.filter
def extension(name: str) -> str:
    """ "PDF" for a file of that kind; empty where the name has no short extension."""
    found = extension_of(name)
    return found.upper() if len(found) <= SHOWN else ""


@register.filter
def has_thumbnail(content_type: str) -> bool:
    """Whether there is a small picture of files of this type."""
    return content_type in TYPES
