"""How cells become values and back, in words that people write."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from apps.core.importing.formats import SEPARATOR

MASK = "••••••"
# Spreadsheets write their own language's words for true and false.
YES = {"yes", "y", "true", "1", "on", "x", "ja", "j", "wahr", "sí", "si", "verdadero"}
NO = {"no", "n", "false", "0", "off", "nein", "falsch", "falso"}


class TextWidget(Widget):
    """Text, without spaces around it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(value) if isinstance(value, list) else str(value).strip()


class SecretWidget(Widget):
    """A password or key: taken as it is, shown only as dots."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return MASK if value else ""


class YesNoWidget(Widget):
    """Yes or no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = str(value).strip().casefold()
        if word not in YES | NO:
            raise ValueError(_("Write yes or no."))
        return word in YES

    def render(self, value: Any, obj: Any = None, *, force_native_type: bool = False, **kwargs: Any) -> Any:
        return bool(value) if force_native_type else ("yes" if value else "no")


class WholeNumberWidget(Widget):
    """A number from 1 up."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        digits = str(value).strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < 9 and int(digits)):
            raise ValueError(_("Write a whole number from 1 up."))
        return int(digits)

    def render(self, value: Any, obj: Any = None, *, force_native_type: bool = False, **kwargs: Any) -> Any:
        return value if force_native_type else str(value)


class ChoiceWidget(Widget):
    """One of a model field's choices, by its value or by its word on screen; perhaps none."""

    def __init__(self, choices: Iterable[tuple[Any, Any]], *, may_be_empty: bool = False) -> None:
        super().__init__()
        self.choices = list(choices)
        self.may_be_empty = may_be_empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = str(value).strip().casefold()
        if not word and self.may_be_empty:
            return ""
        for choice, label in self.choices:
            if word in {str(choice).casefold(), str(label).casefold()}:
                return str(choice)
        names = ", ".join(str(choice) for choice, _label in self.choices)
        raise ValueError(_("Write one of these: %(choices)s.") % {"choices": names})


class NamesWidget(Widget):
    """A list of names, in text separated by |. A | or \\ inside a name has a \\ in front."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[str, ...]:
        names = value if isinstance(value, list) else split_names(str(value))
        return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))

    def render(self, value: Sequence[str], obj: Any = None, *, force_native_type: bool = False, **kwargs: Any) -> Any:
        return list(value) if force_native_type else join_names(value)


def join_names(names: Iterable[str]) -> str:
    """Names in one cell; `split_names` gives them back."""
    return SEPARATOR.join(name.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR) for name in names)


def split_names(text: str) -> list[str]:
    """The names of a cell."""
    names = [""]
    characters = iter(text)
    for character in characters:
        if character == SEPARATOR:
            names.append("")
        elif character == "\\":
            names[-1] += next(characters, "\\")
        else:
            names[-1] += character
    return names
