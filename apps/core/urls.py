"""Checking addresses that people type."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\\]")
_web_address = URLValidator(schemes=["http", "https"])


def validate_web_address(value: str) -> None:
    """Accept http and https addresses without user name and password. Raises ValidationError."""
    _refuse_control_characters(value)
    if not re.match(r"^https?://", value, re.IGNORECASE):
        raise ValidationError(_("Start the address with https:// or http://."))
    _web_address(_with_domain(value))
    if "@" in urlsplit(value).netloc:
        raise ValidationError(_("Leave out the user name and password: they would be readable for everybody."))


def validate_link(value: str) -> None:
    """Accept what may be a link for customers: http(s), mailto, tel, or a path. Raises ValidationError."""
    _refuse_control_characters(value)
    if re.match(r"^/(?!/)", value) or re.fullmatch(r"tel:[0-9+().\-]+", value):
        return
    if re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", value):
        return
    if not re.match(r"^https?://", value, re.IGNORECASE):
        raise ValidationError(_("Start the address with https://, http://, mailto:, tel: or /."))
    validate_web_address(value)


def _refuse_control_characters(value: str) -> None:
    if _CONTROL.search(value):
        raise ValidationError(_("The address has a space or an invisible character in it."))


def _with_domain(value: str) -> str:
    """The address with a one-word host name (as in a local network) made one that Django's validator accepts."""
    return re.sub(r"^(https?://)([a-z0-9-]+)(?=[:/?#]|$)", r"\1\2.localdomain", value, flags=re.IGNORECASE)
