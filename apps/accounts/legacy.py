"""Addresses that people kept from an older help desk."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

NAMES_OF_NEXT = {"next", "returnurl"}


def to_management(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect to the management interface, by its sign-in where the address says what to open then."""
    target = next((str(request.GET[name]) for name in request.GET if name.lower() in NAMES_OF_NEXT), "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return redirect("admin:index")
    return redirect(f"{reverse('admin:login')}?{urlencode({'next': target})}")
