"""How long the server asks us to wait before the next check."""

import re
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

DAY = 24 * 3600
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,12})")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that Retry-After asks for, 0 to a day; 0 where it is missing or makes no sense."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(min(int(text[:12]), DAY))
    return _until(text, headers)


def freshness(headers: Mapping[str, str], ttl_minutes: int = 0) -> float:
    """Seconds for which the document says it stays fresh, at most a day: Cache-Control, else Expires, else its ttl."""
    control = headers.get("Cache-Control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    if found := _MAX_AGE.search(control):
        age = headers.get("Age", "").strip()
        return float(max(0, min(int(found.group(1)) - (int(age[:12]) if age.isdigit() else 0), DAY)))
    return _until(headers.get("Expires", ""), headers) or float(min(max(ttl_minutes, 0) * 60, DAY))


def _until(text: str, headers: Mapping[str, str]) -> float:
    """Seconds from the answer's own date, for a server whose clock is wrong, until the date in `text`."""
    then = _moment(text)
    if then is None:
        return 0.0
    return max(0.0, min(then - (_moment(headers.get("Date", "")) or time.time()), float(DAY)))


def _moment(text: str) -> float | None:
    parts = parsedate_tz(text) if text else None
    try:
        return float(mktime_tz(parts)) if parts else None
    except (ValueError, OverflowError):
        return None
