"""Outsiders' HTML in a document of its own, which belongs to nobody: no scripts, no forms, nothing from anywhere."""

import math
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.core.files import guard

THEMES = ("light", "dark")
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # links open in a tab, as ordinary pages
LINE, LINE_LENGTH, EDGES = 24, 64, 34  # pixels, characters, pixels
LOWEST, HIGHEST = 80, 480


def message_frame(request: HttpRequest, html: str) -> HttpResponse:
    """The page for an `<iframe sandbox="…">`. html: cleaned by apps.core.html.clean_message.

    It is light or dark as `?theme=` says, else as the portal's cookie or the browser does.
    """
    theme = request.GET.get("theme") or request.COOKIES.get("desk_theme")
    nonce = secrets.token_urlsafe(16)
    context = {"html": html, "nonce": nonce, "theme": theme if theme in THEMES else ""}
    response = HttpResponse(render_to_string("core/message_frame.html", context))
    guard(response)
    response["Content-Security-Policy"] = (
        f"sandbox {SANDBOX}; default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def frame_height(text: str) -> int:
    """About how many pixels a message with this text is high, within what is comfortable; the rest is scrolled."""
    lines = 0
    for line in text[: HIGHEST // LINE * LINE_LENGTH].split("\n"):
        lines += max(math.ceil(len(line) / LINE_LENGTH), 1)
    return min(max(lines * LINE + EDGES, LOWEST), HIGHEST)
