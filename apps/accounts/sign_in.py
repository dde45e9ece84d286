"""Who has opened the management interface in this session.

Signing in to the portal does not open it: staff confirm their password once a session, unless the installation
has one sign-in for both (`Installation.simultaneous_login`).
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from apps.accounts.models import User
from apps.brands.models import Installation

OPENED_FOR = "management_opened_for"


def open_management(session: SessionBase, user: User) -> None:
    """Remember that this person gave the password of the account for the management interface."""
    session[OPENED_FOR] = _mark(user)


def is_management_open(request: HttpRequest) -> bool:
    """Whether the person of this request may use the management interface now."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return False
    return bool(request.session.get(OPENED_FOR) == _mark(user)) or _is_open_for_portal(request)


def person_to_confirm(request: HttpRequest) -> User | None:
    """The staff account that is signed in to the portal and has to confirm its password, if any."""
    user = request.user
    if isinstance(user, AnonymousUser) or not user.is_staff or "other" in request.GET:
        return None
    return user


def _mark(user: User) -> str:
    """Changes with the account and with its password."""
    return f"{user.pk}:{user.get_session_auth_hash()}"


def _is_open_for_portal(request: HttpRequest) -> bool:
    if not hasattr(request, "_has_one_sign_in"):
        request._has_one_sign_in = Installation.load().simultaneous_login  # type: ignore[attr-defined]
    return bool(request._has_one_sign_in)  # type: ignore[attr-defined]


class SignInForm(AuthenticationForm):
    """Signing in to the management interface, or only confirming the password of who is signed in to the portal."""

    error_messages = {
        "invalid_login": _("The user name or e-mail address and the password do not belong together."),
        "invalid_password": _("This is not the password of the account."),
        "customer": _("This account is a customer's: it opens the portal, not the management interface."),
    }

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.person = person_to_confirm(request)
        name = self.fields["username"]
        name.label = _("User name or e-mail address")
        name.max_length = name.widget.attrs["maxlength"] = 254
        if self.person:
            name.disabled, self.initial["username"] = True, self.person.get_username()
            self.fields["password"].widget.attrs["autofocus"] = True

    def confirm_login_allowed(self, user: User) -> None:
        if not user.is_staff:
            raise ValidationError(self.error_messages["customer"], code="customer")

    def get_invalid_login_error(self) -> ValidationError:
        code = "invalid_password" if self.person else "invalid_login"
        return ValidationError(self.error_messages[code], code=code)

    @property
    def is_customer(self) -> bool:
        """Whether the right password of a customer's account was given."""
        return bool(self.has_error("__all__", code="customer"))
