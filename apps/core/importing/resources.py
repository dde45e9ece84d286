"""The base of every importable list: its columns, its natural key, what is never exported."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import cached_property
from import_export.fields import Field
from import_export.resources import ModelResource

from apps.core.fields import EncryptedTextField
from apps.core.importing.fields import NamesField
from apps.core.importing.widgets import ChoiceWidget, SecretWidget, TextWidget, WholeNumberWidget, YesNoWidget

if TYPE_CHECKING:
    from apps.core.importing.plans import Plan


class DeskResource(ModelResource):
    """A list of rows that files can hold.

    `Meta.fields` are the columns in order, `Meta.import_id_fields` the natural key by which a row is found again.
    `explanations` says under each column's name what may stand there.
    """

    explanations: ClassVar[dict[str, Any]] = {}
    # Parts of the key that may be empty.
    empty_keys: ClassVar[frozenset[str]] = frozenset()
    # Of the model: a rule about several rows, such as "one default brand", is checked by `check_all` in its place.
    validate_constraints: ClassVar[bool] = True

    class Meta:
        abstract = True

    def __init__(self, by: Any = None, **kwargs: Any) -> None:
        """by: the person who imports; None where nobody does."""
        super().__init__(**kwargs)
        self.by = by

    @classmethod
    def widget_from_django_field(cls, f: "models.Field[Any, Any]", default: Any = None) -> Any:
        if isinstance(f, EncryptedTextField):
            return SecretWidget
        if f.choices:
            return lambda **kwargs: ChoiceWidget(f.flatchoices, may_be_empty=f.blank)
        if isinstance(f, models.BooleanField):
            return YesNoWidget
        return WholeNumberWidget if isinstance(f, models.IntegerField) else TextWidget

    @classmethod
    def widget_kwargs_for_field(cls, field_name: str, django_field: "models.Field[Any, Any]") -> dict[str, Any]:
        return {}

    @property
    def key(self) -> Sequence[str]:
        """The columns by which a row is found again."""
        return self._meta.import_id_fields  # type: ignore[no-any-return]

    def key_of(self, instance: models.Model) -> tuple[str, ...]:
        """What tells a stored row apart, spelt as `plain_key` spells it."""
        return tuple(getattr(instance, name) for name in self.key)

    def plain_key(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """The key that a row of a file has, from the text of its cells."""
        return cells

    @property
    def model(self) -> type[models.Model]:
        return self._meta.model  # type: ignore[no-any-return]

    @cached_property
    def columns(self) -> dict[str, Field]:
        """Every column that a file may have, by name."""
        return {field.column_name: field for field in self.get_import_fields()}

    @cached_property
    def secrets(self) -> set[str]:
        """The columns that are never shown nor exported."""
        return {name for name, field in self.columns.items() if isinstance(field.widget, SecretWidget)}

    @cached_property
    def name_lists(self) -> dict[str, NamesField]:
        """The columns that hold several names."""
        return {name: field for name, field in self.columns.items() if isinstance(field, NamesField)}

    def get_export_order(self) -> tuple[str, ...]:
        return tuple(name for name in super().get_export_order() if name not in self.secrets)

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().prefetch_related(*self.name_lists)  # type: ignore[no-any-return]

    def filter_export(self, queryset: models.QuerySet[Any], **kwargs: Any) -> models.QuerySet[Any]:
        return queryset.prefetch_related(*self.name_lists)

    def iter_queryset(self, queryset: models.QuerySet[Any]) -> Iterator[Any]:
        yield from queryset.iterator(chunk_size=1000)

    def import_data(self, *args: Any, **kwargs: Any) -> Any:
        """Not here: every import goes through the preview and the limits of `apps.core.importing.services`."""
        raise NotImplementedError("use apps.core.importing.services")

    def check_all(self, plan: "Plan") -> None:
        """Add errors and notes about rules that concern several rows; runs after each row was checked."""

    def before_write(self, plan: "Plan") -> None:
        """Runs in the transaction, before the rows are written."""

    def after_write(self, plan: "Plan") -> None:
        """Runs in the transaction, after the rows were written."""
