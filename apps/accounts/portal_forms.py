"""What customers type about their accounts on the portal."""

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.brands.models import LANGUAGES

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm

NAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
DIFFERENT = _("The two passwords are not the same.")


def time_zones() -> list[str]:
    """The time zones offered while typing: those named after a place, and UTC."""
    places = (zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [*sorted(places), "UTC"]


def password_field(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text, max_length=1000)


class SignInForm(AuthenticationForm):
    """Signing in by user name or e-mail address."""

    error_messages = {
        "invalid_login": _(
            "The name and the password do not fit together. Check both; letter case counts in passwords."
        ),
        "inactive": _("This account is switched off. Please ask us about it."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = _("User name or e-mail address")
        name.widget.attrs.update({**NAME_ATTRIBUTES, "maxlength": 254})  # an e-mail address is longer than a name
        name.widget.attrs.pop("autofocus", None)
        self.fields["password"].label = _("Password")


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new_password = password_field(
        _("New password"), "new-password", _("At least 10 characters; a few words that only you would put together.")
    )
    repeated = password_field(_("New password again"), "new-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "new_password" in typed and "repeated" in typed and typed["new_password"] != typed["repeated"]:
            self.add_error("repeated", ValidationError(DIFFERENT))
        return typed


class TakenEmail(_UserForm):
    """Says beside the field, and no more than needed, that an e-mail address belongs to an account."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.for_name_or_email(email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This address cannot be used. If it is yours, sign in or ask for a new password."))
        return email


class RegisterForm(TakenEmail):
    """A customer makes an account."""

    password = password_field(
        _("Password"), "new-password", _("At least 10 characters; a few words that only you would put together.")
    )
    repeated = password_field(_("Password again"), "new-password")

    class Meta:
        model = User
        fields = ["username", "email", "display_name", "time_zone"]
        help_texts = {"username": _("You sign in with it. Letters, digits and . + - _ only, without @.")}
        error_messages = {"username": {"invalid": _("Write letters, digits and . + - _ only: no spaces, no @.")}}
        widgets = {
            "username": forms.TextInput(attrs=NAME_ATTRIBUTES),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "time_zone": forms.HiddenInput(attrs={"data-time-zone": ""}),
        }

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.for_name_or_email(username).exists():
            raise ValidationError(_("This user name is taken."))
        return username

    def clean_time_zone(self) -> str:
        """The browser's own guess: nothing that a person could mend, so an odd one is left out."""
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone in zoneinfo.available_timezones() else ""

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed and "repeated" in typed and typed["password"] != typed["repeated"]:
            self.add_error("repeated", ValidationError(DIFFERENT))
        return typed

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # fills the instance, which the password may not resemble
        if "password" in self.cleaned_data:
            try:
                password_validation.validate_password(self.cleaned_data["password"], self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class ProfileForm(_UserForm):
    """What other people see, and how pages are shown."""

    class Meta:
        model = User
        fields = ["display_name", "language", "time_zone"]
        help_texts = {"time_zone": _("Dates and times are shown in it. Type a city to search.")}
        widgets = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "data-time-zone": ""}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the portal")), *LANGUAGES]  # type: ignore[attr-defined]


class EmailForm(TakenEmail):
    """A new e-mail address, confirmed by the password."""

    password = password_field(_("Your password"), "current-password", _("To make sure that it is you."))

    class Meta:
        model = User
        fields = ["email"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}


class PasswordForm(NewPasswordForm):
    """A new password, confirmed by the old one."""

    password = password_field(_("Current password"), "current-password")
    field_order = ["password", "new_password", "repeated"]

    def __init__(self, *, instance: User, **kwargs: Any) -> None:
        super().__init__(instance, **kwargs)


class ForgottenForm(forms.Form):
    """Who wants to set a new password."""

    account = forms.CharField(
        label=_("User name or e-mail address"), max_length=254, widget=forms.TextInput(attrs=NAME_ATTRIBUTES)
    )
