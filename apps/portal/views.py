"""What a customer sees; the decisions are made elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """The portal home of the brand that the host name names."""
    return render(request, "portal/home.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose protection token is missing or old."""
    return render(request, "portal/home.html", status=403)
