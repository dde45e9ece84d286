"""Language and time zone of a request."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers


class LocaleMiddleware:
    """Activates the language chosen by the person (account, then cookie), else the browser's in the management
    interface and the brand's on the portal; and the time zone of the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/media/", "/api/")):  # pictures have no words, programs no language
            return self.get_response(request)
        language = wanted_language(request)
        name = getattr(request.user, "time_zone", "")
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo(name) if name else None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


def wanted_language(request: HttpRequest) -> str:
    """The language code a request is answered in."""
    supported = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    for code in (getattr(request.user, "language", ""), chosen):
        if code in supported:
            return code
    if request.path.startswith(("/management/", "/m/")):
        return translation.get_language_from_request(request)
    brand = getattr(request, "brand", None)
    return brand.language if brand and brand.language in supported else settings.LANGUAGE_CODE
