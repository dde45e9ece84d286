"""Secrets that belong to an address: a changed address must not receive the old one's credentials."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db import models

Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin | None:
    """Scheme, host and port of an address, or None where it has none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    except ValueError:
        return None
    return (parts.scheme.lower(), (parts.hostname or "").lower(), port) if parts.hostname else None


class KeepsSecrets(models.Model):
    """Clears stored secrets when the address they are for changes its origin and no new ones are given.

    `secrets_for_address` maps the name of the address field to the names of its secret fields.
    Happens in `clean()`, which the admin's forms and imports both call, so that even an unsaved form
    cannot send an old secret to a new host.
    """

    secrets_for_address: ClassVar[dict[str, tuple[str, ...]]] = {}
    secrets_cleared: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        stored: Any = type(self)._default_manager.filter(pk=self.pk).first() if self.pk else None
        if stored is None:
            return
        cleared = []
        for address, secrets in self.secrets_for_address.items():
            if origin(getattr(stored, address)) == origin(getattr(self, address)):
                continue
            for name in secrets:
                value = getattr(self, name)
                if value == getattr(stored, name):
                    if value:
                        cleared.append(name)
                    setattr(self, name, "")
        self.secrets_cleared = tuple(cleared)
