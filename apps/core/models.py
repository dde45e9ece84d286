"""Abstract models that every app may build on."""

from typing import Any, Self

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from apps.core.locks import lock


class Singleton(models.Model):
    """A table with one row. `load()` reads it and makes it where it is missing; it cannot be deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        return 0, {}

    @classmethod
    def load(cls) -> Self:
        """The one row."""
        return cls._default_manager.get_or_create(pk=1)[0]


class Ordered(models.Model):
    """A list whose order people choose: `position` counts from 1 without gaps, see `apps.core.ordering`."""

    position = models.PositiveIntegerField(_("position"), db_index=True, editable=False, default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.position:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            lock(type(self)._meta.label_lower)
            last = type(self)._default_manager.aggregate(last=Max("position"))["last"]
            self.position = (last or 0) + 1
            super().save(*args, **kwargs)
