"""Columns that hold several names: brands of a feed, host names of a brand."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

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
                raise ValueError(no_such(self.to, name))
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


class NameWidget(Widget):
    """A related row by its name, kept as its id; empty for none."""

    def __init__(self, to: type[models.Model]) -> None:
        super().__init__()
        self.to = to

    @cached_property
    def ids(self) -> dict[str, Any]:
        """The id of each name."""
        return dict(self.to._default_manager.values_list("name", "pk"))

    @cached_property
    def names(self) -> dict[Any, str]:
        """The name of each id."""
        return {pk: name for name, pk in self.ids.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        name = str(value).strip()
        if name and name not in self.ids:
            raise ValueError(no_such(self.to, name))
        return self.ids.get(name)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.names.get(value, "")


def no_such(model: type[models.Model], name: str) -> str:
    """The sentence about a name that nothing has, or nothing that the person may know of."""
    return _("There is no %(what)s called “%(name)s”.") % {"what": model._meta.verbose_name, "name": name[:100]}


def remove(model: type[models.Model], column: str, ids: Sequence[Any]) -> None:
    """Delete the rows whose `column` is one of `ids`, a batch at a time."""
    for batch in batches(ids):
        model._default_manager.filter(**{f"{column}__in": batch}).delete()


def batches[T](items: Sequence[T], size: int = BATCH) -> Iterable[Sequence[T]]:
    """The items in pieces of `size`, which no database finds too many for one statement."""
    return (items[start : start + size] for start in range(0, len(items), size))
