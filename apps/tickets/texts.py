"""What people type into tickets, made ready to be kept."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _

from apps.core.html import clean_message, plain, visible
from apps.tickets.errors import BadField

MAX_TEXT = 100_000
MAX_LINE = 200
MAX_COPIES = 20
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that show nothing
_MANY_LINES = re.compile(r"\n{4,}")


def clean_body(text: str, html: str = "") -> tuple[str, str]:
    """The text and the cleaned HTML of a message; where only HTML is given, its text is read from it.

    Raises BadField where the text is longer than 100,000 characters, or the HTML so long that its end would be lost.
    """
    safe_html = ""
    if html.strip():
        safe_html, read, is_cut = clean_message(html)
        if is_cut or len(read) > MAX_TEXT:
            raise BadField({"html": _("This is too long: at most 100,000 characters of text and 30,000 tags.")})
        text = text if text.strip() else read
    lines = visible(text).replace("\r\n", "\n").replace("\r", "\n")
    kept = _MANY_LINES.sub("\n\n\n", lines).strip("\n").rstrip()
    if len(kept) > MAX_TEXT:
        raise BadField({"text": _("This is too long: at most 100,000 characters. Attach longer texts as a file.")})
    return "" if _is_blank(kept) else kept, safe_html


def _is_blank(text: str) -> bool:
    """Whether there is nothing to see in a text."""
    return all(unicodedata.category(letter)[0] in "ZC" or letter in _FILLERS for letter in text)


def clean_subject(text: str) -> str:
    """A subject on one line. Raises BadField where it is empty or longer than 200 characters."""
    subject = plain(text)
    if _is_blank(subject):
        raise BadField({"subject": _("Write a subject.")})
    return clean_line("subject", subject)


def clean_line(name: str, text: str) -> str:
    """One line, perhaps empty. Raises BadField, with an error for this name, where it is longer than 200 characters."""
    line = plain(text)
    if len(line) > MAX_LINE:
        raise BadField({name: _("This is too long: at most 200 characters.")})
    return line


def clean_copies(addresses: Iterable[str]) -> list[str]:
    """E-mail addresses for copies, each once. Raises BadField for what is no address, and for more than 20."""
    copies = list(dict.fromkeys(visible(address).strip().lower() for address in addresses if address.strip()))
    if len(copies) > MAX_COPIES:
        raise BadField({"cc": _("At most 20 people can get a copy.")})
    for address in copies:
        try:
            validate_email(address)
            MaxLengthValidator(254)(address)
        except ValidationError as error:
            raise BadField({"cc": _("%(address)s is not an e-mail address.") % {"address": address}}) from error
    return copies
