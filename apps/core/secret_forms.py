"""Secrets in forms: a stored one is never shown, an empty field keeps it, and clearing it is said aloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES

from apps.core.fields import EncryptedTextField, UndecryptableSecret

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

MAX_LENGTH = 2000


class Wish(Enum):
    """What a person wants besides typing a new secret."""

    CLEAR = "clear"


@dataclass(frozen=True, kw_only=True)
class SecretState:
    """All that a page may know of a secret."""

    label: str = ""
    is_stored: bool = False
    is_readable: bool = True
    is_refused: bool = False
    was_typed: bool = False


class SecretInput(forms.PasswordInput):
    """A password field that is given a `SecretState` to show, never a value, and a box that clears what is stored."""

    template_name = "core/secret_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {"class": " ".join(INPUT_CLASSES), "autocomplete": "new-password", "spellcheck": "false"}
        super().__init__({**defaults, **(attrs or {})}, render_value=False)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        state = value if isinstance(value, SecretState) else SecretState()
        context = super().get_context(name, None, attrs)
        clear = {"state": state, "clear_name": f"{name}-clear", "clear_class": " ".join(CHECKBOX_CLASSES)}
        context["widget"].update(clear)
        if state.is_stored and state.is_readable and not state.is_refused:
            context["widget"]["attrs"]["placeholder"] = _("•••••• (stored; leave empty to keep)")
        return context

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, Any] | Mapping[str, Any]", name: str
    ) -> str | Wish:
        typed = data.get(name) or ""
        return Wish.CLEAR if not typed and data.get(f"{name}-clear") else typed

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        return name not in data and f"{name}-clear" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not _is_secret(initial)

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)  # the project's templates; form renderers see only the apps'


class SecretBoundField(forms.BoundField):
    """Hands its widget the state of the secret instead of the secret."""

    field: "SecretField"

    def value(self) -> SecretState:
        instance = getattr(self.form, "instance", None)
        stored = self.initial if instance is not None and instance.pk else ""
        return SecretState(
            label=str(self.label),
            is_stored=_is_secret(stored),
            is_readable=not isinstance(stored, UndecryptableSecret),
            is_refused=self.name in self.form.errors,
            was_typed=self.form.is_bound and self.data is not Wish.CLEAR and bool(str(self.data or "").strip()),
        )

    @property
    def typed(self) -> bool:
        """Whether a new secret was entered."""
        return self.value().was_typed


class SecretField(forms.CharField):
    """A secret in a model form: cleans to the typed text, to "" when cleared, else to what is stored."""

    widget = SecretInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH, **kwargs})

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> SecretBoundField:
        return SecretBoundField(form, self, field_name)

    def _clean_bound_field(self, bound: forms.BoundField) -> str:
        return self.clean(bound.data, bound.initial)

    def clean(self, value: Any, initial: Any = "") -> str:
        """`initial` is the stored secret."""
        if value is Wish.CLEAR:
            return cast(str, super().clean(""))
        if not str(value or "").strip() and _is_secret(initial):
            return cast(str, initial)
        return cast(str, super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _is_secret(initial) if data is Wish.CLEAR else bool(str(data or "").strip())

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # no maxlength: a browser that cuts a pasted key would hide the mistake


class SecretsForm(forms.ModelForm):
    """A model form that tells its instance which secrets were typed anew, see `apps.core.secrets.KeepsSecrets`."""

    def typed_secrets(self) -> frozenset[str]:
        """The names of the secrets that a person entered."""
        bound = (self[name] for name, field in self.fields.items() if isinstance(field, SecretField))
        return frozenset(field.name for field in bound if isinstance(field, SecretBoundField) and field.typed)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.instance.secrets_entered = self.typed_secrets()
        return cleaned


class SecretsAdminMixin(ModelAdmin):
    """For the admin of a model with encrypted fields; put it before the other base.

    Encrypted fields get a `SecretField`, people who may only look do not get them at all, and after saving the
    page names the secrets that a changed address removed.
    """

    form = SecretsForm

    def formfield_for_dbfield(self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if not isinstance(db_field, EncryptedTextField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return SecretField(
            label=capfirst(str(db_field.verbose_name)),
            help_text=db_field.help_text,
            required=not db_field.blank,
            strip=not db_field.name.endswith("password"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        hidden = {field.name for field in self.opts.get_fields() if isinstance(field, EncryptedTextField)}
        return [(title, {**options, "fields": _without(hidden, options["fields"])}) for title, options in fieldsets]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if cleared := getattr(obj, "secrets_cleared", ()):
            messages.warning(request, cleared_warning(obj, cleared))

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return cast(HttpResponse, super().changeform_view(request, *args, **kwargs))


def cleared_warning(row: models.Model, names: Sequence[str]) -> str:
    """Says which secrets a changed address removed."""
    labels = ", ".join(capfirst(str(getattr(row._meta.get_field(name), "verbose_name", name))) for name in names)
    return _("The address changed, so what belonged to the old one was removed. Enter it again: %(secrets)s.") % {
        "secrets": labels
    }


def _is_secret(value: Any) -> bool:
    return bool(value) or isinstance(value, UndecryptableSecret)


def _without(names: set[str], fields: Sequence[str | Sequence[str]]) -> list[str | Sequence[str]]:
    kept = (field if isinstance(field, str) else [part for part in field if part not in names] for field in fields)
    return [field for field in kept if field and (not isinstance(field, str) or field not in names)]
