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
    """The page for a form whose protection token is missing or old; it shows what was written."""
    return render(request, "portal/csrf_failure.html", not_sent(request), status=403)
