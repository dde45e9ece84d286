"""What people may type about brands."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from apps.brands.images import FAVICON, LOGO, Rule, made_anew
from apps.brands.models import Brand, BrandHost, normal_host


class UploadField(forms.FileField):
    """A file whose own name does not matter."""

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*"}


def colour_widget() -> forms.TextInput:
    """A text input that the page's script gives a colour picker and a note on how well the colour reads."""
    notes = {
        "data-colour": "",
        "data-picker": _("Choose a colour"),
        "data-sample": _("Sample"),
        "data-good": _("Reads well on white and as a button."),
        "data-weak": _("Weak on white: links get a darker shade by themselves."),
    }
    return UnfoldAdminTextInputWidget(attrs={**notes, "placeholder": "#0b6e4f", "maxlength": 7})  # type: ignore[no-any-return]


class BrandForm(forms.ModelForm):
    make_default = forms.BooleanField(
        label=_("Default brand"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Shown on every host name that belongs to no brand. There is always exactly one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("welcome_text", "announcement", "footer"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3
        if "make_default" in self.fields and self.instance.is_default:
            self.initial["make_default"] = self.fields["make_default"].disabled = True
            self.fields["make_default"].help_text = _(
                "Shown on every host name that belongs to no brand. To change it, choose another brand as the default."
            )

    def clean_logo(self) -> Any:
        return _picture(self.cleaned_data["logo"], LOGO)

    def clean_favicon(self) -> Any:
        return _picture(self.cleaned_data["favicon"], FAVICON)

    def save(self, commit: bool = True) -> Brand:
        self.instance.is_default = self.instance.is_default or self.cleaned_data.get("make_default", False)
        return super().save(commit)  # type: ignore[no-any-return]


class BrandHostForm(forms.ModelForm):
    class Meta:
        model = BrandHost
        fields = ["name"]

    def clean_name(self) -> str:
        return normal_host(self.cleaned_data["name"])


def _picture(value: Any, rule: Rule) -> Any:
    """A new upload made anew; an unchanged or removed file as it is."""
    return made_anew(value, rule) if isinstance(value, UploadedFile) else value
