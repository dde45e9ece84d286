"""Frames of messages in HTML."""

from django import template

from apps.core import frames

register = template.Library()


@register.filter
def frame_height(text: str) -> int:
    """How many pixels high the frame of a message with this text begins."""
    return frames.frame_height(text)
