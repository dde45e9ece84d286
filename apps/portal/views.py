"""What a customer sees; the decisions are made elsewhere."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from apps.portal.cards import cards_for
from apps.portal.feed_sections import feed_sections
from apps.portal.tickets.access import not_sent

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what Django refuses to read; a form that is merely too long is told so."""
    if isinstance(exception, TOO_MUCH):
        return too_large(request)
    return defaults.bad_request(request, exception)


def too_large(request: HttpRequest) -> HttpResponse:
    """The page for a form that is longer than the server accepts; `project.asgi` leads there before it is read."""
    return render(request, "413.html", {"megabytes": settings.DESK_MAX_UPLOAD_MB}, status=413)
