"""Where a button leads back to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_back(request: HttpRequest, *, otherwise: str) -> str:
    """The page of ours that the posted `back` names; `otherwise` where it names none."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/management/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else otherwise
