"""Links out of a feed: http and https only, absolute, without passwords."""

import re
from urllib.parse import quote, urljoin, urlsplit

MAX_LINK = 2000
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_KEPT = "!#$%&'()*+,-./:;=?@[]_~"


def safe_link(href: object, base: str) -> str:
    """`href` made absolute against `base`; empty where it is no link that we would show."""
    if not isinstance(href, str):
        return ""
    text = href.strip()
    if not text or _CONTROL.search(text) or len(text) > MAX_LINK:
        return ""
    try:
        absolute = urljoin(base, text)
        parts = urlsplit(absolute)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not has_host or "@" in parts.netloc:
        return ""
    # One real feed in 200 has spaces in its links; letters beyond ASCII stay readable.
    encoded = "".join(char if char in _KEPT or char.isalnum() else quote(char) for char in absolute)
    return encoded if len(encoded) <= MAX_LINK else ""
