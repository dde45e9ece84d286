"""Abstract models that every app may build on."""

from typing import Any, Self

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from apps.core.idempotency_models import IdempotencyRecord as IdempotencyRecord  # noqa: PLC0414 - one table of core
from apps.core.importing.models import BulkImport as BulkImport  # noqa: PLC0414 - one table of core
from apps.core.locks import lock
from apps.core.ordering import close_gaps
from apps.core.search.models import SearchDocument as SearchDocument  # noqa: PLC0414 - one table of core


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

    _position_read: int | None = None

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new row goes to the end. Saving an old one does not undo a move that happened since it was read."""
        with transaction.atomic():
            if not self.position or self._position_read == self.position:
                lock(type(self)._meta.label_lower)
                self.position = self._place_now()
            super().save(*args, **kwargs)
        self._position_read = self.position

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            lock(type(self)._meta.label_lower)
            deleted = super().delete(*args, **kwargs)
            close_gaps(type(self))
        return deleted

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._position_read = row.__dict__.get("position")
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._position_read = self.__dict__.get("position")

    def _place_now(self) -> int:
        rows = type(self)._base_manager.all()
        own = rows.filter(pk=self.pk).values_list("position", flat=True).first() if self.pk else None
        return own or (rows.aggregate(last=Max("position"))["last"] or 0) + 1
