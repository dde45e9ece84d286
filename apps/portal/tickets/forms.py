"""What customers type into tickets. What it may be is said in apps.tickets; here it is only asked for."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.html import conditional_escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department
from apps.core.html import visible
from apps.tickets.errors import BadField, TicketError
from apps.tickets.fields import clean_value
from apps.tickets.models import CustomField
from apps.tickets.texts import clean_body, clean_subject

FEW = 6  # departments that are shown with what they are for
Kind = CustomField.Kind


def _off(widget: type[forms.Widget]) -> forms.Widget:
    """A widget whose value no browser brings back from an earlier visit."""
    return widget(attrs={"autocomplete": "off"})


class PlainText(forms.CharField):
    """Text without the characters that nobody sees and databases refuse."""

    def to_python(self, value: Any) -> str:
        return visible(super().to_python(value) or "")


class MessageText(PlainText):
    """A message; files alone will do."""

    def validate(self, value: str) -> None:
        for validator in self.validators:
            validator(value)


class Written(forms.Form):
    """A message with files. files: the names or ids of those that come with it."""

    client_id = forms.CharField(widget=_off(forms.HiddenInput), required=False)
    text = MessageText(label=_("Message"), strip=False, widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}))
    use_required_attribute = False
    is_flood = False  # set by the view that refuses it

    def __init__(self, *args: Any, files: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file_names = files
        self.initial.setdefault("client_id", uuid.uuid4)

    def clean_text(self) -> str:
        text = _cleaned(lambda: clean_body(self.cleaned_data["text"])[0], "text")
        if not text and not self.file_names:
            raise ValidationError(gettext("Write a message."))
        return text

    def sent_id(self) -> uuid.UUID | None:
        """An id of what was sent: a double click sends the same again, going back and writing something else does not.

        None where the page's own id is missing.
        """
        try:
            page = uuid.UUID(self.cleaned_data["client_id"])
        except ValueError:
            return None
        said = {name: str(value) for name, value in self.cleaned_data.items() if name != "client_id"}
        return uuid.uuid5(page, repr((sorted(said.items()), sorted(self.file_names))))

    def refuse(self, error: TicketError) -> None:
        """Show why the service refused it, beside the fields where it names them."""
        errors = error.errors if isinstance(error, BadField) else {"": str(error)}
        for name, text in errors.items():
            self.add_error(name if name in self.fields else None, text)


class ReplyForm(Written):
    """The customer's answer."""

    seen = forms.CharField(widget=_off(forms.HiddenInput), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your message")
        self.fields["text"].widget.attrs["rows"] = 6


class NewTicketForm(Written):
    """A new ticket: of a guest also who it is, and what the chosen department wants to know."""

    name = PlainText(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    department = forms.ChoiceField(
        label=_("What is it about?"), error_messages={"required": _("Choose one of the list.")}
    )
    subject = PlainText(label=_("Subject"), widget=forms.TextInput(attrs={"maxlength": 200, "dir": "auto"}))
    homepage = forms.CharField(required=False)  # people do not see it, programs fill it in
    field_order = ["client_id", "department", "name", "email", "subject", "text"]

    def __init__(self, *args: Any, departments: list[Department], is_guest: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = departments
        self.is_few = len(departments) <= FEW
        if not is_guest:
            del self.fields["name"], self.fields["email"], self.fields["homepage"]
        self._offer_departments()
        self.custom: list[CustomField] = custom_fields(self.chosen)
        for field in self.custom:
            self.fields[_name(field)] = _form_field(field)

    def _offer_departments(self) -> None:
        choices = [(str(department.pk), department.name) for department in self.departments]
        if len(choices) == 1:
            self.initial["department"] = choices[0][0]
        offered = self.fields["department"]
        offered.choices = choices if self.is_few else [("", _("Please choose")), *choices]  # type: ignore[attr-defined]
        offered.widget = _Radios(choices=choices) if self.is_few else forms.Select(choices=offered.choices)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Department | None:
        """The department that was chosen so far, right or wrong otherwise."""
        value = str(self["department"].value() or "")
        return next((one for one in self.departments if str(one.pk) == value), None)

    @property
    def custom_fields(self) -> list[BoundField]:
        """What the chosen department wants to know."""
        return [self[_name(field)] for field in self.custom]

    @property
    def lacks_fields(self) -> bool:
        """Whether the fields of the chosen department were not on the page that was sent."""
        return bool(self.custom) and self.data.get("fields_for") != str(self.chosen and self.chosen.pk)

    @property
    def values(self) -> dict[int, str]:
        """The custom fields as the services take them."""
        return {field.pk: str(self.cleaned_data.get(_name(field), "")) for field in self.custom}

    def clean_subject(self) -> str:
        return _cleaned(lambda: clean_subject(self.cleaned_data["subject"]), "subject")

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            self.add_error(None, gettext("This looks filled in by a program. If you are a person, send it again."))
        return ""

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for field in self.custom:
            name = _name(field)
            if name not in typed:
                continue
            try:
                typed[name] = clean_value(field, "1" if typed[name] is True else str(typed[name] or ""))
            except ValueError as error:
                self.add_error(name, str(error))
        return typed


class _Radios(forms.RadioSelect):
    """Radio buttons whose first one is what links to the field lead to."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return super().id_for_label(id_, index or "0")


def custom_fields(department: Department | None) -> list[CustomField]:
    """What a department asks customers for."""
    if department is None:
        return []
    fields: Iterable[CustomField] = CustomField.objects.for_customers().filter(department=department)
    return list(fields)


def _name(field: CustomField) -> str:
    return f"field_{field.pk}"


def _form_field(field: CustomField) -> forms.Field:
    shown: dict[str, Any] = {
        "label": field.name,
        "required": field.is_required,
        "help_text": conditional_escape(field.help_text),
    }
    if field.kind == Kind.CHECKBOX:
        return forms.BooleanField(**shown)
    return PlainText(widget=_widget(field), **shown)


def _widget(field: CustomField) -> forms.Widget:
    if field.kind == Kind.CHOICE:
        return forms.Select(choices=[("", _("Please choose")), *((choice, choice) for choice in field.choice_list)])
    if field.kind == Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if field.kind == Kind.NUMBER:
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.TextInput(attrs={"dir": "auto"})


def _cleaned(clean: Callable[[], str], name: str) -> str:
    try:
        return clean()
    except BadField as error:
        raise ValidationError(error.errors[name]) from error
