"""Numbers, moments and ids that came as text, in an address or a form: None for anything else, never an error."""

import uuid
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

MAX_DIGITS = 18  # whatever is shorter fits into a column of any database


def read_number(text: str) -> int | None:
    """The whole number, an id for example, that somebody wrote."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def read_moment(text: str) -> datetime | None:
    """The moment with its time zone that a page of ours wrote, in UTC."""
    try:
        moment = parse_datetime(text)
        return moment.astimezone(UTC) if moment and is_aware(moment) else None
    except (ValueError, OverflowError):  # no moment, or one before the first day or after the last
        return None


def read_uuid(text: str) -> uuid.UUID | None:
    """The id that a form gave itself."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
