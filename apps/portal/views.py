"""What a customer sees; the decisions are made elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.portal.cards import cards_for
from apps.portal.feed_sections import feed_sections
from apps.portal.tickets.access import not_sent


def home(request: HttpRequest) -> HttpResponse:
    """The portal home of the brand that the host name names."""
    feeds = feed_sections(request.brand)  # type: ignore[attr-defined]
    return render(request, "portal/home.html", {"cards": cards_for(request), "feeds": feeds})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose protection token is missing or old; it shows what was written.

    The header `X-Signed-Out` tells the scripts of a page that this is no matter of permissions.
    """
    response = render(request, "portal/csrf_failure.html", not_sent(request), status=403)
    if not request.user.is_authenticated:
        response["X-Signed-Out"] = "1"
    return response
