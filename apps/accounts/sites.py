"""The door of the management interface."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_protect

from apps.accounts.services import guesses_too_often
from apps.accounts.sign_in import SignInForm, is_management_open, open_management
from apps.accounts.views import too_many
from apps.core.sites import POLICY, DressedSite


class SignInView(LoginView):
    """Signing in to the management interface, or confirming the password there."""

    authentication_form = SignInForm
    template_name = "admin/sign_in.html"
    next_page = "admin:index"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        target = self.get_success_url()
        return super().get_context_data(**kwargs) | {"next": target, "app_path": self.request.get_full_path()}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.cycle_key()
        open_management(self.request.session, form.get_user())
        return response


class ManagementSite(DressedSite):
    """Deskbridge's admin site: staff only, who confirm their password once a session."""

    def has_permission(self, request: HttpRequest) -> bool:
        return is_management_open(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return self.refuse(request) if _is_customer(request) else guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """As Django's; signing out is for everybody who is signed in, not only for those who came in."""
        sign_out = never_cache(csrf_protect(self.logout))
        # Django's shortcut from any row to its page on the site: no row of ours has one.
        nothing = path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(_nothing), name="view_on_site")
        return [path("logout/", sign_out, name="logout"), nothing, *super().get_urls()]

    @method_decorator([never_cache, csp_override(POLICY)])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and _is_customer(request):
            return self.refuse(request)
        view = SignInView(extra_context={**self.each_context(request), **(extra_context or {})})
        view.setup(request)
        if request.method == "GET" and self.has_permission(request):
            return redirect(view.get_success_url())
        return view.dispatch(request)  # type: ignore[return-value]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and guesses_too_often(user=request.user):  # type: ignore[arg-type]
            return too_many(request, reason=_("There were too many attempts to change the password."), seconds=300)
        response: HttpResponse = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            open_management(request.session, request.user)  # type: ignore[arg-type]
        return response

    @method_decorator(csp_override(POLICY))
    def refuse(self, request: HttpRequest) -> HttpResponse:
        """Tell a customer where to go instead (403)."""
        context = {**self.each_context(request), "title": self.index_title}
        return TemplateResponse(request, "admin/refused.html", context, status=403)


def _nothing(request: HttpRequest, **kwargs: str) -> HttpResponse:
    raise Http404


def _is_customer(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not request.user.is_staff
