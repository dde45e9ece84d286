"""Addresses of this installation, for links that leave the page."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.request import split_domain_port

from apps.brands.models import Installation


def own_address(request: HttpRequest) -> str:
    """Scheme, host and port for a link in a mail that this request causes, without a slash at its end.

    The host name was checked on the way in, but its port is the caller's word: it is kept only where it is the one
    this server listens on or the one of the installation's base address. A host that is no brand's own gives way to
    the base address, where there is one.
    """
    base = Installation.load().base_url.rstrip("/")
    brand = request.brand  # type: ignore[attr-defined]
    if base and not getattr(brand, "is_named", False):
        return base
    host, port = split_domain_port(request.get_host())
    ours = {str(request.META.get("SERVER_PORT")), str(urlsplit(base).port)}
    return f"{request.scheme}://{host}" + (f":{port}" if port and port in ours else "")
