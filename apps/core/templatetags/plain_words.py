"""Dates the way people say them, and text as short as people read it."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from apps.core import html

register = template.Library()

MINUTE, HOUR, DAY, WEEK, MONTH = 60, 3600, 86_400, 7 * 86_400, 30 * 86_400


@register.filter
def ago(moment: datetime) -> str:
    """ "3 minutes ago"; the plain date when it is older than a month or lies in the future."""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds >= MONTH or seconds <= -MINUTE:
        return date_format(timezone.localtime(moment), "DATE_FORMAT")
    if seconds < MINUTE:
        return gettext("just now")
    if seconds < HOUR:
        return _said(seconds // MINUTE, ngettext("%(count)d minute ago", "%(count)d minutes ago", seconds // MINUTE))
    if seconds < DAY:
        return _said(seconds // HOUR, ngettext("%(count)d hour ago", "%(count)d hours ago", seconds // HOUR))
    if seconds < WEEK:
        return _said(seconds // DAY, ngettext("%(count)d day ago", "%(count)d days ago", seconds // DAY))
    return _said(seconds // WEEK, ngettext("%(count)d week ago", "%(count)d weeks ago", seconds // WEEK))


def _said(count: int, text: str) -> str:
    return text % {"count": count}


@register.filter
def snippet(text: str, limit: int) -> str:
    """At most `limit` characters of a plain text, cut at a word."""
    return html.snippet(text, limit=limit)
