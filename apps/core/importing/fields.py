"""Columns that hold several names: brands of a feed, host names of a brand."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.fields import Field

from apps.core.importing.widgets import NamesWidget

BATCH = 500


class NamesField(Field):
    """A many-to-many relation, as the names of its rows."""

    def __init__(self, attribute: str, *, to: type[models.Model], name: str = "name") -> None:
        super().__init__(attribute=attribute, column_name=attribute, widget=NamesWidget())
        self.to = to
        self.name = name

    @cached_property
    def ids(self) -> dict[str, Any]:
        """The id of each name."""
        return dict(self.to._default_manager.values_list(self.name, "pk"))

    def get_value(self, instance: models.Model) -> tuple[str, ...]:
        if instance.pk is None:
            return ()
        return tuple(sorted(getattr(row, self.name) for row in getattr(instance, self.attribute).all()))

    def clean(self, row: Any, **kwargs: Any) -> tuple[str, ...]:
        """The names of a cell, sorted. Raises ValueError for one that does not exist."""
        names: tuple[str, ...] = self.widget.clean(row[self.column_name])
        for name in names:
            if name not in self.ids:
                message = _("There is no %(what)s called “%(name)s”.")
                raise ValueError(message % {"what": self.to._meta.verbose_name, "name": name[:100]})
        return tuple(sorted(names))

    def write(self, values: Sequence[tuple[models.Model, tuple[str, ...]]]) -> None:
        """Make these names the related rows of each instance, in a few statements."""
        relation: Any = type(values[0][0])._meta.get_field(self.attribute)
        through, source = relation.remote_field.through, relation.m2m_field_name()
        target = relation.m2m_reverse_field_name()
        remove(through, source, [instance.pk for instance, _names in values])
        through._default_manager.bulk_create(
            [
                through(**{f"{source}_id": instance.pk, f"{target}_id": self.ids[name]})
                for instance, names in values
                for name in names
            ],
            batch_size=BATCH,
        )


def remove(model: type[models.Model], column: str, ids: Sequence[Any]) -> None:
    """Delete the rows whose `column` is one of `ids`, a batch at a time."""
    for batch in batches(ids):
        model._default_manager.filter(**{f"{column}__in": batch}).delete()


def batches[T](items: Sequence[T], size: int = BATCH) -> Iterable[Sequence[T]]:
    """The items in pieces of `size`, which no database finds too many for one statement."""
    return (items[start : start + size] for start in range(0, len(items), size))
