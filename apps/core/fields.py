"""A text field that is encrypted in the database."""

from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.utils.translation import gettext_lazy as _

PREFIX = "fernet:"


class UndecryptableSecret(str):
    """Stands for a stored secret whose key is gone: empty to every reader, but the ciphertext is kept."""

    ciphertext: str

    def __new__(cls, ciphertext: str) -> "UndecryptableSecret":
        secret = super().__new__(cls, "")
        secret.ciphertext = ciphertext
        return secret


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.DESK_FIELD_KEYS])


def encrypt(text: str) -> str:
    """`fernet:…` for a text, under the newest key of `DESK_FIELD_KEYS`; the empty text stays empty."""
    return PREFIX + _cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """The text of a `fernet:…` value. Raises InvalidToken where none of the keys fits."""
    if not stored:
        return ""
    if not stored.startswith(PREFIX):
        raise InvalidToken
    return _cipher().decrypt(stored.removeprefix(PREFIX).encode()).decode()


class EncryptedTextField(models.TextField):
    """Text that is ciphertext in the database, in dumps and in versions, and plain only on the instance.

    The keys are `DESK_FIELD_KEYS`, newest first; a value under an older key still reads and is written under
    the newest. A value that no key opens reads as an `UndecryptableSecret`, which is empty and keeps its
    ciphertext when the row is saved again.
    """

    description = _("Encrypted text")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return self._read(value or "")

    def to_python(self, value: Any) -> Any:
        return self._read(value) if isinstance(value, str) and value.startswith(PREFIX) else value

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, UndecryptableSecret):
            return value.ciphertext
        return encrypt(str(value or ""))

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be searched for.")
        return super().get_lookup(lookup_name)

    def _read(self, stored: str) -> str:
        try:
            return decrypt(stored)
        except InvalidToken:
            return UndecryptableSecret(stored)

    def has_value(self, obj: models.Model) -> bool:
        """Whether the instance holds a secret, readable or not."""
        value = cast(str, self.value_from_object(obj))
        return bool(value) or isinstance(value, UndecryptableSecret)
