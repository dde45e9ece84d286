"""Writing stored secrets anew under the newest key, in the tables and in the versions that reversion keeps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from reversion.models import Version

from apps.core.fields import PREFIX, EncryptedTextField, UndecryptableSecret, decrypt, encrypt

CIPHERTEXT = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]+=*")


@dataclass
class Rotated:
    """What became of the secrets of one table column, or of the versions."""

    name: str
    rewritten: int = 0
    unreadable: int = 0


def rotate() -> Iterator[Rotated]:
    """Rewrite all secrets, one row a transaction; one result for each encrypted column and one for the versions."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield _rotate_column(model, field)
    yield _rotate_versions()


def _rotate_column(model: type[models.Model], field: EncryptedTextField) -> Rotated:
    result = Rotated(f"{model._meta.label}.{field.name}")
    for pk in list(model._base_manager.values_list("pk", flat=True)):
        with transaction.atomic():
            row = model._base_manager.select_for_update().filter(pk=pk).only("pk", field.name).first()
            secret = getattr(row, field.attname) if row else ""
            if isinstance(secret, UndecryptableSecret):
                result.unreadable += 1
            elif secret:
                model._base_manager.filter(pk=pk).update(**{field.name: secret})
                result.rewritten += 1
    return result


def _rotate_versions() -> Rotated:
    result = Rotated("Versions")
    versions = Version.objects.filter(serialized_data__contains=PREFIX)
    for pk in list(versions.values_list("pk", flat=True)):
        with transaction.atomic():
            for version in Version.objects.select_for_update().filter(pk=pk):
                try:
                    data = CIPHERTEXT.sub(lambda found: encrypt(decrypt(found.group())), version.serialized_data)
                except InvalidToken:
                    result.unreadable += 1
                else:
                    Version.objects.filter(pk=pk).update(serialized_data=data)
                    result.rewritten += 1
    return result
