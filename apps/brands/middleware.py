"""Which brand a request is for, and which host names are ours at all."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.functional import SimpleLazyObject

from apps.brands.models import Brand
from apps.brands.services import default_brand

HEALTH_PATHS = {"/healthz", "/readyz"}


class BrandMiddleware:
    """Sets `request.brand`; a host name that is neither a brand's nor in `DESK_ALLOWED_HOSTS` is refused (400)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in HEALTH_PATHS:
            return self.get_response(request)
        host, _port = split_domain_port(request.get_host())
        if validate_host(host, settings.DESK_ALLOWED_HOSTS):
            request.brand = SimpleLazyObject(lambda: brand_of(host))  # type: ignore[attr-defined]
        else:
            request.brand = brand = brand_of(host)  # type: ignore[attr-defined]
            if not getattr(brand, "is_named", False):
                raise DisallowedHost("This host name belongs to no brand. Add it on the Brands page.")
        return self.get_response(request)


def brand_of(host: str) -> Brand:
    """The brand of a host name, else the default brand; a fresh installation gets one."""
    return Brand.objects.for_host(host).first() or default_brand()
