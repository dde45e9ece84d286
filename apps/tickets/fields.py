"""Values of custom fields: read from what people type, kept as text, shown again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils import formats
from django.utils.translation import gettext as _

from apps.accounts.models import Department
from apps.core.html import plain
from apps.tickets.errors import BadField
from apps.tickets.models import CustomField, CustomFieldValue, Ticket

Kind = CustomField.Kind
_NUMBER_LENGTH = 30


@dataclass(frozen=True)
class Shown:
    """A custom field of a ticket with its value (as kept) and as people read it."""

    field: CustomField
    value: str
    text: str


def clean_value(field: CustomField, typed: str) -> str:
    """The value to keep; empty for nothing. Raises ValueError with a text for the person who typed it."""
    text = plain(typed)
    if not text:
        return ""
    if field.kind == Kind.NUMBER:
        return _number(text)
    if field.kind == Kind.DATE:
        return _date(text)
    if field.kind == Kind.CHECKBOX:
        return "1" if text.lower() in ("1", "on", "true", "yes") else ""
    if field.kind == Kind.CHOICE and text not in field.choice_list:
        raise ValueError(_("Choose one of the list."))
    if len(text) > CustomField.MAX_LENGTH:
        raise ValueError(_("This is too long: at most 1,000 characters."))
    return text


def keep_values(ticket: Ticket, values: dict[int, str], *, for_customer: bool) -> dict[str, list[str]]:
    """Save values, by the id of their field, of the fields of the ticket's department.

    for_customer: only the fields that customers see, and required ones must be filled in.
    Returns what changed as {name: [before, now]}. Raises BadField with an error for each field, named `field_<id>`.
    """
    fields = CustomField.objects.filter(department_id=ticket.department_id, is_active=True)
    allowed = {field.pk: field for field in (fields.for_customers() if for_customer else fields)}
    errors: dict[str, str] = {}
    cleaned: dict[int, str] = {}
    for pk in set(values) - set(allowed):
        errors[f"field_{pk}"] = _("This field does not belong to the department.")
    for pk, field in allowed.items():
        if pk not in values and not for_customer:
            continue
        try:
            cleaned[pk] = clean_value(field, values.get(pk, ""))
        except ValueError as error:
            errors[f"field_{pk}"] = str(error)
            continue
        if for_customer and field.is_required and not cleaned[pk]:
            errors[f"field_{pk}"] = _("This is required.")
    if errors:
        raise BadField(errors)
    return _save(ticket, allowed, cleaned)


def shown_fields(ticket: Ticket, *, for_customer: bool) -> list[Shown]:
    """The fields of the ticket: those of its department, and those it has brought from another one with a value."""
    kept = {value.field_id: value for value in ticket.field_values.select_related("field")}
    fields: Iterable[CustomField] = CustomField.objects.filter(department_id=ticket.department_id, is_active=True)
    own = {field.pk: field for field in fields}
    brought = {pk: value.field for pk, value in kept.items() if pk not in own}
    everything = [*own.values(), *brought.values()]
    return [
        Shown(field, value, show_value(field, value))
        for field in everything
        if field.is_visible_to_customer or not for_customer
        for value in [kept[field.pk].value if field.pk in kept else ""]
    ]


def show_value(field: CustomField, value: str) -> str:
    """A value as people read it, in their language."""
    if field.kind == Kind.CHECKBOX:
        return _("Yes") if value else _("No")
    if field.kind == Kind.DATE and value:
        return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
    return value


def move_values(ticket: Ticket, department: Department) -> None:
    """Give values to the fields of the same name and kind in another department; the others stay as they are."""
    there = {(f.name, f.kind): f for f in CustomField.objects.filter(department=department, is_active=True)}
    taken = set(ticket.field_values.values_list("field_id", flat=True))
    for kept in ticket.field_values.select_related("field"):
        field = there.get((kept.field.name, kept.field.kind))
        if field is None or field.pk in taken:
            continue
        try:
            clean_value(field, kept.value)
        except ValueError:
            continue
        CustomFieldValue.objects.filter(pk=kept.pk).update(field=field)


def _save(ticket: Ticket, fields: dict[int, CustomField], cleaned: dict[int, str]) -> dict[str, list[str]]:
    kept = {value.field_id: value for value in ticket.field_values.filter(field_id__in=cleaned)}
    changes = {}
    for pk, value in cleaned.items():
        before = kept[pk].value if pk in kept else ""
        if before == value:
            continue
        changes[fields[pk].name] = [before, value]
        if value:
            CustomFieldValue.objects.update_or_create(ticket=ticket, field=fields[pk], defaults={"value": value})
        else:
            kept[pk].delete()
    return changes


def _number(text: str) -> str:
    typed = formats.sanitize_separators(text)
    try:
        number = Decimal(typed.replace("_", "?"))  # Python would group digits by it
    except InvalidOperation as error:
        raise ValueError(_("Write a number.")) from error
    if not number.is_finite() or len(typed) > _NUMBER_LENGTH or abs(number.adjusted()) > _NUMBER_LENGTH:
        raise ValueError(_("Write a number of at most 30 digits."))
    return f"{number:f}"


def _date(text: str) -> str:
    for layout in ("%Y-%m-%d", *formats.get_format("DATE_INPUT_FORMATS")):
        try:
            return _parsed(text, layout)
        except ValueError:
            continue
    raise ValueError(_("Write a date such as 2026-11-21."))


def _parsed(text: str, layout: str) -> str:
    return datetime.strptime(text, layout).date().isoformat()
