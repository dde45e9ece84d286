"""The bell, for the headers of both faces."""

from django import template
from django.template.context import RequestContext

from apps.notifications.badge import Badge, badge_for

register = template.Library()


@register.simple_tag(takes_context=True)
def notification_badge(context: RequestContext) -> Badge:
    """How many unread notifications the reader of this page has."""
    return badge_for(context["request"])
