"""The management interface: Django's admin in Unfold's dress, on `/management/`."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.csp import CSP
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

# Alpine evaluates the expressions in its attributes, and Unfold writes its colours into a style element.
POLICY: dict[str, Any] = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
}


class DressedSite(UnfoldAdminSite):
    """Unfold's admin site with the content security policy that its scripts need."""

    index_title = "Deskbridge"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """As Django's, made when a page shows it: ours have a sidebar of their own."""
        return SimpleLazyObject(lambda: super(DressedSite, self).get_app_list(request, app_label))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return csp_override(POLICY)(super().admin_view(view, cacheable))  # type: ignore[no-any-return]
