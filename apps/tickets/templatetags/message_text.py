"""The plain text of a message, for pages."""

from typing import Any

from django import template

from apps.tickets import reading

register = template.Library()


@register.inclusion_tag("tickets/_message_text.html")
def message_text(text: str, is_whole: bool = True) -> dict[str, Any]:
    """`{% message_text message.text %}`: with links and folded quotations; the beginning where it is not `is_whole`."""
    return {"blocks": reading.blocks(text if is_whole else text[: reading.LONG])}


@register.filter
def is_long(text: str) -> bool:
    """Whether a page shows only the beginning of this text."""
    return len(text) > reading.LONG
