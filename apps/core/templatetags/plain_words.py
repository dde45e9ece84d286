"""Dates the way people say them, and text as short as people read it."""

from datetime import datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from apps.core import html

register = template.Library()

MINUTE, HOUR, DAY, WEEK, MONTH = 60, 3600, 86_400, 7 * 86_400, 30 * 86_400


@register.filter
def ago(moment: datetime) -> str:
    """ "3 minutes ago"; the plain date when it is older than a month or lies in the future."""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds >= MONTH or seconds <= -MINUTE:
        return said(moment, "DATE_FORMAT")
    if seconds < MINUTE:
        return gettext("just now")
    if seconds < HOUR:
        return _said(seconds // MINUTE, ngettext("%(count)d minute ago", "%(count)d minutes ago", seconds // MINUTE))
    if seconds < DAY:
        return _said(seconds // HOUR, ngettext("%(count)d hour ago", "%(count)d hours ago", seconds // HOUR))
    if seconds < WEEK:
        return _said(seconds // DAY, ngettext("%(count)d day ago", "%(count)d days ago", seconds // DAY))
    return _said(seconds // WEEK, ngettext("%(count)d week ago", "%(count)d weeks ago", seconds // WEEK))


def said(moment: datetime, form: str) -> str:
    """A moment in the reader's time zone and language, to the minute. form: the name of a format, `DATE_FORMAT`."""
    zone, language = timezone.get_current_timezone_name(), get_language()
    return _kept(moment.replace(second=0, microsecond=0), form, zone, language)


@lru_cache(maxsize=8192)
def _kept(moment: datetime, form: str, zone: str, language: str | None) -> str:
    """Lists say fifty moments, and most of them again at the next look."""
    return date_format(timezone.localtime(moment), form)


def _said(count: int, text: str) -> str:
    return text % {"count": count}


@register.filter
def snippet(text: str, limit: int) -> str:
    """At most `limit` characters of a plain text, cut at a word."""
    return html.snippet(text, limit=limit)
