"""Secrets that belong to an address: a changed address must not receive the old one's credentials."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db import models

from apps.core.fields import UndecryptableSecret

Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin | None:
    """Scheme, host and port of an address, or None where it has none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    except ValueError:
        return None
    return (parts.scheme.lower(), parts.hostname.lower(), port) if parts.hostname else None


class KeepsSecrets(models.Model):
    """Clears stored secrets when the address they are for changes its origin and no new ones are given.

    `secrets_for_address` maps the name of the address field to the names of its secret fields.
    Happens in `clean()`, which the admin's forms and imports both call, so that even an unsaved form
    cannot send an old secret to a new host. `secrets_entered` names those that were just typed: they stay, also
    where they are the same as before. Afterwards `secrets_cleared` names those that were removed.
    """

    secrets_for_address: ClassVar[dict[str, tuple[str, ...]]] = {}
    secrets_entered: frozenset[str] = frozenset()
    secrets_cleared: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        stored: Any = type(self)._default_manager.filter(pk=self.pk).first() if self.pk else None
        self.secrets_cleared = tuple(self._clear_for_changed_addresses(stored)) if stored else ()

    def changed_addresses(self, stored: models.Model) -> Iterable[str]:
        """The names of the address fields that name another origin than in the `stored` row."""
        return [
            name for name in self.secrets_for_address if origin(getattr(stored, name)) != origin(getattr(self, name))
        ]

    def _clear_for_changed_addresses(self, stored: models.Model) -> Iterable[str]:
        for address in self.changed_addresses(stored):
            for name in self.secrets_for_address[address]:
                value, before = getattr(self, name), getattr(stored, name)
                if name in self.secrets_entered or value != before:
                    continue
                setattr(self, name, "")
                if value or isinstance(before, UndecryptableSecret):
                    yield name
