"""Answers of the brute-force guard."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """The page after too many failed sign-ins (429)."""
    return HttpResponse("Too many failed attempts.", status=429)
