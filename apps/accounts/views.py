"""Accounts on the portal: signing in and out, registering, and what one may change oneself."""

from copy import copy
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from apps.accounts import services
from apps.accounts.backends import caller_network
from apps.accounts.models import User
from apps.accounts.portal_forms import (
    EmailForm,
    ForgottenForm,
    NewPasswordForm,
    PasswordForm,
    ProfileForm,
    RegisterForm,
    SignInForm,
    time_zones,
)
from apps.brands.addresses import own_address
from apps.core.limits import is_over_limit

BACKEND = "apps.accounts.backends.NameOrEmailBackend"
HOUR = 3600
ATTEMPTS_AN_HOUR = {"register": 30, "reset": 20}


def too_many(request: HttpRequest, *, reason: str, seconds: int, is_sign_in: bool = False) -> HttpResponse:
    """The page that says to wait (429)."""
    context = {"reason": reason, "minutes": max(1, round(seconds / 60)), "is_sign_in": is_sign_in}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page after too many failed sign-ins, on the portal and in the management interface."""
    rest = get_cool_off(request)
    reason = _("There were too many failed attempts to sign in with this name or from this place.")
    return too_many(request, reason=reason, seconds=int(rest.total_seconds()) if rest else HOUR, is_sign_in=True)


def is_flood(request: HttpRequest, name: str) -> bool:
    """Whether the caller's network sends the form `name` too often."""
    return is_over_limit(name=name, key=caller_network(request), limit=ATTEMPTS_AN_HOUR[name], seconds=HOUR)


class Door(auth_views.RedirectURLMixin):
    """A way in: keeps `next`, and sends those who are in already on to it."""

    next_page = settings.LOGIN_REDIRECT_URL
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page to go on to, on this host and never a door again; else empty."""
        target: str = super().get_redirect_url(request)
        doors = ("portal:login", "portal:register", "portal:logout")
        return "" if target.partition("?")[0] in {resolve_url(door) for door in doors} else target

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "next": self.get_redirect_url()}  # type: ignore[misc]


class Login(Door, auth_views.LoginView):
    """Signing in by user name or e-mail address."""

    template_name = "portal/login.html"
    authentication_form = SignInForm


class Logout(auth_views.LogoutView):
    """Signing out by POST; who types the address is asked first."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "portal/logout.html"


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class Register(Door, FormView):
    """Making an account; whoever did is signed in."""

    template_name = "portal/register.html"
    form_class = RegisterForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_flood(request, "register"):
            return too_many(request, reason=_("Too many people registered from this place."), seconds=HOUR)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "repeated"}
        try:
            user = services.register(**typed, language=get_language() or "")
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        login(self.request, user, BACKEND)
        return HttpResponseRedirect(self.get_success_url())


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class Account(LoginRequiredMixin, TemplateView):
    """What people may change of their own account: three forms on one page, each sent by itself."""

    template_name = "portal/account.html"
    forms = {"profile": ProfileForm, "email": EmailForm, "password": PasswordForm}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        forms = {part: self.form(part) for part in self.forms}
        return super().get_context_data(**{"forms": forms, "time_zones": time_zones(), "part": "", **kwargs})

    def form(self, part: str, data: QueryDict | None = None) -> Any:
        """One of the forms, on an own copy of the account: wrong values must not show in the page's header."""
        return self.forms[part](data=data, instance=copy(self.user), auto_id=f"{part}-%s")

    @cached_property
    def user(self) -> User:
        user: User = User.objects.get(pk=self.request.user.pk)
        return user

    def post(self, request: HttpRequest) -> HttpResponse:
        part = request.POST.get("part", "")
        if part not in self.forms:
            return redirect("portal:account")
        form = self.form(part, request.POST)
        if form.is_valid() and self.change(part, form):
            return redirect("portal:account")
        context = self.get_context_data(part=part)
        context["forms"][part] = form
        return self.render_to_response(context)

    def change(self, part: str, form: Any) -> bool:
        """Do what was asked for; False where the service refused it and the form now says why."""
        try:
            getattr(self, f"change_{part}")(form)
        except ValidationError as error:
            form.add_error(None, error)
            return False
        return True

    def change_profile(self, form: ProfileForm) -> None:
        user = form.save()
        if user.language:
            translation.activate(user.language)
        messages.success(self.request, _("Your changes are saved."))

    def change_email(self, form: EmailForm) -> None:
        services.change_email(user=self.user, brand=self.request.brand, **form.cleaned_data)  # type: ignore[attr-defined]
        messages.success(self.request, _("Your e-mail address is changed."))

    def change_password(self, form: PasswordForm) -> None:
        typed = {name: form.cleaned_data[name] for name in ("password", "new_password")}
        services.change_password(user=self.user, brand=self.request.brand, **typed)  # type: ignore[attr-defined]
        update_session_auth_hash(self.request, self.user)
        messages.success(self.request, _("Your password is changed. You were signed out everywhere else."))


class ForgottenPassword(FormView):
    """Asking for a link to set a new password. The answer is the same for unknown names."""

    template_name = "portal/password_reset.html"
    form_class = ForgottenForm
    success_url = reverse_lazy("portal:password_reset_done")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_flood(request, "reset"):
            return too_many(request, reason=_("Too many links were asked for from this place."), seconds=HOUR)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        services.ask_for_password_reset(
            account=form.cleaned_data["account"],
            brand=self.request.brand,  # type: ignore[attr-defined]
            base_url=own_address(self.request),
            language=get_language() or "",
        )
        return super().form_valid(form)


class NewPassword(auth_views.PasswordResetConfirmView):
    """Where the link of the mail leads: a new password, typed twice."""

    template_name = "portal/password_reset_confirm.html"
    form_class = NewPasswordForm  # type: ignore[assignment]
    success_url = reverse_lazy("portal:login")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            services.set_password(
                user=form.user,
                new_password=form.cleaned_data["new_password"],
                brand=self.request.brand,  # type: ignore[attr-defined]
            )
        except ValidationError as error:
            form.add_error(None, error)
            response: HttpResponse = self.form_invalid(form)
            return response
        del self.request.session[auth_views.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your new password is saved. Sign in with it."))
        return HttpResponseRedirect(str(self.success_url))
