"""What people type to make an API token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.portal_forms import password_field
from apps.accounts.token_models import Scope

DAYS = [
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
    ("0", _("Never, until it is revoked")),
]


class TokenForm(forms.Form):
    """A token's name, what it may do and how long, confirmed by the password."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What uses it, for example “Nightly report”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        help_text=_("Never more than you may do yourself."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.ChoiceField(label=_("Ends"), choices=DAYS, initial="90")
    password = password_field(_("Your password"), "current-password", _("To make sure that it is you."))

    @property
    def wanted(self) -> dict[str, Any]:
        """What was typed, for `create_token`."""
        typed = self.cleaned_data
        days = int(typed["days"])
        ends = timezone.now() + timedelta(days=days) if days else None
        return {name: typed[name] for name in ("name", "scopes", "password")} | {"expires_at": ends}


class ManagementTokenForm(TokenForm):
    """The same in the management interface's look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget = UnfoldAdminTextInputWidget(attrs=self.fields["name"].widget.attrs)
        self.fields["scopes"].widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=Scope.choices)
        self.fields["days"].widget = UnfoldAdminSelectWidget(choices=DAYS)
        self.fields["password"].widget = UnfoldAdminPasswordWidget(attrs=self.fields["password"].widget.attrs)
