"""What is wrong with the keys that encrypt stored secrets, said when Deskbridge starts."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

HINT = "`python -m project.keys` writes one into the state folder; docs/configuration.md tells how to change it."


@register()
def check_field_keys(**kwargs: Any) -> list[CheckMessage]:
    """`DESK_FIELD_KEYS` holds at least one key, and only usable ones."""
    if not settings.DESK_FIELD_KEYS:
        return [Error("There is no key to encrypt secrets with.", hint=HINT, id="core.E001")]
    return [
        Error(f"Key number {number} of DESK_FIELD_KEYS is not a Fernet key.", hint=HINT, id="core.E002")
        for number, key in enumerate(settings.DESK_FIELD_KEYS, 1)
        if not _is_usable(key)
    ]


def _is_usable(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
