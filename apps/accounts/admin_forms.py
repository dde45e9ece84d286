"""What administrators may type about people and roles."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from apps.accounts.models import Department, User
from apps.accounts.roles import STAFF_ROLES, PersonError, Role, check_access, role_of

OUR_APPS = ("accounts", "brands", "connected_services", "feeds", "tickets", "connections")
# People and roles are for administrators alone: a role that could change them could make itself everything.
NEVER_GIVEN = ("add_user", "change_user", "delete_user")


class PasswordForm(AdminPasswordChangeForm):
    """Another password for a person; never none at all, which could lock the last administrator out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)
        self.fields["password1"].required = self.fields["password2"].required = True


class RoleField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Role.choices,
            initial=Role.CUSTOMER,
            label=_("Role"),
            widget=UnfoldAdminSelectWidget,
            help_text=_(
                "Customers use the portal only. Agents work here. Managers also see people. Administrators may do all."
            ),
        )

    def clean(self, value: Any) -> Role:
        return Role(super().clean(value))


class PersonForm(forms.ModelForm):
    """An account; `by` is the administrator who changes it (set for each request)."""

    by: User | None = None
    role = RoleField()

    class Meta:
        model = User
        fields = ["username", "email", "display_name", "language", "time_zone", "is_active", "is_available", "groups"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["role"] = role_of(self.instance)
        if "groups" in self.fields:
            self.fields["groups"].queryset = own_groups()  # type: ignore[attr-defined]
        if self.by and self.by.pk == self.instance.pk:
            for name in ("role", "is_active"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Another administrator can change this for your account.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            check_access(user=self.instance, role=cleaned["role"], is_active=cleaned["is_active"], by=self.by)
        except PersonError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned


class NewPersonForm(BaseUserCreationForm):
    role = RoleField()

    class Meta:
        model = User
        fields = ["username", "email", "display_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2"):
            self.fields[name].widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "description", "brands", "is_active", "is_public", "distribution", "max_tickets"]
        fields += ["requires_resolution"]
        help_texts = {
            "distribution": _(
                "In turn: each ticket goes to the available member below the limit who has waited longest for one."
            ),
        }


class RoleForm(forms.ModelForm):
    class Meta:
        model = Group
        fields = ["name", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            field = self.fields["permissions"]
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget()
            field.queryset = given_permissions()  # type: ignore[attr-defined]
            field.label_from_instance = _permission_label  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if name.casefold() in {role.value.casefold() for role in STAFF_ROLES}:
            raise forms.ValidationError(_("This name belongs to a role that comes with Deskbridge."))
        return name


def own_groups() -> Any:
    """The roles that administrators made themselves."""
    return Group.objects.exclude(name__in=[role.value for role in STAFF_ROLES]).order_by("name")


def given_permissions() -> Any:
    """The permissions that a role may give."""
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS).exclude(codename__in=NEVER_GIVEN)
    return ours.select_related("content_type").order_by("content_type__app_label", "content_type__model", "codename")


def _permission_label(permission: Permission) -> str:
    return permission.name.removeprefix("Can ").capitalize()
